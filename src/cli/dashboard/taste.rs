//! How the user likes the dashboard: theme, keys, favourites, colours; and what of that the terminal can do.

use std::path::PathBuf;
use std::sync::mpsc::channel;

use super::threads::Threads;
use crate::app::assemble;
use crate::cli::args::DashboardArgs;
use crate::cli::session::print;
use crate::clock::Clock;
use crate::config::Personal;
use crate::dashboard::message::{Effect, News, Order};
use crate::dashboard::themes::Themes;
use crate::dashboard::worker::{self, Open};
use crate::dashboard::{App, Ended, Start, run as serve, text};
use crate::error::Failure;
use crate::key::Keymap;
use crate::theme::{Depth, DepthSurroundings, Role, Theme};
use crate::view::scene::Stage;

/// How the user likes it.
pub struct Taste {
    folder: Option<PathBuf>,
    personal: Personal,
    themes: Themes,
    pub theme: Theme,
    /// What is wrong with the theme.
    warning: Option<String>,
}

impl Taste {
    pub fn new(args: &DashboardArgs) -> Result<Self, Failure> {
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
            warning: Theme::told(&warnings),
        })
    }

    /// The keymap: what ships, with the user's own changes.
    pub fn keymap(&self) -> Result<Keymap, Failure> {
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

    pub fn show(
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
