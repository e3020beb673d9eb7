//! Changes of a repository that touch the `paths` of none of its workloads: nobody delivers them. It is known once each of its workloads was looked at.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::model::Workload;

/// By repository, the merged changes that none of the workloads looked at so far calls its own.
#[derive(Default)]
pub(super) struct Outside {
    of: BTreeMap<String, FxHashSet<String>>,
}

impl Outside {
    /// Takes what another workload leaves out.
    pub(super) fn take(&mut self, workload: &Workload) {
        for repository in &workload.definition.repositories {
            let name = workload.names.get(repository);
            let all = workload.outside.iter();
            let own = all.filter(|one| one.repository == name && name.is_some());
            let ids = own.map(|one| workload.text(one.change));
            if let Some(known) = self.of.get_mut(repository) {
                let ids: FxHashSet<&str> = ids.collect();
                known.retain(|id| ids.contains(id.as_str()));
            } else {
                let ids = ids.map(str::to_owned).collect();
                self.of.insert(repository.clone(), ids);
            }
        }
    }

    /// The repositories that have such changes: how many, and one of them.
    pub(super) fn found(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        self.of.iter().filter_map(|(repository, ids)| {
            let example = ids.iter().min()?;
            Some((repository.as_str(), ids.len() as u64, example.as_str()))
        })
    }
}
