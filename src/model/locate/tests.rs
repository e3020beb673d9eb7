//! Where changes, commits and versions are, in small workloads written by hand: rolled back and brought again, on a line of their own, not merged.

use super::*;
use crate::event::kind::Decision;
use crate::event::time::Span;
use crate::model::definition::{Freeze, Parts, Rules, StepKind};
use crate::model::entity::{Gate, Hold, Outside};
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

/// What a reference comes to: the changes, and what stands for itself.
fn asked(workload: &Workload, query: &str) -> (Vec<String>, Vec<Match>) {
    let rules = Rules::default();
    let lives = Lives::new(workload, &rules, None);
    let found = seek(&lives, query);
    let (changes, alone) = found.split(&lives);
    let ids = changes.iter().map(|place| {
        let change = &workload.changes[*place as usize];
        workload.text(change.id).to_owned()
    });
    let branches = |_: &str| vec!["work".to_owned()];
    let told = alone
        .iter()
        .map(|thing| thing.whereabouts(&lives, &branches));
    (ids.collect(), told.collect())
}

fn alone(workload: &Workload, query: &str) -> Match {
    let (changes, mut told) = asked(workload, query);
    assert_eq!((changes.len(), told.len()), (0, 1), "{query}");
    told.remove(0)
}

#[test]
fn a_commit_of_a_release_line_stands_for_itself() {
    let mut s = shop();
    s.commit("r", "fix1aaaa", "03-04 09:00", &["m1"]);
    s.commit("r", "fix2bbbb", "03-04 10:00", &["fix1aaaa"]);
    let version = s.name("v1.0.1");
    s.deploy("d0", "r", "m1", "03-02 10:00");
    s.deploy("d1", "r", "fix2bbbb", "03-05 10:00")
        .record()
        .version = Some(version);
    let workload = s.done();
    for query in ["fix2bbbb", "v1.0.1", "1.0.1"] {
        let told = alone(&workload, query);
        assert_eq!(
            (told.state, told.since),
            ("delivered", Some(at("03-05 10:00")))
        );
        assert_eq!(told.change, "fix2bbbb");
        assert!(
            told.sentence
                .ends_with("is live in production since 2025-03-05T10:00:00Z")
        );
    }
    assert_eq!(
        alone(&workload, "v1.0.1").version.as_deref(),
        Some("v1.0.1")
    );
    let within = alone(&workload, "fix1aaaa");
    assert_eq!(within.state, "delivered");
    assert_eq!(
        within.environments["production"].version.as_deref(),
        Some("v1.0.1")
    );
    assert!(
        within.sentence.ends_with(", with v1.0.1"),
        "{}",
        within.sentence
    );
}

#[test]
fn a_version_is_where_it_was_deployed() {
    let mut s = shop();
    for (deployment, sha, version, time) in [
        ("d0", "m0", "v0", "03-02 10:00"),
        ("d1", "m1", "v1", "03-03 10:00"),
        // The same commit under another name brings nothing new.
        ("d2", "m1", "v1.1", "03-04 10:00"),
        ("d3", "m2", "v2", "03-05 10:00"),
        ("d4", "m1", "v1.1", "03-06 10:00"),
    ] {
        let version = Some(s.name(version));
        s.deploy(deployment, "r", sha, time).record().version = version;
    }
    let staging = s.name("staging");
    let next = s.name("v3");
    s.deploy("s0", "r", "m3", "03-06 11:00")
        .record()
        .environment = Some(staging);
    s.record().version = Some(next);
    // Its merge belongs to it, as events tell.
    let merge = s.workload().changes[2].sha.unwrap();
    s.workload().commits[merge as usize].change = Some(2);
    let workload = s.done();
    assert_eq!(asked(&workload, "v2").0, ["#2"]);
    let rules = Rules::default();
    let lives = Lives::new(&workload, &rules, None);
    let version = |name: &str| seek(&lives, name).versions[0].whereabouts(&lives, &|_| Vec::new());
    let gone = version("v2");
    assert_eq!(
        (gone.state, gone.since),
        ("failed", Some(at("03-06 10:00")))
    );
    assert_eq!(gone.rolled_back["production"].deployment, "d4");
    let there: Vec<&String> = gone.environments.keys().collect();
    assert_eq!(there, ["staging"], "within v3");
    let live = version("v1.1");
    assert_eq!(
        (live.state, live.since),
        ("delivered", Some(at("03-06 10:00")))
    );
    assert_eq!(
        live.environments["production"].version.as_deref(),
        Some("v1.1")
    );
    let first = version("v0");
    assert_eq!(first.state, "delivered");
    let told = "v0 was live in production from 2025-03-02T10:00:00Z to 2025-03-03T10:00:00Z, when v1 took its place; what it holds is live still";
    assert_eq!(first.sentence, told);
    // What has not been in production speaks of its change.
    let staged = version("v3");
    assert_eq!(
        (staged.state, staged.step.as_deref()),
        ("waiting", Some("production"))
    );
    assert_eq!(asked(&workload, "v3").0, ["#3"]);
    assert!(
        staged.sentence.ends_with(", and not in production"),
        "{}",
        staged.sentence
    );
}

#[test]
fn a_version_of_no_commit_is_known_by_its_deployments() {
    let mut s = shop();
    for (deployment, version, time) in [("d0", "7.1", "01-02 10:00"), ("d1", "7.2", "01-03 10:00")]
    {
        let version = Some(s.name(version));
        s.deploy(deployment, "", "", time).record().version = version;
    }
    let workload = s.done();
    let told = alone(&workload, "7.2");
    assert_eq!((told.state, &*told.change), ("delivered", "7.2"));
    let told = alone(&workload, "7.1");
    assert_eq!(told.state, "superseded");
    assert!(
        told.sentence
            .ends_with("when 7.2 took its place without it")
    );
}

#[test]
fn a_merge_speaks_of_all_that_it_brought() {
    let mut s = shop();
    s.commit("r", "a", "03-02 09:00", &["m1"]);
    s.commit("r", "b", "03-02 10:00", &["a"]);
    s.request("#7", "r", &["a"]).request("#8", "r", &["b"]);
    s.commit("r", "merge7", "03-03 10:00", &["m3", "b"]);
    let (changes, alone) = asked(&s.done(), "merge7");
    assert_eq!(
        (changes, alone.len()),
        (vec!["#7".to_owned(), "#8".to_owned()], 0)
    );
}

#[test]
fn a_commit_that_nothing_holds_is_not_merged() {
    let mut s = shop();
    s.commit("r", "feed1234", "03-02 09:00", &["m1"]);
    s.sha("beef1234");
    let workload = s.done();
    let told = alone(&workload, "feed");
    assert_eq!((told.state, &*told.change), ("unknown", "feed1234"));
    let sentence = "feed1234 is a commit of r that is not merged, as far as is known, on the branch work: no change and no deployment holds it";
    assert_eq!(told.sentence, sentence);
    let told = alone(&workload, "beef1234");
    assert!(
        told.sentence.contains("nothing more is known"),
        "{}",
        told.sentence
    );
}

#[test]
fn of_the_past_one_speaks_in_the_past() {
    let mut s = shop();
    s.deploy("d0", "r", "m0", "03-02 10:00");
    s.deploy("d1", "r", "m1", "03-03 10:00");
    let workload = s.done();
    let rules = Rules::default();
    let mut lives = Lives::new(&workload, &rules, None);
    lives.looking_back = true;
    let told = |id: &str| {
        whereabouts(&lives, find(&lives, id)[0], &[], &[])
            .unwrap()
            .sentence
    };
    let live = "as of 2025-03-31T00:00:00Z, #1 was live in production since 2025-03-03T10:00:00Z";
    assert_eq!(told("#1"), live);
    assert!(told("#2").starts_with("as of 2025-03-31T00:00:00Z, #2: "));
}

#[test]
fn only_the_first_line_of_a_message_is_a_title() {
    let mut s = shop();
    let title = s.name("\n  Fix the till  \n\nIt stuck.\n");
    s.last_change().title = Some(title);
    let told = told(&s.done(), "#3");
    assert_eq!(told.title.as_deref(), Some("Fix the till"));
}

#[test]
fn a_merge_is_not_live_for_what_it_merged() {
    let mut s = shop();
    s.commit("r", "fix", "03-02 09:00", &["m1"]);
    s.request("#9", "r", &["fix"]).merged("fix", "03-02 10:00");
    s.deploy("d0", "r", "m1", "03-02 11:00");
    s.deploy("d1", "r", "fix", "03-03 10:00");
    s.commit("r", "merge9", "03-04 10:00", &["m3", "fix"]);
    let workload = s.done();
    let (changes, alone) = asked(&workload, "merge9");
    assert_eq!((changes, alone.len()), (vec!["#9".to_owned()], 1));
    let sentence = "merge9 is a merge of r that no deployment holds, as far as is known";
    assert_eq!((alone[0].state, &*alone[0].sentence), ("unknown", sentence));
}

#[test]
fn what_was_taken_out_is_not_live() {
    let mut s = shop();
    s.deploy("d0", "r", "m0", "03-02 10:00");
    s.deploy("d1", "r", "m1", "03-03 10:00");
    s.deploy("gone", "r", "", "03-04 10:00").record().removed = true;
    let workload = s.done();
    let change = told(&workload, "#1");
    assert_eq!(
        (change.state, change.step.as_deref(), change.since),
        ("waiting", Some("production"), Some(at("03-04 10:00")))
    );
    assert!(change.environments.is_empty());
    let sentence = "#1 was live in production until 2025-03-04T10:00:00Z, when it was taken out of there and nothing took its place";
    assert_eq!(change.sentence, sentence);
    let rules = Rules::default();
    let lives = Lives::new(&workload, &rules, None);
    let version = seek(&lives, "d1").versions[0].whereabouts(&lives, &|_| Vec::new());
    assert_eq!(
        (version.state, version.since),
        ("waiting", Some(at("03-04 10:00")))
    );
    assert!(version.environments.is_empty());
    let mut s = shop();
    s.deploy("d0", "r", "m0", "03-02 10:00");
    s.deploy("d1", "r", "m1", "03-03 10:00");
    s.deploy("gone", "r", "", "03-04 10:00").record().removed = true;
    s.deploy("d2", "r", "m1", "03-05 10:00");
    assert_eq!(state(&s.done(), "#1"), ("delivered", true), "and put back");
}

#[test]
fn a_change_of_unknown_beginning_is_told_of_from_its_merge() {
    let mut s = shop();
    s.request("#7", "other", &[]).merged("x7", "03-02 09:00");
    s.deploy("d0", "other", "x0", "03-01 10:00");
    s.deploy("d1", "other", "x7", "03-03 10:00");
    let workload = s.done();
    let told = told(&workload, "#7");
    assert_eq!(
        (told.state, told.since),
        ("delivered", Some(at("03-03 10:00")))
    );
    assert_eq!(told.timeline[0].from, at("03-02 09:00"));
}

#[test]
fn what_rests_on_time_alone_says_so_wherever_it_is() {
    let mut s = shop();
    s.request("#7", "other", &[]).opened("03-02 08:00");
    s.merged("x7", "03-02 09:00");
    for (deployment, time) in [("s0", "03-01 10:00"), ("s1", "03-03 10:00")] {
        let staging = s.name("staging");
        let record = s.deploy(deployment, "other", deployment, time).record();
        record.environment = Some(staging);
    }
    let told = told(&s.done(), "#7");
    assert!(told.environments.contains_key("staging"));
    assert!(told.inferred && told.state != "delivered");
}

#[test]
fn what_a_gate_turned_down_is_told_to_be_rejected() {
    let told_of = |decisions: &[(&str, &str, Option<&str>)]| {
        let mut s = shop();
        s.path(&[
            ("code", StepKind::Code, None),
            ("staging", StepKind::Deploy, Some("staging")),
            ("cab", StepKind::Gate, None),
            ("production", StepKind::Deploy, Some("production")),
        ]);
        for (change, sha) in (0..).zip(["m1", "m2", "m3"]) {
            let place = s.sha(sha) as usize;
            s.workload().commits[place].change = Some(change);
        }
        s.deploy("d0", "r", "m0", "03-01 10:00");
        staged(&mut s, "s1", "m3", "03-02 10:00");
        let (source, name) = (s.name("board"), Some(s.name("cab")));
        let jane = Some(s.name("jane"));
        for (sha, opened, closed) in decisions {
            let (id, commit) = (s.name(opened), Some(s.sha(sha)));
            let mut gate = Gate::asked(source, id, at(opened));
            (gate.name, gate.commit) = (name, commit);
            if let Some(closed) = closed {
                (gate.closed, gate.decision) = (Some(at(closed)), Some(Decision::Rejected));
                gate.responder = jane;
            }
            s.workload().gates.push(gate);
        }
        let told = told(&s.done(), "#1");
        assert_eq!(told.rejected, told.state == "failed");
        (told.state, told.sentence)
    };
    let rejected = ("m3", "03-02 11:00", Some("03-02 12:00"));
    let sentence = "#1: rejected at the gate cab by jane, since 2025-03-02T12:00:00Z, on ann";
    assert_eq!(told_of(&[rejected]), ("failed", sentence.to_owned()));
    // Another gate holds it still.
    let open = ("m2", "03-02 10:30", None);
    let sentence = "#1: held at the gate cab, where another candidate was rejected by jane at 2025-03-02T12:00:00Z, since 2025-03-02T10:30:00Z";
    assert_eq!(told_of(&[open, rejected]), ("gated", sentence.to_owned()));
    // Asked once more, it is decided once more.
    let again = ("m3", "03-02 13:00", None);
    let sentence = "#1: held at the gate cab, since 2025-03-02T13:00:00Z";
    assert_eq!(told_of(&[rejected, again]), ("gated", sentence.to_owned()));
}

#[test]
fn a_request_whose_opening_nobody_told_is_known_from_the_first_that_was_told_of_it() {
    let mut s = shop();
    s.path(&[
        ("code", StepKind::Code, None),
        ("review", StepKind::Review, None),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    let told_of = s.request("#4", "r", &[]).last_change();
    told_of.updated.push(at("03-02 10:00"));
    let closed = s.request("#5", "r", &[]).last_change();
    closed.abandoned = Some(at("03-03 10:00"));
    s.request("#6", "r", &[]);
    let workload = s.done();
    let open = told(&workload, "#4");
    let stands = (open.state, open.step.as_deref(), open.since);
    assert_eq!(stands, ("waiting", Some("review"), Some(at("03-02 10:00"))));
    let closed = told(&workload, "#5");
    assert_eq!(closed.state, "abandoned");
    let rules = Rules::default();
    let lives = Lives::new(&workload, &rules, None);
    assert!(lives.known_life(find(&lives, "#6")[0]).is_none());
}

#[test]
fn who_holds_another_environment_or_decides_on_another_change_is_not_waited_for() {
    let held = || {
        let mut s = shop();
        s.deploy("d0", "r", "m0", "03-02 10:00");
        staged(&mut s, "s1", "m1", "03-03 10:00");
        s
    };
    let mut s = held();
    for (environment, by) in [("staging", "bob"), ("production", "jane")] {
        let (environment, by) = (s.name(environment), Some(s.name(by)));
        s.workload().holds.push(Hold {
            environment,
            from: at("03-02 12:00"),
            until: None,
            by,
            reason: None,
        });
    }
    let told_of = told(&s.done(), "#1");
    assert_eq!(
        (told_of.state, &told_of.on[..]),
        ("held", &["jane".to_owned()][..])
    );

    let mut s = held();
    s.path(&[
        ("code", StepKind::Code, None),
        ("staging", StepKind::Deploy, Some("staging")),
        ("cab", StepKind::Gate, None),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    for (change, approver, time) in [("#1", "ann", "03-03 11:00"), ("#2", "li", "03-03 12:00")] {
        let (source, id) = (s.name("board"), s.name(time));
        let mut gate = Gate::asked(source, id, at(time));
        gate.name = Some(s.name("cab"));
        gate.changes = vec![s.name(change)];
        gate.approvers = vec![s.name(approver)];
        s.workload().gates.push(gate);
    }
    let told = told(&s.done(), "#1");
    assert_eq!(
        (told.state, &told.on[..]),
        ("gated", &["ann".to_owned()][..])
    );
}

#[test]
fn an_image_is_known_by_the_digest_in_its_name() {
    let digest = format!("sha256:{}", "ab".repeat(32));
    let mut s = shop();
    s.deploy("d0", "r", "m0", "03-02 10:00");
    s.deploy("d1", "r", "m1", "03-03 10:00").digest(&digest);
    let workload = s.done();
    for name in ["ghcr.io/acme/shop", "pkg:oci/shop"] {
        let (changes, _) = asked(&workload, &format!("{name}@{digest}"));
        assert_eq!(changes, ["#1"], "{name}");
    }
}

#[test]
fn a_wait_that_ends_by_itself_says_when() {
    let waiting = || {
        let mut s = shop();
        s.deploy("d0", "r", "m0", "03-02 10:00");
        // A Friday.
        staged(&mut s, "s1", "m1", "03-07 10:00");
        s
    };
    let ends = |s: Sample| {
        let told = told(&s.done(), "#1");
        (told.state, told.until, told.sentence)
    };
    let mut s = waiting();
    s.workload().path.steps[1].soak = Some(Span::from_seconds(48 * 3_600));
    s.workload().as_of = at("03-07 15:00");
    let sentence =
        "#1: soaking before production, since 2025-03-07T10:00:00Z until 2025-03-09T10:00:00Z";
    let soaked = Some(at("03-09 10:00"));
    assert_eq!(ends(s), ("soaking", soaked, sentence.to_owned()));

    let mut s = waiting();
    s.workload().as_of = at("03-07 17:00");
    s.workload().path.freezes = vec![Freeze {
        environment: "production".to_owned(),
        schedule: "FREQ=WEEKLY;BYDAY=FR;BYHOUR=16".to_owned(),
        length: Span::from_seconds(64 * 3_600),
        reason: None,
    }];
    let sentence = "#1: kept out of production by a freeze, since 2025-03-07T16:00:00Z until 2025-03-10T08:00:00Z";
    let thawed = Some(at("03-10 08:00"));
    assert_eq!(ends(s), ("frozen", thawed, sentence.to_owned()));

    let mut s = waiting();
    s.workload().as_of = at("03-07 17:00");
    let (state, until, _) = ends(s);
    assert_eq!((state, until), ("waiting", None));
}

#[test]
fn a_commit_that_touches_nothing_of_the_workload_is_no_change_of_it() {
    let mut s = shop();
    s.commit("r", "d0c5aaaa", "03-01 12:00", &["m3"])
        .outside("d0c5aaaa");
    s.commit("r", "m4", "03-01 13:00", &["d0c5aaaa"]);
    s.deploy("d1", "r", "m4", "03-02 10:00");
    let (change, sha) = (s.name("acme/shop#4"), s.sha("d0c5aaaa"));
    let workload = s.workload();
    let parts = vec![globset::Glob::new("web/**").unwrap()];
    workload.definition.parts = Some(Parts::new(parts, Vec::new()));
    workload.outside.push(Outside {
        change,
        repository: None,
        sha,
    });
    let workload = s.done();
    for query in ["d0c5aaaa", "d0c5", "acme/shop#4", "4"] {
        let told = alone(&workload, query);
        assert_eq!(told.outside, Some(vec!["web/**".to_owned()]), "{query}");
        assert_eq!((told.state, told.since), ("unknown", None));
        assert!(told.environments.is_empty());
        assert_eq!(
            told.sentence,
            "d0c5aaaa is a commit of r that touches none of the `paths` of shop (web/**): it is no change of it"
        );
    }
    assert_eq!(told(&workload, "#1").outside, None);
}

#[test]
fn a_commit_that_was_deployed_as_itself_is_told_whatever_it_touches() {
    let mut s = shop();
    s.commit("r", "d0c5aaaa", "03-01 12:00", &["m3"])
        .outside("d0c5aaaa");
    s.deploy("d0", "r", "m0", "03-02 09:00");
    s.deploy("d1", "r", "d0c5aaaa", "03-02 10:00");
    s.workload().definition.parts = Some(Parts::default());
    let told = alone(&s.done(), "d0c5aaaa");
    assert_eq!((told.state, told.outside), ("delivered", None));
}
