//! Shares, scores and counts as people read them. Null is `-`.

use super::duration;
use crate::event::time::Span;

/// `92 %`, `4.9 %`, `0 %`; never `100 %` or `0 %` for what is only near it.
#[must_use]
pub fn percent(rate: Option<f64>) -> String {
    let Some(rate) = rate.filter(|rate| rate.is_finite()) else {
        return "-".to_owned();
    };
    let value = rate * 100.0;
    if value > 0.0 && value < 0.1 {
        return "<0.1 %".to_owned();
    }
    if (99.5..100.0).contains(&value) {
        return ">99 %".to_owned();
    }
    let one = format!("{value:.1}");
    match one.strip_suffix(".0") {
        Some(whole) => format!("{whole} %"),
        None if value < 9.95 => format!("{one} %"),
        None => format!("{value:.0} %"),
    }
}

/// A number with at most one decimal: `19.6`, `4`; what is there and too little for that, `<0.1`.
#[must_use]
pub fn number(value: Option<f64>) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else {
        return "-".to_owned();
    };
    if value > 0.0 && value < 0.05 {
        return "<0.1".to_owned();
    }
    let text = format!("{value:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// Two numbers that look alike, with as many decimals as tell them apart: `0.012` and `0.034`.
#[must_use]
pub fn apart(one: f64, other: f64) -> Option<(String, String)> {
    let says = |text: &str| text.contains(|digit| matches!(digit, '1'..='9'));
    let told = (0..10).map(|digits| (format!("{one:.digits$}"), format!("{other:.digits$}")));
    let mut told = told.filter(|(one, other)| says(one) && says(other));
    told.find(|(one, other)| one != other)
}

/// A score out of ten, always with its decimal.
#[must_use]
pub fn score(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
}

/// `1 change`, `84 changes`.
#[must_use]
pub fn count(n: usize, one: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {one}s")
    }
}

/// `1 of 1 change`, `2 of 3 changes`: how many of all there are.
#[must_use]
pub fn of(part: usize, all: usize, one: &str) -> String {
    format!("{part} of {}", count(all, one))
}

/// `1 day`, `1.5 days`; `- days` where there is nothing to measure.
#[must_use]
pub fn amount(value: Option<f64>, one: &str) -> String {
    let number = number(value);
    let s = if number == "1" { "" } else { "s" };
    format!("{number} {one}{s}")
}

/// As [`count`], of more than fits memory.
#[must_use]
pub fn whole(n: u64, one: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {one}{s}")
}

/// `512 B`, `3.4 MB`: decimal units, as disks are sold.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return format!("{} {unit}", number(Some(value)));
        }
        value /= 1000.0;
    }
    format!("{} TB", number(Some(value)))
}

/// A length with `~` before it where a link behind it was inferred.
#[must_use]
pub fn span(length: Option<Span>, inferred: bool) -> String {
    tilde(duration::maybe(length), inferred)
}

/// `~` before a value that rests on an inferred link; none before a null.
#[must_use]
pub fn tilde(value: String, inferred: bool) -> String {
    if inferred && value != "-" {
        format!("~{value}")
    } else {
        value
    }
}

/// The first few of a list, and how many more there are.
#[must_use]
pub fn some_of(all: &[String], most: usize) -> String {
    let short = |id: &String| super::text::short(id).to_owned();
    let shown: Vec<String> = all.iter().take(most).map(short).collect();
    let more = all.len().saturating_sub(most);
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_into_all_or_nothing() {
        let cases = [
            (0.0, "0 %"),
            (0.0004, "<0.1 %"),
            (0.049, "4.9 %"),
            (0.0999, "10 %"),
            (0.08333, "8.3 %"),
            (0.92, "92 %"),
            (0.666, "67 %"),
            (0.996, ">99 %"),
            (1.0, "100 %"),
        ];
        for (rate, text) in cases {
            assert_eq!(percent(Some(rate)), text);
        }
        assert_eq!(percent(None), "-");
        assert_eq!(percent(Some(f64::NAN)), "-");
    }

    #[test]
    fn one_of_a_thing_is_told_as_one() {
        assert_eq!(count(1, "change"), "1 change");
        assert_eq!(count(0, "change"), "0 changes");
        assert_eq!(of(1, 1, "change"), "1 of 1 change");
        assert_eq!(of(1, 2, "change"), "1 of 2 changes");
        assert_eq!(amount(Some(1.0), "day"), "1 day");
        assert_eq!(amount(Some(1.5), "day"), "1.5 days");
        assert_eq!(amount(None, "day"), "- days");
    }

    #[test]
    fn what_looks_alike_is_told_with_the_digits_that_differ() {
        let told = |one, other| apart(one, other).unwrap();
        let both = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(told(0.012, 0.034), both("0.01", "0.03"));
        assert_eq!(told(0.012, 0.014), both("0.012", "0.014"));
        assert_eq!(told(0.003, 0.04), both("0.003", "0.040"));
        assert_eq!(told(61.0, 119.0), both("61", "119"));
        assert_eq!(apart(0.5, 0.5), None);
        assert_eq!(apart(0.0, 0.5), None);
    }

    #[test]
    fn counts_and_lists() {
        assert_eq!(count(1, "change"), "1 change");
        assert_eq!(count(0, "change"), "0 changes");
        let all: Vec<String> = (1..=5).map(|n| n.to_string()).collect();
        assert_eq!(some_of(&all, 3), "1, 2, 3 and 2 more");
        assert_eq!(some_of(&all, 5), "1, 2, 3, 4, 5");
        assert_eq!(tilde("-".to_owned(), true), "-");
        assert_eq!(number(Some(19.56)), "19.6");
        assert_eq!(number(Some(4.0)), "4");
    }
}
