//! Where each key of a file stands, so that whatever is found to be wrong later can be told with its line and column.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Problem;

/// A file and where its keys stand.
pub(super) struct Places<'a> {
    file: PathBuf,
    text: &'a str,
    /// Offsets of values by their key; looked for once something is wrong.
    offsets: OnceCell<BTreeMap<String, usize>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(file: &Path, text: &'a str) -> Self {
        Self {
            file: file.to_path_buf(),
            text,
            offsets: OnceCell::new(),
        }
    }

    fn offsets(&self) -> &BTreeMap<String, usize> {
        self.offsets.get_or_init(|| {
            let mut offsets = BTreeMap::new();
            let (root, _) = DeTable::parse_recoverable(self.text);
            learn_all(root.get_ref(), &mut String::new(), &mut offsets);
            offsets
        })
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
            if let Some(offset) = self.offsets().get(around) {
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

/// Learns where everything in a table stands.
fn learn_all(table: &DeTable<'_>, key: &mut String, offsets: &mut BTreeMap<String, usize>) {
    for (name, value) in table {
        let before = key.len();
        push_name(key, name.get_ref());
        learn(value, key, offsets);
        key.truncate(before);
    }
}

fn learn(found: &Spanned<DeValue<'_>>, key: &mut String, offsets: &mut BTreeMap<String, usize>) {
    offsets.insert(key.clone(), found.span().start);
    match found.get_ref() {
        DeValue::Table(table) => learn_all(table, key, offsets),
        DeValue::Array(list) => {
            for (place, item) in list.iter().enumerate() {
                let before = key.len();
                push_place(key, place);
                learn(item, key, offsets);
                key.truncate(before);
            }
        }
        _ => {}
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
    let mut key = key.to_owned();
    push_name(&mut key, name);
    key
}

/// Goes on to a key below.
pub(super) fn push_name(key: &mut String, name: &str) {
    if !key.is_empty() {
        key.push('.');
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(is_plain) {
        key.push_str(name);
    } else {
        // A text takes whatever is written to it.
        let _ = write!(key, "{name:?}");
    }
}

/// Goes on to a place in a list.
pub(super) fn push_place(key: &mut String, place: usize) {
    let _ = write!(key, "[{place}]");
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
        let text = "[[paths]]\nname = \"web\"\n[[workloads]]\npath = \"web\"\n[people.teams]\n\"a b\" = []";
        let places = Places::new(Path::new("f"), text);
        for (key, line) in [
            ("workloads[0].name", 3),
            ("workloads[0].path", 4),
            ("people.teams.\"a b\"[0]", 6),
            ("store.url", 1),
        ] {
            assert_eq!(places.problem(key, "", "").line, line, "{key}");
        }
    }
}
