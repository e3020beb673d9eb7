//! The contract: every request that the connector makes, to read and to act, is one that Argo CD's own API description allows. Needs a Prism that serves
//! the description; `.ci/prism` starts one and names it in `LEADTIME_PRISM_ARGOCD`. Prism lets `{}` pass as a rollback, and an `id` that is missing: that
//! it is a number is looked at here.

use leadtime::connector::http::dial::{Dial, dial_as};
use leadtime::plan::request::{Request, Verb};
use serde_json::{Value, json};

use super::world::{World, application, at, automated, behind, sha, start};
use super::{order, prepare, read, to_sha};
use crate::support::kept::Kept;
use crate::support::left_out;

/// What is asked for, as path and query.
async fn every_question() -> Vec<String> {
    let server = start(World::of([
        behind(application("shop", 3), 4),
        automated(behind(application("till", 3), 4)),
    ]));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    every_deed(&server).await;
    let asked = server
        .asked()
        .into_iter()
        .filter(|asked| asked.method == "GET");
    let mut targets: Vec<String> = asked.map(|asked| asked.target).collect();
    targets.sort();
    targets.dedup();
    targets
}

async fn every_deed(server: &super::Server) -> Vec<Request> {
    let mut deeds = Vec::new();
    {
        let mut world = server.state();
        world.actions = ["resume", "abort", "retry"]
            .map(|action| (action.to_owned(), true))
            .into();
        world.find("shop")["status"]["resources"] = json!([{"group": "argoproj.io", "version": "v1alpha1", "kind": "Rollout", "namespace": "shop", "name": "shop"}]);
    }
    let mut add = async |verb, number, name: &str| {
        let mut wanted = order(server, verb);
        wanted.to = to_sha(number);
        wanted.way = json!({"application": name}).as_object().cloned();
        if verb == Verb::Approve {
            wanted.target = Some(leadtime::plan::request::Target {
                id: format!("argocd/shop/sync/{}", sha(4)),
                ..Default::default()
            });
        }
        deeds.extend(prepare(server, &wanted).await.requests);
    };
    for verb in [
        Verb::Approve,
        Verb::Promote,
        Verb::Cancel,
        Verb::Resume,
        Verb::Retry,
    ] {
        add(verb, 4, "shop").await;
    }
    add(Verb::Rollback, 2, "till").await;
    server.state().find("shop")["status"]["operationState"] =
        json!({"phase": "Running", "startedAt": at(700), "operation": {"sync": {}}});
    add(Verb::Cancel, 4, "shop").await;
    deeds
}

/// What stands in no path of the description, or only with its slashes escaped, which proxies do not like.
const NOT_DESCRIBED: [&str; 1] = ["/api/v1/account/can-i/"];

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Ok(prism) = std::env::var("LEADTIME_PRISM_ARGOCD") else {
        left_out("LEADTIME_PRISM_ARGOCD names no Prism (see .ci/prism)");
        return;
    };
    let server = start(World::of([
        behind(application("shop", 3), 4),
        automated(behind(application("till", 3), 4)),
    ]));
    let deeds = every_deed(&server).await;
    let rollback = deeds
        .iter()
        .find(|deed| deed.url.ends_with("/rollback"))
        .unwrap();
    let body: Value = serde_json::from_str(rollback.body.as_ref().unwrap()).unwrap();
    assert!(body["id"].is_i64(), "{body}");
    let mut all: Vec<(String, String, Option<String>)> = deeds
        .into_iter()
        .map(|deed| (deed.method, deed.url.replace(&server.url(), ""), deed.body))
        .collect();
    let questions = every_question().await;
    for wanted in [
        "/syncwindows",
        "/events",
        "/metadata",
        "/resource/actions",
        "/userinfo",
        "/version",
        "fields=",
    ] {
        assert!(
            questions.iter().any(|target| target.contains(wanted)),
            "nothing asked for {wanted}"
        );
    }
    for wanted in ["/sync", "/rollback", "/operation", "/actions/v2"] {
        assert!(
            all.iter().any(|(_, target, _)| target.contains(wanted)),
            "nothing done by {wanted}"
        );
    }
    all.extend(
        questions
            .into_iter()
            .map(|target| ("GET".to_owned(), target, None)),
    );
    let client = dial_as(&Dial::default()).unwrap();
    let (mut checked, mut wrong) = (0, Vec::new());
    for (method, target, body) in all {
        if NOT_DESCRIBED.iter().any(|part| target.starts_with(part)) {
            continue;
        }
        let mut request = client
            .request(method.parse().unwrap(), format!("{prism}{target}"))
            .header("accept", "application/json")
            .header("content-type", "application/json");
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await.unwrap();
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let is_problem = header("content-type").is_some_and(|kind| kind.contains("problem+json"));
        let violations = header("sl-violations").unwrap_or_else(|| "[]".to_owned());
        let violations: Vec<Value> = serde_json::from_str(&violations).unwrap();
        let ours = violations
            .iter()
            .any(|violation| violation["location"][0] == "request");
        checked += 1;
        if ours || is_problem {
            wrong.push(format!(
                "{method} {target}: {violations:?} {}",
                answer.text().await.unwrap()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {checked}: {wrong:#?}", wrong.len());
    assert!(checked >= 20, "{checked} requests were checked");
}
