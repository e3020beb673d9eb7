//! What happens to a change in each tool, as the tool keeps it.

use leadtime::event::time::{Span, Timestamp};
use serde_json::{Value, json};

use super::code::Change;
use crate::argocd::world as argocd;
use crate::jenkins::world as jenkins;
use crate::jira::world as jira;
use crate::kargo::world as kargo;
use crate::pagerduty::world as pagerduty;
use crate::servicenow::world as servicenow;
use crate::support::github::living::Living;
use crate::support::github::world::{commit, pull, user};

pub const REPOSITORY: &str = "acme/shop";
pub const ADDRESS: &str = "https://github.com/acme/shop";
/// The one stage of Kargo, and what its warehouse calls itself.
const STAGE: &str = "staging";
const WAREHOUSE: &str = "main";

fn text(at: Timestamp) -> Value {
    json!(at.to_string())
}

/// GitHub: it is asked for.
pub fn opened(github: &mut Living, change: &Change, at: Timestamp) {
    let number = i64::from(change.number);
    let mut pull = pull(number, &at.to_string(), &change.head, "");
    for key in ["closed_at", "merged_at", "merge_commit_sha"] {
        pull[key] = Value::Null;
    }
    pull["state"] = json!("open");
    pull["title"] = json!(change.title());
    pull["body"] = json!("");
    pull["user"] = user("li");
    let own = by_li(commit(
        &change.head,
        &at.to_string(),
        &[change.before.clone()],
    ));
    let repo = github.world.repo(REPOSITORY);
    repo.pulls.insert(0, pull);
    repo.pull_commits.insert(number, vec![own]);
}

fn by_li(mut commit: Value) -> Value {
    commit["author"] = user("li");
    commit
}

fn pull_of<'g>(github: &'g mut Living, change: &Change) -> &'g mut Value {
    let mut pulls = github.world.repo(REPOSITORY).pulls.iter_mut();
    pulls.find(|one| one["number"] == change.number).unwrap()
}

/// GitHub: somebody has looked at it.
pub fn reviewed(github: &mut Living, change: &Change, at: Timestamp) {
    let number = i64::from(change.number);
    let review = json!({
        "id": number, "user": user("ada"), "state": "APPROVED", "submitted_at": at.to_string(), "commit_id": change.head,
    });
    let repo = github.world.repo(REPOSITORY);
    repo.reviews.insert(number, vec![review]);
    pull_of(github, change)["updated_at"] = text(at);
}

/// GitHub: it is merged.
pub fn merged(github: &mut Living, change: &Change, at: Timestamp) {
    let pull = pull_of(github, change);
    pull["state"] = json!("closed");
    pull["merge_commit_sha"] = json!(change.merged);
    for key in ["updated_at", "closed_at", "merged_at"] {
        pull[key] = text(at);
    }
    let parents = [change.before.clone(), change.head.clone()];
    let merge = commit(&change.merged, &at.to_string(), &parents);
    let repo = github.world.repo(REPOSITORY);
    repo.commits.insert(0, merge);
}

/// Jenkins: a pipeline has built and tested it, each in four paces, and asks whether to release it.
pub fn built(jenkins: &mut jenkins::World, change: &Change, began: Timestamp, pace: i64) {
    let at = began.micros() / 1_000;
    let stage = |id: &str, name: &str, paces: i64| {
        json!({
            "id": id, "name": name, "status": "SUCCESS", "startTimeMillis": at + paces * pace, "durationMillis": 3 * pace,
            "pauseDurationMillis": 0, "stageFlowNodes": [],
        })
    };
    let mut release = stage("12", "release", 8);
    release["status"] = json!("PAUSED_PENDING_INPUT");
    release["durationMillis"] = json!(2 * pace);
    release["pauseDurationMillis"] = json!(pace);
    release["stageFlowNodes"] = json!([{
        "id": "14", "name": "Wait for interactive input", "status": "SUCCESS", "startTimeMillis": at + 9 * pace, "durationMillis": pace,
        "pauseDurationMillis": pace,
    }]);
    let branch = json!({"SHA1": change.merged, "name": "refs/remotes/origin/main"});
    let build = json!({
        "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "number": change.number, "building": true, "result": null,
        "timestamp": at, "duration": 0, "displayName": format!("#{}", change.number),
        "actions": [
            {"_class": "hudson.model.CauseAction", "causes": [{"_class": "jenkins.branch.BranchEventCause", "shortDescription": "Push event"}]},
            {"_class": "hudson.plugins.git.util.BuildData", "remoteUrls": [ADDRESS], "lastBuiltRevision": {"SHA1": change.merged, "branch": [branch]}},
        ],
        "wf": {"status": "PAUSED_PENDING_INPUT", "stages": [stage("6", "build", 0), stage("9", "test", 4), release]},
        "pending": [{"id": "Release", "message": format!("Release {}?", change.version()), "proceedText": "Yes", "inputs": []}],
    });
    jenkins.builds("shop").insert(0, build);
}

/// Jenkins: what was let go on is over.
pub fn released(jenkins: &mut jenkins::World, change: &Change, at: Timestamp) {
    let at = at.micros() / 1_000;
    let build = jenkins.build("shop", u64::from(change.number));
    let span = |from: &Value| json!(at - from.as_i64().unwrap());
    build["building"] = json!(false);
    build["result"] = json!("SUCCESS");
    build["duration"] = span(&build["timestamp"]);
    build["wf"]["status"] = json!("SUCCESS");
    let stage = jenkins::asking(build);
    stage["status"] = json!("SUCCESS");
    stage["durationMillis"] = span(&stage["startTimeMillis"]);
}

/// Kargo: its warehouse has found the image, and it is promoted by itself.
pub fn staged(kargo: &mut kargo::World, change: &Change, image: (&str, &str), at: Timestamp) {
    let (name, digest) = image;
    let revision = &change.merged;
    kargo.freight.push(json!({
        "metadata": {"name": revision, "namespace": "shop", "creationTimestamp": text(at)},
        "alias": format!("quick-{}", change.number), "origin": {"kind": "Warehouse", "name": WAREHOUSE}, "commits": [],
        "images": [{
            "repoURL": name, "tag": change.version(), "digest": digest,
            "annotations": {"org.opencontainers.image.revision": revision, "org.opencontainers.image.source": ADDRESS},
        }],
        "status": {"verifiedIn": {}, "approvedFor": {}, "currentlyIn": {STAGE: {}}},
    }));
    kargo.promotions.push(json!({
        "metadata": {
            "name": format!("{STAGE}.{}", change.number), "creationTimestamp": text(at),
            "annotations": {"kargo.akuity.io/create-actor": "controller:promoter"},
        },
        "spec": {"stage": STAGE, "freight": revision},
        "status": {"phase": "Succeeded", "startedAt": text(at), "finishedAt": text(at)},
    }));
    let items = json!({format!("Warehouse/{WAREHOUSE}"): {"name": revision}});
    let live = json!({"id": revision, "items": items, "verificationHistory": []});
    let history = &mut kargo.stage(STAGE)["status"]["freightHistory"];
    history.as_array_mut().unwrap().insert(0, live);
}

/// Kargo: it does in staging what it should.
pub fn verified(kargo: &mut kargo::World, change: &Change, at: Timestamp) {
    let id = format!("v-{}", change.number);
    let done =
        json!({"id": id, "phase": "Successful", "startTime": text(at), "finishTime": text(at)});
    let history = &mut kargo.stage(STAGE)["status"]["freightHistory"][0];
    history["verificationHistory"] = json!([done]);
    let mut freight = kargo.freight.iter_mut();
    let found = freight.find(|one| one["metadata"]["name"] == change.merged.as_str());
    found.unwrap()["status"]["verifiedIn"][STAGE] = json!({"verifiedAt": text(at)});
}

/// The stage, before anything was promoted to it.
pub fn stage() -> Value {
    json!({
        "metadata": {"name": STAGE, "namespace": "shop"},
        "spec": {"requestedFreight": [{"origin": {"kind": "Warehouse", "name": WAREHOUSE}, "sources": {"direct": true}}]},
        "status": {"autoPromotionEnabled": true, "freightHistory": []},
    })
}

/// `ServiceNow`: Jane is asked whether it may go to production.
pub fn asked(servicenow: &mut servicenow::World, change: &Change, at: Timestamp) {
    let kept = json!(servicenow::kept(at));
    let told = json!({
        "cmdb_ci": "shop", "short_description": format!("Deploy shop {}", change.version()),
        "description": format!("{} of {REPOSITORY}#{}", change.ticket(), change.number),
        "opened_at": kept, "sys_created_on": kept, "sys_updated_on": kept,
    });
    let number = change.number;
    servicenow
        .changes
        .push(servicenow::change(number, 1, &told));
    let mut approval = servicenow::approval(number, number, "jane", "requested", 1);
    approval["sys_created_on"] = kept.clone();
    approval["sys_updated_on"] = kept;
    servicenow.approvals.push(approval);
}

/// `ServiceNow`: she said yes.
pub fn allowed(servicenow: &mut servicenow::World, change: &Change, at: Timestamp) {
    let kept = json!(servicenow::kept(at));
    let approval = servicenow.approvals.last_mut().unwrap();
    approval["state"] = json!("approved");
    approval["sys_updated_on"] = kept.clone();
    let asked = servicenow.changes.last_mut().unwrap();
    assert!(
        asked["short_description"]
            .as_str()
            .unwrap()
            .ends_with(&change.version())
    );
    asked["approval"] = json!("approved");
    asked["approval_set"] = kept.clone();
    asked["sys_updated_on"] = kept;
}

/// Argo CD: it is what production should be, and nobody has synced it.
pub fn wanted(argocd: &mut argocd::World, change: &Change, at: Timestamp) {
    argocd.commits.insert(change.merged.clone(), at.to_string());
    let status = &mut argocd.find("shop")["status"];
    status["sync"] = json!({"status": "OutOfSync", "revision": change.merged});
    status["reconciledAt"] = text(at);
}

/// Argo CD: the sync that was asked for is done, and does well.
pub fn synced(argocd: &mut argocd::World, change: &Change, image: &str, at: Timestamp) {
    argocd.take_up("shop");
    argocd.end("shop", "Succeeded");
    live(argocd, change, image, at);
}

/// Argo CD: what runs now.
fn live(argocd: &mut argocd::World, change: &Change, image: &str, at: Timestamp) {
    let status = &mut argocd.find("shop")["status"];
    status["sync"] = json!({"status": "Synced", "revision": change.merged});
    status["health"] = json!({"status": "Healthy", "lastTransitionTime": text(at)});
    status["summary"] = json!({"images": [format!("{image}:{}", change.version())]});
    status["reconciledAt"] = text(at);
}

/// Argo CD: it was synced long ago.
pub fn had_synced(argocd: &mut argocd::World, change: &Change, image: &str, at: Timestamp) {
    let began = at - Span::from_seconds(60);
    let application = argocd.find("shop");
    let source = application["spec"]["source"].clone();
    let history = application["status"]["history"].as_array_mut().unwrap();
    history.push(json!({
        "id": change.number, "revision": change.merged, "source": source, "initiatedBy": {"username": "jane"},
        "deployStartedAt": text(began), "deployedAt": text(at),
    }));
    application["status"]["operationState"] = json!({
        "phase": "Succeeded", "message": "successfully synced", "startedAt": text(began), "finishedAt": text(at),
        "syncResult": {"revision": change.merged},
        "operation": {"sync": {"revision": change.merged}, "initiatedBy": {"username": "jane"}},
    });
    live(argocd, change, image, at);
}

/// `PagerDuty`: something is wrong in production.
pub fn raised(pagerduty: &mut pagerduty::World, number: u32, at: Timestamp) {
    let mut incident = pagerduty::incident(number, &at.to_string(), None);
    incident["service"]["summary"] = json!("shop");
    incident["title"] = json!(format!("shop is slow, {number}"));
    pagerduty.incidents.push(incident);
}

/// `PagerDuty`: it is right again.
pub fn resolved(pagerduty: &mut pagerduty::World, number: u32, at: Timestamp) {
    let id = format!("Q{number}");
    let mut all = pagerduty.incidents.iter_mut();
    let one = all.find(|one| one["id"] == id.as_str()).unwrap();
    one["status"] = json!("resolved");
    one["resolved_at"] = text(at);
    one["last_status_change_at"] = text(at);
}

/// Jira: somebody wants it.
pub fn planned(jira: &mut jira::World, change: &Change, at: Timestamp) {
    let at = jira::jira(at);
    let told = json!({"summary": change.title(), "created": at, "updated": at, "components": [{"name": "shop"}]});
    jira.issues
        .insert(0, jira::issue(&change.ticket(), "In Progress", &told));
}

/// Jira: they have it.
pub fn closed(jira: &mut jira::World, change: &Change, at: Timestamp) {
    let at = jira::jira(at);
    let key = change.ticket();
    let mut all = jira.issues.iter_mut();
    let one = all.find(|one| one["key"] == key.as_str()).unwrap();
    let done = jira::history(change.number, &at, "ada", "status", ("In Progress", "Done"));
    one["changelog"]["histories"] = json!([done]);
    let fields = &mut one["fields"];
    fields["status"] = json!({"name": "Done", "statusCategory": {"key": "done"}});
    fields["updated"] = json!(at);
    fields["resolutiondate"] = json!(at);
}
