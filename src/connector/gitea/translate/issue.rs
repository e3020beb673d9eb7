//! Issues that bear the label `incident`, alone or in a scope (`kind/incident`), as incidents. Scoped labels (`service/checkout`, `environment/production`,
//! `severity/high`) say what it struck; without one it is the service that is named like the repository.

use super::{Origin, said};
use crate::connector::facts::Facts;
use crate::connector::gitea::wire::Issue;
use crate::event::kind::{Incident, IncidentPhase, Kind};
use crate::event::time::Timestamp;

fn is_incident(issue: &Issue) -> bool {
    let last = |name: &str| {
        name.rsplit('/')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    issue
        .labels
        .iter()
        .any(|label| last(&label.name) == "incident")
}

/// The life of an incident as far as the list of issues tells it.
#[must_use]
pub fn issue(origin: &Origin, issue: &Issue) -> Facts {
    let mut facts = Facts::default();
    let Some(created) = issue.created_at.filter(|_| is_incident(issue)) else {
        return facts;
    };
    let scoped = |scope: &str| {
        let mut labels = issue.labels.iter();
        let rest = labels.find_map(|label| label.name.strip_prefix(scope)?.strip_prefix('/'));
        rest.map(str::to_owned)
    };
    let name = origin.repository.rsplit('/').next().unwrap_or_default();
    let known = Incident {
        incident: format!("{}#{}", origin.repository, issue.number),
        service: scoped("service").or_else(|| Some(name.to_owned())),
        environment: scoped("environment"),
        severity: scoped("severity"),
        description: said(&issue.title),
        url: said(&issue.html_url),
        ..Incident::default()
    };
    let mut tell = |what: String, at: Timestamp, phase: IncidentPhase| {
        let fact = Incident {
            phase,
            ..known.clone()
        };
        let id = format!("incident/{}/{what}", issue.number);
        let event = origin.event(id, at, Kind::Incident(fact));
        facts.events.push(event);
    };
    tell("reported".to_owned(), created, IncidentPhase::Detected);
    match (
        issue.closed_at.filter(|_| issue.state == "closed"),
        issue.updated_at,
    ) {
        (Some(at), _) => tell(format!("resolved/{at}"), at, IncidentPhase::Resolved),
        // Seen open after it was closed, perhaps: then it is open again.
        (None, Some(at)) if at > created => {
            tell(format!("updated/{at}"), at, IncidentPhase::Detected);
        }
        _ => {}
    }
    facts
}
