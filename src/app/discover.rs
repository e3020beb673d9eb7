//! Which workloads there are when nobody has written them down, and which partitions a workload is made of.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::fold::{Catalogue, Class};
use crate::model::definition::Definition;

/// The workloads that the events show: each service with the repositories and artifacts that were named with it, and each repository that no service was
/// named with.
#[must_use]
pub fn workloads(catalogue: &Catalogue) -> Vec<Definition> {
    let mut found = Vec::new();
    let mut served: FxHashSet<String> = FxHashSet::default();
    let mut names: FxHashSet<String> = FxHashSet::default();
    for (number, summary) in catalogue.of_class(Class::Service) {
        let repositories = related(catalogue, number, Class::Repository);
        served.extend(repositories.iter().cloned());
        names.insert(summary.key.to_string());
        found.push(Definition {
            name: summary.key.to_string(),
            services: vec![summary.key.to_string()],
            artifacts: related(catalogue, number, Class::Artifact),
            repositories,
            ..Definition::default()
        });
    }
    let repositories: Vec<(u32, &str)> = catalogue
        .of_class(Class::Repository)
        .filter(|(_, summary)| summary.events > 0 && !served.contains(&*summary.key))
        .map(|(number, summary)| (number, summary.key.as_str()))
        .collect();
    let mut short: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, repository) in &repositories {
        *short.entry(last_part(repository)).or_default() += 1;
    }
    for (number, repository) in repositories {
        let name = last_part(repository);
        let taken = short.get(name).is_some_and(|count| *count > 1) || names.contains(name);
        found.push(Definition {
            name: if taken { repository } else { name }.to_owned(),
            repositories: vec![repository.to_owned()],
            artifacts: related(catalogue, number, Class::Artifact),
            ..Definition::default()
        });
    }
    found.sort_by(|one, two| one.name.cmp(&two.name));
    found
}

fn last_part(repository: &str) -> &str {
    let repository = repository.trim_end_matches('/');
    repository.rsplit('/').next().unwrap_or(repository)
}

fn related(catalogue: &Catalogue, number: u32, class: Class) -> Vec<String> {
    catalogue
        .related(number)
        .filter_map(|other| catalogue.partitions.get(other as usize))
        .filter(|summary| summary.class == class)
        .map(|summary| summary.key.to_string())
        .collect()
}

/// What some workload claims for itself.
#[derive(Debug, Default)]
pub struct Claims {
    pub services: FxHashSet<String>,
    pub artifacts: FxHashSet<String>,
}

impl Claims {
    #[must_use]
    pub fn of(definitions: &[Definition]) -> Self {
        let services = definitions
            .iter()
            .flat_map(|one| one.services.iter().cloned());
        let artifacts = definitions
            .iter()
            .flat_map(|one| one.artifacts.iter().cloned());
        Self {
            services: services.collect(),
            artifacts: artifacts.collect(),
        }
    }
}

/// A workload as configured, with what was left to be found: the services and artifacts that its repositories were named with and that no other workload
/// claims. A part of a monorepo names its own.
#[must_use]
pub fn complete(definition: Definition, claims: &Claims, catalogue: &Catalogue) -> Definition {
    let mut definition = definition;
    if definition.parts.is_some() {
        return definition;
    }
    let numbers: Vec<u32> = definition
        .repositories
        .iter()
        .filter_map(|repository| catalogue.number(Class::Repository, repository))
        .collect();
    let find = |class: Class, claimed: &FxHashSet<String>| -> Vec<String> {
        numbers
            .iter()
            .flat_map(|number| related(catalogue, *number, class))
            .filter(|name| !claimed.contains(name))
            .collect()
    };
    if definition.services.is_empty() {
        definition.services = find(Class::Service, &claims.services);
    }
    if definition.artifacts.is_empty() {
        definition.artifacts = find(Class::Artifact, &claims.artifacts);
    }
    definition
}

/// A workload, with what a catalogue of components says of it where nobody has written it down: its team, and as labels its system and its lifecycle.
#[must_use]
pub fn described(definition: Definition, catalogue: &Catalogue) -> Definition {
    let said = catalogue
        .described(Class::Service, &definition.services)
        .or_else(|| catalogue.described(Class::Repository, &definition.repositories));
    let Some(said) = said else {
        return definition;
    };
    let mut definition = definition;
    definition.team = definition.team.or_else(|| said.team.clone());
    for (label, text) in [("system", &said.system), ("lifecycle", &said.lifecycle)] {
        if let Some(text) = text {
            let labels = &mut definition.labels;
            labels
                .entry(label.to_owned())
                .or_insert_with(|| text.clone());
        }
    }
    definition
}

/// The partitions that hold what is known of a workload; which tickets have to do with it is known from these.
#[must_use]
pub fn partitions(definition: &Definition, catalogue: &Catalogue) -> Vec<u32> {
    let of = |class: Class, keys: &[String]| -> Vec<u32> {
        keys.iter()
            .filter_map(|key| catalogue.number(class, key))
            .collect()
    };
    let mut numbers = of(Class::Repository, &definition.repositories);
    numbers.extend(of(Class::Service, &definition.services));
    numbers.extend(of(Class::Artifact, &definition.artifacts));
    numbers.extend(catalogue.number(Class::Marks, ""));
    numbers.retain(|number| {
        catalogue
            .partitions
            .get(*number as usize)
            .is_some_and(|summary| summary.events > 0)
    });
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
