//! Answers that are late, lost or wrong: what is said of each, and that nothing is ever sent twice or taken for ours that is not.

use leadtime::plan::request::{Prepared, Sent, Standing, Verb};
use serde_json::json;

use super::world::{Server, World, application, automated, behind, sha, start};
use super::{ask, order, prepare, send, to_sha};

/// A deed of each kind, ready to be sent.
async fn ready(verb: Verb) -> (Server, Prepared) {
    let mut one = behind(application("shop", 3), 4);
    if matches!(verb, Verb::Hold) {
        one = automated(one);
    }
    one["status"]["resources"] = json!([{"group": "argoproj.io", "version": "v1alpha1", "kind": "Rollout", "namespace": "shop", "name": "shop"}]);
    let server = start(World {
        actions: [("resume".to_owned(), true)].into(),
        ..World::of([one])
    });
    if verb == Verb::Cancel {
        server.state().find("shop")["operation"] = json!({"sync": {"revision": sha(4)}});
        server.state().take_up("shop");
    }
    let mut wanted = order(&server, verb);
    wanted.to = to_sha(if verb == Verb::Rollback { 2 } else { 4 });
    let prepared = prepare(&server, &wanted).await;
    assert_eq!(prepared.objections, []);
    assert_eq!(prepared.requests.len(), 1);
    (server, prepared)
}

const VERBS: [Verb; 5] = [
    Verb::Promote,
    Verb::Rollback,
    Verb::Hold,
    Verb::Cancel,
    Verb::Resume,
];

#[tokio::test]
async fn what_somebody_else_did_is_not_taken_for_ours() {
    for verb in VERBS {
        let (server, prepared) = ready(verb).await;
        let request = &prepared.requests[0];
        // The very same, by another hand: its own key, its own name.
        server.state().deeds_by = Some("omar".to_owned());
        let mut theirs = request.clone();
        theirs.body = theirs.body.map(|body| body.replace("k-1", "k-2"));
        assert!(matches!(send(&server, &theirs).await, Sent::Done(_)));
        let standing = ask(&server, request).await;
        assert!(
            matches!(standing, Standing::Moved(_)),
            "{verb:?}: {standing:?}"
        );
    }
}

#[tokio::test]
async fn a_sync_by_hand_with_the_same_account_is_not_ours_and_ours_is_found_in_the_history() {
    let (server, prepared) = ready(Verb::Promote).await;
    let request = &prepared.requests[0];
    let mut by_hand = request.clone();
    by_hand.body = by_hand.body.map(|body| body.replace("k-1", ""));
    send(&server, &by_hand).await;
    server.state().take_up("shop");
    server.state().end("shop", "Succeeded");
    let standing = ask(&server, request).await;
    assert!(matches!(standing, Standing::Moved(_)), "{standing:?}");
    // Ours, and then another's after it.
    let (server, prepared) = ready(Verb::Rollback).await;
    send(&server, &prepared.requests[0]).await;
    server.state().take_up("shop");
    server.state().end("shop", "Succeeded");
    server.state().find("shop")["operation"] =
        json!({"sync": {"revision": sha(4)}, "initiatedBy": {"username": "omar"}});
    server.state().take_up("shop");
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Done(_)), "{standing:?}");
}

#[tokio::test]
async fn what_argo_cd_does_not_tell_is_not_guessed() {
    let (server, prepared) = ready(Verb::Cancel).await;
    send(&server, &prepared.requests[0]).await;
    server.state().notes.clear();
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
    server.state().end("shop", "Succeeded");
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Moved(_)), "{standing:?}");
    let (server, prepared) = ready(Verb::Resume).await;
    server.state().actions.clear();
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
    // A rollback by a token whose name is not told.
    let (server, mut prepared) = ready(Verb::Rollback).await;
    prepared.requests[0].probe["user"] = json!(null);
    send(&server, &prepared.requests[0]).await;
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
    server.state().applications.clear();
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
}
