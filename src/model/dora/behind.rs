//! The lists behind the metrics, to be looked through: the deployments with why each counts as failed or as rework and how long it took to recover, the
//! changes that they brought, the incidents.

use super::judge::Basis;
use super::material::{Attempt, Material};
use super::{ChangeLine, DeploymentLine, IncidentLine, list};
use crate::event::time::{Span, Timestamp};
use crate::model::delivery::{AttemptOutcome, Kind};
use crate::model::window::Window;

/// More than so many are not told: the newest are.
pub const MOST: usize = 20_000;

/// What is listed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Things {
    /// Every attempt of the window.
    Deployments,
    /// Failed deployments that were mended in the window, and those that still are not.
    Recoveries,
    /// Changes that went live in the window.
    Changes,
    /// Changes that one deployment brought, whenever that was.
    Shipped(String),
    /// Incidents that were open in the window.
    Incidents,
}

/// A list, the newest first.
#[derive(Clone, Debug)]
pub struct Behind {
    pub lines: Lines,
    /// How many there are, told or not.
    pub n: usize,
    /// Of all attempts, how many frequency and rates count.
    pub counted: Option<usize>,
    /// Changes that have no lead time: nobody knows when they began, or the first deployment brought them.
    pub without: Vec<String>,
    pub told: usize,
    pub of: usize,
}

#[derive(Clone, Debug)]
pub enum Lines {
    Deployments(Vec<Deployed>),
    Changes(Vec<ChangeLine>),
    Incidents(Vec<IncidentLine>),
}

/// A deployment, and what is to be thought of it.
#[derive(Clone, Debug)]
pub struct Deployed {
    pub line: DeploymentLine,
    /// It is one of the deployments that frequency and rates count.
    pub counted: bool,
    pub failed: Option<Reason>,
    pub rework: Option<Reason>,
    /// For a failed one: from when until when it was broken.
    pub broken: Option<(Timestamp, Option<Timestamp>)>,
}

impl Deployed {
    /// How long it took to recover, where it has.
    #[must_use]
    pub fn recovery(&self) -> Option<Span> {
        let (from, to) = self.broken?;
        to.map(|to| to - from)
    }
}

/// Why a deployment counts as failed, or as rework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub why: Why,
    /// It rests on an inferred link alone.
    pub inferred: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// An incident belongs to it.
    Incident,
    /// The next deployment took it back.
    RolledBack,
    /// A person or a label says so.
    Told,
    /// It is itself a rollback.
    Rollback,
    /// It finished last while an incident was open.
    InIncident,
}

/// Lists things of materials over a window; `of` are the workloads that there would be if all were worked out.
#[must_use]
pub fn behind(materials: &[&Material], of: usize, window: Window, things: &Things) -> Behind {
    let mut without = Vec::new();
    let mut lines = match things {
        Things::Deployments => Lines::Deployments(deployments(materials, |attempt| {
            window.contains(attempt.at) && attempt.outcome != AttemptOutcome::Other
        })),
        Things::Recoveries => Lines::Deployments(deployments(materials, |attempt| {
            attempt.broken.is_some_and(|(from, to)| {
                from < window.to && to.is_none_or(|to| to >= window.to || window.contains(to))
            })
        })),
        Things::Changes => Lines::Changes(list::changes(materials, window)),
        Things::Shipped(deployment) => {
            let (with, bare) = shipped(materials, deployment);
            without = bare;
            Lines::Changes(with)
        }
        Things::Incidents => Lines::Incidents(list::incidents(materials, window)),
    };
    let counted = match (things, &lines) {
        (Things::Deployments, Lines::Deployments(lines)) => {
            Some(lines.iter().filter(|one| one.counted).count())
        }
        _ => None,
    };
    let n = match &mut lines {
        Lines::Deployments(lines) => newest(lines),
        Lines::Changes(lines) => newest(lines),
        Lines::Incidents(lines) => newest(lines),
    };
    Behind {
        lines,
        n,
        counted,
        without,
        told: materials.len(),
        of,
    }
}

/// The newest of a list that is in order of time, and how many there were.
fn newest<T>(lines: &mut Vec<T>) -> usize {
    let n = lines.len();
    lines.reverse();
    lines.truncate(MOST);
    n
}

fn deployments(materials: &[&Material], wanted: impl Fn(&Attempt) -> bool) -> Vec<Deployed> {
    let mut found = Vec::new();
    for material in materials {
        let mut next = None;
        let mut own: Vec<Deployed> = Vec::new();
        for attempt in material.attempts.iter().rev() {
            if wanted(attempt) {
                own.push(deployed(material, attempt, next));
            }
            if attempt.counted {
                next = Some(attempt.kind);
            }
        }
        found.extend(own.into_iter().rev());
    }
    found.sort_by(|one: &Deployed, other: &Deployed| {
        let (one, other) = (&one.line, &other.line);
        (one.finished, &one.workload).cmp(&(other.finished, &other.workload))
    });
    found
}

fn deployed(material: &Material, attempt: &Attempt, next: Option<Kind>) -> Deployed {
    let reason = |basis: Option<Basis>, why| {
        basis.map(|basis| Reason {
            why,
            inferred: basis == Basis::Inferred,
        })
    };
    let failed = if !attempt.incidents.is_empty() {
        Why::Incident
    } else if next == Some(Kind::Rollback) {
        Why::RolledBack
    } else {
        Why::Told
    };
    let rework = match (attempt.kind, attempt.rework) {
        (Kind::Rollback, _) => Why::Rollback,
        (_, Some(Basis::Inferred)) => Why::InIncident,
        _ => Why::Told,
    };
    Deployed {
        line: list::deployment(material, attempt),
        counted: attempt.counted,
        failed: reason(attempt.failed, failed),
        rework: reason(attempt.rework, rework),
        broken: attempt.broken,
    }
}

/// The changes of a deployment: with their lead times, and the names of those without one.
fn shipped(materials: &[&Material], deployment: &str) -> (Vec<ChangeLine>, Vec<String>) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for material in materials {
        let all = (0..).zip(&material.attempts);
        for (place, attempt) in all.filter(|(_, one)| material.text(one.deployment) == deployment) {
            let own = material.deliveries.iter();
            let own: Vec<ChangeLine> = own
                .filter(|one| one.lead.attempt == place)
                .filter_map(|one| list::change(material, one))
                .collect();
            let bare = attempt.changes.iter().map(|name| material.text(*name));
            let bare = bare.filter(|name| own.iter().all(|line| line.change != *name));
            without.extend(bare.map(str::to_owned));
            with.extend(own);
        }
    }
    with.sort_by_key(|line| line.start);
    (with, without)
}
