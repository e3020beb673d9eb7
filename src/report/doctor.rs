//! How the program itself is: each source's freshness and findings, events that could not be linked and how to mend that, clocks, the configuration and
//! the log. The one report whose figures are defined here, since they are not of the model.

use serde::Serialize;

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::table::{Column, Table};
use super::{duration, figure, glyph, text};
use crate::event::time::{Span, Timestamp};
use crate::theme::Role;

/// `leadtime/doctor/v1`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Doctor {
    pub sources: Vec<SourceLine>,
    /// Events that no workload could be found for, by reason.
    pub unlinked: Vec<Unlinked>,
    pub clocks: Vec<Clock>,
    pub config_warnings: Vec<String>,
    pub log: LogLine,
}

#[derive(Clone, Debug, Serialize)]
pub struct SourceLine {
    pub name: String,
    pub kind: String,
    pub state: SourceState,
    pub last_read: Option<Timestamp>,
    /// From the newest fact that it told to the reading.
    pub lag_seconds: Option<Span>,
    pub events: u64,
    pub facts: Vec<String>,
    pub findings: Vec<Found>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    Ok,
    Warning,
    Error,
    #[default]
    NeverRead,
}

/// Something that a source told of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// `note`, `warning` or `error`.
    pub severity: &'static str,
    pub subject: String,
    pub text: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Unlinked {
    pub reason: String,
    pub count: u64,
    pub example: Option<String>,
    /// What to do, down to the line of configuration; none where nothing is to be done.
    pub fix: Option<String>,
}

/// A source whose clock is not ours.
#[derive(Clone, Debug, Serialize)]
pub struct Clock {
    pub source: String,
    /// How far its times lie ahead of their arrival.
    pub ahead_seconds: Span,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct LogLine {
    /// Where the log is kept; without password.
    pub place: String,
    pub events: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub bytes: Option<u64>,
    /// Of the snapshot that start-up reads, if there is one.
    pub snapshot: Option<Timestamp>,
}

impl Doctor {
    /// Whether there is anything to mend: exit code 1.
    #[must_use]
    pub fn found(&self) -> bool {
        let ill =
            |source: &SourceLine| matches!(source.state, SourceState::Error | SourceState::Warning);
        self.sources.iter().any(ill)
            || self.unlinked.iter().any(|one| one.fix.is_some())
            || !self.clocks.is_empty()
            || !self.config_warnings.is_empty()
    }
}

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

const fn mark(state: SourceState) -> (Role, &'static str, &'static str) {
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
