//! The template of typed steps that a workload travels: their order, which of them a team may not swap, what each asks for.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::Way;
use super::pattern::Pattern;
use super::schedule::Freeze;
use super::value::{TextSchema, optional_text};
use crate::event::time::Span;

/// A path to production.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Path {
    #[schemars(length(min = 1))]
    pub name: String,
    /// The workloads that it takes by itself. Default: none.
    pub selector: Option<Selector>,
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
    /// When nothing may go to an environment.
    #[serde(default)]
    pub freezes: Vec<Freeze>,
}

/// Which workloads a path takes: those that carry all of these labels. Without any label: all that no other path takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Selector {
    pub labels: BTreeMap<String, String>,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    #[schemars(length(min = 1))]
    pub name: String,
    pub kind: StepKind,
    /// Where it deploys to, or where it runs.
    #[schemars(length(min = 1))]
    pub environment: Option<String>,
    /// The steps that must be done before. Default: the step before it.
    #[schemars(inner(length(min = 1)))]
    pub needs: Option<Vec<String>>,
    /// Whether a workload may not choose another tool for it.
    #[serde(default)]
    pub locked: bool,
    /// Why it is locked: told to whoever is refused.
    #[schemars(length(min = 1))]
    pub reason: Option<String>,
    /// The tool whose events fill the step. Default: any that sends its kind.
    #[schemars(length(min = 1))]
    pub from: Option<String>,
    /// Other tools whose events fill it as well: the one before a swap, the one that is tried out. Default: none.
    #[serde(default)]
    #[schemars(inner(length(min = 1)))]
    pub accepts: Vec<String>,
    /// The name of the run that fills the step. Default: any.
    #[serde(rename = "match")]
    pub matching: Option<Pattern>,
    /// How many findings of each severity a scan may have.
    pub limits: Option<Limits>,
    /// How old its evidence may be.
    #[serde(default, with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Span>>")]
    pub fresh: Option<Span>,
    /// Who decides: names, or `@team`.
    #[serde(default)]
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub approvers: Vec<String>,
    /// How long the step may take before it is called late.
    #[serde(default, with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Span>>")]
    pub within: Option<Span>,
    /// What a person confirms with before leadtime acts here. Default: typed for production and for approving a gate that opens it, else yes.
    pub confirm: Option<Confirm>,
    /// How long it has to run before the next step may start.
    #[serde(default, with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Span>>")]
    pub soak: Option<Span>,
    /// How many people must approve, where the decision is made in leadtime. Default: one.
    #[schemars(range(min = 1))]
    pub approvals: Option<u32>,
    /// Whether who wrote a change may not decide on it.
    #[serde(default)]
    pub four_eyes: bool,
    /// How a version is brought here.
    pub promote: Option<Way>,
    /// How an earlier version is brought back. Default: as `promote`.
    pub rollback: Option<Way>,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    Code,
    Review,
    Test,
    Build,
    Scan,
    Configure,
    Gate,
    Deploy,
    Verify,
}

impl StepKind {
    /// As it is written in a file and in events.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Review => "review",
            Self::Test => "test",
            Self::Build => "build",
            Self::Scan => "scan",
            Self::Configure => "configure",
            Self::Gate => "gate",
            Self::Deploy => "deploy",
            Self::Verify => "verify",
        }
    }
}

/// How a person confirms: a key, the typed name of the workload, or a second person.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confirm {
    Yes,
    Typed,
    Second,
}

/// How many findings of each severity are allowed. Default: any number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub critical: Option<u32>,
    pub high: Option<u32>,
    pub medium: Option<u32>,
    pub low: Option<u32>,
}

impl Path {
    /// What the step at `place` needs: what it says, else the step before it.
    #[must_use]
    pub fn needs(&self, place: usize) -> Vec<String> {
        let Some(step) = self.steps.get(place) else {
            return Vec::new();
        };
        let before = || place.checked_sub(1).and_then(|place| self.steps.get(place));
        match &step.needs {
            Some(needs) => needs.clone(),
            None => before().map(|step| step.name.clone()).into_iter().collect(),
        }
    }

    /// The steps with `needs` filled in, each after all that it needs, else in the order of the file. Steps of a circle are left out; a file with
    /// one is refused when it is read.
    #[must_use]
    pub fn resolved_steps(&self) -> Vec<Step> {
        let mut waiting: Vec<Step> = self
            .steps
            .iter()
            .enumerate()
            .map(|(place, step)| Step {
                needs: Some(self.needs(place)),
                ..step.clone()
            })
            .collect();
        let mut done = BTreeSet::new();
        let mut ordered = Vec::with_capacity(waiting.len());
        while let Some(place) = waiting.iter().position(|step| {
            let needs = step.needs.as_deref().unwrap_or_default();
            needs.iter().all(|name| done.contains(name))
        }) {
            let step = waiting.remove(place);
            done.insert(step.name.clone());
            ordered.push(step);
        }
        ordered
    }
}
