//! What keys do in every dialog: moving in its lines, leaving it; and the row at its foot that tells them.

use ratatui::layout::Rect;

use crate::key::Chord;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::pen::Pen;

/// Where a cursor goes by a key in a list of so many; none where the key is another.
#[must_use]
pub fn moved(chord: Chord, cursor: usize, count: usize) -> Option<usize> {
    let last = count.saturating_sub(1);
    Some(match chord.to_string().as_str() {
        "down" | "j" | "ctrl-n" => (cursor + 1).min(last),
        "up" | "k" | "ctrl-p" => cursor.saturating_sub(1),
        "pgdn" | "ctrl-d" | "ctrl-f" => (cursor + 10).min(last),
        "pgup" | "ctrl-u" | "ctrl-b" => cursor.saturating_sub(10),
        "g" | "home" => 0,
        "G" | "end" => last,
        _ => return None,
    })
}

/// Whether a key leaves a dialog.
#[must_use]
pub fn leaves(chord: Chord) -> bool {
    matches!(chord.to_string().as_str(), "esc" | "q" | "ctrl-c")
}

/// The last row of a dialog: its keys.
pub fn keys(inner: Rect, keys: &[(&str, &str)], pen: &mut Pen<'_>) {
    let mut line = Line::new();
    for (key, what) in keys {
        line.push(Role::Key, *key);
        line.push(Role::Dim, format!(" {what}  "));
    }
    let y = inner.bottom().saturating_sub(1);
    pen.line(inner.x + 2, y, inner.width.saturating_sub(3), &line);
}
