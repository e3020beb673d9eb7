//! What an ask names, found in a workload: an environment's step, a version.

use super::Refusal;
use crate::model::definition::StepKind;
use crate::model::version::{self, Version};
use crate::model::{Workload, step};

/// The step that deploys to an environment.
pub fn place(workload: &Workload, environment: &str) -> Result<usize, Refusal> {
    step::of_environment(workload, environment).ok_or_else(|| {
        let steps = workload.path.steps.iter();
        let known: Vec<&str> = steps
            .filter(|step| step.kind == StepKind::Deploy)
            .filter_map(|step| step.environment.as_deref())
            .collect();
        Refusal::new(
            "unknown",
            format!("no step of {} deploys to {environment:?}", workload.name()),
        )
        .hinted(format!(
            "these environments are on its path: {}",
            known.join(", ")
        ))
    })
}

/// The one version of a name.
pub fn one(workload: &Workload, name: &str) -> Result<Version, Refusal> {
    let mut found = version::named(workload, name);
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Refusal::new(
            "unknown",
            format!("{} has no version {name:?}", workload.name()),
        )
        .hinted("name a version, tag, digest, or the first seven digits of a commit")),
        _ => {
            let names: Vec<String> = found
                .iter()
                .map(|version| version.sha.clone().unwrap_or_else(|| version.name()))
                .collect();
            Err(
                Refusal::new("ambiguous", format!("{name:?} could be several things"))
                    .hinted(format!("which of {}?", names.join(", "))),
            )
        }
    }
}
