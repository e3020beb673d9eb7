//! An action, whole: what was meant, each request with what became of it, and what was seen.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::intent::Intent;
use crate::journal::story::{State, Story};
use crate::report::{Style, audit, plan};
use crate::view::page::{Hint, Page, Reaction};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::subject::Subject;
use crate::view::widget::reading::Reading;

/// The page.
pub struct StoryPage {
    story: Arc<Story>,
    text: Reading,
}

/// What can be done with an action: a second person may agree to it.
pub fn subject(story: &Story) -> Subject {
    let workload = match story.plan.workloads.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    Subject {
        environment: story.plan.environment.clone(),
        action: (story.state == State::AwaitsSecond).then(|| story.action.clone()),
        ..Subject::workload(workload)
    }
}

impl StoryPage {
    #[must_use]
    pub fn new(story: &Arc<Story>) -> Self {
        Self {
            story: Arc::clone(story),
            text: Reading::all(),
        }
    }
}

impl Page for StoryPage {
    fn title(&self, _scene: &Scene) -> String {
        self.story.action.clone()
    }

    fn refresh(&mut self, scene: &Scene) {
        if let Some(story) = scene.acting.story(&self.story.action) {
            self.story = Arc::clone(story);
        }
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        if self.text.on_alone(intent) {
            return Reaction::Done;
        }
        Reaction::Ignored
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let width = area.width.saturating_sub(4);
        let area = Rect::new(area.x + 2, area.y + 1, width, area.height.saturating_sub(1));
        let style = Style {
            width: usize::from(width),
            ..pen.scene.style.clone()
        };
        self.text
            .draw(&audit::story_lines(&self.story, &style), area, pen);
    }

    fn subject(&self) -> Subject {
        subject(&self.story)
    }

    fn workload(&self) -> Option<String> {
        self.subject().workload
    }

    fn link(&self) -> Option<String> {
        let mut fates = self.story.fates.iter().rev();
        fates.find_map(|fate| fate.url.clone())
    }

    fn card(&self, _scene: &Scene) -> Option<String> {
        Some(format!(
            "{}: {} ({})",
            plan::headline(&self.story.plan),
            self.story.state.words(),
            self.story.action
        ))
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        vec![
            Hint::new(Intent::Down, "scroll"),
            Hint::new(Intent::Copy, "copy"),
            Hint::new(Intent::Back, "back"),
        ]
    }

    fn about(&self) -> &'static str {
        "One action: who asked and who agreed, how it stands, what became of each request, and the plan as it was read before."
    }
}
