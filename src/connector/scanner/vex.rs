//! What people have said of findings (VEX), held against what scanners found: a finding of which the last word is that it does not count is put aside, with
//! the reason; the rest is counted.

use crate::event::kind::Severities;
use crate::event::time::Timestamp;

use super::purl::Purl;
use super::severity::Severity;
use super::subject::Subject;
use super::{Found, Scan};

/// What somebody said of one vulnerability in some products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The vulnerability, by all its names.
    pub ids: Vec<String>,
    pub products: Vec<Product>,
    /// As it is written: `not_affected`, `fixed`, `affected`, `under_investigation`.
    pub status: String,
    pub reason: Option<String>,
    pub at: Option<Timestamp>,
}

/// What a statement is of: a package, or an image with some of its packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Package URLs, digests, names of images: any of them.
    pub names: Vec<String>,
    /// The packages in it; none: all.
    pub parts: Vec<String>,
}

/// A scan, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    pub counts: Severities,
    /// Findings that are in no count, since nobody says how grave they are.
    pub unknown: usize,
    /// What was put aside, with the reason; in order, each once.
    pub aside: Vec<String>,
    /// Some of it by a statement, the newest of which is of this time.
    pub stated: Option<Option<Timestamp>>,
}

/// The longest reason that is kept.
const LONGEST: usize = 200;

/// Counts what a scan found and nobody put aside.
#[must_use]
pub fn judge(scan: &Scan, of: &Subject, statements: &[Statement]) -> Judged {
    let mut judged = Judged::default();
    for found in &scan.found {
        if let Some(reason) = &found.aside {
            judged.aside.push(told(found, reason));
            continue;
        }
        let last = last_word(found, of, statements);
        let Some(last) = last.filter(|last| last.sets_aside()) else {
            found.severity.count(&mut judged.counts);
            judged.unknown += usize::from(found.severity == Severity::Unknown);
            continue;
        };
        let reason = last.reason.as_ref();
        let reason = reason.map_or(last.status.clone(), |why| format!("{}, {why}", last.status));
        judged.aside.push(told(found, &reason));
        judged.stated = Some(judged.stated.flatten().max(last.at));
    }
    judged.aside.sort_unstable();
    judged.aside.dedup();
    judged
}

/// `CVE-2023-3446: not_affected, vulnerable_code_not_present`, on one line and not too long.
fn told(found: &Found, reason: &str) -> String {
    let id = found.ids.first().map_or("a finding", String::as_str);
    let text = format!("{id}: {reason}");
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .collect();
    let mut text = words.join(" ");
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The newest statement on a finding; of those of the same time the last one.
fn last_word<'s>(
    found: &Found,
    of: &Subject,
    statements: &'s [Statement],
) -> Option<&'s Statement> {
    let on = statements.iter().filter(|one| one.is_on(found, of));
    on.max_by_key(|one| one.at)
}

impl Statement {
    fn sets_aside(&self) -> bool {
        matches!(self.status.as_str(), "not_affected" | "fixed")
    }

    fn is_on(&self, found: &Found, of: &Subject) -> bool {
        let same = |id: &String| found.ids.iter().any(|own| own.eq_ignore_ascii_case(id));
        self.ids.iter().any(same) && self.products.iter().any(|one| one.holds(found, of))
    }
}

impl Product {
    /// Whether a finding in something is one in this product: the product is what was scanned, or the very package.
    fn holds(&self, found: &Found, of: &Subject) -> bool {
        let package = found.package.as_deref();
        let part = || {
            self.parts.is_empty()
                || package.is_some_and(|package| self.parts.iter().any(|one| covers(one, package)))
        };
        let names = |names: &dyn Fn(&str) -> bool| self.names.iter().any(|name| names(name));
        if names(&|name| is_of(name, of)) {
            return part();
        }
        // A package that is itself the product, wherever it is built in.
        self.parts.is_empty() && package.is_some_and(|package| names(&|name| covers(name, package)))
    }
}

fn covers(general: &str, particular: &str) -> bool {
    match (Purl::parse(general), Purl::parse(particular)) {
        (Some(general), Some(particular)) => general.covers(&particular),
        _ => general == particular,
    }
}

/// Whether a name means what was scanned.
fn is_of(name: &str, of: &Subject) -> bool {
    let own = of.artifact();
    if own.as_deref().is_some_and(|own| covers(name, own)) {
        return true;
    }
    let named = Subject::named(name);
    match (&named.digest, &of.digest) {
        // A digest is the same whatever its image is called.
        (Some(one), Some(two)) => one == two,
        (Some(_), None) => false,
        (None, _) => {
            let tags = (&named.tag, &of.tag);
            named.image.is_some()
                && named.image == of.image
                && matches!(tags, (None, _) | (_, None))
                || named.tag.is_some() && named.image == of.image && named.tag == of.tag
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126";

    fn statement(product: &str, parts: &[&str], status: &str, day: i64) -> Statement {
        Statement {
            ids: vec!["CVE-1".to_owned()],
            products: vec![Product {
                names: vec![product.to_owned()],
                parts: parts.iter().map(|part| (*part).to_owned()).collect(),
            }],
            status: status.to_owned(),
            reason: Some("never\nloaded".to_owned()),
            at: Some(Timestamp::from_seconds(day * 86_400)),
        }
    }

    fn judged(statements: &[Statement]) -> Judged {
        let scan = Scan {
            found: vec![Found {
                ids: vec!["GHSA-1".to_owned(), "cve-1".to_owned()],
                package: Some("pkg:apk/alpine/libssl3@3.0.8-r3?arch=x86_64".to_owned()),
                severity: Severity::High,
                aside: None,
            }],
            ..Scan::default()
        };
        judge(
            &scan,
            &Subject::named(&format!("alpine@{DIGEST}")),
            statements,
        )
    }

    #[test]
    fn what_somebody_vouched_for_is_put_aside_with_the_reason() {
        let digest = DIGEST.replace(':', "%3A");
        for (product, parts) in [
            (
                format!("pkg:oci/alpine@{digest}"),
                vec!["pkg:apk/alpine/libssl3@3.0.8-r3"],
            ),
            (format!("pkg:oci/alpine@{digest}"), vec![]),
            ("pkg:oci/alpine".to_owned(), vec!["pkg:apk/alpine/libssl3"]),
            (DIGEST.to_owned(), vec![]),
            ("docker.io/library/alpine".to_owned(), vec![]),
            ("pkg:apk/alpine/libssl3".to_owned(), vec![]),
        ] {
            let found = judged(&[statement(&product, &parts, "not_affected", 1)]);
            assert_eq!(found.counts.high, 0, "{product} {parts:?}");
            assert_eq!(found.aside, ["GHSA-1: not_affected, never loaded"]);
            assert_eq!(found.stated, Some(Some(Timestamp::from_seconds(86_400))));
        }
        for (product, parts, status) in [
            ("pkg:oci/mismatch", vec![], "not_affected"),
            (
                "pkg:oci/alpine",
                vec!["pkg:apk/alpine/bash"],
                "not_affected",
            ),
            ("pkg:oci/alpine@sha256%3A00", vec![], "not_affected"),
            ("pkg:apk/alpine/libssl3@3.0.9-r0", vec![], "fixed"),
            ("pkg:oci/alpine", vec![], "under_investigation"),
            ("pkg:oci/alpine", vec![], "a word of next year"),
        ] {
            let found = judged(&[statement(product, &parts, status, 1)]);
            assert_eq!((found.counts.high, found.stated), (1, None), "{product}");
        }
    }

    #[test]
    fn the_last_word_counts() {
        let first = statement("pkg:oci/alpine", &[], "not_affected", 1);
        let second = statement("pkg:oci/alpine", &[], "affected", 2);
        assert_eq!(judged(&[second.clone(), first.clone()]).counts.high, 1);
        let third = statement("pkg:oci/alpine", &[], "fixed", 3);
        assert_eq!(judged(&[third, second, first]).counts.high, 0);
    }
}
