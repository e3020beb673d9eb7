//! A trend as columns side by side: the highest fills its place, a point without a value is a gap.

use ratatui::layout::Rect;

use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::pen::Pen;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// No column is wider than this: a trend of three points is no wall.
const WIDEST: usize = 6;

/// The rows of columns within a size, from the top; the newest points where not all fit.
#[must_use]
pub fn rows(points: &[Option<f64>], width: usize, height: usize) -> Vec<String> {
    let highest = points.iter().flatten().copied().fold(0.0, f64::max);
    let wide = (width / points.len().max(1)).clamp(1, WIDEST + 1);
    let (wide, gap) = if wide > 1 { (wide - 1, 1) } else { (1, 0) };
    let shown = (width / (wide + gap)).min(points.len());
    let points = &points[points.len() - shown..];
    (0..height)
        .map(|row| {
            let mut text = String::new();
            for point in points {
                let sign = point.map_or(' ', |value| {
                    sign(level(value, highest, height), height - 1 - row)
                });
                text.extend(std::iter::repeat_n(sign, wide));
                text.extend(std::iter::repeat_n(' ', gap));
            }
            text
        })
        .collect()
}

/// How many eighths of a row a value is high; what is there is seen, though it be nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of the rows of a screen"
)]
fn level(value: f64, highest: f64, height: usize) -> usize {
    let most = height * LEVELS.len();
    if highest <= 0.0 {
        return 1;
    }
    let level = (value / highest * most as f64).round() as usize;
    level.clamp(1, most)
}

/// What stands in a row, counted from the bottom.
fn sign(level: usize, row: usize) -> char {
    match level.saturating_sub(row * LEVELS.len()) {
        0 => ' ',
        rest => LEVELS[rest.min(LEVELS.len()) - 1],
    }
}

/// Draws them.
pub fn draw(area: Rect, points: &[Option<f64>], pen: &mut Pen<'_>) {
    let rows = rows(points, usize::from(area.width), usize::from(area.height));
    for (row, y) in rows.iter().zip(area.top()..) {
        pen.line(area.x, y, area.width, &Line::of(Role::Process, row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_high_as_their_share_and_nothing_is_a_gap() {
        let points = [Some(0.0), None, Some(2.0), Some(4.0)];
        assert_eq!(rows(&points, 8, 2), ["      █ ", "▁   █ █ "]);
        assert_eq!(rows(&points, 4, 1), ["▁ ▄█"]);
        assert_eq!(rows(&points, 2, 1), ["▄█"], "the newest");
        assert_eq!(rows(&[], 8, 1), [""]);
        assert_eq!(rows(&[Some(0.0)], 1, 1), ["▁"]);
        assert_eq!(rows(&[Some(3.0)], 80, 1)[0].trim(), "██████");
    }
}
