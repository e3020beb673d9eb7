//! What state a change was in within one stretch of its way. Each fact lays a coat over its time; where coats overlap, the one that says most wins.

use super::evidence::Visit;
use super::walk::Stretch;
use super::{Leg, Lives, State};
use crate::event::kind::ReviewState;
use crate::event::time::Timestamp;
use crate::model::definition::StepKind;
use crate::model::dora::lead::first_review;
use crate::model::entity::Change;

/// A state over a time. `weight` decides where coats overlap.
struct Coat {
    leg: Leg,
    weight: u8,
}

/// From the ground up.
mod weight {
    pub const SUPERSEDED: u8 = 0;
    pub const SOAK: u8 = 1;
    pub const FREEZE: u8 = 2;
    pub const HOLD: u8 = 3;
    pub const FAILED: u8 = 4;
    pub const QUEUED: u8 = 5;
    pub const GATED: u8 = 6;
    pub const REVIEW: u8 = 7;
    pub const SENT_BACK: u8 = 8;
    pub const BROKEN: u8 = 9;
    pub const WORKING: u8 = 10;
}

impl Lives<'_> {
    /// Appends the legs of a stretch; `before`: the step whose end it begins with.
    pub(super) fn paint(
        &self,
        change: &Change,
        visits: &[Vec<Visit>],
        (before, stretch): (Option<usize>, Stretch),
        legs: &mut Vec<Leg>,
    ) {
        if stretch.from >= stretch.to {
            return;
        }
        let mut coats = Coats {
            stretch,
            coats: Vec::new(),
        };
        let kind = self.workload.path.steps[stretch.step].kind;
        let mut ground = (State::Waiting, false);
        match kind {
            StepKind::Code => {
                let merged = change.merged.unwrap_or(Timestamp::MAX);
                coats.people(stretch.step, Timestamp::MIN, merged, weight::REVIEW);
            }
            StepKind::Review => self.review(change, visits, &mut coats),
            _ => {
                self.machine(stretch.step, &visits[stretch.step], &mut coats);
                if self.is_manual(stretch.step) {
                    ground = (State::Gated, false);
                }
            }
        }
        for gate in self.passed_over(change, visits, (before, stretch)) {
            self.machine(gate, &visits[gate], &mut coats);
            if visits[gate].is_empty()
                && let Some(opened) = self.opened_by_itself(change, visits, gate, stretch.to)
            {
                let open = (opened, Timestamp::MAX);
                coats.add(gate, State::Gated, open, weight::GATED);
            }
        }
        if kind == StepKind::Deploy {
            self.kept_out(&mut coats);
        }
        if !self.is_manual(stretch.step) {
            self.soaks(change, visits, &mut coats);
        }
        if let Some(at) = self.overtaken(visits, stretch.step) {
            let open = Timestamp::MAX;
            coats.add(
                stretch.step,
                State::Superseded,
                (at, open),
                weight::SUPERSEDED,
            );
        }
        coats.flatten(ground, legs);
    }

    fn review(&self, change: &Change, visits: &[Vec<Visit>], coats: &mut Coats) {
        let Some(opened) = change.opened else { return };
        let merged = change.merged.unwrap_or(Timestamp::MAX);
        let human = |review: &&crate::model::entity::Review| {
            !review.bot
                && (review.reviewer.is_none() || review.reviewer != change.author)
                && review.at >= opened
                && review.at <= merged
        };
        let approved = change
            .reviews
            .iter()
            .filter(human)
            .filter(|review| review.state == Some(ReviewState::Approved))
            .map(|review| review.at)
            .next_back();
        if let Some(first) = first_review(change) {
            let until = approved.unwrap_or(merged);
            coats.people(coats.stretch.step, first, until, weight::REVIEW);
        }
        let steps = &self.workload.path.steps;
        let code = steps.iter().position(|step| step.kind == StepKind::Code);
        for review in change.reviews.iter().filter(human) {
            if review.state != Some(ReviewState::ChangesRequested) {
                continue;
            }
            // It comes back with the next push, or when a reviewer looks again.
            let pushed = change.updated.iter().copied().find(|at| *at > review.at);
            let again = change
                .reviews
                .iter()
                .filter(human)
                .map(|other| other.at)
                .find(|at| *at > review.at);
            let back = [pushed, again].into_iter().flatten().min();
            if let Some(code) = code {
                let until = back.unwrap_or(merged).min(merged);
                coats.people(code, review.at, until, weight::SENT_BACK);
            }
        }
        self.broken(change, visits, coats);
    }

    /// A failed run on an open request waits for its author, until something runs again or is pushed.
    fn broken(&self, change: &Change, visits: &[Vec<Visit>], coats: &mut Coats) {
        for (place, visits) in visits.iter().enumerate() {
            let kind = self.workload.path.steps[place].kind;
            if matches!(kind, StepKind::Gate | StepKind::Deploy) {
                continue;
            }
            for (number, visit) in visits.iter().enumerate().filter(|(_, visit)| visit.failed) {
                let Some(failed) = visit.finished else {
                    continue;
                };
                // What begins at the very instant of the failure begins again.
                let others = (0..).zip(visits).filter(|(other, _)| *other != number);
                let again = others
                    .filter_map(|(_, other)| other.started.or(other.begin()))
                    .filter(|at| *at >= failed)
                    .min();
                let pushed = change.updated.iter().copied().find(|at| *at > failed);
                let until = [again, pushed, change.merged].into_iter().flatten().min();
                let until = until.unwrap_or(Timestamp::MAX);
                // Another attempt may have been running, and passed, at the same time.
                let passed = visits.iter().any(|other| {
                    other.passed
                        && other.finished.is_some_and(|at| at >= failed)
                        && other.begin() <= Some(failed)
                });
                if !passed {
                    coats.add(place, State::Failed, (failed, until), weight::BROKEN);
                }
            }
        }
    }

    /// The gates between two steps that followed each other, which never let the change through: it waited for them until it went past.
    fn passed_over(
        &self,
        change: &Change,
        visits: &[Vec<Visit>],
        (before, stretch): (Option<usize>, Stretch),
    ) -> Vec<usize> {
        let behind = before.map_or_else(Vec::new, |before| self.needed(before));
        let between = |place: &usize| Some(*place) != before && !behind.contains(place);
        let asked = |place: &usize| {
            self.workload.path.steps[*place].kind == StepKind::Gate
                && (!visits[*place].is_empty() || self.is_manual(*place))
        };
        let mut gates = self.needed(stretch.step);
        gates.retain(|place| {
            let passed = || self.passed(change, visits, *place, stretch.to);
            asked(place) && between(place) && passed().is_none()
        });
        gates
    }

    /// From when on a gate that lives in no tool was open, though nobody decided it: once all was done that it needs.
    fn opened_by_itself(
        &self,
        change: &Change,
        visits: &[Vec<Visit>],
        gate: usize,
        limit: Timestamp,
    ) -> Option<Timestamp> {
        let skipped = self.skipped();
        let mut opened = Timestamp::MIN;
        for need in self.needed(gate) {
            match self.passed(change, visits, need, limit) {
                Some((finished, _)) => opened = opened.max(finished),
                None if skipped[need] => {}
                None => return None,
            }
        }
        Some(opened)
    }

    fn machine(&self, step: usize, visits: &[Visit], coats: &mut Coats) {
        let before = self.workload.path.steps[step].needs.iter().copied().max();
        for (number, visit) in visits.iter().enumerate() {
            let open = Timestamp::MAX;
            if visit.gate {
                let until = visit.finished.unwrap_or(open);
                let from = visit.asked.unwrap_or(until);
                coats.add(step, State::Gated, (from, until), weight::GATED);
            } else {
                let started = visit.started.or(visit.finished).unwrap_or(open);
                if let Some(asked) = visit.asked {
                    coats.add(step, State::Queued, (asked, started), weight::QUEUED);
                }
                let until = visit.finished.unwrap_or(open);
                coats.add(step, State::Working, (started, until), weight::WORKING);
            }
            if let (true, Some(failed)) = (visit.failed, visit.finished) {
                let again = visits[number + 1..]
                    .iter()
                    .filter_map(Visit::begin)
                    .find(|at| *at >= failed)
                    .unwrap_or(open);
                let step = if visit.gate {
                    before.unwrap_or(step)
                } else {
                    step
                };
                coats.add(step, State::Failed, (failed, again), weight::FAILED);
            }
        }
    }

    /// What kept a version out of an environment: a freeze, a hold.
    fn kept_out(&self, coats: &mut Coats) {
        let step = coats.stretch.step;
        for window in self.frozen.of(step, (coats.stretch.from, coats.stretch.to)) {
            coats.add(step, State::Frozen, window, weight::FREEZE);
        }
        let environment = self.workload.path.steps[step].environment.as_deref();
        for hold in &self.workload.holds {
            if Some(self.workload.text(hold.environment)) == environment {
                let until = hold.until.unwrap_or(Timestamp::MAX);
                coats.add(step, State::Held, (hold.from, until), weight::HOLD);
            }
        }
    }

    /// The time that a version has to run where it is: it passes whatever step is the next, and whatever lies between there and here.
    fn soaks(&self, change: &Change, visits: &[Vec<Visit>], coats: &mut Coats) {
        let Stretch { step, from, .. } = coats.stretch;
        for window in self.soaking(change, visits, (step, from)) {
            coats.add(step, State::Soaking, window, weight::SOAK);
        }
    }

    /// From when until when what came up to a step by an instant has to run where it is.
    pub(super) fn soaking(
        &self,
        change: &Change,
        visits: &[Vec<Visit>],
        (step, by): (usize, Timestamp),
    ) -> Vec<(Timestamp, Timestamp)> {
        let needs = self.needed(step).into_iter();
        let windows = needs.filter_map(|need| {
            let soak = self.workload.path.steps[need].soak?;
            let (arrived, _) = self.passed(change, visits, need, by)?;
            Some((arrived, arrived + soak))
        });
        windows.collect()
    }

    /// From when on the candidate that a change first went with was overtaken: at a gate or an environment before this step it was never let through,
    /// and a newer one that holds the change was.
    fn overtaken(&self, visits: &[Vec<Visit>], step: usize) -> Option<Timestamp> {
        let steps = &self.workload.path.steps;
        let decides =
            |place: &usize| matches!(steps[*place].kind, StepKind::Gate | StepKind::Deploy);
        let before = self.needed(step).into_iter().filter(decides);
        before
            .filter_map(|place| {
                let visits = &visits[place];
                let own = visits.first()?;
                let same = |visit: &&Visit| visit.commit == own.commit;
                if own.commit.is_none() || visits.iter().filter(same).any(|visit| visit.passed) {
                    return None;
                }
                let newer = visits.iter().filter(|visit| visit.passed && !same(visit));
                newer.filter_map(|visit| visit.finished).min()
            })
            .min()
    }
}

struct Coats {
    stretch: Stretch,
    coats: Vec<Coat>,
}

impl Coats {
    fn add(&mut self, step: usize, state: State, (from, to): (Timestamp, Timestamp), weight: u8) {
        self.push(
            Leg {
                step,
                state,
                from,
                to,
                people: false,
            },
            weight,
        );
    }

    fn people(&mut self, step: usize, from: Timestamp, to: Timestamp, weight: u8) {
        self.push(
            Leg {
                step,
                state: State::Working,
                from,
                to,
                people: true,
            },
            weight,
        );
    }

    fn push(&mut self, mut leg: Leg, weight: u8) {
        leg.from = leg.from.max(self.stretch.from);
        leg.to = leg.to.min(self.stretch.to);
        if leg.from < leg.to {
            self.coats.push(Coat { leg, weight });
        }
    }

    /// One coat at every instant of the stretch.
    fn flatten(self, (state, people): (State, bool), legs: &mut Vec<Leg>) {
        let Stretch { step, from, to } = self.stretch;
        let mut edges: Vec<Timestamp> = vec![from, to];
        for coat in &self.coats {
            edges.extend([coat.leg.from, coat.leg.to]);
        }
        edges.sort_unstable();
        edges.dedup();
        let mut coming: Vec<(usize, &Coat)> = self.coats.iter().enumerate().collect();
        coming.sort_by_key(|(_, coat)| std::cmp::Reverse(coat.leg.from));
        // Those that lie over the time between two edges: a stretch of years may have a freeze on each of its days.
        let mut over: Vec<(usize, &Coat)> = Vec::new();
        for edge in edges.windows(2) {
            let [from, to] = *edge else { continue };
            while let Some(begun) = coming.pop_if(|(_, coat)| coat.leg.from <= from) {
                over.push(begun);
            }
            over.retain(|(_, coat)| to <= coat.leg.to);
            // Of those that weigh the same, the one that was laid on last.
            let top = over.iter().max_by_key(|(laid, coat)| (coat.weight, *laid));
            let leg = top.map(|(_, coat)| coat).map_or(
                Leg {
                    step,
                    state,
                    from,
                    to,
                    people,
                },
                |coat| Leg {
                    from,
                    to,
                    ..coat.leg
                },
            );
            match legs.last_mut() {
                Some(last)
                    if last.step == leg.step
                        && last.state == leg.state
                        && last.people == leg.people
                        && last.to == leg.from =>
                {
                    last.to = leg.to;
                }
                _ => legs.push(leg),
            }
        }
    }
}
