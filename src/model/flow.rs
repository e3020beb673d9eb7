//! Flow metrics (Kersten, Flow Framework, <https://flowframework.org/flow-metrics>) and Little's law as a check (metrics.md, sections 6 and 7).
//! A flow item is the ticket that changes belong to, else the change.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use super::Workload;
use super::calendar::Clock;
use super::definition::Rules;
use super::delivery::Delivery;
use super::dora::lead::start;
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

/// What the flow of one workload is made of, whatever the window: its changes on their way and those that were delivered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Material {
    changes: Box<[Part]>,
    /// Types by number.
    kinds: Box<[Box<str>]>,
}

/// A change as a part of an item.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Part {
    /// Its ticket, by a number of the workload's own.
    ticket: Option<u32>,
    kind: u32,
    start: Timestamp,
    end: Option<Timestamp>,
}

/// A ticket with its changes, or a change alone.
struct Item<'a> {
    kind: &'a str,
    start: Timestamp,
    /// When the last of its changes went live; `None` while one is not.
    end: Option<Timestamp>,
}

/// Draws what flow needs from a workload: changes that are neither live without a lead time nor given up.
#[must_use]
pub fn material(workload: &Workload, delivery: &Delivery, rules: &Rules) -> Material {
    let mut kinds: Vec<Box<str>> = Vec::new();
    let mut parts = Vec::new();
    for (place, change) in (0..).zip(&workload.changes) {
        let arrival = delivery.arrival(place);
        let lasts = match arrival {
            Some(arrival) => arrival.counts(),
            None => change.abandoned.is_none(),
        };
        let Some(start) = start(workload, change).filter(|_| lasts) else {
            continue;
        };
        let end = arrival.map(|arrival| arrival.at);
        let ticket = workload
            .tickets
            .iter()
            .position(|ticket| change.tickets.contains(&ticket.id));
        let labels = ticket.and_then(|ticket| workload.tickets.get(ticket));
        let labels = labels.map_or(&*change.labels, |ticket| &ticket.labels);
        let kind = labels
            .iter()
            .find_map(|label| rules.items.get(workload.text(*label)))
            .map_or(UNCLASSIFIED, String::as_str);
        let known = kinds.iter().position(|known| **known == *kind);
        let kind = known.unwrap_or_else(|| {
            kinds.push(kind.into());
            kinds.len() - 1
        });
        parts.push(Part {
            ticket: ticket.and_then(|ticket| u32::try_from(ticket).ok()),
            kind: u32::try_from(kind).unwrap_or(0),
            start: start.min(end.unwrap_or_else(|| workload.as_of.max(start))),
            end,
        });
    }
    Material {
        changes: parts.into_boxed_slice(),
        kinds: kinds.into_boxed_slice(),
    }
}

impl Material {
    /// The items that a window has to do with: not yet done, or done in it or after its start. A ticket that several workloads work on is an item of each.
    fn items(&self, window: Window) -> impl Iterator<Item = Item<'_>> {
        let mut of_ticket: BTreeMap<u32, Item> = BTreeMap::new();
        let mut alone = Vec::new();
        for part in &self.changes {
            if part.start >= window.to || part.end.is_some_and(|end| end < window.from) {
                continue;
            }
            let kind = self.kinds.get(part.kind as usize);
            let item = Item {
                kind: kind.map_or(UNCLASSIFIED, |kind| kind),
                start: part.start,
                end: part.end,
            };
            let Some(ticket) = part.ticket else {
                alone.push(item);
                continue;
            };
            match of_ticket.entry(ticket) {
                Entry::Vacant(free) => {
                    free.insert(item);
                }
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.start = known.start.min(item.start);
                    known.end = known.end.zip(item.end).map(|(one, two)| one.max(two));
                }
            }
        }
        alone.into_iter().chain(of_ticket.into_values())
    }
}

/// Figures of all materials given, pooled.
#[must_use]
pub fn figures(materials: &[&Material], window: Window, clock: Clock) -> Flow {
    let items = materials.iter().flat_map(|one| one.items(window));
    let items: Vec<Item> = items.collect();
    let completed: Vec<&Item> = items
        .iter()
        .filter(|item| item.end.is_some_and(|end| window.contains(end)))
        .collect();
    let times: Vec<Span> = completed
        .iter()
        .filter_map(|item| Some(clock.span(item.start, item.end?)))
        .collect();
    let load = items.iter().filter(|item| item.is_open(window)).count();
    let length = clock.span(window.from, window.to);
    let inside: Span = items
        .iter()
        .map(|item| {
            let end = item.end.unwrap_or(window.to).min(window.to);
            let start = item.start.max(window.from);
            clock.span(start, end.max(start))
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
        velocity_per_week: per(
            count(completed.len()) * 7.0 * 86_400.0,
            window.to - window.from,
        ),
        time: Spread::of(times),
        load,
        distribution: distribution(&items, window, completed.len()),
        wip_average,
        little_expected_seconds: expected.map(seconds),
        little_measured_seconds: measured.map(seconds),
        little_warning: off,
    }
}

impl Item<'_> {
    /// Still in work at the end of a window.
    fn is_open(&self, window: Window) -> bool {
        self.end.is_none_or(|end| end >= window.to)
    }
}

fn distribution(items: &[Item], window: Window, completed: usize) -> Vec<FlowType> {
    let mut types: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for item in items {
        let counts = types.entry(item.kind).or_default();
        if item.is_open(window) {
            counts.1 += 1;
        } else {
            counts.0 += 1;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::calendar::Calendar;
    use crate::model::delivery::deliver;
    use crate::model::sample::{Sample, at};

    /// A first deployment, then a commit that goes live a day and a half after it was written, and one that has not.
    fn drawn(name: &str) -> Material {
        let mut s = Sample::new(name);
        s.commit("r", "m1", "03-03 10:00", &[])
            .commit("r", "m2", "03-06 10:00", &["m1"])
            .commit("r", "m3", "03-14 10:00", &["m2"]);
        for sha in ["m1", "m2", "m3"] {
            s.direct(sha, "r");
        }
        s.deploy("d1", "r", "m1", "03-03 12:00");
        s.deploy("d2", "r", "m2", "03-07 22:00");
        let workload = s.done();
        let delivery = deliver(&workload, "production");
        material(&workload, &delivery, &Rules::default())
    }

    fn window(from: &str, to: &str) -> Window {
        Window {
            from: at(from),
            to: at(to),
            timezone: chrono_tz::Tz::UTC,
        }
    }

    #[test]
    fn several_are_pooled() {
        let (one, other) = (drawn("shop"), drawn("cart"));
        let march = window("03-03 00:00", "03-31 00:00");
        let alone = figures(&[&one], march, Clock::Wall);
        let both = figures(&[&one, &other], march, Clock::Wall);
        assert_eq!((alone.velocity, alone.load), (1, 1));
        assert_eq!((both.velocity, both.load), (2, 2));
        assert_eq!(both.velocity_per_week, Some(0.5));
        assert_eq!(both.time.p50_seconds, alone.time.p50_seconds);
        assert_eq!(both.time.p50_seconds, Some(Span::from_seconds(36 * 3_600)));
        let kind = &both.distribution[0];
        assert_eq!((kind.completed, kind.load), (2, 2));
    }

    #[test]
    fn what_is_done_after_a_window_is_in_work_at_its_end() {
        let one = drawn("shop");
        let early = window("03-03 00:00", "03-07 22:00");
        let told = figures(&[&one], early, Clock::Wall);
        assert_eq!((told.velocity, told.load), (0, 1));
        assert_eq!(
            figures(&[&one], window("03-01 00:00", "03-02 00:00"), Clock::Wall).load,
            0
        );
    }

    #[test]
    fn flow_time_in_hours_of_the_business() {
        let (one, calendar) = (drawn("shop"), Calendar::default());
        let march = window("03-03 00:00", "03-31 00:00");
        let told = figures(&[&one], march, Clock::Business(&calendar));
        // Thursday from ten, and Friday to five.
        assert_eq!(told.time.p50_seconds, Some(Span::from_seconds(15 * 3_600)));
        assert_eq!(told.velocity_per_week, Some(0.25));
        // 15 hours, and from Friday the 14th: 7 hours and ten days, of 20 days of 8 hours.
        assert_eq!(told.wip_average, Some((15.0 + 7.0 + 80.0) / 160.0));
    }
}
