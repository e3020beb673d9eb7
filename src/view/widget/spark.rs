//! A trend in a few columns: the highest point is full, a point without a value is a gap.

use crate::event::time::Span;

const LEVELS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];

/// A column a point.
#[must_use]
pub fn of(points: &[Option<Span>]) -> String {
    let highest = points.iter().flatten().map(|span| span.micros()).max();
    let Some(highest) = highest.filter(|highest| *highest > 0) else {
        return String::new();
    };
    points
        .iter()
        .map(|point| {
            point.map_or(' ', |span| {
                let level = i128::from(span.micros().max(0)) * 6 / i128::from(highest);
                LEVELS[usize::try_from(level).unwrap_or(0).min(6)]
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_is_full_and_nothing_is_a_gap() {
        let seconds = |s: i64| Some(Span::from_seconds(s));
        assert_eq!(of(&[seconds(0), None, seconds(30), seconds(60)]), "▁ ▄▇");
        assert_eq!(of(&[None, None]), "");
        assert_eq!(of(&[seconds(i64::MAX / 2_000_000)]), "▇");
    }
}
