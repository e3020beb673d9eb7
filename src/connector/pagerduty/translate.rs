//! An incident of `PagerDuty` into events: pure. It was triggered, somebody may be at it, and it may be over.

use super::wire::{Held, Incident, Named};
use crate::connector::facts::{Facts, given};
use crate::event::Event;
use crate::event::kind::{self, IncidentPhase, Kind};
use crate::event::time::Timestamp;

/// What every event says.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub source: &'a str,
    /// The environment that the source speaks of: `PagerDuty` knows none.
    pub environment: Option<&'a str>,
}

/// The name of the service that it is of.
#[must_use]
pub fn service(incident: &Incident) -> Option<String> {
    given(incident.service.as_ref().and_then(Named::told).as_ref())
}

/// Whether it is over. A word that is not known is none that says so.
#[must_use]
pub fn is_open(incident: &Incident) -> bool {
    incident.status != "resolved"
}

impl Origin<'_> {
    #[must_use]
    pub fn facts(&self, incident: &Incident) -> Facts {
        let mut facts = Facts::default();
        if !matches!(
            incident.status.as_str(),
            "triggered" | "acknowledged" | "resolved"
        ) {
            facts.unknown("incident.status", &incident.status);
        }
        let time = |text: &Option<String>| Timestamp::parse(text.as_deref()?);
        let Some(began) = time(&incident.created_at) else {
            return facts;
        };
        facts
            .events
            .push(self.event(incident, began, IncidentPhase::Detected));
        facts.events.extend(self.since(incident, began));
        let over = time(&incident.resolved_at).or_else(|| time(&incident.last_status_change_at));
        if let Some(over) = over.filter(|_| !is_open(incident)) {
            facts
                .events
                .push(self.event(incident, over.max(began), IncidentPhase::Resolved));
        }
        facts
    }

    /// What an open incident is since it was triggered: acknowledged, or triggered again, when that took too long or it was not over after all.
    fn since(&self, incident: &Incident, began: Timestamp) -> Option<Event<String>> {
        let taken = incident.acknowledgements.iter();
        let taken = taken.min_by_key(|one| (one.at().is_none(), one.at()));
        let changed = incident.changed();
        let (at, word) = match incident.status.as_str() {
            "acknowledged" => (taken.and_then(Held::at).or(changed)?, "acknowledged"),
            "triggered" => (changed.filter(|at| *at > began)?, "triggered"),
            _ => return None,
        };
        let at = at.max(began);
        let mut event = self.event(incident, at, IncidentPhase::Detected);
        event.id = format!("{}/{word}/{}", incident.id, at.micros() / 1_000_000);
        if let (Kind::Incident(fact), "acknowledged") = (&mut event.kind, word) {
            fact.acknowledged = Some(at);
            let by = incident.last_status_change_by.as_ref();
            fact.acknowledged_by = taken
                .and_then(Held::told)
                .or_else(|| given(by.and_then(Named::told).as_ref()));
        }
        Some(event)
    }

    fn event(&self, incident: &Incident, at: Timestamp, phase: IncidentPhase) -> Event<String> {
        let id = &incident.id;
        let priority = incident.priority.as_ref().and_then(Named::told);
        let fact = kind::Incident {
            incident: id.clone(),
            service: service(incident),
            environment: self.environment.map(str::to_owned),
            description: given(incident.title.as_ref())
                .or_else(|| given(incident.summary.as_ref())),
            severity: given(priority.as_ref()).or_else(|| given(incident.urgency.as_ref())),
            url: given(incident.html_url.as_ref()),
            phase,
            ..kind::Incident::default()
        };
        Event {
            source: self.source.to_owned(),
            // It may be opened again, and be over another time.
            id: match phase {
                IncidentPhase::Resolved => format!("{id}/resolved/{}", at.micros() / 1_000_000),
                _ => format!("{id}/triggered"),
            },
            at,
            kind: Kind::Incident(fact),
        }
    }
}
