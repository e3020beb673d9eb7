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
    /// A text that is all there is: always in front.
    #[must_use]
    pub fn all() -> Self {
        Self {
            in_front: true,
            ..Self::default()
        }
    }

    #[must_use]
    pub const fn in_front(&self) -> bool {
        self.in_front
    }

    /// Whether there is more of it than was seen when it was drawn last.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.last.get() > 0
    }

    /// Whether an intent was its own, of a text that is all there is.
    pub fn on_alone(&mut self, intent: Intent) -> bool {
        let pane = matches!(intent, Intent::NextPane | Intent::PreviousPane);
        !pane && self.on(intent)
    }

    /// Whether an intent was its own, of a text that is put in front only where there is more of it than is seen.
    pub fn on_cut(&mut self, intent: Intent) -> bool {
        let goes_there = matches!(intent, Intent::NextPane | Intent::PreviousPane);
        if goes_there && !self.in_front && !self.is_cut() {
            return false;
        }
        self.on(intent)
    }

    /// What the key of the next pane does to such a text, where it does something.
    #[must_use]
    pub fn leads_to(&self) -> Option<&'static str> {
        let words = if self.in_front { "list" } else { "scroll text" };
        (self.in_front || self.is_cut()).then_some(words)
    }

    /// It is about another thing now, and begins at its beginning; and where it is in front, it stays there.
    pub fn begin(&self) {
        self.top.set(0);
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
        let more = if self.in_front {
            "j and k"
        } else {
            "tab, then j and k"
        };
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
        assert!(text.on_cut(Intent::NextPane));
        assert!(text.leads_to() == Some("scroll text"));
        text.last.set(0);
        assert!(text.leads_to().is_none());
        assert!(!text.on_cut(Intent::NextPane), "all of it is seen");
        text.last.set(12);
        assert!(text.on_cut(Intent::NextPane));
        // There is more room now.
        text.last.set(3);
        assert!(text.on(Intent::Up));
        assert_eq!(text.top.get(), 2);
    }
}
