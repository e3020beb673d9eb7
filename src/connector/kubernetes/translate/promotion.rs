//! Kargo's Promotions: each brings a Freight to a Stage, and so is a deployment of the project (the namespace) to the environment that the Stage is called.

use super::{Attempt, deployed, key};
use crate::connector::image::Reference;
use crate::connector::kubernetes::client::{Resource, Wanted};
use crate::connector::kubernetes::cursor::Home;
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::Object;
use crate::connector::kubernetes::wire::kargo::{Contents, PromotionSpec, PromotionStatus};
use crate::event::kind::{self, Outcome};

pub struct Promotions;
pub struct Stages;

pub const FREIGHT: Resource = Resource {
    group: "kargo.akuity.io",
    plural: "freights",
    kind: "Freight",
};

pub const STAGES: Resource = Resource {
    group: "kargo.akuity.io",
    plural: "stages",
    kind: "Stage",
};

fn wanted(object: &Object, resource: Resource, name: Option<String>) -> Wanted {
    Wanted {
        resource,
        namespace: object.meta.namespace.clone(),
        name,
        labels: std::collections::BTreeMap::new(),
    }
}

impl Family for Promotions {
    fn resource(&self) -> Resource {
        Resource {
            group: "kargo.akuity.io",
            plural: "promotions",
            kind: "Promotion",
        }
    }

    fn word(&self) -> &'static str {
        "promotion"
    }

    fn beside(&self, object: &Object) -> Vec<Wanted> {
        let spec: PromotionSpec = object.of("spec").unwrap_or_default();
        let status: PromotionStatus = object.of("status").unwrap_or_default();
        if spec.freight.is_empty() || status.freight.is_some() {
            return Vec::new();
        }
        vec![wanted(object, FREIGHT, Some(spec.freight))]
    }

    fn needed(&self, object: &Object) -> Vec<Wanted> {
        let stage = object.text("/spec/stage").map(str::to_owned);
        vec![wanted(object, FREIGHT, None), wanted(object, STAGES, stage)]
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let mut told = Told::default();
        let spec: PromotionSpec = object.of("spec")?;
        let status: PromotionStatus = object.of("status")?;
        let beside = seen.nth(0).first();
        let beside = beside.and_then(|freight| serde_json::from_value(freight.raw.clone()).ok());
        let contents: Contents = status.freight.clone().or(beside).unwrap_or_default();
        let home = Home {
            service: object.meta.namespace.clone(),
            environment: Some(spec.stage.clone()).filter(|stage| !stage.is_empty()),
        };
        let id = format!("{}@{}", key(self, object), object.mark());
        let mut fact = deployed(&home, &id);
        name(&mut fact, &contents);
        let mut attempt = Attempt {
            seen,
            told: &mut told,
            id,
            fact,
        };
        let outcome = match status.phase.as_str() {
            "" | "Pending" | "Running" => None,
            "Succeeded" => Some(Outcome::Success),
            "Failed" | "Errored" => Some(Outcome::Failure),
            "Aborted" => Some(Outcome::Cancelled),
            other => {
                seen.unknown("status.phase", other);
                Some(Outcome::Other)
            }
        };
        let began = status.started_at.or(object.meta.creation_timestamp);
        match outcome {
            None => attempt.begun(began.unwrap_or(seen.now), ""),
            Some(outcome) => {
                let at = status.finished_at.unwrap_or(seen.now);
                attempt.ended("finished", at, outcome, began);
            }
        }
        Ok(told)
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Kargo)
    }
}

/// What a Freight brings: named where it is one image, one commit.
fn name(fact: &mut kind::Deployment<String>, contents: &Contents) {
    if let [image] = contents.images.as_slice() {
        let reference = Reference {
            name: &image.repo_url,
            tag: Some(image.tag.as_str()).filter(|tag| !tag.is_empty()),
            digest: Some(image.digest.as_str()).filter(|digest| !digest.is_empty()),
        };
        let image = reference.image();
        fact.artifact = Some(image.artifact);
        fact.version = image.version;
    }
    if let [commit] = contents.commits.as_slice() {
        fact.sha = Some(commit.id.clone()).filter(|id| !id.is_empty());
    }
}

/// Only acted on: what a Stage has done its Promotions tell.
impl Family for Stages {
    fn resource(&self) -> Resource {
        STAGES
    }

    fn word(&self) -> &'static str {
        "stage"
    }

    fn is_read(&self) -> bool {
        false
    }

    fn needed(&self, object: &Object) -> Vec<Wanted> {
        let own = Some(object.meta.name.clone());
        vec![wanted(object, FREIGHT, None), wanted(object, STAGES, own)]
    }

    fn tell(&self, _seen: &Seen<'_>) -> Result<Told, String> {
        Ok(Told::default())
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Kargo)
    }
}
