//! What is not there any more. A row that went back to an earlier version took out what had come since; a later row brings it again if it reaches it.
//! Told by the graph; where a version is nothing but a name, by when that name was there first.

use rustc_hash::{FxHashMap, FxHashSet};

use super::by_commit::ByCommit;
use super::{ArrivalKind, Delivery, Row, RowKind};
use crate::model::Workload;
use crate::model::entity::{ChangeAt, CommitAt, Record};
use crate::model::graph::{Marks, Walks};

/// What rollbacks did to changes, each with the row that did so last.
#[derive(Clone, Debug, Default)]
pub(super) struct Back {
    /// Arrived, and not there any more.
    pub away: FxHashMap<ChangeAt, u32>,
    /// Taken out, and brought again.
    pub again: FxHashMap<ChangeAt, u32>,
}

impl Back {
    fn leave(&mut self, change: ChangeAt, row: u32) {
        self.again.remove(&change);
        self.away.entry(change).or_insert(row);
    }

    fn return_with(&mut self, change: ChangeAt, row: u32) {
        if self.away.remove(&change).is_some() {
            self.again.insert(change, row);
        }
    }
}

struct Going<'a> {
    workload: &'a Workload,
    delivery: &'a Delivery,
    by_commit: &'a ByCommit,
    told: Back,
    /// What was walked over since something was taken out last.
    seen: Marks,
    walks: Walks<'a>,
}

/// What a walk reached.
struct Reached {
    changes: FxHashSet<ChangeAt>,
    /// All that it should have reached is known.
    whole: bool,
}

/// Follows every row that went well.
pub(super) fn follow(workload: &Workload, delivery: &Delivery, by_commit: &ByCommit) -> Back {
    let mut going = Going {
        workload,
        delivery,
        by_commit,
        told: Back::default(),
        seen: Marks::default(),
        walks: Walks::over(&workload.graph),
    };
    let rows = (0u32..).zip(&delivery.rows);
    for (number, row) in rows.filter(|(_, row)| row.success) {
        if row.kind == RowKind::Rollback {
            going.back(number, row);
        } else if !going.told.away.is_empty() {
            going.on(number, row);
        }
    }
    going.told
}

impl Going<'_> {
    /// Takes out what came after the version that a row goes back to.
    fn back(&mut self, number: u32, row: &Row) {
        let Some(to) = self.first(number, row) else {
            return;
        };
        self.seen = Marks::default();
        let reached = self.reach(row, to);
        for change in reached.iter().flat_map(|reached| &reached.changes) {
            self.told.return_with(*change, number);
        }
        let whole = reached.as_ref().is_some_and(|reached| reached.whole);
        for (change, arrival) in (0u32..).zip(&self.delivery.arrivals) {
            let Some(arrival) = arrival.filter(|arrival| arrival.row < number) else {
                continue;
            };
            let came = self.delivery.row(arrival.row);
            let same = came.is_some_and(|came| came.repository == row.repository);
            // What came in one row with what it goes back to is gone if the graph says so.
            let beside = arrival.row == to && whole && arrival.kind != ArrivalKind::Inferred;
            let mut known = reached.iter();
            let held = known.any(|reached| reached.changes.contains(&change));
            if same && (arrival.row > to || beside) && !held {
                self.told.leave(change, number);
            }
        }
    }

    /// Brings back what a later row reaches.
    fn on(&mut self, number: u32, row: &Row) {
        let delivery = self.delivery;
        let came = |change: &ChangeAt| delivery.arrival(*change).map(|arrival| arrival.row);
        let floor = self.told.away.keys().filter_map(came).min().unwrap_or(0);
        let reached = self.reach(row, floor);
        let back: Vec<ChangeAt> = match reached.filter(|reached| reached.whole) {
            Some(reached) => reached.changes.into_iter().collect(),
            // Of what is not known, what was merged before is taken to be in it.
            None if row.kind == RowKind::Change => {
                let of = |change: &ChangeAt| Some(delivery.row(came(change)?)?.repository);
                let away = self.told.away.keys().copied();
                away.filter(|change| of(change) == Some(row.repository))
                    .collect()
            }
            None => Vec::new(),
        };
        for change in back {
            self.told.return_with(change, number);
        }
    }

    /// The row that first brought the version that a row goes back to.
    fn first(&self, number: u32, row: &Row) -> Option<u32> {
        let record = self.record(row)?;
        if let Some(commit) = record.commit {
            return self.delivery.live(commit);
        }
        let before = (0u32..).zip(&self.delivery.rows).take(number as usize);
        let mut before = before.filter(|(_, one)| one.success && one.repository == row.repository);
        let is_it = |one: &Row| {
            let known = self.record(one);
            known.is_some_and(|known| {
                let same = |one, other| one == other && Option::is_some(&one);
                same(known.digest, record.digest)
                    || same(known.artifact, record.artifact)
                    || same(known.version, record.version)
            })
        };
        before.find(|(_, one)| is_it(one)).map(|(number, _)| number)
    }

    fn record(&self, row: &Row) -> Option<&Record> {
        self.workload.records.get(row.record as usize)
    }

    /// The changes that a row's commit reaches among what came with the row `floor` or later; `None` where its commit is not known. A copy of a commit
    /// brings what that commit does.
    fn reach(&mut self, row: &Row, floor: u32) -> Option<Reached> {
        let commit = self.record(row)?.commit?;
        let commits = &self.workload.commits;
        let mut reached = Vec::new();
        let (delivery, seen) = (self.delivery, &mut self.seen);
        let met = self.walks.walk(commit, |at| {
            let new = delivery.live(at).is_none_or(|row| row >= floor) && seen.insert(at);
            if new {
                reached.push(at);
            }
            new
        });
        let copied = reached.iter();
        let copied = copied.filter_map(|at| commits.get(*at as usize)?.copy_of);
        let copied: Vec<CommitAt> = copied.collect();
        let all = reached.iter().chain(&copied);
        let changes = all.flat_map(|at| self.by_commit.get(*at));
        Some(Reached {
            changes: changes.collect(),
            whole: !met.hole,
        })
    }
}
