//! Reports as pictures: what a command prints, with its colour codes, laid out in the cells of a terminal and drawn as frames are.

use leadtime::screen::svg::{Ground, Picture};
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// What was typed, and what came of it.
pub fn draw(command: &str, output: &str, columns: u16, ground: &Ground) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let rows = u16::try_from(lines.len()).unwrap() + 2;
    let mut frame = Buffer::empty(Rect::new(0, 0, columns, rows));
    frame.set_string(0, 0, "$", Style::new().add_modifier(Modifier::DIM));
    frame.set_string(2, 0, command, Style::new().add_modifier(Modifier::BOLD));
    for (row, line) in (2..).zip(lines) {
        lay(&mut frame, row, line);
    }
    let picture = Picture {
        label: command,
        ground,
        slim: true,
    };
    picture.draw(&frame)
}

/// Lays out a line.
fn lay(frame: &mut Buffer, row: u16, line: &str) {
    let (mut style, mut column) = (Style::new(), 0);
    let mut pieces = line.split('\u{1b}');
    let mut rest = pieces.next();
    while let Some(text) = rest {
        assert!(
            column + text.cell_width() <= frame.area.width,
            "a line longer than the picture: {line}"
        );
        (column, _) = frame.set_stringn(column, row, text, usize::MAX, style);
        rest = pieces.next().map(|piece| {
            let (codes, text) = piece
                .strip_prefix('[')
                .and_then(|piece| piece.split_once('m'))
                .expect("a colour code");
            style = codes.split(';').fold(style, turned);
            text
        });
    }
}

/// A style with what a code between `ESC [` and `m` asks for.
fn turned(style: Style, code: &str) -> Style {
    match code.parse().unwrap_or(u8::MAX) {
        0 => Style::new(),
        1 => style.add_modifier(Modifier::BOLD),
        2 => style.add_modifier(Modifier::DIM),
        4 => style.add_modifier(Modifier::UNDERLINED),
        7 => style.add_modifier(Modifier::REVERSED),
        code @ 30..=37 => style.fg(Color::Indexed(code - 30)),
        code @ 90..=97 => style.fg(Color::Indexed(code - 82)),
        _ => panic!("a code that no terminal of 16 colours knows: {code}"),
    }
}
