//! One event: what it says, and itself as it is kept.

use std::cell::Cell;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::event::cdevents::pretty;
use crate::intent::Intent;
use crate::report::Style;
use crate::report::happening::{happening, link, subject};
use crate::report::json::harmless;
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;
use crate::view::answer::Happened;
use crate::view::page::{Hint, Page, Reaction};
use crate::view::pen::Pen;
use crate::view::scene::Scene;

/// What is told of an event, in lines of a width.
#[must_use]
pub fn facts(one: &Happened, width: usize, style: &Style) -> Vec<Line> {
    let event = &one.event;
    let mut lines = vec![happening(event), Line::new()];
    if lines[0].width() > width {
        let words = lines[0].text();
        let wrapped = text::wrap(&words, width);
        let wrapped = wrapped.iter().map(|part| Line::of(Role::Text, part));
        lines.splice(0..1, wrapped);
    }
    let workload = one.workload.as_deref();
    let rows = [
        ("happened", Some(style.moment_and_age(event.at))),
        ("arrived", Some(style.moment_and_age(one.arrived))),
        ("workload", workload.map(str::to_owned)),
        ("subject", Some(subject(event).to_owned())),
        ("source", Some(event.source.clone())),
        ("id", Some(event.id.clone())),
        ("link", link(event).map(str::to_owned)),
    ];
    for (label, value) in rows {
        let Some(value) = value else { continue };
        let role = if label == "link" {
            Role::Link
        } else {
            Role::Text
        };
        let value = text::clean(&value);
        let parts = text::wrap(&value, width.saturating_sub(10));
        for (at, part) in parts.iter().enumerate() {
            let mut line = Line::of(Role::Dim, if at == 0 { label } else { "" });
            line.pad_to(10).push(role, part);
            lines.push(line);
        }
    }
    lines
}

/// The event itself, a field a line, in lines of a width.
#[must_use]
pub fn raw(body: &str, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for field in pretty(body) {
        let bare = field.trim_start();
        let indent = field.len() - bare.len();
        let (key, value) = match bare.find("\": ") {
            Some(at) if bare.starts_with('"') => bare.split_at(at + 2),
            _ => ("", bare),
        };
        let mut line = Line::new();
        line.pad_to(indent).push(Role::Dim, key);
        let value = text::clean(value.trim_start());
        let lead = if key.is_empty() { "" } else { " " };
        if line.width() + 1 + text::width(&value) <= width {
            line.push(Role::Text, format!("{lead}{value}"));
            lines.push(line);
            continue;
        }
        if !key.is_empty() {
            lines.push(line);
        }
        let inner = indent + 4;
        for part in text::wrap(&value, width.saturating_sub(inner).max(8)) {
            let mut line = Line::new();
            line.pad_to(inner).push(Role::Text, part);
            lines.push(line);
        }
    }
    lines
}

/// All of it.
#[must_use]
pub fn lines(one: &Happened, width: usize, style: &Style) -> Vec<Line> {
    let mut lines = facts(one, width, style);
    lines.push(Line::new());
    lines.push(Line::of(Role::Dim, "as it is kept"));
    lines.extend(raw(&one.body, width));
    lines
}

/// Draws lines from one of them on; tells the last from which all the rest is in sight.
pub fn draw(lines: &[Line], top: usize, area: Rect, pen: &mut Pen<'_>) -> usize {
    let height = usize::from(area.height);
    let last = lines.len().saturating_sub(height);
    let shown = lines.iter().skip(top.min(last));
    for (line, y) in shown.zip(area.top()..area.bottom()) {
        pen.line(area.x, y, area.width, line);
    }
    let hidden = last - top.min(last);
    if hidden > 0 && area.height > 1 {
        let row = Rect::new(area.x, area.bottom() - 1, area.width, 1);
        pen.clear(row);
        let words = format!("… {} more lines", hidden + 1);
        pen.line(row.x, row.y, row.width, &Line::of(Role::Dim, words));
    }
    last
}

/// The page of one event.
pub struct EventPage {
    one: Arc<Happened>,
    top: usize,
    /// How far down it goes, and how much is in sight: known once it was drawn.
    last: Cell<usize>,
    height: Cell<usize>,
}

impl EventPage {
    #[must_use]
    pub fn new(one: Arc<Happened>) -> Self {
        Self {
            one,
            top: 0,
            last: Cell::new(usize::MAX),
            height: Cell::new(20),
        }
    }
}

impl Page for EventPage {
    fn title(&self, _scene: &Scene) -> String {
        text::short(subject(&self.one.event)).to_owned()
    }

    fn refresh(&mut self, _scene: &Scene) {}

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        let page = self.height.get().saturating_sub(1).max(1);
        let top = match intent {
            Intent::Up => self.top.saturating_sub(1),
            Intent::Down => self.top + 1,
            Intent::PageUp => self.top.saturating_sub(page),
            Intent::PageDown => self.top + page,
            Intent::First => 0,
            Intent::Last => usize::MAX,
            _ => return Reaction::Ignored,
        };
        self.top = top.min(self.last.get());
        Reaction::Done
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let inner = Rect::new(
            area.x + 2,
            area.y + 1,
            area.width.saturating_sub(4),
            area.height.saturating_sub(1),
        );
        let lines = lines(&self.one, usize::from(inner.width), &pen.scene.style);
        self.height.set(usize::from(inner.height));
        self.last.set(draw(&lines, self.top, inner, pen));
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let no_link = self.link().is_none();
        vec![
            Hint::new(Intent::Down, "scroll"),
            Hint::new(Intent::Browse, "open in browser")
                .unless(no_link.then(|| "no link".to_owned())),
            Hint::new(Intent::Copy, "copy the event"),
            Hint::new(Intent::Back, "back"),
        ]
    }

    fn about(&self) -> &'static str {
        "One event of the log: what it says, when it happened, when it arrived here, who sent it under which id, and below it the event as it is kept, in \
         CDEvents, laid out a field a line. y copies the event itself."
    }

    fn workload(&self) -> Option<String> {
        self.one.workload.clone()
    }

    fn link(&self) -> Option<String> {
        link(&self.one.event).map(str::to_owned)
    }

    fn card(&self, _scene: &Scene) -> Option<String> {
        Some(harmless(&self.one.body).into_owned())
    }
}
