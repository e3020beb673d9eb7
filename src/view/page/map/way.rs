//! The way of one change, step by step on one time axis, and what is known of it.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::history::lower;
use crate::intent::Intent;
use crate::model::locate::Match;
use crate::report::sheet::Line;
use crate::report::{Style, change_facts};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::page::{Hint, Page, Reaction};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::widget::reading::Reading;
use crate::view::widget::waterfall;

/// The page.
pub(super) struct WayPage {
    workload: String,
    change: String,
    known: Option<Arc<Answer>>,
    text: Reading,
}

impl WayPage {
    pub(super) fn new(workload: &str, change: &str) -> Self {
        Self {
            workload: workload.to_owned(),
            change: change.to_owned(),
            known: None,
            text: Reading::all(),
        }
    }

    fn question(&self) -> Question {
        Question::Change {
            workload: self.workload.clone(),
            change: self.change.clone(),
        }
    }

    fn found(&self) -> Option<&Match> {
        match self.known.as_deref() {
            Some(Answer::Change(found, _)) => Some(found),
            _ => None,
        }
    }
}

/// Draws the way of a change as far as its question is answered; `put` draws what may not fit.
pub(super) fn draw_way(
    area: Rect,
    question: &Question,
    put: impl FnOnce(&[Line], Rect, &mut Pen<'_>),
    pen: &mut Pen<'_>,
) {
    let scene = pen.scene;
    let mut area = area;
    match scene.answer(question) {
        Some(Answer::Change(found, _)) => {
            if let Some(title) = &found.title {
                let rows = pen.paragraph(area, Role::Title, title);
                area = lower(area, rows + 1);
            }
            let style = Style {
                width: usize::from(area.width),
                ..scene.style.clone()
            };
            let mut lines = waterfall::with_sums(&found.timeline, area.width, &style);
            lines.push(Line::new());
            lines.extend(change_facts(found, &style).into_lines());
            put(&lines, area, pen);
        }
        Some(Answer::Nothing(why)) => {
            pen.paragraph(area, Role::Warning, why);
        }
        _ => {
            pen.text(
                area.x,
                area.y,
                area.width,
                Role::Dim,
                "working out its way …",
            );
        }
    }
}

impl Page for WayPage {
    fn title(&self, _scene: &Scene) -> String {
        crate::report::text::short(&self.change).to_owned()
    }

    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        vec![self.question()]
    }

    fn refresh(&mut self, scene: &Scene) {
        self.known = scene.answers.get(&self.question()).cloned();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        if self.text.on_alone(intent) {
            Reaction::Done
        } else {
            Reaction::Ignored
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let area = Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 1);
        let put = |lines: &[Line], area: Rect, pen: &mut Pen<'_>| self.text.draw(lines, area, pen);
        draw_way(area, &self.question(), put, pen);
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let link = self.found().and_then(|found| found.url.as_ref());
        let none = link.is_none().then(|| "no link is known".to_owned());
        let scroll = Hint::new(Intent::Down, "scroll");
        let whole = (!self.text.is_cut()).then(|| "all of it is seen".to_owned());
        vec![
            scroll.unless(whole),
            Hint::new(Intent::Browse, "browser").unless(none),
            Hint::new(Intent::Copy, "copy"),
            Hint::new(Intent::Back, "back"),
        ]
    }

    fn about(&self) -> &'static str {
        "The way of one change: a row a step, on one time axis. Solid is worked, everything else is waiting, hatched by its reason; what each sign means and \
         how long it took in all stands below. Times are those of the wall clock."
    }

    fn workload(&self) -> Option<String> {
        Some(self.workload.clone())
    }

    fn link(&self) -> Option<String> {
        self.found()?.url.clone()
    }

    fn card(&self, _scene: &Scene) -> Option<String> {
        let found = self.found()?;
        let link = found.url.as_deref().unwrap_or_default();
        Some(format!("{} {link}", found.sentence).trim_end().to_owned())
    }
}
