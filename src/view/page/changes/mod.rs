//! The changes: every change in flight, the longest held first, with the way that it has come; and where a change is, whoever asks.

mod card;
mod columns;
mod detail;
mod found;
mod list;
mod rows;
mod timeline;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows};
use crate::intent::Intent;
use crate::model::locate::Match;
use crate::report;
use crate::report::sheet::Line;
use crate::report::{Style, figure};
use crate::theme::Role;
use crate::view::pen::Pen;
use crate::view::scene::{Scene, Stage};
use crate::view::scope::Scope;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::{leaf, waterfall};
use columns::IN_FLIGHT;
use detail::ChangePage;
use found::FoundPage;
use list::Changes;

/// From this width on, what is under the cursor is told beside the list.
pub(super) const WIDE: u16 = 140;

/// The page of one change.
#[must_use]
pub fn change(workload: &str, change: &str) -> Box<dyn Page> {
    Box::new(ChangePage::new(workload, change))
}

/// The page that tells where a reference is.
#[must_use]
pub fn found(reference: &str) -> Box<dyn Page> {
    Box::new(FoundPage::new(reference))
}

/// The page.
pub struct ChangesPage {
    table: Table<Changes>,
}

impl Default for ChangesPage {
    fn default() -> Self {
        Self {
            table: Table::new(Changes::new(&IN_FLIGHT)),
        }
    }
}

impl Page for ChangesPage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn refresh(&mut self, scene: &Scene) {
        if self.table.listing.fly(scene) {
            self.table.refresh();
        }
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        match (intent, self.table.selected()) {
            (Intent::Open | Intent::Right, Some(row)) => {
                Reaction::Push(self.table.listing.open(row))
            }
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let area = progress(area, pen);
        beside(&self.table, area, pen);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn subject(&self) -> Subject {
        let row = self.table.selected();
        Subject {
            change: row.map(|row| self.table.listing.change(row).change.clone()),
            ..Subject::workload(self.workload())
        }
    }

    fn scope(&self) -> Option<Scope> {
        let row = self.table.selected()?;
        let team = self
            .table
            .listing
            .summary(row)
            .and_then(|one| one.team.clone());
        match self.table.group {
            Some(0) => team.map(Scope::Team),
            _ => self.workload().map(Scope::Workload),
        }
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let nothing = self.table.selected().is_none();
        let why_not = || nothing.then(|| "no change".to_owned());
        vec![
            Hint::new(Intent::Open, "all of it").unless(why_not()),
            Hint::new(Intent::Where, "find a change"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Browse, "browser").unless(self.no_link()),
            Hint::new(Intent::Copy, "copy a hand-off"),
            Hint::new(Intent::Scope, "narrow"),
        ]
    }

    fn about(&self) -> &'static str {
        "A row a change that is neither live nor given up, the longest held first. Since: how long it has been in its state; on: whose move it is; age: from \
         its first commit to now. Way: its whole life, each as long as the column is wide, so that shares can be compared and not lengths: █ worked on, \
         ░ waiting, ▒ at a gate, × failed, ─ kept back on purpose (a freeze, a hold, a soak, a release), ? not known. Live: the day by which it is as likely \
         as not to be live, from changes that were as old at the same step; - where too few were. ~ stands before what rests on an inferred link. \
         A filter may name author:@me, team:, workload:, state:, step:, on:, path:, label: and ticket:."
    }

    fn card(&self, scene: &Scene) -> Option<String> {
        let row = self.table.selected()?;
        Some(card::text(self.table.listing.change(row), &scene.style))
    }
}

impl ChangesPage {
    fn no_link(&self) -> Option<String> {
        self.link().is_none().then(|| "no link known".to_owned())
    }
}

/// While not every workload is worked out, a line says so; tells what is left for the list.
fn progress(area: Rect, pen: &mut Pen<'_>) -> Rect {
    let Stage::Working(done, total) = pen.scene.stage else {
        return area;
    };
    if pen.scene.is_whole() || area.height < 4 {
        return area;
    }
    let words = format!("working out {} …", figure::of(done, total, "workload"));
    pen.text(area.x + 2, area.y, area.width - 2, Role::Dim, &words);
    Rect::new(area.x, area.y + 1, area.width, area.height - 1)
}

/// A list, and where there is room beside it, what is under its cursor.
fn beside(table: &Table<Changes>, area: Rect, pen: &mut Pen<'_>) {
    let row = table.selected().filter(|_| area.width >= WIDE);
    let Some(row) = row else {
        table.listing.fit(area.width);
        table.draw(area, pen, true);
        return;
    };
    let taken = (area.width * 2 / 5).min(64);
    table.listing.fit(area.width - taken);
    let list = Rect::new(area.x, area.y, area.width - taken, area.height);
    table.draw(list, pen, true);
    let pane = Rect::new(list.right(), area.y, taken, area.height);
    leaf::upright(pane.x, pane, Role::Border, pen);
    let inner = Rect::new(pane.x + 2, pane.y, pane.width - 3, pane.height);
    let found = table.listing.change(row);
    let mut lines = facts(found, inner.width, pen.scene, true);
    lines.push(Line::new());
    lines.extend(waterfall::lines(
        &found.timeline,
        inner.width,
        &pen.scene.style,
    ));
    leaf::draw(&lines, 0, inner, "enter shows all of it", pen);
}

/// All that is known of a change, as lines of a width.
fn facts(found: &Match, width: u16, scene: &Scene, with_bar: bool) -> Vec<Line> {
    let style = Style {
        width: usize::from(width),
        ..scene.style.clone()
    };
    report::change(found, &style, with_bar)
}
