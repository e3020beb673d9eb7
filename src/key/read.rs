//! A keymap file into bindings. A file has a part for each context, and in it chords and what they mean: `"ctrl-d" = "page-down"`, or `"none"` for
//! nothing. All that is wrong is told at once, each at its line; two bindings of one chord in one context are told with both their lines.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::chord::Chord;
use super::context::Context;
use super::problem::{Problem, nearest};
use crate::intent::Intent;

/// What takes a key away.
const NOTHING: &str = "none";

/// A chord, where it holds and what it means: nothing, where the key was taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub context: Context,
    pub chord: Chord,
    pub intent: Option<Intent>,
}

/// The file, and what was found in it so far.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    bindings: Vec<Binding>,
    problems: Vec<Problem>,
}

/// What stands in a file, in its order, and what is wrong with it.
pub(super) fn read(text: &str, file: &str) -> (Vec<Binding>, Vec<Problem>) {
    let mut reader = Reader {
        file,
        text,
        bindings: Vec::new(),
        problems: Vec::new(),
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = root.into_inner();
    for error in &errors {
        reader.refused(error, &root);
    }
    for (word, value) in in_order(&root) {
        reader.part(word, value);
    }
    reader
        .problems
        .sort_by_key(|problem| (problem.line, problem.column));
    (reader.bindings, reader.problems)
}

type Entry<'t, 'a> = (
    &'t Spanned<toml::de::DeString<'a>>,
    &'t Spanned<DeValue<'a>>,
);

/// The entries of a table as they stand in the file.
fn in_order<'t, 'a>(table: &'t DeTable<'a>) -> Vec<Entry<'t, 'a>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

impl Reader<'_> {
    /// What TOML itself refuses. A key that stands there twice is the plainest conflict, so it is told like any other.
    fn refused(&mut self, error: &toml::de::Error, root: &DeTable) {
        let span = error.span().unwrap_or(0..0);
        let twice = self.text.get(span.clone()).unwrap_or_default();
        let twice = twice.trim_matches(['"', '\'']);
        let parts = root.values().filter_map(|part| part.get_ref().as_table());
        let before = parts
            .flat_map(DeTable::iter)
            .filter(|(key, _)| key.get_ref() == twice && key.span().start < span.start)
            .max_by_key(|(key, _)| key.span().start);
        if error.message().contains("duplicate")
            && let Some((key, value)) = before
        {
            let word = value.get_ref().as_str().unwrap_or(NOTHING);
            let line = self.place(key.span().start).0;
            let text = format!("{twice:?} is bound here and, to {word:?}, on line {line}");
            self.complain(span.start, text, "keep one of them".to_owned());
        } else {
            let text = format!("not TOML: {}", error.message());
            self.complain(span.start, text, String::new());
        }
    }

    /// `[map]` and what stands below it.
    fn part(&mut self, word: &Spanned<toml::de::DeString>, value: &Spanned<DeValue>) {
        let start = word.span().start;
        let word = word.get_ref();
        let Some(table) = value.get_ref().as_table() else {
            let text = format!("{word:?} stands in no part of the file");
            return self.complain(start, text, "write it below [global]".to_owned());
        };
        let Some(context) = Context::named(word) else {
            let text = format!("there is no view {word:?}");
            let known = Context::ALL.map(Context::word);
            let hint =
                nearest(word, known).unwrap_or_else(|| format!("known here: {}", known.join(", ")));
            return self.complain(start, text, hint);
        };
        let mut seen: Vec<(Chord, &str, usize, &str)> = Vec::new();
        for (spelling, value) in in_order(table) {
            let at = spelling.span().start;
            let spelling: &str = spelling.get_ref();
            let Some((chord, intent, name)) = self.binding(spelling, at, value) else {
                continue;
            };
            if let Some((_, other, line, meant)) = seen.iter().find(|(known, ..)| *known == chord) {
                let text = format!(
                    "{spelling:?} is bound to {name:?}, and so is {other:?} on line {line} to {meant:?}: one key in [{}]",
                    context.word()
                );
                self.complain(at, text, "keep one of them".to_owned());
                continue;
            }
            seen.push((chord, spelling, self.place(at).0, name));
            self.bindings.push(Binding {
                context,
                chord,
                intent,
            });
        }
    }

    /// `"ctrl-d" = "page-down"`
    fn binding<'v>(
        &mut self,
        spelling: &str,
        at: usize,
        value: &'v Spanned<DeValue>,
    ) -> Option<(Chord, Option<Intent>, &'v str)> {
        let chord = spelling.parse::<Chord>();
        if let Err(problem) = &chord {
            self.complain(at, problem.to_string(), String::new());
        }
        let start = value.span().start;
        let Some(name) = value.get_ref().as_str() else {
            let text = format!("{spelling:?} is bound to what is no text");
            let hint = "write the name of what it shall do, as \"down\", or \"none\"";
            self.complain(start, text, hint.to_owned());
            return None;
        };
        let intent = Intent::named(name);
        if intent.is_none() && name != NOTHING {
            let text = format!("{spelling:?} is bound to {name:?}, which leadtime cannot do");
            let near = nearest(name, Intent::ALL.map(Intent::name));
            let hint = near.unwrap_or_else(|| "docs/keys.md names all that it can".to_owned());
            self.complain(start, text, hint);
            return None;
        }
        Some((chord.ok()?, intent, name))
    }

    fn complain(&mut self, at: usize, text: String, hint: String) {
        let (line, column) = self.place(at);
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line,
            column,
            text,
            hint,
        });
    }

    /// Line and column of an offset, from 1, in characters.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}
