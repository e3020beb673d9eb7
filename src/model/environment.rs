//! What runs where.

use serde::Serialize;

use crate::event::time::Timestamp;

/// `leadtime/env/v1`
#[derive(Clone, Debug, Serialize)]
pub struct Environments {
    pub as_of: Timestamp,
    pub workloads: Vec<WorkloadEnvironments>,
}

#[derive(Clone, Debug, Serialize)]
pub struct WorkloadEnvironments {
    pub workload: String,
    pub team: Option<String>,
    pub environments: Vec<Running>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Running {
    pub environment: String,
    pub version: Option<String>,
    pub sha: Option<String>,
    pub artifact: Option<String>,
    pub since: Option<Timestamp>,
    pub deployment: Option<String>,
    /// `ok`, `incident` (one is open on it), `deploying`, `failed` (the last attempt failed, the version before it runs), null where nothing can tell.
    pub health: Option<&'static str>,
    pub behind: Behind,
    pub slot: Option<String>,
    pub held: Option<String>,
}

/// How far an environment is behind the one before it on the path, or behind the target branch.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Behind {
    /// Changes that are there and not here; null where it cannot be told.
    pub changes: Option<usize>,
    /// Since when the oldest of them is there.
    pub since: Option<Timestamp>,
}
