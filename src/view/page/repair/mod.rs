//! The path to repair: incidents of production on the deployment that caused them, and the way back from each as a value stream of its own; above them
//! what the hotfix lane is worth.

mod facts;
mod list;
mod one;
mod stages;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows};
use crate::intent::Intent;
use crate::model::statistic::Spread;
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::listing::Listing;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::leaf;
use list::Incidents;
use one::IncidentPage;

/// From here on the incident in front stands at the right, else below.
const BESIDE: u16 = 140;
/// With fewer rows than this there is only the list.
const BELOW: u16 = 14;

/// How far the figures of a scene look back.
fn length(scene: &Scene) -> String {
    duration::whole(scene.lens.length)
}

/// The page.
pub struct RepairPage {
    table: Table<Incidents>,
}

impl Default for RepairPage {
    fn default() -> Self {
        Self {
            table: Table::new(Incidents::default()),
        }
    }
}

impl RepairPage {
    fn draw_head(&self, area: Rect, pen: &mut Pen<'_>) {
        let (open, past) = self.table.listing.counts;
        let mut line = if open > 0 {
            Line::of(Role::Bad, format!("{} {open} open", glyph::BAD))
        } else {
            Line::of(Role::Title, "none open")
        };
        let past = format!(
            " · {past} past, of the last {} and as long before",
            length(pen.scene)
        );
        line.push(Role::Dim, past);
        let (known, all) = self.table.listing.known;
        if known < all {
            let words = format!(" · working out {known} of {all} …");
            line.push(Role::Process, words);
        }
        pen.line(area.x + 2, area.y, area.width - 2, &line);
        let lanes = lanes(pen.scene, area.width >= 110);
        pen.line(area.x + 2, area.y + 1, area.width - 2, &lanes);
    }

    fn draw_front(&self, area: Rect, pen: &mut Pen<'_>) {
        let selected = self.table.selected();
        let Some((overview, repair)) = selected.and_then(|row| self.table.listing.at(row)) else {
            return;
        };
        let width = usize::from(area.width);
        let style = &pen.scene.style;
        let head = facts::head(&overview.summary.workload, repair, width, style);
        let rest = facts::answers(repair, width, style);
        let used = leaf_rows(&head, area, pen);
        let mut area = below(area, used + 1);
        let stages = stages::draw(area, repair, pen);
        area = below(area, stages + 1);
        if area.height > 0 {
            leaf::draw(&rest, 0, area, "enter shows all of it", pen);
        }
    }
}

/// Draws lines from the top; tells how many rows they took.
fn leaf_rows(lines: &[Line], area: Rect, pen: &mut Pen<'_>) -> u16 {
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let rows = rows.min(area.height);
    for (line, y) in lines.iter().zip(area.y..area.y + rows) {
        pen.line(area.x, y, area.width, line);
    }
    rows
}

/// What is left of an area below so many rows.
fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect::new(area.x, area.y + rows, area.width, area.height - rows)
}

/// What the hotfix lane is worth: lead times in it beside the others.
fn lanes(scene: &Scene, wide: bool) -> Line {
    let question = Question::Lanes(scene.scope.clone());
    let Some(Answer::Lanes(told)) = scene.answer(&question) else {
        return Line::of(
            Role::Dim,
            "lead time of hotfixes beside the others: working out …",
        );
    };
    let (hotfix, usual) = (told.what.hotfix, told.what.usual);
    if hotfix.n == 0 && usual.n == 0 {
        let words = format!("nothing went live in the last {}", length(scene));
        return Line::of(Role::Dim, words);
    }
    let lane = |name: &str, lane: Spread| {
        if lane.n == 0 {
            return Line::of(Role::Dim, format!("{name}: none went live"));
        }
        let mut line = Line::of(Role::Dim, format!("{name} p50 "));
        line.push(Role::Text, duration::maybe(lane.p50_seconds));
        if wide {
            line.push(Role::Dim, "  p85 ");
            line.push(Role::Text, duration::maybe(lane.p85_seconds));
        }
        line.with(Role::Dim, format!("  n {}", lane.n))
    };
    let mut head = lane("hotfix lane", hotfix);
    head.push(Role::Dim, "   ");
    head.append(lane("the usual one", usual));
    if wide {
        let words = format!("   live in the last {}", length(scene));
        head.push(Role::Dim, words);
        if told.known < told.all {
            let words = format!(
                ", {} of {}",
                told.known,
                figure::count(told.all, "workload")
            );
            head.push(Role::Process, words);
        }
    }
    head
}

impl Page for RepairPage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn questions(&self, scene: &Scene) -> Vec<Question> {
        vec![Question::Lanes(scene.scope.clone())]
    }

    fn refresh(&mut self, scene: &Scene) {
        if self.table.listing.gather(scene) {
            self.table.refresh();
        }
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        let selected = self.table.selected();
        let found = selected.and_then(|row| self.table.listing.at(row));
        match (intent, found) {
            (Intent::Open | Intent::Right, Some((overview, repair))) => Reaction::Push(Box::new(
                IncidentPage::new(&overview.summary.workload, &repair.incident),
            )),
            (Intent::Open, None) => Reaction::Say("there is no incident here to open".to_owned()),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        self.draw_head(area, pen);
        let body = below(area, 3);
        if self.table.selected().is_none() || (area.width < BESIDE && body.height < BELOW) {
            self.table.draw(body, pen, true);
        } else if area.width >= BESIDE {
            let side = (area.width * 9 / 20).clamp(60, 90);
            let list = area.width - side;
            let place = Rect::new(body.x, body.y, list - 1, body.height);
            self.table.draw(place, pen, true);
            leaf::upright(body.x + list, body, Role::Border, pen);
            let place = Rect::new(body.x + list + 2, body.y, side - 3, body.height);
            self.draw_front(place, pen);
        } else {
            let rows = u16::try_from(self.table.listing.len()).unwrap_or(u16::MAX);
            // The stages come before long lists.
            let most = body.height.saturating_sub(stages::HEIGHT + 5);
            let list = rows.saturating_add(1).clamp(3, most.max(3));
            let place = Rect::new(body.x, body.y, body.width, list);
            self.table.draw(place, pen, true);
            leaf::rule(body.x, body.y + list, body.width, &Line::new(), pen);
            let rest = below(body, list + 1);
            let place = Rect::new(rest.x + 2, rest.y, rest.width - 3, rest.height);
            self.draw_front(place, pen);
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn subject(&self) -> Subject {
        let front = self.table.selected();
        let front = front.and_then(|row| self.table.listing.at(row));
        front.map_or_else(Subject::default, |(overview, repair)| {
            one::subject(&overview.summary.workload, repair)
        })
    }

    fn scope(&self) -> Option<Scope> {
        let (overview, _) = self.table.listing.at(self.table.selected()?)?;
        match self.table.group {
            Some(0) => overview.summary.team.clone().map(Scope::Team),
            _ => Some(Scope::Workload(overview.summary.workload.clone())),
        }
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let none = self.table.selected().is_none();
        let why = || none.then(|| "no incident".to_owned());
        let no_link = Rows::link(&self.table).is_none();
        vec![
            Hint::new(Intent::Open, "the incident").unless(why()),
            Hint::new(Intent::Window, "window"),
            Hint::new(Intent::Browse, "open in browser")
                .unless(no_link.then(|| "no link".to_owned())),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Copy, "copy"),
        ]
    }

    fn about(&self) -> &'static str {
        "Incidents of production that were open in the window or in one as long before it, the open ones first, then the newest. Caused by: the deployment \
         that the incident, or somebody, names; else, with ~, the last that went live before it. The way back is told in stages: detection (live until \
         opened; before the repair, and no part of it), diagnosis (opened until work on the fix began), fix (until its deployment began), rollout (until \
         it was live), confirmation (until resolved). A stage that the events do not show says why. The hotfix lane: lead times of changes that call \
         themselves unplanned, beside those of all others, of what went live in the window; all of the scope as one."
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::{Span, Timestamp};
    use crate::model::repair::{Repair, Stage};

    pub fn repair() -> Repair {
        Repair {
            incident: "INC-1".to_owned(),
            description: Some("baskets are empty".to_owned()),
            severity: None,
            url: None,
            opened: Timestamp::from_seconds(1_000),
            resolved: None,
            acknowledged: None,
            lasts: Span::from_seconds(60),
            cause: None,
            fix: None,
            under_way: vec!["12".to_owned()],
            detection: Stage::default(),
            diagnosis: Stage::default(),
            fixing: Stage::default(),
            rollout: Stage::default(),
            confirmation: Stage::default(),
            total: None,
        }
    }

    #[test]
    fn a_card_says_what_is_open_and_what_is_on_its_way() {
        assert_eq!(
            list::card("shop", &repair()),
            "INC-1 of shop: baskets are empty, open for 1m, on its way: 12"
        );
    }
}
