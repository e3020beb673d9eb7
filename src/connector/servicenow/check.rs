//! Looks whether ServiceNow can be read: whose account it is, and what of its newest change requests is of services that are read.

use super::DESCRIPTOR;
use super::client::Reach;
use super::translate::service;
use crate::connector::pattern::Names;
use crate::connector::{ConnectorError, Health};
use crate::event::time::{Span, Timestamp};

/// What is looked at.
const LATELY: Span = Span::from_seconds(30 * 86_400);

pub async fn check(
    reach: &Reach<'_>,
    services: &Names,
    now: Timestamp,
) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.source;
    let page = reach.touched((now - LATELY, now), 0).await?;
    let changes = &page.found.items;
    let of: Vec<Option<String>> = changes.iter().map(|one| service(reach, one)).collect();
    let names: Vec<String> = of.iter().flatten().cloned().collect();
    let wanted = of.iter();
    let wanted = wanted.filter(|name| services.want(name.as_deref().unwrap_or_default()));
    health.facts.push(format!(
        "{host} answers; {} of the newest {} change requests are read",
        wanted.count(),
        changes.len()
    ));
    match reach.me().await? {
        Some(me) => health.facts.push(format!("the account is {me}")),
        None => health.warn(
            host,
            "it does not tell whose account it is, so nothing can be decided there: give the source a `user` and the password as its `token`",
        ),
    }
    if changes.is_empty() {
        health.warn(
            host,
            "no change request of the last 30 days is seen: may the account read them (role itil, or sn_change_read)?",
        );
    } else if names.is_empty() {
        health.warn(
            host,
            "none of them names a configuration item or a service: say where it stands with service = \"{u_application}\"",
        );
    }
    for idle in services.idle(&names) {
        let text = format!("no service of the newest change requests fits {idle:?} of `projects`");
        health.warn(host, text);
    }
    for complaint in page.found.complaints {
        health.warn(host, complaint);
    }
    health.untold(DESCRIPTOR.tool);
    health.clock(&reach.instance.http, host);
    Ok(health)
}
