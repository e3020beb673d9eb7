//! The plan of a deed, read before anybody agrees to it: what exactly would be done, what speaks against it, what could undo it. From here a comment is
//! given, a rule is set aside with a reason, leadtime is armed; and only from here it is agreed to. Afterwards it tells how it went.

use std::cell::Cell;

use ratatui::layout::Rect;
use tui_input::Input;

use super::keys::{keys, leaves, moved};
use super::{Outcome, Overlay, line, middle};
use crate::intent::Intent;
use crate::journal::story::State;
use crate::key::Chord;
use crate::plan::ask::{Deed, Wish};
use crate::plan::policy::{ARMED, OVERRIDABLE};
use crate::plan::{Objection, Plan};
use crate::report::curl::curl;
use crate::report::sheet::Line;
use crate::report::{Style, audit, plan as report};
use crate::theme::Role;
use crate::view::deeds::Reply;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::widget::leaf;

const WIDTH: u16 = 108;

/// What is done with keys just now.
#[derive(Clone, Debug)]
enum Stage {
    /// The plan is read.
    Reading,
    /// Why it is done is typed.
    Comment(Input),
    /// The name is typed to confirm it.
    Name(Input),
    /// It is agreed to.
    Agreed,
}

/// The dialog.
pub struct Dialog {
    id: u64,
    wish: Wish,
    stage: Stage,
    /// What was wrong with the last key.
    word: Option<String>,
    top: usize,
    /// The last line that can be the first in sight, when it was drawn.
    last: Cell<usize>,
}

impl Dialog {
    /// Of a wish, by its number.
    #[must_use]
    pub fn new(id: u64, wish: Wish) -> Self {
        let asks = wish
            .parts
            .first()
            .is_some_and(|part| wants_words(&part.deed));
        let stage = if asks && wish.comment.is_none() {
            Stage::Comment(Input::default())
        } else {
            Stage::Reading
        };
        Self {
            id,
            wish,
            stage,
            word: None,
            top: 0,
            last: Cell::new(0),
        }
    }

    fn plan<'s>(&self, scene: &'s Scene) -> Option<(&'s Plan, bool)> {
        match scene.acting.reply(self.id) {
            Some(Reply::Planned { plan, typed } | Reply::Moved { plan, typed, .. }) => {
                Some((&**plan, *typed))
            }
            _ => None,
        }
    }

    /// Whether it is sent, and can only be looked at.
    fn is_carried(&self, scene: &Scene) -> bool {
        matches!(scene.acting.reply(self.id), Some(Reply::Carried(_)))
    }

    /// Whether there is nothing to be done, and so nothing to be asked.
    fn is_refused(&self, scene: &Scene) -> bool {
        matches!(scene.acting.reply(self.id), Some(Reply::Nothing { .. }))
    }

    fn reading(&mut self, chord: Chord, scene: &Scene) -> Outcome {
        if leaves(chord) {
            return Outcome::Close;
        }
        if let Some(top) = moved(chord, self.top.min(self.last.get()), self.last.get() + 1) {
            self.top = top;
            return Outcome::Stay;
        }
        let key = chord.to_string();
        if matches!(self.stage, Stage::Agreed) && self.plan(scene).is_some() {
            // It was handed over, and nothing was heard of it yet.
            return Outcome::Stay;
        }
        if self.is_carried(scene) {
            return match key.as_str() {
                "enter" => Outcome::Close,
                "@" => Outcome::Chosen(Intent::Actions),
                _ => Outcome::Stay,
            };
        }
        if key == "c" && self.wish.second.is_none() {
            let comment = self.wish.comment.clone().unwrap_or_default();
            self.stage = Stage::Comment(Input::new(comment));
            return Outcome::Stay;
        }
        let Some((plan, typed)) = self.plan(scene) else {
            return Outcome::Stay;
        };
        match key.as_str() {
            "A" => Outcome::ArmFor(self.wish.clone()),
            "o" => self.set_aside(plan),
            "u" => Outcome::Copy(curl(plan)),
            "y" => self.agree(plan, typed),
            "enter" => {
                self.word = Some("y agrees to it".to_owned());
                Outcome::Stay
            }
            _ => Outcome::Stay,
        }
    }

    /// Sets aside the rules that object and can be, with the reason.
    fn set_aside(&mut self, plan: &Plan) -> Outcome {
        let rules = aside(plan);
        if rules.is_empty() {
            self.word = Some("no rule that objects can be set aside".to_owned());
            return Outcome::Stay;
        }
        let mut wish = self.wish.clone();
        wish.overrides.extend(rules);
        if wish.comment.is_some() {
            return Outcome::Plan(wish);
        }
        self.wish = wish;
        self.word = Some("who sets a rule aside says why".to_owned());
        self.stage = Stage::Comment(Input::default());
        Outcome::Stay
    }

    fn agree(&mut self, plan: &Plan, typed: bool) -> Outcome {
        if let Some(objection) = plan.standing().next() {
            let how = if objection.rule == ARMED {
                "; A arms it"
            } else {
                ""
            };
            self.word = Some(format!("{}{how}", objection.text));
            return Outcome::Stay;
        }
        if typed {
            self.stage = Stage::Name(Input::default());
            return Outcome::Stay;
        }
        self.stage = Stage::Agreed;
        Outcome::Agree {
            id: self.id,
            wish: self.wish.clone(),
            typed: None,
        }
    }

    /// A comment was typed; with it the plan is another.
    fn commented(&mut self, text: &str) -> Outcome {
        self.stage = Stage::Reading;
        let comment = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        if comment == self.wish.comment && self.wish.overrides.is_empty() {
            return Outcome::Stay;
        }
        if comment.is_none() {
            self.wish.overrides.clear();
        }
        Outcome::Plan(Wish {
            comment,
            ..self.wish.clone()
        })
    }

    fn named(&mut self, text: &str, scene: &Scene) -> Outcome {
        let Some((plan, _)) = self.plan(scene) else {
            return Outcome::Stay;
        };
        if text != plan.workload {
            self.word = Some(format!("that is not {}", plan.workload));
            return Outcome::Stay;
        }
        self.stage = Stage::Agreed;
        Outcome::Agree {
            id: self.id,
            wish: self.wish.clone(),
            typed: Some(text.to_owned()),
        }
    }
}

/// A plan without its first line, which is the title.
fn headless(plan: &Plan, style: &Style) -> Vec<Line> {
    report::lines(plan, style).split_off(1)
}

/// Deeds of which one says why.
const fn wants_words(deed: &Deed) -> bool {
    matches!(
        deed,
        Deed::Decide { .. }
            | Deed::Hold { .. }
            | Deed::Release { .. }
            | Deed::Rollback { .. }
            | Deed::Respond { .. }
            | Deed::Mark { .. }
    )
}

/// The rules that object and can be set aside.
fn aside(plan: &Plan) -> Vec<String> {
    let can = |objection: &&Objection| OVERRIDABLE.contains(&objection.rule.as_str());
    let mut rules: Vec<String> = plan
        .standing()
        .filter(can)
        .map(|objection| objection.rule.clone())
        .collect();
    rules.dedup();
    rules
}

impl Overlay for Dialog {
    fn key(&mut self, chord: Chord, scene: &Scene) -> Outcome {
        self.word = None;
        // A plan that came anew is read anew.
        let moved = matches!(scene.acting.reply(self.id), Some(Reply::Moved { .. }));
        if moved && matches!(self.stage, Stage::Agreed) {
            self.stage = Stage::Reading;
        }
        if self.is_refused(scene) {
            self.stage = Stage::Reading;
        }
        let key = chord.to_string();
        let input = match &mut self.stage {
            Stage::Reading | Stage::Agreed => return self.reading(chord, scene),
            Stage::Comment(input) | Stage::Name(input) => input,
        };
        match key.as_str() {
            "esc" | "ctrl-c" => {
                // What was to be set aside with the reason that is not given stays as it is.
                if self.wish.comment.is_none() {
                    self.wish.overrides.clear();
                }
                self.stage = Stage::Reading;
            }
            "enter" => {
                let text = input.value().to_owned();
                return match self.stage {
                    Stage::Comment(_) => self.commented(&text),
                    _ => self.named(&text, scene),
                };
            }
            _ => {
                line::typed(input, chord);
            }
        }
        Outcome::Stay
    }

    fn paste(&mut self, text: &str, _scene: &Scene) -> Outcome {
        // A name is typed: that is what it is for.
        if let Stage::Comment(input) = &mut self.stage {
            line::pasted(input, text);
        }
        Outcome::Stay
    }

    fn click(&mut self, _target: crate::view::hit::Target, _scene: &Scene) -> Outcome {
        Outcome::Stay
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let width = WIDTH.min(area.width.saturating_sub(2));
        let lines = self.lines(usize::from(width.saturating_sub(6)), pen.scene);
        let height = u16::try_from(lines.len() + 5).unwrap_or(u16::MAX);
        let height = height.clamp(9, area.height.saturating_sub(3).max(9));
        let place = middle(area, width, height);
        pen.clear(place);
        let inner = pen.frame(place, &self.title(pen.scene), true);
        let room = inner.width.saturating_sub(4);
        let body = Rect::new(inner.x + 2, inner.y, room, inner.height.saturating_sub(3));
        self.last
            .set(leaf::draw(&lines, self.top, body, "j and k", pen));
        let foot = Rect::new(inner.x, inner.bottom().saturating_sub(2), inner.width, 2);
        leaf::rule(
            inner.x,
            foot.y.saturating_sub(1),
            inner.width,
            &Line::new(),
            pen,
        );
        self.draw_foot(foot, pen)
    }
}

impl Dialog {
    fn title(&self, scene: &Scene) -> Line {
        let words = match self.plan(scene) {
            Some((plan, _)) => report::headline(plan),
            None if self.is_carried(scene) => "what was done".to_owned(),
            None => "the plan".to_owned(),
        };
        Line::of(Role::Title, words)
    }

    fn lines(&self, width: usize, scene: &Scene) -> Vec<Line> {
        let style = Style {
            width,
            ..scene.style.clone()
        };
        let words = |role, words: &str| {
            let wrapped = crate::report::text::wrap(words, width).into_iter();
            wrapped.map(move |line| Line::of(role, line)).collect()
        };
        match scene.acting.reply(self.id) {
            None => words(Role::Dim, "working out what exactly would be done …"),
            Some(Reply::Planned { plan, .. }) => headless(plan, &style),
            Some(Reply::Moved { what, plan, .. }) => {
                let told = format!(
                    "Nothing was done: since the plan was shown, {} changed. This is the plan now.",
                    what.join(", ")
                );
                let mut lines: Vec<Line> = words(Role::Warning, &told);
                lines.push(Line::new());
                lines.extend(headless(plan, &style));
                lines
            }
            Some(Reply::Carried(action)) => match scene.acting.story(action) {
                Some(story) => audit::story_lines(story, &style),
                None => words(Role::Dim, "being sent …"),
            },
            Some(Reply::Nothing { text, hint }) => {
                let mut lines: Vec<Line> = words(Role::Warning, text);
                if let Some(hint) = hint {
                    lines.extend::<Vec<Line>>(words(Role::Dim, hint));
                }
                lines
            }
        }
    }

    /// The last two rows: what is typed or was said, and the keys.
    fn draw_foot(&self, foot: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let room = foot.width.saturating_sub(4);
        let (x, y) = (foot.x + 2, foot.y);
        let scene = pen.scene;
        let typing = match &self.stage {
            _ if self.is_refused(scene) => None,
            Stage::Comment(input) => Some(("why: ".to_owned(), input)),
            Stage::Name(input) => {
                let name = self.plan(scene).map_or("", |(plan, _)| &plan.workload);
                Some((format!("type {name} to confirm: "), input))
            }
            Stage::Reading | Stage::Agreed => None,
        };
        if let Some((label, input)) = typing {
            let start = pen.text(x, y, room, Role::Focus, &label);
            let cursor = line::draw(input, start, y, (x + room).saturating_sub(start), pen);
            let hints: &[_] = match self.stage {
                Stage::Comment(_) => &[
                    ("enter", "goes on, empty for none"),
                    ("esc", "back to the plan"),
                ],
                _ => &[("enter", "does it"), ("esc", "back to the plan")],
            };
            if let Some(word) = &self.word {
                let word = Line::of(Role::Warning, word);
                pen.right(Rect::new(x, foot.y + 1, room, 1), &word);
            }
            keys(foot, hints, pen);
            return Some(cursor);
        }
        let said = match &self.word {
            Some(word) => Line::of(Role::Warning, word),
            None => self.standing(scene),
        };
        pen.line(x, y, room, &said);
        keys(foot, &self.hints(scene), pen);
        None
    }

    /// Where it stands, in a line.
    fn standing(&self, scene: &Scene) -> Line {
        let Some((plan, _)) = self.plan(scene) else {
            return Line::new();
        };
        match plan.standing().next() {
            Some(objection) => {
                let text = scene.style.told(&objection.text);
                Line::of(Role::Bad, format!("✗ {text}"))
            }
            None => Line::of(Role::Good, "✓ nothing stands in the way"),
        }
    }

    fn hints(&self, scene: &Scene) -> Vec<(&'static str, &'static str)> {
        let Some((plan, typed)) = self.plan(scene) else {
            let story = match scene.acting.reply(self.id) {
                Some(Reply::Carried(action)) => scene.acting.story(action),
                _ => None,
            };
            let goes_on = story.is_some_and(|story| story.state == State::Sending);
            let close = if goes_on {
                "close; it goes on"
            } else {
                "close"
            };
            return vec![("esc", close), ("@", "all that was done")];
        };
        let mut hints = Vec::new();
        let mut standing = plan.standing();
        match standing.next() {
            None if typed => hints.push(("y", "agree, by typing the name")),
            None => hints.push(("y", "agree: do it")),
            Some(_) if plan.standing().any(|one| one.rule == ARMED) => hints.push(("A", "arm")),
            Some(_) => {}
        }
        if !aside(plan).is_empty() {
            hints.push(("o", "set rules aside"));
        }
        if self.wish.second.is_none() {
            hints.push(("c", "comment"));
        }
        hints.extend((self.last.get() > 0).then_some(("j/k", "scroll")));
        // What may be cut off where there is little room comes last.
        hints.extend([("esc", "leave it"), ("u", "copy as curl")]);
        hints
    }
}
