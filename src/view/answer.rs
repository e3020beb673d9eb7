//! What a page may ask beyond the overviews, and what it is told. The dashboard sends questions to the worker; an answer comes when it is ready, and stays
//! until something changed that it rests on.

use std::sync::Arc;

use super::scope::Scope;
use crate::event::Event;
use crate::event::time::Timestamp;
use crate::model::diagnosis::{Doctor, Sender};
use crate::model::dora::behind::{Behind, Things};
use crate::model::dora::glance::Glance;
use crate::model::feature::Feature;
use crate::model::history::Happening;
use crate::model::locate::{Match, Whereabouts};
use crate::model::notes::Notes;
use crate::model::ran::History;
use crate::model::repair::Lanes;
use crate::model::stream::Map;
use crate::model::version::Earlier;

/// A question about one thing. Two that are equal have the same answer at the same instant over the same window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// The value-stream map of a workload, with the changes behind it; by business hours, or by the wall clock.
    Map { workload: String, business: bool },
    /// Where a reference is: a commit, change, ticket, version or digest.
    Where(String),
    /// A change of a workload, with everything that happened to it.
    Change { workload: String, change: String },
    /// What ran in an environment of a workload, and what it lacks.
    History {
        workload: String,
        environment: String,
    },
    /// The versions that were live in an environment of a workload before the one that runs now.
    Earlier {
        workload: String,
        environment: String,
    },
    /// The delivery metrics of the workloads in a scope, pooled.
    Metrics(Scope),
    /// The things behind them.
    Behind { scope: Scope, things: Things },
    /// What happened last, in a scope.
    Activity(Scope),
    /// How the sources and the log are, and which events could not be linked.
    Doctor,
    /// Lead times in the hotfix lane beside the usual one, of the workloads in a scope, pooled.
    Lanes(Scope),
    /// What the workloads in a scope ship together, by ticket.
    Features(Scope),
    /// What would go live next of a workload.
    Notes(String),
}

impl Question {
    /// Whether the answer speaks of those workloads alone that are worked out, and so grows with them.
    #[must_use]
    pub const fn rests_on_fleet(&self) -> bool {
        matches!(
            self,
            Self::Metrics(_) | Self::Behind { .. } | Self::Lanes(_) | Self::Features(_)
        )
    }

    /// Whether the answer changes with whatever comes into the log.
    #[must_use]
    pub const fn follows_log(&self) -> bool {
        matches!(self, Self::Activity(_) | Self::Doctor)
    }
}

/// Something about the workloads in a scope that are worked out: so many, of so many.
#[derive(Clone, Debug)]
pub struct Told<T> {
    pub what: T,
    pub known: usize,
    pub all: usize,
}

#[derive(Clone, Debug)]
pub enum Answer {
    Map(Box<Map>),
    Where(Whereabouts),
    /// A change, and everything that happened to it, the first first.
    Change(Box<Match>, Vec<Happening>),
    History(Box<History>),
    /// The newest first.
    Earlier(Vec<Earlier>),
    Metrics(Box<Glance>),
    Behind(Behind),
    Activity(Activity),
    Doctor(Box<Diagnosis>),
    Lanes(Told<Lanes>),
    Features(Told<Vec<Feature>>),
    Notes(Box<Notes>),
    /// There is no such thing, or it cannot be told; why.
    Nothing(String),
}

impl Answer {
    /// Whether nothing more is being worked out of it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !matches!(self, Self::Doctor(told) if told.looking.is_some())
    }
}

/// What happened last.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// The latest first.
    pub rows: Vec<Arc<Happened>>,
    /// Whether there is more before them.
    pub more: bool,
    /// So many events were looked at; in a narrow scope far more than are shown.
    pub looked: usize,
    /// Events in the log.
    pub all: u64,
}

/// An event as it is listed.
#[derive(Clone, Debug)]
pub struct Happened {
    /// Its place in the log.
    pub seq: u64,
    pub arrived: Timestamp,
    pub event: Event<String>,
    /// The workload that it is about; none where that is not known, or where it is about several.
    pub workload: Option<String>,
    /// The event as it is kept.
    pub body: String,
}

/// What the event doctor tells.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    pub doctor: Doctor,
    /// Who has sent events.
    pub senders: Vec<Sender>,
    /// So many workloads of so many were looked through for events that could not be linked, as it goes on.
    pub looking: Option<(usize, usize)>,
}
