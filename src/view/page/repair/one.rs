//! An incident's own page: the way back in stages, what happened when, what caused it and what answers it, and the changes of both as a list to go on from.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::list::card;
use super::{below, facts, leaf_rows, stages};
use crate::intent::Intent;
use crate::model::overview::{Detail, Overview};
use crate::model::repair::Repair;
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;
use crate::view::page::briefs::{self, Briefs, Row};
use crate::view::page::{Hint, Page, Reaction, Rows, change};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::leaf;
use crate::view::widget::reading::Reading;

/// From here on what happened stands beside the rest.
const WIDE: u16 = 140;
/// With fewer rows than this below its head, not all of the text can be read beside the stages.
const LOW: u16 = 20;

/// The page.
pub struct IncidentPage {
    workload: String,
    incident: String,
    /// As it was last seen.
    seen: Option<(Arc<Overview>, Repair)>,
    table: Table<Briefs>,
    text: Reading,
    /// What happened when, where that stands beside: it is scrolled with the text.
    times: Reading,
}

impl IncidentPage {
    #[must_use]
    pub fn new(workload: &str, incident: &str) -> Self {
        let nothing = "no change is known that caused it or answers it";
        Self {
            workload: workload.to_owned(),
            incident: incident.to_owned(),
            seen: None,
            table: Table::new(Briefs::new(workload, "what it did", "live", nothing)),
            text: Reading::default(),
            times: Reading::default(),
        }
    }

    fn draw_list(&self, area: Rect, pen: &mut Pen<'_>) {
        if area.height < 2 {
            return;
        }
        let count = self.table.listing.rows.len();
        let title = Line::of(Role::Title, "changes").with(Role::Dim, format!("  {count}"));
        pen.line(area.x + 2, area.y, area.width - 2, &title);
        self.table.draw(below(area, 1), pen, !self.text.in_front());
    }
}

/// What can be declared of an incident, and of the deployment that is thought to have caused it.
pub fn subject(workload: &str, repair: &Repair) -> Subject {
    Subject {
        incident: Some(repair.incident.clone()),
        deployment: repair.cause.as_ref().map(|cause| cause.deployment.clone()),
        ..Subject::workload(Some(workload.to_owned()))
    }
}

/// The changes that caused it, that ended it, that are on their way.
fn changes(detail: &Detail, repair: &Repair) -> Vec<Row> {
    let caused = repair.cause.iter().flat_map(|cause| {
        let note = if cause.inferred {
            "~caused it"
        } else {
            "caused it"
        };
        let at = cause.at;
        cause
            .changes
            .iter()
            .map(move |id| (id, Role::Warning, note, Some(at)))
    });
    let fixed = repair.fix.iter().flat_map(|fix| {
        let note = if fix.inferred {
            "~ended it"
        } else {
            "ended it"
        };
        fix.changes
            .iter()
            .map(move |id| (id, Role::Good, note, Some(fix.at)))
    });
    let coming = repair.under_way.iter();
    let coming = coming.map(|id| (id, Role::Process, "on its way", None));
    let all = fixed.chain(coming).chain(caused);
    all.map(|(id, role, note, at)| Row {
        note: Some((role, note.to_owned())),
        at,
        ..named(detail, id)
    })
    .collect()
}

/// A change by its id, with what is known of it.
fn named(detail: &Detail, id: &str) -> Row {
    let material = &detail.material;
    let text = |name| Some(material.text(name).to_owned());
    let flying = detail.changes.iter().find(|one| one.change == id);
    let landed = || {
        let mut all = material.deliveries.iter();
        all.find(|one| material.text(one.change) == id)
    };
    let mut row = Row {
        change: id.to_owned(),
        ..Row::default()
    };
    if let Some(one) = flying {
        row.title.clone_from(&one.title);
        row.author.clone_from(&one.author);
        row.url.clone_from(&one.url);
    } else if let Some(one) = landed() {
        row.title = one.title.and_then(text);
        row.author = one.author.and_then(text);
    }
    row
}

impl Page for IncidentPage {
    fn title(&self, _scene: &Scene) -> String {
        format!("{} of {}", text::short(&self.incident), self.workload)
    }

    fn refresh(&mut self, scene: &Scene) {
        let found = scene.workload(&self.workload).and_then(|overview| {
            let detail = overview.detail.as_ref()?;
            let mut repairs = detail.repairs.iter();
            let repair = repairs.find(|one| one.incident == self.incident)?;
            self.table.listing.rows = changes(detail, repair);
            Some((Arc::clone(overview), repair.clone()))
        });
        if found.is_some() {
            self.seen = found;
        }
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        let both = [self.text.on(intent), self.times.on(intent)];
        if both.contains(&true) {
            return Reaction::Done;
        }
        let row = self.table.selected();
        match (intent, row.and_then(|row| self.table.listing.rows.get(row))) {
            (Intent::Open | Intent::Right, Some(row)) => {
                Reaction::Push(change(&self.workload, &row.change))
            }
            (Intent::Open, None) => Reaction::Say("there is no change here to open".to_owned()),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let area = below(area, 1);
        let Some((_, repair)) = &self.seen else {
            let words = format!("{} is not known at this instant", self.incident);
            let place = Rect::new(area.x + 2, area.y, area.width - 4, area.height);
            pen.paragraph(place, Role::Dim, &words);
            return;
        };
        let list = u16::try_from(self.table.listing.rows.len()).unwrap_or(u16::MAX);
        let list = list.saturating_add(2).clamp(4, (area.height / 3).max(4));
        let height = area.height.saturating_sub(list + 1);
        let text = Rect::new(area.x + 2, area.y, area.width - 4, height);
        let width = usize::from(text.width);
        let style = &pen.scene.style;
        let used = leaf_rows(
            &facts::head(&self.workload, repair, width, style),
            text,
            pen,
        );
        let rest = below(text, used + 1);
        // Where the text in front has no room beside the stages, they yield.
        let rest = if self.text.in_front() && rest.height < LOW {
            rest
        } else {
            below(rest, stages::draw(rest, repair, pen) + 1)
        };
        let wide = area.width >= WIDE;
        let half = if wide {
            (rest.width - 4) / 2
        } else {
            rest.width
        };
        let mut said = facts::answers(repair, usize::from(half), style);
        let times = facts::timeline(repair, usize::from(half), style);
        let left = Rect::new(rest.x, rest.y, half, rest.height);
        if wide {
            let right = Rect::new(rest.x + half + 4, rest.y, half, rest.height);
            self.times.draw(&times, right, pen);
        } else {
            said.push(Line::new());
            said.extend(times);
        }
        self.text.draw(&said, left, pen);
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

    fn subject(&self) -> Subject {
        let seen = self.seen.as_ref();
        seen.map_or_else(Subject::default, |(_, repair)| {
            subject(&self.workload, repair)
        })
    }

    fn workload(&self) -> Option<String> {
        Some(self.workload.clone())
    }

    fn link(&self) -> Option<String> {
        let (_, repair) = self.seen.as_ref()?;
        repair.url.clone().or_else(|| Rows::link(&self.table))
    }

    fn card(&self, _scene: &Scene) -> Option<String> {
        let (_, repair) = self.seen.as_ref()?;
        Some(card(&self.workload, repair))
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let no_change = self.table.selected().is_none();
        briefs::hints(no_change, self.link().is_none(), self.text.in_front())
    }

    fn about(&self) -> &'static str {
        "One incident: the way back in stages, what it came from, what answers it, and its times, each with how long before or after the opening it was. \
         ~ marks what is suspected and not named. Below are the changes that ended it, that are on their way to, and that came with the deployment that \
         caused it; enter opens one."
    }
}
