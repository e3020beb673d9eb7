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
        Ok(None) => instead(format!(
            "there is no theme {name:?}; there are {}",
            names(folder).join(", ")
        )),
        Err(problem) => instead(problem),
    }
}

/// What ships, where the theme that was asked for cannot be had.
fn instead(problem: String) -> (Theme, Vec<String>) {
    let text = read::shipped("terminal").map(|(_, text)| text);
    let (mut theme, mut warnings) =
        read::read(&text.unwrap_or_default(), "terminal", &|_| Ok(None));
    "terminal".clone_into(&mut theme.name);
    warnings.push(problem);
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
