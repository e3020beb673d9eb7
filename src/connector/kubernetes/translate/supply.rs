//! Cartographer's Workloads and Deliverables: what each of their resources made of which revision is told as a task that ran; an image among its outputs is an
//! artifact. They are only read: Cartographer has nothing that one could ask of it.

use super::{Times, key};
use crate::connector::image::Reference;
use crate::connector::kubernetes::client::Resource;
use crate::connector::kubernetes::family::{Family, Seen, Told};
use crate::connector::kubernetes::wire::flux::commit;
use crate::connector::kubernetes::wire::runs::{Spec, Stamped, Status};
use crate::connector::kubernetes::wire::{condition, is_sha};
use crate::event::kind::{Outcome, Run, RunKind};

pub struct Workloads;
pub struct Deliverables;

impl Family for Workloads {
    fn resource(&self) -> Resource {
        Resource {
            group: "carto.run",
            plural: "workloads",
            kind: "Workload",
        }
    }

    fn word(&self) -> &'static str {
        "workload"
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        told(self, seen)
    }
}

impl Family for Deliverables {
    fn resource(&self) -> Resource {
        Resource {
            group: "carto.run",
            plural: "deliverables",
            kind: "Deliverable",
        }
    }

    fn word(&self) -> &'static str {
        "deliverable"
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        told(self, seen)
    }
}

fn told(family: &dyn Family, seen: &Seen<'_>) -> Result<Told, String> {
    let object = seen.object;
    let mut told = Told::default();
    let spec: Spec = object.of("spec")?;
    let status: Status = object.of("status")?;
    let revision = status.resources.iter().find_map(sha);
    for resource in &status.resources {
        let ready = condition(&resource.conditions, "Ready")
            .or_else(|| condition(&resource.conditions, "Healthy"));
        let at = ready.and_then(|one| one.last_transition_time);
        // What does not say when is told by nobody.
        let (Some(at), Some(output)) = (at, resource.outputs.first()) else {
            continue;
        };
        let outcome = match ready.map(|one| one.status.as_str()) {
            Some("True") => Outcome::Success,
            Some("False") => Outcome::Failure,
            _ => continue,
        };
        let made = output.digest.rsplit(':').next().unwrap_or_default();
        let made = made.get(..12).unwrap_or(made);
        let image = resource.outputs.iter().find(|one| one.name == "image");
        let image = image.map(|one| one.preview.trim().to_owned());
        let image = image.filter(|image| image.contains('@'));
        let fact = Run {
            run: format!("{}@{}-{made}", key(family, object), resource.name),
            name: Some(resource.name.clone()),
            sha: sha(resource).or_else(|| revision.clone()),
            repository: spec.repository(&status, object),
            artifact: image
                .as_deref()
                .map(|image| Reference::read(image).image().artifact),
            kind: RunKind::Task,
            ..Run::default()
        };
        let times = Times {
            ended: Some((at, outcome)),
            ..Times::default()
        };
        told.run(seen, &fact, times);
        if let (Some(image), Outcome::Success) = (&image, outcome) {
            told.packaged(seen, &fact, at, Reference::read(image));
        }
    }
    Ok(told)
}

/// The commit among the outputs of a resource.
fn sha(resource: &Stamped) -> Option<String> {
    let output = resource.outputs.iter().find(|one| one.name == "revision")?;
    let text = output.preview.trim();
    let found = commit(text).or_else(|| Some(text).filter(|text| is_sha(text)));
    found.map(str::to_owned)
}
