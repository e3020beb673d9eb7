//! The value-stream map as text: boxes with the ladder below where they fit, else one row a step; then the totals, the constraint in words, and what
//! the reader must know.

pub mod boxes;
mod changes;
pub mod list;
pub mod shape;
pub mod totals;

use shape::Shape;

use super::glyph;
use super::sheet::{Line, Sheet};
use super::style::Style;
use super::{duration, figure};
use crate::event::time::Span;
use crate::model::statistic::Times;
use crate::model::stream::{Map, StepFigures};
use crate::theme::Role;

/// Narrower than this, a row a step reads better than boxes.
pub const BOXES_FROM: usize = 100;

/// Which statistic of a step's times is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Statistic {
    /// The median
    #[default]
    P50,
    /// The time that 85 of 100 visits stay within
    P85,
}

impl Statistic {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P85 => "p85",
        }
    }

    #[must_use]
    pub const fn of(self, times: &Times) -> Option<Span> {
        match self {
            Self::P50 => times.p50_seconds,
            Self::P85 => times.p85_seconds,
        }
    }
}

/// The map, telling medians.
#[must_use]
pub fn map(map: &Map, style: &Style) -> String {
    map_by(map, Statistic::P50, style)
}

#[must_use]
pub fn map_by(map: &Map, statistic: Statistic, style: &Style) -> String {
    let mut sheet = Sheet::new();
    head(map, statistic, style, &mut sheet);
    if !map.steps.is_empty() {
        let shape = (style.width >= BOXES_FROM)
            .then(|| Shape::of(map, shape::one_by_one(map), style.width));
        if let Some(shape) = shape.flatten() {
            for line in boxes::draw(map, statistic, &shape) {
                sheet.line(line);
            }
            sheet.space();
            totals::shares(map, style.width, &mut sheet);
        } else {
            let places: Vec<usize> = (0..map.steps.len()).collect();
            list::draw(map, &places, statistic, style.width, &mut sheet);
        }
        sheet.space();
    }
    totals::draw(map, statistic, style.width, &mut sheet);
    sheet.space();
    totals::notes(map, style.width, &mut sheet);
    sheet.space();
    totals::legend(map, style.width, &mut sheet);
    changes::draw(map, style, &mut sheet);
    sheet.draw(style)
}

fn head(map: &Map, statistic: Statistic, style: &Style, sheet: &mut Sheet) {
    let path = if map.derived {
        "derived path".to_owned()
    } else {
        map.path.clone()
    };
    let name = Line::of(Role::Title, &map.workload);
    let about = format!(
        " · {path} · {} live · {}",
        figure::count(map.changes, "change"),
        style.window(&map.window)
    );
    let clock = match map.calendar {
        Some(_) => "business hours",
        None => "wall clock",
    };
    let told = format!("{}, {clock}", statistic.word());
    let mut line = name.clone().with(Role::Dim, &about);
    if line.width() + 3 + told.len() <= style.width {
        line.pad_to(style.width - told.len());
        sheet.line(line.with(Role::Dim, told));
    } else {
        let mut line = name.fit(style.width - told.len() - 3);
        line.pad_to(style.width - told.len());
        sheet.line(line.with(Role::Dim, told));
        let about = about.trim_start_matches(" · ");
        sheet.paragraph(&Line::new(), Role::Dim, about, style.width);
    }
    sheet.space();
}

/// Signs of what a step is: locked, a gate.
#[must_use]
pub fn signs(step: &StepFigures) -> String {
    let mut signs = String::new();
    if step.kind == crate::model::definition::StepKind::Gate {
        signs.push_str(glyph::GATE);
    }
    if step.locked {
        signs.push_str(glyph::LOCK);
    }
    signs
}

/// Who fills the step: the tool, else the kind of step.
#[must_use]
pub fn filled_by(step: &StepFigures) -> String {
    if step.from.is_empty() {
        format!("({})", step.kind.word())
    } else {
        step.from.join(", ")
    }
}

/// A time of a step; `-` where nothing was measured.
#[must_use]
pub fn time(statistic: Statistic, times: &Times) -> String {
    duration::maybe(statistic.of(times))
}

/// The part of all lead times that a step's time makes up.
#[must_use]
pub fn share(part: Span, map: &Map) -> f64 {
    match map.lead_seconds {
        Some(whole) if whole > Span::ZERO => part.seconds() / whole.seconds(),
        _ => 0.0,
    }
}
