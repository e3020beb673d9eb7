//! Where themes are: in the program, and in a folder of the user's. The only place of themes that touches files; it reads and never writes.

use std::path::Path;

use super::Theme;
use super::read::{self, NAMES, Parent};

pub(super) fn find(name: &str, folder: Option<&Path>) -> (Theme, Vec<String>) {
    let parent = |name: &str| seek(name, folder);
    match parent(name) {
        Ok(Some((place, text))) => {
            let (mut theme, warnings) = read::read(&text, &place, &parent);
            name.clone_into(&mut theme.name);
            (theme, warnings)
        }
        Ok(None) => instead(&format!(
            "there is no theme {name:?}; there are {}",
            names(folder).join(", ")
        )),
        Err(problem) => instead(&problem),
    }
}

/// What ships, where the theme that was asked for cannot be had.
fn instead(problem: &str) -> (Theme, Vec<String>) {
    let text = read::shipped("terminal").map(|(_, text)| text);
    let (mut theme, mut warnings) =
        read::read(&text.unwrap_or_default(), "terminal", &|_| Ok(None));
    "terminal".clone_into(&mut theme.name);
    warnings.push(format!("{problem}; {}", read::INSTEAD));
    (theme, warnings)
}

/// A theme's place and text: the user's, else the one that ships.
fn seek(name: &str, folder: Option<&Path>) -> Result<Option<Parent>, String> {
    let Some(folder) = folder.filter(|_| is_name(name)) else {
        return Ok(read::shipped(name));
    };
    let file = folder.join(format!("{name}.toml"));
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some((file.display().to_string(), text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(read::shipped(name)),
        Err(error) => Err(format!("{}: cannot be read: {error}", file.display())),
    }
}

/// A name leads into no other folder.
fn is_name(name: &str) -> bool {
    let plain = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.' | ' ');
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

pub(super) fn names(folder: Option<&Path>) -> Vec<String> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let files = entries.into_iter().flatten().filter_map(Result::ok);
    let mut own: Vec<String> = files
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".toml")?.to_owned())
        })
        .filter(|name| is_name(name) && !NAMES.contains(&name.as_str()))
        .collect();
    own.sort();
    NAMES.into_iter().map(str::to_owned).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::theme::{Colour, Role};

    #[test]
    fn a_theme_of_the_user_s_inherits_from_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        write(
            "sea.toml",
            "inherits = \"light\"\n[palette]\nwave = \"#102030\"\n[roles]\nlink = \"wave\"\n",
        );
        write("deep.toml", "inherits = \"sea\"\n[roles]\nbad = \"wave\"\n");
        write(
            "dark.toml",
            "inherits = \"dark\"\n[roles]\ngate = \"red\"\n",
        );
        let (deep, warnings) = Theme::find("deep", Some(folder));
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(deep.name, "deep");
        assert_eq!(deep.look(Role::Bad).colour, Colour::Rgb(0x10, 0x20, 0x30));
        assert_eq!(deep.look(Role::Link).colour, Colour::Rgb(0x10, 0x20, 0x30));
        let light = Theme::named("light").0;
        assert_eq!(deep.look(Role::Wait), light.look(Role::Wait));
        // One's own theme comes before the one that ships, and can build on it.
        let (dark, warnings) = Theme::find("dark", Some(folder));
        assert_eq!(warnings, Vec::<String>::new());
        let shipped = Theme::named("dark").0;
        assert_eq!(dark.look(Role::Gate).colour, Colour::Terminal(1));
        assert_eq!(dark.look(Role::Wait), shipped.look(Role::Wait));
        let names = Theme::names(Some(folder));
        assert_eq!(names[..NAMES.len()], NAMES);
        assert_eq!(names[NAMES.len()..], ["deep", "sea"]);
    }

    #[test]
    fn what_cannot_be_had_is_told_and_something_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text).unwrap();
        write("round.toml", b"inherits = \"about\"\n");
        write("about.toml", b"inherits = \"round\"\n");
        write("own.toml", b"inherits = \"own\"\n");
        write("bytes.toml", b"\xff\xfe");
        for (name, told) in [
            ("round", "round.toml: inherits from itself"),
            (
                "own",
                "own.toml:1: inherits \"own\", which is no other theme",
            ),
            ("bytes", "bytes.toml: cannot be read"),
            ("nope", "there is no theme \"nope\"; there are terminal"),
            ("../dark", "there is no theme \"../dark\""),
            ("", "there is no theme \"\""),
        ] {
            let (_, warnings) = Theme::find(name, Some(folder));
            assert_eq!(warnings.len(), 1, "{name}: {warnings:?}");
            assert!(warnings[0].contains(told), "{name}: {warnings:?}");
        }
        assert_eq!(
            Theme::find("nope", Some(&folder.join("no"))).0,
            Theme::default()
        );
    }
}
