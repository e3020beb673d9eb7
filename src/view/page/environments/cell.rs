//! What a cell says: its signs in the matrix, and the cell in front in full: what runs there, since when, how it stands to the environment before it, and who keeps it as it is.

use crate::model::environment::{Drift, Running};
use crate::model::overview::Summary;
use crate::report::sheet::{Line, Sheet};
use crate::report::{Style, figure, glyph, text};
use crate::theme::Role;

const LABEL: usize = 12;

/// A cell in lines of a width.
#[must_use]
pub fn lines(
    summary: &Summary,
    (running, before): (&Running, Option<&Running>),
    width: usize,
    style: &Style,
) -> Vec<Line> {
    let mut sheet = Sheet::new();
    sheet.line(head(summary, running));
    let mut labelled = |label: &str, role: Role, text: &str| {
        let mut lead = Line::of(Role::Dim, label);
        lead.pad_to(LABEL);
        sheet.paragraph(&lead, role, text, width);
    };
    let Some(since) = running.since else {
        labelled("", Role::Dim, "nothing is known to run here");
        return sheet.into_lines();
    };
    labelled("since", Role::Text, &style.moment_and_age(since));
    let (role, word) = health(running);
    labelled("health", role, word);
    let (role, text) = stands(running, before, style);
    labelled("drift", role, &text);
    if let Some(held) = &running.held {
        labelled("held", Role::Gate, &format!("{} {held}", glyph::LOCK));
    }
    if let Some(slot) = &running.slot {
        labelled("slot", Role::Text, slot);
    }
    let rest = [
        ("commit", &running.sha),
        ("deployment", &running.deployment),
        ("artifact", &running.artifact),
    ];
    for (label, text) in rest {
        if let Some(text) = text {
            labelled(label, Role::Dim, text);
        }
    }
    sheet.into_lines()
}

fn head(summary: &Summary, running: &Running) -> Line {
    let (role, sign) = sign(running);
    let sign = if sign == " " { glyph::NOTE } else { sign };
    Line::of(role, format!("{sign} "))
        .with(Role::Title, version(running))
        .with(Role::Text, format!("  {} in ", summary.workload))
        .with(Role::Text, &running.environment)
}

fn health(running: &Running) -> (Role, &'static str) {
    match running.health {
        Some("ok") => (Role::Good, "ok: no incident is open on it"),
        Some("incident") => (Role::Bad, "an incident is open on it"),
        Some("failed") => (
            Role::Bad,
            "the last attempt failed; what ran before still runs",
        ),
        Some("deploying") => (Role::Process, "a deployment is under way"),
        _ => (Role::Dim, "not known: no source tells of incidents here"),
    }
}

/// How a cell stands to the one before it, in words.
#[must_use]
pub fn stands(running: &Running, before: Option<&Running>, style: &Style) -> (Role, String) {
    let there = before.map_or("the target branch", |before| &before.environment);
    let runs = before.map(version);
    let has = runs.map_or_else(String::new, |runs| format!(" ({runs})"));
    match running.drift(before) {
        Some(Drift::Behind(changes)) => {
            let since = running.behind.since.map_or_else(String::new, |since| {
                format!(", the oldest there since {}", style.moment_and_age(since))
            });
            let count = figure::count(changes, "change");
            let text = format!("{} {count} behind {there}{has}{since}", glyph::BEHIND);
            (Role::Wait, text)
        }
        Some(Drift::Differs) => (
            Role::Warning,
            format!(
                "{} differs from {there}{has}, though it lacks nothing that is there",
                glyph::DIFFERS
            ),
        ),
        Some(Drift::Same) => (Role::Text, format!("= the same as {there}")),
        None if running.behind.changes == Some(0) => {
            (Role::Text, format!("nothing of {there} is missing"))
        }
        None => (Role::Dim, format!("not known against {there}")),
    }
}

/// The sign of an environment's health, each its own shape.
#[must_use]
pub fn sign(running: &Running) -> (Role, &'static str) {
    match running.health {
        Some("ok") => (Role::Good, glyph::GOOD),
        Some("incident") => (Role::Bad, glyph::BAD),
        Some("failed") => (Role::Bad, "!"),
        Some("deploying") => (Role::Process, glyph::ARROW),
        _ => (Role::Dim, " "),
    }
}

/// Health that wants a word.
#[must_use]
pub fn trouble(running: &Running) -> Option<&'static str> {
    running.health.filter(|health| *health != "ok")
}

/// What runs, in a word.
#[must_use]
pub fn version(running: &Running) -> &str {
    let named = running.version.as_deref().or(running.sha.as_deref());
    text::short(named.or(running.artifact.as_deref()).unwrap_or("-"))
}

/// `↓4`, `≠`, `=`.
#[must_use]
pub fn drift(running: &Running, before: Option<&Running>) -> Line {
    match running.drift(before) {
        Some(Drift::Behind(changes)) => Line::of(Role::Wait, format!("{}{changes}", glyph::BEHIND)),
        Some(Drift::Differs) => Line::of(Role::Warning, glyph::DIFFERS),
        Some(Drift::Same) => Line::of(Role::Dim, "="),
        None => Line::new(),
    }
}
