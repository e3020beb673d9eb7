//! Acknowledging and resolving: the exact requests, in whose name, what stands against it, and that nothing is sent twice nor taken for another's.

use leadtime::connector::pagerduty::PagerDuty;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::plan::request::{Order, Prepared, Sent, Standing, Verb};
use serde_json::json;

use super::world::{Server, World, incident, start};
use super::{CANARY, settings};
use crate::conformance::subject::{HASTE, open};
use crate::support::deeds::{Ready, ask, clock, is_done, order, prepare};
use crate::support::wild::{Answer, Mischief};

const JANE: &str = "jane@acme.example";

/// One that is open, and one that is over.
fn server() -> Server {
    start(vec![
        incident(1, "2026-05-01T10:00:00Z", None),
        incident(2, "2026-05-01T10:00:00Z", Some("2026-05-01T11:00:00Z")),
    ])
}

fn wanted(server: &Server, verb: Verb, id: &str, said: Option<&str>) -> Order {
    let source = server.url().replace("http://", "pagerduty:");
    Order {
        comment: said.map(str::to_owned),
        ..order(verb, &source, id, clock())
    }
}

/// As Jane, by a key of the account.
fn connector(server: &Server) -> Box<dyn Connector> {
    let mut told = settings(&server.url());
    told.user = Some(JANE.to_owned());
    open("pagerduty", &told, HASTE)
}

pub fn ready(verb: Verb, said: Option<&str>) -> Ready<World> {
    let server = server();
    Ready {
        source: connector(&server),
        order: wanted(&server, verb, "Q1", said),
        server,
    }
}

async fn objections(server: &Server, verb: Verb, id: &str) -> Vec<(String, Option<String>)> {
    let order = wanted(server, verb, id, None);
    let prepared = prepare(server, &*connector(server), &order).await;
    assert_eq!(prepared.requests, []);
    prepared.objections
}

#[tokio::test]
async fn an_incident_is_taken_on_and_ended_with_what_was_said() {
    for (verb, status) in [
        (Verb::Acknowledge, "acknowledged"),
        (Verb::Resolve, "resolved"),
    ] {
        let ready = ready(verb, Some("it \"burns\""));
        let Prepared {
            requests,
            notes,
            undone_by,
            user,
            ..
        } = ready.prepare().await;
        assert_eq!(user.as_deref(), Some("Jane Roe"));
        assert_eq!(notes, ["Q1 \"Errors 1\" is triggered, assigned to Li Wei"]);
        assert_eq!(undone_by.len(), 1);
        let [first, note] = requests.as_slice() else {
            panic!("{requests:?}");
        };
        let url = ready.server.url();
        assert_eq!(first.what, format!("{} Q1 as Jane Roe", verb.word()));
        assert_eq!(
            (first.method.as_str(), &first.url),
            ("PUT", &format!("{url}/incidents/Q1"))
        );
        assert_eq!(
            first.body.as_deref().unwrap(),
            format!(r#"{{"incident":{{"type":"incident_reference","status":"{status}"}}}}"#)
        );
        assert_eq!(
            (note.method.as_str(), &note.url),
            ("POST", &format!("{url}/incidents/Q1/notes"))
        );
        assert_eq!(
            note.body.as_deref().unwrap(),
            r#"{"note":{"content":"it \"burns\" (leadtime k-1)"}}"#
        );
        for request in &requests {
            assert_eq!(ready.ask(request).await, Standing::Open);
            let sent = ready.send(request).await;
            assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
            assert!(is_done(&ready.ask(request).await));
        }
        let deeds = ready.server.deeds();
        let token = format!("Token token={CANARY}");
        assert_eq!(deeds.len(), 2);
        for deed in &deeds {
            assert_eq!(deed.header("from"), Some(JANE));
            assert_eq!(deed.header("authorization"), Some(token.as_str()));
            assert_eq!(deed.header("content-type"), Some("application/json"));
        }
        assert_eq!(ready.server.state().incidents[0]["status"], status);
    }
}

#[tokio::test]
async fn what_is_so_already_says_by_whom_and_since_when() {
    let server = server();
    let over = objections(&server, Verb::Resolve, "Q2").await;
    assert_eq!(
        over,
        [(
            "Q2 is resolved by somebody since 2026-05-01T11:00:00Z".to_owned(),
            None
        )]
    );
    // Acknowledging it would open it again.
    let [(text, lifted)] = &objections(&server, Verb::Acknowledge, "Q2").await[..] else {
        panic!("one objection");
    };
    assert!(text.starts_with("Q2 is resolved by"), "{text}");
    assert!(lifted.as_ref().unwrap().contains("opening it again"));
    let li = json!({"id": "PLI", "summary": "Li Wei"});
    let time = super::at("2026-05-01T10:20:00Z");
    server.state().set("Q1", "acknowledged", &li, time);
    assert_eq!(
        objections(&server, Verb::Acknowledge, "Q1").await,
        [(
            "Q1 is acknowledged by Li Wei since 2026-05-01T10:20:00Z".to_owned(),
            None
        )]
    );
    // It can be resolved for all that.
    let order = wanted(&server, Verb::Resolve, "Q1", None);
    let prepared = prepare(&server, &*connector(&server), &order).await;
    assert_eq!(prepared.requests.len(), 1);
    assert!(prepared.notes[0].contains("acknowledged by Li Wei"));
    let gone = wanted(&server, Verb::Resolve, "Q9", None);
    let source = connector(&server);
    let error = source.actor().unwrap().prepare(&gone).await.unwrap_err();
    assert!(error.to_string().contains("no such incident"), "{error}");
}

#[tokio::test]
async fn what_others_did_meanwhile_is_not_taken_for_ours() {
    let li = json!({"id": "PLI", "summary": "Li Wei"});
    for (verb, status, says) in [
        (Verb::Acknowledge, "acknowledged", "Li Wei acknowledged it"),
        (Verb::Resolve, "resolved", "Li Wei resolved it"),
        (
            Verb::Acknowledge,
            "resolved",
            "Q1 is resolved by Li Wei since",
        ),
    ] {
        let ready = ready(verb, None);
        let request = ready.request().await;
        ready.server.state().set("Q1", status, &li, clock());
        let standing = ready.ask(&request).await;
        let Standing::Moved(text) = &standing else {
            panic!("{verb:?} {status}: {standing:?}");
        };
        assert!(text.starts_with(says), "{text}");
        assert_eq!(ready.server.deeds().len(), 0);
    }
}

#[tokio::test]
async fn what_was_done_is_found_though_more_happened_since_and_the_log_is_late() {
    let li = json!({"id": "PLI", "summary": "Li Wei"});
    let ready = ready(Verb::Acknowledge, None);
    let request = ready.request().await;
    let mischief = Mischief::DoneThen(Answer::new(502));
    ready.server.once("PUT", "", mischief);
    assert!(matches!(ready.send(&request).await, Sent::Doubtful(_)));
    let log = std::mem::take(&mut ready.server.state().log);
    assert!(is_done(&ready.ask(&request).await), "the incident tells");
    ready.server.state().log = log;
    ready.server.state().set("Q1", "resolved", &li, clock());
    assert!(is_done(&ready.ask(&request).await), "the log tells");
    assert_eq!(ready.server.deeds().len(), 1);
    ready.server.state().incidents.clear();
    let gone = Standing::Moved("Q1 is gone".to_owned());
    assert_eq!(ready.ask(&request).await, gone);
}

/// What the plan is for a source that is told so.
async fn planned(
    server: &Server,
    user: Option<&str>,
) -> Result<(Prepared, Box<dyn Connector>), ConnectorError> {
    let mut told = settings(&server.url());
    told.user = user.map(str::to_owned);
    let source: Box<dyn Connector> = Box::new(PagerDuty::new(told)?);
    let order = wanted(server, Verb::Acknowledge, "Q1", None);
    let prepared = source.actor().unwrap().prepare(&order).await?;
    Ok((prepared, source))
}

#[tokio::test]
async fn it_is_done_in_the_name_of_whose_key_it_is() {
    let server = server();
    // A key of the account, and nobody is named.
    let (prepared, _) = planned(&server, None).await.unwrap();
    let [(text, lifted)] = &prepared.objections[..] else {
        panic!("{prepared:?}");
    };
    assert!(text.contains("not one person's"), "{text}");
    assert!(lifted.as_ref().unwrap().contains("`user`"), "{lifted:?}");
    let (prepared, _) = planned(&server, Some("nobody@acme.example")).await.unwrap();
    assert!(prepared.objections[0].0.contains("nobody@acme.example"));
    // One's own key needs no address.
    server.state().owner = Some(JANE.to_owned());
    let (prepared, source) = planned(&server, None).await.unwrap();
    assert_eq!(prepared.user.as_deref(), Some("Jane Roe"));
    let sent = source.actor().unwrap().send(&prepared.requests[0]).await;
    assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    assert!(is_done(&ask(&*source, &prepared.requests[0]).await));
    // A key that may not tell of users says so.
    server.state().incidents[0] = incident(1, "2026-05-01T10:00:00Z", None);
    let no = json!({"error": {"message": "Access Denied", "code": 2010}});
    server.once("GET", "/users", Mischief::Instead(Answer::json(403, &no)));
    let error = planned(&server, Some(JANE)).await.err().unwrap();
    assert!(error.to_string().contains("Access Denied"), "{error}");
}

#[tokio::test]
async fn a_key_that_only_reads_is_told_what_it_needs() {
    let ready = ready(Verb::Resolve, None);
    let request = ready.request().await;
    let no = json!({"error": {"message": "Access Denied", "errors": ["read-only"], "code": 2010}});
    ready
        .server
        .once("PUT", "", Mischief::Instead(Answer::json(403, &no)));
    let Sent::Refused(text) = ready.send(&request).await else {
        panic!("it is refused");
    };
    for words in ["Access Denied; read-only", "\"pd\"", "not read-only"] {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(ready.ask(&request).await, Standing::Open);
}
