//! Deeds: what exactly is sent, what stands in the way, and what is found when an answer is lost.

use leadtime::plan::request::{Order, Standing, Verb, Version};
use serde_json::json;

use super::connector;
use super::world::{World, build, omar, start};
use crate::support::deeds::{self, Ready, sent};

pub const VERBS: [Verb; 7] = [
    Verb::Approve,
    Verb::Reject,
    Verb::Cancel,
    Verb::Retry,
    Verb::RetryFailed,
    Verb::Promote,
    Verb::Rollback,
];

/// A deed of each kind, ready to be done.
pub fn ready(verb: Verb) -> Ready<World> {
    let mut failed = build("shop", 1, false);
    failed["state"] = json!("failed");
    failed["jobs"][3]["state"] = json!("failed");
    let mut running = build("shop", 3, false);
    running["state"] = json!("running");
    let server = start(World::of(vec![failed, build("shop", 2, true), running]));
    let id = match verb {
        Verb::Approve | Verb::Reject => "acme/shop#2/block/2-block",
        Verb::Cancel => "acme/shop#3",
        _ => "acme/shop#1",
    };
    let at = server.url().replace("http://", "");
    let order = Order {
        to: Some(Version {
            version: Some("v2".to_owned()),
            sha: Some("b".repeat(40)),
            ..Version::default()
        }),
        way: json!({"pipeline": "acme/shop", "parameters": {"VERSION": "v2"}, "inputs": {"who": "x"}})
            .as_object()
            .cloned(),
        ..deeds::order(verb, &format!("buildkite:{at}/acme/shop"), id, deeds::clock())
    };
    Ready {
        source: connector(&server),
        server,
        order,
    }
}

#[tokio::test]
async fn each_deed_is_the_request_that_the_reference_names() {
    let builds = "/v2/organizations/acme/pipelines/shop/builds";
    for (verb, path, body) in [
        (
            Verb::Approve,
            "/2/jobs/2-block/unblock",
            json!({"fields": {}}),
        ),
        (Verb::Reject, "/2/cancel", json!(null)),
        (Verb::Cancel, "/3/cancel", json!(null)),
        (Verb::Retry, "/1/rebuild", json!(null)),
        (Verb::RetryFailed, "/1/retry_failed_jobs", json!(null)),
    ] {
        let (method, target, sent) = sent(&ready(verb)).await;
        assert_eq!(
            (method.as_str(), target),
            ("PUT", format!("{builds}{path}"))
        );
        assert_eq!(sent, body);
    }
    let mut job = ready(Verb::Retry);
    job.order.target.as_mut().unwrap().id = "acme/shop#1/job/1-deploy".to_owned();
    let (_, target, _) = sent(&job).await;
    assert_eq!(target, format!("{builds}/1/jobs/1-deploy/retry"));
    let (method, target, body) = sent(&ready(Verb::Promote)).await;
    assert_eq!((method.as_str(), target.as_str()), ("POST", builds));
    assert_eq!(
        body,
        json!({
            "branch": "main", "commit": "b".repeat(40), "env": {"VERSION": "v2"},
            "message": "bring shop v2 to production: it burns (leadtime k-1)",
            "meta_data": {"leadtime": "k-1", "who": "x"},
        })
    );
}

#[tokio::test]
async fn a_pipeline_of_another_repository_is_built_at_its_own_head() {
    let mut other = ready(Verb::Promote);
    let way = json!({"pipeline": "acme/deploy", "ref": "stable", "parameters": {"VERSION": "v2"}});
    other.order.way = way.as_object().cloned();
    let (_, target, body) = sent(&other).await;
    assert_eq!(target, "/v2/organizations/acme/pipelines/deploy/builds");
    assert_eq!(
        (&body["commit"], &body["branch"]),
        (&json!("HEAD"), &json!("stable"))
    );
    for (way, wanted) in [
        (json!({}), "names no `pipeline`"),
        (
            json!({"pipeline": "acme/deploy"}),
            "tells the pipeline nothing",
        ),
    ] {
        let mut wrong = ready(Verb::Promote);
        wrong.order.way = way.as_object().cloned();
        let error = wrong
            .source
            .actor()
            .unwrap()
            .prepare(&wrong.order)
            .await
            .unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

#[tokio::test]
async fn what_somebody_else_did_is_not_taken_for_ours() {
    for verb in [Verb::Approve, Verb::Retry, Verb::RetryFailed, Verb::Promote] {
        let ready = ready(verb);
        let request = ready.request().await;
        ready.server.state().me = omar();
        let mut theirs = request.clone();
        theirs.body = request.body.as_ref().map(|body| body.replace("k-1", "k-2"));
        ready.send(&theirs).await;
        let standing = ready.ask(&request).await;
        match verb {
            Verb::Promote => assert_eq!(standing, Standing::Open, "another build"),
            _ => assert!(
                matches!(&standing, Standing::Moved(by) if by.contains("Omar")),
                "{verb:?}: {standing:?}"
            ),
        }
    }
}

#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    for (verb, id, wanted) in [
        (
            Verb::Approve,
            "acme/shop#1/block/1-block",
            "Omar unblocked it",
        ),
        (
            Verb::Reject,
            "acme/shop#1/block/1-block",
            "Omar unblocked it",
        ),
        (Verb::Cancel, "acme/shop#1", "nothing to stop"),
        (Verb::Retry, "acme/shop#3", "has not ended"),
        (
            Verb::RetryFailed,
            "acme/shop#2",
            "nothing of acme/shop#2 has failed",
        ),
        (
            Verb::Retry,
            "acme/shop#2/job/2-deploy",
            "only what has ended",
        ),
    ] {
        let mut ready = ready(verb);
        ready.order.target.as_mut().unwrap().id = id.to_owned();
        let prepared = ready.prepare().await;
        assert_eq!(prepared.requests, []);
        assert!(prepared.objections[0].0.contains(wanted), "{prepared:?}");
        assert_eq!(prepared.user.as_deref(), Some("Jane Doe"));
    }
    for (verb, id) in [
        (Verb::Approve, "acme/shop#1"),
        (Verb::Retry, "acme/shop#1/block/1-block"),
        (Verb::Cancel, "acme/other#1"),
        (Verb::Hold, "acme/shop#1"),
    ] {
        let mut ready = ready(verb);
        ready.order.target.as_mut().unwrap().id = id.to_owned();
        assert!(
            ready
                .source
                .actor()
                .unwrap()
                .prepare(&ready.order)
                .await
                .is_err(),
            "{verb:?} {id}"
        );
    }
    let reject = ready(Verb::Reject).prepare().await;
    assert!(reject.notes[0].contains("cannot reject"), "{reject:?}");
}
