//! Issues of a code host: incidents, where their type or a label says so, and tickets. A scoped label (`service::checkout`, `environment/production`,
//! `severity:high`) says what an incident struck; without one it is the service that is named like the repository.

use super::facts::given;
use crate::event::Event;
use crate::event::kind::{Incident, IncidentPhase, Kind, Ticket, TicketPhase};
use crate::event::time::Timestamp;

/// An issue, as every host has it.
#[derive(Clone, Debug, Default)]
pub struct Issue<'a> {
    /// `context.source` of its events.
    pub source: &'a str,
    /// `acme/checkout`.
    pub repository: &'a str,
    pub number: String,
    pub title: Option<&'a String>,
    pub url: Option<&'a String>,
    /// Its type, as the host calls it.
    pub kind: Option<&'a String>,
    pub severity: Option<String>,
    pub labels: Vec<String>,
    pub created: Timestamp,
    pub updated: Option<Timestamp>,
    /// Where it is closed now.
    pub closed: Option<Timestamp>,
}

/// The name of an issue, with its repository, since `#3` is another in every one.
#[must_use]
pub fn issue_id(repository: &str, number: impl std::fmt::Display) -> String {
    format!("{repository}#{number}")
}

impl Issue<'_> {
    /// Whether its type, or a label, alone or in a scope (`kind/incident`), says that it is an incident.
    #[must_use]
    pub fn is_incident(&self) -> bool {
        let last = |label: &str| {
            let last = label.rsplit(['/', ':']).next();
            last.is_some_and(|last| last.trim().eq_ignore_ascii_case("incident"))
        };
        self.kind.is_some_and(|kind| last(kind)) || self.labels.iter().any(|label| last(label))
    }

    /// What a scoped label says.
    fn scoped(&self, scope: &str) -> Option<String> {
        let mut labels = self.labels.iter();
        labels.find_map(|label| {
            let rest = label.strip_prefix(scope)?;
            let of = ["::", "/", ":"]
                .iter()
                .find_map(|sign| rest.strip_prefix(sign))?;
            (!of.trim().is_empty()).then(|| of.trim().to_owned())
        })
    }

    /// The life of an incident as far as a list tells it.
    #[must_use]
    pub fn incident(&self) -> Vec<Event<String>> {
        let name = self.repository.rsplit('/').next().unwrap_or_default();
        let known = Incident {
            incident: issue_id(self.repository, &self.number),
            service: self.scoped("service").or_else(|| Some(name.to_owned())),
            environment: self.scoped("environment"),
            description: given(self.title),
            url: given(self.url),
            severity: self.severity.clone().or_else(|| self.scoped("severity")),
            ..Incident::default()
        };
        let tell = |what: String, at: Timestamp, phase: IncidentPhase| {
            let fact = Incident {
                phase,
                ..known.clone()
            };
            self.event(
                format!("incident/{}/{what}", self.number),
                at,
                Kind::Incident(fact),
            )
        };
        let mut events = vec![tell(
            "reported".to_owned(),
            self.created,
            IncidentPhase::Detected,
        )];
        events.extend(match (self.closed, self.updated) {
            (Some(at), _) => Some(tell(format!("resolved/{at}"), at, IncidentPhase::Resolved)),
            // Seen open after it was closed, perhaps: then it is open again.
            (None, Some(at)) if at > self.created => {
                Some(tell(format!("updated/{at}"), at, IncidentPhase::Detected))
            }
            _ => None,
        });
        events
    }

    /// The life of a ticket as far as a list tells it.
    #[must_use]
    pub fn ticket(&self) -> Vec<Event<String>> {
        let known = Ticket {
            ticket: issue_id(self.repository, &self.number),
            summary: given(self.title),
            url: given(self.url),
            kind: given(self.kind),
            labels: self.labels.clone().into(),
            ..Ticket::default()
        };
        let tell = |what: String, at: Timestamp, phase: TicketPhase| {
            let fact = Ticket {
                phase,
                ..known.clone()
            };
            self.event(
                format!("issue/{}/{what}", self.number),
                at,
                Kind::Ticket(fact),
            )
        };
        let mut events = vec![tell(
            "opened".to_owned(),
            self.created,
            TicketPhase::Created,
        )];
        if let Some(at) = self
            .updated
            .filter(|at| *at > self.created && self.closed != Some(*at))
        {
            // An open issue may have been closed before: then it is open again.
            let phase = match self.closed {
                None => TicketPhase::Created,
                Some(_) => TicketPhase::Updated,
            };
            events.push(tell(format!("updated/{at}"), at, phase));
        }
        if let Some(at) = self.closed {
            events.push(tell(format!("closed/{at}"), at, TicketPhase::Closed));
        }
        events
    }

    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.to_owned(),
            id,
            at,
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_what_an_issue_is_and_of_what() {
        let issue = |labels: &[&str]| Issue {
            repository: "acme/checkout",
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            ..Issue::default()
        };
        for (labels, is_incident) in [
            (&["Incident"][..], true),
            (&["kind/incident"], true),
            (&["type::incident", "x"], true),
            (&["incidental", "bug"], false),
            (&[], false),
        ] {
            assert_eq!(issue(labels).is_incident(), is_incident, "{labels:?}");
        }
        let of = issue(&[
            "service::pay",
            "environment/production",
            "severity: high",
            "services",
        ]);
        assert_eq!(of.scoped("service").as_deref(), Some("pay"));
        assert_eq!(of.scoped("environment").as_deref(), Some("production"));
        assert_eq!(of.scoped("severity").as_deref(), Some("high"));
        let kind = "Incident".to_owned();
        let typed = Issue {
            kind: Some(&kind),
            ..issue(&[])
        };
        assert!(typed.is_incident());
    }
}
