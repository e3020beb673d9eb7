//! What Flux fetches: git repositories, OCI artifacts, buckets, indexes of charts. Each revision that was fetched is a task that came to its end, with its commit
//! where it has one: the step between a commit and its Kustomization. That it cannot be fetched is a task that failed.

use super::{Times, key};
use crate::connector::environment::labelled;
use crate::connector::image::Reference;
use crate::connector::kubernetes::client::Resource;
use crate::connector::kubernetes::family::{Family, Seen, Told};
use crate::connector::kubernetes::wire::flux::{Spec, Status, commit, mark, not_ready, version};
use crate::connector::kubernetes::wire::runs::repository;
use crate::connector::kubernetes::wire::{Object, condition};
use crate::event::kind::{Outcome, Run, RunKind};

/// A kind of source.
pub struct Source {
    plural: &'static str,
    kind: &'static str,
    word: &'static str,
}

pub static GIT: Source = Source {
    plural: "gitrepositories",
    kind: "GitRepository",
    word: "gitrepository",
};
pub static OCI: Source = Source {
    plural: "ocirepositories",
    kind: "OCIRepository",
    word: "ocirepository",
};
pub static HELM: Source = Source {
    plural: "helmrepositories",
    kind: "HelmRepository",
    word: "helmrepository",
};
pub static BUCKET: Source = Source {
    plural: "buckets",
    kind: "Bucket",
    word: "bucket",
};

/// What whoever packed an OCI artifact wrote on it: the commit, and where that is from.
const REVISION: &str = "org.opencontainers.image.revision";
const ORIGIN: &str = "org.opencontainers.image.source";

impl Family for Source {
    fn resource(&self) -> Resource {
        Resource {
            group: "source.toolkit.fluxcd.io",
            plural: self.plural,
            kind: self.kind,
        }
    }

    fn word(&self) -> &'static str {
        self.word
    }

    fn ails(&self, object: &Object) -> Option<String> {
        not_ready(object)
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let spec: Spec = object.of("spec")?;
        let status: Status = object.of("status")?;
        let mut told = Told::default();
        let ready = condition(&status.conditions, "Ready");
        let changed = ready.and_then(|one| one.last_transition_time);
        let mut fact = Run {
            name: Some(format!("fetch {}", object.meta.name)),
            repository: repository(&spec.url).filter(|_| !spec.url.starts_with("oci://")),
            environment: labelled(&object.meta.labels),
            kind: RunKind::Task,
            ..Run::default()
        };
        if let (Some("False"), Some(at)) = (ready.map(|one| one.status.as_str()), changed) {
            let run = Run {
                run: format!("{}@failed-{at}", key(self, object)),
                ..fact.clone()
            };
            told.run(seen, &run, over((at, Outcome::Failure)));
        }
        let Some(artifact) = status.artifact.filter(|one| !one.revision.is_empty()) else {
            return Ok(told);
        };
        let note = |name: &str| artifact.metadata.get(name).map(String::as_str);
        let of = commit(&artifact.revision).or_else(|| commit(note(REVISION)?));
        fact.run = format!("{}@{}", key(self, object), mark(&artifact.revision));
        fact.sha = of.map(str::to_owned);
        fact.repository = fact.repository.or_else(|| repository(note(ORIGIN)?));
        if let Some(name) = spec.url.strip_prefix("oci://") {
            let (_, digest) = artifact.revision.split_once('@').unwrap_or_default();
            let image = Reference {
                name,
                tag: version(&artifact.revision),
                digest: Some(digest).filter(|digest| !digest.is_empty()),
            };
            fact.artifact = Some(image.image().artifact);
        }
        let at = artifact.last_update_time.or(changed).unwrap_or(seen.now);
        told.run(seen, &fact, over((at, Outcome::Success)));
        Ok(told)
    }
}

/// When it began nobody says.
fn over(end: (crate::event::time::Timestamp, Outcome)) -> Times {
    Times {
        ended: Some(end),
        ..Times::default()
    }
}
