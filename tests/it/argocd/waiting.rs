//! Syncs that wait, over time: what says nothing of a wait does not end it, what waits again is told again, and what is not asked for any more is neither
//! gone nor over.

use leadtime::connector::Connector;
use leadtime::connector::argocd::ArgoCd;
use leadtime::event::kind::{Decision, Kind};
use serde_json::json;

use super::world::{Server, World, application, at, behind, sha, start};
use super::{now, read, settings};
use crate::support::kept::Kept;

/// Reads as a source does that takes only these.
async fn read_only(server: &Server, kept: &mut Kept, projects: &[&str]) {
    let mut narrowed = settings(&server.url());
    narrowed.projects = projects.iter().map(|&text| text.to_owned()).collect();
    let source = ArgoCd::new(narrowed).unwrap();
    source.read(kept.reading(now()), kept).await.unwrap();
}

fn told(word: &str, since: &str) -> String {
    format!("application/argocd/shop/sync/{}/{word}-{since}", sha(4))
}

fn decision(kept: &Kept, id: &str) -> Option<Decision> {
    match &kept.event(id).kind {
        Kind::Gate(fact) => fact.decision,
        other => panic!("{other:?}"),
    }
}

/// A gate is open, of a sync to the fourth revision.
async fn open() -> (Server, Kept) {
    let server = start(World::of([behind(application("shop", 3), 4)]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    kept.event(&told("created", &at(600)));
    (server, kept)
}

#[tokio::test]
async fn a_wait_goes_on_while_argo_cd_says_nothing_of_it() {
    let (server, mut kept) = open().await;
    let before = kept.events.len();
    for silent in [
        json!({"sync": {"status": "Unknown", "revision": sha(4)}}),
        json!({"sync": {"status": "Unknown"}}),
        json!({"operationState": {"phase": "Running", "startedAt": at(700), "operation": {"sync": {"revision": sha(4), "dryRun": true}}}}),
        json!({"operationState": {"phase": "Running", "startedAt": at(701), "operation": {"sync": {"revision": sha(4), "resources": [{"kind": "Service", "name": "x"}]}}}}),
    ] {
        let waits = server.state().find("shop").clone();
        for (field, value) in silent.as_object().unwrap() {
            server.state().find("shop")["status"][field] = value.clone();
        }
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), before, "{silent}: {:?}", kept.ids());
        *server.state().find("shop") = waits;
        read(&server, &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), before, "{silent}: {:?}", kept.ids());
    }
    server.state().find("shop")["operation"] = json!({"sync": {"revision": sha(4)}});
    server.state().take_up("shop");
    server.state().find("shop")["status"]["operationState"]["startedAt"] = json!(at(702));
    server.state().find("shop")["status"]["sync"]["status"] = json!("Unknown");
    read(&server, &mut kept).await.unwrap();
    let closed = told("closed", &at(600));
    assert_eq!(decision(&kept, &closed), Some(Decision::Approved));
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn what_waits_again_is_told_again() {
    let (server, mut kept) = open().await;
    let waits = server.state().find("shop").clone();
    server.state().find("shop")["status"]["sync"] = json!({"status": "Synced", "revision": sha(3)});
    read(&server, &mut kept).await.unwrap();
    let closed = told("closed", &at(600));
    assert_eq!(decision(&kept, &closed), Some(Decision::Other));
    *server.state().find("shop") = waits;
    read(&server, &mut kept).await.unwrap();
    let again = kept.event(&told("created", &now().to_string()));
    assert_eq!(again.at, now(), "since when it waits again nobody tells");
    server.state().find("shop")["metadata"]["deletionTimestamp"] = json!(at(900));
    read(&server, &mut kept).await.unwrap();
    kept.event(&told("closed", &now().to_string()));
    // Made anew, it waits since then and not since the commit.
    let mut anew = behind(application("shop", 0), 4);
    anew["metadata"]["creationTimestamp"] = json!(at(1000));
    server.state().applications.clear();
    read(&server, &mut kept).await.unwrap();
    server.state().applications.push(anew);
    read(&server, &mut kept).await.unwrap();
    kept.event(&told("created", &at(1000)));
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn what_is_not_asked_for_any_more_is_neither_gone_nor_over() {
    let (server, mut kept) = open().await;
    let before = (kept.events.len(), kept.cursors.clone());
    for projects in [["till-*"], ["tools/*"], ["!shop"]] {
        read_only(&server, &mut kept, &projects).await;
        let after = (kept.events.len(), kept.cursors.clone());
        assert_eq!(after, before, "{projects:?}: {:?}", kept.ids());
    }
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), before.0);
    // Where it would be seen, it is gone.
    server.state().applications.clear();
    read_only(&server, &mut kept, &["tools/*"]).await;
    assert_eq!(kept.events.len(), before.0);
    read_only(&server, &mut kept, &["acme/*"]).await;
    let closed = told("closed", &at(600));
    assert_eq!(decision(&kept, &closed), Some(Decision::Cancelled));
    assert!(kept.cursors.is_empty());
}
