//! Looks whether Gitea can be read, without reading it through: its version, who the token belongs to, which repositories are seen.

use super::DESCRIPTOR;
use super::client::Reach;
use super::read::repositories;
use crate::connector::error::ErrorKind;
use crate::connector::selection::Selection;
use crate::connector::{ConnectorError, Health};

/// Looks.
pub async fn check(reach: &Reach<'_>, selection: &Selection) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.source;
    match reach.version().await {
        Ok(version) => {
            let fact = format!("{host} answers; it is version {version}");
            health.facts.push(fact);
        }
        Err(error) if error.kind == ErrorKind::Network => return Err(error),
        Err(error) => health.warn(host, error.to_string()),
    }
    match reach.me().await {
        Ok(Some(user)) => health.facts.push(format!("the token belongs to {user}")),
        Ok(None) => health.warn(
            host,
            "the token may not say whose it is: give it the scope read:user, without which leadtime cannot tell its deeds from others'",
        ),
        Err(error) => health.warn(host, error.to_string()),
    }
    let (found, complaints) = repositories(reach, selection).await?;
    for (subject, text) in complaints {
        health.warn(&subject, text);
    }
    health.facts.push(match found.len() {
        1 => "1 repository is read".to_owned(),
        many => format!("{many} repositories are read"),
    });
    for owner in selection.owners() {
        let of = |name: &str| {
            let owned = name.split_once('/').map(|(of, _)| of);
            owned.is_some_and(|of| of.eq_ignore_ascii_case(owner))
        };
        if !found.iter().any(|one| of(&one.full_name)) {
            health.warn(
                owner,
                "no repository of it fits `repositories`, or the token sees none",
            );
        }
    }
    health.untold(DESCRIPTOR.tool);
    health.clock(&reach.instance.http, host);
    Ok(health)
}
