//! What stands around every page: the head (where one looks, over which time, how fresh it is), the tabs, and the foot (the keys that work right here).

use ratatui::layout::Rect;

use super::acting;
use super::hit::Target;
use super::page::Hint;
use super::pen::Pen;
use super::scene::{Scene, SourceState, Stage};
use super::scope::Scope;
use super::ui::Ui;
use crate::event::time::{Span, Timestamp};
use crate::intent::{Intent, View};
use crate::key::{Context, Keymap};
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph};
use crate::theme::Role;

/// The first row: scope, window, instant, sources.
pub fn head(row: Rect, ui: &Ui, pen: &mut Pen<'_>) {
    let scene = pen.scene;
    let mut left = Line::of(Role::Title, " leadtime ").with(Role::Text, " ");
    left.append(whereabouts(ui, scene));
    let columns = |line: &Line| u16::try_from(line.width()).unwrap_or(u16::MAX);
    let beside = row.width.saturating_sub(columns(&left) + 4);
    let mut fitting = FORMS.iter().map(|form| state(*form, scene));
    let fits = |core: &Line| columns(core) <= beside;
    let core = fitting.find(fits);
    let core = core.unwrap_or_else(|| state(Form::Least, scene));
    // Which instant is looked at and whether leadtime may act stand there whole, whatever is left for the rest.
    let least = row.width.saturating_sub(columns(&core).saturating_add(3));
    let mut right = core;
    sources(scene, &mut right);
    let room = row.width.saturating_sub(columns(&right).saturating_add(3));
    // Where both do not fit, the sources yield: they have a page of their own.
    let most = row.width.saturating_sub(row.width / 2);
    let room = room.max(most.min(columns(&left))).min(least);
    let end = pen.line(row.x, row.y, room, &left);
    let rest = Rect::new(end + 2, row.y, (row.right()).saturating_sub(end + 3), 1);
    pen.right(rest, &right);
}

fn whereabouts(ui: &Ui, scene: &Scene) -> Line {
    if scene.stage == Stage::Welcome {
        return Line::new();
    }
    let mut line = Line::of(Role::Text, &scene.title);
    let count = ui.count(scene).workloads;
    match &scene.scope {
        Scope::All => {
            line.push(Role::Dim, " · ");
            line.push(Role::Dim, figure::count(count, "workload"));
        }
        scope => {
            line.push(Role::Dim, " › ");
            line.push(Role::Focus, scope.text());
        }
    }
    for title in ui.titles(scene) {
        line.push(Role::Dim, " › ");
        line.push(Role::Text, title);
    }
    line
}

/// How much is told of the instant that is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    /// Without its zone, in which all times are told.
    Brief,
    /// Without how long ago it was.
    Least,
}

const FORMS: [Form; 3] = [Form::Whole, Form::Brief, Form::Least];

/// The window, the instant, whether leadtime may act.
fn state(form: Form, scene: &Scene) -> Line {
    let mut line = Line::new();
    if scene.stage == Stage::Welcome {
        return line;
    }
    match scene.stage {
        Stage::Working(done, total) => {
            line.push(Role::Dim, format!("{done}/{total}  "));
        }
        // What is seen is from the last time.
        Stage::Opening if !scene.fleet().is_empty() => {
            line.push(Role::Dim, "opening …  ");
        }
        _ => {}
    }
    line.push(Role::Text, duration::whole(scene.lens.length));
    line.push(Role::Dim, "  ");
    if let Some(at) = scene.lens.as_of {
        // Everything else is told as of then: this alone says which year that is.
        let at_all = scene.style.moment_seen(at, scene.lens.now);
        let ago = format!("{} ago", duration::age(at, scene.lens.now));
        let told = match form {
            Form::Whole => format!("{at_all} {}, {ago}", scene.lens.zone.name()),
            Form::Brief => format!("{at_all}, {ago}"),
            Form::Least => at_all,
        };
        line.push(Role::Warning, format!(" as of {told} "));
    } else {
        let speed = scene.speed.map(|speed| format!(" ×{speed}"));
        line.push(Role::Good, "live");
        line.push(Role::Dim, speed.unwrap_or_default());
    }
    line.push(Role::Dim, "  ");
    line.append(armed(scene));
    line
}

/// How fresh each source is.
fn sources(scene: &Scene, line: &mut Line) {
    if scene.stage == Stage::Welcome {
        return;
    }
    // Where not all of them fit, those that fail are not the ones that are left out.
    let (failing, well): (Vec<_>, Vec<_>) = scene
        .sources
        .iter()
        .partition(|source| source.error.is_some());
    for source in failing.into_iter().chain(well) {
        line.push(Role::Dim, " · ");
        line.append(freshness(source, scene.lens.now));
    }
}

/// Whether leadtime may act: told by shape, word and colour.
fn armed(scene: &Scene) -> Line {
    let acting = &scene.acting;
    match &acting.armed {
        Some(armed) => {
            let left = duration::clock(armed.until - scene.lens.now);
            Line::of(
                Role::Armed,
                format!(" ▲ ARMED: {}, {left} left ", armed.scope.text()),
            )
        }
        None if acting.forbidden.is_some() => Line::of(Role::Dim, "read-only by order"),
        None => Line::of(Role::Dim, "read-only"),
    }
}

/// A source and how long ago it was read.
fn freshness(source: &SourceState, now: Timestamp) -> Line {
    let name = Line::of(Role::Dim, &source.name);
    match (&source.error, &source.reading, source.read) {
        (Some(_), _, read) => {
            let age = read.map(|read| format!(" {}", duration::age(read, now)));
            name.with(Role::Bad, format!(" {}", glyph::BAD))
                .with(Role::Bad, age.unwrap_or_default())
        }
        (None, Some(_), _) => name.with(Role::Process, " …"),
        (None, None, Some(read)) => {
            let every = source.every.unwrap_or(Span::from_seconds(60));
            let late = now - read > Span::from_micros(every.micros().saturating_mul(10));
            let role = if late { Role::Stale } else { Role::Fresh };
            // The page is drawn a moment after it was last told the time.
            name.with(role, format!(" {}", duration::age(read.min(now), now)))
        }
        (None, None, None) => name.with(Role::Dim, " -"),
    }
}

/// The second row: the views and their keys. Where they do not fit, only the one in front is named.
pub fn tabs(row: Rect, ui: &Ui, keymap: &Keymap, pen: &mut Pen<'_>) {
    if pen.scene.stage == Stage::Welcome {
        return;
    }
    let gates: usize = ui.count(pen.scene).gates;
    let tabs = View::ALL.map(|view| [false, true].map(|named| tab(view, ui, keymap, gates, named)));
    let widths = tabs
        .each_ref()
        .map(|[key, named]| [key.width(), named.width()]);
    let mut named = View::ALL.map(|_| true);
    let width = |named: &[bool; View::ALL.len()], gap: usize| -> usize {
        let each = widths.iter().zip(named);
        1 + each
            .map(|(widths, named)| widths[usize::from(*named)] + gap)
            .sum::<usize>()
    };
    let room = usize::from(row.width);
    let gap = if width(&named, 2) <= room { 2 } else { 1 };
    // Where the names do not fit, those farthest from the view in front go first.
    let front = View::ALL.iter().position(|view| *view == ui.front());
    let front = front.unwrap_or(0);
    while width(&named, 2) > room && width(&named, gap) > room {
        let far = (0..named.len())
            .filter(|at| named[*at] && *at != front)
            .max_by_key(|at| at.abs_diff(front));
        let Some(far) = far else { break };
        named[far] = false;
    }
    let gap = if width(&named, 2) <= room { 2 } else { 1 };
    let mut x = row.x + 1;
    for ((view, lines), named) in View::ALL.into_iter().zip(&tabs).zip(named) {
        let line = &lines[usize::from(named)];
        let start = x;
        x = pen.line(x, row.y, row.right().saturating_sub(x), line);
        let place = Rect::new(start, row.y, x.saturating_sub(start), 1);
        if view == ui.front() {
            pen.select(place);
        }
        pen.hit(place, Target::Intent(view.intent()));
        x += u16::from(gap == 2) + 1;
        if x >= row.right() {
            break;
        }
    }
}

fn tab(view: View, ui: &Ui, keymap: &Keymap, gates: usize, named: bool) -> Line {
    let key = keymap
        .first_key(Context::Global, view.intent())
        .unwrap_or("");
    let mut line = Line::of(Role::Key, key);
    if named {
        let role = if view == ui.front() {
            Role::Title
        } else {
            Role::Text
        };
        line.push(role, " ").push(role, view.title());
    }
    if view == View::Gates && gates > 0 {
        line.push(Role::Gate, format!(" {}{gates}", glyph::GATE));
    }
    line
}

/// The last row: what was said last, else the keys that work here; and the position in the list.
pub fn foot(row: Rect, ui: &Ui, keymap: &Keymap, pen: &mut Pen<'_>) {
    let page = ui.page().filter(|_| pen.scene.stage != Stage::Welcome);
    let rows = page.and_then(|page| page.rows());
    let mut right = Line::new();
    if let Some(rows) = rows {
        if !rows.filter().is_empty() {
            right.push(Role::Match, format!("/{}", rows.filter()));
            right.push(Role::Dim, "  ");
        }
        right.push(Role::Dim, rows.position());
    }
    let taken = u16::try_from(right.width()).unwrap_or(u16::MAX);
    pen.right(Rect::new(row.x, row.y, row.width - 1, 1), &right);
    let end = row.right().saturating_sub(taken + 3);
    if let Some(message) = &ui.message {
        pen.line(row.x + 1, row.y, end.saturating_sub(row.x + 1), message);
        return;
    }
    let mut hints = page.map(|page| page.hints(pen.scene)).unwrap_or_default();
    // In the past there is nothing to act with.
    let acts = pen.scene.acting.lasts.is_some() && pen.scene.lens.as_of.is_none();
    let able = page.filter(|_| acts);
    let acting = able.map(|page| acting::hints(&page.subject(), pen.scene));
    let (can, cannot) = acting.unwrap_or_default();
    // What one came for first, then what can be done about it; what cannot, where there is room at the end.
    let at = 1.min(hints.len());
    hints.splice(at..at, can);
    hints.extend([
        Hint::new(Intent::Help, "help"),
        Hint::new(Intent::Palette, "all commands"),
        Hint::new(Intent::Quit, "quit"),
    ]);
    hints.extend(cannot);
    let context = Context::In(ui.front());
    let told = hints.iter().filter_map(|hint| {
        let key = keymap.first_key(context, hint.intent)?;
        Some((hint.intent, told(key, hint)))
    });
    let room = Rect::new(row.x + 1, row.y, end.saturating_sub(row.x + 1), 1);
    keys(room, &told.collect::<Vec<_>>(), pen);
}

/// A key, and what it does or why it does nothing.
fn told(key: &str, hint: &Hint) -> Line {
    let why_not = hint.why_not.as_ref();
    let why_not = why_not.map_or_else(String::new, |reason| format!(" ({reason})"));
    Line::of(Role::Key, key).with(Role::Dim, format!(" {}{why_not}", hint.text))
}

/// As many keys as there is room for, from the first one on; the one that tells of all others in any case.
fn keys(room: Rect, keys: &[(Intent, Line)], pen: &mut Pen<'_>) {
    let width = |line: &Line| u16::try_from(line.width()).unwrap_or(u16::MAX);
    let help = keys.iter().find(|(intent, _)| *intent == Intent::Help);
    let mut kept = help.map_or(0, |(_, line)| width(line) + 2);
    let mut is_full = false;
    let mut x = room.x;
    for (intent, line) in keys {
        let is_help = *intent == Intent::Help;
        kept = if is_help { 0 } else { kept };
        let width = width(line);
        let fits = x.saturating_add(width).saturating_add(kept) <= room.right();
        is_full |= !fits;
        if !fits || (is_full && !is_help) {
            continue;
        }
        pen.hit(Rect::new(x, room.y, width, 1), Target::Intent(*intent));
        x = pen.line(x, room.y, width, line) + 2;
    }
}
