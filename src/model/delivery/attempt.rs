//! Rows and attempts: which records are one deployment, how it ended, and what kind it is.

use rustc_hash::FxHashMap;

use super::back::Back;
use super::{Arrival, ArrivalKind, Attempt, AttemptOutcome, Delivery, Kind, Row, RowKind};
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::entity::{ChangeAt, Record};
use crate::model::name::Name;

/// The rows of an environment and the attempts that they make; what is in them is not told yet.
pub(super) fn gather(workload: &Workload, environment: &str) -> Delivery {
    let mut rows = rows(workload, environment);
    let mut place = FxHashMap::<Name, usize>::default();
    let mut attempts: Vec<Attempt> = Vec::new();
    for (number, row) in (0u32..).zip(&rows) {
        let Some(record) = workload.records.get(row.record as usize) else {
            continue;
        };
        let at = *place.entry(record.deployment).or_insert_with(|| {
            attempts.push(Attempt {
                deployment: record.deployment,
                rows: Vec::new(),
                at: row.at,
                outcome: AttemptOutcome::Other,
                kind: Kind::FailedAttempt,
                changes: Vec::new(),
                inferred: false,
            });
            attempts.len() - 1
        });
        if let Some(attempt) = attempts.get_mut(at) {
            attempt.rows.push(number);
            attempt.at = attempt.at.max(row.at);
        }
    }
    attempts.sort_by_key(|attempt| attempt.at);
    for (number, attempt) in (0u32..).zip(&attempts) {
        for row in &attempt.rows {
            if let Some(row) = rows.get_mut(*row as usize) {
                row.attempt = number;
            }
        }
    }
    Delivery {
        environment: environment.to_owned(),
        rows,
        attempts,
        arrivals: vec![None; workload.changes.len()],
        live: vec![None; workload.commits.len()],
        back: Back::default(),
        removed: removed(workload, environment),
    }
}

fn removed(workload: &Workload, environment: &str) -> Option<Timestamp> {
    let environment = workload.names.get(environment)?;
    let mut records = workload.records.iter();
    let last = records.rfind(|record| {
        record.environment == Some(environment) && record.outcome == Some(Outcome::Success)
    });
    last.filter(|record| record.removed)?.finished
}

fn rows(workload: &Workload, environment: &str) -> Vec<Row> {
    let Some(environment) = workload.names.get(environment) else {
        return Vec::new();
    };
    let only = only_repository(workload);
    let mut rows: Vec<Row> = (0u32..)
        .zip(&workload.records)
        .filter(|(_, record)| record.environment == Some(environment) && !record.removed)
        .filter_map(|(place, record)| {
            Some(Row {
                record: place,
                at: record.finished?,
                success: record.outcome == Some(Outcome::Success),
                baseline: None,
                kind: RowKind::Unsuccessful,
                known: false,
                attempt: 0,
                repository: record.repository.or(only),
            })
        })
        .collect();
    rows.sort_by_key(|row| row.at);
    rows
}

/// The workload's repository, when it has exactly one.
pub(super) fn only_repository(workload: &Workload) -> Option<Name> {
    match workload.definition.repositories.as_slice() {
        [one] => return workload.names.get(one),
        [] => {}
        _ => return None,
    }
    let records = workload.records.iter().map(|record| record.repository);
    let changes = workload.changes.iter().map(|change| change.repository);
    let commits = workload.commits.iter().map(|commit| commit.repository);
    let mut all = records.chain(changes).chain(commits).flatten();
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// How each attempt ended, its kind, and what it was the first to ship.
pub(super) fn classify(workload: &Workload, delivery: &mut Delivery) {
    let Delivery {
        rows,
        attempts,
        arrivals,
        ..
    } = delivery;
    for attempt in attempts.iter_mut() {
        let deciding = deciding(rows, attempt);
        attempt.outcome = outcome(workload, &deciding);
        if attempt.outcome == AttemptOutcome::Succeeded {
            attempt.kind = kind(&deciding);
        }
    }
    for (change, arrival) in (0u32..).zip(arrivals.iter()) {
        let arrival = arrival.as_ref().filter(|arrival| arrival.counts());
        let Some(arrival) = arrival else { continue };
        if let Some(attempt) = attempts.get_mut(arrival.attempt as usize) {
            attempt.changes.push(change);
            attempt.inferred |= arrival.kind == ArrivalKind::Inferred;
        }
    }
    for attempt in attempts {
        order(workload, arrivals, &mut attempt.changes);
    }
}

/// Puts changes in the order in which they arrived. What came together is told by when it was merged: the place of a change is nobody's but ours.
fn order(workload: &Workload, arrivals: &[Option<Arrival>], changes: &mut [ChangeAt]) {
    let when = |place: ChangeAt| {
        let arrival = arrivals.get(place as usize).copied().flatten();
        let change = workload.changes.get(place as usize);
        let merged = change.and_then(|change| change.merged);
        (arrival.map(|arrival| arrival.at), merged)
    };
    let id = |place: ChangeAt| {
        let change = workload.changes.get(place as usize);
        change.map(|change| workload.text(change.id))
    };
    changes.sort_by(|one, two| {
        let by_time = when(*one).cmp(&when(*two));
        by_time.then_with(|| id(*one).cmp(&id(*two)))
    });
}

/// The last row of each repository: a retry replaces a failure.
fn deciding<'a>(rows: &'a [Row], attempt: &Attempt) -> Vec<&'a Row> {
    let mut last: Vec<&Row> = Vec::new();
    for row in attempt.rows.iter().rev() {
        if let Some(row) = rows.get(*row as usize)
            && !last.iter().any(|other| other.repository == row.repository)
        {
            last.push(row);
        }
    }
    last
}

fn outcome(workload: &Workload, deciding: &[&Row]) -> AttemptOutcome {
    let record = |row: &&&Row| -> Option<&Record> { workload.records.get(row.record as usize) };
    let failed = deciding
        .iter()
        .filter_map(|row| record(&row))
        .any(|record| record.outcome == Some(Outcome::Failure));
    if failed {
        AttemptOutcome::Failed
    } else if deciding.iter().all(|row| row.success) {
        AttemptOutcome::Succeeded
    } else {
        AttemptOutcome::Other
    }
}

fn kind(deciding: &[&Row]) -> Kind {
    let all = |kind| deciding.iter().all(|row| row.kind == kind);
    let any = |kind| deciding.iter().any(|row| row.kind == kind);
    if all(RowKind::First) {
        Kind::First
    } else if all(RowKind::Redeploy) {
        Kind::Redeploy
    } else if any(RowKind::Rollback) && !any(RowKind::Change) && !any(RowKind::First) {
        Kind::Rollback
    } else {
        Kind::Change
    }
}
