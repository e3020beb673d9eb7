//! What is typed after `/`: words that are looked for as they are, and fuzzily where no row has them so, and terms that name a field (`team:payments`, `author:@me`), each of which may be turned
//! round with a leading `-`. All of them must hold.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::listing::Listing;

/// A filter as typed, and as it is matched.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
    /// The words, as they are.
    words: Pattern,
    /// The same, fuzzily.
    fuzzy: Pattern,
}

#[derive(Clone, Debug)]
struct Term {
    field: String,
    /// In lower case; empty while it is being typed.
    value: String,
    not: bool,
}

impl Filter {
    /// Reads a filter; `fields` are those that the list knows, `me` stands for `@me`. Anything else is words.
    #[must_use]
    pub fn read(text: &str, fields: &[&str], me: Option<&str>) -> Self {
        let mut terms = Vec::new();
        let mut words = String::new();
        for part in text.split_whitespace() {
            let (not, bare) = match part.strip_prefix('-') {
                Some(bare) => (true, bare),
                None => (false, part),
            };
            match bare.split_once(':') {
                Some((field, value)) if fields.contains(&field) => {
                    let value = if value == "@me" {
                        me.unwrap_or(value)
                    } else {
                        value
                    };
                    terms.push(Term {
                        field: field.to_owned(),
                        value: value.to_lowercase(),
                        not,
                    });
                }
                _ => {
                    words.push_str(part);
                    words.push(' ');
                }
            }
        }
        Self {
            text: text.to_owned(),
            terms,
            words: Pattern::new(
                words.trim(),
                CaseMatching::Smart,
                Normalization::Smart,
                AtomKind::Substring,
            ),
            fuzzy: Pattern::parse(words.trim(), CaseMatching::Smart, Normalization::Smart),
        }
    }

    /// As it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.words.atoms.is_empty()
    }

    /// The rows that pass, in the order of the list.
    #[must_use]
    pub fn pass(&self, listing: &impl Listing) -> Vec<u32> {
        let rows = 0..u32::try_from(listing.len()).unwrap_or(u32::MAX);
        if self.is_empty() {
            return rows.collect();
        }
        let holds = |row: &u32| {
            let mut terms = self.terms.iter();
            terms.all(|term| term.holds(listing, *row as usize))
        };
        let rows: Vec<u32> = rows.filter(holds).collect();
        if self.words.atoms.is_empty() {
            return rows;
        }
        let found = with_words(&self.words, listing, &rows);
        if found.is_empty() {
            return with_words(&self.fuzzy, listing, &rows);
        }
        found
    }
}

fn with_words(words: &Pattern, listing: &impl Listing, rows: &[u32]) -> Vec<u32> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut rows = rows.to_vec();
    rows.retain(|row| {
        let text = listing.words(*row as usize);
        let haystack = Utf32Str::new(&text, &mut buffer);
        words.score(haystack, &mut matcher).is_some()
    });
    rows
}

impl Term {
    fn holds(&self, listing: &impl Listing, row: usize) -> bool {
        if self.value.is_empty() {
            return true;
        }
        let values = listing.field(row, &self.field);
        let found = values
            .iter()
            .any(|value| value.to_lowercase().contains(&self.value));
        found != self.not
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cmp::Ordering;

    use super::*;
    use crate::report::sheet::Line;
    use crate::view::listing::Column;
    use crate::view::scene::Scene;

    struct People(Vec<(&'static str, &'static str)>);

    impl Listing for People {
        fn columns(&self) -> &[Column] {
            &[]
        }
        fn len(&self) -> usize {
            self.0.len()
        }
        fn id(&self, row: usize) -> Cow<'_, str> {
            self.0[row].0.into()
        }
        fn cell(&self, _: usize, _: usize, _: &Scene) -> Line {
            Line::new()
        }
        fn order(&self, _: usize, _: usize, _: usize) -> Ordering {
            Ordering::Equal
        }
        fn words(&self, row: usize) -> Cow<'_, str> {
            self.0[row].0.into()
        }
        fn field(&self, row: usize, _: &str) -> Vec<Cow<'_, str>> {
            vec![self.0[row].1.into()]
        }
    }

    fn pass(text: &str) -> Vec<u32> {
        let people = People(vec![
            ("checkout", "Payments"),
            ("cart", "payments"),
            ("ledger:x", "core"),
            ("cot", "core"),
        ]);
        Filter::read(text, &["team"], Some("core")).pass(&people)
    }

    #[test]
    fn words_are_fuzzy_and_terms_name_a_field() {
        assert_eq!(pass(""), [0, 1, 2, 3]);
        assert_eq!(pass("ckt"), [0]);
        assert_eq!(pass("team:pay"), [0, 1]);
        assert_eq!(pass("team:pay cart"), [1]);
        assert_eq!(pass("-team:pay"), [2, 3]);
        assert_eq!(pass("team:@me"), [2, 3]);
        assert_eq!(pass("team:"), [0, 1, 2, 3], "still being typed");
        assert_eq!(pass("ledger:x"), [2], "no field of this list: a word");
        assert!(pass("zzz").is_empty());
        assert_eq!(
            pass("cot"),
            [3],
            "as it is, though checkout would match fuzzily"
        );
        assert_eq!(pass("team:pay cot"), [0], "no other row has it as it is");
    }
}
