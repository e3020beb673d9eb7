//! Where a change that is not live stands, and which gates that live in no tool wait for it.

use super::evidence::Visit;
use super::walk::Stretch;
use super::{Lives, State};
use crate::event::time::Timestamp;
use crate::model::definition::{self, StepKind};
use crate::model::dora::lead::start;
use crate::model::entity::{Change, ChangeAt};

impl Lives<'_> {
    /// Every step that a step needs, directly or through others.
    #[must_use]
    pub fn needed(&self, place: usize) -> Vec<usize> {
        definition::needed(&self.workload.path.steps, place)
    }

    /// The step at which a change that is not live stands.
    pub(super) fn standing(&self, change: &Change, visits: &[Vec<Visit>]) -> Option<usize> {
        let steps = &self.workload.path.steps;
        let of = |kind: StepKind| steps.iter().position(|step| step.kind == kind);
        let production = self
            .production_step()
            .or_else(|| steps.len().checked_sub(1))?;
        if !is_through_review(change) {
            return match change.opened.or_else(|| change.told().min()) {
                Some(_) if !change.draft => of(StepKind::Review).or_else(|| of(StepKind::Code)),
                _ => of(StepKind::Code),
            }
            .or(Some(0));
        }
        // What production does not need keeps nothing from it. A path that ends before it leads nowhere else.
        let needed = self.production_step().map(|place| self.needed(place));
        let leads = |place: &usize| {
            let needed = needed.as_ref();
            *place == production || needed.is_none_or(|needed| needed.contains(place))
        };
        let (done, skipped) = (self.done(change, visits), self.skipped());
        let asks = |place: &usize| {
            !skipped[*place] || (*place == production && !is_merging(steps[*place].kind))
        };
        let mut open = self.next(&done, &skipped);
        open.retain(|place| *place <= production && leads(place) && asks(place));
        if let Some(ahead) = self.ran_ahead(visits, production, &open) {
            return Some(ahead);
        }
        let busy = open
            .iter()
            .copied()
            .find(|place| !visits[*place].is_empty());
        // Where nothing is left to do, it stands where it was last.
        let mut passed = (0..=production).rev().filter(leads);
        let last = passed.find(|place| done[*place]);
        busy.or_else(|| open.first().copied())
            .or(last)
            .or(Some(production))
    }

    /// The deploying step that a change is at without what comes before: its deployment runs there, or was the last that was tried. A gate that is asked for
    /// it holds it all the same, and so does one that lives in no tool, once nothing runs.
    fn ran_ahead(&self, visits: &[Vec<Visit>], production: usize, open: &[usize]) -> Option<usize> {
        let steps = &self.workload.path.steps;
        let newest = visits.iter().flatten().filter_map(Visit::begin).max()?;
        let is_asked = |place: &usize| {
            let mut visits = visits[*place].iter();
            visits.any(|visit| visit.gate && visit.finished.is_none())
        };
        let is_gate = |place: &usize| steps[*place].kind == StepKind::Gate;
        let tried = |place: &usize| {
            let visits = &visits[*place];
            let last = visits.iter().any(|visit| visit.started.is_some());
            let last = visits.last().filter(|_| last);
            last.is_some_and(|last| match last.finished {
                None => !open.iter().any(is_asked),
                Some(_) => last.failed && last.begin() == Some(newest) && !open.iter().any(is_gate),
            })
        };
        let on_the_way = self.needed(production);
        let ahead = (0..=production).rev();
        ahead
            .filter(|place| *place == production || on_the_way.contains(place))
            .filter(|place| steps[*place].kind == StepKind::Deploy && !open.contains(place))
            .filter(|place| self.needed(*place).iter().any(|need| open.contains(need)))
            .find(tried)
    }

    /// The gates that live in no tool at which a change waits, and since when: each whose own steps before it are done, whatever else runs meanwhile, and
    /// whoever is silent.
    #[must_use]
    pub fn waits_at(&self, place: ChangeAt) -> Vec<(usize, Timestamp)> {
        let change = self.workload.changes.get(place as usize);
        let Some(change) = change.filter(|change| is_through_review(change)) else {
            return Vec::new();
        };
        // Of what nobody told the beginning of, its merge is known.
        let Some(start) = start(self.workload, change).or(change.merged) else {
            return Vec::new();
        };
        let visits = self.visits(place, change);
        let mut open = self.next(&self.done(change, &visits), &self.skipped());
        open.retain(|place| self.is_manual(*place));
        let now = self.just_after(start);
        let since = |gate: usize| {
            let before = self.needed(gate).into_iter();
            let before = before.filter_map(|need| {
                let (finished, _) = self.passed(change, &visits, need, now)?;
                Some((finished, need))
            });
            let before = before.max();
            let from = before.map_or(start, |(finished, _)| finished);
            let stretch = Stretch {
                step: gate,
                from: from.max(start),
                to: now,
            };
            let mut legs = Vec::new();
            let before = before.map(|(_, need)| need);
            self.paint(change, &visits, (before, stretch), &mut legs);
            let last = legs.last().filter(|leg| leg.state == State::Gated)?;
            Some((gate, last.from))
        };
        open.into_iter().filter_map(since).collect()
    }

    /// Which steps have handed a change on.
    fn done(&self, change: &Change, visits: &[Vec<Visit>]) -> Vec<bool> {
        let now = self.workload.as_of;
        let places = 0..visits.len();
        let done = places.map(|place| {
            self.passed(change, visits, place, now).is_some() && !self.is_back_at(visits, place)
        });
        done.collect()
    }

    /// Which steps nothing is waited for at: what ends with the merge, and what nothing ever filled.
    pub(super) fn skipped(&self) -> Vec<bool> {
        let steps = self.workload.path.steps.iter().enumerate();
        let skipped = steps.map(|(place, step)| {
            is_merging(step.kind) || (!self.is_filled(place) && !self.is_manual(place))
        });
        skipped.collect()
    }

    /// The steps that come next for a change: not done, and all done that they need.
    fn next(&self, done: &[bool], skipped: &[bool]) -> Vec<usize> {
        let steps = &self.workload.path.steps;
        // Once a change is in an environment, what should have come before it no longer holds it.
        let mut behind = vec![false; steps.len()];
        let until = self
            .production_step()
            .map_or(steps.len(), |place| place + 1);
        let reached = (0..until).filter(|place| steps[*place].kind == StepKind::Deploy);
        for reached in reached.filter(|place| done[*place]) {
            for need in self.needed(reached) {
                behind[need] = true;
            }
        }
        let over = |place: usize| done[place] || behind[place];
        (0..steps.len())
            .filter(|place| !over(*place))
            .filter(|place| {
                let mut needed = self.needed(*place).into_iter();
                needed.all(|need| over(need) || skipped[need])
            })
            .collect()
    }

    /// Whether a machine that passed a candidate of the change before has the newest one now: what ran on a request runs again on its merge.
    fn is_back_at(&self, visits: &[Vec<Visit>], place: usize) -> bool {
        let kind = self.workload.path.steps[place].kind;
        if matches!(kind, StepKind::Gate | StepKind::Deploy) {
            return false;
        }
        let visits = &visits[place];
        let newest = visits.last().and_then(|visit| visit.commit);
        let own = visits.iter().filter(|visit| visit.commit == newest);
        let mut own = own.filter(|visit| !visit.is_repeated(visits, Timestamp::MIN));
        let failed = own.clone().any(|visit| visit.failed);
        let passed = own.clone().any(|visit| visit.passed);
        // Where another attempt at the same has passed, one whose end nobody told holds nothing up.
        let holds = |visit: &Visit| visit.finished.is_none() && !visit.has_passed(visits);
        own.any(holds) || (failed && !passed)
    }

    /// A gate that lives in no tool: it opens when the step before is done.
    #[must_use]
    pub fn is_manual(&self, place: usize) -> bool {
        let step = &self.workload.path.steps[place];
        step.kind == StepKind::Gate
            && step.from.is_none()
            && !self.workload.path.derived
            && !self.is_filled(place)
    }
}

/// Whether nothing but what comes after the merge is left.
fn is_through_review(change: &Change) -> bool {
    change.direct || change.merged.is_some()
}

/// What ends with the merge.
const fn is_merging(kind: StepKind) -> bool {
    matches!(kind, StepKind::Code | StepKind::Review)
}
