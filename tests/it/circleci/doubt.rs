//! Answers that are late, lost or wrong: what is said of each, and that nothing is ever sent twice or taken for ours that is not.

use leadtime::plan::request::{Prepared, Sent, Standing, Verb};
use serde_json::json;

use super::world::{OMAR, Server, World, at, start, user, uuid};
use super::{ask, order, prepare, send};

/// A deed of each kind, ready to be sent.
async fn ready(verb: Verb) -> (Server, Prepared) {
    let mut world = World::of(3);
    world.find(&uuid(2, 2)).unwrap()["status"] = json!("failed");
    world.find(&uuid(2, 3)).unwrap()["status"] = json!("running");
    let gate = world.hold(20);
    let server = start(world);
    let id = match verb {
        Verb::Approve | Verb::Reject => gate,
        Verb::Cancel => format!("workflow/{}", uuid(2, 3)),
        _ => format!("workflow/{}", uuid(2, 2)),
    };
    let prepared = prepare(&server, &order(verb, &id)).await;
    assert_eq!(prepared.objections, []);
    assert_eq!(prepared.requests.len(), 1);
    (server, prepared)
}

const VERBS: [Verb; 7] = [
    Verb::Approve,
    Verb::Reject,
    Verb::Cancel,
    Verb::Retry,
    Verb::RetryFailed,
    Verb::Promote,
    Verb::Rollback,
];

#[tokio::test]
async fn what_somebody_else_did_is_not_taken_for_ours() {
    for verb in VERBS {
        let (server, prepared) = ready(verb).await;
        let request = &prepared.requests[0];
        server.state().me = user(OMAR);
        assert!(matches!(send(&server, request).await, Sent::Done(_)));
        let standing = ask(&server, request).await;
        if matches!(verb, Verb::Promote | Verb::Rollback) {
            assert_eq!(standing, Standing::Open, "omar's pipeline is another one");
        } else {
            assert!(
                matches!(&standing, Standing::Moved(by) if by.contains("omar")),
                "{verb:?}: {standing:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_circleci_does_not_tell_is_not_guessed() {
    for verb in [Verb::Approve, Verb::Reject, Verb::Cancel, Verb::Retry] {
        let (server, prepared) = ready(verb).await;
        let request = &prepared.requests[0];
        server.state().me = String::new();
        send(&server, request).await;
        let standing = ask(&server, request).await;
        assert!(
            matches!(standing, Standing::Unknown(_)),
            "{verb:?}: {standing:?}"
        );
        server.state().workflows.clear();
        server.state().jobs.clear();
        let standing = ask(&server, request).await;
        let gone = matches!(standing, Standing::Unknown(_)) || verb == Verb::Retry;
        assert!(gone, "{verb:?}: {standing:?}");
    }
    // Two pipelines by the same hand, and nothing that tells them apart.
    let (server, prepared) = ready(Verb::Promote).await;
    for _ in 0..2 {
        send(&server, &prepared.requests[0]).await;
        server.state().pipelines[0]["trigger_parameters"] = json!(null);
    }
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
    // One with other parameters, and one from before.
    let (server, prepared) = ready(Verb::Promote).await;
    for (parameters, made) in [
        (json!({"version": "v1"}), json!("2026-03-02T00:00:01Z")),
        (json!(null), json!(at(600))),
    ] {
        send(&server, &prepared.requests[0]).await;
        let mut world = server.state();
        world.pipelines[0]["trigger_parameters"] = parameters;
        world.pipelines[0]["created_at"] = made;
    }
    assert_eq!(ask(&server, &prepared.requests[0]).await, Standing::Open);
    // An approval by our own hand from before it was asked for.
    let (server, prepared) = ready(Verb::Approve).await;
    send(&server, &prepared.requests[0]).await;
    server.state().job(&uuid(2, 20), "approve")["stopped_at"] = json!(at(1300));
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Moved(_)), "{standing:?}");
    // Who ended before anybody could cancel it.
    let (server, prepared) = ready(Verb::Cancel).await;
    server.state().find(&uuid(2, 3)).unwrap()["status"] = json!("success");
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&standing, Standing::Moved(how) if how.contains("success")),
        "{standing:?}"
    );
}
