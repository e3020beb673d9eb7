//! What is now: the same boxes, with the changes in flight standing at their steps, the oldest first, each with its age there and how that compares with
//! the visits of the window.

use ratatui::layout::Rect;

use super::history::lower;
use super::standing::{age, pace};
use super::{MapPage, changes};
use crate::model::locate::Match;
use crate::model::stream::{Map, StepFigures};
use crate::report::map::{boxes, signs};
use crate::report::sheet::{Line, Sheet};
use crate::report::table::{Column, Table};
use crate::report::{duration, glyph, state_look, text};
use crate::theme::Role;
use crate::view::pen::Pen;
use crate::view::scene::Scene;

/// Rows of a box before its changes: how many there are, how long they usually stay.
const ABOVE: usize = 3;
/// A box is at most so wide inside.
const WIDEST: usize = 34;

impl MapPage {
    pub(super) fn draw_live(&self, area: Rect, map: &Map, pen: &mut Pen<'_>) {
        let mut area = area;
        if map.changes == 0 {
            let words = format!(
                "Nothing went live in {}, so there is no lead time to tell; w looks further back, or less far. Here is what is on its way.",
                duration::whole(pen.scene.lens.length)
            );
            let rows = pen.paragraph(area, Role::Warning, &words);
            area = lower(area, rows + 1);
        }
        if map.steps.is_empty() {
            let lines = notes(map, area.width);
            self.below(area, &lines, pen);
            return;
        }
        if !self.is_worked_out(pen.scene) {
            pen.text(
                area.x,
                area.y,
                area.width,
                Role::Dim,
                "working out what is in flight …",
            );
            return;
        }
        let mut lines = vec![summary(self, map, pen.scene), Line::new()];
        if map.changes == 0 {
            lines.extend(notes(map, area.width));
            lines.push(Line::new());
        }
        lines.push(legend());
        let taken = if self.boxes.get() {
            // What is said below keeps its room, unless that is most of all.
            let below = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX);
            let height = area.height - below.min(area.height / 2);
            self.draw_live_boxes(Rect { height, ..area }, map, pen)
        } else {
            self.draw_live_list(area, map, pen)
        };
        let rest = lower(area, taken + 1);
        let used = self.below(rest, &lines, pen);
        if self.boxes.get() {
            self.draw_front_live(lower(rest, used + 1), pen);
        }
    }

    /// The changes at the step in front, with what they are and whose move it is, where there is room below the boxes.
    fn draw_front_live(&self, area: Rect, pen: &mut Pen<'_>) {
        let Some((at, step)) = self.at.zip(self.step()) else {
            return;
        };
        let here = self.here(at);
        if area.height < 4 {
            return;
        }
        let flying = changes(pen.scene, self.workload.as_deref());
        let rows = u16::try_from(here.len().max(1) + 2).unwrap_or(u16::MAX);
        let frame = Rect::new(area.x, area.y, area.width, rows.min(area.height));
        let mut title = Line::of(Role::Title, &step.name);
        title.push(Role::Gate, format!(" {}", signs(step)));
        title.push(Role::Dim, format!(" {} here now", here.len()));
        let inner = pen.frame(frame, &title, false);
        let inner = Rect::new(
            inner.x + 1,
            inner.y,
            inner.width.saturating_sub(2),
            inner.height,
        );
        if here.is_empty() {
            let words = "no change in flight stands here";
            pen.text(inner.x, inner.y, inner.width, Role::Dim, words);
        }
        let shown = here.iter().filter_map(|at| flying.get(*at));
        for (change, y) in shown.zip(inner.top()..inner.bottom()) {
            let mut line = token(change, step, pen.scene, 30);
            line.push(Role::Text, "  ");
            line.push(
                state_look(change.state).role,
                change.state.replace('_', " "),
            );
            line.pad_to(46);
            line.push(
                Role::Text,
                format!(" {}", change.title.as_deref().unwrap_or("-")),
            );
            if !change.on.is_empty() {
                line.push(Role::Dim, "  on ");
                line.push(Role::Gate, change.on.join(", "));
            }
            pen.line(inner.x, y, inner.width, &line);
        }
    }

    fn is_worked_out(&self, scene: &Scene) -> bool {
        let name = self.workload.as_deref();
        name.and_then(|name| scene.workload(name))
            .is_some_and(|one| one.detail.is_some())
    }

    fn here(&self, place: usize) -> &[usize] {
        self.standing.get(place).map_or(&[], Vec::as_slice)
    }

    fn draw_live_boxes(&self, area: Rect, map: &Map, pen: &mut Pen<'_>) -> u16 {
        let width = usize::from(area.width);
        let Some(shape) = self.shape(map, width) else {
            return 0;
        };
        let shape = shape.widened(width, WIDEST);
        let flying = changes(pen.scene, self.workload.as_deref());
        let rows = shape.rows().max(1);
        let room = (usize::from(area.height) / rows).saturating_sub(2);
        let heights: Vec<usize> = (0..shape.rows())
            .map(|row| {
                let steps = shape.columns.iter().filter_map(|column| column.get(row));
                let most = steps.map(|place| self.here(*place).len()).max();
                (ABOVE + most.unwrap_or(0)).min(room).max(ABOVE)
            })
            .collect();
        let inside = shape.inside - 2;
        let lines = boxes::frames(map, &shape, &heights, &|place, row| {
            let step = &map.steps[place];
            let here = self.here(place);
            let level = shape
                .columns
                .iter()
                .find_map(|column| column.iter().position(|one| *one == place));
            let height = level.and_then(|level| heights.get(level)).copied();
            let over = (ABOVE + here.len()).saturating_sub(height.unwrap_or(0));
            match row {
                0 => label("here", &here.len().to_string(), Role::Title, inside),
                1 => label(
                    "p50",
                    &duration::maybe(step.stay.p50_seconds),
                    Role::Dim,
                    inside,
                ),
                2 => label(
                    "p85",
                    &duration::maybe(step.stay.p85_seconds),
                    Role::Dim,
                    inside,
                ),
                row if over > 0 && Some(row + 1) == height => {
                    Line::of(Role::Dim, format!("… {} more", over + 1))
                }
                row => here
                    .get(row - ABOVE)
                    .and_then(|at| flying.get(*at))
                    .map_or_else(Line::new, |change| token(change, step, pen.scene, inside)),
            }
        });
        self.draw_shape(area, (&shape, &heights), &lines, pen)
    }

    fn draw_live_list(&self, area: Rect, map: &Map, pen: &mut Pen<'_>) -> u16 {
        let flying = changes(pen.scene, self.workload.as_deref());
        let places = self.places();
        let mut table = Table::new(vec![
            Column::text("step", 10),
            Column::figure("here"),
            Column::figure("p50").spare(1),
            Column::figure("p85").spare(2),
            Column::text("oldest", 16),
        ]);
        for place in &places {
            let step = &map.steps[*place];
            let here = self.here(*place);
            let oldest = here.first().and_then(|at| flying.get(*at));
            let oldest = oldest.map_or_else(Line::new, |change| token(change, step, pen.scene, 24));
            let role = if here.is_empty() {
                Role::Dim
            } else {
                Role::Text
            };
            let mut name = Line::of(role, &step.name);
            name.push(Role::Gate, format!(" {}", signs(step)));
            table.row(vec![
                name.into(),
                Line::of(role, here.len().to_string()).into(),
                Line::of(Role::Dim, duration::maybe(step.stay.p50_seconds)).into(),
                Line::of(Role::Dim, duration::maybe(step.stay.p85_seconds)).into(),
                oldest.into(),
            ]);
        }
        let mut sheet = Sheet::new();
        table.draw(usize::from(area.width), &mut sheet);
        let taken = self.draw_rows(area, &places, &sheet.into_lines(), pen);
        taken + self.draw_here(lower(area, taken + 1), flying, pen)
    }

    /// The changes at the step in front, where they do not stand in a box.
    fn draw_here(&self, area: Rect, flying: &[Match], pen: &mut Pen<'_>) -> u16 {
        let Some((at, step)) = self.at.zip(self.step()) else {
            return 0;
        };
        // Three rows stay for what is said below.
        let room = usize::from(area.height.saturating_sub(5));
        let here = self.here(at);
        let mut y = area.y;
        for change in here.iter().take(room).filter_map(|at| flying.get(*at)) {
            let mut line = token(change, step, pen.scene, 30);
            line.push(Role::Dim, "  ");
            line.push(Role::Text, change.title.as_deref().unwrap_or("-"));
            pen.line(area.x + 2, y, area.width - 2, &line);
            y += 1;
        }
        if here.len() > room {
            let more = format!("… {} more: enter", here.len() - room);
            pen.text(area.x + 2, y, area.width - 2, Role::Dim, &more);
            y += 1;
        }
        if y > area.y { y - area.y + 1 } else { 0 }
    }
}

fn label(name: &str, value: &str, role: Role, width: usize) -> Line {
    let value = text::right(value, width.saturating_sub(name.len()));
    Line::of(Role::Dim, name).with(role, value)
}

/// A change at its step: how its age compares, what it is called, how old it is here.
fn token(change: &Match, step: &StepFigures, scene: &Scene, width: usize) -> Line {
    let (role, sign) = pace(change, step, scene.instant());
    let age = age(change, scene.instant()).map_or_else(|| "-".to_owned(), duration::span);
    let id = short(&change.change);
    // Beside a long name the smaller unit yields.
    let age = if text::width(id) + text::width(&age) + 3 > width {
        age.split(' ').next().unwrap_or_default().to_owned()
    } else {
        age
    };
    let room = width.saturating_sub(text::width(&age) + 3);
    let id = text::clean(id).into_owned();
    Line::of(role, format!("{sign} "))
        .with(Role::Text, text::left(&id, room))
        .with(role, format!(" {age}"))
}

/// A change's own number where its id names the repository too; the first digits of a commit.
fn short(change: &str) -> &str {
    match change.rsplit_once(['#', '!']) {
        Some((repository, number)) if !number.is_empty() && !repository.is_empty() => {
            &change[change.len() - number.len() - 1..]
        }
        _ => {
            let short = text::short(change);
            if short.len() < change.len() {
                &short[..8.min(short.len())]
            } else {
                short
            }
        }
    }
}

/// How many stand beyond what is usual.
fn summary(page: &MapPage, map: &Map, scene: &Scene) -> Line {
    use crate::model::stream::Pace;
    let flying = changes(scene, page.workload.as_deref());
    let count = Line::of(Role::Text, format!("{} in flight", flying.len()));
    if map.changes == 0 {
        let words = " · no visit in the window to compare their ages with";
        return count.with(Role::Dim, words);
    }
    let mut beyond = [0_usize; 2];
    for (step, here) in map.steps.iter().zip(&page.standing) {
        for change in here.iter().filter_map(|at| flying.get(*at)) {
            match age(change, scene.instant()).map(|age| step.pace(age)) {
                Some(Pace::Slow) => beyond[0] += 1,
                Some(Pace::Stuck) => beyond[1] += 1,
                _ => {}
            }
        }
    }
    count
        .with(Role::Dim, " · ")
        .with(
            Role::Warning,
            format!("! {} longer than the median", beyond[0]),
        )
        .with(Role::Dim, " · ")
        .with(
            Role::Bad,
            format!("{} {} longer than 85 of 100", glyph::CONSTRAINT, beyond[1]),
        )
}

fn legend() -> Line {
    let words = "p50, p85: stay at the step · age here: ";
    Line::of(Role::Dim, words)
        .with(Role::Good, "·")
        .with(Role::Dim, " within  ")
        .with(Role::Warning, "!")
        .with(Role::Dim, " past p50  ")
        .with(Role::Bad, glyph::CONSTRAINT)
        .with(Role::Dim, " past p85  ? untold")
}

fn notes(map: &Map, width: u16) -> Vec<Line> {
    let mut sheet = Sheet::new();
    sheet.notes(&map.notes, usize::from(width));
    sheet.into_lines()
}
