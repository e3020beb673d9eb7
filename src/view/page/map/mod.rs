//! The value-stream map of one workload: what was, a box a step with the ladder below; and what is now, the same boxes with the changes in flight standing
//! in them. Here is the state and what keys do to it; [`history`], [`live`] and [`front`] draw.

mod cursor;
mod front;
mod history;
mod live;
mod lock;
mod standing;
#[cfg(test)]
mod tests;
mod told;
mod visits;
mod way;

use std::cell::Cell;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::{Grid, Hint, Page, Reaction};
use crate::intent::Intent;
use crate::model::locate::Match;
use crate::model::stream::{Map, StepFigures};
use crate::report::map::{BOXES_FROM, Statistic, shape};
use crate::report::sheet::Line;
use crate::report::{duration, figure};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::hit::Target;
use crate::view::pen::Pen;
use crate::view::scene::Scene;

/// The page.
#[derive(Default)]
pub struct MapPage {
    workload: Option<String>,
    statistic: Statistic,
    business: bool,
    live: bool,
    folded: bool,
    /// The step in front, by its place in the path; the constraint to begin with.
    at: Option<usize>,
    known: Option<Arc<Answer>>,
    /// Per step, its changes in flight by their places in the overview, the oldest first.
    standing: Vec<Vec<usize>>,
    /// Per step, the changes behind its figures by their places in the map, the longest first.
    longest: Vec<Vec<usize>>,
    /// Steps as they stand side by side.
    columns: Vec<Vec<usize>>,
    /// The first column in sight, and how many lines of what is below are scrolled over: known only when it is drawn.
    first: Cell<usize>,
    skip: Cell<usize>,
    /// Boxes or a list was drawn last: arrows go where the eye sees the next step.
    boxes: Cell<bool>,
}

impl MapPage {
    fn question(&self) -> Option<Question> {
        Some(Question::Map {
            workload: self.workload.clone()?,
            // How long changes stand at a step is told by the wall clock.
            business: self.business && !self.live,
        })
    }

    fn map(&self) -> Option<&Map> {
        match self.known.as_deref() {
            Some(Answer::Map(map)) => Some(map),
            _ => None,
        }
    }

    fn step(&self) -> Option<&StepFigures> {
        self.map()?.steps.get(self.at?)
    }

    /// Nothing was delivered: what is on its way is all there is to be shown.
    fn is_live(&self) -> bool {
        self.live || self.map().is_some_and(|map| map.changes == 0)
    }

    /// Why a key of the map does nothing just now.
    fn idle(&self, intent: Intent) -> Option<&'static str> {
        use Intent::{Calendar, Fold, Live, NextPane, Open, PreviousPane, Statistic};
        let Some(map) = self.map() else {
            let own = [
                Calendar,
                Fold,
                Live,
                NextPane,
                Open,
                PreviousPane,
                Statistic,
            ];
            return own.contains(&intent).then_some("there is no map here yet");
        };
        match intent {
            Calendar if self.is_live() => {
                Some("how long changes stand at a step is told by the wall clock")
            }
            Statistic if self.is_live() => Some(
                "the live map tells of each change that stands at a step, and of no p50 or p85",
            ),
            Live if map.changes == 0 && !self.live => Some(
                "nothing went live in this window, so that there is no history: w looks back further",
            ),
            _ => None,
        }
    }

    fn open(&self) -> Reaction {
        let (Some(workload), Some(step)) = (&self.workload, self.step()) else {
            return Reaction::Done;
        };
        if self.is_live() {
            let page = standing::StandingPage::new(workload, &step.name);
            return Reaction::Push(Box::new(page));
        }
        let business = self.business;
        if step.visits == 0 {
            let why = step.empty.as_deref().unwrap_or("no change came by");
            return Reaction::Say(format!("{} is empty: {why}", step.name));
        }
        let page = visits::VisitsPage::new(workload, &step.name, business);
        Reaction::Push(Box::new(page))
    }

    /// Works out what stands where for a map that has come.
    fn lay_out(&mut self, scene: &Scene) {
        let known = self.known.clone();
        let Some(Answer::Map(map)) = known.as_deref() else {
            self.columns.clear();
            return;
        };
        let live = self.is_live();
        let folded = self.folded;
        let shown = |step: &StepFigures| {
            let idle = step.visits == 0 || live;
            !(folded && idle && step.wip == 0)
        };
        self.columns = shape::side_by_side(&map.steps, shown);
        if self.columns.is_empty() {
            self.columns = shape::side_by_side(&map.steps, |_| true);
        }
        self.standing = standing::by_step(map, changes(scene, self.workload.as_deref()));
        self.longest = (0..map.steps.len())
            .map(|place| visits::longest(map, place))
            .collect();
        let places = self.places();
        let known = self.at.filter(|at| places.contains(at));
        let constraint = map.steps.iter().position(|step| step.constraint);
        let constraint = constraint.filter(|place| places.contains(place));
        // Without a constraint, where most stand.
        let fullest = places.iter().copied().rev().max_by_key(|place| {
            let here = self.standing.get(*place);
            here.map_or(0, Vec::len)
        });
        self.at = known.or(constraint).or(fullest);
    }

    /// What is shown, of how many changes, and how it is told.
    fn head(&self, area: Rect, map: &Map, pen: &mut Pen<'_>) {
        let window = duration::whole(pen.scene.lens.length);
        let path = if map.derived {
            "derived path"
        } else {
            &map.path
        };
        let (name, count) = if self.live {
            let standing: usize = self.standing.iter().map(Vec::len).sum();
            (
                "live",
                format!("{} in flight", figure::count(standing, "change")),
            )
        } else {
            let count = figure::count(map.changes, "change");
            ("history", format!("{count} live in {window}"))
        };
        let mut left = Line::of(Role::Title, name);
        left.push(Role::Dim, " · ").push(Role::Text, count);
        left.push(Role::Dim, format!(" · {path}"));
        if self.hidden(map) > 0 {
            let folded = figure::count(self.hidden(map), "empty step");
            left.push(Role::Dim, format!(" · {folded} folded"));
        }
        let clock = match &map.calendar {
            Some(calendar) => format!("business hours {}", calendar.hours),
            None => "wall clock".to_owned(),
        };
        let mut right = Line::new();
        if !self.is_live() {
            right.push(Role::Key, self.statistic.word());
            right.push(Role::Dim, " · ");
        }
        right.push(Role::Dim, clock);
        let room = usize::from(area.width).saturating_sub(right.width() + 2);
        let room = u16::try_from(room).unwrap_or(0);
        pen.line(area.x, area.y, room, &left);
        pen.right(Rect::new(area.x, area.y, area.width, 1), &right);
    }

    fn hidden(&self, map: &Map) -> usize {
        let shown: usize = self.columns.iter().map(Vec::len).sum();
        map.steps.len().saturating_sub(shown)
    }

    /// Lines below each other, scrolled where they do not all fit; tells how many rows they took.
    fn below(&self, area: Rect, lines: &[Line], pen: &mut Pen<'_>) -> u16 {
        let room = usize::from(area.height);
        let over = lines.len().saturating_sub(room);
        if over == 0 {
            self.skip.set(0);
        }
        let skip = self.skip.get().min(if over > 0 { over + 1 } else { 0 });
        self.skip.set(skip);
        let mut y = area.y;
        for line in lines.iter().skip(skip).take(room) {
            pen.line(area.x, y, area.width, line);
            y += 1;
        }
        if skip < over && room > 0 {
            let left = lines.len() - skip - room + 1;
            let row = Rect::new(area.x, area.bottom() - 1, area.width, 1);
            pen.clear(row);
            let more = format!("… {}: pgdn", figure::count(left, "more line"));
            pen.text(row.x, row.y, row.width, Role::Dim, &more);
        }
        y - area.y
    }
}

/// The changes of a workload that are in flight.
fn changes<'a>(scene: &'a Scene, workload: Option<&str>) -> &'a [Match] {
    workload
        .and_then(|name| scene.workload(name))
        .and_then(|one| one.detail.as_ref())
        .map_or(&[], |detail| &detail.changes)
}

impl Page for MapPage {
    fn title(&self, _scene: &Scene) -> String {
        self.workload.clone().unwrap_or_default()
    }

    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        self.question().into_iter().collect()
    }

    fn refresh(&mut self, scene: &Scene) {
        let focused = scene.focused().map(|one| one.summary.workload.clone());
        if focused != self.workload {
            self.workload = focused;
            self.at = None;
            self.first.set(0);
            self.skip.set(0);
        }
        let question = self.question();
        self.known = question.and_then(|question| scene.answers.get(&question).cloned());
        self.lay_out(scene);
    }

    fn on(&mut self, intent: Intent, scene: &Scene) -> Reaction {
        if let Some(why) = self.idle(intent) {
            return Reaction::Say(why.to_owned());
        }
        match intent {
            Intent::Left => self.aside(-1),
            Intent::Right => self.aside(1),
            Intent::Up => {
                self.along(-1);
            }
            Intent::Down => {
                self.along(1);
            }
            Intent::NextPane => self.go(1),
            Intent::PreviousPane => self.go(-1),
            Intent::First => self.go(isize::MIN),
            Intent::Last => self.go(isize::MAX),
            Intent::PageDown => self.skip.set(self.skip.get() + 5),
            Intent::PageUp => self.skip.set(self.skip.get().saturating_sub(5)),
            Intent::Open => return self.open(),
            Intent::Statistic => {
                self.statistic = match self.statistic {
                    Statistic::P50 => Statistic::P85,
                    Statistic::P85 => Statistic::P50,
                };
            }
            Intent::Calendar => {
                self.business = !self.business;
                self.refresh(scene);
            }
            Intent::Live => {
                self.live = !self.live;
                self.refresh(scene);
            }
            Intent::Fold => {
                self.folded = !self.folded;
                self.lay_out(scene);
                if self.folded && self.map().is_some_and(|map| self.hidden(map) == 0) {
                    self.folded = false;
                    return Reaction::Say("no step is empty: there is nothing to fold".to_owned());
                }
            }
            _ => return Reaction::Ignored,
        }
        Reaction::Done
    }

    fn click(&mut self, target: Target, _scene: &Scene) -> Reaction {
        let Target::Part(place) = target else {
            return Reaction::Ignored;
        };
        if self.at == Some(place) {
            return self.open();
        }
        self.at = Some(place);
        Reaction::Done
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let area = Rect::new(area.x + 1, area.y, area.width - 2, area.height);
        let Some(workload) = &self.workload else {
            let words = if pen.scene.fleet().is_empty() {
                "no workload is known yet: its map stands here as soon as a source tells of one"
            } else {
                "no workload is in scope: , widens it, and 1 shows the fleet"
            };
            pen.paragraph(area, Role::Dim, words);
            return;
        };
        let map = match self.known.as_deref() {
            Some(Answer::Map(map)) => map,
            Some(Answer::Nothing(why)) => {
                pen.paragraph(area, Role::Warning, why);
                return;
            }
            _ => {
                let words = format!("working out the map of {workload} …");
                pen.text(area.x + 1, area.y + 1, area.width - 1, Role::Dim, &words);
                return;
            }
        };
        self.head(area, map, pen);
        let body = Rect::new(area.x, area.y + 2, area.width, area.height - 2);
        self.boxes.set(usize::from(area.width) + 2 >= BOXES_FROM);
        if self.is_live() {
            self.draw_live(body, map, pen);
        } else {
            self.draw_history(body, map, pen);
        }
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        let name = self
            .step()
            .map(|step| step.name.clone())
            .unwrap_or_default();
        let empty = self
            .step()
            .filter(|step| step.visits == 0 && !self.is_live());
        let visits = Hint::new(
            Intent::Open,
            if self.is_live() {
                "changes here"
            } else {
                "visits"
            },
        )
        .unless(empty.map(|_| format!("{name} is empty")));
        let undelivered = self.map().is_some_and(|map| map.changes == 0);
        let mut hints = vec![
            visits,
            Hint::new(Intent::Right, "next step"),
            Hint::new(
                Intent::Live,
                if self.is_live() { "history" } else { "live" },
            )
            .unless(undelivered.then(|| "nothing went live".to_owned())),
        ];
        if undelivered {
            hints.insert(0, Hint::new(Intent::Window, "other window"));
        }
        if !self.is_live() {
            hints.push(Hint::new(Intent::Statistic, "p50/p85"));
            hints.push(Hint::new(Intent::Calendar, "calendar"));
        }
        hints.push(Hint::new(Intent::Fold, "fold empty"));
        hints
    }

    fn about(&self) -> &'static str {
        "A box a step, in the order of the path; steps that run side by side share a column. PT is process time, C&A the share of changes that did not \
         come back to the step, WIP the changes that stand there now, n the changes that the figures rest on. In the ladder the time in a step stands high \
         and the wait before it low; totals are measured end to end, never added up from medians. The constraint ▲ is the step with the largest share of \
         all waiting. Live: the changes in flight at their steps, the oldest first, each with its age there against the visits of the window: · within \
         the median, ! beyond it, ▲ beyond what 85 of 100 stay within, ? nothing to compare with."
    }

    fn workload(&self) -> Option<String> {
        self.workload.clone()
    }

    fn card(&self, scene: &Scene) -> Option<String> {
        let map = self.map()?;
        Some(told::card(map, scene))
    }

    fn grid(&self, _scene: &Scene) -> Option<Grid> {
        let map = self.map()?;
        Some(told::grid(map))
    }
}
