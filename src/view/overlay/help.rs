//! What the view in front shows, how to read it, and every key that works in it.

use ratatui::layout::Rect;

use super::{Outcome, Overlay, middle};
use crate::intent::Intent;
use crate::intent::table::Group;
use crate::key::{Chord, Context, Keymap};
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::ui::Ui;

const WIDTH: u16 = 92;
/// Columns of a key and what it does.
const KEY: usize = 18;

/// The help of a view: lines, made when it is opened.
pub struct Help {
    title: &'static str,
    lines: Vec<Line>,
    top: usize,
}

impl Help {
    #[must_use]
    pub fn new(ui: &Ui, keymap: &Keymap, scene: &Scene) -> Self {
        let context = Context::In(ui.front());
        let mut lines = Vec::new();
        let page = ui.page();
        let about = page.map_or("", |page| page.about());
        for line in text::wrap(about, usize::from(WIDTH) - 4) {
            lines.push(Line::of(Role::Text, line));
        }
        lines.push(Line::new());
        let keys = |intent: Intent| {
            let keys = keymap.keys(context, intent).iter();
            keys.map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        let row = |keys: &str, what: &str| {
            Line::of(Role::Key, text::left(keys, KEY)).with(Role::Text, what)
        };
        let hints = page.map(|page| page.hints(scene)).unwrap_or_default();
        if !hints.is_empty() {
            lines.push(Line::of(Role::Title, "here"));
            for hint in &hints {
                let why = hint.why_not.as_ref().map(|why| format!(" ({why})"));
                let what = format!("{}{}", hint.text, why.unwrap_or_default());
                lines.push(row(&keys(hint.intent), &what));
            }
            lines.push(Line::new());
        }
        for group in Group::ALL {
            lines.push(Line::of(Role::Title, group.word()));
            for intent in Intent::ALL {
                if intent.group() == group {
                    lines.push(row(&keys(intent), intent.help()));
                }
            }
            lines.push(Line::new());
        }
        lines.pop();
        Self {
            title: ui.front().title(),
            lines,
            top: 0,
        }
    }
}

impl Overlay for Help {
    fn key(&mut self, chord: Chord, _scene: &Scene) -> Outcome {
        let last = self.lines.len().saturating_sub(5);
        match chord.to_string().as_str() {
            "down" | "j" => self.top = (self.top + 1).min(last),
            "up" | "k" => self.top = self.top.saturating_sub(1),
            "pgdn" | "space" | "ctrl-d" | "ctrl-f" => self.top = (self.top + 10).min(last),
            "pgup" | "ctrl-u" | "ctrl-b" => self.top = self.top.saturating_sub(10),
            "g" | "home" => self.top = 0,
            "G" | "end" => self.top = last,
            _ => return Outcome::Close,
        }
        Outcome::Stay
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let height = u16::try_from(self.lines.len() + 2).unwrap_or(u16::MAX);
        let place = middle(area, WIDTH, height.min(area.height.saturating_sub(2)));
        pen.clear(place);
        let title = Line::of(Role::Title, self.title).with(Role::Dim, " · help");
        let inner = pen.frame(place, &title, true);
        let rows = inner.y..inner.bottom();
        for (line, y) in self.lines.iter().skip(self.top).zip(rows) {
            pen.line(inner.x + 1, y, inner.width.saturating_sub(2), line);
        }
        let below = self
            .lines
            .len()
            .saturating_sub(self.top + usize::from(inner.height));
        if below > 0 {
            let more = Line::of(Role::Dim, format!(" {below} more below "));
            let foot = Rect::new(
                place.x,
                place.bottom() - 1,
                place.width.saturating_sub(2),
                1,
            );
            pen.right(foot, &more);
        }
        None
    }
}
