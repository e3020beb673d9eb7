//! Below the map: where all the time goes, end to end; the constraint in words; flow; why a step is empty; what the signs mean.

use super::{Statistic, glyph, share, signs};
use crate::event::time::Span;
use crate::model::stream::{Efficiency, Map};
use crate::report::sheet::{Line, Sheet};
use crate::report::{duration, figure, table, text};
use crate::theme::Role;

/// So many states are named as what waits most.
const STATES: usize = 3;
/// A state with a smaller share of all lead time holds nobody up.
const WORTH_NAMING: f64 = 0.01;

/// One bar over the whole width: every step's wait and process, in proportion, with the names of those that have room for it.
pub fn shares(map: &Map, width: usize, sheet: &mut Sheet) {
    if map.lead_seconds.is_none_or(|lead| lead <= Span::ZERO) {
        return;
    }
    let room = width - 2;
    let mut bar = Line::of(Role::Text, " ");
    let mut names = Line::of(Role::Text, " ");
    let mut parts = Vec::new();
    let mut ends = Vec::new();
    for step in &map.steps {
        let (role, sign) = if step.constraint {
            (Role::Constraint, glyph::HELD)
        } else {
            (Role::Wait, glyph::WAIT)
        };
        let (wait, process) = (share(step.wait.sum(), map), share(step.process.sum(), map));
        parts.push((role, sign, wait));
        parts.push((Role::Process, glyph::PROCESS, process));
        ends.push((step, table::bar(&parts, room).width()));
    }
    bar.append(table::bar(&parts, room));
    let mut start = 0;
    for (step, end) in ends {
        let label = format!("{} {}", step.name, figure::percent(step.share_of_lead));
        let label = text::clean(&label).into_owned();
        names.pad_to(1 + start);
        if text::width(&label) < end - start {
            let role = if step.constraint {
                Role::Constraint
            } else {
                Role::Dim
            };
            names.push(role, label);
        }
        start = end;
    }
    sheet.line(bar).line(names);
}

/// Lead time, efficiency, the constraint in words, what waits most, flow.
pub fn draw(map: &Map, statistic: Statistic, width: usize, sheet: &mut Sheet) {
    if map.changes == 0 {
        let text = "No change went live in this window, so there is no lead time to tell.";
        sheet.paragraph(&Line::new(), Role::Text, text, width);
    } else {
        lead(map, width, sheet);
        constraint(map, statistic, width, sheet);
        calendar(map, width, sheet);
        waits(map, width, sheet);
    }
    flow(map, width, sheet);
}

/// Why a step is empty, and what else the reader must know.
pub fn notes(map: &Map, width: usize, sheet: &mut Sheet) {
    for step in &map.steps {
        if let Some(why) = &step.empty {
            let lead = Line::of(Role::Dim, format!("{} ", glyph::NOTE)).with(
                Role::Title,
                format!("{}: ", text::fit(&text::clean(&step.name), width / 3)),
            );
            sheet.paragraph(&lead, Role::Text, why, width);
        }
    }
    // What the constraint costs stands with the totals.
    let rest = map
        .notes
        .iter()
        .filter(|note| Some(*note) != map.cost.as_ref());
    let rest: Vec<String> = rest.cloned().collect();
    sheet.notes(&rest, width);
}

fn lead(map: &Map, width: usize, sheet: &mut Sheet) {
    let name = |text: &str| Line::of(Role::Dim, text);
    let p50 = figure::span(map.lead.p50_seconds, map.inferred);
    let p85 = figure::span(map.lead.p85_seconds, map.inferred);
    let whole = duration::maybe(map.lead_seconds);
    let part = |length: Option<Span>| {
        format!(
            "{} ({})",
            duration::maybe(length),
            figure::percent(length.map(|length| share(length, map)))
        )
    };
    let (process, wait) = (part(map.process_seconds), part(map.wait_seconds));
    let pieces = [
        name("lead time ")
            .with(Role::Title, format!("p50 {p50}"))
            .with(Role::Text, format!("  p85 {p85}"))
            .with(Role::Dim, format!("  n {}", map.lead.n)),
        name("all lead time ")
            .with(Role::Text, whole)
            .with(Role::Dim, " = process ")
            .with(Role::Process, process)
            .with(Role::Dim, " + waiting ")
            .with(Role::Wait, wait),
        name("flow efficiency ").with(Role::Text, efficiency(&map.flow_efficiency)),
        name("rolled C&A ").with(Role::Text, figure::percent(map.rolled_complete_accurate)),
    ];
    sheet.flow(0, pieces, width);
}

/// Which hours all times are counted in, and what the lead time is by the wall clock.
fn calendar(map: &Map, width: usize, sheet: &mut Sheet) {
    let Some(calendar) = &map.calendar else {
        return;
    };
    let holidays = match calendar.holidays.len() {
        0 => String::new(),
        n => format!(", without {}", figure::count(n, "holiday")),
    };
    let lead = calendar.wall_clock_lead;
    let text = format!(
        "{} on {} in {}{holidays}; 24 of these hours are told as 1d. By the wall clock the lead time is p50 {}, p85 {}.",
        calendar.hours,
        calendar.days.join(", "),
        calendar.timezone,
        figure::span(lead.p50_seconds, map.inferred),
        figure::span(lead.p85_seconds, map.inferred),
    );
    sheet.paragraph(
        &Line::of(Role::Dim, "business hours: "),
        Role::Text,
        &text,
        width,
    );
}

/// A range: without and with the time that people work unseen.
fn efficiency(efficiency: &Efficiency) -> String {
    let (low, high) = (
        figure::percent(efficiency.low),
        figure::percent(efficiency.high),
    );
    if low == high {
        low
    } else {
        format!("{} to {high}", low.trim_end_matches(" %"))
    }
}

fn constraint(map: &Map, statistic: Statistic, width: usize, sheet: &mut Sheet) {
    let Some(step) = map.steps.iter().find(|step| step.constraint) else {
        return;
    };
    let lead = Line::of(
        Role::Constraint,
        format!("{} constraint ", glyph::CONSTRAINT),
    );
    let told = || {
        let share = figure::percent(step.share_of_lead);
        format!("{}: {share} of all lead time", step.name)
    };
    let text = format!(
        "{}; a change waits {} ({}, n {}), {} here now",
        map.cost.clone().unwrap_or_else(told),
        super::time(statistic, &step.wait),
        statistic.word(),
        step.wait.n,
        step.wip,
    );
    sheet.paragraph(&lead, Role::Constraint, &text, width);
}

/// The states that take most of the time, other than work.
fn waits(map: &Map, width: usize, sheet: &mut Sheet) {
    let mut states: Vec<_> = map
        .states
        .iter()
        .filter(|figure| figure.state != "working" && share(figure.seconds, map) >= WORTH_NAMING)
        .collect();
    states.sort_by_key(|figure| std::cmp::Reverse(figure.seconds));
    if states.is_empty() {
        return;
    }
    let named = states.iter().take(STATES).map(|figure| {
        let state = figure.state.replace('_', " ");
        let part = figure::percent(Some(share(figure.seconds, map)));
        format!("{state} at {} {part}", figure.step)
    });
    let text = named.collect::<Vec<_>>().join(", ");
    sheet.paragraph(
        &Line::of(Role::Dim, "waits most: "),
        Role::Text,
        &text,
        width,
    );
}

fn flow(map: &Map, width: usize, sheet: &mut Sheet) {
    let flow = &map.flow;
    if flow.velocity == 0 && flow.load == 0 {
        return;
    }
    let mean = flow
        .wip_average
        .map(|mean| format!(" (mean {})", figure::number(Some(mean))));
    let mut text = format!(
        "{} done, {} a week; {} in work{}",
        flow.velocity,
        figure::number(flow.velocity_per_week),
        flow.load,
        mean.unwrap_or_default()
    );
    let typed: Vec<String> = flow
        .distribution
        .iter()
        .map(|kind| {
            format!(
                "{} {} ({})",
                kind.kind,
                kind.completed,
                figure::percent(kind.share)
            )
        })
        .collect();
    if !typed.is_empty() {
        text = format!("{text}; {}", typed.join(", "));
    }
    sheet.paragraph(&Line::of(Role::Dim, "flow: "), Role::Text, &text, width);
    if flow.little_warning {
        let text = format!(
            "work in progress is out of step with what gets done: Little's law expects {} from start to end, measured {} (means)",
            duration::maybe(flow.little_expected_seconds),
            duration::maybe(flow.little_measured_seconds)
        );
        sheet.paragraph(&Line::of(Role::Warning, "! "), Role::Text, &text, width);
    }
}

/// What the signs mean.
pub fn legend(map: &Map, width: usize, sheet: &mut Sheet) {
    if map.steps.is_empty() {
        return;
    }
    let all: String = map.steps.iter().map(signs).collect();
    let mut words = vec![
        "PT process time".to_owned(),
        "C&A complete and accurate".to_owned(),
        "WIP here now".to_owned(),
    ];
    if map.changes > 0 {
        let (process, wait, held) = (glyph::PROCESS, glyph::WAIT, glyph::HELD);
        words.push(format!(
            "{process} process  {wait} waiting  {held} at the constraint"
        ));
    }
    for (sign, word) in [(glyph::GATE, "gate"), (glyph::LOCK, "locked")] {
        if all.contains(sign) {
            words.push(format!("{sign} {word}"));
        }
    }
    if map.inferred {
        words.push("~ rests on an inferred link".to_owned());
    }
    sheet.flow(
        0,
        words.into_iter().map(|word| Line::of(Role::Dim, word)),
        width,
    );
}
