//! Promoting by merging the request that waits for it: the one open request whose branch fits, as its head is now; a push in between is refused by Gitea.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Probe, Tool, wrong};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitea::wire::{Pull, Repository, login};
use crate::connector::pattern::starred;
use crate::connector::wish::wish;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    pub repository: String,
    pub pull: i64,
    pub head: String,
    pub user: Option<String>,
    pub page: String,
}

/// The words that Gitea has for ways to merge.
const STYLES: [&str; 5] = [
    "merge",
    "rebase",
    "rebase-merge",
    "squash",
    "fast-forward-only",
];

fn short(sha: &str) -> &str {
    sha.get(..8).unwrap_or(sha)
}

/// The one open request whose branch fits, of the repository itself: a fork may call its branch as it likes.
async fn fitting(
    tool: &Tool<'_>,
    order: &Order,
    repository: &str,
    branch: &str,
) -> Result<Pull, ConnectorError> {
    let fits = starred(branch).ok_or_else(|| {
        wrong(
            order,
            &format!("has {branch:?} for `merge`, which is no pattern"),
        )
    })?;
    let what = format!("{repository}: open requests");
    let path = format!("/repos/{repository}/pulls?state=open");
    let all: Vec<Pull> = tool.reach.all(&what, &path, None).await?;
    let own = |pull: &Pull| {
        let of = pull.head.repo.as_ref();
        of.is_some_and(|of| of.full_name.eq_ignore_ascii_case(repository))
    };
    let mut found: Vec<Pull> = all
        .into_iter()
        .filter(|pull| own(pull) && fits.is_match(&pull.head.name))
        .collect();
    let names: Vec<String> = found
        .iter()
        .map(|pull| format!("#{}", pull.number))
        .collect();
    let error = |text: String, hint: &str| {
        Err(ConnectorError::new(ErrorKind::NotFound, wish(order), text).hinted(hint))
    };
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (None, _) => error(
            format!("no open request of {repository} has a branch like {branch:?}"),
            "it is opened by whatever promotes; or change `merge`",
        ),
        (Some(_), false) => error(
            format!(
                "{} of {repository} all have a branch like {branch:?}",
                names.join(", ")
            ),
            "close all but one, or narrow `merge`: it may hold {version} and {environment}",
        ),
    }
}

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    repository: &str,
    branch: &str,
) -> Result<Prepared, ConnectorError> {
    let pull = fitting(tool, order, repository, branch).await?;
    let number = pull.number;
    let found: Repository = tool
        .reach
        .one(repository, &format!("/repos/{repository}"))
        .await?;
    let mut prepared = Prepared {
        user: tool.reach.me().await?,
        notes: vec![format!("#{number} says: {}", pull.title)],
        ..Prepared::default()
    };
    let mut object = |text: String, lifted: &str| {
        prepared.objections.push((text, Some(lifted.to_owned())));
    };
    if pull.draft == Some(true) {
        object(format!("#{number} is a draft"), "marking it ready");
    }
    if pull.mergeable == Some(false) {
        object(
            format!("#{number} cannot be merged into {}", pull.base.name),
            "resolving its conflicts",
        );
    }
    let style = found.default_merge_style.as_str();
    let style = if STYLES.contains(&style) {
        style
    } else {
        "merge"
    };
    let what = format!(
        "{}: merge #{number} ({} at {}) into {} of {repository}",
        wish(order),
        pull.head.name,
        short(&pull.head.sha),
        pull.base.name
    );
    let body = json!({"do": style, "head_commit_id": pull.head.sha});
    let probe = Probe::Merge(Merge {
        repository: repository.to_owned(),
        pull: number,
        head: pull.head.sha,
        user: prepared.user.clone(),
        page: pull.html_url,
    });
    let path = format!("/repos/{repository}/pulls/{number}/merge");
    prepared
        .requests
        .push(tool.request(what, &path, Some(body), &probe));
    Ok(prepared)
}

/// How a merge stands.
pub async fn ask(tool: &Tool<'_>, deed: &Merge) -> Result<Standing, ConnectorError> {
    let number = deed.pull;
    let what = format!("{}#{number}", deed.repository);
    let path = format!("/repos/{}/pulls/{number}", deed.repository);
    let now: Pull = tool.reach.one(&what, &path).await?;
    if now.merged {
        let by = login(now.merged_by.as_ref());
        let who = by.as_deref().unwrap_or("somebody");
        let text = format!("{who} merged #{number} as {}", short(&now.merge_commit_sha));
        return Ok(match &deed.user {
            _ if now.head.sha != deed.head => {
                Standing::Moved(format!("{text}, with other commits"))
            }
            Some(user) if by.as_ref() == Some(user) => Standing::Done(Receipt {
                text,
                url: Some(deed.page.clone()),
            }),
            Some(_) if by.is_some() => Standing::Moved(text),
            _ => Standing::Unknown(format!(
                "{text}; Gitea does not tell whether that is this token"
            )),
        });
    }
    Ok(if now.state != "open" {
        Standing::Moved(format!("#{number} is {}", now.state))
    } else if now.head.sha == deed.head {
        Standing::Open
    } else {
        Standing::Moved(format!(
            "#{number} has new commits: it is at {}",
            short(&now.head.sha)
        ))
    })
}
