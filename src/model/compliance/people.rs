//! What people did for a version: whether somebody other than the author approved each change of it, and whether its gates were decided before it went live.

use super::live::Live;
use crate::event::kind::{Decision, ReviewState};
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::entity::{Change, Gate};
use crate::model::evidence::{Found, Standing, fresh, otherwise};
use crate::model::name::Name;
use crate::model::state::Lives;
use crate::model::step;

/// More changes than this are not named one by one.
const NAMED: usize = 5;

/// Somebody approved each change before its merge: a person, and not its author.
pub(super) fn reviewed(workload: &Workload, live: &Live<'_>) -> Found {
    let changes = live.changes.iter();
    let changes: Vec<&Change> = changes
        .filter_map(|place| workload.changes.get(*place as usize))
        .collect();
    if changes.is_empty() {
        return Found::missing("no change of what is live is known");
    }
    let approvals: Vec<_> = changes.iter().map(|change| approval(change)).collect();
    let without: Vec<&&Change> = changes
        .iter()
        .zip(&approvals)
        .filter(|(_, approval)| approval.is_none())
        .map(|(change, _)| change)
        .collect();
    let (n, of) = (without.len(), changes.len());
    let word = if of == 1 { "change" } else { "changes" };
    let Some(first) = without.first() else {
        let by = approvals.iter().flatten().filter_map(|(_, by)| *by);
        let mut by: Vec<&str> = by.map(|name| workload.text(name)).collect();
        by.sort_unstable();
        by.dedup();
        let by = if by.is_empty() || by.len() > NAMED {
            String::new()
        } else {
            format!(", by {}", by.join(", "))
        };
        return Found {
            standing: Standing::Present,
            at: approvals.iter().flatten().map(|(at, _)| *at).max(),
            tool: None,
            detail: format!("{of} of {of} {word} approved{by}"),
            url: changes
                .first()
                .and_then(|change| change.url)
                .map(|url| workload.text(url).to_owned()),
        };
    };
    let mut names: Vec<String> = without
        .iter()
        .take(NAMED)
        .map(|change| {
            let id = workload.text(change.id);
            let id = crate::model::environment::short(id);
            let how = if change.direct { " (no request)" } else { "" };
            format!("{id}{how}")
        })
        .collect();
    if n > NAMED {
        names.push(format!("{} more", n - NAMED));
    }
    Found {
        url: first.url.map(|url| workload.text(url).to_owned()),
        ..Found::missing(format!(
            "{n} of {of} {word} not approved: {}",
            names.join(", ")
        ))
    }
}

/// The last approval that counts.
fn approval(change: &Change) -> Option<(Timestamp, Option<Name>)> {
    let counts = change.reviews.iter().filter(|review| {
        review.state == Some(ReviewState::Approved)
            && !review.bot
            && (review.reviewer.is_none() || review.reviewer != change.author)
            && change.merged.is_none_or(|merged| review.at <= merged)
    });
    counts
        .max_by_key(|review| review.at)
        .map(|review| (review.at, review.reviewer))
}

/// The last word at a gate of the path about a version.
pub(super) fn decided(lives: &Lives<'_>, place: usize, live: &Live<'_>) -> Found {
    let workload = lives.workload;
    let step = &workload.path.steps[place];
    let last = workload
        .gates
        .iter()
        .filter(|gate| step::of_gate(workload, gate) == Some(place))
        .filter(|gate| about(workload, gate, live))
        .max_by_key(|gate| (gate.closed.is_some(), gate.closed, gate.opened));
    let Some(gate) = last else {
        return Found::missing(if lives.is_manual(place) {
            "it lives in no tool, and no decision is in the log"
        } else {
            "no decision on this version is known"
        });
    };
    let source = workload.text(gate.source);
    let tool = step::producer(source).to_owned();
    let url = gate.url.map(|url| workload.text(url));
    if step.locked && !step::takes(step, source) {
        return otherwise(step, gate.closed, tool, url);
    }
    let by = gate
        .responder
        .map_or_else(String::new, |by| format!(" by {}", workload.text(by)));
    let (standing, detail) = match (gate.closed, gate.decision) {
        (None, _) => (
            Standing::Missing,
            format!("still open, since {}", gate.opened),
        ),
        (Some(at), Some(Decision::Approved) | None) if at > live.first => (
            Standing::Overridden,
            format!(
                "live since {}, before it was approved{by} at {at}",
                live.first
            ),
        ),
        (Some(at), Some(Decision::Approved) | None) => {
            fresh(workload, step, at, format!("approved{by}"))
        }
        (Some(_), Some(Decision::Rejected)) => (Standing::Failed, format!("rejected{by}")),
        (Some(_), Some(_)) => (Standing::Missing, "it lapsed without a decision".to_owned()),
    };
    Found {
        standing,
        at: gate.closed.or(Some(gate.opened)),
        tool: Some(tool),
        detail,
        url: url.map(str::to_owned),
    }
}

/// Whether a gate was asked about a version: its commit, artifact, version, or a change that it brought.
pub(in crate::model) fn about(workload: &Workload, gate: &Gate, live: &Live<'_>) -> bool {
    let subject = &live.subject;
    let version = live
        .record
        .version
        .or_else(|| live.artifact.and_then(|artifact| artifact.version));
    gate.commit
        .is_some_and(|commit| subject.commit == Some(commit) || subject.request.contains(&commit))
        || gate
            .artifact
            .is_some_and(|name| subject.artifacts.contains(&name))
        || (gate.version.is_some() && gate.version == version)
        || live.changes.iter().any(|place| {
            let change = workload.changes.get(*place as usize);
            change.is_some_and(|change| gate.changes.contains(&change.id))
        })
}
