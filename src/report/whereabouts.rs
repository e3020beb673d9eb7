//! Where a change is: the sentence first, then its way so far as a bar, whose move it is, when it may be live, and which environments it has reached.

use std::collections::BTreeMap;

use super::sheet::{Line, Sheet};
use super::state::{length, state_look, state_sums};
use super::style::Style;
use super::table::{Column, Table};
use super::{figure, glyph, table, text};
use crate::event::time::Span;
use crate::model::forecast::Forecast;
use crate::model::locate::{Leg, Match, Unnamed, Whereabouts};
use crate::theme::Role;

/// Label column of the lines below the sentence.
const LABEL: usize = 13;
const COMMITS: usize = 4;
/// More changes than this are told in a line each.
const IN_FULL: usize = 3;
/// More lines than this are counted.
const MOST: usize = 30;

#[must_use]
pub fn whereabouts(whereabouts: &Whereabouts, style: &Style) -> String {
    let mut sheet = Sheet::new();
    if let Some(ticket) = &whereabouts.ticket {
        unnamed(ticket, style, &mut sheet);
    } else if whereabouts.matches.is_empty() {
        let text = format!(
            "Nothing is known of {}. A reference is a commit (7 digits or more), a change (its number or id), a ticket, a tag, a version or a digest.",
            whereabouts.query
        );
        sheet.paragraph(&Line::new(), Role::Text, &text, style.width);
    }
    for version in &whereabouts.versions {
        // Where it stands for itself it is told of below.
        let below = (whereabouts.matches.iter()).any(|one| one.sentence == version.sentence);
        if !below {
            headline(version, style, &mut sheet);
        }
    }
    let is_outside = |one: &Match| one.outside.is_some();
    if whereabouts.matches.len() > 1 && whereabouts.matches.iter().all(is_outside) {
        outside(&whereabouts.matches, style, &mut sheet);
        return sheet.draw(style);
    }
    if whereabouts.matches.len() > IN_FULL {
        sheet.space();
        several(&whereabouts.matches, style, &mut sheet);
        return sheet.draw(style);
    }
    for found in &whereabouts.matches {
        sheet.space();
        one(found, style, &mut sheet);
    }
    sheet.draw(style)
}

fn unnamed(ticket: &Unnamed, style: &Style, sheet: &mut Sheet) {
    let text = format!(
        "{} is a ticket that no change names, as far as is known",
        text::short(&ticket.ticket)
    );
    sheet.paragraph(&Line::new(), Role::Title, &text, style.width);
    if let Some(title) = &ticket.title {
        let lead = Line::of(Role::Text, "  ");
        sheet.paragraph(&lead, Role::Text, title, style.width);
    }
    if let Some(url) = &ticket.url {
        sheet.space();
        labelled("link", Role::Link, url, style, sheet);
    }
}

/// Commits that touch the `paths` of no workload, each with the paths that it does not touch.
fn outside(matches: &[Match], style: &Style, sheet: &mut Sheet) {
    let mut by_commit: BTreeMap<&str, Vec<&Match>> = BTreeMap::new();
    for one in matches {
        by_commit.entry(&one.change).or_default().push(one);
    }
    for (commit, matches) in by_commit {
        let Some(first) = matches.first() else {
            continue;
        };
        sheet.space();
        let look = state_look(first.state);
        let lead = Line::of(look.role, format!("{} ", look.sign));
        let text = format!(
            "{} is a commit of {} that touches the `paths` of no workload: it is no change of any",
            text::short(commit),
            first.repository.as_deref().unwrap_or("its repository")
        );
        sheet.paragraph(&lead, Role::Title, &text, style.width);
        title(first, style, sheet);
        sheet.space();
        for (at, one) in matches.iter().take(MOST).enumerate() {
            let paths = one.outside.as_deref().unwrap_or_default().join(", ");
            let text = format!("{}: {paths}", one.workload);
            labelled(
                if at == 0 { "paths" } else { "" },
                Role::Dim,
                &text,
                style,
                sheet,
            );
        }
        if matches.len() > MOST {
            let more = format!("and {} more; see all with --json", matches.len() - MOST);
            labelled("", Role::Dim, &more, style, sheet);
        }
    }
}

/// What is known of a change beside its way.
#[must_use]
pub fn change_facts(found: &Match, style: &Style) -> Sheet {
    let mut sheet = Sheet::new();
    facts(found, style, &mut sheet);
    sheet
}

/// A line for each change, where a reference speaks of many: those on the way first.
fn several(matches: &[Match], style: &Style, sheet: &mut Sheet) {
    let rank = |one: &&Match| match one.state {
        "delivered" => 1,
        "abandoned" => 2,
        _ => 0,
    };
    let mut matches: Vec<&Match> = matches.iter().collect();
    matches.sort_by_key(rank);
    let count = |wanted| matches.iter().filter(|one| rank(one) == wanted).count();
    let (under_way, live, abandoned) = (count(0), count(1), count(2));
    let mut head = format!(
        "{}: {live} live, {under_way} on the way",
        figure::count(matches.len(), "change")
    );
    if abandoned > 0 {
        head = format!("{head}, {abandoned} abandoned");
    }
    sheet.line(Line::of(Role::Title, head));
    sheet.space();
    let columns = [
        Column::text("", 13),
        Column::text("", 13),
        Column::text("", 20),
    ];
    let mut table = Table::new(columns.into());
    for found in matches.iter().take(MOST) {
        let look = state_look(found.state);
        let named = format!(" {}", text::short(&found.change));
        let state = found.state.replace('_', " ");
        let state = match &found.step {
            Some(step) => format!("{state} at {step}"),
            None => state,
        };
        table.row(vec![
            Line::of(look.role, look.sign)
                .with(Role::Text, named)
                .into(),
            Line::of(Role::Dim, state).into(),
            Line::of(Role::Text, found.title.as_deref().unwrap_or("-")).into(),
        ]);
    }
    table.draw(style.width, sheet);
    if let Some(next) = matches.get(MOST) {
        let more = format!(
            "and {} more; name one in full, such as {}, or see all with --json",
            matches.len() - MOST,
            text::short(&next.change)
        );
        sheet.paragraph(&Line::new(), Role::Dim, &more, style.width);
    }
}

/// All that is known of where a change is, as lines; without the bar where its way is drawn otherwise.
#[must_use]
pub fn change(found: &Match, style: &Style, with_bar: bool) -> Vec<Line> {
    let mut sheet = Sheet::new();
    head(found, style, &mut sheet);
    if with_bar {
        timeline(&found.timeline, style, &mut sheet);
    }
    facts(found, style, &mut sheet);
    sheet.into_lines()
}

/// The sentence, with its instant told as everywhere on the page: programs read it otherwise.
#[must_use]
pub fn sentence(found: &Match, style: &Style) -> String {
    style.told(&found.sentence)
}

fn one(found: &Match, style: &Style, sheet: &mut Sheet) {
    head(found, style, sheet);
    timeline(&found.timeline, style, sheet);
    facts(found, style, sheet);
}

fn headline(found: &Match, style: &Style, sheet: &mut Sheet) {
    let look = state_look(found.state);
    let lead = Line::of(look.role, format!("{} ", look.sign));
    sheet.paragraph(&lead, Role::Title, &sentence(found, style), style.width);
}

fn head(found: &Match, style: &Style, sheet: &mut Sheet) {
    headline(found, style, sheet);
    title(found, style, sheet);
    sheet.space();
}

fn title(found: &Match, style: &Style, sheet: &mut Sheet) {
    if let Some(title) = &found.title {
        let by = found
            .author
            .as_deref()
            .map(|author| format!(", by {author}"));
        let by = by.unwrap_or_default();
        // Who made it is told even where there is no room for all of what it is called.
        let room = style.width.saturating_sub(2 + text::width(&by)).max(LABEL);
        let title = text::clean(title);
        let text = format!("  {}{by}", text::fit(&title, room));
        sheet.line(Line::of(Role::Text, text).fit(style.width));
    }
}

/// All but its way: state, whose move, forecast, environments, identity.
fn facts(found: &Match, style: &Style, sheet: &mut Sheet) {
    let role = state_look(found.state).role;
    let state = found.state.replace('_', " ");
    let step = found.step.as_deref().map(|step| format!(" at {step}"));
    let since = found
        .since
        .map(|since| format!(" since {}", style.moment_and_age(since)));
    let until = found
        .until
        .map(|until| format!(", until {}", style.moment_and_age(until)));
    let (tilde, why) = if found.inferred {
        ("~", " (rests on an inferred link)")
    } else {
        ("", "")
    };
    let text = format!(
        "{tilde}{state}{}{}{}{why}",
        step.unwrap_or_default(),
        since.unwrap_or_default(),
        until.unwrap_or_default()
    );
    labelled("state", role, &text, style, sheet);
    if !found.on.is_empty() {
        labelled("whose move", Role::Gate, &found.on.join(", "), style, sheet);
    }
    if found.state != "delivered" {
        forecast(&found.forecast, style, sheet);
    }
    environments(found, style, sheet);
    identity(found, style, sheet);
}

fn labelled(label: &str, role: Role, text: &str, style: &Style, sheet: &mut Sheet) {
    let mut lead = Line::of(Role::Dim, format!("  {label}"));
    lead.pad_to(2 + LABEL);
    sheet.paragraph(&lead, role, text, style.width);
}

fn forecast(forecast: &Forecast, style: &Style, sheet: &mut Sheet) {
    let text = match (forecast.p50, forecast.p85) {
        (Some(p50), Some(p85)) => format!(
            "as likely as not by {}, most likely (p85) by {}; from {}{}",
            style.moment_and_age(p50),
            style.moment_and_age(p85),
            figure::count(forecast.n, "change"),
            came_true(forecast)
        ),
        _ => format!("- {}", forecast.why_not.as_deref().unwrap_or("no forecast")),
    };
    labelled("live", Role::Text, &text, style, sheet);
}

/// Of fewer forecasts no part is told.
const FEWEST: usize = 10;

/// How far earlier forecasts held.
fn came_true(forecast: &Forecast) -> String {
    let known = forecast
        .calibration
        .filter(|calibration| calibration.n >= FEWEST);
    known.map_or_else(String::new, |calibration| {
        format!(
            "; of {}, {} came true by the first date and {} by the second",
            figure::count(calibration.n, "earlier forecast"),
            figure::percent(calibration.by_p50),
            figure::percent(calibration.by_p85)
        )
    })
}

fn environments(found: &Match, style: &Style, sheet: &mut Sheet) {
    if found.environments.is_empty() {
        let nowhere = if found.rolled_back.is_empty() {
            "no environment yet"
        } else {
            "no environment any more"
        };
        labelled("reached", Role::Dim, nowhere, style, sheet);
    }
    let mut reached: Vec<_> = found.environments.iter().collect();
    reached.sort_by_key(|(_, arrival)| arrival.since);
    for (at, (name, arrival)) in reached.into_iter().enumerate() {
        let version = arrival
            .version
            .as_deref()
            .map(|version| format!(" in {}", text::short(version)));
        let text = format!(
            "{} {name}{} since {}",
            glyph::GOOD,
            version.unwrap_or_default(),
            style.moment_and_age(arrival.since)
        );
        let label = if at == 0 { "reached" } else { "" };
        labelled(label, Role::Text, &text, style, sheet);
    }
    for (at, (name, left)) in found.rolled_back.iter().enumerate() {
        let to = left.version.as_deref();
        let to = to.map_or_else(String::new, |to| format!(" to {}", text::short(to)));
        let text = format!(
            "{} {name} at {}, by the deployment {}{to}",
            glyph::BAD,
            style.moment_and_age(left.at),
            text::short(&left.deployment)
        );
        let label = if at == 0 { "rolled back" } else { "" };
        labelled(label, Role::Bad, &text, style, sheet);
    }
}

fn identity(found: &Match, style: &Style, sheet: &mut Sheet) {
    let place = found
        .repository
        .as_deref()
        .map_or_else(String::new, |repository| format!(" in {repository}"));
    let text = format!("{}{place}", text::short(&found.change));
    labelled("change", Role::Text, &text, style, sheet);
    if !found.commits.is_empty() {
        let text = figure::some_of(&found.commits, COMMITS);
        labelled("commits", Role::Dim, &text, style, sheet);
    }
    let made = [found.version.as_deref(), found.artifact.as_deref()];
    let made: Vec<&str> = made.into_iter().flatten().map(text::short).collect();
    if !made.is_empty() {
        labelled("version", Role::Dim, &made.join(" "), style, sheet);
    }
    if let Some(url) = &found.url {
        labelled("link", Role::Link, url, style, sheet);
    }
}

/// One bar in proportion to time, the steps below it where they begin, and how long each state took in all.
fn timeline(legs: &[Leg], style: &Style, sheet: &mut Sheet) {
    let whole = legs.iter().map(length).fold(0_i64, i64::saturating_add);
    let (Some(first), true) = (legs.first(), whole > 0) else {
        return;
    };
    let width = style.width.saturating_sub(4);
    let (mut bar, mut names) = (Line::of(Role::Text, "  "), Line::of(Role::Text, "  "));
    let mut parts: Vec<(Role, char, f64)> = Vec::new();
    for (at, leg) in legs.iter().enumerate() {
        let start = 2 + table::bar(&parts, width).width();
        let look = state_look(leg.state);
        parts.push((
            look.role,
            look.fill,
            Span::from_micros(length(leg)).seconds() / Span::from_micros(whole).seconds(),
        ));
        let same = at > 0 && legs[at - 1].step == leg.step;
        let end = 2 + table::bar(&parts, width).width();
        // A name stands under its step, after the name before it.
        let start = start.max(names.width() + usize::from(names.width() > 2));
        if !same && start < end {
            names.pad_to(start);
            let name = text::clean(&leg.step).into_owned();
            let room = (width + 2).saturating_sub(start);
            names.push(Role::Dim, text::fit(&name, room));
        }
    }
    bar.append(table::bar(&parts, width));
    sheet.line(bar).line(names);
    let from = format!("from {}", style.moment(first.from));
    let pieces = std::iter::once(Line::of(Role::Dim, from)).chain(state_sums(legs));
    sheet.flow(2, pieces, style.width);
    sheet.space();
}
