//! The door: where tools push what happens. A push is known by its source's signature, and says that its source is to be read now; from a source of events
//! it holds the facts themselves, and what holds none is refused. Whoever is not known learns no more than that.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use percent_encoding::percent_decode;

use super::{neighbour, registry};
use crate::clock;
use crate::config::Config;
use crate::connector::signature::Lock;
use crate::error::Failure;
use crate::event::cdevents;

/// The longest push: what GitHub sends at most.
const LONGEST: usize = 25 << 20;

/// What was pushed, from whom it says it is.
#[derive(Clone, Debug)]
pub struct Pushed {
    pub source: String,
    pub body: String,
}

/// Where pushes arrive.
pub struct Door {
    listener: TcpListener,
    pub address: SocketAddr,
    locks: BTreeMap<String, Lock>,
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// But for some of it; each with why.
    Without(Vec<String>),
    /// No more can be taken now.
    Full,
    /// It holds no events, where events are what is pushed; why.
    Refused(String),
}

/// Where a push goes.
pub type Take = Box<dyn Fn(Pushed) -> Taken + Send + Sync>;

struct Porter {
    locks: BTreeMap<String, Lock>,
    take: Take,
}

impl Door {
    /// The door of a configuration: at this address, else where it says. `None`: it says nothing.
    #[must_use]
    pub fn of(config: &Config, address: Option<SocketAddr>) -> Option<Result<Self, Failure>> {
        let address = address.or(config.receive.listen)?;
        let locks = config.sources.iter().filter_map(|source| {
            let lock = registry::lock(source).transpose()?;
            Some(lock.map(|lock| (source.name.clone(), lock)))
        });
        let locks: Result<BTreeMap<String, Lock>, _> = locks.collect();
        Some(match locks {
            Ok(locks) => Self::open(address, locks),
            Err(error) => Err(error.into()),
        })
    }

    /// Takes the address, before anything is read: whoever else has it is told of at once.
    pub fn open(address: SocketAddr, locks: BTreeMap<String, Lock>) -> Result<Self, Failure> {
        let unable = |error: std::io::Error| {
            Failure::unable(format!("cannot listen on {address}: {error}")).hinted(
                "another leadtime may listen there; choose another with `listen` under [receive]",
            )
        };
        if !address.ip().is_loopback()
            && let Some((name, _)) = locks.iter().find(|(_, lock)| lock.secret.is_none())
        {
            return Err(Failure::unable(format!(
                "cannot listen on {address}: source {name:?} has no `secret`, so anybody could push to it"
            ))
            .hinted("give it one, or listen on 127.0.0.1 for a relay on this machine"));
        }
        let listener = TcpListener::bind(address).map_err(unable)?;
        listener.set_nonblocking(true).map_err(unable)?;
        let address = listener.local_addr().map_err(unable)?;
        Ok(Self {
            listener,
            address,
            locks,
        })
    }

    /// Takes what is pushed, for as long as the runtime lasts.
    pub async fn serve(self, take: Take) -> std::io::Result<()> {
        let porter = Arc::new(Porter {
            locks: self.locks,
            take,
        });
        let router = Router::new()
            .route("/hooks/{source}", post(pushed).options(may_push))
            .layer(DefaultBodyLimit::max(LONGEST))
            .with_state(porter);
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        axum::serve(listener, router).await
    }
}

async fn pushed(
    State(porter): State<Arc<Porter>>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let answer = |status, words: &str| (status, format!("{words}\n"));
    let Some(lock) = porter.locks.get(&source) else {
        return answer(StatusCode::NOT_FOUND, "no source of this name takes pushes");
    };
    if lock.secret.is_none() && !neighbour::is_one(&headers) {
        tracing::warn!(
            source,
            "a push from elsewhere was not taken: the source has no `secret`"
        );
        return answer(
            StatusCode::FORBIDDEN,
            "a source without `secret` takes pushes from this machine alone",
        );
    }
    if let Err(why) = lock.look(&headers, &body, clock::now()) {
        tracing::warn!(source, %why, "a push was not taken");
        return answer(StatusCode::UNAUTHORIZED, "the push proves nothing");
    }
    let whole = in_parts(&headers, &body).map_or_else(|| String::from_utf8(body.to_vec()), Ok);
    let Ok(body) = whole else {
        return answer(StatusCode::BAD_REQUEST, "the body is no UTF-8");
    };
    match (porter.take)(Pushed { source, body }) {
        Taken::Yes => answer(StatusCode::ACCEPTED, "taken"),
        Taken::Without(parts) => answer(
            StatusCode::ACCEPTED,
            &format!("taken, without\n{}", parts.join("\n")),
        ),
        Taken::Refused(why) => answer(StatusCode::BAD_REQUEST, &why),
        Taken::Full => answer(
            StatusCode::SERVICE_UNAVAILABLE,
            "no more can be taken now; push it again later",
        ),
    }
}

/// A `CloudEvent` whose attributes stand in the headers, as one object. `None`: it is none, or its data are not what they say, and whoever reads the body tells.
fn in_parts(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    const MARK: &str = "ce-";
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|said| said.to_str().ok());
    let is_whole = content_type.is_some_and(|said| said.starts_with("application/cloudevents"));
    if is_whole || !headers.contains_key("ce-specversion") {
        return None;
    }
    let attributes = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(MARK)?;
        Some((name.to_owned(), attribute(value.as_bytes())))
    });
    let attributes: Vec<_> = attributes.collect();
    cdevents::structured(&attributes, content_type, body).ok()
}

/// The text of an attribute: out of its quotes, where it stands in some; then what is not printable ASCII, which is written as in an address.
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>, section 3.1.3.2.
fn attribute(value: &[u8]) -> String {
    let within = value.strip_prefix(b"\"");
    let within = within.and_then(|rest| rest.strip_suffix(b"\""));
    let mut plain = Vec::with_capacity(value.len());
    let mut bytes = within.unwrap_or(value).iter();
    while let Some(byte) = bytes.next() {
        let escaped = if *byte == b'\\' && within.is_some() {
            bytes.next()
        } else {
            None
        };
        plain.push(*escaped.unwrap_or(byte));
    }
    percent_decode(&plain).decode_utf8_lossy().into_owned()
}

/// A sender of `CloudEvents` asks beforehand whether its pushes are wanted. Where each has to prove who sent it, whoever asks may try.
async fn may_push(
    State(porter): State<Arc<Porter>>,
    Path(source): Path<String>,
    headers: HeaderMap,
) -> (StatusCode, HeaderMap) {
    let mut answer = HeaderMap::new();
    let Some(lock) = porter.locks.get(&source) else {
        return (StatusCode::NOT_FOUND, answer);
    };
    answer.insert(ALLOW, HeaderValue::from_static("POST"));
    let origin = headers.get("webhook-request-origin");
    let Some(origin) = origin.filter(|_| lock.secret.is_some()) else {
        return (StatusCode::METHOD_NOT_ALLOWED, answer);
    };
    answer.insert("webhook-allowed-origin", origin.clone());
    if headers.contains_key("webhook-request-rate") {
        answer.insert("webhook-allowed-rate", HeaderValue::from_static("*"));
    }
    (StatusCode::OK, answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_read_out_of_quotes_and_as_in_an_address() {
        for (header, wanted) in [
            ("a-1", "a-1"),
            ("%C3%BC%20%22x%22", "ü \"x\""),
            (r#""a b""#, "a b"),
            (r#""a \"b\" \\ %41""#, r#"a "b" \ A"#),
            (r"a\b", r"a\b"),
            ("\"", "\""),
            ("", ""),
        ] {
            assert_eq!(attribute(header.as_bytes()), wanted, "{header}");
        }
    }
}
