//! What a page may ask beyond the overviews, and what it is told. The dashboard sends questions to the worker; an answer comes when it is ready, and stays
//! until something changed that it rests on.

use crate::model::history::Happening;
use crate::model::locate::{Match, Whereabouts};
use crate::model::ran::History;
use crate::model::stream::Map;

/// A question about one thing. Two that are equal have the same answer at the same instant over the same window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// The value-stream map of a workload, with the changes behind it.
    Map(String),
    /// Where a reference is: a commit, change, ticket, version or digest.
    Where(String),
    /// A change of a workload, with everything that happened to it.
    Change { workload: String, change: String },
    /// What ran in an environment of a workload, and what it lacks.
    History {
        workload: String,
        environment: String,
    },
}

#[derive(Clone, Debug)]
pub enum Answer {
    Map(Box<Map>),
    Where(Whereabouts),
    /// A change, and everything that happened to it, the first first.
    Change(Box<Match>, Vec<Happening>),
    Change(Box<Match>),
    History(Box<History>),
    /// There is no such thing, or it cannot be told; why.
    Nothing(String),
}
