//! The way of one change, walked back from where it is now: each time to the needed step that finished last. What comes of it is the ladder, a line of
//! stretches without gap or overlap.

use super::evidence::Visit;
use super::{Beside, End, Life, Lives};
use crate::event::kind::ReviewState;
use crate::event::time::Timestamp;
use crate::model::definition::StepKind;
use crate::model::delivery::{Row, RowKind};
use crate::model::entity::{Change, ChangeAt};
use crate::model::step;

/// A stretch of the ladder: all the time from one step's end to the next's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub step: usize,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Lives<'_> {
    /// Of a change that was given up nothing is measured, but what was handed on and came back did so.
    pub(super) fn give_up(&self, change: &Change, at: Timestamp, life: &mut Life) {
        let visits = self.visits(life.change, change);
        for place in 0..visits.len() {
            let passed = self.passed(change, &visits, place, at);
            life.handed[place] = passed.map(|(finished, _)| finished);
        }
        self.note_returns(change, &visits, life);
    }

    pub(super) fn walk(&self, change: &Change, life: &mut Life) {
        let visits = self.visits(life.change, change);
        let (last, end) = match life.end {
            End::Delivered(at) => (self.production_step(), at),
            _ => (
                self.standing(change, &visits),
                self.workload.as_of.max(life.start),
            ),
        };
        let Some(last) = last.or_else(|| self.workload.path.steps.len().checked_sub(1)) else {
            return;
        };
        let ladder = self.ladder(change, &visits, last, (life.start.min(end), end));
        life.start = life.start.min(end);
        for stretch in ladder.iter().rev() {
            self.paint(change, &visits, *stretch, &mut life.legs);
        }
        self.wait_for_release(change, life);
        self.fall_silent(life);
        self.note_costs(change, &visits, &ladder, life);
        self.note_returns(change, &visits, life);
    }

    /// When a step handed the change on, at the latest by `limit`, and when that visit had begun.
    pub(super) fn passed(
        &self,
        change: &Change,
        visits: &[Vec<Visit>],
        place: usize,
        limit: Timestamp,
    ) -> Option<(Timestamp, Option<Timestamp>)> {
        self.handed_on(change, visits, place, (limit, limit))
    }

    /// When a step handed the change on to a later one, and when that visit had begun. Its end decides, at the latest that of the later one: many tools
    /// ask for all steps at once, so when the later one was asked for or started says nothing of what it waited for.
    fn handed_on(
        &self,
        change: &Change,
        visits: &[Vec<Visit>],
        place: usize,
        (begin, end): (Timestamp, Timestamp),
    ) -> Option<(Timestamp, Option<Timestamp>)> {
        // What people had not ended by then, they had let go by the beginning: deployed before it was merged, a review ends, as far as the way goes,
        // where the deployment begins.
        let limit = |done: Timestamp| if done <= end { end } else { begin };
        match self.workload.path.steps[place].kind {
            StepKind::Code => {
                let done = change.opened.or(change.merged)?;
                Some((done.min(limit(done)), None))
            }
            StepKind::Review => {
                let merged = change.merged?;
                let limit = limit(merged);
                let opened = change.opened.filter(|opened| *opened <= limit)?;
                Some((merged.min(limit), Some(opened)))
            }
            _ => visits[place]
                .iter()
                .filter(|visit| visit.passed && !visit.is_repeated(&visits[place], begin))
                .filter_map(|visit| Some((visit.finished?, visit.begin())))
                .filter(|(finished, _)| *finished <= end)
                .max_by_key(|(finished, _)| *finished),
        }
    }

    fn ladder(
        &self,
        change: &Change,
        visits: &[Vec<Visit>],
        last: usize,
        (start, end): (Timestamp, Timestamp),
    ) -> Vec<Stretch> {
        let mut ladder = Vec::new();
        let mut place = last;
        let mut to = end;
        let mut begin = visits[last]
            .iter()
            .rfind(|visit| visit.passed && visit.finished.is_some_and(|at| at <= end))
            .and_then(Visit::begin);
        loop {
            let next = (begin.unwrap_or(to).min(to).max(start), to);
            let before = self
                .needed(place)
                .into_iter()
                .filter_map(|need| {
                    let (finished, entered) = self.handed_on(change, visits, need, next)?;
                    Some((finished, need, entered))
                })
                .max_by_key(|(finished, need, _)| (*finished, *need));
            let from = before.map_or(start, |(finished, _, _)| finished.clamp(start, to));
            ladder.push(Stretch {
                step: place,
                from,
                to,
            });
            let Some((_, need, entered)) = before else {
                return ladder;
            };
            (place, to, begin) = (need, from, entered);
        }
    }

    /// Every step that a step needs, directly or through others. Needs always point back, so this ends.
    pub(super) fn needed(&self, place: usize) -> Vec<usize> {
        let steps = &self.workload.path.steps;
        let mut found = vec![false; place];
        let mut open = vec![place];
        while let Some(place) = open.pop() {
            for need in &steps[place].needs {
                if *need < place && !std::mem::replace(&mut found[*need], true) {
                    open.push(*need);
                }
            }
        }
        (0..place).filter(|place| found[*place]).collect()
    }

    /// The step at which a change that is not live stands.
    fn standing(&self, change: &Change, visits: &[Vec<Visit>]) -> Option<usize> {
        let steps = &self.workload.path.steps;
        let of = |kind: StepKind| steps.iter().position(|step| step.kind == kind);
        let production = self
            .production_step()
            .or_else(|| steps.len().checked_sub(1))?;
        if !change.direct && change.merged.is_none() {
            return match change.opened {
                Some(_) if !change.draft => of(StepKind::Review).or_else(|| of(StepKind::Code)),
                _ => of(StepKind::Code),
            }
            .or(Some(0));
        }
        let now = self.workload.as_of;
        let done = |place: usize| {
            self.passed(change, visits, place, now).is_some() && !self.is_back_at(visits, place)
        };
        let merging = |place: usize| matches!(steps[place].kind, StepKind::Code | StepKind::Review);
        let skipped =
            |place: usize| merging(place) || (!self.is_filled(place) && !self.is_manual(place));
        // Once a change is in an environment, what should have come before it no longer holds it.
        let reached = (0..=production)
            .rev()
            .find(|place| steps[*place].kind == StepKind::Deploy && done(*place));
        let behind = reached.map_or_else(Vec::new, |reached| self.needed(reached));
        let open: Vec<usize> = (0..=production)
            .filter(|place| (*place == production && !merging(*place)) || !skipped(*place))
            .filter(|place| !done(*place) && !behind.contains(place))
            .filter(|place| {
                self.needed(*place)
                    .into_iter()
                    .all(|need| done(need) || skipped(need) || behind.contains(&need))
            })
            .collect();
        let busy = open
            .iter()
            .copied()
            .find(|place| !visits[*place].is_empty());
        // Where nothing is left to do, it stands where it was last.
        let last = (0..=production).rev().find(|place| done(*place));
        busy.or_else(|| open.first().copied())
            .or(last)
            .or(Some(production))
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
        own.any(|visit| visit.finished.is_none()) || (failed && !passed)
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

    fn note_costs(
        &self,
        change: &Change,
        visits: &[Vec<Visit>],
        ladder: &[Stretch],
        life: &mut Life,
    ) {
        let until = life.until();
        for place in 0..visits.len() {
            let passed = self.passed(change, visits, place, until);
            life.handed[place] = passed.map(|(finished, _)| finished);
            if ladder.iter().any(|stretch| stretch.step == place) || visits[place].is_empty() {
                continue;
            }
            let Some(finished) = visits[place]
                .iter()
                .filter_map(|visit| visit.finished)
                .max()
            else {
                continue;
            };
            let begin = visits[place].iter().filter_map(Visit::begin).min();
            let entered = self
                .needed(place)
                .into_iter()
                .filter_map(|need| self.passed(change, visits, need, begin?))
                .map(|(finished, _)| finished)
                .max()
                .or(begin)
                .unwrap_or(finished);
            let work = union(visits[place].iter().filter(|visit| !visit.gate).filter_map(
                |visit| Some((visit.started?, visit.finished.unwrap_or(until).min(until))),
            ));
            life.beside[place] = Some(Beside {
                entered,
                finished,
                work,
            });
        }
    }

    /// Which steps the change came back to (metrics.md, section 6).
    fn note_returns(&self, change: &Change, visits: &[Vec<Visit>], life: &mut Life) {
        let steps = &self.workload.path.steps;
        let code = steps.iter().position(|step| step.kind == StepKind::Code);
        let end = match life.end {
            End::Abandoned(at) => at,
            _ => Timestamp::MAX,
        };
        let merged = change.merged.unwrap_or(Timestamp::MAX);
        let asked_again = change.reviews.iter().any(|review| {
            review.state == Some(ReviewState::ChangesRequested)
                && !review.bot
                && review.reviewer != change.author
                && review.at <= merged.min(end)
        });
        let mut returned = vec![false; steps.len()];
        if let Some(code) = code.filter(|_| asked_again) {
            returned[code] = true;
        }
        for (place, visits) in visits.iter().enumerate() {
            let failed = visits
                .iter()
                .filter(|visit| visit.failed)
                .filter_map(|visit| visit.finished)
                .filter(|finished| *finished <= end);
            for finished in failed {
                let open =
                    change.opened.is_some_and(|opened| opened <= finished) && finished < merged;
                let back = if open {
                    code
                } else {
                    steps[place].needs.iter().copied().max()
                };
                if let Some(back) = back {
                    returned[back] = true;
                }
            }
            if self.rolled_back(life.change, place)
                && let Some(back) = steps[place].needs.iter().copied().max()
            {
                returned[back] = true;
            }
        }
        life.returned = returned;
    }

    /// Whether what brought the change to the step's environment was rolled back by the next deployment of its own repository.
    fn rolled_back(&self, change: ChangeAt, place: usize) -> bool {
        let found = self.deliveries.iter().find(|delivery| {
            step::of_environment(self.workload, &delivery.environment) == Some(place)
        });
        let brought = found.and_then(|delivery| {
            let arrival = delivery.arrival(change)?;
            Some((delivery, arrival.row, delivery.row(arrival.row)?))
        });
        let Some((delivery, number, brought)) = brought else {
            return false;
        };
        let pipeline = |row: &Row| {
            let record = self.workload.records.get(row.record as usize);
            record.and_then(|record| record.pipeline)
        };
        // A pipeline that only rolls back went back from what another had brought.
        let went_on = |row: &Row| {
            let before = row.baseline.and_then(|place| delivery.row(place));
            pipeline(row) == pipeline(brought)
                || before.is_some_and(|before| pipeline(before) == pipeline(brought))
        };
        let later = delivery.rows.iter().skip(number as usize + 1);
        later
            .filter(|row| row.success && row.attempt != brought.attempt)
            .filter(|row| row.repository == brought.repository && went_on(row))
            .find(|row| row.kind != RowKind::Redeploy)
            .is_some_and(|row| row.kind == RowKind::Rollback)
    }
}

/// The time that intervals cover together, without overlap.
fn union(intervals: impl Iterator<Item = (Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    let mut intervals: Vec<_> = intervals.collect();
    intervals.sort_unstable();
    let mut covered = Vec::new();
    let mut until = Timestamp::MIN;
    for (from, to) in intervals {
        let from = from.max(until);
        if to > from {
            covered.push((from, to));
            until = to;
        }
    }
    covered
}
