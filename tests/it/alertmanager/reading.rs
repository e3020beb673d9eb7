//! From alerts to incidents: what belongs together, when it begins and ends, what is none; read often, late, and by two.

use std::collections::BTreeSet;

use leadtime::event::kind::Kind;
use serde_json::{Value, json};

use super::{World, alert, at, group, read, read_with, settings, start, told};
use crate::support::kept::Kept;

fn none() -> Value {
    json!({})
}

#[tokio::test]
async fn a_group_is_one_incident_from_its_first_alert_until_none_is_left() {
    let server = start(World::default());
    let mut kept = Kept::default();
    let down = |pods: &[(&str, &str)]| {
        let alerts: Vec<Value> = pods
            .iter()
            .map(|(pod, time)| alert("Down", pod, time, &none()))
            .collect();
        vec![group("Down", "hook", &alerts)]
    };
    read(&server, &mut kept, "2026-05-01T10:00:00Z")
        .await
        .unwrap();
    assert_eq!(kept.batches, 0, "nothing fires, so nothing is kept");
    server.state().groups = down(&[("a", "10:01"), ("b", "10:02")]);
    read(&server, &mut kept, "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    // Another joins, the first one goes.
    server.state().groups = down(&[("b", "10:02"), ("c", "10:07")]);
    read(&server, &mut kept, "2026-05-01T10:10:00Z")
        .await
        .unwrap();
    read(&server, &mut kept, "2026-05-01T10:11:00Z")
        .await
        .unwrap();
    assert_eq!(kept.events.len(), 1);
    server.state().groups.clear();
    read(&server, &mut kept, "2026-05-01T10:12:00Z")
        .await
        .unwrap();
    read(&server, &mut kept, "2026-05-01T10:13:00Z")
        .await
        .unwrap();
    assert_eq!(
        told(&kept),
        [
            "10:01 detected checkout/production: Down in a (critical)",
            "10:12 resolved checkout/production: Down in a (critical)",
        ]
    );
    assert_eq!((kept.differing.len(), kept.cursors.len()), (0, 1));
    let ids = kept.ids();
    assert!(
        ids[0].starts_with("Down-") && ids[0].ends_with("-20260501T100100Z/detected"),
        "{ids:?}"
    );
    let incidents: Vec<&str> = kept
        .events
        .values()
        .map(|event| match &event.kind {
            Kind::Incident(incident) => incident.incident.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(incidents[0], incidents[1]);
    assert_eq!(kept.findings, []);

    // It fires once more: another incident.
    server.state().groups = down(&[("a", "11:00")]);
    read(&server, &mut kept, "2026-05-01T11:01:00Z")
        .await
        .unwrap();
    assert_eq!(
        told(&kept)[2],
        "11:00 detected checkout/production: Down in a (critical)"
    );
}

#[tokio::test]
async fn what_is_there_again_as_it_had_begun_was_never_over() {
    let server = start(World::default());
    let mut kept = Kept::default();
    let down = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "10:01", &none())],
    )];
    // Alertmanager is started anew at 10:10 and at 10:20; then it is over.
    for (time, is_there) in [
        ("10:05", true),
        ("10:10", false),
        ("10:11", true),
        ("10:20", false),
        ("10:21", true),
        ("10:30", false),
    ] {
        server.state().groups = if is_there { down.clone() } else { Vec::new() };
        let now = format!("2026-05-01T{time}:00Z");
        read(&server, &mut kept, &now).await.unwrap();
    }
    let of = "checkout/production: Down in a (critical)";
    assert_eq!(
        told(&kept),
        [
            format!("10:01 detected {of}"),
            format!("10:10 resolved {of}"),
            format!("10:11 detected {of}"),
            format!("10:20 resolved {of}"),
            format!("10:21 detected {of}"),
            format!("10:30 resolved {of}"),
        ]
    );
    let incidents: BTreeSet<String> = kept
        .ids()
        .iter()
        .filter_map(|id| Some(id.split_once('/')?.0.to_owned()))
        .collect();
    assert_eq!((incidents.len(), kept.differing.len()), (1, 0));
    // Forgotten after a day.
    read(&server, &mut kept, "2026-05-02T10:31:00Z")
        .await
        .unwrap();
    assert_eq!(kept.cursors.len(), 0);
}

#[tokio::test]
async fn what_ended_and_came_again_between_two_readings_is_two() {
    let server = start(World::default());
    let mut kept = Kept::default();
    server.state().groups = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "10:01", &none())],
    )];
    read(&server, &mut kept, "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    server.state().groups = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "12:00", &none())],
    )];
    read(&server, &mut kept, "2026-05-01T12:05:00Z")
        .await
        .unwrap();
    let lines = told(&kept);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[1].starts_with("12:00") && lines[2].starts_with("12:00"),
        "{lines:?}"
    );
    // Seen to be over long after: that it may have been earlier is told.
    server.state().groups.clear();
    read(&server, &mut kept, "2026-05-01T18:00:00Z")
        .await
        .unwrap();
    assert!(
        kept.told()
            .contains("is over, since when is not known: it was last seen 2026-05-01T12:05:00Z"),
        "{}",
        kept.told()
    );
    assert!(told(&kept)[3].starts_with("18:00 resolved"));
}

#[tokio::test]
async fn what_is_told_to_several_or_of_everything_at_once_is_taken_apart() {
    let server = start(World::default());
    let mut kept = Kept::default();
    let one = alert("Down", "a", "10:01", &none());
    let other = alert(
        "Slow",
        "b",
        "10:02",
        &json!({"labels": {"service": "ledger", "severity": "warning"}}),
    );
    let staging = alert(
        "Down",
        "c",
        "10:03",
        &json!({"labels": {"environment": "staging"}}),
    );
    let all = json!({"labels": {}, "receiver": {"name": "hook"}, "alerts": [one, other, staging]});
    server.state().groups = vec![all, group("Down", "pager", std::slice::from_ref(&one))];
    read(&server, &mut kept, "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    assert_eq!(
        told(&kept),
        [
            "10:01 detected checkout/production: Down in a (critical)",
            "10:02 detected ledger/production: Slow in b (warning)",
            "10:03 detected checkout/staging: Down in c (critical)",
        ]
    );
    // Only what the pager gets; the others are over as far as this source is told.
    let mut pager = Kept::default();
    let mut only = settings(&server.url());
    only.projects = vec!["page*".to_owned()];
    read_with(only, &mut pager, "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    assert_eq!(
        told(&pager),
        ["10:01 detected checkout/production: Down in a (critical)"]
    );
    // Whoever of a cluster is asked, it is the same incident.
    assert_eq!(pager.ids()[0], kept.ids()[0]);
}

#[tokio::test]
async fn what_is_silenced_from_its_beginning_is_no_incident() {
    let server = start(World::default());
    let mut kept = Kept::default();
    let quiet = json!({"silenced": "s-1"});
    server.state().silences = vec![
        json!({"id": "s-1", "comment": "CHG-42 rollout window", "createdBy": "release-bot", "endsAt": "2026-05-01T12:00:00Z", "status": {"state": "active"}}),
    ];
    server.state().groups = vec![
        group("Down", "hook", &[alert("Down", "a", "10:01", &quiet)]),
        group(
            "Watchdog",
            "hook",
            &[alert(
                "Watchdog",
                "w",
                "01:00",
                &json!({"labels": {"severity": "none"}}),
            )],
        ),
    ];
    read(&server, &mut kept, "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    assert_eq!(told(&kept), [""; 0]);
    assert!(
        kept.told().contains(
            "Note Down: silenced by release-bot until 2026-05-01T12:00:00Z: CHG-42 rollout window"
        ),
        "{}",
        kept.told()
    );
    // The silence ends, and it still fires: since it began.
    server.state().groups = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "10:01", &none())],
    )];
    read(&server, &mut kept, "2026-05-01T12:05:00Z")
        .await
        .unwrap();
    assert_eq!(
        told(&kept),
        ["10:01 detected checkout/production: Down in a (critical)"]
    );
    // Silenced again while it is open: it stays open.
    server.state().groups = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "10:01", &quiet)],
    )];
    read(&server, &mut kept, "2026-05-01T12:10:00Z")
        .await
        .unwrap();
    assert_eq!(told(&kept).len(), 1);
}

#[tokio::test]
async fn labels_say_of_what_it_is_and_what_says_nothing_is_told() {
    let server = start(World::default());
    let bare = json!({"labels": {"service": null, "environment": null, "namespace": "shop", "container": "api"}});
    server.state().groups = vec![group("Down", "hook", &[alert("Down", "a", "10:01", &bare)])];
    let mut kept = Kept::default();
    read(&server, &mut kept, "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    assert_eq!(told(&kept), ["10:01 detected -/-: Down in a (critical)"]);
    assert!(
        kept.told().contains("Warning Down: it names no service"),
        "{}",
        kept.told()
    );
    let mut named = settings(&server.url());
    named.service = Some("{namespace}-{container}".to_owned());
    named.environment = Some("production".to_owned());
    let mut kept = Kept::default();
    read_with(named, &mut kept, "2026-05-01T10:05:00Z")
        .await
        .unwrap();
    assert_eq!(
        told(&kept),
        ["10:01 detected shop-api/production: Down in a (critical)"]
    );
    assert_eq!(kept.findings, []);
}

#[tokio::test]
async fn a_batch_that_was_not_kept_is_told_again() {
    let server = start(World::default());
    server.state().groups = vec![group(
        "Down",
        "hook",
        &[alert("Down", "a", "10:01", &none())],
    )];
    let mut kept = Kept {
        killed_after: Some(0),
        ..Kept::default()
    };
    assert!(
        read(&server, &mut kept, "2026-05-01T10:05:00Z")
            .await
            .is_err()
    );
    kept.killed_after = None;
    read(&server, &mut kept, "2026-05-01T10:06:00Z")
        .await
        .unwrap();
    assert_eq!(kept.events.len(), 1);
    assert_eq!(
        kept.events.values().next().unwrap().at,
        at("2026-05-01T10:01:00.123Z")
    );
}
