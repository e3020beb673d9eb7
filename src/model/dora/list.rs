//! The very deployments, changes and incidents behind the figures of a window, and what a reader must know to read them.

use super::material::{Attempt, Delivered, Incident, Material};
use super::{ChangeLine, DeploymentLine, Figures, IncidentLine, Wanted};
use crate::model::delivery::{AttemptOutcome, Kind};
use crate::model::dora::judge::Basis;
use crate::model::entity::heading;
use crate::model::level;
use crate::model::window::Window;

/// Attempts of the window, redeploys and failed ones too.
pub(super) fn deployments(materials: &[&Material], window: Window) -> Vec<DeploymentLine> {
    let mut lines: Vec<DeploymentLine> = materials
        .iter()
        .flat_map(|material| {
            let attempts = material.attempts.iter();
            attempts
                .filter(|attempt| attempt.outcome != AttemptOutcome::Other)
                .filter(|attempt| window.contains(attempt.at))
                .map(|attempt| deployment(material, attempt))
        })
        .collect();
    lines.sort_by(|one, other| {
        (one.finished, &one.workload).cmp(&(other.finished, &other.workload))
    });
    lines
}

pub(super) fn deployment(material: &Material, attempt: &Attempt) -> DeploymentLine {
    let text = |name| material.text(name).to_owned();
    let inferred = [attempt.failed, attempt.rework].contains(&Some(Basis::Inferred));
    DeploymentLine {
        workload: material.workload.to_string(),
        deployment: text(attempt.deployment),
        kind: attempt.kind.word(),
        finished: attempt.at,
        version: attempt.version.map(text),
        sha: attempt.sha.map(text),
        failed: attempt.failed.is_some(),
        rework: attempt.rework.is_some(),
        incidents: attempt.incidents.iter().copied().map(text).collect(),
        changes: attempt.changes.iter().copied().map(text).collect(),
        inferred: attempt.inferred_change || attempt.inferred_incident || inferred,
    }
}

/// Changes that went live in the window.
pub(super) fn changes(materials: &[&Material], window: Window) -> Vec<ChangeLine> {
    let mut lines: Vec<ChangeLine> = materials
        .iter()
        .flat_map(|material| {
            let delivered = material.delivered(window);
            delivered.filter_map(|delivered| change(material, delivered))
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

pub(super) fn change(material: &Material, delivered: &Delivered) -> Option<ChangeLine> {
    let lead = &delivered.lead;
    let attempt = material.attempt(lead.attempt)?;
    let text = |name| material.text(name).to_owned();
    Some(ChangeLine {
        workload: material.workload.to_string(),
        change: text(delivered.change),
        title: delivered
            .title
            .map(|title| heading(material.text(title)).to_owned()),
        author: delivered.author.map(text),
        repository: delivered.repository.map(text),
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
pub(super) fn incidents(materials: &[&Material], window: Window) -> Vec<IncidentLine> {
    let mut lines: Vec<IncidentLine> = materials
        .iter()
        .flat_map(|material| {
            let incidents = material.incidents.iter();
            incidents.filter_map(|one| incident(material, one, window))
        })
        .collect();
    lines.sort_by(|one, other| {
        let key = |line: &IncidentLine| line.opened.or(line.resolved);
        (key(one), &one.incident).cmp(&(key(other), &other.incident))
    });
    lines
}

fn incident(material: &Material, incident: &Incident, window: Window) -> Option<IncidentLine> {
    let attempt = incident.attempt.and_then(|place| material.attempt(place));
    let begun = incident.known().is_some_and(|at| at < window.to);
    let open = begun && incident.resolved.is_none_or(|at| at >= window.from);
    let ours = attempt.is_some_and(|attempt| window.contains(attempt.at));
    let text = |name| material.text(name).to_owned();
    (open || ours).then(|| IncidentLine {
        workload: material.workload.to_string(),
        incident: text(incident.id),
        deployment: attempt.map(|attempt| text(attempt.deployment)),
        inferred: incident.inferred,
        opened: incident.opened,
        resolved: incident.resolved,
    })
}

/// Why a figure is null, and what the others rest on.
pub(super) fn notes(
    materials: &[&Material],
    window: Window,
    figures: &Figures,
    wanted: Wanted,
) -> Vec<String> {
    let mut notes = Vec::new();
    if figures.deployments.is_none() {
        let environment = materials.first().map_or("", |one| &one.environment);
        notes.push(format!(
            "no deployment to {environment} is known before {}",
            window.to
        ));
    }
    let facts: Vec<Facts> = materials.iter().map(|one| Facts::of(one, window)).collect();
    if materials.len() > FEW {
        notes.extend(notes_of_many(&facts));
    } else {
        for (material, facts) in materials.iter().zip(&facts) {
            let of = if materials.len() > 1 {
                format!("{}: ", material.workload)
            } else {
                String::new()
            };
            notes.extend(facts.notes().map(|note| format!("{of}{note}")));
        }
    }
    notes.extend(wanted.levels.and_then(level::why_none));
    notes
}

/// Of more materials than this, what holds of several is said once.
const FEW: usize = 3;

/// What a reader must know of one material.
struct Facts<'a> {
    /// Nobody tells of incidents.
    sourceless: bool,
    /// A rollback or a mark was seen all the same.
    seen: bool,
    tags: bool,
    /// What is said of tags of several series.
    series: Option<&'a str>,
    /// Deployments of which nobody knows what they shipped.
    blind: usize,
    /// Incidents that belong to no deployment.
    unlinked: usize,
}

impl<'a> Facts<'a> {
    fn of(material: &'a Material, window: Window) -> Self {
        let attempts = material.attempts.iter();
        let shown: Vec<&Attempt> = attempts.filter(|one| window.contains(one.at)).collect();
        let seen = |attempt: &&Attempt| attempt.failed.is_some() || attempt.rework.is_some();
        let blind =
            |attempt: &&&Attempt| attempt.counted && attempt.kind == Kind::Change && attempt.blind;
        let none = material.incidents.iter().filter(|i| i.attempt.is_none());
        Self {
            sourceless: !material.has_source,
            seen: shown.iter().any(seen),
            tags: material.released_by_tags,
            series: material.series.as_deref(),
            blind: shown.iter().filter(blind).count(),
            unlinked: none
                .filter(|i| i.known().is_some_and(|at| window.contains(at)))
                .count(),
        }
    }

    fn notes(&self) -> impl Iterator<Item = String> {
        let source = match (self.sourceless, self.seen) {
            (false, _) => None,
            (true, false) => Some(
                "no incident source: change fail rate, recovery and rework rate cannot be told",
            ),
            (true, true) => Some(
                "no incident source: only rollbacks and marks are seen, so the true change fail rate and rework rate are at least these",
            ),
        };
        let tags = self
            .tags
            .then_some("no deployment is known: version tags stand for deployments");
        let fixed = [source, tags, self.series].into_iter().flatten();
        let fixed: Vec<String> = fixed.map(str::to_owned).collect();
        fixed
            .into_iter()
            .chain(blind(self.blind))
            .chain(unlinked(self.unlinked))
    }
}

fn blind(n: usize) -> Option<String> {
    (n > 0).then(|| {
        format!(
            "the commits of {n} of the deployments are not known: what they shipped is told by date (~)"
        )
    })
}

fn unlinked(n: usize) -> Option<String> {
    match n {
        0 => None,
        1 => Some("1 incident belongs to no deployment that is known".to_owned()),
        n => Some(format!(
            "{n} incidents belong to no deployment that is known"
        )),
    }
}

/// Of many workloads it is said of how many a thing holds, not of which.
fn notes_of_many(facts: &[Facts]) -> Vec<String> {
    let all = facts.len();
    let count = |holds: fn(&Facts) -> bool| facts.iter().filter(|one| holds(one)).count();
    let mut notes = Vec::new();
    let sourceless = count(|one| one.sourceless);
    if sourceless == all {
        let seen = facts.iter().any(|one| one.seen);
        let facts = Facts {
            sourceless: true,
            seen,
            tags: false,
            series: None,
            blind: 0,
            unlinked: 0,
        };
        notes.extend(facts.notes());
    } else if sourceless > 0 {
        notes.push(format!(
            "{sourceless} of {all} workloads have no incident source: of them only rollbacks and marks are seen"
        ));
    }
    let tags = count(|one| one.tags);
    if tags > 0 {
        notes.push(format!(
            "of {tags} of {all} workloads no deployment is known: version tags stand for deployments"
        ));
    }
    let mixed = count(|one| one.series.is_some());
    if mixed > 0 {
        notes.push(format!(
            "of {mixed} of {all} workloads version tags of several series count together: the map of each says which"
        ));
    }
    notes.extend(blind(facts.iter().map(|one| one.blind).sum()));
    notes.extend(unlinked(facts.iter().map(|one| one.unlinked).sum()));
    notes
}
