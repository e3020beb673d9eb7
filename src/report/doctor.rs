//! How the program itself is: each source's freshness and findings, events that could not be linked and how to mend that, clocks, the configuration and
//! the log.

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::table::{Column, Table};
use super::{duration, figure, glyph, text};
use crate::event::time::Span;
use crate::model::diagnosis::{Doctor, LogLine, SourceState};
use crate::theme::Role;

#[must_use]
pub fn doctor(doctor: &Doctor, style: &Style) -> String {
    let mut sheet = Sheet::new();
    sources(doctor, style, &mut sheet);
    details(doctor, style, &mut sheet);
    unlinked(doctor, style, &mut sheet);
    rest(doctor, style, &mut sheet);
    log(&doctor.log, style, &mut sheet);
    sheet.draw(style)
}

/// The sign of a state, and its word.
#[must_use]
pub const fn mark(state: SourceState) -> (Role, &'static str, &'static str) {
    match state {
        SourceState::Ok => (Role::Good, glyph::GOOD, "ok"),
        SourceState::Warning => (Role::Warning, "!", "warning"),
        SourceState::Error => (Role::Bad, glyph::BAD, "error"),
        SourceState::NeverRead => (Role::Dim, "?", "never read"),
    }
}

fn sources(doctor: &Doctor, style: &Style, sheet: &mut Sheet) {
    if doctor.sources.is_empty() {
        let text =
            "No source is configured: leadtime init proposes some, leadtime import reads files.";
        sheet.paragraph(&Line::new(), Role::Text, text, style.width);
        return;
    }
    let mut table = Table::new(vec![
        Column::text("  source", 8),
        Column::text("kind", 6).spare(1),
        Column::whole("state"),
        Column::figure("last read"),
        Column::figure("lag").spare(2),
        Column::figure("events"),
    ]);
    for source in &doctor.sources {
        let (role, sign, word) = mark(source.state);
        let read = source.last_read.map_or_else(
            || "-".to_owned(),
            |at| format!("{} ago", duration::age(at, style.now)),
        );
        table.row(vec![
            Line::of(role, format!("{sign} "))
                .with(Role::Title, &source.name)
                .into(),
            Line::of(Role::Dim, &source.kind).into(),
            Line::of(role, word).into(),
            Line::of(Role::Text, read).into(),
            Line::of(Role::Text, duration::maybe(source.lag_seconds)).into(),
            Line::of(Role::Text, source.events.to_string()).into(),
        ]);
    }
    table.draw(style.width, sheet);
}

/// What each source says of itself.
fn details(doctor: &Doctor, style: &Style, sheet: &mut Sheet) {
    for source in &doctor.sources {
        if source.facts.is_empty() && source.findings.is_empty() {
            continue;
        }
        sheet.space();
        sheet.line(Line::of(Role::Title, &source.name));
        for fact in &source.facts {
            let lead = Line::of(Role::Dim, format!("  {} ", glyph::NOTE));
            sheet.paragraph(&lead, Role::Text, fact, style.width);
        }
        for found in &source.findings {
            let (role, sign) = match found.severity {
                "error" => (Role::Bad, glyph::BAD),
                "warning" => (Role::Warning, "!"),
                _ => (Role::Dim, glyph::NOTE),
            };
            let text = format!("{}: {}", found.subject, found.text);
            let lead = Line::of(role, format!("  {sign} "));
            sheet.paragraph(&lead, Role::Text, &text, style.width);
        }
    }
}

fn unlinked(doctor: &Doctor, style: &Style, sheet: &mut Sheet) {
    if doctor.unlinked.is_empty() {
        return;
    }
    sheet.space();
    sheet.line(Line::of(Role::Title, "Events that could not be linked"));
    for one in &doctor.unlinked {
        let lead = match one.fix {
            Some(_) => Line::of(Role::Warning, "  ! "),
            None => Line::of(Role::Dim, format!("  {} ", glyph::NOTE)),
        };
        let text = format!("{} × {}", one.count, one.reason);
        sheet.paragraph(&lead, Role::Text, &text, style.width);
        let more = [("for example ", &one.example), ("mend it: ", &one.fix)];
        for (label, text) in more {
            if let Some(text) = text {
                let lead = Line::of(Role::Dim, format!("      {label}"));
                sheet.paragraph(&lead, Role::Text, text, style.width);
            }
        }
    }
}

fn rest(doctor: &Doctor, style: &Style, sheet: &mut Sheet) {
    sheet.space();
    for clock in &doctor.clocks {
        let micros = clock.ahead_seconds.micros();
        let (length, side) = if micros < 0 {
            (Span::from_micros(micros.saturating_neg()), "behind")
        } else {
            (clock.ahead_seconds, "ahead")
        };
        let text = format!(
            "the clock of {} is {} {side}: its figures are off by that much",
            clock.source,
            duration::span(length)
        );
        sheet.paragraph(
            &Line::of(Role::Warning, "! "),
            Role::Text,
            &text,
            style.width,
        );
    }
    for warning in &doctor.config_warnings {
        sheet.paragraph(
            &Line::of(Role::Warning, "! "),
            Role::Text,
            warning,
            style.width,
        );
    }
}

fn log(log: &LogLine, style: &Style, sheet: &mut Sheet) {
    sheet.space();
    let mut text = format!("{}: {}", log.place, figure::whole(log.events, "event"));
    if let (Some(first), Some(last)) = (log.first, log.last) {
        text = format!("{text}, {} to {}", style.moment(first), style.moment(last));
    }
    if let Some(bytes) = log.bytes {
        text = format!("{text}, {}", figure::bytes(bytes));
    }
    text = match log.snapshot {
        Some(at) => format!("{text}, snapshot of {}", style.moment(at)),
        None => format!("{text}, no snapshot"),
    };
    sheet.paragraph(
        &Line::of(Role::Dim, "log  "),
        Role::Text,
        &text::clean(&text),
        style.width,
    );
}
