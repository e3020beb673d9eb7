//! What is configured of a local repository. The folder is the whole address: nothing here is a secret, and nothing is fetched.

use std::path::PathBuf;

/// A local repository as a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The configured name of the source.
    pub name: String,
    /// The work tree, or the repository itself where it is bare.
    pub path: PathBuf,
    /// The id that events carry, where the remote does not say it right.
    pub repository: Option<String>,
    /// Whether the paths that each commit touches are wanted: only when a workload is a part of this repository.
    pub touched_paths: bool,
}
