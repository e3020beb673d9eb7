//! Reading: what becomes of requests, runs, commits, releases and incidents, and that everything is told however a reading ends.

use leadtime::connector::Connector;
use leadtime::connector::gitea::Gitea;
use leadtime::event::cdevents::write;
use leadtime::event::kind::{ChangePhase, Kind, Outcome, Phase};
use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use super::world::{at, commit, pull, run, sha, start};
use super::{now, read, settings};
use crate::support::kept::Kept;

#[tokio::test]
async fn everything_of_a_repository_becomes_events_and_is_told_once() {
    let server = start(&["acme/shop"]);
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.told(), "");
    let mut lines: Vec<String> = kept
        .events
        .values()
        .map(|event| write(event).replace(&server.url().replace("http://", ""), "git.example.com"))
        .collect();
    lines.sort();
    insta::assert_snapshot!("events", lines.join("\n"));

    // A quiet repository costs its lists; one in which something runs, that as well.
    let before = server.asked().len();
    read(&server, &mut kept).await.unwrap();
    let asked: Vec<String> = server.asked()[before..]
        .iter()
        .map(|one| one.path().replace("/api/v1/repos/acme/shop", ""))
        .collect();
    assert_eq!(
        asked,
        [
            "/api/v1/orgs/acme/repos",
            "/pulls",
            "/actions/runs",
            "/actions/runs/2/jobs",
            "/commits",
            "/releases",
            "/tags",
            "/issues"
        ]
    );
    assert_eq!(kept.differing, []);

    // What changed is told, and what had not ended is followed to its end.
    let events = kept.events.len();
    {
        let mut world = server.state();
        *world.one("/actions/runs", "id", 2) = run(2, "completed", "failure");
        let mut changed = pull(2);
        changed["updated_at"] = json!(at(200));
        let pulls = world.list("acme/shop", "/pulls");
        pulls.retain(|one| one["number"] != 2);
        pulls.insert(0, changed);
        world.list("acme/shop", "/commits").insert(0, commit(92));
    }
    read(&server, &mut kept).await.unwrap();
    let finished = kept.event("run/2/1/finished");
    assert!(matches!(&finished.kind, Kind::Run(run) if run.outcome == Some(Outcome::Failure)));
    kept.event(&format!("pull/2/updated/{}", at(200)));
    kept.event(&format!("branch/main/{}", sha(92)));
    assert_eq!(kept.events.len(), events + 4);
    // Run again: another attempt of the same run.
    {
        let mut world = server.state();
        let again = world.one("/actions/runs", "id", 1);
        again["run_attempt"] = json!(2);
        again["status"] = json!("in_progress");
        again["started_at"] = json!(at(300));
    }
    read(&server, &mut kept).await.unwrap();
    let again = kept.event("run/1/2/started");
    assert!(
        matches!(&again.kind, Kind::Run(run) if run.phase == Phase::Started && run.attempt == Some(2))
    );
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn what_changes_in_the_second_of_the_newest_change_is_told_as_well() {
    let server = start(&["acme/shop"]);
    let source = super::connector(&server);
    let mut kept = Kept::default();
    let changed = |number: u32, minute: u32, of: Value| {
        let mut one = pull(number);
        one["updated_at"] = json!(at(minute));
        one.as_object_mut()
            .unwrap()
            .extend(of.as_object().unwrap().clone());
        one
    };
    let reading = async |kept: &mut Kept, minute: u32| {
        let now = Timestamp::parse(&at(minute)).unwrap();
        source.read(kept.reading(now), kept).await.unwrap();
    };
    let incident = |state: &str| json!({"number": 9, "title": "Down", "state": state, "labels": [{"name": "incident"}], "created_at": at(300), "updated_at": at(300), "closed_at": at(300)});
    *server.state().list("acme/shop", "/pulls") =
        vec![changed(1, 300, json!({})), changed(2, 290, json!({}))];
    *server.state().list("acme/shop", "/issues") = vec![incident("open")];
    reading(&mut kept, 300).await;
    let merged = json!({"state": "closed", "merged": true, "merged_at": at(300), "closed_at": at(300), "merge_commit_sha": sha(90)});
    *server.state().list("acme/shop", "/pulls") =
        vec![changed(2, 300, json!({})), changed(1, 300, merged)];
    *server.state().list("acme/shop", "/issues") = vec![incident("closed")];
    reading(&mut kept, 302).await;
    kept.event("pull/1/merged");
    kept.event(&format!("pull/2/updated/{}", at(300)));
    kept.event(&format!("incident/9/resolved/{}", at(300)));
    // Once it is past, it is looked at no more.
    for (minute, details) in [(311, true), (312, false)] {
        let before = server.asked().len();
        reading(&mut kept, minute).await;
        let asked = server.asked().split_off(before);
        let again = asked.iter().any(|one| one.path().contains("/pulls/1/"));
        assert_eq!(again, details, "minute {minute}");
    }
}

#[tokio::test]
async fn lists_are_read_to_their_end_wherever_a_reading_is_cut() {
    let server = start(&["acme/shop", "acme/till"]);
    {
        let mut world = server.state();
        // Shorter pages than were asked for.
        world.most = 7;
        *world.list("acme/shop", "/commits") = (20..60).rev().map(commit).collect();
        *world.list("acme/till", "/actions/runs") = (10..33)
            .rev()
            .map(|id| run(id, "completed", "success"))
            .collect();
    }
    let mut whole = Kept::default();
    read(&server, &mut whole).await.unwrap();
    assert!(whole.events.len() > 90, "{}", whole.events.len());
    for cut in 0..whole.batches {
        let mut kept = Kept {
            killed_after: Some(cut),
            ..Kept::default()
        };
        read(&server, &mut kept).await.unwrap_err();
        kept.killed_after = None;
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events, whole.events, "cut after {cut}");
        assert_eq!(
            (kept.cursors, kept.differing),
            (whole.cursors.clone(), vec![])
        );
    }
}

#[tokio::test]
async fn lists_that_are_switched_off_and_old_facts_are_left_out() {
    let server = start(&["acme/shop", "acme/attic-1"]);
    for gone in ["/issues", "/actions/runs", "/actions/runs/1/jobs"] {
        server
            .state()
            .repositories
            .get_mut("acme/shop")
            .unwrap()
            .remove(gone);
    }
    let mut some = settings(&server.url());
    some.repositories.push("!acme/attic-*".to_owned());
    some.repositories.push("acme/missing".to_owned());
    some.since = Some(leadtime::event::time::Span::from_seconds(24 * 3600));
    let source = Gitea::new(&some).unwrap();
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(kept.told().contains("acme/missing"));
    assert!(
        !kept
            .events
            .keys()
            .any(|(source, _)| source.contains("attic"))
    );
    assert_eq!(
        kept.ids(),
        Vec::<&str>::new(),
        "all of it is older than a day"
    );
    let told = source.check(now()).await.unwrap();
    assert!(format!("{told:?}").contains("version 1.27.0"));
    assert!(format!("{told:?}").contains("belongs to leadtime"));
    assert!(format!("{told:?}").contains("1 repository is read"));
}

#[tokio::test]
async fn a_request_that_is_opened_again_is_open() {
    let server = start(&["acme/shop"]);
    let mut one = pull(1);
    one["state"] = json!("closed");
    one["closed_at"] = json!(at(20));
    one["updated_at"] = json!(at(20));
    *server.state().list("acme/shop", "/pulls") = vec![one.clone()];
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    one["state"] = json!("open");
    one["closed_at"] = json!(null);
    one["updated_at"] = json!(at(40));
    *server.state().list("acme/shop", "/pulls") = vec![one];
    for _ in 0..2 {
        read(&server, &mut kept).await.unwrap();
    }
    let again: Vec<_> = kept.events.values().collect();
    let again: Vec<_> = again
        .into_iter()
        .filter(|event| event.id.contains("/reopened/"))
        .collect();
    let [event] = again.as_slice() else {
        panic!("{again:?}")
    };
    assert_eq!(event.id, format!("pull/1/reopened/{}", at(40)));
    assert!(matches!(&event.kind, Kind::Change(change) if change.phase == ChangePhase::Created));
}

#[tokio::test]
async fn a_repository_that_was_renamed_is_told() {
    let server = start(&["acme/shop"]);
    {
        let mut world = server.state();
        let shop = world.repositories.get_mut("acme/shop").unwrap();
        shop.get_mut("").unwrap()["full_name"] = json!("acme/store");
    }
    let mut some = settings(&server.url());
    some.repositories = vec!["acme/shop".to_owned()];
    let source = Gitea::new(&some).unwrap();
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    assert!(
        kept.told().contains("is now called acme/store"),
        "{}",
        kept.told()
    );
}

#[tokio::test]
async fn words_that_are_not_known_are_kept_and_told_once() {
    let server = start(&["acme/shop"]);
    {
        let mut world = server.state();
        world.one("/actions/runs", "id", 1)["conclusion"] = json!("melted");
        world.one("/pulls", "number", 2)["state"] = json!("hibernating");
    }
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.findings.len(), 2, "{}", kept.told());
    let finished = kept.event("run/1/1/finished");
    assert!(matches!(&finished.kind, Kind::Run(run) if run.outcome == Some(Outcome::Other)));
}
