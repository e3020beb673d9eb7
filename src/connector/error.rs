//! What can go wrong while reading a source, by kind. Callers decide by the kind, never by a status code.

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No or wrong credentials.
    Unauthorized,
    /// Known, but not allowed.
    Forbidden,
    NotFound,
    /// Too many requests; wait.
    RateLimited,
    /// The other side fails.
    Unavailable,
    /// No connection, or it broke.
    Network,
    /// An answer that cannot be read.
    Malformed,
    /// The configuration of the source is wrong.
    Configuration,
    /// What was read could not be kept.
    Store,
}

/// An error of a source: what, where, and what to do about it. Never holds a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{context}: {detail}{}", .hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default())]
pub struct ConnectorError {
    pub kind: ErrorKind,
    /// What was being done: a method and address, a repository.
    pub context: String,
    pub detail: String,
    pub hint: Option<String>,
}

impl ConnectorError {
    pub fn new(kind: ErrorKind, context: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            context: context.into(),
            detail: detail.into(),
            hint: None,
        }
    }

    /// What a key of a source is wrong with.
    #[must_use]
    pub fn configuration(source: &str, key: &str, detail: impl Into<String>) -> Self {
        let context = format!("source {source:?}, {key}");
        Self::new(ErrorKind::Configuration, context, detail)
    }

    /// The same with the cause first, which is what is left of it where there is little room: what is wrong, what to do about it, and only then where.
    #[must_use]
    pub fn cause_first(&self) -> String {
        let hint = self.hint.as_ref();
        let hint = hint.map_or_else(String::new, |hint| format!(" ({hint})"));
        format!("{}{hint}; {}", self.detail, self.context)
    }

    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_stands_first_where_there_is_little_room() {
        let context = "GET https://harbor.example/api/v2.0/projects";
        let error = ConnectorError::new(ErrorKind::Unauthorized, context, "401 Unauthorized");
        assert_eq!(error.cause_first(), format!("401 Unauthorized; {context}"));
        assert_eq!(
            error.hinted("is the token still good?").cause_first(),
            format!("401 Unauthorized (is the token still good?); {context}")
        );
    }
}
