//! What can be done to a Deployment: an image is set, an earlier revision comes back, the pods are restarted, and it is paused or goes on. What a Rollout has in
//! common with it stands here too.

use serde_json::{Value, json};

use super::case::Case;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::image::Reference;
use crate::connector::kubernetes::translate::deployment::{REVISION, own_container};
use crate::connector::kubernetes::wire::workload::{Revision, Spec, revisions};
use crate::connector::kubernetes::wire::{Object, pointer};
use crate::event::cdevents::purl;
use crate::plan::request::{Verb, Version};

/// Where the template stands.
pub const TEMPLATE: &str = "/spec/template";

pub fn draft(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    Some(match case.order.verb {
        Verb::Promote => promote(case),
        Verb::Rollback => roll_back(case, REVISION),
        verb => {
            match verb {
                Verb::Retry => restart(case),
                Verb::Hold => pause(case, true),
                Verb::Release | Verb::Resume => pause(case, false),
                _ => return None,
            }
            Ok(())
        }
    })
}

/// Sets the image of the object's own container.
pub fn promote(case: &mut Case<'_>) -> Result<(), ConnectorError> {
    let spec: Spec = case.object.of("spec").unwrap_or_default();
    let containers = spec.template.spec.containers;
    let Some(place) = own_container(&containers, &case.object) else {
        let names: Vec<&str> = containers.iter().map(|one| one.name.as_str()).collect();
        let detail = format!(
            "which of its containers is its own is not told ({}): none bears its name",
            names.join(", ")
        );
        return Err(case.nothing(detail));
    };
    let now = containers[place].image.clone();
    let Some(image) = case.order.to.as_ref().and_then(|to| wanted(&now, to)) else {
        let context = format!("promote {}", case.name());
        let detail = "neither the digest nor the version to bring is known";
        return Err(ConnectorError::new(
            ErrorKind::Configuration,
            context,
            detail,
        ));
    };
    let name = case.name();
    if image == now {
        case.object(format!("{name} is on {image} already"), "nothing");
    }
    if spec.paused {
        let text = format!("{name} is paused: it takes the image, and rolls nothing out");
        case.object(text, "releasing it");
    }
    let path = format!("{TEMPLATE}/spec/containers/{place}");
    let (named, imaged) = (format!("{path}/name"), format!("{path}/image"));
    let what = format!("set the image of {name} to {image} (it is {now})");
    let change = json!({"op": "replace", "path": imaged, "value": image});
    case.undone();
    case.patch(what, &[&named, &imaged], vec![change]);
    Ok(())
}

/// What a version is called, as a reference that can be pulled: by digest where that is known.
#[must_use]
pub fn wanted(now: &str, to: &Version) -> Option<String> {
    let artifact = to.artifact.as_deref().unwrap_or_default();
    let named = purl::named(artifact);
    let digest = to.digest.clone().or(named.digest.map(Into::into));
    let version = to.version.clone().or(named.version.map(Into::into));
    let name = Reference::read(now).name;
    match (digest, version) {
        (Some(digest), _) => Some(format!("{name}@{digest}")),
        (None, Some(version)) => Some(format!("{name}:{version}")),
        (None, None) => None,
    }
}

/// Puts the template of an earlier revision back, as `kubectl rollout undo` does.
pub fn roll_back(case: &mut Case<'_>, annotation: &str) -> Result<(), ConnectorError> {
    let Some(to) = case.order.to.clone() else {
        return Err(case.nothing("the version to bring back is not named"));
    };
    let all = revisions(&case.object, case.nth(0), annotation);
    let newest = all.last().map(|revision| revision.number);
    let Some(found) = earlier(&all, &to, &case.object) else {
        let kept: Vec<String> = all.iter().map(|one| called(one, &case.object)).collect();
        let detail = format!(
            "no ReplicaSet of {} is kept, only {}",
            to.name(),
            kept.join(", ")
        );
        return Err(case
            .nothing(detail)
            .hinted("promote it instead, or keep more with `revisionHistoryLimit`"));
    };
    let is_live = Some(found.number) == newest;
    let what = format!(
        "roll {} back to revision {}",
        case.name(),
        called(found, &case.object)
    );
    let mut template = found.set.raw.pointer(TEMPLATE).cloned().unwrap_or_default();
    if let Some(labels) = template
        .pointer_mut("/metadata/labels")
        .and_then(Value::as_object_mut)
    {
        labels.remove("pod-template-hash");
        labels.remove("rollouts-pod-template-hash");
    }
    let name = case.name();
    if is_live {
        case.object(format!("{name} runs this revision already"), "nothing");
    }
    let paused = case.object.raw.pointer("/spec/paused") == Some(&Value::Bool(true));
    if paused && annotation == REVISION {
        let text = format!("{name} is paused: it takes the template, and rolls nothing out");
        case.object(text, "releasing it");
    }
    let change = json!({"op": "replace", "path": TEMPLATE, "value": template});
    case.undone();
    let note = "the whole template of then comes back: images, environment, resources";
    case.made.notes.push(note.to_owned());
    case.patch(what, &[TEMPLATE], vec![change]);
    Ok(())
}

/// The revision that a version is: the deployment that made it live, else the newest whose own image it is.
fn earlier<'r, 's>(
    all: &'r [Revision<'s>],
    to: &Version,
    object: &Object,
) -> Option<&'r Revision<'s>> {
    let by_number = to.deployment.as_deref().and_then(|id| {
        let (_, rest) = id.rsplit_once('@')?;
        let (number, _) = rest.split_once('-')?;
        let number: i64 = number.parse().ok()?;
        all.iter().find(|revision| revision.number == number)
    });
    by_number.or_else(|| {
        let artifact = purl::named(to.artifact.as_deref().unwrap_or_default());
        let digest = to.digest.as_deref().or(artifact.digest.as_deref());
        let version = to.version.as_deref().or(artifact.version.as_deref());
        let fits = |revision: &&Revision<'_>| {
            let image = image(revision, object);
            let image = image.as_deref().map(Reference::read);
            image.is_some_and(|image| {
                (image.digest.is_some() && image.digest == digest)
                    || (image.tag.is_some() && image.tag == version)
            })
        };
        all.iter().rev().find(fits)
    })
}

fn image(revision: &Revision<'_>, object: &Object) -> Option<String> {
    let containers = revision.template().spec.containers;
    let place = own_container(&containers, object)?;
    Some(containers[place].image.clone())
}

fn called(revision: &Revision<'_>, object: &Object) -> String {
    match image(revision, object) {
        Some(image) => format!("{} ({image})", revision.number),
        None => revision.number.to_string(),
    }
}

/// Restarts the pods, as `kubectl rollout restart` does: the time is that of the order, so that it is the same however often it is prepared.
fn restart(case: &mut Case<'_>) {
    let at = case.order.at.to_string();
    let path = "/spec/template/metadata/annotations";
    let name = "kubectl.kubernetes.io/restartedAt";
    let change = if case.object.raw.pointer(path).is_none_or(Value::is_null) {
        json!({"op": "add", "path": path, "value": {name: at}})
    } else {
        let path = format!("{path}{}", pointer(&[name]));
        json!({"op": "add", "path": path, "value": at})
    };
    let what = format!("restart the pods of {}", case.name());
    case.patch(what, &[TEMPLATE], vec![change]);
}

/// Pauses it, so that no change of its template is rolled out; or lets it go on.
fn pause(case: &mut Case<'_>, hold: bool) {
    let name = case.name();
    let paused = case.object.raw.pointer("/spec/paused") == Some(&Value::Bool(true));
    if paused == hold {
        let is = if hold { "paused" } else { "not paused" };
        return case.is_so(is);
    }
    let (what, note) = if hold {
        (
            format!("pause {name}"),
            "what runs goes on running; a change of it is rolled out when it is released",
        )
    } else {
        (
            format!("let {name} go on"),
            "what was changed of it meanwhile is rolled out at once",
        )
    };
    let change = if hold {
        json!({"op": "add", "path": "/spec/paused", "value": true})
    } else {
        json!({"op": "add", "path": "/spec/paused", "value": false})
    };
    case.made.notes.push(note.to_owned());
    case.undone();
    case.patch(what, &["/spec/paused"], vec![change]);
}
