//! Promoting by merging the request that waits for it: the one open request whose branch fits, as its head is now; a push in between is refused by GitHub.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{Listed, Pull, Repository};
use super::tool::{Draft, Tool, is, objection, short, who};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::github::read::parse;
use crate::connector::pattern::starred;
use crate::connector::wish::{wish, wrong};
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// Open requests are looked through to here: so many hundreds.
const PAGES: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub repository: String,
    pub pull: i64,
    pub head: String,
    pub user: Option<String>,
    pub page: Option<String>,
}

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    repository: &str,
    branch: &str,
) -> Result<Prepared, ConnectorError> {
    let number = match fitting(tool, order, repository, branch).await?.as_slice() {
        [one] => *one,
        [] => {
            let text = format!("no open request of {repository} has a branch like {branch:?}");
            let hint = "it is opened by whatever promotes; or change `merge`";
            return Err(ConnectorError::new(ErrorKind::NotFound, wish(order), text).hinted(hint));
        }
        many => {
            let names: Vec<String> = many.iter().map(|number| format!("#{number}")).collect();
            let names = names.join(", ");
            let text = format!("{names} of {repository} all have a branch like {branch:?}");
            let hint =
                "close all but one, or narrow `merge`: it may hold {version} and {environment}";
            return Err(ConnectorError::new(ErrorKind::NotFound, wish(order), text).hinted(hint));
        }
    };
    let path = format!("/repos/{repository}/pulls/{number}");
    let pull: Pull = tool.read(&format!("{repository}#{number}"), &path).await?;
    let user = tool.user().await?;
    let mut prepared = Prepared {
        objections: objections(&pull),
        user: user.clone(),
        ..Prepared::default()
    };
    if let Some(title) = &pull.title {
        prepared.notes.push(format!("#{number} says: {title}"));
    }
    let mut body = json!({"sha": pull.head.sha});
    if let Some(method) = method(tool, repository).await? {
        body["merge_method"] = json!(method);
    }
    let probe = Probe {
        repository: repository.to_owned(),
        pull: number,
        head: pull.head.sha.clone(),
        user,
        page: pull.html_url.clone(),
    };
    prepared.requests.push(tool.request(Draft {
        what: format!(
            "{}: merge #{number} ({} at {}) into {} of {repository}",
            wish(order),
            pull.head.branch,
            short(&pull.head.sha),
            pull.base.branch
        ),
        method: "PUT",
        path: format!("{path}/merge"),
        body: Some(body),
        probe: super::Probe::Merge(probe),
    }));
    Ok(prepared)
}

/// The open requests whose branch fits, of the repository itself: a fork may call its branch as it likes.
async fn fitting(
    tool: &Tool<'_>,
    order: &Order,
    repository: &str,
    branch: &str,
) -> Result<Vec<i64>, ConnectorError> {
    let unfit = || {
        wrong(
            order,
            format!("has {branch:?} for `merge`, which is no pattern"),
        )
    };
    let fits = starred(branch).ok_or_else(unfit)?;
    let mut found = Vec::new();
    for page in 1..=PAGES {
        let path = format!("/repos/{repository}/pulls?state=open&per_page=100&page={page}");
        let answer = tool.get(&path).await?;
        if !answer.is_success() {
            return tool.understood(repository, &answer).map(|()| found);
        }
        let listed = parse::list::<Listed>(&answer.body, None)
            .map_err(|why| parse::unreadable(repository, &why))?;
        let read = listed.items.len() + listed.complaints.len();
        let own = listed.items.iter().filter(|one| {
            let of = one.head.repo.as_ref();
            is(
                of.and_then(|repo| repo.full_name.as_deref()),
                Some(repository),
            )
        });
        let fitting = own.filter(|one| fits.is_match(&one.head.name));
        found.extend(fitting.map(|one| one.number));
        if read < 100 {
            break;
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// What GitHub itself says against it.
fn objections(pull: &Pull) -> Vec<(String, Option<String>)> {
    let number = pull.number;
    let says = |text: String, lifted: &str| vec![objection(text, Some(lifted.to_owned()))];
    if pull.draft == Some(true) {
        return says(format!("#{number} is a draft"), "mark it ready for review");
    }
    match (pull.mergeable, pull.mergeable_state.as_deref()) {
        (Some(false), _) | (_, Some("dirty")) => says(
            format!("#{number} conflicts with {}", pull.base.branch),
            "resolve the conflicts",
        ),
        (_, Some("blocked")) => says(
            format!("the rules of {} hold #{number} back", pull.base.branch),
            "the reviews and checks that they ask for",
        ),
        (_, Some("behind")) => says(
            format!("#{number} is behind {}, and must not be", pull.base.branch),
            "update its branch",
        ),
        _ => Vec::new(),
    }
}

/// A method that the repository allows, where the usual one is not.
async fn method(tool: &Tool<'_>, repository: &str) -> Result<Option<&'static str>, ConnectorError> {
    let rules: Repository = tool
        .read(repository, &format!("/repos/{repository}"))
        .await?;
    Ok(match rules.allow_merge_commit {
        Some(false) if rules.allow_squash_merge == Some(true) => Some("squash"),
        Some(false) if rules.allow_rebase_merge == Some(true) => Some("rebase"),
        _ => None,
    })
}

pub async fn ask(tool: &Tool<'_>, probe: &Probe) -> Result<Standing, ConnectorError> {
    let (repository, number) = (&probe.repository, probe.pull);
    let path = format!("/repos/{repository}/pulls/{number}");
    let now: Pull = tool.read(&format!("{repository}#{number}"), &path).await?;
    let by = now.merged_by.as_ref();
    if now.merged == Some(true) {
        let sha = now.merge_commit_sha.as_deref().unwrap_or_default();
        let text = format!("{} merged #{number} as {}", who(by), short(sha));
        let by = by.and_then(|user| user.login.as_deref());
        return Ok(match &probe.user {
            _ if now.head.sha != probe.head => {
                Standing::Moved(format!("{text}, with other commits"))
            }
            Some(user) if is(by, Some(user)) => Standing::Done(Receipt {
                text,
                url: probe.page.clone(),
            }),
            Some(_) => Standing::Moved(text),
            None => Standing::Unknown(format!(
                "{text}; whether by leadtime, GitHub does not tell of an app"
            )),
        });
    }
    Ok(if now.state != "open" {
        Standing::Moved(format!("#{number} is {}", now.state))
    } else if now.head.sha != probe.head {
        let text = format!(
            "#{number} has new commits: it is at {}",
            short(&now.head.sha)
        );
        Standing::Moved(text)
    } else {
        Standing::Open
    })
}
