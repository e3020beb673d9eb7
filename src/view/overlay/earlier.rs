//! What an environment can be rolled back to: every version that was live there, with its age, how many changes would leave, and how it did.

use ratatui::layout::Rect;

use super::keys::{keys, leaves, moved};
use super::{Outcome, Overlay, middle};
use crate::event::time::Timestamp;
use crate::key::Chord;
use crate::model::version;
use crate::plan::ask::{Deed, Wish};
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;
use crate::view::answer::{Answer, Question};
use crate::view::hit::Target;
use crate::view::pen::Pen;
use crate::view::scene::Scene;

const WIDTH: u16 = 92;

/// The versions of an environment.
pub struct Earlier {
    workload: String,
    environments: Vec<String>,
    /// Which of them.
    at: usize,
    cursor: usize,
}

impl Earlier {
    #[must_use]
    pub fn new(workload: &str, environments: Vec<String>, environment: &str) -> Self {
        let at = environments.iter().position(|name| name == environment);
        Self {
            workload: workload.to_owned(),
            at: at.unwrap_or(0),
            environments,
            cursor: 0,
        }
    }

    fn environment(&self) -> &str {
        self.environments.get(self.at).map_or("", String::as_str)
    }

    fn question(&self) -> Question {
        Question::Earlier {
            workload: self.workload.clone(),
            environment: self.environment().to_owned(),
        }
    }

    fn versions<'s>(&self, scene: &'s Scene) -> Option<&'s [version::Earlier]> {
        match scene.answer(&self.question()) {
            Some(Answer::Earlier(versions)) => Some(versions),
            Some(_) => Some(&[]),
            None => None,
        }
    }

    fn chosen(&self, at: usize, scene: &Scene) -> Outcome {
        let version = self.versions(scene).and_then(|all| all.get(at));
        let Some(version) = version.map(|one| &one.version) else {
            return Outcome::Stay;
        };
        // By what can be mistaken least.
        let name = version.sha.clone().or_else(|| version.digest.clone());
        let deed = Deed::Rollback {
            environment: self.environment().to_owned(),
            to: Some(name.unwrap_or_else(|| version.name())),
        };
        Outcome::Plan(Wish::of(&self.workload, deed))
    }
}

/// How wide the parts of a row are, so that they stand below each other. Where they do not fit they are told more briefly; what went wrong with a version is
/// not cut off: where even that does not help, how long it ran yields.
struct Shape {
    name: usize,
    live: usize,
    /// None where it is not told.
    lasted: Option<usize>,
    leaves: usize,
    brief: bool,
}

/// Columns of when it went live, and of how long it ran, where there is room.
const LIVE: usize = 15;
const LASTED: usize = 13;
/// The fewest and the most columns of a name.
const NAME: (usize, usize) = (8, 30);

impl Shape {
    fn of(versions: &[version::Earlier], room: usize, now: Timestamp) -> Self {
        let widest = |part: &dyn Fn(&version::Earlier) -> String| {
            let widths = versions.iter().map(|one| text::width(&part(one)));
            widths.max().unwrap_or(0)
        };
        let (name, wrong) = (widest(&name), widest(&wrong));
        let form = |brief: bool| {
            let (live, lasted) = if brief {
                let live = widest(&|one| live(one, brief, now));
                (live + 2, widest(&lasted) + 2)
            } else {
                (LIVE, LASTED)
            };
            let leaves = widest(&|one| leaving(one, brief)) + 2;
            (2 + live + leaves + wrong, live, lasted, leaves)
        };
        let ([whole, brief], least) = ([form(false), form(true)], name.clamp(NAME.0, NAME.1));
        let fits = |(rest, _, lasted, _): &(usize, usize, usize, usize), name: usize| {
            name + rest + lasted <= room
        };
        let is_brief = !fits(&whole, least);
        let (rest, live, lasted, leaves) = if is_brief { brief } else { whole };
        let has_lasted = fits(&(rest, live, lasted, leaves), NAME.0);
        let rest = rest + if has_lasted { lasted } else { 0 };
        let most = room.saturating_sub(rest).clamp(NAME.0, NAME.1);
        Self {
            name: name.clamp(NAME.0, most),
            live,
            lasted: has_lasted.then_some(lasted),
            leaves,
            brief: is_brief,
        }
    }
}

fn name(one: &version::Earlier) -> String {
    text::clean(&one.version.name()).into_owned()
}

fn live(one: &version::Earlier, brief: bool, now: Timestamp) -> String {
    let word = if brief { "" } else { "live " };
    format!("{word}{} ago", duration::age(one.from, now))
}

fn lasted(one: &version::Earlier) -> String {
    one.until.map_or_else(String::new, |until| {
        format!("for {}", duration::between(one.from, until))
    })
}

fn leaving(one: &version::Earlier, brief: bool) -> String {
    if brief {
        format!("-{}", figure::count(one.leaves, "change"))
    } else {
        format!("{} would leave", figure::count(one.leaves, "change"))
    }
}

/// That it failed or was rolled back, and how many incidents it had.
fn wrong(one: &version::Earlier) -> String {
    let incidents = (one.incidents > 0).then(|| figure::count(one.incidents, "incident"));
    let parts = [
        one.failed.then(|| "failed".to_owned()),
        one.rolled_back.then(|| "rolled back".to_owned()),
        incidents,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("{} {}", glyph::BAD, parts.join(", "))
}

/// A version in a row.
fn row(one: &version::Earlier, shape: &Shape, now: Timestamp) -> Line {
    let mut line = Line::of(Role::Title, text::left(&name(one), shape.name));
    let mut column = shape.name + 2;
    line.pad_to(column)
        .push(Role::Text, live(one, shape.brief, now));
    column += shape.live;
    if let Some(width) = shape.lasted {
        line.pad_to(column).push(Role::Dim, lasted(one));
        column += width;
    }
    line.pad_to(column)
        .push(Role::Wait, leaving(one, shape.brief));
    line.pad_to(column + shape.leaves)
        .push(Role::Bad, wrong(one));
    line
}

impl Overlay for Earlier {
    fn questions(&self) -> Vec<Question> {
        vec![self.question()]
    }

    fn key(&mut self, chord: Chord, scene: &Scene) -> Outcome {
        if leaves(chord) {
            return Outcome::Close;
        }
        match chord.to_string().as_str() {
            "enter" => return self.chosen(self.cursor, scene),
            "tab" => {
                self.at = (self.at + 1) % self.environments.len().max(1);
                self.cursor = 0;
            }
            "shift-tab" => {
                let count = self.environments.len().max(1);
                self.at = (self.at + count - 1) % count;
                self.cursor = 0;
            }
            _ => {
                let count = self.versions(scene).map_or(0, <[_]>::len);
                self.cursor = moved(chord, self.cursor, count).unwrap_or(self.cursor);
            }
        }
        Outcome::Stay
    }

    fn click(&mut self, target: Target, scene: &Scene) -> Outcome {
        match target {
            Target::Part(at) => self.chosen(at, scene),
            _ => Outcome::Close,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let rows = self.versions(pen.scene).map_or(1, |all| all.len().max(2));
        let height = u16::try_from(rows + 4).unwrap_or(u16::MAX);
        let most = area.height.saturating_sub(4).min(18);
        let place = middle(area, WIDTH, height.min(most));
        pen.clear(place);
        let mut title = Line::of(Role::Title, format!("roll back {}", self.workload))
            .with(Role::Dim, " in ")
            .with(Role::Focus, self.environment());
        if let Some(all @ [_, ..]) = self.versions(pen.scene) {
            let place = self.cursor.min(all.len() - 1) + 1;
            title.push(Role::Dim, format!("  {place} of {}", all.len()));
        }
        let inner = pen.frame(place, &title, true);
        let scene = pen.scene;
        let room = inner.width.saturating_sub(3);
        match self.versions(scene) {
            None => {
                let words = "working out what was live here …";
                pen.text(inner.x + 2, inner.y, room, Role::Dim, words);
            }
            Some([]) => {
                let words = format!(
                    "no version is known that was live in {} before the one that runs now",
                    self.environment()
                );
                let body = Rect::new(inner.x + 2, inner.y, room, inner.height.saturating_sub(2));
                pen.paragraph(body, Role::Dim, &words);
            }
            Some(versions) => self.draw_versions(versions, inner, pen),
        }
        let mut hints = Vec::new();
        if matches!(self.versions(scene), Some([_, ..])) {
            hints.push(("enter", "what it would mean"));
        }
        if self.environments.len() > 1 {
            hints.push(("tab", "another environment"));
        }
        hints.push(("esc", "leave it"));
        keys(inner, &hints, pen);
        None
    }
}

impl Earlier {
    fn draw_versions(&self, versions: &[version::Earlier], inner: Rect, pen: &mut Pen<'_>) {
        let rows = usize::from(inner.height.saturating_sub(2)).max(1);
        let top = (self.cursor + 1).saturating_sub(rows);
        let shown = versions.iter().enumerate().skip(top).take(rows);
        let room = inner.width.saturating_sub(3);
        let now = pen.scene.instant();
        let shape = Shape::of(versions, usize::from(room), now);
        for ((at, one), y) in shown.zip(inner.y..) {
            let whole = Rect::new(inner.x, y, inner.width, 1);
            let line = row(one, &shape, now);
            pen.line(inner.x + 2, y, room, &line);
            if at == self.cursor {
                pen.text(inner.x, y, 1, Role::Focus, glyph::CURSOR);
                pen.select(whole);
            }
            pen.hit(whole, Target::Part(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Span;

    fn version(name: &str, wrong: bool) -> version::Earlier {
        let now = Timestamp::parse("2026-03-04T10:00:00Z").unwrap();
        let from = now - Span::from_seconds(20 * 86_400);
        version::Earlier {
            version: version::Version {
                version: Some(name.to_owned()),
                ..version::Version::default()
            },
            from,
            until: Some(from + Span::from_seconds(6_120)),
            incidents: usize::from(wrong),
            failed: false,
            rolled_back: wrong,
            leaves: 10,
        }
    }

    #[test]
    fn how_long_it_ran_and_what_went_wrong_are_both_told_in_eighty_columns() {
        let now = Timestamp::parse("2026-03-04T10:00:00Z").unwrap();
        let versions = [version("2.16.0", true), version("2.15.0", false)];
        let told = |room| {
            let shape = Shape::of(&versions, room, now);
            versions
                .each_ref()
                .map(|one| row(one, &shape, now).text().trim_end().to_owned())
        };
        let wrong = format!("{} rolled back, 1 incident", glyph::BAD);
        let whole =
            format!("2.16.0    live 20d ago   for 1h 42m   10 changes would leave  {wrong}");
        assert_eq!(told(98)[0], whole);
        let brief = format!("2.16.0    20d ago  for 1h 42m  -10 changes  {wrong}");
        assert_eq!(
            told(75),
            [
                brief,
                "2.15.0    20d ago  for 1h 42m  -10 changes".to_owned()
            ]
        );
        let least = format!("2.16.0    20d ago  -10 changes  {wrong}");
        assert_eq!(told(60)[0], least);
    }
}
