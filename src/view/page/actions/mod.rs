//! What was done from leadtime on this log, the newest first: who, what, how far it came, whether it was seen. What was done since the dashboard was started
//! is told apart. The one in front is laid out beside or below.

mod list;
mod one;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows};
use crate::intent::Intent;
use crate::report::sheet::Line;
use crate::report::{Style, audit, figure};
use crate::theme::Role;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::subject::Subject;
use crate::view::table::Table;
use crate::view::widget::leaf;
use list::Stories;
use one::StoryPage;

/// From here on the action in front stands at the right.
const BESIDE: u16 = 140;
/// With fewer rows than this there is only the list.
const BELOW: u16 = 18;

/// The page.
pub struct ActionsPage {
    table: Table<Stories>,
}

impl Default for ActionsPage {
    fn default() -> Self {
        Self {
            table: Table::new(Stories::default()),
        }
    }
}

/// How many there are, and how many are still to be seen.
fn draw_head(row: Rect, pen: &mut Pen<'_>) {
    let acting = &pen.scene.acting;
    let since = acting.stories.iter().filter(|one| one.last >= acting.since);
    let open = acting.stories.iter().filter(|one| one.state.is_open());
    let (since, open) = (since.count(), open.count());
    let mut line = Line::of(Role::Title, figure::count(acting.stories.len(), "action"))
        .with(Role::Dim, format!(" · {since} since leadtime was started"));
    if open > 0 {
        line.push(Role::Warning, format!(" · {open} not yet seen"));
    }
    pen.line(row.x + 2, row.y, row.width.saturating_sub(3), &line);
}

impl ActionsPage {
    fn draw_front(&self, area: Rect, pen: &mut Pen<'_>) {
        let row = self.table.selected();
        let Some(story) = row.and_then(|row| self.table.listing.all.get(row)) else {
            return;
        };
        let style = Style {
            width: usize::from(area.width),
            ..pen.scene.style.clone()
        };
        let lines = audit::story_lines(story, &style);
        leaf::draw(&lines, 0, area, "enter shows all of it", pen);
    }
}

impl Page for ActionsPage {
    fn title(&self, _scene: &Scene) -> String {
        "actions".to_owned()
    }

    fn refresh(&mut self, scene: &Scene) {
        self.table.listing.all.clone_from(&scene.acting.stories);
        self.table.listing.since = scene.acting.since;
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        let row = self.table.selected();
        let story = row.and_then(|row| self.table.listing.all.get(row));
        match (intent, story) {
            (Intent::Open | Intent::Right, Some(story)) => {
                Reaction::Push(Box::new(StoryPage::new(story)))
            }
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        draw_head(Rect::new(area.x, area.y, area.width, 1), pen);
        let height = area.height.saturating_sub(2);
        let body = Rect::new(area.x, area.y + 2, area.width, height);
        if self.table.selected().is_none() || (body.width < BESIDE && body.height < BELOW) {
            self.table.draw(body, pen, true);
        } else if body.width >= BESIDE {
            let list = body.width / 2;
            let place = Rect::new(body.x, body.y, list - 1, body.height);
            self.table.draw(place, pen, true);
            leaf::upright(body.x + list, body, Role::Border, pen);
            let side = body.width - list - 3;
            let beside = Rect::new(body.x + list + 2, body.y, side, body.height);
            self.draw_front(beside, pen);
        } else {
            let list = body.height * 2 / 5;
            let place = Rect::new(body.x, body.y, body.width, list);
            self.table.draw(place, pen, true);
            leaf::rule(body.x, body.y + list, body.width, &Line::new(), pen);
            let top = body.y + list + 1;
            let below = Rect::new(body.x + 2, top, body.width - 3, body.bottom() - top);
            self.draw_front(below, pen);
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn subject(&self) -> Subject {
        let row = self.table.selected();
        let story = row.and_then(|row| self.table.listing.all.get(row));
        story.map_or_else(Subject::default, |story| one::subject(story))
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let row = self.table.selected();
        let story = row.and_then(|row| self.table.listing.all.get(row));
        vec![
            Hint::new(Intent::Open, "all of it")
                .unless(story.is_none().then(|| "nothing was done".to_owned())),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Back, "back"),
        ]
    }

    fn about(&self) -> &'static str {
        "Everything that was done from leadtime on this log, from here or by a command, the newest first. Sent, not yet seen: every request was taken, and the \
         event that shows what came of it is still to come. In doubt: nobody knows whether a request was taken; the tool is asked, and nothing is sent again. \
         Each line stands in a journal whose lines are chained by their hashes: leadtime audit --verify finds any that was altered, removed or reordered. \
         What waits for a second person is agreed to with the key that approves, by somebody other than who asked."
    }
}
