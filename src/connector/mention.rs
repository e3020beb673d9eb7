//! What a text that people wrote says of the delivery that it is about: the requests and tickets that it names, a commit, a digest, a version. Change requests
//! and release tickets rarely have a field for it.

use std::sync::LazyLock;

use regex::Regex;

use crate::event::ticket;

/// What was found. Of several versions none is taken: nobody can tell which is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Requests as `acme/checkout#12`, or with a `!`; tickets by their keys.
    pub changes: Vec<String>,
    pub sha: Option<String>,
    /// A digest, else a version.
    pub version: Option<String>,
}

type Pattern = LazyLock<Option<Regex>>;

static REQUEST: Pattern = LazyLock::new(|| Regex::new(r"\b((?:[\w.-]+/)+[\w.-]+[#!]\d+)\b").ok());

static PAGE: Pattern = LazyLock::new(|| {
    Regex::new(r"\bhttps?://[^/\s]+/([\w.-]+(?:/[\w.-]+)+?)/(?:-/)?(pulls?|merge_requests)/(\d+)\b")
        .ok()
});

static SHA: Pattern = LazyLock::new(|| Regex::new(r"\b[0-9a-f]{40}\b").ok());

static DIGEST: Pattern = LazyLock::new(|| Regex::new(r"\bsha256:[0-9a-f]{64}\b").ok());

static VERSION: Pattern = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(from\s+(?:version\s+)?)?(v?\d+(?:\.\d+){2,}|v\d+\.\d+\b)((?:[-+][0-9a-z][0-9a-z.+-]*[0-9a-z]|[-+][0-9a-z])?)",
    )
    .ok()
});

/// Looks through texts.
#[must_use]
pub fn mentions<'a>(texts: impl IntoIterator<Item = &'a str>) -> Mentions {
    let mut found = Mentions::default();
    let mut versions: Vec<String> = Vec::new();
    let (mut shas, mut digests) = (Vec::new(), Vec::new());
    for text in texts {
        for key in ticket::keys(text) {
            add(&mut found.changes, key.to_owned());
        }
        for hit in all(&REQUEST, text) {
            add(&mut found.changes, hit[1].to_owned());
        }
        for hit in all(&PAGE, text) {
            let sign = if hit[2].starts_with("merge") {
                '!'
            } else {
                '#'
            };
            add(&mut found.changes, format!("{}{sign}{}", &hit[1], &hit[3]));
        }
        for hit in all(&SHA, text) {
            add(&mut shas, hit[0].to_owned());
        }
        for hit in all(&DIGEST, text) {
            add(&mut digests, hit[0].to_owned());
        }
        for hit in all(&VERSION, text) {
            // Four numbers are an address of a machine, and what one comes from is not what one goes to.
            if hit.get(1).is_none() && hit[2].matches('.').count() <= 2 {
                add(&mut versions, format!("{}{}", &hit[2], &hit[3]));
            }
        }
    }
    found.sha = only(shas);
    found.version = only(digests).or_else(|| only(versions));
    found
}

fn all<'t>(pattern: &'static Pattern, text: &'t str) -> impl Iterator<Item = regex::Captures<'t>> {
    let pattern = pattern.as_ref();
    pattern
        .into_iter()
        .flat_map(move |pattern| pattern.captures_iter(text))
}

fn add(found: &mut Vec<String>, text: String) {
    if !found.contains(&text) {
        found.push(text);
    }
}

fn only(mut found: Vec<String>) -> Option<String> {
    let last = found.pop();
    last.filter(|_| found.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_delivered_is_found_where_people_write_it() {
        let sha = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";
        let digest = format!("sha256:{}", "ab".repeat(32));
        let text = format!(
            "Deploy checkout v2.14.0-rc.1 (PAY-412, acme/checkout#12)\nhttps://github.com/acme/checkout/pull/13 https://gl.example/a/b/c/-/merge_requests/7?x=1\n{sha}"
        );
        let found = mentions([text.as_str(), "see PAY-412 for 10.0.0.1"]);
        assert_eq!(
            found.changes,
            ["PAY-412", "acme/checkout#12", "acme/checkout#13", "a/b/c!7"]
        );
        assert_eq!(found.sha.as_deref(), Some(sha));
        assert_eq!(found.version.as_deref(), Some("v2.14.0-rc.1"));
        let found = mentions([format!("checkout 1.2.3 ghcr.io/a/b@{digest}").as_str()]);
        assert_eq!(found.version, Some(digest));
    }

    #[test]
    fn of_several_versions_none_is_guessed() {
        let version = |text: &str| mentions([text]).version;
        assert_eq!(
            version("upgrade from 1.2.3 to 1.3.0.").as_deref(),
            Some("1.3.0")
        );
        assert_eq!(version("1.2.3, and 1.2.3 again").as_deref(), Some("1.2.3"));
        assert_eq!(version("release v4.2").as_deref(), Some("v4.2"));
        for none in [
            "1.2.3 and 1.2.4",
            "10.1.2.3",
            "ticket 12.5",
            "2026-05-01",
            "",
        ] {
            assert_eq!(version(none), None, "{none}");
        }
    }
}
