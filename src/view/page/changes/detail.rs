//! The page of one change: the sentence on top, who and what, its way as a waterfall, and everything that happened to it.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::timeline::Timeline;
use super::{WIDE, card, facts, list};
use crate::intent::Intent;
use crate::model::locate::Match;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::page::{Hint, Page, Reaction, Rows};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::reading::Reading;
use crate::view::widget::{leaf, waterfall};

/// Rows that the timeline has at least, with its head.
const FEWEST: u16 = 7;

/// Everything of one change.
pub(super) struct ChangePage {
    workload: String,
    change: String,
    /// As the worker told it, or until then as it stands in the list.
    found: Option<Match>,
    told: Option<Arc<Answer>>,
    table: Table<Timeline>,
    /// The facts are in front: they have the room, and keys scroll them.
    text: Reading,
}

impl ChangePage {
    pub(super) fn new(workload: &str, change: &str) -> Self {
        Self {
            workload: workload.to_owned(),
            change: change.to_owned(),
            found: None,
            told: None,
            table: Table::new(Timeline::default()),
            text: Reading::default(),
        }
    }

    fn question(&self) -> Question {
        Question::Change {
            workload: self.workload.clone(),
            change: self.change.clone(),
        }
    }

    /// As the list knows it.
    fn flying(&self, scene: &Scene) -> Option<Match> {
        let overview = scene.workload(&self.workload)?;
        let changes = &overview.detail.as_ref()?.changes;
        let found = changes.iter().find(|one| one.change == self.change);
        found.cloned()
    }

    /// Facts and waterfall, as lines of a width. Where there is little room, a bar stands for the waterfall.
    fn lines(&self, width: u16, scene: &Scene, brief: bool) -> Vec<Line> {
        let Some(found) = &self.found else {
            return Vec::new();
        };
        let mut lines = facts(found, width, scene, brief);
        if brief {
            lines.retain(|line| !line.is_empty());
            return lines;
        }
        let way = waterfall::with_sums(&found.timeline, width, &scene.style);
        lines.push(Line::new());
        lines.extend(way);
        lines
    }

    fn draw_timeline(&self, area: Rect, pen: &mut Pen<'_>) {
        if self.told.is_some() {
            self.table.draw(area, pen, !self.text.in_front());
        } else {
            let words = "working out everything that happened to it …";
            pen.text(area.x + 2, area.y, area.width, Role::Dim, words);
        }
    }
}

impl Page for ChangePage {
    fn title(&self, _scene: &Scene) -> String {
        let number = self.found.as_ref().map(list::number);
        let number = number.unwrap_or(crate::report::text::short(&self.change));
        format!("{} {number}", self.workload)
    }

    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        vec![self.question()]
    }

    fn refresh(&mut self, scene: &Scene) {
        let answer = scene.answers.get(&self.question()).cloned();
        self.found = match answer.as_deref() {
            Some(Answer::Change(found, _)) => Some((**found).clone()),
            _ => self.flying(scene).or_else(|| self.found.take()),
        };
        let first = self.told.is_none() && answer.is_some();
        self.told = answer;
        self.table.listing.told.clone_from(&self.told);
        self.table.refresh();
        if first {
            // What happened last tells where it is.
            self.table.on(Intent::Last);
        }
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        match intent {
            _ if self.text.on(intent) => Reaction::Done,
            Intent::Open => match self.link() {
                Some(link) => Reaction::Browse(link),
                None => Reaction::Say("no link is known of this".to_owned()),
            },
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        if let (None, Some(Answer::Nothing(why))) = (&self.found, self.told.as_deref()) {
            let inner = Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 1);
            pen.paragraph(inner, Role::Dim, why);
            return;
        }
        if area.width >= WIDE {
            let left = (area.width * 2 / 5).min(90);
            let inner = Rect::new(area.x + 1, area.y, left - 2, area.height);
            let lines = self.lines(inner.width, pen.scene, false);
            self.text.draw(&lines, inner, pen);
            let role = if self.text.in_front() {
                Role::Focus
            } else {
                Role::Border
            };
            leaf::upright(area.x + left, area, role, pen);
            let x = area.x + left + 1;
            let right = Rect::new(x, area.y, area.right() - x, area.height);
            self.draw_timeline(right, pen);
            return;
        }
        let inner = Rect::new(area.x + 1, area.y, area.width - 2, area.height);
        // As it is, where that leaves room for what happened; else in brief, until it is in front.
        let most = area.height.saturating_sub(FEWEST);
        let mut lines = self.lines(inner.width, pen.scene, false);
        let mut taken = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        if !self.text.in_front() && taken > area.height * 3 / 5 {
            lines = self.lines(inner.width, pen.scene, true);
            taken = u16::try_from(lines.len()).unwrap_or(u16::MAX);
            taken = taken.min(area.height * 3 / 5);
        }
        let taken = taken.min(most);
        let facts = Rect::new(inner.x, inner.y, inner.width, taken);
        self.text.draw(&lines, facts, pen);
        let below = Rect::new(
            area.x,
            area.y + taken + 1,
            area.width,
            area.height.saturating_sub(taken + 1),
        );
        self.draw_timeline(below, pen);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn subject(&self) -> Subject {
        Subject {
            change: Some(self.change.clone()),
            ..Subject::workload(self.workload())
        }
    }

    fn workload(&self) -> Option<String> {
        Some(self.workload.clone())
    }

    fn scope(&self) -> Option<Scope> {
        self.workload().map(Scope::Workload)
    }

    /// Of what is under the cursor, else of the change itself.
    fn link(&self) -> Option<String> {
        let own = || self.found.as_ref().and_then(|found| found.url.clone());
        Rows::link(&self.table).or_else(own)
    }

    fn card(&self, scene: &Scene) -> Option<String> {
        Some(card::text(self.found.as_ref()?, &scene.style))
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let link = self.link().is_none().then(|| "no link known".to_owned());
        let pane = if self.text.in_front() {
            "timeline"
        } else {
            "facts"
        };
        vec![
            Hint::new(Intent::Back, "back"),
            Hint::new(Intent::Browse, "browser").unless(link),
            Hint::new(Intent::Copy, "copy a hand-off"),
            Hint::new(Intent::NextPane, pane),
            Hint::new(Intent::Map, "map"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Where, "find another"),
        ]
    }

    fn about(&self) -> &'static str {
        "One change. On top where it is and on whom; then who and what, and its way: a row a step, each stretch where it lies in the life of the change \
         (█ worked on, ░ waiting, ▒ at a gate, × failed, ─ kept back on purpose). The forecast is the day by which it is live in half (p50) or 85 of 100 \
         cases (p85), from changes that were at the same step for as long. Below, or at the right, everything that happened to it: after is how long after \
         what was before; took is how long it ran or waited; o opens the tool's own page of the row. ~ stands before what is told by time alone."
    }
}
