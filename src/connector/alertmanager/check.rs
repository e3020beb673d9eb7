//! Looks whether Alertmanager can be read: its version, its receivers, what fires now, and what of it belongs to nobody.

use super::DESCRIPTOR;
use super::client::Reach;
use super::config::Labels;
use super::translate::Origin;
use crate::connector::pattern::Names;
use crate::connector::{ConnectorError, Health};
use crate::event::time::Timestamp;

pub async fn check(
    reach: &Reach<'_>,
    receivers: &Names,
    labels: &Labels,
    now: Timestamp,
) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.source;
    let version = reach.about().await?.version_info.version;
    health
        .facts
        .push(format!("{host} answers; it is Alertmanager {version}"));
    let names = reach.receivers().await?.items;
    let names: Vec<String> = names.into_iter().map(|one| one.name).collect();
    for idle in receivers.idle(&names) {
        let text = format!(
            "no receiver fits {idle:?} of `projects`: it has {}",
            names.join(", ")
        );
        health.warn(host, text);
    }
    let origin = Origin {
        instance: reach.instance,
        receivers,
        labels,
        now,
    };
    let troubles = origin.troubles(&reach.groups().await?.items);
    let quiet = troubles.values().filter(|one| one.quiet).count();
    let (firing, others) = (troubles.len() - quiet, quiet);
    health.facts.push(format!(
        "incidents that fire: {firing}; silenced or inhibited: {others}"
    ));
    let silences = reach.silences().await?.items;
    let active = silences
        .iter()
        .filter(|one| one.status.state == "active")
        .count();
    health.facts.push(format!("silences that hold: {active}"));
    for trouble in troubles.values().filter(|one| one.open.service.is_none()) {
        let text =
            "it names no service: give it a label `service`, or the source service = \"{label}\"";
        health.warn(&trouble.name, text);
    }
    health.untold(DESCRIPTOR.tool);
    health.clock(&reach.instance.http, host);
    Ok(health)
}
