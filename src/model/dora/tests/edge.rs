//! Edge cases of the figures.

use globset::{Glob, GlobSetBuilder};

use super::timeline::timeline;
use super::*;
use crate::event::kind::Outcome;

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
fn where_only_failures_are_known_there_is_no_frequency() {
    let mut s = Sample::new("shop");
    s.deploy("d1", "r", "a", "03-04 10:00")
        .outcome(Outcome::Failure);
    s.incident("i", "03-20 10:00", Some("03-20 11:00"));
    let told = march(s);
    assert_eq!((told.deployments, told.deployments_per_week), (None, None));
    assert_eq!(told.quick_check.frequency_step, None);
    let attempts = told.attempt_failure_rate;
    assert_eq!((attempts.n, attempts.failed), (1, Some(1)));
    assert!(told.notes[0].starts_with("no deployment to production is known"));
}

#[test]
fn a_rate_is_told_over_what_is_known_however_short_that_is() {
    for (known, per_week) in [
        ("03-25 00:00", 7.0 / 6.0),
        ("03-30 00:00", 7.0),
        ("03-30 12:00", 14.0),
    ] {
        let mut s = Sample::new("shop");
        s.workload().known = Some((at(known), at("03-30 23:57")));
        s.deploy("d1", "r", "a", "03-30 23:57");
        near(march(s).deployments_per_week, per_week);
    }
}

#[test]
fn an_incident_after_what_went_live_fails_nothing_before_it() {
    let mut s = Sample::new("shop");
    s.commit("r", "m1", "03-03 10:00", &[])
        .commit("r", "m2", "03-04 10:00", &["m1"]);
    s.deploy("d1", "r", "m1", "03-04 09:00");
    s.deploy("again", "r", "m1", "03-04 10:00");
    s.deploy("d2", "r", "m2", "03-04 11:00");
    s.deploy("d2", "q", "x", "03-04 11:00")
        .outcome(Outcome::Failure);
    s.incident("i", "03-04 12:00", Some("03-04 13:00"));
    let told = march(s);
    assert_eq!(told.deployments, Some(1), "no redeploy that is blamed");
    assert_eq!(told.change_fail_rate.failed, Some(0));
    assert_eq!(told.failed_deployment_recovery.n, 0);
    let incident = &told.incident_list.unwrap()[0];
    assert_eq!(incident.deployment.as_deref(), Some("d2"));
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
    assert_eq!(
        rework(|s| {
            s.message("m6", "Round the tax\n\nFixes: i3");
        }),
        Some(3),
        "d8 ships the direct commit"
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
    let material = material(&workload, &delivery, &Rules::default());
    let told = figures("shop", &[&material], four_weeks(), &wanted);
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
    let (first, second) = (drawn(&one), drawn(&other));
    let told = figures("team", &[&first, &second], four_weeks(), &ALL);
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

#[test]
fn no_incident_is_no_failure_where_somebody_would_have_told() {
    let mut s = Sample::new("shop");
    s.deploy("d1", "r", "a", "03-04 10:00");
    s.workload().incident_source = true;
    let told = march(s);
    assert_eq!(told.change_fail_rate.rate, Some(0.0));
    assert!(
        !told
            .notes
            .iter()
            .any(|note| note.contains("incident source"))
    );
}

#[test]
fn an_incident_of_which_only_the_end_is_known_is_in_no_time_to_restore() {
    let mut s = Sample::new("shop");
    s.deploy("d1", "r", "a", "03-04 10:00");
    s.incident("named", "03-04 10:00", Some("03-04 12:00"));
    let deployment = s.name("d1");
    s.last_incident().deployment = Some(Some(deployment));
    s.last_incident().opened = None;
    s.incident("unnamed", "03-04 10:00", Some("03-04 13:00"));
    s.last_incident().opened = None;
    let told = march(s);
    assert_eq!(told.time_to_restore.n, 0);
    assert_eq!(told.time_to_restore.p50_seconds, None);
    // What it names went live, and broke until it was over.
    assert_eq!(told.change_fail_rate.failed, Some(1));
    assert_eq!(told.failed_deployment_recovery.n, 1);
    let recovery = told.failed_deployment_recovery.p50_seconds;
    assert_eq!(hours(recovery), Some(2.0));
    let lines = told.incident_list.unwrap();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line.incident.as_str(),
                line.deployment.as_deref(),
                line.opened,
            )
        })
        .collect();
    let expected = [("named", Some("d1"), None), ("unnamed", None, None)];
    assert_eq!(lines, expected);
}

#[test]
fn a_change_is_called_by_the_subject_of_its_message() {
    let mut s = Sample::new("shop");
    s.commit("r", "m0", "03-01 10:00", &[])
        .commit("r", "m1", "03-04 10:00", &["m0"]);
    s.direct("m1", "r");
    let title = s.name("Fix the till\n\nChange-Id: I7");
    s.last_change().title = Some(title);
    s.deploy("d0", "r", "m0", "03-03 10:00");
    s.deploy("d1", "r", "m1", "03-05 10:00");
    let lines = march(s).change_list.unwrap();
    assert_eq!(lines[0].title.as_deref(), Some("Fix the till"));
}
