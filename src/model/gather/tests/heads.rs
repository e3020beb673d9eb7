//! Where a request's own commits end, and whose a commit is that several requests hold.

use super::{
    REPOSITORY, Told, change_of, changes, commit, day, end, event, gathered, merged, texts,
};
use crate::event::kind::{Change, ChangePhase, Commit, Deployment, Kind, Outcome, Phase};
use crate::model::Workload;
use crate::model::delivery::deliver;
use crate::model::dora::lead::{lead, start};

fn shipped(id: &'static str, at: i64, sha: &'static str) -> Told {
    let fact = Deployment {
        record: id,
        repository: REPOSITORY,
        environment: Some("production"),
        sha: Some(sha),
        phase: Phase::Finished,
        outcome: Some(Outcome::Success),
        ..Deployment::default()
    };
    event(id, at, Kind::Deployment(fact))
}

fn opened(
    change: &'static str,
    at: i64,
    head: Option<&'static str>,
    commits: &[&'static str],
) -> Told {
    let fact = Change {
        change,
        repository: REPOSITORY,
        head,
        commits: commits.into(),
        phase: ChangePhase::Created,
        ..Change::default()
    };
    event(change, at, Kind::Change(fact))
}

fn of(change: &'static str, told: Told) -> Told {
    let Kind::Commit(fact) = told.kind else {
        unreachable!("a commit")
    };
    let change = Some(change);
    let kind = Kind::Commit(Commit { change, ..fact });
    Told { kind, ..told }
}

fn head(workload: &Workload, id: &str) -> Option<String> {
    let mut all = workload.changes.iter();
    let change = all.find(|change| workload.text(change.id) == id).unwrap();
    let commit = &workload.commits[change.head? as usize];
    Some(workload.text(commit.sha).to_owned())
}

fn commits<'w>(workload: &'w Workload, id: &str) -> Vec<&'w str> {
    let mut all = workload.changes.iter();
    let change = all.find(|change| workload.text(change.id) == id).unwrap();
    let own = change.commits.iter();
    let mut shas = texts(workload, own.map(|at| workload.commits[*at as usize].sha));
    shas.sort_unstable();
    shas
}

/// `change: deployment`, `!` where it was shipped before its merge, of the changes that have a lead time.
fn leads(workload: &Workload) -> String {
    let delivery = deliver(workload, "production");
    let told = (0..).zip(&workload.changes).filter_map(|(place, change)| {
        let lead = lead(workload, &delivery, place)?;
        let attempt = delivery.attempt(lead.attempt)?;
        let early = if lead.shipped_before_merge { "!" } else { "" };
        let (id, by) = (workload.text(change.id), workload.text(attempt.deployment));
        Some(format!("{id}: {by}{early}"))
    });
    let mut told: Vec<String> = told.collect();
    told.sort_unstable();
    told.join(", ")
}

#[test]
fn a_request_deployed_from_its_branch_ends_there() {
    let named = |sha, at, parents: &[&'static str]| of("7", commit(sha, at, parents));
    let squash = [commit("m", 8, &["a"]), merged("7", 8, "m", &[])];
    let rebase = [
        named("r1", 2, &["a"]),
        named("r2", 3, &["r1"]),
        merged("7", 8, "r2", &[]),
    ];
    let merge = [commit("m", 8, &["a", "w2"]), merged("7", 8, "m", &[])];
    for how in [&squash[..], &rebase, &merge] {
        let mut events = vec![
            commit("a", 1, &[]),
            shipped("d1", 1, "a"),
            named("w1", 2, &["a"]),
            named("w2", 3, &["w1"]),
            opened("7", 4, None, &["w1", "w2"]),
            shipped("d2", 6, "w2"),
        ];
        events.extend_from_slice(how);
        let last = if how.len() == 3 { "r2" } else { "m" };
        events.push(shipped("d3", 9, last));
        let workload = gathered(&events, 10);
        assert_eq!(head(&workload, "7").as_deref(), Some("w2"), "{last}");
        assert_eq!(changes(&workload), ["7", "a"], "{last}");
        assert_eq!(leads(&workload), "7: d2!", "{last}");
        // Nothing but the branch was ever deployed, and that after the merge.
        events.retain(|told| !matches!(told.id, "d2" | "d3"));
        events.push(shipped("d4", 9, "w2"));
        let workload = gathered(&events, 10);
        assert_eq!(changes(&workload), ["7", "a"], "{last}");
        assert_eq!(leads(&workload), "7: d4", "{last}");
    }
}

#[test]
fn the_end_of_a_branch_is_told_by_the_graph_or_else_by_the_list() {
    let found = |events: &[Told]| head(&gathered(events, 9), "7");
    let w2 = Some("w2".to_owned());
    let listed = opened("7", 4, None, &["w2", "w1"]);
    let graph = [
        commit("w1", 2, &["a"]),
        commit("w2", 3, &["w1"]),
        listed.clone(),
    ];
    assert_eq!(found(&graph), w2, "the list is in another order");
    assert_eq!(found(&[listed]).as_deref(), Some("w1"), "no graph");
    // Pushed anew: the last list is of what is there now.
    let mut again = opened("7", 5, None, &["x1", "x2"]);
    again.id = "again";
    let pushed = [opened("7", 4, None, &["w1", "w2"]), again];
    assert_eq!(found(&pushed).as_deref(), Some("x2"));
    assert_eq!(found(&[opened("7", 4, None, &[])]), None);
    let fast = [commit("w1", 2, &["a"]), merged("7", 5, "w1", &["w1"])];
    assert_eq!(found(&fast), None, "its merge says it already");
}

#[test]
fn without_a_graph_a_request_deployed_from_its_branch_ends_there_all_the_same() {
    let bare = |sha, at| {
        let told = of("7", commit(sha, at, &[]));
        let Kind::Commit(fact) = told.kind else {
            unreachable!("a commit")
        };
        let parents = None;
        let kind = Kind::Commit(Commit { parents, ..fact });
        Told { kind, ..told }
    };
    let told = |head: Option<&'static str>| {
        let events = [
            shipped("d1", 1, "x"),
            bare("w1", 2),
            bare("w2", 3),
            opened("7", 4, head, &[]),
            shipped("d2", 5, "w1"),
            shipped("d3", 6, "w2"),
            merged("7", 8, "m", &[]),
            shipped("d4", 9, "m"),
        ];
        leads(&gathered(&events, 10))
    };
    for head in [None, Some("w2")] {
        assert_eq!(told(head), "7: d3!", "{head:?}");
    }
    assert_eq!(told(Some("w1")), "7: d2!");
    assert_eq!(told(Some("w3")), "7: d4", "by date");
}

#[test]
fn a_head_belongs_to_its_request() {
    let events = [
        commit("a", 1, &[]),
        shipped("d1", 1, "a"),
        commit("w1", 2, &["a"]),
        commit("w2", 3, &["w1"]),
        opened("7", 4, Some("w2"), &["w1"]),
        shipped("d2", 5, "w2"),
        commit("m", 6, &["a"]),
        merged("7", 6, "m", &[]),
        shipped("d3", 7, "m"),
    ];
    for until in [5, 9] {
        let workload = gathered(&events, until);
        assert_eq!(changes(&workload), ["7", "a"], "day {until}");
        assert_eq!(change_of(&workload, "w2"), Some("7"));
        assert_eq!(commits(&workload, "7"), ["w1", "w2"]);
        assert_eq!(leads(&workload), "7: d2!", "day {until}");
    }
    // Nothing else is said of its commits: they are where its work began.
    let mut events = events.to_vec();
    events.retain(|told| told.id != "w1");
    events[3] = opened("7", 4, Some("w2"), &[]);
    let workload = gathered(&events, 9);
    assert_eq!(changes(&workload), ["7", "a"]);
    assert_eq!(start(&workload, &workload.changes[0]), Some(day(3)));
}

#[test]
fn a_request_that_stands_on_the_target_branch_takes_nothing_from_it() {
    let events = [
        commit("a", 1, &[]),
        shipped("d1", 1, "a"),
        commit("b", 2, &["a"]),
        opened("7", 3, Some("b"), &[]),
        shipped("d2", 4, "b"),
    ];
    let mut seen = events.to_vec();
    seen.push(end("b", 2));
    for events in [&events[..], &seen] {
        let workload = gathered(events, 9);
        assert_eq!(changes(&workload), ["7", "a", "b"]);
        assert_eq!(change_of(&workload, "b"), Some("b"));
        assert_eq!(leads(&workload), "b: d2");
    }
}

/// #1 of a1, a2 and later a3; #2 on a2. Both list what they hold, #2 first.
fn stack() -> Vec<Told> {
    vec![
        commit("m0", 1, &[]),
        commit("a1", 2, &["m0"]),
        commit("a2", 3, &["a1"]),
        opened("#1", 3, None, &[]),
        commit("b1", 4, &["a2"]),
        opened("#2", 5, None, &["a1", "a2", "b1"]),
        commit("a3", 6, &["a2"]),
    ]
}

#[test]
fn of_stacked_requests_each_has_the_commits_that_it_came_with() {
    let mut events = stack();
    events.extend([
        commit("s1", 7, &["m0"]),
        merged("#1", 7, "s1", &["a1", "a2", "a3"]),
        commit("s2", 8, &["s1"]),
        merged("#2", 8, "s2", &[]),
        end("s2", 8),
    ]);
    let told = |events: &[Told]| {
        let workload = gathered(events, 9);
        assert_eq!(changes(&workload), ["#1", "#2", "m0"]);
        assert_eq!(commits(&workload, "#1"), ["a1", "a2", "a3"]);
        assert_eq!(commits(&workload, "#2"), ["b1"]);
        assert_eq!(head(&workload, "#1").as_deref(), Some("a3"));
        let second = workload.changes.iter();
        let mut second = second.filter(|change| workload.text(change.id) == "#2");
        assert_eq!(start(&workload, second.next().unwrap()), Some(day(4)));
    };
    told(&events);
    // Both opened at one instant, or the lower one split off later: what holds all of the other stands on it.
    for (place, at) in [(3, 5), (3, 6)] {
        let mut events = events.clone();
        events[place] = opened("#1", at, None, &["a1", "a2"]);
        events.retain(|told| told.id != "a3");
        for told in &mut events {
            if let Kind::Change(fact) = &mut told.kind
                && fact.phase == ChangePhase::Merged
            {
                fact.commits = Vec::new().into();
            }
        }
        let workload = gathered(&events, 9);
        assert_eq!(commits(&workload, "#1"), ["a1", "a2"], "day {at}");
        assert_eq!(commits(&workload, "#2"), ["b1"], "day {at}");
    }
}

#[test]
fn a_merge_that_brings_the_merge_of_another_request_brings_it_its_commits() {
    let mut events = stack();
    events.retain(|told| !told.id.starts_with('#'));
    events.extend([
        commit("b2", 6, &["b1"]),
        commit("into-a", 7, &["a3", "b2"]),
        merged("#2", 7, "into-a", &[]),
        commit("into-main", 8, &["m0", "into-a"]),
        merged("#1", 8, "into-main", &[]),
    ]);
    for seen in [false, true] {
        if seen {
            events.push(end("into-main", 8));
        }
        let workload = gathered(&events, 9);
        assert_eq!(changes(&workload), ["#1", "#2", "m0"]);
        assert_eq!(commits(&workload, "#1"), ["a1", "a2", "a3"]);
        assert_eq!(commits(&workload, "#2"), ["b1", "b2"]);
    }
}

#[test]
fn a_name_that_ends_like_a_bots_is_a_bots() {
    let reviewed = |reviewer| {
        let fact = Change {
            change: "7",
            repository: REPOSITORY,
            author: Some("renovate[bot]"),
            reviewer: Some(reviewer),
            phase: ChangePhase::Reviewed,
            ..Change::default()
        };
        event(reviewer, 5, Kind::Change(fact))
    };
    let mut by_bot = opened("7", 4, None, &[]);
    if let Kind::Change(fact) = &mut by_bot.kind {
        fact.author = Some("renovate[bot]");
    }
    let workload = gathered(&[by_bot, reviewed("sonar[bot]"), reviewed("ann")], 9);
    let change = &workload.changes[0];
    assert!(change.bot);
    let reviews = change.reviews.iter();
    let bots: Vec<(&str, bool)> = reviews
        .map(|review| (workload.text(review.reviewer.unwrap()), review.bot))
        .collect();
    assert_eq!(bots, [("ann", false), ("sonar[bot]", true)]);
}
