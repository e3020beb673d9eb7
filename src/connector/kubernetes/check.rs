//! Looks whether a cluster can be read, without reading it through: its version, which families it has, what the login may do with each, and which namespaces of
//! the source hold anything.

use std::collections::BTreeSet;

use super::client::{Cluster, Listed, Served};
use super::families::FAMILIES;
use super::family::Family;
use super::rights::{self, Missing};
use super::translate::key;
use super::wire::Version;
use crate::connector::error::ErrorKind;
use crate::connector::{ConnectorError, Health};

/// Looks.
pub async fn check(cluster: &Cluster<'_>) -> Result<Health, ConnectorError> {
    let instance = cluster.instance;
    let mut health = Health::default();
    let served = cluster.served().await?;
    let url = instance.address(&["version"], &[]);
    match instance.one::<Version>(&url, "the version").await {
        Ok(version) => health.facts.push(format!(
            "{} answers; it is Kubernetes {}",
            instance.source, version.git_version
        )),
        Err(error) if error.kind == ErrorKind::Network => return Err(error),
        Err(error) => health.warn(&instance.source, error.to_string()),
    }
    let missing = reviewed(cluster, &served, &mut health).await?;
    let mut namespaces = BTreeSet::new();
    let mut absent = Vec::new();
    for family in FAMILIES.iter().copied().filter(|one| one.is_read()) {
        let resource = family.resource();
        let name = resource.name();
        if missing.iter().any(|one| one.is_list_of(&name)) {
            continue;
        }
        if !served.has(resource.group) {
            absent.push(resource.kind);
            continue;
        }
        match cluster.all(&served, resource).await {
            Ok(Some(listed)) => {
                seen(family, &listed, &mut health);
                namespaces.extend(listed.objects.into_iter().map(|one| one.meta.namespace));
            }
            Ok(None) => absent.push(resource.kind),
            Err(error) if error.kind == ErrorKind::Network => return Err(error),
            Err(error) => health.warn(&name, error.to_string()),
        }
    }
    if !absent.is_empty() {
        let text = format!("it has no {}", absent.join(", "));
        health.facts.push(text);
    }
    let namespaces: Vec<String> = namespaces.into_iter().collect();
    for idle in cluster.namespaces.idle(&namespaces) {
        let text = format!(
            "no namespace with anything to read fits {idle:?} of `projects`: is it spelt as the cluster has it, and may the login of source {:?} see it?",
            instance.name
        );
        health.warn(&instance.source, text);
    }
    health.clock(&instance.http, &instance.source);
    Ok(health)
}

/// What the login may not do, told; nothing where the cluster does not say.
async fn reviewed(
    cluster: &Cluster<'_>,
    served: &Served,
    health: &mut Health,
) -> Result<Vec<Missing>, ConnectorError> {
    match rights::review(cluster, served).await {
        Ok(missing) => {
            rights::tell(&missing, &cluster.instance.name, health);
            Ok(missing)
        }
        Err(error) if error.kind == ErrorKind::Network => Err(error),
        Err(error) => {
            let text = format!("what the login may do is not known: {error}");
            health.facts.push(text);
            Ok(Vec::new())
        }
    }
}

/// What is there of a family, and what ails it.
fn seen(family: &dyn Family, listed: &Listed, health: &mut Health) {
    let name = family.resource().name();
    health
        .facts
        .push(format!("{name}: {}", listed.objects.len()));
    for complaint in &listed.complaints {
        health.warn(&name, complaint.clone());
    }
    for object in &listed.objects {
        if let Some(why) = family.ails(object) {
            health.warn(&key(family, object), why);
        }
    }
}
