//! Looks whether a source can be read, without reading it through: who the token belongs to, what is left of its allowance, whether every named
//! repository is to be seen, and whether one page of each list can be read and told.

use super::DESCRIPTOR;
use super::config::Selection;
use super::cursor::{List, Place};
use super::fault::refused;
use super::read::list::{self, Page, Way};
use super::read::{Reach, find, parse};
use super::translate::origin;
use super::wire::User;
use crate::connector::health::Scope;
use crate::connector::naming::Named;
use crate::connector::piece::Done;
use crate::connector::rows::Rows;
use crate::connector::{ConnectorError, Health};

/// So many repositories are looked at closely; more would cost what they are worth.
const CLOSELY: usize = 3;

/// What is wanted of a token that tells its scopes.
const SCOPES: &[Scope] = &[
    Scope {
        any: &["repo"],
        costs: "private repositories are not read",
        reads: false,
    },
    Scope {
        any: &["repo", "public_repo"],
        costs: "nothing can be decided, run again or set off there",
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
    whose(reach, has_token, &mut health).await?;
    let repositories = find_all(reach, selection, &mut health).await?;
    health.facts.push(match repositories.len() {
        1 => "1 repository is visible".to_owned(),
        many => format!("{many} repositories are visible"),
    });
    for repository in repositories.iter().take(CLOSELY) {
        let mut read = Vec::new();
        for list in List::ALL {
            let page = Page {
                origin: origin(&reach.base.host, repository, reach.now),
                list,
                place: Place::default(),
                way: Way::First,
                open: std::collections::BTreeMap::default(),
                tags: Vec::new(),
                branch: None,
            };
            match list::read(reach, page).await {
                Ok(done) => read.push(told(list, &done)),
                Err(stop) => health.note(&format!("{repository}: {}", list.word()), stop)?,
            }
        }
        health
            .facts
            .push(format!("{repository}: {}", read.join(", ")));
    }
    health.allowance(reach.http);
    health.clock(reach.http, &reach.base.host);
    Ok(health)
}

async fn whose(
    reach: &Reach<'_>,
    has_token: bool,
    health: &mut Health,
) -> Result<(), ConnectorError> {
    if !has_token {
        health.facts.push(format!(
            "{} is asked without a token: public repositories only, 60 requests an hour",
            reach.base.host
        ));
        return Ok(());
    }
    let answer = reach.ask("/user", None).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(stop) => return health.note(&reach.base.host, stop),
    };
    if answer.status == 401 {
        return Err(refused(reach.source, "whose token it is", &answer));
    }
    let user: User = parse::one(&answer.body).unwrap_or_default();
    health.facts.push(match user.login {
        Some(login) if answer.is_success() => {
            format!("{} answers; the token belongs to {login}", reach.base.host)
        }
        _ => format!(
            "{} answers; the token belongs to no person (an app's)",
            reach.base.host
        ),
    });
    match answer.header("x-oauth-scopes") {
        Some(scopes) => health.scopes(&reach.base.host, scopes.split(',').map(str::trim), SCOPES),
        // A fine-grained one, or an app's.
        None => health.untold(DESCRIPTOR.tool),
    }
    if let Some(ends) = answer.header("github-authentication-token-expiration") {
        health.facts.push(format!("the token expires {ends}"));
    }
    Ok(())
}

async fn find_all(
    reach: &Reach<'_>,
    selection: &Selection,
    health: &mut Health,
) -> Result<Vec<String>, ConnectorError> {
    let mut found = Vec::new();
    for name in &selection.named {
        match find::one(reach, Named::new(name)).await {
            Ok(done) => keep(done, &mut found, health),
            Err(stop) => health.note(name, stop)?,
        }
    }
    for owner in selection.owners() {
        match find::owned(reach, &Rows::default(), selection, owner).await {
            Ok(done) => keep(done, &mut found, health),
            Err(stop) => health.note(owner, stop)?,
        }
    }
    found.dedup();
    Ok(found)
}

fn keep(done: Done, found: &mut Vec<String>, health: &mut Health) {
    found.extend(done.found);
    health.findings.extend(done.findings);
}

fn told(list: List, done: &Done) -> String {
    format!(
        "{} {}",
        done.batch.events.len(),
        match list {
            List::Environments => "from environments",
            other => other.word(),
        }
    )
}
