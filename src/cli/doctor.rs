//! `leadtime doctor`.

use super::args::DoctorArgs;
use super::bar::Bar;
use super::hint::no_source;
use super::session::{Session, block_on};
use super::{Ending, show};
use crate::app::doctor::unlinked;
use crate::app::sync::{Feed, note, severity_word};
use crate::app::{Engine, assemble};
use crate::error::Failure;
use crate::event::time::{Span, Timestamp};
use crate::model::step::producer;
use crate::report::doctor::{Clock, Doctor, Found, LogLine, SourceLine, SourceState, Unlinked};
use crate::report::{self};

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
        log: log(session, &engine),
        ..Doctor::default()
    };
    if args.sources.is_empty() {
        let bar = Bar::new("looking at events", session.quiet);
        let found = unlinked(&mut engine, session.as_of, &mut |done, total| {
            bar.at(done, Some(total));
        })?;
        bar.end();
        doctor.unlinked = found
            .into_iter()
            .map(|found| Unlinked {
                reason: found.reason,
                count: found.count,
                example: found.example,
                fix: found.fix,
            })
            .collect();
        doctor.clocks = clocks(&engine);
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
            Err(failure) => lines.push(SourceLine {
                name: source.name.clone(),
                kind: source.kind.name().to_owned(),
                state: SourceState::Error,
                last_read: None,
                lag_seconds: None,
                events: 0,
                facts: Vec::new(),
                findings: vec![found("error", &source.name, &failure.text)],
            }),
        }
    }
    if let Some(feed) = session.here_feed().filter(|feed| wanted(&feed.name)) {
        lines.push(line(session, engine, &feed, args.offline)?);
    }
    Ok(lines)
}

fn found(severity: &'static str, subject: &str, text: &str) -> Found {
    Found {
        severity,
        subject: subject.to_owned(),
        text: text.to_owned(),
    }
}

fn line(
    session: &Session,
    engine: &Engine,
    feed: &Feed,
    offline: bool,
) -> Result<SourceLine, Failure> {
    let note = note(engine.log(), &feed.name)?;
    let kind = feed.connector.kind();
    let sent = || {
        let sources = engine.catalogue().sources.iter();
        sources.filter(|source| producer(&source.source) == kind)
    };
    let newest = sent().map(|source| source.last).max();
    let mut findings: Vec<Found> = note
        .findings
        .iter()
        .map(|one| found(grave(&one.severity), &one.subject, &one.text))
        .collect();
    if let Some(error) = &note.error {
        findings.push(found("error", "the last reading", error));
    }
    let mut facts = Vec::new();
    if !offline {
        match block_on(feed.connector.check(session.now))? {
            Ok(health) => {
                facts = health.facts;
                for one in health.findings {
                    let same = findings.iter().any(|known| known.text == one.text);
                    if !same {
                        findings.push(found(severity_word(one.severity), &one.subject, &one.text));
                    }
                }
            }
            Err(error) => findings.push(found("error", &feed.name, &error.to_string())),
        }
    }
    let has = |severity: &str| findings.iter().any(|found| found.severity == severity);
    let state = if has("error") {
        SourceState::Error
    } else if has("warning") {
        SourceState::Warning
    } else if note.tried.is_none() {
        SourceState::NeverRead
    } else {
        SourceState::Ok
    };
    Ok(SourceLine {
        name: feed.name.clone(),
        kind: kind.to_owned(),
        state,
        last_read: note.read,
        lag_seconds: note
            .read
            .zip(newest)
            .map(|(read, newest)| (read - newest).max(Span::ZERO)),
        events: sent().map(|source| source.events).sum(),
        facts,
        findings,
    })
}

fn grave(word: &str) -> &'static str {
    match word {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

fn clocks(engine: &Engine) -> Vec<Clock> {
    let sources = engine.catalogue().sources.iter();
    sources
        .filter(|source| source.ahead > 0)
        .map(|source| Clock {
            source: source.source.clone(),
            ahead_seconds: source.ahead_by,
        })
        .collect()
}

fn log(session: &Session, engine: &Engine) -> LogLine {
    let partitions = || {
        engine
            .catalogue()
            .partitions
            .iter()
            .filter(|one| one.events > 0)
    };
    let newest: Option<Timestamp> = engine
        .catalogue()
        .sources
        .iter()
        .map(|one| one.arrived)
        .max();
    LogLine {
        place: session.log.display().to_string(),
        events: engine.catalogue().events,
        first: partitions().map(|one| one.first).min(),
        last: partitions().map(|one| one.last).max(),
        bytes: std::fs::metadata(&session.log)
            .ok()
            .map(|about| about.len()),
        snapshot: engine.is_kept().then_some(newest).flatten(),
    }
}
