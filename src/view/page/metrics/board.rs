//! The five metrics and the Quick Check at the top of the page: as tiles, or as a list where the screen is small.

use ratatui::layout::Rect;

use super::tile::Tile;
use crate::model::dora::QuickCheck;
use crate::model::level;
use crate::report::sheet::Line;
use crate::report::{figure, glyph};
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::pen::Pen;
use crate::view::widget::columns;

/// A tile without a trend of more than a row.
const LOW: u16 = 6;
const HIGH: u16 = 14;
/// What lies below the tiles takes so much, if it can.
const BELOW: u16 = 20;

/// Whether there is room for tiles.
#[must_use]
pub const fn tiled(area: Rect) -> bool {
    area.width >= 100 && area.height >= 24
}

/// Draws them; tells how many rows they took.
pub fn draw(area: Rect, tiles: &[Tile], on: usize, check: &QuickCheck, pen: &mut Pen<'_>) -> u16 {
    if tiled(area) {
        grid(area, tiles, on, check, pen)
    } else {
        list(area, tiles, on, check, pen)
    }
}

fn grid(area: Rect, tiles: &[Tile], on: usize, check: &QuickCheck, pen: &mut Pen<'_>) -> u16 {
    let height = (area.height.saturating_sub(BELOW) / 2).clamp(LOW, HIGH);
    let width = (area.width - 2) / 3;
    let place = |at: u16| {
        Rect::new(
            area.x + 1 + at % 3 * width,
            area.y + at / 3 * height,
            width - 1,
            height,
        )
    };
    for (at, tile) in (0..).zip(tiles) {
        let selected = usize::from(at) == on;
        draw_tile(place(at), tile, selected, pen);
        pen.hit(place(at), Target::Part(usize::from(at)));
    }
    draw_check(place(5), tiles, check, pen);
    2 * height
}

fn draw_tile(area: Rect, tile: &Tile, selected: bool, pen: &mut Pen<'_>) {
    let heading = if selected {
        Line::of(Role::Focus, glyph::CURSOR).with(Role::Title, tile.name)
    } else {
        Line::of(Role::Text, tile.name)
    };
    let inner = pen.frame(area, &heading, selected);
    let inner = Rect::new(
        inner.x + 1,
        inner.y,
        inner.width.saturating_sub(2),
        inner.height,
    );
    let (x, width) = (inner.x, inner.width);
    let rests_on = tile.why_not.unwrap_or_else(|| tile.of());
    let value = tile
        .value()
        .with(Role::Text, "  ")
        .with(Role::Dim, rests_on);
    pen.line(x, inner.y, width, &value);
    pen.line(x, inner.y + 1, width, &tile.verdict());
    let chart = inner.height.saturating_sub(3);
    let high = chart > 1;
    let scale = scale(tile, high);
    if high {
        let place = Rect::new(x, inner.y + 2, width, chart - 1);
        columns::draw(place, &tile.values(), pen);
        pen.line(x, inner.y + 1 + chart, width, &scale);
    } else {
        let most = (tile.points.len() * 3).min(usize::from(width / 2));
        let mut line = Line::new();
        if tile.top().is_some() {
            let spark = columns::rows(&tile.values(), most, 1);
            line.push(Role::Process, spark.concat());
            line.push(Role::Text, " ");
        }
        line.append(scale);
        pen.line(x, inner.y + 2, width, &line);
    }
    pen.line(x, inner.bottom() - 1, width, &tile.score(false));
}

/// What a trend goes from, to, and what its highest point is.
fn scale(tile: &Tile, from_when: bool) -> Line {
    let (Some(first), Some(last)) = (tile.points.first(), tile.points.last()) else {
        return Line::of(Role::Dim, "no whole week to show");
    };
    let from_to = if tile.points.len() > 1 {
        format!("{} – {}", first.label, last.label)
    } else {
        first.label.clone()
    };
    let mut line = match tile.top() {
        Some(top) => Line::of(Role::Dim, format!("highest {top}")),
        None => Line::of(Role::Dim, "nothing to show"),
    };
    if from_when {
        line.push(Role::Dim, format!(", {from_to}"));
    }
    line
}

fn draw_check(area: Rect, tiles: &[Tile], check: &QuickCheck, pen: &mut Pen<'_>) {
    let inner = pen.frame(area, &Line::of(Role::Text, "Quick Check, 0 to 10"), false);
    let inner = Rect::new(
        inner.x + 1,
        inner.y,
        inner.width.saturating_sub(2),
        inner.height,
    );
    let width = inner.width;
    for (y, line) in (inner.y..inner.bottom()).zip(check_lines(tiles, check)) {
        pen.line(inner.x, y, width, &line);
    }
    let rest = Rect::new(inner.x, inner.y + 4, width, inner.height.saturating_sub(4));
    if rest.height > 2 {
        let below = Rect::new(rest.x, rest.y + 1, rest.width, rest.height - 1);
        pen.paragraph(below, Role::Dim, COUNTED);
    }
}

/// How scores are counted.
pub const COUNTED: &str = "Lead time, frequency and recovery score by their step on DORA's scale of six: 0, 2, 4, 6, 8, 10. A rate of p % scores 10 - p / 10. \
     What is not known leaves its mean.";

fn check_lines(tiles: &[Tile], check: &QuickCheck) -> [Line; 4] {
    let mean = |name: &str, mean: Option<f64>, of: &[usize]| {
        let scores: Vec<Option<f64>> = of
            .iter()
            .map(|at| tiles.get(*at).and_then(|tile| tile.metric.score))
            .collect();
        let known: Vec<String> = scores
            .iter()
            .flatten()
            .map(|score| figure::number(Some(*score)))
            .collect();
        let how = match known.len() {
            0 => "nothing to score".to_owned(),
            1 => format!("= {}", known[0]),
            n => format!("= ({}) / {n}", known.join(" + ")),
        };
        Line::of(Role::Text, name)
            .with(Role::Title, figure::score(mean))
            .with(Role::Dim, "  ")
            .with(Role::Dim, how)
    };
    [
        mean("throughput ", check.throughput, &[0, 1, 3]),
        mean("stability  ", check.stability, &[2, 4]),
        Line::of(Role::Text, "overall    ")
            .with(Role::Title, figure::score(check.overall))
            .with(Role::Dim, "  mean of all"),
        Line::of(
            Role::Dim,
            format!("all industries in 2025: {:.1}", level::BENCHMARK.overall),
        ),
    ]
}

fn list(area: Rect, tiles: &[Tile], on: usize, check: &QuickCheck, pen: &mut Pen<'_>) -> u16 {
    for ((at, tile), y) in tiles.iter().enumerate().zip(area.top()..area.bottom()) {
        let row = Rect::new(area.x, y, area.width, 1);
        draw_row(row, tile, pen);
        pen.hit(row, Target::Part(at));
        if at == on {
            pen.text(row.x, y, 1, Role::Focus, glyph::CURSOR);
            pen.select(row);
        }
    }
    let y = area.y + 5;
    let score =
        |name: &str, score| Line::of(Role::Dim, name).with(Role::Text, figure::score(score));
    let mut line = Line::of(Role::Text, "Quick Check  ");
    line.append(score("throughput ", check.throughput));
    line.append(score("  stability ", check.stability));
    line.append(score("  overall ", check.overall));
    let mean = format!(" of 10  industries {:.1}", level::BENCHMARK.overall);
    line.push(Role::Dim, mean);
    if y < area.bottom() {
        pen.line(area.x + 2, y, area.width - 2, &line);
    }
    6
}

fn draw_row(row: Rect, tile: &Tile, pen: &mut Pen<'_>) {
    const NAME: u16 = 32;
    const VALUE: u16 = 9;
    const N: u16 = 8;
    const VERDICT: u16 = 22;
    let y = row.y;
    let within = |x: u16, width: u16| width.min(row.right().saturating_sub(x));
    let x = row.x + 2;
    let name = Line::of(Role::Text, tile.name);
    pen.line(x, y, within(x, NAME - 1), &name);
    let x = x + NAME - 1;
    pen.right(Rect::new(x, y, within(x, VALUE), 1), &tile.value());
    let x = x + VALUE + 1;
    let n = Line::of(Role::Dim, format!("n {}", tile.metric.n));
    pen.line(x, y, within(x, N - 1), &n);
    let x = x + N;
    pen.line(x, y, within(x, VERDICT), &tile.verdict());
    let x = x + VERDICT + 1;
    let room = row.right().saturating_sub(x);
    let spark = columns::rows(&tile.values(), tile.points.len().min(usize::from(room)), 1);
    pen.line(x, y, room, &Line::of(Role::Process, spark.concat()));
}
