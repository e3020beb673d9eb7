//! A page: what is shown of one question, with its state, its reaction to intents and its drawing. A page changes only by what is done to it
//! ([`Page::on`], [`Page::refresh`]), and draws from the scene alone.
//!
//! Most pages are a list with something beside it; what a list can do by itself ([`Rows`]) they get for nothing.

pub mod actions;
pub mod activity;
pub mod briefs;
pub mod changes;
pub mod compliance;
pub mod environments;
pub mod fleet;
pub mod gates;
pub mod map;
pub mod metrics;
pub mod releases;
pub mod repair;
pub mod sources;

use ratatui::layout::Rect;

use super::answer::Question;
use super::hit::Target;
use super::listing::{Column, Listing, Value};
use super::pen::Pen;
use super::scene::Scene;
use super::scope::Scope;
use super::subject::Subject;
use super::table::Table;
use crate::intent::{Intent, View};
use crate::report::sheet::Line;

/// What a page wants after an intent, beyond its own change.
pub enum Reaction {
    /// It does not know the intent: whoever is behind it may.
    Ignored,
    /// It changed, or had nothing to change.
    Done,
    /// Another page is laid over it; `Esc` comes back.
    Push(Box<dyn Page>),
    /// To another view, with a workload in focus.
    Go(View, Option<String>),
    /// Everything is narrowed.
    Narrow(Scope),
    /// A word to the user: why nothing happened, or what did.
    Say(String),
    /// Opens a link in the browser.
    Browse(String),
    /// A workload gets or loses its star.
    Favour(String),
}

/// A key that works here, as the footer tells it.
#[derive(Clone, Debug)]
pub struct Hint {
    pub intent: Intent,
    /// What it does here, in a word or two.
    pub text: &'static str,
    /// Why it does nothing just now.
    pub why_not: Option<String>,
}

impl Hint {
    #[must_use]
    pub const fn new(intent: Intent, text: &'static str) -> Self {
        Self {
            intent,
            text,
            why_not: None,
        }
    }

    #[must_use]
    pub fn unless(self, why_not: Option<String>) -> Self {
        Self { why_not, ..self }
    }
}

/// A table, for export: as it is seen, and as programs read it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// The heads for programs; those of lengths of time end in `_seconds`.
    pub names: Vec<String>,
    pub values: Vec<Vec<Value>>,
}

/// The page of a view.
#[must_use]
pub fn of(view: View) -> Box<dyn Page> {
    match view {
        View::Fleet => Box::new(fleet::FleetPage::default()),
        View::Changes => Box::new(changes::ChangesPage::default()),
        View::Gates => Box::new(gates::GatesPage::default()),
        View::Environments => Box::new(environments::EnvironmentsPage::default()),
        View::Metrics => Box::new(metrics::MetricsPage::default()),
        View::Releases => Box::new(releases::ReleasesPage::default()),
        View::Repair => Box::new(repair::RepairPage::default()),
        View::Compliance => Box::new(compliance::CompliancePage::default()),
        View::Map => Box::new(map::MapPage::default()),
        View::Activity => Box::new(activity::ActivityPage::default()),
        View::Sources => Box::new(sources::SourcesPage::default()),
    }
}

pub use changes::{change, found};

/// What was done from leadtime.
#[must_use]
pub fn actions() -> Box<dyn Page> {
    Box::new(actions::ActionsPage::default())
}

/// A page.
pub trait Page {
    /// Where one is, beyond the view: `checkout`, `checkout › test`.
    fn title(&self, scene: &Scene) -> String;

    /// What must be worked out for it.
    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        Vec::new()
    }

    /// Something of the scene changed: work out what is shown.
    fn refresh(&mut self, scene: &Scene);

    /// Reacts to an intent that its list did not take.
    fn on(&mut self, intent: Intent, scene: &Scene) -> Reaction;

    /// Reacts to a click on a thing of its own.
    fn click(&mut self, _target: Target, _scene: &Scene) -> Reaction {
        Reaction::Ignored
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>);

    /// Its list, where it has one: moved in, filtered, sorted, exported.
    fn rows(&self) -> Option<&dyn Rows> {
        None
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        None
    }

    /// The keys that it reacts to, the most useful first.
    fn hints(&self, scene: &Scene) -> Vec<Hint>;

    /// A few sentences: what is shown and how to read it.
    fn about(&self) -> &'static str;

    /// The workload under the cursor.
    fn workload(&self) -> Option<String> {
        self.rows().and_then(Rows::workload)
    }

    /// What is in front, as something that can be acted on.
    fn subject(&self) -> Subject {
        Subject::workload(self.workload())
    }

    /// What narrowing to the row in front would narrow to.
    fn scope(&self) -> Option<Scope> {
        self.workload().map(Scope::Workload)
    }

    /// The tool's own page of what is under the cursor.
    fn link(&self) -> Option<String> {
        self.rows().and_then(Rows::link)
    }

    /// What is copied.
    fn card(&self, _scene: &Scene) -> Option<String> {
        self.rows().and_then(Rows::card)
    }

    /// The whole as a page of Markdown, where it is more than its list.
    fn markdown(&self, _scene: &Scene) -> Option<String> {
        None
    }

    /// What is exported.
    fn grid(&self, scene: &Scene) -> Option<Grid> {
        self.rows().map(|rows| rows.grid(scene))
    }
}

/// What every list can do, whatever it lists.
pub trait Rows {
    fn on(&mut self, intent: Intent) -> bool;
    fn click(&mut self, target: Target) -> bool;
    fn set_filter(&mut self, text: &str, me: Option<&str>);
    fn filter(&self) -> &str;
    fn fields(&self) -> &'static [&'static str];
    fn position(&self) -> String;
    fn workload(&self) -> Option<String>;
    fn link(&self) -> Option<String>;
    fn card(&self) -> Option<String>;
    fn grid(&self, scene: &Scene) -> Grid;
}

impl<L: Listing> Rows for Table<L> {
    fn on(&mut self, intent: Intent) -> bool {
        Self::on(self, intent)
    }

    fn click(&mut self, target: Target) -> bool {
        Self::click(self, target)
    }

    fn set_filter(&mut self, text: &str, me: Option<&str>) {
        Self::set_filter(self, text, me);
    }

    fn filter(&self) -> &str {
        Self::filter(self).text()
    }

    fn fields(&self) -> &'static [&'static str] {
        self.listing.fields()
    }

    fn position(&self) -> String {
        Self::position(self)
    }

    fn workload(&self) -> Option<String> {
        let row = self.selected()?;
        self.listing.workload(row).map(str::to_owned)
    }

    fn link(&self) -> Option<String> {
        let row = self.selected()?;
        self.listing.link(row).map(str::to_owned)
    }

    fn card(&self) -> Option<String> {
        Some(self.listing.card(self.selected()?))
    }

    fn grid(&self, scene: &Scene) -> Grid {
        let columns = self.listing.columns();
        let cell = |row, column| -> String {
            let line: Line = self.listing.cell(row, column, scene);
            line.text().trim().to_owned()
        };
        Grid {
            heads: columns
                .iter()
                .map(|column| column.title.to_string())
                .collect(),
            rows: Self::rows(self)
                .map(|row| (0..columns.len()).map(|column| cell(row, column)).collect())
                .collect(),
            names: columns.iter().map(Column::name).collect(),
            values: Self::rows(self)
                .map(|row| {
                    let columns = 0..columns.len();
                    columns
                        .map(|column| self.listing.value(row, column, scene))
                        .collect()
                })
                .collect(),
        }
    }
}
