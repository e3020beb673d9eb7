//! One of the five metrics as the page tells it: in words, made once when the answer comes.

use crate::event::time::Span;
use crate::model::dora::glance::Glance;
use crate::model::dora::trend::{Direction, Every, TrendPoint};
use crate::model::dora::{FailRate, Figures, ReworkRate};
use crate::report::dora::{Metric, metrics};
use crate::report::sheet::Line;
use crate::report::{Style, figure, glyph};
use crate::theme::Role;
use crate::view::listing::Value;

/// In full, as DORA calls them.
pub const NAMES: [&str; 5] = [
    "change lead time",
    "deployment frequency",
    "change fail rate",
    "failed deployment recovery time",
    "deployment rework rate",
];

/// In which unit each is measured; rates are shares of one.
const UNITS: [&str; 5] = ["seconds", "per week", "rate", "seconds", "rate"];

/// What stands in a row of a file.
pub const NAMED: [&str; 9] = [
    "metric",
    "value",
    "unit",
    "n",
    "rests_on",
    "before",
    "against_before",
    "score",
    "answer_scale",
];

pub struct Tile {
    pub name: &'static str,
    pub metric: Metric,
    /// The value of the window before.
    before: String,
    direction: Direction,
    /// Both as they were measured, in `unit`.
    exact: (Option<f64>, Option<f64>),
    unit: &'static str,
    /// Why there is no value.
    pub why_not: Option<&'static str>,
    pub points: Vec<Point>,
}

/// A week or month of its trend.
pub struct Point {
    pub label: String,
    pub value: Option<f64>,
    pub text: String,
    pub n: usize,
    /// It was not known from its start.
    pub partial: bool,
}

/// The five, in DORA's order.
#[must_use]
pub fn tiles(glance: &Glance, style: &Style) -> Vec<Tile> {
    let comparison = &glance.comparison;
    let now = metrics(&comparison.now).into_iter();
    let before = metrics(&comparison.before).into_iter();
    now.zip(before)
        .zip(&comparison.changes)
        .enumerate()
        .map(|(at, ((metric, before), change))| {
            let known = metric.value != "-";
            Tile {
                name: NAMES[at],
                why_not: (!known).then(|| why_not(at, &comparison.now)),
                before: before.value.trim_end_matches("/week").to_owned(),
                direction: change.direction,
                exact: (change.now, change.before),
                unit: UNITS[at],
                points: points(at, glance, style),
                metric,
            }
        })
        .collect()
}

/// Why a metric has no value.
fn why_not(at: usize, figures: &Figures) -> &'static str {
    let deployments = figures.deployments;
    let unsourced = |n: usize| n > 0;
    match at {
        _ if deployments.is_none() => "no deployment is known",
        0 => "no change with a known start went live in the window",
        1 => "no deployment is known",
        2 if unsourced(figures.change_fail_rate.n) => "no source tells of incidents",
        4 if unsourced(figures.deployment_rework_rate.n) => "no source tells of incidents",
        2 | 4 => "no deployment in the window",
        _ if figures.failed_deployment_recovery.open > 0 => "none has ended yet",
        _ if figures.change_fail_rate.n > 0 && figures.change_fail_rate.rate.is_none() => {
            "no source tells of incidents"
        }
        _ => "no failed deployment was mended in the window",
    }
}

fn points(at: usize, glance: &Glance, style: &Style) -> Vec<Point> {
    let month = glance.every == Every::Month;
    let point = |point: &TrendPoint| {
        let (value, text, n) = value(at, point);
        Point {
            label: style.date(point.from, month),
            value,
            text,
            n,
            partial: point.partial,
        }
    };
    glance.trend.iter().map(point).collect()
}

/// The value of a metric at a point, as it is written, and of how many it is told.
#[expect(clippy::cast_precision_loss, reason = "counts of deployments")]
fn value(at: usize, point: &TrendPoint) -> (Option<f64>, String, usize) {
    let length = |length: Option<Span>, inferred, n| {
        (length.map(Span::seconds), figure::span(length, inferred), n)
    };
    let rate = |rate: Option<f64>, inferred, at_least: bool, n| {
        let least = if at_least && rate.is_some() {
            "≥"
        } else {
            ""
        };
        let text = figure::tilde(figure::percent(rate), inferred);
        (rate, format!("{least}{text}"), n)
    };
    match at {
        0 => {
            let lead = point.change_lead_time;
            length(lead.p50_seconds, lead.inferred, lead.n)
        }
        1 => {
            let n = point.deployments;
            let text = n.map_or_else(|| "-".to_owned(), |n| n.to_string());
            (n.map(|n| n as f64), text, n.unwrap_or(0))
        }
        2 => {
            let FailRate {
                n,
                rate: share,
                inferred,
                at_least,
                ..
            } = point.change_fail_rate;
            rate(share, inferred, at_least, n)
        }
        3 => {
            let recovery = point.failed_deployment_recovery;
            length(recovery.p50_seconds, recovery.inferred, recovery.n)
        }
        _ => {
            let ReworkRate {
                n,
                rate: share,
                inferred,
                at_least,
                ..
            } = point.deployment_rework_rate;
            rate(share, inferred, at_least, n)
        }
    }
}

impl Tile {
    /// The value, dim where there is none.
    #[must_use]
    pub fn value(&self) -> Line {
        let role = if self.why_not.is_some() {
            Role::Dim
        } else {
            Role::Title
        };
        Line::of(role, &self.metric.value)
    }

    /// What became of it: a sign, and the word for it.
    const fn word(&self) -> (&'static str, &'static str) {
        match self.direction {
            Direction::Better => (glyph::GOOD, "better"),
            Direction::Worse => ("!", "worse"),
            Direction::Same => ("=", "same"),
            Direction::Unknown => ("?", "unknown"),
        }
    }

    /// Against the window before: sign, word, and what it was.
    #[must_use]
    pub fn verdict(&self) -> Line {
        if self.before == "-" {
            return Line::of(Role::Dim, "? nothing before");
        }
        let role = match self.direction {
            Direction::Better => Role::Good,
            Direction::Worse => Role::Warning,
            Direction::Same => Role::Text,
            Direction::Unknown => Role::Dim,
        };
        let (sign, word) = self.word();
        let was = match self.apart() {
            Some((now, before)) => format!(", was {before}, is {now}"),
            None => format!(", was {}", self.before),
        };
        Line::of(role, sign)
            .with(role, format!(" {word}"))
            .with(Role::Dim, was)
    }

    /// The value and that of the window before, where it moved and both are written alike: with the digits that tell them apart.
    fn apart(&self) -> Option<(String, String)> {
        let moved = matches!(self.direction, Direction::Better | Direction::Worse);
        let bare = self.metric.value.trim_end_matches("/week");
        if !moved || bare.trim_start_matches('~') != self.before.trim_start_matches('~') {
            return None;
        }
        let (scale, unit) = match self.unit {
            "rate" => (100.0, " %"),
            "seconds" => (1.0, "s"),
            _ => (1.0, ""),
        };
        let (now, before) = self.exact.0.zip(self.exact.1)?;
        let (now, before) = figure::apart(now * scale, before * scale)?;
        Some((format!("{now}{unit}"), format!("{before}{unit}")))
    }

    /// Why it is compared with nothing.
    #[must_use]
    pub fn why_unknown(&self) -> Option<&'static str> {
        // A window before without a value says so itself.
        let told = self.direction != Direction::Unknown || self.before == "-";
        if told || self.why_not.is_some() {
            None
        } else if self.metric.value.starts_with('≥') || self.before.starts_with('≥') {
            Some("only the least that there was is known")
        } else {
            Some("less than half of the window before is known")
        }
    }

    #[must_use]
    pub fn values(&self) -> Vec<Option<f64>> {
        self.points.iter().map(|point| point.value).collect()
    }

    /// The highest value of its trend, as it is written: what a full column is.
    #[must_use]
    pub fn top(&self) -> Option<&str> {
        let known = self.points.iter().filter(|point| point.value.is_some());
        let top = known.max_by(|one, two| {
            one.value
                .partial_cmp(&two.value)
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        top.map(|point| point.text.as_str())
    }

    /// Of how many it is told, in words.
    #[must_use]
    pub fn of(&self) -> &str {
        let words = self.metric.rests_on.as_str();
        let end = [", median", " on a median", ";"].into_iter();
        let end = end.filter_map(|end| words.find(end)).min();
        &words[..end.unwrap_or(words.len())]
    }

    /// Its score, the mean score of all industries where there is room for it, and its step on the answer scale.
    #[must_use]
    pub fn score(&self, mean: bool) -> Line {
        let mut line = match self.metric.score {
            Some(_) => {
                Line::of(Role::Dim, "scores ").with(Role::Text, figure::number(self.metric.score))
            }
            None => Line::of(Role::Dim, "no score"),
        };
        if mean {
            let of = if self.metric.score.is_some() {
                " of 10"
            } else {
                ""
            };
            let mean = format!("{of}, all industries {:.1}", self.metric.mean);
            line.push(Role::Dim, mean);
        }
        if let Some(step) = self.metric.step {
            line.push(Role::Dim, format!(" · {step}"));
        }
        line
    }

    /// As words for somebody else.
    #[must_use]
    pub fn card(&self) -> String {
        format!(
            "{} {} ({}), {}",
            self.name,
            self.metric.value,
            self.metric.rests_on,
            self.verdict().text()
        )
    }

    /// As a row of a file that a program reads, under [`NAMED`].
    #[must_use]
    pub fn exact_row(&self) -> Vec<Value> {
        vec![
            Value::from(self.name),
            Value::from(self.exact.0),
            Value::from(self.unit),
            Value::count(self.metric.n),
            Value::from(&*self.metric.rests_on),
            Value::from(self.exact.1),
            Value::from(self.word().1),
            Value::from(self.metric.score),
            Value::from(self.metric.step),
        ]
    }

    /// As a row of a file.
    #[must_use]
    pub fn row(&self) -> Vec<String> {
        vec![
            self.name.to_owned(),
            self.metric.value.clone(),
            self.metric.n.to_string(),
            self.metric.rests_on.clone(),
            self.before.clone(),
            self.word().1.to_owned(),
            figure::score(self.metric.score),
            self.metric.step.unwrap_or_default().to_owned(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_is_told_with_the_digits_that_differ() {
        let told = |value: &str, before: &str, exact, unit, direction| {
            let figures = crate::model::dora::figures(
                "shop",
                &[],
                crate::model::window::Window::of(
                    crate::event::time::Timestamp::default(),
                    Span::from_seconds(86_400),
                    chrono_tz::Tz::UTC,
                ),
                &crate::model::dora::Wanted::default(),
            );
            let [metric, ..] = metrics(&figures);
            let tile = Tile {
                name: NAMES[1],
                metric: Metric {
                    value: value.to_owned(),
                    ..metric
                },
                before: before.to_owned(),
                direction,
                exact,
                unit,
                why_not: None,
                points: Vec::new(),
            };
            tile.verdict().text()
        };
        let (week, rate, worse) = (UNITS[1], UNITS[2], Direction::Worse);
        let both = |now, before| (Some(now), Some(before));
        assert_eq!(
            told("<0.1/week", "<0.1", both(0.012, 0.034), week, worse),
            "! worse, was 0.03, is 0.01"
        );
        assert_eq!(
            told("~<0.1 %", "<0.1 %", both(0.0008, 0.0004), rate, worse),
            "! worse, was 0.04 %, is 0.08 %"
        );
        assert_eq!(
            told("1m", "1m", both(119.0, 61.0), UNITS[0], worse),
            "! worse, was 61s, is 119s"
        );
        assert_eq!(
            told("2/week", "4", both(2.0, 4.0), week, worse),
            "! worse, was 4"
        );
        let same = told("<0.1/week", "<0.1", both(0.03, 0.03), week, Direction::Same);
        assert_eq!(same, "= same, was <0.1");
    }
}
