//! The themes that can be put on: those that ship and those of the user's folder, in the colours that the terminal has.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::theme::{Depth, Theme};

/// Where themes are found, and what they are shown on.
#[derive(Clone, Debug)]
pub struct Themes {
    pub folder: Option<PathBuf>,
    pub depth: Depth,
}

impl Themes {
    /// A theme, and what is wrong with it.
    #[must_use]
    pub fn find(&self, name: &str) -> (Theme, Vec<String>) {
        let (theme, warnings) = Theme::find(name, self.folder.as_deref());
        (theme.at(self.depth), warnings)
    }

    /// When the file of a theme of the user's folder was last changed.
    #[must_use]
    pub fn changed(&self, name: &str) -> Option<SystemTime> {
        let file = self.folder.as_ref()?.join(format!("{name}.toml"));
        std::fs::metadata(file).ok()?.modified().ok()
    }
}
