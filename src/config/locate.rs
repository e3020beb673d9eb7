//! Which file is read: the one that was named, else the nearest `leadtime.toml` from the current folder upwards, else the user's own.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::place::line_and_column;
use super::problem::{ConfigError, Problem};
use super::{Config, Kind};

/// The name of the file.
pub const FILE_NAME: &str = "leadtime.toml";

/// Finds the file: `explicit` (`--config`), `env` (`$LEADTIME_CONFIG`), the nearest from `start` upwards, then the user's folder. `None` where there
/// is none; one that was named must be there.
pub fn locate(
    explicit: Option<&Path>,
    env: Option<&Path>,
    start: &Path,
    user_folder: Option<&Path>,
) -> Result<Option<PathBuf>, ConfigError> {
    let env = env.filter(|path| !path.as_os_str().is_empty());
    for (named, by) in [(explicit, "--config"), (env, "$LEADTIME_CONFIG")] {
        if let Some(file) = named {
            let found = look(file)?;
            return found.map(Some).ok_or_else(|| {
                let hint =
                    format!("{by} names it: write the file with `leadtime init`, or name another");
                ConfigError::of(Problem::of_file(file, "no such file", hint))
            });
        }
    }
    for folder in start.ancestors().chain(user_folder) {
        if let Some(file) = look(&folder.join(FILE_NAME))? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

fn look(file: &Path) -> Result<Option<PathBuf>, ConfigError> {
    match std::fs::metadata(file) {
        Ok(found) if found.is_dir() => Err(a_folder(file)),
        Ok(_) => Ok(Some(file.to_path_buf())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(unreadable(file, &error)),
    }
}

fn a_folder(file: &Path) -> ConfigError {
    let hint = "name the file in it, or move the folder out of the way";
    ConfigError::of(Problem::of_file(
        file,
        "expected a file, found a folder",
        hint,
    ))
}

fn unreadable(file: &Path, error: &std::io::Error) -> ConfigError {
    let hint = "see to it that you may read it";
    ConfigError::of(Problem::of_file(
        file,
        format!("it cannot be read ({error})"),
        hint,
    ))
}

impl Config {
    /// Reads a file and checks it.
    pub fn read(file: &Path, kinds: &[Kind]) -> Result<Self, ConfigError> {
        if file.is_dir() {
            return Err(a_folder(file));
        }
        let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(&text, file, kinds),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let (line, column) = line_and_column(error.as_bytes(), offset);
                Err(ConfigError::of(Problem {
                    line,
                    column,
                    ..Problem::of_file(file, "this is not UTF-8", "save the file as UTF-8")
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_then_the_nearest_then_the_users_own() {
        let place = tempfile::tempdir().unwrap();
        let at = |path: &str| place.path().join(path);
        let user = at("user");
        let inner = at("repository/services/shop");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir_all(&user).unwrap();
        let found = |explicit: Option<&Path>, env: Option<&Path>| {
            locate(explicit, env, &inner, Some(&user))
        };
        assert_eq!(found(None, None), Ok(None));
        let put = |path: &str| {
            std::fs::write(at(path), "").unwrap();
            at(path)
        };
        let own = put("user/leadtime.toml");
        assert_eq!(found(None, None), Ok(Some(own)));
        let above = put("repository/leadtime.toml");
        assert_eq!(found(None, None), Ok(Some(above)));
        let nearest = put("repository/services/shop/leadtime.toml");
        assert_eq!(found(None, Some(Path::new(""))), Ok(Some(nearest)));
        let env = put("env.toml");
        assert_eq!(found(None, Some(&env)), Ok(Some(env.clone())));
        let explicit = put("explicit.toml");
        assert_eq!(
            found(Some(&explicit), Some(&env)),
            Ok(Some(explicit.clone()))
        );
    }

    #[test]
    fn a_named_file_that_is_missing_or_a_folder_is_told() {
        let place = tempfile::tempdir().unwrap();
        let missing = place.path().join("no.toml");
        let error = locate(Some(&missing), None, place.path(), None).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no.toml: no such file; --config names it"),
            "{error}"
        );
        let error = locate(None, Some(place.path()), place.path(), None).unwrap_err();
        assert!(error.to_string().contains("found a folder"), "{error}");
        std::fs::create_dir(place.path().join(FILE_NAME)).unwrap();
        assert!(locate(None, None, place.path(), None).is_err());
        assert!(
            Config::read(place.path(), &[])
                .unwrap_err()
                .to_string()
                .contains("found a folder")
        );
        assert!(
            Config::read(&missing, &[])
                .unwrap_err()
                .to_string()
                .contains("cannot be read")
        );
    }

    #[test]
    fn a_file_that_is_not_text_is_told_with_its_line() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("latin.toml");
        std::fs::write(&file, b"[people]\nme = \"jos\xe9\"\n").unwrap();
        let error = Config::read(&file, &[]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("latin.toml:2:10: this is not UTF-8"),
            "{error}"
        );
    }
}
