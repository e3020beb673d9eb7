//! Who may know whom. Every path in `src/` is read as the compiler's own lexer sees it (so no comment and no text counts), resolved to the module that it
//! names, and held against two tables: which modules of ours a module may name, and where each crate of others may be named. Then the habits of the house:
//! every file says what it holds, no file grows too long, no folder is a drawer, no test file is forgotten.

mod files;
mod paths;

use std::collections::BTreeSet;

use files::{Source, sources};
use leadtime::app::registry::CONNECTORS as REGISTERED;
use paths::Named;

/// What a module may name besides itself. The longest name that fits a file counts.
const OURS: &[(&str, &[&str])] = &[
    ("beside", &[]),
    ("event", &[]),
    ("clock", &["event::time"]),
    ("log", &[]),
    ("theme", &[]),
    ("intent", &[]),
    ("key", &["intent"]),
    ("config", &["event::time"]),
    ("store", &["event::time"]),
    ("model", &["beside", "event"]),
    ("fold", &["beside", "event", "model::name"]),
    ("plan", &["event", "model"]),
    ("journal", &["event::time", "plan", "store"]),
    (
        "confirm",
        &["event::time", "journal", "model::definition", "plan"],
    ),
    (
        "action",
        &[
            "confirm",
            "connector",
            "event::time",
            "journal",
            "model",
            "plan",
        ],
    ),
    ("plan::request", &["event::time"]),
    ("connector", &["event", "plan::request"]),
    // Limits and pauses are counted from now, whenever that is.
    (
        "connector::http",
        &[
            "event::time",
            "clock",
            "connector::error",
            "connector::ConnectorError",
            "connector::descriptor",
            "plan::request",
        ],
    ),
    // What is signed is signed with the time of its sending.
    (
        "connector::cdevents",
        &["event", "connector", "plan::request", "clock"],
    ),
    // What it says of a connector names the trait.
    (
        "connector::descriptor",
        &["event::time", "connector", "plan::request"],
    ),
    ("demo", &["event"]),
    ("report", &["event", "journal", "model", "plan", "theme"]),
    ("screen", &[]),
    // Plain data in, cells out.
    (
        "view",
        &[
            "event", "intent", "journal", "key", "model", "plan", "report", "theme",
        ],
    ),
    (
        "dashboard",
        &[
            "action",
            "app",
            "clock",
            "config",
            "confirm",
            "connector",
            "error",
            "event",
            "intent",
            "key",
            "journal",
            "model",
            "plan",
            "report",
            "screen",
            "store",
            "theme",
            "view",
        ],
    ),
    ("error", &["config", "connector", "store"]),
    (
        "app",
        &[
            "action",
            "clock",
            "config",
            "confirm",
            "connector",
            "demo",
            "error",
            "event",
            "fold",
            "journal",
            "model",
            "plan",
            "store",
        ],
    ),
    (
        "cli",
        &[
            "action",
            "app",
            "clock",
            "config",
            "confirm",
            "connector",
            "dashboard",
            "demo",
            "error",
            "event",
            "intent",
            "key",
            "log",
            "journal",
            "model",
            "plan",
            "report",
            "store",
            "theme",
            "view",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Where a crate of others may be named, tests aside. One that is not here may be named anywhere.
const OTHERS: &[(&str, &[&str])] = &[
    ("axum", &["app::receive"]),
    // Requests that are asked again, and streams that are opened anew.
    ("backon", &["connector::http", "app::listen"]),
    // A login for the git program, the body of a file, the keys and marks of signed webhooks.
    ("base64", &["event::cdevents", "connector"]),
    (
        "chrono",
        &[
            "event::time",
            "clock",
            "config",
            "connector",
            "demo",
            "model",
            "report",
            "cli",
        ],
    ),
    ("clap", &["cli", "report"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("crossterm", &["report::style", "screen"]),
    ("csv", &["dashboard::export"]),
    ("cvss", &["connector::scanner"]),
    ("directories", &["config", "app::assemble"]),
    ("docker_credential", &["connector::oci"]),
    ("encoding_rs", &["connector::git"]),
    ("fastrand", &["demo"]),
    ("gix", &["connector::git"]),
    ("globset", &["config", "app", "model", "connector"]),
    ("hmac", &["connector::signature"]),
    ("http_auth", &["connector::oci"]),
    ("humantime", &["config", "cli"]),
    (
        "hex",
        &[
            "app::assemble",
            "journal::chain",
            "connector::cdevents",
            "connector::scans",
            "connector::signature",
        ],
    ),
    // Which proxy stands before an address, by the rules of the client under every connector.
    ("hyper_util", &["connector::http::proxy"]),
    ("indicatif", &["cli"]),
    ("jsonc_parser", &["connector::git::act"]),
    ("keybinds", &["key"]),
    ("keyring", &["config::secret"]),
    ("kube", &["connector::kubernetes"]),
    ("octocrab", &["connector::github"]),
    ("nucleo_matcher", &["view"]),
    ("postcard", &["fold", "model", "dashboard::kept"]),
    ("ratatui", &["screen", "view", "dashboard"]),
    ("reqwest", &["connector"]),
    ("rrule", &["config", "model"]),
    ("rusqlite", &["store::sqlite"]),
    ("rustix", &["screen", "cli::session"]),
    ("saphyr_parser", &["connector::git::act"]),
    ("similar", &["connector::git::act"]),
    ("rustls", &["main", "connector::http"]),
    ("schemars", &["config"]),
    ("secrecy", &["config", "connector", "app::registry"]),
    ("yaml_serde", &["connector"]),
    ("sha2", &["app::assemble", "journal::chain", "connector"]),
    (
        "signal_hook",
        &["screen", "cli::collect", "cli::whole", "main"],
    ),
    (
        "tempfile",
        &["config", "cli", "app::file", "connector::git::act"],
    ),
    (
        "tokio",
        &[
            "action",
            "connector",
            "app",
            "cli",
            "dashboard::operator",
            "dashboard::reader",
        ],
    ),
    ("toml", &["config", "key", "theme"]),
    ("toml_edit", &["config", "connector::git::act"]),
    ("tracing", &["connector", "app", "dashboard"]),
    ("tui_input", &["view::overlay"]),
    ("tracing_subscriber", &["log"]),
    ("unicode_width", &["report", "view::pen"]),
    // What the world outside says comes in at few places.
    // A program of the user's is given a few variables by name, not all that there are.
    (
        "std::env",
        &[
            "config",
            "cli",
            "report::style",
            "screen",
            "connector::command",
            // Where a kubeconfig is that nobody names.
            "connector::kubernetes",
            // Which variable it is that names a proxy, for whoever has to change it.
            "connector::http::proxy",
        ],
    ),
    (
        "std::fs",
        &[
            "config",
            "cli",
            "store::sqlite",
            "connector",
            "app",
            "screen::tty",
            "theme::find",
            "dashboard",
        ],
    ),
    ("std::net", &["connector", "app::neighbour", "app::receive"]),
    // An address is a word like others.
    (
        "std::net::SocketAddr",
        &[
            "app::receive",
            "config::settings",
            "cli::args",
            "cli::dashboard::threads",
        ],
    ),
    (
        "std::process",
        &[
            "app::acting",
            "config::secret",
            "cli",
            "main",
            "screen",
            "connector::git::act",
            "connector::command",
        ],
    ),
];

/// The names of files and folders in a connector's folder, so that two of them can be read side by side.
const CONNECTOR: &[&str] = &["mod", "config", "client", "translate", "cursor", "check"];

const LONGEST: usize = 450;

/// What may be longer, and why.
const LONGER: &[(&str, usize)] = &[
    // A table: every family of facts, field by field.
    ("src/event/kind.rs", 550),
];

/// `path` is `module` or lies in it.
fn within(path: &str, module: &str) -> bool {
    path.strip_prefix(module)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn top(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

/// What stands in a table for a module: by the longest name that holds it.
fn row<'t>(table: &'t [(&str, &'t [&str])], module: &str) -> Option<(&'t str, &'t [&'t str])> {
    let fits = table.iter().filter(|(name, _)| within(module, name));
    fits.max_by_key(|(name, _)| name.len())
        .map(|(name, allowed)| (*name, *allowed))
}

/// Why a file may not name a module of ours.
fn ours(source: &Source, named: &Named) -> Option<String> {
    let Some((owner, allowed)) = row(OURS, &source.module) else {
        return Some(format!(
            "{} is in no row of OURS: say what it may name",
            source.module
        ));
    };
    let may = |path: &str| within(path, owner) || allowed.iter().any(|module| within(path, module));
    if named.public && top(&named.path) != top(&source.module) {
        return Some(
            "`pub use` of another module hides whom one depends on: name it where it is".to_owned(),
        );
    }
    if let Some(other) = other_connector(&source.module, &named.path) {
        return Some(format!(
            "connectors do not know each other, and this is {other}'s"
        ));
    }
    (!may(&named.path)).then(|| format!("{owner} may name {}", words(allowed)))
}

/// The other connector that a path leads into.
fn other_connector<'p>(module: &str, path: &'p str) -> Option<&'p str> {
    let of = |path: &'p str| path.strip_prefix("connector::").map(top);
    let theirs = of(path).filter(|name| files::connectors().contains(*name))?;
    let own = module.strip_prefix("connector::").map(top)?;
    (theirs != own).then_some(theirs)
}

fn words(allowed: &[&str]) -> String {
    if allowed.is_empty() {
        "nothing".to_owned()
    } else {
        allowed.join(", ")
    }
}

/// Why a file may not name a crate of others.
fn others(source: &Source, named: &Named) -> Option<String> {
    let fits = OTHERS.iter().filter(|(name, _)| within(&named.path, name));
    let (name, places) = fits.max_by_key(|(name, _)| name.len())?;
    let may = named.test || places.iter().any(|place| within(&source.module, place));
    (!may).then(|| format!("{name} may be named in {}", words(places)))
}

/// Why a file may not name something.
fn why_not(source: &Source, named: &Named) -> Option<String> {
    if named.ours {
        ours(source, named)
    } else {
        others(source, named)
    }
}

#[test]
fn arrows_point_one_way() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for source in sources("src") {
        for named in paths::named(&source) {
            seen += 1;
            let why = why_not(&source, &named);
            wrong.extend(why.map(|why| {
                format!(
                    "{}:{}: names {}, but {why}",
                    source.file, named.line, named.path
                )
            }));
        }
    }
    assert!(seen > 1_000, "only {seen} paths were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a client is made, proxies, certificates and time-outs are told to it: in one place for all, and in another for `kube`, which brings its own.
#[test]
fn clients_are_made_in_one_place() {
    let made = |text: &str| {
        let words = [
            "Client::builder(",
            "Client::new(",
            "ClientBuilder",
            "Client::try_from(",
        ];
        words.iter().any(|word| text.contains(word))
    };
    let files = sources("src");
    let places = files.iter().filter(|source| made(&source.text));
    let places: Vec<&str> = places.map(|source| source.module.as_str()).collect();
    assert_eq!(
        places,
        ["connector::http::dial", "connector::kubernetes::dial"]
    );
}

#[test]
fn every_module_has_its_row_and_every_row_its_module() {
    let modules: BTreeSet<String> = sources("src")
        .iter()
        .map(|source| top(&source.module).to_owned())
        .collect();
    let rows: BTreeSet<String> = OURS.iter().map(|(name, _)| top(name).to_owned()).collect();
    assert_eq!(modules, rows);
    let crates = paths::dependencies();
    for (name, _) in OTHERS {
        assert!(
            top(name) == "std" || crates.contains(*name),
            "{name} is no dependency any more"
        );
    }
}

/// A module, what it says, and which of that is forbidden to it.
const SAMPLES: &[(&str, &str, &[&str])] = &[
    (
        "model::gate",
        "use crate::{event::Event, store::{Store, memory}};",
        &["1:store::Store", "1:store::memory"],
    ),
    (
        "model::gate",
        "fn f() {\n    let _ = format!(\"{}\", crate::clock::now());\n}",
        &["2:clock::now"],
    ),
    (
        "model::gate",
        "use super::super::store as kept;",
        &["1:store"],
    ),
    (
        "event::kind",
        "// crate::store\nconst A: &str = \"use crate::store;\";",
        &[],
    ),
    (
        "model::gate",
        "#[cfg(test)]\nmod tests { use crate::fold::Fold; use std::fs; }",
        &["2:fold::Fold"],
    ),
    (
        "report::map",
        "pub use crate::model::stream::Map;",
        &["1:model::stream::Map"],
    ),
    (
        "connector::git::client",
        "use super::super::github::Config;",
        &["1:connector::github::Config"],
    ),
    (
        "connector::git::client",
        "use crate::connector::{Batch, http::Base};",
        &[],
    ),
    (
        "connector::git",
        "use octocrab::Octocrab;\nfn f() -> ::gix::ObjectId {}",
        &["1:octocrab::Octocrab"],
    ),
    (
        "theme",
        "fn f() { std::fs::read(\"a\"); }\nuse std::{fmt, env};",
        &["1:std::fs::read", "2:std::env"],
    ),
    ("store::sqlite::log", "use rusqlite::Connection;", &[]),
    (
        "store::memory",
        "fn f() -> rusqlite::Result<()> {}",
        &["1:rusqlite::Result"],
    ),
    (
        "connector::github::read",
        "use super::http;\nfn f() { http::get(); }",
        &[],
    ),
];

#[test]
fn a_forbidden_line_is_found_however_it_is_written() {
    for (module, text, forbidden) in SAMPLES {
        let source = Source {
            file: "src/sample.rs".to_owned(),
            module: (*module).to_owned(),
            text: (*text).to_owned(),
        };
        let named = paths::named(&source);
        let wrong = named
            .iter()
            .filter(|named| why_not(&source, named).is_some());
        let found: Vec<String> = wrong
            .map(|named| format!("{}:{}", named.line, named.path))
            .collect();
        assert_eq!(found, *forbidden, "{module}: {text}");
    }
}

#[test]
fn every_file_says_what_it_holds() {
    let all = ["src", "tests/it", "benches"].into_iter().flat_map(sources);
    let silent: Vec<String> = all
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.file)
        .collect();
    assert!(
        silent.is_empty(),
        "these do not begin with `//!`: {silent:?}"
    );
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources("src")
        .iter()
        .map(|source| (&source.file, source.length()))
        .filter(|(file, lines)| {
            let longer = LONGER.iter().find(|(name, _)| name == file);
            *lines > longer.map_or(LONGEST, |(_, most)| *most)
        })
        .map(|(file, lines)| {
            format!("{file}: {lines} lines without its tests, {LONGEST} are the most")
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn no_folder_is_a_drawer() {
    for folder in ["src", "tests", "benches"]
        .into_iter()
        .flat_map(files::folders)
    {
        let name = folder.rsplit('/').next().unwrap();
        assert!(
            ![
                "utils", "util", "helpers", "helper", "common", "misc", "shared"
            ]
            .contains(&name),
            "{folder}"
        );
    }
}

#[test]
fn no_lint_is_switched_off_in_passing() {
    for source in ["src", "tests/it", "benches"].into_iter().flat_map(sources) {
        assert!(
            !paths::allows(&source.text),
            "{} has #[allow]: write #[expect(lint, reason = …)]",
            source.file
        );
    }
    let manifest: toml::Table = files::read("Cargo.toml").parse().unwrap();
    assert_eq!(
        manifest["lints"]["rust"]["unsafe_code"].as_str(),
        Some("forbid")
    );
    let clippy = &manifest["lints"]["clippy"];
    for lint in [
        "unwrap_used",
        "expect_used",
        "panic",
        "todo",
        "dbg_macro",
        "print_stdout",
        "print_stderr",
        "allow_attributes",
    ] {
        assert_eq!(clippy[lint].as_str(), Some("deny"), "{lint}");
    }
    assert_eq!(clippy["pedantic"]["level"].as_str(), Some("warn"));
}

#[test]
fn connectors_are_built_alike() {
    let connectors = files::connectors();
    assert!(connectors.len() >= 2, "{connectors:?}");
    for connector in connectors {
        let names = files::names(&format!("src/connector/{connector}"));
        for wanted in CONNECTOR {
            assert!(
                names.contains(*wanted),
                "src/connector/{connector} has no {wanted}"
            );
        }
        let acts = REGISTERED.iter().any(|(descriptor, _)| {
            descriptor.kind == connector && !descriptor.capability.acts.is_empty()
        });
        assert_eq!(
            names.contains("act"),
            acts,
            "src/connector/{connector} has an `act` if and only if its capability acts"
        );
        let documented = files::exists(&format!("docs/connectors/{connector}.md"));
        assert!(documented, "docs/connectors/{connector}.md is missing");
    }
}

#[test]
fn no_test_is_forgotten() {
    let main = files::read("tests/it/main.rs");
    for name in files::names("tests/it") {
        assert!(
            name == "main" || main.contains(&format!("\nmod {name};")),
            "tests/it/main.rs has no `mod {name};`"
        );
    }
}
