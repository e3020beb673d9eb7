//! The way of a change in pictures: one bar for a row of a list, and a row a step for its own page.

use crate::event::time::{Span, Timestamp};
use crate::model::locate::Leg;
use crate::report::sheet::Line;
use crate::report::{duration, state_look, table, text};
use crate::theme::Role;

/// What a step's row takes beside its bar: its name, and its time.
const NAME: usize = 13;
const TIMES: usize = 17;

/// The whole life of a change, stretched or shrunk to a width.
pub(super) fn bar(legs: &[Leg], width: u16) -> Line {
    let Some((from, to)) = ends(legs) else {
        return Line::of(Role::Dim, "-");
    };
    let parts: Vec<(Role, char, f64)> = legs
        .iter()
        .map(|leg| {
            let (role, sign) = state_look(leg.state);
            (role, sign, share(leg.from, leg.to, from, to))
        })
        .collect();
    table::bar(&parts, usize::from(width))
}

fn ends(legs: &[Leg]) -> Option<(Timestamp, Timestamp)> {
    let ends = (legs.first()?.from, legs.last()?.to);
    (ends.0 < ends.1).then_some(ends)
}

fn share(from: Timestamp, to: Timestamp, start: Timestamp, end: Timestamp) -> f64 {
    let length = |from: Timestamp, to: Timestamp| -> f64 {
        Span::from_micros(to.micros().saturating_sub(from.micros()).max(0)).seconds()
    };
    length(from, to) / length(start, end)
}

/// A row a step, each with its stretches where they lie in the life of the change, and how long they took: all in all, and of that worked on.
pub(super) fn waterfall(legs: &[Leg], width: u16) -> Vec<Line> {
    let Some((from, to)) = ends(legs) else {
        return Vec::new();
    };
    let mut steps: Vec<&str> = Vec::new();
    for leg in legs {
        if !steps.contains(&leg.step.as_str()) {
            steps.push(&leg.step);
        }
    }
    let room = usize::from(width).saturating_sub(NAME + TIMES + 2);
    let mut lines = Vec::with_capacity(steps.len() + 1);
    let mut head = Line::of(Role::Header, "step");
    head.pad_to(NAME + room + 2 + 2);
    lines.push(
        head.with(Role::Header, "in all")
            .with(Role::Header, "   worked"),
    );
    for step in steps {
        let own = || legs.iter().filter(|leg| leg.step == *step);
        let mut line = Line::of(Role::Text, text::fit(&text::clean(step), NAME - 1));
        line.pad_to(NAME);
        line.append(stretches(legs, step, room, (from, to)));
        line.pad_to(NAME + room + 2);
        let sum = |only: Option<&str>| {
            let legs = own().filter(|leg| only.is_none_or(|state| leg.state == state));
            duration::span(legs.map(|leg| leg.to - leg.from).sum())
        };
        line.push(Role::Text, format!("{:>8}", sum(None)));
        let worked = own().any(|leg| leg.state == "working" && leg.from < leg.to);
        let worked = if worked {
            sum(Some("working"))
        } else {
            "-".to_owned()
        };
        lines.push(line.with(Role::Dim, format!(" {worked:>8}")));
    }
    lines
}

/// The stretches of one step; what is the others' stays empty. What is too short to show still has a sign, so that no step seems to have no time.
fn stretches(legs: &[Leg], step: &str, room: usize, (from, to): (Timestamp, Timestamp)) -> Line {
    let mut line = Line::new();
    let mut at = 0.0;
    for leg in legs {
        let begin = at;
        at += share(leg.from, leg.to, from, to);
        if leg.step != step || leg.from >= leg.to {
            continue;
        }
        let (begin, end) = (column(begin, room), column(at, room));
        let begin = begin.min(room.saturating_sub(1));
        let end = end.max(begin + 1);
        line.pad_to(begin);
        let (role, sign) = state_look(leg.state);
        line.push(
            role,
            sign.to_string().repeat(end.saturating_sub(line.width())),
        );
    }
    line
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "columns of a screen; shares are clamped to 0..=1"
)]
fn column(share: f64, room: usize) -> usize {
    (share.clamp(0.0, 1.0) * room as f64).round() as usize
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
        let lines = waterfall(&legs, 42);
        let lines: Vec<String> = lines.iter().map(Line::text).collect();
        assert_eq!(
            lines,
            [
                "step                       in all   worked",
                "code         ██   █████    3h 00m   3h 00m",
                "review         ░░░         1h 00m        -",
                "test                  █        1s       1s",
            ]
        );
    }
}
