//! From when on nothing has been heard of a workload, or of a step of it.

use std::collections::BTreeSet;

use super::{registry, sync};
use crate::config::{Choice, Source};
use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::state::silence::{Silence, told_by};
use crate::store::{Store, StoreError};

/// So many readings may be missed before a source is called silent, and at least an hour.
const MISSED: i64 = 10;
const HOUR: Span = Span::from_seconds(3_600);

/// When each distant source was last read, and of what it told: the same for every workload, so it is looked up once for all.
#[derive(Debug, Default)]
pub struct Heard(Vec<Distant>);

#[derive(Debug)]
struct Distant {
    name: String,
    repositories: Vec<Choice>,
    /// So long it may say nothing.
    patience: Span,
    read: Timestamp,
    origins: BTreeSet<String>,
}

impl Distant {
    fn is_silent(&self, at: Timestamp) -> bool {
        at - self.read > self.patience
    }

    fn has(&self, repositories: &[String]) -> bool {
        let mut repositories = repositories.iter();
        repositories.any(|repository| Choice::takes(&self.repositories, repository))
    }
}

impl Heard {
    /// One that was never read says nothing of its silence.
    pub fn of(sources: &[Source], log: &dyn Store) -> Result<Self, StoreError> {
        let mut distant = Vec::new();
        for source in sources.iter().filter(|one| !registry::is_local(one)) {
            let note = sync::note(log, &source.name)?;
            let patience = Span::from_micros(source.every.micros().saturating_mul(MISSED));
            distant.extend(note.read.map(|read| Distant {
                name: source.name.clone(),
                repositories: source.repositories.clone(),
                patience: patience.max(HOUR),
                read,
                origins: note.origins,
            }));
        }
        Ok(Self(distant))
    }

    /// The sources that are silent at an instant, and since when.
    #[must_use]
    pub fn silent(&self, at: Timestamp) -> BTreeSet<(String, Timestamp)> {
        let silent = self.0.iter().filter(|one| one.is_silent(at));
        silent.map(|one| (one.name.clone(), one.read)).collect()
    }

    /// Whether what is known of a workload rests on a source: it has a repository of it, or told last of one of its steps.
    #[must_use]
    pub fn rests_on<'a>(
        &self,
        source: &str,
        repositories: &[String],
        mut told_by: impl Iterator<Item = &'a str>,
    ) -> bool {
        let Some(one) = self.0.iter().find(|one| one.name == source) else {
            return false;
        };
        one.has(repositories) || told_by.any(|by| one.origins.contains(sync::origin(by)))
    }

    /// What of a workload has been silent, as of its instant: all of it where a source that has its repositories was last read too long ago to say anything of
    /// then, and each step of which such a source told last.
    #[must_use]
    pub fn silence(&self, workload: &Workload) -> Option<Silence> {
        let silent = self.0.iter().filter(|one| one.is_silent(workload.as_of));
        let repositories = &workload.definition.repositories;
        let (hosts, others): (Vec<_>, Vec<_>) = silent.partition(|one| one.has(repositories));
        if hosts.is_empty() && others.is_empty() {
            return None;
        }
        let since = |by: &str| {
            let origin = sync::origin(by);
            let mut others = others.iter();
            others
                .find(|one| one.origins.contains(origin))
                .map(|one| one.read)
        };
        let steps = if others.is_empty() {
            Vec::new()
        } else {
            let told = told_by(workload).into_iter();
            told.map(|by| since(workload.text(by?))).collect()
        };
        Some(Silence {
            whole: hosts.iter().map(|one| one.read).max(),
            steps,
        })
    }
}
