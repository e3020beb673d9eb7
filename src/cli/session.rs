//! What a command runs on: the configuration that holds here, the log that goes with it, the sources, and how to speak to the user.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use super::args::{Global, WindowArgs};
use super::bar::Bar;
use super::moment::Moment;
use super::{files, hint};
use crate::app::acting::Acting;
use crate::app::locate::Here;
use crate::app::registry;
use crate::app::silence::Heard;
use crate::app::{Engine, ahead, assemble, sync};
use crate::clock;
use crate::config::Config;
use crate::connector::git;
use crate::error::Failure;
use crate::event::time::Timestamp;
use crate::journal::{Person, UNNAMED};
use crate::model::definition::{Definition, Rules};
use crate::model::window::Window;
use crate::plan::ask::Permit;
use crate::report::{Style, Surroundings, text};
use crate::store::Store;
use crate::store::known::Known;
use crate::store::sqlite::SqliteStore;
use crate::theme::Theme;

/// What holds for this call of the program.
pub struct Session {
    pub config: Config,
    /// The repository that one stands in, where no configuration was found and no log was named.
    pub here: Option<git::Identity>,
    pub(super) here_path: Option<PathBuf>,
    pub log: PathBuf,
    /// The log, where `--db` names it.
    named: Option<PathBuf>,
    pub rules: Rules,
    pub now: Timestamp,
    pub as_of: Timestamp,
    /// What arrived later is not looked at.
    pub as_known: Option<Timestamp>,
    pub json: bool,
    pub quiet: bool,
    pub read_only: bool,
    pub style: Style,
}

impl Session {
    /// Finds the configuration and the log. Opens nothing.
    pub fn new(global: &Global) -> Result<Self, Failure> {
        let folder = std::env::current_dir()
            .map_err(|error| Failure::unable(format!("the current folder: {error}")))?;
        let (file, config) = files::configuration(global)?;
        let here_path = if file.is_none() && global.db.is_none() {
            git::discover(&folder)
        } else {
            None
        };
        let here = match &here_path {
            Some(path) => Some(git::identify(path)?),
            None => None,
        };
        let found = here_path.as_deref().zip(here.as_ref());
        let found = found.map(|(path, here)| (path, here.repository.as_str()));
        let log = files::log(global, &config, found)?;
        let now = clock::now();
        let rules = assemble::rules(&config, host_user());
        let resolved = |moment: Moment| moment.resolve(now, rules.timezone);
        let as_known = global.as_known.map(resolved);
        let as_of = global.as_of.map(resolved).or(as_known).unwrap_or(now);
        let around = Surroundings::here(global.color, global.width.map(usize::from));
        let style = Style::detect(&around, Theme::default(), as_of).in_zone(rules.timezone);
        Ok(Self {
            config,
            here,
            here_path,
            named: global.db.is_some().then(|| log.clone()),
            log,
            now,
            as_of,
            as_known,
            json: global.json,
            quiet: global.quiet,
            read_only: global.read_only,
            style,
            rules,
        })
    }

    /// The repository that one stands in, whether or not there is a configuration.
    fn standing_in(&self) -> Option<PathBuf> {
        let folder = || git::discover(&std::env::current_dir().ok()?);
        self.here_path.clone().or_else(folder)
    }

    /// What acting needs: the sources that can be set up, and the journal in the log's own file.
    /// What cannot be set up is told beside.
    pub fn acting(&self) -> Result<(Acting, Vec<String>), Failure> {
        let (feeds, refused) = self.feeds(None, |_| true);
        let refused = refused.iter();
        let refused = refused.map(|(name, failure)| format!("{name}: {}", failure.text));
        let store = self.log(!feeds.is_empty())?;
        let person = Person {
            name: self.rules.me.clone().unwrap_or_else(|| UNNAMED.to_owned()),
            host_user: host_user(),
            host: host_name(),
        };
        let store = Box::new(store);
        let acting = Acting::new(feeds, &self.config, store, Some(&self.log), person);
        Ok((acting, refused.collect()))
    }

    /// Whether acting is allowed at all, and by whom it is forbidden where not.
    #[must_use]
    pub fn permit(&self) -> Permit {
        if self.read_only {
            return Permit::Forbidden {
                text: "leadtime was started with --read-only".to_owned(),
                lifted_by: "leaving --read-only out".to_owned(),
            };
        }
        if self.config.acting.read_only {
            let file = self.config.file.as_ref();
            let file = file.map_or_else(String::new, |file| format!(" ({})", file.display()));
            return Permit::Forbidden {
                text: format!("the configuration forbids acting{file}"),
                lifted_by: "taking read_only out of [acting]".to_owned(),
            };
        }
        Permit::Given
    }

    /// Refuses what does nothing but write, where only reading is allowed.
    pub fn may_write(&self, what: &str) -> Result<(), Failure> {
        if !self.read_only {
            return Ok(());
        }
        let text = format!("{what}, and leadtime was started with --read-only");
        Err(Failure::usage(text).hinted("leave --read-only out"))
    }

    /// Opens the log. Local repositories are read first: that costs next to nothing, and what is shown is then true.
    pub fn engine(&self) -> Result<Engine, Failure> {
        let at_hand = self.config.sources.iter().any(registry::is_local);
        let mut store = self.log(at_hand)?;
        let feeds = if self.as_known.is_some() || store.is_read_only() {
            Vec::new()
        } else {
            self.local_feeds()
        };
        if feeds.is_empty() {
            return self.open(store);
        }
        // What is read is folded meanwhile, by a connection of its own.
        let workloads = || assemble::workloads(&self.config);
        let fill = || self.read_local(&feeds, &mut store);
        let (filled, engine) = ahead::while_filling(&self.log, workloads, &self.rules, fill);
        filled?;
        match engine {
            Some(engine) => self.refreshed(engine),
            None => self.open(store),
        }
    }

    /// Opens the file of the log. One that was named and is not there holds nothing to be asked about, and asking does not make it; `filled`: what is read
    /// beside does.
    pub fn log(&self, filled: bool) -> Result<SqliteStore, Failure> {
        self.must_be_there(filled)?;
        Ok(assemble::open_log(&self.log)?)
    }

    /// Refuses a log that was named, is not there, and is not `filled` by what is read beside.
    pub fn must_be_there(&self, filled: bool) -> Result<(), Failure> {
        match &self.named {
            Some(log) if !filled && !log.exists() => Err(hint::no_log(log)),
            _ => Ok(()),
        }
    }

    /// What leadtime knows, or knew, by a log that is open.
    pub fn open(&self, store: SqliteStore) -> Result<Engine, Failure> {
        let workloads = assemble::workloads(&self.config);
        let store = self.known(store)?;
        self.refreshed(Engine::begin(store, workloads, self.rules.clone())?)
    }

    /// A log as far as it is to be looked at.
    pub fn known(&self, store: SqliteStore) -> Result<Box<dyn Store>, Failure> {
        Ok(match self.as_known {
            Some(instant) => Box::new(Known::until(store, instant)?),
            None => Box::new(store),
        })
    }

    fn refreshed(&self, mut engine: Engine) -> Result<Engine, Failure> {
        let bar = Bar::new("reading the log", self.quiet);
        engine.refresh(&mut |done, total| bar.at(done, Some(total)))?;
        bar.end();
        Ok(engine)
    }

    fn read_local(&self, feeds: &[sync::Feed], store: &mut SqliteStore) -> Result<(), Failure> {
        let listener = super::bar::Bars::new(self.quiet);
        let outcomes = block_on(sync::sync(feeds, store, self.now, &listener))??;
        listener.end();
        for outcome in outcomes {
            if let Some(error) = outcome.error {
                self.complain(&format!("{}: {error}", outcome.source));
            }
            let grave = outcome.findings.iter();
            for finding in
                grave.filter(|finding| finding.severity > crate::connector::Severity::Note)
            {
                self.complain(&format!("{}: {}", finding.subject, finding.text));
            }
        }
        Ok(())
    }

    /// When the sources were last read.
    pub fn heard(&self, engine: &Engine) -> Result<Heard, Failure> {
        Ok(Heard::of(&self.config.sources, engine.log())?)
    }

    /// The window that arguments ask for; `None` where they leave it open.
    pub fn asked_window(&self, args: &WindowArgs) -> Result<Option<Window>, Failure> {
        let zone = self.rules.timezone;
        let to = args
            .to
            .map_or(self.as_of, |moment| moment.resolve(self.now, zone));
        let from = match (args.from, args.since) {
            (Some(moment), _) => moment.resolve(self.now, zone),
            (None, Some(span)) => to - span,
            (None, None) if args.to.is_some() || self.config.file.is_some() => {
                to - self.rules.window
            }
            (None, None) => return Ok(None),
        };
        if from >= to {
            return Err(Failure::usage(format!(
                "the window ends ({to}) before it begins ({from})"
            )));
        }
        Ok(Some(self.window(from, to)))
    }

    /// A window in the configured zone.
    #[must_use]
    pub fn window(&self, from: Timestamp, to: Timestamp) -> Window {
        Window {
            from,
            to,
            timezone: self.rules.timezone,
        }
    }

    /// The one workload that is meant where none is named: the only one, or that of the repository that one stands in.
    pub fn only(&self, engine: &Engine, name: Option<&String>) -> Result<Definition, Failure> {
        if let Some(name) = name {
            let mut chosen = chosen(engine, std::slice::from_ref(name))?;
            return chosen.pop().ok_or_else(|| Failure::usage("no workload"));
        }
        let all = engine.definitions();
        if let [one] = all {
            return Ok(one.clone());
        }
        let here = self.here.clone().or_else(|| {
            let folder = std::env::current_dir().ok()?;
            git::identify(&git::discover(&folder)?).ok()
        });
        let own = here.and_then(|here| {
            all.iter()
                .find(|definition| definition.repositories.contains(&here.repository))
        });
        own.cloned().ok_or_else(|| {
            if all.is_empty() {
                hint::welcome(self.here.is_some(), self.config.file.is_some())
            } else {
                hint::which_workload(all)
            }
        })
    }

    /// Tells something beside the result.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            self.complain(line);
        }
    }

    /// Tells something beside the result that must not be missed.
    #[expect(
        clippy::unused_self,
        reason = "who asks has a session, and says it of that"
    )]
    pub fn complain(&self, line: &str) {
        // Nothing can be done where even standard error is gone.
        let _gone = writeln!(std::io::stderr(), "{}", text::clean(line));
    }
}

impl Here for Session {
    fn resolve(&self, name: &str) -> Option<String> {
        git::resolve(&self.standing_in()?, name)
    }

    fn branches(&self, sha: &str) -> Vec<String> {
        let here = self.standing_in();
        here.map_or_else(Vec::new, |here| git::branches(&here, sha))
    }
}

/// The workloads that names speak of; all where there is none.
pub fn chosen(engine: &Engine, names: &[String]) -> Result<Vec<Definition>, Failure> {
    let all = engine.definitions();
    if names.is_empty() {
        return Ok(all.to_vec());
    }
    names
        .iter()
        .map(|name| {
            all.iter()
                .find(|definition| definition.name == *name)
                .cloned()
                .ok_or_else(|| hint::no_workload(name, all))
        })
        .collect()
}

/// Writes a result to standard output. A reader that has gone away is no failure.
pub fn print(result: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(result.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::unable(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

fn host_user() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty())
}

fn host_name() -> Option<String> {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// Runs what waits for the network.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::unable(format!("threads: {error}")))?;
    Ok(runtime.block_on(future))
}

/// Whether somebody sits there to be asked.
#[must_use]
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}
