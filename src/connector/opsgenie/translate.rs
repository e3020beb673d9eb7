//! An incident or an alert of Opsgenie into events: pure. It began, and it may be over; of each service that it strikes.

use super::client::Kind;
use super::wire::Trouble;
use crate::connector::facts::{Facts, given};
use crate::event::Event;
use crate::event::kind::{self, Incident, IncidentPhase};
use crate::event::time::Timestamp;

/// What every event says.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub source: &'a str,
    /// The service and the environment of what names none.
    pub service: Option<&'a str>,
    pub environment: Option<&'a str>,
}

impl Origin<'_> {
    /// The services that are struck: those that it names (`named`), else the one of its tags, else the source's own.
    #[must_use]
    pub fn services(&self, trouble: &Trouble, named: Vec<String>) -> Vec<Option<String>> {
        if !named.is_empty() {
            return named.into_iter().map(Some).collect();
        }
        let tagged = trouble.tagged("service");
        vec![tagged.or_else(|| self.service.map(str::to_owned))]
    }

    #[must_use]
    pub fn facts(&self, kind: Kind, trouble: &Trouble, services: &[Option<String>]) -> Facts {
        let mut facts = Facts::default();
        if !matches!(trouble.status.as_str(), "open" | "resolved" | "closed") {
            facts.unknown("incident.status", &trouble.status);
        }
        let Some(began) = trouble.began() else {
            return facts;
        };
        for service in services {
            let mut tell = |what: &str, at: Timestamp, phase: IncidentPhase| {
                let of = service.as_deref().unwrap_or("-");
                facts.events.push(Event {
                    source: self.source.to_owned(),
                    id: format!("{}/{of}/{what}", trouble.id),
                    at,
                    kind: kind::Kind::Incident(Incident {
                        service: service.clone(),
                        phase,
                        ..self.known(kind, trouble)
                    }),
                });
            };
            tell("detected", began, IncidentPhase::Detected);
            if let Some(over) = trouble.over().filter(|_| !trouble.is_open()) {
                let what = format!("resolved/{}", over.micros() / 1_000_000);
                tell(&what, over.max(began), IncidentPhase::Resolved);
            }
        }
        facts
    }

    fn known(&self, kind: Kind, trouble: &Trouble) -> Incident<String> {
        let number = trouble.tiny_id.as_ref();
        let number = number.map(|number| match kind {
            Kind::Incident => format!("#{number}"),
            Kind::Alert => format!("alert #{number}"),
        });
        let environment = ["environment", "env"];
        let environment = environment.iter().find_map(|name| trouble.tagged(name));
        Incident {
            incident: trouble.id.clone(),
            environment: environment.or_else(|| self.environment.map(str::to_owned)),
            description: given(trouble.message.as_ref()).or(number),
            severity: given(trouble.priority.as_ref()),
            url: given(trouble.links.get("web")),
            ..Incident::default()
        }
    }
}
