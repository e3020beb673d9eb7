//! What is delivered as one: which repositories, services and artifacts belong to a workload, and which path it travels.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Config;
use super::act::Way;
use super::path::{Path, Step, StepKind};
use super::pattern::{Choice, DeploymentRule, Pattern};
use super::value::{TextSchema, optional_text};
use crate::event::time::Span;

/// What is delivered as one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    #[schemars(length(min = 1))]
    pub name: String,
    #[schemars(length(min = 1))]
    pub team: Option<String>,
    /// What selectors look at.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The path that it travels. Default: the one whose selector fits; else one derived from its events.
    #[schemars(length(min = 1))]
    pub path: Option<String>,
    /// Ids of repositories as the events carry them; a leading `!` leaves out.
    #[serde(default)]
    pub repositories: Vec<Choice>,
    /// The part of its repositories that is its own; a leading `!` leaves out. Default: all.
    #[serde(default)]
    pub paths: Vec<Choice>,
    /// Names as deployers and incident tools carry them.
    #[serde(default)]
    pub services: Vec<Pattern>,
    /// Names of images and packages.
    #[serde(default)]
    pub artifacts: Vec<Pattern>,
    /// The team's own choice of tool for a step that is not locked.
    #[serde(default)]
    pub steps: BTreeMap<String, StepChoice>,
    /// What stands for a deployment to production where no tool reports one.
    pub deployments: Option<DeploymentRule>,
}

/// What a workload may choose for itself in a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StepChoice {
    /// The tool whose events fill the step.
    #[schemars(length(min = 1))]
    pub from: Option<String>,
    /// Other tools whose events fill it as well: the one before a swap, the one that is tried out.
    #[schemars(inner(length(min = 1)))]
    pub accepts: Option<Vec<String>>,
    /// The name of the run that fills the step.
    #[serde(rename = "match")]
    pub matching: Option<Pattern>,
    /// Who decides: names, or `@team`.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub approvers: Option<Vec<String>>,
    /// How long the step may take before it is called late.
    #[serde(with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Span>>")]
    pub within: Option<Span>,
    /// How long it has to run before the next step may start.
    #[serde(with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Span>>")]
    pub soak: Option<Span>,
    /// How a version is brought here.
    pub promote: Option<Way>,
    /// How an earlier version is brought back. Default: as `promote`.
    pub rollback: Option<Way>,
}

impl StepChoice {
    fn fill(&self, step: &mut Step) {
        if let Some(from) = &self.from {
            step.from = Some(from.clone());
        }
        if let Some(accepts) = &self.accepts {
            step.accepts.clone_from(accepts);
        }
        if let Some(matching) = &self.matching {
            step.matching = Some(matching.clone());
        }
        if let Some(approvers) = &self.approvers {
            step.approvers.clone_from(approvers);
        }
        step.within = self.within.or(step.within);
        step.soak = self.soak.or(step.soak);
        if let Some(promote) = &self.promote {
            step.promote = Some(promote.clone());
            step.rollback.clone_from(&self.rollback);
        } else if self.rollback.is_some() {
            step.rollback.clone_from(&self.rollback);
        }
    }
}

/// How well the paths fit a workload by their selectors.
pub(super) enum Fit<'a> {
    None,
    One(&'a Path),
    /// Several fit equally well.
    Several(Vec<&'a Path>),
}

impl Workload {
    /// The paths whose selector fits best: more labels asked for is more to the point.
    pub(super) fn fit<'a>(&self, paths: &'a [Path]) -> Fit<'a> {
        let fitting: Vec<(usize, &Path)> = paths
            .iter()
            .filter_map(|path| {
                let labels = &path.selector.as_ref()?.labels;
                let fits = labels
                    .iter()
                    .all(|(key, value)| self.labels.get(key) == Some(value));
                fits.then_some((labels.len(), path))
            })
            .collect();
        let Some(best) = fitting.iter().map(|(count, _)| *count).max() else {
            return Fit::None;
        };
        let mut of_best = fitting
            .into_iter()
            .filter(|(count, _)| *count == best)
            .map(|(_, path)| path);
        match (of_best.next(), of_best.next()) {
            (Some(first), Some(second)) => {
                Fit::Several([first, second].into_iter().chain(of_best).collect())
            }
            (Some(only), None) => Fit::One(only),
            (None, _) => Fit::None,
        }
    }
}

impl Config {
    /// The path that a workload travels: the one it names, or the one whose selector fits. `None`: derived from its events.
    #[must_use]
    pub fn path_of(&self, workload: &Workload) -> Option<&Path> {
        if let Some(name) = &workload.path {
            return self.paths.iter().find(|path| path.name == *name);
        }
        match workload.fit(&self.paths) {
            Fit::One(path) => Some(path),
            Fit::None | Fit::Several(_) => None,
        }
    }

    /// The steps that a workload travels, as [`Path::resolved_steps`], with its own choices filled in. Empty where it has no path.
    #[must_use]
    pub fn steps_of(&self, workload: &Workload) -> Vec<Step> {
        let Some(path) = self.path_of(workload) else {
            return Vec::new();
        };
        let mut steps = path.resolved_steps();
        for step in &mut steps {
            if let Some(choice) = workload.steps.get(&step.name)
                && !step.locked
            {
                choice.fill(step);
            }
        }
        steps
    }

    /// Whether a path delivers: one of its steps deploys to the production environment.
    #[must_use]
    pub fn delivers(&self, path: &Path) -> bool {
        path.steps.iter().any(|step| {
            step.kind == StepKind::Deploy
                && step.environment.as_deref() == Some(self.metrics.production.as_str())
        })
    }
}
