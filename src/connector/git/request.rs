//! Which request a commit message names. Every host writes its own sentence when it merges; this file knows those sentences and nothing else.
//! A number anywhere else in a message is no request: it may be an issue, or a backport's origin.

/// A request as its merge names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `#123`, on GitLab `!123`.
    pub change: String,
    pub title: Option<String>,
    /// The source branch, without the owner of a fork.
    pub branch: Option<String>,
}

impl Request {
    fn new(change: String, title: &str, branch: &str) -> Self {
        let kept = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        Self {
            change,
            title: kept(title),
            branch: kept(branch),
        }
    }
}

/// The requests that a message says were merged by its commit: mostly one or none, several where a queue merges a batch.
#[must_use]
pub fn named(message: &str) -> Vec<Request> {
    let message = message.trim_start();
    let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
    let subject = subject.trim_end();
    let sentence = match subject.as_bytes().first() {
        Some(b'M') => merge_pull_request(subject, body)
            .or_else(|| merge_quoted(subject))
            .or_else(|| merged_number(subject))
            .or_else(|| merged_in(subject, body)),
        Some(b'A' | b'a' | b'R') => queue(subject, body),
        Some(b'P') => pull_request(subject, body),
        _ => None,
    };
    if let Some(request) = sentence {
        return vec![request];
    }
    let batch = batch(subject, body);
    if !batch.is_empty() {
        return batch;
    }
    see_merge_request(subject, body)
        .or_else(|| suffix(subject))
        .into_iter()
        .collect()
}

/// The number that a text starts with, and what follows it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text.get(..end)?.parse().ok()?;
    (number > 0).then(|| (number, &text[end..]))
}

/// The title that a host writes as the first line of the body.
fn first_line(body: &str) -> &str {
    body.lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .filter(|line| !line.starts_with("* commit '"))
        .unwrap_or("")
}

/// `owner/branch` or `owner:branch`, as hosts name the branch of a fork.
fn without_owner(branch: &str, separator: char) -> &str {
    branch
        .split_once(separator)
        .map_or(branch, |(_, name)| name)
}

/// GitHub: `Merge pull request #1 from owner/branch`. Bitbucket Server: `Merge pull request #1 in KEY/name from branch to target`.
fn merge_pull_request(subject: &str, body: &str) -> Option<Request> {
    let (number, rest) = number(subject.strip_prefix("Merge pull request #")?)?;
    let branch = if let Some(from) = rest.strip_prefix(" from ") {
        without_owner(from, '/')
    } else {
        rest.split_once(" from ")
            .and_then(|(_, from)| from.split_once(" to "))
            .map_or("", |(branch, _)| branch)
    };
    Some(Request::new(format!("#{number}"), first_line(body), branch))
}

/// Gitea and Forgejo: `Merge pull request 'Title' (#1) from owner/branch into main`.
fn merge_quoted(subject: &str) -> Option<Request> {
    let rest = subject.strip_prefix("Merge pull request '")?;
    let (title, rest) = rest.rsplit_once("' (#")?;
    let (number, rest) = number(rest)?;
    let from = rest.strip_prefix(") from ").unwrap_or("");
    let branch = from.split_once(" into ").map_or(from, |(branch, _)| branch);
    Some(Request::new(
        format!("#{number}"),
        title,
        without_owner(branch, '/'),
    ))
}

/// Azure: `Merged PR 1: Title`. Others: `Merge PR #1: Title`.
fn merged_number(subject: &str) -> Option<Request> {
    let rest = subject
        .strip_prefix("Merged PR ")
        .or_else(|| subject.strip_prefix("Merge PR #"))?;
    let (number, rest) = number(rest)?;
    let title = rest.strip_prefix(':').unwrap_or("");
    let branch = rest.strip_prefix(" from ").unwrap_or("");
    Some(Request::new(
        format!("#{number}"),
        title,
        without_owner(branch, '/'),
    ))
}

/// Bitbucket: `Merged in branch (pull request #1)`.
fn merged_in(subject: &str, body: &str) -> Option<Request> {
    let (branch, rest) = subject
        .strip_prefix("Merged in ")?
        .rsplit_once(" (pull request #")?;
    let (number, rest) = number(rest)?;
    (rest == ")").then(|| Request::new(format!("#{number}"), first_line(body), branch))
}

/// Bitbucket Server: `Pull request #1: Title`, and in the body `Merge in KEY/name from branch to target`.
fn pull_request(subject: &str, body: &str) -> Option<Request> {
    let (number, rest) = number(subject.strip_prefix("Pull request #")?)?;
    let branch = body
        .lines()
        .find_map(|line| line.strip_prefix("Merge in "))
        .and_then(|line| line.split_once(" from "))
        .and_then(|(_, from)| from.split_once(" to "))
        .map_or("", |(branch, _)| branch);
    let title = rest.strip_prefix(':')?;
    Some(Request::new(format!("#{number}"), title, branch))
}

/// homu and its kin: `Auto merge of #1 - owner:branch, r=reviewer`; before 2015 `auto merge of #1 : owner/repository/branch, r=reviewer`.
fn queue(subject: &str, body: &str) -> Option<Request> {
    let rest = ["Auto merge of #", "auto merge of #", "Rollup merge of #"]
        .iter()
        .find_map(|words| subject.strip_prefix(words))?;
    let (number, rest) = number(rest)?;
    let from = rest.split_once(", r=").map_or("", |(from, _)| from);
    let branch = if let Some(from) = from.strip_prefix(" - ") {
        without_owner(from, ':')
    } else {
        let from = from.strip_prefix(" : ").unwrap_or("");
        without_owner(without_owner(from, '/'), '/')
    };
    Some(Request::new(format!("#{number}"), first_line(body), branch))
}

/// bors-ng: `Merge #1 #2`, and in the body `1: Title r=reviewer a=author`. Bitcoin: `Merge owner/name#1: Title`.
fn batch(subject: &str, body: &str) -> Vec<Request> {
    let Some(rest) = subject.strip_prefix("Merge ") else {
        return Vec::new();
    };
    let (head, title) = rest.split_once(": ").unwrap_or((rest, ""));
    let numbers: Option<Vec<u64>> = head
        .split(' ')
        .map(|word| {
            let (owner, digits) = word.split_once('#')?;
            let (number, rest) = number(digits)?;
            let plain = rest.is_empty() && (owner.is_empty() || owner.contains('/'));
            plain.then_some(number)
        })
        .collect();
    let titled = |wanted: u64| {
        body.lines()
            .filter_map(|line| number(line.trim_start()))
            .find(|(found, rest)| *found == wanted && rest.starts_with(": "))
            .map_or(title, |(_, rest)| {
                let title = &rest[2..];
                title.split_once(" r=").map_or(title, |(title, _)| title)
            })
    };
    numbers
        .unwrap_or_default()
        .into_iter()
        .map(|number| Request::new(format!("#{number}"), titled(number), ""))
        .collect()
}

/// GitLab: a line `See merge request group/name!1`, in a merge as well as in a squash.
fn see_merge_request(subject: &str, body: &str) -> Option<Request> {
    // Found from the end, in one look over the text: most messages have no such line, and some are long.
    let at = body.rfind("See merge request ")?;
    let (before, line) = body.split_at(at);
    if !before.trim_end_matches([' ', '\t']).ends_with('\n') && !before.trim().is_empty() {
        return None;
    }
    let line = line.lines().next()?.trim_end();
    let named = line.strip_prefix("See merge request ")?;
    let (number, rest) = number(named.rsplit_once('!')?.1)?;
    if !rest.is_empty() {
        return None;
    }
    let change = format!("!{number}");
    let Some(rest) = subject.strip_prefix("Merge branch '") else {
        return Some(Request::new(change, subject, ""));
    };
    let branch = rest.split_once('\'').map_or("", |(branch, _)| branch);
    let title = Some(first_line(body)).filter(|line| !line.starts_with("See merge request "));
    Some(Request::new(change, title.unwrap_or(""), branch))
}

/// A squash, or a merge that bears its request's title: `Title (#1)`, on GitLab `Title (!1)`.
fn suffix(subject: &str) -> Option<Request> {
    let (title, rest) = subject.strip_suffix(')')?.rsplit_once('(')?;
    let mark = rest.chars().next().filter(|mark| "#!".contains(*mark))?;
    let (number, rest) = number(&rest[1..])?;
    let titled = rest.is_empty() && !title.trim().is_empty();
    titled.then(|| Request::new(format!("{mark}{number}"), title, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(message: &str) -> (String, String, String) {
        let mut found = named(message);
        assert_eq!(found.len(), 1, "{message:?} names {found:?}");
        let Request {
            change,
            title,
            branch,
        } = found.remove(0);
        (
            change,
            title.unwrap_or_default(),
            branch.unwrap_or_default(),
        )
    }

    fn is(message: &str, change: &str, title: &str, branch: &str) {
        let expected = (change.to_owned(), title.to_owned(), branch.to_owned());
        assert_eq!(one(message), expected, "{message:?}");
    }

    #[test]
    fn github() {
        is(
            "Merge pull request #31 from brson/lucio/prepare-0.5.4\n\nchore: Prepare `v0.5.4`",
            "#31",
            "chore: Prepare `v0.5.4`",
            "lucio/prepare-0.5.4",
        );
        is("Merge pull request #2 from jane/fix", "#2", "", "fix");
        is(
            "rt: rename `shared` to `sharded` in internal ShardedList (#8364)\n\nbody (#1)",
            "#8364",
            "rt: rename `shared` to `sharded` in internal ShardedList",
            "",
        );
        is("Fix it (#12) (#15)", "#15", "Fix it (#12)", "");
        is("Fix it (#12)\r\n\r\nmore", "#12", "Fix it", "");
    }

    #[test]
    fn gitlab() {
        is(
            "Merge branch 'pay/2-retry' into 'main'\n\nRetry payments\n\nCloses #2\n\nSee merge request acme/pay!77\n",
            "!77",
            "Retry payments",
            "pay/2-retry",
        );
        is(
            "Merge branch 'x' into 'main'\n\nSee merge request !7",
            "!7",
            "",
            "x",
        );
        is(
            "Retry payments\n\nSee merge request acme/pay!78",
            "!78",
            "Retry payments",
            "",
        );
        is("Retry payments (!79)", "!79", "Retry payments", "");
    }

    #[test]
    fn bitbucket() {
        is(
            "Merged in feature/checkout (pull request #12)\n\nCheckout in one step\n\nApproved-by: Li",
            "#12",
            "Checkout in one step",
            "feature/checkout",
        );
        is(
            "Pull request #13: Checkout in one step\n\nMerge in SHOP/checkout from feature/one to master\n\n* commit 'ab':\n  one",
            "#13",
            "Checkout in one step",
            "feature/one",
        );
        is(
            "Merge pull request #14 in SHOP/checkout from feature/two to master\n\n* commit 'ab':\n  two",
            "#14",
            "",
            "feature/two",
        );
    }

    #[test]
    fn azure_and_gitea() {
        is("Merged PR 123: Add a button", "#123", "Add a button", "");
        is(
            "Merge pull request 'Add a (#1) button' (#9) from li/button into main",
            "#9",
            "Add a (#1) button",
            "button",
        );
        is("Merge PR #4: Tidy", "#4", "Tidy", "");
    }

    #[test]
    fn queues() {
        is(
            "Auto merge of #11207 - weihanglo:doc-polish, r=epage\n\nAdd more doc comments for three modules\n",
            "#11207",
            "Add more doc comments for three modules",
            "doc-polish",
        );
        is(
            "auto merge of #978 : alexcrichton/cargo/issue-967, r=brson\n\nCloses #967",
            "#978",
            "Closes #967",
            "issue-967",
        );
        is(
            "Merge #55\n\n55: Speed it up r=li a=jane\n\nlong text",
            "#55",
            "Speed it up",
            "",
        );
        is(
            "Merge bitcoin/bitcoin#29: wallet: fix",
            "#29",
            "wallet: fix",
            "",
        );
        let batch = named("Merge #1 #2\n\n1: One r=x a=y\n\n2: Two r=x a=z\n");
        let titles: Vec<_> = batch
            .iter()
            .filter_map(|one| one.title.as_deref())
            .collect();
        assert_eq!(titles, ["One", "Two"]);
    }

    #[test]
    fn what_is_no_request() {
        for message in [
            "",
            "Merge branch 'x' into 'main'",
            "Merge branch 'main' of github.com:acme/shop",
            "Fix #123",
            "Fixes #123 -- make it work",
            "Revert \"Fix it (#12)\"",
            "(#12)",
            "Fix it (#)",
            "Fix it (#0)",
            "Fix it (see #12)",
            "Fix it (# 12)",
            "Merge pull request from GHSA-x",
            "Merge #abc",
            "Merge tag 'v1.0'",
            "Fix\n\nChange-Id: I0123 (#12)",
            "Fix it (#99999999999999999999999999)",
            "Émerge (é12)",
        ] {
            assert_eq!(named(message), [], "{message:?}");
        }
    }
}
