//! Lines that were laid out beforehand, in a place that may be too small for them: what does not fit is said to be there.

use ratatui::layout::Rect;

use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::pen::Pen;

/// Draws lines from the `top`th on; tells the last `top` that shows all the rest.
pub fn draw(lines: &[Line], top: usize, area: Rect, more: &str, pen: &mut Pen<'_>) -> usize {
    let height = usize::from(area.height);
    if lines.len() <= height {
        put(lines, area, pen);
        return 0;
    }
    // A row is kept to say that there is more.
    let shown = height.saturating_sub(1);
    let last = lines.len() - shown;
    let top = top.min(last);
    put(&lines[top..(top + shown).min(lines.len())], area, pen);
    let below = lines.len() - (top + shown).min(lines.len());
    let text = if below > 0 {
        format!("… {below} more; {more}")
    } else {
        "end".to_owned()
    };
    if height > 0 {
        pen.text(area.x, area.bottom() - 1, area.width, Role::Dim, &text);
    }
    last
}

fn put(lines: &[Line], area: Rect, pen: &mut Pen<'_>) {
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        pen.line(area.x, y, area.width, line);
    }
}

/// A rule between what is above and what is below, with a title in it.
pub fn rule(x: u16, y: u16, width: u16, title: &Line, pen: &mut Pen<'_>) {
    let across = "─".repeat(usize::from(width));
    pen.text(x, y, width, Role::Border, &across);
    if !title.is_empty() && width > 8 {
        let mut padded = Line::of(Role::Border, " ");
        padded.append(title.clone().fit(usize::from(width) - 6));
        padded.push(Role::Border, " ");
        pen.line(x + 2, y, width - 2, &padded);
    }
}

/// A rule between left and right.
pub fn upright(x: u16, area: Rect, role: Role, pen: &mut Pen<'_>) {
    for y in area.top()..area.bottom() {
        pen.text(x, y, 1, role, "│");
    }
}
