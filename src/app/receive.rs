//! The door: where tools push what happens. A push is known by its source's signature, and says that its source is to be read now; from a source of events
//! it holds the facts themselves. Whoever is not known learns no more than that.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

use super::registry;
use crate::clock;
use crate::config::Config;
use crate::connector::signature::Lock;
use crate::error::Failure;

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

/// Where a push goes; `false` where no more can be taken now.
pub type Take = Box<dyn Fn(Pushed) -> bool + Send + Sync>;

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
            .route("/hooks/{source}", post(pushed))
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
) -> (StatusCode, &'static str) {
    let Some(lock) = porter.locks.get(&source) else {
        return (
            StatusCode::NOT_FOUND,
            "no source of this name takes pushes\n",
        );
    };
    if let Err(why) = lock.look(&headers, &body, clock::now()) {
        tracing::warn!(source, %why, "a push was not taken");
        return (StatusCode::UNAUTHORIZED, "the push proves nothing\n");
    }
    let Ok(body) = String::from_utf8(body.to_vec()) else {
        return (StatusCode::BAD_REQUEST, "the body is no UTF-8\n");
    };
    if (porter.take)(Pushed { source, body }) {
        (StatusCode::ACCEPTED, "taken\n")
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "no more can be taken now; push it again later\n",
        )
    }
}
