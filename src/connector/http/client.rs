//! One request, asked until it has an answer or there is a reason to stop. Broken connections and failing servers are asked again with growing
//! pauses; a wait that the source names is kept as long as it is short; an allowance is never used up to the last.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    rest: Option<Rest>,
}

/// Asked to wait for longer than a reading does.
#[derive(Clone, Debug)]
struct Rest {
    until: Timestamp,
    /// By what words.
    text: String,
}

/// What is known of a source by its answers: for who makes a client for each reading, and keeps to it all the same.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Known>>);

/// Asks through a transport, with patience.
pub struct Http<T> {
    transport: T,
    policy: Policy,
    memory: Memory,
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
    /// Asked to slow down for so short a time that it is waited.
    Limited {
        wait: Duration,
        rest: Rest,
    },
    /// Asked to slow down, now or before, for longer.
    Resting(Rest),
    Spent {
        wait: Duration,
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
            memory: Memory::default(),
        }
    }

    /// Begins with what is known already, and adds to it.
    #[must_use]
    pub fn remembering(mut self, memory: &Memory) -> Self {
        self.memory = memory.clone();
        self
    }

    /// Asks no oftener than so from now on.
    pub fn keep_to(&mut self, per_minute: usize) {
        self.policy.per_minute = Some(per_minute);
    }

    /// Sends once what does something.
    pub(super) async fn sent(&self, outgoing: Outgoing<'_>) -> Result<Answer, Lost> {
        let answer = self.transport.send(outgoing).await?;
        Ok(self.without_credentials(answer))
    }

    fn without_credentials(&self, answer: Answer) -> Answer {
        match self.transport.hidden() {
            Some(hidden) => hidden.out_of(answer),
            None => answer,
        }
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
        let refused = Answer {
            status,
            headers,
            body: lines.begin().await,
            moved: false,
        };
        Err(Unopened::Refused(self.without_credentials(refused)))
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
        self.sent(outgoing).await.map_err(|lost| {
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
        self.may_ask(clock::now())?;
        if let Some(per_minute) = self.policy.per_minute {
            let pause = self.known().pace.take(per_minute, Instant::now());
            tokio::time::sleep(pause).await;
        }
        let answer = self.transport.get(url, headers.clone()).await;
        let answer = self.without_credentials(answer.map_err(Trouble::Broken)?);
        tracing::debug!(url = %masked(url), status = answer.status, "answered");
        let now = clock::now();
        if let Some((text, hint)) = proxy::locked(url, answer.status) {
            return Err(Trouble::Locked { text, hint });
        }
        self.learn(&answer, now);
        let judged = judge(answer, now, self.policy.longest_wait);
        if let Err(Trouble::Resting(rest)) = &judged {
            self.known().rest = Some(rest.clone());
        }
        judged
    }

    /// Whether anything may be asked now, by what was answered before.
    fn may_ask(&self, now: Timestamp) -> Result<(), Trouble> {
        let known = self.known();
        if let Some(rest) = known.rest.as_ref().filter(|rest| now < rest.until) {
            return Err(Trouble::Resting(rest.clone()));
        }
        let limit = known.budget.limit;
        let spent = known.budget.spent_until(now);
        spent.map_or(Ok(()), |until| Err(Trouble::spent(until, limit, now)))
    }

    fn learn(&self, answer: &Answer, now: Timestamp) {
        let mut known = self.known();
        if let Some(budget) = Budget::read(&answer.headers, now) {
            known.budget.learn(budget);
        }
        known.skew = skew(&answer.headers, now).or(known.skew);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        let known = self.memory.0.lock();
        known.unwrap_or_else(PoisonError::into_inner)
    }
}

/// A source that names no time is left alone for a minute.
const UNNAMED: Span = Span::from_seconds(60);

/// Whether an answer is one, or a reason to wait; for `longest` at most, before the reading ends instead.
fn judge(answer: Answer, now: Timestamp, longest: Duration) -> Result<Answer, Trouble> {
    let wait = retry_after(&answer.headers, now);
    match answer.status {
        500..=599 => Err(Trouble::Failing {
            status: answer.status,
            wait,
        }),
        403 | 429 => {
            let budget = Budget::read(&answer.headers, now).unwrap_or_default();
            if let (Some(0), Some(until), None) = (budget.remaining, budget.reset, wait)
                && until > now
            {
                return Err(Trouble::spent(until, budget.limit, now));
            }
            let says = answer.body.to_ascii_lowercase();
            let limited = answer.status == 429
                || wait.is_some()
                || says.contains("rate limit")
                || says.contains("abuse detection");
            if !limited {
                return Ok(answer);
            }
            let until = now + wait.map_or(UNNAMED, span);
            let text = format!("answers {}: slow down", answer.status);
            let rest = Rest { until, text };
            Err(match wait.filter(|wait| *wait <= longest) {
                Some(wait) => Trouble::Limited { wait, rest },
                None => Trouble::Resting(rest),
            })
        }
        _ => Ok(answer),
    }
}

/// No longer than the years that a time can be told of.
fn span(wait: Duration) -> Span {
    let seconds = wait.as_secs().min(1 << 31);
    Span::from_seconds(i64::try_from(seconds).unwrap_or_default())
}

impl Trouble {
    fn spent(until: Timestamp, limit: Option<u64>, now: Timestamp) -> Self {
        let wait = (until - now).micros().max(0).unsigned_abs();
        let wait = Duration::from_micros(wait);
        Self::Spent { wait, until, limit }
    }

    fn is_worth_another_try(&self, longest: Duration) -> bool {
        match self {
            Self::Broken(Broken(text)) => !proxy::is_lasting(text),
            Self::Failing { wait, .. } => wait.is_none_or(|wait| wait <= longest),
            Self::Limited { wait, .. } | Self::Spent { wait, .. } => *wait <= longest,
            Self::Resting(_) | Self::Locked { .. } => false,
        }
    }

    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Failing { wait, .. } => *wait,
            Self::Limited { wait, .. } | Self::Spent { wait, .. } => Some(*wait),
            Self::Broken(_) | Self::Resting(_) | Self::Locked { .. } => None,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Broken(Broken(text)) | Self::Locked { text, .. } => text.clone(),
            Self::Limited { rest, .. } | Self::Resting(rest) => rest.text.clone(),
            Self::Failing { status, .. } => format!("answers {status}"),
            Self::Spent { until, .. } => format!("nothing left until {until}"),
        }
    }

    fn into_stop(self, url: &str) -> Stop {
        match self {
            Self::Spent { until, limit, .. } => Stop::Budget { until, limit },
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
            Self::Limited { rest, .. } | Self::Resting(rest) => {
                let Rest { until, text } = rest;
                let text = format!("{text}; asked to wait until {until}");
                failed(ErrorKind::RateLimited, url, text)
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
