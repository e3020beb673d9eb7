//! Configuration files as people write them: those that are right, those that are wrong in one way each and what is said of them, and the files
//! that ship with leadtime. A secret put where it must not be is never repeated.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use leadtime::config::{Choice, Config, LinkWindow, StoreUrl, schema};
use proptest::prelude::*;

const CANARY: &str = "c4n4ry";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no files in {folder}");
    files
}

fn parse(text: &str) -> Config {
    Config::parse(
        text,
        Path::new("leadtime.toml"),
        &leadtime::app::registry::KINDS,
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

fn stem(file: &Path) -> &str {
    file.file_stem().unwrap().to_str().unwrap()
}

#[test]
fn valid_files_are_read_without_a_word() {
    for file in files("tests/configs/valid") {
        let config = Config::read(&file, &leadtime::app::registry::KINDS)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.warnings, [], "{}", file.display());
        assert_eq!(config.file.as_deref(), Some(file.as_path()));
    }
}

#[test]
fn each_mistake_is_told_with_its_place_and_its_remedy() {
    for file in files("tests/configs/invalid") {
        let text = std::fs::read_to_string(&file).unwrap();
        let told = match Config::parse(
            &text,
            Path::new("leadtime.toml"),
            &leadtime::app::registry::KINDS,
        ) {
            Ok(config) => {
                assert!(
                    stem(&file).starts_with("warning-"),
                    "{} was read",
                    file.display()
                );
                assert!(
                    !config.warnings.is_empty(),
                    "{} has no warning",
                    file.display()
                );
                let lines: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
                lines.join("\n")
            }
            Err(error) => {
                assert!(
                    error.problems().iter().all(|problem| problem.line > 0),
                    "{error}"
                );
                assert!(!format!("{error:?}").contains(CANARY), "{error:?}");
                error.to_string()
            }
        };
        assert!(!told.contains(CANARY), "{told}");
        insta::with_settings!({ snapshot_path => "../configs/invalid", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(stem(&file), told);
        });
    }
}

#[test]
fn every_example_is_read() {
    for file in files("config/examples") {
        let config = Config::read(&file, &leadtime::app::registry::KINDS)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.warnings, [], "{}", file.display());
        assert!(!config.workloads.is_empty() && !config.sources.is_empty());
    }
}

#[test]
fn the_contract_is_read_as_it_stands() {
    let config = Config::read(
        &root().join("tests/configs/valid/contract.toml"),
        &leadtime::app::registry::KINDS,
    )
    .unwrap();
    let folder = root().join("tests/configs/valid");
    assert_eq!(
        config.store.url,
        Some(StoreUrl::Sqlite(folder.join("leadtime.db")))
    );
    assert_eq!(config.metrics.timezone.name(), "Europe/Brussels");
    assert!((config.metrics.window.seconds() - 2_592_000.0).abs() < f64::EPSILON);
    assert!(matches!(config.metrics.link_window, LinkWindow::Within(_)));
    let source = &config.sources[0];
    assert_eq!(source.kind.name(), "github");
    assert!(Choice::takes(&source.repositories, "acme/shop"));
    assert!(!Choice::takes(&source.repositories, "acme/attic-1"));

    let workload = &config.workloads[0];
    let steps = config.steps_of(workload);
    let told: Vec<(&str, Vec<&str>)> = steps
        .iter()
        .map(|step| {
            let needs = step.needs.iter().flatten().map(String::as_str);
            (step.name.as_str(), needs.collect())
        })
        .collect();
    let expected = vec![
        ("code", vec![]),
        ("review", vec!["code"]),
        ("test", vec!["review"]),
        ("build", vec!["review"]),
        ("scan", vec!["build"]),
        ("staging", vec!["test", "scan"]),
        ("cab", vec!["staging"]),
        ("production", vec!["cab"]),
    ];
    assert_eq!(told, expected);
    assert_eq!(steps[2].from.as_deref(), Some("jenkins"));
    assert!(steps[2].matching.as_ref().unwrap().matches("checkout-unit"));
}

#[test]
fn numbers_are_read_in_every_way_that_toml_writes_them() {
    let config = parse(
        "[[paths]]\nname = 'p'\nsteps = [{ name = 's', kind = 'scan', limits = { critical = +0, high = 1_000, low = 0x1F } }]\n",
    );
    let limits = config.paths[0].steps[0].limits.unwrap();
    assert_eq!(
        (limits.critical, limits.high, limits.medium, limits.low),
        (Some(0), Some(1000), None, Some(31))
    );
}

#[test]
fn the_selector_that_asks_for_more_wins() {
    let config = Config::read(
        &root().join("tests/configs/valid/selectors.toml"),
        &leadtime::app::registry::KINDS,
    )
    .unwrap();
    let path = |name: &str| {
        let workload = config
            .workloads
            .iter()
            .find(|workload| workload.name == name)
            .unwrap();
        config.path_of(workload).map(|path| path.name.as_str())
    };
    assert_eq!(path("plain"), Some("any"));
    assert_eq!(path("web"), Some("web"));
    assert_eq!(path("regulated"), Some("regulated-web"));
    assert_eq!(path("named"), Some("any"));
}

#[test]
fn the_default_file_says_what_the_defaults_are() {
    let shipped = parse(leadtime::config::DEFAULT);
    assert_eq!(
        Config {
            file: None,
            ..shipped
        },
        Config::default()
    );
    assert_eq!(
        parse(""),
        Config {
            file: Some("leadtime.toml".into()),
            ..Config::default()
        }
    );
}

/// The default file with its examples switched on.
fn default_with_examples() -> String {
    let lines = leadtime::config::DEFAULT
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest)
                if !rest.starts_with(": ")
                    && !rest.starts_with("   ")
                    && !rest.starts_with(":schema") =>
            {
                // Prose has one space after the mark; a step of a list has two; a key has none.
                let prose = rest.starts_with(' ') && !rest.starts_with("  {");
                if prose { "" } else { rest }
            }
            Some(_) => "",
            None => line,
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_default_file_shows_every_key_and_its_examples_work() {
    let text = default_with_examples();
    let config = parse(&text);
    assert_eq!(config.warnings, []);
    assert_eq!(
        (
            config.sources.len(),
            config.paths.len(),
            config.workloads.len()
        ),
        (2, 1, 1)
    );
    let tree: serde_json::Value =
        serde_json::from_str(&schema(&leadtime::app::registry::KINDS)).unwrap();
    let mut keys = BTreeSet::new();
    collect_keys(&tree, &mut keys);
    assert!(keys.len() > 40, "{keys:?}");
    for key in keys {
        assert!(
            leadtime::config::DEFAULT.contains(&key),
            "config/default.toml does not show {key}"
        );
    }
}

fn collect_keys(node: &serde_json::Value, keys: &mut BTreeSet<String>) {
    if let Some(properties) = node["properties"].as_object() {
        keys.extend(properties.keys().cloned());
    }
    match node {
        serde_json::Value::Object(members) => {
            members.values().for_each(|inner| collect_keys(inner, keys));
        }
        serde_json::Value::Array(values) => {
            for inner in values {
                collect_keys(inner, keys);
            }
        }
        _ => {}
    }
}

#[test]
fn the_shipped_schema_is_that_of_the_types() {
    let file = root().join("config/leadtime.schema.json");
    if std::env::var_os("LEADTIME_UPDATE").is_some() {
        std::fs::write(&file, schema(&leadtime::app::registry::KINDS)).unwrap();
    }
    let shipped = std::fs::read_to_string(&file).unwrap();
    assert!(
        shipped == schema(&leadtime::app::registry::KINDS),
        "{} is old: run the tests with LEADTIME_UPDATE=1",
        file.display()
    );
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_their_lines() {
    let text = "[metrics]\nwindw = \"30d\"\ntimezone = \"Mars\"\n[[workloads]]\nteam = 3\n";
    let error = Config::parse(
        text,
        Path::new("leadtime.toml"),
        &leadtime::app::registry::KINDS,
    )
    .unwrap_err();
    let lines: Vec<usize> = error
        .problems()
        .iter()
        .map(|problem| problem.line)
        .collect();
    assert_eq!(lines, [2, 3, 4, 5]);
    assert_eq!(error.to_string().lines().count(), 4);
}

/// Wherever a token is pasted, it is not shown.
#[test]
fn a_pasted_token_is_never_repeated() {
    for paste in [
        "token = \"c4n4ry\"",
        "token = c4n4ry",
        "token = { env = \"ghp_c4n4ry\" }",
        "token = { env = \"$c4n4ry\" }",
        "token = { value = \"c4n4ry\" }",
        "token = { env = [\"c4n4ry\"] }",
        "token = { command = \"c4n4ry\" }",
        "token = [\"c4n4ry\"]",
        "token = \"c4n4ry",
        "tokn = \"c4n4ry\"",
        "url = \"https://jane:c4n4ry@example.com\"",
        "every = { token = \"c4n4ry\" }",
    ] {
        let text = format!(
            "[[sources]]\nname = \"gh\"\nkind = \"github\"\nrepositories = [\"a/*\"]\n{paste}\n"
        );
        let error = Config::parse(
            &text,
            Path::new("leadtime.toml"),
            &leadtime::app::registry::KINDS,
        )
        .unwrap_err();
        assert!(
            !format!("{error} {error:?} {error:#?}").contains(CANARY),
            "{paste}: {error}"
        );
    }
    let error = Config::parse(
        &format!("[store]\nurl = \"postgres://u:{CANARY}@h/d\"\n"),
        Path::new("f"),
        &leadtime::app::registry::KINDS,
    )
    .unwrap_err();
    assert!(!error.to_string().contains(CANARY), "{error}");
}

proptest! {
    /// The walk and serde agree: what the walk lets through, serde reads; nothing panics.
    #[test]
    fn any_cut_or_swap_of_a_good_file_is_read_or_told(from in 0_usize..3000, length in 0_usize..40, put in "[a-z\"=\\[\\]{}0-9 .\n]{0,6}") {
        let text = include_str!("../configs/valid/contract.toml");
        let mut from = from.min(text.len());
        while !text.is_char_boundary(from) { from -= 1; }
        let mut to = (from + length).min(text.len());
        while !text.is_char_boundary(to) { to += 1; }
        let broken = format!("{}{put}{}", &text[..from], &text[to..]);
        if let Err(error) = Config::parse(&broken, Path::new("leadtime.toml"), &leadtime::app::registry::KINDS) {
            prop_assert!(!error.problems().is_empty());
            for problem in error.problems() {
                prop_assert!(!problem.text.is_empty());
                prop_assert!(problem.line <= broken.lines().count() + 1);
            }
        }
    }
}
