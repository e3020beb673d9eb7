//! A look at one tag: at which, what is known around it, and what came of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::connector::Finding;
use crate::connector::oci::cursor::{ImageRow, TagRow};
use crate::connector::rows::Rows;
use crate::connector::tag::Kind;
use crate::event::Event;

/// A tag that is to be looked at.
pub struct Look {
    pub tag: String,
    pub kind: Kind,
    /// It is an environment's name.
    pub environment: bool,
    /// What is known of it.
    pub row: Option<TagRow>,
    /// For an environment: the versions of digests.
    pub versions: BTreeMap<String, String>,
}

/// Where a tag is.
pub struct Around<'a> {
    /// Of the repository.
    pub name: &'a str,
    /// All tags of it.
    pub tags: &'a BTreeSet<String>,
    pub rows: &'a Rows,
    /// It is read for the first time.
    pub first: bool,
}

/// What came of it.
#[derive(Default)]
pub struct Done {
    pub events: Vec<Event<String>>,
    pub tag: Option<(String, TagRow)>,
    pub image: Option<(String, ImageRow)>,
    pub findings: Vec<Finding>,
}
