//! What runs where: workloads against environments, with the cell in front told in full, and behind it all that ran there.

mod cell;
mod matrix;
mod past;
mod runs;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows};
use crate::intent::Intent;
use crate::report::sheet::{Line, Sheet};
use crate::report::{Style, figure, glyph};
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::listing::Listing;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::leaf;
use crate::view::widget::reading::Reading;
use matrix::Matrix;
use past::PastPage;

/// From here on the cell stands at the right, else below.
const BESIDE: u16 = 150;
const SIDE: u16 = 58;
/// So many rows has the cell below.
const BELOW: u16 = 9;
/// Among fewer rows the matrix has all but one, which says how the cell stands; all of that is laid over it where it is asked for.
const FEW: u16 = 12;

/// The page.
pub struct EnvironmentsPage {
    table: Table<Matrix>,
    /// The cell in front.
    text: Reading,
}

impl Default for EnvironmentsPage {
    fn default() -> Self {
        Self {
            table: Table::new(Matrix::default()),
            text: Reading::default(),
        }
    }
}

impl EnvironmentsPage {
    fn open(&self) -> Reaction {
        let matrix = &self.table.listing;
        let row = self.table.selected();
        let found = row.and_then(|row| {
            let (running, _) = matrix.cell_of(row, matrix.cells.front)?;
            Some((matrix.summary(row)?, running))
        });
        match found {
            Some((summary, running)) => Reaction::Push(Box::new(PastPage::new(
                &summary.workload,
                &running.environment,
            ))),
            None => Reaction::Say("it has no such environment; h and l go to others".to_owned()),
        }
    }

    fn draw_head(&self, area: Rect, pen: &mut Pen<'_>) {
        let matrix = &self.table.listing;
        let count = figure::count(matrix.len(), "workload");
        let across = figure::count(matrix.cells.names.len(), "environment");
        let mut line = Line::of(Role::Title, count).with(Role::Dim, format!(" · {across}"));
        let counts = matrix.counts;
        let told = [
            (Role::Bad, glyph::BAD, "with an incident", counts.incident),
            (Role::Bad, "!", "failed", counts.failed),
            (Role::Process, glyph::ARROW, "deploying", counts.deploying),
            (
                Role::Wait,
                glyph::BEHIND,
                "behind in production",
                counts.behind,
            ),
            (Role::Gate, glyph::LOCK, "held", counts.held),
        ];
        for (role, sign, words, count) in told {
            if count > 0 {
                line.push(Role::Dim, " · ");
                line.push(role, format!("{sign} {count} {words}"));
            }
        }
        if counts.known < matrix.len() {
            let words = format!(" · working out {} of {} …", counts.known, matrix.len());
            line.push(Role::Process, words);
        }
        pen.line(area.x + 2, area.y, area.width - 2, &line);
    }

    /// The cell in front in words, in lines of a width.
    fn cell(&self, width: u16, style: &Style) -> Vec<Line> {
        let matrix = &self.table.listing;
        let front = || {
            let row = self.table.selected()?;
            let name = matrix.cells.names.get(matrix.cells.front)?;
            Some((row, matrix.summary(row)?, name))
        };
        let Some((row, summary, name)) = front() else {
            return Vec::new();
        };
        let width = usize::from(width);
        if let Some(found) = matrix.cell_of(row, matrix.cells.front) {
            return cell::lines(summary, found, width, style);
        }
        let words = if matrix.is_known(row) {
            format!("{} has no environment {name}", summary.workload)
        } else {
            format!("working out what runs of {} …", summary.workload)
        };
        let mut sheet = Sheet::new();
        sheet.paragraph(&Line::new(), Role::Dim, &words, width);
        sheet.into_lines()
    }

    fn draw_cell(&self, area: Rect, pen: &mut Pen<'_>) {
        let lines = self.cell(area.width, &pen.scene.style);
        self.text.draw(&lines, area, pen);
    }
}

impl Page for EnvironmentsPage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn refresh(&mut self, scene: &Scene) {
        if self.table.listing.gather(scene) {
            self.table.refresh();
        }
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        if self.text.on_cut(intent) {
            return Reaction::Done;
        }
        self.text.begin();
        match intent {
            Intent::Left | Intent::Right => {
                self.table.listing.cells.go(intent);
                Reaction::Done
            }
            Intent::Open => self.open(),
            _ => Reaction::Ignored,
        }
    }

    fn click(&mut self, target: Target, _scene: &Scene) -> Reaction {
        let matrix = &mut self.table.listing;
        let Target::Part(part) = target else {
            return Reaction::Ignored;
        };
        let (row, column) = matrix.cells.clicked(part);
        let again = row == self.table.cursor() && column == self.table.listing.cells.front;
        if again {
            return self.open();
        }
        self.table.listing.cells.aim(column);
        self.table.click(Target::Row(row));
        Reaction::Done
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        self.draw_head(area, pen);
        let body = Rect::new(
            area.x,
            area.y + 2,
            area.width,
            area.height.saturating_sub(2),
        );
        let matrix = &self.table.listing;
        if !matrix.is_empty() && matrix.cells.names.is_empty() && pen.scene.is_whole() {
            let words = "No deployment is known. Which environments there are is learnt from deployments: import events, or sync a source that deploys.";
            let place = Rect::new(body.x + 2, body.y, body.width - 4, body.height);
            pen.paragraph(place, Role::Dim, words);
        } else if area.width >= BESIDE {
            let list = area.width - SIDE;
            let place = Rect::new(body.x, body.y, list - 1, body.height);
            self.table.listing.cells.draw(&self.table, place, pen);
            leaf::upright(body.x + list, body, Role::Border, pen);
            self.draw_cell(
                Rect::new(body.x + list + 2, body.y, SIDE - 3, body.height),
                pen,
            );
        } else if body.height < FEW && self.text.in_front() {
            self.draw_cell(
                Rect::new(body.x + 2, body.y, body.width - 4, body.height),
                pen,
            );
        } else if body.height < FEW {
            self.split(body, 0, pen);
        } else if body.height < 2 * BELOW {
            let cell = body.height / 2;
            self.split(body, cell, pen);
        } else {
            self.split(body, BELOW, pen);
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn subject(&self) -> Subject {
        let matrix = &self.table.listing;
        let row = self.table.selected();
        let front = row.and_then(|row| matrix.cell_of(row, matrix.cells.front));
        let running = front.map(|(running, _)| running);
        Subject {
            environment: running.map(|one| one.environment.clone()),
            version: running.and_then(|one| one.sha.clone().or_else(|| one.version.clone())),
            deployment: running.and_then(|one| one.deployment.clone()),
            ..Subject::workload(self.workload())
        }
    }

    fn scope(&self) -> Option<Scope> {
        let summary = self.table.listing.summary(self.table.selected()?)?;
        match self.table.group {
            Some(0) => summary.team.clone().map(Scope::Team),
            Some(1) => Some(Scope::Path(summary.path.clone())),
            _ => Some(Scope::Workload(summary.workload.clone())),
        }
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let matrix = &self.table.listing;
        let row = self.table.selected();
        let none = row.is_none_or(|row| matrix.cell_of(row, matrix.cells.front).is_none());
        let scroll = self.text.leads_to();
        let scroll = scroll.map(|words| Hint::new(Intent::NextPane, words));
        let hints = [
            Hint::new(Intent::Open, "what ran here")
                .unless(none.then(|| "no such environment".to_owned())),
            Hint::new(Intent::Right, "cell"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Earlier, "earlier"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Copy, "copy"),
        ];
        let [open, rest @ ..] = hints;
        std::iter::once(open).chain(scroll).chain(rest).collect()
    }

    fn about(&self) -> &'static str {
        "A row a workload, a column an environment, in the order of the paths. A cell: health (✓ ok, ✗ an incident is open, ! the last attempt failed, ▶ \
         deploying, blank where no source tells), version, slot, age, and how it stands to the environment before it, or to the target branch: ↓ so \
         many changes behind, = the same version, ≠ another version though it lacks nothing. ◘ somebody keeps it as it is. - nothing is known to run \
         there; blank: no environment of this workload. h and l go from cell to cell. Filter with health:incident, health:behind, health:held."
    }
}

impl EnvironmentsPage {
    fn split(&self, body: Rect, cell: u16, pen: &mut Pen<'_>) {
        let list = body.height.saturating_sub(cell + 1);
        let place = Rect::new(body.x, body.y, body.width, list);
        self.table.listing.cells.draw(&self.table, place, pen);
        let mut title = Line::new();
        if cell == 0 {
            let lines = self.cell(u16::MAX, &pen.scene.style);
            title = lines.into_iter().next().unwrap_or_default();
        }
        leaf::rule(body.x, body.y + list, body.width, &title, pen);
        let place = Rect::new(body.x + 2, body.y + list + 1, body.width - 4, cell);
        self.draw_cell(place, pen);
    }
}
