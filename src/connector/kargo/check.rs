//! Looks whether Kargo can be read: which projects are wanted, and their stages.

use super::DESCRIPTOR;
use super::client;
use crate::connector::http::Stop;
use crate::connector::http::instance::Instance;
use crate::connector::pattern::Names;
use crate::connector::{ConnectorError, Health};

pub async fn check(instance: &Instance, names: &Names) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &instance.source;
    let found = client::projects(instance).await?;
    let all: Vec<String> = found
        .items
        .into_iter()
        .map(|one| one.metadata.name)
        .collect();
    let wanted: Vec<&String> = all.iter().filter(|name| names.want(name)).collect();
    health.facts.push(format!(
        "{host} answers; {} of {} projects are read",
        wanted.len(),
        all.len()
    ));
    for idle in names.idle(&all) {
        health.warn(host, format!("no project fits {idle:?} of `projects`"));
    }
    for project in wanted {
        match client::stages(instance, project).await {
            Ok(stages) => {
                let names = stages
                    .items
                    .iter()
                    .map(|stage| stage.metadata.name.as_str());
                let names: Vec<&str> = names.collect();
                health
                    .facts
                    .push(format!("{project}: stages {}", names.join(", ")));
            }
            Err(error) => health.note(project, Stop::Failed(error))?,
        }
    }
    health.untold(DESCRIPTOR.tool);
    health.clock(&instance.http, host);
    Ok(health)
}
