//! Open gates, worst first: how long each has been waiting and what it holds back, on what evidence it can be decided, by whom, and if the reader may
//! not, why.

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::{duration, figure, glyph, text};
use crate::model::gate::{Evidence, Gates, OpenGate};
use crate::theme::Role;

const CHANGES: usize = 6;
const LABEL: usize = 11;

#[must_use]
pub fn gates(gates: &Gates, style: &Style) -> String {
    let mut sheet = Sheet::new();
    if gates.gates.is_empty() {
        sheet.line(
            Line::of(Role::Good, format!("{} ", glyph::GOOD)).with(Role::Text, "No gate is open."),
        );
        return sheet.draw(style);
    }
    let count = figure::count(gates.gates.len(), "open gate");
    sheet.line(
        Line::of(Role::Title, count).with(Role::Dim, " · worst first: time waited × changes held"),
    );
    for gate in &gates.gates {
        sheet.space();
        one(gate, newer(gate, &gates.gates), style, &mut sheet);
    }
    sheet.draw(style)
}

fn one(gate: &OpenGate, newer: Option<String>, style: &Style, sheet: &mut Sheet) {
    head(gate, style, sheet);
    let by = gate.requestor.as_deref().map(|who| format!(" by {who}"));
    let mut opened = format!(
        "{}{}",
        style.moment_and_age(gate.opened),
        by.unwrap_or_default()
    );
    let late = gate.due.is_some_and(|due| due < style.now);
    if let Some(due) = gate.due {
        let word = if late { "was due" } else { "due" };
        opened = format!("{opened}; {word} {}", style.moment_and_age(due));
    }
    let role = if late { Role::Warning } else { Role::Text };
    labelled("opened", role, &opened, style, sheet);
    evidence(&gate.evidence, style, sheet);
    decide(gate, style, sheet);
    if let Some(newer) = newer {
        labelled("superseded", Role::Warning, &newer, style, sheet);
    }
    if !gate.changes.is_empty() {
        let text = figure::some_of(&gate.changes, CHANGES);
        labelled("changes", Role::Text, &text, style, sheet);
    }
    labelled("gate", Role::Dim, &gate.gate, style, sheet);
    if let Some(url) = &gate.url {
        labelled("link", Role::Link, url, style, sheet);
    }
}

fn head(gate: &OpenGate, style: &Style, sheet: &mut Sheet) {
    let step = gate.step.as_deref().unwrap_or(&gate.gate);
    let named = gate.version.as_deref().or(gate.sha.as_deref());
    let version = named.map_or_else(String::new, |version| format!(" {}", text::short(version)));
    let to = gate
        .environment
        .as_deref()
        .map_or_else(String::new, |to| format!(" → {to}"));
    let name = Line::of(Role::Gate, format!("{} ", glyph::GATE))
        .with(Role::Title, step)
        .with(Role::Text, format!(" · {}{version}{to}", gate.workload));
    let waits = format!(
        "waits {}, holds back {}",
        duration::span(gate.waiting_seconds),
        gate.holds_back
    );
    let mut line = name;
    if line.width() + 3 + waits.len() <= style.width {
        line.pad_to(style.width.min(100) - waits.len());
        sheet.line(line.with(Role::Constraint, waits));
    } else {
        sheet.line(line);
        labelled("", Role::Constraint, &waits, style, sheet);
    }
}

fn labelled(label: &str, role: Role, text: &str, style: &Style, sheet: &mut Sheet) {
    let mut lead = Line::of(Role::Dim, format!("  {label}"));
    lead.pad_to(3 + LABEL);
    sheet.paragraph(&lead, role, text, style.width);
}

fn evidence(all: &[Evidence], style: &Style, sheet: &mut Sheet) {
    if all.is_empty() {
        labelled("evidence", Role::Dim, NO_EVIDENCE, style, sheet);
    }
    let widest = all.iter().map(|one| text::width(&text::clean(&one.what)));
    let widest = widest.max().unwrap_or(0).min(style.width / 4);
    for (at, one) in all.iter().enumerate() {
        let (role, sign) = sign(one.state);
        let mut lead = Line::of(Role::Dim, if at == 0 { "  evidence" } else { "" });
        lead.pad_to(3 + LABEL);
        let what = text::left(&text::clean(&one.what), widest);
        lead.push(role, format!("{sign} "))
            .push(Role::Text, format!("{what}  "));
        let text = if one.detail.is_empty() {
            one.state.to_owned()
        } else {
            format!("{}: {}", one.state, style.told(&one.detail))
        };
        sheet.paragraph(&lead, role, &text, style.width);
    }
}

fn decide(gate: &OpenGate, style: &Style, sheet: &mut Sheet) {
    let who = approvers(gate);
    let (role, text) = match gate.may_decide {
        Some(true) => (Role::Good, format!("you may ({who})")),
        Some(false) => (Role::Text, format!("{who}; you may not: {}", why_not(gate))),
        None => (Role::Text, who),
    };
    labelled("decides", role, &text, style, sheet);
    for vote in votes(gate, style) {
        labelled("approved", Role::Good, &vote, style, sheet);
    }
}

/// What is told of a gate that no evidence is asked of.
pub const NO_EVIDENCE: &str = "none: no machine step comes before it on its path";

/// A sign for a state of evidence that is one without its colour, too.
#[must_use]
pub fn sign(state: &str) -> (Role, &'static str) {
    match state {
        "present" => (Role::Good, glyph::GOOD),
        "failed" => (Role::Bad, glyph::BAD),
        "stale" => (Role::Warning, "!"),
        _ => (Role::Warning, "–"),
    }
}

/// The names of who may decide.
#[must_use]
pub fn approvers(gate: &OpenGate) -> String {
    if gate.approvers.is_empty() {
        "nobody is named".to_owned()
    } else {
        gate.approvers.join(", ")
    }
}

/// Why who asks may not decide.
#[must_use]
pub fn why_not(gate: &OpenGate) -> &str {
    gate.why_not.as_deref().unwrap_or("you are not one of them")
}

/// Which newer candidate there is, and whether it waits, too, or has made the decision pointless.
#[must_use]
pub fn newer<'g>(gate: &OpenGate, all: impl IntoIterator<Item = &'g OpenGate>) -> Option<String> {
    let newer = text::short(gate.superseded_by.as_deref()?);
    let named = |other: &OpenGate| {
        let named = other.version.as_deref().or(other.sha.as_deref());
        text::short(named.unwrap_or(&other.gate)) == newer
    };
    let here = |other: &&OpenGate| {
        (&other.workload, &other.step) == (&gate.workload, &gate.step) && other.gate != gate.gate
    };
    Some(if all.into_iter().filter(here).any(named) {
        format!("a newer candidate, {newer}, waits behind it")
    } else {
        format!("a newer candidate, {newer}, has passed: deciding this one changes nothing")
    })
}

/// Each approval so far, of whom more are needed: which it is of how many, who, when and why.
#[must_use]
pub fn votes(gate: &OpenGate, style: &Style) -> Vec<String> {
    let votes = gate.votes.iter().zip(1..);
    votes
        .map(|(vote, number)| {
            let of = if gate.approvals > 1 {
                format!("{number} of {} ", gate.approvals)
            } else {
                String::new()
            };
            let by = vote.by.as_deref().unwrap_or("somebody");
            let why = vote.comment.as_deref().map(|text| format!(": {text}"));
            let at = style.moment_and_age(vote.at);
            format!("{of}by {by}, {at}{}", why.unwrap_or_default())
        })
        .collect()
}
