//! The contract: every request that the connector makes is one that GitHub's own API description allows. Needs a Prism that serves the
//! description; `.ci/prism` starts one and names it in `LEADTIME_PRISM`.

use std::collections::BTreeSet;

use leadtime::connector::github::client::ACCEPTED;
use leadtime::connector::http::dial::dial;
use serde_json::{Value, json};

use super::{now, read};
use crate::support::github::world::{ago, run, sha};
use crate::support::github::{GitHubMock, Repo, World};
use crate::support::kept::Kept;
use crate::support::left_out;

/// What is asked for and stands in no path of the trimmed description.
const NOT_DESCRIBED: [&str; 4] = [
    "/repos/acme/one",
    "/repos/acme/one/tags",
    "/orgs/acme/repos",
    "/users/acme/repos",
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

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one loop over every request")]
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
    let client = dial(None).unwrap();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for path in &asked {
        let bare = path.split('?').next().unwrap();
        let request = client
            .get(format!("{prism}{path}"))
            .header("accept", ACCEPTED);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let is_problem = header("content-type").is_some_and(|kind| kind.contains("problem+json"));
        let violations = header("sl-violations").unwrap_or_else(|| "[]".to_owned());
        if NOT_DESCRIBED.contains(&bare) {
            assert_eq!(status, 404, "{path} is described now: check it too");
            continue;
        }
        checked += 1;
        let violations: Vec<Value> = serde_json::from_str(&violations).unwrap();
        let ours = violations
            .iter()
            .any(|violation| violation["location"][0] == "request");
        if ours || is_problem {
            wrong.push(format!(
                "{path}: {status} {violations:?} {}",
                answer.text().await.unwrap()
            ));
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
