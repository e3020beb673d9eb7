//! The rows of a list of changes. A row is a place in what was worked out anyway: nothing is copied for it, and of a fleet that changed only the rows of what is
//! another are made anew.

use std::sync::{Arc, LazyLock};

use crate::event::time::Timestamp;
use crate::model::locate::Match;
use crate::model::overview::{Overview, Summary};
use crate::view::answer::Answer;
use crate::view::gathered::Gathered;
use crate::view::scene::Scene;

/// A change in flight.
#[derive(Clone, Copy, Debug)]
struct Flying {
    /// The row of its workload.
    of: usize,
    /// Its place among those of the workload.
    place: usize,
    /// Since when it is in its state.
    since: Option<Timestamp>,
}

/// What is listed.
enum Listed {
    /// All that are in flight.
    Flying(Vec<Flying>),
    /// Some of them.
    Chosen(Vec<Flying>),
    /// What was found.
    Found(Arc<Answer>),
}

impl Default for Listed {
    fn default() -> Self {
        Self::Chosen(Vec::new())
    }
}

/// The rows.
#[derive(Default)]
pub(super) struct ChangeRows {
    /// How many changes each has in flight.
    workloads: Gathered<usize>,
    listed: Listed,
}

impl ChangeRows {
    /// Takes the changes in flight of the workloads in scope, the longest held first; tells whether any workload is another than before.
    pub(super) fn fly(&mut self, scene: &Scene) -> bool {
        let in_flight = |one: &Overview| one.detail.as_ref().map_or(0, |one| one.changes.len());
        let renewed = self.workloads.gather(scene, in_flight);
        let before = std::mem::take(&mut self.listed);
        let (mut rows, renewed) = match before {
            Listed::Flying(rows) if !renewed.is_any() => {
                self.listed = Listed::Flying(rows);
                return false;
            }
            Listed::Flying(rows) if renewed.lined_up => (rows, renewed.rows),
            _ => (Vec::new(), (0..self.workloads.len()).collect()),
        };
        let mut is_new = vec![false; self.workloads.len()];
        for of in &renewed {
            is_new[*of] = true;
        }
        rows.retain(|row| !is_new[row.of]);
        for of in renewed {
            let places = 0..self.workloads.made()[of];
            rows.extend(places.map(|place| Flying {
                of,
                place,
                since: self.flying(of, place).since,
            }));
        }
        // What was there is in that order already, of which this sort makes use.
        rows.sort_by(|one, two| {
            let key = |row: &Flying| (row.since.is_none(), row.since);
            let name = |row: &Flying| &self.flying(row.of, row.place).change;
            let order = key(one).cmp(&key(two));
            let order = order.then_with(|| name(one).cmp(name(two)));
            order.then_with(|| (one.of, one.place).cmp(&(two.of, two.place)))
        });
        self.listed = Listed::Flying(rows);
        true
    }

    /// Takes what was found.
    pub(super) fn find(&mut self, found: &Arc<Answer>) {
        self.listed = Listed::Found(Arc::clone(found));
    }

    /// Keeps some of the changes in flight, in their order.
    pub(super) fn keep(&mut self, kept: &[u32]) {
        if let Listed::Flying(rows) = &self.listed {
            let rows = kept.iter().filter_map(|row| rows.get(*row as usize));
            self.listed = Listed::Chosen(rows.copied().collect());
        }
    }

    fn flying(&self, of: usize, place: usize) -> &Match {
        static NONE: LazyLock<Match> = LazyLock::new(nobody);
        let overview = self.workloads.get(of);
        let detail = overview.and_then(|one| one.detail.as_ref());
        let found = detail.and_then(|detail| detail.changes.get(place));
        found.unwrap_or(&NONE)
    }

    pub(super) fn change(&self, row: usize) -> &Match {
        match &self.listed {
            Listed::Flying(rows) | Listed::Chosen(rows) => {
                self.flying(rows[row].of, rows[row].place)
            }
            Listed::Found(answer) => &found(answer)[row],
        }
    }

    pub(super) fn summary(&self, row: usize) -> Option<&Summary> {
        match &self.listed {
            Listed::Flying(rows) | Listed::Chosen(rows) => self.workloads.summary(rows[row].of),
            Listed::Found(_) => None,
        }
    }

    pub(super) fn len(&self) -> usize {
        match &self.listed {
            Listed::Flying(rows) | Listed::Chosen(rows) => rows.len(),
            Listed::Found(answer) => found(answer).len(),
        }
    }
}

/// What a reference was found to speak of.
fn found(answer: &Answer) -> &[Match] {
    match answer {
        Answer::Where(found) => &found.matches,
        _ => &[],
    }
}

/// What stands for a row that is not there: rows are made from what is there, so nobody sees it.
fn nobody() -> Match {
    Match {
        workload: String::new(),
        change: String::new(),
        title: None,
        author: None,
        url: None,
        repository: None,
        commits: Vec::new(),
        artifact: None,
        version: None,
        state: "unknown",
        step: None,
        since: None,
        until: None,
        on: Vec::new(),
        environments: std::collections::BTreeMap::new(),
        rolled_back: std::collections::BTreeMap::new(),
        forecast: crate::model::forecast::Forecast::default(),
        sentence: String::new(),
        outside: None,
        inferred: false,
        timeline: Vec::new(),
        labels: Vec::new(),
        tickets: Vec::new(),
        rejected: false,
    }
}
