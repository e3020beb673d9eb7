//! Answers that are late, lost or wrong: what is said of each, and that nothing is ever sent twice or taken for ours that is not.

use std::collections::BTreeMap;

use leadtime::connector::Actor;
use leadtime::connector::jenkins::Jenkins;
use leadtime::plan::request::{Prepared, Sent, Standing, Verb};
use serde_json::json;

use super::world::{Server, build, job, start, taking, waiting};
use super::{ask, order, prepare, promotion, send, settings};
use crate::support::wild::{Answer, Mischief};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Approve,
    Reject,
    /// With a parameter that carries the key.
    Keyed,
    Unkeyed,
    Again,
    Stop,
}

const DEEDS: [Deed; 6] = [
    Deed::Approve,
    Deed::Reject,
    Deed::Keyed,
    Deed::Unkeyed,
    Deed::Again,
    Deed::Stop,
];

/// A deed of each kind, ready to be sent.
async fn ready(deed: Deed) -> (Server, Prepared) {
    let server = start([
        ("shop", job(vec![waiting(3), build(2)])),
        (
            "keyed",
            taking(job(vec![build(1)]), &["VERSION", "LEADTIME_ACTION"]),
        ),
        ("plain", taking(job(vec![build(1)]), &["VERSION"])),
    ]);
    let way = |job: &str| json!({"job": job, "parameters": {"VERSION": "1.2.0"}});
    let wanted = match deed {
        Deed::Approve => order(&server, Verb::Approve, "shop#3/input/14"),
        Deed::Reject => order(&server, Verb::Reject, "shop#3/input/14"),
        Deed::Keyed => promotion(&server, way("keyed")),
        Deed::Unkeyed => promotion(&server, way("plain")),
        Deed::Again => order(&server, Verb::Retry, "shop#2"),
        Deed::Stop => order(&server, Verb::Cancel, "shop#3"),
    };
    let prepared = prepare(&server, &wanted).await;
    assert_eq!(prepared.objections, [], "{deed:?}");
    assert_eq!(prepared.requests.len(), 1);
    (server, prepared)
}

#[tokio::test]
async fn what_it_takes_is_said_where_jenkins_says_it() {
    let (server, prepared) = ready(Deed::Keyed).await;
    let needs = Answer::new(403).header("x-required-permission", "hudson.model.Item.Build");
    server.once("POST", "/job/", Mischief::Instead(needs));
    let sent = send(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.contains("hudson.model.Item.Build")),
        "{sent:?}"
    );
    let mut crumb = Answer::new(403);
    crumb.body = "<html><head><title>Error 403 No valid crumb was included in the request</title>"
        .to_owned();
    server.once("POST", "/job/", Mischief::Instead(crumb));
    let sent = send(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.contains("API token")),
        "{sent:?}"
    );
    // Settled meanwhile: Jenkins' own words.
    let (server, prepared) = ready(Deed::Approve).await;
    server.state().decide("shop", 3, true);
    let sent = send(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.contains("already given")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn what_somebody_else_did_is_not_taken_for_ours() {
    for deed in DEEDS {
        let (server, prepared) = ready(deed).await;
        let request = &prepared.requests[0];
        // The very same, by another hand: its own key, its own name.
        server.state().user = Some(("omar", "Omar Ali"));
        let mut theirs = request.clone();
        theirs.body = theirs.body.map(|body| body.replace("k-1", "k-2"));
        let sent = send(&server, &theirs).await;
        assert!(matches!(sent, Sent::Done(_)), "{deed:?}: {sent:?}");
        let standing = ask(&server, request).await;
        match deed {
            // Another build of it is not in the way of ours.
            Deed::Keyed | Deed::Again => assert_eq!(standing, Standing::Open, "{deed:?}"),
            _ => assert!(
                matches!(&standing, Standing::Moved(text) if text.to_lowercase().contains("omar")),
                "{deed:?}: {standing:?}"
            ),
        }
    }
}

#[tokio::test]
async fn what_was_decided_the_other_way_or_ended_is_told() {
    let (server, prepared) = ready(Deed::Approve).await;
    server.state().decide("shop", 3, false);
    let standing = ask(&server, &prepared.requests[0]).await;
    assert_eq!(standing, Standing::Moved("leadtime rejected it".to_owned()));
    let (server, prepared) = ready(Deed::Reject).await;
    server.state().stop("shop", 3);
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&standing, Standing::Moved(_) | Standing::Unknown(_)),
        "{standing:?}"
    );
    let (server, prepared) = ready(Deed::Stop).await;
    server.state().decide("shop", 3, false);
    let standing = ask(&server, &prepared.requests[0]).await;
    assert_eq!(
        standing,
        Standing::Moved("leadtime rejected its input".to_owned())
    );
    let (server, prepared) = ready(Deed::Stop).await;
    {
        let mut world = server.state();
        let build = world.build("shop", 3);
        build["building"] = json!(false);
        build["result"] = json!("SUCCESS");
    }
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&standing, Standing::Moved(text) if text.contains("SUCCESS")),
        "{standing:?}"
    );
    // What was done by the same account long before it was asked for.
    let (server, prepared) = ready(Deed::Approve).await;
    server.state().now -= 86_400_000;
    server.state().decide("shop", 3, true);
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Moved(_)), "{standing:?}");
}

#[tokio::test]
async fn what_jenkins_does_not_tell_is_not_guessed() {
    // Nobody is logged in.
    for deed in DEEDS {
        let (server, mut prepared) = ready(deed).await;
        server.state().user = None;
        prepared.requests[0].probe["user"] = json!(null);
        let sent = send(&server, &prepared.requests[0]).await;
        assert!(matches!(sent, Sent::Done(_)), "{deed:?}: {sent:?}");
        let standing = ask(&server, &prepared.requests[0]).await;
        match deed {
            Deed::Keyed => assert!(matches!(standing, Standing::Done(_)), "{standing:?}"),
            _ => assert!(
                matches!(standing, Standing::Unknown(_)),
                "{deed:?}: {standing:?}"
            ),
        }
    }
    // Twice the same by the same account: which is ours?
    let (server, prepared) = ready(Deed::Unkeyed).await;
    let form = BTreeMap::from([("VERSION".to_owned(), "1.2.0".to_owned())]);
    for _ in 0..2 {
        server.state().begin("plain", &form);
    }
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&standing, Standing::Unknown(text) if text.contains("LEADTIME_ACTION")),
        "{standing:?}"
    );
    // The build, or all of Jenkins, is gone.
    server.state().jobs.clear();
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
}

#[tokio::test]
async fn a_build_of_other_things_is_not_ours() {
    let (server, prepared) = ready(Deed::Unkeyed).await;
    let form = BTreeMap::from([("VERSION".to_owned(), "1.1.0".to_owned())]);
    server.state().begin("plain", &form);
    assert_eq!(ask(&server, &prepared.requests[0]).await, Standing::Open);
    // In the queue, of another job.
    server.state().quiet = true;
    let form = BTreeMap::from([("VERSION".to_owned(), "1.2.0".to_owned())]);
    server.state().begin("keyed", &form);
    assert_eq!(ask(&server, &prepared.requests[0]).await, Standing::Open);
    server.state().begin("plain", &form);
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Done(_)), "{standing:?}");
}

#[tokio::test]
async fn nothing_leaves_when_nobody_is_there() {
    let (server, prepared) = ready(Deed::Keyed).await;
    server.refuse();
    let fresh = Jenkins::new(settings(&server.url())).unwrap();
    let sent = fresh.send(&prepared.requests[0]).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
        "{sent:?}"
    );
}
