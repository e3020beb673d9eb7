//! The contract: every request that the connector makes, to read and to act, is one that Kargo's own API description allows, and what the description answers can be
//! read. Needs a Prism that serves it (`LEADTIME_PRISM_KARGO`).

use std::collections::BTreeSet;

use leadtime::connector::http::parse;
use leadtime::connector::kargo::wire::{Freight, Groups, Project, Promotion, Stage};
use leadtime::plan::request::{Verb, Version};
use serde_json::{Value, json};

use super::acting::{VERBS, ready};
use super::world::start;
use super::{now, source};
use crate::support::deeds;
use crate::support::kept::Kept;
use crate::support::prism::{Prism, Sent, asks_for, each};

/// All that is asked and done: a reading, a doctor's look, and each deed, before and after it; one of them with freight that has to be approved first.
async fn everything() -> BTreeSet<Sent> {
    let server = start();
    let reader = source(&server);
    deeds::read(&*reader, &mut Kept::default(), now())
        .await
        .unwrap();
    reader.check(now()).await.unwrap();
    let mut asked = server.asked();
    let mut unverified = ready(Verb::Promote);
    unverified.order.to = Some(Version {
        version: Some("1.d".to_owned()),
        ..Version::default()
    });
    for ready in VERBS.into_iter().map(ready).chain([unverified]) {
        for request in &ready.prepare().await.requests {
            ready.send(request).await;
            ready.ask(request).await;
        }
        asked.extend(ready.server.asked());
    }
    each(asked)
}

/// What of an example that the description answers could not be read.
fn complaints(path: &str, body: &str) -> Vec<String> {
    let pieces: Vec<&str> = path.split('/').skip(3).collect();
    match pieces.as_slice() {
        [] => {
            parse::list::<Project>(body, Some("items"))
                .unwrap()
                .complaints
        }
        [_, "stages"] => {
            parse::list::<Stage>(body, Some("items"))
                .unwrap()
                .complaints
        }
        [_, "promotions"] => {
            parse::list::<Promotion>(body, Some("items"))
                .unwrap()
                .complaints
        }
        [_, "freight"] => {
            let groups = parse::one::<Groups>(body).unwrap().groups;
            let all = groups.into_values().flat_map(|group| group.items);
            let read = all.map(serde_json::from_value::<Freight>);
            read.filter_map(|one| one.err().map(|error| error.to_string()))
                .collect()
        }
        [_, "stages", _] => parse::one::<Stage>(body).err().into_iter().collect(),
        [_, "promotions", _] => parse::one::<Promotion>(body).err().into_iter().collect(),
        _ => vec![format!("nobody reads {path}")],
    }
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Some(prism) = Prism::named("LEADTIME_PRISM_KARGO") else {
        return;
    };
    let prism = prism.with("authorization", "Bearer x");
    let all = everything().await;
    asks_for(
        &all,
        &[
            "/projects",
            "/shop/stages",
            "/shop/freight",
            "/shop/promotions",
            "/stages/production/promotions",
            "/approve?stage=production",
            "/verification",
            "/abort",
        ],
    );
    let deeds = all.iter().filter(|(method, ..)| method != "GET").count();
    assert!(
        deeds >= 5 && all.len() >= 10,
        "{deeds} of {} were deeds",
        all.len()
    );
    prism.hold(&all).await;
    let promotions = "/v1beta1/projects/shop/stages/production/promotions";
    prism.refuse("POST", promotions, r#"{"freight":7}"#).await;
    let approve = "/v1beta1/projects/shop/freight/abc/approve";
    prism.refuse("POST", approve, "").await;
    for one in all.iter().filter(|(method, ..)| method == "GET") {
        let mut body: Value = serde_json::from_str(&prism.ask(one).await.body).unwrap();
        dated(&mut body);
        assert_eq!(complaints(&one.1, &body.to_string()), [""; 0], "{}", one.1);
    }
}

/// The description says only that times are texts, and its examples `string`.
fn dated(part: &mut Value) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(dated),
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_time = ["Time", "Timestamp", "At"]
                    .iter()
                    .any(|end| name.ends_with(end));
                if is_time && *value == "string" {
                    *value = json!("2026-03-02T09:00:00Z");
                }
                dated(value);
            }
        }
        _ => {}
    }
}
