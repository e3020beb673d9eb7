//! Looks whether a source can be read, without reading it through: who the token belongs to and what it may do, what is left of its allowance, whether every
//! named project is to be seen, and whether one page of each list can be read and told.

use serde::Deserialize;

use super::DESCRIPTOR;
use super::client::Reach;
use super::config::Selection;
use super::cursor::{Known, List, Place};
use super::read::find;
use super::read::list;
use super::read::page::Page;
use super::translate::origin;
use super::wire::User;
use crate::connector::health::Scope;
use crate::connector::http::{Answer, parse};
use crate::connector::naming::{Named, known_key};
use crate::connector::piece::Done;
use crate::connector::rows::Rows;
use crate::connector::{ConnectorError, Health};

/// So many projects are looked at closely; more would cost what they are worth.
const CLOSELY: usize = 3;

/// What a token says of itself.
#[derive(Debug, Deserialize)]
struct Token {
    #[serde(default)]
    scopes: Vec<String>,
    expires_at: Option<String>,
}

/// What is wanted of a token.
const SCOPES: &[Scope] = &[
    Scope {
        any: &["read_api", "api"],
        costs: "nothing is read",
        reads: true,
    },
    Scope {
        any: &["api"],
        costs: "it can read and not act",
        reads: false,
    },
];

/// Looks.
pub async fn check(
    reach: &Reach<'_>,
    selection: &Selection,
    has_token: bool,
) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    if has_token {
        whose(reach, &mut health).await?;
    } else {
        health.facts.push(format!(
            "{} is asked without a token: public projects only",
            reach.instance.host
        ));
    }
    let (projects, rows) = find_all(reach, selection, &mut health).await?;
    health.facts.push(match projects.len() {
        1 => "1 project is visible".to_owned(),
        many => format!("{many} projects are visible"),
    });
    for project in projects.iter().take(CLOSELY) {
        let known: Option<Known> = rows.get(&known_key(project));
        let mut read = Vec::new();
        for list in List::ALL {
            let page = Page {
                origin: origin(&reach.instance.host, project, reach.now),
                list,
                place: Place::default(),
                walking: false,
                open: std::collections::BTreeMap::default(),
                tags: Vec::new(),
                branch: known.as_ref().and_then(|known| known.branch.clone()),
            };
            match list::read(reach, page).await {
                Ok(done) => read.push(told(list, &done)),
                Err(stop) => health.note(&format!("{project}: {}", list.word()), stop)?,
            }
        }
        health.facts.push(format!("{project}: {}", read.join(", ")));
    }
    health.allowance(&reach.instance.http);
    health.clock(&reach.instance.http, &reach.instance.host);
    Ok(health)
}

async fn whose(reach: &Reach<'_>, health: &mut Health) -> Result<(), ConnectorError> {
    let answer = match reach.ask("/user", None).await {
        Ok(answer) => answer,
        Err(stop) => return health.note(&reach.instance.host, stop),
    };
    if answer.status == 401 {
        return Err(reach.instance.refused("whose token it is", &answer));
    }
    let user: User = parse::one(&answer.body).unwrap_or_default();
    health.facts.push(match user.username {
        Some(login) if answer.is_success() => {
            format!(
                "{} answers; the token belongs to {login}",
                reach.instance.host
            )
        }
        _ => format!(
            "{} answers; whose the token is it does not say",
            reach.instance.host
        ),
    });
    // Older versions, and tokens that are none of a person, do not tell.
    let answer = reach.ask("/personal_access_tokens/self", None).await;
    let told = answer.ok().filter(Answer::is_success);
    let Some(token) = told.and_then(|answer| parse::one::<Token>(&answer.body).ok()) else {
        health.untold(DESCRIPTOR.tool);
        return Ok(());
    };
    let scopes = token.scopes.iter().map(String::as_str);
    health.scopes(&reach.instance.host, scopes, SCOPES);
    if let Some(ends) = token.expires_at {
        health.facts.push(format!("the token expires {ends}"));
    }
    Ok(())
}

async fn find_all(
    reach: &Reach<'_>,
    selection: &Selection,
    health: &mut Health,
) -> Result<(Vec<String>, Rows), ConnectorError> {
    let mut found = Vec::new();
    let mut rows = Rows::default();
    let mut keep = |done: Done, health: &mut Health| {
        rows.apply(&done.batch.cursors);
        found.extend(done.found);
        health.findings.extend(done.findings);
    };
    for name in &selection.named {
        match find::one(reach, Named::new(name)).await {
            Ok(done) => keep(done, health),
            Err(stop) => health.note(name, stop)?,
        }
    }
    for (group, deep) in selection.groups() {
        match find::grouped(reach, &Rows::default(), selection, (&group, deep)).await {
            Ok(done) => keep(done, health),
            Err(stop) => health.note(&group, stop)?,
        }
    }
    found.dedup();
    Ok((found, rows))
}

fn told(list: List, done: &Done) -> String {
    let rows = done.batch.cursors.len().saturating_sub(1);
    let count = done.batch.events.len().max(rows);
    match list {
        List::Environments | List::Protected => format!("{} read", list.word()),
        other => format!("{count} from {}", other.word()),
    }
}
