//! What the fleet looked like at the end of the last start, so that the next one shows it in its first frame, before even the configuration is read, and
//! works it out anew meanwhile. A cache: it is known by a stamp of all that it came from, and what cannot be read is as if it were not there.

use std::path::PathBuf;
use std::sync::Arc;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::app::file;
use crate::error::Failure;
use crate::event::time::Span;
use crate::model::overview::{Overview, Summary};
use crate::view::scene::Lens;

/// Which code can read it: to be raised with every change of [`Summary`].
const FORMAT: u32 = 2;

/// What was seen.
#[derive(Debug)]
pub struct Known {
    pub title: String,
    pub me: Option<String>,
    pub length: Span,
    pub zone: Tz,
    pub overviews: Vec<Arc<Overview>>,
}

/// The same, as it is written.
#[derive(Serialize, Deserialize)]
struct Written<S> {
    stamp: u64,
    title: String,
    me: Option<String>,
    length: Span,
    zone: String,
    summaries: Vec<S>,
}

/// The file, and what was in it.
#[derive(Debug)]
pub struct Kept {
    file: PathBuf,
    stamp: u64,
    pub known: Option<Known>,
}

impl Kept {
    /// Reads what was kept in a file, if it was kept under this stamp.
    #[must_use]
    pub fn read(file: PathBuf, stamp: u64) -> Self {
        let bytes = std::fs::read(&file).unwrap_or_default();
        Self {
            file,
            stamp,
            known: known(&bytes, stamp),
        }
    }

    /// The workloads that were known, once.
    pub fn take(&mut self) -> Vec<Arc<Overview>> {
        let known = self.known.take();
        known.map(|known| known.overviews).unwrap_or_default()
    }

    /// Keeps what is seen through a lens: whole or not at all.
    pub fn keep(&self, title: &str, me: Option<&str>, lens: &Lens, overviews: &[Arc<Overview>]) {
        let written = Written {
            stamp: self.stamp,
            title: title.to_owned(),
            me: me.map(str::to_owned),
            length: lens.length,
            zone: lens.zone.name().to_owned(),
            summaries: overviews.iter().map(|one| &one.summary).collect(),
        };
        let (Ok(bytes), Some(folder)) =
            (postcard::to_stdvec(&(FORMAT, written)), self.file.parent())
        else {
            return;
        };
        let done = std::fs::create_dir_all(folder)
            .map_err(|error| Failure::of_file(folder, &error))
            .and_then(|()| file::write(&self.file, |out| Ok(out.write_all(&bytes))));
        if let Err(failure) = done {
            tracing::debug!(%failure, "keeping the summaries");
        }
    }
}

fn known(bytes: &[u8], stamp: u64) -> Option<Known> {
    let (format, rest) = postcard::take_from_bytes::<u32>(bytes).ok()?;
    if format != FORMAT {
        return None;
    }
    let written: Written<Summary> = postcard::from_bytes(rest).ok()?;
    if written.stamp != stamp {
        return None;
    }
    let overviews = written.summaries.into_iter().map(|summary| {
        Arc::new(Overview {
            summary,
            detail: None,
        })
    });
    Some(Known {
        title: written.title,
        me: written.me,
        length: written.length,
        zone: written.zone.parse().ok()?,
        overviews: overviews.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Timestamp;

    #[test]
    fn what_was_kept_is_known_again_under_its_stamp_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("not/there/yet/a.fleet");
        let lens = Lens {
            length: Span::from_seconds(7),
            as_of: None,
            now: Timestamp::from_seconds(9),
            zone: Tz::Europe__Brussels,
        };
        let mut one = Overview::default();
        one.summary.workload = "checkout".to_owned();
        let kept = Kept::read(file.clone(), 1);
        assert!(kept.known.is_none());
        kept.keep("acme", Some("jane"), &lens, &[Arc::new(one)]);
        let mut again = Kept::read(file.clone(), 1);
        let known = again.known.as_ref().unwrap();
        assert_eq!(
            (known.title.as_str(), known.me.as_deref()),
            ("acme", Some("jane"))
        );
        assert_eq!((known.length, known.zone), (lens.length, lens.zone));
        assert_eq!(again.take()[0].summary.workload, "checkout");
        assert!(again.take().is_empty());
        assert!(Kept::read(file.clone(), 2).known.is_none());
        let bytes = std::fs::read(&file).unwrap();
        for end in 0..bytes.len() {
            assert!(known_of(&bytes[..end]).is_none(), "cut at {end}");
        }
        std::fs::write(&file, b"\xff\xff\xff nonsense").unwrap();
        assert!(Kept::read(file, 1).known.is_none());
    }

    fn known_of(bytes: &[u8]) -> Option<Known> {
        known(bytes, 1)
    }
}
