//! What is known of a gate, beside the list and on its own page: on what evidence it can be decided, what ships, who asked, who may decide and why not,
//! and whether deciding it still matters.

use std::collections::HashMap;

use super::inbox::{late, name, version, waited};
use crate::model::gate::{Evidence, OpenGate};
use crate::model::locate::Match;
use crate::model::overview::Overview;
use crate::report::gates::{NO_EVIDENCE, approvers, newer, sign, votes, why_not};
use crate::report::sheet::{Line, Sheet};
use crate::report::{Style, duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::page::briefs::Row;

const LABEL: usize = 10;

/// Where a gate is told of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Beside the list: what ships is among it, links are left to its own page.
    Beside,
    /// On its own page, where what ships is a list of its own.
    Page,
}

/// A gate in lines of a width.
#[must_use]
pub fn lines(
    (overview, gate): (&Overview, &OpenGate),
    extent: Extent,
    width: usize,
    style: &Style,
) -> Vec<Line> {
    let mut page = Lines {
        sheet: Sheet::new(),
        width,
        style,
    };
    page.head(gate);
    page.newer(overview, gate);
    page.sheet.space();
    page.evidence(&gate.evidence, extent == Extent::Page);
    page.sheet.space();
    page.decide(gate);
    page.sheet.space();
    if extent == Extent::Beside {
        page.changes(overview, gate);
    }
    page.rest(gate);
    page.sheet.into_lines()
}

struct Lines<'a> {
    sheet: Sheet,
    width: usize,
    style: &'a Style,
}

impl Lines<'_> {
    fn labelled(&mut self, label: &str, role: Role, text: &str) {
        let mut lead = Line::of(Role::Dim, label);
        lead.pad_to(LABEL);
        self.sheet.paragraph(&lead, role, text, self.width);
    }

    fn head(&mut self, gate: &OpenGate) {
        let now = self.style.now;
        let mut line = Line::of(Role::Gate, format!("{} ", glyph::GATE))
            .with(Role::Title, name(gate))
            .with(Role::Text, format!(" · {}", gate.workload));
        if let Some(version) = version(gate) {
            line.push(Role::Text, format!(" {version}"));
        }
        if let Some(environment) = &gate.environment {
            line.push(Role::Text, format!(" → {environment}"));
        }
        self.sheet.line(line);
        let waits = format!(
            "{} since {}",
            duration::span(waited(gate, now)),
            self.style.moment(gate.opened)
        );
        let by = gate
            .requestor
            .as_ref()
            .map_or_else(String::new, |who| format!(", asked by {who}"));
        self.labelled("waits", Role::Text, &format!("{waits}{by}"));
        match gate.due {
            Some(due) if late(gate, now) => {
                let text = format!("late: was due {}", self.style.moment_and_age(due));
                self.labelled("due", Role::Warning, &text);
            }
            Some(due) => self.labelled("due", Role::Text, &self.style.moment_and_age(due)),
            None => {}
        }
    }

    fn newer(&mut self, overview: &Overview, gate: &OpenGate) {
        let gates = overview.detail.iter().flat_map(|detail| &detail.gates);
        let Some(text) = newer(gate, gates) else {
            return;
        };
        let lead = Line::of(Role::Warning, format!("{} ", glyph::NEWER));
        self.sheet.space();
        self.sheet
            .paragraph(&lead, Role::Warning, &text, self.width);
    }

    fn evidence(&mut self, all: &[Evidence], links: bool) {
        if all.is_empty() {
            self.labelled("evidence", Role::Dim, NO_EVIDENCE);
            return;
        }
        self.sheet.line(Line::of(Role::Header, "evidence"));
        let widest = all.iter().map(|one| text::width(&text::clean(&one.what)));
        let widest = widest.max().unwrap_or(0).min(self.width / 4);
        for one in all {
            let (role, sign) = sign(one.state);
            let what = text::left(&text::clean(&one.what), widest);
            let mut lead = Line::of(role, format!("{sign} "))
                .with(Role::Text, format!("{what}  "))
                .with(role, text::left(one.state, 7))
                .with(Role::Text, "  ");
            let detail = self.style.told(&one.detail);
            let detail = if detail.is_empty() {
                "nothing more is told"
            } else {
                &detail
            };
            let url = one.url.as_deref().filter(|_| links);
            let room = self.width.saturating_sub(lead.width() + 2);
            let inline = url.filter(|url| text::width(url) + text::width(detail) < room);
            if let Some(url) = inline {
                let line = lead.with(Role::Dim, detail).with(Role::Text, "  ");
                self.sheet.line(line.with(Role::Link, url));
                continue;
            }
            // Where the words would stand in a column of a few letters, they go below.
            if self.width < lead.width() + 24 {
                self.sheet.line(lead);
                lead = Line::of(Role::Text, "    ");
            }
            self.sheet.paragraph(&lead, Role::Dim, detail, self.width);
            if let Some(url) = url {
                let mut lead = Line::new();
                lead.pad_to(4);
                self.sheet.line(lead.with(Role::Link, url).fit(self.width));
            }
        }
    }

    fn decide(&mut self, gate: &OpenGate) {
        self.labelled("approvers", Role::Text, &approvers(gate));
        for line in votes(gate, self.style) {
            self.labelled("approved", Role::Good, &line);
        }
        match gate.may_decide {
            Some(true) => self.labelled("you", Role::Good, &format!("{} may decide", glyph::GOOD)),
            Some(false) => {
                let why = why_not(gate);
                self.labelled("you", Role::Text, &format!("may not decide: {why}"));
            }
            None => {
                let why = gate.why_not.as_deref().unwrap_or("nobody said who asks");
                self.labelled("you", Role::Dim, &format!("not known: {why}"));
            }
        }
        self.labelled("holds", Role::Text, &held_back(gate));
    }

    fn changes(&mut self, overview: &Overview, gate: &OpenGate) {
        let rows = ships(overview, gate);
        let count = figure::count(rows.len(), "change");
        self.sheet
            .line(Line::of(Role::Header, "ships").with(Role::Dim, format!("  {count}")));
        let widest = rows.iter().map(|row| text::width(text::short(&row.change)));
        let widest = widest.max().unwrap_or(0).min(self.width / 2);
        for row in &rows {
            let id = text::left(&text::clean(text::short(&row.change)), widest);
            let line = Line::of(Role::Text, id).with(Role::Text, "  ");
            let line = match &row.title {
                Some(title) => line.with(Role::Dim, title),
                None => line.with(Role::Dim, "-"),
            };
            self.sheet.line(line.fit(self.width));
        }
        self.sheet.space();
    }

    fn rest(&mut self, gate: &OpenGate) {
        self.labelled("gate", Role::Dim, &gate.gate);
        if let Some(sha) = &gate.sha {
            self.labelled("commit", Role::Dim, text::short(sha));
        }
        if let Some(artifact) = &gate.artifact {
            self.labelled("artifact", Role::Dim, artifact);
        }
        if let Some(url) = &gate.url {
            self.labelled("link", Role::Link, url);
        }
    }
}

/// `8 changes; 12 more behind it cannot move`.
fn held_back(gate: &OpenGate) -> String {
    let held = figure::count(gate.changes.len(), "change");
    match gate.holds_back {
        0 => format!("{held}; nothing behind it"),
        more => format!("{held}; {more} more behind it cannot move"),
    }
}

/// The changes that a gate holds, with what is known of each.
#[must_use]
pub fn ships(overview: &Overview, gate: &OpenGate) -> Vec<Row> {
    let detail = overview.detail.iter();
    let known: HashMap<&str, &Match> = detail
        .flat_map(|detail| &detail.changes)
        .map(|change| (change.change.as_str(), change))
        .collect();
    let rows = gate.changes.iter().map(|id| {
        known.get(id.as_str()).map_or_else(
            || Row {
                change: id.clone(),
                note: Some((Role::Dim, "no longer in flight".to_owned())),
                ..Row::default()
            },
            |found| Row {
                change: id.clone(),
                title: found.title.clone(),
                author: found.author.clone(),
                url: found.url.clone(),
                note: Some(stands(found)),
                at: found.since,
            },
        )
    });
    rows.collect()
}

fn stands(change: &Match) -> (Role, String) {
    let role = match change.state {
        "gated" => Role::Gate,
        "failed" => Role::Bad,
        "working" => Role::Process,
        _ => Role::Wait,
    };
    let step = change.step.as_deref();
    let at = step.map_or_else(String::new, |step| format!(" at {step}"));
    (role, format!("{}{at}", change.state.replace('_', " ")))
}
