//! Which workloads a service, a repository or an artifact belongs to.

use rustc_hash::FxHashMap;

use super::Engine;
use crate::fold::artifact_name;

/// Places of workloads, in the order of the engine's definitions, by what they have.
#[derive(Debug, Default)]
pub struct Owners {
    services: FxHashMap<String, Vec<usize>>,
    repositories: FxHashMap<String, Vec<usize>>,
    artifacts: FxHashMap<String, Vec<usize>>,
}

impl Owners {
    #[must_use]
    pub fn of(engine: &Engine) -> Self {
        let mut owners = Self::default();
        for (place, definition) in engine.definitions().iter().enumerate() {
            let of = [
                (&mut owners.services, &definition.services),
                (&mut owners.repositories, &definition.repositories),
                (&mut owners.artifacts, &definition.artifacts),
            ];
            for (known, names) in of {
                for name in names {
                    known.entry(name.clone()).or_default().push(place);
                }
            }
        }
        owners
    }

    /// The workloads of what an event names: by its service; else by its repository, told apart by the artifact where several share it.
    #[must_use]
    pub fn find(
        &self,
        service: Option<&str>,
        repository: Option<&str>,
        artifact: Option<&str>,
    ) -> &[usize] {
        let service = get(&self.services, service);
        if !service.is_empty() {
            return service;
        }
        let repository = get(&self.repositories, repository);
        if repository.len() == 1 {
            return repository;
        }
        let name = artifact.map(artifact_name);
        let artifact = get(&self.artifacts, name.as_deref());
        if artifact.is_empty() {
            repository
        } else {
            artifact
        }
    }
}

fn get<'a>(known: &'a FxHashMap<String, Vec<usize>>, name: Option<&str>) -> &'a [usize] {
    let found = name.and_then(|name| known.get(name));
    found.map_or(&[], Vec::as_slice)
}
