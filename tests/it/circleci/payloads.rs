//! Every recorded answer becomes events: by the server that gives them as they were recorded, page by page.

use leadtime::connector::Connector;
use leadtime::connector::circleci::CircleCi;
use leadtime::connector::circleci::wire;
use leadtime::event::time::Span;
use serde_json::{Value, json};

use super::{settings, time};
use crate::support::kept::Kept;
use crate::support::left_out;
use crate::support::wild::{Answer, Wild};

fn recorded(file: &str) -> Option<Vec<Value>> {
    let shared = std::env::var("LEADTIME_SHARED").ok()?;
    let path = format!("{shared}/payloads/circleci/rest-recorded/{file}.json");
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn what_was_recorded_becomes_events() {
    let all = ["pipelines", "workflows", "jobs"].map(recorded);
    let [Some(pipelines), Some(workflows), Some(jobs)] = all else {
        left_out("LEADTIME_SHARED names no recorded answers");
        return;
    };
    for workflow in &workflows {
        serde_json::from_value::<wire::Workflow>(workflow["body"].clone()).unwrap();
    }
    let count = pipelines.len();
    let server = Wild::start((), move |(), asked| {
        let path = asked.path().trim_start_matches("/api/v2").to_owned();
        let of = |rows: &[Value]| -> Vec<Value> {
            let fits = |row: &&Value| row["request"]["url"].as_str().unwrap().ends_with(&path);
            rows.iter()
                .filter(fits)
                .map(|row| row["body"].clone())
                .collect()
        };
        let items = match path.rsplit('/').next() {
            Some("workflow") => of(&workflows),
            Some("job") => of(&jobs),
            _ => pipelines.iter().map(|row| row["body"].clone()).collect(),
        };
        Answer::json(200, &json!({"items": items, "next_page_token": null}))
    });
    let source = CircleCi::new(&settings(
        &server.url(),
        &["gh/coldgust/coldgust.github.io"],
    ))
    .unwrap();
    let mut kept = Kept::default();
    let now = time("2023-03-28T16:00:00Z") + Span::from_seconds(86_400);
    source.read(kept.reading(now), &mut kept).await.unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
    assert_eq!(server.count("GET", "/workflow?"), 0);
    assert_eq!(
        server.count("GET", "/workflow"),
        count + server.count("GET", "/job")
    );
    let lines = kept.events.values().map(|event| {
        let fact = serde_json::to_string(&event.kind).unwrap();
        format!("{} {} {} {fact}", event.at, event.source, event.id)
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n").replace(&server.url(), "https://circle"));
}
