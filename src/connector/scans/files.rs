//! Which files are followed: one, all of a folder and of those in it, or those that fit a pattern. What is hidden is being written, or nobody's business.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use globset::GlobMatcher;

use crate::connector::error::ErrorKind;
use crate::connector::{ConnectorError, Finding, Severity, pattern};

/// How deep folders lie in folders.
const DEEPEST: usize = 16;

/// A file, as it is seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub path: PathBuf,
    pub length: u64,
    /// When it was written, in microseconds since 1970.
    pub modified: i64,
}

impl Seen {
    /// What a cursor calls it.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// The files of a source, the newest first.
pub fn find(path: &Path) -> Result<Vec<Seen>, ConnectorError> {
    let mut found = Vec::new();
    if path.is_file() {
        found.extend(seen(path));
    } else if path.is_dir() {
        walk(path, &is_document, DEEPEST, &mut found).map_err(|error| unreadable(path, &error))?;
    } else if let Some((folder, matcher)) = wanted(path)? {
        let fits = |path: &Path| matcher.is_match(path);
        if folder.is_dir() {
            walk(&folder, &fits, DEEPEST, &mut found)
                .map_err(|error| unreadable(&folder, &error))?;
        }
    }
    found.sort_by(|one, two| {
        let newest = two.modified.cmp(&one.modified);
        newest.then_with(|| one.path.cmp(&two.path))
    });
    Ok(found)
}

pub fn nothing_yet(path: &Path) -> Finding {
    Finding {
        subject: path.display().to_string(),
        severity: Severity::Warning,
        text: "there is no report yet: check `path`, or wait for the first one".to_owned(),
    }
}

/// In a folder, what ends as reports do.
fn is_document(path: &Path) -> bool {
    let end = path.extension().and_then(|end| end.to_str());
    end.is_some_and(|end| ["json", "sarif"].contains(&end.to_ascii_lowercase().as_str()))
}

/// The folder that a pattern begins with, and the pattern. `None`: it is none.
fn wanted(path: &Path) -> Result<Option<(PathBuf, GlobMatcher)>, ConnectorError> {
    let special = |part: &Component<'_>| {
        let text = part.as_os_str().to_string_lossy();
        text.contains(['*', '?', '[', '{'])
    };
    if !path.components().any(|part| special(&part)) {
        return Ok(None);
    }
    let folder: PathBuf = path
        .components()
        .take_while(|part| !special(part))
        .collect();
    let folder = if folder.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        folder
    };
    let matcher = pattern::path(&path.to_string_lossy()).ok_or_else(|| {
        let place = path.display().to_string();
        let detail = "`path` is no pattern, and there is no such file";
        ConnectorError::new(ErrorKind::Configuration, place, detail)
            .hinted("as \"scans/**/*.json\"")
    })?;
    Ok(Some((folder, matcher)))
}

fn walk(
    folder: &Path,
    fits: &dyn Fn(&Path) -> bool,
    depth: usize,
    found: &mut Vec<Seen>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        // A link to a folder may lead round in circles.
        if entry.file_type()?.is_dir() {
            if depth > 0 {
                walk(&path, fits, depth - 1, found)?;
            }
        } else if fits(&path) {
            found.extend(seen(&path));
        }
    }
    Ok(())
}

/// `None`: it is no file, or was taken away meanwhile.
fn seen(path: &Path) -> Option<Seen> {
    let about = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let modified = about.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(Seen {
        path: path.to_owned(),
        length: about.len(),
        modified: i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConnectorError {
    let detail = format!("cannot be read: {error}");
    ConnectorError::new(ErrorKind::Configuration, path.display().to_string(), detail)
        .hinted("check `path`, and who may read it")
}
