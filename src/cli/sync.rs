//! `leadtime sync`.

use serde::Serialize;

use super::args::SyncArgs;
use super::bar::Bars;
use super::hint::no_source;
use super::session::{Session, block_on};
use super::{Ending, show};
use crate::app::acting::follow;
use crate::app::doctor::of_finding;
use crate::app::sync::Outcome;
use crate::app::{Engine, assemble, sync};
use crate::clock;
use crate::connector::Severity;
use crate::error::Failure;
use crate::model::diagnosis::Found;
use crate::store::Store;

/// What was done from leadtime before: what became of it, and whether an event shows it.
fn follow_up(session: &Session, engine: &mut Engine) -> Result<(), Failure> {
    let (mut acting, _) = session.acting()?;
    block_on(follow::settle(&mut acting))??;
    follow::look_for(&mut acting, engine)?;
    for story in acting.stories()? {
        if story.state.is_open() {
            let words = story.state.words();
            session.say(&format!("action {}: {words}", story.action));
        }
    }
    Ok(())
}

/// What was read: `leadtime/sync/v1`.
#[derive(Default, Serialize)]
struct Summary {
    sources: Vec<Brought>,
    /// Events of all of them.
    read: usize,
    new: usize,
    duplicates: usize,
    seconds: f64,
}

/// What was read of a source.
#[derive(Serialize)]
struct Brought {
    source: String,
    read: usize,
    new: usize,
    duplicates: usize,
    /// What ended the reading, or kept it from beginning.
    error: Option<String>,
    findings: Vec<Found>,
}

impl Summary {
    fn add(&mut self, outcome: &Outcome) {
        let read = outcome.new + outcome.known;
        self.read += read;
        self.new += outcome.new;
        self.duplicates += outcome.known;
        self.sources.push(Brought {
            source: outcome.source.clone(),
            read,
            new: outcome.new,
            duplicates: outcome.known,
            error: outcome.error.as_ref().map(ToString::to_string),
            findings: outcome.findings.iter().map(of_finding).collect(),
        });
    }

    fn refused(&mut self, name: &str, failure: &Failure) {
        self.sources.push(Brought {
            source: name.to_owned(),
            read: 0,
            new: 0,
            duplicates: 0,
            error: Some(failure.text.clone()),
            findings: Vec::new(),
        });
    }
}

/// Tells how a reading went.
fn tell(session: &Session, outcome: &Outcome) -> Ending {
    session.say(&format!(
        "{}: {} new, {} known",
        outcome.source, outcome.new, outcome.known
    ));
    let mut ending = Ending::Done;
    for finding in &outcome.findings {
        if finding.severity > Severity::Note {
            ending = Ending::Found;
        }
        session.say(&format!(
            "  {}: {}: {}",
            sync::severity_word(finding.severity),
            finding.subject,
            finding.text
        ));
    }
    if let Some(error) = &outcome.error {
        session.complain(&format!("{}: {error}", outcome.source));
        ending = Ending::Unable;
    }
    ending
}

pub fn run(session: &Session, args: &SyncArgs) -> Result<Ending, Failure> {
    let since = args
        .since
        .map(|since| since.resolve(session.now, session.rules.timezone));
    let known = session.source_names();
    if let Some(name) = args
        .sources
        .iter()
        .find(|name| !known.contains(&name.as_str()))
    {
        return Err(no_source(name, &known));
    }
    if known.is_empty() {
        return Err(Failure::unable("there is no source to read").hinted(
            "name one under [[sources]] in leadtime.toml, or let `leadtime init` propose it",
        ));
    }
    let wanted = |name: &str| args.sources.is_empty() || args.sources.iter().any(|one| one == name);
    let (feeds, refused) = session.feeds(since, wanted);
    let mut summary = Summary::default();
    for (name, failure) in &refused {
        summary.refused(name, failure);
        session.complain(&format!("{name}: {}", failure.text));
    }
    let mut store = assemble::open_log(&session.log)?;
    let bars = Bars::new(session.quiet);
    let outcomes = block_on(sync::sync(&feeds, &mut store, session.now, &bars))??;
    bars.end();
    let mut ending = if refused.is_empty() {
        Ending::Done
    } else {
        Ending::Unable
    };
    for outcome in outcomes {
        summary.add(&outcome);
        ending = match (ending, tell(session, &outcome)) {
            (Ending::Unable, _) | (_, Ending::Done) => ending,
            (_, worse) => worse,
        };
    }
    let acted = store.journal_head()?.is_some();
    let mut engine = session.open(store)?;
    if acted {
        follow_up(session, &mut engine)?;
    }
    if session.json {
        summary.seconds = (clock::now() - session.now).seconds();
        show(session, "leadtime/sync/v1", &summary, |_| String::new())?;
    }
    Ok(ending)
}
