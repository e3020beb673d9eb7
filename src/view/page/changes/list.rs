//! Changes as a list: those in flight, and those that a reference speaks of.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use super::columns::{Columns, MIDDLING, Shown, WIDE, Widths};
use super::rows::ChangeRows;
use crate::model::locate::Match;
use crate::model::overview::Summary;
use crate::report::sheet::Line;
use crate::report::{duration, glyph, state_look, text};
use crate::theme::Role;
use crate::view::answer::Answer;
use crate::view::listing::{Column, Listing, Value};
use crate::view::page::Page;
use crate::view::scene::Scene;
use crate::view::widget::waterfall;

/// A list of changes.
pub(super) struct Changes {
    widths: &'static Widths,
    /// Which of them fits the place that it was last drawn in.
    fits: Cell<usize>,
    /// Which of them it was last sorted by.
    sorted: usize,
    rows: ChangeRows,
    /// Who asks: whose move it is, is marked where it is theirs.
    me: Option<String>,
}

impl Changes {
    pub(super) fn new(widths: &'static Widths) -> Self {
        Self {
            widths,
            fits: Cell::new(1),
            sorted: 1,
            rows: ChangeRows::default(),
            me: None,
        }
    }

    /// Chooses the columns for a place of a width.
    pub(super) fn fit(&self, width: u16) {
        self.fits
            .set(usize::from(width >= MIDDLING) + usize::from(width >= WIDE));
    }

    fn known(&self) -> &'static Columns {
        &self.widths[self.fits.get()]
    }

    /// Takes the changes in flight of the workloads in scope, the longest held first; tells whether there is anything to be sorted anew.
    pub(super) fn fly(&mut self, scene: &Scene) -> bool {
        self.me.clone_from(&scene.me);
        let fits = self.fits.get();
        let is_refitted = std::mem::replace(&mut self.sorted, fits) != fits;
        self.rows.fly(scene) || is_refitted
    }

    /// Takes what was found.
    pub(super) fn find(&mut self, found: &Arc<Answer>, scene: &Scene) {
        self.me.clone_from(&scene.me);
        self.rows.find(found);
    }

    /// Keeps some of the changes in flight, in their order.
    pub(super) fn keep(&mut self, kept: &[u32]) {
        self.rows.keep(kept);
    }

    pub(super) fn change(&self, row: usize) -> &Match {
        self.rows.change(row)
    }

    pub(super) fn summary(&self, row: usize) -> Option<&Summary> {
        self.rows.summary(row)
    }

    /// The page of a row's change.
    pub(super) fn open(&self, row: usize) -> Box<dyn Page> {
        let found = self.change(row);
        super::change(&found.workload, &found.change)
    }

    fn team(&self, row: usize) -> Option<&str> {
        self.summary(row)?.team.as_deref()
    }

    fn on(&self, row: usize) -> Line {
        let mut line = Line::new();
        for (at, who) in self.change(row).on.iter().enumerate() {
            if at > 0 {
                line.push(Role::Dim, ", ");
            }
            if self.me.as_deref() == Some(who) {
                line.push(Role::Focus, "you");
            } else {
                line.push(Role::Text, who);
            }
        }
        if line.is_empty() {
            line.push(Role::Dim, "-");
        }
        line
    }
}

impl Listing for Changes {
    fn columns(&self) -> &[Column] {
        &self.known().heads
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        let found = self.change(row);
        Cow::Owned(format!("{}\n{}", found.workload, found.change))
    }

    fn is(&self, row: usize, id: &str) -> bool {
        let found = self.change(row);
        id.split_once('\n') == Some((&found.workload, &found.change))
    }

    fn cell(&self, row: usize, column: usize, scene: &Scene) -> Line {
        let found = self.change(row);
        let now = scene.instant();
        let dim = |text: Option<&str>| Line::of(Role::Dim, text.unwrap_or("-"));
        match self.known().shown[column] {
            Shown::Change => Line::of(Role::Link, number(found)),
            Shown::Title => Line::of(Role::Text, found.title.as_deref().unwrap_or("-")),
            Shown::Author => dim(found.author.as_deref()),
            Shown::Workload => Line::of(Role::Text, &found.workload),
            Shown::Team => dim(self.team(row)),
            Shown::Step => dim(found.step.as_deref()),
            Shown::State => state(found),
            Shown::Since => match found.since {
                Some(since) => {
                    let tilde = if found.inferred { "~" } else { "" };
                    Line::of(Role::Text, tilde).with(Role::Text, duration::between(since, now))
                }
                None => dim(None),
            },
            Shown::On => self.on(row),
            Shown::Way => waterfall::bar(&found.timeline, self.known().bar),
            Shown::Age => match found.timeline.first() {
                Some(first) => Line::of(Role::Dim, duration::between(first.from, now)),
                None => dim(None),
            },
            Shown::Live => match found.forecast.p50 {
                Some(at) => Line::of(Role::Text, day(&scene.style.moment(at))),
                None => dim(None),
            },
            Shown::Environments => environments(found),
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let found = self.change(row);
        match self.known().shown[column] {
            Shown::Change => Value::from(&*found.change),
            Shown::Title => Value::from(found.title.as_deref()),
            Shown::State => Value::from(found.state),
            Shown::Since => Value::from(found.since),
            Shown::On => Value::Several(found.on.iter().map(|who| Value::from(&**who)).collect()),
            Shown::Age => {
                let first = found.timeline.first();
                Value::from(first.map(|first| scene.instant() - first.from))
            }
            Shown::Live => Value::from(found.forecast.p50),
            Shown::Environments => {
                let names = found.environments.keys();
                Value::Several(names.map(|name| Value::from(&**name)).collect())
            }
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let teams = (self.team(one), self.team(two));
        let (a, b) = (self.change(one), self.change(two));
        let oldest = |found: &Match| {
            let from = found.timeline.first().map(|leg| leg.from);
            (from.is_none(), from)
        };
        let held = |found: &Match| (found.since.is_none(), found.since);
        let live = |found: &Match| (found.forecast.p50.is_none(), found.forecast.p50);
        let order = match self.known().shown[column] {
            Shown::Change => a.repository.cmp(&b.repository),
            Shown::Title => a.title.cmp(&b.title),
            Shown::Author => a.author.cmp(&b.author),
            Shown::Workload => a.workload.cmp(&b.workload),
            Shown::Team => teams.0.cmp(&teams.1),
            Shown::Step => a.step.cmp(&b.step),
            Shown::State => rank(a.state).cmp(&rank(b.state)),
            Shown::Since => held(a).cmp(&held(b)),
            Shown::On => a.on.cmp(&b.on),
            Shown::Way | Shown::Age => oldest(a).cmp(&oldest(b)),
            Shown::Live => live(a).cmp(&live(b)),
            Shown::Environments => b.environments.len().cmp(&a.environments.len()),
        };
        // Numbers by their size: #9 before #10.
        let size = a.change.len().cmp(&b.change.len());
        match self.known().shown[column] {
            Shown::Change => order.then(size).then_with(|| a.change.cmp(&b.change)),
            _ => order.then_with(|| held(a).cmp(&held(b))),
        }
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let found = self.change(row);
        let or = |text: &Option<String>| text.clone().unwrap_or_default();
        let (title, author) = (or(&found.title), or(&found.author));
        Cow::Owned(format!(
            "{} {title} {author} {}",
            found.change, found.workload
        ))
    }

    fn fields(&self) -> &'static [&'static str] {
        &[
            "author", "team", "workload", "state", "step", "on", "path", "label", "ticket",
        ]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let found = self.change(row);
        let one = |text: Option<&'_ str>| -> Vec<Cow<'_, str>> {
            text.map(|text| Cow::Owned(text.to_owned()))
                .into_iter()
                .collect()
        };
        let all = |texts: &'_ [String]| -> Vec<Cow<'_, str>> {
            texts.iter().map(|text| Cow::Owned(text.clone())).collect()
        };
        match name {
            "author" => one(found.author.as_deref()),
            "team" => one(self.team(row)),
            "workload" => one(Some(&found.workload)),
            // As programs call it, and as it is seen.
            "state" => [found.state, word(found)].map(Cow::Borrowed).into(),
            "step" => one(found.step.as_deref()),
            "on" => all(&found.on),
            "path" => one(self.summary(row).map(|summary| summary.path.as_str())),
            "label" => all(&found.labels),
            _ => all(&found.tickets),
        }
    }

    fn groups(&self) -> &'static [&'static str] {
        &["team", "workload", "step", "state", "author"]
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        let found = self.change(row);
        Cow::Borrowed(match by {
            0 => self.team(row).unwrap_or("no team"),
            1 => &found.workload,
            2 => found.step.as_deref().unwrap_or("no step"),
            3 => found.state,
            _ => found.author.as_deref().unwrap_or("nobody known"),
        })
    }

    fn group_rank(&self, row: usize, by: usize) -> u8 {
        if by == 3 {
            rank(self.change(row).state)
        } else {
            1
        }
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.change(row).workload)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.change(row).url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        self.change(row).sentence.clone()
    }

    fn nothing(&self, scene: &Scene) -> String {
        if scene.fleet().is_empty() {
            "no workload is known yet: import events, sync a source, or name workloads in leadtime.toml".to_owned()
        } else if scene.is_whole() {
            format!(
                "no change is in flight in {}: all that is known is live or given up",
                scene.scope.text()
            )
        } else {
            "working out which changes are in flight …".to_owned()
        }
    }
}

/// A change as it is called where its repository is known: `#412` of `acme/checkout#412`.
pub(super) fn number(found: &Match) -> &str {
    let repository = found.repository.as_deref();
    let rest = repository.and_then(|repository| found.change.strip_prefix(repository));
    match rest {
        Some(rest) if rest.len() > 1 && rest.starts_with(['#', '!']) => rest,
        _ => text::short(&found.change),
    }
}

/// States in the order in which they want somebody.
fn rank(state: &str) -> u8 {
    const ORDER: [&str; 12] = [
        "failed",
        "gated",
        "held",
        "frozen",
        "waiting",
        "queued",
        "waiting_for_release",
        "soaking",
        "working",
        "superseded",
        "unknown",
        "abandoned",
    ];
    let place = ORDER.iter().position(|known| *known == state);
    place
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(u8::MAX)
}

/// A state with its own sign.
pub(super) fn state(found: &Match) -> Line {
    let look = state_look(found.state);
    Line::of(look.role, look.sign).with(look.role, format!(" {}", word(found)))
}

/// A state in the word that has room in a list.
fn word(found: &Match) -> &'static str {
    match found.state {
        "waiting_for_release" => "for release",
        "delivered" => "live",
        "superseded" => "overtaken",
        "failed" if found.rejected => "rejected",
        state => state,
    }
}

/// `17 Nov` of `17 Nov 09:00`.
fn day(moment: &str) -> &str {
    moment.rsplit_once(' ').map_or(moment, |(day, _)| day)
}

fn environments(found: &Match) -> Line {
    let mut reached: Vec<_> = found.environments.iter().collect();
    // The furthest first: it is what one asks for.
    reached.sort_by_key(|(_, arrival)| std::cmp::Reverse(arrival.since));
    let names: Vec<&str> = reached.iter().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        return Line::of(Role::Dim, "-");
    }
    Line::of(Role::Good, glyph::GOOD).with(Role::Text, format!(" {}", names.join(", ")))
}
