//! Where a commit, change, ticket, version or digest is, what it waits on, and when it may be live.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::time::Timestamp;

/// The answer: `leadtime/where/v1`.
#[derive(Clone, Debug, Serialize)]
pub struct Whereabouts {
    pub query: String,
    pub matches: Vec<Match>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Match {
    pub workload: String,
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub url: Option<String>,
    pub repository: Option<String>,
    pub commits: Vec<String>,
    pub artifact: Option<String>,
    pub version: Option<String>,
    /// One of the closed list of states.
    pub state: &'static str,
    pub step: Option<String>,
    pub since: Option<Timestamp>,
    /// Whose move it is.
    pub on: Vec<String>,
    pub environments: BTreeMap<String, Arrival>,
    pub forecast: Forecast,
    /// What a person would say.
    pub sentence: String,
    pub inferred: bool,
    /// The way so far, step by step.
    pub timeline: Vec<Leg>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Arrival {
    pub version: Option<String>,
    pub since: Timestamp,
}

/// When it will be live; dates, from `n` changes that were at least as old in the same step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Forecast {
    pub p50: Option<Timestamp>,
    pub p85: Option<Timestamp>,
    pub n: usize,
    /// Why there is none.
    pub why_not: Option<String>,
}

/// A stretch of a change's life in one state of one step.
#[derive(Clone, Debug, Serialize)]
pub struct Leg {
    pub step: String,
    pub state: &'static str,
    pub from: Timestamp,
    pub to: Timestamp,
}
