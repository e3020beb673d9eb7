//! Incidents followed by hand: rolled back, fixed ahead, fixed by whatever came next, and not fixed at all.

use globset::{Glob, GlobSetBuilder};
use proptest::prelude::*;

use super::*;
use crate::model::Workload;
use crate::model::definition::Rules;
use crate::model::sample::{Sample, at};
use crate::model::state::Lives;
use crate::model::window::Window;

fn rules() -> Rules {
    let mut names = GlobSetBuilder::new();
    names.add(Glob::new("hotfix/*").unwrap());
    Rules {
        unplanned_names: names.build().unwrap(),
        ..Rules::default()
    }
}

/// d2 ships m2 at 10:00 on the 4th; an incident opens at 11:00.
fn sample(resolved: Option<&str>) -> Sample {
    let mut s = Sample::new("shop");
    s.commit("r", "m1", "03-01 10:00", &[])
        .commit("r", "c2", "03-04 08:00", &["m1"])
        .commit("r", "m2", "03-04 09:00", &["m1"]);
    s.request("pr2", "r", &["c2"]).opened("03-04 08:30");
    s.merged("m2", "03-04 09:00");
    s.deploy("d1", "r", "m1", "03-03 10:00");
    s.deploy("d2", "r", "m2", "03-04 10:00");
    s.incident("INC-1", "03-04 11:00", resolved);
    s
}

/// The fix, with its commit at 11:30, merged at 12:00 as m3.
fn fixed(s: &mut Sample, commit: &str) {
    s.commit("r", "c3", commit, &["m2"])
        .commit("r", "m3", "03-04 12:00", &["m2"]);
    s.request("pr3", "r", &["c3"]).opened("03-04 11:40");
    s.merged("m3", "03-04 12:00");
}

fn one(s: Sample) -> Repair {
    one_of(&s.done())
}

fn one_of(workload: &Workload) -> Repair {
    let rules = rules();
    let lives = Lives::new(workload, &rules, None);
    let mut all = repairs(&lives, at("03-01 00:00"));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// Lengths in minutes: detection, diagnosis, fix, rollout, confirmation.
fn minutes(repair: &Repair) -> [Option<i64>; 5] {
    let [diagnosis, fixing, rollout, confirmation] = repair.stages().map(|(_, stage)| stage);
    [&repair.detection, diagnosis, fixing, rollout, confirmation].map(|stage| {
        assert_eq!(stage.seconds.is_none(), stage.why.is_some());
        stage.seconds.map(|span| span.micros() / 60_000_000)
    })
}

#[test]
fn a_rollback_is_a_fix_without_work() {
    let mut s = sample(Some("03-04 13:00"));
    s.deploy("d3", "r", "m1", "03-04 12:30");
    s.record().started = Some(at("03-04 12:20"));
    let repair = one(s);
    let fix = repair.fix.as_ref().unwrap();
    assert_eq!(
        (fix.kind, fix.deployment.as_str()),
        (FixKind::Rollback, "d3")
    );
    assert!(!fix.inferred);
    let cause = repair.cause.as_ref().unwrap();
    assert_eq!((cause.deployment.as_str(), cause.inferred), ("d2", true));
    assert_eq!(cause.changes, ["pr2"]);
    assert_eq!(
        minutes(&repair),
        [Some(60), Some(80), None, Some(10), Some(30)]
    );
    assert_eq!(repair.total, Some(Span::from_seconds(7_200)));
}

#[test]
fn a_hotfix_is_diagnosed_written_and_rolled_out() {
    let mut s = sample(Some("03-04 13:00"));
    fixed(&mut s, "03-04 11:30");
    let branch = s.name("hotfix/oops");
    s.last_change().branch = Some(branch);
    s.deploy("d3", "r", "m3", "03-04 12:30");
    s.record().started = Some(at("03-04 12:10"));
    let repair = one(s);
    let fix = repair.fix.as_ref().unwrap();
    assert_eq!((fix.kind, fix.inferred), (FixKind::Hotfix, false));
    assert_eq!(
        (fix.sha.as_deref(), &fix.changes[..]),
        (Some("m3"), &["pr3".to_owned()][..])
    );
    assert_eq!(
        minutes(&repair),
        [Some(60), Some(30), Some(40), Some(20), Some(30)]
    );
}

#[test]
fn without_a_start_of_the_deployment_the_merge_ends_the_work() {
    let mut s = sample(Some("03-04 13:00"));
    fixed(&mut s, "03-04 11:30");
    s.deploy("d3", "r", "m3", "03-04 12:30");
    let repair = one(s);
    let fix = repair.fix.as_ref().unwrap();
    assert_eq!((fix.kind, fix.inferred), (FixKind::Change, true));
    assert_eq!(
        minutes(&repair),
        [Some(60), Some(30), Some(30), Some(30), Some(30)]
    );
}

#[test]
fn work_that_was_on_its_way_already_says_nothing_of_the_diagnosis() {
    let mut s = sample(Some("03-04 13:00"));
    fixed(&mut s, "03-04 10:50");
    s.deploy("d3", "r", "m3", "03-04 12:30");
    assert_eq!(
        minutes(&one(s)),
        [Some(60), None, Some(60), Some(30), Some(30)]
    );
}

#[test]
fn what_names_the_incident_is_the_fix_though_another_hotfix_came_first() {
    let mut s = sample(Some("03-04 15:00"));
    fixed(&mut s, "03-04 11:30");
    let branch = s.name("hotfix/other");
    s.last_change().branch = Some(branch);
    s.deploy("d3", "r", "m3", "03-04 12:30");
    s.commit("r", "m4", "03-04 13:00", &["m3"]);
    s.direct("m4", "r");
    let ticket = s.name("INC-1");
    s.last_change().tickets = [ticket].into();
    s.deploy("d4", "r", "m4", "03-04 14:00");
    let fix = one(s).fix.unwrap();
    assert_eq!((fix.deployment.as_str(), fix.kind), ("d4", FixKind::Hotfix));
}

#[test]
fn an_open_incident_shows_the_fix_on_its_way() {
    let mut s = sample(None);
    let repair = one(s);
    assert_eq!((repair.fix.is_none(), repair.total), (true, None));
    assert_eq!(repair.diagnosis.from, Some(at("03-04 11:00")));
    assert_eq!(repair.diagnosis.why.as_deref(), Some("no fix is known yet"));
    assert_eq!(repair.lasts, at("03-31 00:00") - at("03-04 11:00"));

    s = sample(None);
    fixed(&mut s, "03-04 11:30");
    let branch = s.name("hotfix/oops");
    s.last_change().branch = Some(branch);
    let repair = one(s);
    assert_eq!(repair.under_way, ["pr3"]);
    assert_eq!(minutes(&repair), [Some(60), Some(30), None, None, None]);
    assert_eq!(repair.fixing.from, Some(at("03-04 11:30")));

    s = sample(None);
    fixed(&mut s, "03-04 11:30");
    let branch = s.name("hotfix/oops");
    s.last_change().branch = Some(branch);
    s.deploy("d3", "r", "m3", "03-04 12:30");
    let repair = one(s);
    assert!(repair.fix.is_some() && repair.under_way.is_empty());
    assert_eq!(repair.confirmation.from, Some(at("03-04 12:30")));
}

#[test]
fn what_ended_by_itself_says_so() {
    let mut s = sample(Some("03-04 12:00"));
    fixed(&mut s, "03-04 11:30");
    s.deploy("d3", "r", "m3", "03-04 12:30");
    let repair = one(s);
    assert_eq!(repair.fix, None);
    assert_eq!(minutes(&repair), [Some(60), None, None, None, None]);
    assert_eq!(repair.total, Some(Span::from_seconds(3_600)));
}

#[test]
fn nothing_is_said_of_what_ended_before() {
    let workload = sample(Some("03-04 12:00")).done();
    let rules = rules();
    let lives = Lives::new(&workload, &rules, None);
    assert!(repairs(&lives, at("03-04 12:00")).is_empty());
    assert_eq!(repairs(&lives, at("03-04 11:59")).len(), 1);
}

#[test]
fn the_hotfix_lane_is_told_beside_the_usual_one() {
    let mut s = sample(None);
    fixed(&mut s, "03-04 11:30");
    let branch = s.name("hotfix/oops");
    s.last_change().branch = Some(branch);
    s.commit("r", "m4", "03-04 11:00", &["m3"]);
    s.direct("m4", "r");
    s.deploy("d3", "r", "m4", "03-04 12:30");
    let mut marked = s.done();
    let window = Window::of(
        at("03-31 00:00"),
        Span::from_seconds(30 * 86_400),
        chrono_tz::Tz::UTC,
    );
    let told = |workload: &Workload| {
        let rules = rules();
        let lanes = lanes(&Lives::new(workload, &rules, None), window);
        let p50 = |spread: Spread| spread.p50_seconds.map(|span| span.micros() / 60_000_000);
        [
            (lanes.hotfix.n, p50(lanes.hotfix)),
            (lanes.usual.n, p50(lanes.usual)),
        ]
    };
    // pr2 took 2 h, m4 an hour and a half; neither is unplanned, though m4 was deployed with the hotfix.
    assert_eq!(told(&marked), [(1, Some(60)), (2, Some(105))]);
    marked.changes[1].branch = None;
    assert_eq!(told(&marked)[0], (0, None));
    let d3 = marked.names.get("d3").unwrap();
    marked.marked_unplanned = vec![d3];
    assert_eq!(told(&marked), [(2, Some(75)), (1, Some(120))]);
}

proptest! {
    /// Whatever the times are: the stages follow one another within the incident, and where all boundaries are known they add up to the whole.
    #[test]
    fn the_stages_tile_the_time_to_restore(
        commit in 0i64..400, merge in 0i64..400, started in proptest::option::of(0i64..400),
        live in 0i64..400, resolved in proptest::option::of(0i64..400), back in any::<bool>(),
    ) {
        let minute = |minute: i64| at("03-04 10:00") + Span::from_seconds(minute * 60);
        let mut s = sample(None);
        s.last_incident().resolved = resolved.map(minute);
        fixed(&mut s, "03-04 11:30");
        let branch = s.name("hotfix/oops");
        let (c3, m3) = (s.sha("c3") as usize, s.sha("m3") as usize);
        s.last_change().branch = Some(branch);
        s.last_change().opened = None;
        s.last_change().merged = Some(minute(merge));
        s.workload().commits[c3].at = Some(minute(commit));
        s.workload().commits[m3].at = Some(minute(merge));
        s.deploy("d3", "r", if back { "m1" } else { "m3" }, "03-04 12:30");
        s.record().finished = Some(minute(live));
        s.record().started = started.map(minute);
        let workload = s.done();
        let rules = rules();
        let lives = Lives::new(&workload, &rules, None);
        for repair in repairs(&lives, at("03-01 00:00")) {
            let mut last = repair.opened;
            let mut sum = Span::ZERO;
            for (_, stage) in repair.stages() {
                for time in stage.from.into_iter().chain(stage.to) {
                    prop_assert!(time >= last, "{repair:?}");
                    last = time;
                }
                sum = sum + stage.seconds.unwrap_or(Span::ZERO);
            }
            if let Some(fix) = &repair.fix {
                prop_assert!(repair.resolved.is_none_or(|at| last <= at));
                prop_assert!(fix.at > repair.opened);
                let told = fix.kind != FixKind::Rollback || started.is_some();
                if let Some(total) = repair.total.filter(|_| told) {
                    prop_assert_eq!(sum, total, "{:?}", repair);
                }
            }
            let kept = serde_json::to_string(&repair).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Repair>(&kept).unwrap(), &repair);
        }
    }
}
