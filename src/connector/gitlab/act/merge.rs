//! Promoting by merging the request that waits for it: the one open request whose branch fits, as its head is now; a push in between is refused by GitLab.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Probe;
use super::tool::{Draft, Tool, at, is, short, who};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::gitlab::wire::Request;
use crate::connector::pattern::starred;
use crate::connector::wish::{wish, wrong};
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    pub project: String,
    pub iid: i64,
    pub head: String,
    pub user: Option<String>,
    pub page: Option<String>,
}

#[expect(clippy::too_many_lines, reason = "one check after the other")]
pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    project: &str,
    branch: &str,
) -> Result<Prepared, ConnectorError> {
    let Some(fits) = starred(branch) else {
        return Err(wrong(
            order,
            format!("has {branch:?} for `merge`, which is no pattern"),
        ));
    };
    let what = format!("{project}: open merge requests");
    let path = at(project, "/merge_requests?state=opened");
    let all: Vec<Request> = tool.list(&what, &path).await?;
    let fitting = all.iter().filter(|one| {
        let branch = one.source_branch.as_deref().unwrap_or_default();
        one.state == "opened" && fits.is_match(branch)
    });
    let iid = match fitting.map(|one| one.iid).collect::<Vec<_>>().as_slice() {
        [one] => *one,
        [] => {
            let text = format!("no open merge request of {project} has a branch like {branch:?}");
            let hint = "it is opened by whatever promotes; or change `merge`";
            return Err(ConnectorError::new(ErrorKind::NotFound, wish(order), text).hinted(hint));
        }
        many => {
            let names: Vec<String> = many.iter().map(|iid| format!("!{iid}")).collect();
            let names = names.join(", ");
            let text = format!("{names} of {project} all have a branch like {branch:?}");
            let hint =
                "close all but one, or narrow `merge`: it may hold {version} and {environment}";
            return Err(ConnectorError::new(ErrorKind::NotFound, wish(order), text).hinted(hint));
        }
    };
    let path = at(project, &format!("/merge_requests/{iid}"));
    let now: Request = tool.read(&format!("{project}!{iid}"), &path).await?;
    let me = tool.me().await?;
    let mut prepared = Prepared {
        user: me.username.clone(),
        ..Prepared::default()
    };
    judge(&now, &mut prepared);
    let Some(head) = now.sha.clone() else {
        let text = format!("!{iid} has no commits");
        prepared.objections.push((text, None));
        return Ok(prepared);
    };
    prepared.requests.push(tool.request(Draft {
        what: format!(
            "{}: merge !{iid} ({} at {}) into {} of {project}",
            wish(order),
            now.source_branch.as_deref().unwrap_or("its branch"),
            short(&head),
            now.target_branch.as_deref().unwrap_or("its target"),
        ),
        method: "PUT",
        path: format!("{path}/merge"),
        body: Some(json!({"sha": head})),
        probe: Probe::Merge(Merge {
            project: project.to_owned(),
            iid,
            head,
            user: me.username,
            page: now.web_url,
        }),
    }));
    Ok(prepared)
}

/// What GitLab itself says against it.
fn judge(now: &Request, prepared: &mut Prepared) {
    let iid = now.iid;
    if let Some(title) = &now.title {
        prepared.notes.push(format!("!{iid} says: {title}"));
    }
    let status = now.detailed_merge_status.as_deref().unwrap_or_default();
    let draft = now.draft.or(now.work_in_progress) == Some(true);
    let lifted = match status {
        _ if draft => "mark it ready",
        "draft_status" => "mark it ready",
        "conflict" => "resolve the conflicts with its target branch",
        "need_rebase" => "rebase it",
        "ci_must_pass" => "its pipeline must succeed",
        "ci_still_running" => "wait for its pipeline",
        "not_approved" | "approvals_syncing" => "the approvals that the project asks for",
        "requested_changes" => "whoever asked for changes approves, or takes that back",
        "discussions_not_resolved" => "resolve its threads",
        "merge_request_blocked" | "blocked_status" => "merge what it depends on first",
        "status_checks_must_pass" | "external_status_checks" => "its status checks must pass",
        "security_policy_violations" | "policies_denied" => "what its security policies ask for",
        "jira_association_missing" => "name a Jira issue in it",
        "locked_paths" | "locked_lfs_files" => "whoever holds the locks on its files lets go",
        "checking" | "unchecked" | "preparing" | "commits_status" => {
            let text = format!("GitLab is still looking whether !{iid} can be merged");
            prepared.notes.push(text);
            return;
        }
        _ => return,
    };
    let why = if draft { "draft" } else { status };
    let text = format!("GitLab would not merge !{iid} now ({why})");
    prepared.objections.push((text, Some(lifted.to_owned())));
}

/// How a merge stands.
pub async fn ask(tool: &Tool<'_>, probe: &Merge) -> Result<Standing, ConnectorError> {
    let what = format!("{}!{}", probe.project, probe.iid);
    let path = at(&probe.project, &format!("/merge_requests/{}", probe.iid));
    let now: Request = tool.read(&what, &path).await?;
    let by = now.merge_user.as_ref().or(now.merged_by.as_ref());
    let user = probe.user.as_deref();
    let same = now.sha.as_deref() == Some(&probe.head);
    Ok(match now.state.as_str() {
        "opened" if same => Standing::Open,
        "opened" => Standing::Moved("it has new commits".to_owned()),
        "merged" if is(by, user) && same => Standing::Done(Receipt {
            text: match &now.merge_commit_sha {
                Some(sha) => format!("merged as {}", short(sha)),
                None => "merged".to_owned(),
            },
            url: probe.page.clone(),
        }),
        "merged" if user.is_none() => {
            let text = "it is merged, and GitLab does not tell who we are";
            Standing::Unknown(text.to_owned())
        }
        "merged" => Standing::Moved(format!("{} merged it", who(by))),
        "locked" => Standing::Unknown("it is being merged just now".to_owned()),
        other => Standing::Moved(format!("it is {other} now")),
    })
}
