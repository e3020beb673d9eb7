//! What people write in files of settings: `leadtime.toml`, themes, keys. Whatever is wrong is told at its place, a secret never; what `init` proposes of any
//! repository reads back.

#![no_main]

use std::path::Path;

use laws::{CANARY, texts, told};
use leadtime::app::registry::KINDS;
use leadtime::config::Config;
use leadtime::config::propose::{Facts, Said, Tool};
use leadtime::key::Keymap;
use leadtime::theme::Theme;
use libfuzzer_sys::fuzz_target;

fn parse(text: &str) -> Result<Config, String> {
    let lines = text.lines().count() + 1;
    let read = Config::parse(text, Path::new("leadtime.toml"), &KINDS);
    read.map_err(|error| {
        assert!(!error.problems().is_empty());
        assert!(
            error.problems().iter().all(|problem| problem.line <= lines),
            "{error}"
        );
        told(&error.to_string());
        error.to_string()
    })
}

/// Whatever stands behind the first letters of a secret that somebody wrote into the file itself.
fn secret(key: &str, rest: &str) {
    let source = "[[sources]]\nname = \"s\"\nkind = \"github\"\nrepositories = [\"a/b\"]\n";
    let _ = parse(&format!("{source}{key} = \"{CANARY}{rest}"));
    let _ = parse(&format!("{source}{key} = {{ env = \"{CANARY}{rest}"));
}

fn propose(texts: &[&str]) {
    let part = |place: usize| texts.get(place).copied().unwrap_or_default().to_owned();
    let lines = |place: usize| part(place).lines().map(str::to_owned).collect();
    let facts = Facts {
        name: part(0),
        repository: part(1),
        remote: part(2),
        environments: lines(3),
        has_tags: true,
        tag_pattern: part(4),
        folders: lines(5),
        team: Some(Said {
            text: part(6),
            place: part(7),
        }),
        component: Some(Said {
            text: part(7),
            place: part(6),
        }),
        images: lines(8),
        unlabelled: true,
        tools: vec![Tool {
            kind: "git".to_owned(),
            name: "Jenkins".to_owned(),
            sign: Some(part(7)),
            source: vec!["path = \".\"".to_owned()],
            builds: true,
            ready: false,
        }],
    };
    let text = facts.propose();
    if let Err(error) = parse(&text) {
        panic!("what is proposed does not read back: {error}\n{text}");
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let Some(texts) = texts(data) else { return };
    let text = texts[0];
    match which % 6 {
        0 => drop(parse(text)),
        1 => secret("token", text),
        2 => secret("secret", text),
        3 => {
            let (_, warnings) = Theme::read(text, "mine.toml");
            warnings.iter().for_each(|warning| told(warning));
        }
        4 => {
            for problem in Keymap::read(text, "keys.toml").err().unwrap_or_default() {
                assert!(problem.line <= text.lines().count() + 1, "{problem}");
            }
        }
        _ => propose(&texts),
    }
});
