//! What the suite is told of a connector: how a tool of it is made, how a source is told of it, what a reading asks there, and what can be done. All that
//! must hold is in the suite; a subject only says where.

use std::time::Duration;

use leadtime::app::registry::CONNECTORS;
use leadtime::connector::Connector;
use leadtime::connector::descriptor::{Descriptor, Settings};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::Verb;
use secrecy::SecretString;

use crate::support::deeds::{CANARY, Case, Serving};
use crate::support::wild::Answer;

/// A tool that is there, and how a source of it is told.
pub struct Made {
    pub server: Box<dyn Serving>,
    pub settings: Settings,
}

impl Made {
    /// Its token is one that must never be seen.
    pub fn of(server: impl Serving + 'static, settings: Settings) -> Self {
        Self {
            server: Box::new(server),
            settings: Settings {
                token: Some(SecretString::from(CANARY)),
                ..settings
            },
        }
    }
}

/// A request of a reading, by a part of its address.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    pub part: &'static str,
    /// The statuses that mean something else than a failure there: what is asked for is gone, or is not told to everybody.
    pub means: &'static [u16],
}

impl Ask {
    pub const fn of(part: &'static str) -> Self {
        Self { part, means: &[] }
    }

    /// A status that says that it is gone for good, which is told and not asked again.
    pub const fn or(part: &'static str, means: &'static [u16]) -> Self {
        Self { part, means }
    }
}

/// How the lists of a tool are cut.
pub enum Pages {
    /// Into as many pages as can be: the same is read.
    Cut(fn() -> Made),
    /// At a length of the tool's own: a world that is longer, and how many events it has.
    Long(fn() -> Made, usize),
    /// Not at all, and why.
    None(&'static str),
}

/// What of a tool can be called anything.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// What is called so in its world.
    Any(&'static str),
    /// The same, but for a slash, which stands between names there.
    Flat(&'static str),
    /// Nothing, and why.
    Plain(&'static str),
}

/// How a deed is found when its answer was lost.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    Done,
    /// The tool does not tell enough: these words say so.
    Unknown(&'static str),
}

/// Something that can be done in the tool, ready to be.
pub struct Deed {
    pub name: String,
    pub ready: Box<dyn Fn() -> Case + Send + Sync>,
    pub found: Found,
}

impl Deed {
    pub fn new(
        name: impl std::fmt::Debug,
        found: Found,
        ready: impl Fn() -> Case + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: format!("{name:?}"),
            ready: Box::new(ready),
            found,
        }
    }
}

/// A connector, as the suite sees it.
pub struct Subject {
    pub kind: &'static str,
    /// After everything in its world.
    pub now: fn() -> Timestamp,
    pub make: fn() -> Made,
    pub asks: &'static [Ask],
    /// How the tool refuses, saying `so it is` and a control character.
    pub no: fn(u16) -> Answer,
    pub pages: Pages,
    /// A world with [`STRANGE`] for a word, and with something of a shape that nobody expects. `None`: it reads no words.
    pub strange: Option<fn() -> Made>,
    /// It asks only for what is newer, by entity tags.
    pub conditional: bool,
    /// Its times are of the tool's clock.
    pub timed: bool,
    pub deeds: fn() -> Vec<Deed>,
    /// What `doctor` says of what the token may: the words that stand in what it tells. `None`: the tool does not tell, and that is said.
    pub rights: Option<&'static str>,
    pub names: Names,
    /// How the addresses end at which it only asks, though by a method that could do something.
    pub questions: &'static [&'static str],
    /// What it can do and no deed here stands for, and where that is held.
    pub elsewhere: &'static [(Verb, &'static str)],
}

/// As long as an answer to a deed is waited for.
pub const HASTE: Option<Duration> = Some(Duration::from_secs(2));

impl Subject {
    /// One that only reads.
    pub const READS: Self = Self {
        kind: "",
        now: || Timestamp::from_seconds(0),
        make: || panic!("a subject has a world"),
        asks: &[],
        no: |status| complaint(status, "message"),
        pages: Pages::None(""),
        strange: None,
        conditional: false,
        timed: true,
        deeds: Vec::new,
        rights: None,
        names: Names::Plain(""),
        questions: &[],
        elsewhere: &[],
    };
}

/// A word of next year.
pub const STRANGE: &str = "pondering";

/// The descriptor of a kind.
pub fn descriptor(kind: &str) -> &'static Descriptor {
    let mut all = CONNECTORS.iter();
    all.find(|(one, _)| one.kind == kind).unwrap().0
}

/// Opens a source as the program does.
pub fn open(kind: &str, settings: &Settings, patience: Option<Duration>) -> Box<dyn Connector> {
    let mut all = CONNECTORS.iter();
    let (_, open) = all.find(|(one, _)| one.kind == kind).unwrap();
    let settings = Settings {
        patience,
        ..settings.clone()
    };
    open(settings).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

/// A complaint in a field of JSON, or by a way of fields: `error/message`.
pub fn complaint(status: u16, place: &str) -> Answer {
    let mut body = serde_json::json!("so it is\u{7}\u{1b}[2J");
    for field in place.rsplit('/') {
        body = match field {
            "0" => serde_json::json!([body]),
            field => serde_json::json!({ field: body }),
        };
    }
    Answer::json(status, &body)
}
