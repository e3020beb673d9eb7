//! What an environment can be rolled back to: every version that was live there, with its age, how many changes would leave, and how it did.

use ratatui::layout::Rect;

use super::keys::{keys, leaves, moved};
use super::{Outcome, Overlay, middle};
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

/// How wide the parts of a row are, so that they stand below each other. What went wrong with a version is not cut off: how long it ran yields first.
struct Shape {
    name: usize,
    lasted: bool,
    leaves: usize,
}

/// Columns of when it went live, and of how long it ran.
const LIVE: usize = 15;
const LASTED: usize = 13;
/// The fewest and the most columns of a name.
const NAME: (usize, usize) = (8, 30);

impl Shape {
    fn of(versions: &[version::Earlier], room: usize) -> Self {
        let widest = |part: fn(&version::Earlier) -> String| {
            let widths = versions.iter().map(|one| text::width(&part(one)));
            widths.max().unwrap_or(0)
        };
        let leaves = widest(leaving) + 2;
        let rest = 2 + LIVE + leaves + widest(wrong);
        let most = room.saturating_sub(rest).clamp(NAME.0, NAME.1);
        let name = widest(name).clamp(NAME.0, most);
        Self {
            name,
            lasted: name + rest + LASTED <= room,
            leaves,
        }
    }
}

fn name(one: &version::Earlier) -> String {
    text::clean(&one.version.name()).into_owned()
}

fn leaving(one: &version::Earlier) -> String {
    format!("{} would leave", figure::count(one.leaves, "change"))
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
fn row(one: &version::Earlier, shape: &Shape, scene: &Scene) -> Line {
    let mut line = Line::of(Role::Title, text::left(&name(one), shape.name));
    let mut column = shape.name + 2;
    let age = duration::age(one.from, scene.instant());
    line.pad_to(column)
        .push(Role::Text, format!("live {age} ago"));
    column += LIVE;
    if shape.lasted {
        line.pad_to(column);
        if let Some(until) = one.until {
            let lasted = duration::between(one.from, until);
            line.push(Role::Dim, format!("for {lasted}"));
        }
        column += LASTED;
    }
    line.pad_to(column).push(Role::Wait, leaving(one));
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
        let mut hints = vec![("enter", "what it would mean"), ("esc", "leave it")];
        if self.environments.len() > 1 {
            hints.insert(1, ("tab", "another environment"));
        }
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
        let shape = Shape::of(versions, usize::from(room));
        for ((at, one), y) in shown.zip(inner.y..) {
            let whole = Rect::new(inner.x, y, inner.width, 1);
            let line = row(one, &shape, pen.scene);
            pen.line(inner.x + 2, y, room, &line);
            if at == self.cursor {
                pen.text(inner.x, y, 1, Role::Focus, glyph::CURSOR);
                pen.select(whole);
            }
            pen.hit(whole, Target::Part(at));
        }
    }
}
