//! Answers that are late, lost or wrong: what is said of each, and that nothing is ever sent twice or taken for ours that is not.

use leadtime::connector::Actor;
use leadtime::connector::kubernetes::Kubernetes;
use leadtime::plan::request::{Prepared, Sent, Standing, Verb};
use serde_json::json;

use super::acting::{CANARY, FLUX, WEB, version};
use super::world::{Server, World, deployment, kustomization, no, rollout, start};
use super::{ask, order, prepare, send, settings};
use crate::support::wild::{Answer, Mischief};

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
async fn a_deed_whose_answer_is_lost_is_found_done_and_was_sent_once() {
    for verb in VERBS {
        for mischief in [
            Mischief::DoneThen(Answer::new(502)),
            Mischief::DoneThenSilent,
            Mischief::DoneThenCut,
            Mischief::DoneThenGone,
        ] {
            let (server, prepared) = ready(verb).await;
            let before = server.deeds().len();
            server.once("PATCH", "", mischief.clone());
            let sent = send(&server, &prepared.requests[0]).await;
            assert!(
                matches!(sent, Sent::Doubtful(_)),
                "{verb:?} {mischief:?}: {sent:?}"
            );
            let standing = ask(&server, &prepared.requests[0]).await;
            assert!(
                matches!(standing, Standing::Done(_)),
                "{verb:?} {mischief:?}: {standing:?}"
            );
            assert_eq!(server.deeds().len() - before, 1, "{verb:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_clusters_words_and_leaves_the_deed_open() {
    for verb in VERBS {
        for (status, wanted) in [
            (400, "does not take it"),
            (401, "refuses the token"),
            (403, "a role that allows it"),
            (404, "not found"),
            (409, "changed meanwhile"),
            (422, "changed meanwhile"),
            (429, "429"),
        ] {
            let (server, prepared) = ready(verb).await;
            let before = server.deeds().len();
            let refusal = no(status, "so it is\u{7}").header("retry-after", "7");
            server.once("PATCH", "", Mischief::Instead(refusal));
            let sent = send(&server, &prepared.requests[0]).await;
            let Sent::Refused(text) = sent else {
                panic!("{verb:?} {status}: {sent:?}")
            };
            assert!(text.contains(wanted) && !text.contains('\u{7}'), "{text}");
            assert!(status == 429 || text.contains("so it is"), "{text}");
            assert_eq!(
                ask(&server, &prepared.requests[0]).await,
                Standing::Open,
                "{verb:?} {status}"
            );
            assert_eq!(server.deeds().len() - before, 1);
        }
        let (server, prepared) = ready(verb).await;
        server.once("PATCH", "", Mischief::Instead(Answer::new(503)));
        assert!(matches!(
            send(&server, &prepared.requests[0]).await,
            Sent::Doubtful(_)
        ));
        assert_eq!(
            ask(&server, &prepared.requests[0]).await,
            Standing::Open,
            "{verb:?}: it was not done"
        );
    }
}

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

#[tokio::test]
async fn nothing_leaves_when_nobody_is_there_or_for_another_cluster() {
    let (server, prepared) = ready(Verb::Promote).await;
    let mut elsewhere = prepared.requests[0].clone();
    elsewhere.url = elsewhere.url.replace("127.0.0.1", "127.0.0.2");
    let sent = send(&server, &elsewhere).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
        "{sent:?}"
    );
    server.refuse();
    let fresh = Kubernetes::new(settings(&server.url())).unwrap();
    let sent = fresh.send(&prepared.requests[0]).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
        "{sent:?}"
    );
    let standing = fresh.ask(&prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
}
