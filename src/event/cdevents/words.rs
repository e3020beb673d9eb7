//! The words that tools use for outcomes, decisions, reviews and marks. Case, `_`, `-` and spaces make no difference to the reader; a word that
//! is not known is `Other`, and stays in the log as it came. The writer has one word for each.

use crate::event::kind::{Decision, MarkKind, Outcome, ReviewState};

/// The word without case and separators. Nearly every word comes in lower case as it is.
fn normal(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

pub(super) fn outcome(word: &str) -> Outcome {
    match normal(word).as_str() {
        "success" | "succeeded" | "successful" | "passed" | "pass" | "ok" => Outcome::Success,
        "failure" | "failed" | "fail" | "error" | "errored" | "timeout" | "timedout"
        | "startupfailure" | "unstable" | "broken" => Outcome::Failure,
        "cancel" | "cancelled" | "canceled" | "abort" | "aborted" | "interrupted" | "stopped"
        | "stale" | "superseded" => Outcome::Cancelled,
        "skipped" | "skip" | "neutral" | "notbuilt" => Outcome::Skipped,
        _ => Outcome::Other,
    }
}

/// CDEvents' own word where it has one.
pub(super) fn of_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Cancelled => "cancel",
        Outcome::Skipped => "skipped",
        Outcome::Other => "other",
    }
}

pub(super) fn decision(word: &str) -> Decision {
    match normal(word).as_str() {
        "approved" | "approve" => Decision::Approved,
        "rejected" | "reject" | "denied" | "declined" => Decision::Rejected,
        "cancelled" | "canceled" | "cancel" => Decision::Cancelled,
        "expired" | "timeout" | "timedout" => Decision::Expired,
        _ => Decision::Other,
    }
}

pub(super) fn of_decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Approved => "approved",
        Decision::Rejected => "rejected",
        Decision::Cancelled => "cancelled",
        Decision::Expired => "expired",
        Decision::Other => "other",
    }
}

pub(super) fn review(word: &str) -> ReviewState {
    match normal(word).as_str() {
        "approved" | "approve" => ReviewState::Approved,
        "changesrequested" | "requestchanges" | "rejected" => ReviewState::ChangesRequested,
        "commented" | "comment" => ReviewState::Commented,
        _ => ReviewState::Other,
    }
}

pub(super) fn of_review(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Approved => "approved",
        ReviewState::ChangesRequested => "changes_requested",
        ReviewState::Commented => "commented",
        ReviewState::Other => "other",
    }
}

pub(super) fn mark(word: &str) -> MarkKind {
    match normal(word).as_str() {
        "incidentlink" => MarkKind::IncidentLink,
        "unplanned" => MarkKind::Unplanned,
        "failed" => MarkKind::Failed,
        "hold" => MarkKind::Hold,
        "releasehold" => MarkKind::ReleaseHold,
        "ignore" => MarkKind::Ignore,
        "override" => MarkKind::Override,
        _ => MarkKind::Other,
    }
}

pub(super) fn of_mark(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::IncidentLink => "incident_link",
        MarkKind::Unplanned => "unplanned",
        MarkKind::Failed => "failed",
        MarkKind::Hold => "hold",
        MarkKind::ReleaseHold => "release_hold",
        MarkKind::Ignore => "ignore",
        MarkKind::Override => "override",
        MarkKind::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_spell_alike() {
        for (word, meant) in [
            ("SUCCESS", Outcome::Success),
            ("timed_out", Outcome::Failure),
            ("TimedOut", Outcome::Failure),
            ("NOT_BUILT", Outcome::Skipped),
            ("Canceled", Outcome::Cancelled),
            ("purple", Outcome::Other),
        ] {
            assert_eq!(outcome(word), meant, "{word}");
        }
        assert_eq!(review("CHANGES_REQUESTED"), ReviewState::ChangesRequested);
        assert_eq!(decision("requestChanges"), Decision::Other);
    }
}
