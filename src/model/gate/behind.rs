//! What comes after an open gate: the candidate that makes it pointless to decide, and what stands still behind it.

use super::super::delivery::Delivery;
use super::super::entity::{CommitAt, Gate, Run};
use super::super::environment::{short, version};
use super::super::state::{Lives, carried};
use super::super::{Workload, step};
use crate::event::kind::Decision;

/// What cannot move before the gate is decided: changes merged after the newest that it holds, and runs that queue.
pub(super) fn held_back(lives: &Lives<'_>, gate: &Gate, held: &[String]) -> usize {
    let workload = lives.workload;
    let is_held = |id| held.iter().any(|held| held == workload.text(id));
    let all = workload.changes.iter();
    let newest = all
        .filter(|change| is_held(change.id))
        .filter_map(|change| change.merged)
        .max();
    let since = newest.map_or(gate.opened, |newest| newest.min(gate.opened));
    let changes = (0..)
        .zip(&workload.changes)
        .filter(|(place, _)| lives.in_flight(*place))
        .filter(|(_, change)| change.merged.is_some_and(|merged| merged >= since))
        .filter(|(_, change)| !is_held(change.id))
        .count();
    changes + parked(lives, gate)
}

/// The runs that queue behind it.
pub(super) fn parked(lives: &Lives<'_>, gate: &Gate) -> usize {
    let runs = lives.workload.runs.iter();
    let runs = runs
        .filter(|run| run.started.is_none() && run.finished.is_none())
        .filter(|run| run.queued.is_some_and(|queued| queued >= gate.opened))
        .filter(|run| is_behind(lives, gate, run));
    runs.count()
}

/// Whether a run may wait for a gate: it fills that step or one that needs it, or nobody knows which.
fn is_behind(lives: &Lives<'_>, gate: &Gate, run: &Run) -> bool {
    let workload = lives.workload;
    let both = step::of_gate(workload, gate).zip(step::of_run(workload, run));
    both.is_none_or(|(gate, run)| gate == run || lives.needed(run).contains(&gate))
}

/// A newer version that is live beyond the gate, else a newer candidate at the same gate that was not turned down.
pub(super) fn superseded_by(
    lives: &Lives<'_>,
    gate: &Gate,
    delivery: Option<&Delivery>,
) -> Option<String> {
    passed(lives.workload, gate, delivery?).or_else(|| waiting(lives, gate, delivery))
}

/// What went live with the gate's commit in it and more.
fn passed(workload: &Workload, gate: &Gate, delivery: &Delivery) -> Option<String> {
    let commit = gate.commit?;
    let row = delivery.row(delivery.live(commit)?)?;
    let record = workload.records.get(row.record as usize)?;
    let other = record.commit.filter(|other| *other != commit)?;
    version(workload, record).or_else(|| sha(workload, other))
}

fn waiting(lives: &Lives<'_>, gate: &Gate, delivery: Option<&Delivery>) -> Option<String> {
    let workload = lives.workload;
    let place = step::of_gate(workload, gate);
    let mut others: Vec<&Gate> = workload
        .gates
        .iter()
        .filter(|other| is_other(gate, other))
        .filter(|other| {
            let approved = other.decision == Some(Decision::Approved);
            other.closed.is_none() || approved && other.opened > gate.opened
        })
        .filter(|other| other.environment == gate.environment)
        .filter(|other| step::of_gate(workload, other) == place)
        .collect();
    others.sort_by_key(|other| std::cmp::Reverse(other.opened));
    let carries = |one, other| carries(lives, one, other, delivery);
    let newer = others.into_iter().find(|other| {
        !carries(gate, other) && (other.opened > gate.opened || carries(other, gate))
    })?;
    let name = newer.version.map(|name| workload.text(name).to_owned());
    let name = name.or_else(|| sha(workload, newer.commit?));
    Some(name.unwrap_or_else(|| workload.text(newer.id).to_owned()))
}

/// Whether two gates are about two things.
fn is_other(one: &Gate, other: &Gate) -> bool {
    if one.commit.is_some() || other.commit.is_some() {
        return one.commit != other.commit;
    }
    let names = [(one.artifact, other.artifact), (one.version, other.version)];
    let told = names.into_iter().find_map(|(one, other)| one.zip(other));
    told.is_some_and(|(one, other)| one != other)
}

/// Whether what a gate holds has in it what another does, and more: it is newer then, however early somebody asked for it.
fn carries(lives: &Lives<'_>, gate: &Gate, other: &Gate, delivery: Option<&Delivery>) -> bool {
    let change = |at: CommitAt| lives.workload.commits.get(at as usize)?.change;
    let Some((commit, other)) = gate.commit.zip(other.commit.and_then(change)) else {
        return false;
    };
    change(commit) != Some(other)
        && carried(lives.workload, commit, gate.opened, delivery).contains(&other)
}

fn sha(workload: &Workload, commit: CommitAt) -> Option<String> {
    let commit = workload.commits.get(commit as usize)?;
    Some(short(workload.text(commit.sha)).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::RunKind;
    use crate::model::definition::{Rules, StepKind};
    use crate::model::gate::open;
    use crate::model::sample::{Sample, at};

    /// m1 is live; m2 at 10:00 and m3 at 10:30 on 3 March wait for it.
    fn sample() -> Sample {
        let mut s = Sample::new("shop");
        s.path(&[
            ("code", StepKind::Code, None),
            ("cab", StepKind::Gate, None),
            ("production", StepKind::Deploy, Some("production")),
        ]);
        for (sha, time, parents) in [
            ("m1", "03-02 10:00", &[][..]),
            ("m2", "03-03 10:00", &["m1"]),
            ("m3", "03-03 10:30", &["m2"]),
        ] {
            s.commit("r", sha, time, parents).direct(sha, "r");
            let place = s.sha(sha) as usize;
            let change = u32::try_from(s.workload().changes.len() - 1).unwrap();
            s.workload().commits[place].change = Some(change);
            s.last_change().merged = Some(at(time));
        }
        s.deploy("d1", "r", "m1", "03-02 12:00");
        s
    }

    fn gate(s: &mut Sample, id: &str, sha: &str, time: &str) {
        let (source, id) = (s.name("servicenow"), s.name(id));
        let mut gate = Gate::asked(source, id, at(time));
        if sha.starts_with('m') {
            gate.commit = Some(s.sha(sha));
        } else {
            gate.version = Some(s.name(sha));
        }
        s.workload().gates.push(gate);
    }

    fn decided(s: &mut Sample, time: &str, decision: Decision) {
        let gate = s.workload().gates.last_mut().unwrap();
        (gate.closed, gate.decision) = (Some(at(time)), Some(decision));
    }

    /// For each open gate what supersedes it and how much it holds back.
    fn told(s: Sample) -> Vec<(String, Option<String>, usize)> {
        let workload = s.done();
        let rules = Rules::default();
        let gates = open(&Lives::new(&workload, &rules, None));
        let gates = gates.into_iter();
        gates
            .map(|gate| (gate.gate, gate.superseded_by, gate.holds_back))
            .collect()
    }

    fn line(gate: &str, by: Option<&str>, holds: usize) -> (String, Option<String>, usize) {
        (gate.to_owned(), by.map(str::to_owned), holds)
    }

    #[test]
    fn a_newer_candidate_at_the_same_gate_supersedes_unless_it_was_turned_down() {
        // m3 was merged before anybody was asked about m2, and stands behind it all the same.
        let mut s = sample();
        gate(&mut s, "old", "m2", "03-03 11:00");
        gate(&mut s, "new", "m3", "03-03 12:00");
        let open = [line("old", Some("m3"), 1), line("new", None, 0)];
        assert_eq!(told(s), open);
        for (decision, by) in [(Decision::Approved, Some("m3")), (Decision::Rejected, None)] {
            let mut s = sample();
            gate(&mut s, "old", "m2", "03-03 11:00");
            gate(&mut s, "new", "m3", "03-03 12:00");
            decided(&mut s, "03-03 13:00", decision);
            assert_eq!(told(s), [line("old", by, 1)]);
        }
    }

    #[test]
    fn what_is_older_supersedes_nothing_however_late_it_is_asked_for() {
        let mut s = sample();
        gate(&mut s, "new", "m3", "03-03 11:00");
        gate(&mut s, "old", "m2", "03-03 12:00");
        assert_eq!(told(s), [line("new", None, 0), line("old", Some("m3"), 1)]);
    }

    #[test]
    fn a_newer_version_that_is_live_supersedes_without_a_gate() {
        let mut s = sample();
        gate(&mut s, "old", "m2", "03-03 11:00");
        s.deploy("d2", "r", "m3", "03-03 12:00");
        let version = s.name("1.3");
        s.record().version = Some(version);
        assert_eq!(told(s), [line("old", Some("1.3"), 0)]);
        // Its own version being live makes it no older, and nothing to wait for.
        let mut s = sample();
        gate(&mut s, "old", "m2", "03-03 11:00");
        s.deploy("d2", "r", "m2", "03-03 12:00");
        assert!(told(s).is_empty());
    }

    #[test]
    fn gates_that_know_no_commit_are_told_apart_by_their_versions() {
        let mut s = sample();
        gate(&mut s, "old", "1.2", "03-03 11:00");
        gate(&mut s, "same", "1.2", "03-03 12:00");
        gate(&mut s, "new", "1.3", "03-03 13:00");
        let by: Vec<Option<String>> = told(s).into_iter().map(|(_, by, _)| by).collect();
        let newer = Some("1.3".to_owned());
        assert_eq!(by, [newer.clone(), newer, None]);
    }

    #[test]
    fn a_run_that_is_parked_behind_a_gate_is_held_back() {
        let mut s = sample();
        gate(&mut s, "old", "m3", "03-03 11:00");
        let run = Run {
            id: s.name("run"),
            kind: RunKind::Pipeline,
            source: s.name("ci"),
            name: None,
            url: None,
            step: None,
            commit: None,
            artifact: None,
            environment: None,
            branch: None,
            attempt: 1,
            queued: Some(at("03-03 11:30")),
            started: None,
            finished: None,
            outcome: None,
        };
        s.workload().runs.push(run.clone());
        let started = Some(at("03-03 11:40"));
        let running = Run {
            started,
            ..run.clone()
        };
        s.workload().runs.push(running);
        // Though what the gate holds went live meanwhile, it is in the way.
        s.deploy("d2", "r", "m3", "03-03 12:00");
        assert_eq!(told(s), [line("old", None, 1)]);
        // The tests of another request do not wait for it.
        let mut s = sample();
        s.path(&[
            ("code", StepKind::Code, None),
            ("test", StepKind::Test, None),
            ("cab", StepKind::Gate, None),
            ("production", StepKind::Deploy, Some("production")),
        ]);
        gate(&mut s, "old", "m3", "03-03 11:00");
        let (id, source) = (s.name("tests"), s.name("ci"));
        s.workload().runs.push(Run { id, source, ..run });
        let gate = s.name("cab");
        s.workload().gates[0].name = Some(gate);
        assert_eq!(told(s), [line("old", None, 0)]);
    }
}
