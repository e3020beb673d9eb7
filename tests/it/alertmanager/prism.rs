//! The contract: every request is one that Alertmanager's own API description allows, and what the description answers can be read. Needs a Prism that serves
//! it; `.ci/prism` starts one and names it in `LEADTIME_PRISM_ALERTMANAGER`.

use leadtime::connector::Connector;
use leadtime::connector::alertmanager::Alertmanager;
use leadtime::connector::alertmanager::wire::{About, Group, Receiver, Silence};
use leadtime::connector::http::dial::{Dial, dial_as};
use leadtime::connector::http::parse;
use serde_json::{Value, json};

use super::{World, alert, at, group, read, settings, start};
use crate::support::kept::Kept;
use crate::support::left_out;

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Ok(prism) = std::env::var("LEADTIME_PRISM_ALERTMANAGER") else {
        left_out("LEADTIME_PRISM_ALERTMANAGER names no Prism (see .ci/prism)");
        return;
    };
    let server = start(World::default());
    let quiet = json!({"silenced": "s-1"});
    server.state().groups = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "10:01", &quiet)],
    )];
    read(&server, &mut Kept::default(), "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    let source = Alertmanager::new(&settings(&server.url())).unwrap();
    source.check(at("2026-05-01T10:05:00Z")).await.unwrap();
    let mut targets: Vec<String> = server
        .asked()
        .into_iter()
        .map(|asked| asked.target)
        .collect();
    targets.sort();
    targets.dedup();
    assert_eq!(targets.len(), 4, "{targets:?}");
    let client = dial_as(&Dial::default()).unwrap();
    for target in targets {
        // The description names its paths below /api/v2.
        let path = target.strip_prefix("/api/v2").unwrap();
        let request = client.get(format!("{prism}{path}"));
        let answer = request
            .header("accept", "application/json")
            .send()
            .await
            .unwrap();
        let violations = answer.headers().get("sl-violations");
        let violations = violations.map_or("[]", |value| value.to_str().unwrap());
        let violations: Vec<Value> = serde_json::from_str(violations).unwrap();
        assert_eq!(violations, [Value::Null; 0], "{target}");
        assert_eq!(answer.status().as_u16(), 200, "{target}");
        let body = answer.text().await.unwrap();
        let complaints = match path {
            "/alerts/groups" => parse::list::<Group>(&body, None).unwrap().complaints,
            "/silences" => parse::list::<Silence>(&body, None).unwrap().complaints,
            "/receivers" => parse::list::<Receiver>(&body, None).unwrap().complaints,
            _ => parse::one::<About>(&body).map(|_| Vec::new()).unwrap(),
        };
        assert_eq!(complaints, [""; 0], "{target}: {body}");
    }
}
