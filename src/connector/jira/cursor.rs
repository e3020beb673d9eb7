//! How far a source is read: up to when issues were asked for, or back to when ([`crate::connector::series`]), and a row for each of which an approval was open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wire::Issue;
use crate::event::time::{Span, Timestamp};

/// The name of the series of issues.
pub const ALL: &str = "all";
/// What the keys of rows of issues with an open approval begin with; the issues' keys follow. They hold the ids of these approvals.
pub const OPEN: &str = "open ";

/// Jira is asked by whole minutes, which its clock may begin elsewhere.
const ABOUT: Span = Span::from_seconds(120);

/// Back to when a reading got, by the clock of this machine. Not to which page: those of Cloud go by a token that holds for a while and for one question, and a
/// question by age is another one later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// All that was touched later is told.
    pub until: Option<Timestamp>,
    /// Of what was touched about then, the issues that are told, and when they were: so many may be touched at once that they are several pages.
    pub told: BTreeMap<String, Timestamp>,
}

impl Place {
    /// Takes in a page, the newest first; `skew`: by how much Jira's clock is ahead.
    pub fn add(&mut self, issues: &[Issue], skew: Span) {
        for issue in issues {
            if let Some(at) = issue.time("updated") {
                let at = at - skew;
                self.until = Some(self.until.map_or(at, |until| until.min(at)));
                self.told.insert(issue.key.clone(), at);
            }
        }
        let until = self.until;
        self.told
            .retain(|_, at| until.is_some_and(|until| *at <= until + ABOUT));
    }

    /// How many whole minutes ago it is, and a little less; `None`: not that long.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Option<i64> {
        let age = (now - self.until? - ABOUT).micros() / 60_000_000;
        (age > 0).then_some(age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_touched_at_once_is_told_once_and_nothing_is_left_out() {
        let now = Timestamp::parse("2026-05-01T12:00:00Z").unwrap();
        let issue = |key: &str, time: &str| -> Issue {
            let told = serde_json::json!({"key": key, "fields": {"updated": time}});
            serde_json::from_value(told).unwrap()
        };
        let mut place = Place::default();
        assert_eq!(place.age(now), None);
        place.add(&[issue("A-1", "2026-05-01T11:59:30.000+0000")], Span::ZERO);
        assert_eq!(place.age(now), None, "it is as good as now");
        let page = [
            issue("A-2", "2026-05-01T11:41:59.000+0000"),
            issue("A-3", "2026-05-01T13:40:00.000+0200"),
            issue("A-4", "some day"),
        ];
        place.add(&page, Span::ZERO);
        let told: Vec<&str> = place.told.keys().map(String::as_str).collect();
        assert_eq!((place.age(now), told), (Some(18), vec!["A-2", "A-3"]));
        place.add(&[issue("A-5", "2026-05-01T11:40:00.000+0000")], Span::ZERO);
        assert_eq!(place.told.len(), 3, "they are told still");
        // By a clock that is a minute ahead, it was a minute before.
        let ahead = Span::from_seconds(60);
        place.add(&[issue("A-6", "2026-05-01T11:40:00.000+0000")], ahead);
        assert_eq!(place.age(now), Some(19));
    }
}
