//! The very deployments, changes and incidents behind the figures of a window, and what a reader must know to read them.

use super::figures::{Part, Wanted};
use super::lead::Lead;
use super::{ChangeLine, DeploymentLine, Figures, IncidentLine};
use crate::model::delivery::{Attempt, AttemptOutcome, Kind};
use crate::model::dora::judge::{Basis, Verdict};
use crate::model::entity::{ChangeAt, Record};
use crate::model::incident::Link;
use crate::model::level;
use crate::model::window::Window;

/// Attempts of the window, redeploys and failed ones too.
pub(super) fn deployments(parts: &[Part], window: Window) -> Vec<DeploymentLine> {
    let mut lines: Vec<DeploymentLine> = parts
        .iter()
        .flat_map(|part| {
            part.judged()
                .filter(|(attempt, _)| attempt.outcome != AttemptOutcome::Other)
                .filter(|(attempt, _)| window.contains(attempt.at))
                .map(|(attempt, verdict)| deployment(part, attempt, verdict))
        })
        .collect();
    lines.sort_by(|one, other| {
        (one.finished, &one.workload).cmp(&(other.finished, &other.workload))
    });
    lines
}

fn deployment(part: &Part, attempt: &Attempt, verdict: &Verdict) -> DeploymentLine {
    let workload = part.workload;
    let last = last_record(part, attempt);
    let commit = last.and_then(|record| workload.commits.get(record.commit? as usize));
    let text = |name| workload.text(name).to_owned();
    let inferred = [verdict.failed, verdict.rework].contains(&Some(Basis::Inferred));
    let incidents = verdict.incidents.iter();
    let changes = attempt.changes.iter();
    DeploymentLine {
        workload: workload.name().to_owned(),
        deployment: text(attempt.deployment),
        kind: attempt.kind.word(),
        finished: attempt.at,
        version: last.and_then(|record| record.version).map(text),
        sha: commit.map(|commit| text(commit.sha)),
        failed: verdict.failed.is_some(),
        rework: verdict.rework.is_some(),
        incidents: incidents
            .filter_map(|place| Some(text(part.incident(*place)?.id)))
            .collect(),
        changes: changes
            .filter_map(|at| Some(text(workload.changes.get(*at as usize)?.id)))
            .collect(),
        inferred: attempt.inferred || verdict.inferred || inferred,
    }
}

fn last_record<'a>(part: &Part<'a>, attempt: &Attempt) -> Option<&'a Record> {
    let row = part.delivery.row(*attempt.rows.last()?)?;
    part.workload.records.get(row.record as usize)
}

/// Changes that went live in the window.
pub(super) fn changes(parts: &[Part], window: Window) -> Vec<ChangeLine> {
    let mut lines: Vec<ChangeLine> = parts
        .iter()
        .flat_map(|part| {
            part.leads
                .iter()
                .filter(|(_, lead)| window.contains(lead.deployed))
                .filter_map(|(at, lead)| change(part, *at, lead))
        })
        .collect();
    lines.sort_by(|one, other| {
        let key = |line: &ChangeLine| (line.deployed, line.start);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.change.cmp(&other.change))
    });
    lines
}

fn change(part: &Part, at: ChangeAt, lead: &Lead) -> Option<ChangeLine> {
    let workload = part.workload;
    let change = workload.changes.get(at as usize)?;
    let attempt = part.delivery.attempt(lead.attempt)?;
    let text = |name| workload.text(name).to_owned();
    Some(ChangeLine {
        workload: workload.name().to_owned(),
        change: text(change.id),
        title: change.title.map(text),
        author: change.author.map(text),
        repository: change.repository.map(text),
        deployment: text(attempt.deployment),
        start: lead.start,
        deployed: lead.deployed,
        lead_seconds: lead.lead,
        coding_seconds: lead.coding,
        pickup_seconds: lead.pickup,
        review_seconds: lead.review,
        deploy_seconds: lead.deploy,
        shipped_before_merge: lead.shipped_before_merge,
        inferred: lead.inferred,
    })
}

/// Incidents that were open in the window, and those that belong to its deployments.
pub(super) fn incidents(parts: &[Part], window: Window) -> Vec<IncidentLine> {
    let mut lines: Vec<IncidentLine> = parts
        .iter()
        .flat_map(|part| part.links.iter().filter_map(|l| incident(part, l, window)))
        .collect();
    lines.sort_by(|one, other| (one.opened, &one.incident).cmp(&(other.opened, &other.incident)));
    lines
}

fn incident(part: &Part, link: &Link, window: Window) -> Option<IncidentLine> {
    let incident = part.incident(link.incident)?;
    let attempt = link.attempt.and_then(|place| part.delivery.attempt(place));
    let open = incident.opened < window.to && incident.resolved.is_none_or(|at| at >= window.from);
    let ours = attempt.is_some_and(|attempt| window.contains(attempt.at));
    let text = |name| part.workload.text(name).to_owned();
    (open || ours).then(|| IncidentLine {
        workload: part.workload.name().to_owned(),
        incident: text(incident.id),
        deployment: attempt.map(|attempt| text(attempt.deployment)),
        inferred: link.inferred,
        opened: incident.opened,
        resolved: incident.resolved,
    })
}

/// Why a figure is null, and what the others rest on.
pub(super) fn notes(
    parts: &[Part],
    window: Window,
    figures: &Figures,
    wanted: Wanted,
) -> Vec<String> {
    let mut notes = Vec::new();
    if figures.deployments.is_none() {
        let environment = parts.first().map_or("", |part| &part.delivery.environment);
        notes.push(format!(
            "no deployment to {environment} is known before {}",
            window.to
        ));
    }
    for part in parts {
        let of = if parts.len() > 1 {
            format!("{}: ", part.workload.name())
        } else {
            String::new()
        };
        notes.extend(part_notes(part, window).map(|note| format!("{of}{note}")));
    }
    if let Some(report) = wanted.levels
        && !level::REPORTS.contains(&report)
    {
        let known = level::REPORTS.map(|report| report.to_string()).join(", ");
        notes.push(format!(
            "the report of {report} has no table of levels that is known here; there is one of {known}"
        ));
    }
    notes
}

fn part_notes(part: &Part, window: Window) -> impl Iterator<Item = String> {
    let workload = part.workload;
    let shown: Vec<_> = part
        .judged()
        .filter(|(attempt, _)| window.contains(attempt.at))
        .collect();
    let seen = shown
        .iter()
        .any(|(_, verdict)| verdict.failed.is_some() || verdict.rework.is_some());
    let source = match (!part.has_source(), seen) {
        (false, _) => None,
        (true, false) => {
            Some("no incident source: change fail rate, recovery and rework rate cannot be told")
        }
        (true, true) => Some(
            "no incident source: only rollbacks and marks are seen, so the true change fail rate and rework rate are at least these",
        ),
    };
    let tags = workload
        .released_by_tags
        .then_some("no deployment is known: version tags stand for deployments");
    let blind = shown
        .iter()
        .filter(|(attempt, verdict)| verdict.counted && attempt.kind == Kind::Change)
        .filter(|(attempt, _)| {
            let mut rows = attempt
                .rows
                .iter()
                .filter_map(|row| part.delivery.row(*row));
            rows.any(|row| row.success && !row.known)
        });
    let blind = match blind.count() {
        0 => None,
        n => Some(format!(
            "the commits of {n} of the deployments are not known: what they shipped is told by date (~)"
        )),
    };
    let none = part.links.iter().filter(|link| link.attempt.is_none());
    let none = none.filter_map(|link| part.incident(link.incident));
    let unlinked = match none.filter(|i| window.contains(i.opened)).count() {
        0 => None,
        1 => Some("1 incident belongs to no deployment that is known".to_owned()),
        n => Some(format!(
            "{n} incidents belong to no deployment that is known"
        )),
    };
    let fixed = [source, tags].into_iter().flatten().map(str::to_owned);
    fixed.chain(blind).chain(unlinked)
}
