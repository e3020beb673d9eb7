//! What ran before, what took its place, and what went wrong between.

use super::{Case, Neighbour, Trouble, neighbour};
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::entity::{Incident, Record};
use crate::model::incident::{Link, link};
use crate::model::name::Name;
use crate::model::ran;
use crate::model::state::Lives;

/// What it replaced: the version that its pipeline had brought before.
pub(super) fn before(case: &Case<'_>) -> Option<Neighbour> {
    let workload = case.lives.workload;
    let row = case.delivery.row(case.row?.baseline?)?;
    let record = workload.records.get(row.record as usize)?;
    Some(neighbour(workload, record))
}

/// When another deployment took its place, and which; or when it was taken out. `then` is what the record is of, `now` what is known by now.
pub(super) fn end(
    now: &Workload,
    environment: &str,
    record: &Record,
    then: &Workload,
) -> (Option<Timestamp>, Option<Neighbour>) {
    let deployment = then.text(record.deployment);
    let next = now.records.iter().find(|other| {
        other.environment.map(|name| now.text(name)) == Some(environment)
            && other.outcome == Some(Outcome::Success)
            && other.finished > record.finished
            && (other.removed || now.text(other.deployment) != deployment)
    });
    let after = next.filter(|next| !next.removed);
    (
        next.and_then(|next| next.finished),
        after.map(|next| neighbour(now, next)),
    )
}

/// The incidents of the environment that were open between its coming and its end, and those that are put down to it, in the order of their time.
pub(super) fn incidents(
    now: &Lives<'_>,
    case: &Case<'_>,
    until: Option<Timestamp>,
) -> Vec<Trouble> {
    let workload = now.workload;
    let environment = &case.delivery.environment;
    let deployment = case.lives.workload.text(case.live.record.deployment);
    let delivery = ran::delivery(now, environment);
    let links = link(workload, &delivery, now.rules);
    let production = *environment == now.production().environment;
    let here = |incident: &Incident| match incident.environment {
        Some(name) => workload.text(name) == environment,
        None => production,
    };
    let meanwhile = |incident: &Incident| {
        let begun = incident.opened.or(incident.resolved);
        begun.is_some_and(|begun| until.is_none_or(|until| begun < until))
            && incident
                .resolved
                .is_none_or(|resolved| resolved >= case.live.since)
    };
    let is_of_it = |link: &Link| {
        let attempt = link.attempt.and_then(|place| delivery.attempt(place));
        attempt.is_some_and(|attempt| workload.text(attempt.deployment) == deployment)
    };
    let mut found: Vec<(&Incident, Option<&Link>)> = Vec::new();
    for (place, incident) in (0u32..).zip(&workload.incidents) {
        let mut own = links.iter().filter(|link| link.incident == place);
        let linked = own.find(|link| is_of_it(link)).filter(|_| here(incident));
        if linked.is_some() || here(incident) && meanwhile(incident) {
            found.push((incident, linked));
        }
    }
    found.sort_by_key(|(incident, _)| incident.opened.or(incident.resolved));
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let told = found.into_iter().map(|(incident, linked)| Trouble {
        incident: workload.text(incident.id).to_owned(),
        description: text(incident.description),
        severity: text(incident.severity),
        opened: incident.opened,
        resolved: incident.resolved,
        caused: linked.is_some(),
        inferred: linked.is_some_and(|link| link.inferred),
        url: text(incident.url),
    });
    told.collect()
}
