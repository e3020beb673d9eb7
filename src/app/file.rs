//! Files that are written at the wish of the user: beside their place first, so that a half-written one is never taken for a whole one, and what was there stays until then.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::Failure;

/// Writes a file as a whole, or leaves what was there.
pub fn write<T>(
    file: &Path,
    content: impl FnOnce(&mut dyn Write) -> Result<std::io::Result<T>, Failure>,
) -> Result<T, Failure> {
    let failed = |error: &std::io::Error| Failure::of_file(file, error);
    match std::fs::metadata(file) {
        Ok(about) if about.is_dir() => {
            return Err(Failure::unable(format!("{} is a folder", file.display()))
                .hinted("name a file in it"));
        }
        // What is no plain file (a pipe, /dev/null) is written where it is.
        Ok(about) if !about.is_file() => {
            let opened = OpenOptions::new().write(true).open(file);
            let mut out =
                BufWriter::with_capacity(1 << 20, opened.map_err(|error| failed(&error))?);
            let done = content(&mut out)?.and_then(|done| out.flush().map(|()| done));
            return done.map_err(|error| failed(&error));
        }
        _ => {}
    }
    // A link stays one: what it leads to is replaced.
    let place = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let beside = beside(&place).map_err(|error| failed(&error))?;
    let mut out = BufWriter::with_capacity(1 << 20, beside.as_file());
    let done = content(&mut out)?.and_then(|done| out.flush().map(|()| done));
    drop(out);
    let done = done.map_err(|error| failed(&error))?;
    beside
        .persist(&place)
        .map_err(|error| failed(&error.error))?;
    Ok(done)
}

/// An empty file in the same folder, with the permissions of the one that it will replace, or of any new file.
fn beside(file: &Path) -> std::io::Result<NamedTempFile> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let permissions: Option<Permissions> = std::fs::metadata(file)
        .ok()
        .map(|about| about.permissions());
    let made = tempfile::Builder::new()
        .prefix(".leadtime-")
        .make_in(folder, |path| File::create_new(path))
        // The name of the file that was asked for is told, not that of the one beside it.
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => std::io::Error::other("there is no such folder"),
            kind => std::io::Error::from(kind),
        })?;
    if let Some(permissions) = permissions {
        made.as_file().set_permissions(permissions)?;
    }
    Ok(made)
}
