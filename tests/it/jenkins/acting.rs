//! Acting: the exact requests for each order, what the connector finds out before, and that what is sent does what it says.

use leadtime::connector::Actor;
use leadtime::connector::error::ErrorKind;
use leadtime::plan::request::{Order, Prepared, Sent, Standing, Verb};
use serde_json::json;

use super::world::{Server, build, folder, job, start, taking, waiting};
use super::{ask, connector, order, prepare, promotion, send};

fn world() -> Server {
    let mut told = build(4);
    told["actions"].as_array_mut().unwrap().push(json!({"parameters": [
        {"name": "VERSION", "value": "1.1.0"}, {"name": "WHERE", "value": "staging"}, {"name": "PASSWORD"}]}));
    let deploy = taking(job(vec![told]), &["VERSION", "LEADTIME_ACTION", "PASSWORD"]);
    start([
        ("acme", folder()),
        ("acme/a b", job(vec![waiting(7), build(6)])),
        ("deploy-shop", deploy),
        ("plain", taking(job(vec![build(1)]), &["VERSION"])),
    ])
}

/// The requests as they are sent, without the address of the server.
fn shown(server: &Server, prepared: &Prepared) -> String {
    let mut text = String::new();
    for request in &prepared.requests {
        let body = request.body.as_deref().unwrap_or("-");
        let headers = &request.headers;
        text += &format!(
            "{} {}\n{headers:?}\n{body}\n{}\n",
            request.method, request.url, request.what
        );
    }
    for (objection, lifted) in &prepared.objections {
        text += &format!(
            "objection: {objection} ({})\n",
            lifted.as_deref().unwrap_or("-")
        );
    }
    for note in &prepared.notes {
        text += &format!("note: {note}\n");
    }
    text.replace(&server.url(), "https://ci")
}

#[tokio::test]
async fn each_order_becomes_its_request() {
    let server = world();
    let mut all = String::new();
    let deploy =
        json!({"job": "deploy-shop", "parameters": {"VERSION": "1.2.0", "WHERE": "production"}});
    let mut rollback = promotion(&server, deploy.clone());
    rollback.verb = Verb::Rollback;
    let orders: Vec<(&str, Order)> = vec![
        (
            "approve",
            order(&server, Verb::Approve, "acme/a b#7/input/14"),
        ),
        (
            "reject",
            order(&server, Verb::Reject, "acme/a b#7/input/14"),
        ),
        ("promote", promotion(&server, deploy)),
        ("rollback", rollback),
        (
            "promote without a key",
            promotion(
                &server,
                json!({"job": "plain", "parameters": {"VERSION": "ü & 1"}}),
            ),
        ),
        ("retry", order(&server, Verb::Retry, "acme/a b#6")),
        (
            "retry of a stage with parameters",
            order(&server, Verb::Retry, "deploy-shop#4/stage/6"),
        ),
        ("cancel", order(&server, Verb::Cancel, "acme/a b#7/stage/6")),
    ];
    for (name, order) in &orders {
        let prepared = prepare(&server, order).await;
        assert_eq!(prepared.user.as_deref(), Some("leadtime"));
        assert_eq!(
            prepared,
            prepare(&server, order).await,
            "{name}: the same when nothing changed"
        );
        all += &format!("## {name}\n{}\n", shown(&server, &prepared));
    }
    assert_eq!(server.deeds().len(), 0, "nothing is done while preparing");
    insta::assert_snapshot!("requests", all);
}

#[tokio::test]
async fn what_is_sent_is_done_and_told() {
    let server = world();
    for (verb, id) in [
        (Verb::Retry, "acme/a b#6"),
        (Verb::Approve, "acme/a b#7/input/14"),
        (Verb::Cancel, "acme/a b#7"),
    ] {
        let prepared = prepare(&server, &order(&server, verb, id)).await;
        let request = &prepared.requests[0];
        assert_eq!(ask(&server, request).await, Standing::Open, "{verb:?}");
        let sent = send(&server, request).await;
        let Sent::Done(receipt) = sent else {
            panic!("{verb:?}: {sent:?}")
        };
        let url = receipt.url.unwrap();
        let wanted = if verb == Verb::Retry {
            "/job/acme/job/a%20b/8/"
        } else {
            "/job/acme/job/a%20b/7/"
        };
        assert!(url.ends_with(wanted), "{url}");
        let standing = ask(&server, request).await;
        assert!(
            matches!(standing, Standing::Done(_)),
            "{verb:?}: {standing:?}"
        );
    }
    assert_eq!(server.deeds().len(), 3);
    // What waits in the queue is told with where to look.
    server.state().quiet = true;
    let way = json!({"job": "deploy-shop", "parameters": {"VERSION": "1.2.0"}});
    let prepared = prepare(&server, &promotion(&server, way)).await;
    let sent = send(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&sent, Sent::Done(receipt) if receipt.text.contains("quiet period")),
        "{sent:?}"
    );
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&standing, Standing::Done(receipt) if receipt.text.contains("queue")),
        "{standing:?}"
    );
}

async fn objections(server: &Server, order: &Order) -> String {
    let prepared = prepare(server, order).await;
    let all = prepared.objections.iter();
    let all = all.map(|(text, lifted)| format!("{text} ({})", lifted.as_deref().unwrap_or("-")));
    all.collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn what_jenkins_would_not_do_is_known_before() {
    let server = world();
    let approve = order(&server, Verb::Approve, "acme/a b#7/input/14");
    server.state().build("acme/a b", 7)["pending"][0]["inputs"] =
        json!([{"name": "WHERE", "type": "Choice"}]);
    let told = objections(&server, &approve).await;
    assert!(
        told.contains("asks for WHERE") && told.contains("/job/acme/job/a%20b/7/input/"),
        "{told}"
    );
    assert!(prepare(&server, &approve).await.requests.is_empty());
    let reject = order(&server, Verb::Reject, "acme/a b#7/input/14");
    assert_eq!(
        objections(&server, &reject).await,
        "",
        "it can be turned down all the same"
    );
    let second = json!({"id": "Other", "message": "And this?", "inputs": []});
    server.state().build("acme/a b", 7)["pending"]
        .as_array_mut()
        .unwrap()
        .push(second);
    assert!(
        objections(&server, &approve)
            .await
            .contains("waits at 2 inputs")
    );
    let settled = order(&server, Verb::Approve, "acme/a b#7/input/99");
    assert!(
        objections(&server, &settled)
            .await
            .contains("waits no more")
    );
    server.state().decide("acme/a b", 7, true);
    assert!(
        objections(&server, &approve)
            .await
            .contains("waits no more")
    );
    assert!(
        objections(&server, &order(&server, Verb::Retry, "acme/a b#7"))
            .await
            .contains("still runs")
    );
    assert!(
        objections(&server, &order(&server, Verb::Cancel, "acme/a b#6"))
            .await
            .contains("has ended (SUCCESS)")
    );

    let way = json!({"job": "deploy-shop", "parameters": {"RELEASE": "1.2.0", "WHERE": "moon"}});
    let told = objections(&server, &promotion(&server, way)).await;
    assert!(
        told.contains("no parameter \"RELEASE\"") && told.contains("naming one of VERSION"),
        "{told}"
    );
    assert!(
        told.contains("\"moon\" is no choice") && told.contains("staging, production"),
        "{told}"
    );
    server.state().jobs.get_mut("plain").unwrap()["buildable"] = json!(false);
    let way = json!({"job": "plain", "parameters": {"WHERE": "staging"}});
    let prepared = prepare(&server, &promotion(&server, way)).await;
    assert!(prepared.objections[0].0.contains("disabled"));
    assert!(prepared.notes[0].contains("no parameter names the version"));
}

#[tokio::test]
async fn what_is_not_configured_is_said_down_to_the_line() {
    let server = world();
    for (order, wanted) in [
        (
            promotion(&server, json!({})),
            "promote = { job = \"deploy-shop\", parameters = { VERSION = \"{version}\" } }",
        ),
        (
            promotion(&server, json!({"job": "deploy-shopp"})),
            "\"deploy-shopp\", which Jenkins does not have",
        ),
        (promotion(&server, json!({"job": 7})), "cannot be read"),
    ] {
        let error = connector(&server).prepare(&order).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(error.to_string().contains(wanted), "{error}");
    }
    for (verb, id) in [
        (Verb::Approve, "acme/a b#7"),
        (Verb::Approve, "acme/a b#7/stage/6"),
        (Verb::Retry, "acme/a b"),
        (Verb::Cancel, "acme/a b#99"),
    ] {
        let error = connector(&server)
            .prepare(&order(&server, verb, id))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{verb:?} {id}: {error}");
    }
    let mut elsewhere = order(&server, Verb::Cancel, "plain#1");
    elsewhere.target.as_mut().unwrap().source = "jenkins:elsewhere/plain".to_owned();
    let error = connector(&server).prepare(&elsewhere).await.unwrap_err();
    assert!(error.to_string().contains("jenkins:elsewhere"), "{error}");
    assert!(
        connector(&server)
            .prepare(&order(&server, Verb::Hold, "plain#1"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn it_speaks_for_the_jobs_that_it_reads() {
    let server = world();
    let mut some = super::settings("https://ci.example.com/jenkins");
    some.projects = vec!["acme/*".to_owned(), "!acme/attic".to_owned()];
    let source = leadtime::connector::jenkins::Jenkins::new(some).unwrap();
    assert!(source.speaks_for("jenkins:ci.example.com/jenkins/acme/shop/main"));
    assert!(!source.speaks_for("jenkins:ci.example.com/jenkins/acme/attic"));
    assert!(!source.speaks_for("jenkins:ci.example.com/acme/shop"));
    assert!(!source.speaks_for("gitlab:ci.example.com/jenkins/acme/shop"));
    drop(server);
}
