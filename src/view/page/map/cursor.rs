//! Going from step to step: through the path, from column to column, and within a column.

use super::MapPage;

impl MapPage {
    /// Steps that are shown, by their places in the path.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.columns.iter().flatten().copied().collect();
        places.sort_unstable();
        places
    }

    /// Goes to the step so many further on in the path.
    pub(super) fn go(&mut self, by: isize) {
        let places = self.places();
        let now = places.iter().position(|place| Some(*place) == self.at);
        let next = now.unwrap_or(0).saturating_add_signed(by);
        self.stand(&places, next);
    }

    pub(super) fn stand(&mut self, places: &[usize], at: usize) {
        if let Some(place) = places.get(at.min(places.len().saturating_sub(1))) {
            self.at = Some(*place);
        }
    }

    /// To the next column, in the same row where it has one.
    pub(super) fn aside(&mut self, by: isize) {
        if !self.boxes.get() {
            return self.go(by);
        }
        let Some((column, row)) = self.where_in_columns() else {
            return;
        };
        let column = column.saturating_add_signed(by).min(self.columns.len() - 1);
        let steps = &self.columns[column];
        self.at = Some(steps[row.min(steps.len() - 1)]);
    }

    /// Within a column; `false` where there is no other step.
    pub(super) fn along(&mut self, by: isize) -> bool {
        if !self.boxes.get() {
            self.go(by);
            return true;
        }
        let Some((column, row)) = self.where_in_columns() else {
            return false;
        };
        let steps = &self.columns[column];
        let next = row.saturating_add_signed(by).min(steps.len() - 1);
        self.at = Some(steps[next]);
        next != row
    }

    pub(super) fn where_in_columns(&self) -> Option<(usize, usize)> {
        let at = self.at?;
        self.columns.iter().enumerate().find_map(|(column, steps)| {
            let row = steps.iter().position(|place| *place == at)?;
            Some((column, row))
        })
    }
}
