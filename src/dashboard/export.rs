//! What is seen, written to a file: the list as CSV, JSON or Markdown; the screen as text or as a picture. The ending of the name tells which.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Map, Value, json};

use super::App;
use crate::report::text;
use crate::screen::svg::{DARK, LIGHT, Picture};
use crate::view;
use crate::view::page::Grid;

/// What a file would hold, or why there is no such file.
pub fn written(app: &mut App, file: &str) -> Result<String, String> {
    let form = Path::new(file).extension().and_then(|form| form.to_str());
    let grid = || {
        let page = app.ui.page();
        page.and_then(|page| page.grid(&app.scene))
            .ok_or_else(|| "there is no list here; write the screen as .svg or .txt".to_owned())
    };
    match form {
        Some("csv") => Ok(csv(&grid()?)),
        Some("json") => Ok(json(&grid()?)),
        Some("md") => {
            let page = app.ui.page();
            let whole = page.and_then(|page| page.markdown(&app.scene));
            whole.map_or_else(|| Ok(markdown(&grid()?)), Ok)
        }
        Some("txt") => Ok(lines(&app.picture())),
        Some("svg") => {
            let title = format!("leadtime: {}", app.ui.front().title());
            let picture = Picture {
                label: &title,
                ground: if app.theme.name == "light" {
                    &LIGHT
                } else {
                    &DARK
                },
                slim: true,
            };
            Ok(picture.draw(&app.picture()))
        }
        _ => Err(format!(
            "{file}: name it .csv, .json or .md for the list, .svg or .txt for the screen"
        )),
    }
}

fn csv(grid: &Grid) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Into memory: nothing to fail but rows of different lengths, which a grid has none of.
    let _ = out.write_record(&grid.names);
    for row in &grid.values {
        let _ = out.write_record(row.iter().map(field));
    }
    let bytes = out.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A value as a field of a line; several of them with blanks between.
fn field(value: &view::listing::Value) -> String {
    match exact(value) {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Array(all) => {
            let one = |one: &Value| match one {
                Value::Null => "-".to_owned(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            all.iter().map(one).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// As programs read it: seconds as a number, instants as RFC 3339, null for nothing.
fn exact(value: &view::listing::Value) -> Value {
    use view::listing::Value as Held;
    match value {
        Held::Nothing => Value::Null,
        Held::Text(text) => Value::String(text::clean(text).into_owned()),
        Held::Count(count) => Value::from(*count),
        Held::Number(number) => Value::from(*number),
        Held::Seconds(length) => json!(length),
        Held::Time(at) => json!(at),
        Held::Several(all) => Value::Array(all.iter().map(exact).collect()),
    }
}

fn json(grid: &Grid) -> String {
    let rows = grid.values.iter().map(|row| {
        let cells = grid.names.iter().cloned().zip(row.iter().map(exact));
        Value::Object(cells.collect::<Map<_, _>>())
    });
    let all = Value::Array(rows.collect());
    let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
    text.push('\n');
    text
}

fn markdown(grid: &Grid) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| cell.replace('\\', "\\\\").replace('|', "\\|"))
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = format!("|{}\n", " --- |".repeat(grid.heads.len()));
    let rows: String = grid.rows.iter().map(|row| line(row)).collect();
    format!("{}{rule}{rows}", line(&grid.heads))
}

/// Rows of a page beside those of its list, at most.
const AROUND: usize = 40;
/// What is drawn as text has no more cells than this: 20,000 rows of 200 columns.
const MOST_CELLS: usize = 4_000_000;

/// The page as text, with every row of its list.
#[must_use]
pub fn text(app: &mut App) -> String {
    let width = u16::try_from(app.scene.style.width).unwrap_or(u16::MAX);
    let grid = app.ui.page().and_then(|page| page.grid(&app.scene));
    let list = grid.map_or(0, |grid| grid.rows.len()) + AROUND;
    let most = (MOST_CELLS / usize::from(width.max(1))).min(usize::from(u16::MAX));
    let height = u16::try_from(list.min(most)).unwrap_or(u16::MAX);
    app.size = Rect::new(0, 0, width, height);
    let drawn = lines(&app.picture());
    let mut rows: Vec<&str> = drawn.lines().collect();
    // The last row tells keys.
    rows.pop();
    while rows.last().is_some_and(|row| row.is_empty()) {
        rows.pop();
    }
    let mut out = rows.join("\n");
    out.push('\n');
    match list.saturating_sub(most) {
        0 => out,
        1 => format!("{out}… about 1 more row is left out\n"),
        left => format!("{out}… about {left} more rows are left out\n"),
    }
}

/// The screen as text, a row a line.
#[must_use]
pub fn lines(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut row = String::new();
        let mut skip = 0;
        for x in buffer.area.left()..buffer.area.right() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer.cell((x, y)).map_or(" ", |cell| cell.symbol());
            skip = text::width(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}
