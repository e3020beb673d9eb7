//! Promoting by a deployment that is created in GitHub, for whoever listens to carry it out. Its payload holds the action's key, so it is found again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Commit, Deployment};
use super::tool::{Draft, Tool, short, who};
use crate::connector::ConnectorError;
use crate::connector::github::read::parse;
use crate::connector::http::address::encoded;
use crate::connector::wish::{wish, wrong};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// As long as GitHub lets a description be.
const LONGEST: usize = 140;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub repository: String,
    pub environment: String,
    pub key: String,
    pub at: Timestamp,
    pub page: Option<String>,
}

#[expect(clippy::too_many_lines, reason = "one check after the other")]
pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    repository: &str,
    reference: Option<String>,
) -> Result<Prepared, ConnectorError> {
    let Some(environment) = order.environment.as_deref() else {
        return Err(wrong(order, "has no environment to deploy to"));
    };
    let version = order.to.clone().unwrap_or_default();
    let reference = reference
        .or(version.sha.clone())
        .or(version.version.clone());
    let Some(reference) = reference else {
        let text = "cannot tell what to deploy: neither commit nor version is known";
        return Err(wrong(order, text).hinted("add `ref = \"{version}\"` to it"));
    };
    let what = format!("{repository}: {reference}");
    let path = format!("/repos/{repository}/commits/{}", encoded(&reference));
    let answer = tool.get(&path).await?;
    if matches!(answer.status, 404 | 422) {
        let text = format!("means {reference:?}, which {repository} does not know");
        return Err(wrong(order, &text).hinted("add a `ref` to it that is a branch, tag or commit"));
    }
    let commit: Commit = tool.understood(&what, &answer)?;
    let mut prepared = Prepared {
        user: tool.user().await?,
        notes: vec![
            "GitHub only keeps the deployment: what listens for it carries it out".to_owned(),
        ],
        ..Prepared::default()
    };
    if version.sha.as_ref().is_some_and(|sha| *sha != commit.sha) {
        prepared.notes.push(format!(
            "{reference} is {} now, and {} was made of {}",
            short(&commit.sha),
            version.name(),
            short(version.sha.as_deref().unwrap_or_default())
        ));
    }
    let wish = wish(order);
    let comment = order.comment.as_deref().unwrap_or("with leadtime");
    let description: String = format!("{wish}: {comment}").chars().take(LONGEST).collect();
    let body = json!({
        "ref": reference,
        "environment": environment,
        "auto_merge": false,
        "required_contexts": [],
        "payload": {"leadtime": order.key},
        "description": description,
    });
    let probe = Probe {
        repository: repository.to_owned(),
        environment: environment.to_owned(),
        key: order.key.clone(),
        at: order.at,
        page: (tool.base.is_public)
            .then(|| format!("https://{}/{repository}/deployments", tool.base.host)),
    };
    prepared.requests.push(tool.request(Draft {
        what: format!(
            "{wish}: create a deployment of {} in {repository}",
            version
                .sha
                .as_deref()
                .filter(|sha| *sha == reference)
                .map_or(reference.as_str(), short)
        ),
        method: "POST",
        path: format!("/repos/{repository}/deployments"),
        body: Some(body),
        probe: super::Probe::Deployment(probe),
    }));
    Ok(prepared)
}

pub async fn ask(tool: &Tool<'_>, probe: &Probe) -> Result<Standing, ConnectorError> {
    let path = format!(
        "/repos/{}/deployments?environment={}&per_page=100",
        probe.repository,
        encoded(&probe.environment)
    );
    let what = format!("{}: deployments to {}", probe.repository, probe.environment);
    let answer = tool.get(&path).await?;
    if !answer.is_success() {
        return tool.understood(&what, &answer).map(|()| Standing::Open);
    }
    let found = parse::list::<Deployment>(&answer.body, None)
        .map_err(|why| parse::unreadable(&what, &why))?;
    let mut newest = found.items.iter();
    if let Some(ours) = newest.clone().find(|one| one.bears(&probe.key)) {
        return Ok(Standing::Done(Receipt {
            text: format!("deployment {} was created", ours.id),
            url: probe.page.clone(),
        }));
    }
    let earliest = tool.earliest(probe.at);
    Ok(match newest.find(|one| one.created_at >= earliest) {
        Some(other) => Standing::Moved(format!(
            "{} deployed {} to {} meanwhile",
            who(other.creator.as_ref()),
            short(&other.sha),
            other.environment
        )),
        None => Standing::Open,
    })
}

impl Deployment {
    /// Whether it was created for this action.
    fn bears(&self, key: &str) -> bool {
        let told = |payload: &Value| payload.get("leadtime").and_then(Value::as_str) == Some(key);
        match &self.payload {
            Value::String(text) => serde_json::from_str(text).is_ok_and(|payload| told(&payload)),
            payload => told(payload),
        }
    }
}
