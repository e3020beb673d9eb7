//! What runs where: a row a workload, a column an environment, each cell with version, age and how far it is behind. Where the columns do not fit, a
//! list by workload.

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::table::{Cell, Column, Table};
use super::{duration, figure, glyph, text};
use crate::model::environment::{Environments, Running, WorkloadEnvironments};
use crate::theme::Role;

/// A version longer than this is shortened in a cell; the list has it in full.
const VERSION: usize = 16;

#[must_use]
pub fn environments(environments: &Environments, style: &Style) -> String {
    let mut sheet = Sheet::new();
    let as_of = format!(
        " · as of {} {}",
        style.moment(environments.as_of),
        style.zone.name()
    );
    let count = figure::count(environments.workloads.len(), "workload");
    sheet.line(Line::of(Role::Title, count).with(Role::Dim, as_of));
    sheet.space();
    let names = columns(&environments.workloads);
    if names.is_empty() {
        let text = "No deployment is known. Which environments there are is learnt from deployments: import events, or sync a source that deploys.";
        sheet.paragraph(&Line::new(), Role::Text, text, style.width);
        return sheet.draw(style);
    }
    if !matrix(environments, &names, style, &mut sheet) {
        list(environments, style, &mut sheet);
    }
    sheet.space();
    remarks(environments, style, &mut sheet);
    sheet.draw(style)
}

/// Every environment once, in the order in which paths pass them: each next one goes behind the one it follows.
fn columns(workloads: &[WorkloadEnvironments]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for workload in workloads {
        let mut behind = 0;
        for running in &workload.environments {
            let name = running.environment.as_str();
            if let Some(at) = names.iter().position(|known| *known == name) {
                behind = at + 1;
            } else {
                names.insert(behind, name);
                behind += 1;
            }
        }
    }
    names
}

fn mark(running: &Running) -> (Role, &'static str) {
    match running.health {
        Some("ok") => (Role::Good, glyph::GOOD),
        Some("incident") => (Role::Bad, glyph::BAD),
        Some("failed") => (Role::Bad, "!"),
        Some("deploying") => (Role::Process, glyph::ARROW),
        _ => (Role::Dim, " "),
    }
}

fn version(running: &Running) -> &str {
    let named = running.version.as_deref().or(running.sha.as_deref());
    text::short(named.or(running.artifact.as_deref()).unwrap_or("-"))
}

/// `4 behind (2d)`: changes that the environment before has and this one has not, and since when the oldest waits.
fn behind(running: &Running, style: &Style) -> Option<String> {
    let changes = running.behind.changes?;
    let since = running.behind.since.filter(|_| changes > 0);
    let age = since.map(|since| format!(" ({})", duration::age(since, style.now)));
    Some(format!("{changes} behind{}", age.unwrap_or_default()))
}

fn cell(running: &Running, style: &Style) -> Line {
    let (role, sign) = mark(running);
    let mut line = Line::of(role, format!("{sign} "));
    let version = text::clean(version(running)).into_owned();
    line.push(Role::Text, text::fit(&version, VERSION));
    if let Some(slot) = &running.slot {
        line.push(Role::Dim, format!(" {slot}"));
    }
    if let Some(since) = running.since {
        line.push(Role::Dim, format!(" {}", duration::age(since, style.now)));
    }
    match running.behind.changes {
        Some(0) | None => {}
        Some(changes) => {
            line.push(Role::Wait, format!(" {}{changes}", glyph::BEHIND));
        }
    }
    if running.held.is_some() {
        line.push(Role::Gate, format!(" {}", glyph::LOCK));
    }
    line
}

fn matrix(environments: &Environments, names: &[&str], style: &Style, sheet: &mut Sheet) -> bool {
    let mut columns = vec![Column::text("workload", 10)];
    columns.extend(names.iter().map(|name| Column::whole(&format!("  {name}"))));
    let mut table = Table::new(columns);
    for workload in &environments.workloads {
        let mut cells: Vec<Cell> = vec![Line::of(Role::Title, &workload.workload).into()];
        for name in names {
            let running = workload
                .environments
                .iter()
                .find(|running| running.environment == **name);
            let line = running.map_or_else(
                || Line::of(Role::Dim, "  -"),
                |running| cell(running, style),
            );
            cells.push(line.into());
        }
        table.row(cells);
    }
    let fits = table.fits(style.width);
    if fits {
        table.draw(style.width, sheet);
    }
    fits
}

fn list(environments: &Environments, style: &Style, sheet: &mut Sheet) {
    for workload in &environments.workloads {
        sheet.space();
        sheet.line(Line::of(Role::Title, &workload.workload));
        let mut table = Table::new(vec![
            Column::text("  in", 12),
            Column::text("version", 8),
            Column::figure("age"),
            Column::whole("behind").spare(1),
        ]);
        for running in &workload.environments {
            let (role, sign) = mark(running);
            let lock = if running.held.is_some() {
                format!(" {}", glyph::LOCK)
            } else {
                String::new()
            };
            let slot = running.slot.as_deref().map(|slot| format!(" {slot}"));
            let age = running.since.map(|since| duration::age(since, style.now));
            table.row(vec![
                Line::of(role, format!("{sign} "))
                    .with(Role::Text, &running.environment)
                    .into(),
                Line::of(Role::Text, version(running))
                    .with(Role::Dim, slot.unwrap_or_default())
                    .with(Role::Gate, lock)
                    .into(),
                Line::of(Role::Dim, age.unwrap_or_else(|| "-".to_owned())).into(),
                Line::of(
                    Role::Wait,
                    behind(running, style).unwrap_or_else(|| "-".to_owned()),
                )
                .into(),
            ]);
        }
        table.draw(style.width, sheet);
    }
}

/// What a cell has no room for: health other than good, and holds with their reasons.
fn remarks(environments: &Environments, style: &Style, sheet: &mut Sheet) {
    for workload in &environments.workloads {
        for running in &workload.environments {
            let place = format!("{} in {}", workload.workload, running.environment);
            let (role, sign) = mark(running);
            let lead = Line::of(role, format!("{sign} "));
            let text = match running.health {
                Some("incident") => Some("an incident is open on it"),
                Some("failed") => Some("the last attempt failed; what ran before still runs"),
                Some("deploying") => Some("a deployment is under way"),
                _ => None,
            };
            if let Some(text) = text {
                let text = format!("{place}: {text}");
                sheet.paragraph(&lead, Role::Text, &text, style.width);
            }
            if let Some(held) = &running.held {
                let lead = Line::of(Role::Gate, format!("{} ", glyph::LOCK));
                let text = format!("{place}: held, {held}");
                sheet.paragraph(&lead, Role::Text, &text, style.width);
            }
        }
    }
    sheet.space();
    let text = format!(
        "version, age, behind ({}): changes that the environment before it, or the target branch, has and it has not",
        glyph::BEHIND
    );
    sheet.paragraph(&Line::new(), Role::Dim, &text, style.width);
}
