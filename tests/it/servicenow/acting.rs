//! Deciding: the exact request, what stands against it, and that it is sent once and never taken for another's.

use leadtime::connector::error::ErrorKind;
use leadtime::connector::servicenow::ServiceNow;
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Target, Verb};
use serde_json::json;

use super::world::{Server, World, approval, april, at, change, start};
use super::{CANARY, connector, settings};
use crate::support::wild::{Answer, Mischief};

pub fn order(verb: Verb, server: &Server, id: &str) -> Order {
    let host = server.url().replace("http://", "");
    Order {
        verb,
        workload: "checkout".to_owned(),
        repositories: vec!["acme/checkout".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(Target {
            source: format!("servicenow:{host}"),
            id: id.to_owned(),
            url: None,
        }),
        to: None,
        from: None,
        way: None,
        comment: Some("looks \"fine\"".to_owned()),
        key: "k-17".to_owned(),
        at: at("2026-05-01T12:00:00Z"),
    }
}

pub fn world() -> World {
    World::new(
        vec![change(1, 1, &json!({"start_date": april(9, 6)}))],
        vec![
            approval(1, 1, "jane", "requested", 1),
            approval(2, 1, "omar", "requested", 1),
        ],
    )
}

async fn prepare(server: &Server, verb: Verb, id: &str) -> Prepared {
    let prepared = connector(server).prepare(&order(verb, server, id)).await;
    prepared.unwrap_or_else(|error| panic!("{error}"))
}

/// How a request that was kept in a journal stands.
async fn ask(server: &Server, request: &Request) -> Standing {
    let journal = serde_json::to_string(request).unwrap();
    let request: Request = serde_json::from_str(&journal).unwrap();
    connector(server).ask(&request).await
}

async fn ready(verb: Verb) -> (Server, Request) {
    let server = start(world());
    let prepared = prepare(&server, verb, "CHG0000001").await;
    assert_eq!(prepared.objections, []);
    assert_eq!(prepare(&server, verb, "CHG0000001").await, prepared);
    let [request] = <[Request; 1]>::try_from(prepared.requests).unwrap();
    (server, request)
}

#[tokio::test]
async fn the_own_approval_is_given_or_refused() {
    for (verb, state) in [(Verb::Approve, "approved"), (Verb::Reject, "rejected")] {
        let server = start(world());
        let prepared = prepare(&server, verb, "CHG0000001").await;
        let request = &prepared.requests[0];
        let path = format!("/api/now/table/sysapproval_approver/{:032x}", 0xa001);
        assert_eq!(
            request.url,
            format!(
                "{}{path}?sysparm_fields=sys_id%2Cstate&sysparm_display_value=all",
                server.url()
            )
        );
        let body = format!(r#"{{"comments":"looks \"fine\" (leadtime k-17)","state":"{state}"}}"#);
        assert_eq!(
            (request.method.as_str(), request.body.as_deref()),
            ("PATCH", Some(body.as_str()))
        );
        assert!(
            prepared.notes[0].contains("state Authorize, its approval requested"),
            "{prepared:?}"
        );
        assert!(prepared.notes[1].contains("planned start"), "{prepared:?}");
        assert_eq!(prepared.user.as_deref(), Some("jane"));
        assert!(!format!("{prepared:?}").contains(CANARY));
        assert_eq!(ask(&server, request).await, Standing::Open);
        let sent = connector(&server).send(request).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
        let Standing::Done(receipt) = ask(&server, request).await else {
            panic!("not done");
        };
        assert_eq!(receipt.text, format!("CHG0000001 {state} by jane"));
        let again = prepare(&server, verb, "CHG0000001").await;
        let (text, lifted) = &again.objections[0];
        if verb == Verb::Approve {
            assert_eq!(text, "jane has approved it already");
            assert_eq!(lifted.as_deref(), Some("a decision of omar"));
        } else {
            assert!(text.contains("rejected by jane"), "{text}");
        }
        assert_eq!(server.deeds().len(), 1);
    }
}

#[tokio::test]
async fn what_stands_against_it_is_told() {
    let told = |world: World, id: &'static str| async move {
        let server = start(world);
        let prepared = prepare(&server, Verb::Approve, id).await;
        assert!(prepared.requests.is_empty(), "{prepared:?}");
        format!("{:?}", prepared.objections)
    };
    let mut other = world();
    other.approvals.remove(0);
    let text = told(other, "CHG0000001").await;
    assert!(
        text.contains("jane is not asked") && text.contains("omar"),
        "{text}"
    );
    let mut over = world();
    over.changes[0]["approval"] = json!("approved");
    over.approvals[1] = approval(2, 1, "omar", "approved", 2);
    let text = told(over, "CHG0000001").await;
    assert!(text.contains("is approved by omar"), "{text}");
    let mut cancelled = world();
    cancelled.changes[0]["state"] = json!("4");
    assert!(
        told(cancelled, "CHG0000001")
            .await
            .contains("in state Canceled")
    );
    let mut ahead = world();
    ahead.changes[0]["approval"] = json!("not requested");
    assert!(told(ahead, "CHG0000001").await.contains("nobody is asked"));
    assert!(
        told(world(), "CHG0000001/start")
            .await
            .contains("planned start")
    );
    let server = start(world());
    let source = connector(&server);
    for (verb, id, kind) in [
        (Verb::Approve, "CHG0000009", ErrorKind::NotFound),
        (Verb::Promote, "CHG0000001", ErrorKind::Configuration),
    ] {
        let error = source.prepare(&order(verb, &server, id)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
    // With OAuth ServiceNow says whose token it is, or nothing is done.
    let mut oauth = settings(&server.url());
    oauth.user = None;
    let source = ServiceNow::new(oauth).unwrap();
    let asked = order(Verb::Approve, &server, "CHG0000001");
    assert_eq!(
        source.prepare(&asked).await.unwrap().user.as_deref(),
        Some("jane")
    );
    server.state().me = None;
    let error = source.prepare(&asked).await.unwrap_err();
    assert!(error.to_string().contains("`user`"), "{error}");
    let health = source.check(at("2026-04-03T00:00:00Z")).await.unwrap();
    assert!(
        format!("{health:?}").contains("whose account"),
        "{health:?}"
    );
    assert!(source.speaks_for(&asked.target.unwrap().source));
    assert!(!source.speaks_for("servicenow:else.example"));
}

#[tokio::test]
async fn a_refusal_leaves_the_deed_open_and_anothers_is_not_ours() {
    for (status, wanted) in [
        (400, "does not take it"),
        (401, "password of `user`"),
        (403, "approver_user"),
        (404, "gone"),
        (409, "changed meanwhile"),
        (429, "429"),
    ] {
        let (server, request) = ready(Verb::Approve).await;
        let no = Answer::json(status, &json!({"error": {"message": "so it is\u{7}"}}));
        server.once("PATCH", "sysapproval", Mischief::Instead(no));
        let sent = connector(&server).send(&request).await;
        let Sent::Refused(text) = sent else {
            panic!("{status}: {sent:?}")
        };
        assert!(text.contains(wanted) && !text.contains('\u{7}'), "{text}");
        assert!(!text.contains(CANARY));
        assert_eq!(ask(&server, &request).await, Standing::Open, "{status}");
        assert_eq!(server.deeds().len(), 1);
    }
    // Somebody with the same rights did it for jane, the board refused it, it was decided before.
    for (key, value, wanted) in [
        ("sys_updated_by", "admin", "admin set it to approved"),
        (
            "sys_updated_on",
            "2026-04-30 10:00:00",
            "jane set it to approved",
        ),
        ("state", "cancelled", "jane set it to cancelled"),
    ] {
        let (server, request) = ready(Verb::Approve).await;
        let mut decided = approval(1, 1, "jane", "approved", 1);
        decided["sys_updated_on"] = json!("2026-05-01 12:00:03");
        decided[key] = json!(value);
        server.state().approvals[0] = decided;
        let standing = ask(&server, &request).await;
        assert!(
            matches!(&standing, Standing::Moved(by) if by.contains(wanted)),
            "{standing:?}"
        );
    }
    let (server, request) = ready(Verb::Approve).await;
    server.state().changes[0]["state"] = json!("4");
    assert!(matches!(ask(&server, &request).await, Standing::Moved(_)));
    server.state().approvals.clear();
    assert!(matches!(ask(&server, &request).await, Standing::Unknown(_)));
    let mut elsewhere = request.clone();
    elsewhere.url = "http://127.0.0.1:1/steal".to_owned();
    let sent = connector(&server).send(&elsewhere).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
        "{sent:?}"
    );
    server.refuse();
    let sent = connector(&server).send(&request).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
        "{sent:?}"
    );
}
