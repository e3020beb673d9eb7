//! Issues: those of type incident as incidents, those that bear a label as tickets. A scoped label (`service::checkout`, `environment::production`) says what an
//! incident struck; without one it is the service that is named like the project.

use super::Origin;
use crate::connector::facts::{Facts, given};
use crate::connector::gitlab::ticket::issue_id;
use crate::connector::gitlab::wire::Issue;
use crate::event::kind::{Incident, IncidentPhase, Kind, Ticket, TicketPhase};
use crate::event::time::Timestamp;

/// Whether the issue is told of at all.
#[must_use]
pub fn is_told(issue: &Issue) -> bool {
    is_incident(issue) || issue.labels.as_ref().is_some_and(|all| !all.is_empty())
}

fn is_incident(issue: &Issue) -> bool {
    issue
        .issue_type
        .as_deref()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("incident"))
}

/// The life of an issue as far as the list tells it.
#[must_use]
pub fn issue(origin: &Origin, issue: &Issue) -> Facts {
    let mut facts = Facts::default();
    if !is_told(issue) {
        return facts;
    }
    let closed = issue.closed_at.filter(|_| issue.state == "closed");
    if is_incident(issue) {
        incident(origin, issue, closed, &mut facts);
    } else {
        ticket(origin, issue, closed, &mut facts);
    }
    if !["opened", "closed"].contains(&issue.state.as_str()) {
        facts.unknown("issue.state", &issue.state);
    }
    facts
}

fn incident(origin: &Origin, issue: &Issue, closed: Option<Timestamp>, facts: &mut Facts) {
    let labels = issue.labels.as_deref().unwrap_or_default();
    let scoped = |scope: &str| {
        let mut labels = labels.iter();
        let rest = labels.find_map(|label| label.strip_prefix(scope)?.strip_prefix("::"));
        rest.map(str::to_owned)
    };
    let name = origin.project.rsplit('/').next().unwrap_or_default();
    let known = Incident {
        incident: issue_id(&origin.project, issue.iid),
        service: scoped("service").or_else(|| Some(name.to_owned())),
        environment: scoped("environment"),
        description: given(issue.title.as_ref()),
        url: given(issue.web_url.as_ref()),
        severity: given(issue.severity.as_ref())
            .map(|word| word.to_ascii_lowercase())
            .filter(|word| word != "unknown"),
        ..Incident::default()
    };
    let mut tell = |what: String, at: Timestamp, phase: IncidentPhase| {
        let fact = Incident {
            phase,
            ..known.clone()
        };
        let id = format!("incident/{}/{what}", issue.iid);
        let event = origin.event(id, at, Kind::Incident(fact));
        facts.events.push(event);
    };
    tell(
        "reported".to_owned(),
        issue.created_at,
        IncidentPhase::Detected,
    );
    match closed {
        Some(at) => tell(format!("resolved/{at}"), at, IncidentPhase::Resolved),
        // Seen open after it was closed, perhaps: then it is open again.
        None if issue.updated_at > issue.created_at => tell(
            format!("updated/{}", issue.updated_at),
            issue.updated_at,
            IncidentPhase::Detected,
        ),
        None => {}
    }
}

fn ticket(origin: &Origin, issue: &Issue, closed: Option<Timestamp>, facts: &mut Facts) {
    let known = Ticket {
        ticket: issue_id(&origin.project, issue.iid),
        summary: given(issue.title.as_ref()),
        url: given(issue.web_url.as_ref()),
        kind: given(issue.issue_type.as_ref()),
        labels: issue.labels.clone().unwrap_or_default().into(),
        ..Ticket::default()
    };
    let mut tell = |what: String, at: Timestamp, phase: TicketPhase| {
        let fact = Ticket {
            phase,
            ..known.clone()
        };
        let id = format!("issue/{}/{what}", issue.iid);
        let event = origin.event(id, at, Kind::Ticket(fact));
        facts.events.push(event);
    };
    tell("opened".to_owned(), issue.created_at, TicketPhase::Created);
    if issue.updated_at > issue.created_at && closed != Some(issue.updated_at) {
        // An open issue may have been closed before: then it is open again.
        let phase = match closed {
            None => TicketPhase::Created,
            Some(_) => TicketPhase::Updated,
        };
        tell(
            format!("updated/{}", issue.updated_at),
            issue.updated_at,
            phase,
        );
    }
    if let Some(at) = closed {
        tell(format!("closed/{at}"), at, TicketPhase::Closed);
    }
}
