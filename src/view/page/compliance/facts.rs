//! The cell in front in words: how the step stands and on what evidence, what the newest scan found against the limits, and what else is wrong with the
//! workload's path.

use super::matrix::sign;
use crate::model::compliance::{Compliance, Required, Vulnerabilities};
use crate::report::sheet::Line;
use crate::report::{Style, duration, glyph};
use crate::theme::Role;
use crate::view::widget::facts::Facts;

const LABEL: usize = 10;

/// A step of a workload.
pub fn step(required: &Required, workload: &str, facts: &mut Facts, style: &Style) {
    let (role, sign) = sign(required.standing);
    let mut line = Line::of(role, format!("{sign} {}", required.standing.word()))
        .with(Role::Title, format!("  {}", required.step))
        .with(Role::Text, format!("  {workload}"));
    if required.locked {
        line.push(Role::Dim, format!("  {} locked", glyph::LOCK));
    }
    facts.line(line);
    facts.fact("evidence", Role::Text, &style.told(&required.detail));
    let tool = required.tool.as_deref();
    facts.maybe("by", Role::Text, tool);
    let since = required.since.map(|since| style.moment_and_age(since));
    facts.maybe("since", Role::Text, since.as_deref());
    facts.maybe("link", Role::Link, required.url.as_deref());
    for (place, found) in required.vulnerabilities.iter().enumerate() {
        let label = if place == 0 { "found" } else { "" };
        let (role, text) = vulnerabilities(found);
        facts.fact(label, role, &text);
    }
}

/// `✗ 2 critical, at most 0; for 12d`.
#[must_use]
pub fn vulnerabilities(found: &Vulnerabilities) -> (Role, String) {
    let (role, sign) = if found.over {
        (Role::Bad, glyph::BAD)
    } else {
        (Role::Text, glyph::GOOD)
    };
    let limit = found.limit.map_or_else(
        || ", no limit".to_owned(),
        |limit| format!(", at most {limit}"),
    );
    let age = found.age_seconds.map_or_else(String::new, |age| {
        format!("; some for {}", duration::span(age))
    });
    let text = format!(
        "{sign} {} {}{limit}{age}",
        found.count,
        found.severity.word()
    );
    (role, text)
}

/// What is live, and what is wrong beyond single steps.
pub fn whole(compliance: &Compliance, facts: &mut Facts, style: &Style) {
    match &compliance.live {
        None => {
            facts.fact(
                "live",
                Role::Dim,
                "nothing is known to be live in production",
            );
        }
        Some(live) => {
            let version = live.version.as_deref().unwrap_or("an unnamed version");
            let told = format!("{version} since {}", style.moment_and_age(live.since));
            facts.fact("live", Role::Text, &told);
            let made = live.artifact.as_deref().or(live.digest.as_deref());
            facts.maybe("", Role::Dim, made.or(live.sha.as_deref()));
        }
    }
    let path = match &*compliance.path {
        "derived" => "derived from what was seen".to_owned(),
        path if compliance.derived => format!("{path}, derived"),
        path => path.to_owned(),
    };
    facts.fact("path", Role::Dim, &path);
    for (place, problem) in compliance.problems.iter().enumerate() {
        let label = if place == 0 { "wrong" } else { "" };
        facts.fact(label, Role::Warning, &format!("! {problem}"));
    }
}

/// Facts of this page.
#[must_use]
pub fn new(width: usize) -> Facts {
    Facts::new(width, LABEL)
}
