//! What the pages draw from: plain data that the dashboard worked out beforehand. A page reads it and computes no figure; what is not there yet, it asks
//! for by a [`Question`].

use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;

use crate::event::time::{Span, Timestamp};
use crate::model::diagnosis::Found;
use crate::model::overview::{Detail, Overview, Summary};
use crate::model::window::Window;
use crate::report::Style;

use super::answer::{Answer, Question};
use super::deeds::Acting;
use super::scope::Scope;

/// From when to when, and as of which instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    /// How far figures look back.
    pub length: Span,
    /// `None`: now, as it goes on.
    pub as_of: Option<Timestamp>,
    /// What the clock says.
    pub now: Timestamp,
    pub zone: Tz,
}

impl Lens {
    /// The instant that is looked at.
    #[must_use]
    pub fn instant(&self) -> Timestamp {
        self.as_of.unwrap_or(self.now)
    }

    #[must_use]
    pub fn window(&self) -> Window {
        Window::of(self.instant(), self.length, self.zone)
    }
}

/// How a source is doing, for the header and the page of sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceState {
    pub name: String,
    pub kind: String,
    /// When it was last read to the end.
    pub read: Option<Timestamp>,
    pub error: Option<String>,
    /// What is being read just now, in words.
    pub reading: Option<String>,
    /// How often it is read.
    pub every: Option<Span>,
    /// What it told when it was asked how it is: whose token, what is left of the rate limit.
    pub facts: Vec<String>,
    pub findings: Vec<Found>,
    /// Whether it is listened to, so that what changes is read at once; `None`: it says nothing by itself.
    pub listens: Option<bool>,
    /// What of it is not listened to, and why.
    pub unheard: Vec<Found>,
}

/// How far the dashboard is with its work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is there to be shown yet.
    #[default]
    Opening,
    /// There is nothing to open; what one could begin with is told.
    Welcome,
    /// So many workloads are worked out, of so many.
    Working(usize, usize),
    Ready,
    /// It cannot go on; in words for the user.
    Failed(String),
}

/// All that can be seen.
#[derive(Debug)]
pub struct Scene {
    pub lens: Lens,
    pub scope: Scope,
    /// The workload that was looked at last.
    pub focus: Option<String>,
    fleet: Vec<Arc<Overview>>,
    /// Where each workload stands in it.
    places: HashMap<String, usize>,
    /// Counts up with every fleet that was entered.
    entered: u64,
    pub stage: Stage,
    pub sources: Vec<SourceState>,
    /// The place of the last event that is known.
    pub seq: u64,
    /// What the whole is called: a repository, a configuration, the demo.
    pub title: String,
    /// How fast time passes, where that is not as usual.
    pub speed: Option<u32>,
    pub answers: HashMap<Question, Arc<Answer>>,
    /// How figures are written: zone, instant, theme, Unicode.
    pub style: Style,
    /// Counts up with everything that changes here.
    pub version: u64,
    /// Workloads that were given a star.
    pub favourites: Vec<String>,
    /// Who asks.
    pub me: Option<String>,
    pub acting: Acting,
}

/// How much there is in scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub workloads: usize,
    pub gates: usize,
}

impl Scene {
    /// A scene before anything is known.
    #[must_use]
    pub fn new(lens: Lens, style: Style, me: Option<String>) -> Self {
        Self {
            lens,
            scope: Scope::All,
            focus: None,
            fleet: Vec::new(),
            places: HashMap::new(),
            entered: 0,
            stage: Stage::Opening,
            sources: Vec::new(),
            seq: 0,
            title: String::new(),
            speed: None,
            answers: HashMap::new(),
            style,
            version: 1,
            favourites: Vec::new(),
            me,
            acting: Acting {
                since: lens.now,
                ..Acting::default()
            },
        }
    }

    /// Counts what is in scope.
    #[must_use]
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        for one in self.overviews() {
            count.workloads += 1;
            count.gates += one.summary.gates;
        }
        count
    }

    /// The workloads in scope.
    pub fn overviews(&self) -> impl Iterator<Item = &Arc<Overview>> {
        self.fleet
            .iter()
            .filter(|one| self.scope.takes(&one.summary))
    }

    /// The workloads in scope that are worked out, with what is behind them.
    pub fn details(&self) -> impl Iterator<Item = (&Summary, &Detail)> {
        self.overviews()
            .filter_map(|one| Some((&one.summary, one.detail.as_ref()?)))
    }

    /// Whether nothing is being opened or read.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let reading = self.sources.iter().any(|source| source.reading.is_some());
        !reading && !matches!(self.stage, Stage::Opening | Stage::Working(..))
    }

    /// Whether every workload in scope is worked out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.overviews().all(|one| one.detail.is_some())
    }

    /// The workload that pages of one workload show: that of the scope, else the one that was looked at last, else the first.
    #[must_use]
    pub fn focused(&self) -> Option<&Arc<Overview>> {
        let named = match &self.scope {
            Scope::Workload(name) => Some(name),
            _ => self.focus.as_ref(),
        };
        named
            .and_then(|name| self.workload(name))
            .or_else(|| self.overviews().next())
    }

    /// Every workload, whatever the scope.
    #[must_use]
    pub fn fleet(&self) -> &[Arc<Overview>] {
        &self.fleet
    }

    /// Takes a fleet for the one that there was.
    pub fn enter(&mut self, fleet: Vec<Arc<Overview>>) {
        let name = |one: &Arc<Overview>| one.summary.workload.clone();
        let is_lined_up = fleet.len() == self.fleet.len()
            && (fleet.iter().zip(&self.fleet)).all(|(one, before)| {
                Arc::ptr_eq(one, before) || one.summary.workload == before.summary.workload
            });
        if !is_lined_up {
            self.places = fleet.iter().map(name).zip(0..).collect();
        }
        self.entered += 1;
        self.fleet = fleet;
    }

    /// Tells one fleet from another.
    #[must_use]
    pub const fn entered(&self) -> u64 {
        self.entered
    }

    #[must_use]
    pub fn workload(&self, name: &str) -> Option<&Arc<Overview>> {
        self.fleet.get(*self.places.get(name)?)
    }

    #[must_use]
    pub fn answer(&self, question: &Question) -> Option<&Answer> {
        self.answers.get(question).map(Arc::as_ref)
    }

    /// The instant that is looked at.
    #[must_use]
    pub fn instant(&self) -> Timestamp {
        self.lens.instant()
    }
}

#[cfg(test)]
impl Scene {
    /// Of which nothing is known, at an instant that never moves.
    pub(super) fn blank() -> Self {
        let now = Timestamp::parse("2026-03-04T10:00:00Z").unwrap();
        let lens = Lens {
            length: Span::from_seconds(86_400),
            as_of: None,
            now,
            zone: chrono_tz::Tz::UTC,
        };
        let theme = crate::theme::Theme::default();
        let style = Style::detect(&crate::report::Surroundings::default(), theme, now);
        Self::new(lens, style, None)
    }
}
