//! A gate's own page: all that is known of it, and the changes that it holds as a list to go on from.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::evidence::{Extent, lines, ships};
use super::inbox::{card, name};
use crate::intent::Intent;
use crate::model::gate::OpenGate;
use crate::model::overview::Overview;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::page::briefs::{self, Briefs};
use crate::view::page::{Hint, Page, Reaction, Rows};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::leaf;
use crate::view::widget::reading::Reading;

/// From here on the changes stand beside the rest.
const WIDE: u16 = 150;
/// So many rows are kept for the changes, with their rule and heads.
const LIST: u16 = 8;

/// The page.
pub struct GatePage {
    workload: String,
    gate: String,
    /// As it was last seen: a gate that is decided while one reads does not vanish.
    seen: Option<(Arc<Overview>, OpenGate)>,
    open: bool,
    table: Table<Briefs>,
    text: Reading,
}

impl GatePage {
    #[must_use]
    pub fn new(workload: &str, gate: &str) -> Self {
        let nothing = "the gate names no change, and none was found by its commit";
        Self {
            workload: workload.to_owned(),
            gate: gate.to_owned(),
            seen: None,
            open: false,
            table: Table::new(Briefs::new(workload, "now", "since", nothing)),
            text: Reading::default(),
        }
    }

    fn draw_text(&self, area: Rect, pen: &mut Pen<'_>) {
        let Some((overview, gate)) = &self.seen else {
            let words = format!("{} is not known at this instant", self.gate);
            pen.paragraph(area, Role::Dim, &words);
            return;
        };
        let mut area = area;
        if !self.open {
            let words = "it is no longer open; this is how it was last seen";
            let rows = pen.paragraph(area, Role::Warning, words) + 1;
            area = below(area, rows);
        }
        let style = &pen.scene.style;
        let extent = Extent::Page;
        let width = usize::from(area.width);
        let lines = lines((overview, gate), extent, width, style);
        self.text.draw(&lines, area, pen);
    }

    fn draw_list(&self, area: Rect, pen: &mut Pen<'_>) {
        if area.height < 2 {
            return;
        }
        let title = Line::of(Role::Title, "ships")
            .with(Role::Dim, format!("  {}", self.table.listing.rows.len()));
        pen.line(area.x + 2, area.y, area.width - 2, &title);
        self.table.draw(below(area, 1), pen, !self.text.in_front());
    }
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect::new(area.x, area.y + rows, area.width, area.height - rows)
}

impl Page for GatePage {
    fn title(&self, _scene: &Scene) -> String {
        let step = self
            .seen
            .as_ref()
            .map_or(&*self.gate, |(_, gate)| name(gate));
        format!("{} at {step}", self.workload)
    }

    fn refresh(&mut self, scene: &Scene) {
        let overview = scene.workload(&self.workload);
        let found = overview.and_then(|overview| {
            let gates = &overview.detail.as_ref()?.gates;
            let gate = gates.iter().find(|gate| gate.gate == self.gate)?;
            Some((Arc::clone(overview), gate.clone()))
        });
        let working = overview.is_some_and(|overview| overview.detail.is_none());
        self.open = found.is_some() || working;
        if let Some((overview, gate)) = found {
            self.table.listing.rows = ships(&overview, &gate);
            self.seen = Some((overview, gate));
        }
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        match intent {
            Intent::Open => self.table.listing.open(self.table.selected()),
            _ if self.text.on(intent) => Reaction::Done,
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let area = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
        if area.width >= WIDE {
            let left = area.width * 2 / 5;
            let text = Rect::new(area.x + 2, area.y, left - 4, area.height);
            self.draw_text(text, pen);
            leaf::upright(area.x + left - 1, area, Role::Border, pen);
            let list = Rect::new(area.x + left, area.y, area.width - left, area.height);
            self.draw_list(list, pen);
            return;
        }
        let rows = u16::try_from(self.table.listing.rows.len()).unwrap_or(u16::MAX);
        let wanted = rows.saturating_add(3).clamp(4, LIST.max(area.height / 2));
        let list = wanted.min(area.height / 2);
        let text = Rect::new(area.x + 2, area.y, area.width - 4, area.height - list - 1);
        self.draw_text(text, pen);
        let y = area.bottom() - list - 1;
        leaf::rule(area.x, y, area.width, &Line::new(), pen);
        self.draw_list(below(area, area.height - list), pen);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn workload(&self) -> Option<String> {
        Some(self.workload.clone())
    }

    fn subject(&self) -> Subject {
        let open = self.seen.iter().filter(|_| self.open);
        Subject {
            gates: open
                .map(|_| (self.workload.clone(), self.gate.clone()))
                .collect(),
            ..Subject::workload(self.workload())
        }
    }

    fn link(&self) -> Option<String> {
        let (_, gate) = self.seen.as_ref()?;
        gate.url.clone().or_else(|| Rows::link(&self.table))
    }

    fn card(&self, scene: &Scene) -> Option<String> {
        let (_, gate) = self.seen.as_ref()?;
        Some(card(gate, scene.instant()))
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let no_change = self.table.selected().is_none();
        briefs::hints(no_change, self.link().is_none(), self.text.in_front())
    }

    fn about(&self) -> &'static str {
        "One gate: how long it has been waiting, on what evidence it can be decided, who may decide and whether you are among them, and what it holds. \
         Evidence is what the machine steps before the gate left behind for this very version: present, missing, stale (older than the path allows) or \
         failed. The list below, or at the right, is what ships when it is decided; enter opens a change. What deciding would do is shown, word for word, before anything is sent."
    }
}
