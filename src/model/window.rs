//! The window of time that figures speak of: `[from, to)`, half open, in one configured zone. Days, ISO weeks (from Monday) and months are those of
//! the zone's calendar; the length in days of a window of whole ones is too, so that a change to summer time does not make 28 days 27.96.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::Serialize;

use crate::event::time::{Span, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
    #[serde(serialize_with = "zone_name")]
    pub timezone: Tz,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde asks for"
)]
fn zone_name<S: serde::Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

/// Where nobody names a window, so far back is looked: further where no change went live since, and at last at all that is known.
pub const LOOK_BACK: [Span; 3] = [
    Span::from_seconds(90 * 86_400),
    Span::from_seconds(365 * 86_400),
    Span::from_seconds(3 * 365 * 86_400),
];

/// A run of whole weeks or months; 0 is the first that lies in the window entirely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    first: i64,
    pub count: usize,
}

impl Window {
    /// The window of a length that ends at an instant.
    #[must_use]
    pub fn of(to: Timestamp, length: Span, timezone: Tz) -> Self {
        Self {
            from: to - length,
            to,
            timezone,
        }
    }

    /// The shortest of the usual windows up to an instant that holds the last time, before it, that a change went live. Where none does, the first one that
    /// holds all that is known, or what holds just that.
    #[must_use]
    pub fn looking_back(
        to: Timestamp,
        timezone: Tz,
        known: Option<Timestamp>,
        latest: Option<Timestamp>,
    ) -> Self {
        let known = known.unwrap_or(to);
        let mut usual = LOOK_BACK
            .map(|length| Self::of(to, length, timezone))
            .into_iter();
        let holds = |window: &Self| known.max(latest.unwrap_or(known)) >= window.from;
        let all = Self {
            from: known,
            to,
            timezone,
        };
        usual.find(holds).unwrap_or(all)
    }

    /// It is longer than what is looked at first.
    #[must_use]
    pub fn looks_further(&self) -> bool {
        self.from < self.to - LOOK_BACK[0]
    }

    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// The part of the window from an instant on.
    #[must_use]
    pub fn clipped(self, known: Timestamp) -> Self {
        Self {
            from: self.from.max(known),
            ..self
        }
    }

    /// The window of the same length, by the local calendar, that ends where this one starts.
    #[must_use]
    pub fn before(&self) -> Self {
        let (from, to) = (self.local(self.from), self.local(self.to));
        let start = from.checked_sub_signed((to - from).max(TimeDelta::zero()));
        Self {
            from: start
                .map_or(Timestamp::MIN, |start| instant(self.timezone, start))
                .min(self.from),
            to: self.from,
            ..*self
        }
    }

    /// One of a run of whole weeks.
    #[must_use]
    pub fn week(&self, weeks: Buckets, place: usize) -> Self {
        self.one_of(weeks, place, |number| self.week_start(number))
    }

    /// One of a run of whole months.
    #[must_use]
    pub fn month(&self, months: Buckets, place: usize) -> Self {
        self.one_of(months, place, |number| self.month_start(number))
    }

    fn one_of(&self, run: Buckets, place: usize, start: impl Fn(i64) -> Timestamp) -> Self {
        let number = run.first + i64::try_from(place).unwrap_or(0);
        Self {
            from: start(number),
            to: start(number + 1),
            ..*self
        }
    }

    /// Its length in days: from midnight to midnight those of the local calendar, else of 24 hours each; 0 where it is empty.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "days within a million years or so"
    )]
    pub fn days(&self) -> f64 {
        let (first, last) = (self.day(self.from), self.day(self.to));
        let days = if self.midnight(first) == self.from && self.midnight(last) == self.to {
            (last - first).num_days() as f64
        } else {
            (self.to - self.from).seconds() / 86_400.0
        };
        days.max(0.0)
    }

    /// The local day that an instant falls on.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> NaiveDate {
        self.local(at).date()
    }

    /// The ISO weeks that lie in the window entirely.
    #[must_use]
    pub fn weeks(&self) -> Buckets {
        let mut first = week(self.day(self.from));
        if self.week_start(first) < self.from {
            first += 1;
        }
        buckets(first, week(self.day(self.to)))
    }

    /// The months that lie in the window entirely.
    #[must_use]
    pub fn months(&self) -> Buckets {
        let mut first = month(self.day(self.from));
        let start = self.day(self.from).with_day(1);
        if start.is_none_or(|start| self.midnight(start) < self.from) {
            first += 1;
        }
        buckets(first, month(self.day(self.to)))
    }

    /// The place of an instant's week among whole weeks.
    #[must_use]
    pub fn week_in(&self, weeks: Buckets, day: NaiveDate) -> Option<usize> {
        weeks.place(week(day))
    }

    /// The place of an instant's month among whole months.
    #[must_use]
    pub fn month_in(&self, months: Buckets, day: NaiveDate) -> Option<usize> {
        months.place(month(day))
    }

    fn local(&self, at: Timestamp) -> NaiveDateTime {
        local(self.timezone, at)
    }

    fn week_start(&self, week: i64) -> Timestamp {
        let monday = i32::try_from(week * 7 + 1)
            .ok()
            .and_then(NaiveDate::from_num_days_from_ce_opt);
        monday.map_or(Timestamp::MIN, |monday| self.midnight(monday))
    }

    fn month_start(&self, month: i64) -> Timestamp {
        let (year, month0) = (month.div_euclid(12), month.rem_euclid(12));
        let first = i32::try_from(year)
            .ok()
            .zip(u32::try_from(month0).ok())
            .and_then(|(year, month0)| NaiveDate::from_ymd_opt(year, month0 + 1, 1));
        first.map_or(Timestamp::MIN, |first| self.midnight(first))
    }

    fn midnight(&self, day: NaiveDate) -> Timestamp {
        instant(self.timezone, day.and_time(chrono::NaiveTime::MIN))
    }
}

/// What clocks show at an instant.
pub(super) fn local(zone: Tz, at: Timestamp) -> NaiveDateTime {
    // chrono holds 262 thousand years to either side; an instant outside 200 thousand is at the edge.
    const EDGE: i64 = 200_000 * 31_556_952 * 1_000_000;
    let at = Timestamp::from_micros(at.micros().clamp(-EDGE, EDGE));
    at.to_utc().with_timezone(&zone).naive_local()
}

/// The first instant at which clocks show a local time: where they skip it, the one that they skip to.
pub(super) fn instant(zone: Tz, mut time: NaiveDateTime) -> Timestamp {
    // The longest that clocks ever skipped was a day.
    for _ in 0..=2_000 {
        if let Some(found) = zone.from_local_datetime(&time).earliest() {
            return found.to_utc().into();
        }
        time = time
            .checked_add_signed(TimeDelta::minutes(1))
            .unwrap_or(time);
    }
    time.and_utc().into()
}

impl Buckets {
    fn place(self, number: i64) -> Option<usize> {
        let place = usize::try_from(number - self.first).ok()?;
        (place < self.count).then_some(place)
    }
}

fn buckets(first: i64, end: i64) -> Buckets {
    Buckets {
        first,
        count: usize::try_from(end - first).unwrap_or(0),
    }
}

/// Weeks since the first Monday of the calendar (1 January of year 1 was one).
fn week(day: NaiveDate) -> i64 {
    (i64::from(day.num_days_from_ce()) - 1).div_euclid(7)
}

fn month(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn window(from: &str, to: &str, timezone: Tz) -> Window {
        Window {
            from: at(from),
            to: at(to),
            timezone,
        }
    }

    fn days(window: &Window) -> String {
        window.days().to_string()
    }

    #[test]
    fn a_window_holds_its_start_and_not_its_end() {
        let window = Window::of(
            at("2025-03-31T00:00:00Z"),
            Span::from_seconds(28 * 86_400),
            Tz::UTC,
        );
        assert!(window.contains(at("2025-03-03T00:00:00Z")));
        assert!(!window.contains(at("2025-03-31T00:00:00Z")));
        assert_eq!(days(&window.clipped(at("2025-03-05T00:00:00Z"))), "26");
        assert_eq!(window.clipped(at("2025-02-05T00:00:00Z")), window);
        assert_eq!(days(&window.clipped(at("2025-04-05T00:00:00Z"))), "0");
        assert_eq!(
            window.clipped(at("2025-04-05T00:00:00Z")).weeks().count,
            0,
            "no week in a window that ends before it starts"
        );
    }

    #[test]
    fn it_is_as_short_as_what_went_live_allows() {
        let to = at("2025-03-31T00:00:00Z");
        let ago = |days: i64| to - Span::from_seconds(days * 86_400);
        let length = |known: Option<i64>, latest: Option<i64>| {
            let window = Window::looking_back(to, Tz::UTC, known.map(ago), latest.map(ago));
            let days = (window.to - window.from).micros() / 86_400_000_000;
            assert_eq!(window.looks_further(), days > 90);
            days
        };
        for (latest, expected) in [
            (0, 90),
            (90, 90),
            (91, 365),
            (366, 3 * 365),
            (3 * 365, 3 * 365),
            (3 * 365 + 1, 5_000),
        ] {
            assert_eq!(length(Some(5_000), Some(latest)), expected, "{latest}");
        }
        // Nothing ever went live: all that is known, where a usual window does not hold it.
        assert_eq!(length(Some(5_000), None), 5_000);
        assert_eq!(length(Some(200), None), 365);
        assert_eq!(length(Some(80), None), 90);
        assert_eq!(length(None, None), 90);
    }

    #[test]
    fn summer_time_makes_no_day_shorter() {
        let berlin = window(
            "2025-03-03T00:00:00+01:00",
            "2025-03-31T00:00:00+02:00",
            Tz::Europe__Berlin,
        );
        assert_eq!(days(&berlin), "28");
        assert_eq!(berlin.weeks().count, 4);
        let late = berlin.day(at("2025-03-30T23:30:00Z"));
        assert_eq!(late, NaiveDate::from_ymd_opt(2025, 3, 31).unwrap());
        assert_eq!(berlin.week_in(berlin.weeks(), late), None);
    }

    #[test]
    fn days_that_do_not_begin_at_midnight_have_24_hours() {
        let to = at("2025-04-02T12:00:00Z");
        let length = Span::from_seconds(28 * 86_400);
        let spring = Window::of(to, length, Tz::Europe__Berlin);
        assert_eq!(days(&spring), "28");
        let hour = window(
            "2025-03-30T00:00:00+01:00",
            "2025-03-30T04:00:00+02:00",
            Tz::Europe__Berlin,
        );
        assert_eq!(days(&hour), "0.125", "three hours");
    }

    #[test]
    fn the_window_before_is_as_long_by_the_calendar() {
        let berlin = |from, to| window(from, to, Tz::Europe__Berlin);
        let spring = berlin("2025-03-31T00:00:00+02:00", "2025-04-28T00:00:00+02:00");
        let before = spring.before();
        assert_eq!(before.from, at("2025-03-03T00:00:00+01:00"));
        assert_eq!((before.to, days(&before)), (spring.from, days(&spring)));
        let none = berlin("2025-03-31T00:00:00+02:00", "2025-03-30T00:00:00+01:00");
        assert_eq!(none.before().from, none.from);
    }

    #[test]
    fn a_week_and_a_month_are_found_by_their_place() {
        let window = window(
            "2025-02-20T00:00:00+01:00",
            "2025-05-02T00:00:00+02:00",
            Tz::Europe__Berlin,
        );
        let march = window.month(window.months(), 0);
        assert_eq!(march.from, at("2025-03-01T00:00:00+01:00"));
        assert_eq!(march.to, at("2025-04-01T00:00:00+02:00"));
        let week = window.week(window.weeks(), 4);
        assert_eq!(week.from, at("2025-03-24T00:00:00+01:00"));
        assert_eq!(week.to, at("2025-03-31T00:00:00+02:00"));
    }

    #[test]
    fn only_whole_weeks_and_months_count() {
        let window = window("2025-03-03T00:00:01Z", "2025-05-01T00:00:00Z", Tz::UTC);
        let (weeks, months) = (window.weeks(), window.months());
        assert_eq!((weeks.count, months.count), (7, 1));
        let day = |text| window.day(at(text));
        assert_eq!(window.week_in(weeks, day("2025-03-09T12:00:00Z")), None);
        assert_eq!(window.week_in(weeks, day("2025-03-10T00:00:00Z")), Some(0));
        assert_eq!(window.week_in(weeks, day("2025-04-27T23:59:59Z")), Some(6));
        assert_eq!(window.week_in(weeks, day("2025-04-28T00:00:00Z")), None);
        assert_eq!(window.month_in(months, day("2025-03-31T00:00:00Z")), None);
        assert_eq!(
            window.month_in(months, day("2025-04-01T00:00:00Z")),
            Some(0)
        );
    }

    #[test]
    fn a_day_without_midnight_starts_where_its_clocks_do() {
        // In Beirut, 30 March 2025 started at 01:00.
        let day = NaiveDate::from_ymd_opt(2025, 3, 30).unwrap();
        let beirut = window(
            "2025-03-01T00:00:00Z",
            "2025-04-01T00:00:00Z",
            Tz::Asia__Beirut,
        );
        assert_eq!(beirut.midnight(day), at("2025-03-30T01:00:00+03:00"));
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        let all = Window {
            from: Timestamp::MIN,
            to: Timestamp::MAX,
            timezone: Tz::Pacific__Kiritimati,
        };
        assert!(all.days() > 0.0);
        assert!(all.weeks().count > 0 && all.months().count > 0);
    }
}
