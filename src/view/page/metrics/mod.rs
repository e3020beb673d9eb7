//! The delivery metrics of a scope: DORA's five against the window before, with their trend and score, and what stands behind each of them. Workloads are
//! pooled and never ranked.

mod behind;
mod below;
mod board;
mod row;
mod tile;

use std::cell::Cell;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::{Grid, Hint, Page, Reaction};
use crate::event::time::{Span, Timestamp};
use crate::intent::Intent;
use crate::model::dora::glance::Glance;
use crate::report::sheet::Line;
use crate::report::{duration, figure};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::hit::Target;
use crate::view::pen::Pen;
use crate::view::scene::{Scene, Stage};
use crate::view::scope::Scope;
use behind::{BehindPage, Front};
use tile::{NAMES, Tile};

/// The page.
#[derive(Default)]
pub struct MetricsPage {
    scope: Scope,
    told: Option<Arc<Answer>>,
    /// What it was told for.
    seen: Option<Seen>,
    tiles: Vec<Tile>,
    on: usize,
    /// The workload that was looked at last.
    focus: Option<String>,
    /// The first line in sight of what lies below, how many there are more than fit, and whether there are tiles: known when it is drawn.
    top: Cell<usize>,
    spare: Cell<usize>,
    height: Cell<usize>,
    tiled: Cell<bool>,
}

/// What an answer is of: a scope, a length, an instant. One that was told for another is not shown.
type Seen = (Scope, Span, Option<Timestamp>);

fn seen(scene: &Scene) -> Seen {
    (scene.scope.clone(), scene.lens.length, scene.lens.as_of)
}

impl MetricsPage {
    /// Whether there is any workload to tell figures of.
    fn is_told(&self) -> bool {
        self.glance().is_some_and(|glance| glance.told > 0)
    }

    fn glance(&self) -> Option<&Glance> {
        match self.told.as_deref() {
            Some(Answer::Metrics(glance)) => Some(glance),
            _ => None,
        }
    }

    fn step(&mut self, by: isize) {
        let last = NAMES.len() - 1;
        let to = self.on.saturating_add_signed(by).min(last);
        if to != self.on {
            self.on = to;
            self.top.set(0);
        }
    }

    fn scroll(&self, by: isize) {
        let to = self.top.get().saturating_add_signed(by);
        self.top.set(to.min(self.spare.get()));
    }

    /// What fits of the lines, and how many do not.
    fn draw_below(&self, area: Rect, lines: &[Line], pen: &mut Pen<'_>) {
        let all = usize::from(area.height);
        let height = if lines.len() > all {
            all.saturating_sub(1)
        } else {
            all
        };
        self.height.set(height);
        self.spare.set(lines.len().saturating_sub(height));
        let top = self.top.get().min(self.spare.get());
        let shown = lines.iter().skip(top).take(height);
        for (line, y) in shown.zip(area.top()..area.bottom()) {
            pen.line(area.x, y, area.width, line);
        }
        let hidden = self.spare.get() - top;
        if hidden > 0 && area.height > 0 {
            let more = format!("… {} below", figure::count(hidden, "line"));
            pen.text(area.x, area.bottom() - 1, area.width, Role::Dim, &more);
        }
    }

    fn open(&self) -> Reaction {
        let front = match self.on {
            0 => Front::Changes,
            3 => Front::Recoveries,
            _ => Front::Deployments,
        };
        let mut page = BehindPage::new(self.scope.clone(), front);
        match self.on {
            2 => page.failed_first(),
            4 => page.rework_first(),
            _ => {}
        }
        Reaction::Push(Box::new(page))
    }

    /// Which workloads, which window, and from when on anything is known.
    fn head(&self, glance: &Glance, scene: &Scene) -> Line {
        let mut line = Line::of(Role::Text, self.scope.text());
        if glance.told < glance.of {
            let told = figure::of(glance.told, glance.of, "workload");
            let words = format!(" · told of {told}");
            line.push(Role::Warning, words);
        } else if glance.of > 1 {
            let words = format!(" · {} pooled", figure::count(glance.of, "workload"));
            line.push(Role::Dim, words);
        }
        line.push(Role::Dim, " · ");
        line.push(Role::Dim, scene.style.window(&glance.window));
        let known = glance.comparison.now.known_from;
        if let Some(from) = known.filter(|from| *from > glance.window.from) {
            let words = format!(" · known from {}", scene.style.moment(from));
            line.push(Role::Dim, words);
        }
        line
    }
}

/// What stands where nothing is told yet, and why.
fn waiting(scene: &Scene, scope: &Scope, glance: Option<&Glance>) -> String {
    if scene.fleet().is_empty() && scene.stage == Stage::Ready {
        return "no workload is known yet: import events, sync a source, or name workloads in leadtime.toml".to_owned();
    }
    match (glance, &scene.stage) {
        (Some(glance), _) if glance.of == 0 => format!("no workload in {}", scope.text()),
        (_, Stage::Working(done, all)) => {
            let worked_out = figure::of(*done, *all, "workload");
            format!("working out the metrics: {worked_out} so far …")
        }
        _ => "working out the metrics …".to_owned(),
    }
}

impl Page for MetricsPage {
    fn title(&self, _scene: &Scene) -> String {
        String::new()
    }

    fn questions(&self, scene: &Scene) -> Vec<Question> {
        vec![Question::Metrics(scene.scope.clone())]
    }

    fn refresh(&mut self, scene: &Scene) {
        let seen = Some(seen(scene));
        if self.seen != seen {
            self.scope = scene.scope.clone();
            self.seen = seen;
            self.told = None;
            self.tiles.clear();
            self.top.set(0);
        }
        self.focus.clone_from(&scene.focus);
        let question = Question::Metrics(self.scope.clone());
        let Some(answer) = scene.answers.get(&question) else {
            return;
        };
        let known = self.told.as_ref();
        if known.is_some_and(|known| Arc::ptr_eq(known, answer)) {
            return;
        }
        self.told = Some(Arc::clone(answer));
        self.tiles = self
            .glance()
            .map(|glance| tile::tiles(glance, &scene.style))
            .unwrap_or_default();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        let row = if self.tiled.get() { 3 } else { 1 };
        let page = isize::try_from(self.height.get().saturating_sub(1).max(1)).unwrap_or(1);
        match intent {
            Intent::Left => self.step(-1),
            Intent::Right => self.step(1),
            Intent::Up => self.step(-row),
            Intent::Down => self.step(row),
            Intent::First => self.step(-5),
            Intent::Last => self.step(5),
            Intent::NextPane | Intent::PreviousPane if !self.is_told() => {
                return Reaction::Say("there is no figure here yet".to_owned());
            }
            Intent::NextPane => self.on = (self.on + 1) % NAMES.len(),
            Intent::PreviousPane => self.on = (self.on + NAMES.len() - 1) % NAMES.len(),
            Intent::PageDown => self.scroll(page),
            Intent::PageUp => self.scroll(-page),
            Intent::Open => return self.open(),
            _ => return Reaction::Ignored,
        }
        Reaction::Done
    }

    fn click(&mut self, target: Target, _scene: &Scene) -> Reaction {
        match target {
            Target::Part(at) if at == self.on => self.open(),
            Target::Part(at) => {
                self.on = at.min(NAMES.len() - 1);
                Reaction::Done
            }
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let glance = self.glance().filter(|_| self.is_told());
        let (Some(glance), Some(tile)) = (glance, self.tiles.get(self.on)) else {
            let words = waiting(pen.scene, &self.scope, self.glance());
            let inner = Rect::new(
                area.x + 2,
                area.y + 1,
                area.width - 4,
                area.height.saturating_sub(1),
            );
            pen.paragraph(inner, Role::Dim, &words);
            return;
        };
        self.tiled.set(board::tiled(area));
        let head = self.head(glance, pen.scene);
        pen.line(area.x + 2, area.y, area.width - 3, &head);
        let board = Rect::new(
            area.x,
            area.y + 1,
            area.width,
            area.height.saturating_sub(1),
        );
        let check = &glance.comparison.now.quick_check;
        // The frames of tiles are gap enough on a low screen.
        let gap = u16::from(!self.tiled.get() || area.height > 40);
        let taken = board::draw(board, &self.tiles, self.on, check, pen) + 1 + gap;
        let below = Rect::new(
            area.x + 2,
            area.y + taken,
            area.width - 4,
            area.height.saturating_sub(taken),
        );
        let lines = below::lines(glance, tile, usize::from(below.width));
        self.draw_below(below, &lines, pen);
    }

    fn hints(&self, scene: &Scene) -> Vec<Hint> {
        let told = self.glance().is_some_and(|glance| glance.told > 0);
        let empty = (!told).then(|| "nothing is told yet".to_owned());
        let narrowed = match (&scene.scope, &scene.focus) {
            (Scope::Workload(_), _) => Some("it is narrowed".to_owned()),
            (_, None) => Some("no workload was looked at".to_owned()),
            _ => None,
        };
        let fits = (self.spare.get() == 0).then(|| "all is in sight".to_owned());
        let mut hints = vec![
            Hint::new(Intent::Open, "what is behind it").unless(empty),
            Hint::new(Intent::NextPane, "next metric"),
            Hint::new(Intent::Window, "window"),
        ];
        if fits.is_none() {
            hints.push(Hint::new(Intent::PageDown, "more below"));
        }
        if narrowed.is_none() {
            hints.push(Hint::new(Intent::Scope, "one workload"));
        }
        if scene.scope != Scope::All {
            hints.push(Hint::new(Intent::Unscope, "all workloads"));
        }
        hints.push(Hint::new(Intent::Export, "export"));
        hints
    }

    fn about(&self) -> &'static str {
        ABOUT
    }

    fn workload(&self) -> Option<String> {
        match &self.scope {
            Scope::Workload(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn scope(&self) -> Option<Scope> {
        self.focus.clone().map(Scope::Workload)
    }

    fn card(&self, scene: &Scene) -> Option<String> {
        let tile = self.tiles.get(self.on)?;
        let length = duration::whole(scene.lens.length);
        Some(format!(
            "{}, last {length}: {}",
            self.scope.text(),
            tile.card()
        ))
    }

    fn grid(&self, _scene: &Scene) -> Option<Grid> {
        let heads = [
            "metric",
            "value",
            "n",
            "rests on",
            "before",
            "against before",
            "score",
            "answer scale",
        ];
        Some(Grid {
            heads: heads.map(str::to_owned).to_vec(),
            rows: self.tiles.iter().map(Tile::row).collect(),
            names: tile::NAMED.map(str::to_owned).to_vec(),
            values: self.tiles.iter().map(Tile::exact_row).collect(),
        })
    }
}

/// Each formula in a line, as the manual has them.
const ABOUT: &str = "DORA's five, of the raw observations of all workloads in scope together; workloads are not ranked. \
     Change lead time: first commit (or opening, if earlier) to the deployment that shipped the change; median of the changes that went live in the window. \
     Deployment frequency: deployments / days of the window * 7; redeploys and failed attempts do not count. \
     Change fail rate: failed deployments / deployments; failed by an incident that belongs to it, by being rolled back, or because somebody says so. \
     Failed deployment recovery time: from going live to the last of its incidents resolved, or to the rollback; median of those that ended in the window. \
     Deployment rework rate: rollbacks and unplanned deployments / deployments. \
     ~ rests on an inferred link, ≥ is the least that there was, - is not known. Better or worse: moved by more than a fifth, and by at least one deployment for \
     rates, against the window of the same length before. Quick Check: steps of DORA's scale score 0, 2 to 10, a rate of p % scores 10 - p / 10; throughput is the \
     mean of lead time, frequency and recovery, stability of the two rates. Time to restore: incident opened to resolved. Flow: items (tickets, else changes) done, \
     in work, and their time from start to live; by Little's law average in progress / throughput is the mean time in work, of what is given up too.";
