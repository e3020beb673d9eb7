//! An issue as a ticket, or as an incident where its type or a label says so: when it was made, when its status changed, when it was resolved and opened again.

use super::Origin;
use crate::connector::facts::Facts;
use crate::event::kind::{Incident, IncidentPhase, Kind, Ticket, TicketPhase};
use crate::event::time::Timestamp;

/// How an issue is called that is an incident.
const INCIDENT: &str = "incident";

fn is_incident(origin: &Origin<'_>) -> bool {
    let is = |word: &str| word.to_ascii_lowercase().contains(INCIDENT);
    let kind = origin.issue.said("issuetype");
    let labels = origin.issue.all("labels");
    kind.is_some_and(|kind| is(&kind))
        || labels
            .iter()
            .any(|label| label.eq_ignore_ascii_case(INCIDENT))
}

/// When it ended, and when it went on.
enum Turn {
    Over(Timestamp),
    Again(Timestamp),
}

/// The life of an issue.
#[must_use]
pub fn issue(origin: &Origin<'_>) -> Facts {
    let Some(created) = origin.issue.time("created") else {
        return Facts::default();
    };
    if is_incident(origin) {
        incident(origin, created)
    } else {
        ticket(origin, created)
    }
}

/// Its endings: by its resolution; where its workflow sets none, by its status.
fn turns(origin: &Origin<'_>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = origin
        .changes("resolution")
        .map(|(_, item, at)| match &item.to {
            Some(to) if !to.is_empty() => Turn::Over(at),
            _ => Turn::Again(at),
        })
        .collect();
    let issue = origin.issue;
    if turns.is_empty() && issue.is_done() {
        let at = issue.time("resolutiondate");
        let at = at.or_else(|| issue.time("statuscategorychangedate"));
        let at = at.or_else(|| origin.changes("status").last().map(|(_, _, at)| at));
        turns.extend(at.map(Turn::Over));
    }
    turns
}

fn ticket(origin: &Origin<'_>, created: Timestamp) -> Facts {
    let (issue, mut facts) = (origin.issue, Facts::default());
    let key = &issue.key;
    let known = Ticket {
        ticket: key.clone(),
        summary: issue.said("summary"),
        url: Some(origin.url()),
        kind: issue.said("issuetype"),
        labels: issue.all("labels").into(),
        ..Ticket::default()
    };
    let mut tell = |what: String, at: Timestamp, phase: TicketPhase| {
        let fact = Ticket {
            phase,
            ..known.clone()
        };
        let event = origin.event(format!("{key}/{what}"), at, Kind::Ticket(fact));
        facts.events.push(event);
    };
    tell("created".to_owned(), created, TicketPhase::Created);
    for (history, _, at) in origin.changes("status") {
        tell(format!("status/{}", history.id), at, TicketPhase::Updated);
    }
    for turn in turns(origin) {
        match turn {
            Turn::Over(at) => tell(format!("closed/{at}"), at.max(created), TicketPhase::Closed),
            Turn::Again(at) => tell(format!("reopened/{at}"), at, TicketPhase::Created),
        }
    }
    facts
}

fn incident(origin: &Origin<'_>, created: Timestamp) -> Facts {
    let (issue, mut facts) = (origin.issue, Facts::default());
    let key = &issue.key;
    let told = origin.reach.told;
    let known = Incident {
        incident: key.clone(),
        service: origin.told(told.service.as_ref(), &["component"]),
        environment: origin.told(told.environment.as_ref(), &[]),
        description: issue.said("summary"),
        severity: issue.said("priority"),
        url: Some(origin.url()),
        ..Incident::default()
    };
    let mut tell = |what: String, at: Timestamp, phase: IncidentPhase| {
        let fact = Incident {
            phase,
            ..known.clone()
        };
        let event = origin.event(format!("{key}/{what}"), at, Kind::Incident(fact));
        facts.events.push(event);
    };
    tell("reported".to_owned(), created, IncidentPhase::Detected);
    for turn in turns(origin) {
        match turn {
            Turn::Over(at) => tell(
                format!("resolved/{at}"),
                at.max(created),
                IncidentPhase::Resolved,
            ),
            Turn::Again(at) => tell(format!("reopened/{at}"), at, IncidentPhase::Detected),
        }
    }
    facts
}
