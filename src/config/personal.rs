//! What one person likes: `dashboard.toml` in the user's folder of settings. It is never part of what a team shares.

use std::path::Path as FilePath;

use serde::Deserialize;

use super::place::line_and_column;
use super::problem::{ConfigError, Problem};

/// The name of the file.
pub const FILE_NAME: &str = "dashboard.toml";

/// How somebody likes the dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Personal {
    /// The name of a theme: one that ships, or a file in the folder `themes` beside this one.
    pub theme: String,
    /// Clicks and the wheel are the dashboard's.
    pub mouse: bool,
    /// The bell rings when a gate opens for me, and when a change of mine goes live or fails.
    pub bell: bool,
    /// The desktop is told, too (OSC 9).
    pub notify: bool,
}

impl Default for Personal {
    fn default() -> Self {
        Self {
            theme: "terminal".to_owned(),
            mouse: true,
            bell: false,
            notify: false,
        }
    }
}

impl Personal {
    /// Reads the file of a folder; what is not said is as it is by default.
    pub fn read(folder: &FilePath) -> Result<Self, ConfigError> {
        let file = folder.join(FILE_NAME);
        let Ok(text) = std::fs::read_to_string(&file) else {
            return Ok(Self::default());
        };
        toml::from_str(&text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let (line, column) = line_and_column(text.as_bytes(), offset);
            ConfigError::of(Problem {
                file: file.clone(),
                line,
                column,
                key: String::new(),
                text: error.message().to_owned(),
                hint: "there are theme, mouse, bell and notify".to_owned(),
            })
        })
    }
}
