//! What is wrong with a keymap, in words for the one who wrote it: where, what is the matter, what to do.

use std::fmt;

/// One thing that is wrong. `line` and `column` count from 1; 0 where it is the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// What is the matter.
    pub text: String,
    /// What to do. May be empty.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.text)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

/// "did you mean", where one of the known spellings is near enough.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    let near = known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&word, name), name))
        .filter(|(distance, name)| {
            let begun = word.len() > 2 && name.starts_with(&word);
            begun || *distance <= name.len().max(word.len()).div_ceil(3)
        })
        .min()?;
    Some(format!("did you mean {:?}?", near.1))
}
