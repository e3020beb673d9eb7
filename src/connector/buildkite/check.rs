//! Looks whether Buildkite can be read: whose token it is, and which pipelines are wanted.

use super::config::{List, lists};
use super::{DESCRIPTOR, client};
use crate::connector::health::Scope;
use crate::connector::http::Stop;
use crate::connector::http::instance::Instance;
use crate::connector::selection::Selection;
use crate::connector::{ConnectorError, Health};

/// What is wanted of a token.
const SCOPES: &[Scope] = &[
    Scope {
        any: &["read_pipelines"],
        costs: "no pipeline is found",
        reads: true,
    },
    Scope {
        any: &["read_builds"],
        costs: "no build is read",
        reads: true,
    },
    Scope {
        any: &["write_builds"],
        costs: "nothing can be unblocked, run again or cancelled there",
        reads: false,
    },
];

pub async fn check(instance: &Instance, selection: &Selection) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &instance.source;
    health.facts.push(match client::me(instance).await? {
        Some(me) => format!("{host} answers; the token belongs to {}", me.name),
        None => format!("{host} answers; the token may not ask whose it is (scope read_user)"),
    });
    match client::token(instance).await? {
        Some(token) => health.scopes(host, token.scopes.iter().map(String::as_str), SCOPES),
        None => health.untold(DESCRIPTOR.tool),
    }
    for list in lists(selection) {
        let found = match &list {
            List::Organization(name) => client::pipelines(instance, name).await,
            List::Pipeline(slug) => client::pipeline(instance, slug).await.map(|one| vec![one]),
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                health.note(list.name(), Stop::Failed(error))?;
                continue;
            }
        };
        let owner = list.organization();
        let wanted = found
            .iter()
            .filter(|one| one.archived_at.is_none())
            .filter(|one| selection.has(&format!("{owner}/{}", one.slug)))
            .count();
        health.facts.push(format!(
            "{}: {wanted} of {} pipelines are read",
            list.name(),
            found.len()
        ));
        if wanted == 0 {
            health.warn(list.name(), "no pipeline of it fits `projects`");
        }
    }
    health.allowance(&instance.http);
    health.clock(&instance.http, host);
    Ok(health)
}
