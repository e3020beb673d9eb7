//! The contract: every request that the connector makes, to read and to act, is one that Gitea's own API description allows. Needs a Prism that serves the
//! description; `.ci/prism` starts one and names it in `LEADTIME_PRISM_GITEA`.

use std::collections::BTreeSet;

use leadtime::connector::http::dial::{Dial, dial_as};
use serde_json::Value;

use super::acting::{DEEDS, ready};
use super::{connector, now, read};
use crate::support::kept::Kept;
use crate::support::left_out;
use leadtime::connector::{Actor, Connector};

/// Everything that is asked and done, as method, path with query, and body.
async fn everything() -> BTreeSet<(String, String, String)> {
    let mut all = BTreeSet::new();
    for deed in DEEDS {
        let (server, prepared) = ready(deed).await;
        let source = connector(&server);
        source.send(&prepared.requests[0]).await;
        source.ask(&prepared.requests[0]).await;
        read(&server, &mut Kept::default()).await.unwrap();
        source.check(now()).await.unwrap();
        let asked = server.asked().into_iter();
        all.extend(asked.map(|asked| (asked.method, asked.target, asked.body)));
    }
    all
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Ok(prism) = std::env::var("LEADTIME_PRISM_GITEA") else {
        left_out("LEADTIME_PRISM_GITEA names no Prism (see .ci/prism)");
        return;
    };
    let all = everything().await;
    for wanted in [
        "/reviews?",
        "/statuses?",
        "/jobs?",
        "/tags?",
        "/issues?",
        "/orgs/",
        "/version",
        "/user",
        "/rerun",
        "/rerun-failed-jobs",
        "/dispatches?",
        "/merge",
        "sort=recentupdate",
    ] {
        assert!(
            all.iter().any(|(_, target, _)| target.contains(wanted)),
            "nothing asked for {wanted}"
        );
    }
    let client = dial_as(&Dial::default()).unwrap();
    let (mut checked, mut wrong) = (0, Vec::new());
    for (method, target, body) in all {
        // The description has a base that Prism does not serve.
        let target = target.strip_prefix("/api/v1").unwrap();
        let mut request = client
            .request(method.parse().unwrap(), format!("{prism}{target}"))
            .header("accept", "application/json")
            .header("authorization", "token x")
            .header("connection", "close");
        if !body.is_empty() {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let answer = request.send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let is_problem = header("content-type").is_some_and(|kind| kind.contains("problem+json"));
        let violations = header("sl-violations").unwrap_or_else(|| "[]".to_owned());
        let violations: Vec<Value> = serde_json::from_str(&violations).unwrap();
        let ours = violations
            .iter()
            .any(|violation| violation["location"][0] == "request");
        checked += 1;
        if ours || is_problem {
            let text = answer.text().await.unwrap();
            wrong.push(format!("{method} {target}: {violations:?} {text}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {checked}: {wrong:#?}", wrong.len());
    assert!(checked >= 30, "{checked} requests were checked");
}
