//! All that is known of the source, or of the finding, in front: as lines of a width.

use super::finding::Finding;
use super::list::{LAST, Source};
use crate::model::diagnosis::LogLine;
use crate::report::sheet::Line;
use crate::report::{Style, duration, figure, glyph, text};
use crate::theme::Role;

fn pair(lines: &mut Vec<Line>, label: &str, role: Role, value: &str, width: usize) {
    const LABEL: usize = 12;
    let value = text::clean(value);
    let parts = text::wrap(&value, width.saturating_sub(LABEL).max(8));
    for (at, part) in parts.iter().enumerate() {
        let mut line = Line::of(Role::Dim, if at == 0 { label } else { "" });
        line.pad_to(LABEL).push(role, part);
        lines.push(line);
    }
}

fn item(lines: &mut Vec<Line>, role: Role, sign: &str, words: &str, width: usize) {
    let words = text::clean(words);
    let parts = text::wrap(&words, width.saturating_sub(2).max(8));
    for (at, part) in parts.iter().enumerate() {
        let mut line = Line::of(role, if at == 0 { sign } else { "" });
        line.pad_to(2).push(Role::Text, part);
        lines.push(line);
    }
}

/// A source: what is wrong with it first.
pub fn source(one: &Source, width: usize, style: &Style) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut head = Line::of(Role::Title, &one.name);
    head.push(Role::Dim, format!("  {}  ", one.kind));
    head.append(one.standing());
    lines.push(head);
    for found in &one.findings {
        let (role, sign) = match found.severity {
            "error" => (Role::Bad, glyph::BAD),
            "warning" => (Role::Warning, "!"),
            _ => (Role::Dim, glyph::NOTE),
        };
        // What went wrong stands first: that it was at the last reading goes without saying.
        let words = if found.subject == LAST {
            found.text.clone()
        } else {
            format!("{}: {}", found.subject, found.text)
        };
        item(&mut lines, role, sign, &words, width);
    }
    for fact in &one.facts {
        item(&mut lines, Role::Dim, glyph::NOTE, fact, width);
    }
    let mut events = figure::whole(one.events, "event");
    if one.parts > 1 {
        events = format!("{events}, told by {} of its parts", one.parts);
    }
    pair(&mut lines, "events", Role::Text, &events, width);
    if let Some(newest) = one.newest {
        let newest = style.moment_and_age(newest);
        pair(&mut lines, "newest fact", Role::Text, &newest, width);
    }
    if one.is_read {
        let read = one.read.map_or_else(
            || "never to the end".to_owned(),
            |read| style.moment_and_age(read.min(style.now)),
        );
        pair(&mut lines, "last read", Role::Text, &read, width);
        if let Some(every) = one.every {
            let every = format!("every {}", duration::span(every));
            pair(&mut lines, "read", Role::Text, &every, width);
        }
        if let Some(lag) = one.lag {
            let lag = format!(
                "{} from its newest fact to the reading",
                duration::span(lag)
            );
            pair(&mut lines, "lag", Role::Text, &lag, width);
        }
    } else {
        let words = "leadtime does not read it: its events were imported, or sent together with those of another source";
        pair(&mut lines, "read", Role::Dim, words, width);
    }
    lines
}

/// A finding, with what mends it.
pub fn finding(one: &Finding, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let (role, sign) = one.sign();
    let count = one
        .count
        .map_or_else(String::new, |count| format!("{count} × "));
    item(
        &mut lines,
        role,
        sign,
        &format!("{count}{}", one.what),
        width,
    );
    if let Some(example) = &one.example {
        pair(&mut lines, "for example", Role::Text, example, width);
    }
    match &one.fix {
        Some(fix) => pair(&mut lines, "mend it", Role::Text, fix, width),
        None => pair(
            &mut lines,
            "mend it",
            Role::Dim,
            "nothing is to be done",
            width,
        ),
    }
    lines
}

/// The log, in a sentence.
pub fn log(log: &LogLine, style: &Style) -> String {
    let mut words = figure::whole(log.events, "event");
    if let (Some(first), Some(last)) = (log.first, log.last) {
        words = format!("{words}, {} to {}", style.moment(first), style.moment(last));
    }
    if let Some(bytes) = log.bytes {
        words = format!("{words}, {}", figure::bytes(bytes));
    }
    let snapshot = match log.snapshot {
        Some(at) => format!("snapshot of {}", style.moment(at)),
        None => "no snapshot yet".to_owned(),
    };
    format!("{words}, {snapshot}, {}", log.place)
}

/// What could be configured, where nothing is.
pub fn beginning(width: usize) -> Vec<Line> {
    let mut sheet = vec![Line::new()];
    let words = "No source is read here. leadtime init proposes some (docs/configuration.md tells which there are), leadtime import FILE takes CDEvents.";
    item(&mut sheet, Role::Dim, glyph::NOTE, words, width);
    sheet
}
