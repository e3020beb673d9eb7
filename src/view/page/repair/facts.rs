//! What is known of an incident, in words: what it came from, what answers it, and its times one below the other.

use super::list::{fixed, state, what};
use crate::event::time::Timestamp;
use crate::model::repair::Repair;
use crate::report::sheet::Line;
use crate::report::{Style, duration, figure, text};
use crate::theme::Role;
use crate::view::widget::facts::Facts;

const LABEL: usize = 12;
/// So many changes are named.
const MOST: usize = 6;

/// The first lines: what it is.
#[must_use]
pub fn head(workload: &str, repair: &Repair, width: usize, style: &Style) -> Vec<Line> {
    let mut facts = Facts::new(width, LABEL);
    let (role, sign, word) = state(repair);
    let mut line = Line::of(role, format!("{sign} {word}"))
        .with(Role::Title, format!("  {}", text::short(&repair.incident)))
        .with(Role::Text, format!("  {workload}"));
    if let Some(severity) = &repair.severity {
        line.push(Role::Dim, format!("  {severity}"));
    }
    facts.line(line);
    facts.words(Role::Text, what(repair));
    let lasts = match repair.resolved {
        None => format!("opened {}", style.moment_and_age(repair.opened)),
        Some(at) => format!("{} to {}", style.moment(repair.opened), style.moment(at)),
    };
    facts.words(Role::Dim, &lasts);
    if let Some(taken) = &repair.acknowledged {
        let by = taken.by.as_deref().unwrap_or("somebody");
        let after = duration::between(repair.opened, taken.at);
        let told = format!(
            "acknowledged by {by} {}, after {after}",
            style.moment(taken.at)
        );
        facts.words(Role::Dim, &told);
    }
    facts.lines()
}

/// What it came from, and what answers it.
#[must_use]
pub fn answers(repair: &Repair, width: usize, style: &Style) -> Vec<Line> {
    let mut facts = Facts::new(width, LABEL);
    match &repair.cause {
        None => {
            let why = "not known: no deployment went live shortly before it, and nobody named one";
            facts.fact("caused by", Role::Dim, why);
        }
        Some(cause) => {
            let version = cause.version.as_deref().unwrap_or("an unnamed version");
            let told = format!(
                "{}, live {}",
                figure::tilde(version.to_owned(), cause.inferred),
                style.moment(cause.at)
            );
            facts.fact("caused by", Role::Text, &told);
            facts.fact("", Role::Dim, &cause.deployment);
            if cause.inferred {
                let why = "~ suspected: the last that went live before it; nobody named it";
                facts.fact("", Role::Dim, why);
            }
            if !cause.changes.is_empty() {
                let brought = figure::some_of(&cause.changes, MOST);
                facts.fact("brought", Role::Text, &brought);
            }
        }
    }
    match &repair.fix {
        Some(fix) => {
            let told = format!("{}, live {}", fixed(fix), style.moment(fix.at));
            facts.fact("ended by", Role::Text, &told);
            facts.fact("", Role::Dim, &fix.deployment);
            if fix.inferred {
                let why = "~ the last that went live while it lasted; nothing else says that it is the fix";
                facts.fact("", Role::Dim, why);
            }
            if !fix.changes.is_empty() {
                let brought = figure::some_of(&fix.changes, MOST);
                facts.fact("brought", Role::Text, &brought);
            }
        }
        None if repair.resolved.is_none() => {
            facts.fact("ended by", Role::Warning, "nothing yet");
        }
        None => {
            let why = "not known: nothing went live while it lasted";
            facts.fact("ended by", Role::Dim, why);
        }
    }
    if !repair.under_way.is_empty() {
        let changes = figure::some_of(&repair.under_way, MOST);
        facts.fact("on its way", Role::Process, &changes);
    }
    facts.lines()
}

/// Its times, the first first, each with how long after the opening it was.
#[must_use]
pub fn timeline(repair: &Repair, width: usize, style: &Style) -> Vec<Line> {
    let mut moments: Vec<(Timestamp, Role, String)> = Vec::new();
    if let Some(cause) = &repair.cause {
        let version = cause.version.as_deref().unwrap_or(&cause.deployment);
        let version = figure::tilde(version.to_owned(), cause.inferred);
        moments.push((
            cause.at,
            Role::Warning,
            format!("{version} went live, which caused it"),
        ));
    }
    moments.push((
        repair.opened,
        Role::Bad,
        "the incident was opened".to_owned(),
    ));
    if let Some(taken) = &repair.acknowledged {
        let by = taken.by.as_deref().unwrap_or("somebody");
        moments.push((taken.at, Role::Process, format!("{by} acknowledged it")));
    }
    let begun = repair
        .diagnosis
        .to
        .filter(|_| repair.diagnosis.seconds.is_some());
    if let Some(at) = begun {
        moments.push((at, Role::Process, "work on the fix began".to_owned()));
    }
    if let Some(fix) = &repair.fix {
        if let Some(at) = fix.started {
            moments.push((at, Role::Process, format!("{} was begun", fixed(fix))));
        }
        moments.push((fix.at, Role::Good, format!("{} was live", fixed(fix))));
    }
    if let Some(at) = repair.resolved {
        moments.push((at, Role::Good, "the incident was resolved".to_owned()));
    }
    moments.sort_by_key(|(at, ..)| *at);
    let mut facts = Facts::new(width, LABEL);
    facts.line(Line::of(Role::Title, "what happened"));
    for (at, role, words) in moments {
        let after = match at.cmp(&repair.opened) {
            std::cmp::Ordering::Less => format!("-{}", duration::between(at, repair.opened)),
            std::cmp::Ordering::Equal => String::new(),
            std::cmp::Ordering::Greater => format!("+{}", duration::between(repair.opened, at)),
        };
        let line = Line::of(Role::Dim, format!("{:<13}", style.moment(at)))
            .with(Role::Dim, format!("{after:>9}  "))
            .with(role, words);
        facts.line(line);
    }
    facts.lines()
}
