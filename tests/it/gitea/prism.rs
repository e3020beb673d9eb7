//! The contract: every request that the connector makes, to read and to act, is one that Gitea's own API description allows. Needs a Prism that serves the
//! description; `.ci/prism` starts one and names it in `LEADTIME_PRISM_GITEA`.

use std::collections::BTreeSet;

use leadtime::connector::{Actor, Connector};

use super::acting::{DEEDS, ready};
use super::{connector, now, read};
use crate::support::kept::Kept;
use crate::support::prism::{Prism, Sent, asks_for, each};

/// Everything that is asked and done.
async fn everything() -> BTreeSet<Sent> {
    let mut all = BTreeSet::new();
    for deed in DEEDS {
        let (server, prepared) = ready(deed).await;
        let source = connector(&server);
        source.send(&prepared.requests[0]).await;
        source.ask(&prepared.requests[0]).await;
        read(&server, &mut Kept::default()).await.unwrap();
        source.check(now()).await.unwrap();
        all.extend(each(server.asked()));
    }
    all
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let Some(prism) = Prism::named("LEADTIME_PRISM_GITEA") else {
        return;
    };
    let prism = prism.below("/api/v1").with("authorization", "token x");
    let all = everything().await;
    asks_for(
        &all,
        &[
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
        ],
    );
    prism.hold(&all).await;
    assert!(all.len() >= 30, "{} requests were checked", all.len());
}
