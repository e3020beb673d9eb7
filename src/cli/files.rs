//! Which files hold for this call of the program: its configuration and its log.

use std::path::{Path, PathBuf};

use super::args::Global;
use crate::app::assemble;
use crate::config::{Config, expand, locate};
use crate::connector::http::mask;
use crate::error::Failure;

/// The file of the configuration that holds here.
pub fn locate_configuration(global: &Global) -> Result<Option<PathBuf>, Failure> {
    let folder = std::env::current_dir()
        .map_err(|error| Failure::unable(format!("the current folder: {error}")))?;
    let named = std::env::var_os("LEADTIME_CONFIG").map(PathBuf::from);
    let user = assemble::user_folder();
    Ok(locate(
        global.config.as_deref(),
        named.as_deref(),
        &folder,
        user.as_deref(),
    )?)
}

/// The configuration that holds here, and its file.
pub fn configuration(global: &Global) -> Result<(Option<PathBuf>, Config), Failure> {
    let file = locate_configuration(global)?;
    let config = match &file {
        Some(file) => assemble::read_configuration(file)?,
        None => Config::default(),
    };
    Ok((file, config))
}

/// Where the log is: as named, as configured, else in the user's data folder, one for each configuration or repository. `here`: the folder of the repository
/// that one stands in, and its id.
pub fn log(
    global: &Global,
    config: &Config,
    here: Option<(&Path, &str)>,
) -> Result<PathBuf, Failure> {
    if let Some(url) = &global.db {
        return named(url);
    }
    if let Some(url) = &config.store.url {
        return Ok(assemble::log_file(url)?);
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let of = match (&config.file, here) {
        (Some(file), _) => Some((real(file), None)),
        (None, Some((folder, id))) => Some((real(folder), Some(id))),
        (None, None) => None,
    };
    let of = of.as_ref().map(|(path, id)| (path.as_path(), *id));
    assemble::default_log(of).ok_or_else(|| {
        Failure::unable("the user's data folder is not known: HOME is not set")
            .hinted("name a file for the log with --db sqlite:FILE")
    })
}

/// The file that `--db` names. Addresses of servers are typed there, too, with their passwords.
fn named(url: &str) -> Result<PathBuf, Failure> {
    match url.strip_prefix("sqlite:") {
        Some(":memory:") => Err(Failure::usage(
            "--db sqlite::memory: names no file, and what is in memory is gone when a command ends",
        )
        .hinted("write sqlite:FILE")),
        Some(file) if !file.is_empty() => {
            let file = file.strip_prefix("//").unwrap_or(file);
            Ok(expand(Path::new(file)))
        }
        _ => Err(Failure::usage(format!(
            "--db {}: write sqlite:FILE",
            mask::shown(url)
        ))),
    }
}
