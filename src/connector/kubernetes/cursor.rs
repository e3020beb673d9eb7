//! Where a reading stands, so that the next one goes on from there: one row per object. A row that cannot be read is as good as none: what it stood for is
//! read again, and is the same events.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::client::Resource;
use crate::connector::rows::Rows;
use crate::event::time::Timestamp;

/// What is told of an object already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// Its `resourceVersion`: as long as it is the same, there is nothing to look at.
    pub seen: String,
    /// Of an object of the same name that is made anew it is another.
    pub uid: String,
    /// The events that can be made of it and are told, by what follows its key in their ids.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub told: BTreeSet<String>,
    /// What is told to have begun, and not to have ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Open>,
    /// What its family remembers of it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub state: BTreeMap<String, String>,
    /// Where it is deployed: what is not there any more when it is gone.
    pub home: Option<Home>,
}

/// A service in an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    pub service: String,
    pub environment: Option<String>,
}

/// Something that is told to have begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    pub what: What,
    /// Its id: what the ids of its events begin with.
    pub id: String,
    pub since: Timestamp,
    /// What its family needs to know how it ended.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Deployment,
    Gate,
    Run,
    Hold,
}

/// The name of the row of an object.
#[must_use]
pub fn key(object: &str) -> String {
    format!("object {object}")
}

#[must_use]
pub fn row(rows: &Rows, object: &str) -> Option<Row> {
    rows.get(&key(object))
}

/// The objects of a kind that have a row.
#[must_use]
pub fn objects(rows: &Rows, of: Resource) -> Vec<String> {
    let start = key(&format!("{}/", of.name()));
    let names = rows.names(&start);
    names.map(|rest| format!("{}/{rest}", of.name())).collect()
}
