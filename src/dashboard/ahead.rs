//! Ahead of who uses it: once all workloads are worked out and hands rest, the other views are worked out one by one before they are first opened, and what
//! they will ask is asked.

use super::App;
use super::message::{Effect, Order};
use crate::intent::View;

impl App {
    /// All workloads are worked out, for the first time or through another lens.
    pub(super) fn begin_ahead(&mut self) {
        // They are taken from the end.
        self.ahead = View::ALL.into_iter().rev().collect();
    }

    /// Whether there is something to be done ahead. What is in front comes first.
    #[must_use]
    pub fn looks_ahead(&self) -> bool {
        !self.ahead.is_empty() && self.is_answered()
    }

    /// Works out the next of the other views.
    pub fn look_ahead(&mut self) -> Vec<Effect> {
        let Some(view) = self.ahead.pop() else {
            return Vec::new();
        };
        let questions = self.ui.prepare(view, &self.scene).into_iter();
        // What follows the log is told anew without end once it was asked for: not before somebody looks at it.
        let ahead = questions.filter(|question| !question.follows_log());
        let new = ahead.filter(|question| self.asked.insert(question.clone()));
        new.map(|question| Effect::Order(Order::Ask(question)))
            .collect()
    }
}
