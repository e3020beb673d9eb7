//! The contract: every request that the connector makes is one that GitHub's own API description allows. Needs a Prism that serves the
//! description; `.ci/prism` starts one and names it in `LEADTIME_PRISM`.

use std::collections::BTreeSet;

use leadtime::connector::github::client::ACCEPTED;
use leadtime::connector::http::dial::{Dial, dial_as};
use serde_json::{Value, json};

use super::acting::hub::Hub;
use super::acting::{CASES, actor, connector, request};
use super::{now, read};
use crate::support::github::world::{ago, run, sha};
use crate::support::github::{GitHubMock, Repo, World};
use crate::support::kept::Kept;
use crate::support::left_out;

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
async fn every_request() -> BTreeSet<String> {
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
    mock.asked().into_iter().map(|asked| asked.path).collect()
}

/// What GitHub's description has against a request; `None` where it stands in no path of it.
async fn violations(
    client: &reqwest::Client,
    prism: &str,
    (method, path, body): (&str, &str, Option<String>),
) -> Option<Vec<String>> {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = client
        .request(method.clone(), format!("{prism}{path}"))
        .header("accept", ACCEPTED)
        // Prism drops connections that were idle, at times just when they are used again.
        .header("connection", "close");
    if let Some(body) = body {
        request = request
            .header("content-type", "application/json")
            .body(body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let is_problem = header("content-type").is_some_and(|kind| kind.contains("problem+json"));
    if NOT_DESCRIBED.contains(&path.split('?').next().unwrap()) {
        assert_eq!(status, 404, "{path} is described now: check it too");
        return None;
    }
    let violations = header("sl-violations").unwrap_or_else(|| "[]".to_owned());
    let violations: Vec<Value> = serde_json::from_str(&violations).unwrap();
    let ours = violations
        .iter()
        .any(|violation| violation["location"][0] == "request");
    if ours || is_problem {
        let text = answer.text().await.unwrap();
        let wrong = format!("{method} {path}: {status} {violations:?} {text}");
        return Some(vec![wrong]);
    }
    Some(Vec::new())
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Ok(prism) = std::env::var("LEADTIME_PRISM") else {
        left_out("LEADTIME_PRISM names no Prism (see .ci/prism)");
        return;
    };
    let asked = every_request().await;
    for wanted in [
        "/reviews?",
        "/commits?",
        "/jobs?",
        "/approvals",
        "/pending_deployments",
        "/statuses?",
        "/attempts/1",
        "&page=2",
        "/runs/900?",
    ] {
        assert!(
            asked.iter().any(|path| path.contains(wanted)),
            "nothing asked for {wanted}"
        );
    }
    let client = dial_as(&Dial::default()).unwrap();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for path in &asked {
        if let Some(found) = violations(&client, &prism, ("GET", path, None)).await {
            checked += 1;
            wrong.extend(found);
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {checked}: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(5)]
    );
    assert!(checked > 100, "{checked} requests were checked");
}

/// Every deed, as it is sent, and everything that is asked before and after it.
async fn every_deed() -> BTreeSet<(String, String, Option<String>)> {
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
            all.extend(wild.asked().into_iter().map(|asked| {
                let body = (!asked.body.is_empty()).then_some(asked.body);
                (asked.method, asked.target, body)
            }));
        }
    }
    all
}

#[tokio::test]
async fn every_deed_is_one_that_the_description_allows() {
    let Ok(prism) = std::env::var("LEADTIME_PRISM") else {
        left_out("LEADTIME_PRISM names no Prism (see .ci/prism)");
        return;
    };
    let client = dial_as(&Dial::default()).unwrap();
    let (mut wrong, mut deeds, mut checked) = (Vec::new(), 0, 0);
    for (method, path, body) in every_deed().await {
        deeds += usize::from(method != "GET");
        if let Some(found) = violations(&client, &prism, (&method, &path, body)).await {
            checked += 1;
            wrong.extend(found);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        deeds >= 10 && checked > 20,
        "{deeds} of {checked} were deeds"
    );
    // The description is able to say no.
    let path = "/repos/acme/shop/actions/runs/42/pending_deployments";
    let body = json!({"environment_ids": [7], "state": "approve", "comment": ""}).to_string();
    let found = violations(&client, &prism, ("POST", path, Some(body))).await;
    assert_eq!(found.map(|found| found.len()), Some(1));
}
