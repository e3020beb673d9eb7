//! The value-stream map of a workload: wait and process at each step, measured end to end over the changes that went live in a window, never added up
//! from medians (metrics.md, section 6, after Humble, Molesky and O'Reilly, Lean Enterprise, and Martin and Osterling, Value Stream Mapping).

use std::collections::BTreeMap;

use serde::Serialize;

use super::Workload;
use super::definition::StepKind;
use super::flow;
use super::flow::Flow;
use super::name::Name;
use super::state::{Cost, End, Life, Lives, State};
use super::statistic::{Share, Spread, Times, ratio};
use super::step;
use super::window::Window;
use crate::event::kind::Decision;
use crate::event::time::Span;

/// Flow efficiency as a range: without and with people's time, which events do not show (metrics.md, section 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Efficiency {
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// The map: `leadtime/map/v1`.
#[derive(Clone, Debug, Serialize)]
pub struct Map {
    pub workload: String,
    pub path: String,
    /// The path was made from what the events show.
    pub derived: bool,
    pub window: Window,
    /// Changes that went live in the window.
    pub changes: usize,
    pub lead: Spread,
    /// Sum of all lead times; `process_seconds + wait_seconds` to the microsecond.
    pub lead_seconds: Span,
    pub process_seconds: Span,
    pub wait_seconds: Span,
    pub flow_efficiency: Efficiency,
    /// Product of all steps' %C&A; null where a step has none.
    pub rolled_complete_accurate: Option<f64>,
    pub steps: Vec<StepFigures>,
    pub states: Vec<StateFigure>,
    pub flow: Flow,
    /// A lead time or a delivery rests on an inferred link.
    pub inferred: bool,
    /// What the reader must know, in sentences: tags stand for deployments, no deployment known, …
    pub notes: Vec<String>,
    /// The changes behind it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub change_list: Vec<MapChange>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StepFigures {
    pub name: String,
    pub kind: StepKind,
    pub environment: Option<String>,
    pub locked: bool,
    /// The producers that filled it.
    pub from: Vec<String>,
    pub visits: usize,
    /// Changes in flight that stand here.
    pub wip: usize,
    pub process: Times,
    pub wait: Times,
    pub complete_accurate: Share,
    /// Of the sum of all lead times.
    pub share_of_lead: Option<f64>,
    /// The step with the largest share of wait.
    pub constraint: bool,
    /// Why the step has no visits; nothing where it has.
    pub empty: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StateFigure {
    pub state: &'static str,
    pub step: String,
    pub seconds: Span,
}

/// One change behind the map, step by step.
#[derive(Clone, Debug, Serialize)]
pub struct MapChange {
    pub change: String,
    pub title: Option<String>,
    pub start: crate::event::time::Timestamp,
    pub deployed: crate::event::time::Timestamp,
    pub lead_seconds: Span,
    pub process_seconds: Span,
    pub wait_seconds: Span,
    pub inferred: bool,
    pub steps: Vec<MapChangeStep>,
}

#[derive(Clone, Debug, Serialize)]
pub struct MapChangeStep {
    pub step: String,
    pub process_seconds: Span,
    pub wait_seconds: Span,
}

/// The map of a workload over a window that ends no later than the workload is known.
#[must_use]
pub fn map(lives: &Lives<'_>, window: Window, with_changes: bool) -> Map {
    let workload = lives.workload;
    let all: Vec<Life> = lived(lives, window);
    let delivered: Vec<&Life> = all
        .iter()
        .filter(|life| matches!(life.end, End::Delivered(at) if window.contains(at)))
        .collect();
    let lead: Vec<Span> = delivered
        .iter()
        .map(|life| life.until() - life.start)
        .collect();
    let lead_seconds: Span = lead.iter().copied().sum();
    let mut steps: Vec<StepFigures> = (0..workload.path.steps.len())
        .map(|place| step_figures(lives, place, &delivered, &all, window))
        .collect();
    for step in &mut steps {
        let sum = step.process.sum_seconds + step.wait.sum_seconds;
        step.share_of_lead = share(sum, lead_seconds);
    }
    let constraint = (0..steps.len())
        .filter(|place| steps[*place].wait.sum_seconds > Span::ZERO)
        .max_by_key(|place| (steps[*place].wait.sum_seconds, std::cmp::Reverse(*place)));
    if let Some(place) = constraint {
        steps[place].constraint = true;
    }
    let process_seconds = steps.iter().map(|step| step.process.sum_seconds).sum();
    let wait_seconds = steps.iter().map(|step| step.wait.sum_seconds).sum();
    Map {
        workload: workload.name().to_owned(),
        path: workload.path.name.clone(),
        derived: workload.path.derived,
        window,
        changes: delivered.len(),
        lead: Spread::of(lead),
        lead_seconds,
        process_seconds,
        wait_seconds,
        flow_efficiency: efficiency(lives, &delivered, lead_seconds),
        rolled_complete_accurate: rolled(&steps),
        states: states(lives, &delivered),
        flow: flow::figures(lives, &all, window),
        inferred: delivered.iter().any(|life| life.inferred),
        notes: notes(lives, &steps, &delivered),
        change_list: if with_changes {
            delivered.iter().map(|life| line(lives, life)).collect()
        } else {
            Vec::new()
        },
        steps,
    }
}

/// The lives that a window has to do with: in flight, or delivered in it or after its start.
fn lived(lives: &Lives<'_>, window: Window) -> Vec<Life> {
    (0..)
        .zip(&lives.workload.changes)
        .filter(|(place, change)| match lives.arrival(*place) {
            Some(arrival) => arrival.counts() && arrival.at >= window.from,
            None => change.abandoned.is_none(),
        })
        .filter_map(|(place, _)| lives.life(place))
        .filter(|life| life.start < window.to)
        .collect()
}

fn share(part: Span, whole: Span) -> Option<f64> {
    (whole > Span::ZERO).then(|| part.seconds() / whole.seconds())
}

fn step_figures(
    lives: &Lives<'_>,
    place: usize,
    delivered: &[&Life],
    all: &[Life],
    window: Window,
) -> StepFigures {
    let workload = lives.workload;
    let step = &workload.path.steps[place];
    let (mut process, mut wait) = (Vec::new(), Vec::new());
    let (mut process_sum, mut wait_sum) = (Span::ZERO, Span::ZERO);
    for life in delivered {
        let on_ladder = life.legs.iter().any(|leg| leg.step == place);
        let cost = if on_ladder {
            let cost = life.cost(place);
            process_sum = process_sum + cost.process;
            wait_sum = wait_sum + cost.wait;
            Some(cost)
        } else {
            life.beside[place].or_else(|| life.handed[place].map(|_| Cost::default()))
        };
        if let Some(cost) = cost {
            process.push(cost.process);
            wait.push(cost.wait);
        }
    }
    let visits = process.len();
    let wip = all
        .iter()
        .filter(|life| life.end == End::InFlight)
        .filter(|life| life.legs.last().is_some_and(|leg| leg.step == place))
        .count();
    let times = |values: Vec<Span>, sum_seconds: Span| {
        let spread = Spread::of(values);
        Times {
            n: spread.n,
            p50_seconds: spread.p50_seconds,
            p85_seconds: spread.p85_seconds,
            sum_seconds,
        }
    };
    let handed = || {
        all.iter()
            .filter(move |life| life.handed[place].is_some_and(|at| window.contains(at)))
    };
    let (n, back) = (
        handed().count(),
        handed().filter(|life| life.returned[place]).count(),
    );
    StepFigures {
        name: step.name.clone(),
        kind: step.kind,
        environment: step.environment.clone(),
        locked: step.locked,
        from: producers(lives, place),
        visits,
        wip,
        process: times(process, process_sum),
        wait: times(wait, wait_sum),
        complete_accurate: Share {
            n,
            rate: ratio(n - back, n),
        },
        share_of_lead: None,
        constraint: false,
        empty: (visits == 0).then(|| why_empty(lives, place, delivered.len())),
    }
}

fn why_empty(lives: &Lives<'_>, place: usize, delivered: usize) -> String {
    let step = &lives.workload.path.steps[place];
    if delivered == 0 {
        return "no change went live in the window".to_owned();
    }
    if lives.is_filled(place) {
        return "no change that went live in the window was here".to_owned();
    }
    match (&step.from, step.kind) {
        (Some(from), _) => format!("no event from {from} fills it"),
        (None, StepKind::Gate) => "no gate of this name was ever opened".to_owned(),
        (None, StepKind::Deploy) => format!(
            "no deployment to {} is known",
            step.environment.as_deref().unwrap_or("it")
        ),
        (None, kind) => format!("no {} event is known", kind.word()),
    }
}

/// Who filled a step, in words.
fn producers(lives: &Lives<'_>, place: usize) -> Vec<String> {
    let workload = lives.workload;
    let kind = workload.path.steps[place].kind;
    let mut sources: Vec<Name> = match kind {
        StepKind::Code | StepKind::Review => Vec::new(),
        StepKind::Gate => workload
            .gates
            .iter()
            .filter(|gate| step::of_gate(workload, gate) == Some(place))
            .map(|gate| gate.source)
            .collect(),
        StepKind::Deploy => workload
            .records
            .iter()
            .filter(|record| {
                record.environment.map(|name| workload.text(name))
                    == workload.path.steps[place].environment.as_deref()
            })
            .map(|record| record.source)
            .collect(),
        _ => workload
            .runs
            .iter()
            .filter(|run| step::of_run(workload, run) == Some(place))
            .map(|run| run.source)
            .collect(),
    };
    if kind == StepKind::Scan {
        sources.extend(
            workload
                .scans
                .iter()
                .map(|scan| scan.tool.unwrap_or(scan.source)),
        );
    }
    if kind == StepKind::Build && sources.is_empty() {
        sources.extend(workload.artifacts.iter().map(|artifact| artifact.source));
    }
    sources.sort_unstable();
    sources.dedup();
    let mut words: Vec<String> = sources
        .into_iter()
        .map(|source| step::producer(workload.text(source)).to_owned())
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Flow efficiency without and with people's time: coding, and review from the first look to the merge.
fn efficiency(lives: &Lives<'_>, delivered: &[&Life], lead: Span) -> Efficiency {
    let (mut machines, mut people) = (Span::ZERO, Span::ZERO);
    for life in delivered {
        let change = &lives.workload.changes[life.change as usize];
        let reviewed = change.reviews.iter().find(|review| {
            !review.bot && review.reviewer != change.author && Some(review.at) >= change.opened
        });
        for leg in &life.legs {
            let kind = lives.workload.path.steps[leg.step].kind;
            if leg.people {
                people = people + leg.length();
            } else if leg.state == State::Working {
                machines = machines + leg.length();
            } else if kind == StepKind::Review
                && reviewed.is_some_and(|review| review.at <= leg.from)
            {
                people = people + leg.length();
            }
        }
    }
    Efficiency {
        low: share(machines, lead),
        high: share(machines + people, lead),
    }
}

fn rolled(steps: &[StepFigures]) -> Option<f64> {
    if steps.is_empty() {
        return None;
    }
    steps
        .iter()
        .map(|step| step.complete_accurate.rate)
        .product()
}

fn states(lives: &Lives<'_>, delivered: &[&Life]) -> Vec<StateFigure> {
    let mut sums: BTreeMap<(usize, State), Span> = BTreeMap::new();
    for leg in delivered.iter().flat_map(|life| &life.legs) {
        let sum = sums.entry((leg.step, leg.state)).or_default();
        *sum = *sum + leg.length();
    }
    sums.into_iter()
        .map(|((place, state), seconds)| StateFigure {
            state: state.word(),
            step: lives.workload.path.steps[place].name.clone(),
            seconds,
        })
        .collect()
}

fn line(lives: &Lives<'_>, life: &Life) -> MapChange {
    let workload = lives.workload;
    let change = &workload.changes[life.change as usize];
    let steps: Vec<MapChangeStep> = workload
        .path
        .steps
        .iter()
        .enumerate()
        .map(|(place, step)| {
            let cost = life.cost(place);
            MapChangeStep {
                step: step.name.clone(),
                process_seconds: cost.process,
                wait_seconds: cost.wait,
            }
        })
        .collect();
    MapChange {
        change: workload.text(change.id).to_owned(),
        title: change.title.map(|title| workload.text(title).to_owned()),
        start: life.start,
        deployed: life.until(),
        lead_seconds: life.until() - life.start,
        process_seconds: steps.iter().map(|step| step.process_seconds).sum(),
        wait_seconds: steps.iter().map(|step| step.wait_seconds).sum(),
        inferred: life.inferred,
        steps,
    }
}

fn notes(lives: &Lives<'_>, steps: &[StepFigures], delivered: &[&Life]) -> Vec<String> {
    let workload = lives.workload;
    let mut notes = Vec::new();
    let production = workload.production(lives.rules);
    if workload.released_by_tags {
        notes.push(format!(
            "no deployment is known, so version tags stand for deployments to `{}`",
            crate::model::RELEASE
        ));
        notes.extend(series(workload));
    } else if workload.records.is_empty() && workload.path.derived {
        notes.push(
            "neither deployments nor version tags (v1.2.3) are known, so nothing counts as delivered: tag releases, or add a source of deployments"
                .to_owned(),
        );
    } else if lives.production().rows.is_empty() {
        let mut seen: Vec<&str> = workload
            .records
            .iter()
            .filter_map(|record| record.environment)
            .map(|name| workload.text(name))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        notes.push(if seen.is_empty() {
            format!("no deployment to `{production}` is known, so nothing counts as delivered")
        } else {
            format!(
                "no deployment to `{production}` is known, only to {}: name yours as `production` under [metrics]",
                seen.join(", ")
            )
        });
    }
    if let Some(step) = steps.iter().find(|step| step.constraint)
        && let Some(share) = step.share_of_lead
    {
        let (n, rate) = (step.complete_accurate.n, step.complete_accurate.rate);
        let cost = format!("{}: {:.0} % of all lead time", step.name, share * 100.0);
        notes.push(if let (StepKind::Gate, Some(_)) = (step.kind, rate) {
            let rejected = rejections(lives, &step.name);
            format!("{cost}, {rejected} of {n} rejected")
        } else {
            cost
        });
    }
    let missing: Vec<&str> = steps
        .iter()
        .filter(|step| step.complete_accurate.n == 0)
        .map(|step| step.name.as_str())
        .collect();
    if !missing.is_empty() && !delivered.is_empty() {
        notes.push(format!(
            "rolled %C&A cannot be told: nothing was handed on by {}",
            missing.join(", ")
        ));
    }
    notes
}

/// Tags of several series count together unless one is named.
fn series(workload: &Workload) -> Option<String> {
    const MOST: usize = 4;
    let mut series: Vec<&str> = workload
        .records
        .iter()
        .filter_map(|record| record.pipeline)
        .map(|name| workload.text(name))
        .collect();
    series.sort_unstable();
    series.dedup();
    if series.len() < 2 || workload.definition.release_tags.is_some() {
        return None;
    }
    let named: Vec<String> = series
        .iter()
        .take(MOST)
        .map(|series| format!("{series}1.2.3"))
        .collect();
    let more = if series.len() > MOST { ", …" } else { "" };
    Some(format!(
        "{} series of version tags count together ({}{more}): a change is live with the first of them that has it; name one in leadtime.toml, as `deployments = \"tags:{}[0-9]*\"`",
        series.len(),
        named.join(", "),
        series[series.len() - 1],
    ))
}

fn rejections(lives: &Lives<'_>, name: &str) -> usize {
    let workload = lives.workload;
    let place = workload
        .path
        .steps
        .iter()
        .position(|step| step.name == name);
    workload
        .gates
        .iter()
        .filter(|gate| gate.decision == Some(Decision::Rejected))
        .filter(|gate| step::of_gate(workload, gate) == place)
        .count()
}
