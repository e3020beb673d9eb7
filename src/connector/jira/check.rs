//! Looks whether Jira can be read: whose token it is, how many issues are seen, and whether the statuses that the configuration names are among theirs.

use std::collections::BTreeSet;

use super::DESCRIPTOR;
use super::client::{Ages, Reach, Right};
use super::translate::gate::same;
use crate::connector::{ConnectorError, Health};
use crate::event::time::Span;

/// What is looked at.
const LATELY: Span = Span::from_seconds(30 * 86_400);

/// What is wanted of the account.
const RIGHTS: &[Right] = &[
    Right {
        key: "BROWSE_PROJECTS",
        costs: "no issue of it is read",
        reads: true,
    },
    Right {
        key: "TRANSITION_ISSUES",
        costs: "nothing can be decided there by a status",
        reads: false,
    },
    Right {
        key: "ADD_COMMENTS",
        costs: "why something was decided is not written there",
        reads: false,
    },
];
/// So many projects are asked about.
const PROJECTS: usize = 5;

/// What the account may not, in each of the projects that are named, or else in any.
async fn rights(reach: &Reach<'_>, health: &mut Health) -> Result<(), ConnectorError> {
    let named = reach.told.keys.iter().take(PROJECTS);
    let mut places: Vec<Option<&str>> = named.map(|key| Some(key.as_str())).collect();
    if places.is_empty() {
        places.push(None);
    }
    let mut whole = true;
    for project in places {
        let Some(lacking) = reach.lacking(project, RIGHTS).await? else {
            health.untold(DESCRIPTOR.tool);
            return Ok(());
        };
        whole &= lacking.is_empty();
        let place = project.unwrap_or("any project");
        for right in lacking {
            let text = format!(
                "the account has not the permission {} in {place}: {}",
                right.key, right.costs
            );
            health.lacks(project.unwrap_or(&reach.instance.source), right.reads, text);
        }
    }
    if whole {
        let fact = "the account may do all that is read and acted on";
        health.facts.push(fact.to_owned());
    }
    Ok(())
}

#[expect(
    clippy::too_many_lines,
    reason = "one look after the other, each with its own words"
)]
pub async fn check(reach: &Reach<'_>) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.source;
    let me = reach.me().await?;
    let form = if reach.told.cloud {
        "Cloud"
    } else {
        "Data Center"
    };
    health.facts.push(format!(
        "{host} answers as Jira {form}; the token belongs to {}",
        me.said()
            .unwrap_or_else(|| "nobody that it names".to_owned())
    ));
    rights(reach, &mut health).await?;
    let lately = Ages {
        since: LATELY,
        until: None,
    };
    let page = reach.touched(&lately, None).await?;
    let projects = &reach.told.projects;
    let names: Vec<String> = page
        .issues
        .iter()
        .map(|one| one.project().to_owned())
        .collect();
    let wanted = names.iter().filter(|name| projects.want(name)).count();
    health.facts.push(format!(
        "{wanted} of its newest {} issues are read",
        names.len()
    ));
    if names.is_empty() {
        health.warn(
            host,
            "no issue of the last 30 days is seen: may the account browse the projects?",
        );
    }
    for idle in projects.idle(&names) {
        health.warn(
            host,
            format!("none of these issues is of a project that fits {idle:?} of `projects`"),
        );
    }
    let met: BTreeSet<String> = page
        .issues
        .iter()
        .flat_map(|one| {
            let histories = one.changelog.histories.iter();
            let items = histories.flat_map(|history| &history.items);
            let items = items.filter(|item| item.field == "status");
            let of = items.flat_map(|item| [item.from_name.clone(), item.to_name.clone()]);
            of.flatten().chain(one.said("status"))
        })
        .collect();
    for gate in reach
        .told
        .gates
        .iter()
        .filter(|gate| gate.approve.is_some())
    {
        for status in [
            Some(&gate.status),
            gate.approve.as_ref(),
            gate.reject.as_ref(),
        ]
        .into_iter()
        .flatten()
        {
            if !names.is_empty() && !met.iter().any(|name| same(name, status)) {
                let text = format!(
                    "none of these issues was ever in the status {status:?} of `gates`: is it spelt as in the workflow?"
                );
                health.warn(host, text);
            }
        }
    }
    health.allowance(&reach.instance.http);
    health.clock(&reach.instance.http, host);
    Ok(health)
}
