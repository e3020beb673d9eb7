//! Answers that are late, lost or wrong: what is said of each, and that nothing is ever sent twice or taken for ours that is not.

use leadtime::plan::request::{Prepared, Sent, Standing, Verb};
use serde_json::json;

use super::acting::{CANARY, FLUX, WEB, version};
use super::world::{Server, World, deployment, kustomization, rollout, start};
use super::{ask, order, prepare, send};

/// A deed of each kind, ready to be sent: the last of its requests, the others done.
async fn ready(verb: Verb) -> (Server, Prepared) {
    let mut objects = vec![kustomization(1)];
    objects.extend(deployment("shop", 3));
    objects.extend(rollout());
    let server = start(World::of(objects));
    let id = match verb {
        Verb::Approve | Verb::Reject => CANARY,
        Verb::Hold => FLUX,
        _ => WEB,
    };
    let mut wanted = order(&server, verb, id);
    wanted.to = version(if verb == Verb::Rollback {
        "1.1.0"
    } else {
        "1.4.0"
    });
    let mut prepared = prepare(&server, &wanted).await;
    assert_eq!(prepared.objections, []);
    while prepared.requests.len() > 1 {
        let first = prepared.requests.remove(0);
        assert!(matches!(send(&server, &first).await, Sent::Done(_)));
    }
    (server, prepared)
}

const VERBS: [Verb; 6] = [
    Verb::Promote,
    Verb::Rollback,
    Verb::Retry,
    Verb::Hold,
    Verb::Approve,
    Verb::Reject,
];

#[tokio::test]
async fn what_somebody_else_did_is_not_taken_for_ours_and_stops_it() {
    for verb in VERBS {
        let (server, prepared) = ready(verb).await;
        let request = &prepared.requests[0];
        // The very same, by another hand: with its own key, its own note.
        let mut theirs = request.clone();
        theirs.body = theirs.body.map(|body| body.replace("k-1", "k-2"));
        for end in [
            "deployments/shop/web",
            "rollouts/shop/web",
            "flux-production/shop",
        ] {
            server.state().change(end, |object| {
                object["metadata"]["annotations"]["leadtime/action"] = json!("k-2")
            });
        }
        assert!(matches!(send(&server, &theirs).await, Sent::Done(_)));
        let standing = ask(&server, request).await;
        assert!(
            matches!(standing, Standing::Moved(_)),
            "{verb:?}: {standing:?}"
        );
        // And were it sent nonetheless, the cluster would not take what was written for something else.
        if matches!(verb, Verb::Promote | Verb::Approve) {
            let sent = send(&server, request).await;
            assert!(matches!(&sent, Sent::Refused(_)), "{verb:?}: {sent:?}");
        }
    }
    let (server, prepared) = ready(Verb::Promote).await;
    server.state().remove("deployments/shop/web");
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Moved(_)), "{standing:?}");
}
