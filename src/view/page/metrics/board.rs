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
    let title = if selected {
        Line::of(Role::Focus, glyph::CURSOR).with(Role::Title, tile.name)
    } else {
        Line::of(Role::Text, tile.name)
    };
    let inner = pen.frame(area, &title, selected);
    let inner = Rect::new(
        inner.x + 1,
        inner.y,
        inner.width.saturating_sub(2),
        inner.height,
    );
    let (x, width) = (inner.x, inner.width);
    let rests_on = tile.why_not.unwrap_or(&tile.metric.rests_on);
    let value = tile
        .value()
        .with(Role::Text, "  ")
        .with(Role::Dim, rests_on);
    pen.line(x, inner.y, width, &value);
    pen.line(x, inner.y + 1, width, &tile.verdict());
    let chart = inner.height.saturating_sub(3);
    let scale = scale(tile);
    if chart > 1 {
        let place = Rect::new(x, inner.y + 2, width, chart - 1);
        columns::draw(place, &tile.values(), pen);
        pen.line(x, inner.y + 1 + chart, width, &scale);
    } else {
        let spark = columns::rows(
            &tile.values(),
            tile.points.len().min(usize::from(width / 2)),
            1,
        );
        let line = Line::of(Role::Process, spark.concat());
        let mut line = if line.is_empty() {
            line
        } else {
            line.with(Role::Text, "  ")
        };
        line.append(scale);
        pen.line(x, inner.y + 2, width, &line);
    }
    pen.line(x, inner.bottom() - 1, width, &tile.score());
}

/// What a trend goes from, to, and what its highest point is.
fn scale(tile: &Tile) -> Line {
    let (Some(first), Some(last)) = (tile.points.first(), tile.points.last()) else {
        return Line::of(Role::Dim, "no whole week in the window");
    };
    let from_to = if tile.points.len() > 1 {
        format!("{} – {}", first.label, last.label)
    } else {
        first.label.clone()
    };
    match tile.top() {
        Some(top) => Line::of(Role::Dim, format!("{from_to}, highest {top}")),
        None => Line::of(Role::Dim, format!("{from_to}, nothing to show")),
    }
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
            .with(Role::Dim, "  mean of the five"),
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
    let mean = format!(" of 10  all industries {:.1}", level::BENCHMARK.overall);
    line.push(Role::Dim, mean);
    pen.line(area.x + 2, y, area.width - 2, &line);
    6
}

fn draw_row(row: Rect, tile: &Tile, pen: &mut Pen<'_>) {
    const NAME: u16 = 32;
    const VALUE: u16 = 9;
    const N: u16 = 8;
    const VERDICT: u16 = 22;
    let (x, y) = (row.x + 2, row.y);
    pen.line(x, y, NAME - 1, &Line::of(Role::Text, tile.name));
    let value = Rect::new(x + NAME - 1, y, VALUE, 1);
    pen.right(value, &tile.value());
    let n = Line::of(Role::Dim, format!("n {}", tile.metric.n));
    pen.line(value.right() + 1, y, N - 1, &n);
    let x = value.right() + N + 1;
    let verdict = VERDICT.min(row.right().saturating_sub(x));
    pen.line(x, y, verdict, &tile.verdict());
    let x = x + VERDICT + 1;
    let room = row.right().saturating_sub(x);
    let spark = columns::rows(&tile.values(), tile.points.len().min(usize::from(room)), 1);
    pen.line(x, y, room, &Line::of(Role::Process, spark.concat()));
}
