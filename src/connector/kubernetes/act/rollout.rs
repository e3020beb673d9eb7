//! What can be done to a Rollout, as its kubectl plugin does it: going on after a pause, going on to the end, aborting, trying again, an image, an earlier
//! revision. What is told to its status leaves no trace of who told it, so a note on the Rollout goes before.

use serde_json::{Value, json};

use super::case::Case;
use super::deployment;
use crate::connector::ConnectorError;
use crate::connector::kubernetes::translate::rollout::{REVISION, waiting};
use crate::connector::kubernetes::wire::workload::{Spec, Status};
use crate::plan::request::Verb;

const PAUSES: &str = "/status/pauseConditions";
const HASH: &str = "/status/currentPodHash";

pub fn draft(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    let spec: Spec = case.object.of("spec").unwrap_or_default();
    let status: Status = case.object.of("status").unwrap_or_default();
    match case.order.verb {
        Verb::Approve | Verb::Resume => return Some(go_on(case, &spec, &status)),
        Verb::Reject | Verb::Cancel => return Some(abort(case, &spec, &status)),
        Verb::Promote if is_on_its_way(case, &status) => promote_fully(case),
        Verb::Promote | Verb::Rollback if spec.workload_ref.is_some() => {
            return Some(Err(refers(case, &spec)));
        }
        Verb::Promote => return Some(deployment::promote(case)),
        Verb::Rollback => return Some(deployment::roll_back(case, REVISION)),
        Verb::Retry => retry(case, &status),
        Verb::Hold => pause(case, &spec, true),
        Verb::Release => pause(case, &spec, false),
        _ => return None,
    }
    Some(Ok(()))
}

fn refers(case: &Case<'_>, spec: &Spec) -> ConnectorError {
    let to = spec.workload_ref.as_ref();
    let to = to.map_or_else(String::new, |to| format!("{} {}", to.kind, to.name));
    let detail = format!("its template is that of the {to}");
    case.nothing(detail)
        .hinted("name that in the step, with `application`")
}

/// Whether what is to be live is what it rolls out just now.
fn is_on_its_way(case: &Case<'_>, status: &Status) -> bool {
    let moving = !status.stable_rs.is_empty() && status.stable_rs != status.current_pod_hash;
    let to = case.order.to.as_ref();
    let to = to.and_then(|to| to.deployment.as_deref());
    moving
        && !status.abort
        && to.is_none_or(|id| id.ends_with(&format!("-{}", status.current_pod_hash)))
        && (to.is_some() || runs_wanted(case))
}

/// Whether its template has the image that is wanted already.
fn runs_wanted(case: &Case<'_>) -> bool {
    let Some(to) = &case.order.to else {
        return true;
    };
    let spec: Spec = case.object.of("spec").unwrap_or_default();
    let mut images = spec.template.spec.containers.iter().map(|one| &one.image);
    images.any(|image| deployment::wanted(image, to).as_ref() == Some(image))
}

/// Ends the pause that it is in.
fn go_on(case: &mut Case<'_>, spec: &Spec, status: &Status) -> Result<(), ConnectorError> {
    let name = case.name();
    if spec.paused {
        let change = json!({"op": "replace", "path": "/spec/paused", "value": false});
        case.patch(format!("let {name} go on"), &["/spec/paused"], vec![change]);
        return Ok(());
    }
    let Some(pause) = waiting(spec, status) else {
        if status.pause_conditions.is_empty() {
            return Err(case.nothing("it is not paused any more"));
        }
        // A pause that would end by itself is ended early.
        end_pause(case, format!("end the pause of {name} early"), status);
        return Ok(());
    };
    if !case.thing.is_empty() && !is_this(&case.thing, &pause.word, status) {
        let text = format!("it is not this pause that it is in now: {}", pause.why);
        case.object(text, "deciding on the newer one");
    }
    let what = format!("let {name} go on ({})", pause.why);
    end_pause(case, what, status);
    Ok(())
}

/// Whether what an order is about is this pause: a gate, or a deployment of the same revision.
fn is_this(thing: &str, word: &str, status: &Status) -> bool {
    let (revision, gate) = thing.split_once('/').unwrap_or((thing, ""));
    revision.ends_with(&format!("-{}", status.current_pod_hash))
        && (gate.is_empty() || gate.starts_with(word))
}

fn end_pause(case: &mut Case<'_>, what: String, status: &Status) {
    let mut changes = vec![json!({"op": "remove", "path": PAUSES})];
    let is_inconclusive = status
        .pause_conditions
        .iter()
        .any(|pause| pause.reason == "InconclusiveAnalysisRun");
    if let Some(step) = status.current_step_index.filter(|_| is_inconclusive) {
        // Else it would look at the same analysis again.
        changes.push(json!({"op": "add", "path": "/status/controllerPause", "value": false}));
        changes.push(json!({"op": "add", "path": "/status/currentStepIndex", "value": step + 1}));
    }
    case.patch_status(what, &[HASH, PAUSES], changes);
}

fn promote_fully(case: &mut Case<'_>) {
    let what = format!("promote {} fully", case.name());
    let note =
        "it is being rolled out already: this skips the steps, pauses and analyses that are left";
    case.made.notes.push(note.to_owned());
    let change = json!({"op": "add", "path": "/status/promoteFull", "value": true});
    case.patch_status(
        what,
        &[HASH, "/status/promoteFull", "/status/stableRS"],
        vec![change],
    );
}

fn abort(case: &mut Case<'_>, spec: &Spec, status: &Status) -> Result<(), ConnectorError> {
    let name = case.name();
    if status.abort {
        case.object(format!("{name} is aborted already"), "nothing");
    } else if status.stable_rs == status.current_pod_hash {
        return Err(case.nothing("nothing is being rolled out"));
    }
    if case.order.verb == Verb::Reject
        && let Some(pause) = waiting(spec, status)
        && !is_this(&case.thing, &pause.word, status)
    {
        let text = format!("it is not this pause that it is in now: {}", pause.why);
        case.object(text, "deciding on the newer one");
    }
    let note = "traffic goes back to the stable version; it stays Degraded until it is tried again or rolled back";
    case.made.notes.push(note.to_owned());
    let change = json!({"op": "add", "path": "/status/abort", "value": true});
    case.patch_status(
        format!("abort {name}"),
        &[HASH, "/status/abort"],
        vec![change],
    );
    Ok(())
}

/// An aborted one is tried again from its first step; another is restarted, pod by pod.
fn retry(case: &mut Case<'_>, status: &Status) {
    let name = case.name();
    if status.abort {
        let change = json!({"op": "replace", "path": "/status/abort", "value": false});
        let what = format!("try the rollout of {name} again");
        case.patch_status(what, &[HASH, "/status/abort"], vec![change]);
        return;
    }
    let at = case.order.at.to_string();
    let change = json!({"op": "add", "path": "/spec/restartAt", "value": at});
    let what = format!("restart the pods of {name}");
    case.patch(what, &["/spec/restartAt"], vec![change]);
}

fn pause(case: &mut Case<'_>, spec: &Spec, hold: bool) {
    let name = case.name();
    if spec.paused == hold {
        let is = if hold { "paused" } else { "not paused" };
        return case.is_so(is);
    }
    let word = if hold { "pause" } else { "let go on" };
    let change = json!({"op": "add", "path": "/spec/paused", "value": Value::Bool(hold)});
    case.patch(format!("{word}: {name}"), &["/spec/paused"], vec![change]);
}
