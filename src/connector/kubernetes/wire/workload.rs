//! What runs containers: Deployments, Rollouts, the `ReplicaSets` that both keep for each of their revisions, pods.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Condition, Object};
use crate::connector::lenient::answers;
use crate::event::time::Timestamp;

answers! {
    Spec {
        replicas: Option<i64>,
        paused: bool,
        template: Template,
        selector: Selector,
        strategy: Strategy,
        /// A Rollout may take its template from a Deployment.
        workload_ref: Option<Reference>,
    }
    Reference {
        kind: String,
        name: String,
    }
    Selector {
        match_labels: BTreeMap<String, String>,
    }
    Template {
        spec: PodSpec,
    }
    PodSpec {
        containers: Vec<Container>,
    }
    Container {
        name: String,
        image: String,
    }
    Strategy {
        canary: Option<Canary>,
        blue_green: Option<BlueGreen>,
    }
    Canary {
        steps: Vec<Value>,
    }
    BlueGreen {
        /// `null`: it promotes by itself.
        auto_promotion_enabled: Option<bool>,
        auto_promotion_seconds: Option<i64>,
    }
    Status {
        /// A number of Deployments, a text of some Rollouts.
        observed_generation: Value,
        replicas: i64,
        updated_replicas: i64,
        available_replicas: i64,
        conditions: Vec<Condition>,
        phase: String,
        message: String,
        abort: bool,
        aborted_at: Option<Timestamp>,
        current_pod_hash: String,
        #[serde(rename = "stableRS")]
        stable_rs: String,
        current_step_index: Option<i64>,
        pause_conditions: Vec<Pause>,
        canary: CanaryStatus,
        blue_green: BlueGreenStatus,
    }
    CanaryStatus {
        /// Where Rollouts before 0.9 had it.
        #[serde(rename = "stableRS")]
        stable_rs: String,
    }
    BlueGreenStatus {
        active_selector: String,
    }
    /// Of an `AnalysisRun`.
    AnalysisStatus {
        phase: String,
        message: String,
        started_at: Option<Timestamp>,
        completed_at: Option<Timestamp>,
        metric_results: Vec<Metric>,
    }
    Metric {
        measurements: Vec<Measurement>,
    }
    Measurement {
        finished_at: Option<Timestamp>,
    }
    Pause {
        reason: String,
        start_time: Option<Timestamp>,
    }
    PodStatus {
        container_statuses: Vec<ContainerStatus>,
    }
    ContainerStatus {
        name: String,
        #[serde(rename = "imageID")]
        image_id: String,
    }
}

/// The label by which the pods of a revision are known.
pub const HASH: &str = "pod-template-hash";

/// One revision of what runs: a `ReplicaSet` that is kept for it.
#[derive(Clone, Debug)]
pub struct Revision<'a> {
    pub number: i64,
    pub set: &'a Object,
    /// It was live before, under other numbers.
    pub is_again: bool,
}

/// The revisions of an object, oldest first. `annotation` is where the number stands.
#[must_use]
pub fn revisions<'a>(owner: &Object, sets: &'a [Object], annotation: &str) -> Vec<Revision<'a>> {
    let history = format!("{annotation}-history");
    let own = sets.iter().filter(|set| set.is_owned_by(owner));
    let mut found: Vec<Revision<'a>> = own
        .filter_map(|set| {
            Some(Revision {
                number: set.annotation(annotation)?.parse().ok()?,
                set,
                is_again: set.annotation(&history).is_some(),
            })
        })
        .collect();
    found.sort_by_key(|revision| revision.number);
    found
}

impl Revision<'_> {
    #[must_use]
    pub fn hash(&self) -> Option<&str> {
        self.set
            .label(HASH)
            .or_else(|| self.set.label("rollouts-pod-template-hash"))
    }

    #[must_use]
    pub fn template(&self) -> Template {
        let spec: Spec = self.set.of("spec").unwrap_or_default();
        spec.template
    }
}
