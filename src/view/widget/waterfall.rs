//! A way in pictures: one bar for a row of a list, and a waterfall, which has a row a step, all on one time axis, what was worked solid and what was waited
//! hatched by its reason; how long each took at the right.

use crate::event::time::{Span, Timestamp};
use crate::model::locate::Leg;
use crate::report::sheet::{Line, Sheet};
use crate::report::{Style, duration, state_look, state_sums, table, text};
use crate::theme::Role;

const NAME: usize = 18;
/// The columns of figures: entered, worked, waited.
const FIGURES: [usize; 3] = [13, 9, 9];
/// Less than this is no axis.
const LEAST: usize = 12;

/// A step of the way.
struct Row<'a> {
    step: &'a str,
    legs: Vec<&'a Leg>,
}

/// The whole way, stretched or shrunk to a width.
#[must_use]
pub fn bar(legs: &[Leg], width: u16) -> Line {
    let whole = ends(legs).map(|(from, to)| (to - from).seconds());
    let Some(whole) = whole.filter(|whole| *whole > 0.0) else {
        return Line::of(Role::Dim, "-");
    };
    let parts = legs.iter().map(|leg| {
        let look = state_look(leg.state);
        (look.role, look.fill, (leg.to - leg.from).seconds() / whole)
    });
    let parts: Vec<_> = parts.collect();
    table::bar(&parts, usize::from(width))
}

/// A head and a row a step, in lines of a width; none where nothing is known.
#[must_use]
pub fn lines(legs: &[Leg], width: u16, style: &Style) -> Vec<Line> {
    let Some(ends) = ends(legs) else {
        return Vec::new();
    };
    let width = usize::from(width);
    let rows = rows(legs);
    let names = rows.iter().map(|row| text::width(row.step)).max();
    let name = names.unwrap_or(0).min(NAME) + 2;
    let mut figures = FIGURES.as_slice();
    // Where the bars would be too short, the moment goes first.
    if width <= name + FIGURES.iter().sum::<usize>() + LEAST * 2 {
        figures = &FIGURES[1..];
    }
    let axis = width.saturating_sub(name + figures.iter().sum::<usize>());
    let place = Place {
        name,
        axis: axis.max(1),
        figures,
    };
    std::iter::once(place.head(ends, style))
        .chain(rows.iter().map(|row| place.row(row, ends, style)))
        .collect()
}

/// The waterfall, and below it what its signs mean and how long each state took in all.
#[must_use]
pub fn with_sums(legs: &[Leg], width: u16, style: &Style) -> Vec<Line> {
    let mut lines = lines(legs, width, style);
    if lines.is_empty() {
        return vec![Line::of(Role::Dim, "nothing is known of its way")];
    }
    let mut sums = Sheet::new();
    sums.flow(0, state_sums(legs), usize::from(width));
    lines.push(Line::new());
    lines.extend(sums.into_lines());
    lines
}

fn ends(legs: &[Leg]) -> Option<(Timestamp, Timestamp)> {
    Some((legs.first()?.from, legs.last()?.to))
}

/// Steps in the order in which they were first entered; a step that was come back to has one row.
fn rows(legs: &[Leg]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for leg in legs {
        match rows.iter_mut().find(|row| row.step == leg.step) {
            Some(row) => row.legs.push(leg),
            None => rows.push(Row {
                step: &leg.step,
                legs: vec![leg],
            }),
        }
    }
    rows
}

/// Where a row has its name, its stretches and its figures.
struct Place {
    name: usize,
    axis: usize,
    figures: &'static [usize],
}

impl Place {
    fn head(&self, (from, to): (Timestamp, Timestamp), style: &Style) -> Line {
        let (start, end) = (style.moment(from), style.moment(to));
        let mut line = Line::new();
        line.pad_to(self.name);
        if text::width(&start) <= self.axis {
            line.push(Role::Dim, &start);
        }
        if text::width(&start) + text::width(&end) + 2 <= self.axis {
            right(&mut line, self.name + self.axis, &Line::of(Role::Dim, &end));
        }
        let heads = ["entered", "worked", "waited"].map(|head| Line::of(Role::Header, head));
        self.put(line, &heads)
    }

    fn row(&self, row: &Row<'_>, ends: (Timestamp, Timestamp), style: &Style) -> Line {
        let step = text::clean(row.step).into_owned();
        let mut line = Line::of(Role::Text, text::fit(&step, self.name - 1));
        line.pad_to(self.name);
        for leg in &row.legs {
            self.stretch(&mut line, leg, ends);
        }
        let sum = |worked: bool, role| {
            let legs = row.legs.iter();
            let legs = legs.filter(|leg| (leg.state == "working") == worked);
            let length: Span = legs.map(|leg| leg.to - leg.from).sum();
            if length > Span::ZERO {
                Line::of(role, duration::span(length))
            } else {
                Line::of(Role::Dim, "-")
            }
        };
        let entered = row.legs.first().map(|leg| style.moment(leg.from));
        let entered = Line::of(Role::Dim, entered.unwrap_or_default());
        self.put(
            line,
            &[entered, sum(true, Role::Process), sum(false, Role::Wait)],
        )
    }

    /// A stretch in its place; one that is too short for a column still shows.
    fn stretch(&self, line: &mut Line, leg: &Leg, ends: (Timestamp, Timestamp)) {
        if leg.to <= leg.from {
            return;
        }
        let start = column(leg.from, ends, self.axis).min(self.axis - 1);
        let end = column(leg.to, ends, self.axis).max(start + 1);
        line.pad_to(self.name + start);
        let look = state_look(leg.state);
        let free = (self.name + end).saturating_sub(line.width());
        line.push(look.role, look.fill.to_string().repeat(free));
    }

    /// The figures at the right, as many as there is room for.
    fn put(&self, mut line: Line, cells: &[Line; 3]) -> Line {
        let mut end = self.name + self.axis;
        let first = cells.len() - self.figures.len();
        for (cell, width) in cells[first..].iter().zip(self.figures) {
            end += width;
            right(&mut line, end, cell);
        }
        line
    }
}

/// Puts a text so that it ends at a column.
fn right(line: &mut Line, end: usize, text: &Line) {
    line.pad_to(end.saturating_sub(text.width()));
    line.append(text.clone());
}

fn column(at: Timestamp, (from, to): (Timestamp, Timestamp), width: usize) -> usize {
    let whole = i128::from((to - from).micros()).max(1);
    let part = i128::from((at - from).micros()).clamp(0, whole);
    let width_of = i128::try_from(width).unwrap_or(0);
    usize::try_from((part * width_of + whole / 2) / whole).unwrap_or(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(step: &str, state: &'static str, from: i64, to: i64) -> Leg {
        Leg {
            step: step.to_owned(),
            state,
            from: Timestamp::from_seconds(from),
            to: Timestamp::from_seconds(to),
        }
    }

    #[test]
    fn a_step_that_was_come_back_to_has_one_row() {
        let legs = [
            leg("code", "working", 0, 10),
            leg("review", "waiting", 10, 20),
            leg("code", "working", 20, 30),
        ];
        let rows = rows(&legs);
        let shape: Vec<(&str, usize)> = rows.iter().map(|row| (row.step, row.legs.len())).collect();
        assert_eq!(shape, [("code", 2), ("review", 1)]);
    }

    #[test]
    fn columns_cover_the_axis_whatever_the_times() {
        let at = Timestamp::from_seconds;
        assert_eq!(column(at(0), (at(0), at(100)), 50), 0);
        assert_eq!(column(at(50), (at(0), at(100)), 50), 25);
        assert_eq!(column(at(100), (at(0), at(100)), 50), 50);
        assert_eq!(column(at(7), (at(7), at(7)), 50), 0);
        assert_eq!(
            column(Timestamp::MAX, (Timestamp::MIN, Timestamp::MAX), 50),
            50
        );
    }

    #[test]
    fn a_bar_is_as_long_as_its_column_and_shows_shares() {
        let legs = [
            leg("code", "working", 0, 50),
            leg("review", "waiting", 50, 75),
            leg("cab", "gated", 75, 100),
        ];
        assert_eq!(bar(&legs, 8).text(), "████░░▒▒");
        assert_eq!(bar(&[], 8).text(), "-");
        assert_eq!(bar(&[leg("code", "working", 5, 5)], 8).text(), "-");
    }

    #[test]
    fn a_step_that_was_left_and_entered_again_is_one_row() {
        let legs = [
            leg("code", "working", 0, 3600),
            leg("review", "waiting", 3600, 7200),
            leg("code", "working", 7200, 14_400),
            leg("test", "working", 14_400, 14_401),
        ];
        let style = Style::detect(
            &crate::report::Surroundings::default(),
            crate::theme::Theme::default(),
            Timestamp::from_seconds(20_000),
        );
        let lines = lines(&legs, 42, &style);
        let lines: Vec<String> = lines.iter().map(Line::text).collect();
        assert_eq!(
            lines,
            [
                "        1 Jan 00:00        worked   waited",
                "code    ████    ████████   3h 00m        -",
                "review      ░░░░                -   1h 00m",
                "test                   █       1s        -",
            ]
        );
    }
}
