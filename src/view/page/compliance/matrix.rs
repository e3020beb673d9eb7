//! Workloads against the steps that their paths require, for what is live in production: how each step stands, the worst workload first.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};

use crate::model::compliance::{Compliance, Required};
use crate::model::evidence::Standing;
use crate::model::overview::{Overview, Summary};
use crate::report::sheet::Line;
use crate::report::{figure, glyph, text};
use crate::theme::Role;
use crate::view::gathered::Gathered;
use crate::view::listing::{Column, Listing, Value, by_number_if_any};
use crate::view::scene::Scene;
use crate::view::widget::cells::{self, Cells};

/// Columns before those of the steps.
const BEFORE: usize = 3;
/// The longest word of a standing, with its sign and a lock.
const WORD: usize = 14;

/// The matrix.
#[derive(Default)]
pub struct Matrix {
    rows: Gathered<Part>,
    /// Every step that some path requires, in the order of the paths.
    pub cells: Cells,
    /// How many steps of all workloads stand how, in the order of [`STANDINGS`].
    pub standings: [usize; STANDINGS.len()],
}

/// How a step can stand, the worst first.
pub const STANDINGS: [Standing; 5] = [
    Standing::Failed,
    Standing::Missing,
    Standing::Overridden,
    Standing::Stale,
    Standing::Present,
];

/// What the matrix as a whole needs of a workload.
struct Part {
    grave: Grave,
    problems: usize,
    steps: Vec<(String, Standing)>,
}

impl Part {
    fn of(overview: &Overview) -> Self {
        let steps = known(overview).map(|one| one.steps.iter());
        let steps = steps.into_iter().flatten();
        Self {
            grave: grave(overview),
            problems: known(overview).map_or(0, |one| one.problems.len()),
            steps: steps.map(|one| (one.step.clone(), one.standing)).collect(),
        }
    }
}

/// How a workload stands as a whole, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grave {
    /// So many steps stand so.
    Steps(Reverse<Standing>, Reverse<usize>),
    /// All evidence is there, and the path, or the way that was taken, leaves something out.
    Path(Reverse<usize>),
    Holds,
    NotLive,
    Unknown,
}

/// How a workload stands.
#[must_use]
pub fn grave(overview: &Overview) -> Grave {
    let Some(compliance) = known(overview) else {
        return Grave::Unknown;
    };
    if compliance.live.is_none() {
        return Grave::NotLive;
    }
    match compliance.worst() {
        Some(worst) if worst != Standing::Present => {
            let so = compliance
                .steps
                .iter()
                .filter(|step| step.standing == worst);
            Grave::Steps(Reverse(worst), Reverse(so.count()))
        }
        _ if compliance.problems.is_empty() => Grave::Holds,
        _ => Grave::Path(Reverse(compliance.problems.len())),
    }
}

fn known(overview: &Overview) -> Option<&Compliance> {
    overview.detail.as_ref().map(|detail| &detail.compliance)
}

/// How a step stands: its own sign each.
#[must_use]
pub const fn sign(standing: Standing) -> (Role, &'static str) {
    match standing {
        Standing::Present => (Role::Good, glyph::GOOD),
        Standing::Stale => (Role::Stale, glyph::STALE),
        Standing::Overridden => (Role::Warning, glyph::AROUND),
        Standing::Missing => (Role::Wait, glyph::MISSING),
        Standing::Failed => (Role::Bad, glyph::BAD),
    }
}

impl Matrix {
    /// Gathers the workloads in scope; tells whether any is another than before.
    pub fn gather(&mut self, scene: &Scene) -> bool {
        let is_any = self.rows.gather(scene, Part::of).is_any();
        if is_any {
            self.line_up();
        }
        is_any
    }

    fn line_up(&mut self) {
        let parts = self.rows.made();
        let lists = parts.iter();
        let lists = lists.map(|part| part.steps.iter().map(|(step, _)| &**step));
        self.cells.name(lists, None);
        let steps = parts.iter().flat_map(|part| &part.steps);
        self.standings = [0; STANDINGS.len()];
        for (_, standing) in steps {
            for (known, count) in STANDINGS.iter().zip(&mut self.standings) {
                *count += usize::from(known == standing);
            }
        }
        let before = vec![
            cells::workloads(self.rows.widest()),
            Column::new("stands", 12, 14, 0),
            Column::new("live", 8, 14, u8::MAX),
        ];
        let width = |name: &String| {
            let title = text::width(&text::clean(name)).min(20) + 1;
            [title.max(3), title.max(WORD)]
        };
        let widths = self.cells.names.iter().map(width).collect();
        self.cells.line_up(before, widths);
    }

    #[must_use]
    pub fn summary(&self, row: usize) -> Option<&Summary> {
        self.rows.summary(row)
    }

    #[must_use]
    pub fn compliance(&self, row: usize) -> Option<&Compliance> {
        known(self.rows.get(row)?)
    }

    /// How a step stands for a row; none where its path does not ask for it.
    #[must_use]
    pub fn step(&self, row: usize, column: usize) -> Option<&Required> {
        let name = self.cells.names.get(column)?;
        let steps = &self.compliance(row)?.steps;
        steps.iter().find(|step| step.step == *name)
    }

    /// How each workload stands.
    pub fn graves(&self) -> impl Iterator<Item = Grave> {
        self.rows.made().iter().map(|part| part.grave)
    }
}

/// How a workload stands, in a sign and a few words.
#[must_use]
pub fn stands(grave: Grave) -> Line {
    match grave {
        Grave::Steps(Reverse(standing), Reverse(count)) => {
            let (role, sign) = sign(standing);
            Line::of(role, format!("{sign} {count} {}", standing.word()))
        }
        Grave::Path(Reverse(count)) => Line::of(
            Role::Warning,
            format!("! {}", figure::count(count, "problem")),
        ),
        Grave::Holds => Line::of(Role::Good, format!("{} holds", glyph::GOOD)),
        Grave::NotLive => Line::of(Role::Dim, "· not live"),
        Grave::Unknown => Line::of(Role::Dim, "…"),
    }
}

impl Listing for Matrix {
    fn columns(&self) -> &[Column] {
        self.cells.columns()
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.rows[row].summary.workload)
    }

    fn cell(&self, row: usize, column: usize, _scene: &Scene) -> Line {
        let overview = &self.rows[row];
        match column {
            0 => return Line::of(Role::Text, &overview.summary.workload),
            1 => return stands(self.rows.made()[row].grave),
            2 => {
                let live = known(overview).and_then(|one| one.live.as_ref());
                let version = live.and_then(|live| live.version.as_deref());
                return Line::of(Role::Dim, version.map_or("-", text::short));
            }
            _ => {}
        }
        let Some(step) = self.step(row, column - BEFORE) else {
            // Not asked for by its path: blank.
            return Line::new();
        };
        let (role, sign) = sign(step.standing);
        let mut line = Line::of(role, sign);
        line.push(Role::Dim, if step.locked { glyph::LOCK } else { " " });
        if self.cells.has_words() && step.standing != Standing::Present {
            line.push(role, format!(" {}", step.standing.word()));
        }
        line
    }

    fn value(&self, row: usize, column: usize, scene: &Scene) -> Value {
        match column.checked_sub(BEFORE) {
            None => Value::seen(&self.cell(row, column, scene)),
            Some(place) => Value::from(self.step(row, place).map(|step| step.standing.word())),
        }
    }

    fn order(&self, column: usize, one: usize, two: usize) -> Ordering {
        let version = |row: usize| {
            let live = self.compliance(row)?.live.as_ref()?;
            live.version.as_deref()
        };
        let order = match column {
            0 => Ordering::Equal,
            1 => {
                let key = |row: usize| {
                    let part = &self.rows.made()[row];
                    (part.grave, Reverse(part.problems))
                };
                key(one).cmp(&key(two))
            }
            2 => by_number_if_any(version(one), version(two)),
            _ => {
                // The worst first; who need not have it at the end.
                let key = |row: usize| {
                    let step = self.step(row, column - BEFORE);
                    (step.is_none(), step.map(|step| Reverse(step.standing)))
                };
                key(one).cmp(&key(two))
            }
        };
        order.then_with(|| self.rows.rank_of(one).cmp(&self.rows.rank_of(two)))
    }

    fn words(&self, row: usize) -> Cow<'_, str> {
        cells::words(&self.rows[row].summary)
    }

    fn fields(&self) -> &'static [&'static str] {
        &["workload", "team", "path", "state", "step"]
    }

    fn field(&self, row: usize, name: &str) -> Vec<Cow<'_, str>> {
        let summary = &self.rows[row].summary;
        let steps = || {
            let all = self.compliance(row).into_iter();
            all.flat_map(|compliance| &compliance.steps)
        };
        let bad = |step: &&Required| step.standing != Standing::Present;
        match name {
            "workload" => vec![Cow::Borrowed(&*summary.workload)],
            "team" => summary
                .team
                .as_deref()
                .map(Cow::Borrowed)
                .into_iter()
                .collect(),
            "path" => vec![Cow::Borrowed(&*summary.path)],
            "state" => {
                let whole = match self.rows.made()[row].grave {
                    Grave::Path(_) => "problem",
                    Grave::Holds => "holds",
                    Grave::NotLive => "not-live",
                    _ => "",
                };
                let words = steps().filter(bad).map(|step| step.standing.word());
                words
                    .chain(Some(whole).filter(|word| !word.is_empty()))
                    .map(Cow::Borrowed)
                    .collect()
            }
            _ => steps()
                .filter(bad)
                .map(|step| Cow::Borrowed(&*step.step))
                .collect(),
        }
    }

    fn groups(&self) -> &'static [&'static str] {
        &cells::GROUPS
    }

    fn group(&self, row: usize, by: usize) -> Cow<'_, str> {
        cells::group(&self.rows[row].summary, by)
    }

    fn workload(&self, row: usize) -> Option<&str> {
        Some(&self.rows[row].summary.workload)
    }

    fn link(&self, row: usize) -> Option<&str> {
        self.step(row, self.cells.front)?.url.as_deref()
    }

    fn card(&self, row: usize) -> String {
        let workload = &self.rows[row].summary.workload;
        let problems = self.compliance(row).map(|one| one.problems.join("; "));
        let problems = problems.filter(|problems| !problems.is_empty());
        let problems = problems.map_or_else(String::new, |problems| format!("; {problems}"));
        match self.step(row, self.cells.front) {
            Some(step) => format!(
                "{workload}, {}: {}, {}{}{problems}",
                step.step,
                step.standing.word(),
                step.detail,
                step.url
                    .as_ref()
                    .map_or_else(String::new, |url| format!(" {url}")),
            ),
            None => format!("{workload}{problems}"),
        }
    }

    fn nothing(&self, scene: &Scene) -> String {
        if scene.fleet().is_empty() {
            "no workload is known yet: import events, sync a source, or name workloads in leadtime.toml".to_owned()
        } else {
            format!("no workload in {}", scene.scope.text())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_is_first() {
        let steps = |standing, count| Grave::Steps(Reverse(standing), Reverse(count));
        let ordered = [
            steps(Standing::Failed, 2),
            steps(Standing::Failed, 1),
            steps(Standing::Missing, 5),
            steps(Standing::Overridden, 1),
            steps(Standing::Stale, 9),
            Grave::Path(Reverse(2)),
            Grave::Path(Reverse(1)),
            Grave::Holds,
            Grave::NotLive,
            Grave::Unknown,
        ];
        assert!(ordered.is_sorted());
        assert_eq!(stands(ordered[0]).text(), "✗ 2 failed");
        assert_eq!(stands(ordered[6]).text(), "! 1 problem");
    }
}
