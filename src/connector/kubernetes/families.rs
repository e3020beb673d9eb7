//! The families of objects that are read, each one row here.

use super::family::Family;
use super::translate;

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
