//! A text beside a list, which may be longer than its place: `Tab` puts it in front, and then the keys that move scroll it and not the list.

use std::cell::Cell;

use ratatui::layout::Rect;

use super::leaf;
use crate::intent::Intent;
use crate::report::sheet::Line;
use crate::view::pen::Pen;

/// How far it is scrolled.
#[derive(Debug, Default)]
pub struct Reading {
    in_front: bool,
    top: Cell<usize>,
    /// The last line that can be the first in sight: known when it was drawn.
    last: Cell<usize>,
}

impl Reading {
    #[must_use]
    pub const fn in_front(&self) -> bool {
        self.in_front
    }

    /// Whether an intent was its own.
    pub fn on(&mut self, intent: Intent) -> bool {
        let top = self.top.get().min(self.last.get());
        let to = match intent {
            Intent::NextPane | Intent::PreviousPane => {
                self.in_front = !self.in_front;
                return true;
            }
            _ if !self.in_front => return false,
            Intent::Up => top.saturating_sub(1),
            Intent::Down => top + 1,
            Intent::PageUp => top.saturating_sub(10),
            Intent::PageDown => top + 10,
            Intent::First => 0,
            Intent::Last => usize::MAX,
            _ => return false,
        };
        self.top.set(to.min(self.last.get()));
        true
    }

    pub fn draw(&self, lines: &[Line], area: Rect, pen: &mut Pen<'_>) {
        let more = "tab, then j and k";
        self.last
            .set(leaf::draw(lines, self.top.get(), area, more, pen));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_scrolls_in_front_alone_and_no_further_than_its_end() {
        let mut text = Reading::default();
        text.last.set(12);
        assert!(!text.on(Intent::Down));
        assert!(text.on(Intent::NextPane));
        let tops = [
            (Intent::Down, 1),
            (Intent::PageDown, 11),
            (Intent::PageDown, 12),
            (Intent::Up, 11),
            (Intent::First, 0),
            (Intent::Up, 0),
            (Intent::Last, 12),
        ];
        for (intent, top) in tops {
            assert!(text.on(intent));
            assert_eq!(text.top.get(), top, "{intent:?}");
        }
        assert!(!text.on(Intent::Open));
        // There is more room now.
        text.last.set(3);
        assert!(text.on(Intent::Up));
        assert_eq!(text.top.get(), 2);
    }
}
