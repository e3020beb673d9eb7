//! What shows that a change was at a step: runs, scans and gates on its commits or on the commit that carried it, records of deployments.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Lives;
use super::lost::{Attempts, Followed};
use crate::event::kind::{Decision, Outcome};
use crate::event::time::Timestamp;
use crate::model::definition::{Step, StepKind, needed};
use crate::model::delivery::{Arrival, Delivery};
use crate::model::entity::{Change, ChangeAt, CommitAt};
use crate::model::evidence::{fills, refuses};
use crate::model::name::Name;
use crate::model::step;
use crate::model::{OWN, Workload};

/// One time that a change was at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Asked for: queued, opened.
    pub asked: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    /// It ended, and handed the change on.
    pub passed: bool,
    /// It ended, and sent the change back. What was stopped or let lapse did neither.
    pub failed: bool,
    /// The commit that was there: which candidate it was.
    pub commit: Option<CommitAt>,
    /// What was done there: the name of the run or the gate, the scanner. Where it has no name, it is like no other.
    pub what: Option<Name>,
    /// A gate: time in it is waiting for a decision, not work.
    pub gate: bool,
}

impl Visit {
    /// What is told of as one instant.
    fn instant(at: Timestamp, commit: Option<CommitAt>, passed: bool, what: Option<Name>) -> Self {
        Self {
            asked: None,
            started: Some(at),
            finished: Some(at),
            passed,
            failed: !passed,
            commit,
            what,
            gate: false,
        }
    }

    /// When it began, by what is known.
    #[must_use]
    pub fn begin(&self) -> Option<Timestamp> {
        let known = [self.asked, self.started, self.finished];
        known.into_iter().flatten().min()
    }

    /// When people turned it down, by an instant.
    pub(super) fn turned_down_by(&self, limit: Timestamp) -> Option<Timestamp> {
        let rejected = self.finished.filter(|_| self.gate && self.failed);
        rejected.filter(|at| *at <= limit)
    }

    /// Whether it does once more, from an instant on, what had passed already: a scan of every night holds up nobody who waits for something else.
    pub(super) fn is_repeated(&self, visits: &[Self], from: Timestamp) -> bool {
        let Some(begin) = self.begin().filter(|begin| *begin >= from) else {
            return false;
        };
        let mut passed = self.passed_in(visits);
        passed.any(|finished| finished < begin)
    }

    /// Whether the same passed at some time, in whatever attempt.
    pub(super) fn has_passed(&self, visits: &[Self]) -> bool {
        self.passed_in(visits).next().is_some()
    }

    fn passed_in(&self, visits: &[Self]) -> impl Iterator<Item = Timestamp> {
        let same = |other: &&Self| (other.commit, other.what) == (self.commit, self.what);
        let passed = visits.iter().filter(|other| other.passed).filter(same);
        passed.filter_map(|other| other.finished)
    }
}

/// What happened on each commit, and which changes an unfinished thing carries.
pub(super) struct Index {
    on: FxHashMap<CommitAt, Vec<(usize, Visit)>>,
    /// Steps that at least one event of the workload fills.
    pub filled: Vec<bool>,
    /// By change: gates that hold it and deployments under way or failed that carry it.
    carried: FxHashMap<ChangeAt, Vec<(usize, Visit)>>,
}

impl Index {
    pub(super) fn new(workload: &Workload, deliveries: &[Delivery]) -> Self {
        let mut index = Self {
            on: FxHashMap::default(),
            filled: vec![false; workload.path.steps.len()],
            carried: FxHashMap::default(),
        };
        let made_by: FxHashMap<Name, CommitAt> = workload
            .artifacts
            .iter()
            .filter_map(|artifact| Some((artifact.id, artifact.commit?)))
            .collect();
        index.machines(workload, &made_by);
        index.scans(workload, &made_by);
        index.gates(workload, deliveries);
        index.deployments(workload, deliveries);
        for (place, step) in workload.path.steps.iter().enumerate() {
            let always = matches!(step.kind, StepKind::Code | StepKind::Review);
            index.filled[place] |= always && !workload.changes.is_empty();
        }
        index
    }

    fn add(&mut self, commit: Option<CommitAt>, step: Option<usize>, visit: Visit) {
        let Some(step) = step else { return };
        self.filled[step] = true;
        if let Some(commit) = commit {
            self.on.entry(commit).or_default().push((step, visit));
        }
    }

    /// Runs, and what was built where no run tells of it.
    fn machines(&mut self, workload: &Workload, made_by: &FxHashMap<Name, CommitAt>) {
        let made = |artifact: Option<_>| made_by.get(&artifact?).copied();
        let attempts = Attempts::of(&workload.runs);
        for run in &workload.runs {
            // What was skipped was not there.
            if run.outcome == Some(Outcome::Skipped) {
                continue;
            }
            let passed =
                run.finished.is_some() && matches!(run.outcome, Some(Outcome::Success) | None);
            let visit = Visit {
                asked: run.queued,
                started: run.started,
                finished: run.finished.or_else(|| attempts.followed(run)),
                passed,
                failed: run.finished.is_some() && run.outcome == Some(Outcome::Failure),
                commit: run.commit.or_else(|| made(run.artifact)),
                what: run.name.or(Some(run.id)),
                gate: false,
            };
            let commit = visit.commit;
            self.add(commit, step::of_run(workload, run), visit);
        }
        let build = |source| {
            let mut steps = workload.path.steps.iter();
            let text = workload.text(source);
            steps.position(|step| step.kind == StepKind::Build && step::takes(step, text))
        };
        for artifact in &workload.artifacts {
            if let Some(at) = artifact.packaged.or(artifact.published) {
                let step = build(artifact.source);
                let visit = Visit::instant(at, artifact.commit, true, Some(artifact.id));
                self.add(artifact.commit, step, visit);
            }
        }
    }

    fn scans(&mut self, workload: &Workload, made_by: &FxHashMap<Name, CommitAt>) {
        let made = |artifact: Option<_>| made_by.get(&artifact?).copied();
        for scan in &workload.scans {
            if scan.outcome == Some(Outcome::Skipped) {
                continue;
            }
            let commit = scan.commit.or_else(|| made(scan.artifact));
            let mut steps = workload.path.steps.iter();
            let asks = |step: &Step| step.kind == StepKind::Scan && fills(workload, step, scan);
            let step = steps.position(asks);
            let of = step.and_then(|step| workload.path.steps.get(step));
            let passed = of.is_none_or(|step| !refuses(step, scan));
            let what = scan.tool.or(Some(scan.source));
            let visit = Visit::instant(scan.at, commit, passed, what);
            self.add(commit, step, visit);
        }
    }

    fn gates(&mut self, workload: &Workload, deliveries: &[Delivery]) {
        let by_id: FxHashMap<_, _> = (0..)
            .zip(&workload.changes)
            .map(|(place, change): (ChangeAt, &Change)| (change.id, place))
            .collect();
        for gate in &workload.gates {
            let Some(step) = step::of_gate(workload, gate) else {
                continue;
            };
            let visit = Visit {
                asked: Some(gate.opened),
                started: None,
                finished: gate.closed,
                passed: gate.closed.is_some()
                    && matches!(gate.decision, Some(Decision::Approved) | None),
                failed: gate.closed.is_some() && gate.decision == Some(Decision::Rejected),
                commit: gate.commit,
                what: gate.name.or(Some(gate.id)),
                gate: true,
            };
            // What was decided in leadtime does not make a tool of it: the next one waits for leadtime again.
            self.filled[step] |= workload.text(gate.source) != OWN;
            let mut held: FxHashSet<ChangeAt> = gate
                .changes
                .iter()
                .filter_map(|id| by_id.get(id).copied())
                .collect();
            if let Some(commit) = gate.commit {
                let beyond = beyond(workload, deliveries, step);
                held.extend(carried(workload, commit, gate.opened, beyond));
            }
            for change in held {
                self.carried.entry(change).or_default().push((step, visit));
            }
        }
    }

    /// Deployments that have not brought their changes to the environment (yet).
    fn deployments(&mut self, workload: &Workload, deliveries: &[Delivery]) {
        let followed = Followed::new(workload.records.iter());
        for record in &workload.records {
            let environment = record.environment.map(|name| workload.text(name));
            let Some(step) = environment.and_then(|name| step::of_environment(workload, name))
            else {
                continue;
            };
            self.filled[step] = true;
            if matches!(record.outcome, Some(Outcome::Success | Outcome::Skipped)) {
                continue;
            }
            let visit = Visit {
                asked: record.queued,
                started: record.started,
                finished: record.finished.or_else(|| followed.by(record)),
                passed: false,
                failed: record.outcome == Some(Outcome::Failure),
                commit: record.commit,
                what: None,
                gate: false,
            };
            let Some((commit, begin)) = record.commit.zip(visit.begin()) else {
                continue;
            };
            let delivery = deliveries
                .iter()
                .find(|delivery| Some(delivery.environment.as_str()) == environment);
            for change in carried(workload, commit, begin, delivery) {
                self.carried.entry(change).or_default().push((step, visit));
            }
        }
    }
}

/// What arrived in the first environment beyond a step of the path: the first that needs it, else the first after it.
pub(in crate::model) fn beyond<'d>(
    workload: &Workload,
    deliveries: &'d [Delivery],
    step: usize,
) -> Option<&'d Delivery> {
    let steps = &workload.path.steps;
    let mut after = (step..steps.len()).filter(|at| steps[*at].kind == StepKind::Deploy);
    let needs = |at: &usize| *at == step || needed(steps, *at).contains(&step);
    let next = after.clone().find(needs).or_else(|| after.next())?;
    deliveries
        .iter()
        .find(|delivery| Some(&delivery.environment) == steps[next].environment.as_ref())
}

/// A commit that nothing stops at (no deployment is known) is looked back from no further than this.
const MOST_CARRIED: usize = 2_000;

/// The changes that a commit carries and that had not arrived in the environment when it set out.
pub(in crate::model) fn carried(
    workload: &Workload,
    commit: CommitAt,
    when: Timestamp,
    to: Option<&Delivery>,
) -> FxHashSet<ChangeAt> {
    let arrived = |change: ChangeAt| {
        to.and_then(|delivery| delivery.arrivals.get(change as usize).copied().flatten())
            .is_some_and(|arrival| arrival.at < when)
    };
    let mut found = FxHashSet::default();
    let mut seen = FxHashSet::default();
    let mut open = vec![commit];
    while let Some(place) = open.pop() {
        if !seen.insert(place) {
            continue;
        }
        if seen.len() > MOST_CARRIED {
            break;
        }
        let Some(commit) = workload.commits.get(place as usize) else {
            continue;
        };
        if let Some(change) = commit.change {
            if arrived(change) {
                continue;
            }
            found.insert(change);
        }
        open.extend(workload.graph.parents(place));
    }
    found
}

impl Lives<'_> {
    /// Every visit of a change to every step of the path, each step's in order of their beginning.
    pub(super) fn visits(&self, place: ChangeAt, change: &Change) -> Vec<Vec<Visit>> {
        let workload = self.workload;
        let mut visits = vec![Vec::new(); workload.path.steps.len()];
        let mut commits = change.commits.to_vec();
        commits.extend(change.sha);
        commits.extend(change.head);
        for delivery in &self.deliveries {
            let arrival = delivery.arrivals.get(place as usize).copied().flatten();
            let Some(arrival) = arrival else { continue };
            let Some(visit) = self.arrived(delivery, arrival, &mut commits) else {
                continue;
            };
            if let Some(step) = step::of_environment(workload, &delivery.environment) {
                visits[step].push(visit);
            }
        }
        commits.sort_unstable();
        commits.dedup();
        let on = commits
            .iter()
            .filter_map(|commit| self.index.on.get(commit));
        let carried = self.index.carried.get(&place);
        for (step, visit) in on.chain(carried).flatten() {
            visits[*step].push(*visit);
        }
        for visits in &mut visits {
            visits.sort_by_key(|visit| (visit.begin(), visit.finished));
            visits.dedup();
        }
        visits
    }

    /// The visit that brought a change to an environment; the commit that carried it speaks for it from there on.
    fn arrived(
        &self,
        delivery: &Delivery,
        arrival: Arrival,
        commits: &mut Vec<CommitAt>,
    ) -> Option<Visit> {
        let row = delivery.rows.get(arrival.row as usize)?;
        let record = self.workload.records.get(row.record as usize)?;
        commits.extend(record.commit);
        Some(Visit {
            asked: record.queued,
            started: record.started,
            finished: Some(arrival.at),
            passed: true,
            failed: false,
            commit: record.commit,
            what: None,
            gate: false,
        })
    }

    /// The gate that turned a change down last: its step, and when.
    #[must_use]
    pub fn turned_down(&self, change: ChangeAt) -> Option<(usize, Timestamp)> {
        let carried = self.index.carried.get(&change)?.iter();
        let all = carried
            .filter_map(|(step, visit)| Some((*step, visit.turned_down_by(Timestamp::MAX)?)));
        all.max_by_key(|(_, at)| *at)
    }

    /// Whether any event of the workload fills a step.
    #[must_use]
    pub fn is_filled(&self, step: usize) -> bool {
        self.index.filled[step]
    }
}
