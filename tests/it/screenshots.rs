//! What the README shows is what the program prints: the binary is run on the generated organisation, as of an instant, and what it says is drawn. The pictures
//! in `screenshots/` must be those; where the program has changed on purpose, `LEADTIME_UPDATE=1` draws them anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use leadtime::screen::svg::{DARK, LIGHT};

use super::support::svg::draw;

/// The present of the generated organisation.
const NOW: &str = "2026-09-01T12:00:00Z";

/// A picture: its name, what is typed, in how many columns.
const PICTURES: [(&str, &str, u16); 5] = [
    ("map", "map shop-app", 121),
    ("where", "where acme/checkout#18", 100),
    ("gates", "gates ledger", 100),
    ("dora", "dora notifications", 100),
    ("env", "env", 100),
];

/// Runs the program in a folder that nothing else can change.
fn leadtime(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leadtime"))
        .args(args)
        .env_clear()
        .env("HOME", folder)
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm")
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(output: &Output, wanted: &[i32]) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output
            .status
            .code()
            .is_some_and(|code| wanted.contains(&code)),
        "{}: {told}",
        output.status
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn committed(name: &str, ground: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    folder.join(format!("{name}-{ground}.svg"))
}

#[test]
fn the_pictures_are_what_the_program_prints() {
    let update = std::env::var_os("LEADTIME_UPDATE").is_some();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = leadtime(
        folder,
        &[
            "demo",
            "--export",
            "--seed",
            "1",
            "--until",
            NOW,
            "--output",
            "demo.jsonl",
            "--config-out",
            "leadtime.toml",
        ],
    );
    text(&made, &[0]);
    text(&leadtime(folder, &["import", "demo.jsonl"]), &[0]);
    let mut differ = Vec::new();
    for (name, typed, columns) in PICTURES {
        let width = columns.to_string();
        let mut args: Vec<&str> = typed.split(' ').collect();
        args.extend(["--as-of", NOW, "--width", &width, "--color", "always"]);
        let output = text(&leadtime(folder, &args), &[0, 1]);
        for ground in [DARK, LIGHT] {
            let picture = draw(&format!("leadtime {typed}"), &output, columns, &ground);
            let file = committed(name, ground.name);
            if update {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(&file, &picture).unwrap();
            } else if fs::read_to_string(&file).ok().as_ref() != Some(&picture) {
                differ.push(format!(
                    "{} is not what `leadtime {typed}` prints:\n{output}",
                    file.display()
                ));
            }
        }
    }
    assert!(
        differ.is_empty(),
        "{}\nLEADTIME_UPDATE=1 draws them anew",
        differ.join("\n")
    );
}
