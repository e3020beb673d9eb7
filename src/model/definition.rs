//! What a person wrote down: workloads, paths and the rules by which figures are made. The configuration is turned into these when the program is
//! assembled; the model never sees a file.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use chrono_tz::Tz;
use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use crate::event::time::Span;

/// The kinds of step that a path is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
    #[must_use]
    pub const fn word(self) -> &'static str {
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

/// Upper limits of findings for a scan step, by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub critical: Option<u32>,
    pub high: Option<u32>,
    pub medium: Option<u32>,
    pub low: Option<u32>,
}

/// How a person confirms what leadtime is about to do: a key, the typed name of the workload, or a second person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirm {
    #[default]
    Yes,
    Typed,
    Second,
}

/// How a version is brought to an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// The name of the source that does it; the only one that can where not set.
    pub from: Option<String>,
    /// What it is told, with `{version}` and the like to be filled in.
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// One step of a path.
#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub kind: StepKind,
    pub environment: Option<String>,
    /// The steps that must be done before, as places in the path. Always earlier places.
    pub needs: Vec<usize>,
    pub locked: bool,
    /// Why it is locked, where the path says so.
    pub reason: Option<String>,
    /// The producer whose events fill the step; any where not set.
    pub from: Option<String>,
    /// Other producers whose events fill it as well; of no account where `from` is not set.
    pub accepts: Vec<String>,
    /// Which of the producers' runs, by name.
    pub matches: Option<GlobSet>,
    pub limits: Option<Limits>,
    /// How old evidence may be.
    pub fresh: Option<Span>,
    pub approvers: Vec<String>,
    /// By when a decision is expected.
    pub within: Option<Span>,
    /// How long a version stays here before the next step may begin.
    pub soak: Option<Span>,
    /// `None`: typed for production and for approving what opens it, else yes.
    pub confirm: Option<Confirm>,
    /// How many must approve, where the decision is made in leadtime.
    pub approvals: u32,
    /// Whether who wrote a change may not decide on it.
    pub four_eyes: bool,
    pub promote: Option<Way>,
    /// `None`: as `promote`.
    pub rollback: Option<Way>,
}

impl Step {
    /// A step about which nobody has said more.
    #[must_use]
    pub fn bare(name: impl Into<String>, kind: StepKind) -> Self {
        Self {
            name: name.into(),
            kind,
            environment: None,
            needs: Vec::new(),
            locked: false,
            reason: None,
            from: None,
            accepts: Vec::new(),
            matches: None,
            limits: None,
            fresh: None,
            approvers: Vec::new(),
            within: None,
            soak: None,
            confirm: None,
            approvals: 1,
            four_eyes: false,
            promote: None,
            rollback: None,
        }
    }

    /// Why it is locked, to be put behind what it refuses: ` (reason)`, or nothing.
    #[must_use]
    pub fn because(&self) -> String {
        let reason = self.reason.as_ref().filter(|_| self.locked);
        reason.map_or_else(String::new, |reason| format!(" ({reason})"))
    }

    /// What a person confirms with before leadtime acts on it.
    #[must_use]
    pub fn confirmation(&self, production: &str) -> Confirm {
        let to_production = self.environment.as_deref() == Some(production);
        self.confirm.unwrap_or(if to_production {
            Confirm::Typed
        } else {
            Confirm::Yes
        })
    }
}

/// Every step of a path that one needs, directly or through others. Needs always point back, so this ends.
#[must_use]
pub fn needed(steps: &[Step], place: usize) -> Vec<usize> {
    let mut found = vec![false; place];
    let mut open = vec![place];
    while let Some(place) = open.pop() {
        for need in &steps[place].needs {
            if *need < place && !std::mem::replace(&mut found[*need], true) {
                open.push(*need);
            }
        }
    }
    (0..place).filter(|place| found[*place]).collect()
}

/// When nothing may go to an environment.
#[derive(Clone, Debug)]
pub struct Freeze {
    pub environment: String,
    /// RFC 5545 recurrence rule.
    pub schedule: String,
    pub length: Span,
    pub reason: Option<String>,
}

/// The template of steps that a workload travels to production. Steps are ordered: a step comes after all that it needs.
#[derive(Clone, Debug)]
pub struct Path {
    pub name: String,
    pub steps: Vec<Step>,
    pub freezes: Vec<Freeze>,
    /// Made from what the events show, since nobody wrote one.
    pub derived: bool,
}

impl Path {
    /// The step that deploys to an environment.
    #[must_use]
    pub fn deployment_to(&self, environment: &str) -> Option<usize> {
        self.steps.iter().position(|step| {
            step.kind == StepKind::Deploy && step.environment.as_deref() == Some(environment)
        })
    }

    /// The deployments that go ahead once a step is done: those behind it that neither another deployment nor a gate stands before.
    #[must_use]
    pub fn opened_by(&self, place: usize) -> Vec<&Step> {
        let mut done = vec![false; self.steps.len()];
        let mut opened = Vec::new();
        if let Some(step) = done.get_mut(place) {
            *step = true;
        }
        for (at, step) in self.steps.iter().enumerate().skip(place + 1) {
            if !step.needs.iter().any(|need| done[*need]) {
                continue;
            }
            match step.kind {
                StepKind::Deploy => opened.push(step),
                StepKind::Gate => {}
                _ => done[at] = true,
            }
        }
        opened
    }
}

/// The parts of a monorepo that belong to a workload. Compiled when a path is first asked for: of thousands of workloads, a question is about few.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    own: Vec<Glob>,
    others: Vec<Glob>,
    compiled: OnceLock<(GlobSet, GlobSet)>,
}

impl Parts {
    #[must_use]
    pub fn new(own: Vec<Glob>, others: Vec<Glob>) -> Self {
        Self {
            own,
            others,
            compiled: OnceLock::new(),
        }
    }

    /// What is the workload's own, as it was written.
    pub fn own(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(Glob::glob)
    }

    /// Whether a path is the workload's own.
    #[must_use]
    pub fn takes(&self, path: &str) -> bool {
        let set = |globs: &[Glob]| {
            let mut set = GlobSetBuilder::new();
            for glob in globs {
                set.add(glob.clone());
            }
            set.build().unwrap_or_default()
        };
        let (own, others) = self
            .compiled
            .get_or_init(|| (set(&self.own), set(&self.others)));
        own.is_match(path) && !others.is_match(path)
    }
}

/// A workload as a person wrote it down, or as it was found.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    pub name: String,
    pub team: Option<String>,
    pub labels: BTreeMap<String, String>,
    /// `None`: derived from what the events show.
    pub path: Option<Arc<Path>>,
    pub repositories: Vec<String>,
    /// The parts of its repositories that are its own; `None` is all.
    pub parts: Option<Parts>,
    pub services: Vec<String>,
    pub artifacts: Vec<String>,
    /// Tags that are deployments to production, where no tool tells of any.
    pub release_tags: Option<GlobSet>,
}

/// The rules by which figures are made.
#[derive(Clone, Debug)]
pub struct Rules {
    pub timezone: Tz,
    pub window: Span,
    /// When the business is open, for those who ask by its hours.
    pub calendar: Calendar,
    /// The environment that delivery means.
    pub production: String,
    /// How long after a deployment an incident may be linked to it; `None` is without bound.
    pub link_window: Option<Span>,
    /// Branches and pipelines that make a deployment unplanned.
    pub unplanned_names: GlobSet,
    /// Labels that make a deployment unplanned.
    pub unplanned_labels: Vec<String>,
    /// Type of flow item by label.
    pub items: BTreeMap<String, String>,
    /// Who asks.
    pub me: Option<String>,
    pub teams: BTreeMap<String, Vec<String>>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            timezone: Tz::UTC,
            window: Span::from_seconds(30 * 86_400),
            calendar: Calendar::default(),
            production: "production".to_owned(),
            link_window: Some(Span::from_seconds(86_400)),
            unplanned_names: GlobSet::empty(),
            unplanned_labels: Vec::new(),
            items: BTreeMap::new(),
            me: None,
            teams: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_confirmed_by_its_name() {
        let to = |environment: &str| Step {
            environment: Some(environment.to_owned()),
            ..Step::bare(environment, StepKind::Deploy)
        };
        let production = to("production");
        assert_eq!(production.confirmation("production"), Confirm::Typed);
        assert_eq!(to("staging").confirmation("production"), Confirm::Yes);
    }

    #[test]
    fn a_step_opens_the_deployments_that_nothing_else_stands_before() {
        let step = |name: &str, kind, needs: &[usize]| Step {
            needs: needs.to_vec(),
            ..Step::bare(name, kind)
        };
        let path = Path {
            name: "web".to_owned(),
            steps: vec![
                step("qa", StepKind::Gate, &[]),
                step("staging", StepKind::Deploy, &[0]),
                step("security", StepKind::Gate, &[1]),
                step("cab", StepKind::Gate, &[2]),
                step("manifest", StepKind::Configure, &[3]),
                step("production", StepKind::Deploy, &[4]),
                step("mirror", StepKind::Deploy, &[3]),
                step("after", StepKind::Deploy, &[5]),
            ],
            freezes: Vec::new(),
            derived: false,
        };
        let opened = |place: usize| -> Vec<&str> {
            let opened = path.opened_by(place).into_iter();
            opened.map(|step| step.name.as_str()).collect()
        };
        assert_eq!(opened(0), ["staging"]);
        assert!(opened(2).is_empty());
        assert_eq!(opened(3), ["production", "mirror"]);
    }
}
