//! Which commits a change is made of, whichever way it was merged, and which changes are the workload's.

use globset::Glob;

use super::{
    Told, change_of, changes, commit, day, end, event, gathered, gathered_as, merged, request,
    shop, texts,
};
use crate::event::kind::{ChangePhase, Commit, Kind};
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::{Definition, Parts};
use crate::model::dora::lead::start;
use crate::model::entity::Change;

fn only<'w>(workload: &'w Workload, id: &str) -> &'w Change {
    let mut found = workload
        .changes
        .iter()
        .filter(|change| workload.text(change.id) == id);
    let change = found.next().unwrap();
    assert!(found.next().is_none(), "{id} is there twice");
    change
}

fn commits<'w>(workload: &'w Workload, id: &str) -> Vec<&'w str> {
    let commits = only(workload, id).commits.iter();
    let shas = commits.map(|commit| workload.commits[*commit as usize].sha);
    let mut shas = texts(workload, shas);
    shas.sort_unstable();
    shas
}

fn started(workload: &Workload, id: &str) -> Option<Timestamp> {
    start(workload, only(workload, id))
}

#[test]
fn a_squashed_request_starts_with_its_own_commits() {
    let events = [
        commit("a", 1, &[]),
        commit("w1", 2, &["a"]),
        commit("w2", 3, &["w1"]),
        request("7", 4, ChangePhase::Created),
        commit("squash", 5, &["a"]),
        merged("7", 5, "squash", &["w1", "w2"]),
        end("squash", 5),
    ];
    let workload = gathered(&events, 9);
    assert_eq!(changes(&workload), ["7", "a"]);
    assert_eq!(commits(&workload, "7"), ["w1", "w2"]);
    assert_eq!(change_of(&workload, "squash"), Some("7"));
    assert_eq!(started(&workload, "7"), Some(day(2)));
    assert_eq!(only(&workload, "7").opened, Some(day(4)));
    assert_eq!(only(&workload, "7").merged, Some(day(5)));
}

#[test]
fn a_merge_brings_the_commits_of_its_request() {
    // Nobody says which commits 8 has: the graph does. `m0`, a merge without a request, brings direct changes, and is none.
    let events = [
        commit("a", 1, &[]),
        commit("side", 2, &["a"]),
        commit("m0", 3, &["a", "side"]),
        commit("b1", 2, &["a"]),
        commit("b2", 4, &["b1"]),
        commit("m8", 5, &["m0", "b2"]),
        merged("8", 5, "m8", &[]),
        end("m8", 5),
    ];
    let workload = gathered(&events, 9);
    assert_eq!(changes(&workload), ["8", "a", "side"]);
    assert_eq!(commits(&workload, "8"), ["b1", "b2"]);
    assert_eq!(started(&workload, "8"), Some(day(2)));
    for (sha, change) in [("m8", Some("8")), ("m0", None), ("side", Some("side"))] {
        assert_eq!(change_of(&workload, sha), change, "{sha}");
    }
}

#[test]
fn rebased_commits_belong_to_their_request_by_their_author_dates() {
    let rebased = |sha, at, parent| {
        let Kind::Commit(fact) = commit(sha, at, &[parent]).kind else {
            unreachable!("a commit")
        };
        let committed = Some(day(7));
        event(sha, at, Kind::Commit(Commit { committed, ..fact }))
    };
    let events = [
        commit("a", 1, &[]),
        commit("w1", 2, &["a"]),
        commit("w2", 3, &["w1"]),
        commit("w3", 4, &["w2"]),
        // On the branch before the rebase, by somebody else, without a request.
        commit("b", 6, &["a"]),
        rebased("r1", 2, "b"),
        rebased("r2", 3, "r1"),
        rebased("r3", 4, "r2"),
        merged("9", 7, "r3", &["w1", "w2", "w3"]),
        end("r3", 7),
    ];
    let workload = gathered(&events, 9);
    assert_eq!(changes(&workload), ["9", "a", "b"]);
    assert_eq!(commits(&workload, "9"), ["w1", "w2", "w3"]);
    assert_eq!(started(&workload, "9"), Some(day(2)));
    for sha in ["r1", "r2", "r3", "w1", "w2", "w3"] {
        assert_eq!(change_of(&workload, sha), Some("9"), "{sha}");
    }
    assert_eq!(change_of(&workload, "b"), Some("b"));
}

#[test]
fn only_what_the_target_branch_holds_is_a_direct_change() {
    let events = [
        commit("a", 1, &[]),
        commit("draft", 2, &["a"]),
        commit("b", 3, &["a"]),
        end("b", 3),
    ];
    let workload = gathered(&events, 9);
    assert_eq!(changes(&workload), ["a", "b"]);
    assert_eq!(change_of(&workload, "draft"), None);
    let direct = only(&workload, "b");
    assert!(direct.direct);
    assert_eq!((direct.opened, direct.merged), (None, Some(day(3))));
}

#[test]
fn changes_of_other_parts_of_a_monorepo_are_left_out() {
    let glob = |text: &str| vec![Glob::new(text).unwrap()];
    let definition = Definition {
        parts: Some(Parts::new(glob("till/**"), glob("till/docs/**"))),
        ..shop()
    };
    let touching = |sha, at, parents: &[&'static str], paths: &[&'static str]| -> Told {
        let Kind::Commit(fact) = commit(sha, at, parents).kind else {
            unreachable!("a commit")
        };
        let paths = Some(paths.into());
        event(sha, at, Kind::Commit(Commit { paths, ..fact }))
    };
    let events = [
        touching("other", 1, &[], &["cart/main.rs"]),
        touching("docs", 2, &["other"], &["till/docs/index.md"]),
        touching("own", 3, &["docs"], &["cart/main.rs", "till/main.rs"]),
        commit("unknown", 4, &["own"]),
        touching("w1", 5, &["unknown"], &["cart/main.rs"]),
        touching("w2", 6, &["w1"], &["till/main.rs"]),
        touching("w3", 6, &["unknown"], &["cart/main.rs"]),
        touching("m3", 7, &["unknown", "w3"], &[]),
        touching("m2", 8, &["m3", "w2"], &[]),
        merged("3", 7, "m3", &[]),
        merged("2", 8, "m2", &[]),
        // Nothing is known of its commits yet.
        request("4", 8, ChangePhase::Created),
        end("m2", 8),
    ];
    let workload = gathered_as(&definition, &events, 9);
    assert_eq!(changes(&workload), ["2", "4", "own", "unknown"]);
    for (sha, change) in [
        ("w1", Some("2")),
        ("m2", Some("2")),
        ("own", Some("own")),
        ("w3", None),
        ("m3", None),
        ("docs", None),
    ] {
        assert_eq!(change_of(&workload, sha), change, "{sha}");
    }
    assert_eq!(gathered(&events, 9).changes.len(), 7);
}

#[test]
fn an_abandoned_request_may_be_opened_again() {
    let events = [
        request("5", 1, ChangePhase::Created),
        request("5", 3, ChangePhase::Abandoned),
        request("5", 5, ChangePhase::Created),
        merged("5", 7, "a", &[]),
        request("5", 8, ChangePhase::Abandoned),
    ];
    for (until, abandoned, merged) in [
        (2, None, None),
        (4, Some(day(3)), None),
        (6, None, None),
        (9, None, Some(day(7))),
    ] {
        let workload = gathered(&events, until);
        let change = only(&workload, "5");
        assert_eq!(change.opened, Some(day(1)), "day {until}");
        assert_eq!((change.abandoned, change.merged), (abandoned, merged));
    }
}

/// `main` was a, b (#1), c (#2); then it was forced to a, b2 (#1 again).
fn forced() -> Vec<Told> {
    vec![
        commit("a", 1, &[]),
        commit("b", 2, &["a"]),
        merged("#1", 2, "b", &[]),
        commit("c", 3, &["b"]),
        merged("#2", 3, "c", &[]),
        end("c", 3),
        commit("b2", 5, &["a"]),
        Told {
            id: "#1 again",
            ..merged("#1", 5, "b2", &[])
        },
        end("b2", 5),
    ]
}

#[test]
fn a_request_whose_merge_was_rewritten_is_the_one_that_the_branch_holds() {
    let of = |workload: &Workload, id: &str| -> Change {
        let found = workload.changes.iter();
        let mut found = found.filter(|change| workload.text(change.id) == id);
        found.next().unwrap().clone()
    };
    let sha = |workload: &Workload, change: &Change| {
        let commit = &workload.commits[change.sha.unwrap() as usize];
        workload.text(commit.sha).to_owned()
    };
    let before = gathered(&forced(), 4);
    assert_eq!(sha(&before, &of(&before, "#1")), "b");
    assert_eq!(of(&before, "#2").abandoned, None);
    let after = gathered(&forced(), 9);
    let kept = of(&after, "#1");
    assert_eq!(sha(&after, &kept), "b2");
    assert_eq!((kept.merged, kept.abandoned), (Some(day(2)), None));
    // What the branch was forced to leave behind is nobody's work any more.
    let lost = of(&after, "#2");
    assert_eq!((lost.merged, lost.abandoned), (Some(day(3)), Some(day(5))));
}

#[test]
fn a_request_that_no_branch_was_seen_to_hold_is_not_given_up() {
    // Merged into another branch than the one that is looked at.
    let mut events = forced();
    events.push(commit("side", 3, &["a"]));
    events.push(merged("#3", 3, "side", &[]));
    // And one whose clock went wrong: it is ahead of what bears the newest date.
    events.push(commit("d", 4, &["b2"]));
    events.push(merged("#4", 4, "d", &[]));
    events.push(Told {
        id: "~end d",
        ..end("d", 4)
    });
    let workload = gathered(&events, 9);
    let given_up = workload
        .changes
        .iter()
        .filter(|one| one.abandoned.is_some());
    let given_up: Vec<&str> = given_up.map(|one| workload.text(one.id)).collect();
    assert_eq!(given_up, ["#2"]);
}
