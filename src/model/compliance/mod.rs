//! The path to compliance: for what is live in production now, the evidence of every step that its path requires, what its newest scan found against the
//! limits, and where the path itself, or the way that was taken, leaves something out.

pub(super) mod live;
pub(super) mod people;
mod problem;
#[cfg(test)]
mod tests;
mod vulnerability;

use serde::{Deserialize, Serialize};

use super::definition::StepKind;
use super::delivery::Delivery;
use super::evidence::{Found, Standing, machine, refuses, scans};
use super::state::Lives;
use super::step::of_environment;
use crate::event::time::{Span, Timestamp};
use live::Live;

/// `leadtime/check/v1`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub as_of: Timestamp,
    pub workloads: Vec<Compliance>,
}

/// How a workload stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Compliance {
    pub workload: String,
    pub path: String,
    /// Nobody wrote the path: it was made from what the events show.
    pub derived: bool,
    /// What is live in production; none where nothing is known to be.
    pub live: Option<LiveVersion>,
    /// Every step of the path but code and deploy, in the order of the path. Empty where nothing is live.
    pub steps: Vec<Required>,
    /// Where the path, or the way to production that was taken, leaves something out, in sentences.
    pub problems: Vec<String>,
}

impl Compliance {
    /// The evidence of every step is present, and nothing is wrong with the path.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.problems.is_empty()
            && self
                .steps
                .iter()
                .all(|step| step.standing == Standing::Present)
    }

    /// The worst standing among its steps.
    #[must_use]
    pub fn worst(&self) -> Option<Standing> {
        self.steps.iter().map(|step| step.standing).max()
    }
}

/// What is live in production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveVersion {
    pub version: Option<String>,
    pub sha: Option<String>,
    /// Package URL, where one is known.
    pub artifact: Option<String>,
    pub digest: Option<String>,
    pub since: Timestamp,
    pub deployment: String,
}

/// A required step, and its evidence for what is live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Required {
    pub step: String,
    pub kind: StepKind,
    pub locked: bool,
    pub standing: Standing,
    /// Since when it stands so.
    pub since: Option<Timestamp>,
    /// Who produced the evidence.
    pub tool: Option<String>,
    pub detail: String,
    pub url: Option<String>,
    /// What the newest scan of what is live found, worst first; severities without findings and without a limit are left out.
    pub vulnerabilities: Vec<Vulnerabilities>,
}

/// Findings of one severity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vulnerabilities {
    pub severity: Severity,
    pub count: u32,
    pub limit: Option<u32>,
    /// The count is over the limit.
    pub over: bool,
    /// Since when every scan of what was live found some of this severity. Scanners tell counts, not names: one may have come as another went.
    pub since: Option<Timestamp>,
    pub age_seconds: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// How a workload stands, for what is live in production.
#[must_use]
pub fn compliance(lives: &Lives<'_>) -> Compliance {
    let delivery = lives.production();
    judge(lives, delivery, Live::of(lives, delivery).as_ref())
}

/// How what is live in an environment stands.
pub(super) fn judge(lives: &Lives<'_>, delivery: &Delivery, live: Option<&Live<'_>>) -> Compliance {
    let workload = lives.workload;
    let steps = live.map_or_else(Vec::new, |live| required(lives, delivery, live));
    Compliance {
        workload: workload.name().to_owned(),
        path: workload.path.name.clone(),
        derived: workload.path.derived,
        problems: problem::problems(lives, &delivery.environment, live, &steps),
        live: live.map(|live| live.version(workload)),
        steps,
    }
}

/// The steps that are asked for: of production all of the path, of another environment those that the step which deploys there needs.
pub(super) fn asked(lives: &Lives<'_>, environment: &str) -> Vec<usize> {
    let workload = lives.workload;
    if environment == lives.production().environment {
        return (0..workload.path.steps.len()).collect();
    }
    of_environment(workload, environment).map_or_else(Vec::new, |step| lives.needed(step))
}

fn required(lives: &Lives<'_>, delivery: &Delivery, live: &Live<'_>) -> Vec<Required> {
    let steps = asked(lives, &delivery.environment).into_iter();
    steps
        .filter_map(|place| Some((place, lives.workload.path.steps.get(place)?)))
        .filter(|(_, step)| !matches!(step.kind, StepKind::Code | StepKind::Deploy))
        .map(|(place, step)| {
            let found = match step.kind {
                StepKind::Review => people::reviewed(lives.workload, live),
                StepKind::Gate => people::decided(lives, place, live),
                _ => machine(lives.workload, place, &live.subject),
            };
            Required {
                step: step.name.clone(),
                kind: step.kind,
                locked: step.locked,
                standing: found.standing,
                since: since(lives, place, live, &found),
                tool: found.tool,
                detail: found.detail,
                url: found.url,
                vulnerabilities: vulnerability::found(lives, place, live, delivery),
            }
        })
        .collect()
}

/// Since when a step stands as it does: what is missing, since the version is live; what is stale, since it grew too old; what a scan refuses, since
/// the first of its scans in a row that did.
fn since(lives: &Lives<'_>, place: usize, live: &Live<'_>, found: &Found) -> Option<Timestamp> {
    let workload = lives.workload;
    let step = workload.path.steps.get(place)?;
    match found.standing {
        Standing::Missing => Some(live.since),
        Standing::Overridden => found.at.or(Some(live.since)),
        Standing::Stale => found.at.map(|at| {
            step.fresh
                .map_or(at, |fresh| at + fresh)
                .min(workload.as_of)
        }),
        Standing::Failed if step.kind == StepKind::Scan => {
            let scans = scans(workload, place, &live.subject);
            let row = scans.iter().rev().take_while(|scan| refuses(step, scan));
            row.last().map(|scan| scan.at)
        }
        Standing::Present | Standing::Failed => found.at,
    }
}
