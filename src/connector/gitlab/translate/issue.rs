//! Issues: those of type incident as incidents, those that bear a label as tickets.

use crate::connector::facts::{Facts, given};
use crate::connector::gitlab::wire::Issue;
use crate::connector::issue;
use crate::connector::origin::Origin;

/// Whether the issue is told of at all.
#[must_use]
pub fn is_told(issue: &Issue) -> bool {
    is_incident(issue) || issue.labels.as_ref().is_some_and(|all| !all.is_empty())
}

fn is_incident(issue: &Issue) -> bool {
    issue
        .issue_type
        .as_deref()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("incident"))
}

/// The life of an issue as far as the list tells it.
#[must_use]
pub fn issue(origin: &Origin, issue: &Issue) -> Facts {
    let mut facts = Facts::default();
    if !is_told(issue) {
        return facts;
    }
    let severity = given(issue.severity.as_ref()).map(|word| word.to_ascii_lowercase());
    let told = issue::Issue {
        source: &origin.source,
        repository: &origin.repository,
        number: issue.iid.to_string(),
        title: issue.title.as_ref(),
        url: issue.web_url.as_ref(),
        kind: issue.issue_type.as_ref(),
        severity: severity.filter(|word| word != "unknown"),
        labels: issue.labels.clone().unwrap_or_default(),
        created: issue.created_at,
        updated: Some(issue.updated_at),
        closed: issue.closed_at.filter(|_| issue.state == "closed"),
    };
    facts.events = if is_incident(issue) {
        told.incident()
    } else {
        told.ticket()
    };
    if !["opened", "closed"].contains(&issue.state.as_str()) {
        facts.unknown("issue.state", &issue.state);
    }
    facts
}
