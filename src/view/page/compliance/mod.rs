//! The path to compliance: workloads against the steps that their paths require, for what is live in production; the cell in front in words, with what
//! scans found and what else is wrong.

mod facts;
mod matrix;
mod one;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows};
use crate::intent::Intent;
use crate::report::sheet::Line;
use crate::report::{Style, figure, glyph};
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;
use crate::view::table::Table;
use crate::view::widget::leaf;
use matrix::{Grave, Matrix, STANDINGS, sign};
use one::WorkloadPage;

/// From here on the cell in front stands at the right, else below.
const BESIDE: u16 = 150;
const SIDE: u16 = 62;
/// So many rows has the cell below.
const BELOW: u16 = 11;
/// Among fewer rows the matrix has all but one, which says how the cell stands.
const FEW: u16 = 12;

/// The page.
pub struct CompliancePage {
    table: Table<Matrix>,
}

impl Default for CompliancePage {
    fn default() -> Self {
        let mut table = Table::new(Matrix::default());
        // The worst first.
        table.sort = Some(crate::view::table::Sort {
            column: 1,
            reversed: false,
        });
        Self { table }
    }
}

impl CompliancePage {
    fn open(&self) -> Reaction {
        let matrix = &self.table.listing;
        let row = self.table.selected();
        match row.and_then(|row| Some((row, matrix.summary(row)?))) {
            Some((row, summary)) => {
                let step = matrix.step(row, matrix.cells.front);
                let step = step.map(|step| &*step.step);
                Reaction::Push(Box::new(WorkloadPage::new(&summary.workload, step)))
            }
            None => Reaction::Say("there is no workload here to open".to_owned()),
        }
    }

    fn draw_head(&self, area: Rect, pen: &mut Pen<'_>) {
        let matrix = &self.table.listing;
        let graves: Vec<Grave> = matrix.graves().collect();
        let count = |is: fn(&Grave) -> bool| graves.iter().filter(|grave| is(grave)).count();
        let hold = count(|grave| matches!(grave, Grave::Holds | Grave::Path(_)));
        let path = count(|grave| matches!(grave, Grave::Path(_)));
        let not_live = count(|grave| matches!(grave, Grave::NotLive));
        let unknown = count(|grave| matches!(grave, Grave::Unknown));
        let of = graves.len() - not_live - unknown;
        let role = if hold == of && of > 0 {
            Role::Good
        } else {
            Role::Title
        };
        let words = format!(
            "{hold} of {} {} every required step",
            figure::count(of, "workload"),
            if of == 1 { "holds" } else { "hold" }
        );
        let mut line = Line::of(role, words);
        let mut told = |role, count: usize, words: &str| {
            if count > 0 {
                line.push(Role::Dim, " · ");
                line.push(role, format!("{count} {words}"));
            }
        };
        told(Role::Warning, path, "with problems of the path");
        told(Role::Dim, not_live, "with nothing live");
        if unknown > 0 {
            let words = format!(
                "working out {} of {} …",
                graves.len() - unknown,
                graves.len()
            );
            line.push(Role::Process, format!(" · {words}"));
        }
        pen.line(area.x + 2, area.y, area.width - 2, &line);
        pen.line(area.x + 2, area.y + 1, area.width - 2, &self.legend());
    }

    /// How many steps of all workloads stand how; it tells at the same time what the signs mean.
    fn legend(&self) -> Line {
        let mut line = Line::new();
        for (standing, count) in STANDINGS.into_iter().zip(self.table.listing.standings) {
            let (role, sign) = sign(standing);
            let role = if count == 0 { Role::Dim } else { role };
            line.push(role, format!("{sign} {count} {}", standing.word()));
            line.push(Role::Dim, "  ");
        }
        line.with(Role::Dim, format!("{} locked", glyph::LOCK))
    }

    fn draw_matrix(&self, area: Rect, pen: &mut Pen<'_>) {
        self.table.listing.cells.draw(&self.table, area, pen);
    }

    /// The cell in front in words, in lines of a width.
    fn cell(&self, width: u16, style: &Style) -> Vec<Line> {
        let matrix = &self.table.listing;
        let row = self.table.selected();
        let Some((row, summary)) = row.and_then(|row| Some((row, matrix.summary(row)?))) else {
            return Vec::new();
        };
        let workload = &summary.workload;
        let mut told = facts::new(usize::from(width));
        let Some(compliance) = matrix.compliance(row) else {
            told.words(Role::Dim, &format!("working out {workload} …"));
            return told.lines();
        };
        match (
            matrix.step(row, matrix.cells.front),
            matrix.cells.names.get(matrix.cells.front),
        ) {
            (Some(step), _) => facts::step(step, workload, &mut told, style),
            (None, Some(name)) if compliance.live.is_some() => {
                let words = format!("the path of {workload} does not ask for {name}");
                told.words(Role::Dim, &words);
            }
            _ => {
                told.line(Line::of(Role::Title, workload));
            }
        }
        told.space();
        facts::whole(compliance, &mut told, style);
        told.lines()
    }

    fn draw_cell(&self, area: Rect, pen: &mut Pen<'_>) {
        let lines = self.cell(area.width, &pen.scene.style);
        leaf::draw(&lines, 0, area, "enter shows all of it", pen);
    }
}

impl Page for CompliancePage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn refresh(&mut self, scene: &Scene) {
        if self.table.listing.gather(scene) {
            self.table.refresh();
        }
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
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
        let Target::Part(part) = target else {
            return Reaction::Ignored;
        };
        let (row, column) = self.table.listing.cells.clicked(part);
        if row == self.table.cursor() && column == self.table.listing.cells.front {
            return self.open();
        }
        self.table.listing.cells.aim(column);
        self.table.click(Target::Row(row));
        Reaction::Done
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        self.draw_head(area, pen);
        let top = area.y + 3;
        let body = Rect::new(area.x, top, area.width, area.bottom().saturating_sub(top));
        if area.width >= BESIDE {
            let list = area.width - SIDE;
            let place = Rect::new(body.x, body.y, list - 1, body.height);
            self.draw_matrix(place, pen);
            leaf::upright(body.x + list, body, Role::Border, pen);
            let place = Rect::new(body.x + list + 2, body.y, SIDE - 3, body.height);
            self.draw_cell(place, pen);
            return;
        }
        let cell = if body.height < FEW {
            0
        } else {
            BELOW.min(body.height / 2)
        };
        let list = body.height.saturating_sub(cell + 1);
        let place = Rect::new(body.x, body.y, body.width, list);
        self.draw_matrix(place, pen);
        let mut title = Line::new();
        if cell == 0 {
            let lines = self.cell(u16::MAX, &pen.scene.style);
            title = lines.into_iter().next().unwrap_or_default();
        }
        leaf::rule(body.x, body.y + list, body.width, &title, pen);
        let place = Rect::new(body.x + 2, body.y + list + 1, body.width - 4, cell);
        self.draw_cell(place, pen);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
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
        let no_link = Rows::link(&self.table).is_none();
        let none = self.table.selected().is_none();
        vec![
            Hint::new(Intent::Open, "all its steps").unless(none.then(|| "no row".to_owned())),
            Hint::new(Intent::Right, "next step"),
            Hint::new(Intent::Browse, "evidence").unless(no_link.then(|| "no link".to_owned())),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Export, "export"),
        ]
    }

    fn about(&self) -> &'static str {
        "A row a workload, a column a step that some path requires; a cell is the evidence for what is live in production now: ✓ present, ◷ stale (older than \
         the path allows, or than what it speaks of), ↷ overridden (filled in another way than the path asks for), – missing, ✗ failed; ◘ the step is \
         locked; blank: the path of this workload does not ask for it. Code and deploy steps are no evidence and have no column. The worst first; ! a \
         workload whose evidence is all there and whose path, or the way that was taken, leaves something out. h and l go from step to step. Filter with \
         state:missing, step:scan, path:."
    }
}
