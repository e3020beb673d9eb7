//! leadtime: where is my change, and what is it waiting on?
//!
//! This is the map of the code. It is two lines, and `ls src` is their words:
//!
//! > **[`connector`]** → **[`event`]** → **[`store`]** → **[`fold`]** → **[`model`]** → **[`report`]** / **[`view`]** → **[`screen`]**
//!
//! and back, from whoever sits there:
//!
//! > **[`key`]** → **[`intent`]** → **[`dashboard`]**, and from the command line **[`plan`]** → **[`confirm`]** → **[`action`]** → **[`connector`]** → **[`event`]**
//!
//! A connector reads a tool and says what happened there as events; the store keeps them; the fold sorts them by what they are about; the model links them
//! and works out where every change is and what it waited for; a report says so to people, or to programs as JSON, and a view draws it on the screen.
//! A key means an intent; the dashboard does it. What is to be done in a tool is planned, agreed to, written down in the [`journal`], sent once, and seen when
//! its event comes back.
//!
//! # The modules, in the order in which a fact travels
//!
//! | module | what it is |
//! | --- | --- |
//! | [`connector`] | where events come from and steps go: a folder for each tool ([`git`](connector::git) a local clone, [`github`](connector::github) an API, [`command`](connector::command) a program, …), its [`descriptor`](connector::descriptor) as data; [`http`](connector::http) is around all that speak it, [`scanner`](connector::scanner) reads what scanners write |
//! | [`event`] | what happened: the vocabulary ([`kind`](event::kind)), instants and spans ([`time`](event::time)), the wire format ([`cdevents`](event::cdevents)) |
//! | [`demo`] | a generated organisation: events without any tool |
//! | [`store`] | what is kept: the log, the cursors of its sources, a snapshot; [`memory`](store::memory) and [`sqlite`](store::sqlite) |
//! | [`fold`] | events into partitions by the thing that they are about, and a [`Catalogue`](fold::Catalogue) of what belongs together |
//! | [`model`] | what is known of one [`Workload`](model::Workload): [`gather`](model::gather) links, [`delivery`](model::delivery) tells what was shipped, [`state`](model::state) where a change is; from there [`stream`](model::stream) (the map), [`dora`](model::dora), [`flow`](model::flow), [`forecast`](model::forecast), [`gate`](model::gate), [`environment`](model::environment), [`locate`](model::locate), [`repair`](model::repair), [`compliance`](model::compliance) by [`evidence`](model::evidence), [`feature`](model::feature), [`notes`](model::notes), [`proof`](model::proof) |
//! | [`report`] | figures for people, in text for a terminal; [`json`](report::json) for programs |
//! | [`intent`] | what the user means: every [`Intent`](intent::Intent) with its name and its sentence |
//! | [`key`] | what was pressed into what is meant: a [`Chord`](key::Chord), and a [`Keymap`](key::Keymap) for every view |
//! | [`theme`] | colours by meaning |
//! | [`screen`] | the terminal: taken over and given back whatever happens, drawn on, listened to; a frame as a picture ([`svg`](screen::svg)) |
//! | [`view`] | what is on the screen: a [`page`](view::page) a question, what lies over it ([`overlay`](view::overlay)), drawn from a [`Scene`](view::scene::Scene) of plain data |
//! | [`dashboard`] | the loop that owns all state; its [`worker`](dashboard::worker) asks the engine, its [`reader`](dashboard::reader) reads the sources |
//! | [`plan`] | what is meant into what exactly would be sent: a draft of what is known, the [`request`](plan::request)s that a connector would send, the rules that object |
//! | [`confirm`] | a plan into a confirmed one, by its risk; only this can make what [`action`] takes |
//! | [`journal`] | what was meant, sent and answered: lines bound to each other |
//! | [`action`] | confirmed plans into deeds, once each; what a crash left open is asked after |
//! | [`config`] | `leadtime.toml` into types, with every problem told at its place |
//! | [`app`] | all of it behind one [`Engine`](app::Engine), and what feeds it: [`sync`](app::sync), [`import`](app::import) |
//! | [`cli`] | a file for each command: reads what was typed, asks the engine, prints a report |
//! | [`beside`], [`clock`], [`error`], [`log`] | two things at a time; the time; what could not be done, in words; what the program tells of its own working |
//!
//! # Who may name whom
//!
//! | module | may name of ours | and of others, only it |
//! | --- | --- | --- |
//! | `beside`, `event`, `intent`, `theme`, `log` | nothing | `base64`; `toml`; `tracing_subscriber` |
//! | `clock`, `config`, `store` | `event::time` | the system's clock; `schemars`, `toml_edit`; `rusqlite` |
//! | `key` | `intent` | `keybinds` |
//! | `model` | `beside`, `event` | |
//! | `fold` | `beside`, `event`, `model::name` | |
//! | `plan` | `event`, `model` | |
//! | `journal`, `confirm` | `plan`; `journal`, `plan` | `sha2` |
//! | `action` | `confirm`, `connector`, `journal`, `model`, `plan` | `tokio` |
//! | `connector` | `event`, `plan::request`; `connector::http` and `connector::cdevents` also `clock`; never each other | `gix` and the git program in `git`, `octocrab` in `github`, `reqwest` |
//! | `demo` | `event` | `fastrand` |
//! | `screen` | nothing | `ratatui`, `crossterm`, `rustix`, `signal_hook` |
//! | `report` | `event::time`, `journal`, `model`, `plan`, `theme` | `crossterm`, `unicode_width` |
//! | `view` | `event`, `model`, `report`, `theme`, `intent`, `key` | `ratatui`, `nucleo_matcher`, `tui_input` |
//! | `app` | all above but `report`, `theme`, `view`, `screen`, `intent`, `key` | |
//! | `dashboard` | all but `cli`, `demo` | `csv` |
//! | `cli` | all | `indicatif`, `clap_complete` |
//! | `main` | `cli` | |
//!
//! The whole table is code, and a test: `tests/it/architecture`. It prints the line that breaks it, and what would be allowed.
//!
//! # What always holds
//!
//! - **The model is a function of the set of events.** Order, repetition and splitting of the same events change nothing; ties are broken by
//!   `(time, source, id)`.
//! - **The fold is fed by the store alone.** Nothing is shown that is not kept; an import, a connector and the demo come in by the same door.
//! - **The log only grows.** A snapshot is a cache: it is thrown away when it does not fit, and never trusted over the log.
//! - **At every instant a change is in exactly one state of one step.** Its stretches tile its life, so process and wait add up to the lead time.
//! - **Nothing to measure is null, shown as `-`, never 0.** Every statistic carries its n, every inferred link its `~`.
//! - **Time comes in as an argument.** Only [`clock`] reads it, so that any question can be asked as of any instant.
//! - **`event`, `fold` and `model` are pure:** no file, no network, no clock, no randomness.
//! - **A report computes no figure, a view neither, and a figure prints nothing.**
//! - **Drawing waits for nothing.** A page draws what the scene holds; what is not there yet is asked for, and said to be on its way.
//! - **Nothing is sent that was not seen, agreed to and written down first,** and nothing is sent twice.
//! - **A secret is a reference until it is needed,** and then has no `Debug`, no log line and no error text.
//! - **What reaches a terminal is cleaned and cut to its width in one place** (`report/sheet.rs`), whoever wrote it.
//! - **Bad input is an ordinary case.** No panic outside tests; nothing half-written.

pub mod connector;
pub mod event;

pub mod demo;
pub mod store;

pub mod fold;

pub mod model;

pub mod report;
pub mod screen;
pub mod theme;
pub mod view;

pub mod intent;
pub mod key;

pub mod action;
pub mod confirm;
pub mod journal;
pub mod plan;

pub mod config;

pub mod app;

pub mod cli;
pub mod dashboard;

pub mod beside;
pub mod clock;
pub mod error;
pub mod log;
