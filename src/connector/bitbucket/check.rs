//! Looks whether Bitbucket can be read: which repositories are seen, and whether one's pipelines are.

use super::client;
use super::wire::Pipeline;
use crate::connector::http::Stop;
use crate::connector::http::instance::Instance;
use crate::connector::selection::Selection;
use crate::connector::{ConnectorError, Health};

pub async fn check(instance: &Instance, selection: &Selection) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let mut seen = Vec::new();
    for owner in selection.owners() {
        match client::repositories(instance, owner).await {
            Ok(found) => {
                let names = found.items.into_iter().map(|one| one.full_name);
                let wanted: Vec<String> = names.filter(|name| selection.wants(name)).collect();
                if wanted.is_empty() {
                    health.warn(
                        owner,
                        "no repository of it that may be seen fits `repositories`",
                    );
                }
                seen.extend(wanted);
            }
            Err(error) => health.note(owner, Stop::Failed(error))?,
        }
    }
    for name in &selection.named {
        match client::repository(instance, name).await {
            Ok(_) => seen.push(name.clone()),
            Err(error) => health.note(name, Stop::Failed(error))?,
        }
    }
    health.facts.push(format!(
        "{} answers; {} repositories are read",
        instance.source,
        seen.len()
    ));
    if let Some(first) = seen.first() {
        let url = client::pipelines_url(instance, first);
        match client::page::<Pipeline>(instance, &url, first).await {
            Ok(_) => health
                .facts
                .push(format!("{first}: its pipelines can be read")),
            Err(error) => health.note(first, Stop::Failed(error))?,
        }
    }
    health.clock(&instance.http, &instance.source);
    Ok(health)
}
