//! Acting: the exact requests of every deed, what stands against it, and what is known once it is done.

use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::{Prepared, Sent, Standing, Target, Verb};
use serde_json::{Value, json};

use super::world::Server;
use super::world::{OMAR, World, at, job, start, user, uuid};
use super::{ask, connector, order, prepare, send};

fn body(prepared: &Prepared) -> Value {
    let body = prepared.requests[0].body.as_deref();
    body.map_or(Value::Null, |body| serde_json::from_str(body).unwrap())
}

fn objections(prepared: &Prepared) -> String {
    assert!(prepared.requests.is_empty(), "{prepared:?}");
    format!("{:?}", prepared.objections)
}

async fn refused(server: &Server, verb: Verb, id: &str) -> (ErrorKind, String) {
    let error = connector(server)
        .prepare(&order(verb, id))
        .await
        .unwrap_err();
    (error.kind, error.to_string())
}

/// Open, done, and done for whoever asks again.
async fn carry_out(server: &Server, prepared: &Prepared) {
    let request = &prepared.requests[0];
    assert_eq!(ask(server, request).await, Standing::Open);
    let sent = send(server, request).await;
    assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    let standing = ask(server, request).await;
    assert!(matches!(standing, Standing::Done(_)), "{standing:?}");
}

#[tokio::test]
async fn an_approval_is_given_by_its_request() {
    let mut world = World::default();
    let gate = world.hold(20);
    let server = start(world);
    let prepared = prepare(&server, &order(Verb::Approve, &gate)).await;
    let request = &prepared.requests[0];
    let path = format!("/api/v2/workflow/{}/approve/{}", uuid(2, 20), uuid(4, 20));
    assert_eq!(request.url, format!("{}{path}", server.url()));
    assert_eq!(
        (request.method.as_str(), request.body.as_deref()),
        ("POST", None)
    );
    assert!(
        request.what.contains("approve \"approve\" of the workflow"),
        "{}",
        request.what
    );
    assert_eq!(prepared.user.as_deref(), Some("jane"));
    assert!(
        prepared.notes[0].contains("keeps no comment"),
        "{:?}",
        prepared.notes
    );
    assert_eq!(
        prepare(&server, &order(Verb::Approve, &gate)).await,
        prepared
    );
    carry_out(&server, &prepared).await;
    let again = prepare(&server, &order(Verb::Approve, &gate)).await;
    assert!(objections(&again).contains("jane approved it"), "{again:?}");
    let (kind, _) = refused(&server, Verb::Approve, &format!("workflow/{}", uuid(2, 20))).await;
    assert_eq!(kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_rejection_cancels_the_workflow_and_says_so() {
    let mut world = World::default();
    let gate = world.hold(20);
    let lint = job(20, 7, "lint", "build", "running", &[]);
    world.jobs.get_mut(&uuid(2, 20)).unwrap().push(lint);
    let server = start(world);
    let prepared = prepare(&server, &order(Verb::Reject, &gate)).await;
    assert!(
        prepared.requests[0]
            .url
            .ends_with(&format!("/workflow/{}/cancel", uuid(2, 20)))
    );
    let notes = prepared.notes.join("\n");
    for wanted in [
        "the whole workflow is cancelled",
        "what runs in it: lint",
        "it burns",
    ] {
        assert!(notes.contains(wanted), "{wanted} in {notes}");
    }
    carry_out(&server, &prepared).await;
    let again = prepare(&server, &order(Verb::Reject, &gate)).await;
    assert!(objections(&again).contains("cancelled it"), "{again:?}");
    // An approval that somebody gave meanwhile is not refused by cancelling what then runs.
    let mut world = World::default();
    let gate = world.hold(20);
    let server = start(world);
    let prepared = prepare(&server, &order(Verb::Reject, &gate)).await;
    let approval = prepare(&server, &order(Verb::Approve, &gate)).await;
    send(&server, &approval.requests[0]).await;
    let standing = ask(&server, &prepared.requests[0]).await;
    assert!(
        matches!(&standing, Standing::Moved(by) if by.contains("jane approved")),
        "{standing:?}"
    );
}

#[tokio::test]
async fn workflows_are_cancelled_and_run_again_whole_in_part_or_from_what_failed() {
    let mut world = World::of(3);
    world.find(&uuid(2, 3)).unwrap()["status"] = json!("running");
    world.find(&uuid(2, 2)).unwrap()["status"] = json!("failed");
    let server = start(world);
    let (running, failed) = (
        format!("workflow/{}", uuid(2, 3)),
        format!("workflow/{}", uuid(2, 2)),
    );
    let again = prepare(&server, &order(Verb::Retry, &running)).await;
    assert!(objections(&again).contains("only what has ended"));
    let cancel = format!("{running}/job/{}", uuid(103, 1));
    let prepared = prepare(&server, &order(Verb::Cancel, &cancel)).await;
    assert!(prepared.notes[0].contains("not this job alone"));
    carry_out(&server, &prepared).await;
    let again = prepare(&server, &order(Verb::Cancel, &running)).await;
    assert!(objections(&again).contains("nothing to stop"));
    let one = format!("{failed}/job/{}", uuid(102, 2));
    for (verb, id, wanted) in [
        (Verb::Retry, &failed, json!({"from_failed": false})),
        (Verb::RetryFailed, &failed, json!({"from_failed": true})),
        (Verb::RetryFailed, &one, json!({"from_failed": true})),
        (Verb::Retry, &one, json!({"jobs": [uuid(102, 2)]})),
    ] {
        let prepared = prepare(&server, &order(verb, id)).await;
        assert_eq!(body(&prepared), wanted);
        assert!(prepared.requests[0].url.ends_with("/rerun"));
        carry_out(&server, &prepared).await;
    }
    let well = format!("workflow/{}", uuid(2, 1));
    let none = prepare(&server, &order(Verb::RetryFailed, &well)).await;
    assert!(objections(&none).contains("has failed"));
    assert_eq!(
        refused(&server, Verb::Retry, "workflow/x/approval/y")
            .await
            .0,
        ErrorKind::NotFound
    );
    assert_eq!(
        refused(&server, Verb::Retry, "pipeline/y").await.0,
        ErrorKind::NotFound
    );
    assert_eq!(
        refused(&server, Verb::Retry, "workflow/y").await.0,
        ErrorKind::NotFound
    );
    assert_eq!(
        refused(&server, Verb::Hold, &well).await.0,
        ErrorKind::Configuration
    );
}

#[tokio::test]
async fn a_version_is_promoted_by_a_pipeline_with_parameters() {
    let server = start(World::of(2));
    for verb in [Verb::Promote, Verb::Rollback] {
        let prepared = prepare(&server, &order(verb, "")).await;
        let request = &prepared.requests[0];
        assert!(
            request.url.ends_with("/project/gh%2Facme%2Fshop/pipeline"),
            "{}",
            request.url
        );
        assert_eq!(
            body(&prepared),
            json!({"parameters": {"go": true, "version": "v2"}})
        );
        assert!(
            request.what.contains("v2 to production"),
            "{}",
            request.what
        );
        assert!(
            prepared.notes[0].contains("has to declare"),
            "{:?}",
            prepared.notes
        );
        carry_out(&server, &prepared).await;
        server.state().pipelines.remove(0);
    }
    let mut by_definition = order(Verb::Promote, "");
    by_definition.way = json!({"repository": "acme/shop", "pipeline": "d-1", "ref": "refs/tags/v2", "parameters": {"id": "k-1"}})
        .as_object()
        .cloned();
    let prepared = prepare(&server, &by_definition).await;
    assert!(
        prepared.requests[0]
            .url
            .ends_with("/project/gh/acme/shop/pipeline/run")
    );
    assert_eq!(
        body(&prepared),
        json!({"definition_id": "d-1", "config": {"tag": "v2"}, "checkout": {"tag": "v2"}, "parameters": {"id": "k-1"}})
    );
    assert_eq!(
        prepared.notes.len(),
        1,
        "known by its key: {:?}",
        prepared.notes
    );
    carry_out(&server, &prepared).await;
    for (way, wanted) in [
        (json!(null), "parameters = { version = \"{version}\" }"),
        (json!({"ref": "main"}), "without `parameters`"),
        (
            json!({"repository": "else/shop", "parameters": {"a": "b"}}),
            "none that the source reads",
        ),
    ] {
        let mut wrong = order(Verb::Promote, "");
        wrong.way = way.as_object().cloned();
        let error = connector(&server).prepare(&wrong).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(error.to_string().contains(wanted), "{error}");
    }
    let mut several = order(Verb::Promote, "");
    several.repositories = vec!["acme/shop".to_owned(), "acme/till".to_owned()];
    let error = connector(&server).prepare(&several).await.unwrap_err();
    assert!(error.to_string().contains("name the one"), "{error}");
    several.repositories = vec!["acme/till".to_owned()];
    let error = connector(&server).prepare(&several).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "there is no such project");
}

#[tokio::test]
async fn it_speaks_for_its_own_projects_and_sends_nowhere_else() {
    let mut world = World::default();
    let gate = world.hold(20);
    let server = start(world);
    let source = connector(&server);
    assert!(
        source
            .actor()
            .unwrap()
            .speaks_for("circleci:127.0.0.1/gh/acme/shop")
    );
    assert!(!source.speaks_for("circleci:circleci.com/gh/acme/shop"));
    assert!(!source.speaks_for("circleci:127.0.0.1/gh/other/shop"));
    let mut elsewhere = order(Verb::Approve, &gate);
    elsewhere.target = Some(Target {
        source: "circleci:elsewhere/gh/acme/shop".to_owned(),
        ..elsewhere.target.unwrap()
    });
    assert_eq!(
        source.prepare(&elsewhere).await.unwrap_err().kind,
        ErrorKind::NotFound
    );
    let mut request = prepare(&server, &order(Verb::Approve, &gate))
        .await
        .requests
        .remove(0);
    for url in [
        "http://elsewhere/api/v2/workflow/x",
        &format!("{}/api/v2/me", server.url()),
    ] {
        url.clone_into(&mut request.url);
        assert!(matches!(source.send(&request).await, Sent::Refused(_)));
    }
    assert_eq!(server.deeds().len(), 0);
    // What waits for something else first.
    let workflow = uuid(2, 20);
    server.state().job(&workflow, "approve")["status"] = json!("blocked");
    let early = prepare(&server, &order(Verb::Approve, &gate)).await;
    assert!(objections(&early).contains("does not wait yet"));
    {
        let mut world = server.state();
        let hold = world.job(&workflow, "approve");
        (hold["status"], hold["approved_by"]) = (json!("success"), json!(user(OMAR)));
        hold["stopped_at"] = json!(at(1300));
    }
    let late = prepare(&server, &order(Verb::Approve, &gate)).await;
    assert!(
        objections(&late).contains("omar approved it at 2026-03-01"),
        "{late:?}"
    );
}
