//! Issues: those of type or label incident as incidents, others that bear a type or a label as tickets. What is a pull request is told as one.

use crate::connector::facts::Facts;
use crate::connector::github::wire::Issue;
use crate::connector::issue;
use crate::connector::origin::Origin;

/// The life of an issue as far as the list tells it.
#[must_use]
pub fn issue(origin: &Origin, issue: &Issue) -> Facts {
    let mut facts = Facts::default();
    if issue.pull_request.is_some() {
        return facts;
    }
    let labels = issue.labels.iter().filter_map(|label| label.name.clone());
    let kind = issue.kind.as_ref().and_then(|kind| kind.name.as_ref());
    let told = issue::Issue {
        source: &origin.source,
        repository: &origin.repository,
        number: issue.number.to_string(),
        title: issue.title.as_ref(),
        url: issue.html_url.as_ref(),
        kind,
        severity: None,
        labels: labels.collect(),
        created: issue.created_at,
        updated: Some(issue.updated_at),
        closed: issue.closed_at.filter(|_| issue.state == "closed"),
    };
    if told.is_incident() {
        facts.events = told.incident();
    } else if kind.is_some() || !told.labels.is_empty() {
        facts.events = told.ticket();
    } else {
        return facts;
    }
    if !["open", "closed"].contains(&issue.state.as_str()) {
        facts.unknown("issue.state", &issue.state);
    }
    facts
}
