//! The step in front, on screens with room for it: both statistics of it, and the visits that took longest.

use ratatui::layout::Rect;

use super::MapPage;
use super::history::lower;
use crate::event::time::Span;
use crate::model::stream::{Map, MapChange, ProducerFigures, StepFigures, Visit};
use crate::report::map::{filled_by, signs};
use crate::report::sheet::{Line, Sheet};
use crate::report::table::{Cell, Column, Table};
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::pen::Pen;

impl MapPage {
    /// Tells how many rows it took.
    pub(super) fn draw_front(&self, area: Rect, map: &Map, pen: &mut Pen<'_>) -> u16 {
        let Some((at, step)) = self.at.zip(self.step()) else {
            return 0;
        };
        let visits = self.longest.get(at).map_or(&[][..], Vec::as_slice);
        let mut lines = vec![figures(step)];
        let parts = step.by_producer.as_deref().unwrap_or_default();
        let names = parts.iter();
        let names = names.map(|one| Line::of(Role::Text, &one.producer).width());
        let widest = names.max().unwrap_or(0);
        lines.extend(parts.iter().map(|one| part(one, widest)));
        if let Some(why) = &step.empty {
            lines.push(Line::of(Role::Dim, format!("empty: {why}")));
        } else {
            let room = usize::from(area.height.saturating_sub(5));
            let room = room.saturating_sub(parts.len());
            let visits = &visits[..visits.len().min(room)];
            // A head over nothing says nothing.
            if !visits.is_empty() {
                lines.push(Line::new());
                lines.extend(longest(map, step, at, visits, area.width));
            }
        }
        let rows = u16::try_from(lines.len() + 2)
            .unwrap_or(u16::MAX)
            .min(area.height);
        let mut title = Line::of(Role::Title, &step.name);
        title.push(Role::Gate, format!(" {}", signs(step)));
        title.push(
            Role::Dim,
            format!(" {} · {}", step.kind.word(), filled_by(step)),
        );
        let frame = Rect::new(area.x, area.y, area.width, rows);
        let mut inner = pen.frame(frame, &title, false);
        inner = Rect::new(
            inner.x + 1,
            inner.y,
            inner.width.saturating_sub(2),
            inner.height,
        );
        for line in &lines {
            if inner.height == 0 {
                break;
            }
            pen.line(inner.x, inner.y, inner.width, line);
            inner = lower(inner, 1);
        }
        rows
    }
}

fn pair(line: &mut Line, name: &str, role: Role, one: Option<Span>, two: Option<Span>) {
    line.push(Role::Dim, format!("{name} "));
    line.push(role, format!("p50 {} ", duration::maybe(one)));
    line.push(role, format!("p85 {}   ", duration::maybe(two)));
}

/// What one of several producers cost the changes that it served.
fn part(part: &ProducerFigures, widest: usize) -> Line {
    let mut line = Line::of(Role::Text, &part.producer);
    line.pad_to(widest + 3);
    let (process, wait) = (&part.process, &part.wait);
    pair(
        &mut line,
        "process",
        Role::Process,
        process.p50_seconds,
        process.p85_seconds,
    );
    pair(
        &mut line,
        "wait",
        Role::Wait,
        wait.p50_seconds,
        wait.p85_seconds,
    );
    line.push(Role::Dim, format!("n {}", part.visits));
    line
}

fn figures(step: &StepFigures) -> Line {
    let mut line = Line::new();
    let (process, wait) = (&step.process, &step.wait);
    pair(
        &mut line,
        "process",
        Role::Process,
        process.p50_seconds,
        process.p85_seconds,
    );
    let role = if step.constraint {
        Role::Constraint
    } else {
        Role::Wait
    };
    pair(&mut line, "wait", role, wait.p50_seconds, wait.p85_seconds);
    pair(
        &mut line,
        "stay",
        Role::Text,
        step.stay.p50_seconds,
        step.stay.p85_seconds,
    );
    let share = figure::percent(step.share_of_lead);
    line.push(Role::Dim, format!("n {}   ", step.visits));
    line.push(Role::Text, format!("{share} of all lead time"));
    line
}

fn longest(map: &Map, step: &StepFigures, at: usize, visits: &[usize], width: u16) -> Vec<Line> {
    let mut table = Table::new(vec![
        Column::text("longest visits", 10),
        Column::text("title", 12).spare(1),
        Column::figure("process"),
        Column::figure("wait"),
        Column::text("", 8).spare(2),
    ]);
    let told = |place: &usize| {
        let change = map.listed().get(*place)?;
        let visit = change.steps.get(at)?.visit?;
        Some((change, visit))
    };
    let told: Vec<_> = visits.iter().filter_map(told).collect();
    let most = told.first().map_or(0.0, |(_, visit)| stay(*visit));
    for (change, visit) in told {
        table.row(row(change, visit, step, most));
    }
    let mut sheet = Sheet::new();
    table.draw(usize::from(width.saturating_sub(4)), &mut sheet);
    sheet.into_lines()
}

fn row(change: &MapChange, visit: Visit, step: &StepFigures, most: f64) -> Vec<Cell> {
    let part = |length: crate::event::time::Span| {
        if most > 0.0 {
            length.seconds() / most
        } else {
            0.0
        }
    };
    let (role, sign) = if step.constraint {
        (Role::Constraint, glyph::HELD)
    } else {
        (Role::Wait, glyph::WAIT)
    };
    let figure =
        |role, length| Cell::Text(Line::of(role, figure::span(Some(length), change.inferred)));
    vec![
        Line::of(Role::Text, text::short(&change.change)).into(),
        Line::of(Role::Dim, change.title.as_deref().unwrap_or("-")).into(),
        figure(Role::Process, visit.process),
        figure(role, visit.wait),
        Cell::Bar(vec![
            (role, sign, part(visit.wait)),
            (Role::Process, glyph::PROCESS, part(visit.process)),
        ]),
    ]
}

fn stay(visit: Visit) -> f64 {
    (visit.process + visit.wait).seconds()
}
