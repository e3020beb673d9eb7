//! The value-stream map of a workload: wait and process at each step, measured end to end over the changes that went live in a window, never added up
//! from medians (metrics.md, section 6, after Humble, Molesky and O'Reilly, Lean Enterprise, and Martin and Osterling, Value Stream Mapping).

mod note;
mod producer;
mod step;
#[cfg(test)]
mod tests;
mod visit;

use std::collections::BTreeMap;

use serde::Serialize;

use super::calendar::{BusinessTime, Clock};
use super::definition::StepKind;
use super::dora::lead::first_review;
use super::flow;
use super::flow::Flow;
use super::state::{End, Life, Lives, State};
use super::statistic::{Share, Spread, Times};
use super::window::Window;
use crate::beside::beside;
use crate::event::time::{Span, Timestamp};
use producer::is_run;
pub use visit::Visit;

/// From so many changes on, their flow is told on another thread.
const MANY: usize = 5_000;

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
    /// From where on the window counts: its start, or the first event known.
    pub known_from: Option<Timestamp>,
    /// Changes that went live in the window.
    pub changes: usize,
    pub lead: Spread,
    /// Sum of all lead times; `process_seconds + wait_seconds` to the microsecond. Null where no change went live, as are its parts.
    pub lead_seconds: Option<Span>,
    pub process_seconds: Option<Span>,
    pub wait_seconds: Option<Span>,
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
    /// What the constraint costs: one of the notes.
    #[serde(skip)]
    pub cost: Option<String>,
    /// The hours that all times are counted in; by the wall clock where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<BusinessTime>,
    /// The changes behind it, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_list: Option<Vec<MapChange>>,
}

impl Map {
    /// The changes behind it; none where they were not asked for.
    #[must_use]
    pub fn listed(&self) -> &[MapChange] {
        self.change_list.as_deref().unwrap_or_default()
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct StepFigures {
    pub name: String,
    pub kind: StepKind,
    pub environment: Option<String>,
    pub locked: bool,
    /// Why it is locked, where the path says so.
    pub reason: Option<String>,
    /// The producers that filled it.
    pub from: Vec<String>,
    /// The same figures for each of them, where runs of several filled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_producer: Option<Vec<ProducerFigures>>,
    pub visits: usize,
    /// Changes that stood here at the end of the window, neither live nor given up then.
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
    /// The steps that must be done before, as places in the path.
    #[serde(skip)]
    pub needs: Vec<usize>,
    /// From entering the step to leaving it, work and wait together.
    #[serde(skip)]
    pub stay: Spread,
}

/// What a step cost the changes that one producer served.
#[derive(Clone, Debug, Serialize)]
pub struct ProducerFigures {
    pub producer: String,
    pub visits: usize,
    pub process: Times,
    pub wait: Times,
}

/// How the time that something has been at a step compares with the visits before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// No visit to compare with.
    Untold,
    /// Within the median.
    Usual,
    /// Beyond the median.
    Slow,
    /// Beyond what 85 of 100 visits stay within.
    Stuck,
}

impl StepFigures {
    #[must_use]
    pub fn pace(&self, age: Span) -> Pace {
        match (self.stay.p50_seconds, self.stay.p85_seconds) {
            (Some(p50), _) if age <= p50 => Pace::Usual,
            (Some(_), Some(p85)) if age <= p85 => Pace::Slow,
            (Some(_), _) => Pace::Stuck,
            (None, _) => Pace::Untold,
        }
    }
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
    pub start: Timestamp,
    pub deployed: Timestamp,
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
    /// Nothing where the change did not come by.
    #[serde(skip)]
    pub visit: Option<Visit>,
}

/// What a map is told of, and by which clock.
#[derive(Clone, Copy)]
struct Told<'a> {
    lives: &'a Lives<'a>,
    all: &'a [Life],
    window: Window,
    clock: Clock<'a>,
}

impl Told<'_> {
    /// From the start of a change to its delivery.
    fn lead(&self, life: &Life) -> Span {
        self.clock.span(life.start, life.until())
    }

    /// The step at which a change stood at the end of the window, or at the instant that is known where that is earlier; `None` where it was live then.
    fn stood(&self, life: &Life) -> Option<usize> {
        if matches!(life.end, End::Delivered(at) if at < self.window.to) {
            return None;
        }
        let at = self.window.to.min(self.lives.workload.as_of);
        let leg = life.at(at).or(life.now.as_ref()).or(life.legs.last())?;
        Some(leg.step)
    }
}

/// The map of a workload over a window, by the wall clock. What is known to have come after the window tells of what was in it: a delivery that was
/// rolled back later is one that came back.
#[must_use]
pub fn map(lives: &Lives<'_>, window: Window, with_changes: bool) -> Map {
    map_by(lives, window, Clock::Wall, with_changes)
}

/// The same by a clock.
#[must_use]
pub fn map_by(lives: &Lives<'_>, window: Window, clock: Clock, with_changes: bool) -> Map {
    let workload = lives.workload;
    let (all, flow) = lived_with_flow(lives, window, clock);
    let told = Told {
        lives,
        all: &all,
        window,
        clock,
    };
    let delivered: Vec<&Life> = all
        .iter()
        .filter(|life| matches!(life.end, End::Delivered(at) if window.contains(at)))
        .collect();
    let lead: Vec<Span> = delivered.iter().map(|life| told.lead(life)).collect();
    let lead_seconds: Span = lead.iter().copied().sum();
    let mut steps: Vec<StepFigures> = (0..workload.path.steps.len())
        .map(|place| step::figures(&told, place, &delivered))
        .collect();
    for step in &mut steps {
        let sum = step.process.sum() + step.wait.sum();
        step.share_of_lead = share(sum, lead_seconds);
    }
    let constraint = (0..steps.len())
        .filter(|place| steps[*place].wait.sum() > Span::ZERO)
        .max_by_key(|place| (steps[*place].wait.sum(), std::cmp::Reverse(*place)));
    if let Some(place) = constraint {
        steps[place].constraint = true;
    }
    let process: Span = steps.iter().map(|step| step.process.sum()).sum();
    let wait: Span = steps.iter().map(|step| step.wait.sum()).sum();
    let told_sum = |sum: Span| (!delivered.is_empty()).then_some(sum);
    let cost = note::cost(&told, &steps);
    Map {
        workload: workload.name().to_owned(),
        path: workload.path.name.clone(),
        derived: workload.path.derived,
        window,
        known_from: workload.known.map(|(first, _)| window.clipped(first).from),
        changes: delivered.len(),
        lead: Spread::of(lead),
        lead_seconds: told_sum(lead_seconds),
        process_seconds: told_sum(process),
        wait_seconds: told_sum(wait),
        flow_efficiency: efficiency(&told, &delivered, lead_seconds),
        rolled_complete_accurate: rolled(&steps),
        states: states(&told, &delivered),
        flow,
        calendar: calendar(clock, &delivered),
        inferred: delivered.iter().any(|life| life.inferred),
        notes: note::notes(lives, (&steps, cost.as_deref()), &delivered),
        cost,
        change_list: with_changes.then(|| list(&told, &delivered)),
        steps,
    }
}

/// The lives that a window has to do with, and the flow over it.
fn lived_with_flow(lives: &Lives<'_>, window: Window, clock: Clock) -> (Vec<Life>, Flow) {
    let (workload, production, rules) = (lives.workload, lives.production(), lives.rules);
    let flow = || {
        let material = flow::material(workload, production, rules);
        flow::figures(&[&material], window, clock)
    };
    let is_much = workload.changes.len() > MANY;
    let (flow, all) = beside(is_much, flow, || lived(lives, window));
    (all, flow)
}

/// The lives that a window has to do with: in flight at its end, delivered in it or later, or given up in it.
fn lived(lives: &Lives<'_>, window: Window) -> Vec<Life> {
    (0..)
        .zip(&lives.workload.changes)
        .filter_map(
            |(place, change)| match (lives.arrival(place), change.abandoned) {
                (Some(arrival), _) if !arrival.counts() || arrival.at < window.from => None,
                (None, Some(at)) if at < window.from => None,
                (None, Some(at)) if at < window.to => lives.life(place),
                _ => lives.life_until_given_up(place),
            },
        )
        .filter(|life| life.start < window.to)
        .collect()
}

/// What is said of a business's hours, with the lead time by the wall clock beside it.
fn calendar(clock: Clock, delivered: &[&Life]) -> Option<BusinessTime> {
    let Clock::Business(calendar) = clock else {
        return None;
    };
    let lead = delivered.iter().map(|life| life.until() - life.start);
    Some(calendar.told(Spread::of(lead.collect())))
}

fn share(part: Span, whole: Span) -> Option<f64> {
    (whole > Span::ZERO).then(|| part.seconds() / whole.seconds())
}

/// Flow efficiency without and with people's time: coding, and review from the first look to the merge, whatever was broken on the open request meanwhile.
fn efficiency(told: &Told<'_>, delivered: &[&Life], lead: Span) -> Efficiency {
    let workload = told.lives.workload;
    let (mut machines, mut people) = (Span::ZERO, Span::ZERO);
    for life in delivered {
        let change = &workload.changes[life.change as usize];
        let reviewed = first_review(change);
        for leg in &life.legs {
            let kind = workload.path.steps[leg.step].kind;
            let is_open = change.merged.is_some_and(|merged| leg.to <= merged);
            let is_broken = leg.state == State::Failed && is_open && is_run(kind);
            if leg.people {
                people = people + leg.length_by(told.clock);
            } else if leg.state == State::Working {
                machines = machines + leg.length_by(told.clock);
            } else if (kind == StepKind::Review || is_broken)
                && let Some(reviewed) = reviewed
            {
                let since = leg.from.max(reviewed).min(leg.to);
                people = people + told.clock.span(since, leg.to);
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

fn states(told: &Told<'_>, delivered: &[&Life]) -> Vec<StateFigure> {
    let mut sums: BTreeMap<(usize, State), Span> = BTreeMap::new();
    for leg in delivered.iter().flat_map(|life| &life.legs) {
        let sum = sums.entry((leg.step, leg.state)).or_default();
        *sum = *sum + leg.length_by(told.clock);
    }
    sums.into_iter()
        .map(|((place, state), seconds)| StateFigure {
            state: state.word(),
            step: told.lives.workload.path.steps[place].name.clone(),
            seconds,
        })
        .collect()
}

/// The changes, as they went live; those that went together, as they were begun.
fn list(told: &Told<'_>, delivered: &[&Life]) -> Vec<MapChange> {
    let mut lines: Vec<MapChange> = delivered.iter().map(|life| line(told, life)).collect();
    lines.sort_by(|one, two| {
        let key = |line: &MapChange| (line.deployed, line.start);
        key(one)
            .cmp(&key(two))
            .then_with(|| one.change.cmp(&two.change))
    });
    lines
}

fn line(told: &Told<'_>, life: &Life) -> MapChange {
    let workload = told.lives.workload;
    let change = &workload.changes[life.change as usize];
    let steps: Vec<MapChangeStep> = workload
        .path
        .steps
        .iter()
        .enumerate()
        .map(|(place, step)| {
            let cost = life.cost_by(place, told.clock);
            MapChangeStep {
                step: step.name.clone(),
                process_seconds: cost.process,
                wait_seconds: cost.wait,
                visit: visit::visit(life, place, told.clock),
            }
        })
        .collect();
    MapChange {
        change: workload.text(change.id).to_owned(),
        title: change.title.map(|name| workload.heading(name).to_owned()),
        start: life.start,
        deployed: life.until(),
        lead_seconds: told.lead(life),
        process_seconds: steps.iter().map(|step| step.process_seconds).sum(),
        wait_seconds: steps.iter().map(|step| step.wait_seconds).sum(),
        inferred: life.inferred,
        steps,
    }
}
