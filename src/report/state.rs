//! How the state of a change looks, wherever it is told: its colour, its sign before a word, and what fills its stretches in a bar. States that mean the
//! same to a reader are filled alike; the sums below a bar name them.

use std::collections::BTreeMap;

use super::sheet::Line;
use super::{duration, glyph};
use crate::event::time::Span;
use crate::model::locate::Leg;
use crate::theme::Role;

/// How a state looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateLook {
    pub role: Role,
    pub sign: &'static str,
    /// In a bar.
    pub fill: char,
}

#[must_use]
pub fn state_look(state: &str) -> StateLook {
    let (role, sign, fill) = match state {
        "working" => (Role::Process, glyph::WORKING, glyph::PROCESS),
        "gated" => (Role::Gate, glyph::GATE, glyph::HELD),
        "failed" => (Role::Bad, glyph::BAD, '×'),
        "held" | "frozen" => (Role::Warning, glyph::LOCK, '─'),
        "soaking" | "waiting_for_release" => (Role::Warning, glyph::WAITING, '─'),
        "delivered" => (Role::Good, glyph::GOOD, glyph::PROCESS),
        "unknown" => (Role::Dim, "?", '?'),
        "abandoned" => (Role::Wait, "×", glyph::WAIT),
        "superseded" => (Role::Wait, "·", glyph::WAIT),
        _ => (Role::Wait, glyph::WAITING, glyph::WAIT),
    };
    StateLook { role, sign, fill }
}

/// What the signs in a bar mean, and how long each state took in all, the longest first.
#[must_use]
pub fn state_sums(legs: &[Leg]) -> Vec<Line> {
    let mut sums: BTreeMap<&'static str, i64> = BTreeMap::new();
    for leg in legs {
        let sum = sums.entry(leg.state).or_default();
        *sum = sum.saturating_add(length(leg));
    }
    let mut sums: Vec<_> = sums.into_iter().filter(|(_, sum)| *sum > 0).collect();
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
    let line = |(state, sum): (&str, i64)| {
        let look = state_look(state);
        let length = duration::span(Span::from_micros(sum));
        let text = format!(" {} {length}", state.replace('_', " "));
        Line::of(look.role, look.fill.to_string()).with(Role::Text, text)
    };
    sums.into_iter().map(line).collect()
}

/// In microseconds.
pub(super) fn length(leg: &Leg) -> i64 {
    leg.to.micros().saturating_sub(leg.from.micros()).max(0)
}
