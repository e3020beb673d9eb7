//! What is kept of a commit message: its first line, and the trailers that lead somewhere (to a ticket, to the commit that it was picked from
//! or that it reverts, to a review). The rest is prose, and most of the bytes of a history.

/// How many trailers of one message are kept, and how long a kept line may be: a message may be a whole generated file.
const TRAILERS: usize = 50;
const LINE: usize = 1_000;

/// Keys of trailers that lead somewhere, in lower case.
const KEYS: &[&str] = &[
    "fix",
    "fixes",
    "fixed",
    "close",
    "closes",
    "closed",
    "resolve",
    "resolves",
    "resolved",
    "ref",
    "refs",
    "references",
    "related",
    "relates-to",
    "part-of",
    "change-id",
    "issue",
    "issues",
    "bug",
    "ticket",
    "jira",
    "backport-of",
    "reverts",
];

/// The first line of a message, and under it each trailer that matters, as written.
#[must_use]
pub fn kept(message: &str) -> String {
    let mut lines = message.trim_start().lines();
    let mut kept = cut(lines.next().unwrap_or("").trim_end()).to_owned();
    for line in lines.filter(|line| matters(line)).take(TRAILERS) {
        kept.push('\n');
        kept.push_str(cut(line.trim()));
    }
    kept
}

fn matters(line: &str) -> bool {
    let line = line.trim();
    // Most lines are prose: they are told apart by their first letter, without another look.
    let Some(first) = line.bytes().next() else {
        return false;
    };
    match first.to_ascii_lowercase() {
        b'(' => {
            line.starts_with("(cherry picked from commit ") || line.starts_with("(backported from ")
        }
        b't' if line.starts_with("This reverts commit ") => true,
        b'b' | b'c' | b'f' | b'i' | b'j' | b'p' | b'r' | b't' => keyed(line),
        _ => false,
    }
}

/// `Key: value`, or as hosts read it too, `Fixes #12` and `Closes GH-12`.
fn keyed(line: &str) -> bool {
    let end = line.find([':', ' ']).unwrap_or(line.len());
    let (key, rest) = line.split_at(end);
    if key.len() > 12 || !KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)) {
        return false;
    }
    let value = rest.trim_start_matches(':').trim_start();
    rest.starts_with(':') && !value.is_empty() || names_something(value)
}

/// Whether a value starts with what can only be an identifier: `#12`, `owner/name#12`, an address, `PAY-12`.
fn names_something(value: &str) -> bool {
    let word = value.split([' ', ',']).next().unwrap_or("");
    let word = word.trim_end_matches(['.', ';']);
    let ends_in_number = |mark: char| {
        word.rsplit_once(mark).is_some_and(|(_, digits)| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    word.starts_with("https://")
        || word.starts_with("http://")
        || ends_in_number('#')
        || ends_in_number('!')
        || ends_in_number('-')
}

fn cut(line: &str) -> &str {
    line.get(..line.floor_char_boundary(LINE)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn the_subject_and_what_leads_somewhere() {
        let message = "\n\nAdd retry  \n\nFor reasons.\nFixes are welcome, references too.\n\nFixes #12\nfixes: PAY-3\nCloses acme/shop#4, #5\n\
                       Resolves PAY-12.\nSigned-off-by: Li <li@example.org>\nChange-Id: Iabc\n(cherry picked from commit 0123)\nThis reverts commit ab.\nRefs:\n";
        assert_eq!(
            kept(message),
            "Add retry\nFixes #12\nfixes: PAY-3\nCloses acme/shop#4, #5\nResolves PAY-12.\nChange-Id: Iabc\n(cherry picked from commit 0123)\nThis reverts commit ab."
        );
    }

    #[test]
    fn nothing_and_too_much() {
        assert_eq!(kept(""), "");
        assert_eq!(kept("\n \n"), "");
        let long = "é".repeat(4_000);
        assert_eq!(kept(&long).chars().count(), 500);
        assert_eq!(
            kept(&format!("a\n{}", "Fixes #1\n".repeat(400)))
                .lines()
                .count(),
            51
        );
    }
}
