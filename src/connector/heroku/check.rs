//! Looks whether Heroku can be read: whose token it is, and which apps are in which stage.

use super::DESCRIPTOR;
use super::Heroku;
use super::client;
use super::read::places;
use crate::connector::{ConnectorError, Health};

pub async fn check(this: &Heroku) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &this.instance.source;
    let me = client::me(&this.instance).await?;
    health
        .facts
        .push(format!("{host} answers; the token belongs to {}", me.email));
    let found = places(&this.instance, &this.names, this.environment.as_deref()).await?;
    for complaint in found.complaints {
        health.warn(host, complaint);
    }
    for place in &found.items {
        health.facts.push(format!(
            "{}: {} of {}",
            place.name, place.environment, place.service
        ));
    }
    if found.items.is_empty() {
        health.warn(
            host,
            "no app is read: those in a pipeline that fit `projects` are; for the others the source needs an `environment`",
        );
    }
    let names: Vec<String> = found.items.iter().map(|one| one.name.clone()).collect();
    for idle in this.names.idle(&names) {
        health.warn(
            host,
            format!("no app that is read fits {idle:?} of `projects`"),
        );
    }
    health.untold(DESCRIPTOR.tool);
    health.clock(&this.instance.http, host);
    Ok(health)
}
