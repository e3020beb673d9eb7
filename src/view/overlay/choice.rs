//! Something to choose from before a plan is made: a line each, moved in with the keys of any list.

use ratatui::layout::Rect;

use super::keys::{keys, leaves, moved};
use super::{Outcome, Overlay, middle};
use crate::key::Chord;
use crate::plan::ask::Wish;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;

/// What comes of a line.
#[derive(Clone, Debug)]
enum Means {
    Plan(Wish),
    Arm(Scope),
}

/// A line to choose.
pub struct Possible {
    line: Line,
    means: Means,
}

impl Possible {
    /// What would be done is worked out and shown.
    #[must_use]
    pub const fn plan(line: Line, wish: Wish) -> Self {
        Self {
            line,
            means: Means::Plan(wish),
        }
    }

    /// leadtime may act there for a while.
    #[must_use]
    pub const fn arm(line: Line, scope: Scope) -> Self {
        Self {
            line,
            means: Means::Arm(scope),
        }
    }
}

/// The lines.
pub struct Choice {
    title: String,
    all: Vec<Possible>,
    cursor: usize,
}

impl Choice {
    #[must_use]
    pub const fn new(title: String, all: Vec<Possible>) -> Self {
        Self {
            title,
            all,
            cursor: 0,
        }
    }

    /// Puts the cursor on a line.
    pub fn begin_at(&mut self, at: usize) {
        self.cursor = at.min(self.all.len().saturating_sub(1));
    }

    fn chosen(&self, at: usize) -> Outcome {
        match self.all.get(at).map(|one| &one.means) {
            Some(Means::Plan(wish)) => Outcome::Plan(wish.clone()),
            Some(Means::Arm(scope)) => Outcome::Arm(scope.clone()),
            None => Outcome::Stay,
        }
    }
}

impl Overlay for Choice {
    fn key(&mut self, chord: Chord, _scene: &Scene) -> Outcome {
        if leaves(chord) {
            return Outcome::Close;
        }
        if chord.to_string() == "enter" {
            return self.chosen(self.cursor);
        }
        if let Some(cursor) = moved(chord, self.cursor, self.all.len()) {
            self.cursor = cursor;
        }
        Outcome::Stay
    }

    fn click(&mut self, target: Target, _scene: &Scene) -> Outcome {
        match target {
            Target::Part(at) => self.chosen(at),
            _ => Outcome::Close,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let widths = self.all.iter().map(|one| one.line.width());
        let wide = widths.max().unwrap_or(0).max(self.title.len()) + 8;
        let width = u16::try_from(wide).unwrap_or(u16::MAX).clamp(44, 92);
        let height = u16::try_from(self.all.len() + 4).unwrap_or(u16::MAX);
        let place = middle(area, width, height.min(area.height.saturating_sub(2)));
        pen.clear(place);
        let inner = pen.frame(place, &Line::of(Role::Title, &self.title), true);
        let rows = usize::from(inner.height.saturating_sub(2)).max(1);
        let top = (self.cursor + 1).saturating_sub(rows);
        let shown = self.all.iter().enumerate().skip(top).take(rows);
        for ((at, one), y) in shown.zip(inner.y..) {
            let whole = Rect::new(inner.x, y, inner.width, 1);
            pen.line(inner.x + 2, y, inner.width.saturating_sub(3), &one.line);
            if at == self.cursor {
                pen.select(whole);
            }
            pen.hit(whole, Target::Part(at));
        }
        keys(inner, &[("enter", "choose"), ("esc", "leave it")], pen);
        None
    }
}
