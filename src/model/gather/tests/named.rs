//! What names a change or a ticket: messages of commits, tickets, artifacts.

use super::{
    REPOSITORY, Told, change_of, changes, commit, end, event, gathered, gathered_as, merged,
    request, shop, texts,
};
use crate::event::kind::{Artifact, ChangePhase, Commit, Kind, Ticket};
use crate::model::Workload;
use crate::model::definition::{Definition, Parts};

fn says(sha: &'static str, at: i64, parents: &[&'static str], message: &'static str) -> Told {
    let mut told = commit(sha, at, parents);
    if let Kind::Commit(fact) = &mut told.kind {
        fact.message = Some(message);
    }
    told
}

fn ticket(id: &'static str, changes: &[&'static str]) -> Told {
    let fact = Ticket {
        ticket: id,
        changes: changes.into(),
        ..Ticket::default()
    };
    event(id, 1, Kind::Ticket(fact))
}

fn tickets<'w>(workload: &'w Workload, change: &str) -> Vec<&'w str> {
    let mut all = workload.changes.iter();
    let change = all.find(|one| workload.text(one.id) == change).unwrap();
    texts(workload, change.tickets.iter().copied())
}

fn known(workload: &Workload) -> Vec<&str> {
    texts(workload, workload.tickets.iter().map(|one| one.id))
}

/// So many that another thread takes its share of them.
#[test]
fn every_message_is_read_however_many_there_are() {
    let mut events = Vec::new();
    let mut before: Option<&'static str> = None;
    for number in 1..=21_000 {
        let sha = format!("c{number}").leak();
        let message = match number {
            20_500 => "Again (cherry picked from commit c7)",
            _ => format!("PAY-{number}: one of many").leak(),
        };
        events.push(says(sha, number, before.as_slice(), message));
        before = Some(sha);
    }
    events.extend(before.map(|sha| end(sha, 21_000)));
    let workload = gathered(&events, 21_000);
    assert_eq!(workload.changes.len(), 21_000);
    for change in &workload.changes {
        let number = workload.text(change.id).strip_prefix('c').unwrap();
        let told = texts(&workload, change.tickets.iter().copied());
        match number {
            "20500" => assert!(told.is_empty()),
            _ => assert_eq!(told, [format!("PAY-{number}")]),
        }
    }
    let sha = |at| workload.text(workload.commits[at as usize].sha);
    let copies = (0..).zip(&workload.commits);
    let copies = copies.filter_map(|(at, commit)| Some((sha(at), sha(commit.copy_of?))));
    assert_eq!(copies.collect::<Vec<_>>(), [("c20500", "c7")]);
}

#[test]
fn a_commit_that_nobody_asked_for_names_its_tickets_itself() {
    let events = [
        says("a", 1, &[], "OPS-1 begin"),
        says("b", 2, &["a"], "PAY-7: mend the till\n\nFixes #3, UTF-8"),
        says("c", 3, &["b"], "PAY-8 within a request"),
        merged("#4", 4, "c", &[]),
        says("aside", 4, &["a"], "PAY-9 not merged"),
        ticket("PAY-7", &[]),
        ticket("PAY-8", &[]),
        ticket("PAY-9", &[]),
        ticket("LATE-1", &["a"]),
        end("c", 4),
    ];
    let workload = gathered(&events, 9);
    assert_eq!(tickets(&workload, "a"), ["OPS-1", "LATE-1"]);
    assert_eq!(tickets(&workload, "b"), ["shop#3", "PAY-7"]);
    // A request says by itself what it is for.
    assert!(tickets(&workload, "#4").is_empty());
    assert_eq!(known(&workload), ["LATE-1", "PAY-7"]);
}

#[test]
fn a_ticket_names_a_change_with_its_repository() {
    for id in ["1", "#1", "shop#1"] {
        let events = [
            request(id, 2, ChangePhase::Created),
            request("12", 2, ChangePhase::Created),
            ticket("PAY-1", &["shop#1"]),
            ticket("PAY-2", &["else#1", "shop#2"]),
        ];
        let workload = gathered(&events, 9);
        assert_eq!(tickets(&workload, id), ["PAY-1"], "{id}");
        assert!(tickets(&workload, "12").is_empty());
        assert_eq!(known(&workload), ["PAY-1"]);
    }
}

#[test]
fn a_commit_names_its_request_with_the_repository() {
    for named in ["1", "shop#1", "shop!1"] {
        let fact = Commit {
            sha: "a",
            repository: REPOSITORY,
            change: Some(named),
            ..Commit::default()
        };
        let events = [
            event("a", 1, Kind::Commit(fact)),
            request("1", 2, ChangePhase::Created),
        ];
        let workload = gathered(&events, 9);
        assert_eq!(changes(&workload), ["1"], "{named}");
        assert_eq!(change_of(&workload, "a"), Some("1"));
    }
}

#[test]
fn an_artifact_names_its_request_with_the_repository() {
    let made = |change| {
        let fact = Artifact {
            artifact: "pkg:oci/shop@1",
            repository: REPOSITORY,
            change: Some(change),
            ..Artifact::default()
        };
        event("~artifact", 5, Kind::Artifact(fact))
    };
    let commit_of = |change| {
        let events = [commit("a", 1, &[]), merged("1", 2, "a", &[]), made(change)];
        let workload = gathered(&events, 9);
        let commit = workload.artifacts[0].commit?;
        Some(
            workload
                .text(workload.commits[commit as usize].sha)
                .to_owned(),
        )
    };
    assert_eq!(commit_of("shop#1").as_deref(), Some("a"));
    assert_eq!(commit_of("else#1"), None);
}

#[test]
fn a_merge_is_the_workloads_where_its_branch_is() {
    let touching = |sha, at, parents: &[&'static str], path| {
        let mut told = commit(sha, at, parents);
        if let Kind::Commit(fact) = &mut told.kind {
            fact.paths = Some([path].into_iter().collect());
        }
        told
    };
    let events = [
        touching("a", 1, &[], "web/a"),
        touching("b", 2, &["a"], "docs/b"),
        touching("c", 2, &["a"], "web/c"),
        // Nobody says what a merge touches.
        commit("m", 3, &["a", "b"]),
        commit("n", 4, &["m", "c"]),
        merged("#1", 3, "m", &["b"]),
        merged("#2", 4, "n", &["c"]),
        touching("d", 5, &["n"], "docs/d"),
        end("d", 5),
    ];
    let part = |glob: &str| Definition {
        parts: Some(Parts::new(
            vec![globset::Glob::new(glob).unwrap()],
            Vec::new(),
        )),
        ..shop()
    };
    let workload = gathered_as(&part("web/**"), &events, 9);
    assert_eq!(changes(&workload), ["#2", "a"]);
    let outside = workload.outside.iter().map(|one| one.change);
    assert_eq!(texts(&workload, outside), ["#1", "d"]);
    let docs = gathered_as(&part("docs/**"), &events, 9);
    assert_eq!(changes(&docs), ["#1", "d"]);
    assert!(gathered(&events, 9).outside.is_empty());
}
