//! The open gates as a list, worst first: how long each has been waiting multiplied by the changes that it holds.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::sync::LazyLock;

use crate::event::time::{Span, Timestamp};
use crate::model::gate::{OpenGate, weight};
use crate::model::overview::Overview;
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::gathered::Gathered;
use crate::view::listing::{Column, Listing, Value, by_number_if_any};
use crate::view::scene::Scene;
use crate::view::scope::Scope;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("workload", 10, 20, 0),
        Column::new("gate", 8, 14, 1),
        Column::new("waits", 7, 7, 0).at_right().seconds().falling(),
        Column::new("due", 8, 9, 3),
        Column::new("changes", 7, 7, 4).at_right().falling(),
        Column::new("holds back", 10, 10, 6).at_right().falling(),
        Column::new("environment", 11, 12, 7),
        Column::new("version", 8, 12, 5),
        Column::new("decides", 12, 40, 2),
        Column::new("newer", 7, 14, 8),
    ]
});

/// What the inbox needs of a workload.
struct Part {
    /// Its gates in detail, once it is worked out.
    gates: Option<usize>,
    /// How many are told of it anyway.
    told: usize,
}

impl Part {
    fn of(overview: &Overview) -> Self {
        Self {
            gates: overview.detail.as_ref().map(|one| one.gates.len()),
            told: overview.summary.gates,
        }
    }
}

/// The gates in scope.
#[derive(Default)]
pub struct Inbox {
    workloads: Gathered<Part>,
    /// A gate: the row of its workload, and its place there.
    rows: Vec<(usize, usize)>,
    now: Timestamp,
    me: Option<String>,
    /// Gates of workloads out of scope.
    pub outside: usize,
    /// Gates that were known before, of workloads that are not worked out yet.
    pub coming: usize,
    /// Every workload in scope is worked out.
    pub is_whole: bool,
}

impl Inbox {
    /// Gathers the gates of the scope, worst first.
    pub fn gather(&mut self, scene: &Scene) {
        self.now = scene.instant();
        self.me.clone_from(&scene.me);
        self.workloads.gather(scene, Part::of);
        let parts = self.workloads.made();
        self.outside = if scene.scope == Scope::All {
            0
        } else {
            let all = scene.fleet().iter().map(|one| one.summary.gates);
            let here = parts.iter().map(|part| part.told);
            all.sum::<usize>().saturating_sub(here.sum())
        };
        let unknown = || parts.iter().filter(|part| part.gates.is_none());
        self.coming = unknown().map(|part| part.told).sum();
        self.is_whole = unknown().next().is_none();
        let places = |part: &Part| 0..part.gates.unwrap_or(0);
        let rows = parts.iter().enumerate();
        let rows = rows.flat_map(|(row, part)| places(part).map(move |place| (row, place)));
        let mut rows: Vec<(usize, usize)> = rows.collect();
        rows.sort_by_cached_key(|row| {
            let gate = self.found(*row);
            let weight = gate.map(|gate| weight(gate, waited(gate, self.now)));
            let name = gate.map(|gate| (gate.workload.clone(), gate.gate.clone()));
            (Reverse(weight), name)
        });
        self.rows = rows;
    }

    fn found(&self, (row, place): (usize, usize)) -> Option<&OpenGate> {
        let detail = self.workloads.get(row)?.detail.as_ref()?;
        detail.gates.get(place)
    }

    /// A gate with its workload.
    #[must_use]
    pub fn at(&self, row: usize) -> Option<(&Overview, &OpenGate)> {
        let row = self.rows.get(row)?;
        Some((self.workloads.get(row.0)?, self.found(*row)?))
    }

    fn gate(&self, row: usize) -> Option<&OpenGate> {
        self.found(*self.rows.get(row)?)
    }

    fn team(&self, row: usize) -> Option<&str> {
        let (row, _) = self.rows.get(row)?;
        self.workloads.summary(*row)?.team.as_deref()
    }

    /// How many are late, and how many are for who asks.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let gates = || self.rows.iter().filter_map(|row| self.found(*row));
        (
            gates().filter(|gate| late(gate, self.now)).count(),
            gates().filter(|gate| gate.may_decide == Some(true)).count(),
        )
    }

    fn states(&self, gate: &OpenGate) -> Vec<&'static str> {
        let all = [
            ("late", late(gate, self.now)),
            ("mine", gate.may_decide == Some(true)),
            ("superseded", gate.superseded_by.is_some()),
        ];
        let held = all.into_iter().filter(|(_, holds)| *holds);
        held.map(|(word, _)| word).collect()
    }
}

/// How long a gate has been waiting.
#[must_use]
pub fn waited(gate: &OpenGate, now: Timestamp) -> Span {
    now - gate.opened
}

/// Whether a decision was expected before now.
#[must_use]
pub fn late(gate: &OpenGate, now: Timestamp) -> bool {
    gate.due.is_some_and(|due| due < now)
}

/// The step that a gate is, else its own name.
#[must_use]
pub fn name(gate: &OpenGate) -> &str {
    gate.step.as_deref().unwrap_or(&gate.gate)
}

/// What is to be decided on.
#[must_use]
pub fn version(gate: &OpenGate) -> Option<&str> {
    let named = gate.version.as_deref().or(gate.sha.as_deref());
    named.or(gate.artifact.as_deref()).map(text::short)
}

/// Who may decide, in a line.
#[must_use]
pub fn decides(gate: &OpenGate) -> Line {
    let names = gate.approvers.join(", ");
    match gate.may_decide {
        Some(true) if names.is_empty() => Line::of(Role::Good, "you"),
        Some(true) => Line::of(Role::Good, "you").with(Role::Dim, format!(" ({names})")),
        Some(false) => {
            let why = gate.why_not.as_deref().unwrap_or("not one of them");
            Line::of(Role::Text, "not you").with(Role::Dim, format!(": {why}"))
        }
        None if names.is_empty() => Line::of(Role::Dim, "nobody is named"),
        None => Line::of(Role::Text, names),
    }
}

fn due(gate: &OpenGate, now: Timestamp) -> Line {
    match gate.due {
        Some(due) if due < now => {
            Line::of(Role::Warning, format!("late {}", duration::age(due, now)))
        }
        Some(due) => Line::of(Role::Dim, format!("in {}", duration::age(now, due))),
        None => Line::of(Role::Dim, "-"),
    }
}

fn count(count: usize) -> Line {
    let role = if count == 0 { Role::Dim } else { Role::Text };
    Line::of(role, count.to_string())
}

impl Listing for Inbox {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        self.gate(row).map_or(Cow::Borrowed(""), |gate| {
            Cow::Owned(format!("{}/{}", gate.workload, gate.gate))
        })
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let Some(gate) = self.gate(row) else {
            return Line::new();
        };
        let now = scene.instant();
        let or_none = |role, text: Option<&str>| match text {
            Some(text) => Line::of(role, text),
            None => Line::of(Role::Dim, "-"),
        };
        match column {
            0 => Line::of(Role::Text, &gate.workload),
            1 => Line::of(Role::Gate, format!("{} ", glyph::GATE)).with(Role::Text, name(gate)),
            2 => {
                let role = if late(gate, now) {
                    Role::Constraint
                } else {
                    Role::Wait
                };
                Line::of(role, duration::span(waited(gate, now)))
            }
            3 => due(gate, now),
            4 => count(gate.changes.len()),
            5 => count(gate.holds_back),
            6 => or_none(Role::Dim, gate.environment.as_deref()),
            7 => or_none(Role::Text, version(gate)),
            8 => decides(gate),
            _ => gate.superseded_by.as_deref().map_or_else(
                || Line::of(Role::Dim, "-"),
                |newer| {
                    let newer = text::short(newer);
                    Line::of(Role::Warning, format!("{} {newer}", glyph::NEWER))
                },
            ),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let Some(gate) = self.gate(row) else {
            return Value::Nothing;
        };
        match column {
            1 => Value::from(name(gate)),
            2 => Value::from(waited(gate, scene.instant())),
            3 => Value::from(gate.due),
            4 => Value::count(gate.changes.len()),
            5 => Value::count(gate.holds_back),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (Some(a), Some(b)) = (self.gate(one), self.gate(two)) else {
            return Ordering::Equal;
        };
        let order = match column {
            0 => Ordering::Equal,
            1 => name(a).cmp(name(b)),
            2 => a.opened.cmp(&b.opened),
            3 => (a.due.is_none(), a.due).cmp(&(b.due.is_none(), b.due)),
            4 => b.changes.len().cmp(&a.changes.len()),
            5 => b.holds_back.cmp(&a.holds_back),
            6 => a.environment.cmp(&b.environment),
            7 => by_number_if_any(version(a), version(b)),
            8 => decider(a).cmp(&decider(b)),
            _ => by_number_if_any(a.superseded_by.as_deref(), b.superseded_by.as_deref()),
        };
        order.then_with(|| (&a.workload, &a.gate).cmp(&(&b.workload, &b.gate)))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let Some(gate) = self.gate(row) else {
            return Cow::Borrowed("");
        };
        let environment = gate.environment.as_deref().unwrap_or_default();
        let version = version(gate).unwrap_or_default();
        let team = self.team(row).unwrap_or_default();
        Cow::Owned(format!(
            "{} {} {} {environment} {version} {team}",
            gate.workload,
            name(gate),
            gate.gate
        ))
    }

    fn fields(&self) -> &'static [&'static str] {
        &[
            "workload",
            "team",
            "gate",
            "step",
            "environment",
            "on",
            "state",
        ]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let Some(gate) = self.gate(row) else {
            return Vec::new();
        };
        let one = |text: Option<&'_ str>| -> Vec<Cow<'_, str>> {
            text.map(|text| Cow::Owned(text.to_owned()))
                .into_iter()
                .collect()
        };
        match name {
            "workload" => one(Some(&gate.workload)),
            "team" => one(self.team(row)),
            "gate" => one(Some(&gate.gate)),
            "step" => one(gate.step.as_deref()),
            "environment" => one(gate.environment.as_deref()),
            "on" => {
                // A team is named; who asks may be in it.
                let me = self.me.as_deref().filter(|_| gate.may_decide == Some(true));
                let names = gate.approvers.iter().map(String::as_str).chain(me);
                names.map(|name| Cow::Owned(name.to_owned())).collect()
            }
            _ => self.states(gate).into_iter().map(Cow::Borrowed).collect(),
        }
    }

    fn groups(&self) -> &'static [&'static str] {
        &["team", "environment", "mine"]
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        let gate = self.gate(row);
        let text = match by {
            0 => self.team(row).unwrap_or("no team"),
            1 => gate
                .and_then(|gate| gate.environment.as_deref())
                .unwrap_or("no environment"),
            _ => match gate.and_then(|gate| gate.may_decide) {
                Some(true) => "for you to decide",
                Some(false) => "for others to decide",
                None => "nobody said whether you may decide",
            },
        };
        Cow::Borrowed(text)
    }

    fn group_rank(&self, row: usize, by: usize) -> u8 {
        if by < 2 {
            return 1;
        }
        self.gate(row).map_or(3, decider)
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.gate(row)?.workload)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.gate(row)?.url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        self.gate(row)
            .map_or_else(String::new, |gate| card(gate, self.now))
    }

    fn nothing(&self, scene: &Scene) -> String {
        if scene.scope != Scope::All {
            format!("no gate is open in {}", scene.scope.text())
        } else if scene.is_whole() {
            "no gate is open: nothing waits for a decision. Gates are told by sources of approvals (a change board, protected environments), or are steps \
             of kind gate on a path."
                .to_owned()
        } else {
            "no open gate was found yet".to_owned()
        }
    }
}

const fn decider(gate: &OpenGate) -> u8 {
    match gate.may_decide {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    }
}

/// For somebody else to read.
#[must_use]
pub fn card(gate: &OpenGate, now: Timestamp) -> String {
    let part = |before: &str, text: Option<&str>| {
        text.map_or_else(String::new, |text| format!("{before}{text}"))
    };
    let on = if gate.approvers.is_empty() {
        "nobody named".to_owned()
    } else {
        gate.approvers.join(", ")
    };
    format!(
        "{}{}{} waits at gate {} for {} on {on}, with {}{}",
        gate.workload,
        part(" ", version(gate)),
        part(" to ", gate.environment.as_deref()),
        name(gate),
        duration::span(waited(gate, now)),
        figure::count(gate.changes.len(), "change"),
        part(": ", gate.url.as_deref()),
    )
}
