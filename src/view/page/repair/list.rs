//! Incidents of production, the open ones first, then the newest.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::sync::LazyLock;

use crate::event::time::Timestamp;
use crate::model::overview::Overview;
use crate::model::repair::{Fix, Repair};
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::gathered::Gathered;
use crate::view::listing::{Column, Listing, Value, by_number, by_number_if_any};
use crate::view::scene::Scene;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("state", 10, 10, 0),
        Column::new("incident", 9, 12, 3),
        Column::new("workload", 12, 18, 1),
        Column::new("what", 20, 60, 0),
        Column::new("severity", 8, 8, 6),
        Column::new("opened", 12, 12, 4).falling(),
        Column::new("lasts", 7, 7, 0).at_right().seconds().falling(),
        Column::new("caused by", 10, 12, 2),
        Column::new("fix", 12, 18, 5),
    ]
});

/// What the list needs of a workload that is worked out.
struct Part {
    /// By what its incidents are sorted: whether each is past, and when it was opened.
    repairs: Vec<(bool, Reverse<Timestamp>)>,
    has_source: bool,
}

impl Part {
    fn of(overview: &Overview) -> Option<Self> {
        let detail = overview.detail.as_ref()?;
        let key = |one: &Repair| (one.resolved.is_some(), Reverse(one.opened));
        Some(Self {
            repairs: detail.repairs.iter().map(key).collect(),
            has_source: detail.material.has_source,
        })
    }
}

/// The incidents.
#[derive(Default)]
pub struct Incidents {
    workloads: Gathered<Option<Part>>,
    /// The row of a workload, and the place of the incident among its own.
    rows: Vec<(usize, usize)>,
    /// How many are open, and how many are past.
    pub counts: (usize, usize),
    /// Some workload in scope knows of somebody who tells of incidents.
    pub sourced: bool,
    /// How many workloads are worked out, of how many.
    pub known: (usize, usize),
}

impl Incidents {
    /// Gathers the incidents in scope; tells whether any workload is another than before.
    pub fn gather(&mut self, scene: &Scene) -> bool {
        if !self.workloads.gather(scene, Part::of).is_any() {
            return false;
        }
        let parts = self.workloads.made();
        let known = || parts.iter().flatten();
        self.known = (known().count(), parts.len());
        self.sourced = known().any(|part| part.has_source);
        let rows = parts.iter().enumerate();
        let keyed = rows.flat_map(|(row, part)| {
            let keys = part.iter().flat_map(|part| &part.repairs).zip(0..);
            keys.map(move |(key, place)| (*key, (row, place)))
        });
        let mut keyed: Vec<_> = keyed.collect();
        keyed.sort_unstable();
        let open = keyed.partition_point(|((is_past, _), _)| !is_past);
        self.counts = (open, keyed.len() - open);
        self.rows = keyed.into_iter().map(|(_, row)| row).collect();
        true
    }

    fn repair(&self, (row, place): (usize, usize)) -> Option<&Repair> {
        let detail = self.workloads.get(row)?.detail.as_ref()?;
        detail.repairs.get(place)
    }

    #[must_use]
    pub fn at(&self, row: usize) -> Option<(&Overview, &Repair)> {
        let row = self.rows.get(row)?;
        Some((self.workloads.get(row.0)?, self.repair(*row)?))
    }
}

/// Whether it is open, as a sign and a word.
#[must_use]
pub fn state(repair: &Repair) -> (Role, &'static str, &'static str) {
    if repair.resolved.is_none() && repair.acknowledged.is_some() {
        (Role::Warning, glyph::BAD, "in hand")
    } else if repair.resolved.is_none() {
        (Role::Bad, glyph::BAD, "open")
    } else {
        (Role::Good, glyph::GOOD, "restored")
    }
}

/// What is wrong, or at least what it is called.
#[must_use]
pub fn what(repair: &Repair) -> &str {
    repair.description.as_deref().unwrap_or("-")
}

/// The version that caused it, or its deployment.
#[must_use]
pub fn cause(repair: &Repair) -> Option<String> {
    let cause = repair.cause.as_ref()?;
    let name = cause.version.as_deref().unwrap_or(&cause.deployment);
    Some(figure::tilde(text::short(name).to_owned(), cause.inferred))
}

/// What ended it: its kind, and the version.
#[must_use]
pub fn fixed(fix: &Fix) -> String {
    let version = fix.version.as_deref().map(text::short);
    let version = version.map_or_else(String::new, |version| format!(" {version}"));
    figure::tilde(format!("{}{version}", fix.kind.word()), fix.inferred)
}

impl Listing for Incidents {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        let Some((overview, repair)) = self.at(row) else {
            return Cow::Borrowed("");
        };
        Cow::Owned(format!(
            "{}\0{}",
            overview.summary.workload, repair.incident
        ))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let Some((overview, repair)) = self.at(row) else {
            return Line::new();
        };
        let open = repair.resolved.is_none();
        let dim = |text: &str| Line::of(Role::Dim, text);
        match column {
            0 => {
                let (role, sign, word) = state(repair);
                Line::of(role, format!("{sign} {word}"))
            }
            1 => Line::of(Role::Text, text::short(&repair.incident)),
            2 => Line::of(Role::Text, &overview.summary.workload),
            3 => Line::of(Role::Text, what(repair)),
            4 => dim(repair.severity.as_deref().unwrap_or("-")),
            5 => dim(&scene.style.moment(repair.opened)),
            6 => {
                let role = if open { Role::Bad } else { Role::Text };
                Line::of(role, duration::span(repair.lasts))
            }
            7 => {
                cause(repair).map_or_else(|| dim("not known"), |cause| Line::of(Role::Text, cause))
            }
            _ => match &repair.fix {
                Some(fix) => Line::of(Role::Text, fixed(fix)),
                None if !repair.under_way.is_empty() => {
                    Line::of(Role::Process, format!("{} on its way", glyph::ARROW))
                }
                None if open => Line::of(Role::Warning, "none yet"),
                None => dim("not known"),
            },
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let repair = self.at(row).map(|(_, repair)| repair);
        match column {
            5 => Value::from(repair.map(|repair| repair.opened)),
            6 => Value::from(repair.map(|repair| repair.lasts)),
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (Some((at, a)), Some((bt, b))) = (self.at(one), self.at(two)) else {
            return Ordering::Equal;
        };
        let newest = || b.opened.cmp(&a.opened);
        let order = match column {
            0 => a.resolved.is_some().cmp(&b.resolved.is_some()),
            1 => by_number(&a.incident, &b.incident),
            2 => at.summary.workload.cmp(&bt.summary.workload),
            3 => a.description.cmp(&b.description),
            4 => (a.severity.is_none(), &a.severity).cmp(&(b.severity.is_none(), &b.severity)),
            6 => b.lasts.cmp(&a.lasts),
            7 => by_number_if_any(cause(a).as_deref(), cause(b).as_deref()),
            8 => {
                let fix = |one: &Repair| one.fix.as_ref().map(fixed);
                by_number_if_any(fix(a).as_deref(), fix(b).as_deref())
            }
            _ => Ordering::Equal,
        };
        order.then_with(newest)
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let Some((overview, repair)) = self.at(row) else {
            return Cow::Borrowed("");
        };
        Cow::Owned(format!(
            "{} {} {}",
            repair.incident,
            overview.summary.workload,
            what(repair)
        ))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["workload", "team", "path", "state", "severity", "fix"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let Some((overview, repair)) = self.at(row) else {
            return Vec::new();
        };
        let value = match name {
            "workload" => Some(&*overview.summary.workload),
            "team" => overview.summary.team.as_deref(),
            "path" => Some(&*overview.summary.path),
            "state" => Some(state(repair).2),
            "severity" => repair.severity.as_deref(),
            _ => repair.fix.as_ref().map(|fix| fix.kind.word()),
        };
        value.map(Cow::Borrowed).into_iter().collect()
    }

    fn groups(&self) -> &'static [&'static str] {
        &["team", "workload", "severity"]
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        let Some((overview, repair)) = self.at(row) else {
            return Cow::Borrowed("");
        };
        let (value, none) = match by {
            0 => (overview.summary.team.as_deref(), "no team"),
            1 => (Some(&*overview.summary.workload), ""),
            _ => (repair.severity.as_deref(), "no severity"),
        };
        Cow::Borrowed(value.unwrap_or(none))
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.at(row)?.0.summary.workload)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.at(row)?.1.url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        let Some((overview, repair)) = self.at(row) else {
            return String::new();
        };
        card(&overview.summary.workload, repair)
    }

    fn nothing(&self, scene: &Scene) -> String {
        let (known, all) = self.known;
        if all == 0 {
            return format!("no workload in {}", scene.scope.text());
        }
        if known < all {
            return format!("working out {known} of {all} …");
        }
        if self.sourced {
            return format!(
                "No incident of production was open in the last {}, or in as long before that. w looks further back.",
                super::length(scene)
            );
        }
        "No source tells of incidents, so none is known; that is no news that there were none. Whatever pages you can tell: send incident.detected and \
         incident.resolved as CDEvents (leadtime import), named by the environment and, where it is known, by the deployment that caused it."
            .to_owned()
    }
}

/// What is copied of an incident.
#[must_use]
pub fn card(workload: &str, repair: &Repair) -> String {
    let lasts = duration::span(repair.lasts);
    let state = match repair.resolved {
        None => format!("open for {lasts}"),
        Some(_) => format!("restored after {lasts}"),
    };
    let part = |before: &str, text: Option<String>| {
        text.map_or_else(String::new, |text| format!("{before}{text}"))
    };
    let under_way = Some(repair.under_way.join(", ")).filter(|changes| !changes.is_empty());
    format!(
        "{} of {workload}: {}, {state}{}{}{}{}",
        repair.incident,
        what(repair),
        part(", caused by ", cause(repair)),
        part(", ended by ", repair.fix.as_ref().map(fixed)),
        part(", on its way: ", under_way.filter(|_| repair.fix.is_none())),
        part(" ", repair.url.clone()),
    )
}
