//! Looks whether the address answers, and what version it tells.

use super::client::Reach;
use crate::connector::{ConnectorError, Health};

pub async fn check(reach: &Reach<'_>) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let live = reach.live().await?;
    let host = &reach.instance.source;
    let told = [("version", live.version), ("commit", live.sha)];
    let told = told.into_iter();
    let told = told.filter_map(|(word, what)| Some(format!("{word} {}", what?)));
    let told: Vec<String> = told.collect();
    health
        .facts
        .push(format!("{host} answers; it tells {}", told.join(", ")));
    health.untold("an address");
    health.clock(&reach.instance.http, host);
    Ok(health)
}
