//! What can be done to a Knative Service: an image is set, which makes a revision; all traffic goes to an earlier one, or again to the newest.

use serde_json::json;

use super::case::Case;
use super::deployment;
use crate::connector::ConnectorError;
use crate::connector::image::Reference;
use crate::connector::kubernetes::translate::deployment::own_container;
use crate::connector::kubernetes::translate::knative::containers;
use crate::connector::kubernetes::wire::Object;
use crate::event::cdevents::purl;
use crate::plan::request::{Verb, Version};

const TRAFFIC: &str = "/spec/traffic";

pub fn draft(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    Some(match case.order.verb {
        Verb::Promote => promote(case),
        Verb::Rollback => roll_back(case),
        Verb::Release => {
            newest(case);
            Ok(())
        }
        _ => return None,
    })
}

fn is_pinned(case: &Case<'_>) -> bool {
    let traffic = case.object.raw.pointer("/spec/traffic/0/revisionName");
    traffic.is_some_and(|name| !name.is_null())
}

fn promote(case: &mut Case<'_>) -> Result<(), ConnectorError> {
    if is_pinned(case) {
        let text = format!(
            "the traffic of {} is kept at a revision: a new one gets none",
            case.name()
        );
        case.object(text, "releasing it");
    }
    deployment::promote(case)
}

fn roll_back(case: &mut Case<'_>) -> Result<(), ConnectorError> {
    let Some(to) = case.order.to.clone() else {
        return Err(case.nothing("the version to bring back is not named"));
    };
    let all = case.nth(0);
    let by_id = to.deployment.as_deref().and_then(|id| id.rsplit_once('@'));
    let by_id = by_id.and_then(|(_, name)| all.iter().find(|one| name.starts_with(&one.meta.name)));
    let mut fitting = all.iter().filter(|one| is(one, &case.object, &to));
    let Some(found) = by_id.or_else(|| fitting.next_back()) else {
        let names: Vec<&str> = all.iter().map(|one| one.meta.name.as_str()).collect();
        let detail = format!(
            "no revision of {} is kept, only {}",
            to.name(),
            names.join(", ")
        );
        return Err(case.nothing(detail));
    };
    let found = found.meta.name.clone();
    let what = format!(
        "send all traffic of {} to its revision {found}",
        case.name()
    );
    let note = "it stays there: a newer revision gets no traffic until this is released";
    case.made.notes.push(note.to_owned());
    let traffic = json!([{"revisionName": found, "percent": 100, "latestRevision": false}]);
    case.undone();
    case.patch(
        what,
        &[TRAFFIC],
        vec![json!({"op": "add", "path": TRAFFIC, "value": traffic})],
    );
    Ok(())
}

fn newest(case: &mut Case<'_>) {
    if !is_pinned(case) {
        return case.is_so("not kept at a revision");
    }
    let what = format!(
        "send all traffic of {} to its newest revision again",
        case.name()
    );
    let traffic = json!([{"latestRevision": true, "percent": 100}]);
    case.patch(
        what,
        &[TRAFFIC],
        vec![json!({"op": "add", "path": TRAFFIC, "value": traffic})],
    );
}

fn is(revision: &Object, service: &Object, to: &Version) -> bool {
    let containers = containers(revision, "/spec");
    let Some(place) = own_container(&containers, service) else {
        return false;
    };
    let image = Reference::read(&containers[place].image);
    let artifact = purl::named(to.artifact.as_deref().unwrap_or_default());
    let digest = to.digest.as_deref().or(artifact.digest.as_deref());
    let version = to.version.as_deref().or(artifact.version.as_deref());
    (image.digest.is_some() && image.digest == digest)
        || (image.tag.is_some() && image.tag == version)
}
