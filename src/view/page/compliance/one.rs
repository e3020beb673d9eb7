//! A workload's own page: every step that its path requires, with the evidence for what is live, and what is wrong beyond that.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::sync::{Arc, LazyLock};

use ratatui::layout::Rect;

use super::facts;
use super::matrix::sign;
use crate::intent::Intent;
use crate::model::compliance::{Compliance, Required};
use crate::model::overview::Overview;
use crate::report::sheet::Line;
use crate::report::{duration, glyph};
use crate::theme::Role;
use crate::view::listing::{Column, Listing, Value};
use crate::view::page::{Hint, Page, Reaction, Rows};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::table::Table;
use crate::view::widget::leaf;
use crate::view::widget::reading::Reading;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("step", 12, 22, 0),
        Column::new("stands", 12, 12, 0),
        Column::new("for", 5, 7, 2).at_right().seconds().falling(),
        Column::new("by", 8, 18, 3),
        Column::new("evidence", 24, 100, 1),
    ]
});

/// The steps.
struct Steps {
    workload: String,
    seen: Option<Arc<Overview>>,
}

impl Steps {
    fn compliance(&self) -> Option<&Compliance> {
        Some(&self.seen.as_ref()?.detail.as_ref()?.compliance)
    }

    fn step(&self, row: usize) -> Option<&Required> {
        self.compliance()?.steps.get(row)
    }
}

impl Listing for Steps {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.compliance().map_or(0, |one| one.steps.len())
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        self.step(row)
            .map_or(Cow::Borrowed(""), |step| Cow::Borrowed(&*step.step))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let Some(step) = self.step(row) else {
            return Line::new();
        };
        let (role, sign) = sign(step.standing);
        match column {
            0 => {
                let lock = if step.locked { glyph::LOCK } else { "" };
                Line::of(Role::Text, &step.step).with(Role::Dim, format!(" {lock}"))
            }
            1 => Line::of(role, format!("{sign} {}", step.standing.word())),
            2 => step.since.map_or_else(Line::new, |since| {
                Line::of(Role::Dim, duration::age(since, scene.instant()))
            }),
            3 => Line::of(Role::Dim, step.tool.as_deref().unwrap_or("-")),
            _ => Line::of(Role::Text, &step.detail),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let step = self.step(row);
        match column {
            0 => Value::from(step.map(|step| &*step.step)),
            2 => {
                let since = step.and_then(|step| step.since);
                Value::from(since.map(|since| scene.instant() - since))
            }
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (Some(a), Some(b)) = (self.step(one), self.step(two)) else {
            return Ordering::Equal;
        };
        let order = match column {
            0 => a.step.cmp(&b.step),
            1 => Reverse(a.standing).cmp(&Reverse(b.standing)),
            2 => a.since.cmp(&b.since),
            3 => a.tool.cmp(&b.tool),
            _ => a.detail.cmp(&b.detail),
        };
        order.then_with(|| one.cmp(&two))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let words = |step: &Required| format!("{} {}", step.step, step.detail);
        self.step(row)
            .map_or(Cow::Borrowed(""), |step| Cow::Owned(words(step)))
    }

    fn workload(&self, _row: usize) -> Option<&str> {
        Some(&self.workload)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.step(row)?.url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        self.step(row).map_or_else(String::new, |step| {
            let url = step.url.as_ref().map(|url| format!(" {url}"));
            format!(
                "{}, {}: {}, {}{}",
                self.workload,
                step.step,
                step.standing.word(),
                step.detail,
                url.unwrap_or_default()
            )
        })
    }

    fn nothing(&self, _scene: &Scene) -> String {
        match self.compliance() {
            None => format!("working out {} …", self.workload),
            Some(one) if one.live.is_none() => "Nothing is known to be live in production, so there is nothing to hold evidence for. It is learnt from \
                 deployments: sync a source that deploys, or import its events."
                .to_owned(),
            Some(_) => "its path requires no step".to_owned(),
        }
    }
}

/// The page.
pub struct WorkloadPage {
    table: Table<Steps>,
    text: Reading,
}

impl WorkloadPage {
    /// `step` is the one in front.
    #[must_use]
    pub fn new(workload: &str, step: Option<&str>) -> Self {
        let mut table = Table::new(Steps {
            workload: workload.to_owned(),
            seen: None,
        });
        if let Some(step) = step {
            table.select(step);
        }
        Self {
            table,
            text: Reading::default(),
        }
    }
}

impl Page for WorkloadPage {
    fn title(&self, _scene: &Scene) -> String {
        self.table.listing.workload.clone()
    }

    fn refresh(&mut self, scene: &Scene) {
        let steps = &mut self.table.listing;
        steps.seen = scene.workload(&steps.workload).cloned();
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        if self.text.on_cut(intent) {
            return Reaction::Done;
        }
        match (intent, Rows::link(&self.table)) {
            (Intent::Open, Some(link)) => Reaction::Browse(link),
            (Intent::Open, None) => Reaction::Say("no link is known of this evidence".to_owned()),
            _ => {
                self.text.begin();
                Reaction::Ignored
            }
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let steps = &self.table.listing;
        let width = area.width - 4;
        let mut below = facts::new(usize::from(width));
        if let Some(step) = self.table.selected().and_then(|row| steps.step(row)) {
            facts::step(step, &steps.workload, &mut below, &pen.scene.style);
            below.space();
        }
        if let Some(compliance) = steps.compliance() {
            facts::whole(compliance, &mut below, &pen.scene.style);
        }
        let lines = below.lines();
        let rows = u16::try_from(Listing::len(&**steps)).unwrap_or(u16::MAX);
        let top = area.y + 1;
        let height = area.height.saturating_sub(1);
        let list = rows.saturating_add(1).clamp(3, (height / 2).max(3));
        let place = Rect::new(area.x, top, area.width, list);
        self.table.draw(place, pen, !self.text.in_front());
        leaf::rule(area.x, top + list, area.width, &Line::new(), pen);
        let y = top + list + 1;
        let place = Rect::new(area.x + 2, y, width, area.bottom().saturating_sub(y));
        self.text.draw(&lines, place, pen);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn workload(&self) -> Option<String> {
        Some(self.table.listing.workload.clone())
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let no_link = Rows::link(&self.table).is_none();
        let scroll = self.text.leads_to().into_iter();
        let scroll = scroll.map(|words| Hint::new(Intent::NextPane, words));
        let hints = vec![
            Hint::new(Intent::Open, "open in browser")
                .unless(no_link.then(|| "no link".to_owned())),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Copy, "copy"),
            Hint::new(Intent::Export, "export"),
            Hint::new(Intent::Back, "back"),
        ];
        scroll.chain(hints).collect()
    }

    fn about(&self) -> &'static str {
        "What is live in production of one workload, and the evidence for every step that its path requires: what it is, who produced it, and for how long \
         it has stood so. Below: the step in front in full, with what the newest scan found against the limits, and what is wrong with the path or with \
         the way that was taken."
    }
}
