//! Deciding, by the workflow and by an approval: the exact requests, what stands against them, and that they are sent once and never taken for another's.

use leadtime::connector::Actor;
use leadtime::connector::error::ErrorKind;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Target, Verb};
use serde_json::{Value, json};

use super::world::{Server, World, approval, history, issue, jira, start};
use super::{CANARY, connector, now};
use crate::support::wild::{Answer, Mischief};

pub const STATUS: &str = "PAY-1/Ready for release";
pub const APPROVAL: &str = "PAY-1/approval/7";

pub fn order(verb: Verb, server: &Server, id: &str) -> Order {
    let host = server.url().replace("http://", "");
    Order {
        verb,
        workload: "checkout".to_owned(),
        repositories: vec!["acme/checkout".to_owned()],
        environment: None,
        target: Some(Target {
            source: format!("jira:{host}"),
            id: id.to_owned(),
            url: None,
        }),
        to: None,
        from: None,
        way: None,
        comment: Some("fine".to_owned()),
        key: "k-17".to_owned(),
        at: now(),
    }
}

pub fn world() -> World {
    let approvals = vec![approval(
        "7",
        9,
        &[("jane", "pending"), ("omar", "pending")],
    )];
    World {
        issues: vec![issue("PAY-1", "Ready for release", &json!({}))],
        approvals: [("PAY-1".to_owned(), approvals)].into(),
        ..World::default()
    }
}

async fn prepare(server: &Server, verb: Verb, id: &str) -> Prepared {
    let prepared = connector(server).prepare(&order(verb, server, id)).await;
    prepared.unwrap_or_else(|error| panic!("{error}"))
}

async fn objection(world: World, verb: Verb, id: &str) -> String {
    let server = start(world);
    let prepared = prepare(&server, verb, id).await;
    assert!(prepared.requests.is_empty(), "{prepared:?}");
    format!("{:?}", prepared.objections)
}

/// How a request that was kept in a journal stands.
async fn ask(server: &Server, request: &Request) -> Standing {
    let journal = serde_json::to_string(request).unwrap();
    let request: Request = serde_json::from_str(&journal).unwrap();
    connector(server).ask(&request).await
}

async fn ready(verb: Verb, id: &str) -> (Server, Request) {
    let server = start(world());
    let prepared = prepare(&server, verb, id).await;
    assert_eq!(prepared.objections, []);
    assert_eq!(prepare(&server, verb, id).await, prepared);
    assert!(!format!("{prepared:?}").contains(CANARY));
    let [request] = <[Request; 1]>::try_from(prepared.requests).unwrap();
    (server, request)
}

#[tokio::test]
async fn a_decision_is_a_transition_or_an_answer() {
    let moved = |id: &str| {
        json!({"historyMetadata": {"activityDescription": "fine (leadtime k-17)", "extraData": {"leadtime": "k-17"}, "type": "leadtime"},
            "transition": {"id": id}})
    };
    for (verb, id, path, body, note) in [
        (
            Verb::Approve,
            STATUS,
            "/rest/api/3/issue/PAY-1/transitions",
            moved("31"),
            "by \"Release it\"",
        ),
        (
            Verb::Reject,
            STATUS,
            "/rest/api/3/issue/PAY-1/transitions",
            moved("41"),
            "to In Progress",
        ),
        (
            Verb::Approve,
            APPROVAL,
            "/rest/servicedeskapi/request/PAY-1/approval/7",
            json!({"decision": "approve"}),
            "keeps no comment",
        ),
        (
            Verb::Reject,
            APPROVAL,
            "/rest/servicedeskapi/request/PAY-1/approval/7",
            json!({"decision": "decline"}),
            "keeps no comment",
        ),
    ] {
        let server = start(world());
        let prepared = prepare(&server, verb, id).await;
        let request = &prepared.requests[0];
        assert_eq!(
            (request.method.as_str(), request.url.clone()),
            ("POST", format!("{}{path}", server.url()))
        );
        let sent: Value = serde_json::from_str(request.body.as_ref().unwrap()).unwrap();
        assert_eq!(sent, body);
        assert!(prepared.notes.join("\n").contains(note), "{prepared:?}");
        assert_eq!(prepared.user.as_deref(), Some("jane"));
        assert_eq!(ask(&server, request).await, Standing::Open);
        let sent = connector(&server).send(request).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
        let standing = ask(&server, request).await;
        assert!(
            matches!(&standing, Standing::Done(done) if done.url.is_some()),
            "{standing:?}"
        );
        let again = prepare(&server, verb, id).await;
        assert!(again.requests.is_empty(), "{again:?}");
        assert_eq!(server.deeds().len(), 1);
    }
}

#[tokio::test]
async fn what_stands_against_it_is_told() {
    let mut moved = world();
    moved.issues[0] = issue("PAY-1", "In Progress", &json!({}));
    moved.issues[0]["changelog"]["histories"] = json!([history(
        1,
        &jira(now()),
        "omar",
        "status",
        ("Ready for release", "In Progress")
    )]);
    let text = objection(moved, Verb::Approve, STATUS).await;
    assert!(
        text.contains("PAY-1 is in In Progress now, by omar at 2026-05-01T12:00:00Z"),
        "{text}"
    );
    let mut barred = world();
    barred.transitions.remove(0);
    let text = objection(barred, Verb::Approve, STATUS).await;
    assert!(
        text.contains("jane cannot bring PAY-1") && text.contains("In Progress"),
        "{text}"
    );
    let mut asking = world();
    asking.transitions[0].3 =
        json!({"resolution": {"name": "Resolution", "required": true, "hasDefaultValue": false}});
    let text = objection(asking, Verb::Approve, STATUS).await;
    assert!(text.contains("asks for Resolution"), "{text}");
    let mut other = world();
    other.me = "li";
    let text = objection(other, Verb::Approve, APPROVAL).await;
    assert!(
        text.contains("li is not asked") && text.contains("jane, omar"),
        "{text}"
    );
    let mut answered = world();
    answered.approvals.get_mut("PAY-1").unwrap()[0]["approvers"][0]["approverDecision"] =
        json!("approved");
    let text = objection(answered, Verb::Approve, APPROVAL).await;
    assert!(
        text.contains("jane has approved it already") && text.contains("omar"),
        "{text}"
    );
    let mut barred = world();
    barred.approvals.get_mut("PAY-1").unwrap()[0]["canAnswerApproval"] = json!(false);
    assert!(
        objection(barred, Verb::Reject, APPROVAL)
            .await
            .contains("may not answer")
    );
    let server = start(world());
    let source = connector(&server);
    for (verb, id, kind) in [
        (Verb::Approve, "PAY-1/Somewhere", ErrorKind::Configuration),
        (
            Verb::Approve,
            "PAY-1/Waiting for approval",
            ErrorKind::Configuration,
        ),
        (
            Verb::Approve,
            "PAY-9/Ready for release",
            ErrorKind::NotFound,
        ),
        (Verb::Approve, "PAY-1/approval/9", ErrorKind::NotFound),
        (Verb::Approve, "PAY-1", ErrorKind::NotFound),
        (Verb::Promote, STATUS, ErrorKind::Configuration),
    ] {
        let error = source.prepare(&order(verb, &server, id)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{id}: {error}");
    }
    assert!(source.speaks_for(&order(Verb::Approve, &server, STATUS).target.unwrap().source));
    assert!(!source.speaks_for("jira:else.example"));
    assert_eq!(server.deeds().len(), 0);
}

#[tokio::test]
async fn a_refusal_leaves_the_deed_open_and_anothers_is_not_ours() {
    for id in [STATUS, APPROVAL] {
        for (status, wanted) in [
            (400, "does not take it"),
            (401, "API token"),
            (403, "the transition or the approval"),
            (404, "gone"),
            (409, "changed meanwhile"),
            (429, "429"),
        ] {
            let (server, request) = ready(Verb::Approve, id).await;
            let no = Answer::json(status, &json!({"errorMessages": ["so it is\u{7}"]}));
            server.once("POST", "/rest/", Mischief::Instead(no));
            let sent = connector(&server).send(&request).await;
            let Sent::Refused(text) = sent else {
                panic!("{status}: {sent:?}")
            };
            assert!(text.contains(wanted) && !text.contains('\u{7}'), "{text}");
            assert!(!text.contains(CANARY));
            assert_eq!(ask(&server, &request).await, Standing::Open, "{status}");
            assert_eq!(server.deeds().len(), 1);
        }
        // The same deed by another hand.
        let (server, request) = ready(Verb::Approve, id).await;
        server.state().me = "omar";
        let mut body: Value = serde_json::from_str(request.body.as_ref().unwrap()).unwrap();
        if id == STATUS {
            body["historyMetadata"] = Value::Null;
        } else {
            body["decision"] = json!("decline");
        }
        let mut theirs = request.clone();
        theirs.body = Some(body.to_string());
        assert!(matches!(
            connector(&server).send(&theirs).await,
            Sent::Done(_)
        ));
        let standing = ask(&server, &request).await;
        assert!(
            matches!(&standing, Standing::Moved(by) if by.contains("omar")),
            "{standing:?}"
        );
        let mut elsewhere = request.clone();
        elsewhere.url = "http://127.0.0.1:1/steal".to_owned();
        let sent = connector(&server).send(&elsewhere).await;
        assert!(
            matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
            "{sent:?}"
        );
    }
    // It went there, and nothing tells by whom; it is gone.
    let (server, request) = ready(Verb::Approve, STATUS).await;
    server.state().issues[0]["fields"]["status"]["name"] = json!("Done");
    assert!(matches!(ask(&server, &request).await, Standing::Unknown(_)));
    server.state().issues.clear();
    assert!(matches!(ask(&server, &request).await, Standing::Unknown(_)));
    server.refuse();
    let sent = connector(&server).send(&request).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
        "{sent:?}"
    );
}
