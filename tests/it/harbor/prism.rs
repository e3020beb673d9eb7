//! The contract: every request that the connector makes of Harbor's API, to read and to act, is one that Harbor's own description allows. Needs a Prism that serves
//! it (`LEADTIME_PRISM_HARBOR`). What is asked of Harbor's registry is no part of the description: it is that of OCI.

use std::collections::BTreeSet;

use leadtime::plan::request::Verb;
use serde_json::json;

use super::acting::ready;
use super::{digest, now, report, source, start};
use crate::support::deeds;
use crate::support::kept::Kept;
use crate::support::prism::{Prism, Sent, asks_for, each};

/// All that is asked and done: two readings of several pages with a scan under way, a doctor's look, and each deed, before and after it.
async fn everything() -> BTreeSet<Sent> {
    let server = start();
    {
        let mut world = server.state();
        world.page = 1;
        world.artifacts[0]["scan_overview"] = report("Running", 31);
        world.artifacts[1]["accessories"] =
            json!([{"digest": digest('4'), "type": "subject.accessory"}]);
    }
    let mut kept = Kept::default();
    let reader = source(&server);
    for _ in 0..2 {
        deeds::read(&*reader, &mut kept, now()).await.unwrap();
    }
    reader.check(now()).await.unwrap();
    let mut asked = server.asked();
    for (verb, environment) in [
        (Verb::Promote, "staging"),
        (Verb::Promote, "production"),
        (Verb::Retry, "staging"),
    ] {
        let ready = ready(verb, environment);
        for request in &ready.prepare().await.requests {
            ready.send(request).await;
            ready.ask(request).await;
        }
        asked.extend(ready.server.asked());
    }
    each(asked)
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Some(prism) = Prism::named("LEADTIME_PRISM_HARBOR") else {
        return;
    };
    let prism = prism.below("/api/v2.0").with("authorization", "Basic eDp5");
    let (registry, all): (BTreeSet<Sent>, BTreeSet<Sent>) = everything()
        .await
        .into_iter()
        .partition(|(_, target, _)| target.starts_with("/v2/"));
    assert!(!registry.is_empty());
    asks_for(
        &all,
        &[
            "/repositories?",
            "/artifacts?",
            "&page=2",
            "/users/current",
            "/scan",
            "/tags",
            "/tags/production",
            "with_accessory=true",
        ],
    );
    let deeds = all.iter().filter(|(method, ..)| method != "GET").count();
    assert!(
        deeds >= 4 && all.len() >= 10,
        "{deeds} of {} were deeds",
        all.len()
    );
    prism.hold(&all).await;
    let tags = "/projects/acme/repositories/shop/artifacts/1/tags";
    prism.refuse("POST", tags, r#"{"name":7}"#).await;
    prism.refuse("PUT", tags, "").await;
}
