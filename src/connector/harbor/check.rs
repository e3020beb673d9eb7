//! Looks whether Harbor can be read: which repositories are seen, and whether the artifacts of one are.

use super::DESCRIPTOR;
use super::client;
use crate::connector::http::Stop;
use crate::connector::http::instance::Instance;
use crate::connector::selection::Selection;
use crate::connector::{ConnectorError, Health};

pub async fn check(instance: &Instance, selection: &Selection) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &instance.source;
    let me = client::me(instance).await?;
    health.facts.push(match me {
        Some(me) => format!("{host} answers; the user is {me}"),
        None => format!("{host} answers; no user, or a robot"),
    });
    let mut seen: Vec<String> = selection.named.iter().cloned().collect();
    for project in selection.owners() {
        match client::repositories(instance, project).await {
            Ok(found) => {
                let names = found.items.into_iter().map(|one| one.name);
                let wanted: Vec<String> = names.filter(|name| selection.wants(name)).collect();
                if wanted.is_empty() {
                    health.warn(
                        project,
                        "no repository of it that may be seen fits `repositories`",
                    );
                }
                seen.extend(wanted);
            }
            Err(error) => health.note(project, Stop::Failed(error))?,
        }
    }
    health
        .facts
        .push(format!("{} repositories are read", seen.len()));
    if let Some(first) = seen.first() {
        let url = client::newest_url(instance, first);
        match client::artifacts(instance, &url, first).await {
            Ok(_) => health
                .facts
                .push(format!("{first}: its artifacts can be read")),
            Err(error) => health.note(first, Stop::Failed(error))?,
        }
    }
    health.untold(DESCRIPTOR.tool);
    health.clock(&instance.http, host);
    Ok(health)
}
