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
        // Nothing of the rule's own look stays under the title.
        let wide = u16::try_from(padded.width()).unwrap_or(u16::MAX);
        pen.clear(Rect::new(x + 2, y, wide.min(width - 2), 1));
        pen.line(x + 2, y, width - 2, &padded);
    }
}

/// A rule between left and right.
pub fn upright(x: u16, area: Rect, role: Role, pen: &mut Pen<'_>) {
    for y in area.top()..area.bottom() {
        pen.text(x, y, 1, role, "│");
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::theme::Theme;
    use crate::view::scene::Scene;

    #[test]
    fn a_title_looks_in_a_rule_as_it_does_anywhere() {
        let (scene, theme) = (Scene::blank(), Theme::default());
        let title = Line::of(Role::Title, "staging");
        let drawn = |draw: &dyn Fn(&mut Pen<'_>)| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
            let mut pen = Pen {
                buffer: &mut buffer,
                scene: &scene,
                theme: &theme,
                hits: &mut Vec::new(),
            };
            pen.clear(Rect::new(0, 0, 20, 1));
            draw(&mut pen);
            buffer[(5, 0)].clone()
        };
        let ruled = drawn(&|pen| rule(0, 0, 20, &title, pen));
        let alone = drawn(&|pen| {
            pen.line(3, 0, 17, &title);
        });
        assert_eq!(ruled, alone);
    }
}
