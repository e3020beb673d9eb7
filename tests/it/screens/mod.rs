//! The dashboard without a terminal and without threads: an [`App`] on a log in memory, its overviews worked out and its questions answered at once, at
//! an instant that never moves. Keys go in ([`press`]), what is on the screen comes out ([`shot`]).
//!
//! ```ignore
//! let mut app = demo(12, 3_000);
//! press(&mut app, "/ 'team:payments' enter j j enter");
//! assert!(shot(&mut app, 120, 36).contains("checkout"));
//! ```

mod acting;
mod ahead;
mod changes;
mod fleet;
mod hostile;
mod journeys;
mod laws;
mod metrics;
mod overlays;
mod pictures;
mod program;
mod stages;

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;

use leadtime::app::locate::Nowhere;
use leadtime::app::silence::Heard;
use leadtime::app::{Engine, assemble, import};
use leadtime::config::Config;
use leadtime::dashboard::answer::Known;
use leadtime::dashboard::message::{Effect, News, Order};
use leadtime::dashboard::together::Together;
use leadtime::dashboard::{App, Setting, answer, lines, worker};
use leadtime::demo::{Organisation, Size};
use leadtime::event::Event;
use leadtime::event::time::Timestamp;
use leadtime::intent::View;
use leadtime::key::{Chord, Keymap};
use leadtime::model::overview::Overview;
use leadtime::report::{Style, Surroundings};
use leadtime::store::memory::MemoryStore;
use leadtime::theme::Theme;
use leadtime::view::scene::{Lens, Scene, Stage};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The sizes that everything is looked at in.
pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// The instant at which it is looked: a Wednesday, ten in the morning.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-03-04T10:00:00Z").unwrap()
}

/// The dashboard, with the engine behind it.
pub struct Desk {
    app: App,
    engine: Option<Engine>,
    known: Known,
    size: Rect,
    /// What it wanted done outside, but for what the engine was asked: in the order in which it was wanted.
    pub effects: Vec<Effect>,
    operator: acting::Operator,
}

impl Deref for Desk {
    type Target = App;
    fn deref(&self) -> &App {
        &self.app
    }
}

impl DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut App {
        &mut self.app
    }
}

/// A dashboard on these events, configured so (`""`: as found), with everything worked out.
pub fn desk(events: &[Event<String>], configuration: &str) -> Desk {
    let config = Config::parse(
        configuration,
        Path::new("leadtime.toml"),
        &leadtime::app::registry::KINDS,
    )
    .unwrap();
    let rules = assemble::rules(&config, Some("you".to_owned()));
    let mut store = MemoryStore::new();
    import::append(&mut store, events, now()).unwrap();
    let workloads = assemble::workloads(&config);
    let (length, zone, me) = (rules.window, rules.timezone, rules.me.clone());
    let engine = Engine::open(Box::new(store), workloads, rules, &mut |_, _| {}).unwrap();
    let lens = Lens {
        length,
        as_of: None,
        now: now(),
        zone,
    };
    let mut desk = empty(lens);
    desk.app.news(News::Opened {
        title: "acme".to_owned(),
        me,
    });
    desk.engine = Some(engine);
    desk.known.sources = config.sources;
    desk.work_out();
    desk.settle();
    desk
}

/// A dashboard that has not heard of anything yet.
pub fn opening() -> Desk {
    empty(Lens {
        length: leadtime::dashboard::LENGTHS[1],
        as_of: None,
        now: now(),
        zone: chrono_tz::Tz::UTC,
    })
}

/// A dashboard that shows these workloads, whatever the log would say.
pub fn showing(fleet: Vec<Overview>) -> Desk {
    let mut desk = opening();
    desk.app.news(News::Opened {
        title: "acme".to_owned(),
        me: Some("you".to_owned()),
    });
    desk.app.news(News::Fleet {
        lens: desk.app.scene.lens,
        overviews: fleet.into_iter().map(Arc::new).collect(),
        stage: Stage::Ready,
        seq: 1,
    });
    desk.settle();
    desk
}

/// A dashboard on a generated organisation: always the same one of a size.
pub fn demo(workloads: usize, events: u64) -> Desk {
    let size = Size {
        workloads,
        events,
        days: 60,
    };
    let organisation = Organisation::new(7, size, now());
    let events: Vec<_> = organisation.events().collect();
    desk(&events, &organisation.configuration())
}

fn empty(lens: Lens) -> Desk {
    let style = Style::detect(&Surroundings::default(), Theme::default(), lens.now);
    let style = style.in_zone(lens.zone);
    let scene = Scene::new(lens, style, None);
    Desk {
        app: App::new(View::Fleet, scene, Keymap::default(), Theme::default()),
        engine: None,
        known: Known::new(Vec::new(), Arc::new(Nowhere), Setting::default()),
        size: Rect::new(0, 0, 120, 36),
        effects: Vec::new(),
        operator: acting::Operator::default(),
    }
}

impl Desk {
    /// In how large a terminal keys are pressed from now on.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = Rect::new(0, 0, width, height);
        self.picture();
    }

    /// Without Unicode.
    pub fn ascii(mut self) -> Self {
        self.app.scene.style.unicode = false;
        self
    }

    /// What is on the screen.
    pub fn picture(&mut self) -> Buffer {
        self.settle();
        let mut buffer = Buffer::empty(self.size);
        self.app.draw(&mut buffer);
        buffer
    }

    /// The text that was wanted on the clipboard last.
    pub fn copied(&self) -> Option<&str> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Works out every workload, as the worker does.
    fn work_out(&mut self) {
        let Some(engine) = &mut self.engine else {
            return;
        };
        let lens = self.app.scene.lens;
        let heard = Heard::of(&self.known.sources, engine.log()).unwrap();
        let nothing = Arc::new(Overview::default());
        let mut overviews = vec![nothing; engine.definitions().len()];
        let mut dirty: BTreeSet<usize> = (0..overviews.len()).collect();
        let mut together = Together::default();
        while let Some(place) = dirty.pop_first() {
            let around = worker::Around {
                heard: &heard,
                together: &together,
                overviews: &overviews,
            };
            let worked = worker::work_out(engine, &around, &lens, place).unwrap();
            let before = std::mem::replace(&mut overviews[place], Arc::new(worked.unwrap()));
            dirty.extend(together.changed(place, &before, &overviews));
        }
        self.app.news(News::Fleet {
            lens,
            overviews,
            stage: Stage::Ready,
            seq: 1,
        });
    }

    /// Answers what the page in front asks until it asks nothing more.
    fn settle(&mut self) {
        loop {
            let effects = self.app.settle();
            if effects.is_empty() {
                return;
            }
            self.perform(effects);
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Order(Order::Look(_)) => self.work_out(),
                Effect::Order(Order::Ask(question)) => {
                    let lens = self.app.scene.lens;
                    let Some(engine) = &mut self.engine else {
                        continue;
                    };
                    let fleet = answer::Fleet {
                        overviews: self.app.scene.fleet(),
                        foreign: &BTreeSet::new(),
                    };
                    let known = &mut self.known;
                    let mut answer =
                        answer::answer(engine, known, &fleet, &lens, &question).unwrap();
                    while known.diagnosis.is_looking() {
                        known.diagnosis.step(engine).unwrap();
                        answer = known.diagnosed(engine).unwrap();
                    }
                    self.app.news(News::Answer {
                        lens,
                        question,
                        answer: Arc::new(answer),
                    });
                }
                Effect::Job(job) => self.operate(&job),
                other => self.effects.push(other),
            }
        }
    }
}

/// Presses keys, one after the other, each seen before the next: chords as the keymap writes them, and `'text'` for what is typed letter by letter.
pub fn press(desk: &mut Desk, keys: &str) {
    for key in keys.split_whitespace() {
        let typed = key
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
            .filter(|text| !text.is_empty());
        match typed {
            Some(text) => {
                for sign in text.chars() {
                    press_one(desk, &sign.to_string());
                }
            }
            None => press_one(desk, key),
        }
    }
}

fn press_one(desk: &mut Desk, key: &str) {
    let chord: Chord = key
        .parse()
        .unwrap_or_else(|error| panic!("{key:?}: {error}"));
    let effects = desk.app.key(chord);
    desk.perform(effects);
    desk.picture();
}

/// What is on the screen of a size, a row a line.
pub fn shot(desk: &mut Desk, width: u16, height: u16) -> String {
    desk.resize(width, height);
    lines(&desk.picture())
}

/// Compares what is on the screen at every size with what it was: `name-80x24` and so on.
pub fn pictures(name: &str, desk: &mut Desk) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(
            format!("{name}-{width}x{height}"),
            shot(desk, width, height)
        );
    }
}
