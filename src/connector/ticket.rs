//! Which tickets a request names: `Fixes #3` and its kin, and keys like `PAY-412`, in its title, body and branch.

use std::sync::LazyLock;

use regex::Regex;

/// Words that look like a ticket key and are none.
const NO_PROJECTS: [&str; 14] = [
    "UTF", "SHA", "ISO", "RFC", "CVE", "CWE", "HTTP", "TLS", "AES", "RSA", "MD", "GPT", "COVID",
    "GHSA",
];

static CLOSING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?)\b:?\s+((?:[\w.-]+/[\w.-]+)?#\d+)",
    )
    .ok()
});

static KEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b([A-Z][A-Z0-9]{1,9})-([1-9]\d*)\b").ok());

/// The tickets that the texts name, in the order of their first naming.
#[must_use]
pub fn tickets<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |ticket: String| {
        if !found.contains(&ticket) {
            found.push(ticket);
        }
    };
    for text in texts {
        if let Some(closing) = CLOSING.as_ref() {
            for hit in closing.captures_iter(text) {
                add(hit[1].to_owned());
            }
        }
        if let Some(key) = KEY.as_ref() {
            for hit in key.captures_iter(text) {
                if !NO_PROJECTS.contains(&&hit[1]) {
                    add(hit[0].to_owned());
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::tickets;

    #[test]
    fn tickets_are_found_where_people_write_them() {
        assert_eq!(
            tickets([
                "PAY-412: read UTF-8 and SHA-256",
                "Fixes #3, closes acme/api#17.\nresolved: #3 and see #99",
                "feature/OPS-7-pay",
            ]),
            ["PAY-412", "#3", "acme/api#17", "OPS-7"]
        );
        assert!(tickets(["prefixes #3, CVE-2024-1234", ""]).is_empty());
    }
}
