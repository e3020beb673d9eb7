//! `leadtime sync`.

use super::Ending;
use super::args::SyncArgs;
use super::bar::Bars;
use super::hint::no_source;
use super::session::{Session, block_on};
use crate::app::acting::follow;
use crate::app::{Engine, assemble, sync};
use crate::connector::Severity;
use crate::error::Failure;
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

pub fn run(session: &Session, args: &SyncArgs) -> Result<Ending, Failure> {
    let since = args.since.resolve(session.now, session.rules.timezone);
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
    let (feeds, refused) = session.feeds(Some(since), wanted);
    for (name, failure) in &refused {
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
        session.say(&format!(
            "{}: {} new, {} known",
            outcome.source, outcome.new, outcome.known
        ));
        for finding in outcome.findings {
            if finding.severity > Severity::Note && ending == Ending::Done {
                ending = Ending::Found;
            }
            session.say(&format!(
                "  {}: {}: {}",
                sync::severity_word(finding.severity),
                finding.subject,
                finding.text
            ));
        }
        if let Some(error) = outcome.error {
            session.complain(&format!("{}: {error}", outcome.source));
            ending = Ending::Unable;
        }
    }
    let acted = store.journal_head()?.is_some();
    let mut engine = session.open(store)?;
    if acted {
        follow_up(session, &mut engine)?;
    }
    Ok(ending)
}
