//! What each row ships. A walk over the graph goes on, per pipeline and repository, where the walks of the rows before it ended, so that history is
//! visited once.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::by_commit::{ByCommit, belongs};
use super::{Arrival, ArrivalKind, Delivery, Row, RowKind, attempt, back, copy, kind};
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::entity::{Change, ChangeAt, Commit, CommitAt, Record};
use crate::model::graph::{Depths, Marks, Met, Walks};
use crate::model::name::Name;

/// A pipeline's deployments of a repository.
#[derive(Default)]
struct Scope {
    /// The last successful row, and the last one of another attempt.
    last: Option<u32>,
    before: Option<u32>,
    reached: Marks,
    /// A row's commit was in the graph: what later rows reach beyond it is new.
    grounded: bool,
    /// Of when the commit of its first row is. What is older was there before the pipeline was, whether that row reached it or not.
    first: Option<Timestamp>,
    /// How many rows it has in all.
    rows: usize,
    /// It has brought something, and not only rolled back what others had brought.
    brings: bool,
}

struct Shipping<'a> {
    workload: &'a Workload,
    delivery: &'a mut Delivery,
    by_commit: ByCommit,
    /// Changes of each repository by the time of their merge: where the graph tells all, nobody asks for them.
    by_date: OnceCell<FxHashMap<Name, Vec<(Timestamp, ChangeAt)>>>,
    depths: Option<Depths>,
    walks: Walks<'a>,
}

/// What a row was found to hold.
struct Content {
    commits: Vec<CommitAt>,
    met: Met,
    /// The graph knows its commit.
    in_graph: bool,
}

/// Finds every row's baseline and kind, every change's arrival, and which of them a rollback took out again.
pub(super) fn ship(workload: &Workload, delivery: &mut Delivery) {
    let mut shipping = Shipping {
        workload,
        by_commit: ByCommit::of(workload),
        by_date: OnceCell::new(),
        depths: None,
        walks: Walks::over(&workload.graph),
        delivery,
    };
    let key = |row: &Row| {
        let record = workload.records.get(row.record as usize)?;
        Some((record.pipeline, row.repository))
    };
    let mut scopes = FxHashMap::<(Option<Name>, Option<Name>), Scope>::default();
    for row in shipping.delivery.rows.iter().filter(|row| row.success) {
        if let Some(key) = key(row) {
            scopes.entry(key).or_default().rows += 1;
        }
    }
    for place in 0..shipping.delivery.rows.len() {
        let Some((row, number)) = shipping
            .delivery
            .rows
            .get(place)
            .zip(u32::try_from(place).ok())
        else {
            continue;
        };
        let Some(scope) = key(row).and_then(|key| scopes.get_mut(&key)) else {
            continue;
        };
        let attempt = row.attempt;
        let record = workload.records.get(row.record as usize);
        let of = |row: Option<u32>, delivery: &Delivery| Some(delivery.row(row?)?.attempt);
        let again = of(scope.last, shipping.delivery) == Some(attempt);
        let baseline = if again { scope.before } else { scope.last };
        if row.success {
            let foreign = || kind::gone_back_from(workload, shipping.delivery, number);
            let foreign = if scope.brings { None } else { foreign() };
            shipping.land(number, foreign.or(baseline), scope);
            if !again {
                scope.before = scope.last;
            }
            scope.last = Some(number);
            let rolls_back = record.is_some_and(|record| record.rollback);
            scope.brings |= !rolls_back;
        } else if let Some(row) = shipping.delivery.rows.get_mut(place) {
            row.baseline = baseline;
        }
    }
    shipping.delivery.back = back::follow(workload, shipping.delivery, &shipping.by_commit);
}

impl Shipping<'_> {
    fn land(&mut self, number: u32, baseline: Option<u32>, scope: &mut Scope) {
        let workload = self.workload;
        let Some(row) = self.delivery.row(number).cloned() else {
            return;
        };
        let Some(record) = workload.records.get(row.record as usize) else {
            return;
        };
        let before = baseline.and_then(|row| self.delivery.row(row)).cloned();
        let kind = self.kind(record, before.as_ref(), scope);
        let made = record
            .commit
            .and_then(|commit| made(&workload.commits, commit));
        let since = *scope.first.get_or_insert(made.unwrap_or(row.at));
        let content = self.reach(record, scope, (number, kind));
        let grounded = scope.grounded || content.met.joined;
        scope.grounded |= content.in_graph;
        let complete = content.in_graph && (!content.met.hole || content.met.joined);
        let mut known = complete;
        let mut arrived = Vec::new();
        if kind == RowKind::First || (kind == RowKind::Change && grounded) {
            arrived.extend(self.of_commits(&content.commits));
        }
        let unknown = !complete || !(grounded || kind == RowKind::First);
        if unknown && kind == RowKind::Change && !workload.released_by_tags {
            arrived.extend(self.before_merge(record, &content, row.at));
        }
        let mut dated = Vec::new();
        if unknown && let Some(list) = &record.commits {
            known = true;
            if matches!(kind, RowKind::First | RowKind::Change) {
                self.list(list, scope, (number, kind));
                arrived.extend(self.of_commits(list));
            }
        } else if unknown && workload.released_by_tags {
            // A tag says nothing of when what is not known was merged, and where history is cut off dates would only mislead.
            known = false;
        } else if unknown && kind == RowKind::Change {
            known = false;
            let whole = content.in_graph && !content.met.hole;
            let since = self.last_news(baseline);
            dated = self.of_dates(&row, since, whole.then_some(&scope.reached));
        } else if kind == RowKind::Redeploy || kind == RowKind::Rollback {
            known = true;
        }
        if let Some(row) = self.delivery.rows.get_mut(number as usize) {
            (row.baseline, row.kind, row.known) = (baseline, kind, known);
        }
        let how = if kind == RowKind::First {
            ArrivalKind::WithFirst
        } else {
            ArrivalKind::Shipped
        };
        let mut new = self.arrive(&arrived, number, how, since);
        new.extend(self.arrive(&dated, number, ArrivalKind::Inferred, since));
        self.tell_copies(&new);
    }

    fn kind(&mut self, record: &Record, before: Option<&Row>, scope: &Scope) -> RowKind {
        let Some(before) = before else {
            return RowKind::First;
        };
        match self.workload.records.get(before.record as usize) {
            None => RowKind::Change,
            Some(other) => kind::of(
                self.workload,
                &mut self.depths,
                &scope.reached,
                (record, other),
            ),
        }
    }

    /// The requests that a row's own commit is the head of, and that were not merged by then: no graph is needed to tell that they are in it, and by date
    /// they would come only after their merge.
    fn before_merge(&self, record: &Record, content: &Content, at: Timestamp) -> Vec<ChangeAt> {
        let new = |commit: &CommitAt| content.commits.contains(commit);
        let Some(commit) = record.commit.filter(new) else {
            return Vec::new();
        };
        let later = |place: &ChangeAt| {
            let change = self.workload.changes.get(*place as usize);
            change.is_some_and(|one| !one.direct && one.merged.is_none_or(|merged| merged > at))
        };
        self.by_commit.get(commit).filter(later).collect()
    }

    /// Walks from a row's commit over what its scope has not reached yet.
    fn reach(&mut self, record: &Record, scope: &mut Scope, row: (u32, RowKind)) -> Content {
        let mut content = Content {
            commits: Vec::new(),
            met: Met::default(),
            in_graph: false,
        };
        let Some(commit) = record.commit else {
            return content;
        };
        content.in_graph = kind::in_graph(self.workload, commit) || scope.reached.contains(commit);
        // A scope of one row has nothing to go on from: what other scopes made live, it need not visit again.
        let alone = scope.rows == 1;
        let Delivery { live, rows, .. } = &mut *self.delivery;
        let commits = &self.workload.commits;
        let since = scope.first;
        content.met = self.walks.walk(commit, |at| {
            let lives = live.get(at as usize).is_some_and(Option::is_some);
            let new = scope.reached.insert(at) && !(alone && lives);
            if new {
                content.commits.push(at);
                enliven(live, rows, at, (row, is_newer(commits, at, since)));
            }
            new
        });
        content
    }

    /// What the tool says is in a row.
    fn list(&mut self, list: &[CommitAt], scope: &mut Scope, row: (u32, RowKind)) {
        let Delivery { live, rows, .. } = &mut *self.delivery;
        for at in list {
            if self.workload.commits.get(*at as usize).is_some() {
                scope.reached.insert(*at);
                let newer = is_newer(&self.workload.commits, *at, scope.first);
                enliven(live, rows, *at, (row, newer));
            }
        }
    }

    fn of_commits(&self, commits: &[CommitAt]) -> Vec<ChangeAt> {
        let changes = commits.iter().flat_map(|at| self.by_commit.get(*at));
        changes.collect()
    }

    /// When the environment last got something new: a redeploy and a rollback bring nothing of what was merged before them.
    fn last_news(&self, mut row: Option<u32>) -> Option<Timestamp> {
        // A baseline always lies before its row, so this ends.
        loop {
            let here = self.delivery.row(row?)?;
            match here.kind {
                RowKind::Redeploy | RowKind::Rollback => row = here.baseline,
                _ => return Some(here.at),
            }
        }
    }

    /// Changes merged after an instant and not after the row's finish; where the graph is known, of those that it reaches.
    fn of_dates(
        &self,
        row: &Row,
        since: Option<Timestamp>,
        within: Option<&Marks>,
    ) -> Vec<ChangeAt> {
        let Some((repository, since)) = row.repository.zip(since) else {
            return Vec::new();
        };
        let by_date = self.by_date.get_or_init(|| by_date(self.workload));
        let all = by_date.get(&repository).map_or(&[][..], Vec::as_slice);
        let from = all.partition_point(|(at, _)| *at <= since);
        let to = all.partition_point(|(at, _)| *at <= row.at);
        let all = all.get(from..to).unwrap_or(&[]).iter().map(|(_, at)| *at);
        all.filter(|at| {
            let change = self.workload.changes.get(*at as usize);
            within.is_none_or(|reached| {
                change.is_some_and(|change| {
                    [change.sha, change.head]
                        .iter()
                        .flatten()
                        .any(|commit| reached.contains(*commit))
                })
            })
        })
        .collect()
    }

    /// Notes arrivals; gives those that are new. A change that a first deployment of one pipeline brought arrives with the one that ships it in
    /// another, if that one is older (`since`) than the change: else a second pipeline would ship the whole history anew.
    fn arrive(
        &mut self,
        changes: &[ChangeAt],
        row: u32,
        kind: ArrivalKind,
        since: Timestamp,
    ) -> Vec<ChangeAt> {
        let Some((attempt, at)) = self.delivery.row(row).map(|row| (row.attempt, row.at)) else {
            return Vec::new();
        };
        let mut new = Vec::new();
        for at_change in changes {
            let Some(known) = self.delivery.arrivals.get_mut(*at_change as usize) else {
                continue;
            };
            let with_first = known.is_some_and(|known| known.kind == ArrivalKind::WithFirst);
            let again = with_first && kind == ArrivalKind::Shipped;
            let change = self.workload.changes.get(*at_change as usize);
            let landed = || landed(self.workload, change?);
            if known.is_none() || again && landed().is_some_and(|landed| landed > since) {
                *known = Some(Arrival {
                    row,
                    attempt,
                    at,
                    kind,
                });
                new.push(*at_change);
            }
        }
        new
    }

    fn tell_copies(&mut self, new: &[ChangeAt]) {
        let mut copies = FxHashSet::default();
        for at in new {
            if copy::is_copy(self.workload, self.delivery, *at) {
                copies.insert(*at);
            }
        }
        for at in copies {
            if let Some(Some(arrival)) = self.delivery.arrivals.get_mut(at as usize)
                && arrival.counts()
            {
                arrival.kind = ArrivalKind::Copied;
            }
        }
    }
}

fn made(commits: &[Commit], at: CommitAt) -> Option<Timestamp> {
    let commit = commits.get(at as usize)?;
    commit.committed.or(commit.at)
}

fn is_newer(commits: &[Commit], at: CommitAt, since: Option<Timestamp>) -> bool {
    made(commits, at)
        .zip(since)
        .is_some_and(|(made, since)| made > since)
}

/// A commit is live since the first row that shipped it, or since the first deployment that brought it; `newer`: than the pipeline of this row.
fn enliven(
    live: &mut [Option<u32>],
    rows: &[Row],
    at: CommitAt,
    ((row, kind), newer): ((u32, RowKind), bool),
) {
    let Some(known) = live.get_mut(at as usize) else {
        return;
    };
    let with_first = known
        .and_then(|known| rows.get(known as usize))
        .is_some_and(|known| known.kind == RowKind::First);
    if known.is_none() || (with_first && newer && kind == RowKind::Change) {
        *known = Some(row);
    }
}

/// When a change reached the target branch.
fn landed(workload: &Workload, change: &Change) -> Option<Timestamp> {
    change.merged.or_else(|| {
        let commit = change.sha.filter(|_| change.direct)?;
        made(&workload.commits, commit)
    })
}

fn by_date(workload: &Workload) -> FxHashMap<Name, Vec<(Timestamp, ChangeAt)>> {
    let only = attempt::only_repository(workload);
    let mut all = FxHashMap::<Name, Vec<(Timestamp, ChangeAt)>>::default();
    for (at, change) in (0u32..).zip(&workload.changes) {
        if let Some((time, repository)) = landed(workload, change).zip(change.repository.or(only))
            && belongs(workload, change)
        {
            all.entry(repository).or_default().push((time, at));
        }
    }
    for list in all.values_mut() {
        list.sort_unstable();
    }
    all
}
