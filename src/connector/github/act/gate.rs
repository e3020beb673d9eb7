//! Gates: the decision on one environment for which a run waits. Where people decide, it is theirs that is sent; where an app's own rule holds the run,
//! only a token of that app can. The comment carries the action's key, and the run's review history shows it: that is how ours is known.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{CustomRules, Run};
use super::tool::{Draft, Tool, objection, who};
use crate::connector::ConnectorError;
use crate::connector::acting::signed;
use crate::connector::error::ErrorKind;
use crate::connector::github::translate::gate::{Which, approvers};
use crate::connector::github::wire::{Approval, PendingDeployment};
use crate::connector::http::address::encoded;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// As GitHub writes a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Approved,
    Rejected,
}

impl State {
    const fn verb(self) -> &'static str {
        match self {
            Self::Approved => "approve",
            Self::Rejected => "reject",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub repository: String,
    pub run: i64,
    pub attempt: u32,
    pub environment: String,
    pub state: State,
    pub key: String,
    /// The rule of an app is decided, which leaves no trace in the review history.
    pub custom: bool,
    /// Where people look at it.
    pub page: Option<String>,
}

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    state: State,
) -> Result<Prepared, ConnectorError> {
    let (repository, target) = tool.target(order)?;
    let Some(which) = Which::read(&target.id) else {
        let what = format!("gate {:?} of {repository}", target.id);
        let detail = "is no gate of a run, which are all that GitHub lets one decide";
        return Err(ConnectorError::new(ErrorKind::NotFound, what, detail));
    };
    let (run, attempt, environment) = (which.run, which.attempt, which.environment.as_str());
    let what = format!("{repository}: run {run}");
    let path = format!("/repos/{repository}/actions/runs/{run}");
    let now: Run = tool.read(&what, &path).await?;
    let pending: Vec<PendingDeployment> = tool
        .read(&what, &format!("{path}/pending_deployments"))
        .await?;
    let mut prepared = Prepared {
        user: tool.user().await?,
        ..Prepared::default()
    };
    let found = pending.iter().find(|one| one.is(environment));
    let Some(found) = found.filter(|_| now.attempt() == attempt) else {
        let text = gone(tool, &path, &now, (attempt, environment)).await?;
        prepared.objections.push(objection(text, None));
        return Ok(prepared);
    };
    for other in pending.iter().filter(|one| !one.is(environment)) {
        if let Some(name) = &other.environment.name {
            let text = format!("the run also waits for {name:?}, which this does not decide");
            prepared.notes.push(text);
        }
    }
    let probe = Probe {
        repository: repository.to_owned(),
        run,
        attempt,
        environment: environment.to_owned(),
        state,
        key: order.key.clone(),
        custom: false,
        page: now.html_url.clone(),
    };
    let comment = signed(order);
    let draft = match apps(tool, repository, found).await?.first() {
        Some(app) => custom(&mut prepared, probe, &comment, app),
        None => reviewed(&mut prepared, probe, &comment, found),
    };
    prepared
        .requests
        .extend(draft.map(|draft| tool.request(draft)));
    Ok(prepared)
}

/// The decision of a reviewer.
fn reviewed(
    prepared: &mut Prepared,
    probe: Probe,
    comment: &str,
    found: &PendingDeployment,
) -> Option<Draft<'static>> {
    if found.current_user_can_approve == Some(false) {
        let may = approvers(&found.reviewers);
        let user = prepared.user.as_deref().unwrap_or("an app");
        let text = format!("{user} may not decide on {:?}", probe.environment);
        let lifted = if may.is_empty() {
            "GitHub names nobody who may: a timer or a rule of the environment holds the run"
                .to_owned()
        } else {
            format!(
                "one of {} decides (not who started the run, where self-review is off)",
                may.join(", ")
            )
        };
        prepared.objections.push(objection(text, Some(lifted)));
    }
    if let Some(minutes) = found.wait_timer.filter(|minutes| *minutes > 0) {
        let text = format!("the environment's timer ({minutes} min) holds the run all the same");
        prepared.notes.push(text);
    }
    let Some(id) = found.environment.id else {
        let text = "GitHub does not tell the id of the environment".to_owned();
        prepared.objections.push(objection(text, None));
        return None;
    };
    let body = json!({"environment_ids": [id], "state": probe.state, "comment": comment});
    Some(draft(probe, "pending_deployments", body))
}

/// The decision of an app on its own rule.
fn custom(
    prepared: &mut Prepared,
    probe: Probe,
    comment: &str,
    app: &str,
) -> Option<Draft<'static>> {
    if prepared.user.is_some() {
        let text = format!("a rule of the app {app:?} holds it, and only that app decides it");
        let lifted = format!("{app} decides, or its rule is taken off the environment");
        prepared.objections.push(objection(text, Some(lifted)));
        return None;
    }
    let text = format!("taken only from the app {app:?}, for its own rule");
    prepared.notes.push(text);
    let body = json!({
        "environment_name": probe.environment, "state": probe.state, "comment": comment,
    });
    let probe = Probe {
        custom: true,
        ..probe
    };
    Some(draft(probe, "deployment_protection_rule", body))
}

fn draft(probe: Probe, path: &str, body: serde_json::Value) -> Draft<'static> {
    Draft {
        what: format!(
            "{} the deployment of run {} to {} in {}",
            probe.state.verb(),
            probe.run,
            probe.environment,
            probe.repository
        ),
        method: "POST",
        path: format!(
            "/repos/{}/actions/runs/{}/{path}",
            probe.repository, probe.run
        ),
        body: Some(body),
        probe: super::Probe::Gate(probe),
    }
}

/// The apps whose rules hold an environment for which no person is asked.
async fn apps(
    tool: &Tool<'_>,
    repository: &str,
    found: &PendingDeployment,
) -> Result<Vec<String>, ConnectorError> {
    let name = found.environment.name.as_deref().unwrap_or_default();
    if !found.reviewers.is_empty() || found.current_user_can_approve == Some(true) {
        return Ok(Vec::new());
    }
    let path = format!(
        "/repos/{repository}/environments/{}/deployment_protection_rules",
        encoded(name)
    );
    let what = format!("{repository}: {name}");
    let rules = match tool.find::<CustomRules>(&what, &path).await {
        Ok(rules) => rules.unwrap_or_default().custom_deployment_protection_rules,
        // Who may not see the rules is told by GitHub who may decide all the same.
        Err(error) if error.kind == ErrorKind::Forbidden => Vec::new(),
        Err(error) => return Err(error),
    };
    let enabled = rules.into_iter().filter(|rule| rule.enabled);
    Ok(enabled.filter_map(|rule| rule.app?.slug).collect())
}

/// Why a gate is no longer there.
async fn gone(
    tool: &Tool<'_>,
    path: &str,
    now: &Run,
    (attempt, environment): (u32, &str),
) -> Result<String, ConnectorError> {
    let newest = now.attempt();
    if newest != attempt {
        return Ok(format!(
            "run {} was run again: this gate is of attempt {attempt}, the newest is {newest}",
            now.id
        ));
    }
    let approvals: Vec<Approval> = tool
        .read("its reviews", &format!("{path}/approvals"))
        .await?;
    Ok(
        match approvals.iter().find(|one| one.decides(environment)) {
            Some(decided) => decided.words(environment),
            None => format!(
                "{environment} no longer waits: run {} is {}",
                now.id,
                now.word()
            ),
        },
    )
}

pub async fn ask(tool: &Tool<'_>, probe: &Probe) -> Result<Standing, ConnectorError> {
    let what = format!("{}: run {}", probe.repository, probe.run);
    let path = format!("/repos/{}/actions/runs/{}", probe.repository, probe.run);
    let approvals: Vec<Approval> = tool.read(&what, &format!("{path}/approvals")).await?;
    let decided = |one: &&Approval| one.decides(&probe.environment);
    let ours = |one: &&Approval| {
        let comment = one.comment.as_deref().unwrap_or_default();
        let comment = comment.trim_end().trim_end_matches(')');
        comment.ends_with(&format!("leadtime {}", probe.key))
    };
    if let Some(found) = approvals.iter().filter(decided).find(ours) {
        return Ok(Standing::Done(Receipt {
            text: found.words(&probe.environment),
            url: probe.page.clone(),
        }));
    }
    let now: Run = tool.read(&what, &path).await?;
    if now.attempt() != probe.attempt {
        let text = format!("run {} was run again: attempt {}", now.id, now.attempt());
        return Ok(Standing::Moved(text));
    }
    let pending: Vec<PendingDeployment> = tool
        .read(&what, &format!("{path}/pending_deployments"))
        .await?;
    if pending.iter().any(|one| one.is(&probe.environment)) {
        return Ok(Standing::Open);
    }
    if let Some(found) = approvals.iter().rfind(|one| decided(one)) {
        return Ok(Standing::Moved(found.words(&probe.environment)));
    }
    let text = format!(
        "{} no longer waits: the run is {}",
        probe.environment,
        now.word()
    );
    Ok(if now.is_finished() {
        Standing::Moved(text)
    } else if probe.custom {
        let text = format!("{text}; GitHub does not tell who decided the rule of an app");
        Standing::Unknown(text)
    } else {
        Standing::Unknown(format!("{text}; its reviews show no decision"))
    })
}

impl PendingDeployment {
    fn is(&self, environment: &str) -> bool {
        let name = self.environment.name.as_deref().unwrap_or_default();
        name.eq_ignore_ascii_case(environment)
    }
}

impl Approval {
    fn words(&self, environment: &str) -> String {
        format!("{} {} {environment}", who(self.user.as_ref()), self.state)
    }
}
