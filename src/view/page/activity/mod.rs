//! What happens, as it happens: the events of the log, the latest first, the one in front laid out beside them. It follows while the cursor stands on the
//! first row; further down it stays where it is read. Below them stands what was done from leadtime.

mod done;
mod event;
mod stream;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows};
use crate::event::time::Timestamp;
use crate::intent::Intent;
use crate::report::figure;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::answer::{Activity, Answer, Question};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::scope::Scope;
use crate::view::table::Table;
use done::Done;
use event::EventPage;
use stream::Stream;

/// From here on the event in front stands at the right.
const BESIDE: u16 = 140;
/// With so many rows what is told of it stands below.
const BELOW: u16 = 28;
const BELOW_ROWS: u16 = 11;

/// The page.
pub struct ActivityPage {
    table: Table<Stream>,
    /// Held still to be read: nothing new comes in, it is counted.
    held: bool,
    newer: usize,
    /// What the rows were told for.
    shown: Option<(Scope, Option<Timestamp>)>,
    /// Below what happened.
    done: Done,
}

impl Default for ActivityPage {
    fn default() -> Self {
        Self {
            table: Table::new(Stream::default()),
            held: false,
            newer: 0,
            shown: None,
            done: Done::default(),
        }
    }
}

fn told(scene: &Scene) -> Option<&Activity> {
    match scene.answer(&Question::Activity(scene.scope.clone())) {
        Some(Answer::Activity(told)) => Some(told),
        _ => None,
    }
}

impl ActivityPage {
    /// Takes what is new, and keeps what is being read where it is.
    fn take(&mut self, told: &Activity) {
        let before = self.table.cursor();
        let at_head = before == 0 || self.table.selected().is_none();
        let follows = at_head && self.table.sort.is_none() && self.table.group.is_none();
        self.table.listing.rows.clone_from(&told.rows);
        self.newer = 0;
        self.table.refresh();
        if follows {
            Rows::on(&mut self.table, Intent::First);
        } else {
            let moved = self.table.cursor().cast_signed() - before.cast_signed();
            self.table.scroll(moved);
        }
    }

    fn draw_head(&self, row: Rect, pen: &mut Pen<'_>) {
        let scene = pen.scene;
        let mut line = if scene.lens.as_of.is_some() {
            Line::of(Role::Title, "What had happened by then")
        } else if self.held {
            let line = Line::of(Role::Warning, "held still");
            match self.newer {
                0 => line.with(Role::Dim, " · nothing new since"),
                newer => line.with(
                    Role::Text,
                    format!(" · {}", figure::count(newer, "newer event")),
                ),
            }
        } else if self.table.cursor() == 0 {
            Line::of(Role::Title, "Following").with(Role::Dim, " · the latest first")
        } else {
            Line::of(Role::Title, "Following").with(Role::Dim, " · new events come in above")
        };
        line.pad_to(2);
        let end = pen.line(row.x + 2, row.y, row.width.saturating_sub(4), &line);
        let Some(told) = told(scene) else { return };
        let mut words = if told.more {
            format!(
                "the last {} of {}",
                told.rows.len(),
                figure::whole(told.all, "event")
            )
        } else {
            figure::count(told.rows.len(), "event")
        };
        if told.more && scene.scope != Scope::All {
            words = format!(
                "{} among the last {} of {}",
                told.rows.len(),
                told.looked,
                figure::whole(told.all, "event")
            );
        }
        let rest = Rect::new(end + 2, row.y, row.right().saturating_sub(end + 4), 1);
        pen.right(rest, &Line::of(Role::Dim, words));
    }

    fn draw_event(&self, area: Rect, whole: bool, pen: &mut Pen<'_>) {
        let inner = pen.frame(area, &Line::of(Role::Title, "the event"), false);
        let Some(row) = self.table.selected() else {
            return;
        };
        let inner = Rect::new(
            inner.x + 1,
            inner.y,
            inner.width.saturating_sub(2),
            inner.height,
        );
        let one = &self.table.listing.rows[row];
        let width = usize::from(inner.width);
        let lines = if whole {
            event::lines(one, width, &pen.scene.style)
        } else {
            event::facts(one, width, &pen.scene.style)
        };
        event::draw(&lines, 0, inner, pen);
    }
}

impl Page for ActivityPage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn questions(&self, scene: &Scene) -> Vec<Question> {
        vec![Question::Activity(scene.scope.clone())]
    }

    fn refresh(&mut self, scene: &Scene) {
        self.done = Done::of(scene);
        let now = (scene.scope.clone(), scene.lens.as_of);
        if self.shown.as_ref() != Some(&now) {
            self.held = false;
            self.table.listing.rows.clear();
            self.shown = Some(now);
        }
        let Some(told) = told(scene) else {
            // Worked out anew: what was shown stays until then.
            self.table.refresh();
            return;
        };
        if self.held {
            let first = self.table.listing.rows.first().map(|one| one.seq);
            let known = told.rows.iter().position(|one| Some(one.seq) == first);
            self.newer = known.unwrap_or(told.rows.len());
        } else {
            self.take(told);
        }
    }

    fn on(&mut self, intent: Intent, scene: &Scene) -> Reaction {
        match intent {
            Intent::Live if scene.lens.as_of.is_some() => {
                Reaction::Say("the past does not go on; \\ comes back to now".to_owned())
            }
            Intent::Live => {
                self.held = !self.held;
                if !self.held {
                    self.refresh(scene);
                    Rows::on(&mut self.table, Intent::First);
                }
                Reaction::Done
            }
            Intent::Open | Intent::Right => match self.table.selected() {
                Some(row) => {
                    let one = self.table.listing.rows[row].clone();
                    Reaction::Push(Box::new(EventPage::new(one)))
                }
                None => Reaction::Say("there is no event here".to_owned()),
            },
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        self.draw_head(Rect::new(area.x, area.y, area.width, 1), pen);
        let below = self.done.rows(area.height);
        let height = area.height.saturating_sub(below + 1);
        let mut body = Rect::new(area.x, area.y + 1, area.width, height);
        let place = Rect::new(area.x, body.bottom(), area.width, below);
        self.done.draw(place, pen);
        if area.width >= BESIDE && self.table.selected().is_some() {
            let side = (area.width * 2 / 5).clamp(56, 84);
            let right = Rect::new(body.right() - side, body.y, side, body.height);
            body.width -= side + 1;
            self.table.draw(body, pen, true);
            self.draw_event(right, true, pen);
        } else if area.height >= BELOW && self.table.selected().is_some() {
            body.height -= BELOW_ROWS + 1;
            self.table.draw(body, pen, true);
            let below = Rect::new(area.x, body.bottom() + 1, area.width, BELOW_ROWS);
            self.draw_event(below, false, pen);
        } else {
            self.table.draw(body, pen, true);
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn hints(&self, scene: &Scene) -> Vec<Hint> {
        let past = scene
            .lens
            .as_of
            .map(|_| "the past does not go on".to_owned());
        let no_link = Rows::link(&self.table).is_none();
        let none = self.table.selected().is_none();
        let live = if self.held { "follow" } else { "hold still" };
        vec![
            Hint::new(Intent::Open, "the event").unless(none.then(|| "no event".to_owned())),
            Hint::new(Intent::Live, live).unless(past),
            Hint::new(Intent::Browse, "open in browser")
                .unless(no_link.then(|| "no link".to_owned())),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Group, "group"),
            Hint::new(Intent::Copy, "copy"),
        ]
    }

    fn about(&self) -> &'static str {
        "The events of the log by when they happened, the latest first: what happened, the workload it is about (dim: a repository, service or artifact that \
         no one workload has alone), who sent it. With the cursor on the first row it follows; further down what is read stays where it is; held still, new \
         events are counted and wait. Filter with type:deployment, type:failed, source:jenkins, workload:checkout, repository:acme/cart, by:@me. The scope \
         narrows it. What was done from leadtime stands in the action log (@), and in the journal: leadtime audit."
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::Event;
    use crate::event::kind::{Deployment, Kind, Outcome, Phase};
    use crate::event::time::Span;
    use crate::report::{Style, Surroundings};
    use crate::theme::Theme;
    use crate::view::answer::Happened;
    use crate::view::scene::Lens;

    fn happened(seq: u64) -> Arc<Happened> {
        let outcome = if seq.is_multiple_of(2) {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        let at = Timestamp::from_seconds(1_000 + i64::try_from(seq).unwrap());
        Arc::new(Happened {
            seq,
            arrived: at,
            event: Event {
                source: "https://ci.example".to_owned(),
                id: seq.to_string(),
                at,
                kind: Kind::Deployment(Deployment {
                    record: format!("d{seq}"),
                    environment: Some("production".to_owned()),
                    phase: Phase::Finished,
                    outcome: Some(outcome),
                    ..Deployment::default()
                }),
            },
            workload: Some("checkout".to_owned()),
            body: "{}".to_owned(),
        })
    }

    /// A scene in which so many events happened.
    fn scene(count: u64) -> Scene {
        let now = Timestamp::from_seconds(5_000);
        let lens = Lens {
            length: Span::from_seconds(86_400),
            as_of: None,
            now,
            zone: chrono_tz::Tz::UTC,
        };
        let style = Style::detect(&Surroundings::default(), Theme::default(), now);
        let mut scene = Scene::new(lens, style, None);
        let told = Activity {
            rows: (1..=count).rev().map(happened).collect(),
            all: count,
            ..Activity::default()
        };
        let question = Question::Activity(Scope::All);
        scene
            .answers
            .insert(question, Arc::new(Answer::Activity(told)));
        scene
    }

    fn front(page: &ActivityPage) -> u64 {
        page.table.listing.rows[page.table.selected().unwrap()].seq
    }

    #[test]
    fn it_follows_on_the_first_row_and_stays_below_it() {
        let mut page = ActivityPage::default();
        page.refresh(&scene(5));
        assert_eq!(front(&page), 5);
        page.refresh(&scene(8));
        assert_eq!(front(&page), 8);
        Rows::on(&mut page.table, Intent::Down);
        page.refresh(&scene(12));
        assert_eq!(front(&page), 7);
    }

    #[test]
    fn held_still_it_counts_what_comes_and_takes_it_later() {
        let mut page = ActivityPage::default();
        page.refresh(&scene(5));
        page.on(Intent::Live, &scene(5));
        page.refresh(&scene(9));
        assert_eq!((front(&page), page.newer), (5, 4));
        page.on(Intent::Live, &scene(9));
        assert_eq!((front(&page), page.newer), (9, 0));
    }

    #[test]
    fn fields_find_what_happened() {
        let mut page = ActivityPage::default();
        page.refresh(&scene(6));
        let mut count = |filter| {
            Rows::set_filter(&mut page.table, filter, None);
            page.table.rows().count()
        };
        assert_eq!(count("type:failed"), 3);
        assert_eq!(count("type:deployment -type:failed"), 3);
        assert_eq!(count("workload:check source:ci.example"), 6);
        assert_eq!(count("by:ann"), 0);
    }

    #[test]
    fn the_past_does_not_go_on() {
        let mut past = scene(3);
        past.lens.as_of = Some(Timestamp::from_seconds(2_000));
        let mut page = ActivityPage::default();
        page.refresh(&past);
        assert!(matches!(page.on(Intent::Live, &past), Reaction::Say(_)));
        assert!(!page.held);
    }
}
