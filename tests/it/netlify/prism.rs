//! The contract: every request that the connector makes, to read and to act, is one that Netlify's own API description allows. Needs a Prism that serves it
//! (`LEADTIME_PRISM_NETLIFY`).

use std::collections::BTreeSet;

use super::acting::{VERBS, ready};
use super::{deploy, now, source, start};
use crate::support::deeds;
use crate::support::kept::Kept;
use crate::support::prism::{Prism, Sent, asks_for, each};

/// All that is asked and done: two readings of several pages with a deploy under way, a doctor's look, and each deed, before and after it.
async fn everything() -> BTreeSet<Sent> {
    let server = start();
    {
        let mut world = server.state();
        world.page = 2;
        world.deploys.insert(0, deploy(8, "production", "building"));
    }
    let mut kept = Kept::default();
    let reader = source(&server);
    for _ in 0..2 {
        deeds::read(&*reader, &mut kept, now()).await.unwrap();
    }
    reader.check(now()).await.unwrap();
    let mut asked = server.asked();
    for ready in VERBS.map(ready) {
        let request = ready.request().await;
        ready.send(&request).await;
        ready.ask(&request).await;
        asked.extend(ready.server.asked());
    }
    each(asked)
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Some(prism) = Prism::named("LEADTIME_PRISM_NETLIFY") else {
        return;
    };
    let prism = prism.below("/api/v1").with("authorization", "Bearer x");
    let all = everything().await;
    asks_for(
        &all,
        &[
            "/sites?",
            "/deploys?",
            "&page=2",
            "/deploys/d8",
            "/user",
            "/restore",
            "/lock",
            "/unlock",
        ],
    );
    let deeds = all.iter().filter(|(method, ..)| method != "GET").count();
    assert!(
        deeds >= 3 && all.len() >= 9,
        "{deeds} of {} were deeds",
        all.len()
    );
    prism.hold(&all).await;
    prism.refuse("PUT", "/deploys/d7/lock", "").await;
}
