//! Where the boxes of a map stand. Steps that run side by side may share a column, one above the other; where not all columns fit, those in sight are a
//! part of them.

use super::{filled_by, signs};
use crate::model::stream::{Map, StepFigures};
use crate::report::text;

/// Inside of a box: label, value and a blank at either side.
const NARROWEST: usize = 12;
const WIDEST: usize = 20;
/// Between boxes: blank, arrow, blank.
pub const GAP: usize = 3;
/// Room to the left of the first box for a wait before it.
const LEAD: usize = 9;
/// Room to the right of the last box for how many are out of sight.
const MORE: usize = 6;

/// The columns that are drawn, and how wide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Places of steps, from left to right and from top to bottom.
    pub columns: Vec<Vec<usize>>,
    /// Columns that are out of sight to the left and to the right.
    pub before: usize,
    pub after: usize,
    /// Where the first box begins.
    pub left: usize,
    /// Columns of the screen inside a box.
    pub inside: usize,
}

/// A column each.
#[must_use]
pub fn one_by_one(map: &Map) -> Vec<Vec<usize>> {
    (0..map.steps.len()).map(|place| vec![place]).collect()
}

/// Steps that need none of each other and stand equally far from the first share a column.
#[must_use]
pub fn side_by_side(
    steps: &[StepFigures],
    shown: impl Fn(&StepFigures) -> bool,
) -> Vec<Vec<usize>> {
    let mut levels: Vec<usize> = Vec::with_capacity(steps.len());
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let needed = step.needs.iter().filter_map(|need| levels.get(*need));
        let level = needed.max().map_or(0, |level| level + 1);
        levels.push(level);
        if columns.len() <= level {
            columns.resize(level + 1, Vec::new());
        }
        if shown(step) {
            columns[level].push(place);
        }
    }
    columns.retain(|column| !column.is_empty());
    columns
}

impl Shape {
    /// All columns, where they fit.
    #[must_use]
    pub fn of(map: &Map, columns: Vec<Vec<usize>>, width: usize) -> Option<Self> {
        let left = left(map, &columns, 0)?;
        let room = width.checked_sub(left)? + GAP;
        let fits = (room / columns.len()).checked_sub(GAP + 2)?;
        (fits >= NARROWEST).then(|| Self {
            left,
            inside: wanted(map, &columns).min(fits),
            before: 0,
            after: 0,
            columns,
        })
    }

    /// As many columns as fit, from one on; that one always.
    #[must_use]
    pub fn from(map: &Map, columns: &[Vec<usize>], first: usize, width: usize) -> Option<Self> {
        let left = left(map, columns, first)?;
        let inside = NARROWEST;
        let pitch = inside + 2 + GAP;
        let fit = |right: usize| (width + GAP).saturating_sub(left + right) / pitch;
        let rest = columns.len() - first;
        let shown = if fit(0) >= rest {
            rest
        } else {
            fit(MORE).max(1)
        };
        Some(Self {
            columns: columns[first..first + shown].to_vec(),
            before: first,
            after: rest - shown,
            left,
            inside,
        })
    }

    /// Wider boxes where there is room for them, up to so many columns inside.
    #[must_use]
    pub fn widened(mut self, width: usize, most: usize) -> Self {
        let more = if self.after > 0 { MORE } else { 0 };
        let room = (width + GAP).saturating_sub(self.left + more);
        let fits = (room / self.columns.len().max(1)).saturating_sub(GAP + 2);
        self.inside = self.inside.max(fits.min(most));
        self
    }

    /// From the left edge of a box to that of the next.
    #[must_use]
    pub const fn pitch(&self) -> usize {
        self.inside + 2 + GAP
    }

    /// Where a box begins.
    #[must_use]
    pub const fn start(&self, column: usize) -> usize {
        self.left + column * self.pitch()
    }

    /// How many boxes stand in the highest column.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.iter().map(Vec::len).max().unwrap_or(0)
    }
}

fn left(map: &Map, columns: &[Vec<usize>], first: usize) -> Option<usize> {
    let column = columns.get(first)?;
    let waited = |place: &usize| map.steps[*place].wait.sum().micros() > 0;
    let lead = first > 0 || column.iter().any(waited);
    Some(if lead { 1 + LEAD } else { 1 })
}

fn wanted(map: &Map, columns: &[Vec<usize>]) -> usize {
    let wanted = columns.iter().flatten().map(|place| {
        let step = &map.steps[*place];
        let title = text::width(&step.name) + text::width(&signs(step)) + 4;
        title.max(text::width(&filled_by(step)) + 2)
    });
    wanted.max().unwrap_or(0).clamp(NARROWEST, WIDEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::definition::StepKind;
    use crate::model::statistic::{Share, Spread, Times};

    fn step(name: &str, needs: &[usize]) -> StepFigures {
        StepFigures {
            name: name.to_owned(),
            kind: StepKind::Test,
            environment: None,
            locked: false,
            reason: None,
            from: Vec::new(),
            by_producer: None,
            visits: 1,
            wip: 0,
            process: Times::default(),
            wait: Times::default(),
            complete_accurate: Share::default(),
            share_of_lead: None,
            constraint: false,
            empty: None,
            needs: needs.to_vec(),
            stay: Spread::default(),
        }
    }

    #[test]
    fn steps_that_need_none_of_each_other_share_a_column() {
        let steps = [
            step("code", &[]),
            step("test", &[0]),
            step("build", &[0]),
            step("scan", &[2]),
            step("staging", &[1, 3]),
        ];
        let all = side_by_side(&steps, |_| true);
        assert_eq!(all, [vec![0], vec![1, 2], vec![3], vec![4]]);
        let some = side_by_side(&steps, |step| step.name != "scan" && step.name != "test");
        assert_eq!(some, [vec![0], vec![2], vec![4]]);
        assert!(side_by_side(&[], |_| true).is_empty());
    }
}
