//! The real door: lines of CDEvents into a log by `app::import`, an engine opened on that log, and the answers as the commands make them. Tests that
//! hold figures to definitions come in here, so that nothing between a line and a figure is left out.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use leadtime::app::import::{Imported, import};
use leadtime::app::{Engine, assemble};
use leadtime::config::Config;
use leadtime::event::time::Timestamp;
use leadtime::model::Workload;
use leadtime::model::definition::{Definition, Rules};
use leadtime::model::delivery::deliver;
use leadtime::model::dora::{Dora, Wanted, figures, material};
use leadtime::model::environment::{Environments, running};
use leadtime::model::forecast::past;
use leadtime::model::gate::{Gates, open, worst_first};
use leadtime::model::locate::{Whereabouts, find, whereabouts};
use leadtime::model::state::Lives;
use leadtime::model::stream::map;
use leadtime::model::window::Window;
use leadtime::report::json::document;
use leadtime::store::memory::MemoryStore;
use leadtime::store::{
    Appended, Batch, Cursor, JournalHead, JournalLine, Make, ReadPiece, Seq, SnapshotHead,
    SnapshotUpdate, Store, StoreError, Stored,
};
use serde_json::Value;

/// A log in memory that outlives the engines opened on it.
#[derive(Clone, Debug, Default)]
pub struct Shared(Arc<RwLock<MemoryStore>>);

impl Shared {
    /// The log may be asked again while it is being read.
    fn with<T>(&self, ask: impl FnOnce(&MemoryStore) -> T) -> T {
        ask(&self.0.read().unwrap())
    }

    fn change<T>(&self, change: impl FnOnce(&mut MemoryStore) -> T) -> T {
        change(&mut self.0.write().unwrap())
    }
}

impl Store for Shared {
    fn append(&mut self, batch: &Batch, arrived: Timestamp) -> Result<Appended, StoreError> {
        self.change(|store| store.append(batch, arrived))
    }
    fn head(&self) -> Result<Seq, StoreError> {
        self.with(Store::head)
    }
    fn read_after(
        &self,
        seq: Seq,
        take: &mut dyn FnMut(Seq, Timestamp, &str) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.with(|store| store.read_after(seq, take))
    }
    fn latest(&self, until: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.with(|store| store.latest(until, most))
    }
    fn event(&self, seq: Seq) -> Result<Option<Stored>, StoreError> {
        self.with(|store| store.event(seq))
    }
    fn find(&self, source: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        self.with(|store| store.find(source, id))
    }
    fn cursors(&self, source: &str) -> Result<Vec<Cursor>, StoreError> {
        self.with(|store| store.cursors(source))
    }

    fn cursor(&self, source: &str, key: &str) -> Result<Option<String>, StoreError> {
        self.with(|store| store.cursor(source, key))
    }
    fn snapshot(&self) -> Result<Option<SnapshotHead>, StoreError> {
        self.with(Store::snapshot)
    }
    fn read_piece(&self, number: u32, read: ReadPiece<'_>) -> Result<(), StoreError> {
        self.with(|store| store.read_piece(number, read))
    }
    fn pieces_with(&self, from: i64, to: i64) -> Result<Vec<u32>, StoreError> {
        self.with(|store| store.pieces_with(from, to))
    }
    fn save_snapshot(
        &mut self,
        update: &SnapshotUpdate,
        make: Make<'_>,
    ) -> Result<bool, StoreError> {
        self.change(|store| store.save_snapshot(update, make))
    }
    fn journal(&self, after: u64) -> Result<Vec<JournalLine>, StoreError> {
        self.with(|store| store.journal(after))
    }
    fn journal_head(&self) -> Result<Option<JournalHead>, StoreError> {
        self.with(Store::journal_head)
    }
    fn journal_add(
        &mut self,
        make: &mut dyn FnMut(Option<&JournalHead>) -> JournalLine,
    ) -> Result<JournalLine, StoreError> {
        self.change(|store| store.journal_add(make))
    }
    fn is_read_only(&self) -> bool {
        self.with(Store::is_read_only)
    }
}

/// When everything arrives.
pub fn arrival() -> Timestamp {
    Timestamp::parse("2030-01-01T00:00:00Z").unwrap()
}

/// Keeps lines; every one must be an event.
pub fn keep<S: AsRef<str>>(store: &mut dyn Store, lines: &[S]) -> Imported {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.as_ref());
        text.push('\n');
    }
    let told = |error| panic!("not an event: {error:?}");
    import(text.as_bytes(), store, arrival(), told, || {}).unwrap()
}

/// A configuration; each text is read once, since laws open many logs.
pub fn config(text: &str) -> Config {
    static READ: Mutex<BTreeMap<String, Config>> = Mutex::new(BTreeMap::new());
    let parse = || {
        Config::parse(
            text,
            Path::new("/leadtime.toml"),
            &leadtime::app::registry::KINDS,
        )
        .unwrap_or_else(|error| panic!("{error}"))
    };
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    read.entry(text.to_owned()).or_insert_with(parse).clone()
}

pub struct Door {
    pub engine: Engine,
    pub rules: Rules,
}

impl Door {
    /// Opens a log with a configuration; an empty one leaves the workloads to be found.
    pub fn open(store: Box<dyn Store>, configuration: &str) -> Self {
        let config = config(configuration);
        let rules = assemble::rules(&config, None);
        let workloads = assemble::workloads(&config);
        let engine = Engine::open(store, workloads, rules.clone(), &mut |_, _| {}).unwrap();
        Self { engine, rules }
    }

    /// A log in memory with these lines.
    pub fn on<S: AsRef<str>>(lines: &[S], configuration: &str) -> Self {
        let mut store = MemoryStore::new();
        keep(&mut store, lines);
        Self::open(Box::new(store), configuration)
    }

    pub fn definition(&self, name: &str) -> Definition {
        let all = self.engine.definitions();
        let found = all.iter().find(|definition| definition.name == name);
        found
            .unwrap_or_else(|| panic!("no workload {name} among {all:?}"))
            .clone()
    }

    pub fn workload(&mut self, name: &str, as_of: Timestamp) -> Workload {
        let definition = self.definition(name);
        self.engine.workload(&definition, as_of).unwrap()
    }

    pub fn window(&self, from: Timestamp, to: Timestamp) -> Window {
        Window {
            from,
            to,
            timezone: self.rules.timezone,
        }
    }

    /// What `leadtime dora NAME --deployments --changes --incidents --json` prints.
    pub fn dora(&mut self, name: &str, window: Window, as_of: Timestamp) -> Value {
        let workload = self.workload(name, as_of);
        serde_json::from_str(&dora(&workload, &self.rules, window)).unwrap()
    }

    /// What `leadtime map NAME --changes --json` prints.
    pub fn map(&mut self, name: &str, window: Window) -> Value {
        let workload = self.workload(name, window.to);
        let lives = Lives::new(&workload, &self.rules, None);
        let map = map(&lives, window, true);
        serde_json::from_str(&document("leadtime/map/v1", &map).unwrap()).unwrap()
    }

    /// Every answer about every workload, as JSON.
    pub fn answers(&mut self, window: Window, as_of: Timestamp, asked: &[String]) -> Vec<String> {
        let mut answers = Vec::new();
        let mut environments = Vec::new();
        let mut gates = Vec::new();
        for definition in self.engine.definitions().to_vec() {
            let workload = self.engine.workload(&definition, as_of).unwrap();
            answers.push(dora(&workload, &self.rules, window));
            let lives = Lives::new(&workload, &self.rules, None);
            let figures = map(&lives, window, true);
            answers.push(document("leadtime/map/v1", &figures).unwrap());
            environments.push(running(&lives));
            gates.extend(open(&lives));
            let own = past(&lives);
            for query in asked {
                let found = find(&lives, query).into_iter();
                let matches = found.filter_map(|place| whereabouts(&lives, place, &own, &[]));
                let answer = Whereabouts {
                    query: query.clone(),
                    versions: Vec::new(),
                    matches: matches.collect(),
                    ticket: None,
                };
                if !answer.matches.is_empty() {
                    answers.push(document("leadtime/where/v1", &answer).unwrap());
                }
            }
        }
        worst_first(&mut gates);
        let environments = Environments {
            as_of,
            workloads: environments,
        };
        answers.push(document("leadtime/env/v1", &environments).unwrap());
        answers.push(document("leadtime/gates/v1", &Gates { gates }).unwrap());
        answers
    }

    /// The workloads that the index offers for a reference.
    pub fn candidates(&mut self, query: &str) -> Vec<String> {
        let found = self.engine.candidates(query).unwrap();
        found.workloads.into_iter().map(|one| one.name).collect()
    }
}

fn dora(workload: &Workload, rules: &Rules, window: Window) -> String {
    let wanted = Wanted {
        deployments: true,
        changes: true,
        incidents: true,
        levels: None,
    };
    let environment = workload.production(rules).to_owned();
    let delivery = deliver(workload, &environment);
    let material = material(workload, &delivery, rules);
    let found = figures(workload.name(), &[&material], window, &wanted);
    let dora = Dora {
        window,
        environment,
        workloads: vec![found],
    };
    document("leadtime/dora/v1", &dora).unwrap()
}
