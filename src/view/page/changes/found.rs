//! Where a reference is: the change itself where it speaks of one, a list where it speaks of several, and what may be meant where nothing is called so.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::columns::FOUND;
use super::detail::ChangePage;
use super::list::Changes;
use super::{beside, card};
use crate::intent::Intent;
use crate::report::sheet::Line;
use crate::report::{figure, sentence};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::filter::Filter;
use crate::view::hit::Target;
use crate::view::listing::Listing;
use crate::view::page::{Hint, Page, Reaction, Rows};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;
use crate::view::table::Table;

/// So many may be meant.
const MOST_GUESSES: usize = 20;

/// What came of it.
enum Outcome {
    Looking,
    One(Box<ChangePage>),
    Several,
    /// Nothing is called so; the list holds what may be meant.
    None,
}

/// The page.
pub(super) struct FoundPage {
    reference: String,
    outcome: Outcome,
    /// Where it is itself, where a version was asked for.
    version: Option<String>,
    table: Table<Changes>,
}

impl FoundPage {
    pub(super) fn new(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
            outcome: Outcome::Looking,
            version: None,
            table: Table::new(Changes::new(&FOUND)),
        }
    }

    fn question(&self) -> Question {
        Question::Where(self.reference.clone())
    }

    fn one(&self) -> Option<&ChangePage> {
        match &self.outcome {
            Outcome::One(page) => Some(page),
            _ => None,
        }
    }

    /// Takes what was answered.
    fn take(&mut self, answer: &Arc<Answer>, scene: &Scene) {
        let (versions, matches) = match &**answer {
            Answer::Where(found) => (found.versions.as_slice(), found.matches.as_slice()),
            _ => (&[][..], &[][..]),
        };
        let version = versions.first().map(|one| sentence(one, &scene.style));
        self.version = version;
        match matches {
            [] => {
                self.guess(scene);
                self.outcome = Outcome::None;
            }
            [one] => {
                if self.one().is_none() {
                    let page = ChangePage::new(&one.workload, &one.change);
                    self.outcome = Outcome::One(Box::new(page));
                }
            }
            _ => {
                self.table.listing.find(answer, scene);
                self.outcome = Outcome::Several;
            }
        }
        self.table.refresh();
    }

    /// Changes in flight whose id, title or author holds every word of what was typed; else those that match fuzzily.
    fn guess(&mut self, scene: &Scene) {
        let listing = &mut self.table.listing;
        listing.fly(scene);
        let typed = self.reference.to_lowercase();
        let holds = |row: &u32| {
            let words = listing.words(*row as usize).to_lowercase();
            typed.split_whitespace().all(|word| words.contains(word))
        };
        let rows = 0..u32::try_from(listing.len()).unwrap_or(u32::MAX);
        let mut near: Vec<u32> = rows.filter(holds).collect();
        if near.is_empty() {
            near = Filter::read(&self.reference, &[], None).pass(&**listing);
        }
        near.truncate(MOST_GUESSES);
        listing.keep(&near);
    }

    fn draw_none(&self, area: Rect, pen: &mut Pen<'_>) {
        let inner = Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 1);
        let title = Line::of(Role::Title, format!("Nothing is called {}", self.reference));
        pen.line(inner.x, inner.y, inner.width, &title);
        let words = "A reference is a commit (7 digits or more), a change (its number or id), a ticket, a tag, a version or a digest; where one stands in \
                     a repository, HEAD or a branch too. What is not known may not have been read yet: the page of sources tells what was.";
        let below = Rect::new(
            inner.x,
            inner.y + 2,
            inner.width,
            inner.height.saturating_sub(2),
        );
        let rows = pen.paragraph(below, Role::Dim, words);
        if self.table.listing.is_empty() || inner.height < rows + 8 {
            return;
        }
        let y = below.y + rows + 1;
        let words = "On their way, and near to it:";
        pen.text(inner.x, y, inner.width, Role::Text, words);
        let list = Rect::new(
            area.x,
            y + 1,
            area.width,
            area.bottom().saturating_sub(y + 1),
        );
        self.table.listing.fit(list.width);
        self.table.draw(list, pen, true);
    }
}

impl Page for FoundPage {
    fn title(&self, scene: &Scene) -> String {
        match self.one() {
            Some(page) => page.title(scene),
            None => format!("where is {}", self.reference),
        }
    }

    fn questions(&self, scene: &Scene) -> Vec<Question> {
        let mut questions = vec![self.question()];
        questions.extend(
            self.one()
                .map(|page| page.questions(scene))
                .into_iter()
                .flatten(),
        );
        questions
    }

    fn refresh(&mut self, scene: &Scene) {
        if let Some(answer) = scene.answers.get(&self.question()) {
            self.take(answer, scene);
        }
        if let Outcome::One(page) = &mut self.outcome {
            page.refresh(scene);
        }
    }

    fn on(&mut self, intent: Intent, scene: &Scene) -> Reaction {
        if let Outcome::One(page) = &mut self.outcome {
            return page.on(intent, scene);
        }
        match (intent, self.table.selected()) {
            (Intent::Open | Intent::Right, Some(row)) => {
                Reaction::Push(self.table.listing.open(row))
            }
            _ => Reaction::Ignored,
        }
    }

    fn click(&mut self, target: Target, scene: &Scene) -> Reaction {
        match &mut self.outcome {
            Outcome::One(page) => page.click(target, scene),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        match &self.outcome {
            Outcome::Looking => {
                let words = format!("looking for {} …", self.reference);
                pen.text(area.x + 2, area.y + 1, area.width - 2, Role::Dim, &words);
            }
            Outcome::One(page) => page.draw(area, pen),
            Outcome::Several => {
                let count = figure::count(self.table.listing.len(), "change");
                let line = Line::of(Role::Title, &self.reference)
                    .with(Role::Text, format!(" speaks of {count}"));
                pen.line(area.x + 2, area.y, area.width - 2, &line);
                if let Some(version) = &self.version {
                    let told = Line::of(Role::Dim, version);
                    pen.line(area.x + 2, area.y + 1, area.width - 2, &told);
                }
                let below = Rect::new(
                    area.x,
                    area.y + 2,
                    area.width,
                    area.height.saturating_sub(2),
                );
                beside(&self.table, below, pen);
            }
            Outcome::None => self.draw_none(area, pen),
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        match &self.outcome {
            Outcome::One(page) => page.rows(),
            Outcome::Looking => None,
            Outcome::None if self.table.listing.is_empty() => None,
            _ => Some(&self.table),
        }
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        match &mut self.outcome {
            Outcome::One(page) => page.rows_mut(),
            Outcome::Looking => None,
            Outcome::None if self.table.listing.is_empty() => None,
            _ => Some(&mut self.table),
        }
    }

    fn hints(&self, scene: &Scene) -> Vec<Hint> {
        if let Some(page) = self.one() {
            return page.hints(scene);
        }
        let mut hints = Vec::new();
        if self.table.selected().is_some() {
            hints.push(Hint::new(Intent::Open, "all of it"));
        }
        hints.push(Hint::new(Intent::Where, "find another"));
        hints.push(Hint::new(Intent::Back, "back"));
        hints
    }

    fn about(&self) -> &'static str {
        match self.one() {
            Some(page) => page.about(),
            None => {
                "Where a reference is. One that speaks of several changes (a version, a ticket) lists them with what each has reached; one that nothing is \
                 called by lists what is on its way and looks like it. enter tells all of a change."
            }
        }
    }

    fn workload(&self) -> Option<String> {
        match self.one() {
            Some(page) => page.workload(),
            None => self.rows()?.workload(),
        }
    }

    fn scope(&self) -> Option<Scope> {
        self.workload().map(Scope::Workload)
    }

    fn link(&self) -> Option<String> {
        match self.one() {
            Some(page) => page.link(),
            None => self.rows()?.link(),
        }
    }

    fn card(&self, scene: &Scene) -> Option<String> {
        if let Some(page) = self.one() {
            return page.card(scene);
        }
        self.rows()?;
        let row = self.table.selected()?;
        Some(card::text(self.table.listing.change(row), &scene.style))
    }
}
