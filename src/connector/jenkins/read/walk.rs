//! Which jobs there are: folders, organizations and multibranch projects are gone through from what the patterns spell out, several levels with one request.
//! The newest build of each job comes along, so that a job in which nothing happened costs nothing more.

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::jenkins::client::{DEPTH, Reach};
use crate::connector::jenkins::config::Selection;
use crate::connector::jenkins::wire::Item;

/// A job that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// In full: `folder/project/branch`.
    pub name: String,
    /// The number of its newest build; 0 where there is none.
    pub newest: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub jobs: Vec<Job>,
    /// Places that could not be read, and why.
    pub complaints: Vec<(String, String)>,
    /// Folders that are still to be looked into.
    ahead: Vec<String>,
}

/// The wanted jobs. What cannot be read is told and passed over, unless it is all there is.
pub async fn jobs(reach: &Reach<'_>, selection: &Selection) -> Result<Found, ConnectorError> {
    let mut found = Found {
        ahead: selection.beginnings(),
        ..Found::default()
    };
    found.ahead.reverse();
    let mut read = 0_usize;
    while let Some(name) = found.ahead.pop() {
        match reach.item(&name).await {
            Ok(item) => {
                read += 1;
                found.take(&item, &name, 0, selection);
            }
            Err(error) => {
                let one = matches!(
                    error.kind,
                    ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Unavailable
                );
                let last = found.ahead.is_empty() && read == 0;
                if !one || last {
                    return Err(error);
                }
                found.complaints.push((name, error.to_string()));
            }
        }
    }
    found.jobs.sort_by(|one, other| one.name.cmp(&other.name));
    found.jobs.dedup_by(|one, other| one.name == other.name);
    Ok(found)
}

impl Found {
    /// Takes an item, and what is in it as far as one answer goes.
    fn take(&mut self, item: &Item, name: &str, depth: usize, selection: &Selection) {
        let Some(inner) = &item.jobs else {
            if selection.wants(name) {
                self.jobs.push(Job {
                    name: name.to_owned(),
                    newest: item.last_build.as_ref().map_or(0, |build| build.number),
                });
            }
            return;
        };
        if !name.is_empty() && !selection.may_hold(name) {
            return;
        }
        if depth == DEPTH {
            if !inner.is_empty() {
                self.ahead.push(name.to_owned());
            }
            return;
        }
        for child in inner.iter().filter(|child| !child.name.is_empty()) {
            let full = if name.is_empty() {
                child.name.clone()
            } else {
                format!("{name}/{}", child.name)
            };
            self.take(child, &full, depth + 1, selection);
        }
    }
}
