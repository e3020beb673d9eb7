//! What a reading has to tell besides events, in words for the user: what is missing from a clone, what was rewritten, which dates cannot be.

use crate::connector::{Finding, Severity};
use crate::event::time::Timestamp;

use super::paths::CAP;

/// Earlier than any version control that git histories were made from: a date before this is a clock that was never set.
const EARLIEST: i64 = 315_532_800;
const DAY: i64 = 86_400;
/// How many branches are told of by name.
const NAMED: usize = 10;

fn finding(subject: &str, severity: Severity, text: String) -> Finding {
    Finding {
        subject: subject.to_owned(),
        severity,
        text,
    }
}

/// `one commit`, `2 commits`.
fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("one {what}")
    } else {
        format!("{count} {what}s")
    }
}

pub fn shallow(subject: &str, newest_end: Option<Timestamp>) -> Finding {
    let before = newest_end.map_or("its oldest commits".to_owned(), |at| {
        at.to_utc().format("%Y-%m-%d").to_string()
    });
    let text = format!(
        "shallow clone: history before {before} is unknown; lead times of changes that began earlier are cut; `git fetch --unshallow`"
    );
    finding(subject, Severity::Warning, text)
}

pub fn broken_references(subject: &str, broken: &[String]) -> Option<Finding> {
    let first = broken.first()?;
    let count = counted(broken.len(), "reference");
    let were = if broken.len() == 1 { "was" } else { "were" };
    let text = format!("{count} cannot be read and {were} left out: {first}");
    Some(finding(subject, Severity::Warning, text))
}

pub fn unreadable(subject: &str, count: usize, first: &str, why: &str) -> Finding {
    let count = counted(count, "commit");
    let text = format!(
        "{count} cannot be read, and what lies behind is unknown (first {first}: {why}); everything else was read; `git fsck` says more"
    );
    finding(subject, Severity::Error, text)
}

pub fn pointless_tags(subject: &str, names: &[String]) -> Option<Finding> {
    let first = names.first()?;
    let count = counted(names.len(), "tag");
    let lead = if names.len() == 1 {
        "it leads"
    } else {
        "they lead"
    };
    let text = format!("{count} left out, since {lead} to no commit (first: {first})");
    Some(finding(subject, Severity::Note, text))
}

/// Branches whose old tips were left behind: the name of each, and how many commits no branch or tag reaches any more, where that can be told.
pub fn rewritten(subject: &str, branches: &[(String, Option<usize>)]) -> Vec<Finding> {
    let mut found: Vec<Finding> = branches
        .iter()
        .take(NAMED)
        .map(|(name, lost)| {
            let are = if *lost == Some(1) { "is" } else { "are" };
            let lost = lost.map_or("commits".to_owned(), |lost| counted(lost, "commit"));
            let text = format!(
                "history of branch {name} was rewritten: {lost} no longer reachable {are} kept"
            );
            finding(subject, Severity::Note, text)
        })
        .collect();
    if branches.len() > NAMED {
        let more = counted(branches.len() - NAMED, "more branch history");
        found.push(finding(
            subject,
            Severity::Note,
            format!("{more} rewritten"),
        ));
    }
    found
}

/// Commits with a date that cannot be right; of each, both dates are given.
pub fn dates(subject: &str, commits: impl Iterator<Item = [i64; 2]>, now: i64) -> Option<Finding> {
    let can_be = EARLIEST..=now + DAY;
    let cannot = |dates: &[i64; 2]| !dates.iter().all(|at| can_be.contains(at));
    let count = commits.filter(cannot).count();
    let text = format!(
        "{} with a date before 1980 or in the future: figures that rest on it cannot be right",
        counted(count, "commit")
    );
    (count > 0).then(|| finding(subject, Severity::Note, text))
}

pub fn capped_paths(subject: &str, count: usize) -> Option<Finding> {
    let count_text = counted(count, "commit");
    let text = format!(
        "{count_text} touched more than {CAP} paths: only the first {CAP} of each are known"
    );
    (count > 0).then(|| finding(subject, Severity::Note, text))
}

pub fn unknown_paths(subject: &str, count: usize, why: &str) -> Option<Finding> {
    let count_text = counted(count, "commit");
    let text = format!("the paths that {count_text} touched are unknown: {why}");
    (count > 0).then(|| finding(subject, Severity::Warning, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_of_as_one() {
        let text = |found: Option<Finding>| found.unwrap().text;
        let names = ["a".to_owned(), "b".to_owned()];
        for (found, expected) in [
            (
                pointless_tags("s", &names[..1]),
                "one tag left out, since it leads",
            ),
            (
                pointless_tags("s", &names),
                "2 tags left out, since they lead",
            ),
            (
                broken_references("s", &names[..1]),
                "one reference cannot be read and was",
            ),
            (
                broken_references("s", &names),
                "2 references cannot be read and were",
            ),
        ] {
            let text = text(found);
            assert!(text.starts_with(expected), "{text}");
        }
        for (lost, expected) in [
            (Some(1), "one commit no longer reachable is kept"),
            (Some(2), "2 commits no longer reachable are kept"),
            (None, "commits no longer reachable are kept"),
        ] {
            let found = rewritten("s", &[("main".to_owned(), lost)]);
            assert!(found[0].text.ends_with(expected), "{}", found[0].text);
        }
    }
}
