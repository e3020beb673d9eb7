//! `leadtime doctor`.

use super::args::DoctorArgs;
use super::bar::Bar;
use super::hint::no_source;
use super::session::{Session, block_on};
use super::{Ending, show};
use crate::app::doctor::{Search, refused};
use crate::app::sync::Feed;
use crate::app::{self, Engine, assemble};
use crate::error::Failure;
use crate::model::diagnosis::{Doctor, SourceLine};
use crate::report;

pub fn run(session: &Session, args: &DoctorArgs) -> Result<Ending, Failure> {
    let mut engine = session.open(assemble::open_log(&session.log)?)?;
    let mut doctor = Doctor {
        sources: sources(session, &engine, args)?,
        config_warnings: session
            .config
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect(),
        log: app::doctor::log(&engine, &session.log),
        ..Doctor::default()
    };
    if args.sources.is_empty() {
        let bar = Bar::new("looking at events", session.quiet);
        let mut search = Search::new(&mut engine, session.as_of)?;
        while search.step(&mut engine)? {
            let (done, total) = search.progress();
            bar.at(done as u64, Some(total as u64));
        }
        bar.end();
        doctor.unlinked = search.found();
        doctor.clocks = app::doctor::clocks(&engine);
    }
    show(session, "leadtime/doctor/v1", &doctor, |doctor| {
        report::doctor(doctor, &session.style)
    })?;
    Ok(if doctor.found() {
        Ending::Found
    } else {
        Ending::Done
    })
}

fn sources(
    session: &Session,
    engine: &Engine,
    args: &DoctorArgs,
) -> Result<Vec<SourceLine>, Failure> {
    let known = session.source_names();
    let unknown = args
        .sources
        .iter()
        .find(|name| !known.contains(&name.as_str()));
    if let Some(name) = unknown {
        return Err(no_source(name, &known));
    }
    let wanted = |name: &str| args.sources.is_empty() || args.sources.iter().any(|one| one == name);
    let mut lines = Vec::new();
    // A source that cannot even be set up (no token, say) is told as one, and the others go on.
    for source in session
        .config
        .sources
        .iter()
        .filter(|one| wanted(&one.name))
    {
        match session.feed(source, None) {
            Ok(feed) => lines.push(line(session, engine, &feed, args.offline)?),
            Err(failure) => {
                lines.push(refused(&source.name, source.kind.name(), &failure.text));
            }
        }
    }
    if let Some(feed) = session.here_feed().filter(|feed| wanted(&feed.name)) {
        lines.push(line(session, engine, &feed, args.offline)?);
    }
    Ok(lines)
}

fn line(
    session: &Session,
    engine: &Engine,
    feed: &Feed,
    offline: bool,
) -> Result<SourceLine, Failure> {
    let health = if offline {
        None
    } else {
        let asked = block_on(feed.connector.check(session.now))?;
        Some(asked.map_err(|error| error.to_string()))
    };
    let kind = feed.connector.kind();
    Ok(app::doctor::source(engine, &feed.name, kind, health)?)
}
