//! The visits behind the figures of a step: each change that went live in the window and came by, what it cost, and its whole way beside it.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::sync::{Arc, LazyLock};

use ratatui::layout::Rect;

use super::lock::lock;
use super::way::{WayPage, draw_way};
use crate::event::time::Span;
use crate::intent::Intent;
use crate::model::stream::{Map, MapChange, Visit};
use crate::report::sheet::Line;
use crate::report::{duration, figure, text};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::listing::{Column, Listing, Value};
use crate::view::page::{Hint, Page, Reaction, Rows};
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::table::Table;
use crate::view::widget::leaf;

/// From here on the way of the change in front has room beside the list.
const BESIDE: u16 = 140;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("change", 17, 24, 0),
        Column::new("title", 12, 60, 3),
        Column::new("entered", 12, 13, 2).falling(),
        Column::new("process", 8, 8, 0)
            .at_right()
            .seconds()
            .falling(),
        Column::new("wait", 8, 8, 0).at_right().seconds().falling(),
        Column::new("of its lead", 11, 11, 1).at_right().falling(),
        Column::new("lead time", 9, 9, 4)
            .at_right()
            .seconds()
            .falling(),
        Column::new("", 6, 6, 5),
    ]
});

/// The changes that came by a step, by their places in the map, the longest stay first.
pub(super) fn longest(map: &Map, step: usize) -> Vec<usize> {
    let stay = |place: &usize| {
        let visit = map.listed()[*place].steps.get(step)?.visit?;
        Some(visit.process + visit.wait)
    };
    let mut places: Vec<usize> = (0..map.listed().len())
        .filter(|place| stay(place).is_some())
        .collect();
    places.sort_by_key(|place| (Reverse(stay(place)), *place));
    places
}

#[derive(Default)]
struct Visits {
    known: Option<Arc<Answer>>,
    step: usize,
    /// Places of changes of the map.
    rows: Vec<usize>,
}

impl Visits {
    fn map(&self) -> Option<&Map> {
        match self.known.as_deref() {
            Some(Answer::Map(map)) => Some(map),
            _ => None,
        }
    }

    fn row(&self, row: usize) -> Option<(&MapChange, Visit)> {
        let change = self.map()?.listed().get(*self.rows.get(row)?)?;
        Some((change, change.steps.get(self.step)?.visit?))
    }
}

/// Which part of its change's lead time a visit took; nothing where it held nothing up.
fn share(change: &MapChange, visit: Visit) -> Option<f64> {
    let whole = change.lead_seconds.seconds();
    (whole > 0.0 && !visit.beside).then(|| stay(visit).seconds() / whole)
}

fn stay(visit: Visit) -> Span {
    visit.process + visit.wait
}

impl Listing for Visits {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        self.row(row)
            .map_or("".into(), |(change, _)| change.change.as_str().into())
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let Some((change, visit)) = self.row(row) else {
            return Line::new();
        };
        let span = |role, length| Line::of(role, figure::span(Some(length), change.inferred));
        match column {
            0 => Line::of(Role::Text, text::short(&change.change)),
            1 => Line::of(Role::Dim, change.title.as_deref().unwrap_or("-")),
            2 => Line::of(Role::Dim, scene.style.moment(visit.entered)),
            3 => span(Role::Process, visit.process),
            4 => span(Role::Wait, visit.wait),
            5 => Line::of(Role::Text, figure::percent(share(change, visit))),
            6 => span(Role::Dim, change.lead_seconds),
            _ if visit.beside => Line::of(Role::Dim, "beside"),
            _ => Line::new(),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let Some((change, visit)) = self.row(row) else {
            return Value::Nothing;
        };
        match column {
            2 => Value::from(visit.entered),
            3 => Value::from(visit.process),
            4 => Value::from(visit.wait),
            5 => Value::from(share(change, visit)),
            6 => Value::from(change.lead_seconds),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (Some((a, x)), Some((b, y))) = (self.row(one), self.row(two)) else {
            return Ordering::Equal;
        };
        let order = match column {
            0 => Ordering::Equal,
            1 => a.title.cmp(&b.title),
            2 => y.entered.cmp(&x.entered),
            3 => y.process.cmp(&x.process),
            4 => y.wait.cmp(&x.wait),
            5 => share(b, y)
                .unwrap_or(-1.0)
                .total_cmp(&share(a, x).unwrap_or(-1.0)),
            6 => b.lead_seconds.cmp(&a.lead_seconds),
            _ => x.beside.cmp(&y.beside),
        };
        order.then_with(|| a.change.cmp(&b.change))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        self.row(row).map_or("".into(), |(change, _)| {
            let title = change.title.as_deref().unwrap_or_default();
            format!("{} {title}", change.change).into()
        })
    }

    fn fields(&self) -> &'static [&'static str] {
        &["is"]
    }

    fn field(&self, row: usize, _name: &str) -> Vec<Cow<'_, str>> {
        let Some((change, visit)) = self.row(row) else {
            return Vec::new();
        };
        let mut words: Vec<Cow<'_, str>> = Vec::new();
        if visit.beside {
            words.push("beside".into());
        }
        if change.inferred {
            words.push("inferred".into());
        }
        words
    }

    fn workload(&self, _row: usize) -> Option<&str> {
        Some(&self.map()?.workload)
    }

    fn card(&self, row: usize) -> String {
        let Some((change, visit)) = self.row(row) else {
            return String::new();
        };
        let step = change.steps.get(self.step).map_or("", |step| &step.step);
        format!(
            "{} {}: {} at {step} (worked {}, waited {}) of {} lead time",
            change.change,
            change.title.as_deref().unwrap_or_default(),
            duration::span(stay(visit)),
            duration::span(visit.process),
            duration::span(visit.wait),
            figure::span(Some(change.lead_seconds), change.inferred),
        )
    }

    fn nothing(&self, _scene: &Scene) -> String {
        match self.map() {
            Some(_) => "no change that went live in the window came by".to_owned(),
            None => "working out the map …".to_owned(),
        }
    }
}

/// The page.
pub(super) struct VisitsPage {
    workload: String,
    step: String,
    business: bool,
    table: Table<Visits>,
}

impl VisitsPage {
    pub(super) fn new(workload: &str, step: &str, business: bool) -> Self {
        Self {
            workload: workload.to_owned(),
            step: step.to_owned(),
            business,
            table: Table::new(Visits::default()),
        }
    }

    fn question(&self) -> Question {
        Question::Map {
            workload: self.workload.clone(),
            business: self.business,
        }
    }

    fn change(&self) -> Option<&MapChange> {
        let row = self.table.selected()?;
        Some(self.table.listing.row(row)?.0)
    }

    fn way(&self) -> Option<Question> {
        Some(Question::Change {
            workload: self.workload.clone(),
            change: self.change()?.change.clone(),
        })
    }
}

impl Page for VisitsPage {
    fn title(&self, _scene: &Scene) -> String {
        self.step.clone()
    }

    fn questions(&self, _scene: &Scene) -> Vec<Question> {
        std::iter::once(self.question()).chain(self.way()).collect()
    }

    fn refresh(&mut self, scene: &Scene) {
        let listing = &mut self.table.listing;
        let known = scene.answers.get(&Question::Map {
            workload: self.workload.clone(),
            business: self.business,
        });
        listing.known = known.cloned();
        let (step, rows) = listing.map().map_or((0, Vec::new()), |map| {
            let step = map.steps.iter().position(|step| step.name == self.step);
            step.map_or((0, Vec::new()), |step| (step, longest(map, step)))
        });
        listing.step = step;
        listing.rows = rows;
        self.table.refresh();
    }

    fn on(&mut self, intent: Intent, _scene: &Scene) -> Reaction {
        match (intent, self.change()) {
            (Intent::Open | Intent::Right, Some(change)) => {
                Reaction::Push(Box::new(WayPage::new(&self.workload, &change.change)))
            }
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        let map = self.table.listing.map();
        let area = lock(
            map.and_then(|map| map.steps.get(self.table.listing.step)),
            area,
            pen,
        );
        if area.width < BESIDE {
            self.table.draw(area, pen, true);
            return;
        }
        let left = Rect::new(area.x, area.y, area.width * 11 / 20, area.height);
        self.table.draw(left, pen, true);
        let right = area.width - left.width - 1;
        let right = Rect::new(left.right() + 1, area.y, right, area.height);
        let (Some(question), Some(change)) = (self.way(), self.change()) else {
            return;
        };
        let title = Line::of(Role::Title, text::short(&change.change));
        let inner = pen.frame(right, &title, false);
        let inner = Rect::new(
            inner.x + 1,
            inner.y,
            inner.width.saturating_sub(2),
            inner.height,
        );
        let put = |lines: &[Line], area: Rect, pen: &mut Pen<'_>| {
            leaf::draw(lines, 0, area, "enter shows all of it", pen);
        };
        draw_way(inner, &question, put, pen);
    }

    fn rows(&self) -> Option<&dyn Rows> {
        Some(&self.table)
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        Some(&mut self.table)
    }

    fn link(&self) -> Option<String> {
        None
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        vec![
            Hint::new(Intent::Open, "its way"),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Export, "export"),
            Hint::new(Intent::Back, "map"),
        ]
    }

    fn about(&self) -> &'static str {
        "A row for each change that went live in the window and came by this step, the longest stay first: what was worked and waited here, and which part \
         of the change's lead time that is. Beside: the change was busy with another step meanwhile, so its stay here held nothing up and adds nothing to \
         the ladder. ~ rests on an inferred link. Filter with is:beside or is:inferred."
    }
}
