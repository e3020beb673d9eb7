//! From what runs, and from nobody answering, to events: pure.

use super::client::Reach;
use super::cursor::Down;
use super::find::Live;
use crate::event::Event;
use crate::event::kind::{Deployment, Incident, IncidentPhase, Kind, Outcome, Phase};
use crate::event::time::Timestamp;

/// Another version is live than before.
#[must_use]
pub fn seen(reach: &Reach<'_>, live: &Live, at: Timestamp) -> Event<String> {
    let told = reach.told;
    let name = live.version.as_ref().or(live.sha.as_ref());
    let id = format!(
        "live/{}/{}",
        name.map_or("", String::as_str),
        at.micros() / 1_000_000
    );
    let fact = Deployment {
        record: id.clone(),
        deployment: Some(id.clone()),
        service: told.service.clone(),
        environment: told.environment.clone(),
        repository: told.repository.clone(),
        sha: live.sha.clone(),
        version: live.version.clone(),
        url: Some(told.url.clone()),
        phase: Phase::Finished,
        outcome: Some(Outcome::Success),
        ..Deployment::default()
    };
    event(reach, id, at, Kind::Deployment(fact))
}

/// Nobody answers, or somebody does again.
#[must_use]
pub fn outage(
    reach: &Reach<'_>,
    down: &Down,
    (at, why): (Timestamp, Option<&str>),
    phase: IncidentPhase,
) -> Event<String> {
    let told = reach.told;
    let id = format!("down/{}", down.since.micros() / 1_000_000);
    let fact = Incident {
        incident: format!("{}/{id}", reach.instance.source),
        service: told.service.clone(),
        environment: told.environment.clone(),
        description: why.map(str::to_owned),
        url: Some(told.url.clone()),
        phase,
        ..Incident::default()
    };
    let word = match phase {
        IncidentPhase::Resolved => "resolved",
        _ => "detected",
    };
    event(reach, format!("{id}/{word}"), at, Kind::Incident(fact))
}

fn event(reach: &Reach<'_>, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
    Event {
        source: reach.instance.source.clone(),
        id,
        at,
        kind,
    }
}
