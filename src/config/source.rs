//! Where events come from: one table for each tool that is read.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pattern::Choice;
use super::secret::SecretRef;
use super::value::{Address, TextSchema, optional_text, text};
use crate::event::time::Span;

/// A tool that is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Your name for it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The connector that reads it.
    pub kind: SourceKind,
    /// github: the address of its API. Default: the public one.
    pub url: Option<Address>,
    /// github: where the token is to be found. Never the token itself.
    pub token: Option<SecretRef>,
    /// github: the repositories to read; a leading `!` leaves out.
    #[serde(default)]
    pub repositories: Vec<Choice>,
    /// git: the folder of the clone.
    #[schemars(with = "Option<String>", length(min = 1))]
    pub path: Option<PathBuf>,
    /// git: the id of its repository in events. Default: told from its remote.
    #[schemars(length(min = 1))]
    pub repository: Option<String>,
    /// github: a file of certificates (PEM) to trust besides the usual ones.
    #[schemars(with = "Option<String>", length(min = 1))]
    pub ca_file: Option<PathBuf>,
    /// How often it is read.
    #[serde(default = "every", with = "text")]
    #[schemars(with = "TextSchema<Span>")]
    pub every: Span,
    /// How far back the first reading goes. Default: to the beginning.
    #[serde(default, with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Span>>")]
    pub since: Option<Span>,
}

fn every() -> Span {
    Span::from_seconds(30)
}

/// The connectors there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    Git,
    GitHub,
}

impl SourceKind {
    /// As it is written in a file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::GitHub => "github",
        }
    }
}
