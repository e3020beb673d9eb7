//! The metrics: as generated, of one workload, without anything, and the lists behind them.

use leadtime::event::cdevents;
use leadtime::event::kind::MapText;
use leadtime::model::overview::Overview;

use super::{demo, desk, fleet, pictures, press, shot, showing};

#[test]
fn the_five_of_all_workloads() {
    let mut desk = demo(8, 4_000);
    press(&mut desk, "6");
    pictures("metrics", &mut desk);
}

#[test]
fn one_workload_tells_its_flow_too() {
    let mut desk = demo(8, 4_000);
    press(&mut desk, ". 6");
    let all = shot(&mut desk, 200, 60);
    assert!(
        all.contains("flow velocity") && !all.contains("pooled"),
        "{all}"
    );
    pictures("metrics-one", &mut desk);
}

#[test]
fn each_opens_the_list_behind_it_and_that_its_changes() {
    let mut desk = demo(8, 4_000);
    press(&mut desk, "6 tab enter");
    pictures("metrics-deployments", &mut desk);
    let rows = shot(&mut desk, 200, 60);
    assert!(rows.contains("[deployments]"), "{rows}");
    assert!(
        rows.contains(" count: not what failed on the way or redeployed the same"),
        "{rows}"
    );
    press(&mut desk, "enter");
    let changes = shot(&mut desk, 120, 36);
    assert!(changes.contains("brought by deployment"), "{changes}");
    press(&mut desk, "esc tab");
    pictures("metrics-recoveries", &mut desk);
    press(&mut desk, "tab");
    pictures("metrics-incidents", &mut desk);
    press(&mut desk, "tab");
    pictures("metrics-changes", &mut desk);
    press(&mut desk, "enter");
    let change = shot(&mut desk, 120, 36);
    assert!(!change.contains("[changes that went live]"), "{change}");
}

#[test]
fn a_filter_names_what_failed_and_what_is_of_a_kind() {
    let mut desk = demo(8, 4_000);
    press(&mut desk, "6 l l enter / 'failed:yes' enter");
    let failed = shot(&mut desk, 120, 36);
    assert!(failed.contains("✗ incident"), "{failed}");
    assert!(failed.contains("(of "), "{failed}");
    press(&mut desk, "esc / 'kind:rollback' enter");
    let rollbacks = shot(&mut desk, 120, 36);
    assert!(!rollbacks.contains(" change  "), "{rollbacks}");
}

#[test]
fn the_window_changes_what_is_told() {
    let mut desk = demo(8, 4_000);
    press(&mut desk, "6");
    let month = shot(&mut desk, 120, 36);
    press(&mut desk, "w");
    let quarter = shot(&mut desk, 120, 36);
    assert!(
        month.contains("30d, ") && quarter.contains("90d, "),
        "{quarter}"
    );
    assert_ne!(month, quarter);
}

#[test]
fn keys_go_from_metric_to_metric() {
    let mut desk = demo(4, 1_000);
    press(&mut desk, "6");
    let front = |desk: &mut super::Desk| {
        let text = shot(desk, 120, 36);
        let line = text
            .lines()
            .find(|line| line.contains('▸'))
            .unwrap()
            .to_owned();
        line.split('▸')
            .nth(1)
            .unwrap()
            .split(" ─")
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(front(&mut desk), "change lead time");
    press(&mut desk, "l");
    assert_eq!(front(&mut desk), "deployment frequency");
    press(&mut desk, "j");
    assert_eq!(front(&mut desk), "deployment rework rate");
    press(&mut desk, "h");
    assert_eq!(front(&mut desk), "failed deployment recovery time");
    press(&mut desk, "tab tab");
    assert_eq!(front(&mut desk), "change lead time");
    press(&mut desk, "shift-tab");
    assert_eq!(front(&mut desk), "deployment rework rate");
}

#[test]
fn nothing_known_is_told_as_nothing_with_the_reason() {
    let mut desk = desk(&[], "[[workloads]]\nname = \"shop\"\n");
    press(&mut desk, "6");
    pictures("metrics-nothing", &mut desk);
    let text = shot(&mut desk, 120, 36);
    assert!(text.contains("not told: no deployment is known"), "{text}");
    assert!(!text.contains("0 %"), "{text}");
}

#[test]
fn workloads_that_are_not_worked_out_are_not_spoken_of() {
    let kept = (0..20).map(|number| Overview {
        detail: None,
        ..fleet::overview(&format!("w{number}"), number)
    });
    let mut desk = showing(kept.collect());
    press(&mut desk, "6");
    let text = shot(&mut desk, 120, 36);
    assert!(text.contains("working out"), "{text}");
}

/// Of one release of a repository, nobody tells of incidents: rates are not zero.
#[test]
fn without_a_source_of_incidents_rates_are_not_told() {
    let lines = ["a", "b"].iter().enumerate().flat_map(|(day, sha)| {
        let at = format!("2026-02-{:02}T10:00:00Z", 20 + day);
        [format!(
            r#"{{"context":{{"version":"0.4.1","id":"d{day}","source":"/deployer","type":"dev.cdevents.service.deployed.0.2.0","timestamp":"{at}"}},"subject":{{"id":"shop","source":"/deployer","type":"service","content":{{"environment":{{"id":"production"}},"artifactId":"pkg:generic/shop@{sha}"}}}}}}"#
        )]
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let events: Vec<_> = text
        .lines()
        .map(|line| {
            cdevents::read(line)
                .unwrap()
                .map_text(&mut |text| text.to_string())
        })
        .collect();
    let mut desk = desk(&events, "");
    press(&mut desk, "6");
    let text = shot(&mut desk, 120, 36);
    let told = text.matches("no source tells of incidents").count();
    assert_eq!(told, 3, "{text}");
}
