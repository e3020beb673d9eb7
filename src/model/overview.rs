//! One workload at a glance: what lists of many workloads show of each. Owned and small, so that thousands of them can be held, and a [`Summary`] of each
//! kept for the next start.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::compliance::{Compliance, compliance};
use super::definition::StepKind;
use super::dora::trend::{Verdict, lead_trend, verdict};
use super::dora::{Material, material};
use super::entity::ChangeAt;
use super::environment::{self, Running};
use super::feature::{FeaturePart, parts};
use super::forecast::past;
use super::gate::{self, OpenGate};
use super::locate::{Match, whereabouts};
use super::repair::{LaneTimes, Repair, lane_times, repairs};
use super::state::silence::told_by;
use super::state::{Life, Lives, State};
use super::statistic::Spread;
use super::window::Window;
use crate::event::time::{Span, Timestamp};

/// So many points has the trend of a row.
const TREND: usize = 6;

/// What a row of the fleet shows of a workload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub workload: String,
    pub team: Option<String>,
    pub path: String,
    /// The path was made from what the events show.
    pub derived: bool,
    /// The steps of its path, as its newest candidate stands to them.
    pub steps: Vec<StepNow>,
    /// The environment that delivery means.
    pub production: String,
    /// What runs there, and since when.
    pub version: Option<String>,
    pub since: Option<Timestamp>,
    pub deploying: bool,
    /// Changes in flight.
    pub flowing: usize,
    /// What holds a change in flight longest, wherever it stands.
    pub held: Option<Held>,
    /// Of the changes that went live in the window, and in the one of equal length before it.
    pub lead: Spread,
    pub lead_before: Spread,
    /// Median lead time in each sixth of the window.
    pub trend: Vec<Option<Span>>,
    pub gates: usize,
    /// Gates that who asks may decide.
    pub gates_mine: usize,
    pub incidents: usize,
    pub health: Health,
    /// Time of the first and last event known of it.
    pub known: Option<(Timestamp, Timestamp)>,
}

/// What holds a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub change: String,
    pub step: String,
    /// A word of the closed list of states.
    pub state: String,
    pub since: Timestamp,
}

/// A step of the path, as a workload stands to it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepNow {
    pub name: String,
    pub kind: StepKind,
    pub locked: bool,
    /// Changes in flight that stand here.
    pub standing: usize,
    pub mark: Mark,
}

/// How the newest candidate stands to a step. A candidate is the newest change that reached the target branch, else the newest that is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// It has passed.
    Done,
    /// It is being worked on here.
    Working,
    /// It waits here.
    Waiting,
    /// It waits for people to decide.
    Gated,
    Failed,
    /// It was not here yet.
    #[default]
    Ahead,
    Unknown,
}

/// What a workload's row says in a word, the gravest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Health {
    /// An incident in production is open.
    Incident,
    /// Its last deployment to production, or its newest candidate, failed.
    Failing,
    /// A change waits for people to decide.
    Gated,
    /// Its sources are silent.
    Unknown,
    /// Its lead time grew.
    Slower,
    #[default]
    Fine,
    /// Nothing went live in the window, and nothing is on its way.
    Quiet,
}

impl Health {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Failing => "failing",
            Self::Gated => "gated",
            Self::Unknown => "unknown",
            Self::Slower => "slower",
            Self::Fine => "fine",
            Self::Quiet => "quiet",
        }
    }
}

/// All that lists of many workloads show of one.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    pub summary: Summary,
    /// `None` where only the summary was kept from an earlier start, and the rest is not worked out yet.
    pub detail: Option<Detail>,
}

/// The things behind a summary.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Changes in flight, the longest held first.
    pub changes: Vec<Match>,
    pub gates: Vec<OpenGate>,
    pub environments: Vec<Running>,
    /// What its DORA metrics are made of, for any window.
    pub material: Material,
    /// Incidents of production that were open in the window or in the one before it.
    pub repairs: Vec<Repair>,
    /// Lead times in the hotfix lane and in the usual one, of what went live in the window.
    pub lanes: LaneTimes,
    pub compliance: Compliance,
    /// Its parts in features that are in flight or went live in the window, in the order of their tickets; the titles of tickets are not among what an overview knows.
    pub parts: Vec<FeaturePart>,
    /// The sources that told of its steps last.
    pub told_by: BTreeSet<String>,
}

/// A workload at the instant that it is known at, with figures over a window that ends there.
#[must_use]
pub fn overview(lives: &Lives<'_>, window: Window) -> Overview {
    let flying: Vec<Life> = (0..)
        .zip(&lives.workload.changes)
        .filter(|(place, _)| lives.in_flight(*place))
        .filter_map(|(place, _)| lives.life(place))
        .collect();
    let own = past(lives);
    let mut changes: Vec<Match> = flying
        .iter()
        .filter_map(|life| whereabouts(lives, life.change, &own, &[]))
        .collect();
    changes.sort_by(|one, two| (one.since, &one.change).cmp(&(two.since, &two.change)));
    let gates = gate::open(lives);
    let environments = environment::running(lives).environments;
    let material = material(lives.workload, lives.production(), lives.rules);
    let summary = summary(lives, window, &flying, (&gates, &environments, &material));
    Overview {
        summary,
        detail: Some(Detail {
            changes,
            gates,
            environments,
            material,
            repairs: repairs(lives, before(window).from),
            lanes: lane_times(lives, window),
            compliance: compliance(lives),
            parts: parts(lives, window.from),
            told_by: told_by(lives.workload)
                .into_iter()
                .flatten()
                .map(|by| lives.workload.text(by).to_owned())
                .collect(),
        }),
    }
}

fn summary(
    lives: &Lives<'_>,
    window: Window,
    flying: &[Life],
    (gates, environments, material): (&[OpenGate], &[Running], &Material),
) -> Summary {
    let workload = lives.workload;
    let production = workload.production(lives.rules).to_owned();
    let live = environments
        .iter()
        .find(|running| running.environment == production);
    let within = |window: Window| Spread::of(material.lead_times(window).collect());
    let mut summary = Summary {
        workload: workload.name().to_owned(),
        team: workload.definition.team.clone(),
        path: workload.path.name.clone(),
        derived: workload.path.derived,
        steps: steps(lives, flying),
        version: live.and_then(|live| live.version.clone()),
        since: live.and_then(|live| live.since),
        deploying: live.is_some_and(|live| live.health == Some("deploying")),
        flowing: flying.len(),
        held: held(lives, flying),
        lead: within(window),
        lead_before: within(before(window)),
        trend: lead_trend(material, window, TREND),
        gates: gates.len(),
        gates_mine: gates
            .iter()
            .filter(|gate| gate.may_decide == Some(true))
            .count(),
        incidents: workload
            .incidents
            .iter()
            .filter(|incident| incident.resolved.is_none())
            .filter(|incident| {
                incident
                    .environment
                    .is_none_or(|name| workload.text(name) == production)
            })
            .count(),
        health: Health::Fine,
        known: workload.known,
        production,
    };
    let failed = live.is_some_and(|live| live.health == Some("failed"));
    summary.health = health(&summary, failed);
    summary
}

/// The window of equal length before a window.
fn before(window: Window) -> Window {
    Window::of(window.from, window.to - window.from, window.timezone)
}

/// The change in flight that has been in its state longest.
fn held(lives: &Lives<'_>, flying: &[Life]) -> Option<Held> {
    let workload = lives.workload;
    let (life, leg) = flying
        .iter()
        .filter_map(|life| Some((life, life.now?)))
        .filter(|(_, leg)| leg.state != State::Working)
        .min_by_key(|(life, leg)| (leg.from, life.change))?;
    let change = &workload.changes[life.change as usize];
    Some(Held {
        change: workload.text(change.id).to_owned(),
        step: workload.path.steps[leg.step].name.clone(),
        state: leg.state.word().to_owned(),
        since: leg.from,
    })
}

fn steps(lives: &Lives<'_>, flying: &[Life]) -> Vec<StepNow> {
    let workload = lives.workload;
    let stands = |life: &Life| life.now.map(|leg| (leg.step, leg.state));
    let candidate = candidate(lives);
    let life = candidate.and_then(|place| flying.iter().find(|life| life.change == place));
    let stood = life.and_then(stands);
    let delivered = candidate.is_some() && life.is_none();
    workload
        .path
        .steps
        .iter()
        .enumerate()
        .map(|(place, step)| StepNow {
            name: step.name.clone(),
            kind: step.kind,
            locked: step.locked,
            standing: flying
                .iter()
                .filter(|life| stands(life).is_some_and(|(at, _)| at == place))
                .count(),
            mark: match stood {
                Some((at, state)) if at == place => mark(state),
                Some((at, _)) if place < at => Mark::Done,
                // What lies behind in the list may be done all the same: steps that run side by side.
                Some(_) if life.is_some_and(|life| life.handed[place].is_some()) => Mark::Done,
                None if delivered => Mark::Done,
                _ => Mark::Ahead,
            },
        })
        .collect()
}

const fn mark(state: State) -> Mark {
    match state {
        State::Working => Mark::Working,
        State::Gated => Mark::Gated,
        State::Failed => Mark::Failed,
        State::Unknown => Mark::Unknown,
        State::Delivered => Mark::Done,
        _ => Mark::Waiting,
    }
}

/// The newest change that reached the target branch; where none did, the newest that is open.
fn candidate(lives: &Lives<'_>) -> Option<ChangeAt> {
    let workload = lives.workload;
    let live = (0..).zip(&workload.changes);
    let merged = live.clone().filter_map(|(place, change)| {
        let sha = change.sha.and_then(|at| workload.commits.get(at as usize));
        let written = || change.direct.then(|| sha?.committed.or(sha?.at)).flatten();
        Some((change.merged.or_else(written)?, place))
    });
    let open = live
        .filter(|(place, _)| lives.in_flight(*place))
        .filter_map(|(place, change)| Some((change.opened?, place)));
    let newest = merged.max().or_else(|| open.max())?;
    Some(newest.1)
}

fn health(summary: &Summary, failed: bool) -> Health {
    let marked = |mark: Mark| summary.steps.iter().any(|step| step.mark == mark);
    if summary.incidents > 0 {
        Health::Incident
    } else if failed || marked(Mark::Failed) {
        Health::Failing
    } else if summary.gates > 0 {
        Health::Gated
    } else if marked(Mark::Unknown) {
        Health::Unknown
    } else if verdict(summary.lead, summary.lead_before) == Verdict::Slower {
        Health::Slower
    } else if summary.lead.n == 0 && summary.flowing == 0 {
        Health::Quiet
    } else {
        Health::Fine
    }
}
