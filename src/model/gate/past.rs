//! What went past a gate that nobody decided: its tool still asks, and nothing waits for the answer any more.

use super::super::delivery::Delivery;
use super::super::entity::{Change, ChangeAt, Gate, Record};
use super::super::environment::version;
use super::super::state::{self, Lives};
use super::super::{Workload, step};
use super::{OpenGate, behind};

/// What arrived where a gate lets to: the environment that it names, else the first beyond it; production where no step tells.
pub(super) fn next<'l>(lives: &'l Lives<'_>, gate: &Gate) -> &'l Delivery {
    let workload = lives.workload;
    let named = gate.environment.map(|name| workload.text(name));
    let mut deliveries = lives.deliveries.iter();
    let named = named.and_then(|name| deliveries.find(|one| one.environment == name));
    let first = || state::beyond(workload, &lives.deliveries, step::of_gate(workload, gate)?);
    named.or_else(first).unwrap_or_else(|| lives.production())
}

/// The same, and what arrived in each environment that needs that one first. Of an environment that is not on the path no other tells anything.
fn beyond<'l>(lives: &'l Lives<'_>, gate: &Gate) -> Vec<&'l Delivery> {
    let next = next(lives, gate);
    let named = gate.environment.map(|name| lives.workload.text(name));
    if named.is_some_and(|name| name != next.environment) {
        return Vec::new();
    }
    let place = step::of_environment(lives.workload, &next.environment);
    let needs = |delivery: &&Delivery| {
        let later = step::of_environment(lives.workload, &delivery.environment);
        let both = later.zip(place);
        both.is_some_and(|(later, place)| lives.needed(later).contains(&place))
    };
    let later = lives.deliveries.iter().filter(needs);
    std::iter::once(next).chain(later).collect()
}

/// The changes that wait at a gate: those that it names, and those that its commit carries and the environment has not; but not what went past it since.
pub(super) fn changes(lives: &Lives<'_>, gate: &Gate) -> Vec<String> {
    let workload = lives.workload;
    let next = next(lives, gate);
    let carried = |commit| state::carried(workload, commit, gate.opened, Some(next));
    let carried = gate.commit.map(carried).unwrap_or_default();
    let beyond = beyond(lives, gate);
    let went_past = |place: ChangeAt| {
        let mut there = beyond.iter().filter_map(|delivery| {
            let arrival = delivery.holds(place)?;
            let again = delivery.brought_again(place);
            Some(again.map_or(arrival.at, |row| row.at))
        });
        there.any(|since| since >= gate.opened)
    };
    let all = (0..).zip(&workload.changes);
    let is_named = |change: &Change| gate.changes.contains(&change.id);
    let (mut gone, mut others) = (Vec::new(), Vec::new());
    for (place, change) in all.filter(|(place, one)| is_named(one) || carried.contains(place)) {
        match (went_past(place), is_named(change)) {
            (true, _) => gone.push(change.id),
            (false, true) => {}
            (false, false) => others.push((change.merged, place, change.id)),
        }
    }
    others.sort_unstable();
    let named = gate.changes.iter().filter(|id| !gone.contains(id));
    let all = named
        .copied()
        .chain(others.into_iter().map(|(_, _, id)| id));
    all.map(|name| workload.text(name).to_owned()).collect()
}

/// Whether what a gate holds was deployed beyond it since it was opened: all changes that wait there are live, and no run is parked behind it.
pub(super) fn is_past(lives: &Lives<'_>, gate: &Gate, open: &OpenGate) -> bool {
    open.changes.is_empty() && behind::parked(lives, gate) == 0 && is_deployed(lives, gate)
}

/// Of a gate that names changes alone, whose changes are no more among those that wait, they are the thing.
fn is_deployed(lives: &Lives<'_>, gate: &Gate) -> bool {
    let workload = lives.workload;
    if gate.commit.is_none() && gate.artifact.is_none() && gate.version.is_none() {
        return !gate.changes.is_empty();
    }
    let rows = beyond(lives, gate).into_iter().flat_map(|one| &one.rows);
    let mut since = rows.filter(|row| row.success && row.at >= gate.opened);
    since.any(|row| {
        let record = workload.records.get(row.record as usize);
        record.is_some_and(|record| is_of(workload, gate, record))
    })
}

/// Whether a deployment is of the very thing that a gate is about, by the strongest name that both have.
fn is_of(workload: &Workload, gate: &Gate, record: &Record) -> bool {
    let by_version = || {
        let wanted = workload.text(gate.version?);
        Some(version(workload, record)? == wanted)
    };
    let by_artifact = || Some(gate.artifact? == record.artifact?);
    let by_commit = gate.commit.zip(record.commit);
    by_commit
        .map(|(one, two)| one == two)
        .or_else(by_artifact)
        .or_else(by_version)
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::definition::{Rules, StepKind};
    use crate::model::gate::{open, undecided};
    use crate::model::sample::{Sample, at};

    /// m1 is in staging, and asked for at the gate at 12:00.
    fn asked() -> Sample {
        let mut s = Sample::new("shop");
        s.path(&[
            ("code", StepKind::Code, None),
            ("staging", StepKind::Deploy, Some("staging")),
            ("cab", StepKind::Gate, None),
            ("production", StepKind::Deploy, Some("production")),
        ]);
        s.commit("r", "m0", "03-02 10:00", &[]);
        for (number, sha, before) in [(1, "m1", "m0"), (2, "m2", "m1")] {
            let time = format!("03-03 1{}:00", number - 1);
            s.commit("r", sha, &time, &[before]);
            s.request(&format!("#{number}"), "r", &[]).opened(&time);
            s.merged(sha, &time);
            let place = s.sha(sha) as usize;
            s.workload().commits[place].change = Some(number - 1);
        }
        s.deploy("p0", "r", "m0", "03-02 12:00");
        for (sha, time) in [("m0", "03-02 11:00"), ("m1", "03-03 11:30")] {
            deploy(&mut s, "staging", sha, time);
        }
        gate(&mut s, "m1");
        s
    }

    fn deploy(s: &mut Sample, environment: &str, sha: &str, time: &str) {
        let environment = s.name(environment);
        s.deploy(&format!("{sha}/{time}"), "r", sha, time);
        s.record().environment = Some(environment);
    }

    fn gate(s: &mut Sample, sha: &str) {
        let (source, id, name) = (s.name("board"), s.name(sha), s.name("cab"));
        let mut gate = Gate::asked(source, id, at("03-03 12:00"));
        gate.name = Some(name);
        gate.commit = Some(s.sha(sha));
        s.workload().gates.push(gate);
    }

    /// Each open gate with the changes that wait there, and how many are undecided.
    fn told(s: Sample) -> (Vec<(String, Vec<String>)>, usize) {
        let workload = s.done();
        let rules = Rules::default();
        let lives = Lives::new(&workload, &rules, None);
        let open = open(&lives).into_iter();
        let open = open.map(|gate| (gate.gate, gate.changes)).collect();
        (open, undecided(&lives).len())
    }

    fn line(gate: &str, changes: &[&str]) -> (String, Vec<String>) {
        let changes = changes.iter().map(|change| (*change).to_owned());
        (gate.to_owned(), changes.collect())
    }

    #[test]
    fn a_gate_is_open_no_more_once_what_it_holds_is_live_beyond_it() {
        assert_eq!(told(asked()), (vec![line("m1", &["#1"])], 1));
        let mut s = asked();
        deploy(&mut s, "production", "m1", "03-03 13:00");
        assert_eq!(told(s), (Vec::new(), 1), "and can be decided all the same");
        // By the changes alone that it names.
        let named = |live: bool| {
            let mut s = asked();
            let id = s.name("#1");
            let gate = &mut s.workload().gates[0];
            (gate.commit, gate.changes) = (None, vec![id]);
            if live {
                deploy(&mut s, "production", "m1", "03-03 13:00");
            }
            told(s).0
        };
        assert_eq!(named(false), [line("m1", &["#1"])]);
        assert!(named(true).is_empty());
        // By its version alone.
        let mut s = asked();
        deploy(&mut s, "production", "m1", "03-03 13:00");
        let version = Some(s.name("1.1"));
        s.record().version = version;
        let gate = &mut s.workload().gates[0];
        (gate.commit, gate.version) = (None, version);
        assert!(told(s).0.is_empty());
    }

    #[test]
    fn what_is_live_waits_at_no_gate_and_what_is_not_still_does() {
        let mut s = asked();
        gate(&mut s, "m2");
        deploy(&mut s, "production", "m1", "03-03 13:00");
        assert_eq!(told(s), (vec![line("m2", &["#2"])], 2));
        // A newer version went past: it holds nothing, and who approves it now goes back.
        let mut s = asked();
        deploy(&mut s, "production", "m2", "03-03 13:00");
        assert_eq!(told(s).0, [line("m1", &[])]);
        // A rollback took it out again, and it waits again.
        let mut s = asked();
        deploy(&mut s, "production", "m1", "03-03 13:00");
        deploy(&mut s, "production", "m0", "03-03 14:00");
        assert_eq!(told(s).0, [line("m1", &["#1"])]);
    }

    #[test]
    fn what_is_live_elsewhere_is_not_in_an_environment_off_the_path() {
        let mut s = asked();
        let elsewhere = s.name("production-us");
        s.workload().gates[0].environment = Some(elsewhere);
        deploy(&mut s, "production", "m1", "03-03 13:00");
        assert_eq!(told(s).0, [line("m1", &["#1"])]);
    }

    #[test]
    fn what_was_live_before_and_is_asked_for_again_is_open() {
        let mut s = asked();
        deploy(&mut s, "production", "m1", "03-03 11:45");
        deploy(&mut s, "production", "m2", "03-03 11:50");
        assert_eq!(told(s).0, [line("m1", &[])]);
    }

    #[test]
    fn an_environment_that_does_not_need_a_gate_is_not_beyond_it() {
        let arrived = |environment: &str| {
            let mut s = asked();
            s.path(&[
                ("code", StepKind::Code, None),
                ("staging", StepKind::Deploy, Some("staging")),
                ("cab", StepKind::Gate, None),
                ("perf", StepKind::Deploy, Some("perf")),
                ("production", StepKind::Deploy, Some("production")),
            ]);
            let steps = &mut s.workload().path.steps;
            (steps[3].needs, steps[4].needs) = (vec![1], vec![2, 3]);
            for (sha, time) in [("m0", "03-02 11:30"), ("m1", "03-03 11:45")] {
                deploy(&mut s, environment, sha, time);
            }
            told(s).0
        };
        assert_eq!(arrived("perf"), [line("m1", &["#1"])]);
        assert_eq!(arrived("production"), [line("m1", &[])]);
    }
}
