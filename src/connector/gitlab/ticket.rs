//! Which tickets a request names: issues of GitLab by its closing words (`Closes #3, #4 and acme/api#7`), and keys like `PAY-412`, in title, text and branch.
//! An issue is named with its project, since `#3` is another in every project.

use std::sync::LazyLock;

use regex::Regex;

use crate::connector::issue::issue_id;
use crate::event::ticket::keys;

static CLOSING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?|refs?|related to)\b:?\s+(?:issues?\s+)?((?:(?:[\w.-]+/)*[\w.-]*#\d+(?:\s*,?\s*(?:and\s+)?)?)+)",
    )
    .ok()
});

static ISSUE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"((?:[\w.-]+/)*[\w.-]*)#(\d+)").ok());

/// The tickets that the texts of a project name, in the order of their first naming.
#[must_use]
pub fn tickets<'a>(project: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |ticket: String| {
        if !found.contains(&ticket) {
            found.push(ticket);
        }
    };
    for text in texts {
        if let (Some(closing), Some(issue)) = (CLOSING.as_ref(), ISSUE.as_ref()) {
            for hit in closing.captures_iter(text) {
                for hit in issue.captures_iter(&hit[1]) {
                    add(issue_id(&path(project, &hit[1]), &hit[2]));
                }
            }
        }
        for key in keys(text) {
            add(key.to_owned());
        }
    }
    found
}

/// A project as an issue names it: none for the same, a bare name for one beside it.
fn path(project: &str, named: &str) -> String {
    match (named, project.rsplit_once('/')) {
        ("", _) => project.to_owned(),
        (name, Some((group, _))) if !name.contains('/') => format!("{group}/{name}"),
        (path, _) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::tickets;

    #[test]
    fn tickets_are_found_where_people_write_them() {
        assert_eq!(
            tickets(
                "acme/pay/ledger",
                [
                    "PAY-412: read UTF-8 and SHA-256",
                    "Closes #3, #4 and acme/api#17.\nimplements: shop#3 and see #99",
                    "feature/OPS-7-pay",
                ]
            ),
            [
                "PAY-412",
                "acme/pay/ledger#3",
                "acme/pay/ledger#4",
                "acme/api#17",
                "acme/pay/shop#3",
                "OPS-7"
            ]
        );
        assert!(tickets("a/b", ["prefixes #3, CVE-2024-1234", "!12", ""]).is_empty());
    }
}
