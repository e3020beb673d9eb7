//! What never told its end, and is over all the same: the next of its kind followed it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::event::kind::Outcome;
use crate::event::time::Timestamp;
use crate::model::entity::{Record, Run};
use crate::model::name::Name;

/// Of runs whose end nobody told: when their later attempts began, the first of them first.
pub(super) struct Attempts(FxHashMap<(Name, Name), Vec<(u32, Timestamp)>>);

impl Attempts {
    pub(super) fn of(runs: &[Run]) -> Self {
        let open = runs.iter().filter(|run| run.finished.is_none());
        let open: FxHashSet<_> = open.map(|run| (run.source, run.id)).collect();
        let mut later: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for run in runs.iter().filter(|run| run.attempt > 1) {
            let known = [run.queued, run.started, run.finished];
            let begin = known.into_iter().flatten().min();
            let id = (run.source, run.id);
            if let Some(begin) = begin.filter(|_| open.contains(&id)) {
                later.entry(id).or_default().push((run.attempt, begin));
            }
        }
        Self(later)
    }

    /// When a run ended, at the latest: a later attempt at it had begun.
    pub(super) fn followed(&self, run: &Run) -> Option<Timestamp> {
        let attempts = self.0.get(&(run.source, run.id))?.iter();
        let later = attempts.filter(|(attempt, _)| *attempt > run.attempt);
        later.map(|(_, begin)| *begin).min()
    }
}

/// What a deployment has in common with the one that follows it: whose it is, where it goes and what carries it there.
type Way = [Option<Name>; 5];

/// Of deployments whose end nobody told: when those with as much in common that went well began, the earliest first.
pub struct Followed(FxHashMap<Way, Vec<Timestamp>>);

impl Followed {
    #[must_use]
    pub fn new<'w>(records: impl Iterator<Item = &'w Record> + Clone) -> Self {
        let open = records.clone().filter(|record| record.finished.is_none());
        let mut all: FxHashMap<_, _> = open.map(|record| (way(record), Vec::new())).collect();
        for record in records.filter(|record| record.outcome == Some(Outcome::Success)) {
            if let (Some(begun), Some(begin)) = (all.get_mut(&way(record)), begin(record)) {
                begun.push(begin);
            }
        }
        for begun in all.values_mut() {
            begun.sort_unstable();
        }
        Self(all)
    }

    /// When one that is told to be under way ended, at the latest: the next had begun, and went well.
    #[must_use]
    pub fn by(&self, record: &Record) -> Option<Timestamp> {
        let own = begin(record)?;
        let begun = self.0.get(&way(record))?;
        begun.get(begun.partition_point(|at| *at <= own)).copied()
    }
}

fn way(record: &Record) -> Way {
    [
        record.environment,
        record.repository,
        record.service,
        record.pipeline,
        record.slot,
    ]
}

fn begin(record: &Record) -> Option<Timestamp> {
    let known = [record.queued, record.started, record.finished];
    known.into_iter().flatten().min()
}
