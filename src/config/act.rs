//! What leadtime may do, and how a version is brought to an environment. The words of each way belong to the tool that goes it; here they are only kept.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::{TextSchema, text};
use crate::event::time::Span;

/// What leadtime may do beside reading.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Acting {
    /// Whether leadtime only reads, whoever asks.
    pub read_only: bool,
    /// How long it stays armed without a key pressed.
    #[serde(with = "text")]
    #[schemars(with = "TextSchema<Span>")]
    pub armed: Span,
    /// How long the event that proves an action may take before leadtime tells what to check.
    #[serde(with = "text")]
    #[schemars(with = "TextSchema<Span>")]
    pub seen_within: Span,
}

impl Default for Acting {
    fn default() -> Self {
        Self {
            read_only: false,
            armed: Span::from_seconds(300),
            seen_within: Span::from_seconds(900),
        }
    }
}

/// How a version is brought to an environment: which source does it, and what it is told. In every text `{version}`, `{sha}`, `{digest}`, `{artifact}`,
/// `{environment}`, `{workload}`, `{from}` (the version that is live) and `{id}` (of the action) are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Way {
    /// The source that does it. Default: the only one that can.
    #[serde(skip_serializing)]
    #[schemars(length(min = 1))]
    pub from: Option<String>,
    /// The repository in which it is done. Default: the workload's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub repository: Option<String>,
    /// github, gitea: the file of the workflow that is dispatched. gitlab: the name of the manual job that is played.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub workflow: Option<String>,
    /// The branch or tag on which it runs, or that is deployed. Default: the tool's own.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub reference: Option<String>,
    /// What the workflow, pipeline or job is told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
    /// Whether a deployment is created in the tool, for it or others to carry out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<bool>,
    /// The branch of the promotion request that is merged; `*` stands for anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub merge: Option<String>,
    /// git: the file that names the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub file: Option<String>,
    /// git: where in the file it stands: `image.tag`, `images[name=acme/shop].newTag`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub key: Option<String>,
    /// git: what is written there. Default: `{version}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub value: Option<String>,
    /// git: the branch that is pushed. Default: the target branch itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub branch: Option<String>,
    /// git: the source of the host on which a request for that branch is opened. Default: none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub request: Option<String>,
    /// oci: the image. Default: the workload's artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub image: Option<String>,
    /// oci: the tag that the image is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub tag: Option<String>,
    /// circleci: the definition of the pipeline that is run, by its id. Default: the project's own pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub pipeline: Option<String>,
    /// jenkins: the job that is built, by its full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub job: Option<String>,
    /// jenkins, circleci: what the job or the pipeline is told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The application, project or stage, as the tool names it. Default: told by the deployments that it reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub application: Option<String>,
    /// command: the arguments that follow those of the source, each as it is: no shell reads them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// cdevents: the type of the event that is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub event: Option<String>,
}

impl Way {
    /// The keys that are given, `from` aside.
    pub(super) fn given(&self) -> Vec<String> {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(keys)) => keys.into_iter().map(|(key, _)| key).collect(),
            _ => Vec::new(),
        }
    }
}
