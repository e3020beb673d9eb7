//! A proof of delivery as Markdown, to be kept with a change request or handed to whoever asks.

use std::fmt::Write as _;

use super::Proven;
use super::told::{self, Item, Sign};
use crate::report::pasted::{begin, escape, line, link};
use crate::report::text;

/// The page.
#[must_use]
pub fn markdown(proven: &Proven) -> String {
    let mut page = String::new();
    line(
        &mut page,
        &format!("# {}", escape(&told::heading(&proven.proof))),
    );
    for fact in told::facts(proven) {
        let words = if fact.is_link {
            link(&fact.words, Some(&fact.words))
        } else {
            escape(&fact.words)
        };
        let _ = writeln!(page, "- **{}:** {words}", escape(fact.name));
    }
    page.push('\n');
    for section in told::sections(&proven.proof) {
        line(&mut page, &format!("## {}", section.heading));
        for item in &section.items {
            let _ = writeln!(page, "- {}", told_of(item));
        }
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn told_of(item: &Item) -> String {
    let mut told = String::new();
    if let Some(word) = word(item.sign) {
        let _ = write!(told, "{word} ");
    }
    if !item.name.is_empty() {
        let _ = write!(
            told,
            "{}: ",
            link(text::short(&item.name), item.url.as_deref())
        );
    }
    let words = if told.is_empty() {
        begin(&item.words)
    } else {
        escape(&item.words)
    };
    told.push_str(&words);
    told
}

const fn word(sign: Sign) -> Option<&'static str> {
    match sign {
        Sign::Plain => None,
        Sign::Good => Some("✓"),
        Sign::Bad => Some("✗"),
        Sign::Missing => Some("–"),
    }
}
