//! What could not be done, in words for the user: what, where, and what to do about it.

use std::fmt;

use crate::config::{ConfigError, SecretError};
use crate::connector::ConnectorError;
use crate::store::StoreError;

/// Whose fault it is decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The command line asks for something that does not exist.
    Usage,
    /// It could not be done.
    Unable,
}

/// A failure that ends a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    pub fn usage(text: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Usage,
            text: text.into(),
            hint: None,
        }
    }

    pub fn unable(text: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Unable,
            text: text.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What could not be done, and below it what to do about it, where it is said already who speaks.
    #[must_use]
    pub fn words(&self) -> String {
        let hint = self.hint.iter().flat_map(|hint| hint.lines());
        hint.fold(self.text.clone(), |words, line| words + "\n  " + line)
    }

    /// Could not read or write a file.
    #[must_use]
    pub fn of_file(file: &std::path::Path, error: &std::io::Error) -> Self {
        let told = error.to_string();
        // The number is for programs.
        let told = told.split(" (os error").next().unwrap_or(&told);
        Self::unable(format!("{}: {told}", file.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leadtime: {}", self.words())
    }
}

impl std::error::Error for Failure {}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::unable(error.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::unable(error.to_string())
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::unable(error.to_string())
    }
}

impl From<ConnectorError> for Failure {
    fn from(error: ConnectorError) -> Self {
        Self::unable(error.to_string())
    }
}
