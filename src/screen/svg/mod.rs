//! A frame as a picture (SVG): for the README, for `e`, and to see in a test what colour does. Every cell keeps its place whatever font the reader has: written
//! runs are as long as their columns, signs beyond ASCII stand each in the middle of their cells, lines and blocks are drawn.

mod ground;
mod shape;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};

pub use ground::{DARK, Ground, LIGHT};

use super::paper::obeyed;
use shape::Shape;

/// A column and a line, and the room around everything.
const COLUMN: f64 = 8.4;
const LINE: f64 = 18.0;
const EDGE: f64 = 14.0;
const BAR: f64 = 30.0;

/// How to draw a frame.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'p> {
    /// What it shows, for those who cannot see it.
    pub label: &'p str,
    pub ground: &'p Ground,
    /// Blocks are bars: those of two lines do not touch.
    pub slim: bool,
}

impl Picture<'_> {
    /// The frame in a window.
    #[must_use]
    pub fn draw(&self, frame: &Buffer) -> String {
        let (columns, rows) = (frame.area.width, frame.area.height);
        let width = f64::from(columns) * COLUMN + 2.0 * EDGE;
        let height = f64::from(rows) * LINE + 2.0 * EDGE + BAR;
        let mut canvas = Canvas {
            out: self.window(width, height),
            ground: self.ground,
            slim: self.slim,
        };
        for (row, cells) in (0..rows).zip(frame.content.chunks(usize::from(columns.max(1)))) {
            let cells = places(cells);
            canvas.grounds(row, &cells);
            canvas.signs(row, &cells);
        }
        canvas.out + "</svg>\n"
    }

    fn window(&self, width: f64, height: f64) -> String {
        let Ground {
            paper,
            bar,
            ink,
            faint,
            ..
        } = self.ground;
        let (label, across) = (escaped(self.label), width - 16.0);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1} {height}" width="{width:.1}" height="{height}" role="img" aria-label="{label}">
<style>text {{ font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: {ink} }} .b {{ font-weight: bold }} .m {{ text-anchor: middle }}</style>
<rect width="{width:.1}" height="{height}" rx="8" fill="{paper}"/>
<path d="M0 {BAR}V8a8 8 0 0 1 8-8h{across:.1}a8 8 0 0 1 8 8V{BAR}z" fill="{bar}"/>
<g fill="{faint}"><circle cx="18" cy="15" r="5"/><circle cx="36" cy="15" r="5"/><circle cx="54" cy="15" r="5"/></g>
"#
        )
    }
}

/// A cell that is seen: those behind a wide sign are part of it.
#[derive(Clone, Copy)]
struct Place<'c> {
    column: u16,
    width: u16,
    cell: &'c Cell,
}

fn places(cells: &[Cell]) -> Vec<Place<'_>> {
    let (mut places, mut column) = (Vec::with_capacity(cells.len()), 0_u16);
    while let Some(cell) = cells.get(usize::from(column)) {
        let width = cell.cell_width().max(1);
        places.push(Place {
            column,
            width,
            cell,
        });
        column += width;
    }
    places
}

impl Place<'_> {
    /// Its ink and its ground, turned round where that is asked for.
    fn colours(self, ground: &Ground) -> (String, Option<String>) {
        let Cell {
            fg, bg, modifier, ..
        } = self.cell;
        let faint = *fg == Color::Reset && modifier.contains(Modifier::DIM);
        let plain = if faint { ground.faint } else { ground.ink };
        let ink = ground.colour(*fg).unwrap_or_else(|| plain.to_owned());
        let paper = ground.colour(*bg);
        if modifier.contains(Modifier::REVERSED) {
            (paper.unwrap_or_else(|| ground.paper.to_owned()), Some(ink))
        } else {
            (ink, paper)
        }
    }

    fn looks_like(self, other: Self) -> bool {
        let (one, two) = (self.cell, other.cell);
        (one.fg, one.bg, one.modifier) == (two.fg, two.bg, two.modifier)
    }

    fn is_blank(self) -> bool {
        self.cell.symbol().trim().is_empty()
    }

    fn shape(self, slim: bool) -> Option<Shape> {
        let mut signs = self.cell.symbol().chars();
        let sign = signs.next()?;
        Shape::of(sign, slim).filter(|_| signs.next().is_none())
    }

    /// Whether the next cell belongs to the same run. Written signs do, but for a gap: what stands behind it keeps its column whatever the font does.
    fn runs_on(self, next: Self, slim: bool) -> bool {
        let written = |place: Self| place.cell.symbol().is_ascii();
        let same = match (self.shape(slim), next.shape(slim)) {
            (None, None) => written(self) && written(next) && !(self.is_blank() && next.is_blank()),
            (one, two) => one == two,
        };
        same && self.looks_like(next)
    }
}

struct Canvas<'g> {
    out: String,
    ground: &'g Ground,
    slim: bool,
}

impl Canvas<'_> {
    /// What the cells of a line stand on.
    fn grounds(&mut self, row: u16, places: &[Place<'_>]) {
        let ground = self.ground;
        let same =
            |one: &Place<'_>, two: &Place<'_>| one.colours(ground).1 == two.colours(ground).1;
        for run in places.chunk_by(same) {
            let Some(fill) = run[0].colours(ground).1 else {
                continue;
            };
            let ((x, y), width) = (corner(run[0].column, row), length(run));
            let _ = writeln!(
                self.out,
                r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{LINE}" fill="{fill}" shape-rendering="crispEdges"/>"#
            );
        }
    }

    fn signs(&mut self, row: u16, places: &[Place<'_>]) {
        let slim = self.slim;
        for run in places.chunk_by(|one, two| one.runs_on(*two, slim)) {
            if run[0].cell.modifier.contains(Modifier::HIDDEN) {
                continue;
            }
            match run[0].shape(slim) {
                Some(shape) => {
                    let times = u16::try_from(run.len()).unwrap_or(u16::MAX);
                    let (ink, _) = run[0].colours(self.ground);
                    shape.draw(&mut self.out, corner(run[0].column, row), times, &ink);
                }
                None => self.text(row, run),
            }
        }
    }

    /// A run of one look.
    fn text(&mut self, row: u16, run: &[Place<'_>]) {
        let lined = run[0]
            .cell
            .modifier
            .intersects(Modifier::UNDERLINED | Modifier::CROSSED_OUT);
        let shown = |place: &Place<'_>| lined || !place.is_blank();
        let (Some(first), Some(last)) = (run.iter().position(shown), run.iter().rposition(shown))
        else {
            return;
        };
        let run = &run[first..=last];
        let text: String = run.iter().map(|place| place.cell.symbol()).collect();
        let (x, y) = corner(run[0].column, row);
        let width = length(run);
        let place = if text.is_ascii() {
            format!(r#"x="{x:.1}" y="{:.1}" textLength="{width:.1}""#, y + 13.5)
        } else {
            format!(r#"x="{:.1}" y="{:.1}""#, x + width / 2.0, y + 13.5)
        };
        let how = self.how(run[0], !text.is_ascii());
        let _ = writeln!(self.out, "<text {place}{how}>{}</text>", escaped(&text));
    }

    /// The attributes of a written run.
    fn how(&self, place: Place<'_>, middle: bool) -> String {
        let modifier = place.cell.modifier;
        let (ink, _) = place.colours(self.ground);
        let mut how = match (modifier.contains(Modifier::BOLD), middle) {
            (true, true) => r#" class="b m""#.to_owned(),
            (true, false) => r#" class="b""#.to_owned(),
            (false, true) => r#" class="m""#.to_owned(),
            (false, false) => String::new(),
        };
        let faint = modifier.contains(Modifier::DIM) && place.cell.fg != Color::Reset;
        let styles = [
            (ink != self.ground.ink, format!("fill:{ink}")),
            (
                modifier.contains(Modifier::ITALIC),
                "font-style:italic".to_owned(),
            ),
            (faint, "opacity:.65".to_owned()),
        ];
        let styles: Vec<String> = set(styles);
        if !styles.is_empty() {
            let _ = write!(how, r#" style="{}""#, styles.join(";"));
        }
        let lines: Vec<&str> = set([
            (modifier.contains(Modifier::UNDERLINED), "underline"),
            (modifier.contains(Modifier::CROSSED_OUT), "line-through"),
        ]);
        if !lines.is_empty() {
            let _ = write!(how, r#" text-decoration="{}""#, lines.join(" "));
        }
        how
    }
}

/// Those that hold.
fn set<T>(all: impl IntoIterator<Item = (bool, T)>) -> Vec<T> {
    all.into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, one)| one)
        .collect()
}

fn corner(column: u16, row: u16) -> (f64, f64) {
    let (x, y) = (f64::from(column) * COLUMN, f64::from(row) * LINE);
    (EDGE + x, BAR + EDGE + y)
}

fn length(run: &[Place<'_>]) -> f64 {
    run.iter().map(|place| f64::from(place.width)).sum::<f64>() * COLUMN
}

/// As XML takes it; what it does not take is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars().filter(|sign| !obeyed(*sign)) {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            sign => out.push(sign),
        }
    }
    out
}
