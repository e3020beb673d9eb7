//! Builds into events: what they tell, how they are read on, and what goes wrong.

use leadtime::connector::buildkite::Buildkite;
use leadtime::event::kind::{Decision, GatePhase, Kind, Outcome, Phase};
use leadtime::event::time::{Span, Timestamp};
use serde_json::json;

use super::world::{World, build, jane, start};
use super::{connector, now, settings};
use crate::support::deeds;
use crate::support::kept::Kept;

#[tokio::test]
async fn a_build_is_a_run_with_its_jobs_and_its_gate() {
    let server = start(World::of(vec![
        build("shop", 1, false),
        build("shop", 2, true),
    ]));
    let mut kept = Kept::default();
    deeds::read(&*connector(&server), &mut kept, now())
        .await
        .unwrap();
    assert_eq!(kept.told(), "");
    let source = format!(
        "buildkite:{}/acme/shop",
        server.url().replace("http://", "")
    );
    assert!(kept.events.keys().all(|(from, _)| *from == source));
    insta::assert_snapshot!("builds", kept.ids().join("\n"));
    let Kind::Run(run) = &kept.event("acme/shop#1/job/1-test/finished").kind else {
        panic!()
    };
    assert_eq!(run.name.as_deref(), Some("RSpec"));
    assert_eq!(
        (run.phase, run.outcome),
        (Phase::Finished, Some(Outcome::Success))
    );
    assert_eq!(run.repository.as_deref(), Some("acme/shop"));
    assert_eq!(run.sha, Some("a".repeat(40)));
    let closed = kept.event("acme/shop#1/block/1-block/closed");
    let Kind::Gate(gate) = &closed.kind else {
        panic!()
    };
    assert_eq!(gate.name.as_deref(), Some("Production"));
    assert_eq!(gate.decision, Some(Decision::Approved));
    assert_eq!(gate.responder.as_deref(), Some("Omar"));
    assert_eq!(gate.requestor.as_deref(), Some("Jane Doe"));
    assert_eq!(closed.at, Timestamp::parse("2026-03-02T09:30:00Z").unwrap());
    let opened = kept.event("acme/shop#2/block/2-block/created");
    assert_eq!(
        opened.at,
        Timestamp::parse("2026-03-02T09:01:50Z").unwrap(),
        "when the tests were done"
    );
    assert!(matches!(&opened.kind, Kind::Gate(gate) if gate.phase == GatePhase::Created));
    assert!(
        !kept
            .ids()
            .iter()
            .any(|id| id.starts_with("acme/shop#2/finished")),
        "it waits"
    );
    let open: Vec<&String> = kept.cursors.keys().collect();
    assert_eq!(
        open,
        [
            "acme gates acme/shop#2",
            "acme open acme/shop#2",
            "acme read"
        ]
    );
}

#[tokio::test]
async fn a_reading_that_was_stopped_goes_on_at_its_page() {
    let builds = (1..=9).map(|number| build("shop", number, false));
    let mut world = World::of(builds.collect());
    world.page = 2;
    let server = start(world);
    let mut kept = Kept {
        killed_after: Some(2),
        ..Kept::default()
    };
    let stopped = deeds::read(&*connector(&server), &mut kept, now()).await;
    assert!(stopped.is_err());
    kept.killed_after = None;
    let before = server.asked().len();
    let later = now() + Span::from_seconds(3_600);
    deeds::read(&*connector(&server), &mut kept, later)
        .await
        .unwrap();
    let asked = server.asked();
    assert_eq!(asked[before].query("page"), Some("3"), "{asked:?}");
    for number in 1..=9 {
        let ended = format!("acme/shop#{number}/finished/");
        assert!(
            kept.ids().iter().any(|id| id.starts_with(&ended)),
            "{ended}"
        );
    }
    // What came in since it was begun is before its first page: the next reading asks for it.
    assert!(kept.cursors["acme read"].contains(&now().to_string()));
}

#[tokio::test]
async fn a_build_that_is_deleted_waits_for_nobody() {
    let server = start(World::of(vec![build("shop", 2, true)]));
    let mut kept = Kept::default();
    deeds::read(&*connector(&server), &mut kept, now())
        .await
        .unwrap();
    server.state().builds.clear();
    let later = now() + Span::from_seconds(86_400);
    deeds::read(&*connector(&server), &mut kept, later)
        .await
        .unwrap();
    let closed = kept.event("acme/shop#2/block/2-block/closed");
    let Kind::Gate(gate) = &closed.kind else {
        panic!()
    };
    assert_eq!((gate.decision, closed.at), (Some(Decision::Other), later));
    let open: Vec<&String> = kept.cursors.keys().collect();
    assert_eq!(open, ["acme read"]);
}

#[tokio::test]
async fn what_waited_is_seen_to_go_on_and_what_is_retried_ends_again() {
    let server = start(World::of(vec![
        build("shop", 1, false),
        build("shop", 2, true),
    ]));
    let mut kept = Kept::default();
    deeds::read(&*connector(&server), &mut kept, now())
        .await
        .unwrap();
    let known = kept.events.len();
    // Long after: neither is among the new ones; the one that ended is retried and ends again, the other is unblocked.
    let later = now() + Span::from_seconds(86_400);
    {
        let mut world = server.state();
        let one = world.find("shop", 1).unwrap();
        one["finished_at"] = json!("2026-03-03T11:59:00Z");
        one["state"] = json!("failed");
        let two = world.find("shop", 2).unwrap();
        two["blocked"] = json!(false);
        two["state"] = json!("running");
        two["jobs"][2]["state"] = json!("unblocked");
        two["jobs"][2]["unblocked_by"] = jane();
        two["jobs"][2]["unblocked_at"] = json!("2026-03-03T11:58:00Z");
    }
    deeds::read(&*connector(&server), &mut kept, later)
        .await
        .unwrap();
    let ids = kept.ids().join("\n");
    assert_eq!(kept.events.len(), known + 2, "{ids}");
    assert!(ids.contains("acme/shop#2/block/2-block/closed"), "{ids}");
    let ends = ids.matches("acme/shop#1/finished/").count();
    assert_eq!(ends, 2, "{ids}");
    assert_eq!(kept.differing, []);
    // Gone: told once.
    server.state().builds.pop();
    deeds::read(&*connector(&server), &mut kept, later)
        .await
        .unwrap();
    assert!(kept.told().contains("gone before"), "{}", kept.told());
    deeds::read(&*connector(&server), &mut kept, later)
        .await
        .unwrap();
    assert_eq!(kept.findings, []);
}

#[tokio::test]
async fn a_source_that_deploys_tells_deployments() {
    let mut one = build("deploy", 7, false);
    one["env"] = json!({"Version": "1.4.2", "ENV": "production"});
    one["meta_data"] = json!({"app": "checkout"});
    let server = start(World::of(vec![one]));
    let mut settings = settings(&server.url(), &["acme/deploy"]);
    settings.environment = Some("{ENV}".to_owned());
    settings.service = Some("{app}".to_owned());
    let source = Buildkite::new(&settings).unwrap();
    let mut kept = Kept::default();
    deeds::read(&source, &mut kept, now()).await.unwrap();
    let id = kept
        .ids()
        .into_iter()
        .find(|id| id.contains("/deployment/finished/"));
    let Kind::Deployment(fact) = &kept.event(id.unwrap()).kind else {
        panic!()
    };
    assert_eq!(fact.environment.as_deref(), Some("production"));
    assert_eq!(fact.service.as_deref(), Some("checkout"));
    assert_eq!(fact.version.as_deref(), Some("1.4.2"));
    assert_eq!(fact.sha, None, "of the scripts, not of what is deployed");
    assert_eq!(fact.outcome, Some(Outcome::Success));
}

#[tokio::test]
async fn words_of_next_year_are_kept_and_told() {
    let mut odd = build("shop", 1, false);
    odd["state"] = json!("pondering");
    odd["jobs"][0]["state"] = json!("meditating");
    odd["jobs"][1]["type"] = json!("dream");
    odd["jobs"][2]["state"] = json!("perhaps");
    odd["new"] = json!({"a": [1]});
    let server = start(World::of(vec![odd]));
    let mut kept = Kept::default();
    deeds::read(&*connector(&server), &mut kept, now())
        .await
        .unwrap();
    for word in ["pondering", "meditating", "dream", "perhaps"] {
        assert!(kept.told().contains(word), "{word}: {}", kept.told());
    }
    assert!(
        kept.ids()
            .iter()
            .any(|id| id.starts_with("acme/shop#1/finished/"))
    );
}

#[tokio::test]
async fn doctor_says_whose_token_it_is_and_what_is_read() {
    let server = start(World::of(Vec::new()));
    let health = connector(&server).check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    assert!(facts.contains("belongs to Jane Doe"), "{facts}");
    assert!(facts.contains("acme: 2 of 3 pipelines are read"), "{facts}");
    assert!(Buildkite::new(&settings("https://u:hunter2@x.example", &["a/b"])).is_err());
}
