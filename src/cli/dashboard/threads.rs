//! What works beside the drawing: what opens the log, what is read, what acts.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use crate::app::assemble;
use crate::app::receive::Door;
use crate::cli::session::Session;
use crate::dashboard::Setting;
use crate::dashboard::kept::Kept;
use crate::dashboard::operator::{Begin, Bench, Operations};
use crate::dashboard::reader::{Bring, Feeds};
use crate::dashboard::worker::{Open, Workshop};
use crate::error::Failure;
use crate::event::time::Span;

/// How often a source that nobody configured is read.
const EVERY: Span = Span::from_seconds(15);

/// What works beside the drawing.
pub struct Threads {
    pub open: Open,
    pub bring: Option<Bring>,
    pub begin: Option<Begin>,
}

impl Threads {
    /// What is shown alone.
    #[must_use]
    pub fn of(open: Open) -> Self {
        Self {
            open,
            bring: None,
            begin: None,
        }
    }
}

/// What plans and acts need. Secrets are asked for when something is first planned.
pub fn operations(session: Arc<Session>) -> Operations {
    Operations {
        log: session.log.clone(),
        armed: session.config.acting.armed,
        permit: session.permit(),
        equip: Box::new(move || {
            let (acting, _) = session.acting()?;
            let engine = session.open(assemble::open_log(&session.log)?)?;
            Ok(Bench { acting, engine })
        }),
    }
}

/// What is read, and where pushes are taken: at this address, else at the configured one.
#[must_use]
pub fn feeds(session: &Session, listen: Option<SocketAddr>) -> Feeds {
    let sources = session.config.sources.iter();
    let mut feeds: Vec<_> = sources
        .map(|source| (session.feed_or_why(source), source.every))
        .collect();
    feeds.extend(session.here_feed().map(|feed| (feed, EVERY)));
    Feeds {
        log: session.log.clone(),
        feeds,
        door: Door::of(&session.config, listen),
        trickle: None,
    }
}

/// What opens the log; where nothing is read beside, local repositories are read first.
pub fn open(
    session: impl FnOnce() -> Result<Arc<Session>, Failure> + Send + 'static,
    kept: Option<Kept>,
    read_first: bool,
) -> Open {
    Box::new(move || {
        let session = session()?;
        let engine = if read_first {
            session.engine()?
        } else {
            session.open(assemble::open_log(&session.log)?)?
        };
        let title = match (&session.here, &session.config.file) {
            (Some(here), _) => here.repository.clone(),
            (None, Some(file)) => folder_name(file),
            (None, None) => folder_name(&session.log),
        };
        let sources = session.config.sources.clone();
        let setting = setting(&session);
        Ok(Some(Workshop {
            engine,
            sources,
            here: session,
            kept,
            title,
            setting,
        }))
    })
}

/// What the event doctor must know of how leadtime was started.
fn setting(session: &Session) -> Setting {
    let configured = session.config.sources.iter();
    let mut sources: Vec<(String, String)> = configured
        .map(|source| (source.name.clone(), source.kind.name().to_owned()))
        .collect();
    let here = session.here_feed();
    sources.extend(here.map(|feed| (feed.name.clone(), feed.connector.kind().to_owned())));
    Setting {
        log: session.log.clone(),
        warnings: session
            .config
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect(),
        sources,
    }
}

fn folder_name(file: &Path) -> String {
    let folder = file.parent().and_then(Path::file_name);
    folder
        .or(file.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
