//! What is wrong with a configuration, in words for the one who wrote it: where, which key, what is the matter, what to do. A value is quoted only
//! where it cannot be a secret.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong. `line` and `column` count from 1; 0 where it is the file itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: PathBuf,
    pub line: usize,
    pub column: usize,
    /// The key as it would be written in code: `workloads[0].name`. Empty where it is the file itself.
    pub key: String,
    /// What is the matter.
    pub text: String,
    /// What to do. May be empty.
    pub hint: String,
}

impl Problem {
    /// A problem of the file as a whole.
    pub(super) fn of_file(file: &Path, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            file: file.to_path_buf(),
            line: 0,
            column: 0,
            key: String::new(),
            text: text.into(),
            hint: hint.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.text)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

/// Why a configuration cannot be used: everything that is wrong with it, in the order of its lines. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    pub(super) fn of(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
        }
    }

    pub(super) fn of_all(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Self { problems }
    }

    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// The nearest of the known spellings, where one is near enough to be what was meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            let longer = candidate.chars().count().max(word.chars().count());
            let cut_short = word.len() > 2 && candidate.to_lowercase().starts_with(&word);
            cut_short || *distance <= longer.div_ceil(3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean", or else what there is.
pub(super) fn suggestion<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    if let Some(near) = nearest(word, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let all: Vec<&str> = known.into_iter().collect();
    if all.is_empty() {
        return String::new();
    }
    format!("known here: {}", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_spelling_is_offered_and_a_far_one_is_not() {
        assert_eq!(nearest("nam", ["name", "team"]), Some("name"));
        assert_eq!(nearest("GitHub", ["git", "github"]), Some("github"));
        assert_eq!(nearest("jenkins", ["git", "github"]), None);
        assert_eq!(
            suggestion("jenkins", ["git", "github"]),
            "known here: git, github"
        );
    }
}
