//! `leadtime doctor`. Of a source that is asked for by its name, a first page is read and thrown away, too: what events can be made of it, and whose they
//! would be.

use std::collections::BTreeMap;
use std::time::Duration;

use super::args::DoctorArgs;
use super::bar::Bar;
use super::hint::no_source;
use super::session::{Session, block_on};
use super::{Ending, show};
use crate::app::doctor::{BACK, Search, Trial, of_finding, refused};
use crate::app::owners::Owners;
use crate::app::sync::Feed;
use crate::app::{self, Engine};
use crate::connector::Connector;
use crate::error::Failure;
use crate::event::Event;
use crate::event::time::Timestamp;
use crate::model::diagnosis::{Doctor, Found, SourceLine, SourceState};
use crate::report;
use crate::report::happening::{about, happening};

/// How long a first page may take.
const PATIENCE: Duration = Duration::from_mins(1);

pub fn run(session: &Session, args: &DoctorArgs) -> Result<Ending, Failure> {
    let mut engine = session.open(session.log(!session.source_names().is_empty())?)?;
    let mut doctor = Doctor {
        sources: sources(session, &engine, args)?,
        config_warnings: session
            .config
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect(),
        log: app::doctor::log(&engine, &session.log)?,
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
            Ok(feed) => lines.push(line(session, engine, &feed, args)?),
            Err(failure) => {
                lines.push(refused(&source.name, source.kind.name(), &failure.text));
            }
        }
    }
    if let Some(feed) = session.here_feed().filter(|feed| wanted(&feed.name)) {
        lines.push(line(session, engine, &feed, args)?);
    }
    Ok(lines)
}

fn line(
    session: &Session,
    engine: &Engine,
    feed: &Feed,
    args: &DoctorArgs,
) -> Result<SourceLine, Failure> {
    let health = if args.offline {
        None
    } else {
        let asked = block_on(feed.connector.check(session.now))?;
        Some(asked.map_err(|error| error.to_string()))
    };
    let kind = feed.connector.kind();
    let answers = matches!(health, Some(Ok(_)));
    let mut line = app::doctor::source(engine, &feed.name, kind, health)?;
    if answers && !args.sources.is_empty() {
        tried(engine, &*feed.connector, session.now, &mut line)?;
    }
    Ok(line)
}

/// Tells what a first page comes to, read at a time.
pub fn tried(
    engine: &Engine,
    connector: &dyn Connector,
    now: Timestamp,
    line: &mut SourceLine,
) -> Result<(), Failure> {
    let trial = async {
        let trial = Trial::of(connector, now);
        tokio::time::timeout(PATIENCE, trial).await
    };
    match block_on(trial)? {
        Err(_) => worse(
            line,
            SourceState::Warning,
            &format!("no event within {} s", PATIENCE.as_secs()),
        ),
        Ok(Err(error)) => worse(line, SourceState::Error, &error.to_string()),
        Ok(Ok(trial)) => {
            for finding in &trial.findings {
                let found = of_finding(finding);
                if !line.findings.iter().any(|one| one.text == found.text) {
                    line.findings.push(found);
                }
            }
            told(engine, &trial.events, line);
        }
    }
    Ok(())
}

fn told(engine: &Engine, events: &[Event<String>], line: &mut SourceLine) {
    let Some(first) = events.first() else {
        let days = BACK.micros() / 86_400_000_000;
        let nothing = format!("it was read to its end: nothing happened in the last {days} days");
        line.facts.push(nothing);
        return;
    };
    let sentence = happening(first).text();
    // Without the sign before it.
    let sentence = sentence.trim_start_matches(|c: char| !c.is_alphanumeric());
    let count = match events.len() {
        1 => "an event".to_owned(),
        many => format!("{many} events"),
    };
    line.facts.push(format!(
        "a page was read: {count}, such as: {sentence} ({} of {})",
        first.id, first.source
    ));
    let owners = Owners::of(engine);
    let mut whose: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut nobody, mut example) = (0, None);
    for event in events {
        let [service, repository, artifact] = about(event);
        let places = owners.find(service, repository, artifact);
        for definition in places
            .iter()
            .filter_map(|one| engine.definitions().get(*one))
        {
            *whose.entry(&definition.name).or_default() += 1;
        }
        let named = service.or(repository).or(artifact);
        if places.is_empty() && named.is_some() {
            nobody += 1;
            example = example.or(named);
        }
    }
    let whose: Vec<String> = whose
        .iter()
        .map(|(name, n)| format!("{name} ({n})"))
        .collect();
    if !whose.is_empty() {
        line.facts
            .push(format!("it would belong to {}", whose.join(", ")));
    }
    if let Some(example) = example.filter(|_| engine.is_configured()) {
        let text = format!(
            "{nobody} of {} would belong to no workload, such as {example}: name it among the `repositories`, `services` or `artifacts` of one",
            events.len()
        );
        let state = if whose.is_empty() {
            SourceState::Warning
        } else {
            line.state
        };
        worse(line, state, &text);
    }
}

/// Adds what was found; a source is no better than what was found last.
fn worse(line: &mut SourceLine, state: SourceState, text: &str) {
    let severity = match state {
        SourceState::Error => "error",
        SourceState::Warning => "warning",
        SourceState::Ok | SourceState::NeverRead => "note",
    };
    if state == SourceState::Error || line.state != SourceState::Error {
        line.state = state;
    }
    line.findings.push(Found {
        severity,
        subject: "a first page".to_owned(),
        text: text.to_owned(),
    });
}
