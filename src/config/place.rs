//! Where each key of a file stands, so that whatever is found to be wrong later can be told with its line and column.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::problem::Problem;

/// A file and where its keys stand.
pub(super) struct Places<'a> {
    file: PathBuf,
    text: &'a str,
    /// Offsets of values by their key.
    offsets: BTreeMap<String, usize>,
}

impl<'a> Places<'a> {
    pub(super) fn new(file: &Path, text: &'a str) -> Self {
        Self {
            file: file.to_path_buf(),
            text,
            offsets: BTreeMap::new(),
        }
    }

    pub(super) fn learn(&mut self, key: &str, offset: usize) {
        self.offsets.insert(key.to_owned(), offset);
    }

    /// A problem at an offset into the text.
    pub(super) fn problem_at(
        &self,
        offset: usize,
        key: &str,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        let (line, column) = line_and_column(self.text.as_bytes(), offset);
        Problem {
            file: self.file.clone(),
            line,
            column,
            key: key.to_owned(),
            text: text.into(),
            hint: hint.into(),
        }
    }

    /// A problem of a key; where the key is not in the file, it is told at the nearest one around it.
    pub(super) fn problem(
        &self,
        key: &str,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        let mut around = key;
        let offset = loop {
            if let Some(offset) = self.offsets.get(around) {
                break *offset;
            }
            match around.rfind(['.', '[']) {
                Some(end) => around = &around[..end],
                None => break 0,
            }
        };
        self.problem_at(offset, key, text, hint)
    }
}

/// From 1, in characters.
pub(super) fn line_and_column(text: &[u8], offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let line = before[..start].split(|byte| *byte == b'\n').count();
    (
        line,
        String::from_utf8_lossy(&before[start..]).chars().count() + 1,
    )
}

/// A key below another one, quoted where it has to be.
pub(super) fn below(key: &str, name: &str) -> String {
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let name = if plain {
        name.to_owned()
    } else {
        format!("{name:?}")
    };
    if key.is_empty() {
        name
    } else {
        format!("{key}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let text = "a = 1\nlé = 2\n";
        assert_eq!(line_and_column(text.as_bytes(), 0), (1, 1));
        let two = text.find('2').unwrap();
        assert_eq!(line_and_column(text.as_bytes(), two), (2, 6));
        assert_eq!(line_and_column(text.as_bytes(), 999), (3, 1));
    }

    #[test]
    fn a_missing_key_is_told_where_it_would_stand() {
        let mut places = Places::new(Path::new("f"), "a\nb\nc");
        places.learn("workloads[0]", 2);
        assert_eq!(places.problem("workloads[0].name", "", "").line, 2);
    }
}
