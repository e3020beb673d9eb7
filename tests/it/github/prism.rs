//! The contract: every request that the connector makes is one that GitHub's own API description allows. Needs a Prism that serves the
//! description; `.ci/prism` starts one and names it in `LEADTIME_PRISM`.

use std::collections::BTreeSet;

use leadtime::connector::github::client::ACCEPTED;
use serde_json::json;

use super::acting::hub::Hub;
use super::acting::{CASES, actor, connector, request};
use super::{now, read};
use crate::support::github::world::{ago, run, sha};
use crate::support::github::{GitHubMock, Repo, World};
use crate::support::kept::Kept;
use crate::support::prism::{Prism, Sent, asks_for, each};

/// What is asked for and stands in no path of the trimmed description.
const NOT_DESCRIBED: [&str; 8] = [
    "/repos/acme/one/issues",
    "/repos/acme/one",
    "/repos/acme/one/tags",
    "/orgs/acme/repos",
    "/users/acme/repos",
    "/user",
    "/repos/acme/shop",
    "/repos/acme/shop/contents/.github/workflows/deploy.yml",
];

/// Everything that the connector asks for when there is something of each kind.
async fn every_request() -> BTreeSet<Sent> {
    let mut repo = Repo::generate("acme/one", 102, now(), 1);
    let at = ago(now(), 0);
    repo.runs
        .insert(0, run(900, "waiting", None, &sha("merge", 1), &at));
    repo.runs[1]["run_attempt"] = json!(2);
    repo.tags
        .push(json!({"name": "old", "commit": {"sha": sha("merge", 0)}}));
    let mock = GitHubMock::start(World::new(now(), vec![repo])).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    // The second reading asks for what is in flight.
    read(&mock, &["acme/one", "acme/*"], &mut kept)
        .await
        .unwrap();
    let asked = mock.asked().into_iter();
    asked
        .map(|asked| ("GET".to_owned(), asked.path, String::new()))
        .collect()
}

/// The description, and who asks.
fn description() -> Option<Prism> {
    Some(Prism::named("LEADTIME_PRISM")?.with("accept", ACCEPTED))
}

/// What stands in a path of the description; what does not is truly not there.
async fn described(prism: &Prism, all: BTreeSet<Sent>) -> BTreeSet<Sent> {
    let is_left_out =
        |(_, target, _): &Sent| NOT_DESCRIBED.contains(&target.split('?').next().unwrap());
    let (left_out, described): (BTreeSet<Sent>, _) = all.into_iter().partition(is_left_out);
    for one in left_out {
        let status = prism.ask(&one).await.status;
        assert_eq!(status, 404, "{one:?} is described now: check it too");
    }
    described
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Some(prism) = description() else {
        return;
    };
    let all = every_request().await;
    asks_for(
        &all,
        &[
            "/reviews?",
            "/commits?",
            "/jobs?",
            "/approvals",
            "/pending_deployments",
            "/statuses?",
            "/attempts/1",
            "&page=2",
            "/runs/900?",
        ],
    );
    let all = described(&prism, all).await;
    prism.hold(&all).await;
    assert!(all.len() > 100, "{} requests were checked", all.len());
}

/// Every deed, as it is sent, and everything that is asked before and after it.
async fn every_deed() -> BTreeSet<Sent> {
    let mut all = BTreeSet::new();
    for as_app in [false, true] {
        for case in CASES {
            let mut hub = Hub::default();
            if as_app {
                hub.me = None;
                hub.pending[0]["reviewers"] = json!([]);
                hub.pending[0]["current_user_can_approve"] = json!(false);
                hub.rules = vec![json!({"id": 1, "enabled": true, "app": {"slug": "quality"}})];
            }
            let wild = hub.serve();
            let github = connector(&wild, None);
            let request = request(&wild, &github, &case.order()).await;
            actor(&github).send(&request).await;
            actor(&github).ask(&request).await;
            all.extend(each(wild.asked()));
        }
    }
    all
}

#[tokio::test]
async fn every_deed_is_one_that_the_description_allows() {
    let Some(prism) = description() else {
        return;
    };
    let all = described(&prism, every_deed().await).await;
    let deeds = all.iter().filter(|(method, ..)| method != "GET").count();
    prism.hold(&all).await;
    assert!(
        deeds >= 10 && all.len() > 20,
        "{deeds} of {} were deeds",
        all.len()
    );
    let path = "/repos/acme/shop/actions/runs/42/pending_deployments";
    let body = json!({"environment_ids": [7], "state": "approve", "comment": ""}).to_string();
    prism.refuse("POST", path, &body).await;
}
