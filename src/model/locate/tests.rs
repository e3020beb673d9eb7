use super::*;
use crate::model::definition::{Rules, StepKind};
use crate::model::sample::{Sample, at};

/// Three requests, each a commit on top of the one before it, and nothing deployed.
fn shop() -> Sample {
    let mut s = Sample::new("shop");
    s.path(&[
        ("code", StepKind::Code, None),
        ("staging", StepKind::Deploy, Some("staging")),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    s.commit("r", "m0", "03-01 09:00", &[]);
    for (id, sha, before) in [("#1", "m1", "m0"), ("#2", "m2", "m1"), ("#3", "m3", "m2")] {
        s.commit("r", sha, "03-01 10:00", &[before]);
        s.request(id, "r", &[]).opened("03-01 10:00");
        s.merged(sha, "03-01 11:00");
    }
    s
}

fn staged(s: &mut Sample, deployment: &str, sha: &str, time: &str) {
    let staging = s.name("staging");
    s.deploy(deployment, "r", sha, time).record().environment = Some(staging);
}

fn told(workload: &Workload, id: &str) -> Match {
    let rules = Rules::default();
    let lives = Lives::new(workload, &rules, None);
    let places = find(&lives, id);
    whereabouts(&lives, places[0], &[], &[]).unwrap()
}

fn state(workload: &Workload, id: &str) -> (&'static str, bool) {
    let told = told(workload, id);
    (told.state, told.environments.contains_key("production"))
}

#[test]
fn a_rollback_takes_out_all_that_came_since() {
    let mut s = shop();
    s.deploy("d0", "r", "m0", "03-02 10:00");
    s.deploy("d1", "r", "m1", "03-03 10:00");
    s.deploy("d2", "r", "m3", "03-04 10:00");
    s.deploy("d3", "r", "m1", "03-05 10:00");
    let workload = s.done();
    assert_eq!(state(&workload, "#1"), ("delivered", true));
    for id in ["#2", "#3"] {
        let told = told(&workload, id);
        assert_eq!(
            (told.state, told.step.as_deref()),
            ("failed", Some("production"))
        );
        assert_eq!(told.since, Some(at("03-05 10:00")));
        assert_eq!(told.on, ["ann"]);
        assert!(told.environments.is_empty());
        let left = &told.rolled_back["production"];
        assert_eq!((left.at, &*left.deployment), (at("03-05 10:00"), "d3"));
        assert_eq!(left.version.as_deref(), Some("m1"));
        let sentence = format!(
            "{id} was rolled back in production at 2025-03-05T10:00:00Z, by the deployment d3 to m1"
        );
        assert_eq!(told.sentence, sentence);
    }
}

#[test]
fn what_is_shipped_again_is_live_again() {
    let mut s = shop();
    s.deploy("d0", "r", "m1", "03-02 10:00");
    s.deploy("d1", "r", "m2", "03-03 10:00");
    s.deploy("d2", "r", "m1", "03-04 10:00");
    // The same version once more changes nothing.
    s.deploy("d3", "r", "m1", "03-04 11:00");
    let back = s.done();
    assert_eq!(state(&back, "#2"), ("failed", false));
    let mut s = shop();
    s.deploy("d0", "r", "m1", "03-02 10:00");
    s.deploy("d1", "r", "m2", "03-03 10:00");
    s.deploy("d2", "r", "m1", "03-04 10:00");
    s.deploy("d3", "r", "m3", "03-05 10:00");
    let workload = s.done();
    let told = told(&workload, "#2");
    assert_eq!(
        (told.state, told.since),
        ("delivered", Some(at("03-05 10:00")))
    );
    assert_eq!(told.environments["production"].since, at("03-05 10:00"));
    assert!(told.rolled_back.is_empty());
    assert!(
        told.sentence.contains("again since 2025-03-05"),
        "{}",
        told.sentence
    );
}

#[test]
fn a_fix_made_of_the_older_version_does_not_bring_back_what_was_taken_out() {
    let mut s = shop();
    s.commit("r", "fix", "03-04 11:00", &["m1"]);
    s.deploy("d0", "r", "m1", "03-02 10:00");
    s.deploy("d1", "r", "m2", "03-03 10:00");
    s.deploy("d2", "r", "m1", "03-04 10:00");
    s.deploy("d3", "r", "fix", "03-04 12:00");
    assert_eq!(state(&s.done(), "#2"), ("failed", false));
}

#[test]
fn a_copy_brings_back_what_it_is_a_copy_of() {
    let mut s = shop();
    s.commit("r", "copy", "03-04 11:00", &["m1"]);
    s.message("copy", "Again\n\n(cherry picked from commit m2)");
    s.deploy("d0", "r", "m1", "03-02 10:00");
    s.deploy("d1", "r", "m3", "03-03 10:00");
    s.deploy("d2", "r", "m1", "03-04 10:00");
    s.deploy("d3", "r", "copy", "03-04 12:00");
    let workload = s.done();
    assert_eq!(state(&workload, "#2"), ("delivered", true));
    assert_eq!(state(&workload, "#3"), ("failed", false));
}

#[test]
fn what_was_never_live_alone_is_gone_back_to_all_the_same() {
    let mut s = shop();
    s.deploy("d0", "r", "m0", "03-02 10:00");
    s.deploy("d1", "r", "m3", "03-03 10:00");
    s.deploy("d2", "r", "m2", "03-04 10:00");
    let workload = s.done();
    assert_eq!(state(&workload, "#2"), ("delivered", true));
    assert_eq!(state(&workload, "#3"), ("failed", false));
}

#[test]
fn a_version_that_is_but_a_name_is_gone_back_to_by_its_name() {
    let mut s = shop();
    for (deployment, version, time) in [
        ("d0", "1", "03-01 08:00"),
        ("d1", "2", "03-02 10:00"),
        ("d2", "1", "03-03 10:00"),
    ] {
        let version = Some(s.name(version));
        s.deploy(deployment, "r", "", time).record().version = version;
    }
    s.record().rollback = true;
    let workload = s.done();
    let told = told(&workload, "#1");
    assert_eq!(told.state, "failed");
    assert_eq!(told.rolled_back["production"].version.as_deref(), Some("1"));
}

#[test]
fn each_environment_is_rolled_back_by_itself() {
    let mut s = shop();
    staged(&mut s, "s0", "m1", "03-02 10:00");
    staged(&mut s, "s1", "m2", "03-03 10:00");
    staged(&mut s, "s2", "m1", "03-04 10:00");
    s.deploy("d0", "r", "m1", "03-02 12:00");
    let workload = s.done();
    let flying = told(&workload, "#2");
    assert_ne!(flying.state, "delivered");
    assert!(flying.environments.is_empty());
    assert_eq!(flying.rolled_back["staging"].deployment, "s2");
    let left = "it was rolled back in staging at 2025-03-04T10:00:00Z, by the deployment s2 to m1";
    assert!(flying.sentence.ends_with(left), "{}", flying.sentence);

    let mut s = shop();
    staged(&mut s, "s0", "m1", "03-02 10:00");
    staged(&mut s, "s1", "m2", "03-03 10:00");
    s.deploy("d0", "r", "m1", "03-02 12:00");
    s.deploy("d1", "r", "m2", "03-03 12:00");
    s.deploy("d2", "r", "m1", "03-04 12:00");
    let told = told(&s.done(), "#2");
    assert_eq!(told.state, "failed");
    let there: Vec<&String> = told.environments.keys().collect();
    assert_eq!(there, ["staging"]);
}
