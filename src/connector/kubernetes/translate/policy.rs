//! Flux's `ImagePolicies`: the newest image that fits a policy has been published by then.

use super::key;
use crate::connector::image::Reference;
use crate::connector::kubernetes::client::Resource;
use crate::connector::kubernetes::family::{Family, Seen, Told};
use crate::connector::kubernetes::wire::condition;
use crate::connector::kubernetes::wire::flux::Status;
use crate::event::kind::{Artifact, ArtifactPhase, Kind};

pub struct ImagePolicies;

impl Family for ImagePolicies {
    fn resource(&self) -> Resource {
        Resource {
            group: "image.toolkit.fluxcd.io",
            plural: "imagepolicies",
            kind: "ImagePolicy",
        }
    }

    fn word(&self) -> &'static str {
        "imagepolicy"
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let status: Status = seen.object.of("status")?;
        let latest = status.latest_ref.as_ref();
        let reference = match latest.filter(|one| !one.name.is_empty()) {
            Some(one) => Reference {
                name: &one.name,
                tag: Some(one.tag.as_str()).filter(|tag| !tag.is_empty()),
                digest: Some(one.digest.as_str()).filter(|digest| !digest.is_empty()),
            },
            None => Reference::read(&status.latest_image),
        };
        let mut told = Told::default();
        let Some(tag) = reference.tag.filter(|_| !reference.name.is_empty()) else {
            return Ok(told);
        };
        let ready = condition(&status.conditions, "Ready");
        let seen_at = ready.and_then(|one| one.last_transition_time);
        let image = reference.image();
        let fact = Artifact {
            artifact: image.artifact,
            version: image.version,
            digest: reference.digest.map(str::to_owned),
            phase: ArtifactPhase::Published,
            ..Artifact::default()
        };
        let what = reference.digest.unwrap_or(tag);
        let id = format!("{}@{what}/published", key(self, seen.object));
        let at = seen_at.unwrap_or(seen.now);
        told.events
            .push(seen.origin.event(id, at, Kind::Artifact(fact)));
        Ok(told)
    }
}
