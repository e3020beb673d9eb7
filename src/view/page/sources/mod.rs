//! How the sources are, and what the event doctor finds in what they sent: two lists, and the row in front laid out beside or below them.

mod detail;
mod finding;
mod list;

use std::cell::Cell;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows};
use crate::intent::Intent;
use crate::report::sheet::Line;
use crate::report::{Style, figure, text};
use crate::theme::Role;
use crate::view::answer::{Answer, Diagnosis, Question};
use crate::view::hit::Target;
use crate::view::listing::Listing;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::table::Table;
use crate::view::widget::reading::Reading;
use finding::Findings;
use list::Sources;

/// From here on the row in front is laid out at the right, else below.
const BESIDE: u16 = 140;
/// Below so many rows only one list has room.
const LOW: u16 = 14;
/// Below so many rows of the page the row in front is laid out over the lists, where it is asked for, and not below them.
const OVER: u16 = 16;
/// So many rows stay to a list, whatever stands between the two.
const FEW: u16 = 6;

/// Which list is in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pane {
    Sources,
    Doctor,
}

/// The page.
pub struct SourcesPage {
    sources: Table<Sources>,
    findings: Table<Findings>,
    pane: Pane,
    /// All of the row in front.
    text: Reading,
    /// When it was drawn last, that had no room beside the lists.
    over: Cell<bool>,
}

impl Default for SourcesPage {
    fn default() -> Self {
        Self {
            sources: Table::new(Sources::default()),
            findings: Table::new(Findings::default()),
            pane: Pane::Sources,
            text: Reading::default(),
            over: Cell::new(false),
        }
    }
}

fn told(scene: &Scene) -> Option<&Diagnosis> {
    match scene.answer(&Question::Doctor) {
        Some(Answer::Doctor(told)) => Some(told),
        _ => None,
    }
}

/// How the sources are is told as of now, whatever instant is looked at.
fn of_now(scene: &Scene) -> Style {
    Style {
        now: scene.lens.now,
        ..scene.style.clone()
    }
}

impl SourcesPage {
    fn turn(&mut self) {
        self.pane = match self.pane {
            Pane::Sources => Pane::Doctor,
            Pane::Doctor => Pane::Sources,
        };
        self.text = Reading::default();
    }

    /// Whether there is more of the row in front than is seen.
    fn has_more(&self) -> bool {
        !self.text.in_front() && (self.text.is_cut() || self.over.get())
    }

    /// To the text of the row in front, where there is more of it than is seen; else, and from there, to the other list.
    fn go_on(&mut self) {
        if self.has_more() {
            self.text.on(Intent::NextPane);
        } else {
            self.turn();
        }
    }

    /// What stands over the findings: how many, and how far the search is.
    fn heading(&self, scene: &Scene) -> Line {
        let mut line = Line::of(Role::Title, "Event doctor");
        let Some(told) = told(scene) else {
            return line.with(Role::Process, "  looking at events …");
        };
        match told.looking {
            Some((done, total)) => {
                let words = figure::of(done, total, "workload");
                let words = format!("  looking at events … {words}");
                line.push(Role::Process, words);
            }
            None if self.findings.listing.grave() == 0 => {
                line.push(Role::Good, "  nothing to mend");
            }
            None => {
                let grave = self.findings.listing.grave();
                let words = format!("  {} to mend", figure::count(grave, "thing"));
                line.push(Role::Warning, words);
            }
        }
        line
    }

    /// The rows that the findings take with their head; unknown, and many, while they are looked for.
    fn findings_need(&self, scene: &Scene) -> u16 {
        if told(scene).is_none_or(|told| told.looking.is_some()) {
            return u16::MAX;
        }
        let rows = self.findings.listing.rows.len().max(2);
        u16::try_from(rows + 1).unwrap_or(u16::MAX)
    }

    fn detail(&self, width: usize, scene: &Scene) -> Vec<Line> {
        match self.pane {
            Pane::Sources => {
                let row = self.sources.selected();
                let one = row.and_then(|row| self.sources.listing.rows.get(row));
                one.map(|one| detail::source(one, width, &of_now(scene)))
            }
            Pane::Doctor => {
                let row = self.findings.selected();
                let one = row.and_then(|row| self.findings.listing.rows.get(row));
                let nothing = || {
                    let words = self.findings.listing.nothing(scene);
                    let lines = text::wrap(&words, width);
                    lines.iter().map(|line| Line::of(Role::Dim, line)).collect()
                };
                Some(one.map_or_else(nothing, |one| detail::finding(one, width)))
            }
        }
        .unwrap_or_default()
    }

    fn draw_detail(&self, area: Rect, pen: &mut Pen<'_>) {
        let title = match self.pane {
            Pane::Sources => "the source",
            Pane::Doctor => "what was found",
        };
        let inner = pen.frame(area, &Line::of(Role::Title, title), self.text.in_front());
        let width = inner.width.saturating_sub(2);
        let place = Rect::new(inner.x + 1, inner.y, width, inner.height);
        let lines = self.detail(usize::from(width), pen.scene);
        self.text.draw(&lines, place, pen);
    }

    /// A list; a click on the one that is not in front brings it there.
    fn draw_list(&self, pane: Pane, area: Rect, pen: &mut Pen<'_>) {
        let is_front = self.pane == pane;
        let is_focused = is_front && !self.text.in_front();
        let before = pen.hits.len();
        match pane {
            Pane::Sources => self.sources.draw(area, pen, is_focused),
            Pane::Doctor => self.findings.draw(area, pen, is_focused),
        }
        if !is_front {
            pen.hits.truncate(before);
            pen.hit(area, Target::Part(pane as usize));
        }
    }

    fn draw_lists(&self, area: Rect, pen: &mut Pen<'_>) {
        let reads_any = self.sources.listing.reads_any();
        let (is_low, front) = (area.height < LOW, self.pane);
        let is_crowded = is_low && front == Pane::Doctor;
        let mut begin = if reads_any || is_crowded || told(pen.scene).is_none() {
            Vec::new()
        } else {
            detail::beginning(usize::from(area.width.saturating_sub(4)))
        };
        let rows_of = |begin: &[Line]| u16::try_from(begin.len()).unwrap_or(u16::MAX);
        if rows_of(&begin).saturating_add(FEW) > area.height {
            begin.clear();
        }
        let begin_rows = rows_of(&begin);
        let rows = u16::try_from(self.sources.listing.rows.len()).unwrap_or(u16::MAX);
        let wanted = rows.saturating_add(1).max(2);
        let room = area.height.saturating_sub(begin_rows + 2);
        // Where both cannot be read, the one in front takes the room.
        let most = match (is_low, front) {
            (false, _) => room
                .saturating_sub(self.findings_need(pen.scene))
                .max(room / 2)
                .max(3),
            (true, Pane::Sources) => room,
            (true, Pane::Doctor) => 2,
        };
        let mut y = area.y;
        let height = wanted.min(most).min(area.height);
        let list = Rect::new(area.x, y, area.width, height);
        self.draw_list(Pane::Sources, list, pen);
        y += height;
        for line in &begin {
            pen.line(area.x + 2, y, area.width.saturating_sub(4), line);
            y += 1;
        }
        y += 1;
        if y >= area.bottom() {
            return;
        }
        let heading = self.heading(pen.scene);
        pen.line(area.x + 2, y, area.width.saturating_sub(4), &heading);
        let rest = Rect::new(area.x, y + 1, area.width, area.bottom() - y - 1);
        if rest.height > 1 {
            self.draw_list(Pane::Doctor, rest, pen);
        }
    }
}

impl Page for SourcesPage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        vec![Question::Doctor]
    }

    fn refresh(&mut self, scene: &Scene) {
        let told = told(scene);
        self.sources.listing.gather(&scene.sources, told);
        self.sources.refresh();
        match told {
            Some(told) => self.findings.listing.gather(&told.doctor),
            None => self.findings.listing.rows.clear(),
        }
        self.findings.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        match intent {
            Intent::NextPane | Intent::Open => {
                self.go_on();
                Reaction::Done
            }
            Intent::PreviousPane if !self.text.in_front() => {
                self.turn();
                Reaction::Done
            }
            _ if self.text.on(intent) => Reaction::Done,
            _ => {
                self.text.begin();
                Reaction::Ignored
            }
        }
    }

    fn click(&mut self, target: Target, _scene: &Scene) -> Reaction {
        match target {
            Target::Part(_) => {
                self.turn();
                Reaction::Done
            }
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let mut body = Rect::new(area.x, area.y, area.width, area.height.saturating_sub(2));
        if let Some(told) = told(pen.scene) {
            let words = detail::log(&told.doctor.log, &of_now(pen.scene));
            let line = Line::of(Role::Dim, "log  ").with(Role::Dim, words);
            pen.line(area.x + 2, area.bottom() - 1, area.width - 4, &line);
        }
        self.over.set(false);
        if area.width >= BESIDE {
            let side = (area.width * 2 / 5).clamp(56, 84);
            let right = Rect::new(body.right() - side, body.y, side, body.height);
            body.width -= side + 1;
            self.draw_lists(body, pen);
            self.draw_detail(right, pen);
        } else if area.height < OVER {
            self.over.set(true);
            if self.text.in_front() {
                self.draw_detail(body, pen);
            } else {
                self.draw_lists(body, pen);
            }
        } else {
            let below = if area.height >= 28 { 11 } else { 7 };
            body.height = body.height.saturating_sub(below);
            self.draw_lists(body, pen);
            let under = Rect::new(area.x, body.bottom(), area.width, below + 1);
            self.draw_detail(under, pen);
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(match self.pane {
            Pane::Sources => &self.sources,
            Pane::Doctor => &self.findings,
        })
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(match self.pane {
            Pane::Sources => &mut self.sources,
            Pane::Doctor => &mut self.findings,
        })
    }

    fn hints(&self, scene: &Scene) -> Vec<Hint> {
        let none = scene.sources.is_empty();
        let other = match self.pane {
            _ if self.has_more() && self.over.get() => "all of it",
            _ if self.has_more() => "scroll the text",
            Pane::Sources => "event doctor",
            Pane::Doctor => "sources",
        };
        vec![
            Hint::new(Intent::NextPane, other),
            Hint::new(Intent::Refresh, "read now")
                .unless(none.then(|| "no source is read here".to_owned())),
            Hint::new(Intent::Copy, "copy"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Sort, "sort"),
        ]
    }

    fn about(&self) -> &'static str {
        "The sources that are read, then those whose events came by other ways. Lag: from the newest fact that a source told to its last reading. In front of each: \
         what it told of itself when it was read or asked, what is left of its rate limit, what went wrong and what to do. The event doctor: events that no \
         workload or step could be found for, counted by reason, with an example and the line of configuration that mends it; clocks that are ahead; warnings \
         of the configuration. What went wrong with a source stands in its row, from the cause on; tab goes to the whole of it, where it does not fit, \
         and scrolls it with j and k, then from one list to the other. r reads every source now."
    }
}
