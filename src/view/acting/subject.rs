//! What is in front, as something that can be acted on. A page says what it is ([`Page::subject`](crate::view::page::Page::subject)); what can be done
//! with it is the same everywhere.

use crate::intent::Intent;
use crate::view::page::Hint;
use crate::view::scene::Scene;

/// What is in front. Whatever is told more exactly goes before what is told less so: a gate before its workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub workload: Option<String>,
    pub environment: Option<String>,
    /// A version that was or is there: tag, sha or digest.
    pub version: Option<String>,
    pub deployment: Option<String>,
    /// Gates, each with its workload.
    pub gates: Vec<(String, String)>,
    pub change: Option<String>,
    pub incident: Option<String>,
    /// An action that waits for a second person.
    pub action: Option<String>,
}

impl Subject {
    #[must_use]
    pub fn workload(name: Option<String>) -> Self {
        Self {
            workload: name,
            ..Self::default()
        }
    }
}

/// The keys that act on what is in front, each with what speaks against it.
#[must_use]
pub fn hints(subject: &Subject, scene: &Scene) -> Vec<Hint> {
    if subject.workload.is_none() && subject.gates.is_empty() {
        return Vec::new();
    }
    let mut intents = [
        (Intent::Promote, "promote"),
        (Intent::Rollback, "roll back"),
        (Intent::Approve, "approve"),
        (Intent::Reject, "reject"),
        (Intent::Retry, "retry"),
        (Intent::Hold, "hold"),
        (Intent::Declare, "declare"),
    ];
    if !subject.gates.is_empty() {
        // Who looks at a gate wants to decide it.
        intents.rotate_left(2);
    }
    let offered = intents
        .into_iter()
        .filter(|(intent, _)| super::offer(*intent, subject, scene).is_ok());
    let held = subject.environment.as_ref().is_some_and(|place| {
        let known = subject
            .workload
            .as_ref()
            .and_then(|name| scene.workload(name));
        let detail = known.and_then(|one| one.detail.as_ref());
        let mut all = detail.into_iter().flat_map(|one| &one.environments);
        all.any(|one| one.environment == *place && one.held.is_some())
    });
    offered
        .map(|(intent, text)| match intent {
            Intent::Hold if held => Hint::new(intent, "release"),
            _ => Hint::new(intent, text),
        })
        .collect()
}
