//! The edge cases of what a deployment ships, each as the smallest workload that shows it.

use super::*;
use crate::event::kind::Outcome;
use crate::model::sample::{Sample, at};

/// m1 <- m2 <- m3 <- m4 in one repository, each a direct commit, one a day from 1 March.
fn line() -> Sample {
    let mut s = Sample::new("shop");
    s.commit("r", "m1", "03-01 10:00", &[])
        .commit("r", "m2", "03-02 10:00", &["m1"])
        .commit("r", "m3", "03-03 10:00", &["m2"])
        .commit("r", "m4", "03-04 10:00", &["m3"]);
    for sha in ["m1", "m2", "m3", "m4"] {
        s.direct(sha, "r");
    }
    s
}

struct Told {
    workload: Workload,
    delivery: Delivery,
}

fn told(s: Sample) -> Told {
    let workload = s.done();
    let delivery = deliver(&workload, "production");
    Told { workload, delivery }
}

impl Told {
    fn kinds(&self) -> String {
        let attempts = self.delivery.attempts.iter();
        let name = |a: &Attempt| format!("{} {}", self.workload.text(a.deployment), a.kind.word());
        attempts.map(name).collect::<Vec<_>>().join(", ")
    }

    /// `change: deployment`, with `~` for by date, `(first)` and `(copy)`.
    fn arrivals(&self) -> String {
        let changes = self.workload.changes.iter().zip(&self.delivery.arrivals);
        let text = |name| self.workload.text(name);
        let all = changes.filter_map(|(change, arrival)| {
            let arrival = arrival.as_ref()?;
            let attempt = &self.delivery.attempts[arrival.attempt as usize];
            let kind = match arrival.kind {
                ArrivalKind::Shipped => "",
                ArrivalKind::Inferred => "~",
                ArrivalKind::WithFirst => "(first)",
                ArrivalKind::Copied => "(copy)",
            };
            Some(format!(
                "{}: {}{kind}",
                text(change.id),
                text(attempt.deployment)
            ))
        });
        all.collect::<Vec<_>>().join(", ")
    }
}

#[test]
fn a_batch_arrives_at_once_and_the_first_deployment_ships_nothing() {
    let mut s = line();
    s.deploy("d1", "r", "m1", "03-05 10:00");
    s.deploy("d2", "r", "m4", "03-06 10:00");
    let told = told(s);
    assert_eq!(told.kinds(), "d1 first, d2 change");
    assert_eq!(told.arrivals(), "m1: d1(first), m2: d2, m3: d2, m4: d2");
    assert_eq!(told.delivery.attempts[1].changes, [1, 2, 3]);
    assert!(told.delivery.attempts[0].changes.is_empty());
    assert_eq!(told.delivery.live(0), Some(0));
    assert_eq!(told.delivery.live(3), Some(1));
}

#[test]
fn a_failed_attempts_commits_wait_for_the_next_success() {
    let mut s = line();
    s.deploy("d1", "r", "m1", "03-05 10:00");
    s.deploy("d2", "r", "m2", "03-06 10:00")
        .outcome(Outcome::Failure);
    s.deploy("d3", "r", "m3", "03-07 10:00");
    let told = told(s);
    assert_eq!(told.kinds(), "d1 first, d2 failed_attempt, d3 change");
    assert_eq!(told.arrivals(), "m1: d1(first), m2: d3, m3: d3");
    assert_eq!(told.delivery.rows[2].baseline, Some(0));
}

#[test]
fn a_retry_replaces_a_failure_and_cancelled_is_neither() {
    let mut s = line();
    s.deploy("d1", "r", "m1", "03-05 10:00");
    s.deploy("d2", "r", "m2", "03-06 10:00")
        .outcome(Outcome::Failure);
    s.deploy("d2", "r", "m2", "03-06 11:00");
    s.deploy("d3", "r", "m3", "03-07 10:00")
        .outcome(Outcome::Cancelled);
    let told = told(s);
    assert_eq!(told.kinds(), "d1 first, d2 change, d3 failed_attempt");
    let outcomes: Vec<_> = told.delivery.attempts.iter().map(|a| a.outcome).collect();
    let (yes, other) = (AttemptOutcome::Succeeded, AttemptOutcome::Other);
    assert_eq!(outcomes, [yes, yes, other]);
    assert_eq!(told.delivery.attempts[1].at, at("03-06 11:00"));
}

#[test]
fn rolled_back_and_shipped_again_arrives_once() {
    let mut s = line();
    s.deploy("d1", "r", "m1", "03-05 10:00");
    s.deploy("d2", "r", "m3", "03-06 10:00");
    s.deploy("d3", "r", "m1", "03-06 11:00");
    s.deploy("d4", "r", "m3", "03-06 12:00");
    s.deploy("d5", "r", "m3", "03-06 13:00");
    s.deploy("d6", "r", "m4", "03-06 14:00");
    let told = told(s);
    assert_eq!(
        told.kinds(),
        "d1 first, d2 change, d3 rollback, d4 change, d5 redeploy, d6 change"
    );
    assert_eq!(told.arrivals(), "m1: d1(first), m2: d2, m3: d2, m4: d6");
}

#[test]
fn a_rollback_may_go_back_several_versions() {
    let mut s = line();
    for (name, sha, time) in [
        ("d1", "m1", "03-05 10:00"),
        ("d2", "m2", "03-06 10:00"),
        ("d3", "m3", "03-07 10:00"),
        ("d4", "m4", "03-08 10:00"),
        ("d5", "m2", "03-09 10:00"),
    ] {
        s.deploy(name, "r", sha, time);
    }
    let told = told(s);
    assert_eq!(told.delivery.attempts[4].kind, Kind::Rollback);
    assert_eq!(told.delivery.rows[4].baseline, Some(3));
}

#[test]
fn one_id_over_two_repositories_is_one_deployment() {
    let mut s = line();
    s.commit("q", "x1", "03-01 10:00", &[])
        .commit("q", "x2", "03-05 10:00", &["x1"]);
    s.direct("x2", "q");
    s.deploy("d1", "r", "m1", "03-05 10:00");
    s.deploy("d1", "q", "x1", "03-05 10:10");
    s.deploy("d2", "r", "m2", "03-06 10:00");
    s.deploy("d2", "q", "x2", "03-06 10:20");
    s.deploy("d3", "r", "m1", "03-07 10:00");
    s.deploy("d3", "q", "x2", "03-07 10:00");
    s.deploy("d4", "r", "m2", "03-08 10:00");
    s.deploy("d4", "q", "x2", "03-08 10:00")
        .outcome(Outcome::Failure);
    s.commit("q", "x3", "03-09 08:00", &["x2"]);
    s.deploy("d5", "r", "m1", "03-09 10:00");
    s.deploy("d5", "q", "x3", "03-09 10:00");
    let told = told(s);
    assert_eq!(
        told.kinds(),
        "d1 first, d2 change, d3 rollback, d4 failed_attempt, d5 change"
    );
    assert_eq!(told.arrivals(), "m1: d1(first), m2: d2, x2: d2");
    assert_eq!(told.delivery.attempts[1].at, at("03-06 10:20"));
    let ends: Vec<_> = told
        .delivery
        .arrivals
        .iter()
        .flatten()
        .map(|a| a.at)
        .collect();
    assert_eq!(ends[1..], [at("03-06 10:00"), at("03-06 10:20")]);
}

#[test]
fn each_pipeline_has_a_baseline_of_its_own() {
    let mut s = line();
    s.deploy("a1", "r", "m1", "03-05 10:00").pipeline("a");
    s.deploy("b1", "r", "m2", "03-05 11:00").pipeline("b");
    s.deploy("a2", "r", "m3", "03-05 12:00").pipeline("a");
    s.deploy("b2", "r", "m4", "03-05 13:00").pipeline("b");
    let told = told(s);
    assert_eq!(told.kinds(), "a1 first, b1 first, a2 change, b2 change");
    assert_eq!(told.arrivals(), "m1: a1(first), m2: a2, m3: a2, m4: b2");
}

#[test]
fn a_request_ends_with_its_merge_commit_or_its_head() {
    let mut s = line();
    s.commit("r", "c1", "03-02 08:00", &["m1"]);
    s.request("squashed", "r", &["c1"]).opened("03-02 09:00");
    s.merged("m2", "03-02 10:00");
    s.commit("r", "c3", "03-03 08:00", &["m2"]);
    s.request("early", "r", &["c3"]).opened("03-03 08:30");
    s.merged("m4", "03-07 10:00");
    s.request("open", "r", &["c9"]).opened("03-03 08:30");
    s.deploy("d1", "r", "m1", "03-02 06:00");
    s.deploy("d2", "r", "m2", "03-02 12:00");
    s.deploy("d3", "r", "c3", "03-03 12:00");
    s.deploy("d4", "r", "m4", "03-07 12:00");
    let told = told(s);
    assert_eq!(
        told.arrivals(),
        "m1: d1(first), m2: d2, m3: d4, m4: d4, squashed: d2, early: d3"
    );
}

#[test]
fn a_request_given_up_or_standing_on_anothers_commit_does_not_arrive() {
    let mut s = line();
    s.request("abandoned", "r", &["m3"]).opened("03-03 11:00");
    s.last_change().abandoned = Some(at("03-03 12:00"));
    s.request("branched", "r", &[]).opened("03-03 11:00");
    s.last_change().head = Some(1);
    s.deploy("d1", "r", "m1", "03-02 06:00");
    s.deploy("d2", "r", "m4", "03-05 12:00");
    assert_eq!(told(s).arrivals(), "m1: d1(first), m2: d2, m3: d2, m4: d2");
}

#[test]
fn a_cherry_pick_counts_once() {
    let mut s = line();
    s.commit("r", "n3", "03-03 10:00", &["m2"])
        .message("n3", "Fix\n\n(cherry picked from commit m3)");
    s.direct("n3", "r");
    s.commit("r", "n4", "03-04 10:00", &["n3"])
        .message("n4", "Fix (cherry picked from commit unknown)");
    s.direct("n4", "r");
    s.deploy("d1", "r", "m1", "03-04 10:00");
    s.deploy("d2", "r", "m3", "03-04 11:00");
    s.deploy("d3", "r", "n4", "03-04 12:00");
    let told = told(s);
    assert_eq!(
        told.arrivals(),
        "m1: d1(first), m2: d2, m3: d2, n3: d3(copy), n4: d3"
    );
    assert_eq!(told.delivery.attempts[2].changes, [5]);
}

#[test]
fn a_cherry_pick_of_what_was_not_shipped_is_a_change() {
    let mut s = line();
    s.commit("r", "n3", "03-03 10:00", &["m1"])
        .message("n3", "(cherry picked from commit m3)");
    s.direct("n3", "r");
    s.deploy("d1", "r", "m1", "03-04 10:00");
    s.deploy("d2", "r", "n3", "03-04 12:00");
    assert_eq!(told(s).arrivals(), "m1: d1(first), n3: d2");
}

#[test]
fn an_earlier_form_of_a_commit_is_no_source() {
    let mut s = line();
    s.request("picked", "r", &["c3"]).opened("03-03 09:00");
    s.merged("n3", "03-03 10:00");
    let own = s.sha("c2") as usize;
    s.workload().commits[own].change = Some(4);
    s.message("c3", "Fix (cherry picked from commit c2)");
    s.commit("r", "n3", "03-03 10:00", &["m2"]);
    s.deploy("d1", "r", "m2", "03-04 10:00");
    s.deploy("d2", "r", "n3", "03-04 12:00");
    assert_eq!(
        told(s).arrivals(),
        "m1: d1(first), m2: d1(first), picked: d2"
    );
}

/// Three requests merged on 2, 3 and 4 March at 10:00; nobody told the graph.
fn blind() -> Sample {
    let mut s = Sample::new("shop");
    for day in 2..5 {
        s.request(&format!("p{day}"), "r", &[&format!("c{day}")]);
        s.merged(&format!("s{day}"), &format!("03-0{day} 10:00"));
    }
    s
}

#[test]
fn without_a_graph_dates_tell_and_say_so() {
    let mut s = blind();
    s.deploy("d1", "r", "a", "03-02 12:00");
    s.deploy("d2", "r", "b", "03-03 10:00");
    s.deploy("d3", "r", "b", "03-04 11:00");
    s.deploy("d4", "r", "c", "03-04 12:00");
    let told = told(s);
    assert_eq!(told.kinds(), "d1 first, d2 change, d3 redeploy, d4 change");
    assert_eq!(told.arrivals(), "p3: d2~, p4: d4~");
    assert!(told.delivery.attempts[1].inferred && !told.delivery.attempts[2].inferred);
    assert!(!told.delivery.rows[1].known && told.delivery.rows[2].known);
}

#[test]
fn the_tools_own_list_is_better_than_dates() {
    let mut s = blind();
    s.deploy("d1", "r", "a", "03-02 12:00").ships(&["s2"]);
    s.deploy("d2", "r", "b", "03-03 10:00").ships(&[]);
    s.deploy("d3", "r", "c", "03-04 12:00").ships(&["s3", "s4"]);
    let told = told(s);
    assert_eq!(told.arrivals(), "p2: d1(first), p3: d3, p4: d3");
    assert!(told.delivery.rows.iter().all(|row| row.known));
}

#[test]
fn without_shas_digests_tell_what_stayed() {
    let mut s = blind();
    s.deploy("d1", "", "", "03-02 12:00").digest("sha256:1");
    s.deploy("d2", "", "", "03-03 12:00").digest("sha256:2");
    s.deploy("d3", "", "", "03-03 13:00").digest("sha256:2");
    s.deploy("d4", "", "", "03-03 14:00").digest("sha256:1");
    s.record().rollback = true;
    s.deploy("d5", "", "", "03-05 12:00").digest("sha256:1x");
    let told = told(s);
    assert_eq!(
        told.kinds(),
        "d1 first, d2 change, d3 redeploy, d4 rollback, d5 change"
    );
    assert_eq!(told.arrivals(), "p3: d2~, p4: d5~");
}

#[test]
fn a_graph_that_starts_after_the_first_deployment_swallows_no_history() {
    // The first deployed commit is known by name only; the second one's whole history came later.
    let mut s = line();
    s.deploy("d1", "r", "tool-only", "03-02 12:00");
    s.deploy("d2", "r", "m4", "03-04 12:00");
    let told = told(s);
    assert_eq!(told.arrivals(), "m3: d2~, m4: d2~");
}

#[test]
fn a_graph_that_starts_at_the_first_deployment_is_known() {
    let mut s = Sample::new("shop");
    s.commit("r", "m2", "03-02 10:00", &["m1"]);
    s.direct("m2", "r");
    s.deploy("d1", "r", "m1", "03-01 12:00");
    s.deploy("d2", "r", "m2", "03-02 12:00");
    s.deploy("d3", "r", "m1", "03-02 13:00");
    let told = told(s);
    assert_eq!(told.kinds(), "d1 first, d2 change, d3 rollback");
    assert_eq!(told.arrivals(), "m2: d2");
}

#[test]
fn only_the_workloads_part_of_a_monorepo_counts() {
    let mut s = line();
    s.outside("m2");
    s.commit("r", "c3", "03-03 09:00", &["m2"]).outside("c3");
    s.request("elsewhere", "r", &["c3"]).opened("03-03 09:30");
    s.merged("m3", "03-03 10:00");
    s.deploy("d1", "r", "m1", "03-04 10:00");
    s.deploy("d2", "r", "m4", "03-04 12:00");
    // A merge commit's own paths say nothing: its branch does.
    s.commit("r", "c4", "03-04 11:00", &["m4"]);
    s.commit("r", "m5", "03-04 11:30", &["m4", "c4"])
        .outside("m5");
    s.request("here", "r", &["c4"]).opened("03-04 11:10");
    s.merged("m5", "03-04 11:30");
    s.deploy("d3", "r", "m5", "03-04 13:00");
    assert_eq!(
        told(s).arrivals(),
        "m1: d1(first), m3: d2, m4: d2, here: d3"
    );
}

#[test]
fn other_environments_and_records_under_way_are_not_rows() {
    let mut s = line();
    s.deploy("d1", "r", "m1", "03-04 10:00");
    s.deploy("d2", "r", "m2", "03-04 11:00");
    s.record().environment = None;
    s.deploy("d3", "r", "m2", "03-04 12:00");
    s.record().finished = None;
    s.deploy("d4", "r", "m2", "03-04 13:00");
    let staging = s.name("staging");
    s.record().environment = Some(staging);
    let told = told(s);
    assert_eq!(told.kinds(), "d1 first");
    let staging = deliver(&told.workload, "staging");
    assert_eq!(staging.attempts.len(), 1);
    assert!(deliver(&told.workload, "nowhere").rows.is_empty());
}

#[test]
fn a_second_pipeline_does_not_ship_history_again() {
    let mut s = line();
    // A crate that joins late: its first tag is of another history, its second one reaches everything.
    s.commit("r", "alone", "03-02 11:00", &[]);
    s.deploy("v1", "r", "m2", "03-02 12:00").pipeline("v");
    s.deploy("crate-1", "r", "alone", "03-02 13:00")
        .pipeline("crate-");
    s.deploy("crate-2", "r", "m3", "03-03 12:00")
        .pipeline("crate-");
    s.deploy("v2", "r", "m4", "03-04 12:00").pipeline("v");
    let told = told(s);
    assert_eq!(
        told.arrivals(),
        "m1: v1(first), m2: v1(first), m3: crate-2, m4: v2"
    );
}

#[test]
fn an_older_version_tagged_late_is_no_rollback() {
    for (tag, kind) in [("v1.9.9", "change"), ("v2.0.1", "rollback")] {
        let mut s = line();
        for (tag, sha, time) in [
            ("v1.9.8", "m1", "03-01 12:00"),
            ("v2.0.0", "m3", "03-03 12:00"),
            (tag, "m2", "03-03 13:00"),
        ] {
            s.deploy(tag, "r", sha, time);
            let version = s.record().deployment;
            s.record().version = Some(version);
        }
        s.workload().released_by_tags = true;
        let told = told(s);
        let kinds = format!("v1.9.8 first, v2.0.0 change, {tag} {kind}");
        assert_eq!(told.kinds(), kinds);
    }
}

#[test]
fn a_pipeline_that_only_rolls_back_goes_back_from_what_runs() {
    let mut s = line();
    s.deploy("d1", "r", "m1", "03-05 10:00").pipeline("deploy");
    s.deploy("d2", "r", "m2", "03-05 11:00").pipeline("deploy");
    s.deploy("r1", "r", "m1", "03-05 12:00").pipeline("undo");
    s.record().rollback = true;
    s.deploy("d3", "r", "m4", "03-05 13:00").pipeline("deploy");
    s.deploy("r2", "r", "m2", "03-05 14:00").pipeline("undo");
    s.record().rollback = true;
    let told = told(s);
    let kinds = "d1 first, d2 change, r1 rollback, d3 change, r2 rollback";
    assert_eq!(told.kinds(), kinds);
    assert_eq!(told.arrivals(), "m1: d1(first), m2: d2, m3: d3, m4: d3");
    assert_eq!(told.delivery.rows[2].baseline, Some(1));
    assert_eq!(told.delivery.rows[4].baseline, Some(3));
}

#[test]
fn what_goes_back_without_a_word_or_from_nothing_is_the_first_of_its_pipeline() {
    for (rollback, before, kinds) in [
        (false, true, "d1 first, d2 change, x first"),
        (true, false, "x first"),
    ] {
        let mut s = line();
        if before {
            s.deploy("d1", "r", "m1", "03-05 10:00").pipeline("deploy");
            s.deploy("d2", "r", "m2", "03-05 11:00").pipeline("deploy");
        }
        s.deploy("x", "r", "m1", "03-05 12:00").pipeline("undo");
        s.record().rollback = rollback;
        assert_eq!(told(s).kinds(), kinds);
    }
}

#[test]
fn a_rollback_without_commits_goes_back_in_any_pipeline() {
    let mut s = blind();
    for (name, digest, pipeline, time) in [
        ("d1", "sha256:1", "deploy", "03-01 12:00"),
        ("d2", "sha256:2", "deploy", "03-02 12:00"),
        ("r1", "sha256:1", "undo", "03-05 11:00"),
        ("r2", "sha256:2", "undo too", "03-05 12:00"),
    ] {
        s.deploy(name, "", "", time).digest(digest);
        s.pipeline(pipeline).record().rollback = pipeline != "deploy";
    }
    let told = told(s);
    let kinds = "d1 first, d2 change, r1 rollback, r2 rollback";
    assert_eq!(told.kinds(), kinds);
    assert_eq!(told.delivery.rows[3].baseline, Some(2));
}

#[test]
fn a_second_tag_of_a_released_commit_releases_nothing() {
    let mut s = line();
    for (tag, sha, time) in [
        ("v3.11.0", "m1", "03-05 10:00"),
        ("v0.311.0", "m1", "03-05 11:00"),
        ("v3.12.0", "m3", "03-06 10:00"),
        // Late, of numbers below and above what was tagged last.
        ("v0.311.1", "m1", "03-07 10:00"),
        ("v0.312.0", "m3", "03-07 11:00"),
        ("v4.0.0", "m1", "03-07 12:00"),
        ("v4.1.0", "m4", "03-08 10:00"),
        ("v4.0.1", "m2", "03-08 11:00"),
    ] {
        s.deploy(tag, "r", sha, time);
        let version = s.record().deployment;
        s.record().version = Some(version);
    }
    s.workload().released_by_tags = true;
    let told = told(s);
    assert_eq!(
        told.kinds(),
        "v3.11.0 first, v0.311.0 redeploy, v3.12.0 change, v0.311.1 redeploy, v0.312.0 redeploy, \
         v4.0.0 redeploy, v4.1.0 change, v4.0.1 change"
    );
}

#[test]
fn what_came_together_is_told_as_it_was_merged() {
    let mut s = Sample::new("shop");
    s.commit("r", "m0", "03-01 10:00", &[])
        .commit("r", "m1", "03-02 10:00", &["m0"])
        .commit("r", "m2", "03-02 11:00", &["m1"])
        .commit("r", "m3", "03-02 11:00", &["m2"]);
    // In whatever order they became known.
    for (id, sha, time) in [
        ("#3", "m3", "03-02 11:00"),
        ("#2", "m2", "03-02 11:00"),
        ("#1", "m1", "03-02 10:00"),
    ] {
        s.request(id, "r", &[]).merged(sha, time);
    }
    s.deploy("d0", "r", "m0", "03-01 12:00");
    s.deploy("d1", "r", "m3", "03-03 12:00");
    let told = told(s);
    let changes = told.delivery.attempts[1].changes.iter();
    let ids: Vec<&str> = changes
        .map(|at| told.workload.text(told.workload.changes[*at as usize].id))
        .collect();
    assert_eq!(ids, ["#1", "#2", "#3"]);
}
