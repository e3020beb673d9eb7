//! The summaries of all workloads, kept beside the log, so that the next start shows them at once and works them out anew meanwhile. A cache: what cannot
//! be read is as if it were not there.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::overview::{Overview, Summary};

/// Which code can read it: to be raised with every change of [`Summary`].
const FORMAT: u32 = 1;

/// The file, and what was in it.
#[derive(Debug)]
pub struct Kept {
    file: PathBuf,
    found: Vec<Summary>,
}

impl Kept {
    /// Reads what was kept in a file.
    #[must_use]
    pub fn read(file: PathBuf) -> Self {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let found = postcard::from_bytes::<(u32, Vec<Summary>)>(&bytes);
        let found = found.ok().filter(|(format, _)| *format == FORMAT);
        Self {
            file,
            found: found.map(|(_, summaries)| summaries).unwrap_or_default(),
        }
    }

    /// What was kept, once.
    pub fn take(&mut self) -> Vec<Summary> {
        std::mem::take(&mut self.found)
    }

    /// Keeps the summaries: whole or not at all.
    pub fn keep(&self, overviews: &[Arc<Overview>]) {
        let summaries: Vec<&Summary> = overviews.iter().map(|one| &one.summary).collect();
        let Ok(bytes) = postcard::to_stdvec(&(FORMAT, summaries)) else {
            return;
        };
        let Some(folder) = self.file.parent() else {
            return;
        };
        let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.persist(&self.file).map_err(std::io::Error::from)?;
            Ok(())
        });
        if let Err(error) = written {
            tracing::debug!(%error, "keeping the summaries");
        }
    }
}
