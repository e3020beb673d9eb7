//! The exclusive state of a change at every instant. From its start to its delivery a change is in exactly one state of one step. The way is walked
//! back from where it is now: each step was entered when the last of what it needed was done ([`walk`]); within a step, what the events show decides
//! ([`paint`]). So the stretches tile the whole life, and wait and process sum to the lead time, whatever the events are.

mod evidence;
mod freeze;
mod lost;
mod paint;
mod release;
pub mod silence;
mod standing;
#[cfg(test)]
mod tests;
mod walk;

use serde::{Serialize, Serializer};

use super::Workload;
use super::calendar::Clock;
use super::definition::{Rules, StepKind};
use super::delivery::{Arrival, ArrivalKind, Delivery, deliver};
use super::dora::lead::start;
use super::entity::ChangeAt;
use super::feature::Releases;
use super::step;
use crate::event::time::{Span, Timestamp};

use evidence::Index;
pub use evidence::Visit;
pub(in crate::model) use evidence::{beyond, carried};
pub use freeze::Closed;
use freeze::Frozen;
pub(in crate::model) use lost::Followed;
use silence::Silence;

/// The closed list of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Working,
    Queued,
    Waiting,
    Gated,
    Soaking,
    Frozen,
    Held,
    WaitingForRelease,
    Failed,
    Superseded,
    Unknown,
    Delivered,
}

impl State {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Gated => "gated",
            Self::Soaking => "soaking",
            Self::Frozen => "frozen",
            Self::Held => "held",
            Self::WaitingForRelease => "waiting_for_release",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
            Self::Unknown => "unknown",
            Self::Delivered => "delivered",
        }
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// A stretch in one state of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Place in the path.
    pub step: usize,
    pub state: State,
    pub from: Timestamp,
    pub to: Timestamp,
    /// People's work, which events do not show: inferred.
    pub people: bool,
}

impl Leg {
    #[must_use]
    pub fn length(&self) -> Span {
        self.to - self.from
    }

    /// Its length by a clock.
    #[must_use]
    pub fn length_by(&self, clock: Clock) -> Span {
        clock.span(self.from, self.to)
    }
}

/// How a change ended its way, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// On its way, as of the instant that the workload is known at.
    InFlight,
    /// Live, and its lead time is known.
    Delivered(Timestamp),
    /// Live since the first deployment that is known, or earlier, or as a copy of what was live already: no lead time.
    LiveBefore(Timestamp),
    Abandoned(Timestamp),
}

/// What a step cost a change, on the ladder or beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub process: Span,
    pub wait: Span,
}

/// A visit to a step beside the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    pub entered: Timestamp,
    pub finished: Timestamp,
    /// When something ran, without overlap.
    pub work: Vec<(Timestamp, Timestamp)>,
}

impl Beside {
    #[must_use]
    pub fn cost(&self, clock: Clock) -> Cost {
        let work = self.work.iter().map(|(from, to)| clock.span(*from, *to));
        let process = work.sum();
        let whole = clock.span(self.entered, self.finished);
        Cost {
            process,
            wait: (whole - process).max(Span::ZERO),
        }
    }
}

/// The life of a change.
#[derive(Clone, Debug)]
pub struct Life {
    pub change: ChangeAt,
    pub start: Timestamp,
    pub end: End,
    /// Where time alone links it to a deployment, in whatever environment.
    pub inferred: bool,
    /// Tiles `start` to the end, or to the instant that the workload is known at; empty where the end is not measured.
    pub legs: Vec<Leg>,
    /// What it is in at the instant that the workload is known at, where it is on its way then: the last of its legs, or one that only begins.
    pub now: Option<Leg>,
    /// Per step of the path: when the change was last handed on, by what is known; of one that was given up, too.
    pub handed: Vec<Option<Timestamp>>,
    /// Per step: the change came back to it.
    pub returned: Vec<bool>,
    /// Per step: a gate there turned the change down.
    pub rejected: Vec<bool>,
    /// Per step off the critical path that the change visited: its time beside the ladder.
    pub beside: Vec<Option<Beside>>,
}

impl Life {
    /// Until when the legs go.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.legs.last().map_or(self.start, |leg| leg.to)
    }

    /// The leg that covers an instant.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<&Leg> {
        let place = self.legs.partition_point(|leg| leg.to <= at);
        self.legs.get(place).filter(|leg| leg.from <= at)
    }

    /// Since when the change is done with the step at which it waits in a leg: then it stands at the end of a path that does not lead to production.
    #[must_use]
    pub fn through(&self, leg: &Leg) -> Option<Timestamp> {
        let handed = self.handed.get(leg.step).copied().flatten();
        handed.filter(|_| leg.state == State::Waiting)
    }

    /// The leg in which a change on its way is now; of a step that it is done with, from when it was.
    #[must_use]
    pub fn stands(&self) -> Option<Leg> {
        let leg = self.now?;
        let from = self.through(&leg).map_or(leg.from, |at| leg.from.max(at));
        Some(Leg { from, ..leg })
    }

    /// Time on the ladder at a step.
    #[must_use]
    pub fn cost(&self, step: usize) -> Cost {
        self.cost_by(step, Clock::Wall)
    }

    /// Time on the ladder at a step, by a clock.
    #[must_use]
    pub fn cost_by(&self, step: usize, clock: Clock) -> Cost {
        let mut cost = Cost::default();
        for leg in self.legs.iter().filter(|leg| leg.step == step) {
            if leg.state == State::Working {
                cost.process = cost.process + leg.length_by(clock);
            } else {
                cost.wait = cost.wait + leg.length_by(clock);
            }
        }
        cost
    }
}

/// A workload with what its deployments ship worked out, ready to be asked for lives.
pub struct Lives<'a> {
    pub workload: &'a Workload,
    pub rules: &'a Rules,
    /// What arrived where: one for each deploying step of the path, and for production.
    pub deliveries: Vec<Delivery>,
    production: usize,
    index: Index,
    frozen: Frozen,
    /// Which of its sources have been silent or unreadable.
    pub silence: Option<Silence>,
    /// What its features wait for in other workloads.
    pub releases: Releases,
    /// Time has gone on since: it is told of as of then.
    pub looking_back: bool,
}

impl<'a> Lives<'a> {
    #[must_use]
    pub fn new(workload: &'a Workload, rules: &'a Rules, silence: Option<Silence>) -> Self {
        let production_name = workload.production(rules);
        let mut names: Vec<&str> = workload
            .path
            .steps
            .iter()
            .filter(|step| step.kind == StepKind::Deploy)
            .filter_map(|step| step.environment.as_deref())
            .collect();
        let production = names
            .iter()
            .position(|name| *name == production_name)
            .unwrap_or_else(|| {
                names.push(production_name);
                names.len() - 1
            });
        let deliveries: Vec<Delivery> = names
            .into_iter()
            .map(|name| deliver(workload, name))
            .collect();
        let index = Index::new(workload, &deliveries);
        let frozen = Frozen::new(workload, rules);
        Self {
            workload,
            rules,
            deliveries,
            production,
            index,
            frozen,
            silence,
            releases: Releases::default(),
            looking_back: false,
        }
    }

    /// The same, knowing what its features wait for in other workloads.
    #[must_use]
    pub fn with(self, releases: Releases) -> Self {
        Self { releases, ..self }
    }

    /// What arrived in production.
    #[must_use]
    pub fn production(&self) -> &Delivery {
        &self.deliveries[self.production]
    }

    /// The deploying step of the path that production is.
    #[must_use]
    pub fn production_step(&self) -> Option<usize> {
        step::of_environment(self.workload, &self.production().environment)
    }

    /// The freeze that keeps a deploying step closed at an instant.
    #[must_use]
    pub fn freeze(&self, step: usize, at: Timestamp) -> Option<Closed<'_>> {
        self.frozen.at(step, at)
    }

    /// When the wait in which a change is now ends by itself, where that is known: a freeze, a soak.
    #[must_use]
    pub fn ends(&self, life: &Life, leg: &Leg) -> Option<Timestamp> {
        let now = self.workload.as_of;
        let end = match leg.state {
            State::Frozen => self.freeze(leg.step, now)?.until?,
            State::Soaking => {
                let change = self.workload.changes.get(life.change as usize)?;
                let visits = self.visits(life.change, change);
                let soaking = self.soaking(change, &visits, (leg.step, now));
                soaking.into_iter().map(|(_, until)| until).max()?
            }
            _ => return None,
        };
        Some(end).filter(|end| *end > now)
    }

    /// How a change arrived in production.
    #[must_use]
    pub fn arrival(&self, change: ChangeAt) -> Option<Arrival> {
        self.production().arrivals.get(change as usize).copied()?
    }

    /// The tickets of the changes that were not live at an instant, as often as they are named.
    pub fn tickets_since(&self, at: Timestamp) -> impl Iterator<Item = &str> {
        let changes = (0..).zip(&self.workload.changes);
        let later = changes.filter(move |(place, _)| {
            let arrival = self.arrival(*place);
            arrival.is_none_or(|arrival| arrival.at >= at)
        });
        let named = later.flat_map(|(_, change)| &change.tickets);
        named.map(|name| self.workload.text(*name))
    }

    /// Whether a change is neither live nor given up.
    #[must_use]
    pub fn in_flight(&self, place: ChangeAt) -> bool {
        self.workload
            .changes
            .get(place as usize)
            .is_some_and(|change| change.abandoned.is_none() && self.arrival(place).is_none())
    }

    /// The life of a change; `None` where it has no time at all.
    #[must_use]
    pub fn life(&self, place: ChangeAt) -> Option<Life> {
        let change = self.workload.changes.get(place as usize)?;
        self.lived(place, start(self.workload, change)?, change.abandoned)
    }

    /// The life as far as it is known: of a change whose beginning nobody told, from its merge, or from the first that was told of it.
    #[must_use]
    pub fn known_life(&self, place: ChangeAt) -> Option<Life> {
        let change = self.workload.changes.get(place as usize)?;
        let begun = start(self.workload, change).or(change.merged);
        let from = begun.or_else(|| change.told().chain(change.abandoned).min())?;
        self.lived(place, from, change.abandoned)
    }

    /// The same as it was before the change was given up, if it was: as if it were still on its way.
    #[must_use]
    pub fn life_until_given_up(&self, place: ChangeAt) -> Option<Life> {
        let change = self.workload.changes.get(place as usize)?;
        self.lived(place, start(self.workload, change)?, None)
    }

    fn lived(
        &self,
        place: ChangeAt,
        start: Timestamp,
        given_up: Option<Timestamp>,
    ) -> Option<Life> {
        let change = self.workload.changes.get(place as usize)?;
        let arrival = self.arrival(place);
        let end = match (arrival, given_up) {
            (Some(arrival), _) if !arrival.counts() => End::LiveBefore(arrival.at),
            (Some(arrival), _) => End::Delivered(arrival.at),
            (None, Some(abandoned)) => End::Abandoned(abandoned),
            (None, None) => End::InFlight,
        };
        let steps = self.workload.path.steps.len();
        let deliveries = self.deliveries.iter();
        let mut arrivals = deliveries.filter_map(|delivery| delivery.arrival(place));
        let mut life = Life {
            change: place,
            start,
            end,
            inferred: arrivals.any(|arrival| arrival.kind == ArrivalKind::Inferred),
            legs: Vec::new(),
            now: None,
            handed: vec![None; steps],
            returned: vec![false; steps],
            rejected: vec![false; steps],
            beside: vec![None; steps],
        };
        match end {
            End::Delivered(_) | End::InFlight => self.walk(change, &mut life),
            End::Abandoned(at) => self.give_up(change, at, &mut life),
            End::LiveBefore(_) => {}
        }
        Some(life)
    }
}
