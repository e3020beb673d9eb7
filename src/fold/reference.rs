//! What a person may type to ask where something is, as numbers that an index can hold: a hash of its text, and for what is written in hexadecimal (commits,
//! digests) its first digits, so that a beginning is enough.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use rustc_hash::FxBuildHasher;

use crate::event::cdevents::purl::said;
use crate::event::kind::{Commit, Kind};
use crate::event::ticket::tickets_of;

use super::pending::Pending;

/// Digits of a hexadecimal text that the index knows.
const DIGITS: usize = 15;
/// A beginning shorter than this is taken for a number, not for a commit.
const SHORTEST: usize = 4;
/// Set for hashes, so that they never fall into a range of digits.
const HASHED: i64 = 1 << 62;

/// The key of a whole text. Case, a leading `#`, `!` or `v`, and the name of the digest's algorithm make no difference.
#[must_use]
pub fn exact(text: &str) -> i64 {
    hashed(plain(text))
}

/// The keys of every hexadecimal text that begins so; `None` where it is none, or too short.
#[must_use]
pub fn range(text: &str) -> Option<(i64, i64)> {
    let text = plain(text);
    if text.len() < SHORTEST {
        return None;
    }
    let digits = digits(text)?;
    let missing = 4 * DIGITS.saturating_sub(text.len());
    let from = digits << missing;
    Some((from, from | ((1 << missing) - 1)))
}

/// A text as it is compared.
fn plain(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("sha256:").unwrap_or(text);
    let text = text.trim_start_matches(['#', '!']);
    match text.strip_prefix(['v', 'V']) {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => rest,
        _ => text,
    }
}

fn hashed(plain: &str) -> i64 {
    let mut hasher = FxBuildHasher.build_hasher();
    if every(plain.as_bytes(), |byte| !byte.is_ascii_uppercase()) {
        hasher.write(plain.as_bytes());
    } else {
        hasher.write(plain.to_ascii_lowercase().as_bytes());
    }
    (hasher.finish() >> 2).cast_signed() | HASHED
}

/// The first digits of a text that is hexadecimal to its end.
fn digits(plain: &str) -> Option<i64> {
    let bytes = plain.as_bytes();
    if !every(bytes, u8::is_ascii_hexdigit) {
        return None;
    }
    Some(bytes.iter().take(DIGITS).fold(0, |number, byte| {
        // The low half of `a` to `f` and `A` to `F` counts from 1, and they alone have the bit 64.
        number << 4 | i64::from((byte & 15) + 9 * (byte >> 6))
    }))
}

/// Whether all bytes are so. Looks at every one, which is faster for texts of this length than stopping early.
fn every(bytes: &[u8], holds: impl Fn(&u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, byte| all & holds(byte))
}

fn key(text: &str) -> i64 {
    let long = |text: &str| digits(text).filter(|_| text.len() >= DIGITS);
    // Most are hexadecimal as they stand.
    long(text).unwrap_or_else(|| {
        let plain = plain(text);
        long(plain).unwrap_or_else(|| hashed(plain))
    })
}

/// Notes each key by which a fact of a partition can be found.
pub(super) fn note(kind: &Kind<Cow<'_, str>>, number: u32, references: &mut Pending) {
    let artifact = match kind {
        Kind::Deployment(fact) => fact.artifact.as_deref(),
        Kind::Gate(fact) => fact.artifact.as_deref(),
        _ => None,
    };
    if let Some(artifact) = artifact {
        note_artifact(artifact, number, references);
    }
    let mut add = |key| references.add(key, number);
    let mut all = |texts: &[&Option<Cow<'_, str>>]| {
        for text in texts.iter().filter_map(|text| text.as_ref()) {
            add(key(text));
        }
    };
    match kind {
        Kind::Commit(fact) => of_commit(fact, &mut add),
        Kind::Change(fact) => {
            all(&[&fact.sha, &fact.head]);
            add(key(&fact.change));
            let number = fact.change.rsplit_once('#').map(|(_, number)| number);
            let listed = fact.tickets.iter().chain(&fact.commits).map(|text| &**text);
            for text in listed.chain(number) {
                add(key(text));
            }
        }
        Kind::Artifact(fact) => {
            all(&[&fact.sha, &fact.version, &fact.digest]);
            add(key(&fact.artifact));
        }
        Kind::Deployment(fact) => {
            all(&[&fact.sha, &fact.version]);
            let name = fact.deployment.as_ref().unwrap_or(&fact.record);
            for text in fact.commits.iter().flatten().chain([name]) {
                add(key(text));
            }
        }
        Kind::Gate(fact) => {
            all(&[&fact.sha, &fact.version]);
            add(key(&fact.gate));
        }
        Kind::Tag(fact) => {
            all(&[&fact.sha]);
            add(key(&fact.tag));
        }
        Kind::Ticket(fact) => {
            add(key(&fact.ticket));
            for text in &fact.changes {
                add(key(text));
            }
        }
        Kind::Incident(fact) => {
            all(&[&fact.sha]);
            add(key(&fact.incident));
        }
        // Of what they name, it may be that nobody else tells.
        Kind::Run(fact) => all(&[&fact.sha]),
        Kind::Scan(fact) => all(&[&fact.sha]),
        Kind::Branch(fact) => all(&[&fact.sha]),
        Kind::Mark(_) | Kind::Component(_) | Kind::Other(_) => {}
    }
}

/// Calls back with the keys of a commit.
fn of_commit(fact: &Commit<Cow<'_, str>>, mut add: impl FnMut(i64)) {
    // A parent may be known by its name alone: where a clone is shallow, or a repository another's continuation.
    for text in [&fact.sha].into_iter().chain(fact.parents.iter().flatten()) {
        add(key(text));
    }
    // A commit that nobody asked for says itself what it was made for.
    let repository = fact.repository.as_deref().unwrap_or_default();
    let messages = fact.message.iter();
    for ticket in messages.flat_map(|text| tickets_of(repository, [&**text])) {
        add(key(&ticket));
    }
}

/// Notes a text that names an artifact, and what it says of it. One deployment or gate after another names the same: it is not read while it is known.
fn note_artifact(artifact: &str, number: u32, references: &mut Pending) {
    let whole = key(artifact);
    // That it was read is known by what is no key of a text: those are not negative.
    if references.is_new(!whole, number) {
        let said = said(artifact);
        let parts = said.version.iter().chain(&said.digest);
        for key in parts.map(|text| key(text)).chain([whole]) {
            references.add(key, number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys by which a fact can be found.
    fn keys_of(kind: &Kind<Cow<'_, str>>) -> Vec<i64> {
        let mut references = Pending::default();
        note(kind, 0, &mut references);
        references.iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn a_beginning_finds_the_whole() {
        let sha = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";
        for length in [4, 7, 15, 16, 40] {
            let (from, to) = range(&sha[..length]).unwrap();
            assert!((from..=to).contains(&key(sha)), "{length}");
        }
        assert_eq!(range("7fd"), None);
        assert_eq!(range("7fdx"), None);
        let (from, to) = range("7fd2").unwrap();
        assert!(!(from..=to).contains(&key(sha)));
    }

    #[test]
    fn what_people_leave_out_makes_no_difference() {
        assert_eq!(exact("#12"), exact("12"));
        assert_eq!(exact("v1.2.3"), exact("1.2.3"));
        assert_eq!(exact("PAY-7"), exact("pay-7"));
        assert_ne!(exact("version"), exact("ersion"));
        assert_eq!(key("12"), exact("#12"));
        assert_eq!(key("2024"), exact("2024"));
    }

    #[test]
    fn a_parent_is_found_that_nobody_told_of() {
        let fact = crate::event::kind::Commit {
            sha: Cow::Borrowed("7fd1a60b01f91b31"),
            parents: Some(vec![Cow::Borrowed("553c2077f0edc3d5")].into()),
            ..Default::default()
        };
        let keys = keys_of(&Kind::Commit(fact));
        assert_eq!(keys, ["7fd1a60b01f91b31", "553c2077f0edc3d5"].map(key));
    }

    #[test]
    fn a_commit_is_found_by_the_tickets_that_its_message_names() {
        let fact = crate::event::kind::Commit {
            sha: Cow::Borrowed("7fd1a60b01f91b31"),
            repository: Some(Cow::Borrowed("acme/shop")),
            message: Some(Cow::Borrowed("PAY-7: mend the till, UTF-8\n\nFixes #3")),
            ..Default::default()
        };
        let keys = keys_of(&Kind::Commit(fact));
        let wanted = ["7fd1a60b01f91b31", "acme/shop#3", "PAY-7"];
        assert_eq!(keys, wanted.map(key));
    }

    #[test]
    fn a_number_finds_the_request_whatever_its_repository() {
        let fact = crate::event::kind::Change {
            change: Cow::Borrowed("acme/checkout#18"),
            ..Default::default()
        };
        let keys = keys_of(&Kind::Change(fact));
        assert!(keys.contains(&exact("#18")));
        assert!(keys.contains(&exact("acme/checkout#18")));
    }

    #[test]
    fn what_is_known_to_be_said_is_found_in_each_thing() {
        let gate = Kind::Gate(crate::event::kind::Gate {
            gate: Cow::Borrowed("g1"),
            artifact: Some(Cow::Borrowed("pkg:oci/shop@1.2.3")),
            ..Default::default()
        });
        let mut references = Pending::default();
        for number in [0, 1, 0] {
            note(&gate, number, &mut references);
        }
        let mut wanted: Vec<_> = ["1.2.3", "pkg:oci/shop@1.2.3", "g1"]
            .iter()
            .flat_map(|text| [(key(text), 0), (key(text), 1)])
            .collect();
        wanted.sort_unstable();
        assert_eq!(references.take(), wanted);
    }

    #[test]
    fn what_runs_is_found_by_all_that_its_artifact_says() {
        let hex = "0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427";
        let artifact = format!("pkg:oci/shop@sha256%3A{hex}?tag=1.2.3");
        let deployment = crate::event::kind::Deployment {
            record: Cow::Borrowed("d1"),
            artifact: Some(Cow::Borrowed(&*artifact)),
            commits: Some([Cow::Borrowed("7fd1a60b01f91b31")].into_iter().collect()),
            ..Default::default()
        };
        let keys = keys_of(&Kind::Deployment(deployment));
        let (from, to) = range(&hex[..12]).unwrap();
        assert!(keys.iter().any(|key| (from..=to).contains(key)));
        for text in ["1.2.3", "d1", "7fd1a60b01f91b31", &*artifact] {
            assert!(keys.contains(&key(text)), "{text}");
        }
        let gate = crate::event::kind::Gate {
            artifact: Some(Cow::Owned(format!("sha256:{hex}"))),
            ..Default::default()
        };
        assert!(keys_of(&Kind::Gate(gate)).contains(&key(hex)));
        let run = crate::event::kind::Run {
            sha: Some(Cow::Borrowed("7fd1a60b01f91b31")),
            ..Default::default()
        };
        assert_eq!(keys_of(&Kind::Run(run)), [key("7fd1a60b01f91b31")]);
    }
}
