//! Looks whether `PagerDuty` can be read: its services, and which of them are wanted.

use super::DESCRIPTOR;
use super::client::Reach;
use super::wire::Named;
use crate::connector::pattern::Names;
use crate::connector::{ConnectorError, Health};

pub async fn check(reach: &Reach<'_>, services: &Names) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.source;
    let found = reach.services().await?;
    let names: Vec<String> = found.items.iter().filter_map(Named::told).collect();
    let wanted = names.iter().filter(|name| services.want(name)).count();
    health.facts.push(format!(
        "{host} answers; {wanted} of {} services are read",
        names.len()
    ));
    for idle in services.idle(&names) {
        let text = format!(
            "no service fits {idle:?} of `projects`: is it spelt as PagerDuty has it, and may the key see it?"
        );
        health.warn(host, text);
    }
    health.untold(DESCRIPTOR.tool);
    health.allowance(&reach.instance.http);
    health.clock(&reach.instance.http, host);
    Ok(health)
}
