//! What ran in one environment of a workload, deployment by deployment; and what the environment before it has that this one has not. Another page of
//! the same kind shows what one deployment brought.

use ratatui::layout::Rect;

use super::runs::Runs;
use crate::intent::Intent;
use crate::model::ran::{Ahead, Ran};
use crate::report::figure;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::hit::Target;
use crate::view::listing::Listing;
use crate::view::page::briefs::{Briefs, Row};
use crate::view::page::{Hint, Page, Reaction, Rows};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::leaf;

/// From here on the two lists stand side by side.
const WIDE: u16 = 150;

/// The page.
pub struct PastPage {
    workload: String,
    environment: String,
    runs: Table<Runs>,
    ahead: Table<Briefs>,
    /// In words, over the second list.
    compared: Line,
    /// The keys move in the second list.
    second: bool,
    answered: bool,
}

impl PastPage {
    #[must_use]
    pub fn new(workload: &str, environment: &str) -> Self {
        let runs = Runs {
            workload: workload.to_owned(),
            environment: environment.to_owned(),
            ..Runs::default()
        };
        Self {
            workload: workload.to_owned(),
            environment: environment.to_owned(),
            runs: Table::new(runs),
            ahead: Table::new(Briefs::new(workload, "where", "there for", "")),
            compared: Line::new(),
            second: false,
            answered: false,
        }
    }

    fn question(&self) -> Question {
        Question::History {
            workload: self.workload.clone(),
            environment: self.environment.clone(),
        }
    }

    fn compare(&mut self, ahead: &Ahead) {
        let here = &self.environment;
        let there = ahead.before.as_deref().unwrap_or("the target branch");
        let missing = ahead.missing.len();
        let mut line = Line::of(Role::Title, format!("in {there} and not in {here}"))
            .with(Role::Dim, format!("  {missing}"));
        if !ahead.extra.is_empty() {
            line.push(
                Role::Warning,
                format!("  and {} the other way round", ahead.extra.len()),
            );
        }
        self.compared = line;
        let listing = &mut self.ahead.listing;
        listing.nothing = format!("nothing: {here} has all that {there} has");
        let noted = |brief, role, note: String| Row {
            note: Some((role, note)),
            ..Row::from(brief)
        };
        let missing = ahead.missing.iter();
        let missing = missing.map(|brief| noted(brief, Role::Wait, format!("only in {there}")));
        let extra = ahead.extra.iter();
        let extra = extra.map(|brief| noted(brief, Role::Warning, format!("only in {here}")));
        listing.rows = missing.chain(extra).collect();
    }

    fn open(&self) -> Reaction {
        if self.second {
            return self.ahead.listing.open(self.ahead.selected());
        }
        let row = self.runs.selected();
        match row.and_then(|row| self.runs.listing.rows.get(row)) {
            Some(ran) if ran.changes.is_empty() => {
                Reaction::Say("it was the first to bring no change here".to_owned())
            }
            Some(ran) => Reaction::Push(Box::new(BroughtPage::new(&self.workload, ran))),
            None => Reaction::Say("no deployment is known here".to_owned()),
        }
    }

    fn draw_runs(&self, area: Rect, pen: &mut Pen<'_>) {
        let title = Line::of(Role::Title, format!("what ran in {}", self.environment)).with(
            Role::Dim,
            format!("  {}", figure::count(self.runs.listing.len(), "deployment")),
        );
        draw_pane(area, &title, !self.second, pen);
        self.runs.draw(below(area), pen, !self.second);
    }

    fn draw_ahead(&self, area: Rect, pen: &mut Pen<'_>) {
        draw_pane(area, &self.compared, self.second, pen);
        self.ahead.draw(below(area), pen, self.second);
    }
}

/// The title of a list, and the key that goes there.
fn draw_pane(area: Rect, title: &Line, front: bool, pen: &mut Pen<'_>) {
    let width = area.width.saturating_sub(3);
    let end = pen.line(area.x + 2, area.y, width, title);
    let hint = Line::of(Role::Dim, "tab");
    if !front && end + 6 < area.right() {
        pen.right(Rect::new(end, area.y, area.right() - end - 1, 1), &hint);
    }
}

fn below(area: Rect) -> Rect {
    let height = area.height.saturating_sub(1);
    Rect::new(area.x, area.y + 1, area.width, height)
}

impl Page for PastPage {
    fn title(&self, _scene: &Scene) -> String {
        format!("{} in {}", self.workload, self.environment)
    }

    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        vec![self.question()]
    }

    fn refresh(&mut self, scene: &Scene) {
        match scene.answer(&self.question()) {
            Some(Answer::History(history)) => {
                self.answered = true;
                self.runs.listing.rows.clone_from(&history.runs);
                self.runs.listing.nothing = format!(
                    "no deployment to {} is known up to this instant",
                    self.environment
                );
                self.compare(&history.ahead);
            }
            Some(Answer::Nothing(why)) => {
                self.answered = true;
                self.runs.listing.rows.clear();
                self.ahead.listing.rows.clear();
                self.runs.listing.nothing.clone_from(why);
            }
            // After a jump in time, until it is told anew.
            _ => self.answered = false,
        }
        self.runs.refresh();
        self.ahead.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        match intent {
            Intent::Open => self.open(),
            Intent::NextPane | Intent::PreviousPane => {
                self.second = !self.second;
                Reaction::Done
            }
            _ => Reaction::Ignored,
        }
    }

    fn click(&mut self, _target: Target, _scene: &Scene) -> Reaction {
        Reaction::Ignored
    }

    fn subject(&self) -> Subject {
        let row = self.runs.selected().filter(|_| !self.second);
        let ran = row.and_then(|row| self.runs.listing.rows.get(row));
        Subject {
            environment: Some(self.environment.clone()),
            version: ran.and_then(|ran| ran.sha.clone().or_else(|| ran.version.clone())),
            deployment: ran.map(|ran| ran.deployment.clone()),
            ..Subject::workload(Some(self.workload.clone()))
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let area = below(area);
        if !self.answered {
            let words = "working out what ran here …";
            pen.text(area.x + 2, area.y, area.width - 2, Role::Dim, words);
            return;
        }
        let clickable = pen.hits.len();
        if area.width >= WIDE {
            let left = area.width * 11 / 20;
            self.draw_runs(Rect::new(area.x, area.y, left - 2, area.height), pen);
            let first = pen.hits.len();
            leaf::upright(area.x + left - 1, area, Role::Border, pen);
            let right = Rect::new(area.x + left, area.y, area.width - left, area.height);
            self.draw_ahead(right, pen);
            self.keep_hits(clickable, first, pen);
            return;
        }
        let rows = u16::try_from(self.ahead.listing.len()).unwrap_or(u16::MAX);
        let second = rows.saturating_add(2).clamp(3, area.height * 2 / 5);
        let first = area.height - second - 1;
        self.draw_runs(Rect::new(area.x, area.y, area.width, first), pen);
        let hits = pen.hits.len();
        leaf::rule(area.x, area.y + first, area.width, &Line::new(), pen);
        let top = area.y + first + 1;
        self.draw_ahead(Rect::new(area.x, top, area.width, second), pen);
        self.keep_hits(clickable, hits, pen);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(if self.second { &self.ahead } else { &self.runs })
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(if self.second {
            &mut self.ahead
        } else {
            &mut self.runs
        })
    }

    fn workload(&self) -> Option<String> {
        Some(self.workload.clone())
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let row = self.runs.selected();
        let ran = row.and_then(|row| self.runs.listing.rows.get(row));
        let none = !self.second && ran.is_none_or(|ran| ran.changes.is_empty());
        let text = if self.second {
            "change"
        } else {
            "what it brought"
        };
        let no_link = self.link().is_none();
        vec![
            Hint::new(Intent::Open, text).unless(none.then(|| "no change".to_owned())),
            Hint::new(Intent::NextPane, "other list"),
            Hint::new(Intent::Earlier, "earlier"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Browse, "open in browser")
                .unless(no_link.then(|| "no link".to_owned())),
            Hint::new(Intent::Back, "back"),
        ]
    }

    fn about(&self) -> &'static str {
        "Every deployment to one environment, the newest first; the dot marks what runs now. Kind: first (nothing was known before it), change, rollback \
         (to an older version), redeploy (the version that was there), failed, cancelled, removed, deploying. Ran for: until something else took its \
         place. Ships: the changes that it was the first to bring here, ~ where one was told by date alone; enter lists them. The second list holds it \
         against the environment before it on the path, or the target branch."
    }
}

impl PastPage {
    /// Clicks belong to the list that the keys move in: rows are counted in each.
    fn keep_hits(&self, from: usize, second: usize, pen: &mut Pen<'_>) {
        if self.second {
            pen.hits.drain(from..second);
        } else {
            pen.hits.truncate(second);
        }
    }
}

/// What one deployment brought.
struct BroughtPage {
    title: String,
    table: Table<Briefs>,
}

impl BroughtPage {
    fn new(workload: &str, ran: &Ran) -> Self {
        let mut briefs = Briefs::new(workload, "", "live for", "");
        briefs.rows = ran.changes.iter().map(Row::from).collect();
        let mut table = Table::new(briefs);
        table.refresh();
        let version = ran.version.as_deref().unwrap_or(&ran.deployment);
        Self {
            title: version.to_owned(),
            table,
        }
    }
}

impl Page for BroughtPage {
    fn title(&self, _scene: &Scene) -> String {
        self.title.clone()
    }

    fn refresh(&mut self, _scene: &Scene) {
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        match intent {
            Intent::Open => self.table.listing.open(self.table.selected()),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let area = below(area);
        let count = figure::count(self.table.listing.len(), "change");
        let line = Line::of(Role::Title, format!("{} brought {count}", self.title));
        pen.line(area.x + 2, area.y, area.width - 2, &line);
        self.table.draw(below(below(area)), pen, true);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        vec![
            Hint::new(Intent::Open, "change"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Browse, "open in browser"),
            Hint::new(Intent::Back, "back"),
        ]
    }

    fn about(&self) -> &'static str {
        "The changes that one deployment was the first to bring to its environment. What an earlier deployment had brought already is listed there."
    }
}
