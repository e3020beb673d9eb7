//! The lists behind the metrics: what a deployment, a change and an incident have in common as rows.

pub mod change;
pub mod deployment;
pub mod incident;

use std::borrow::Cow;
use std::sync::Arc;

use crate::model::dora::behind::Behind;
use crate::report::sheet::Line;
use crate::report::{figure, text};
use crate::theme::Role;
use crate::view::answer::Answer;

/// So many names stand in a cell before "and 3 more".
pub const NAMES: usize = 3;

/// What the worker told; rows are places in it.
#[derive(Default)]
pub struct Told(pub Option<Arc<Answer>>);

impl Told {
    pub fn behind(&self) -> Option<&Behind> {
        match self.0.as_deref() {
            Some(Answer::Behind(behind)) => Some(behind),
            _ => None,
        }
    }

    /// What stands in the place of rows.
    pub fn nothing(&self, what: &str) -> String {
        match self.behind() {
            None => format!("working out the {what} …"),
            Some(behind) if behind.told < behind.of => format!(
                "no {what} in the {} worked out so far",
                figure::of(behind.told, behind.of, "workload")
            ),
            Some(_) => format!("no {what} in the window"),
        }
    }
}

/// A sign before what rests on an inferred link.
pub fn name(id: &str, inferred: bool) -> Line {
    let tilde = if inferred { "~" } else { "" };
    Line::of(Role::Text, tilde).with(Role::Text, text::short(id))
}

pub fn one(value: &str) -> Vec<Cow<'_, str>> {
    vec![Cow::Borrowed(value)]
}

pub const fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
