//! What an event names: its subject, who did it, what it is about, and the tool's own page of it.

use crate::event::Event;
use crate::event::kind::{ChangePhase, GatePhase, Kind};

/// What the event calls its subject.
#[must_use]
pub fn subject(event: &Event<String>) -> &str {
    match &event.kind {
        Kind::Commit(fact) => &fact.sha,
        Kind::Change(fact) => &fact.change,
        Kind::Run(fact) => &fact.run,
        Kind::Artifact(fact) => &fact.artifact,
        Kind::Scan(fact) => &fact.scan,
        Kind::Gate(fact) => &fact.gate,
        Kind::Deployment(fact) => &fact.record,
        Kind::Incident(fact) => &fact.incident,
        Kind::Tag(fact) => &fact.tag,
        Kind::Branch(fact) => &fact.branch,
        Kind::Ticket(fact) => &fact.ticket,
        Kind::Mark(fact) => &fact.target,
        Kind::Component(fact) => &fact.component,
        Kind::Other(_) => &event.id,
    }
}

/// Who did it, where the event names somebody.
#[must_use]
pub fn by(event: &Event<String>) -> Option<&str> {
    match &event.kind {
        Kind::Commit(fact) => fact.author.as_deref(),
        // Who merged or abandoned a change is not told, only whose it is.
        Kind::Change(fact) => match fact.phase {
            ChangePhase::Reviewed => fact.reviewer.as_deref(),
            ChangePhase::Created | ChangePhase::Updated => fact.author.as_deref(),
            ChangePhase::Merged | ChangePhase::Abandoned => None,
        },
        Kind::Gate(fact) => match fact.phase {
            GatePhase::Created => fact.requestor.as_deref(),
            GatePhase::Updated | GatePhase::Closed => fact.responder.as_deref(),
        },
        Kind::Mark(fact) => fact.by.as_deref(),
        _ => None,
    }
}

/// The repositories, services and artifacts that it names: what it is about, the most telling first.
#[must_use]
pub fn about(event: &Event<String>) -> [Option<&str>; 3] {
    let (service, repository, artifact) = match &event.kind {
        Kind::Commit(fact) => (&None, &fact.repository, &fact.artifact),
        Kind::Change(fact) => (&None, &fact.repository, &None),
        Kind::Run(fact) => (&None, &fact.repository, &fact.artifact),
        Kind::Artifact(fact) => {
            let repository = fact.repository.as_deref();
            return [None, repository, Some(&fact.artifact)];
        }
        Kind::Scan(fact) => (&None, &fact.repository, &fact.artifact),
        Kind::Gate(fact) => (&fact.service, &fact.repository, &fact.artifact),
        Kind::Deployment(fact) => (&fact.service, &fact.repository, &fact.artifact),
        Kind::Incident(fact) => (&fact.service, &None, &fact.artifact),
        Kind::Tag(fact) => (&None, &fact.repository, &None),
        Kind::Branch(fact) => (&None, &fact.repository, &None),
        Kind::Mark(fact) => (&fact.service, &None, &None),
        Kind::Component(fact) => (&fact.service, &fact.repository, &None),
        Kind::Ticket(_) | Kind::Other(_) => (&None, &None, &None),
    };
    [service, repository, artifact].map(Option::as_deref)
}

/// The tool's own page of it.
#[must_use]
pub fn link(event: &Event<String>) -> Option<&str> {
    match &event.kind {
        Kind::Change(fact) => fact.url.as_deref(),
        Kind::Run(fact) => fact.url.as_deref(),
        Kind::Scan(fact) => fact.url.as_deref(),
        Kind::Gate(fact) => fact.url.as_deref(),
        Kind::Deployment(fact) => fact.url.as_deref(),
        Kind::Incident(fact) => fact.url.as_deref(),
        Kind::Tag(fact) => fact.url.as_deref(),
        Kind::Ticket(fact) => fact.url.as_deref(),
        Kind::Component(fact) => fact.url.as_deref(),
        _ => None,
    }
}
