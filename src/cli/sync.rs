//! `leadtime sync`.

use super::Ending;
use super::args::SyncArgs;
use super::bar::Bars;
use super::session::{Session, block_on};
use crate::app::{assemble, sync};
use crate::connector::Severity;
use crate::error::Failure;

pub fn run(session: &Session, args: &SyncArgs) -> Result<Ending, Failure> {
    let since = args.since.resolve(session.now, session.rules.timezone);
    let mut feeds = session.feeds(Some(since))?;
    if !args.sources.is_empty() {
        for name in &args.sources {
            if !feeds.iter().any(|feed| feed.name == *name) {
                let known: Vec<&str> = feeds.iter().map(|feed| feed.name.as_str()).collect();
                return Err(Failure::usage(format!("there is no source `{name}`"))
                    .hinted(format!("there are {}", known.join(", "))));
            }
        }
        feeds.retain(|feed| args.sources.contains(&feed.name));
    }
    if feeds.is_empty() {
        return Err(Failure::unable("there is no source to read").hinted(
            "name one under [[sources]] in leadtime.toml, or let `leadtime init` propose it",
        ));
    }
    let mut store = assemble::open_log(&session.log)?;
    let bars = Bars::new(session.quiet);
    let outcomes = block_on(sync::sync(&feeds, &mut store, session.now, &bars))??;
    bars.end();
    let mut ending = Ending::Done;
    for outcome in outcomes {
        session.say(&format!(
            "{}: {} new, {} known",
            outcome.source, outcome.new, outcome.known
        ));
        for finding in outcome.findings {
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
        if let Some(error) = outcome.error {
            session.complain(&format!("{}: {error}", outcome.source));
            ending = Ending::Unable;
        }
    }
    session.open(store)?;
    Ok(ending)
}
