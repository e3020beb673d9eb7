//! What was done from leadtime, below what happened: the latest actions in a line each, and the way to all of them.

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

/// Those that were meant by the instant that is looked at, the latest first.
fn known(scene: &Scene) -> impl Iterator<Item = &Story> {
    let (stories, now) = (scene.acting.stories.iter(), scene.instant());
    let known = stories.filter(move |story| story.at <= now);
    known.map(|story| &**story)
}

/// How many rows of a page of a height it takes: its head, and an action each.
pub fn rows(scene: &Scene, height: u16) -> u16 {
    let most = if height >= ROOM { MOST } else { LEAST };
    let rows = known(scene).take(most).count() + 1;
    u16::try_from(rows).unwrap_or(u16::MAX)
}

pub fn draw(area: Rect, pen: &mut Pen<'_>) {
    let scene = pen.scene;
    let width = area.width.saturating_sub(4);
    let count = known(scene).count();
    let head = if count == 0 {
        let words = "what was done from leadtime: @; the journal: leadtime audit";
        Line::of(Role::Dim, words)
    } else {
        let words = format!(" · {} · @ shows all of it", figure::count(count, "action"));
        Line::of(Role::Title, "Done from leadtime").with(Role::Dim, words)
    };
    pen.line(area.x + 2, area.y, width, &head);
    for (story, y) in known(scene).zip(area.y + 1..area.bottom()) {
        pen.line(area.x + 2, y, width, &line(story, scene));
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
