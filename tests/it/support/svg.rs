//! What a terminal shows, as a picture: text with colours and weights in SVG. Letters stand on a grid, so that any monospaced font will do; lines of boxes,
//! bars and slopes are drawn as shapes, so that no font can leave gaps between them.

use std::fmt::Write;

/// A column and a line, and the room around everything.
const COLUMN: f64 = 8.4;
const LINE: f64 = 18.0;
const EDGE: f64 = 14.0;
const BAR: f64 = 30.0;
const THIN: f64 = 1.2;
const HEAVY: f64 = 2.4;

/// The colours of a terminal.
#[derive(Debug)]
pub struct Ground {
    pub name: &'static str,
    paper: &'static str,
    bar: &'static str,
    ink: &'static str,
    faint: &'static str,
    /// The first eight, then their bright kin.
    colours: [&'static str; 16],
}

pub const DARK: Ground = Ground {
    name: "dark",
    paper: "#16191f",
    bar: "#21252d",
    ink: "#d5d9e0",
    faint: "#868d99",
    colours: [
        "#3a404b", "#ff6b5e", "#7fbf7f", "#d9b26a", "#7db7e8", "#c39ad8", "#6cc4c4", "#d5d9e0",
        "#868d99", "#ff8a80", "#9fd69f", "#ffc04d", "#a3cdf0", "#d8b8e8", "#8fd8d8", "#ffffff",
    ],
};

pub const LIGHT: Ground = Ground {
    name: "light",
    paper: "#fcfbf8",
    bar: "#ece9e2",
    ink: "#24292f",
    faint: "#646a73",
    colours: [
        "#24292f", "#b3160b", "#1f6b2c", "#8a5a00", "#0b5aa2", "#6f3a91", "#0f6b6b", "#646a73",
        "#646a73", "#c9291c", "#2b7d39", "#a33f00", "#1a6cb8", "#834ba8", "#1c7f7f", "#24292f",
    ],
};

/// How a piece of text looks.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a terminal switches each by itself"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Look {
    colour: Option<usize>,
    bold: bool,
    dim: bool,
    underline: bool,
    reverse: bool,
}

impl Look {
    fn colour(self, ground: &Ground) -> &'static str {
        match self.colour {
            Some(number) => ground.colours[number],
            None if self.dim => ground.faint,
            None => ground.ink,
        }
    }

    /// What the codes between `ESC [` and `m` ask for.
    fn turn(&mut self, codes: &str) {
        for code in codes.split(';') {
            match code
                .parse()
                .unwrap_or_else(|_| panic!("a code that is no number: {codes}"))
            {
                0_usize => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                4 => self.underline = true,
                7 => self.reverse = true,
                code @ 30..=37 => self.colour = Some(code - 30),
                code @ 90..=97 => self.colour = Some(code - 82),
                _ => panic!("a code that no terminal of 16 colours knows: {codes}"),
            }
        }
    }
}

/// What was typed, and what came of it.
pub fn draw(command: &str, output: &str, columns: u16, ground: &Ground) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let rows = u16::try_from(lines.len()).unwrap() + 2;
    let (width, height) = (
        f64::from(columns) * COLUMN + 2.0 * EDGE,
        f64::from(rows) * LINE + 2.0 * EDGE + BAR,
    );
    let mut out = String::new();
    let Ground {
        paper,
        bar,
        ink,
        faint,
        ..
    } = ground;
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{label}">
<style>text {{ font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: {ink} }} .b {{ font-weight: bold }}</style>
<rect width="{width}" height="{height}" rx="8" fill="{paper}"/>
<path d="M0 {BAR}V8a8 8 0 0 1 8-8h{across}a8 8 0 0 1 8 8V{BAR}z" fill="{bar}"/>
<g fill="{faint}"><circle cx="18" cy="15" r="5"/><circle cx="36" cy="15" r="5"/><circle cx="54" cy="15" r="5"/></g>"#,
        label = escaped(command),
        across = width - 16.0,
    )
    .unwrap();
    let mut canvas = Canvas {
        out,
        ground,
        row: 0,
    };
    canvas.text(
        0.0,
        "$",
        Look {
            dim: true,
            ..Look::default()
        },
    );
    canvas.text(
        2.0,
        command,
        Look {
            bold: true,
            ..Look::default()
        },
    );
    canvas.row = 1;
    for line in lines {
        canvas.row += 1;
        canvas.line(line);
    }
    canvas.out + "</svg>\n"
}

struct Canvas<'g> {
    out: String,
    ground: &'g Ground,
    row: u16,
}

impl Canvas<'_> {
    fn line(&mut self, line: &str) {
        let (mut look, mut column) = (Look::default(), 0.0);
        let mut pieces = line.split('\u{1b}');
        let mut rest = pieces.next();
        while let Some(text) = rest {
            column += self.piece(column, text, look);
            rest = pieces.next().map(|piece| {
                let (codes, text) = piece
                    .strip_prefix('[')
                    .and_then(|piece| piece.split_once('m'))
                    .expect("a colour code");
                look.turn(codes);
                text
            });
        }
    }

    /// Draws a piece of one look and tells how many columns it took.
    fn piece(&mut self, start: f64, text: &str, look: Look) -> f64 {
        let signs: Vec<char> = text.chars().collect();
        let same = |one: &char, two: &char| match (shape(*one), shape(*two)) {
            // Two written signs stand in one run, but for a gap: what stands behind it keeps its column whatever the font does.
            (None, None) => !(*one == ' ' && *two == ' '),
            (Some(_), Some(_)) => one == two,
            _ => false,
        };
        let mut column = start;
        for run in signs.chunk_by(same) {
            match shape(run[0]) {
                Some(shape) => self.shape(column, columns(run), shape, look),
                None => self.text(column, &run.iter().collect::<String>(), look),
            }
            column += columns(run);
        }
        column - start
    }

    fn text(&mut self, column: f64, text: &str, look: Look) {
        let blank = text.len() - text.trim_start().len();
        let shown = text.trim();
        if shown.is_empty() {
            return;
        }
        let (x, y) = self.corner(column + f64::from(u16::try_from(blank).unwrap()));
        let length = f64::from(u16::try_from(shown.chars().count()).unwrap()) * COLUMN;
        let mut fill = look.colour(self.ground);
        if look.reverse {
            writeln!(
                self.out,
                r#"<rect x="{x:.1}" y="{y:.1}" width="{length:.1}" height="{LINE}" fill="{fill}"/>"#
            )
            .unwrap();
            fill = self.ground.paper;
        }
        let weight = if look.bold { r#" class="b""# } else { "" };
        let line = if look.underline {
            r#" text-decoration="underline""#
        } else {
            ""
        };
        let fill = if fill == self.ground.ink {
            String::new()
        } else {
            format!(r#" style="fill:{fill}""#)
        };
        writeln!(
            self.out,
            r#"<text x="{x:.1}" y="{:.1}" textLength="{length:.1}"{weight}{fill}{line}>{}</text>"#,
            y + 13.5,
            escaped(shown)
        )
        .unwrap();
    }

    /// Draws a sign so many times side by side.
    fn shape(&mut self, column: f64, times: f64, shape: Shape, look: Look) {
        let (x, y) = self.corner(column);
        let fill = look.colour(self.ground);
        if let Shape::Block { from, to, shade } = shape {
            let opacity = if shade < 1.0 {
                format!(r#" opacity="{shade}""#)
            } else {
                String::new()
            };
            let (top, height, width) = (y + from * LINE, (to - from) * LINE, times * COLUMN);
            writeln!(self.out, r#"<rect x="{x:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}" fill="{fill}"{opacity}/>"#).unwrap();
            return;
        }
        let (d, width) = match shape {
            Shape::Line { width } => (
                format!("M{x:.1} {:.1}h{:.1}", y + LINE / 2.0, times * COLUMN),
                width,
            ),
            Shape::Strokes { ends, width } => {
                let cells = (0..).map(f64::from).take_while(|cell| *cell < times);
                (
                    cells
                        .map(|cell| strokes(ends, x + cell * COLUMN, y))
                        .collect(),
                    width,
                )
            }
            _ => (key(x, y), 1.3),
        };
        writeln!(self.out, r#"<path d="{d}" fill="none" stroke="{fill}" stroke-width="{width}" stroke-linecap="square"/>"#).unwrap();
    }

    fn corner(&self, column: f64) -> (f64, f64) {
        (
            EDGE + column * COLUMN,
            BAR + EDGE + f64::from(self.row) * LINE,
        )
    }
}

/// How many columns some signs take.
fn columns(signs: &[char]) -> f64 {
    f64::from(u16::try_from(signs.len()).unwrap())
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

/// A key that hangs from its bow: few fonts have one.
fn key(x: f64, y: f64) -> String {
    let (middle, top) = (x + COLUMN / 2.0, y + 3.5);
    format!(
        "M{:.1} {:.1}a2.5 2.5 0 1 1 5 0a2.5 2.5 0 1 1 -5 0M{middle:.1} {:.1}v6.5m0 -3h2.4",
        middle - 2.5,
        top + 2.5,
        top + 5.0
    )
}

/// A sign that is drawn and not written.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// From and to in parts of the line's height.
    Block {
        from: f64,
        to: f64,
        shade: f64,
    },
    /// Through the middle, from side to side.
    Line {
        width: f64,
    },
    /// From the middle of the cell: up, down, left, right; or slopes.
    Strokes {
        ends: &'static str,
        width: f64,
    },
    Key,
}

fn shape(sign: char) -> Option<Shape> {
    let thin = |ends| Some(Shape::Strokes { ends, width: THIN });
    let heavy = |ends| Some(Shape::Strokes { ends, width: HEAVY });
    let block = |shade| {
        Some(Shape::Block {
            from: 0.2,
            to: 0.85,
            shade,
        })
    };
    match sign {
        '█' => block(1.0),
        '▓' => block(0.75),
        '▒' => block(0.5),
        '░' => block(0.3),
        '▁'..='▇' => {
            let eighths = f64::from(u32::from(sign) - u32::from('▁') + 1) / 8.0;
            Some(Shape::Block {
                from: 1.0 - eighths,
                to: 1.0,
                shade: 1.0,
            })
        }
        '─' => Some(Shape::Line { width: THIN }),
        '━' => Some(Shape::Line { width: HEAVY }),
        '⚿' => Some(Shape::Key),
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
        '╱' => thin("/"),
        '╲' => thin("\\"),
        '┃' => heavy("ud"),
        '┏' => heavy("dr"),
        '┓' => heavy("dl"),
        '┗' => heavy("ur"),
        '┛' => heavy("ul"),
        _ => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
