//! Other people's cases, where they lie beside the project: `ours.json` is what the definitions give on the events of a peer's own tests.

use std::path::PathBuf;

use serde_json::Value;

use super::judge::judge;
use super::lead::{Lead, lead};
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::Rules;
use crate::model::delivery::{AttemptOutcome, deliver};
use crate::model::incident::link;
use crate::model::sample::Sample;

/// The case, as lines and as what is expected; nothing where the folder is not there.
#[expect(clippy::print_stderr, reason = "a test says what it left out")]
fn case(name: &str) -> Option<(Vec<Value>, Value)> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("LEADTIME_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("peer-data/neutral").join(name);
    let Ok(lines) = std::fs::read_to_string(folder.join("events.jsonl")) else {
        eprintln!("left out: {} is not there", folder.display());
        return None;
    };
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let ours = std::fs::read_to_string(folder.join("ours.json")).unwrap_or("null".to_owned());
    Some((lines.collect(), serde_json::from_str(&ours).unwrap()))
}

fn text<'a>(fact: &'a Value, key: &str) -> Option<&'a str> {
    fact[key].as_str()
}

fn time(fact: &Value) -> Timestamp {
    Timestamp::parse(fact["time"].as_str().unwrap()).unwrap()
}

/// A time that is put right at once.
const ANY: &str = "01-01 00:00";

/// The workload that the lines of one service make.
fn gather(lines: &[Value], service: &str) -> Workload {
    let mut s = Sample::new(service);
    let mine = |fact: &&Value| text(fact, "service").is_none_or(|s| s == service);
    let lines: Vec<&Value> = lines.iter().filter(mine).collect();
    let merges: Vec<&str> = lines
        .iter()
        .filter_map(|f| (f["type"] == "change_merged").then(|| text(f, "sha"))?)
        .collect();
    let mut requests: Vec<&str> = Vec::new();
    for fact in &lines {
        if let Some(change) = text(fact, "change")
            && !requests.contains(&change)
        {
            requests.push(change);
            let own = lines
                .iter()
                .filter(|f| f["type"] == "commit" && f["change"] == change);
            let own: Vec<&str> = own.filter_map(|f| text(f, "sha")).collect();
            s.request(change, text(fact, "repo").unwrap(), &own);
            s.last_change().author = None;
        }
    }
    for fact in &lines {
        let change = text(fact, "change").and_then(|id| requests.iter().position(|c| *c == id));
        match text(fact, "type").unwrap() {
            "commit" => {
                let sha = text(fact, "sha").unwrap();
                let place = s.sha(sha);
                if let Some(list) = fact["parents"].as_array() {
                    let shas = list.iter().map(|sha| sha.as_str().unwrap());
                    let parents: Vec<_> = shas.map(|sha| s.sha(sha)).collect();
                    s.workload().graph.tell(place, parents);
                }
                s.workload().commits[place as usize].at = Some(time(fact));
                if change.is_none() && !merges.contains(&sha) {
                    s.direct(sha, text(fact, "repo").unwrap());
                }
            }
            "change_opened" | "change_reviewed" | "change_merged" => {
                step(&mut s, fact, change.unwrap());
            }
            "deployment_finished" => record(&mut s, fact),
            "incident_opened" => {
                s.incident(text(fact, "incident").unwrap(), ANY, None);
                s.last_incident().opened = Some(time(fact));
            }
            "incident_resolved" => {
                let id = s.name(text(fact, "incident").unwrap());
                let mut all = s.workload().incidents.iter_mut();
                all.find(|i| i.id == id).unwrap().resolved = Some(time(fact));
            }
            _ => {}
        }
    }
    s.done()
}

/// What became of a request.
fn step(s: &mut Sample, fact: &Value, change: usize) {
    match text(fact, "type").unwrap() {
        "change_opened" => {
            let author = text(fact, "author").map(|name| s.name(name));
            let change = &mut s.workload().changes[change];
            (change.opened, change.author) = (Some(time(fact)), author);
        }
        "change_reviewed" => {
            s.review(text(fact, "reviewer").unwrap(), ANY);
            let mut review = s.last_change().reviews.pop().unwrap();
            review.at = time(fact);
            s.workload().changes[change].reviews.push(review);
        }
        _ => {
            let sha = s.sha(text(fact, "sha").unwrap());
            let change = &mut s.workload().changes[change];
            (change.merged, change.sha) = (Some(time(fact)), Some(sha));
        }
    }
}

fn record(s: &mut Sample, fact: &Value) {
    let of = |key| text(fact, key).unwrap_or("");
    s.deploy(of("deployment"), of("repo"), of("sha"), ANY);
    s.pipeline(of("pipeline"));
    let environment = text(fact, "environment").map(|name| s.name(name));
    let commits = fact["shas"].as_array().map(|list| {
        list.iter()
            .map(|sha| s.sha(sha.as_str().unwrap()))
            .collect()
    });
    let record = s.record();
    record.finished = Some(time(fact));
    record.commits = commits;
    record.environment = environment;
    record.unplanned = fact["unplanned"] == true;
    record.outcome = Some(match of("outcome") {
        "success" => Outcome::Success,
        "failure" => Outcome::Failure,
        _ => Outcome::Other,
    });
}

fn seconds(span: Option<crate::event::time::Span>) -> Value {
    span.map_or(Value::Null, |span| span.seconds().into())
}

fn compare(workload: &Workload, rules: &Rules, ours: &Value) {
    let delivery = deliver(workload, "production");
    let links = link(workload, &delivery, rules);
    let verdicts = judge(workload, &delivery, &links, rules);
    let attempts = delivery.attempts.iter().zip(&verdicts);
    let attempts: Vec<Value> = attempts
        .filter(|(attempt, _)| attempt.outcome != AttemptOutcome::Other)
        .map(|(attempt, verdict)| {
            serde_json::json!({
                "deployment": workload.text(attempt.deployment),
                "time": attempt.at.to_string(),
                "kind": attempt.kind.word().replace('_', " "),
                "failed": verdict.failed.is_some(),
                "rework": verdict.rework.is_some(),
            })
        })
        .collect();
    assert_eq!(Value::from(attempts), ours["deployments"]);
    for link in &links {
        let id = workload.text(workload.incidents[link.incident as usize].id);
        let attempt = link
            .attempt
            .map(|at| delivery.attempts[at as usize].deployment);
        let attempt = attempt.map_or(Value::Null, |name| workload.text(name).into());
        assert_eq!(attempt, ours["incident_links"][id], "{id}");
    }
    let told = |id: &str| -> Option<Lead> {
        let place = workload
            .changes
            .iter()
            .position(|c| workload.text(c.id) == id)?;
        lead(workload, &delivery, u32::try_from(place).unwrap())
    };
    for change in ours["changes"].as_array().unwrap() {
        let lead = told(change["change"].as_str().unwrap());
        let Some(lead) = lead.filter(|_| change["state"] == "shipped") else {
            assert!(lead.is_none() && change["state"] != "shipped", "{change}");
            continue;
        };
        assert!(!lead.inferred);
        assert_eq!(change["start"], lead.start.to_string());
        assert_eq!(change["deployed"], lead.deployed.to_string());
        assert_eq!(change["total_s"], seconds(Some(lead.lead)));
        if change["shipped_before_merge"].is_boolean() {
            assert_eq!(change["shipped_before_merge"], lead.shipped_before_merge);
        }
        for (key, part) in [
            ("coding_s", lead.coding),
            ("pickup_s", lead.pickup),
            ("review_s", lead.review),
            ("deploy_s", lead.deploy),
        ] {
            assert_eq!(change[key], seconds(part), "{change} {key}");
        }
    }
}

#[test]
fn our_rules_on_the_events_of_peers() {
    for (name, service) in [
        ("ours-timeline", "shop"),
        ("devlake-change-lead-time", "project1"),
        ("devlake-incident-link", "project1"),
    ] {
        if let Some((lines, ours)) = case(name) {
            compare(&gather(&lines, service), &Rules::default(), &ours);
        }
    }
}

#[test]
fn without_a_bound_links_are_those_of_peers() {
    let Some((events, _)) = case("devlake-incident-link") else {
        return;
    };
    let workload = gather(&events, "project1");
    let delivery = deliver(&workload, "production");
    let rules = Rules {
        link_window: None,
        ..Rules::default()
    };
    let links = link(&workload, &delivery, &rules);
    let names: Vec<&str> = links
        .iter()
        .filter_map(|link| delivery.attempt(link.attempt?))
        .map(|attempt| workload.text(attempt.deployment))
        .collect();
    let last = "pipeline7";
    assert_eq!(names, ["pipeline2", last, last, last, last, last]);
}
