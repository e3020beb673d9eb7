//! The way of one change, walked back from where it is now: each time to the needed step that finished last. What comes of it is the ladder, a line of
//! stretches without gap or overlap.

use super::evidence::Visit;
use super::{Beside, End, Leg, Life, Lives};
use crate::event::kind::ReviewState;
use crate::event::time::{Span, Timestamp};
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
            _ => (self.standing(change, &visits), self.just_after(life.start)),
        };
        let Some(last) = last.or_else(|| self.workload.path.steps.len().checked_sub(1)) else {
            return;
        };
        let ladder = self.ladder(change, &visits, last, (life.start.min(end), end));
        life.start = life.start.min(end);
        let mut before = None;
        for stretch in ladder.iter().rev() {
            self.paint(change, &visits, (before, *stretch), &mut life.legs);
            before = Some(stretch.step);
        }
        self.wait_for_release(change, life);
        self.settle(life);
        self.fall_silent(life);
        self.note_costs(change, &visits, &ladder, life);
        self.note_returns(change, &visits, life);
    }

    /// The end of the way of what is not live: what happens at the very instant that the workload is known at has happened.
    pub(super) fn just_after(&self, start: Timestamp) -> Timestamp {
        self.workload.as_of.max(start) + Span::from_micros(1)
    }

    /// Ends the legs of what is on its way with the instant that the workload is known at. What begins there takes no time yet.
    fn settle(&self, life: &mut Life) {
        let Some(last) = life.legs.last().filter(|_| life.end == End::InFlight) else {
            return;
        };
        let now = self.workload.as_of.max(life.start);
        life.now = Some(Leg { to: now, ..*last });
        life.legs.retain(|leg| leg.from < now);
        if let Some(last) = life.legs.last_mut() {
            last.to = last.to.min(now);
        }
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
            kind => {
                // What a machine passed once is passed. People who are asked again decide again, if not for what was waiting already.
                let from = match kind {
                    StepKind::Gate => begin,
                    _ => Timestamp::MIN,
                };
                // Where a deploying step has its gate with it, the deployment hands on, and not the decision to let it.
                let decides = |visit: &&Visit| visit.gate && kind == StepKind::Deploy;
                visits[place]
                    .iter()
                    .filter(|visit| !decides(visit))
                    .filter(|visit| visit.passed && !visit.is_repeated(&visits[place], from))
                    .filter_map(|visit| Some((visit.finished?, visit.begin())))
                    .filter(|(finished, _)| *finished <= end)
                    .max_by_key(|(finished, _)| *finished)
            }
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

    /// Which steps the change came back to (metrics.md, section 6), and which gates turned it down.
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
            life.rejected[place] = visits
                .iter()
                .any(|visit| visit.turned_down_by(end).is_some());
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
