//! Everything that can be meant, with its key: type a few letters, choose.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::layout::Rect;
use tui_input::Input;

use super::{Outcome, Overlay, line, middle};
use crate::intent::Intent;
use crate::key::{Chord, Context, Keymap};
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::pen::Pen;
use crate::view::scene::Scene;

const WIDTH: u16 = 76;

/// The palette.
pub struct Palette {
    input: Input,
    /// Every intent, with the keys that mean it here.
    all: Vec<(Intent, String)>,
    /// Places in `all` of those that fit, the best first.
    fit: Vec<usize>,
    cursor: usize,
}

impl Palette {
    #[must_use]
    pub fn new(context: Context, keymap: &Keymap) -> Self {
        let keys = |intent| {
            let keys = keymap.keys(context, intent).iter();
            keys.map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        let all: Vec<(Intent, String)> = Intent::ALL
            .into_iter()
            .filter(|intent| *intent != Intent::Palette)
            .map(|intent| (intent, keys(intent)))
            .collect();
        let mut palette = Self {
            input: Input::default(),
            fit: Vec::new(),
            all,
            cursor: 0,
        };
        palette.search();
        palette
    }

    fn search(&mut self) {
        let pattern = Pattern::parse(
            self.input.value(),
            CaseMatching::Ignore,
            Normalization::Smart,
        );
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut fit: Vec<(u32, usize)> = Vec::new();
        for (place, (intent, _)) in self.all.iter().enumerate() {
            // The name counts more than what is told of it.
            let mut score =
                |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
            let name = score(intent.name()).map(|score| score * 2);
            if let Some(score) = name.or_else(|| score(intent.help())) {
                fit.push((score, place));
            }
        }
        fit.sort_by_key(|(score, place)| (std::cmp::Reverse(*score), *place));
        self.fit = fit.into_iter().map(|(_, place)| place).collect();
        self.cursor = 0;
    }

    fn chosen(&self, at: usize) -> Outcome {
        match self.fit.get(at) {
            Some(place) => Outcome::Chosen(self.all[*place].0),
            None => Outcome::Stay,
        }
    }
}

impl Overlay for Palette {
    fn key(&mut self, chord: Chord, _scene: &Scene) -> Outcome {
        let last = self.fit.len().saturating_sub(1);
        match chord.to_string().as_str() {
            "esc" | "ctrl-c" => return Outcome::Close,
            "enter" => return self.chosen(self.cursor),
            "down" | "ctrl-n" | "tab" => self.cursor = (self.cursor + 1).min(last),
            "up" | "ctrl-p" | "shift-tab" => self.cursor = self.cursor.saturating_sub(1),
            "pgdn" => self.cursor = (self.cursor + 10).min(last),
            "pgup" => self.cursor = self.cursor.saturating_sub(10),
            _ => {
                if line::typed(&mut self.input, chord) {
                    self.search();
                }
            }
        }
        Outcome::Stay
    }

    fn paste(&mut self, pasted: &str, _scene: &Scene) -> Outcome {
        line::pasted(&mut self.input, pasted);
        self.search();
        Outcome::Stay
    }

    fn click(&mut self, target: Target, _scene: &Scene) -> Outcome {
        match target {
            Target::Part(at) => self.chosen(at),
            _ => Outcome::Close,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let place = middle(area, WIDTH, area.height.saturating_sub(4).min(24));
        pen.clear(place);
        let inner = pen.frame(place, &Line::of(Role::Title, "all commands"), true);
        if inner.height < 3 {
            return None;
        }
        let start = pen.text(inner.x + 1, inner.y, inner.width - 1, Role::Focus, ": ");
        let cursor = line::draw(&self.input, start, inner.y, inner.right() - start, pen);
        let rows = usize::from(inner.height - 2);
        let top = (self.cursor + 1).saturating_sub(rows);
        for (row, at) in (top..self.fit.len()).take(rows).enumerate() {
            let (intent, keys) = &self.all[self.fit[at]];
            let y = inner.y + 2 + u16::try_from(row).unwrap_or(0);
            let line = Line::of(Role::Text, format!(" {}", text::left(intent.name(), 15)))
                .with(Role::Dim, intent.help());
            let keys = Line::of(Role::Key, keys).with(Role::Text, " ");
            let width = inner
                .width
                .saturating_sub(u16::try_from(keys.width()).unwrap_or(0) + 1);
            pen.line(inner.x, y, width, &line);
            let whole = Rect::new(inner.x, y, inner.width, 1);
            pen.right(whole, &keys);
            if at == self.cursor {
                pen.select(whole);
            }
            pen.hit(whole, Target::Part(at));
        }
        if self.fit.is_empty() {
            pen.text(
                inner.x + 1,
                inner.y + 2,
                inner.width - 1,
                Role::Dim,
                "no command is called so",
            );
        }
        Some(cursor)
    }
}
