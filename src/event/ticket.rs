//! Which tickets a text names: `Fixes #3` and its kin, keys like `PAY-412`, and numbers like `CHG0031889`, in the title, body and branch of a request, and in
//! the message of a commit.

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

static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:[A-Z][A-Z0-9]{1,9}-[1-9]\d*|(?:CHG|INC|RITM|PRB)\d{7,})\b").ok()
});

/// The tickets that the texts name, in the order of their first naming.
#[must_use]
pub fn tickets<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |ticket: &str| {
        if !found.iter().any(|known| known == ticket) {
            found.push(ticket.to_owned());
        }
    };
    for text in texts {
        if let Some(closing) = CLOSING.as_ref().filter(|_| may_close(text)) {
            for hit in closing.captures_iter(text) {
                add(&hit[1]);
            }
        }
        keys(text).for_each(&mut add);
    }
    found
}

/// The same of what belongs to a repository.
#[must_use]
pub fn tickets_of<'a>(repository: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    of_repository(repository, tickets(texts))
}

/// Tickets as a repository names them: an issue of its own is named with it, since `#3` is another in every one.
#[must_use]
pub fn of_repository(repository: &str, found: impl IntoIterator<Item = String>) -> Vec<String> {
    let named = found
        .into_iter()
        .map(|ticket| match ticket.strip_prefix('#') {
            Some(number) => format!("{repository}#{number}"),
            None => ticket,
        });
    named.fold(Vec::new(), |mut seen, ticket| {
        if !seen.contains(&ticket) {
            seen.push(ticket);
        }
        seen
    })
}

/// Keys like `PAY-412`, and numbers of ServiceNow's like `CHG0031889`.
pub fn keys(text: &str) -> impl Iterator<Item = &str> {
    let hits = KEY.as_ref().filter(|_| may_have_key(text)).into_iter();
    let hits = hits.flat_map(move |pattern| pattern.find_iter(text));
    hits.map(|hit| hit.as_str()).filter(|hit| {
        let project = hit.split_once('-').map(|(project, _)| project);
        project.is_none_or(|project| !NO_PROJECTS.contains(&project))
    })
}

/// Whether a look for what is closed is worth while: a number comes after the name of a repository, or after a space and what ends as the words do that close
/// something. Every commit of every log is asked for its tickets, and most name nothing but the request that they came with: `(#12)`, `Merge pull request #12`.
fn may_close(text: &str) -> bool {
    let is_space = |byte: u8| byte.is_ascii_whitespace() || byte == b'\x0b';
    let is_digit = |byte: &u8| byte.is_ascii_digit() || !byte.is_ascii();
    let ends_word = |byte: u8| b"edsxf".contains(&byte.to_ascii_lowercase()) || !byte.is_ascii();
    let may_name = |mut before: &[u8]| {
        let Some((&last, _)) = before.split_last() else {
            return false;
        };
        if !is_space(last) {
            return last.is_ascii_alphanumeric() || b"_.-".contains(&last) || !last.is_ascii();
        }
        while let [rest @ .., last] = before
            && is_space(*last)
        {
            before = rest;
        }
        let before = before.strip_suffix(b":").unwrap_or(before);
        before.last().is_some_and(|last| ends_word(*last))
    };
    text.match_indices('#').any(|(at, sign)| {
        let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at + sign.len()..]);
        after.first().is_some_and(is_digit) && may_name(before)
    })
}

/// The same for keys: a digit comes after a dash, or after the word that begins a number.
fn may_have_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit());
    digits.map(|at| &bytes[..at]).any(|before| match before {
        [.., last, b'-'] => last.is_ascii_uppercase() || last.is_ascii_digit(),
        [.., one, two, three] => matches!(
            [*one, *two, *three],
            [b'C', b'H', b'G'] | [b'I', b'N', b'C'] | [b'I', b'T', b'M'] | [b'P', b'R', b'B']
        ),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CLOSING, KEY, may_close, may_have_key, tickets, tickets_of};

    proptest! {
        #[test]
        fn what_is_not_looked_at_names_nothing(
            text in "((fixes|Closes:|ref|RESOLVED|request|ſ)?[ \n]{0,2}([a-z.]{1,3}/[\\-a-z]{1,3})?#?[0-9]{0,2}|[ A-C\u{a0}٣-]{0,3}|(CHG|RITM)?[0-9]{0,8}| ?[A-Z0-9]{1,3}-[0-9]){0,4}"
        ) {
            let names = |pattern: &Option<regex::Regex>| pattern.as_ref().unwrap().is_match(&text);
            prop_assert!(may_close(&text) || !names(&CLOSING), "{text:?}");
            prop_assert!(may_have_key(&text) || !names(&KEY), "{text:?}");
        }
    }

    #[test]
    fn tickets_are_found_where_people_write_them() {
        assert_eq!(
            tickets([
                "PAY-412: read UTF-8 and SHA-256",
                "Fixes #3, closes acme/api#17.\nresolved: #3 and see #99, by CHG0031889",
                "feature/OPS-7-pay",
            ]),
            ["PAY-412", "#3", "acme/api#17", "CHG0031889", "OPS-7"]
        );
        assert!(tickets(["prefixes #3, CVE-2024-1234, CHG12", ""]).is_empty());
    }

    #[test]
    fn a_key_is_found_alone_and_at_either_end() {
        for key in [
            "AB-1",
            "A1-20",
            "CHG0031889",
            "INC0000001",
            "RITM0000001",
            "PRB0000001",
        ] {
            assert_eq!(tickets([key]), [key]);
            assert_eq!(tickets([&*format!("mend {key}")]), [key]);
            assert_eq!(tickets([&*format!("{key}: mend")]), [key]);
        }
    }

    #[test]
    fn an_issue_of_the_repository_itself_is_named_with_it() {
        assert_eq!(
            tickets_of(
                "acme/shop",
                ["Fixes #3, closes acme/api#3, fixes acme/shop#3", "OPS-7"]
            ),
            ["acme/shop#3", "acme/api#3", "OPS-7"]
        );
    }
}
