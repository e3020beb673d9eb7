//! Time as a business counts it: hours of its days, without its holidays, in its zone. What a calendar measures adds up: a to c is a to b and b to c,
//! whatever lies between, so whatever tiles a stretch by the wall clock tiles it by the calendar too. An hour is an elapsed one: where clocks are put
//! forward within the hours, that day is the shorter for it.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde::Serialize;

use super::statistic::Spread;
use super::window::{instant, local};
use crate::event::time::{Span, Timestamp};

/// By what time is told.
#[derive(Clone, Copy, Debug)]
pub enum Clock<'a> {
    /// Elapsed time.
    Wall,
    Business(&'a Calendar),
}

impl Clock<'_> {
    /// The time between two instants; negative where the second is the earlier one.
    #[must_use]
    pub fn span(self, from: Timestamp, to: Timestamp) -> Span {
        match self {
            Self::Wall => to - from,
            Self::Business(calendar) => calendar.span(from, to),
        }
    }
}

/// The days that are known to a calendar: 1 January 1970 to 31 December 2099. Time outside is nobody's.
const YEARS: (i32, i32) = (1970, 2100);

const MINUTES_OF_A_DAY: u32 = 24 * 60;

/// When a business is open.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: Tz,
    /// Minutes after midnight; the end may be 24:00.
    hours: (u32, u32),
    /// From Monday.
    days: [bool; 7],
    holidays: BTreeSet<NaiveDate>,
    /// For each day known, the open time before it, in microseconds. Made when first asked for: one walk over the days, and then any stretch is told
    /// from its two ends.
    before: OnceLock<Box<[i64]>>,
}

impl Default for Calendar {
    /// Monday to Friday, 09:00 to 17:00 UTC.
    fn default() -> Self {
        let days = [true, true, true, true, true, false, false];
        Self::new(Tz::UTC, (9 * 60, 17 * 60), days, BTreeSet::new())
    }
}

impl Calendar {
    /// Hours are minutes after midnight; days start on Monday.
    #[must_use]
    pub fn new(
        zone: Tz,
        hours: (u32, u32),
        days: [bool; 7],
        holidays: BTreeSet<NaiveDate>,
    ) -> Self {
        let to = hours.1.min(MINUTES_OF_A_DAY);
        Self {
            zone,
            hours: (hours.0.min(to), to),
            days,
            holidays,
            before: OnceLock::new(),
        }
    }

    /// Time inside business hours from one instant to another; negative where the second is the earlier one.
    #[must_use]
    pub fn span(&self, from: Timestamp, to: Timestamp) -> Span {
        Span::from_micros(self.open_until(to) - self.open_until(from))
    }

    /// All open time before an instant.
    fn open_until(&self, at: Timestamp) -> i64 {
        let before = self.before.get_or_init(|| self.count());
        let mut day = local(self.zone, at).date();
        // Where clocks are put back over midnight, a date comes twice: it ends for good when the next one first starts.
        if let Some(next) = day.succ_opt()
            && self.moment(next, 0) <= at
        {
            day = next;
        }
        let Some(place) = place(day) else { return 0 };
        let Some(until) = before.get(place) else {
            return before.last().copied().unwrap_or(0);
        };
        if !self.is_open_on(day) {
            return *until;
        }
        let (open, close) = self.opening(day);
        until + (at.clamp(open, close) - open).micros()
    }

    fn count(&self) -> Box<[i64]> {
        let first = NaiveDate::from_ymd_opt(YEARS.0, 1, 1).unwrap_or_default();
        let usual = i64::from(self.hours.1 - self.hours.0) * 60_000_000;
        let mut sum = 0;
        let mut before = Vec::new();
        let mut midnight = self.moment(first, 0);
        for day in first.iter_days().take_while(|day| day.year() < YEARS.1) {
            before.push(sum);
            let next = self.moment(day, MINUTES_OF_A_DAY);
            if self.is_open_on(day) {
                // Only on a day that is longer or shorter do the hours need a closer look.
                sum += if (next - midnight).micros() == 86_400_000_000 {
                    usual
                } else {
                    let (open, close) = self.opening(day);
                    (close - open).micros()
                };
            }
            midnight = next;
        }
        before.push(sum);
        before.into_boxed_slice()
    }

    fn is_open_on(&self, day: NaiveDate) -> bool {
        let weekday = day.weekday().num_days_from_monday() as usize;
        self.days.get(weekday).is_some_and(|open| *open) && !self.holidays.contains(&day)
    }

    fn opening(&self, day: NaiveDate) -> (Timestamp, Timestamp) {
        let open = self.moment(day, self.hours.0);
        (open, self.moment(day, self.hours.1).max(open))
    }

    fn moment(&self, day: NaiveDate, minute: u32) -> Timestamp {
        let midnight = day.and_time(NaiveTime::MIN);
        let time = midnight.checked_add_signed(TimeDelta::minutes(minute.into()));
        instant(self.zone, time.unwrap_or(midnight))
    }

    /// What is told of it beside what it measured.
    #[must_use]
    pub fn told(&self, wall_clock_lead: Spread) -> BusinessTime {
        const WORDS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        let days = WORDS.into_iter().zip(self.days);
        BusinessTime {
            name: "business",
            hours: format!("{}-{}", time(self.hours.0), time(self.hours.1)),
            days: days.filter(|(_, open)| *open).map(|(day, _)| day).collect(),
            holidays: self.holidays.iter().map(ToString::to_string).collect(),
            timezone: self.zone.name(),
            wall_clock_lead,
        }
    }
}

fn place(day: NaiveDate) -> Option<usize> {
    let first = NaiveDate::from_ymd_opt(YEARS.0, 1, 1)?;
    usize::try_from((day - first).num_days()).ok()
}

/// By which hours a map is told, and its lead time by the wall clock.
#[derive(Clone, Debug, Serialize)]
pub struct BusinessTime {
    pub name: &'static str,
    pub hours: String,
    pub days: Vec<&'static str>,
    pub holidays: Vec<String>,
    pub timezone: &'static str,
    pub wall_clock_lead: Spread,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn week(zone: Tz, hours: (u32, u32), days: [bool; 7]) -> Calendar {
        let holidays = ["2026-12-25", "2026-01-01"].map(|day| day.parse().unwrap());
        Calendar::new(zone, hours, days, holidays.into())
    }

    fn office(zone: Tz) -> Calendar {
        week(
            zone,
            (540, 1020),
            [true, true, true, true, true, false, false],
        )
    }

    fn hours(calendar: &Calendar, from: &str, to: &str) -> String {
        (calendar.span(at(from), at(to)).seconds() / 3600.0).to_string()
    }

    #[test]
    fn nights_weekends_and_holidays_do_not_count() {
        let utc = office(Tz::UTC);
        let from_friday = |to| hours(&utc, "2026-11-20T16:00:00Z", to);
        assert_eq!(from_friday("2026-11-20T16:30:00Z"), "0.5");
        assert_eq!(from_friday("2026-11-20T23:00:00Z"), "1");
        assert_eq!(from_friday("2026-11-23T09:00:00Z"), "1");
        assert_eq!(from_friday("2026-11-23T10:00:00Z"), "2");
        assert_eq!(from_friday("2026-11-27T17:00:00Z"), "41");
        assert_eq!(from_friday("2026-11-20T10:00:00Z"), "-6");
        assert_eq!(
            hours(&utc, "2026-12-24T16:00:00Z", "2026-12-28T10:00:00Z"),
            "2",
            "over Christmas"
        );
        // 261 days from Monday to Friday, without the two holidays.
        assert_eq!(
            hours(&utc, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (259 * 8).to_string()
        );
    }

    #[test]
    fn hours_follow_the_clocks_of_the_zone() {
        let brussels = office(Tz::Europe__Brussels);
        // The Friday before and the Monday after clocks go forward: 08:00 and 07:00 in UTC.
        assert_eq!(
            hours(&brussels, "2026-03-27T08:00:00Z", "2026-03-27T09:00:00Z"),
            "1"
        );
        assert_eq!(
            hours(&brussels, "2026-03-27T16:00:00Z", "2026-03-30T08:00:00Z"),
            "1"
        );
        let always = week(Tz::Europe__Brussels, (0, 1440), [true; 7]);
        let day = |day: &str, next: &str| hours(&always, day, next);
        assert_eq!(
            day("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
            "23"
        );
        assert_eq!(
            day("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
            "25"
        );
    }

    #[test]
    fn a_day_that_was_skipped_has_no_hours() {
        // Samoa went from 29 to 31 December 2011.
        let apia = office(Tz::Pacific__Apia);
        assert_eq!(
            hours(
                &apia,
                "2011-12-29T00:00:00-10:00",
                "2011-12-31T23:00:00+14:00"
            ),
            "8"
        );
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        let utc = office(Tz::UTC);
        let all = utc.span(Timestamp::MIN, Timestamp::MAX);
        assert_eq!(
            all,
            utc.span(at("1970-01-01T00:00:00Z"), at("2100-01-01T00:00:00Z"))
        );
        assert!(all > Span::from_seconds(130 * 250 * 8 * HOUR));
    }

    fn any_calendar() -> impl Strategy<Value = Calendar> {
        // St John's put its clocks back over midnight until 2011, Havana at one, Lord Howe by half an hour.
        let zones = prop::sample::select(vec![
            Tz::UTC,
            Tz::Europe__Brussels,
            Tz::America__St_Johns,
            Tz::America__Havana,
            Tz::Australia__Lord_Howe,
            Tz::Pacific__Apia,
        ]);
        let hours = (0..=MINUTES_OF_A_DAY, 0..=MINUTES_OF_A_DAY);
        (zones, hours, any::<[bool; 7]>())
            .prop_map(|(zone, (one, two), days)| week(zone, (one.min(two), one.max(two)), days))
    }

    /// From 2005 to 2027, often near a change of clocks.
    fn any_time() -> impl Strategy<Value = Timestamp> {
        let near = [
            "2006-10-29T02:31:00Z",
            "2006-04-02T03:31:00Z",
            "2011-12-30T10:00:00Z",
            "2026-03-29T01:00:00Z",
            "2026-10-25T01:00:00Z",
        ];
        let near = prop::sample::select(near.map(at).to_vec());
        let anywhere = 1_104_537_600_i64..1_800_000_000;
        prop_oneof![
            anywhere.prop_map(Timestamp::from_seconds),
            (near, -90_000_i64..90_000).prop_map(|(at, by)| at + Span::from_seconds(by)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_measured_adds_up(
            calendar in any_calendar(),
            times in prop::array::uniform3(any_time()),
        ) {
            let [one, two, three] = times;
            let whole = calendar.span(one, three);
            prop_assert_eq!(whole, calendar.span(one, two) + calendar.span(two, three));
            let span = calendar.span(one.min(two), one.max(two));
            prop_assert!(Span::ZERO <= span && span <= one.max(two) - one.min(two));
        }

        /// Asked minute by minute what the clock on the wall shows, away from clocks that are put back.
        #[test]
        fn it_is_what_a_clock_shows(calendar in any_calendar(), from in any_time(), minutes in 0..6_000_i64) {
            let from = Timestamp::from_seconds(from.micros() / 60_000_000 * 60);
            let shown = |minute: i64| local(calendar.zone, from + Span::from_seconds(minute * 60));
            prop_assume!((0..=minutes + 1_440).all(|minute| shown(minute) < shown(minute + 1)));
            prop_assume!((-1_440..0).all(|minute| shown(minute) < shown(minute + 1)));
            let open = (0..minutes).filter(|minute| {
                let shown = shown(*minute);
                let of_day = u32::try_from((shown - shown.date().and_time(NaiveTime::MIN)).num_minutes()).unwrap();
                calendar.is_open_on(shown.date()) && (calendar.hours.0..calendar.hours.1).contains(&of_day)
            });
            let counted = i64::try_from(open.count()).unwrap();
            let to = from + Span::from_seconds(minutes * 60);
            prop_assert_eq!(calendar.span(from, to), Span::from_seconds(counted * 60));
        }
    }
}
