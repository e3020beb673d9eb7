//! Alertmanager itself, where it is installed: what fires is told, what no longer does is over, and its own webhook comes with the secret that a push needs.

use std::fs;
use std::process::Command;
use std::time::Duration;

use leadtime::clock;
use leadtime::event::time::{Span, Timestamp};
use serde_json::{Value, json};

use super::{CANARY, read_with, settings, told};
use crate::support::kept::Kept;
use crate::support::left_out;
use crate::support::served::{Served, address};
use crate::support::wild::{Answer, Asked, Wild};

const CONFIG: &str = r#"
route: {receiver: hook, group_by: [alertname, service], group_wait: 0s, group_interval: 1s}
receivers:
  - name: hook
    webhook_configs: [{url: "HOOK/in", http_config: {authorization: {credentials: "TOKEN"}}}]
"#;

fn minutes(count: i64) -> Span {
    Span::from_seconds(60 * count)
}

fn alert(pod: &str, from: Timestamp, until: Option<Timestamp>) -> Value {
    let labels = json!({"alertname": "Down", "pod": pod, "service": "checkout", "environment": "production", "severity": "critical"});
    let mut alert = json!({"labels": labels, "annotations": {"summary": format!("Down in {pod}")}, "startsAt": from.to_string()});
    if let Some(until) = until {
        alert["endsAt"] = json!(until.to_string());
    }
    alert
}

/// Reads until so much is told.
async fn read_until(url: &str, kept: &mut Kept, count: usize) {
    for _ in 0..200 {
        let now = clock::now().to_string();
        read_with(settings(url), kept, &now).await.unwrap();
        if kept.events.len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("only {:?}", told(kept));
}

#[tokio::test]
async fn what_fires_is_an_incident_until_it_no_longer_does() {
    let hook = Wild::start((), |(), _: &Asked| Answer::new(200));
    let (folder, address) = (tempfile::tempdir().unwrap(), address());
    let file = folder.path().join("alertmanager.yml");
    let config = CONFIG.replace("HOOK", &hook.url()).replace("TOKEN", CANARY);
    fs::write(&file, config).unwrap();
    let mut command = Command::new("prometheus-alertmanager");
    command
        .arg(format!("--config.file={}", file.display()))
        .arg(format!("--storage.path={}", folder.path().display()))
        .arg(format!("--web.listen-address={address}"))
        .arg("--cluster.listen-address=");
    let Ok(served) = Served::start(address, command) else {
        left_out("a real Alertmanager: prometheus-alertmanager is not installed");
        return;
    };
    let url = served.url();
    let send = async |alerts: &[Value]| {
        let client = reqwest::Client::new();
        let sent = client.post(format!("{url}/api/v2/alerts")).json(alerts);
        assert_eq!(sent.send().await.unwrap().status(), 200);
    };
    let now = clock::now();
    let (first, second) = (now - minutes(10), now - minutes(5));
    send(&[alert("a", first, None), alert("b", second, None)]).await;
    let mut kept = Kept::default();
    read_until(&url, &mut kept, 1).await;
    let begun = told(&kept);
    let minute = &first.to_string()[11..16];
    assert!(
        begun[0].starts_with(&format!("{minute} detected checkout/production: ")),
        "{begun:?}"
    );
    // One is left, so it goes on.
    send(&[alert("a", first, Some(now))]).await;
    read_until(&url, &mut kept, 1).await;
    assert_eq!(told(&kept), begun);
    send(&[alert("b", second, Some(now))]).await;
    read_until(&url, &mut kept, 2).await;
    let over = told(&kept);
    assert_eq!(over.len(), 2, "{over:?}");
    assert!(
        over[1].contains(" resolved checkout/production"),
        "{over:?}"
    );
    // By then it has told whoever it pushes to, with the secret that was set.
    let pushed = hook.deeds();
    assert!(!pushed.is_empty());
    let bearer = format!("Bearer {CANARY}");
    assert!(
        pushed
            .iter()
            .all(|one| one.header("authorization") == Some(&bearer))
    );
}
