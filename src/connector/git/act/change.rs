//! What is to be changed in a repository: read from an order, kept with its request, and told in words.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::edit::{Form, Key, Unfit};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::plan::request::{Order, Verb, Version};

/// The trailer by which a commit says which action made it.
const TRAILER: &str = "Leadtime-Action";

/// What a step says of its way, checked.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The branch that is read, and changed where no other is named. `None`: the one that the remote stands on.
    pub target: Option<String>,
    /// The branch that is pushed instead.
    pub branch: Option<String>,
    /// The source of the host that opens a request for it.
    pub request: Option<String>,
    pub file: String,
    pub form: Form,
    pub key: Key,
    pub value: String,
}

/// A change, with all that sending it and asking after it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    pub file: String,
    pub key: String,
    pub before: String,
    pub after: String,
    pub message: String,
    /// The key of the action.
    pub action: String,
    /// When it was asked for, in seconds since 1970: the date of its commit.
    pub at: i64,
}

impl Change {
    /// The branch that is pushed.
    pub fn pushed(&self) -> &str {
        self.branch.as_deref().unwrap_or(&self.target)
    }
}

/// What an order asks for.
pub fn wanted(source: &str, order: &Order) -> Result<Wanted, ConnectorError> {
    let wrong = |unfit: Unfit| {
        let context = format!("source {source:?}, {}", order.verb.word());
        ConnectorError::new(ErrorKind::Configuration, context, unfit.text).hinted(unfit.hint)
    };
    if !matches!(order.verb, Verb::Promote | Verb::Rollback) {
        let text = "a repository can be told of another version, and nothing else";
        return Err(wrong(Unfit::new(text, "ask for it in the tool itself")));
    }
    let empty = Map::new();
    let way = order.way.as_ref().unwrap_or(&empty);
    let told = |key: &str| way.get(key).and_then(Value::as_str).map(str::to_owned);
    let needed = |key: &str, example: &str| {
        told(key).ok_or_else(|| {
            let hint = format!("add `{key} = {example}` to the step's `promote`");
            wrong(Unfit::new(format!("the step does not say `{key}`"), hint))
        })
    };
    let file = needed("file", "\"apps/shop/production/kustomization.yaml\"")?;
    let key = needed("key", "\"images[name=acme/shop].newTag\"")?;
    inside(&file).map_err(wrong)?;
    let target = told("ref");
    let branch = told("branch").filter(|branch| target.as_ref() != Some(branch));
    for branch in target.iter().chain(&branch) {
        nameable(branch).map_err(wrong)?;
    }
    let request = told("request");
    if request.is_some() && branch.is_none() {
        let hint = "add `branch`, as in \"promote/{workload}-{version}\", or take `request` out";
        let text = "a request is opened for a branch of its own, and the step names none";
        return Err(wrong(Unfit::new(text, hint)));
    }
    let version = || order.to.as_ref().and_then(|to| to.version.clone());
    let value = told("value").or_else(version).ok_or_else(|| {
        let hint = "add `value` to the step's `promote`, as in \"{sha}\"";
        wrong(Unfit::new(
            "the version that is to be live has no name",
            hint,
        ))
    })?;
    Ok(Wanted {
        form: Form::of(&file).map_err(wrong)?,
        key: Key::parse(&key).map_err(wrong)?,
        target,
        branch,
        request,
        file,
        value,
    })
}

/// A file lies in the repository, and not in what git keeps for itself.
fn inside(file: &str) -> Result<(), Unfit> {
    let parts: Vec<&str> = file.split('/').collect();
    let odd = |part: &str| {
        part.is_empty() || [".", ".."].contains(&part) || part.eq_ignore_ascii_case(".git")
    };
    if parts.iter().any(|part| odd(part)) || file.chars().any(char::is_control) {
        return Err(Unfit::new(
            format!("{file:?} is no file of a repository"),
            "write `file` from the root of the repository, as in \"apps/shop/values.yaml\"",
        ));
    }
    Ok(())
}

fn nameable(branch: &str) -> Result<(), Unfit> {
    let full = format!("refs/heads/{branch}");
    gix::validate::reference::name(full.as_str().into())
        .map(|_| ())
        .map_err(|error| {
            let text = format!("{branch:?} cannot be the name of a branch: {error}");
            Unfit::new(text, "give another `branch` or `ref`")
        })
}

/// What a commit says: the deed, why, and which action it was.
pub fn message(order: &Order, value: &str) -> String {
    let named = |version: &Version| version.version.clone().or_else(|| version.sha.clone());
    let version = order.to.as_ref().and_then(named);
    let version = version.unwrap_or_else(|| value.to_owned());
    let place = order.environment.as_deref().unwrap_or("its environment");
    let subject = match order.verb {
        Verb::Rollback => format!("Roll back {} to {version} in {place}", order.workload),
        _ => format!("Promote {} {version} to {place}", order.workload),
    };
    let comment = order.comment.as_deref().map(str::trim).unwrap_or_default();
    let why = if comment.is_empty() {
        String::new()
    } else {
        format!("{}\n\n", one_paragraph(comment))
    };
    format!(
        "{}\n\n{why}{TRAILER}: {}\n",
        one_line(&subject),
        one_line(&order.key)
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without empty lines, so that what it says is never taken for a trailer.
fn one_paragraph(text: &str) -> String {
    let lines = text.lines().map(one_line);
    let kept: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    kept.join("\n")
}
