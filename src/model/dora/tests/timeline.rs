//! The timeline that the definitions are told by, with every figure worked by hand.

use super::*;
use crate::event::kind::Outcome;

/// d0 to d8, pr1 to pr5, x1, m6, i1 to i3.
pub(super) fn timeline() -> Sample {
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
