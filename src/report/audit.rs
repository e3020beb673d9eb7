//! The journal of actions for people: what was done from leadtime, by whom, how it went; one action whole; and whether the journal is as it was written.

use serde::Serialize;

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::{figure, glyph, plan, text};
use crate::journal::chain::Break;
use crate::journal::story::{Fate, State, Story};
use crate::journal::{Outcome, Person};
use crate::theme::Role;

const LABEL: usize = 11;

/// `leadtime/audit/v1`
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The newest first.
    pub actions: Vec<Story>,
    /// The newest line's number and hash: what to note elsewhere.
    pub lines: u64,
    pub head: Option<String>,
    /// `None`: not asked for.
    pub verified: Option<bool>,
    pub breaks: Vec<Break>,
}

/// Every action in a line.
#[must_use]
pub fn audit(audit: &Audit, style: &Style) -> String {
    let mut sheet = Sheet::new();
    if audit.actions.is_empty() {
        sheet.line(Line::of(
            Role::Dim,
            "Nothing was ever done from leadtime on this log.",
        ));
    }
    for story in &audit.actions {
        let (role, sign) = look(story.state);
        let line = Line::of(role, format!("{sign} "))
            .with(Role::Dim, format!("{}  ", style.moment(story.at)))
            .with(Role::Text, plan::headline(&story.plan));
        sheet.line(line);
        let by = who(&story.by);
        let second = story.second.as_ref().map(who);
        let second = second.map_or_else(String::new, |second| format!(", and {second}"));
        let told = format!("{} · {by}{second} · {}", story.state.words(), story.action);
        labelled("", Role::Dim, &told, style, &mut sheet);
        if !story.text.is_empty() && story.state != State::Sent {
            labelled("", role, &story.text, style, &mut sheet);
        }
    }
    sheet.draw(style)
}

/// Whether the journal is as it was written, where that was asked. Nothing of it is cut to a width: a hash is to be noted, and only a whole one can be held against the journal.
#[must_use]
pub fn verdict(audit: &Audit, style: &Style) -> String {
    let mut sheet = Sheet::new();
    match audit.verified {
        None => {}
        Some(true) => {
            let lines = figure::whole(audit.lines, "line");
            let newest = audit.head.as_deref();
            let newest = newest.map_or_else(String::new, |head| format!(", the newest is {head}"));
            let line = Line::of(Role::Good, format!("{} ", glyph::GOOD)).with(
                Role::Text,
                format!("The journal is as it was written: {lines}{newest}"),
            );
            sheet.line(line);
        }
        Some(false) => {
            let count = figure::count(audit.breaks.len(), "place");
            let line = Line::of(Role::Bad, format!("{} ", glyph::BAD)).with(
                Role::Title,
                format!("The journal is not as it was written, in {count}"),
            );
            sheet.line(line);
            for broken in &audit.breaks {
                let line = Line::of(Role::Bad, format!("  line {}: ", broken.number))
                    .with(Role::Text, &broken.text);
                sheet.line(line);
            }
        }
    }
    sheet.draw(&Style {
        width: usize::MAX,
        ..style.clone()
    })
}

/// One action, whole.
#[must_use]
pub fn story(story: &Story, style: &Style) -> String {
    let mut sheet = Sheet::new();
    for line in story_lines(story, style) {
        sheet.line(line);
    }
    sheet.draw(style)
}

/// One action, whole, in lines.
#[must_use]
pub fn story_lines(story: &Story, style: &Style) -> Vec<Line> {
    let mut sheet = Sheet::new();
    let (role, sign) = look(story.state);
    let line = Line::of(role, format!("{sign} {}", story.state.words()))
        .with(Role::Dim, format!(" · {}", story.action));
    sheet.line(line);
    labelled("by", Role::Text, &who(&story.by), style, &mut sheet);
    if let Some(second) = &story.second {
        labelled("and", Role::Text, &who(second), style, &mut sheet);
    }
    labelled(
        "at",
        Role::Text,
        &style.moment_and_age(story.at),
        style,
        &mut sheet,
    );
    if !story.text.is_empty() {
        labelled("last word", role, &story.text, style, &mut sheet);
    }
    for (place, fate) in story.fates.iter().enumerate() {
        let (role, word) = fated(fate);
        let text = if fate.text.is_empty() {
            word.to_owned()
        } else {
            format!("{word}: {}", fate.text)
        };
        labelled(
            &format!("request {}", place + 1),
            role,
            &text,
            style,
            &mut sheet,
        );
        if let Some(url) = &fate.url {
            labelled("", Role::Link, url, style, &mut sheet);
        }
    }
    sheet.space();
    let mut lines = sheet.into_lines();
    lines.extend(plan::lines(&story.plan, style));
    lines
}

fn fated(fate: &Fate) -> (Role, &'static str) {
    match fate.outcome {
        None => (Role::Dim, "not sent"),
        Some(Outcome::Done) => (Role::Good, "done"),
        Some(Outcome::NotDone) => (Role::Bad, "not done"),
        Some(Outcome::Moved) => (Role::Warning, "overtaken"),
        Some(Outcome::InDoubt) => (Role::Warning, "in doubt"),
    }
}

/// How a state looks: its sign tells it without colour, too.
#[must_use]
pub fn look(state: State) -> (Role, &'static str) {
    match state {
        State::Seen => (Role::Good, glyph::GOOD),
        State::Sent => (Role::Process, "→"),
        State::Sending => (Role::Process, "…"),
        State::AwaitsSecond => (Role::Gate, glyph::GATE),
        State::InDoubt | State::Unseen => (Role::Warning, "?"),
        State::CalledOff => (Role::Dim, "-"),
        State::Stopped | State::SeenOtherwise => (Role::Bad, glyph::BAD),
    }
}

fn who(person: &Person) -> String {
    match (&person.host_user, &person.host) {
        (Some(user), Some(host)) if *user != person.name => {
            format!("{} ({user} on {host})", person.name)
        }
        (_, Some(host)) => format!("{} on {host}", person.name),
        _ => person.name.clone(),
    }
}

fn labelled(label: &str, role: Role, told: &str, style: &Style, sheet: &mut Sheet) {
    let mut lead = Line::of(Role::Dim, format!("  {label}"));
    lead.pad_to(3 + LABEL);
    sheet.paragraph(&lead, role, &text::clean(told), style.width);
}
