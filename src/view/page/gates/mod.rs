//! The inbox of decisions that are waited for, worst first, with the evidence of the one in front beside it.

mod evidence;
mod inbox;
mod one;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows};
use crate::intent::Intent;
use crate::report::figure;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::listing::Listing;
use crate::view::pen::Pen;
use crate::view::scene::{Scene, Stage};
use crate::view::scope::Scope;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::leaf;
use evidence::{Extent, lines};
use inbox::Inbox;
use one::GatePage;

/// From here on the evidence stands at the right, else below.
const BESIDE: u16 = 100;
/// With fewer rows than this there is only the list.
const BELOW: u16 = 16;

/// The page.
pub struct GatesPage {
    table: Table<Inbox>,
}

impl Default for GatesPage {
    fn default() -> Self {
        Self {
            table: Table::new(Inbox::default()),
        }
    }
}

impl GatesPage {
    /// How many wait, and how many of them are not in sight: a gate that waits is never hidden in silence.
    fn draw_head(&self, area: Rect, pen: &mut Pen<'_>) {
        let inbox = &self.table.listing;
        let all = self.table.listing.len();
        let (late, mine) = inbox.counts();
        let mut line = Line::of(Role::Title, figure::count(all, "open gate"));
        if late > 0 {
            line.push(Role::Dim, " · ");
            line.push(Role::Warning, format!("{late} late"));
        }
        if mine > 0 {
            line.push(Role::Dim, " · ");
            line.push(Role::Good, format!("{mine} for you"));
        }
        let working = match pen.scene.stage {
            _ if inbox.is_whole => None,
            Stage::Working(done, total) => Some(format!("working out {done} of {total} …")),
            _ => Some("working out the rest …".to_owned()),
        };
        if let Some(words) = working {
            line.push(Role::Process, format!(" · {words}"));
        }
        let end = pen.line(area.x + 2, area.y, area.width - 2, &line);
        let mut hidden = Vec::new();
        let filtered = all - self.table.rows().count();
        if filtered > 0 {
            hidden.push(format!("{filtered} hidden by the filter"));
        }
        if inbox.outside > 0 {
            let scope = pen.scene.scope.text();
            hidden.push(format!("{} more outside {scope}", inbox.outside));
        }
        if inbox.coming > 0 {
            hidden.push(format!("{} more known from before", inbox.coming));
        }
        let rest = Rect::new(end + 3, area.y, area.right().saturating_sub(end + 4), 1);
        let text = if hidden.is_empty() {
            Line::of(Role::Dim, "worst first: time waited × changes held")
        } else {
            Line::of(Role::Warning, format!("! {}", hidden.join(", ")))
        };
        if hidden.is_empty() && text.width() > usize::from(rest.width) {
            return;
        }
        pen.right(rest, &text);
    }

    fn draw_evidence(&self, area: Rect, pen: &mut Pen<'_>) {
        let Some(found) = self
            .table
            .selected()
            .and_then(|row| self.table.listing.at(row))
        else {
            return;
        };
        let width = usize::from(area.width);
        let lines = lines(found, Extent::Beside, width, &pen.scene.style);
        leaf::draw(&lines, 0, area, "enter shows all of it", pen);
    }
}

impl Page for GatesPage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn refresh(&mut self, scene: &Scene) {
        self.table.listing.gather(scene);
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        let selected = self.table.selected();
        let found = selected.and_then(|row| self.table.listing.at(row));
        match (intent, found) {
            (Intent::Open | Intent::Right, Some((_, gate))) => {
                Reaction::Push(Box::new(GatePage::new(&gate.workload, &gate.gate)))
            }
            (Intent::Open, None) => Reaction::Say("no gate is open here".to_owned()),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        self.draw_head(area, pen);
        let body = Rect::new(
            area.x,
            area.y + 2,
            area.width,
            area.height.saturating_sub(2),
        );
        if self.table.selected().is_none() {
            self.table.draw(body, pen, true);
        } else if area.width >= BESIDE {
            let side = (area.width * 9 / 20).clamp(46, 84);
            let list = area.width - side;
            self.table
                .draw(Rect::new(body.x, body.y, list - 1, body.height), pen, true);
            leaf::upright(body.x + list, body, Role::Border, pen);
            let beside = Rect::new(body.x + list + 2, body.y, side - 3, body.height);
            self.draw_evidence(beside, pen);
        } else if body.height < BELOW {
            self.table.draw(body, pen, true);
        } else {
            let rows = u16::try_from(self.table.listing.len()).unwrap_or(u16::MAX);
            let list = rows.saturating_add(1).clamp(3, body.height * 2 / 5);
            self.table
                .draw(Rect::new(body.x, body.y, body.width, list), pen, true);
            leaf::rule(body.x, body.y + list, body.width, &Line::new(), pen);
            let top = body.y + list + 1;
            let below = Rect::new(body.x + 2, top, body.width - 3, body.bottom() - top);
            self.draw_evidence(below, pen);
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn subject(&self) -> Subject {
        let chosen = self.table.chosen().into_iter();
        let gates = chosen.filter_map(|row| {
            let (_, gate) = self.table.listing.at(row)?;
            Some((gate.workload.clone(), gate.gate.clone()))
        });
        let front = self
            .table
            .selected()
            .and_then(|row| self.table.listing.at(row));
        Subject {
            gates: gates.collect(),
            environment: front.and_then(|(_, gate)| gate.environment.clone()),
            ..Subject::workload(self.workload())
        }
    }

    fn scope(&self) -> Option<Scope> {
        let (overview, _) = self.table.listing.at(self.table.selected()?)?;
        let summary = &overview.summary;
        match self.table.group {
            Some(0) => summary.team.clone().map(Scope::Team),
            _ => Some(Scope::Workload(summary.workload.clone())),
        }
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let none = self.table.selected().is_none();
        let why = || none.then(|| "none is open".to_owned());
        let no_link = Rows::link(&self.table).is_none();
        vec![
            Hint::new(Intent::Open, "the gate").unless(why()),
            Hint::new(Intent::Mark, "mark several"),
            Hint::new(Intent::Browse, "open in browser")
                .unless(no_link.then(|| "no link".to_owned())),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Copy, "copy"),
            Hint::new(Intent::Scope, "narrow"),
        ]
    }

    fn about(&self) -> &'static str {
        "The decisions that are waited for, worst first: time waited multiplied by the changes held. Late: past the time in which the path wants it decided. \
         Holds back: changes merged later and runs queued behind it, which cannot move before. Decides: you, where the tool or the list of approvers says \
         so, else who may, or why you may not. Newer: a later candidate for the same step, which makes deciding this one pointless. Filter with state:late, \
         state:mine, on:@me; what a filter or the scope hides is counted at the top."
    }
}
