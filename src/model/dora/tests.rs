//! The timeline that the definitions are told by, with every figure worked by hand, and the edge cases of the figures.

use chrono_tz::Tz;
use globset::{Glob, GlobSetBuilder};
use proptest::prelude::*;

use super::*;
use crate::event::kind::Outcome;
use crate::model::Workload;
use crate::model::definition::Rules;
use crate::model::delivery::{Delivery, deliver};
use crate::model::entity::Review;
use crate::model::sample::{Sample, at};

const ALL: Wanted = Wanted {
    deployments: true,
    changes: true,
    incidents: true,
    levels: Some(2024),
};

fn window(from: &str, to: &str) -> Window {
    Window {
        from: at(from),
        to: at(to),
        timezone: Tz::UTC,
    }
}

fn four_weeks() -> Window {
    window("03-03 00:00", "03-31 00:00")
}

fn told(workload: &Workload, rules: &Rules, window: Window) -> Figures {
    let delivery = deliver(workload, "production");
    figures(
        workload.name(),
        &[(workload, &delivery)],
        rules,
        window,
        &ALL,
    )
}

fn march(sample: Sample) -> Figures {
    told(&sample.done(), &Rules::default(), four_weeks())
}

fn hours(span: Option<Span>) -> Option<f64> {
    span.map(|span| span.seconds() / 3600.0)
}

#[track_caller]
fn near(value: Option<f64>, wanted: f64) {
    let value = value.unwrap();
    assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
}

/// d0 to d8, pr1 to pr5, x1, m6, i1 to i3.
fn timeline() -> Sample {
    let mut s = Sample::new("shop");
    s.workload().known = Some((at("02-27 10:00"), at("03-30 23:30")));
    s.commit("r1", "a0", "02-27 10:00", &[])
        .commit("r2", "x0", "03-01 00:00", &[])
        .commit("r1", "m1", "03-04 10:00", &["a0"])
        .commit("r1", "m2", "03-10 10:00", &["m1"])
        .commit("r1", "m3", "03-10 12:00", &["m2"])
        .commit("r1", "m4", "03-11 10:00", &["m3"])
        .commit("r1", "m5", "03-27 10:00", &["m4"])
        .commit("r1", "m6", "03-30 22:30", &["m5"])
        .commit("r2", "x1", "03-28 08:00", &["x0"])
        .dated("c1", "03-03 09:00")
        .dated("c2", "03-10 08:00")
        .dated("c3", "03-10 11:00")
        .dated("c4", "03-11 09:00")
        .dated("c5", "03-20 10:00");
    for (sha, repository) in [("a0", "r1"), ("x0", "r2"), ("x1", "r2"), ("m6", "r1")] {
        s.direct(sha, repository);
    }
    s.request("pr1", "r1", &["c1"]).opened("03-03 12:00");
    s.review("bob", "03-03 16:00").merged("m1", "03-04 10:00");
    s.request("pr2", "r1", &["c2"]).opened("03-10 08:30");
    s.review("bob", "03-10 09:00").merged("m2", "03-10 10:00");
    s.request("pr3", "r1", &["c3"]).opened("03-10 11:30");
    s.merged("m3", "03-10 12:00");
    s.request("pr4", "r1", &["c4"]).opened("03-11 09:10");
    s.review("bob", "03-11 09:20").merged("m4", "03-11 10:00");
    s.request("pr5", "r1", &["c5"]).opened("03-21 10:00");
    s.review("bob", "03-24 10:00").merged("m5", "03-27 10:00");
    for (name, repository, sha, time) in [
        ("d0", "r1", "a0", "02-28 10:00"),
        ("d0", "r2", "x0", "02-28 10:00"),
        ("d1", "r1", "m1", "03-04 12:00"),
        ("d2", "r1", "m1", "03-05 09:00"),
        ("d3", "r1", "m3", "03-10 13:00"),
        ("d4", "r1", "m3", "03-10 14:00"),
        ("d5", "r1", "m1", "03-10 15:30"),
        ("d6", "r1", "m4", "03-11 11:00"),
        ("d7", "r1", "m5", "03-28 09:00"),
        ("d7", "r2", "x1", "03-28 09:20"),
        ("d8", "r1", "m6", "03-30 23:30"),
    ] {
        s.deploy(name, repository, sha, time);
        s.record().unplanned = name == "d6";
        if name == "d3" {
            s.outcome(Outcome::Failure);
        }
    }
    s.incident("i1", "03-10 15:00", Some("03-10 16:00"));
    s.incident("i2", "03-10 15:10", Some("03-10 15:40"));
    s.incident("i3", "03-26 08:00", Some("03-26 09:00"));
    s
}

#[test]
fn every_figure_of_the_timeline() {
    let told = march(timeline());
    assert_eq!(told.deployments, Some(6));
    near(told.deployments_per_week, 1.5);
    near(told.deployment_days_per_week_median, 1.5);
    let lead = told.change_lead_time;
    assert_eq!((lead.n, hours(lead.p50_seconds)), (7, Some(3.0)));
    assert_eq!(lead.p90_seconds, Some(Span::from_seconds(333_360)));
    assert!(!lead.inferred);
    let merge = told.merge_to_production;
    assert_eq!((merge.n, hours(merge.p50_seconds)), (5, Some(2.0)));
    let fail = told.change_fail_rate;
    assert_eq!((fail.n, fail.failed, fail.at_least), (6, Some(1), false));
    near(fail.rate, 1.0 / 6.0);
    let recovery = told.failed_deployment_recovery;
    assert_eq!((recovery.n, recovery.open), (1, 0));
    assert_eq!(recovery.p50_seconds, Some(Span::from_seconds(120 * 60)));
    let restore = told.time_to_restore;
    assert_eq!((restore.n, hours(restore.p50_seconds)), (3, Some(1.0)));
    let rework = told.deployment_rework_rate;
    assert_eq!((rework.n, rework.rework), (6, Some(2)));
    near(rework.rate, 2.0 / 6.0);
    let attempts = told.attempt_failure_rate;
    assert_eq!((attempts.n, attempts.failed), (8, Some(1)));
    near(attempts.rate, 0.125);
    let check = told.quick_check;
    let scores = (check.throughput, check.stability, check.overall);
    assert_eq!(scores, (Some(7.33), Some(7.5), Some(7.4)));
    let steps = (
        check.lead_time_step,
        check.frequency_step,
        check.recovery_step,
    );
    assert_eq!(steps, (Some(5), Some(4), Some(5)));
    assert_eq!(told.known_from, Some(at("03-03 00:00")));
    // d1 04 12:00, d4 10 14:00, d5 15:30, d6 11 11:00, d7 28 09:20, d8 30 23:30: the gaps are 146, 1.5, 19.5, 406 1/3 and 62 1/6 hours.
    assert_eq!(
        told.deployment_gap_p50_seconds,
        Some(Span::from_seconds(62 * 3600 + 600))
    );
    assert_eq!(
        told.notes,
        ["1 incident belongs to no deployment that is known"]
    );
    let levels = told.levels.unwrap();
    let named = (
        levels.lead_time,
        levels.frequency,
        levels.fail_rate,
        levels.recovery,
    );
    let wanted = (
        Some("elite"),
        Some("high"),
        Some("high"),
        Some("high or medium"),
    );
    assert_eq!(named, wanted);
}

#[test]
fn every_deployment_of_the_timeline() {
    let told = march(timeline());
    let lines: Vec<String> = told
        .deployment_list
        .unwrap()
        .iter()
        .map(|line| {
            let mut text = format!("{} {}", line.deployment, line.kind);
            for (yes, word) in [
                (line.failed, " failed"),
                (line.rework, " rework"),
                (line.inferred, " ~"),
            ] {
                text.push_str(if yes { word } else { "" });
            }
            format!(
                "{text} {} {}",
                line.incidents.join("+"),
                line.changes.join("+")
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "d1 change  pr1",
            "d2 redeploy  ",
            "d3 failed_attempt  ",
            "d4 change failed ~ i1+i2 pr2+pr3",
            "d5 rollback rework  ",
            "d6 change rework  pr4",
            "d7 change  pr5+x1",
            "d8 change  m6",
        ]
    );
    let belongs: Vec<_> = told
        .incident_list
        .unwrap()
        .into_iter()
        .map(|line| {
            (
                line.incident,
                line.deployment.unwrap_or_default(),
                line.inferred,
            )
        })
        .collect();
    let link = |one: &str, other: &str, inferred| (one.to_owned(), other.to_owned(), inferred);
    assert_eq!(
        belongs,
        [
            link("i1", "d4", true),
            link("i2", "d4", true),
            link("i3", "", false)
        ]
    );
}

#[test]
fn every_change_of_the_timeline() {
    let told = march(timeline());
    let lines: Vec<_> = told
        .change_list
        .unwrap()
        .into_iter()
        .map(|line| {
            let parts = [
                line.coding_seconds,
                line.pickup_seconds,
                line.review_seconds,
                line.deploy_seconds,
            ];
            let parts = parts.map(|part| part.map(|part| part.micros() / 1_000_000));
            (
                line.change,
                line.deployment,
                line.lead_seconds.micros() / 1_000_000,
                parts,
            )
        })
        .collect();
    let some = |parts: [i64; 4]| parts.map(Some);
    let line = |change: &str, deployment: &str, lead, parts| {
        (change.to_owned(), deployment.to_owned(), lead, parts)
    };
    let pr3 = [Some(1800), None, Some(1800), Some(7200)];
    assert_eq!(
        lines,
        [
            line("pr1", "d1", 97_200, some([10_800, 14_400, 64_800, 7_200])),
            line("pr2", "d4", 21_600, some([1_800, 1_800, 3_600, 14_400])),
            line("pr3", "d4", 10_800, pr3),
            line("pr4", "d6", 7_200, some([600, 600, 2_400, 3_600])),
            line(
                "pr5",
                "d7",
                687_600,
                some([86_400, 259_200, 259_200, 82_800])
            ),
            line("x1", "d7", 4_800, [None; 4]),
            line("m6", "d8", 3_600, [None; 4]),
        ]
    );
}

#[test]
fn the_timeline_in_berlin() {
    let window = Window {
        from: Timestamp::parse("2025-03-03T00:00:00+01:00").unwrap(),
        to: Timestamp::parse("2025-03-31T00:00:00+02:00").unwrap(),
        timezone: Tz::Europe__Berlin,
    };
    let told = told(&timeline().done(), &Rules::default(), window);
    assert_eq!(told.deployments, Some(5));
    near(told.deployments_per_week, 1.25);
    // Days 1, 2, 0, 1.
    near(told.deployment_days_per_week_median, 1.0);
}

#[test]
fn nothing_known_is_null_and_says_why() {
    let told = march(Sample::new("shop"));
    assert_eq!(told.deployments, None);
    assert_eq!(told.deployments_per_week, None);
    assert_eq!(
        (told.change_fail_rate.rate, told.attempt_failure_rate.rate),
        (None, None)
    );
    assert_eq!(told.quick_check.overall, None);
    assert!(told.notes[0].starts_with("no deployment to production is known before 2025-03-31"));
    let json = serde_json::to_value(&told).unwrap();
    assert!(json["change_lead_time"]["p50_seconds"].is_null());
}

#[test]
fn none_in_the_window_is_zero_where_some_were_known_before() {
    let mut s = Sample::new("shop");
    s.deploy("d1", "r", "a", "02-10 10:00");
    let told = march(s);
    assert_eq!(told.deployments, Some(0));
    near(told.deployments_per_week, 0.0);
    near(told.deployment_days_per_week_median, 0.0);
    assert_eq!(told.change_fail_rate.rate, None);
    assert_eq!(
        told.quick_check.frequency_step,
        Some(2),
        "some in half a year"
    );
}

#[test]
fn the_window_starts_with_what_is_known() {
    let mut s = Sample::new("shop");
    s.workload().known = Some((at("03-24 00:00"), at("03-30 00:00")));
    s.deploy("d1", "r", "a", "03-25 10:00");
    s.deploy("d2", "r", "b", "03-25 10:01");
    let told = march(s);
    assert_eq!(told.deployments, Some(2), "two ids in a minute are two");
    near(told.deployments_per_week, 2.0);
    assert_eq!(told.deployment_days_per_week_median, None, "one full week");
    assert_eq!(told.quick_check.frequency_step, Some(4), "by n/days");
    assert_eq!(told.known_from, Some(at("03-24 00:00")));
}

#[test]
fn without_an_incident_source_nothing_is_said_of_failures() {
    let mut s = timeline();
    s.workload().incidents.clear();
    s.workload()
        .records
        .retain(|record| record.finished < Some(at("03-10 15:00")));
    let told = march(s);
    assert_eq!(told.deployments, Some(2));
    assert_eq!(told.change_fail_rate.rate, None);
    assert_eq!(told.deployment_rework_rate.rate, None);
    assert_eq!(told.failed_deployment_recovery.p50_seconds, None);
    assert!(told.notes[0].contains("cannot be told"));
    assert_eq!(told.quick_check.stability, None);
}

#[test]
fn without_an_incident_source_rollbacks_are_the_least_there_was() {
    let mut s = timeline();
    s.workload().incidents.clear();
    let told = march(s);
    let fail = told.change_fail_rate;
    assert_eq!((fail.failed, fail.at_least), (Some(1), true));
    let rework = told.deployment_rework_rate;
    assert_eq!((rework.rework, rework.at_least), (Some(2), true));
    // From d4 to the rollback's finish.
    assert_eq!(
        hours(told.failed_deployment_recovery.p50_seconds),
        Some(1.5)
    );
    assert!(told.notes[0].contains("at least"));
    assert_eq!(told.quick_check.stability, None, "the least is no score");
}

#[test]
fn a_redeploy_counts_when_an_incident_belongs_to_it() {
    let mut s = timeline();
    s.incident("i0", "03-05 09:00", None);
    let told = march(s);
    assert_eq!(told.deployments, Some(7));
    assert_eq!(told.change_fail_rate.failed, Some(2));
    assert!(told.change_fail_rate.inferred);
    assert_eq!(told.failed_deployment_recovery.open, 1);
    assert_eq!(told.time_to_restore.open, 1);
}

#[test]
fn a_rollback_over_several_versions_fails_the_one_that_was_live() {
    let mut s = Sample::new("shop");
    s.commit("r", "m1", "03-03 10:00", &[])
        .commit("r", "m2", "03-04 10:00", &["m1"])
        .commit("r", "m3", "03-05 10:00", &["m2"]);
    for (name, sha, time) in [
        ("d1", "m1", "03-04 09:00"),
        ("d2", "m2", "03-05 09:00"),
        ("d3", "m3", "03-06 09:00"),
        ("again", "m3", "03-06 10:00"),
        ("back", "m1", "03-06 11:00"),
    ] {
        s.deploy(name, "r", sha, time);
    }
    s.incident("far", "01-02 10:00", Some("01-02 11:00"));
    let told = march(s);
    let lines = told.deployment_list.unwrap();
    let failed = lines
        .iter()
        .filter(|line| line.failed)
        .map(|line| &line.deployment[..]);
    assert_eq!(failed.collect::<Vec<_>>(), ["d3"]);
    assert_eq!(told.deployments, Some(4));
    assert_eq!(told.change_fail_rate.failed, Some(1));
}

#[test]
fn what_a_person_marked_counts() {
    let mut s = timeline();
    let (d1, d8) = (s.name("d1"), s.name("d8"));
    s.workload().marked_failed = vec![d1];
    s.workload().marked_unplanned = vec![d8];
    let none = Some(None);
    for incident in &mut s.workload().incidents {
        incident.deployment = none;
    }
    let told = march(s);
    // d1 was marked, d4 was rolled back.
    assert_eq!(told.change_fail_rate.failed, Some(2));
    assert!(!told.change_fail_rate.inferred);
    assert_eq!(told.deployment_rework_rate.rework, Some(3));
    // d1 lasted until the next rework, d5; d4 until d5: 147.5 and 1.5 hours.
    assert_eq!(told.failed_deployment_recovery.n, 2);
    assert_eq!(
        hours(told.failed_deployment_recovery.p50_seconds),
        Some(74.5)
    );
}

#[test]
fn labels_branches_and_pipelines_make_rework() {
    let rules = Rules {
        unplanned_labels: vec!["defect".to_owned()],
        unplanned_names: GlobSetBuilder::new()
            .add(Glob::new("hotfix/*").unwrap())
            .build()
            .unwrap(),
        ..Rules::default()
    };
    let rework = |change: fn(&mut Sample)| {
        let mut s = timeline();
        change(&mut s);
        let told = told(&s.done(), &rules, four_weeks());
        told.deployment_rework_rate.rework
    };
    assert_eq!(rework(|_| {}), Some(2));
    assert_eq!(
        rework(|s| {
            s.label("defect");
        }),
        Some(3),
        "pr5, so d7"
    );
    assert_eq!(
        rework(|s| {
            s.label("other");
        }),
        Some(2)
    );
    assert_eq!(
        rework(|s| {
            let branch = s.name("hotfix/tax");
            s.last_change().branch = Some(branch);
        }),
        Some(3)
    );
    // d8's pipeline; it then has no baseline of its own there.
    assert_eq!(
        rework(|s| {
            s.pipeline("hotfix/deploy");
        }),
        Some(3)
    );
    assert_eq!(
        rework(|s| {
            let i3 = s.name("i3");
            s.last_change().tickets.push(i3);
        }),
        Some(3),
        "fixes an incident"
    );
}

#[test]
fn the_last_deployment_within_an_incident_is_taken_for_its_answer() {
    let fix = |resolved: Option<&str>| {
        let mut s = Sample::new("shop");
        s.deploy("d1", "r", "a", "03-04 09:00");
        s.deploy("d2", "r", "b", "03-04 10:00");
        s.deploy("d3", "r", "c", "03-04 12:00");
        s.deploy("d4", "r", "d", "03-04 13:00");
        s.deploy("d5", "r", "e", "03-04 15:00");
        s.incident("i", "03-04 11:00", resolved);
        march(s)
    };
    let told = fix(Some("03-04 14:00"));
    let rework = told.deployment_rework_rate;
    assert_eq!((rework.rework, rework.inferred), (Some(1), true));
    let lines = told.deployment_list.unwrap();
    assert!(lines[3].rework && lines[3].inferred && lines[1].failed);
    assert_eq!(
        fix(None).deployment_rework_rate.rework,
        Some(0),
        "not ended"
    );
    assert_eq!(
        fix(Some("03-04 11:30")).deployment_rework_rate.rework,
        Some(0)
    );
}

#[test]
fn a_recovery_belongs_to_the_window_that_it_ended_in() {
    let mut s = Sample::new("shop");
    s.deploy("d0", "r", "0", "02-20 10:00");
    s.incident("long ago", "02-20 11:00", Some("02-20 12:00"));
    s.deploy("d1", "r", "a", "02-27 10:00");
    s.incident("old", "02-27 11:00", Some("03-03 10:00"));
    s.deploy("d2", "r", "b", "03-30 10:00");
    s.incident("new", "03-30 11:00", Some("03-31 10:00"));
    let told = march(s);
    let recovery = told.failed_deployment_recovery;
    assert_eq!((recovery.n, recovery.open), (1, 1));
    assert_eq!(hours(recovery.p50_seconds), Some(96.0));
    assert!(recovery.inferred);
    // Only d2 was deployed in it, and it failed.
    assert_eq!(
        (told.change_fail_rate.n, told.change_fail_rate.failed),
        (1, Some(1))
    );
}

#[test]
fn a_recovery_starts_with_the_first_row_that_broke() {
    let mut s = Sample::new("shop");
    s.deploy("d1", "r", "a", "03-04 09:00");
    s.deploy("d1", "q", "x", "03-04 09:20");
    s.incident("second", "03-04 09:30", Some("03-04 11:00"));
    s.incident("first", "03-04 09:10", Some("03-04 10:00"));
    let recovery = march(s).failed_deployment_recovery;
    assert_eq!((recovery.n, hours(recovery.p50_seconds)), (1, Some(2.0)));
}

#[test]
fn a_deployment_is_not_the_answer_to_what_it_caused() {
    let mut s = Sample::new("shop");
    s.deploy("d1", "r", "a", "03-04 09:00");
    s.deploy("d2", "r", "b", "03-04 10:00");
    s.incident("named", "03-04 09:50", Some("03-04 11:00"));
    let d2 = s.name("d2");
    s.last_incident().deployment = Some(Some(d2));
    let told = march(s);
    assert_eq!(told.change_fail_rate.failed, Some(1));
    assert_eq!(told.deployment_rework_rate.rework, Some(0));
}

/// One request in one repository, deployed with m2 on 5 March at 12:00.
fn one(change: impl Fn(&mut Sample)) -> ChangeLine {
    let mut s = Sample::new("shop");
    s.commit("r", "m1", "03-01 10:00", &[]);
    s.commit("r", "c1", "03-04 10:00", &["m1"]);
    s.commit("r", "m2", "03-05 10:00", &["m1", "c1"]);
    s.request("pr", "r", &["c1"]).opened("03-04 12:00");
    s.merged("m2", "03-05 10:00");
    s.deploy("d1", "r", "m1", "03-03 10:00");
    s.deploy("d2", "r", "m2", "03-05 12:00");
    change(&mut s);
    let told = march(s);
    told.change_list.unwrap().remove(0)
}

fn parts(line: &ChangeLine) -> [Option<f64>; 4] {
    [
        hours(line.coding_seconds),
        hours(line.pickup_seconds),
        hours(line.review_seconds),
        hours(line.deploy_seconds),
    ]
}

#[test]
fn reviews_that_do_not_count() {
    let line = one(|s| {
        s.review("ann", "03-04 13:00");
        s.review("bot", "03-04 14:00");
        s.last_change().reviews[1].bot = true;
        s.review("bob", "03-04 11:00");
        s.review("bob", "03-05 11:00");
    });
    assert_eq!(parts(&line), [Some(2.0), None, Some(22.0), Some(2.0)]);
    let line = one(|s| {
        s.review("eve", "03-05 09:00").review("bob", "03-04 15:00");
    });
    assert_eq!(parts(&line), [Some(2.0), Some(3.0), Some(19.0), Some(2.0)]);
}

#[test]
fn a_start_is_never_after_the_opening() {
    let line = one(|s| {
        s.dated("c1", "03-04 23:00");
    });
    assert_eq!(line.start, at("03-04 12:00"));
    assert_eq!(parts(&line)[0], Some(0.0));
    let line = one(|s| s.last_change().opened = None);
    assert_eq!(parts(&line), [Some(24.0), None, None, Some(2.0)]);
    // The merge commit's own time says nothing where there are others.
    let line = one(|s| {
        s.dated("m2", "03-01 10:00");
        let squash = s.sha("m2");
        s.last_change().commits.push(squash);
    });
    assert_eq!(line.start, at("03-04 10:00"));
}

#[test]
fn shipped_before_its_merge() {
    let line = one(|s| s.last_change().merged = Some(at("03-07 10:00")));
    assert!(line.shipped_before_merge);
    assert_eq!(parts(&line), [Some(2.0), None, Some(24.0), Some(0.0)]);
    assert_eq!(hours(Some(line.lead_seconds)), Some(26.0));
    let open = one(|s| s.last_change().merged = None);
    assert!(open.shipped_before_merge);
    assert_eq!(hours(Some(open.lead_seconds)), Some(26.0));
}

#[test]
fn a_cherry_pick_has_no_line_of_its_own() {
    let mut s = timeline();
    s.message("m6", "Again\n\n(cherry picked from commit c2)");
    let told = march(s);
    assert_eq!(told.change_lead_time.n, 6);
    let last = &told.deployment_list.unwrap()[7];
    assert!(last.changes.is_empty());
}

#[test]
fn a_year_without_levels_says_so() {
    let workload = timeline().done();
    let delivery = deliver(&workload, "production");
    let wanted = Wanted {
        levels: Some(2025),
        ..Wanted::default()
    };
    let parts = [(&workload, &delivery)];
    let told = figures("shop", &parts, &Rules::default(), four_weeks(), &wanted);
    assert!(told.levels.is_none() && told.deployment_list.is_none());
    assert!(told.notes.last().unwrap().contains("2019, 2021, 2024"));
}

#[test]
fn pooled_figures_are_of_pooled_observations() {
    let one = timeline().done();
    let mut s = Sample::new("cart");
    s.commit("r", "m1", "03-03 10:00", &[])
        .commit("r", "m2", "03-04 10:00", &["m1"]);
    s.direct("m2", "r");
    s.deploy("e1", "r", "m1", "03-03 12:00");
    s.deploy("e2", "r", "m2", "03-18 10:00");
    let other = s.done();
    let (first, second) = (deliver(&one, "production"), deliver(&other, "production"));
    let parts = [(&one, &first), (&other, &second)];
    let told = figures("team", &parts, &Rules::default(), four_weeks(), &ALL);
    assert_eq!(
        (told.workload.as_str(), told.deployments),
        ("team", Some(8))
    );
    near(told.deployments_per_week, 2.0);
    // Days 2, 2, 1, 2.
    near(told.deployment_days_per_week_median, 2.0);
    // 1, 4/3, 2, 3, 6, 27, 191 and 336 hours.
    assert_eq!(hours(told.change_lead_time.p50_seconds), Some(4.5));
    let fail = told.change_fail_rate;
    assert_eq!((fail.n, fail.failed, fail.at_least), (8, Some(1), true));
    assert!(
        told.notes
            .iter()
            .any(|note| note.starts_with("cart: no incident source"))
    );
    let lines = told.deployment_list.unwrap();
    assert!(lines.is_sorted_by_key(|line| line.finished));
    assert_eq!(lines[0].workload, "cart");
}

/// A line of commits with requests and deployments at any time, some of them failed, rolled back or broken by an incident.
fn any_workload() -> impl Strategy<Value = Workload> {
    let change = (0i64..600, 0i64..600, 0i64..600, prop::option::of(0i64..600));
    let record = (0usize..12, 0u8..5, 0i64..700);
    let incident = (0i64..700, prop::option::of(0i64..100));
    (
        prop::collection::vec(change, 0..10),
        prop::collection::vec(record, 0..14),
        prop::collection::vec(incident, 0..5),
    )
        .prop_map(|(changes, records, incidents)| {
            let hour = |hour: i64| at("03-01 00:00") + Span::from_seconds(hour * 3600);
            let mut s = Sample::new("any");
            s.commit("r", "m0", "03-01 00:00", &[]);
            for (place, (written, opened, merged, review)) in changes.into_iter().enumerate() {
                let (own, sha) = (format!("c{place}"), format!("m{}", place + 1));
                s.commit("r", &sha, "03-01 00:00", &[&format!("m{place}")]);
                s.dated(&own, "03-01 00:00");
                let own_at = s.sha(&own) as usize;
                s.workload().commits[own_at].at = Some(hour(written));
                s.request(&format!("p{place}"), "r", &[&own]);
                s.merged(&sha, "03-01 00:00");
                let change = s.last_change();
                change.merged = (merged % 7 > 0).then(|| hour(merged));
                change.opened = (opened % 5 > 0).then(|| hour(opened));
                change.reviews.extend(review.map(|review| Review {
                    at: hour(review),
                    reviewer: None,
                    state: None,
                    bot: false,
                }));
            }
            for (place, (sha, outcome, time)) in records.into_iter().enumerate() {
                s.deploy(
                    &format!("d{}", place / 2),
                    "r",
                    &format!("m{sha}"),
                    "03-01 00:00",
                );
                s.record().finished = Some(hour(time));
                if outcome == 0 {
                    s.outcome(Outcome::Failure);
                }
            }
            for (place, (opened, lasted)) in incidents.into_iter().enumerate() {
                s.incident(&format!("i{place}"), "03-01 00:00", None);
                let incident = s.last_incident();
                incident.opened = hour(opened);
                incident.resolved = lasted.map(|lasted| hour(opened + lasted));
            }
            s.done()
        })
}

fn both(one: &Workload, other: &Workload) -> Figures {
    let of = |workload: &Workload| -> Delivery { deliver(workload, "production") };
    let (first, second) = (of(one), of(other));
    let parts = [(one, &first), (other, &second)];
    figures("both", &parts, &Rules::default(), four_weeks(), &ALL)
}

proptest! {
    #[test]
    fn the_parts_of_a_lead_time_add_up(workload in any_workload()) {
        let told = told(&workload, &Rules::default(), four_weeks());
        for line in told.change_list.unwrap() {
            let parts = [line.coding_seconds, line.pickup_seconds, line.review_seconds, line.deploy_seconds];
            prop_assert!(parts.iter().flatten().all(|part| *part >= Span::ZERO));
            prop_assert_eq!(parts.into_iter().flatten().sum::<Span>(), line.lead_seconds);
        }
    }

    #[test]
    fn no_more_fail_than_there_are(workload in any_workload()) {
        let told = told(&workload, &Rules::default(), four_weeks());
        let n = told.deployments.unwrap_or(0);
        prop_assert_eq!(n, told.change_fail_rate.n);
        prop_assert!(told.change_fail_rate.failed.unwrap_or(0) <= n);
        prop_assert!(told.deployment_rework_rate.rework.unwrap_or(0) <= n);
        let tried = told.attempt_failure_rate;
        prop_assert!(tried.failed.unwrap_or(0) <= tried.n);
        let failed = told.deployment_list.unwrap().iter().filter(|line| line.failed).count();
        prop_assert_eq!(failed, told.change_fail_rate.failed.unwrap_or(0));
        if let Some(overall) = told.quick_check.overall {
            prop_assert!((0.0..=10.0).contains(&overall));
        }
    }

    #[test]
    fn pooling_adds_observations(one in any_workload(), other in any_workload()) {
        let (first, second) = (
            told(&one, &Rules::default(), four_weeks()),
            told(&other, &Rules::default(), four_weeks()),
        );
        let both = both(&one, &other);
        let n = |f: &Figures| [
            f.deployments.unwrap_or(0),
            f.change_lead_time.n,
            f.merge_to_production.n,
            f.change_fail_rate.n,
            f.change_fail_rate.failed.unwrap_or(0),
            f.deployment_rework_rate.rework.unwrap_or(0),
            f.failed_deployment_recovery.n + f.failed_deployment_recovery.open,
            f.time_to_restore.n,
            f.attempt_failure_rate.n,
        ];
        let sum: Vec<usize> = n(&first).iter().zip(n(&second)).map(|(a, b)| a + b).collect();
        prop_assert_eq!(n(&both).to_vec(), sum);
    }

    #[test]
    fn a_window_that_holds_nothing_has_no_times(workload in any_workload()) {
        let told = told(&workload, &Rules::default(), window("01-05 00:00", "01-12 00:00"));
        prop_assert_eq!(told.deployments, None);
        prop_assert_eq!(told.change_lead_time.p50_seconds, None);
        prop_assert_eq!(told.change_fail_rate.rate, None);
    }
}
