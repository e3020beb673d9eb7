//! Looks whether Netlify can be read: whose token it is, and which sites are wanted.

use super::DESCRIPTOR;
use super::client;
use crate::connector::http::instance::Instance;
use crate::connector::pattern::Names;
use crate::connector::{ConnectorError, Health};

pub async fn check(instance: &Instance, names: &Names) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &instance.source;
    let me = client::me(instance).await?.name();
    let me = me.unwrap_or_else(|| "nobody that it names".to_owned());
    health
        .facts
        .push(format!("{host} answers; the token belongs to {me}"));
    let sites = client::sites(instance).await?;
    let all: Vec<String> = sites.items.iter().map(|site| site.name.clone()).collect();
    let wanted = all.iter().filter(|name| names.want(name)).count();
    health
        .facts
        .push(format!("{wanted} of {} sites are read", all.len()));
    for idle in names.idle(&all) {
        health.warn(host, format!("no site fits {idle:?} of `projects`"));
    }
    for site in sites.items.iter().filter(|site| names.want(&site.name)) {
        let published = site.published_deploy.as_ref();
        if published.is_some_and(|deploy| deploy.locked == Some(true)) {
            health
                .facts
                .push(format!("{}: its published deploy is locked", site.name));
        }
    }
    health.untold(DESCRIPTOR.tool);
    health.allowance(&instance.http);
    health.clock(&instance.http, host);
    Ok(health)
}
