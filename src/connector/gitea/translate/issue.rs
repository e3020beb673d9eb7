//! Issues that bear the label `incident`, alone or in a scope (`kind/incident`), as incidents.

use crate::connector::facts::Facts;
use crate::connector::gitea::wire::Issue;
use crate::connector::issue;
use crate::connector::origin::Origin;

/// The life of an incident as far as the list of issues tells it.
#[must_use]
pub fn issue(origin: &Origin, issue: &Issue) -> Facts {
    let mut facts = Facts::default();
    let Some(created) = issue.created_at else {
        return facts;
    };
    let labels = issue.labels.iter();
    let told = issue::Issue {
        source: &origin.source,
        repository: &origin.repository,
        number: issue.number.to_string(),
        title: Some(&issue.title),
        url: Some(&issue.html_url),
        labels: labels.map(|label| label.name.clone()).collect(),
        created,
        updated: issue.updated_at,
        closed: issue.closed_at.filter(|_| issue.state == "closed"),
        ..issue::Issue::default()
    };
    if told.is_incident() {
        facts.events = told.incident();
    }
    facts
}
