//! What can be done to Tekton's runs: cancelled, let go on where they wait to be started, run again as a copy; and what an `ApprovalTask` is answered, in the name
//! of the one who logs in. One who rejects ends the run.

use serde_json::{Value, json};

use super::case::Case;
use super::probe::Mark;
use crate::connector::ConnectorError;
use crate::connector::acting::signed;
use crate::connector::error::ErrorKind;
use crate::connector::kubernetes::wire::condition;
use crate::connector::kubernetes::wire::runs::{Spec, Status};
use crate::plan::request::Verb;

const ASKED: &str = "/spec/status";

pub fn pipeline(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    Some(match case.order.verb {
        Verb::Cancel => cancel(case, "Cancelled"),
        Verb::Resume => begin(case),
        Verb::Retry => {
            again(case);
            Ok(())
        }
        _ => return None,
    })
}

pub fn task(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    let of = case
        .object
        .label("tekton.dev/pipelineRun")
        .map(str::to_owned);
    Some(match (case.order.verb, of) {
        (Verb::Cancel, _) => cancel(case, "TaskRunCancelled"),
        (Verb::Retry, None) => {
            again(case);
            Ok(())
        }
        (Verb::Retry, Some(run)) => {
            let detail = format!("it is a part of the PipelineRun {run}");
            Err(case.nothing(detail).hinted("retry that one"))
        }
        _ => return None,
    })
}

fn is_over(case: &Case<'_>) -> bool {
    let status: Status = case.object.of("status").unwrap_or_default();
    let succeeded = condition(&status.conditions, "Succeeded");
    succeeded.is_some_and(|one| one.status != "Unknown")
}

fn cancel(case: &mut Case<'_>, word: &str) -> Result<(), ConnectorError> {
    let name = case.name();
    if is_over(case) {
        return Err(case.nothing("it is over already"));
    }
    if let Some(asked) = case.object.text(ASKED)
        && asked != "PipelineRunPending"
    {
        let text = format!("{name} was told already: {asked}");
        case.object(text, "nothing");
    }
    let change = json!({"op": "add", "path": ASKED, "value": word});
    case.patch(format!("cancel {name}"), &[ASKED], vec![change]);
    Ok(())
}

fn begin(case: &mut Case<'_>) -> Result<(), ConnectorError> {
    if case.object.text(ASKED) != Some("PipelineRunPending") {
        return Err(case.nothing("it does not wait to be started"));
    }
    let change = json!({"op": "remove", "path": ASKED});
    let what = format!("start {}", case.name());
    case.patch(what, &[ASKED], vec![change]);
    Ok(())
}

/// A copy of it, as `tkn pipeline start --use-pipelinerun` makes it.
fn again(case: &mut Case<'_>) {
    let name = case.name();
    if !is_over(case) {
        case.object(
            format!("{name} is not over yet"),
            "its end, or cancelling it",
        );
    }
    let raw = &case.object.raw;
    let mut spec = raw.get("spec").cloned().unwrap_or_default();
    if let Some(spec) = spec.as_object_mut() {
        spec.remove("status");
        spec.remove("statusMessage");
    }
    // What its controllers wrote of the first is not so of the second.
    let own = |notes: Option<&Value>| {
        let notes = notes
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let kept = notes.into_iter().filter(|(name, _)| {
            let kept = [
                "tekton.dev/pipelineRun",
                "chains.tekton.dev/",
                "results.tekton.dev/",
                "kubectl.kubernetes.io/",
                "leadtime/",
            ];
            !kept.iter().any(|start| name.starts_with(start)) && !name.ends_with("/state")
        });
        Value::Object(kept.collect())
    };
    let meta = &case.object.meta;
    let stem = meta.generate_name.trim_end_matches('-');
    let stem = if stem.is_empty() { &meta.name } else { stem };
    let copy = json!({
        "apiVersion": raw.get("apiVersion"), "kind": raw.get("kind"),
        "metadata": {
            "name": case.new_name(stem), "namespace": meta.namespace,
            "labels": own(raw.pointer("/metadata/labels")),
            "annotations": own(raw.pointer("/metadata/annotations")),
        },
        "spec": spec,
    });
    let url = case.siblings();
    case.create(format!("run {name} again, as a copy of it"), url, copy);
}

pub fn approval(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    Some(match case.order.verb {
        Verb::Approve => answer(case, "approve"),
        Verb::Reject => answer(case, "reject"),
        _ => return None,
    })
}

fn answer(case: &mut Case<'_>, word: &str) -> Result<(), ConnectorError> {
    let spec: Spec = case.object.of("spec").unwrap_or_default();
    let state = case
        .object
        .text("/status/state")
        .unwrap_or("pending")
        .to_owned();
    let name = case.name();
    if state != "pending" {
        case.object(format!("{name} is {state} already"), "nothing");
    }
    let named: Vec<&str> = spec.approvers.iter().map(|one| one.name.as_str()).collect();
    let own = case
        .user
        .and_then(|user| named.iter().position(|name| *name == user));
    let Some(place) = own else {
        let user = case.user.unwrap_or("the one who logs in");
        let detail = format!(
            "{user} is none of those who may decide: {}",
            named.join(", ")
        );
        let context = format!("{} {name}", case.order.verb.word());
        return Err(ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(format!(
            "where the cluster knows you by another name, say it with `user` of source {:?}; for a group, use `tkn approvaltask`",
            case.connector
        )));
    };
    let path = format!("/spec/approvers/{place}");
    let (named, input, message) = (
        format!("{path}/name"),
        format!("{path}/input"),
        format!("{path}/message"),
    );
    let words = signed(case.order);
    let changes = vec![
        json!({"op": "replace", "path": input, "value": word}),
        json!({"op": "add", "path": message, "value": words}),
    ];
    if word == "reject" {
        let note = "one who rejects is enough: the run fails";
        case.made.notes.push(note.to_owned());
    }
    let mark = Mark::Left {
        pointer: message,
        value: words,
    };
    let what = format!("{word} {name} as {}", spec.approvers[place].name);
    // Its own gatekeeper lets nothing be changed beside the answer, so the key stands in the message.
    case.patch_known(
        what,
        "",
        (&[&named, &input, "/status/state"], changes),
        mark,
    );
    Ok(())
}
