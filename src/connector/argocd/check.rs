//! Looks whether Argo CD can be read, without reading it through: its version, who the token belongs to, which applications are seen, and whether one of
//! them can be read whole.

use super::DESCRIPTOR;
use super::client::{Place, Reach};
use super::config::Selection;
use super::translate::{Origin, place};
use super::wire::Application;
use crate::connector::error::ErrorKind;
use crate::connector::{ConnectorError, Health};

/// What is wanted of an account beyond reading, and what there is not without it.
const RIGHTS: [(&str, &str); 3] = [
    ("sync", "nothing can be deployed or approved there"),
    (
        "update",
        "nothing can be held, released or rolled back there",
    ),
    ("action/*", "no rollout can be resumed or broken off there"),
];

/// What the account may not do to an application, asked of Argo CD itself.
async fn rights(reach: &Reach<'_>, one: &Application, health: &mut Health) {
    let mut whole = true;
    for (action, costs) in RIGHTS {
        match reach.may(action, one).await {
            Some(true) => {}
            Some(false) => {
                whole = false;
                let text = format!("the account has not the right applications, {action}: {costs}");
                health.lacks(&one.key(), false, text);
            }
            None => return health.untold(DESCRIPTOR.tool),
        }
    }
    if whole {
        let fact = format!("{}: the account may do all that is acted on", one.key());
        health.facts.push(fact);
    }
}

/// Looks.
pub async fn check(
    reach: &Reach<'_>,
    origin: &Origin<'_>,
    selection: &Selection,
) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.source;
    match reach.version().await {
        Ok(version) => health
            .facts
            .push(format!("{host} answers; it is Argo CD {version}")),
        Err(error) if error.kind == ErrorKind::Network => return Err(error),
        Err(error) => health.warn(host, error.to_string()),
    }
    health.facts.push(match reach.user().await {
        Ok(Some(user)) => format!("the token belongs to {user}"),
        Ok(None) => "nobody is logged in: only what everybody may see".to_owned(),
        Err(error) => return Err(error),
    });
    let (listed, complaints) = reach.list(selection).await?;
    for complaint in complaints {
        health.warn(host, complaint);
    }
    let wanted: Vec<_> = listed
        .into_iter()
        .filter(|one| selection.wants(&one.spec.project, &one.metadata.name))
        .collect();
    health.facts.push(match wanted.len() {
        1 => "1 application is visible".to_owned(),
        many => format!("{many} applications are visible"),
    });
    let names: Vec<(String, String)> = wanted
        .iter()
        .map(|one| (one.spec.project.clone(), one.metadata.name.clone()))
        .collect();
    for idle in selection.idle(&names) {
        let text = format!(
            "no application fits {idle:?} of `projects`: is it spelt as Argo CD has it, and may the account of source {:?} see it?",
            reach.instance.name
        );
        health.warn(host, text);
    }
    for one in &wanted {
        if place::environment(origin, one).is_none() {
            let text = "nothing tells its environment: give it a label `environment`, or the source `environment = \"…\"`";
            health.warn(&one.key(), text);
        }
    }
    if let Some(one) = wanted.first() {
        rights(reach, one, &mut health).await;
        match reach.application(&Place::of(one)).await {
            Ok(whole) => health.facts.push(format!(
                "{}: {} deployments in its history",
                one.key(),
                whole.status.history.len()
            )),
            Err(error) => health.warn(&one.key(), error.to_string()),
        }
    }
    health.clock(&reach.instance.http, host);
    Ok(health)
}
