//! `leadtime` on a terminal, and `leadtime demo`: the dashboard.

mod taste;
pub(super) mod threads;

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::mpsc::channel;

use super::args::{DashboardArgs, DemoArgs, Global};
use super::session::Session;
use super::{Ending, hint, recall};
use crate::app::locate::Nowhere;
use crate::app::{assemble, import, registry};
use crate::clock::Clock;
use crate::config::Config;
use crate::dashboard::kept::Kept;
use crate::dashboard::reader::Feeds;
use crate::dashboard::worker::{Open, Workshop};
use crate::dashboard::{App, Ended, Setting};
use crate::demo::Organisation;
use crate::error::Failure;
use crate::event::time::{Span, Timestamp};
use crate::intent::View;
use crate::model::window::LOOK_BACK;
use crate::report::Style;
use crate::theme::Theme;
use crate::view::scene::{Lens, Scene, Stage};
use taste::Taste;
use threads::{Threads, feeds, open, operations};

/// How many times faster than the world's time passes in the demonstration.
const SPEED: u32 = 60;

/// So long the demonstration goes on, in its own time.
const AHEAD: Span = Span::from_seconds(30 * 86_400);

/// Whether somebody sits at a terminal that can be drawn on.
#[must_use]
pub fn is_possible(global: &Global) -> bool {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    terminal && !dumb && !global.json
}

/// Runs it on what holds here.
pub fn run(global: &Global, args: &DashboardArgs) -> Result<Ending, Failure> {
    if global.as_known.is_some() && !args.plain {
        return Err(Failure::usage(
            "the dashboard follows what arrives, and --as-known looks at what had",
        )
        .hinted("add --plain, which prints the view; or travel by --as-of"));
    }
    let taste = Taste::new(args)?;
    let kept = recall::of_configuration(global)?;
    if let Some(kept) = kept.filter(|_| global.as_of.is_none() && !args.plain)
        && let Some(scene) = recall::scene(global, &kept)
    {
        return resume(global, args, taste, (kept, scene));
    }
    let session = session(global)?;
    let mut app = app(&session, &taste, args)?;
    if session.config.file.is_none() && session.here.is_none() && global.db.is_none() {
        if args.plain {
            return Err(hint::welcome(false, false));
        }
        app.scene.stage = Stage::Welcome;
        let nothing: Open = Box::new(|| Ok(None));
        return match taste.show(args, app, Clock::system(), Threads::of(nothing))? {
            Ended::Demo => demonstrate(global, &DemoArgs::usual(args)),
            Ended::Quit => Ok(Ending::Done),
        };
    }
    let travels = global.as_of.or(global.as_known);
    app.scene.lens.as_of = travels.map(|_| session.as_of);
    let feeds = feeds(&session, None);
    let kept = match recall::of_configuration(global)? {
        Some(kept) => Some(kept),
        None => recall::of_session(&session, global),
    };
    if let Some(kept) = kept.as_ref().filter(|_| app.scene.lens.as_of.is_none()) {
        recall::show(&mut app, kept);
    }
    let session = Arc::new(session);
    let acting = Arc::clone(&session);
    let threads = Threads {
        open: open(move || Ok(session), kept, args.plain),
        bring: Some(Box::new(move || Some(feeds))),
        begin: Some(Box::new(move || Some(operations(acting)))),
    };
    taste.show(args, app, Clock::system(), threads)?;
    Ok(Ending::Done)
}

fn session(global: &Global) -> Result<Session, Failure> {
    let mut session = Session::new(global)?;
    session.must_be_there(!session.source_names().is_empty())?;
    session.quiet = true;
    Ok(session)
}

/// Goes on from what was seen last. The configuration is what it was then; that of thousands of workloads takes longer to read than to draw, so it is read
/// beside.
fn resume(
    global: &Global,
    args: &DashboardArgs,
    taste: Taste,
    (kept, scene): (Kept, Scene),
) -> Result<Ending, Failure> {
    let view = view(args)?.unwrap_or(View::Fleet);
    let mut app = App::new(view, scene, taste.keymap()?, taste.theme.clone());
    recall::show(&mut app, &kept);
    let (tell, hear) = channel();
    let (lend, borrow) = channel();
    let global = global.clone();
    let begin = move || {
        let session = Arc::new(session(&global)?);
        // Nobody hears it where the dashboard has ended already.
        let _gone = lend.send(Arc::clone(&session));
        let _gone = tell.send(feeds(&session, None));
        Ok(session)
    };
    let threads = Threads {
        open: open(begin, Some(kept), false),
        bring: Some(Box::new(move || hear.recv().ok())),
        begin: Some(Box::new(move || borrow.recv().ok().map(operations))),
    };
    taste.show(args, app, Clock::system(), threads)?;
    Ok(Ending::Done)
}

fn read(organisation: &Organisation, file: &std::path::Path) -> Result<Config, Failure> {
    let text = organisation.configuration();
    Ok(Config::parse(&text, file, &registry::KINDS)?)
}

fn folder() -> Result<tempfile::TempDir, Failure> {
    let unable = |error| Failure::unable(format!("a folder for the demonstration: {error}"));
    tempfile::tempdir().map_err(unable)
}

/// Runs it on a generated organisation, in which time passes quickly.
pub fn demonstrate(global: &Global, args: &DemoArgs) -> Result<Ending, Failure> {
    let start = begin(global, args);
    let clock = Clock::fast(start, SPEED);
    let mut size = args.size();
    size.days += 30;
    size.events += size.events / 3;
    let organisation = Organisation::new(args.seed, size, start + AHEAD);
    let folder = folder()?;
    let log = folder.path().join("demo.db");
    let config = read(&organisation, &folder.path().join("demo.toml"))?;
    let rules = assemble::rules(&config, Some("you".to_owned()));
    let around = crate::report::Surroundings::here(global.color, global.width.map(usize::from));
    let style = Style::detect(&around, Theme::default(), start).in_zone(rules.timezone);
    let taste = Taste::new(&args.dashboard)?;
    let lens = Lens {
        length: rules.window,
        as_of: None,
        now: start,
        zone: rules.timezone,
    };
    let mut app = App::new(
        view(&args.dashboard)?.unwrap_or(View::Fleet),
        Scene::new(lens, style, rules.me.clone()),
        taste.keymap()?,
        taste.theme.clone(),
    );
    app.scene.speed = Some(SPEED);
    let mut events: Vec<_> = organisation.events().collect();
    let coming = events.split_off(events.partition_point(|event| event.at <= start));
    let file = log.clone();
    let open: Open = Box::new(move || {
        let mut store = assemble::open_log(&file)?;
        import::append(&mut store, &events, start)?;
        drop(events);
        let workloads = assemble::workloads(&config);
        let engine = crate::app::Engine::open(Box::new(store), workloads, rules, &mut |_, _| {})?;
        Ok(Some(Workshop {
            engine,
            sources: Vec::new(),
            here: Arc::new(Nowhere),
            kept: None,
            title: "demo".to_owned(),
            setting: Setting {
                log: file,
                ..Setting::default()
            },
        }))
    });
    let feeds = Feeds {
        log,
        feeds: Vec::new(),
        door: None,
        trickle: Some(Box::new(coming.into_iter())),
    };
    let threads = Threads {
        bring: Some(Box::new(move || Some(feeds))),
        ..Threads::of(open)
    };
    let ended = taste.show(&args.dashboard, app, clock, threads);
    drop(folder);
    ended.map(|_| Ending::Done)
}

/// When the demonstration begins: as it was told, else when there is something to be seen.
fn begin(global: &Global, args: &DemoArgs) -> Timestamp {
    let now = crate::clock::now();
    let told = args.until.or(global.as_of);
    told.map_or_else(
        || working_morning(now),
        |moment| moment.resolve(now, chrono_tz::Tz::UTC),
    )
}

/// Ten in the morning of the last working day.
fn working_morning(now: Timestamp) -> Timestamp {
    const DAY: i64 = 86_400 * 1_000_000;
    let mut day = now.micros().div_euclid(DAY);
    if now.micros().rem_euclid(DAY) < DAY / 24 * 10 {
        day -= 1;
    }
    // The epoch was a Thursday.
    while (day + 3).rem_euclid(7) > 4 {
        day -= 1;
    }
    Timestamp::from_micros(day * DAY + DAY / 24 * 10)
}

fn app(session: &Session, taste: &Taste, args: &DashboardArgs) -> Result<App, Failure> {
    let configured = session.config.file.is_some();
    let lens = Lens {
        length: if configured {
            session.rules.window
        } else {
            LOOK_BACK[0]
        },
        as_of: None,
        now: session.now,
        zone: session.rules.timezone,
    };
    let first = if configured || session.here.is_none() {
        View::Fleet
    } else {
        View::Map
    };
    let mut app = App::new(
        view(args)?.unwrap_or(first),
        Scene::new(lens, session.style.clone(), session.rules.me.clone()),
        taste.keymap()?,
        taste.theme.clone(),
    );
    app.widens = Some(LOOK_BACK[0]).filter(|_| !configured);
    Ok(app)
}

/// The view that was asked for.
fn view(args: &DashboardArgs) -> Result<Option<View>, Failure> {
    let Some(name) = &args.view else {
        return Ok(None);
    };
    View::named(name)
        .map(Some)
        .ok_or_else(|| hint::unknown("view", name, &View::ALL.map(View::name)))
}
