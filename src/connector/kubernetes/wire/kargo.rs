//! What Kargo says of what it promotes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::connector::lenient::answers;
use crate::event::time::Timestamp;

answers! {
    PromotionSpec {
        stage: String,
        freight: String,
    }
    PromotionStatus {
        phase: String,
        message: String,
        started_at: Option<Timestamp>,
        finished_at: Option<Timestamp>,
        freight: Option<Contents>,
    }
    /// What is promoted together; of a Freight the object itself.
    Contents {
        name: String,
        alias: String,
        images: Vec<Image>,
        commits: Vec<Commit>,
    }
    Image {
        #[serde(rename = "repoURL")]
        repo_url: String,
        tag: String,
        digest: String,
    }
    Commit {
        id: String,
    }
    StageSpec {
        promotion_template: Option<Template>,
        requested_freight: Vec<Requested>,
    }
    Template {
        spec: TemplateSpec,
    }
    TemplateSpec {
        vars: Vec<Value>,
        steps: Vec<Value>,
    }
    Requested {
        sources: Sources,
    }
    Sources {
        direct: bool,
        stages: Vec<String>,
        /// `All`: in each of these stages; else in one of them.
        availability_strategy: String,
    }
    FreightStatus {
        verified_in: BTreeMap<String, Value>,
        approved_for: BTreeMap<String, Value>,
    }
}
