//! `leadtime collect`: reads every source as often as it is configured, and whenever its tool pushes, until it is stopped. What it tells, it tells when it
//! changes: a source that is read, one that cannot be, one that can again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Ending;
use super::args::CollectArgs;
use super::dashboard::threads::feeds;
use super::session::{Session, print};
use crate::clock::Clock;
use crate::dashboard::message::News;
use crate::dashboard::reader;
use crate::error::Failure;
use crate::report::text;
use crate::view::scene::SourceState;

pub fn run(session: &Session, args: &CollectArgs) -> Result<Ending, Failure> {
    let mut feeds = feeds(session, args.listen);
    if feeds.feeds.is_empty() {
        return Err(Failure::unable("there is no source to read").hinted(
            "name one under [[sources]] in leadtime.toml, or let `leadtime init` propose it",
        ));
    }
    let door = feeds.door.take().transpose()?;
    if let Some(door) = &door {
        print(&format!(
            "takes pushes at http://{}/hooks/<source>\n",
            door.address
        ))?;
    }
    feeds.door = door.map(Ok);
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])
        .map_err(|error| Failure::unable(format!("signals: {error}")))?;
    let told = Mutex::new(BTreeMap::new());
    let tell = move |news: News| {
        match news {
            News::Sources(states) => {
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                for state in &states {
                    tell(&mut told, state);
                }
            }
            News::Said(_, words) => say(&words),
            _ => {}
        }
        true
    };
    let _reader = reader::start(
        Box::new(move || Some(feeds)),
        Clock::system(),
        Box::new(tell),
    );
    let _stopped = signals.forever().next();
    Ok(Ending::Done)
}

/// Tells how a source is, where that is news.
fn tell(told: &mut BTreeMap<String, Option<String>>, state: &SourceState) {
    if state.reading.is_some() || (state.read.is_none() && state.error.is_none()) {
        return;
    }
    if told.get(&state.name) == Some(&state.error) {
        return;
    }
    say(&match &state.error {
        Some(error) => format!("{}: {error}", state.name),
        None => format!("{}: read", state.name),
    });
    told.insert(state.name.clone(), state.error.clone());
}

/// Nobody may be listening any more, which is no reason to stop.
fn say(words: &str) {
    let _gone = print(&format!("{}\n", text::clean(words)));
}
