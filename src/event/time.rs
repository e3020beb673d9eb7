//! An instant in UTC, to the microsecond. Everything inside leadtime counts in these; chrono is met only at the edges, where text comes in or
//! goes out and where a time zone matters.

use std::fmt;
use std::num::NonZeroU64;
use std::ops::{Add, Sub};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};

/// The years 0000 to 9999, which have four digits.
const SAYABLE: std::ops::Range<i64> = -62_167_219_200_000_000..253_402_300_800_000_000;

/// An instant: microseconds since the Unix epoch, UTC. Kept as how many come after the first of all instants, so that one that is missing takes no more
/// room: there are many, and most things have not all of theirs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

/// What the Unix epoch is kept as.
const EPOCH: u64 = 1 << 63;

/// A length of time in microseconds; may be negative when clocks disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Timestamp {
    pub const MIN: Self = Self::from_micros(i64::MIN / 4);
    pub const MAX: Self = Self::from_micros(i64::MAX / 4);

    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        match NonZeroU64::new(micros.cast_unsigned() ^ EPOCH) {
            Some(kept) => Self(kept),
            None => Self(NonZeroU64::MIN),
        }
    }

    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    #[must_use]
    pub const fn micros(self) -> i64 {
        (self.0.get() ^ EPOCH).cast_signed()
    }

    /// Reads RFC 3339 with any offset, also as ISO 8601 and git write it (`+0100`, ` +0100`). `None` when the text is not a time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).ok()
    }

    /// The same; where the text is not a time, what it should be. An offset can lead out of the years that RFC 3339 can say of UTC, and what is read has to be
    /// written again.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        let time = DateTime::parse_from_rfc3339(text)
            .or_else(|error| {
                let written = with_colon(text).ok_or(error)?;
                DateTime::parse_from_rfc3339(&written)
            })
            .map_err(|_| "an RFC 3339 time")?;
        let micros = time.timestamp_micros();
        if SAYABLE.contains(&micros) {
            Ok(Self::from_micros(micros))
        } else {
            Err("a time of the years 0000 to 9999 in UTC")
        }
    }

    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros()).unwrap_or_default()
    }
}

/// A time whose offset has no colon, with one.
fn with_colon(text: &str) -> Option<String> {
    let (time, offset) = text.split_at_checked(text.len().checked_sub(5)?)?;
    let digits = offset.strip_prefix(['+', '-'])?;
    let is_offset = digits.bytes().all(|digit| digit.is_ascii_digit());
    let time = time.strip_suffix(' ').unwrap_or(time);
    is_offset.then(|| format!("{time}{}:{}", &offset[..3], &offset[3..]))
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self::from_micros(time.timestamp_micros())
    }
}

/// The Unix epoch.
impl Default for Timestamp {
    fn default() -> Self {
        Self::from_micros(0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.micros()).finish()
    }
}

impl Span {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits of microseconds are 285 years"
    )]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1_000_000.0
    }
}

impl Sub for Timestamp {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        Span(self.micros().saturating_sub(earlier.micros()))
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self::from_micros(self.micros().saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self::from_micros(self.micros().saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Span {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        spans.fold(Self::ZERO, Add::add)
    }
}

/// RFC 3339 in UTC, with fractions only where there are any.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.micros())
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Self::parse(&text)
                .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not RFC 3339")))
        } else {
            i64::deserialize(deserializer).map(Self::from_micros)
        }
    }
}

/// For people and programs seconds, an integer where it is one, else a decimal; microseconds where it is only kept.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            serializer.serialize_i64(self.0)
        } else if self.0 % 1_000_000 == 0 {
            serializer.serialize_i64(self.0 / 1_000_000)
        } else {
            serializer.serialize_f64(self.seconds())
        }
    }
}

/// Reads what was written, in the form in which it was.
impl<'de> Deserialize<'de> for Span {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number of seconds that is too large is cut to the largest span"
    )]
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let seconds = f64::deserialize(deserializer)?;
            Ok(Self((seconds * 1_000_000.0).round() as i64))
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_and_written_as_utc() {
        let time = Timestamp::parse("2022-01-06T13:10:47+01:00").unwrap();
        assert_eq!(time.to_string(), "2022-01-06T12:10:47Z");
        for written in ["2022-01-06 13:10:47 +0100", "2022-01-06T13:10:47+0100"] {
            assert_eq!(Timestamp::parse(written), Some(time), "{written}");
        }
        for no_time in [
            "2022-01-06 13:10",
            "2022-01-06 13:10:47 0100",
            "+0100",
            "é+0100",
            "2022-01-06T13:10:47+9900",
        ] {
            assert_eq!(Timestamp::parse(no_time), None, "{no_time}");
        }
    }

    #[test]
    fn what_is_read_can_be_written_and_read_again() {
        for edge in [
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
            "9999-12-31T23:59:59+14:00",
        ] {
            let time = Timestamp::parse(edge).unwrap();
            assert_eq!(Timestamp::parse(&time.to_string()), Some(time), "{edge}");
        }
        for beyond in ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"] {
            let why = Timestamp::read(beyond).unwrap_err();
            assert_eq!(why, "a time of the years 0000 to 9999 in UTC", "{beyond}");
        }
    }

    #[test]
    fn what_no_clock_tells_is_as_far_away_as_can_be() {
        let far = Timestamp::from_seconds(i64::MAX);
        assert_eq!(far, Timestamp::from_micros(i64::MAX));
        let first = Timestamp::from_seconds(i64::MIN);
        let length = far - first;
        assert_eq!(length, Span::from_micros(i64::MAX));
        assert_eq!(first - length, first);
        let in_order = [
            first,
            Timestamp::MIN,
            Timestamp::default(),
            Timestamp::MAX,
            far,
        ];
        assert!(in_order.is_sorted_by(|one, two| one < two));
        assert_eq!(
            in_order.map(|at| Timestamp::from_micros(at.micros())),
            in_order
        );
        assert_eq!(Timestamp::default().micros(), 0);
        assert_eq!(size_of::<Option<Timestamp>>(), size_of::<Timestamp>());
        assert_eq!(length + Span::from_seconds(1), length);
        assert_eq!(Span::ZERO - length - length, Span::from_seconds(i64::MIN));
    }

    #[test]
    fn a_span_is_read_as_it_was_written() {
        for micros in [0, -1, 1, 1_500_000, 86_400_000_000, 987_654_321_012_345] {
            let span = Span::from_micros(micros);
            let text = serde_json::to_string(&span).unwrap();
            assert_eq!(serde_json::from_str::<Span>(&text).unwrap(), span, "{text}");
            let kept = postcard::to_allocvec(&span).unwrap();
            assert_eq!(postcard::from_bytes::<Span>(&kept).unwrap(), span);
        }
    }
}
