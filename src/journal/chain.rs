//! Lines bound to each other: each holds its number and the hash of the line before, and is hashed with them (SHA-256). Whoever alters, removes, adds or
//! reorders one breaks the chain there; what is cut off the end is missed by the head, which is kept apart. Whoever can rewrite the whole file can rewrite
//! both: note the newest hash elsewhere now and then, and hold it against the journal (`leadtime audit --verify --head HASH`).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Entry;
use crate::store::{JournalHead, JournalLine};

/// A line as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Linked {
    pub number: u64,
    /// The hash of the line before; of the first, nothing.
    pub previous: Option<String>,
    #[serde(flatten)]
    pub entry: Entry,
}

/// The next line after a head.
#[must_use]
pub fn link(entry: Entry, head: Option<&JournalHead>) -> JournalLine {
    let linked = Linked {
        number: head.map_or(1, |head| head.number + 1),
        previous: head.map(|head| head.hash.clone()),
        entry,
    };
    // A map with text keys and no foreign types: this cannot fail, and an empty body would be found by whoever verifies.
    let body = serde_json::to_string(&linked).unwrap_or_default();
    JournalLine {
        number: linked.number,
        hash: hash(&body),
        body,
    }
}

/// The hash of a line's body.
#[must_use]
pub fn hash(body: &str) -> String {
    hex::encode(Sha256::digest(body.as_bytes()))
}

/// Reads a line's body.
#[must_use]
pub fn read(body: &str) -> Option<Linked> {
    serde_json::from_str(body).ok()
}

/// Where a journal is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The line at which it shows.
    pub number: u64,
    pub text: String,
}

/// Every place at which the chain is broken. `head` is what is kept apart; `noted` a hash that somebody wrote down.
#[must_use]
pub fn verify(
    lines: &[JournalLine],
    head: Option<&JournalHead>,
    noted: Option<&str>,
) -> Vec<Break> {
    let mut found = Vec::new();
    let mut add = |number: u64, text: String| found.push(Break { number, text });
    let mut last: Option<&JournalLine> = None;
    for line in lines {
        let expected = last.map_or(1, |last| last.number + 1);
        if line.number > expected {
            let text = match line.number - expected {
                1 => format!("line {expected} is missing before it"),
                gap => format!("{gap} lines are missing before it"),
            };
            add(line.number, text);
        }
        if hash(&line.body) != line.hash {
            add(
                line.number,
                "its text is not what was hashed: it was altered".to_owned(),
            );
        }
        match read(&line.body) {
            None => add(line.number, "it cannot be read".to_owned()),
            Some(linked) => {
                if linked.number != line.number {
                    let text = format!("it was written as line {}: moved", linked.number);
                    add(line.number, text);
                }
                let previous = last.map(|last| last.hash.as_str());
                if line.number == expected && linked.previous.as_deref() != previous {
                    let text = "it does not follow the line before it: that one was altered, put in or taken out";
                    add(line.number, text.to_owned());
                }
            }
        }
        last = Some(line);
    }
    let end = last.map(JournalLine::head);
    match head {
        Some(head) if Some(head) != end.as_ref() => {
            let number = head.number;
            let last = end.map_or(0, |end| end.number);
            let text = if last >= number {
                "the end is not the one that was noted".to_owned()
            } else {
                format!("the journal ends at line {last}, and line {number} was written")
            };
            add(number, text);
        }
        None if end.is_some() => {
            let text = "nothing is noted of where the journal ends";
            add(1, text.to_owned());
        }
        _ => {}
    }
    if let Some(noted) = noted
        && !lines.iter().any(|line| line.hash == noted)
    {
        add(0, format!("no line has the hash {noted}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::time::Timestamp;
    use crate::journal::{End, Person, Step};

    fn journal(length: u64) -> Vec<JournalLine> {
        let mut lines: Vec<JournalLine> = Vec::new();
        for number in 0..length {
            let entry = Entry {
                at: Timestamp::from_micros(i64::try_from(number).unwrap()),
                action: format!("a{number}"),
                by: Person {
                    name: "jane".to_owned(),
                    ..Person::default()
                },
                step: Step::Ended {
                    end: End::Sent,
                    text: format!("line {number}"),
                },
            };
            let head = lines.last().map(JournalLine::head);
            lines.push(link(entry, head.as_ref()));
        }
        lines
    }

    fn breaks(lines: &[JournalLine], whole: &[JournalLine]) -> Vec<Break> {
        let head = whole.last().map(JournalLine::head);
        verify(lines, head.as_ref(), None)
    }

    #[test]
    fn a_whole_journal_is_whole() {
        let whole = journal(5);
        assert_eq!(breaks(&whole, &whole), []);
        assert_eq!(verify(&[], None, None), []);
        let head = whole[4].head();
        assert_eq!(verify(&whole, Some(&head), Some(&whole[2].hash)), []);
        assert_eq!(verify(&whole, Some(&head), Some("00")).len(), 1);
    }

    #[test]
    fn a_line_that_was_hashed_anew_is_found_by_the_next() {
        let whole = journal(3);
        let mut forged = whole.clone();
        forged[1].body = forged[1].body.replace("line 1", "line X");
        forged[1].hash = hash(&forged[1].body);
        assert_eq!(breaks(&forged, &whole)[0].number, 3);
        let mut forged = whole.clone();
        forged[2].body = forged[2].body.replace("line 2", "line X");
        forged[2].hash = hash(&forged[2].body);
        assert_eq!(breaks(&forged, &whole)[0].number, 3, "the head remembers");
    }

    proptest! {
        #[test]
        fn whatever_is_removed_altered_or_swapped_is_found(length in 2_u64..9, at in 0_usize..8, with in 0_usize..8, how in 0..3) {
            let whole = journal(length);
            let (at, with) = (at % whole.len(), with % whole.len());
            let mut broken = whole.clone();
            match how {
                0 => { broken.remove(at); }
                1 => { broken[at].body.push(' '); }
                _ => {
                    let (one, two) = (broken[at].number, broken[with].number);
                    broken.swap(at, with);
                    broken[at].number = one;
                    broken[with].number = two;
                }
            }
            prop_assert_eq!(breaks(&broken, &whole).is_empty(), broken == whole);
        }
    }
}
