//! Where a commit or a version is by itself: where it was deployed, what took its place, and whether what runs there now holds it. A change is told of
//! by [`super::whereabouts`]; this is for a commit that belongs to none, a release line beside the target branch, and a version that brought nothing new.

use std::collections::BTreeSet;

use super::{Departure, called, record};
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::delivery::{Delivery, Row, RowKind};
use crate::model::entity::{ChangeAt, CommitAt, Record};
use crate::model::environment::short;
use crate::model::graph::{Marks, Walks};
use crate::model::name::Name;
use crate::model::state::Lives;

/// A commit, or a version under the name that it is asked for by.
#[derive(Clone, Debug)]
pub struct Thing {
    /// What to call it.
    pub name: String,
    pub is_version: bool,
    pub commit: Option<CommitAt>,
    /// Deployments that bear its name.
    pub records: BTreeSet<u32>,
}

/// Its time in an environment: since it came there last.
pub(super) struct Stay<'l> {
    pub environment: &'l str,
    pub since: Timestamp,
    /// What brought it.
    pub record: &'l Record,
    /// It was deployed itself, not within a later version that holds it.
    pub own: bool,
    /// When it went, and what took its place; nothing where it was taken out.
    pub until: Option<(Timestamp, Option<(&'l Row, &'l Record)>)>,
    /// What runs there now holds it.
    pub held: bool,
}

impl Thing {
    pub(super) fn of_commit(workload: &Workload, place: CommitAt) -> Self {
        let commit = workload.commits.get(place as usize);
        let sha = commit.map_or("", |commit| workload.text(commit.sha));
        Self {
            name: short(sha).to_owned(),
            is_version: false,
            commit: Some(place),
            records: BTreeSet::new(),
        }
    }

    pub(super) fn of_version(workload: &Workload, name: Option<Name>, commit: CommitAt) -> Self {
        let plain = Self::of_commit(workload, commit);
        Self {
            name: name.map_or(plain.name, |name| workload.text(name).to_owned()),
            is_version: true,
            ..plain
        }
    }

    pub(super) fn of_record(workload: &Workload, place: u32, record: &Record) -> Self {
        let deployment = || short(workload.text(record.deployment)).to_owned();
        Self {
            name: called(workload, record).unwrap_or_else(deployment),
            is_version: true,
            commit: record.commit,
            records: BTreeSet::from([place]),
        }
    }

    /// The change that its commit belongs to.
    pub(super) fn change(&self, workload: &Workload) -> Option<ChangeAt> {
        workload.commits.get(self.commit? as usize)?.change
    }

    /// The changes that it was the first to bring to production.
    #[must_use]
    pub fn brought(&self, lives: &Lives<'_>) -> Vec<ChangeAt> {
        let delivery = lives.production();
        let own = |row: &Row| row.success && self.is(lives.workload, row);
        let Some(row) = delivery.rows.iter().position(own) else {
            return Vec::new();
        };
        (0..)
            .zip(&delivery.arrivals)
            .filter(|(_, arrival)| arrival.is_some_and(|arrival| arrival.row as usize == row))
            .map(|(place, _)| place)
            .collect()
    }

    /// Whether it was deployed to production by itself.
    #[must_use]
    pub fn went_live(&self, lives: &Lives<'_>) -> bool {
        let mut rows = lives.production().rows.iter();
        rows.any(|row| row.success && self.is(lives.workload, row))
    }

    /// Whether a row deployed it.
    fn is(&self, workload: &Workload, row: &Row) -> bool {
        let of_commit = || {
            let made = record(workload, row).and_then(|record| record.commit);
            made.is_some() && made == self.commit
        };
        self.records.contains(&row.record) || of_commit()
    }

    pub(super) fn stay<'l>(
        &self,
        lives: &'l Lives<'_>,
        delivery: &'l Delivery,
    ) -> Option<Stay<'l>> {
        let workload = lives.workload;
        let well: Vec<(u32, &Row)> = (0..)
            .zip(&delivery.rows)
            .filter(|(_, row)| row.success)
            .collect();
        let is_own = |(_, row): &(u32, &Row)| self.is(workload, row);
        let last = well.iter().rposition(is_own);
        let first = last.map(|last| {
            let before = well[..last].iter().rposition(|one| !is_own(one));
            before.map_or(0, |before| before + 1)
        });
        let within = || {
            let number = delivery.live(self.commit?)?;
            well.iter().position(|(other, _)| *other == number)
        };
        let first = first.or_else(within)?;
        let (floor, came) = *well.get(first)?;
        // Versions of several repositories, or of several pipelines, stand beside each other.
        let beside = |row: &Row| {
            let pipeline = |row| record(workload, row).and_then(|record| record.pipeline);
            row.repository == came.repository && pipeline(row) == pipeline(came)
        };
        let after = well[last.unwrap_or(first) + 1..].iter();
        let after: Vec<&Row> = after
            .map(|(_, row)| *row)
            .filter(|row| beside(row))
            .collect();
        let holds = |row: &&&Row| self.is_in(workload, delivery, row, floor);
        // A release stays one, whatever is released after it.
        let held = workload.released_by_tags || after.last().is_none_or(|row| holds(&row));
        let held = held && delivery.removed.is_none();
        let next = match last {
            Some(_) => after.first(),
            None if held => None,
            None => after.iter().find(|row| !holds(row)),
        };
        let next = next.filter(|_| !workload.released_by_tags);
        let until = next.and_then(|row| Some((row.at, Some((*row, record(workload, row)?)))));
        let until = until.or_else(|| Some((delivery.removed?, None)));
        Some(Stay {
            environment: &delivery.environment,
            since: came.at,
            record: record(workload, came)?,
            own: last.is_some(),
            until,
            held,
        })
    }

    /// Whether what a row brought holds it: nothing that lies behind what was live before it does.
    fn is_in(&self, workload: &Workload, delivery: &Delivery, row: &Row, floor: u32) -> bool {
        let from = record(workload, row).and_then(|record| record.commit);
        let Some((from, wanted)) = from.zip(self.commit) else {
            return false;
        };
        let mut found = false;
        let mut seen = Marks::default();
        Walks::over(&workload.graph).walk(from, |at| {
            found |= at == wanted;
            let later = delivery.live(at).is_none_or(|row| row >= floor);
            !found && later && seen.insert(at)
        });
        found
    }
}

impl Stay<'_> {
    /// The rollback that took it out.
    pub(super) fn departure(&self, workload: &Workload) -> Option<Departure> {
        let (at, next) = self.until.filter(|_| !self.held)?;
        let (row, record) = next?;
        (row.kind == RowKind::Rollback).then(|| Departure {
            at,
            deployment: workload.text(record.deployment).to_owned(),
            version: called(workload, record),
        })
    }
}
