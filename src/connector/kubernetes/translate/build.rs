//! kpack's Builds: each is a run of the build of its Image, of the commit that kpack resolved, and has made an image when it succeeded.

use super::{Times, key};
use crate::connector::image::Reference;
use crate::connector::kubernetes::client::{Resource, Wanted};
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::runs::{Spec, Status};
use crate::connector::kubernetes::wire::{Object, condition, is_sha};
use crate::event::kind::{Outcome, Run, RunKind};

pub struct Builds;

/// Where a Build says which Image it is of, and which of its Builds it is.
pub const IMAGE: &str = "image.kpack.io/image";
pub const NUMBER: &str = "image.kpack.io/buildNumber";

impl Family for Builds {
    fn resource(&self) -> Resource {
        Resource {
            group: "kpack.io",
            plural: "builds",
            kind: "Build",
        }
    }

    fn word(&self) -> &'static str {
        "build"
    }

    fn needed(&self, object: &Object) -> Vec<Wanted> {
        let image = object.label(IMAGE);
        let wanted = image.map(|image| Wanted {
            resource: self.resource(),
            namespace: object.meta.namespace.clone(),
            name: None,
            labels: [(IMAGE.to_owned(), image.to_owned())].into(),
        });
        wanted.into_iter().collect()
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let mut told = Told::default();
        let spec: Spec = object.of("spec")?;
        let status: Status = object.of("status")?;
        let git = spec.source.git.as_ref();
        let sha = git.map(|git| git.revision.clone());
        let made = Some(status.latest_image.as_str()).filter(|image| !image.is_empty());
        let fact = Run {
            run: format!("{}@{}", key(self, object), object.mark()),
            name: Some(object.label(IMAGE).unwrap_or(&object.meta.name).to_owned()),
            sha: sha.filter(|sha| is_sha(sha)),
            repository: spec.repository(&status, object),
            artifact: made.map(|image| Reference::read(image).image().artifact),
            kind: RunKind::Build,
            ..Run::default()
        };
        let succeeded = condition(&status.conditions, "Succeeded");
        let outcome = match succeeded.map(|one| one.status.as_str()) {
            Some("True") => Some(Outcome::Success),
            Some("False") => Some(Outcome::Failure),
            Some("Unknown") | None => None,
            Some(other) => {
                seen.unknown("Succeeded.status", other);
                None
            }
        };
        let at = succeeded.and_then(|one| one.last_transition_time);
        let at = at.unwrap_or(seen.now);
        let times = Times {
            queued: None,
            started: object.meta.creation_timestamp,
            ended: outcome.map(|outcome| (at, outcome)),
        };
        told.run(seen, &fact, times);
        if let (Some(image), Some(Outcome::Success)) = (made, outcome) {
            let mut image = Reference::read(image);
            // What it is called, kpack says in its tags.
            let tag = spec.tags.iter().map(|tag| Reference::read(tag));
            image.tag = image
                .tag
                .or_else(|| tag.into_iter().find_map(|one| one.tag));
            told.packaged(seen, &fact, at, image);
        }
        Ok(told)
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Build)
    }
}
