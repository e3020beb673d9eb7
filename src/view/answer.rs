//! What a page may ask beyond the overviews, and what it is told. The dashboard sends questions to the worker; an answer comes when it is ready, and stays
//! until something changed that it rests on.

use crate::model::locate::{Match, Whereabouts};
use crate::model::stream::Map;

/// A question about one thing. Two that are equal have the same answer at the same instant over the same window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// The value-stream map of a workload, with the changes behind it; by business hours, or by the wall clock.
    Map { workload: String, business: bool },
    /// Where a reference is: a commit, change, ticket, version or digest.
    Where(String),
    /// A change of a workload, with everything that happened to it.
    Change { workload: String, change: String },
}

#[derive(Clone, Debug)]
pub enum Answer {
    Map(Box<Map>),
    Where(Whereabouts),
    Change(Box<Match>),
    /// There is no such thing, or it cannot be told; why.
    Nothing(String),
}
