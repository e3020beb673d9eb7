//! One request, asked until it has an answer or there is a reason to stop. Broken connections and failing servers are asked again with growing
//! pauses; a wait that the source names is kept as long as it is short; an allowance is never used up to the last.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION};
use url::Url;

use super::limit::{Budget, Pace, retry_after, skew};
use super::lines::Lines;
use super::mask::masked;
use super::{Answer, Broken, Lost, Outgoing, Stop, Transport, proxy};
use crate::clock;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::event::time::{Span, Timestamp};

const MOVES: usize = 3;

/// How patient to be.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    pub retries: usize,
    pub first_pause: Duration,
    /// The longest wait that a source may ask for before the reading ends instead.
    pub longest_wait: Duration,
    pub per_minute: Option<usize>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retries: 3,
            first_pause: Duration::from_millis(250),
            longest_wait: Duration::from_mins(1),
            per_minute: None,
        }
    }
}

#[derive(Debug, Default)]
struct Known {
    budget: Budget,
    pace: Pace,
    skew: Option<Span>,
}

/// Asks through a transport, with patience.
pub struct Http<T> {
    transport: T,
    policy: Policy,
    known: Mutex<Known>,
}

/// Why nothing goes on.
#[derive(Debug)]
pub enum Unopened {
    Refused(Answer),
    Failed(ConnectorError),
}

/// Why one try has no answer.
enum Trouble {
    Broken(Broken),
    Failing {
        status: u16,
        wait: Option<Duration>,
    },
    /// Asked to slow down: how long, where it was said, and by what words.
    Limited {
        wait: Option<Duration>,
        text: String,
    },
    Spent {
        until: Timestamp,
        limit: Option<u64>,
    },
    /// A proxy on the way asks for a password.
    Locked {
        text: String,
        hint: String,
    },
}

impl<T: Transport> Http<T> {
    pub fn new(transport: T, policy: Policy) -> Self {
        Self {
            transport,
            policy,
            known: Mutex::default(),
        }
    }

    /// Asks no oftener than so from now on.
    pub fn keep_to(&mut self, per_minute: usize) {
        self.policy.per_minute = Some(per_minute);
    }

    pub(super) fn transport(&self) -> &T {
        &self.transport
    }

    /// What is left of the allowance, by the newest answer.
    pub fn budget(&self) -> Budget {
        self.known().budget
    }

    /// How far the source's clock is from ours, by its newest answer.
    pub fn skew(&self) -> Option<Span> {
        self.known().skew
    }

    /// Asks for `url`; with an entity tag, only for what is newer.
    pub async fn get(&self, url: &str, etag: Option<&str>) -> Result<Answer, Stop> {
        let mut headers = HeaderMap::new();
        if let Some(tag) = etag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            headers.insert(IF_NONE_MATCH, tag);
        }
        self.get_with(url, &headers).await
    }

    /// Asks for `url` with headers of one's own.
    pub async fn get_with(&self, url: &str, headers: &HeaderMap) -> Result<Answer, Stop> {
        let mut url = url.to_owned();
        let mut moved = false;
        for _ in 0..=MOVES {
            let answer = self.ask(&url, headers).await?;
            if !matches!(answer.status, 301 | 302 | 307 | 308) {
                return Ok(Answer { moved, ..answer });
            }
            moved |= matches!(answer.status, 301 | 308);
            url = next_address(&url, &answer)?;
        }
        Err(failed(
            ErrorKind::Malformed,
            &url,
            "moved too often".to_owned(),
        ))
    }

    /// Asks once for what goes on, and gets its lines; an answer that is no success is one as ever. Who wants it asks again.
    pub async fn lines(&self, url: &str, headers: HeaderMap) -> Result<Lines, Unopened> {
        let flow = self.transport.flow(url, headers).await;
        let flow = flow.map_err(|Broken(text)| Unopened::Failed(unreached("GET", url, &text)))?;
        tracing::debug!(url = %masked(url), status = flow.status, "goes on");
        let (status, headers) = (flow.status, flow.headers);
        let lines = Lines::new(flow.pieces);
        if (200..300).contains(&status) {
            return Ok(lines);
        }
        Err(Unopened::Refused(Answer {
            status,
            headers,
            body: lines.begin().await,
            moved: false,
        }))
    }

    /// Asks once a question that has a body: what does nothing where it is sent, and only asks.
    pub async fn question(&self, url: &str, body: &[u8]) -> Result<Answer, ConnectorError> {
        let json = HeaderValue::from_static("application/json");
        let outgoing = Outgoing {
            method: "POST",
            url,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
            body: Some(body),
        };
        let answer = self.transport.send(outgoing).await;
        answer.map_err(|lost| {
            let (Lost::Unsent(text) | Lost::Unknown(text)) = lost;
            unreached("POST", url, &text)
        })
    }

    async fn ask(&self, url: &str, headers: &HeaderMap) -> Result<Answer, Stop> {
        let longest = self.policy.longest_wait;
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.policy.first_pause)
            .with_max_delay(longest)
            .with_max_times(self.policy.retries)
            .with_jitter();
        (|| self.try_once(url, headers))
            .retry(pauses)
            .when(|trouble| trouble.is_worth_another_try(longest))
            .adjust(|trouble, pause| pause.map(|pause| trouble.wait().unwrap_or(pause)))
            .notify(|trouble, pause| {
                tracing::debug!(url = %masked(url), ?pause, "asking again: {}", trouble.words());
            })
            .await
            .map_err(|trouble| trouble.into_stop(url))
    }

    async fn try_once(&self, url: &str, headers: &HeaderMap) -> Result<Answer, Trouble> {
        // Copied out first: the lock must not be held when it is taken again.
        let budget = self.budget();
        if let Some(until) = budget.spent_until(clock::now()) {
            let limit = budget.limit;
            return Err(Trouble::Spent { until, limit });
        }
        if let Some(per_minute) = self.policy.per_minute {
            let pause = self.known().pace.take(per_minute, Instant::now());
            tokio::time::sleep(pause).await;
        }
        let answer = self
            .transport
            .get(url, headers.clone())
            .await
            .map_err(Trouble::Broken)?;
        tracing::debug!(url = %masked(url), status = answer.status, "answered");
        let now = clock::now();
        if let Some((text, hint)) = proxy::locked(url, answer.status) {
            return Err(Trouble::Locked { text, hint });
        }
        self.learn(&answer, now);
        judge(answer, now)
    }

    fn learn(&self, answer: &Answer, now: Timestamp) {
        let mut known = self.known();
        if let Some(budget) = Budget::read(&answer.headers) {
            known.budget.learn(budget);
        }
        known.skew = skew(&answer.headers, now).or(known.skew);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an answer is one, or a reason to wait.
fn judge(answer: Answer, now: Timestamp) -> Result<Answer, Trouble> {
    let wait = retry_after(&answer.headers, now);
    match answer.status {
        500..=599 => Err(Trouble::Failing {
            status: answer.status,
            wait,
        }),
        403 | 429 => {
            let budget = Budget::read(&answer.headers).unwrap_or_default();
            if let (Some(0), Some(until), None) = (budget.remaining, budget.reset, wait)
                && until > now
            {
                let limit = budget.limit;
                return Err(Trouble::Spent { until, limit });
            }
            let says = answer.body.to_ascii_lowercase();
            let limited = answer.status == 429
                || wait.is_some()
                || says.contains("rate limit")
                || says.contains("abuse detection");
            if limited {
                let text = format!("answers {}: slow down", answer.status);
                return Err(Trouble::Limited { wait, text });
            }
            Ok(answer)
        }
        _ => Ok(answer),
    }
}

impl Trouble {
    fn is_worth_another_try(&self, longest: Duration) -> bool {
        match self {
            Self::Broken(Broken(text)) => !proxy::is_lasting(text),
            Self::Failing { wait, .. } => wait.is_none_or(|wait| wait <= longest),
            Self::Limited { wait, .. } => wait.is_some_and(|wait| wait <= longest),
            Self::Spent { .. } | Self::Locked { .. } => false,
        }
    }

    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Failing { wait, .. } | Self::Limited { wait, .. } => *wait,
            Self::Broken(_) | Self::Spent { .. } | Self::Locked { .. } => None,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Broken(Broken(text)) | Self::Limited { text, .. } | Self::Locked { text, .. } => {
                text.clone()
            }
            Self::Failing { status, .. } => format!("answers {status}"),
            Self::Spent { until, .. } => format!("nothing left until {until}"),
        }
    }

    fn into_stop(self, url: &str) -> Stop {
        match self {
            Self::Spent { until, limit } => Stop::Budget { until, limit },
            Self::Broken(Broken(text)) => {
                let (text, hint) = proxy::said(url, &text);
                failed_with(ErrorKind::Network, url, text, &hint)
            }
            Self::Locked { text, hint } => failed_with(ErrorKind::Network, url, text, &hint),
            Self::Failing { status, .. } => {
                let by = proxy::through(url);
                let text = format!("answers {status}{by}, and still does after several tries");
                let hint = "nothing is lost: it is asked again at the next reading";
                failed_with(ErrorKind::Unavailable, url, text, hint)
            }
            Self::Limited { wait, text } => {
                // A source that names no time is left alone for a minute.
                let wait = wait.unwrap_or(Duration::from_mins(1)).as_secs();
                let wait = Span::from_seconds(i64::try_from(wait.min(1 << 31)).unwrap_or(60));
                let until = clock::now() + wait;
                failed(
                    ErrorKind::RateLimited,
                    url,
                    format!("{text}; asked to wait until {until}"),
                )
            }
        }
    }
}

/// The error of who asks once, and is not answered.
fn unreached(method: &str, url: &str, text: &str) -> ConnectorError {
    let (text, hint) = proxy::said(url, text);
    let place = format!("{method} {}", masked(url));
    ConnectorError::new(ErrorKind::Network, place, text).hinted(hint)
}

fn failed(kind: ErrorKind, url: &str, detail: String) -> Stop {
    error(kind, url, detail).into()
}

fn failed_with(kind: ErrorKind, url: &str, detail: String, hint: &str) -> Stop {
    error(kind, url, detail).hinted(hint).into()
}

fn error(kind: ErrorKind, url: &str, detail: String) -> ConnectorError {
    ConnectorError::new(kind, format!("GET {}", masked(url)), detail)
}

/// Where a moved address is now. Credentials go along, so only on the same host.
fn next_address(url: &str, answer: &Answer) -> Result<String, Stop> {
    let location = answer.header(LOCATION.as_str()).unwrap_or_default();
    let from = Url::parse(url).ok();
    let to = from.as_ref().and_then(|url| url.join(location).ok());
    match (from, to) {
        (Some(from), Some(to)) if !location.is_empty() && from.origin() == to.origin() => {
            Ok(to.into())
        }
        _ => Err(failed(
            ErrorKind::Malformed,
            url,
            "moved to another host, or to nowhere; not followed".to_owned(),
        )),
    }
}
