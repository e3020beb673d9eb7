//! The contract: every request is one that Alertmanager's own API description allows, and what the description answers can be read. Needs a Prism that serves
//! it; `.ci/prism` starts one and names it in `LEADTIME_PRISM_ALERTMANAGER`.

use leadtime::connector::Connector;
use leadtime::connector::alertmanager::Alertmanager;
use leadtime::connector::alertmanager::wire::{About, Group, Receiver, Silence};
use leadtime::connector::http::parse;
use serde_json::{Value, json};

use super::{World, alert, at, group, read, settings, start};
use crate::support::kept::Kept;
use crate::support::prism::{Prism, each};

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Some(prism) = Prism::named("LEADTIME_PRISM_ALERTMANAGER") else {
        return;
    };
    let prism = prism.below("/api/v2");
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
    let all = each(server.asked());
    assert_eq!(all.len(), 4, "{all:?}");
    for one in &all {
        let answer = prism.ask(one).await;
        let (target, body) = (&one.1, &answer.body);
        assert_eq!(answer.violations, [Value::Null; 0], "{target}");
        assert_eq!(answer.status, 200, "{target}");
        let complaints = match target.strip_prefix("/api/v2").unwrap() {
            "/alerts/groups" => parse::list::<Group>(body, None).unwrap().complaints,
            "/silences" => parse::list::<Silence>(body, None).unwrap().complaints,
            "/receivers" => parse::list::<Receiver>(body, None).unwrap().complaints,
            _ => parse::one::<About>(body).map(|_| Vec::new()).unwrap(),
        };
        assert_eq!(complaints, [""; 0], "{target}: {body}");
    }
}
