//! The workloads in scope as a page gathered them, with what it made of each. When it gathers them again, only what is another since is looked at: with
//! thousands of workloads, of which a few change at a time, the others are not even touched.

use std::ops::Index;
use std::sync::Arc;

use super::scene::Scene;
use crate::model::overview::{Overview, Summary};
use crate::report::text;

/// The workloads, in the order of the scene.
#[derive(Debug)]
pub struct Gathered<T> {
    rows: Vec<Arc<Overview>>,
    made: Vec<T>,
    /// The place of each in the order of the names.
    ranks: Vec<u32>,
    /// Columns of the widest name.
    widest: usize,
    /// It was gathered before, if only that there is nothing.
    begun: bool,
}

/// What is another since the last time.
#[derive(Debug, PartialEq, Eq)]
pub struct Renewed {
    /// The rows that are others, in their order, those that are new among them.
    pub rows: Vec<usize>,
    /// Every row is the workload that it was, and there are as many.
    pub lined_up: bool,
}

impl Renewed {
    #[must_use]
    pub fn is_any(&self) -> bool {
        !self.rows.is_empty() || !self.lined_up
    }
}

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            made: Vec::new(),
            ranks: Vec::new(),
            widest: 0,
            begun: false,
        }
    }
}

impl<T> Gathered<T> {
    /// Takes what is in scope now; `make` tells what the page needs of a workload.
    pub fn gather(&mut self, scene: &Scene, make: impl Fn(&Overview) -> T) -> Renewed {
        let mut renewed = Renewed {
            rows: Vec::new(),
            lined_up: std::mem::replace(&mut self.begun, true),
        };
        let mut count = 0;
        for one in scene.overviews() {
            match self.rows.get_mut(count) {
                Some(known) if Arc::ptr_eq(known, one) => {}
                Some(known) => {
                    renewed.lined_up &= known.summary.workload == one.summary.workload;
                    renewed.rows.push(count);
                    *known = Arc::clone(one);
                    self.made[count] = make(one);
                }
                None => {
                    renewed.lined_up = false;
                    renewed.rows.push(count);
                    self.rows.push(Arc::clone(one));
                    self.made.push(make(one));
                }
            }
            count += 1;
        }
        renewed.lined_up &= self.rows.len() == count;
        self.rows.truncate(count);
        self.made.truncate(count);
        if !renewed.lined_up {
            self.rank();
        }
        renewed
    }

    fn rank(&mut self) {
        let mut named: Vec<usize> = (0..self.rows.len()).collect();
        named.sort_by_key(|row| &self.rows[*row].summary.workload);
        self.ranks = vec![0; named.len()];
        for (rank, row) in (0..).zip(named) {
            self.ranks[row] = rank;
        }
        let widths = self
            .overviews()
            .map(|one| text::width(&one.summary.workload));
        self.widest = widths.max().unwrap_or(0);
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    #[must_use]
    pub fn get(&self, row: usize) -> Option<&Overview> {
        self.rows.get(row).map(Arc::as_ref)
    }

    #[must_use]
    pub fn summary(&self, row: usize) -> Option<&Summary> {
        self.get(row).map(|one| &one.summary)
    }

    /// Every workload, in the order of the rows.
    pub fn overviews(&self) -> impl Iterator<Item = &Overview> {
        self.rows.iter().map(Arc::as_ref)
    }

    /// What was made of each.
    #[must_use]
    pub fn made(&self) -> &[T] {
        &self.made
    }

    /// How many columns the widest name takes.
    #[must_use]
    pub const fn widest(&self) -> usize {
        self.widest
    }

    /// Where a row stands in the order of the names.
    #[must_use]
    pub fn rank_of(&self, row: usize) -> u32 {
        self.ranks[row]
    }
}

impl<T> Index<usize> for Gathered<T> {
    type Output = Overview;

    fn index(&self, row: usize) -> &Overview {
        &self.rows[row]
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn named(name: &str) -> Arc<Overview> {
        let mut one = Overview::default();
        one.summary.workload = name.to_owned();
        Arc::new(one)
    }

    #[test]
    fn only_what_is_another_is_made_anew() {
        let mut scene = Scene::blank();
        let mut gathered = Gathered::default();
        let looked_at = RefCell::new(Vec::new());
        let make = |one: &Overview| looked_at.borrow_mut().push(one.summary.workload.clone());
        let [shop, ledger, cart] = ["shop", "ledger", "cart"].map(named);
        scene.enter(vec![shop.clone(), ledger.clone(), cart.clone()]);
        let first = gathered.gather(&scene, make);
        assert!(!first.lined_up);
        assert_eq!(looked_at.take(), ["shop", "ledger", "cart"]);
        assert_eq!([0, 1, 2].map(|row| gathered.rank_of(row)), [2, 1, 0]);

        assert!(!gathered.gather(&scene, make).is_any());
        assert_eq!(looked_at.take().len(), 0);

        scene.enter(vec![shop.clone(), named("ledger"), cart.clone()]);
        let second = gathered.gather(&scene, make);
        let only = Renewed {
            rows: vec![1],
            lined_up: true,
        };
        assert_eq!(second, only);
        assert_eq!(looked_at.take(), ["ledger"]);

        scene.enter(vec![shop, cart]);
        let third = gathered.gather(&scene, make);
        assert!(!third.lined_up);
        assert_eq!(third.rows, [1]);
        assert_eq!(gathered.len(), 2);
        assert_eq!([0, 1].map(|row| gathered.rank_of(row)), [1, 0]);
    }
}
