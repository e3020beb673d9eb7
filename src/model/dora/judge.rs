//! Which deployments count, which of them failed, which are rework, and how long a failure lasted.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::Rules;
use crate::model::delivery::{Attempt, AttemptOutcome, Delivery, Kind, RowKind};
use crate::model::entity::{Change, Incident};
use crate::model::incident::{Link, answered};
use crate::model::name::Name;

/// What a judgement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    Known,
    /// On an inferred link alone (`~`).
    Inferred,
}

/// The judgement on an attempt, at its place in `Delivery::attempts`.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// A deployment: it succeeded and changed a version, or an incident belongs to it.
    pub counted: bool,
    pub failed: Option<Basis>,
    pub rework: Option<Basis>,
    /// Places in `Workload::incidents`.
    pub incidents: Vec<u32>,
    /// One of them is linked by inference.
    pub inferred: bool,
    /// For a failed deployment: from when, and until when where it has ended.
    pub broken: Option<(Timestamp, Option<Timestamp>)>,
}

struct Judge<'a> {
    workload: &'a Workload,
    delivery: &'a Delivery,
    links: &'a [Link],
    rules: &'a Rules,
    verdicts: Vec<Verdict>,
    /// For each attempt, the one that rolled it back.
    undone_by: Vec<Option<usize>>,
    /// For each attempt, the first of its rows that an incident points at.
    went_live: Vec<Option<Timestamp>>,
}

/// Judges every attempt, whatever window is shown.
#[must_use]
pub fn judge(
    workload: &Workload,
    delivery: &Delivery,
    links: &[Link],
    rules: &Rules,
) -> Vec<Verdict> {
    let mut judge = Judge {
        workload,
        delivery,
        links,
        rules,
        verdicts: vec![Verdict::default(); delivery.attempts.len()],
        undone_by: vec![None; delivery.attempts.len()],
        went_live: vec![None; delivery.attempts.len()],
    };
    judge.attach();
    judge.undo();
    judge.fail();
    judge.rework();
    judge.recover();
    judge.verdicts
}

impl Judge<'_> {
    fn attach(&mut self) {
        for link in self.links {
            let attempt = link.attempt.map(|attempt| attempt as usize);
            if let Some(verdict) = attempt.and_then(|attempt| self.verdicts.get_mut(attempt)) {
                verdict.incidents.push(link.incident);
                verdict.inferred |= link.inferred;
            }
            let row = link.row.and_then(|row| self.delivery.row(row));
            if let Some((row, attempt)) = row.zip(attempt)
                && let Some(first) = self.went_live.get_mut(attempt)
            {
                *first = Some(first.map_or(row.at, |at| at.min(row.at)));
            }
        }
        for (verdict, attempt) in self.verdicts.iter_mut().zip(&self.delivery.attempts) {
            verdict.counted = attempt.outcome == AttemptOutcome::Succeeded
                && (attempt.kind != Kind::Redeploy || !verdict.incidents.is_empty());
        }
    }

    fn counted(&self, attempt: u32) -> bool {
        let verdict = self.verdicts.get(attempt as usize);
        verdict.is_some_and(|verdict| verdict.counted)
    }

    /// A rollback undoes the deployment that was live: its baseline's, or the one that a redeploy in between repeated.
    fn undo(&mut self) {
        for (by, attempt) in self.delivery.attempts.iter().enumerate() {
            let counts = self.verdicts.get(by).is_some_and(|verdict| verdict.counted);
            if attempt.kind != Kind::Rollback || !counts {
                continue;
            }
            for row in &attempt.rows {
                let back = self.delivery.row(*row);
                let Some(back) = back.filter(|row| row.kind == RowKind::Rollback) else {
                    continue;
                };
                let undone = self.live_version(back.baseline);
                let undone = undone.and_then(|undone| self.undone_by.get_mut(undone as usize));
                if let Some(undone) = undone {
                    undone.get_or_insert(by);
                }
            }
        }
    }

    fn live_version(&self, mut row: Option<u32>) -> Option<u32> {
        // A baseline always lies before its row, so this ends.
        while let Some(here) = row.and_then(|row| self.delivery.row(row)) {
            if self.counted(here.attempt) {
                return Some(here.attempt);
            }
            if here.kind != RowKind::Redeploy {
                return None;
            }
            row = here.baseline.filter(|baseline| Some(*baseline) < row);
        }
        None
    }

    fn fail(&mut self) {
        let marked: FxHashSet<Name> = self.workload.marked_failed.iter().copied().collect();
        let explicit: FxHashSet<u32> = self
            .links
            .iter()
            .filter(|link| !link.inferred)
            .filter_map(|link| link.attempt)
            .collect();
        let all = self.verdicts.iter_mut().zip(&self.delivery.attempts);
        for (place, ((verdict, attempt), undone)) in (0u32..).zip(all.zip(&self.undone_by)) {
            if !verdict.counted {
                continue;
            }
            verdict.failed = if explicit.contains(&place)
                || undone.is_some()
                || marked.contains(&attempt.deployment)
            {
                Some(Basis::Known)
            } else {
                (!verdict.incidents.is_empty()).then_some(Basis::Inferred)
            };
        }
    }

    fn rework(&mut self) {
        let marked: FxHashSet<Name> = self.workload.marked_unplanned.iter().copied().collect();
        let incidents: FxHashSet<Name> = self.workload.incidents.iter().map(|i| i.id).collect();
        for place in 0..self.verdicts.len() {
            let Some(attempt) = self.delivery.attempts.get(place) else {
                continue;
            };
            let unplanned = attempt.kind == Kind::Rollback
                || marked.contains(&attempt.deployment)
                || self.says_unplanned(attempt, &incidents);
            if let Some(verdict) = self.verdicts.get_mut(place)
                && verdict.counted
                && unplanned
            {
                verdict.rework = Some(Basis::Known);
            }
        }
        let last: Vec<usize> = self.links.iter().filter_map(|l| self.answer(l)).collect();
        for place in last {
            if let Some(verdict) = self.verdicts.get_mut(place) {
                verdict.rework.get_or_insert(Basis::Inferred);
            }
        }
    }

    fn says_unplanned(&self, attempt: &Attempt, incidents: &FxHashSet<Name>) -> bool {
        let rows = attempt
            .rows
            .iter()
            .filter_map(|row| self.delivery.row(*row));
        let mut records = rows.filter_map(|row| self.workload.records.get(row.record as usize));
        let mut changes = attempt
            .changes
            .iter()
            .filter_map(|at| self.workload.changes.get(*at as usize));
        records.any(|record| record.unplanned || says(self.workload, self.rules, record.pipeline))
            || changes.any(|change| unplanned(self.workload, self.rules, incidents, change))
    }

    fn answer(&self, link: &Link) -> Option<usize> {
        let incident = self.incident(link.incident)?;
        answer(self.delivery, &self.verdicts, link, incident)
    }

    fn incident(&self, place: u32) -> Option<&Incident> {
        self.workload.incidents.get(place as usize)
    }

    fn recover(&mut self) {
        let mut next_rework = None;
        for (place, attempt) in self.delivery.attempts.iter().enumerate().rev() {
            let Some(verdict) = self.verdicts.get(place) else {
                continue;
            };
            let broken = verdict.failed.map(|_| {
                let undone = self.undone_by.get(place).copied().flatten();
                let undone = undone.and_then(|by| Some(self.delivery.attempts.get(by)?.at));
                let fixed = undone.into_iter().chain(next_rework).min();
                let start = self.went_live.get(place).copied().flatten();
                let start = start.unwrap_or(attempt.at);
                let end = if verdict.incidents.is_empty() {
                    fixed
                } else {
                    self.ended(verdict)
                };
                (start, end)
            });
            if verdict.rework.is_some() {
                next_rework = Some(attempt.at);
            }
            if let Some(verdict) = self.verdicts.get_mut(place) {
                verdict.broken = broken;
            }
        }
    }

    /// The end of the last linked incident; none while one lasts.
    fn ended(&self, verdict: &Verdict) -> Option<Timestamp> {
        let all = verdict.incidents.iter();
        let ends = all.filter_map(|place| Some(self.incident(*place)?.resolved));
        ends.reduce(|one, other| Some(one?.max(other?))).flatten()
    }
}

/// The deployment that finished last while a linked incident lasted. Which one is last cannot be told before the incident has ended.
#[must_use]
pub fn answer(
    delivery: &Delivery,
    verdicts: &[Verdict],
    link: &Link,
    incident: &Incident,
) -> Option<usize> {
    let cause = link.attempt? as usize;
    let (opened, resolved) = (incident.opened?, incident.resolved?);
    let attempts = &delivery.attempts;
    let end = attempts.partition_point(|a| a.at <= resolved);
    let start = attempts.partition_point(|a| a.at <= opened);
    (start..end)
        .rev()
        .find(|place| *place != cause && verdicts.get(*place).is_some_and(|v| v.counted))
}

/// A change says itself that it was not planned: by its branch, a label, or an incident that it answers.
pub(in crate::model) fn unplanned(
    workload: &Workload,
    rules: &Rules,
    incidents: &FxHashSet<Name>,
    change: &Change,
) -> bool {
    let mut labels = change.labels.iter().map(|label| workload.text(*label));
    says(workload, rules, change.branch)
        || labels.any(|label| rules.unplanned_labels.iter().any(|other| other == label))
        || !incidents.is_empty() && answered(workload, change).any(|name| incidents.contains(&name))
}

fn says(workload: &Workload, rules: &Rules, name: Option<Name>) -> bool {
    name.is_some_and(|name| rules.unplanned_names.is_match(workload.text(name)))
}
