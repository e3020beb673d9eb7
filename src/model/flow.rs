//! Flow metrics (Kersten, Flow Framework, <https://flowframework.org/flow-metrics>) and Little's law as a check (metrics.md, sections 6 and 7).
//! A flow item is the ticket that changes belong to, else the change.

use std::collections::BTreeMap;

use serde::Serialize;

use super::name::Name;
use super::state::{End, Life, Lives};
use super::statistic::{Spread, ratio};
use super::window::Window;
use crate::event::time::{Span, Timestamp};

/// Items whose labels say nothing.
pub const UNCLASSIFIED: &str = "unclassified";

/// Little's law is told to be off when measured and expected flow time differ by more than this.
const TOLERANCE: f64 = 0.2;

/// Flow over a window.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Flow {
    pub velocity: usize,
    pub velocity_per_week: Option<f64>,
    pub time: Spread,
    /// Items in work at the end of the window.
    pub load: usize,
    pub distribution: Vec<FlowType>,
    /// Time-weighted mean of work in progress.
    pub wip_average: Option<f64>,
    /// Mean flow time that Little's law expects from throughput and WIP, and the one measured.
    pub little_expected_seconds: Option<Span>,
    pub little_measured_seconds: Option<Span>,
    /// They differ by more than 20 %.
    pub little_warning: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct FlowType {
    #[serde(rename = "type")]
    pub kind: String,
    pub completed: usize,
    pub share: Option<f64>,
    pub load: usize,
}

/// A ticket with its changes, or a change alone.
struct Item {
    kind: String,
    start: Timestamp,
    /// When the last of its changes went live; `None` while one is not.
    end: Option<Timestamp>,
}

/// Figures over the lives that a window has to do with.
#[must_use]
pub fn figures(lives: &Lives<'_>, all: &[Life], window: Window) -> Flow {
    let items = items(lives, all);
    let completed: Vec<&Item> = items
        .iter()
        .filter(|item| item.end.is_some_and(|end| window.contains(end)))
        .collect();
    let times: Vec<Span> = completed
        .iter()
        .filter_map(|item| Some(item.end? - item.start))
        .collect();
    let load = items.iter().filter(|item| item.end.is_none()).count();
    let length = window.to - window.from;
    let inside: Span = items
        .iter()
        .map(|item| {
            let end = item.end.unwrap_or(window.to).min(window.to);
            (end - item.start.max(window.from)).max(Span::ZERO)
        })
        .sum();
    let per = |part: f64, whole: Span| (whole > Span::ZERO).then(|| part / whole.seconds());
    let wip_average = per(inside.seconds(), length);
    let measured = mean(&times);
    let expected = wip_average
        .zip(per(count(completed.len()), length))
        .filter(|(_, throughput)| *throughput > 0.0)
        .map(|(wip, throughput)| wip / throughput);
    let off = expected
        .zip(measured)
        .is_some_and(|(expected, measured)| (expected - measured).abs() > TOLERANCE * measured);
    Flow {
        velocity: completed.len(),
        velocity_per_week: per(count(completed.len()) * 7.0 * 86_400.0, length),
        time: Spread::of(times),
        load,
        distribution: distribution(&items, window, completed.len()),
        wip_average,
        little_expected_seconds: expected.map(seconds),
        little_measured_seconds: measured.map(seconds),
        little_warning: off,
    }
}

fn items(lives: &Lives<'_>, all: &[Life]) -> Vec<Item> {
    let workload = lives.workload;
    let mut of_ticket: BTreeMap<Name, Item> = BTreeMap::new();
    let mut alone = Vec::new();
    for life in all {
        let change = &workload.changes[life.change as usize];
        let end = match life.end {
            End::Delivered(at) => Some(at),
            _ => None,
        };
        let ticket = workload
            .tickets
            .iter()
            .find(|ticket| change.tickets.contains(&ticket.id));
        let labels = ticket.map_or(&change.labels, |ticket| &ticket.labels);
        let kind = labels
            .iter()
            .find_map(|label| lives.rules.items.get(workload.text(*label)))
            .map_or(UNCLASSIFIED, String::as_str)
            .to_owned();
        let item = Item {
            kind,
            start: life.start,
            end,
        };
        match ticket {
            None => alone.push(item),
            Some(ticket) => match of_ticket.get_mut(&ticket.id) {
                None => {
                    of_ticket.insert(ticket.id, item);
                }
                Some(known) => {
                    known.start = known.start.min(item.start);
                    known.end = known.end.zip(item.end).map(|(one, two)| one.max(two));
                }
            },
        }
    }
    alone.extend(of_ticket.into_values());
    alone
}

fn distribution(items: &[Item], window: Window, completed: usize) -> Vec<FlowType> {
    let mut types: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for item in items {
        let counts = types.entry(&item.kind).or_default();
        match item.end {
            None => counts.1 += 1,
            Some(end) if window.contains(end) => counts.0 += 1,
            Some(_) => {}
        }
    }
    types
        .into_iter()
        .filter(|(_, counts)| *counts != (0, 0))
        .map(|(kind, (done, load))| FlowType {
            kind: kind.to_owned(),
            completed: done,
            share: ratio(done, completed),
            load,
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of changes")]
fn count(number: usize) -> f64 {
    number as f64
}

fn mean(spans: &[Span]) -> Option<f64> {
    let sum: Span = spans.iter().copied().sum();
    (!spans.is_empty()).then(|| sum.seconds() / count(spans.len()))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "microseconds within 285 years"
)]
fn seconds(seconds: f64) -> Span {
    Span::from_micros((seconds * 1_000_000.0) as i64)
}
