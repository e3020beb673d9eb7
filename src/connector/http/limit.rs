//! What a source allows: the allowance that it tells in its headers, how long it asks to wait, and a pace that stays below its unspoken limit.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chrono::DateTime;
use http::HeaderMap;

use crate::event::time::{Span, Timestamp};

/// A reset within so many seconds is told from now on, one that is later since 1970: tools do the one or the other.
const FROM_NOW: i64 = 366 * 86_400;
/// What the names of the headers begin with, for each allowance that a tool tells of beside the others: its own, and the one that Buildkite gives a user of an
/// organization. The one of which the least is left is kept to.
const SCOPES: [&[&str]; 2] = [&["x-ratelimit-", "ratelimit-"], &["ratelimit-user-"]];
/// Resets that are told from now on differ by so much at most within one period, as answers take their time.
const SAME: Span = Span::from_seconds(5);

/// The allowance as of the newest answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    pub reset: Option<Timestamp>,
}

impl Budget {
    /// Reads `x-ratelimit-*` or `ratelimit-*`. `None` when the answer tells nothing.
    #[must_use]
    pub fn read(headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let all = SCOPES
            .iter()
            .filter_map(|scope| Self::of(headers, scope, now));
        all.min_by_key(|one| one.remaining)
    }

    fn of(headers: &HeaderMap, scope: &[&str], now: Timestamp) -> Option<Self> {
        let number = |name: &str| {
            let mut names = scope.iter().map(|before| format!("{before}{name}"));
            let value = names.find_map(|name| headers.get(name))?;
            // What else is said is for how long it is: `100, 100;w=60`.
            let number = value.to_str().ok()?.split([',', ';']).next()?;
            number.trim().parse::<u64>().ok()
        };
        let remaining = number("remaining")?;
        Some(Self {
            limit: number("limit"),
            remaining: Some(remaining),
            reset: number("reset")
                .and_then(|seconds| i64::try_from(seconds).ok())
                .map(|seconds| match seconds {
                    0..FROM_NOW => now + Span::from_seconds(seconds),
                    since => Timestamp::from_seconds(since.min(1 << 40)),
                }),
        })
    }

    /// Takes over what a newer answer says. Answers overtake each other, so within one period the smaller number is the truer one.
    pub fn learn(&mut self, newer: Self) {
        let resets = self.reset.zip(newer.reset);
        let same_period = resets.is_some_and(|(old, new)| (new - old).max(old - new) <= SAME);
        let remaining = match (self.remaining, newer.remaining) {
            (Some(old), Some(new)) if same_period => Some(old.min(new)),
            (_, new) => new,
        };
        *self = Self { remaining, ..newer };
    }

    /// Until when nothing more should be asked: the allowance is down to the reserve, which other tools with the same credentials may need.
    #[must_use]
    pub fn spent_until(&self, now: Timestamp) -> Option<Timestamp> {
        let remaining = self.remaining?;
        let reserve = (self.limit.unwrap_or_default() / 50).clamp(3, 100);
        let reset = self.reset?;
        (remaining <= reserve && now < reset).then_some(reset)
    }
}

/// How long the source asks to wait: seconds, or a date.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = Timestamp::from(DateTime::parse_from_rfc2822(text).ok()?.to_utc());
    let micros = (date - now).micros().max(0);
    Some(Duration::from_micros(micros.unsigned_abs()))
}

/// How far the clock of the source is ahead of ours, by its `Date` header.
#[must_use]
pub fn skew(headers: &HeaderMap, now: Timestamp) -> Option<Span> {
    let text = headers.get("date")?.to_str().ok()?;
    let date = Timestamp::from(DateTime::parse_from_rfc2822(text).ok()?.to_utc());
    Some(date - now)
}

/// At most so many requests in any minute.
#[derive(Debug, Default)]
pub struct Pace {
    sent: VecDeque<Instant>,
}

impl Pace {
    const MINUTE: Duration = Duration::from_mins(1);

    /// Takes the next place, and tells how long to wait for it.
    pub fn take(&mut self, per_minute: usize, now: Instant) -> Duration {
        while self
            .sent
            .front()
            .is_some_and(|sent| now.saturating_duration_since(*sent) > Self::MINUTE)
        {
            self.sent.pop_front();
        }
        let place = match self.sent.len().checked_sub(per_minute) {
            None => now,
            Some(over) => self.sent.get(over).map_or(now, |sent| *sent + Self::MINUTE),
        };
        self.sent.push_back(place);
        place.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_reserve_is_kept() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let reset = now + Span::from_seconds(100);
        let budget = |remaining| {
            let headers = headers(&[
                ("x-ratelimit-limit", "5000"),
                ("x-ratelimit-remaining", remaining),
                ("x-ratelimit-reset", "1800000100"),
            ]);
            Budget::read(&headers, now).unwrap()
        };
        assert_eq!(budget("101").spent_until(now), None);
        assert_eq!(budget("100").spent_until(now), Some(reset));
        assert_eq!(budget("0").spent_until(reset), None);
        let mut learnt = budget("50");
        learnt.learn(budget("60"));
        assert_eq!(
            learnt.remaining,
            Some(50),
            "an overtaken answer adds nothing"
        );
    }

    #[test]
    fn an_allowance_may_be_told_with_its_window_or_without_its_size() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let read = |pairs: &[(&'static str, &'static str)]| {
            let mut all = vec![("ratelimit-reset", "30")];
            all.extend(pairs);
            Budget::read(&headers(&all), now).unwrap()
        };
        let told = [
            ("ratelimit-limit", "100, 100;w=60"),
            ("ratelimit-remaining", "60"),
        ];
        assert_eq!(read(&told).limit, Some(100));
        assert_eq!(read(&told).spent_until(now), None);
        let unknown = [("ratelimit-remaining", "60")];
        assert_eq!(
            read(&unknown).spent_until(now),
            None,
            "of how many, nobody says"
        );
        let last = [("ratelimit-remaining", "3")];
        assert!(read(&last).spent_until(now).is_some());
    }

    #[test]
    fn of_two_allowances_the_one_with_the_least_left_is_kept_to() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let read = |organization, user| {
            let headers = headers(&[
                ("ratelimit-limit", "200"),
                ("ratelimit-remaining", organization),
                ("ratelimit-reset", "40"),
                ("ratelimit-user-limit", "50"),
                ("ratelimit-user-remaining", user),
                ("ratelimit-user-reset", "20"),
            ]);
            Budget::read(&headers, now).unwrap()
        };
        assert_eq!(
            read("180", "0").spent_until(now),
            Some(now + Span::from_seconds(20))
        );
        assert_eq!(
            read("0", "30").spent_until(now),
            Some(now + Span::from_seconds(40))
        );
        assert_eq!(read("180", "30").spent_until(now), None);
    }

    #[test]
    fn a_reset_is_told_from_now_on_or_since_1970() {
        let read = |seconds: i64| {
            let headers = headers(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "31")]);
            Budget::read(&headers, Timestamp::from_seconds(seconds)).unwrap()
        };
        let now = Timestamp::from_seconds(1_800_000_000);
        let mut learnt = read(1_800_000_000);
        assert_eq!(
            learnt.spent_until(now),
            Some(Timestamp::from_seconds(1_800_000_031))
        );
        let overtaken = Budget {
            remaining: Some(9),
            ..read(1_800_000_002)
        };
        learnt.learn(overtaken);
        assert_eq!(learnt.remaining, Some(0), "a second later it is the same");
    }

    #[test]
    fn waits_are_read_as_seconds_and_as_dates() {
        let now = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
        assert_eq!(
            retry_after(&headers(&[("retry-after", "7")]), now),
            Some(Duration::from_secs(7))
        );
        assert_eq!(
            retry_after(
                &headers(&[("retry-after", "Fri, 02 Jan 2026 03:05:05 GMT")]),
                now
            ),
            Some(Duration::from_mins(1))
        );
        assert_eq!(retry_after(&headers(&[("retry-after", "soon")]), now), None);
    }

    #[test]
    fn the_pace_lets_bursts_through_and_then_holds() {
        let mut pace = Pace::default();
        let start = Instant::now();
        assert_eq!(pace.take(2, start), Duration::ZERO);
        assert_eq!(pace.take(2, start), Duration::ZERO);
        assert_eq!(pace.take(2, start), Pace::MINUTE);
        assert_eq!(pace.take(2, start), Pace::MINUTE);
        assert_eq!(pace.take(2, start), Pace::MINUTE * 2);
        assert_eq!(pace.take(2, start + Pace::MINUTE * 4), Duration::ZERO);
    }
}
