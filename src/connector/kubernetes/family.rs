//! The families of objects that are read: each is one row here, with what it is called in the API, what is asked for beside one of its objects, how events are
//! made of it, and what can be done to it.

use super::act::Case;
use super::client::{Resource, Wanted};
use super::cursor::{Open, Row};
use super::translate::{self, Origin, Told};
use super::wire::Object;
use crate::connector::ConnectorError;
use crate::connector::facts::Facts;
use crate::event::Event;
use crate::event::time::Timestamp;

/// A family of objects.
pub trait Family: Sync {
    fn resource(&self) -> Resource;

    /// What `application = "word/namespace/name"` of a step calls it.
    fn word(&self) -> &'static str;

    /// What else has to be looked at to tell what happened to an object.
    fn beside(&self, _object: &Object) -> Vec<Wanted> {
        Vec::new()
    }

    /// What has to be looked at to act.
    fn needed(&self, object: &Object) -> Vec<Wanted> {
        self.beside(object)
    }

    /// Whether its objects are listed; else they are only acted on.
    fn is_read(&self) -> bool {
        true
    }

    /// Why an object does not do what it is there for, where it says so and no event does: told when the cluster is looked at.
    fn ails(&self, _object: &Object) -> Option<String> {
        None
    }

    /// All events that can be made of an object as it is, and what of it is under way. The error says which field cannot be read.
    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String>;

    /// How something ended of which an object says nothing any more.
    fn ended(&self, seen: &Seen<'_>, open: &Open) -> Event<String> {
        translate::ended(seen.origin, open, seen.now)
    }

    /// Makes the requests of an order. `None`: it can do nothing of the kind.
    fn draft(&self, _case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
        None
    }
}

/// An object as it is seen, and what was seen before.
pub struct Seen<'a> {
    pub origin: &'a Origin<'a>,
    pub object: &'a Object,
    /// What was asked for beside it, in the order of [`Family::beside`].
    pub beside: &'a [Vec<Object>],
    pub row: &'a Row,
    pub now: Timestamp,
    /// Words that are not known.
    pub unknown: std::cell::RefCell<Facts>,
}

impl Seen<'_> {
    /// What was asked for first, second, … beside it.
    #[must_use]
    pub fn nth(&self, number: usize) -> &[Object] {
        self.beside.get(number).map_or(&[], Vec::as_slice)
    }

    pub fn unknown(&self, field: &'static str, value: &str) {
        self.unknown.borrow_mut().unknown(field, value);
    }
}

/// All families, in the order in which they are read.
pub static FAMILIES: &[&dyn Family] = &[
    &translate::deployment::Deployments,
    &translate::rollout::Rollouts,
    &translate::analysis::AnalysisRuns,
    &translate::source::GIT,
    &translate::source::OCI,
    &translate::source::HELM,
    &translate::source::BUCKET,
    &translate::kustomization::Kustomizations,
    &translate::helm::HelmReleases,
    &translate::policy::ImagePolicies,
    &translate::run::PipelineRuns,
    &translate::run::TaskRuns,
    &translate::approval::ApprovalTasks,
    &translate::build::Builds,
    &translate::promotion::Promotions,
    &translate::promotion::Stages,
    &translate::promoter::Policies,
    &translate::knative::Services,
    &translate::supply::Workloads,
    &translate::supply::Deliverables,
];

/// The family of objects whose ids begin so.
#[must_use]
pub fn family(name: &str) -> Option<&'static dyn Family> {
    FAMILIES
        .iter()
        .copied()
        .find(|family| family.resource().name() == name)
}
