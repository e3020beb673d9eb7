//! What the view in front shows, how to read it, and every key that works in it.

use std::cell::Cell;

use ratatui::layout::Rect;

use super::{Outcome, Overlay, middle};
use crate::intent::table::Group;
use crate::intent::{Intent, View};
use crate::key::{Chord, Context, Keymap};
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;
use crate::view::acting;
use crate::view::page::{Hint, Page};
use crate::view::pen::Pen;
use crate::view::scene::Scene;

const WIDTH: u16 = 92;
/// Columns of a key and what it does.
const KEY: usize = 18;

/// The help of a view: what it says, made when it is opened; broken into lines where it is drawn.
pub struct Help {
    title: &'static str,
    parts: Vec<Part>,
    top: usize,
    /// The last that can be scrolled to: known when it was drawn.
    last: Cell<usize>,
}

/// A piece of the help.
enum Part {
    Words(&'static str),
    Title(&'static str),
    Row { keys: String, what: String },
    Space,
}

impl Help {
    #[must_use]
    pub fn new(view: View, page: Option<&dyn Page>, keymap: &Keymap, scene: &Scene) -> Self {
        let context = Context::In(view);
        let about = page.map_or("", |page| page.about());
        let mut parts = vec![Part::Words(about), Part::Space];
        let keys = |intent: Intent| {
            let keys = keymap.keys(context, intent).iter();
            keys.map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        let own = page.map(|page| page.hints(scene)).unwrap_or_default();
        let acting = page.map(|page| acting::hints(&page.subject(), scene));
        let (can, cannot) = acting.unwrap_or_default();
        let hints: Vec<Hint> = own.into_iter().chain(can).chain(cannot).collect();
        if !hints.is_empty() {
            parts.push(Part::Title("here"));
            for hint in &hints {
                let why = hint.why_not.as_ref().map(|why| format!(" ({why})"));
                let what = format!("{}{}", hint.text, why.unwrap_or_default());
                let keys = keys(hint.intent);
                parts.push(Part::Row { keys, what });
            }
            parts.push(Part::Space);
        }
        for group in Group::ALL {
            parts.push(Part::Title(group.word()));
            for intent in Intent::ALL {
                if intent.group() == group {
                    let what = intent.help().to_owned();
                    let keys = keys(intent);
                    parts.push(Part::Row { keys, what });
                }
            }
            parts.push(Part::Space);
        }
        parts.pop();
        Self {
            title: view.title(),
            parts,
            top: 0,
            last: Cell::new(usize::MAX),
        }
    }

    fn lines(&self, width: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        for part in &self.parts {
            match part {
                Part::Words(words) => {
                    let words = text::wrap(words, width).into_iter();
                    lines.extend(words.map(|line| Line::of(Role::Text, line)));
                }
                Part::Title(title) => lines.push(Line::of(Role::Title, *title)),
                Part::Space => lines.push(Line::new()),
                Part::Row { keys, what } => {
                    let what = text::wrap(what, width.saturating_sub(KEY).max(8));
                    for (at, what) in what.iter().enumerate() {
                        let keys = if at == 0 { keys.as_str() } else { "" };
                        let keys = Line::of(Role::Key, text::left(keys, KEY));
                        lines.push(keys.with(Role::Text, what));
                    }
                }
            }
        }
        lines
    }
}

impl Overlay for Help {
    fn key(&mut self, chord: Chord, _scene: &Scene) -> Outcome {
        let last = self.last.get();
        self.top = self.top.min(last);
        match chord.to_string().as_str() {
            "down" | "j" => self.top = self.top.saturating_add(1).min(last),
            "up" | "k" => self.top = self.top.saturating_sub(1),
            "pgdn" | "space" | "ctrl-d" | "ctrl-f" => {
                self.top = self.top.saturating_add(10).min(last);
            }
            "pgup" | "ctrl-u" | "ctrl-b" => self.top = self.top.saturating_sub(10),
            "g" | "home" => self.top = 0,
            // As far as there is anything, in whatever window it is drawn next.
            "G" | "end" => self.top = usize::MAX,
            _ => return Outcome::Close,
        }
        Outcome::Stay
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let width = middle(area, WIDTH, 1).width.saturating_sub(4);
        let lines = self.lines(usize::from(width));
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        let place = middle(area, WIDTH, height.min(area.height.saturating_sub(2)));
        pen.clear(place);
        let title = Line::of(Role::Title, self.title).with(Role::Dim, " · help");
        let inner = pen.frame(place, &title, true);
        let rows = inner.y..inner.bottom();
        let last = lines.len().saturating_sub(usize::from(inner.height));
        self.last.set(last);
        let top = self.top.min(last);
        for (line, y) in lines.iter().skip(top).zip(rows) {
            pen.line(inner.x + 1, y, inner.width.saturating_sub(2), line);
        }
        let below = lines.len().saturating_sub(top + usize::from(inner.height));
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
