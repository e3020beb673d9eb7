//! Looks whether Bitbucket can be read: which repositories are seen, and whether one's pipelines are.

use super::{DESCRIPTOR, client};
use crate::connector::health::Scope;
use crate::connector::http::Stop;
use crate::connector::http::instance::Instance;
use crate::connector::selection::Selection;
use crate::connector::{ConnectorError, Health};

/// What is wanted of a token, as OAuth and as API tokens name it.
const SCOPES: &[Scope] = &[
    Scope {
        any: &[
            "read:repository:bitbucket",
            "repository",
            "repository:write",
            "repository:admin",
            "pullrequest",
            "pullrequest:write",
        ],
        costs: "no repository is read",
        reads: true,
    },
    Scope {
        any: &[
            "read:pullrequest:bitbucket",
            "pullrequest",
            "pullrequest:write",
        ],
        costs: "no pull request is read",
        reads: true,
    },
    Scope {
        any: &["read:pipeline:bitbucket", "pipeline", "pipeline:write"],
        costs: "no pipeline is read",
        reads: true,
    },
    Scope {
        any: &["write:pipeline:bitbucket", "pipeline:write"],
        costs: "no pipeline can be started, stopped or run again",
        reads: false,
    },
];

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
    let mut told = None;
    if let Some(first) = seen.first() {
        let url = client::pipelines_url(instance, first);
        match instance.answer(&url, first).await {
            Ok(answer) => {
                let fact = format!("{first}: its pipelines can be read");
                health.facts.push(fact);
                told = answer.header("x-oauth-scopes").map(str::to_owned);
            }
            Err(error) => health.note(first, Stop::Failed(error))?,
        }
    }
    match told {
        Some(scopes) => {
            let scopes = scopes.split([',', ' ']).map(str::trim);
            health.scopes(&instance.source, scopes, SCOPES);
        }
        None => health.untold(DESCRIPTOR.tool),
    }
    health.clock(&instance.http, &instance.source);
    Ok(health)
}
