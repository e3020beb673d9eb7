//! Acting: the exact requests for each order, what is said of answers that are late, lost or wrong, and that nothing is sent twice or taken for ours that is not.

use leadtime::connector::Actor;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Target, Verb, Version};
use serde_json::{Value, json};

use super::world::{Server, run, sha, start};
use super::{connector, now};

/// An order about a run or a job.
pub fn order(server: &Server, verb: Verb, id: &str) -> Order {
    let host = server.url().replace("http://", "gitea:");
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(Target {
            source: format!("{host}/acme/shop"),
            id: id.to_owned(),
            url: None,
        }),
        to: Some(Version {
            version: Some("1.2.0".to_owned()),
            ..Version::default()
        }),
        from: None,
        way: None,
        comment: None,
        key: "k-1".to_owned(),
        at: now(),
    }
}

fn by(server: &Server, way: &Value) -> Order {
    Order {
        target: None,
        way: way.as_object().cloned(),
        ..order(server, Verb::Promote, "")
    }
}

async fn prepare(server: &Server, order: &Order) -> Prepared {
    let prepared = connector(server).prepare(order).await;
    prepared.unwrap_or_else(|error| panic!("{error}"))
}

/// How a request that was kept in a journal stands.
async fn ask(server: &Server, request: &Request) -> Standing {
    let journal = serde_json::to_string(request).unwrap();
    let request: Request = serde_json::from_str(&journal).unwrap();
    connector(server).ask(&request).await
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deed {
    Run,
    Failed,
    Job,
    /// With an input that the workflow puts into the title of its run.
    Titled,
    Untitled,
    Merge,
    Open,
}

pub const DEEDS: [Deed; 7] = [
    Deed::Run,
    Deed::Failed,
    Deed::Job,
    Deed::Titled,
    Deed::Untitled,
    Deed::Merge,
    Deed::Open,
];

/// A deed of each kind, to be prepared.
pub fn begun(deed: Deed) -> (Server, Order) {
    let server = start(&["acme/shop"]);
    let dispatch = |inputs: Value| json!({"workflow": "deploy.yml", "inputs": inputs});
    let wanted = match deed {
        Deed::Run => order(&server, Verb::Retry, "run/1"),
        Deed::Failed => order(&server, Verb::RetryFailed, "run/1/job/1"),
        Deed::Job => order(&server, Verb::Retry, "run/1/job/1"),
        Deed::Titled => by(&server, &dispatch(json!({"id": "k-1", "version": "1.2.0"}))),
        Deed::Untitled => by(&server, &dispatch(json!({"version": "1.2.0"}))),
        Deed::Merge => by(&server, &json!({"merge": "promote/*"})),
        Deed::Open => by(
            &server,
            &json!({
                "repository": "acme/shop", "open": "promote/shop-9", "ref": "main", "title": "Promote shop 9 to production",
                "text": "seen on staging\n\nLeadtime-Action: k-1",
            }),
        ),
    };
    (server, wanted)
}

/// A deed of each kind, ready to be sent.
pub async fn ready(deed: Deed) -> (Server, Prepared) {
    let (server, wanted) = begun(deed);
    let prepared = prepare(&server, &wanted).await;
    assert_eq!(
        (prepared.objections.len(), prepared.requests.len()),
        (0, 1),
        "{deed:?}"
    );
    (server, prepared)
}

#[tokio::test]
async fn each_order_becomes_its_request() {
    let mut all = String::new();
    for deed in DEEDS {
        let (server, prepared) = ready(deed).await;
        assert_eq!(prepared.user.as_deref(), Some("leadtime"));
        assert_eq!(server.deeds().len(), 0, "nothing is done while preparing");
        let request = &prepared.requests[0];
        let url = request.url.replace(&server.url(), "https://git");
        let body = request.body.as_deref().unwrap_or("-");
        all += &format!(
            "## {deed:?}\n{} {url}\n{body}\n{}\n{:?}\n",
            request.method, request.what, prepared.notes
        );
    }
    insta::assert_snapshot!("requests", all);
}

#[tokio::test]
async fn what_somebody_else_did_is_not_taken_for_ours() {
    for deed in DEEDS {
        let (server, prepared) = ready(deed).await;
        let request = &prepared.requests[0];
        // The very same, by another hand: its own key, its own name.
        server.state().user = "omar";
        let mut theirs = request.clone();
        theirs.body = theirs.body.map(|body| body.replace("k-1", "k-2"));
        let sent = connector(&server).send(&theirs).await;
        assert!(matches!(sent, Sent::Done(_)), "{deed:?}: {sent:?}");
        let standing = ask(&server, request).await;
        match deed {
            // Another run of it is not in the way of ours.
            Deed::Titled | Deed::Untitled => assert_eq!(standing, Standing::Open),
            _ => assert!(
                matches!(&standing, Standing::Moved(text) if text.contains("omar")),
                "{deed:?}: {standing:?}"
            ),
        }
    }
    // Twice by the same account: which is ours?
    let (server, prepared) = ready(Deed::Untitled).await;
    for _ in 0..2 {
        connector(&server).send(&prepared.requests[0]).await;
    }
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&standing, Standing::Unknown(text) if text.contains("run-name")),
        "{standing:?}"
    );
    // A Gitea that keeps no attempts.
    let (server, prepared) = ready(Deed::Run).await;
    *server.state().one("/actions/runs", "id", 1) = run(1, "in_progress", "");
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
    // Commits that were pushed, a request that was closed, one that is gone.
    let (server, prepared) = ready(Deed::Merge).await;
    server.state().one("/pulls", "number", 2)["head"]["sha"] = json!(sha(77));
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&standing, Standing::Moved(text) if text.contains("new commits")),
        "{standing:?}"
    );
    let sent = connector(&server).send(&prepared.requests[0]).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.contains("out of date")),
        "{sent:?}"
    );
    server.state().one("/pulls", "number", 2)["state"] = json!("closed");
    assert!(matches!(
        ask(&server, &prepared.requests[0]).await,
        Standing::Moved(_)
    ));
    server.state().list("acme/shop", "/pulls").clear();
    assert!(matches!(
        ask(&server, &prepared.requests[0]).await,
        Standing::Unknown(_)
    ));
}

#[tokio::test]
async fn what_gitea_would_not_do_or_is_not_configured_is_known_before() {
    let server = start(&["acme/shop"]);
    let running = prepare(&server, &order(&server, Verb::Retry, "run/2")).await;
    assert!(running.requests.is_empty() && running.objections[0].0.contains("has not ended"));
    {
        let mut world = server.state();
        let lists = world.repositories.get_mut("acme/shop").unwrap();
        lists.get_mut("/actions/workflows/deploy.yml").unwrap()["state"] =
            json!("disabled_manually");
        let pull = world.one("/pulls", "number", 2);
        pull["draft"] = json!(true);
        pull["mergeable"] = json!(false);
    }
    let dispatch = prepare(&server, &by(&server, &json!({"workflow": "deploy.yml"}))).await;
    assert!(dispatch.objections[0].0.contains("disabled manually"));
    assert!(dispatch.notes[0].contains("names the version"));
    let merge = prepare(&server, &by(&server, &json!({"merge": "promote/*"}))).await;
    assert_eq!(merge.objections.len(), 2);
    for (way, wanted) in [
        (json!({}), "promote = { workflow = \"deploy.yml\""),
        (json!({"workflow": "a", "merge": "b"}), "says both"),
        (
            json!({"workflow": "missing.yml"}),
            "\"missing.yml\", which acme/shop does not have",
        ),
        (
            json!({"workflow": "a", "repository": "../x"}),
            "no owner/name",
        ),
        (json!({"merge": "none/*"}), "no open request"),
        (json!({"merge": 7}), "cannot be read"),
    ] {
        let error = connector(&server)
            .prepare(&by(&server, &way))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(wanted), "{way}: {error}");
    }
    for id in ["status/a/b", "run/x"] {
        let error = connector(&server)
            .prepare(&order(&server, Verb::Retry, id))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("no run of Actions"), "{error}");
    }
    let error = connector(&server)
        .prepare(&order(&server, Verb::Cancel, "run/1"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("nothing to cancel"), "{error}");
    let own = order(&server, Verb::Retry, "run/1").target.unwrap().source;
    assert!(connector(&server).speaks_for(&own));
    assert!(!connector(&server).speaks_for("gitea:elsewhere/acme/shop"));
}
