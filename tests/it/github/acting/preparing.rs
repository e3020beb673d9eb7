//! What is prepared: the exact requests, what GitHub says against it, and what to configure where nothing is.

use leadtime::connector::{Actor, ConnectorError};
use leadtime::plan::request::{Order, Prepared, Verb};
use serde_json::{Value, json};

use super::hub::{self, Hub};
use super::{CASES, Case, KEY, SHA, actor, at, by, connector, is_clean, order, prepared};

async fn with(change: impl FnOnce(&mut Hub), order: &Order) -> Prepared {
    let mut hub = Hub::default();
    change(&mut hub);
    let wild = hub.serve();
    prepared(&wild, &connector(&wild, None), order).await
}

async fn refused(change: impl FnOnce(&mut Hub), order: &Order) -> ConnectorError {
    let mut hub = Hub::default();
    change(&mut hub);
    let wild = hub.serve();
    let github = connector(&wild, None);
    let error = actor(&github).prepare(order).await.unwrap_err();
    is_clean(&format!("{error} {error:?}"));
    assert_eq!(wild.deeds().len(), 0);
    error
}

/// The body of the one request.
fn body(prepared: &Prepared) -> Value {
    assert_eq!(prepared.requests.len(), 1, "{prepared:?}");
    let body = prepared.requests[0].body.as_deref();
    body.map_or(Value::Null, |body| serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn every_request_is_what_github_documents() {
    let mut lines = Vec::new();
    for case in CASES {
        let wild = Hub::default().serve();
        let github = connector(&wild, None);
        let order = case.order();
        let first = prepared(&wild, &github, &order).await;
        assert_eq!(first, prepared(&wild, &github, &order).await, "{case:?}");
        assert_eq!(first.user.as_deref(), Some("jane"));
        is_clean(&format!("{first:?}"));
        let request = &first.requests[0];
        let path = request.url.strip_prefix(&wild.url()).unwrap();
        let body = request.body.as_deref().unwrap_or("-");
        lines.push(format!(
            "{case:?}: {}\n  {} {path}\n  {body}\n  notes {:?}\n  undone by {:?}\n",
            request.what, request.method, first.notes, first.undone_by
        ));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_gate_says_who_may_decide() {
    let cannot = |hub: &mut Hub| hub.pending[0]["current_user_can_approve"] = json!(false);
    let prepared = with(cannot, &Case::Approve.order()).await;
    let (text, lifted) = &prepared.objections[0];
    assert_eq!(text, "jane may not decide on \"production\"");
    assert!(
        lifted.as_ref().unwrap().contains("jane, @ops"),
        "{lifted:?}"
    );
    let preview = prepared
        .notes
        .iter()
        .any(|note| note.contains("\"preview\""));
    assert!(preview, "the run waits for more: {:?}", prepared.notes);
}

#[tokio::test]
async fn a_gate_that_is_decided_says_by_whom() {
    let decided = |hub: &mut Hub| Case::Approve.overtaken(hub);
    let prepared = with(decided, &Case::Approve.order()).await;
    assert_eq!(prepared.requests, []);
    assert_eq!(prepared.objections[0].0, "li rejected production");
    let again = |hub: &mut Hub| drop(hub.again(hub::WAITING, "li"));
    let prepared = with(again, &Case::Approve.order()).await;
    assert!(
        prepared.objections[0]
            .0
            .contains("attempt 1, the newest is 2")
    );
    assert_eq!(prepared.requests, []);
}

#[tokio::test]
async fn the_rule_of_an_app_is_decided_by_that_app_alone() {
    let ruled = |hub: &mut Hub| {
        hub.pending[0]["reviewers"] = json!([]);
        hub.pending[0]["current_user_can_approve"] = json!(false);
        hub.rules = vec![json!({"id": 1, "enabled": true, "app": {"slug": "quality"}})];
    };
    let prepared = with(ruled, &Case::Approve.order()).await;
    assert_eq!(prepared.requests, []);
    assert!(prepared.objections[0].0.contains("\"quality\""));
    let as_app = |hub: &mut Hub| {
        ruled(hub);
        hub.me = None;
    };
    let prepared = with(as_app, &Case::Reject.order()).await;
    assert_eq!(prepared.objections, []);
    assert!(
        prepared.requests[0]
            .url
            .ends_with("/actions/runs/42/deployment_protection_rule")
    );
    let comment = format!("seen on staging (leadtime {KEY})");
    let wanted = json!({"environment_name": "production", "state": "rejected", "comment": comment});
    assert_eq!(body(&prepared), wanted);
}

#[tokio::test]
async fn runs_say_why_not() {
    let why = async |change: fn(&mut Hub), order: &Order| {
        let prepared = with(change, order).await;
        assert_eq!(prepared.objections.len(), 1, "{prepared:?}");
        prepared.objections[0].0.clone()
    };
    let nothing: fn(&mut Hub) = |_| ();
    let text = why(nothing, &at(Verb::Retry, "42")).await;
    assert_eq!(text, "run 42 has not ended: waiting");
    let text = why(nothing, &at(Verb::RetryFailed, "41")).await;
    assert_eq!(text, "no job of run 41 failed");
    let text = why(nothing, &at(Verb::Cancel, "43")).await;
    assert_eq!(text, "run 43 is not running: failure");
    let old: fn(&mut Hub) =
        |hub| hub.run(43).unwrap()["created_at"] = json!(hub::ago(31 * 24 * 3600));
    let text = why(old, &at(Verb::Retry, "43")).await;
    assert!(text.contains("30 days"), "{text}");
    let error = refused(|_| (), &at(Verb::Retry, "999")).await;
    assert!(error.to_string().contains("run 999"), "{error}");
    let error = refused(|_| (), &at(Verb::Retry, "pkg:oci/x")).await;
    assert!(
        error.to_string().contains("neither a run nor a job"),
        "{error}"
    );
}

#[tokio::test]
async fn a_step_without_a_way_is_told_what_to_write() {
    let mut unsaid = order(Verb::Promote);
    let error = refused(|_| (), &unsaid).await.to_string();
    for wanted in [
        "`promote`",
        "shop",
        "production",
        "workflow = \"deploy.yml\"",
        "deployment = true",
        "merge = ",
    ] {
        assert!(error.contains(wanted), "{error}");
    }
    unsaid.verb = Verb::Rollback;
    unsaid.to.as_mut().unwrap().deployment = None;
    let error = refused(|_| (), &unsaid).await.to_string();
    assert!(
        error.contains("rollback = {") && error.contains("is not known"),
        "{error}"
    );
    unsaid.to.as_mut().unwrap().deployment = Some("500".to_owned());
    unsaid.to.as_mut().unwrap().sha = Some("0".repeat(40));
    let error = refused(|_| (), &unsaid).await.to_string();
    assert!(
        error.contains("is not known"),
        "another commit's deployment: {error}"
    );
}

#[tokio::test]
async fn a_way_that_cannot_be_gone_says_which_word_is_wrong() {
    for (way, wanted) in [
        (
            json!({"workflow": "a.yml", "deployment": true}),
            "more than one",
        ),
        (json!({"workflow": "nope.yml"}), "it has deploy.yml"),
        (
            json!({"deployment": true, "ref": "nowhere"}),
            "does not know",
        ),
        (json!({"merge": "release/*"}), "no open request"),
        (
            json!({"deployment": true, "repository": "../evil"}),
            "no owner/name",
        ),
    ] {
        let error = refused(|_| (), &by(Verb::Promote, &way)).await.to_string();
        assert!(error.contains(wanted), "{way}: {error}");
    }
    let mut several = by(Verb::Promote, &json!({"deployment": true}));
    several.repositories.push("acme/other".to_owned());
    let error = refused(|_| (), &several).await.to_string();
    assert!(
        error.contains("acme/shop, acme/other") && error.contains("repository ="),
        "{error}"
    );
    let inputs: serde_json::Map<String, Value> = (0..26)
        .map(|number| (format!("i{number}"), json!("x")))
        .collect();
    let way = json!({"workflow": "deploy.yml", "inputs": inputs});
    let error = refused(|_| (), &by(Verb::Promote, &way)).await.to_string();
    assert!(error.contains("26 inputs"), "{error}");
}

#[tokio::test]
async fn a_workflow_is_looked_at_before_it_is_dispatched() {
    let prepared = with(|hub| hub.enabled = false, &Case::Dispatch.order()).await;
    assert!(prepared.objections[0].0.contains("disabled manually"));
    let prepared = with(|hub| hub.workflow = None, &Case::Dispatch.order()).await;
    assert!(prepared.objections[0].0.contains("on main"));
    let prepared = with(
        |hub| hub.workflow = Some("on: push"),
        &Case::Dispatch.order(),
    )
    .await;
    assert!(prepared.objections[0].0.contains("cannot be dispatched"));
    let prepared = with(|hub| hub.workflow = Some("{{"), &Case::Dispatch.order()).await;
    assert_eq!(prepared.objections, []);
    assert!(
        prepared.notes[0].contains("not checked"),
        "{:?}",
        prepared.notes
    );
    let way = json!({"workflow": "deploy.yml", "inputs": {"where": "moon"}});
    let prepared = with(|_| (), &by(Verb::Promote, &way)).await;
    let notes = prepared.notes.join("\n");
    for wanted in [
        "staging, production, not \"moon\"",
        "wants an input \"version\"",
        "is not told the version",
    ] {
        assert!(notes.contains(wanted), "{notes}");
    }
    let way = json!({"workflow": "deploy.yml", "ref": SHA, "inputs": {"version": "1.2.3"}});
    let prepared = with(|_| (), &by(Verb::Promote, &way)).await;
    assert!(prepared.objections[0].0.contains("not on a commit"));
    let prepared = with(|hub| hub.old = true, &Case::Dispatch.order()).await;
    assert_eq!(body(&prepared).get("return_run_details"), None);
}

#[tokio::test]
async fn a_request_that_cannot_be_merged_says_why() {
    for (field, value, wanted) in [
        ("draft", json!(true), "is a draft"),
        ("mergeable", json!(false), "conflicts with main"),
        ("mergeable_state", json!("blocked"), "hold #12 back"),
        ("mergeable_state", json!("behind"), "is behind main"),
    ] {
        let change = |hub: &mut Hub| hub.pull[field] = value;
        let prepared = with(change, &Case::Merge.order()).await;
        assert!(prepared.objections[0].0.contains(wanted), "{prepared:?}");
    }
    let squash = |hub: &mut Hub| {
        hub.repository["allow_merge_commit"] = json!(false);
        hub.repository["allow_squash_merge"] = json!(true);
    };
    let prepared = with(squash, &Case::Merge.order()).await;
    assert_eq!(
        body(&prepared),
        json!({"sha": SHA, "merge_method": "squash"})
    );
}

#[tokio::test]
async fn it_speaks_for_what_it_reads() {
    let wild = Hub::default().serve();
    let github = connector(&wild, None);
    let actor: &dyn Actor = actor(&github);
    assert!(actor.speaks_for("github:127.0.0.1/acme/shop"));
    for other in [
        "github:127.0.0.1/other/shop",
        "github:github.com/acme/shop",
        "gitlab:127.0.0.1/acme/shop",
        "github:127.0.0.1/acme/shop/../../user",
        "github:127.0.0.1",
    ] {
        assert!(!actor.speaks_for(other), "{other}");
    }
    let error = actor.prepare(&order(Verb::Hold)).await.unwrap_err();
    assert!(error.to_string().contains("nothing to hold"), "{error}");
    let mut foreign = at(Verb::Retry, "43");
    foreign.target.as_mut().unwrap().source = "github:github.com/acme/shop".to_owned();
    assert!(actor.prepare(&foreign).await.is_err());
}
