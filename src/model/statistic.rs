//! Medians and other quantiles of exact values, sums and ratios. Nothing to measure is `None`, never 0.

use serde::{Deserialize, Serialize};

use crate::event::time::Span;

/// A quantile by linear interpolation, `h = (n - 1) * q` (Hyndman and Fan, type 7; the median is the mean of the two middle values).
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions in a list, and microseconds within 285 years"
)]
pub fn quantile(sorted: &[Span], q: f64) -> Option<Span> {
    let last = sorted.len().checked_sub(1)?;
    let h = last as f64 * q;
    let below = sorted.get(h.floor() as usize)?.micros() as f64;
    let above = sorted.get((h.ceil() as usize).min(last))?.micros() as f64;
    Some(Span::from_micros(
        (below + (above - below) * h.fract()).round() as i64,
    ))
}

/// n, median and p85: how the map tells times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    pub n: usize,
    pub p50_seconds: Option<Span>,
    pub p85_seconds: Option<Span>,
}

impl Spread {
    #[must_use]
    pub fn of(mut values: Vec<Span>) -> Self {
        values.sort_unstable();
        Self {
            n: values.len(),
            p50_seconds: quantile(&values, 0.5),
            p85_seconds: quantile(&values, 0.85),
        }
    }
}

/// Times at a step: n, median, p85, and the sum over the ladder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    pub n: usize,
    pub p50_seconds: Option<Span>,
    pub p85_seconds: Option<Span>,
    pub sum_seconds: Option<Span>,
}

impl Times {
    /// Their part in a larger sum: none where nothing came by.
    #[must_use]
    pub fn sum(&self) -> Span {
        self.sum_seconds.unwrap_or_default()
    }
}

/// A share: how many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Share {
    pub n: usize,
    pub rate: Option<f64>,
}

/// `part / whole`, or nothing where there is no whole.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of events")]
pub fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(seconds: &[i64]) -> Vec<Span> {
        seconds.iter().map(|s| Span::from_seconds(*s)).collect()
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(
            quantile(&spans(&[1, 2, 4, 10]), 0.5),
            Some(Span::from_seconds(3))
        );
        // 1, 2, 3, 6, 27, 191 hours and more: the case that metrics are checked by.
        let hours = [3_600, 4_800, 7_200, 10_800, 21_600, 97_200, 687_600];
        assert_eq!(
            quantile(&spans(&hours), 0.9),
            Some(Span::from_micros(333_360_000_000))
        );
    }
}
