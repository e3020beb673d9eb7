//! What is behind the metrics: the very deployments, changes and incidents.

use crate::model::dora::{ChangeLine, DeploymentLine, Figures, IncidentLine};
use crate::report::sheet::{Line, Sheet};
use crate::report::style::Style;
use crate::report::table::{Cell, Column, Table};
use crate::report::{duration, figure, text};
use crate::theme::Role;

/// So many names stand in a cell before "and 3 more".
const NAMES: usize = 3;

pub fn draw(figures: &Figures, style: &Style, sheet: &mut Sheet) {
    if let Some(list) = &figures.deployment_list {
        title(figures, &figure::count(list.len(), "deployment"), sheet);
        deployments(list, style, sheet);
    }
    if let Some(list) = &figures.change_list {
        title(figures, &figure::count(list.len(), "change"), sheet);
        changes(list, style, sheet);
    }
    if let Some(list) = &figures.incident_list {
        title(figures, &figure::count(list.len(), "incident"), sheet);
        incidents(list, style, sheet);
    }
}

fn title(figures: &Figures, what: &str, sheet: &mut Sheet) {
    sheet.space();
    sheet.line(Line::of(Role::Title, &figures.workload).with(Role::Dim, format!(" · {what}")));
}

fn cell(role: Role, text: impl AsRef<str>) -> Cell {
    Line::of(role, text).into()
}

/// A sign before what rests on an inferred link.
fn name(id: &str, inferred: bool) -> Cell {
    let tilde = if inferred { "~" } else { "" };
    cell(Role::Title, format!("{tilde}{}", text::short(id)))
}

fn deployments(list: &[DeploymentLine], style: &Style, sheet: &mut Sheet) {
    if list.is_empty() {
        return;
    }
    let mut table = Table::new(vec![
        Column::text("deployment", 8),
        Column::figure("finished"),
        Column::text("version", 7).spare(3),
        Column::text("kind", 6),
        Column::text("outcome", 6),
        Column::text("incidents", 8).spare(1),
        Column::text("changes", 8).spare(2),
    ]);
    for line in list {
        let version = line.version.as_deref().or(line.sha.as_deref());
        let (role, outcome) = match (line.failed, line.rework) {
            (true, true) => (Role::Bad, "✗ failed, rework"),
            (true, false) => (Role::Bad, "✗ failed"),
            (false, true) => (Role::Warning, "! rework"),
            (false, false) => (Role::Good, "✓"),
        };
        table.row(vec![
            name(&line.deployment, line.inferred),
            cell(Role::Dim, style.moment(line.finished)),
            cell(Role::Text, text::short(version.unwrap_or("-"))),
            cell(Role::Text, line.kind.replace('_', " ")),
            cell(role, outcome),
            cell(Role::Text, figure::some_of(&line.incidents, NAMES)),
            cell(Role::Dim, figure::some_of(&line.changes, NAMES)),
        ]);
    }
    table.draw(style.width, sheet);
}

fn changes(list: &[ChangeLine], style: &Style, sheet: &mut Sheet) {
    if list.is_empty() {
        return;
    }
    let mut table = Table::new(vec![
        Column::text("change", 8),
        Column::text("title", 10).spare(5),
        Column::text("author", 6).spare(6),
        Column::figure("live").spare(4),
        Column::text("by", 6).spare(3),
        Column::figure("lead time"),
        Column::figure("coding").spare(2),
        Column::figure("pickup").spare(2),
        Column::figure("review").spare(2),
        Column::figure("deploy").spare(2),
    ]);
    for line in list {
        table.row(vec![
            name(&line.change, line.inferred),
            cell(Role::Text, line.title.as_deref().unwrap_or_default()),
            cell(Role::Dim, line.author.as_deref().unwrap_or_default()),
            cell(Role::Dim, style.moment(line.deployed)),
            cell(Role::Dim, text::short(&line.deployment)),
            cell(
                Role::Text,
                figure::span(Some(line.lead_seconds), line.inferred),
            ),
            cell(Role::Text, duration::maybe(line.coding_seconds)),
            cell(Role::Text, duration::maybe(line.pickup_seconds)),
            cell(Role::Text, duration::maybe(line.review_seconds)),
            cell(Role::Text, duration::maybe(line.deploy_seconds)),
        ]);
    }
    table.draw(style.width, sheet);
    let early = list.iter().filter(|line| line.shipped_before_merge).count();
    if early > 0 {
        let text = format!(
            "{} went live before the merge.",
            figure::count(early, "change")
        );
        sheet.paragraph(&Line::of(Role::Dim, "• "), Role::Text, &text, style.width);
    }
}

fn incidents(list: &[IncidentLine], style: &Style, sheet: &mut Sheet) {
    if list.is_empty() {
        return;
    }
    let mut table = Table::new(vec![
        Column::text("incident", 8),
        Column::text("caused by", 9),
        Column::figure("opened").spare(1),
        Column::figure("resolved").spare(2),
        Column::figure("lasted"),
    ]);
    for line in list {
        let tilde = if line.inferred { "~" } else { "" };
        let cause = line.deployment.as_deref().map_or_else(
            || "no deployment we know".to_owned(),
            |id| format!("{tilde}{}", text::short(id)),
        );
        let (role, resolved) = line.resolved.map_or_else(
            || (Role::Bad, "still open".to_owned()),
            |at| (Role::Dim, style.moment(at)),
        );
        let end = line.resolved.unwrap_or(style.now);
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let opened = or_none(line.opened.map(|at| style.moment(at)));
        let lasted = or_none(line.opened.map(|at| duration::between(at, end)));
        table.row(vec![
            cell(Role::Title, text::short(&line.incident)),
            cell(Role::Text, cause),
            cell(Role::Dim, opened),
            cell(role, resolved),
            cell(Role::Text, lasted),
        ]);
    }
    table.draw(style.width, sheet);
}
