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
    let own = page.map(|page| page.hints(pen.scene)).unwrap_or_default();
    let acting = page.map(|page| acting::hints(&page.subject(), pen.scene));
    let (can, cannot) = acting.unwrap_or_default();
    let context = Context::In(ui.front());
    let known = |hint: &Hint| {
        let key = keymap.first_key(context, hint.intent)?;
        Some((hint.intent, told(key, hint)))
    };
    let all = hints(own, can, cannot);
    let room = Rect::new(row.x + 1, row.y, end.saturating_sub(row.x + 1), 1);
    keys(room, all.iter().filter_map(known).collect(), pen);
}

/// All that could be told, the most useful first: what one came for and what can be done about it by turns, so that neither pushes the other out; then what
/// is the same everywhere, and at the end what does nothing just now.
fn hints(own: Vec<Hint>, acting: Vec<Hint>, cannot: Vec<Hint>) -> Vec<Hint> {
    let (own, blocked): (Vec<Hint>, Vec<Hint>) =
        own.into_iter().partition(|hint| hint.why_not.is_none());
    let (mut own, mut acting) = (own.into_iter(), acting.into_iter());
    let mut hints = Vec::new();
    loop {
        let before = hints.len();
        hints.extend(own.next());
        hints.extend(acting.next());
        if hints.len() == before {
            break;
        }
    }
    hints.extend([
        Hint::new(Intent::Help, "help"),
        Hint::new(Intent::Palette, "all commands"),
        Hint::new(Intent::Quit, "quit"),
    ]);
    hints.extend(blocked);
    hints.extend(cannot);
    hints
}

/// A key, and what it does or why it does nothing.
fn told(key: &str, hint: &Hint) -> Line {
    let why_not = hint.why_not.as_ref();
    let why_not = why_not.map_or_else(String::new, |reason| format!(" ({reason})"));
    Line::of(Role::Key, key).with(Role::Dim, format!(" {}{why_not}", hint.text))
}

/// As many keys as there is room for, the first ones first, and the one that tells of all others in any case. Those before it stand in the order of the
/// groups of the table of intents, so that a key has its place whatever is beside it.
fn keys(room: Rect, keys: Vec<(Intent, Line)>, pen: &mut Pen<'_>) {
    let width = |line: &Line| u16::try_from(line.width()).unwrap_or(u16::MAX);
    let is_help = |(intent, _): &(Intent, Line)| *intent == Intent::Help;
    let help = keys.iter().find(|key| is_help(key));
    // Each has a gap behind it, but for the last.
    let mut left = room.width.saturating_add(2);
    left = left.saturating_sub(help.map_or(0, |(_, line)| width(line) + 2));
    let mut fitting: Vec<(Intent, Line)> = Vec::new();
    for key in keys {
        let needs = width(&key.1).saturating_add(2);
        if is_help(&key) {
            fitting.push(key);
        } else if needs <= left {
            left -= needs;
            fitting.push(key);
        }
    }
    let before = fitting.iter().position(is_help).unwrap_or(fitting.len());
    fitting[..before].sort_by_key(|(intent, _)| intent.group());
    let mut x = room.x;
    for (intent, line) in &fitting {
        let width = width(line).min(room.right().saturating_sub(x));
        pen.hit(Rect::new(x, room.y, width, 1), Target::Intent(*intent));
        x = pen.line(x, room.y, width, line) + 2;
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::theme::Theme;

    /// What a foot of a width says of the keys of a page and of those that act; each key is the first letter of its word.
    fn foot(
        width: u16,
        own: &[(Intent, &'static str)],
        acting: &[(Intent, &'static str)],
    ) -> String {
        let hint = |(intent, text): &(Intent, &'static str)| Hint::new(*intent, text);
        let blocked = Hint::new(Intent::Browse, "browser").unless(Some("no link".to_owned()));
        let own = [blocked].into_iter().chain(own.iter().map(hint)).collect();
        let all = hints(own, acting.iter().map(hint).collect(), Vec::new());
        let known = |hint: &Hint| (hint.intent, told(&hint.text[..1], hint));
        let scene = Scene::blank();
        let theme = Theme::default();
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        let area = buffer.area;
        let mut pen = Pen {
            buffer: &mut buffer,
            scene: &scene,
            theme: &theme,
            hits: &mut Vec::new(),
        };
        keys(area, all.iter().map(known).collect(), &mut pen);
        let cells = buffer.content().iter();
        let text: String = cells.map(ratatui::buffer::Cell::symbol).collect();
        text.trim_end().to_owned()
    }

    #[test]
    fn the_keys_of_the_page_and_those_that_act_share_what_room_there_is() {
        let own = [
            (Intent::Open, "map"),
            (Intent::Filter, "filter"),
            (Intent::Sort, "sort"),
        ];
        let acting = [(Intent::Promote, "promote"), (Intent::Rollback, "undo")];
        let at = |width| foot(width, &own, &acting);
        assert_eq!(
            at(80),
            "m map  f filter  s sort  p promote  u undo  h help  a all commands  q quit"
        );
        assert_eq!(at(47), "m map  f filter  p promote  u undo  h help");
        // What is too long for what is left leaves its room to the next.
        assert_eq!(at(33), "m map  p promote  u undo  h help");
        assert_eq!(at(6), "h help");
        // What does nothing stands at the end, with its reason.
        assert!(
            at(120).ends_with("q quit  b browser (no link)"),
            "{}",
            at(120)
        );
    }
}
