//! The event doctor of the worker. To look through thousands of workloads takes seconds, so it is done a workload at a time between other things, only when
//! the page asks, and not again before it paid off.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::app::Engine;
use crate::app::doctor::{Search, clocks, log, senders, source};
use crate::event::time::Timestamp;
use crate::model::diagnosis::{Doctor, Unlinked};
use crate::store::StoreError;
use crate::view::answer;

/// What was found holds so long, and so many times as long as it took to find.
const HOLDS: Duration = Duration::from_secs(30);
const TIMES: u32 = 20;
/// How often it is told how far the search is.
const TELL: Duration = Duration::from_millis(200);

/// What the doctor must be told: it stands in no log.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Where the log is kept.
    pub log: PathBuf,
    pub warnings: Vec<String>,
    /// The sources that are read, with their kinds.
    pub sources: Vec<(String, String)>,
}

pub struct Diagnosis {
    setting: Setting,
    search: Option<Search>,
    began: Instant,
    told: Instant,
    found: Option<Found>,
}

struct Found {
    unlinked: Vec<Unlinked>,
    at: Instant,
    took: Duration,
}

impl Diagnosis {
    #[must_use]
    pub fn new(setting: Setting) -> Self {
        let now = Instant::now();
        Self {
            setting,
            search: None,
            began: now,
            told: now,
            found: None,
        }
    }

    /// Another instant is looked at.
    pub fn forget(&mut self) {
        self.search = None;
        self.found = None;
    }

    #[must_use]
    pub const fn is_looking(&self) -> bool {
        self.search.is_some()
    }

    /// Begins to look, unless that goes on already or was done lately.
    pub fn ask(&mut self, engine: &mut Engine, as_of: Timestamp) -> Result<(), StoreError> {
        let holds = self
            .found
            .as_ref()
            .is_some_and(|found| found.at.elapsed() < HOLDS.max(found.took * TIMES));
        if self.search.is_none() && !holds {
            self.search = Some(Search::new(engine, as_of)?);
            self.began = Instant::now();
            self.told = self.began;
        }
        Ok(())
    }

    /// Looks at one workload; `true` where there is something to tell.
    pub fn step(&mut self, engine: &mut Engine) -> Result<bool, StoreError> {
        let Some(search) = &mut self.search else {
            return Ok(false);
        };
        if !search.step(engine)? {
            self.found = Some(Found {
                unlinked: search.found(),
                at: Instant::now(),
                took: self.began.elapsed(),
            });
            self.search = None;
            return Ok(true);
        }
        let is_due = self.told.elapsed() >= TELL;
        if is_due {
            self.told = Instant::now();
        }
        Ok(is_due)
    }

    /// What is known by now.
    pub fn tell(&self, engine: &Engine) -> Result<answer::Diagnosis, StoreError> {
        let sources = self.setting.sources.iter();
        let lines = sources.map(|(name, kind)| source(engine, name, kind, None));
        let before = self.found.as_ref().map(|found| found.unlinked.clone());
        let now = || self.search.as_ref().map(Search::found);
        Ok(answer::Diagnosis {
            doctor: Doctor {
                sources: lines.collect::<Result<_, _>>()?,
                unlinked: before.or_else(now).unwrap_or_default(),
                clocks: clocks(engine),
                config_warnings: self.setting.warnings.clone(),
                log: log(engine, &self.setting.log)?,
            },
            senders: senders(engine),
            looking: self.search.as_ref().map(Search::progress),
        })
    }
}
