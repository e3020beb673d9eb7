//! What a real Alertmanager 0.25 answered, read through the whole connector.

use std::fs;

use serde_json::Value;

use super::{World, read, start, told};
use crate::scans::payloads;
use crate::support::kept::Kept;

#[tokio::test]
async fn recorded_answers_become_incidents() {
    let Some(folder) = payloads("alertmanager") else {
        return;
    };
    let recorded = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(folder.join("api-captured").join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let server = start(World {
        groups: recorded("api-v2-alert-groups.json"),
        silences: recorded("api-v2-silences.json"),
    });
    let mut kept = Kept::default();
    read(&server, &mut kept, "2026-11-21T02:41:00Z")
        .await
        .unwrap();
    server.state().groups.clear();
    read(&server, &mut kept, "2026-11-21T02:42:00Z")
        .await
        .unwrap();
    let all = [told(&kept).join("\n"), kept.ids().join("\n")].join("\n\n");
    insta::assert_snapshot!("recorded", all);
}
