//! Signs that are drawn and not written: lines, corners, blocks, dots. No font has to have them, and none can leave gaps between them.

use std::fmt::Write;

use super::{COLUMN, LINE};

const THIN: f64 = 1.2;
const HEAVY: f64 = 2.4;

/// How a sign is drawn in its cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// A part of the cell, in parts of its width and its height.
    Block {
        across: (f64, f64),
        down: (f64, f64),
        shade: f64,
    },
    /// Through the middle, from side to side.
    Line { width: f64 },
    /// From the middle of the cell: up, down, left, right; or slopes.
    Strokes { ends: &'static str, width: f64 },
    /// Two sides that meet in a bow.
    Bow { ends: &'static str },
    /// The eight dots of a braille sign.
    Dots(u8),
}

impl Shape {
    /// The shape of a sign, if it has one. A bar is slim where it is a bar and not an area: lines of it do not run together.
    pub(super) fn of(sign: char, slim: bool) -> Option<Self> {
        let thin = |ends| Some(Self::Strokes { ends, width: THIN });
        let heavy = |ends| Some(Self::Strokes { ends, width: HEAVY });
        let bow = |ends| Some(Self::Bow { ends });
        match sign {
            '─' => Some(Self::Line { width: THIN }),
            '━' => Some(Self::Line { width: HEAVY }),
            '│' => thin("ud"),
            '┌' => thin("dr"),
            '┐' => thin("dl"),
            '└' => thin("ur"),
            '┘' => thin("ul"),
            '├' => thin("udr"),
            '┤' => thin("udl"),
            '┬' => thin("dlr"),
            '┴' => thin("ulr"),
            '┼' => thin("udlr"),
            '╴' => thin("l"),
            '╵' => thin("u"),
            '╶' => thin("r"),
            '╷' => thin("d"),
            '╱' => thin("/"),
            '╲' => thin("\\"),
            '┃' => heavy("ud"),
            '┏' => heavy("dr"),
            '┓' => heavy("dl"),
            '┗' => heavy("ur"),
            '┛' => heavy("ul"),
            '┣' => heavy("udr"),
            '┫' => heavy("udl"),
            '┳' => heavy("dlr"),
            '┻' => heavy("ulr"),
            '╋' => heavy("udlr"),
            '╭' => bow("dr"),
            '╮' => bow("dl"),
            '╰' => bow("ur"),
            '╯' => bow("ul"),
            '\u{2800}'..='\u{28ff}' => Some(Self::Dots((u32::from(sign) & 0xff) as u8)),
            sign => block(sign, slim),
        }
    }

    /// Draws it so many times side by side, from a corner on.
    pub(super) fn draw(self, out: &mut String, (x, y): (f64, f64), times: u16, fill: &str) {
        let cells = (0..times).map(|cell| x + f64::from(cell) * COLUMN);
        let (d, width) = match self {
            Self::Block {
                across,
                down,
                shade,
            } => {
                let width = f64::from(times - 1) * COLUMN + (across.1 - across.0) * COLUMN;
                let (x, y) = (x + across.0 * COLUMN, y + down.0 * LINE);
                let height = (down.1 - down.0) * LINE;
                let opacity = if shade < 1.0 {
                    format!(r#" opacity="{shade}""#)
                } else {
                    String::new()
                };
                let _ = writeln!(
                    out,
                    r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{fill}"{opacity}/>"#
                );
                return;
            }
            Self::Dots(dots) => {
                let d: String = cells.map(|x| braille(dots, x, y)).collect();
                let _ = writeln!(out, r#"<path d="{d}" fill="{fill}"/>"#);
                return;
            }
            Self::Line { width } => {
                let length = f64::from(times) * COLUMN;
                (format!("M{x:.1} {:.1}h{length:.1}", y + LINE / 2.0), width)
            }
            Self::Strokes { ends, width } => (cells.map(|x| strokes(ends, x, y)).collect(), width),
            Self::Bow { ends } => (cells.map(|x| bow(ends, x, y)).collect(), THIN),
        };
        let _ = writeln!(
            out,
            r#"<path d="{d}" fill="none" stroke="{fill}" stroke-width="{width}" stroke-linecap="square"/>"#
        );
    }
}

/// Blocks and parts of them.
fn block(sign: char, slim: bool) -> Option<Shape> {
    let eighths = |first| f64::from(u32::from(sign) - u32::from(first) + 1) / 8.0;
    let height = if slim { (0.2, 0.85) } else { (0.0, 1.0) };
    let (across, down, shade) = match sign {
        '█' => ((0.0, 1.0), height, 1.0),
        '▓' => ((0.0, 1.0), height, 0.75),
        '▒' => ((0.0, 1.0), height, 0.5),
        '░' => ((0.0, 1.0), height, 0.3),
        '▁'..='▇' => ((0.0, 1.0), (1.0 - eighths('▁'), 1.0), 1.0),
        '▉'..='▏' => ((0.0, 1.0 - eighths('▉')), height, 1.0),
        '▐' => ((0.5, 1.0), height, 1.0),
        '▕' => ((0.875, 1.0), (0.0, 1.0), 1.0),
        '▀' => ((0.0, 1.0), (0.0, 0.5), 1.0),
        '▔' => ((0.0, 1.0), (0.0, 0.125), 1.0),
        _ => return None,
    };
    Some(Shape::Block {
        across,
        down,
        shade,
    })
}

/// From the middle of a cell to its edges, or across it.
fn strokes(ends: &str, x: f64, y: f64) -> String {
    let (middle, centre, right, bottom) = (x + COLUMN / 2.0, y + LINE / 2.0, x + COLUMN, y + LINE);
    let one = |end| match end {
        'u' => format!("M{middle:.1} {centre:.1}V{y:.1}"),
        'd' => format!("M{middle:.1} {centre:.1}V{bottom:.1}"),
        'l' => format!("M{middle:.1} {centre:.1}H{x:.1}"),
        'r' => format!("M{middle:.1} {centre:.1}H{right:.1}"),
        '/' => format!("M{x:.1} {bottom:.1}L{right:.1} {y:.1}"),
        _ => format!("M{x:.1} {y:.1}L{right:.1} {bottom:.1}"),
    };
    ends.chars().map(one).collect()
}

/// From one side round to the other.
fn bow(ends: &str, x: f64, y: f64) -> String {
    let (middle, centre) = (x + COLUMN / 2.0, y + LINE / 2.0);
    let (edge, turn) = if ends.starts_with('u') {
        (y, centre - COLUMN / 2.0)
    } else {
        (y + LINE, centre + COLUMN / 2.0)
    };
    let side = if ends.ends_with('l') { x } else { x + COLUMN };
    format!("M{middle:.1} {edge:.1}V{turn:.1}Q{middle:.1} {centre:.1} {side:.1} {centre:.1}")
}

/// Where the dots of a braille sign stand, from its lowest bit: column and row.
const DOTS: [(u8, u8); 8] = [
    (0, 0),
    (0, 1),
    (0, 2),
    (1, 0),
    (1, 1),
    (1, 2),
    (0, 3),
    (1, 3),
];

fn braille(dots: u8, x: f64, y: f64) -> String {
    let set = DOTS
        .iter()
        .enumerate()
        .filter(|(bit, _)| dots >> bit & 1 == 1);
    let dot = |(column, row): &(u8, u8)| {
        let x = x + COLUMN * (0.25 + 0.5 * f64::from(*column)) - 1.0;
        let y = y + LINE * (0.125 + 0.25 * f64::from(*row));
        format!("M{x:.1} {y:.1}a1 1 0 1 1 2 0a1 1 0 1 1 -2 0")
    };
    set.map(|(_, place)| dot(place)).collect()
}
