//! Flow metrics (Kersten, Flow Framework, <https://flowframework.org/flow-metrics>) and Little's law as a check (metrics.md, sections 6 and 7).
//! A flow item is the ticket that changes belong to, else the change.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::Workload;
use super::calendar::Clock;
use super::definition::Rules;
use super::delivery::Delivery;
use super::dora::lead::start;
use super::entity::{Change, Ticket};
use super::name::Name;
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
    /// Mean time in work that Little's law expects from WIP and from what left it, and the one measured. What was given up left it too.
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

/// What the flow of one workload is made of, whatever the window: all its changes, and what became of each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Material {
    changes: Box<[Part]>,
    /// Types by number.
    kinds: Box<[Box<str>]>,
    /// The first event known of the workload.
    known: Option<Timestamp>,
}

/// A change as a part of an item.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Part {
    ticket: Option<TicketKey>,
    /// Its type, where its labels say one.
    kind: Option<u32>,
    start: Timestamp,
    fate: Fate,
}

/// A ticket by its name; one that is but a number, `#3`, with the repository that it is of.
type TicketKey = (Name, Option<Name>);

/// What became of a change, or of a ticket by all its changes: the one that counts most has the greatest place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Fate {
    /// Live without a lead time, so that it tells only when work on its ticket began.
    Untimed,
    GivenUp(Timestamp),
    Live(Timestamp),
    Open,
}

/// A ticket with its changes, or a change alone.
struct Item<'a> {
    kind: &'a str,
    /// When work on the first of its changes began.
    start: Timestamp,
    /// When the last of its changes went live, or it was given up; `None` while it is in work.
    end: Option<Timestamp>,
    /// It was not given up.
    done: bool,
}

/// The tickets that something is known of, by their names and in their order.
struct Tickets<'a>(FxHashMap<Name, (usize, &'a Ticket)>);

impl<'a> Tickets<'a> {
    fn of(workload: &'a Workload) -> Self {
        let all = workload.tickets.iter().enumerate();
        Self(all.map(|(at, one)| (one.id, (at, one))).collect())
    }

    /// The ticket that a change is a part of: one that something is known of, else the first that it names.
    fn of_change(
        &self,
        workload: &Workload,
        change: &Change,
    ) -> (Option<TicketKey>, Option<&'a Ticket>) {
        let known = change.tickets.iter().filter_map(|name| self.0.get(name));
        let known = known.min_by_key(|(at, _)| *at).map(|(_, ticket)| *ticket);
        let name = known.map(|ticket| ticket.id);
        let name = name.or_else(|| change.tickets.first().copied());
        let key = name.map(|name| {
            let of = change.repository;
            (name, of.filter(|_| workload.text(name).starts_with('#')))
        });
        (key, known)
    }
}

/// Draws what flow needs from a workload.
#[must_use]
pub fn material(workload: &Workload, delivery: &Delivery, rules: &Rules) -> Material {
    let tickets = Tickets::of(workload);
    let mut kinds: Vec<Box<str>> = Vec::new();
    let mut parts = Vec::with_capacity(workload.changes.len());
    for (place, change) in (0..).zip(&workload.changes) {
        let Some(start) = start(workload, change) else {
            continue;
        };
        let fate = match (delivery.arrival(place), change.abandoned) {
            (Some(arrival), _) if arrival.counts() => Fate::Live(arrival.at),
            (Some(_), _) => Fate::Untimed,
            (None, Some(at)) => Fate::GivenUp(at),
            (None, None) => Fate::Open,
        };
        let (ticket, known) = tickets.of_change(workload, change);
        let labels = known.map_or(&*change.labels, |ticket| &ticket.labels);
        let mut said = labels
            .iter()
            .filter_map(|label| rules.items.get(workload.text(*label)));
        let kind = said.next().and_then(|kind| {
            let known = kinds.iter().position(|known| **known == **kind);
            let place = known.unwrap_or_else(|| {
                kinds.push(kind.as_str().into());
                kinds.len() - 1
            });
            u32::try_from(place).ok()
        });
        parts.push(Part {
            ticket,
            kind,
            start: match fate {
                Fate::Live(at) => start.min(at),
                _ => start,
            },
            fate,
        });
    }
    Material {
        changes: parts.into_boxed_slice(),
        kinds: kinds.into_boxed_slice(),
        known: workload.known.map(|(first, _)| first),
    }
}

impl Part {
    /// Both as one: work began with the earlier, and ends with the later. Where no ticket says of what type it is, the first of its changes that does.
    fn with(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            fate: self.fate.max(other.fate),
            kind: self.kind.or(other.kind),
            ..self
        }
    }
}

impl Material {
    /// The items that a window has to do with: not yet done or given up, or so in it or after its start. A ticket is put together from all its changes,
    /// whenever they were live; one that several workloads work on is an item of each.
    fn items(&self, window: Window) -> impl Iterator<Item = Item<'_>> {
        let mut of_ticket: BTreeMap<TicketKey, Part> = BTreeMap::new();
        for part in &self.changes {
            if let Some(ticket) = part.ticket {
                let known = of_ticket.entry(ticket).or_insert(*part);
                *known = known.with(*part);
            }
        }
        let alone = self.changes.iter().filter(|part| part.ticket.is_none());
        let parts = alone.copied().chain(of_ticket.into_values());
        parts.filter_map(move |part| {
            let (end, done) = match part.fate {
                Fate::Live(at) => (Some(at), true),
                // Until then it was in work.
                Fate::GivenUp(at) => (Some(at), false),
                Fate::Open => (None, false),
                Fate::Untimed => return None,
            };
            let kind = part.kind.and_then(|kind| self.kinds.get(kind as usize));
            let item = Item {
                kind: kind.map_or(UNCLASSIFIED, |kind| kind),
                start: part.start,
                end,
                done,
            };
            let met = item.start < window.to && end.is_none_or(|end| end >= window.from);
            met.then_some(item)
        })
    }
}

/// Figures of all materials given, pooled, over the part of the window that is known.
#[must_use]
pub fn figures(materials: &[&Material], window: Window, clock: Clock) -> Flow {
    let known = materials.iter().filter_map(|one| one.known).min();
    let known = known.unwrap_or(window.to);
    let window = window.clipped(known);
    let days = window.days();
    let items = materials.iter().flat_map(|one| one.items(window));
    let items: Vec<Item> = items.collect();
    let mut times = Vec::new();
    let mut left = Vec::new();
    for item in items.iter().filter(|item| !item.is_open(window)) {
        let Some(end) = item.end else { continue };
        let time = clock.span(item.start, end.max(item.start));
        left.push(time);
        if item.done {
            times.push(time);
        }
    }
    let (velocity, load) = (times.len(), items.len() - left.len());
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
    let measured = mean(&left);
    // Mean WIP over throughput: both are told over the same time, which cancels out. The law holds of all that comes and goes, so throughput is of what was
    // given up too.
    let expected = wip_average
        .filter(|_| !left.is_empty())
        .map(|_| inside.seconds() / count(left.len()));
    let off = expected
        .zip(measured)
        .is_some_and(|(expected, measured)| (expected - measured).abs() > TOLERANCE * measured);
    Flow {
        velocity,
        velocity_per_week: (days > 0.0).then(|| count(velocity) * 7.0 / days),
        time: Spread::of(times),
        load,
        distribution: distribution(&items, window, velocity),
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
        } else if item.done {
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
    Span::from_micros((seconds * 1_000_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::calendar::Calendar;
    use crate::model::delivery::deliver;
    use crate::model::entity::Ticket;
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

    /// Commits from the first deployment on, all of one ticket but the first: the changes of it that are named went live on these days.
    fn ticketed(live: &[(&str, &str)]) -> Workload {
        let mut s = Sample::new("shop");
        s.commit("r", "m1", "03-03 10:00", &[])
            .commit("r", "m2", "03-04 10:00", &["m1"])
            .commit("r", "m3", "03-10 10:00", &["m2"]);
        let ticket = s.name("PAY-1");
        for sha in ["m1", "m2", "m3"] {
            s.direct(sha, "r");
            if sha != "m1" {
                s.last_change().tickets = [ticket].into();
            }
        }
        s.workload().tickets.push(Ticket {
            id: ticket,
            summary: None,
            url: None,
            kind: None,
            labels: Vec::new(),
            changes: Vec::new(),
            created: at("03-01 00:00"),
            closed: None,
        });
        s.deploy("d1", "r", "m1", "03-03 12:00");
        for (sha, time) in live {
            s.deploy(&format!("d/{sha}"), "r", sha, time);
        }
        s.done()
    }

    fn told(workload: &Workload, window: Window) -> Flow {
        let delivery = deliver(workload, "production");
        let material = material(workload, &delivery, &Rules::default());
        figures(&[&material], window, Clock::Wall)
    }

    #[test]
    fn a_ticket_is_one_item_however_its_changes_lie_to_the_window() {
        let both = ticketed(&[("m2", "03-05 10:00"), ("m3", "03-12 10:00")]);
        // The first of its changes went live before the window; work on the ticket began with it all the same.
        let second = told(&both, window("03-10 00:00", "03-17 00:00"));
        assert_eq!((second.velocity, second.load), (1, 0));
        assert_eq!(
            second.time.p50_seconds,
            Some(Span::from_seconds(8 * 86_400))
        );
        // Two days and ten hours of seven.
        assert_eq!(second.wip_average, Some(58.0 / 168.0));
        // It is not done with the first, though nobody had begun the second yet.
        let first = told(&both, window("03-03 00:00", "03-10 00:00"));
        assert_eq!((first.velocity, first.load), (0, 1));
        let half = ticketed(&[("m2", "03-05 10:00")]);
        let after = told(&half, window("03-10 00:00", "03-17 00:00"));
        assert_eq!((after.velocity, after.load), (0, 1));
        assert_eq!(after.wip_average, Some(1.0));
    }

    #[test]
    fn what_was_given_up_later_was_in_work_until_then() {
        let mut s = Sample::new("shop");
        s.commit("r", "m1", "03-03 10:00", &[]);
        s.direct("m1", "r");
        s.deploy("d1", "r", "m1", "03-03 12:00");
        s.commit("r", "c", "03-04 00:00", &["m1"]);
        s.request("pr", "r", &["c"]).opened("03-04 00:00");
        s.last_change().abandoned = Some(at("03-20 00:00"));
        let workload = s.done();
        let before = told(&workload, window("03-03 00:00", "03-10 00:00"));
        assert_eq!((before.load, before.velocity), (1, 0));
        let after = told(&workload, window("03-03 00:00", "03-24 00:00"));
        assert_eq!((after.load, after.velocity), (0, 0));
        // Sixteen days of 21.
        assert_eq!(after.wip_average, Some(16.0 / 21.0));
        assert!(after.distribution.is_empty() && after.time.n == 0);
    }

    #[test]
    fn the_law_is_told_of_what_was_given_up_too() {
        let mut s = Sample::new("shop");
        s.commit("r", "m1", "03-03 10:00", &[])
            .commit("r", "m2", "03-04 00:00", &["m1"])
            .commit("r", "c", "03-06 00:00", &["m2"]);
        s.direct("m1", "r").direct("m2", "r");
        s.deploy("d1", "r", "m1", "03-03 12:00");
        s.deploy("d2", "r", "m2", "03-05 00:00");
        s.request("pr", "r", &["c"]).opened("03-06 00:00");
        s.last_change().abandoned = Some(at("03-09 00:00"));
        let flow = told(&s.done(), window("03-03 00:00", "03-13 00:00"));
        assert_eq!((flow.velocity, flow.load), (1, 0));
        assert_eq!(flow.wip_average, Some(0.4));
        // A day and three: the window begins and ends with nothing in work, so that the law holds exactly.
        let mean = Some(Span::from_seconds(2 * 86_400));
        assert_eq!(
            (flow.little_expected_seconds, flow.little_measured_seconds),
            (mean, mean)
        );
        assert!(!flow.little_warning);
    }

    #[test]
    fn a_ticket_that_only_changes_name_is_an_item_too() {
        let mut both = ticketed(&[("m2", "03-05 10:00"), ("m3", "03-12 10:00")]);
        both.tickets.clear();
        let label = both.names.intern("feat");
        both.changes[2].labels = [label].into();
        let rules = Rules {
            items: [("feat".to_owned(), "feature".to_owned())].into(),
            ..Rules::default()
        };
        let delivery = deliver(&both, "production");
        let drawn = material(&both, &delivery, &rules);
        let flow = figures(&[&drawn], window("03-10 00:00", "03-17 00:00"), Clock::Wall);
        assert_eq!((flow.velocity, flow.load), (1, 0));
        assert_eq!(flow.time.p50_seconds, Some(Span::from_seconds(8 * 86_400)));
        assert_eq!(flow.distribution[0].kind, "feature");
    }

    #[test]
    fn a_number_is_another_ticket_in_every_repository() {
        let mut s = Sample::new("shop");
        s.commit("r", "m1", "03-03 10:00", &[])
            .commit("q", "x1", "03-03 10:00", &[]);
        let ticket = s.name("#3");
        for (sha, repository) in [("m1", "r"), ("x1", "q")] {
            s.direct(sha, repository);
            s.last_change().tickets = [ticket].into();
        }
        let flow = told(&s.done(), window("03-03 00:00", "03-10 00:00"));
        assert_eq!(flow.load, 2);
    }

    #[test]
    fn averages_are_over_what_is_known_of_a_window() {
        let mut known = ticketed(&[("m2", "03-05 10:00"), ("m3", "03-12 10:00")]);
        known.known = Some((at("03-03 10:00"), at("03-12 10:00")));
        let flow = told(&known, window("01-01 00:00", "03-17 10:00"));
        assert_eq!(flow.velocity_per_week, Some(0.5));
        assert_eq!(flow.wip_average, Some(8.0 / 14.0));
        known.known = None;
        let nothing = told(&known, window("01-01 00:00", "03-17 10:00"));
        assert_eq!(
            (nothing.velocity_per_week, nothing.wip_average),
            (None, None)
        );
    }

    #[test]
    fn what_is_off_by_a_fifth_is_no_warning_yet() {
        let off = |known: &str| {
            let mut workload = ticketed(&[("m2", "03-05 10:00"), ("m3", "03-14 10:00")]);
            workload.known = Some((at("01-01 00:00"), at("03-14 10:00")));
            let flow = told(&workload, window(known, "03-31 00:00"));
            assert_eq!(
                flow.little_measured_seconds,
                Some(Span::from_seconds(10 * 86_400))
            );
            (flow.little_expected_seconds, flow.little_warning)
        };
        let eight = Span::from_seconds(8 * 86_400);
        assert_eq!(off("03-06 10:00"), (Some(eight), false));
        assert_eq!(
            off("03-06 10:01"),
            (Some(eight - Span::from_seconds(60)), true)
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
