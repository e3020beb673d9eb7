//! Features, the one whose finished parts wait longest first: where each workload's part stands, and which workload the others wait for.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use crate::event::time::Span;
use crate::model::feature::{Feature, FeatureWorkload, Stands};
use crate::report::sheet::Line;
use crate::report::{Style, duration, figure, glyph, state_look, text};
use crate::theme::Role;
use crate::view::answer::{Answer, Told};
use crate::view::listing::{Column, Listing, Value, by_number};
use crate::view::scene::Scene;
use crate::view::widget::facts::Facts;

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::new("feature", 10, 14, 0),
        Column::new("title", 16, 40, 3),
        Column::new("live", 5, 5, 2).falling(),
        Column::new("held up by", 16, 30, 1),
        Column::new("waits", 7, 7, 0).at_right().seconds().falling(),
        Column::new("parts", 20, 70, 4),
    ]
});

/// The features.
#[derive(Default)]
pub struct Features {
    /// As the worker told them; none while it has not.
    told: Option<Arc<Answer>>,
    pub counts: Counts,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// On the way, in several workloads.
    pub together: usize,
    /// On the way, in one workload.
    pub alone: usize,
    pub live: usize,
}

impl Features {
    pub fn take(&mut self, told: Option<&Arc<Answer>>) {
        if self.told.as_ref().map(Arc::as_ptr) == told.map(Arc::as_ptr) {
            return;
        }
        self.told = told.cloned();
        let mut counts = Counts::default();
        for feature in self.features() {
            let count = match (feature.done, feature.workloads.len()) {
                (Some(_), _) => &mut counts.live,
                (None, 0 | 1) => &mut counts.alone,
                (None, _) => &mut counts.together,
            };
            *count += 1;
        }
        self.counts = counts;
    }

    fn answer(&self) -> Option<&Told<Vec<Feature>>> {
        match self.told.as_deref() {
            Some(Answer::Features(told)) => Some(told),
            _ => None,
        }
    }

    fn features(&self) -> &[Feature] {
        self.answer().map_or(&[], |told| &told.what)
    }

    /// How many workloads are worked out, of how many; none while nothing is told.
    #[must_use]
    pub fn known(&self) -> Option<(usize, usize)> {
        self.answer().map(|told| (told.known, told.all))
    }

    #[must_use]
    pub fn at(&self, row: usize) -> Option<&Feature> {
        self.features().get(row)
    }

    fn row(&self, row: usize) -> &Feature {
        &self.features()[row]
    }
}

/// A change where its workload is told beside it: its number alone, where it has one.
#[must_use]
pub fn number(change: &str) -> &str {
    match change.rfind(['#', '!']) {
        Some(at) if at + 1 < change.len() => &change[at..],
        _ => text::short(change),
    }
}

/// Where something stands, in words.
#[must_use]
pub fn words(stands: &Stands) -> String {
    if stands.state == "delivered" {
        return "live".to_owned();
    }
    let state = stands.state.replace('_', " ");
    match &stands.step {
        Some(step) => format!("{step} {state}"),
        None => state,
    }
}

/// The part that the others wait for; none where every part is live, or ready to go.
fn slowest(feature: &Feature) -> Option<&FeatureWorkload> {
    let name = feature.held_up_by.as_ref()?;
    let mut parts = feature.workloads.iter();
    parts.find(|one| one.workload == *name && one.done.is_none() && one.ready.is_none())
}

/// How many parts are live, and how many there are.
fn live_parts(feature: &Feature) -> (usize, usize) {
    let live = feature.workloads.iter().filter(|one| one.done.is_some());
    (live.count(), feature.workloads.len())
}

/// The part that is told to hold it up.
fn holder(feature: &Feature) -> Option<&FeatureWorkload> {
    slowest(feature).or_else(|| pending(feature))
}

/// The first part that is not live.
fn pending(feature: &Feature) -> Option<&FeatureWorkload> {
    feature.workloads.iter().find(|one| one.done.is_none())
}

/// A feature in full, in lines of a width.
#[must_use]
pub fn lines(feature: &Feature, width: usize, style: &Style) -> Vec<Line> {
    let mut facts = Facts::new(width, 12);
    facts.line(Line::of(Role::Title, &feature.feature));
    match &feature.title {
        Some(title) => facts.words(Role::Text, title),
        None => facts.words(Role::Dim, "no source tells what this ticket is called"),
    };
    facts.space();
    match (feature.done, slowest(feature)) {
        (Some(done), _) => {
            let when = format!("all of it since {}", style.moment_and_age(done));
            facts.fact("live", Role::Good, &when);
        }
        (None, Some(part)) => {
            facts.fact("held up by", Role::Warning, &part.workload);
        }
        (None, None) if feature.workloads.len() > 1 => {
            let words = "no work: what is not live yet is ready to go";
            facts.fact("held up by", Role::Text, words);
        }
        (None, None) => {
            facts.fact("held up by", Role::Dim, "one workload alone takes part");
        }
    }
    if feature.workloads.len() > 1 {
        let waits = format!(
            "{}, all waiting parts added up",
            duration::span(feature.waited_seconds)
        );
        facts.fact("waits", Role::Text, &waits);
    }
    facts.maybe("link", Role::Link, feature.url.as_deref());
    for part in &feature.workloads {
        facts.space();
        let look = state_look(&part.stands.state);
        let mut line = Line::of(look.role, format!("{} ", look.sign))
            .with(Role::Title, &part.workload)
            .with(look.role, format!("  {}", words(&part.stands)));
        if let Some(since) = part.stands.since {
            line.push(
                Role::Dim,
                format!(" for {}", duration::age(since, style.now)),
            );
        }
        facts.line(line);
        let mut line = Line::of(
            Role::Dim,
            format!(
                "  {} of {}, {}",
                part.stands.passed,
                figure::count(part.stands.of, "step"),
                figure::count(part.changes.len(), "change")
            ),
        );
        if let Some(waited) = part.waited_seconds.filter(|waited| *waited > Span::ZERO) {
            let words = format!(", ready and waiting for {}", duration::span(waited));
            line.push(Role::Wait, words);
        }
        facts.line(line);
    }
    facts.lines()
}

impl Listing for Features {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn len(&self) -> usize {
        self.features().len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.row(row).feature)
    }

    fn cell(&self, row: usize, column: usize, _scene: &Scene) -> Line {
        let feature = self.row(row);
        match column {
            0 => Line::of(Role::Text, &feature.feature),
            1 => match &feature.title {
                Some(title) => Line::of(Role::Text, title),
                None => Line::of(Role::Dim, "-"),
            },
            2 => {
                let all = feature.workloads.len();
                let role = if feature.done.is_some() {
                    Role::Good
                } else {
                    Role::Text
                };
                Line::of(role, format!("{}/{all}", live_parts(feature).0))
            }
            3 => match (feature.done, slowest(feature)) {
                (Some(_), _) => Line::of(Role::Good, format!("{} live", glyph::GOOD)),
                (None, Some(part)) => {
                    let look = state_look(&part.stands.state);
                    Line::of(look.role, format!("{} ", look.sign))
                        .with(Role::Text, &part.workload)
                        .with(look.role, format!(" {}", words(&part.stands)))
                }
                (None, None) => pending(feature).map_or_else(Line::new, |part| {
                    let look = state_look(&part.stands.state);
                    let ready = if part.ready.is_some() {
                        ", ready to go"
                    } else {
                        ""
                    };
                    let stands = format!("{} {}{ready}", part.workload, words(&part.stands));
                    Line::of(look.role, format!("{} ", look.sign)).with(Role::Dim, stands)
                }),
            },
            4 if feature.workloads.len() < 2 => Line::of(Role::Dim, "-"),
            4 => Line::of(Role::Wait, duration::span(feature.waited_seconds)),
            _ => {
                let mut marks = Line::new();
                for part in &feature.workloads {
                    let look = state_look(&part.stands.state);
                    marks.push(look.role, format!("{} ", look.sign));
                    marks.push(Role::Text, format!("{}  ", part.workload));
                }
                marks
            }
        }
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        let feature = self.row(row);
        match column {
            4 if feature.workloads.len() < 2 => Value::Nothing,
            4 => Value::from(feature.waited_seconds),
            5 => {
                let parts = feature.workloads.iter();
                Value::Several(parts.map(|part| Value::from(&*part.workload)).collect())
            }
            _ => Value::seen(&self.cell(row, column, scene)),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let (a, b) = (self.row(one), self.row(two));
        let order = match column {
            0 => by_number(&a.feature, &b.feature),
            1 => (a.title.is_none(), &a.title).cmp(&(b.title.is_none(), &b.title)),
            2 => live_parts(b).cmp(&live_parts(a)),
            3 => {
                let on = |feature: &Feature| holder(feature).map(|part| part.workload.clone());
                (on(a).is_none(), on(a)).cmp(&(on(b).is_none(), on(b)))
            }
            4 => b.waited_seconds.cmp(&a.waited_seconds),
            _ => a.workloads.len().cmp(&b.workloads.len()),
        };
        order.then_with(|| one.cmp(&two))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        let feature = self.row(row);
        let title = feature.title.as_deref().unwrap_or_default();
        Cow::Owned(format!("{} {title}", feature.feature))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["workload", "state", "on"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let feature = self.row(row);
        let parts = feature.workloads.iter();
        match name {
            "workload" => parts.map(|part| Cow::Borrowed(&*part.workload)).collect(),
            "state" => parts
                .map(|part| Cow::Borrowed(&*part.stands.state))
                .collect(),
            _ => holder(feature)
                .map(|part| Cow::Borrowed(&*part.workload))
                .into_iter()
                .collect(),
        }
    }

    fn workload(&self, row: usize) -> Option<&str> {
        let feature = self.at(row)?;
        let first = feature.workloads.first().map(|part| &*part.workload);
        feature.held_up_by.as_deref().or(first)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.at(row)?.url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        let feature = self.row(row);
        let title = feature.title.as_deref().map(|title| format!(" {title}"));
        let stands = feature
            .workloads
            .iter()
            .map(|part| format!("{} {}", part.workload, words(&part.stands)))
            .collect::<Vec<_>>()
            .join(", ");
        let held = slowest(feature).map(|part| format!("; held up by {}", part.workload));
        let held = held.unwrap_or_default();
        let url = feature.url.as_ref().map(|url| format!(" {url}"));
        format!(
            "{}{}: {stands}{held}{}",
            feature.feature,
            title.unwrap_or_default(),
            url.unwrap_or_default()
        )
    }

    fn nothing(&self, scene: &Scene) -> String {
        match self.known() {
            None => "working out what ships together …".to_owned(),
            Some((known, all)) if known < all => format!("working out {known} of {all} …"),
            Some(_) => format!(
                "No change in {} that is in flight, or went live in the window, names a ticket. A feature is what the changes of one ticket are: name it in \
                 the branch, the title or the message of a change, as in SHOP-12.",
                scene.scope.text()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Timestamp;

    fn feature(name: &str, workloads: usize, waited: i64, done: Option<i64>) -> Feature {
        let part = FeatureWorkload {
            workload: "shop".to_owned(),
            stands: Stands {
                state: "waiting_for_release".to_owned(),
                step: Some("production".to_owned()),
                since: None,
                passed: 3,
                of: 4,
            },
            changes: Vec::new(),
            ready: None,
            done: None,
            waited_seconds: None,
        };
        Feature {
            feature: name.to_owned(),
            title: None,
            url: None,
            workloads: vec![part; workloads],
            held_up_by: (workloads > 1).then(|| "shop".to_owned()),
            done: done.map(Timestamp::from_seconds),
            waited_seconds: Span::from_seconds(waited),
        }
    }

    #[test]
    fn a_change_is_its_number_where_it_has_one() {
        assert_eq!(number("acme/shop#12"), "#12");
        assert_eq!(
            number("0123456789abcdef0123456789abcdef01234567"),
            "0123456789ab"
        );
        assert_eq!(number("odd#"), "odd#");
    }

    #[test]
    fn they_are_counted_and_told_in_a_line() {
        let mut list = Features::default();
        let what = vec![
            feature("long", 3, 90, None),
            feature("short", 2, 10, None),
            feature("alone", 1, 0, None),
            feature("done", 2, 900, Some(5)),
        ];
        let told = Told {
            what,
            known: 4,
            all: 4,
        };
        list.take(Some(&Arc::new(Answer::Features(told))));
        let counts = Counts {
            together: 2,
            alone: 1,
            live: 1,
        };
        assert_eq!((list.counts, list.len()), (counts, 4));
        assert_eq!(
            list.card(1),
            "short: shop production waiting for release, shop production waiting for release; held up by shop"
        );
    }
}
