//! `leadtime` on a terminal, and `leadtime demo`: the dashboard.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;

use super::args::{DashboardArgs, DemoArgs, Global};
use super::session::{LOOK_BACK, Session, print};
use super::{Ending, demo, hint, recall};
use crate::app::{assemble, import, registry};
use crate::clock::Clock;
use crate::config::{Config, Personal};
use crate::dashboard::kept::Kept;
use crate::dashboard::message::{Effect, News, Order};
use crate::dashboard::operator::{Begin, Bench, Operations};
use crate::dashboard::reader::{Bring, Feeds};
use crate::dashboard::themes::Themes;
use crate::dashboard::worker::{self, Open, Workshop};
use crate::dashboard::{App, Ended, Setting, Start, run as serve, text};
use crate::demo::Organisation;
use crate::error::Failure;
use crate::event::time::{Span, Timestamp};
use crate::intent::View;
use crate::key::Keymap;
use crate::report::Style;
use crate::theme::{Depth, DepthSurroundings, Role, Theme};
use crate::view::scene::{Lens, Scene, Stage};

/// How often a source that nobody configured is read.
const EVERY: Span = Span::from_seconds(15);

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
    app.scene.lens.as_of = global.as_of.map(|_| session.as_of);
    let feeds = feeds(&session)?;
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
        let _gone = tell.send(feeds(&session)?);
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

/// Runs it on a generated organisation, in which time passes quickly.
pub fn demonstrate(global: &Global, args: &DemoArgs) -> Result<Ending, Failure> {
    let start = working_morning(crate::clock::now());
    let clock = Clock::fast(start, SPEED);
    let mut size = demo::size(args);
    size.days += 30;
    size.events += size.events / 3;
    let organisation = Organisation::new(args.seed, size, start + AHEAD);
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::unable(format!("a folder for the demonstration: {error}")))?;
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
            resolve: Box::new(|_| None),
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

/// Ten in the morning of the last working day: when there is something to be seen.
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

/// How the user likes it.
struct Taste {
    folder: Option<PathBuf>,
    personal: Personal,
    themes: Themes,
    theme: Theme,
    /// What is wrong with the theme.
    warning: Option<String>,
}

impl Taste {
    fn new(args: &DashboardArgs) -> Result<Self, Failure> {
        let folder = assemble::user_folder();
        let mut personal = match &folder {
            Some(folder) => Personal::read(folder)?,
            None => Personal::default(),
        };
        if let Some(name) = &args.theme {
            personal.theme.clone_from(name);
        }
        personal.mouse &= !args.no_mouse;
        let themes = Themes {
            folder: folder.as_ref().map(|folder| folder.join("themes")),
            depth: depth(),
        };
        let names = Theme::names(themes.folder.as_deref());
        if !names.contains(&personal.theme) {
            let text = format!("there is no theme {}", personal.theme);
            return Err(Failure::usage(text).hinted(format!("there are {}", names.join(", "))));
        }
        let (theme, warnings) = themes.find(&personal.theme);
        Ok(Self {
            folder,
            personal,
            themes,
            theme,
            warning: warnings.into_iter().next(),
        })
    }

    /// The keymap: what ships, with the user's own changes.
    fn keymap(&self) -> Result<Keymap, Failure> {
        let Some(file) = self
            .folder
            .as_ref()
            .map(|folder| folder.join("keymap.toml"))
        else {
            return Ok(Keymap::default());
        };
        let Ok(text) = std::fs::read_to_string(&file) else {
            return Ok(Keymap::default());
        };
        Keymap::read(&text, &file.display().to_string()).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Failure::usage(lines.join("\n"))
        })
    }

    fn favourites(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("favourites"))
    }

    fn show(
        self,
        args: &DashboardArgs,
        mut app: App,
        clock: Clock,
        threads: Threads,
    ) -> Result<Ended, Failure> {
        let favourites = self.favourites();
        let kept = favourites
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok())
            .unwrap_or_default();
        app.scene.favourites = kept.lines().map(str::to_owned).collect();
        app.begins_armed = args.armed;
        app.wear(self.theme);
        if let Some(warning) = self.warning {
            app.say(Role::Warning, &warning);
        }
        app.tick(clock.now());
        if args.plain {
            return plain(app, clock, threads.open).map(|()| Ended::Quit);
        }
        serve(Start {
            app,
            clock,
            open: threads.open,
            begin: threads.begin,
            feeds: threads.bring,
            personal: self.personal,
            themes: self.themes,
            favourites,
        })
    }
}

/// What works beside the drawing.
struct Threads {
    open: Open,
    bring: Option<Bring>,
    begin: Option<Begin>,
}

impl Threads {
    /// What is shown alone.
    fn of(open: Open) -> Self {
        Self {
            open,
            bring: None,
            begin: None,
        }
    }
}

/// What plans and acts need. Secrets are asked for when something is first planned.
fn operations(session: Arc<Session>) -> Operations {
    Operations {
        log: session.log.clone(),
        armed: session.config.acting.armed,
        permit: session.permit(),
        equip: Box::new(move || {
            let (acting, _) = session.acting()?;
            let engine = session.open(assemble::open_log(&session.log)?)?;
            Ok(Bench { acting, engine })
        }),
    }
}

/// How many colours the terminal has.
fn depth() -> Depth {
    let variable = |name: &str| std::env::var(name).ok();
    Depth::detect(&DepthSurroundings {
        no_color: variable("NO_COLOR"),
        colorterm: variable("COLORTERM"),
        term: variable("TERM"),
        term_program: variable("TERM_PROGRAM"),
        wt_session: variable("WT_SESSION"),
    })
}

/// The view as text: everything is worked out first.
fn plain(mut app: App, clock: Clock, open: Open) -> Result<(), Failure> {
    let (orders, work) = channel::<Order>();
    let (tell, hear) = channel::<News>();
    let lens = app.scene.lens;
    let worker = std::thread::spawn(move || {
        worker::run(
            open,
            lens,
            clock,
            &work,
            Box::new(move |news| tell.send(news).is_ok()),
        );
    });
    for news in &hear {
        let mut effects = app.news(news);
        effects.extend(app.settle());
        for effect in effects {
            if let Effect::Order(order) = effect {
                let _gone = orders.send(order);
            }
        }
        if matches!(app.scene.stage, Stage::Ready | Stage::Failed(_)) && app.is_answered() {
            break;
        }
    }
    drop(orders);
    drop(hear);
    let _ended = worker.join();
    if let Stage::Failed(reason) = &app.scene.stage {
        return Err(Failure::unable(reason.clone()));
    }
    print(&text(&mut app))
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
    View::named(name).map(Some).ok_or_else(|| {
        let names = View::ALL.map(View::name).join(", ");
        Failure::usage(format!("there is no view {name}")).hinted(format!("there are {names}"))
    })
}

fn feeds(session: &Session) -> Result<Feeds, Failure> {
    let mut feeds = Vec::new();
    for source in &session.config.sources {
        feeds.push((session.feed(source, None)?, source.every));
    }
    feeds.extend(session.here_feed().map(|feed| (feed, EVERY)));
    Ok(Feeds {
        log: session.log.clone(),
        feeds,
        trickle: None,
    })
}

/// What opens the log; where nothing is read beside, local repositories are read first.
fn open(
    session: impl FnOnce() -> Result<Arc<Session>, Failure> + Send + 'static,
    kept: Option<Kept>,
    read_first: bool,
) -> Open {
    Box::new(move || {
        let session = session()?;
        let engine = if read_first {
            session.engine()?
        } else {
            session.open(assemble::open_log(&session.log)?)?
        };
        let title = match (&session.here, &session.config.file) {
            (Some(here), _) => here.repository.clone(),
            (None, Some(file)) => folder_name(file),
            (None, None) => folder_name(&session.log),
        };
        let sources = session.config.sources.clone();
        let setting = setting(&session);
        Ok(Some(Workshop {
            engine,
            sources,
            resolve: Box::new(move |name| session.resolve(name)),
            kept,
            title,
            setting,
        }))
    })
}

/// What the event doctor must know of how leadtime was started.
fn setting(session: &Session) -> Setting {
    let configured = session.config.sources.iter();
    let mut sources: Vec<(String, String)> = configured
        .map(|source| (source.name.clone(), source.kind.name().to_owned()))
        .collect();
    let here = session.here_feed();
    sources.extend(here.map(|feed| (feed.name.clone(), feed.connector.kind().to_owned())));
    Setting {
        log: session.log.clone(),
        warnings: session
            .config
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect(),
        sources,
    }
}

fn folder_name(file: &Path) -> String {
    let folder = file.parent().and_then(Path::file_name);
    folder
        .or(file.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
