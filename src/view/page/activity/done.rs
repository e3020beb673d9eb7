//! What was done from leadtime, below what happened: the latest actions in a line each, and the way to all of them.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::journal::story::Story;
use crate::report::sheet::Line;
use crate::report::{audit, figure, plan};
use crate::theme::Role;
use crate::view::pen::Pen;
use crate::view::scene::Scene;

/// So many are told where there is room, and where there is little.
const MOST: usize = 4;
const LEAST: usize = 1;
/// From so many rows of a page on there is room.
const ROOM: u16 = 28;

/// What was done by the instant that is looked at: counted when the scene changes, since every frame tells it.
#[derive(Default)]
pub struct Done {
    count: usize,
    /// The latest first, no more than are ever told.
    latest: Vec<Arc<Story>>,
}

impl Done {
    pub fn of(scene: &Scene) -> Self {
        let (stories, then) = (&scene.acting.stories, scene.lens.as_of);
        let by_then = |story: &&Arc<Story>| then.is_none_or(|then| story.at <= then);
        let known = || stories.iter().filter(by_then);
        Self {
            count: known().count(),
            latest: known().take(MOST).cloned().collect(),
        }
    }

    /// How many rows of a page of a height it takes: its head, and an action each.
    pub fn rows(&self, height: u16) -> u16 {
        let most = if height >= ROOM { MOST } else { LEAST };
        let rows = self.latest.len().min(most) + 1;
        u16::try_from(rows).unwrap_or(u16::MAX)
    }

    pub fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let scene = pen.scene;
        let width = area.width.saturating_sub(4);
        let head = if self.count == 0 {
            let words = "what was done from leadtime: @; the journal: leadtime audit";
            Line::of(Role::Dim, words)
        } else {
            let count = figure::count(self.count, "action");
            let words = format!(" · {count} · @ shows all of it");
            Line::of(Role::Title, "Done from leadtime").with(Role::Dim, words)
        };
        pen.line(area.x + 2, area.y, width, &head);
        for (story, y) in self.latest.iter().zip(area.y + 1..area.bottom()) {
            pen.line(area.x + 2, y, width, &line(story, scene));
        }
    }
}

/// When, how far it came, what, by whom.
fn line(story: &Story, scene: &Scene) -> Line {
    const STATE: usize = 13;
    const ACTION: usize = 34;
    let (role, sign) = audit::look(story.state);
    let mut line = Line::of(Role::Dim, scene.style.moment(story.at));
    line.pad_to(STATE);
    line.push(role, format!("{sign} {}", story.state.words()));
    line.pad_to(ACTION);
    line.push(Role::Text, format!(" {}", plan::headline(&story.plan)));
    line.push(Role::Dim, format!(", {}", story.by.name));
    line
}
