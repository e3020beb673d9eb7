//! For which sources of events a source speaks that only passes on what others say: its own, and those that its `projects` name.

use globset::{GlobBuilder, GlobMatcher};

use super::ConnectorError;
use super::error::ErrorKind;

/// Patterns of `context.source`.
#[derive(Clone, Debug)]
pub struct Spoken {
    own: String,
    with: Vec<GlobMatcher>,
    without: Vec<GlobMatcher>,
}

impl Spoken {
    /// `own` is what events of this source are to say of themselves: `command:deploy`.
    pub fn new(own: String, patterns: &[String]) -> Result<Self, ConnectorError> {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for pattern in patterns {
            match pattern.strip_prefix('!') {
                Some(left_out) => without.push(matcher(left_out, &own)?),
                None => with.push(matcher(pattern, &own)?),
            }
        }
        Ok(Self { own, with, without })
    }

    pub fn is_for(&self, source: &str) -> bool {
        let any = |all: &[GlobMatcher]| all.iter().any(|one| one.is_match(source));
        source == self.own || (any(&self.with) && !any(&self.without))
    }
}

fn matcher(pattern: &str, own: &str) -> Result<GlobMatcher, ConnectorError> {
    let glob = GlobBuilder::new(pattern).build().map_err(|error| {
        let context = format!("projects of {own}");
        ConnectorError::new(ErrorKind::Configuration, context, error.to_string())
    })?;
    Ok(glob.compile_matcher())
}
