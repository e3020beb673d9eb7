//! When nothing may go to an environment: recurring windows (RFC 5545), worked out for the time that the workload is known.

use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz as Zone;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};

use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::definition::{Freeze, Rules};
use crate::model::step;

/// So much is worked out at once, and of that no more than so many windows of one freeze: of a rule that names each second all but the first are left out.
const AT_ONCE: Span = Span::from_seconds(400 * 86_400);
const MOST: u16 = 5_000;

/// The first day of 2000: rules count from a Monday after it.
const EARLIEST: Timestamp = Timestamp::from_seconds(946_684_800);

/// The freezes of a path.
#[derive(Clone, Debug)]
pub(super) struct Frozen {
    freezes: Vec<Recurring>,
    zone: Zone,
    /// Until when it is worked out when they began.
    until: Timestamp,
}

/// A freeze: the step whose environment it closes, and when it began, in order.
#[derive(Clone, Debug)]
struct Recurring {
    step: usize,
    freeze: Freeze,
    begun: Vec<Timestamp>,
    /// When it will begin: worked out once somebody asks until when something is closed.
    ahead: OnceLock<Vec<Timestamp>>,
}

impl Recurring {
    /// The windows that touch a stretch of time.
    fn within(
        &self,
        (from, to): (Timestamp, Timestamp),
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let length = self.freeze.length;
        let after = self.begun.partition_point(|begin| *begin + length < from);
        let until = self.begun.partition_point(|begin| *begin <= to);
        let within = self.begun.get(after..until).unwrap_or_default();
        within.iter().map(move |begin| (*begin, *begin + length))
    }
}

/// What keeps an environment closed at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed<'l> {
    /// When nothing does any more, whatever begins until then; `None` where that is further ahead than anybody looks.
    pub until: Option<Timestamp>,
    /// Of the freeze that lasts longest, else of another.
    pub reason: Option<&'l str>,
}

impl Frozen {
    pub(super) fn new(workload: &Workload, rules: &Rules) -> Self {
        let freezes = workload.path.freezes.iter();
        let known = workload.known.map_or(workload.as_of, |(first, _)| first);
        let (zone, until) = (rules.timezone, workload.as_of);
        let worked_out = freezes.filter_map(|freeze| {
            let from = known.max(EARLIEST) - freeze.length;
            Some(Recurring {
                step: step::of_environment(workload, &freeze.environment)?,
                begun: beginnings(freeze, zone, from, until),
                freeze: freeze.clone(),
                ahead: OnceLock::new(),
            })
        });
        Self {
            freezes: worked_out.collect(),
            zone,
            until,
        }
    }

    fn at_step(&self, step: usize) -> impl Iterator<Item = &Recurring> {
        let all = self.freezes.iter();
        all.filter(move |freeze| freeze.step == step)
    }

    /// The windows in which a step's environment is frozen that touch a stretch of time.
    pub(super) fn of(
        &self,
        step: usize,
        stretch: (Timestamp, Timestamp),
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let own = self.at_step(step);
        own.flat_map(move |freeze| freeze.within(stretch))
    }

    /// What keeps a step's environment closed at an instant: where freezes follow each other without a gap, until the first instant at which none does.
    pub(super) fn at(&self, step: usize, at: Timestamp) -> Option<Closed<'_>> {
        let open = self.at_step(step).flat_map(|freeze| {
            let windows = freeze.within((at, at));
            let open = windows.filter(move |(from, until)| *from <= at && at < *until);
            open.map(|(_, until)| (until, freeze.freeze.reason.as_deref()))
        });
        let (until, reason) = open.max_by_key(|(until, reason)| (*until, reason.is_some()))?;
        let mut closed = Covered {
            seen: at,
            until,
            reason,
        };
        let begun = self.at_step(step);
        let begun: Vec<_> = begun.map(|of| (&of.freeze, of.begun.as_slice())).collect();
        closed.go_on(&begun);
        let mut sight = self.until;
        if closed.until > self.until {
            let ahead = self.ahead(step);
            sight = ahead.1;
            closed.seen = closed.seen.min(self.until);
            closed.go_on(&ahead.0);
        }
        Some(Closed {
            until: (closed.until <= sight).then_some(closed.until),
            reason: closed.reason,
        })
    }

    /// When the freezes of a step will begin that have not yet, and until when that is known of all of them.
    fn ahead(&self, step: usize) -> (Vec<(&Freeze, &[Timestamp])>, Timestamp) {
        let sight = self.until + AT_ONCE;
        let begin = |of: &Freeze| beginnings(of, self.zone, self.until, sight);
        let own = self.at_step(step);
        let ahead = own.map(|own| (&own.freeze, own.ahead.get_or_init(|| begin(&own.freeze))));
        let ahead: Vec<_> = ahead.map(|(of, begin)| (of, begin.as_slice())).collect();
        // Of a rule that names more than is worked out at once, what lies beyond is not known.
        let cut = ahead.iter().filter(|(_, all)| all.len() >= MOST.into());
        let ends = cut.filter_map(|(_, all)| all.last().copied());
        let sight = ends.min().map_or(sight, |end| end.min(sight));
        (ahead, sight)
    }
}

/// How far freezes that follow each other reach.
struct Covered<'l> {
    /// What begins until then was looked at.
    seen: Timestamp,
    until: Timestamp,
    reason: Option<&'l str>,
}

impl<'l> Covered<'l> {
    /// Goes on with what begins before it ends, each time it was looked at once.
    fn go_on(&mut self, freezes: &[(&'l Freeze, &[Timestamp])]) {
        while self.seen < self.until {
            let (seen, until) = (self.seen, self.until);
            for (freeze, begun) in freezes {
                let after = begun.partition_point(|begin| *begin <= seen);
                let before = begun.partition_point(|begin| *begin <= until);
                // The last to begin is the last to end.
                let last = begun.get(after..before).and_then(<[_]>::last);
                let ends = last.map(|begin| *begin + freeze.length);
                if let Some(ends) = ends.filter(|ends| *ends > self.until) {
                    self.until = ends;
                    self.reason = self.reason.or(freeze.reason.as_deref());
                }
            }
            self.seen = until;
        }
    }
}

/// When a freeze begins, between two instants.
fn beginnings(freeze: &Freeze, zone: Zone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let mut until = to;
    while until > from {
        let since = from.max(until - AT_ONCE);
        let mut part = at_once(freeze, zone, since, until);
        part.append(&mut found);
        found = part;
        until = since;
    }
    // What begins where two parts meet is of both.
    found.dedup();
    found
}

fn at_once(freeze: &Freeze, zone: Zone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let zone = rrule::Tz::Tz(zone);
    let in_zone = |time: Timestamp| time.to_utc().with_timezone(&zone);
    let (from, to) = (in_zone(from), in_zone(to));
    let rule = freeze.schedule.parse::<RRule<Unvalidated>>();
    rule.ok()
        .and_then(|rule| counted(start(&rule, &from)?, rule, from, to))
        .unwrap_or_default()
}

type Local = DateTime<rrule::Tz>;

/// What a rule names between two instants where it counts from a third; `None` where it cannot.
fn counted(
    start: Local,
    rule: RRule<Unvalidated>,
    from: Local,
    to: Local,
) -> Option<Vec<Timestamp>> {
    let rule = rule.validate(start).ok()?;
    let set = RRuleSet::new(start).rrule(rule).after(from).before(to);
    let dates = set.all(MOST).dates.into_iter();
    let in_utc = |date: Local| Timestamp::from(date.with_timezone(&chrono::Utc));
    Some(dates.map(in_utc).collect())
}

/// From when a rule counts: a Monday long ago, at midnight in the configured zone; of a rule of days or weeks, the last day before an instant from which it
/// counts the same.
fn start(rule: &RRule<Unvalidated>, before: &Local) -> Option<Local> {
    let monday = NaiveDate::from_ymd_opt(2000, 1, 3)?;
    let period = match rule.get_freq() {
        // So many times are counted from the very first.
        _ if rule.get_count().is_some() => None,
        Frequency::Daily => Some(1),
        Frequency::Weekly => Some(7),
        _ => None,
    };
    let skipped = period.and_then(|days: i64| {
        let days = days * i64::from(rule.get_interval().max(1));
        let passed = (before.date_naive() - monday).num_days();
        // Two whole periods are left, for a week that begins on another day and for what is long.
        let skipped = (passed / days - 2).max(0) * days;
        monday.checked_add_signed(TimeDelta::days(skipped))
    });
    let midnight = |day: NaiveDate| {
        let midnight = day.and_time(NaiveTime::MIN);
        before.timezone().from_local_datetime(&midnight).earliest()
    };
    // Some zones have days without a midnight.
    skipped.and_then(midnight).or_else(|| midnight(monday))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::definition::StepKind;
    use crate::model::sample::Sample;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn begun(schedule: &str, zone: chrono_tz::Tz, from: &str, to: &str) -> Vec<String> {
        let freeze = Freeze {
            environment: "production".to_owned(),
            schedule: schedule.to_owned(),
            length: Span::from_seconds(3_600),
            reason: None,
        };
        let all = beginnings(&freeze, zone, time(from), time(to));
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_freeze_follows_the_clocks_of_its_zone() {
        // Brussels is an hour ahead of UTC in winter, two in summer.
        let fridays = |from, to| {
            let zone = chrono_tz::Tz::Europe__Brussels;
            begun("FREQ=WEEKLY;BYDAY=FR;BYHOUR=16", zone, from, to)
        };
        assert_eq!(
            fridays("2026-11-16T00:00:00Z", "2026-11-22T00:00:00Z"),
            ["2026-11-20T15:00:00Z"]
        );
        assert_eq!(
            fridays("2026-06-29T00:00:00Z", "2026-07-05T00:00:00Z"),
            ["2026-07-03T14:00:00Z"]
        );
    }

    #[test]
    fn every_other_week_is_counted_from_one_start_whatever_is_asked() {
        let every_other = |from| {
            let rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO";
            begun(rule, chrono_tz::Tz::UTC, from, "2026-11-30T00:00:00Z")
        };
        let long = every_other("2026-10-26T00:00:00Z");
        assert_eq!(long.len(), 3, "{long:?}");
        assert_eq!(every_other("2026-11-12T00:00:00Z")[..], long[1..]);
    }

    #[test]
    fn a_freeze_of_years_ago_is_known_where_the_workload_is() {
        let mut s = Sample::new("shop");
        s.path(&[("production", StepKind::Deploy, Some("production"))]);
        let workload = s.workload();
        workload.path.freezes = vec![Freeze {
            environment: "production".to_owned(),
            schedule: "FREQ=WEEKLY;BYDAY=FR;BYHOUR=16".to_owned(),
            length: Span::from_seconds(64 * 3_600),
            reason: None,
        }];
        let begun = |known: &str, as_of: &str, workload: &mut Workload| {
            workload.known = Some((time(known), time(as_of)));
            workload.as_of = time(as_of);
            let frozen = Frozen::new(workload, &Rules::default());
            let all = frozen.of(0, (Timestamp::MIN, Timestamp::MAX));
            let all: Vec<Timestamp> = all.map(|(begin, _)| begin).collect();
            assert!(all.is_sorted_by(|one, next| *next - *one == Span::from_seconds(7 * 86_400)));
            (all.len(), all.first().map(ToString::to_string))
        };
        let first = Some("2023-01-06T16:00:00Z".to_owned());
        let long = begun("2023-01-04T00:00:00Z", "2026-01-07T00:00:00Z", workload);
        assert_eq!(long, (157, first));
        // A commit dated in the year 1 makes nobody wait.
        let (all, _) = begun("0001-01-01T00:00:00Z", "2026-01-07T00:00:00Z", workload);
        assert_eq!(all, 1_357);
    }

    #[test]
    fn freezes_that_overlap_end_with_the_last_for_its_own_reason() {
        let mut s = Sample::new("shop");
        s.path(&[("production", StepKind::Deploy, Some("production"))]);
        let freeze = |schedule: &str, hours: i64, reason: &str| Freeze {
            environment: "production".to_owned(),
            schedule: schedule.to_owned(),
            length: Span::from_seconds(hours * 3_600),
            reason: Some(reason.to_owned()),
        };
        let workload = s.workload();
        workload.path.freezes = vec![
            freeze("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20", 240, "christmas"),
            freeze("FREQ=WEEKLY;BYDAY=FR;BYHOUR=16", 64, "weekend"),
            freeze("FREQ=DAILY;BYHOUR=22", 12, "night"),
        ];
        workload.known = Some((time("2025-12-01T00:00:00Z"), time("2026-01-31T00:00:00Z")));
        workload.as_of = time("2026-01-31T00:00:00Z");
        let frozen = Frozen::new(workload, &Rules::default());
        let closed = |at: &str| {
            let closed = frozen.at(0, time(at))?;
            Some((closed.until?.to_string(), closed.reason?))
        };
        let told = |until: &str, reason| Some((until.to_owned(), reason));
        let weekend = told("2026-01-12T10:00:00Z", "weekend");
        assert_eq!(closed("2026-01-09T23:00:00Z"), weekend);
        let night = told("2026-01-07T10:00:00Z", "night");
        assert_eq!(closed("2026-01-06T23:00:00Z"), night);
        let christmas = told("2025-12-30T10:00:00Z", "christmas");
        assert_eq!(closed("2025-12-26T23:00:00Z"), christmas);
        assert_eq!(closed("2026-01-07T12:00:00Z"), None);
    }

    #[test]
    fn a_freeze_ends_where_none_follows_though_it_has_not_begun_yet() {
        let freeze = |schedule: &str, hours: i64| Freeze {
            environment: "production".to_owned(),
            schedule: schedule.to_owned(),
            length: Span::from_seconds(hours * 3_600),
            reason: Some(format!("{hours} hours")),
        };
        let closed = |freezes: &[Freeze], at: &str| {
            let mut s = Sample::new("shop");
            s.path(&[("production", StepKind::Deploy, Some("production"))]);
            let workload = s.workload();
            workload.path.freezes = freezes.to_vec();
            workload.known = Some((time("2025-12-01T00:00:00Z"), time(at)));
            workload.as_of = time(at);
            let frozen = Frozen::new(workload, &Rules::default());
            let closed = frozen.at(0, time(at)).unwrap();
            let reason = closed.reason.map(str::to_owned);
            (closed.until.map(|until| until.to_string()), reason)
        };
        let told =
            |until: Option<&str>, reason: &str| (until.map(str::to_owned), Some(reason.to_owned()));
        let weekend = freeze("FREQ=WEEKLY;BYDAY=FR;BYHOUR=16", 64);
        let night = freeze("FREQ=DAILY;BYHOUR=22", 12);
        let friday = "2026-01-09T17:00:00Z";
        let both = closed(&[weekend.clone(), night.clone()], friday);
        assert_eq!(both, told(Some("2026-01-12T10:00:00Z"), "64 hours"));
        let alone = closed(&[weekend], friday);
        assert_eq!(alone, told(Some("2026-01-12T08:00:00Z"), "64 hours"));
        // Through the days between the nights, until summer.
        let day = freeze("FREQ=DAILY;BYHOUR=10;UNTIL=20260705T000000Z", 12);
        let long = closed(&[night.clone(), day], friday);
        assert_eq!(long, told(Some("2026-07-05T10:00:00Z"), "12 hours"));
        // What follows itself without a gap ends nowhere that anybody sees, and is looked at for so long only.
        let hours: Vec<String> = (0..24).map(|hour: u8| hour.to_string()).collect();
        let hourly = format!("FREQ=DAILY;BYHOUR={}", hours.join(","));
        for (rule, hours) in [("FREQ=DAILY", 24), (&hourly, 1), ("FREQ=DAILY", 900)] {
            let reason = format!("{hours} hours");
            assert_eq!(closed(&[freeze(rule, hours)], friday), told(None, &reason));
        }
    }

    #[test]
    fn a_freeze_ends_for_good_at_its_until() {
        let rule = "FREQ=DAILY;UNTIL=20260105T000000Z";
        let days = begun(
            rule,
            chrono_tz::Tz::UTC,
            "2026-01-04T00:00:00Z",
            "2026-01-09T00:00:00Z",
        );
        assert_eq!(days, ["2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z"]);
    }

    proptest! {
        #[test]
        fn a_rule_is_the_same_from_whenever_it_is_counted(
            daily in any::<bool>(),
            interval in 1..9_u16,
            days in proptest::sample::subsequence(vec!["MO", "WE", "SA", "SU"], 0..4),
            begins in proptest::sample::select(vec!["", ";WKST=SU", ";WKST=TH"]),
            hours in proptest::sample::select(vec!["", ";BYHOUR=0,16", ";BYHOUR=2"]),
            zone in proptest::sample::select(vec![
                chrono_tz::Tz::UTC,
                chrono_tz::Tz::Europe__Brussels,
                chrono_tz::Tz::America__Sao_Paulo,
                chrono_tz::Tz::Pacific__Auckland,
            ]),
            day in 6_000..9_700_i64,
        ) {
            let frequency = if daily { "DAILY" } else { "WEEKLY" };
            let days = if days.is_empty() { String::new() } else { format!(";BYDAY={}", days.join(",")) };
            let rule = format!("FREQ={frequency};INTERVAL={interval}{days}{begins}{hours}");
            let rule: RRule<Unvalidated> = rule.parse().unwrap();
            let zone = rrule::Tz::Tz(zone);
            let monday = zone.with_ymd_and_hms(2000, 1, 3, 0, 0, 0).unwrap();
            let from = monday + TimeDelta::days(day) + TimeDelta::hours(5);
            let to = from + TimeDelta::days(40);
            let soon = counted(start(&rule, &from).unwrap(), rule.clone(), from, to);
            prop_assert_eq!(soon, counted(monday, rule, from, to));
        }
    }

    #[test]
    fn what_is_no_rule_freezes_nothing() {
        let none = begun(
            "sometimes",
            chrono_tz::Tz::UTC,
            "2026-01-01T00:00:00Z",
            "2026-02-01T00:00:00Z",
        );
        assert!(none.is_empty());
    }
}
