//! What can be asked of Kargo: to promote a Freight to a Stage, which is also how an earlier one comes back; to take a Freight for good enough for a Stage; to
//! abort a Promotion.

use serde_json::{Value, json};

use super::case::Case;
use super::probe::Mark;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::kubernetes::wire::kargo::{Contents, FreightStatus, StageSpec};
use crate::connector::kubernetes::wire::{Object, pointer};
use crate::event::cdevents::purl;
use crate::event::time::Timestamp;
use crate::plan::request::{Verb, Version};

pub fn draft(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    Some(match case.order.verb {
        Verb::Promote | Verb::Rollback | Verb::Retry => promote(case),
        Verb::Approve => approve(case),
        Verb::Cancel if case.family.word() == "promotion" => abort(case),
        _ => return None,
    })
}

/// The Stage, and the Freight that is to be brought there.
fn both(case: &Case<'_>) -> Result<(Object, Object), ConnectorError> {
    let Some(stage) = case.nth(1).first().cloned() else {
        return Err(case.nothing("its Stage is gone, or may not be seen"));
    };
    let freight = case.nth(0);
    let found = if let Some(to) = &case.order.to {
        freight.iter().find(|one| is(one, to))
    } else {
        let name = case.object.text("/spec/freight").unwrap_or_default();
        freight.iter().find(|one| one.meta.name == name)
    };
    let Some(found) = found.cloned() else {
        let wanted = case
            .order
            .to
            .as_ref()
            .map_or_else(String::new, Version::name);
        let detail = format!("no Freight of {} holds {wanted}", stage.meta.namespace);
        return Err(case.nothing(detail).hinted(
            "a Warehouse makes Freight of what it finds: has it found this one, and is it kept?",
        ));
    };
    Ok((stage, found))
}

/// Whether a Freight is of a version: by digest, commit, tag, or by what it is called.
fn is(freight: &Object, to: &Version) -> bool {
    let contents: Contents = serde_json::from_value(freight.raw.clone()).unwrap_or_default();
    let artifact = purl::named(to.artifact.as_deref().unwrap_or_default());
    let digest = to.digest.as_deref().or(artifact.digest.as_deref());
    let version = to.version.as_deref().or(artifact.version.as_deref());
    if let Some(digest) = digest
        && contents.images.iter().any(|image| !image.digest.is_empty())
    {
        return contents.images.iter().any(|image| image.digest == digest);
    }
    let sha = to.sha.as_deref().filter(|sha| sha.len() >= 7);
    let by_sha = sha.is_some_and(|sha| contents.commits.iter().any(|one| one.id.starts_with(sha)));
    let by_version = version.is_some_and(|version| {
        version == contents.alias
            || version == freight.meta.name
            || contents.images.iter().any(|image| image.tag == version)
    });
    by_sha || by_version
}

/// What a Freight is called.
fn called(freight: &Object) -> &str {
    freight.text("/alias").unwrap_or(&freight.meta.name)
}

fn promote(case: &mut Case<'_>) -> Result<(), ConnectorError> {
    let (stage, freight) = both(case)?;
    let spec: StageSpec = stage.of("spec").unwrap_or_default();
    let template = spec.promotion_template.clone().unwrap_or_default().spec;
    if template.steps.is_empty() {
        return Err(case.nothing("its Stage has no steps to promote by"));
    }
    let by_task = template.steps.iter().any(|step| step.get("task").is_some());
    if by_task {
        let context = format!("{} {}", case.order.verb.word(), case.name());
        let detail =
            "the steps of its Stage refer to PromotionTasks, which only Kargo's own API unfolds";
        return Err(
            ConnectorError::new(ErrorKind::Configuration, context, detail)
                .hinted("promote with `kargo promote`, by a source of kind \"command\""),
        );
    }
    let name = &stage.meta.name;
    if let Some(sources) = unfit(&spec, name, &freight) {
        let text = format!(
            "{} is neither verified in {sources} nor approved for {name}",
            called(&freight)
        );
        case.object(
            text,
            "its verification there, or approving it for this Stage",
        );
    }
    let mut meta = stage.meta.clone();
    meta.name = case.new_name(name);
    let mut wanted = json!({"stage": name, "freight": freight.meta.name, "steps": template.steps});
    if !template.vars.is_empty() {
        wanted["vars"] = Value::Array(template.vars);
    }
    let made = json!({
        "apiVersion": stage.raw.get("apiVersion"), "kind": "Promotion",
        "metadata": {"name": meta.name, "namespace": meta.namespace},
        "spec": wanted,
    });
    let list = case.siblings();
    let list = list
        .rsplit_once('/')
        .map_or(list.as_str(), |(start, _)| start);
    let url = format!("{list}/promotions");
    let what = format!(
        "promote {} to the Stage {}",
        called(&freight),
        stage.place()
    );
    if stage.raw.pointer("/status/autoPromotionEnabled") == Some(&Value::Bool(true)) {
        case.made.undone_by.push(format!(
            "auto-promotion of the Stage {name} brings the newest Freight back: switch it off in its ProjectConfig first"
        ));
    }
    case.create(what, url, made);
    Ok(())
}

/// The Stages in which a Freight would have to be verified for this one, where it is not and is not approved either.
fn unfit(spec: &StageSpec, stage: &str, freight: &Object) -> Option<String> {
    let status: FreightStatus = freight.of("status").unwrap_or_default();
    let mut sources = spec.requested_freight.iter().map(|one| &one.sources);
    let is_verified = |stage: &String| status.verified_in.contains_key(stage);
    let fits = sources.any(|one| {
        let mut stages = one.stages.iter();
        one.direct
            || match one.availability_strategy.as_str() {
                "All" => !one.stages.is_empty() && stages.all(is_verified),
                _ => stages.any(is_verified),
            }
    });
    if fits || spec.requested_freight.is_empty() || status.approved_for.contains_key(stage) {
        return None;
    }
    let all = spec
        .requested_freight
        .iter()
        .flat_map(|one| &one.sources.stages);
    let all: Vec<&str> = all.map(String::as_str).collect();
    Some(all.join(", "))
}

fn approve(case: &mut Case<'_>) -> Result<(), ConnectorError> {
    let (stage, freight) = both(case)?;
    let name = stage.meta.name.clone();
    let list = case.siblings();
    let list = list
        .rsplit_once('/')
        .map_or(list.as_str(), |(start, _)| start);
    case.url = format!("{list}/freights/{}", freight.meta.name);
    let status: FreightStatus = freight.of("status").unwrap_or_default();
    if status.approved_for.contains_key(&name) {
        case.object(
            format!("{} is approved for {name} already", called(&freight)),
            "nothing",
        );
    }
    let what = format!(
        "approve {} for the Stage {}",
        called(&freight),
        stage.place()
    );
    // Kargo keeps whole seconds.
    let at = Timestamp::from_seconds(case.order.at.micros() / 1_000_000).to_string();
    let mut changes = Vec::new();
    for (path, parent) in [
        ("/status", &["status"][..]),
        ("/status/approvedFor", &["status", "approvedFor"]),
    ] {
        if freight
            .raw
            .pointer(&pointer(parent))
            .is_none_or(Value::is_null)
        {
            changes.push(json!({"op": "add", "path": path, "value": {}}));
        }
    }
    let path = pointer(&["status", "approvedFor", &name]);
    changes.push(json!({"op": "add", "path": path, "value": {"approvedAt": at}}));
    case.object = freight;
    let mark = Mark::Left {
        pointer: format!("{path}/approvedAt"),
        value: at,
    };
    case.patch_known(what, "/status", (&[&path], changes), mark);
    Ok(())
}

fn abort(case: &mut Case<'_>) -> Result<(), ConnectorError> {
    let phase = case
        .object
        .text("/status/phase")
        .unwrap_or("Pending")
        .to_owned();
    if !matches!(phase.as_str(), "Pending" | "Running") {
        return Err(case.nothing(format!("it is over: {phase}")));
    }
    let what = format!("abort {}", case.name());
    let abort = json!({"action": "terminate"}).to_string();
    let name = "kargo.akuity.io/abort";
    let path = pointer(&["metadata", "annotations", name]);
    case.patch_noting(what, &[&path], Vec::new(), &[(name, &abort)]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freight_is_unfit_where_one_stage_of_all_has_not_verified_it() {
        let freight = json!({"metadata": {"name": "f"}, "status": {"verifiedIn": {"qa": {}}}});
        let freight = Object::read(freight).unwrap();
        let unfit = |strategy: Value, direct: bool| {
            let sources = json!({"stages": ["qa", "uat"], "availabilityStrategy": strategy, "direct": direct});
            let spec = json!({"requestedFreight": [{"sources": sources}]});
            super::unfit(&serde_json::from_value(spec).unwrap(), "prod", &freight)
        };
        assert_eq!(unfit(json!(null), false), None);
        assert_eq!(unfit(json!("OneOf"), false), None);
        assert_eq!(unfit(json!("All"), false).as_deref(), Some("qa, uat"));
        assert_eq!(unfit(json!("All"), true), None);
    }
}
