//! What stands below the five: the metric in front week by week, how the lead times spread, the figures beside the five, flow, and what the reader must know.
//! Made as lines, once for a width, so that it can be scrolled.

use super::tile::Tile;
use crate::model::dora::glance::Glance;
use crate::model::dora::trend::{Every, Histogram};
use crate::model::dora::{LeadTime, Recovery};
use crate::model::flow::Flow;
use crate::report::sheet::Line;
use crate::report::{duration, figure, glyph, text};
use crate::theme::Role;

/// Between blocks that stand side by side.
const GAP: usize = 4;
/// So many weeks or months are told; the trend above has them all.
const POINTS: usize = 12;
/// A word before a bar, and the figures behind it.
const LABEL: usize = 9;
const BEHIND: usize = 17;
/// No bar is longer.
const LONGEST: usize = 40;

/// The lines for a width.
#[must_use]
pub fn lines(glance: &Glance, tile: &Tile, width: usize) -> Vec<Line> {
    let mut lines = head(tile);
    if width >= 150 {
        lines.push(Line::new());
    }
    let beside = beside(glance);
    if width >= 150 {
        let part = (width - 2 * GAP) / 3;
        let left = weeks(glance, tile, part);
        let middle = spread(&glance.lead_times, part);
        let both = side_by_side(left, middle, part);
        lines.extend(side_by_side(both, beside, 2 * part + GAP));
    } else {
        let part = (width - GAP) / 2;
        let left = weeks(glance, tile, part);
        lines.extend(side_by_side(left, spread(&glance.lead_times, part), part));
        lines.push(Line::new());
        lines.extend(beside);
    }
    let notes = &glance.comparison.now.notes;
    if !notes.is_empty() {
        lines.push(Line::new());
    }
    for note in notes {
        for (at, row) in text::wrap(note, width.saturating_sub(2).max(1))
            .iter()
            .enumerate()
        {
            let sign = if at == 0 { glyph::NOTE } else { " " };
            lines.push(Line::of(Role::Dim, sign).with(Role::Dim, format!(" {row}")));
        }
    }
    lines
}

fn side_by_side(left: Vec<Line>, right: Vec<Line>, width: usize) -> Vec<Line> {
    let rows = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let row = |_| {
        let mut line = left.next().unwrap_or_default().fit(width);
        if let Some(right) = right.next().filter(|right| !right.is_empty()) {
            line.pad_to(width + GAP);
            line.append(right);
        }
        line
    };
    (0..rows).map(row).collect()
}

/// The metric in front: what it rests on, what it scores, and why something of it is not told.
fn head(tile: &Tile) -> Vec<Line> {
    let mut line = Line::of(Role::Title, tile.name).with(Role::Text, " ");
    line.append(tile.value());
    line.push(Role::Dim, format!("  {}", tile.metric.rests_on));
    let mut lines = vec![line];
    match (tile.why_not, tile.why_unknown()) {
        (Some(why), _) => lines.push(Line::of(Role::Warning, format!("not told: {why}"))),
        (None, Some(why)) => {
            lines.push(tile.score(true));
            lines.push(Line::of(Role::Dim, format!("not compared: {why}")));
        }
        (None, None) => lines.push(tile.score(true)),
    }
    lines
}

/// A bar per week or month.
fn weeks(glance: &Glance, tile: &Tile, width: usize) -> Vec<Line> {
    let by = match glance.every {
        Every::Week => "week",
        Every::Month => "month",
    };
    let scale = tile
        .top()
        .map_or_else(String::new, |top| format!(", a full bar is {top}"));
    let mut lines = vec![Line::of(Role::Header, format!("by {by}")).with(Role::Dim, scale)];
    if tile.points.is_empty() {
        let words = format!("no whole {by} to show");
        lines.push(Line::of(Role::Dim, words));
        return lines;
    }
    let highest = tile.values().into_iter().flatten().fold(0.0, f64::max);
    let room = width.saturating_sub(LABEL + BEHIND + 2).min(LONGEST);
    for point in tile.points.iter().rev().take(POINTS) {
        let mut line = Line::of(Role::Dim, &point.label);
        line.pad_to(LABEL);
        let share = point
            .value
            .map_or(0.0, |value| value / highest.max(f64::MIN_POSITIVE));
        line.push(Role::Process, bar(share, room));
        line.pad_to(LABEL + room + 1);
        let role = if point.value.is_some() {
            Role::Text
        } else {
            Role::Dim
        };
        line.push(role, text::right(&point.text, 8));
        line.push(Role::Dim, format!("  n {}", point.n));
        if point.partial {
            line.push(Role::Dim, " part");
        }
        lines.push(line);
    }
    let hidden = tile.points.len().saturating_sub(POINTS);
    if hidden > 0 {
        lines.push(Line::of(Role::Dim, format!("and {hidden} earlier")));
    }
    lines
}

/// A bar of a share of the room; what is there is seen.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of the columns of a screen"
)]
fn bar(share: f64, room: usize) -> String {
    let length = (share.clamp(0.0, 1.0) * room as f64).round() as usize;
    let length = if share > 0.0 { length.max(1) } else { 0 };
    std::iter::repeat_n(glyph::PROCESS, length.min(room)).collect()
}

/// The lead times as a histogram.
#[expect(clippy::cast_precision_loss, reason = "counts of changes")]
fn spread(times: &Histogram, width: usize) -> Vec<Line> {
    let n = figure::count(times.n, "change");
    let mut lines = vec![Line::of(Role::Header, "lead times").with(Role::Dim, format!(", {n}"))];
    if times.n == 0 {
        lines.push(Line::of(Role::Dim, "no change went live in the window"));
        return lines;
    }
    let highest = times.bars.iter().map(|bar| bar.count).max().unwrap_or(1);
    let room = width.saturating_sub(LABEL + BEHIND + 6).min(LONGEST);
    for (at, one) in times.bars.iter().enumerate() {
        let mut line = Line::of(Role::Dim, LABELS[at]);
        line.pad_to(LABEL);
        let share = one.count as f64 / highest.max(1) as f64;
        line.push(Role::Process, bar(share, room));
        line.pad_to(LABEL + room + 1);
        let role = if one.count == 0 {
            Role::Dim
        } else {
            Role::Text
        };
        line.push(role, text::right(&one.count.to_string(), 5));
        let marks = [
            ("p50", times.p50_bar, times.p50_seconds),
            ("p90", times.p90_bar, times.p90_seconds),
        ];
        for (name, bar, value) in marks {
            if bar == Some(at) {
                let words = format!("  {name} {}", duration::maybe(value));
                line.push(Role::Constraint, words);
            }
        }
        lines.push(line);
    }
    lines
}

/// The bars of `dora::trend::LIMITS`, in words.
const LABELS: [&str; 8] = [
    "to 1h", "to 4h", "to 1d", "to 2d", "to 1w", "to 2w", "to 1mo", "longer",
];

fn pair(name: &str, value: Line) -> Line {
    let mut line = Line::of(Role::Dim, name);
    line.pad_to(21);
    line.append(value);
    line
}

/// Figures that DORA does not count among its five.
fn beside(glance: &Glance) -> Vec<Line> {
    let figures = &glance.comparison.now;
    let attempts = figures.attempt_failure_rate;
    let rate = figure::tilde(figure::percent(attempts.rate), attempts.inferred);
    let gap = duration::maybe(figures.deployment_gap_p50_seconds);
    let mut lines = vec![
        Line::of(Role::Header, "beside the five"),
        pair("merge to production", lead(&figures.merge_to_production)),
        pair("time to restore", restore(&figures.time_to_restore)),
        pair(
            "attempts that failed",
            told(&rate, &format!("n {}", attempts.n)),
        ),
        pair("between deployments", told(&gap, "median")),
    ];
    match &glance.flow {
        Some(flow) => lines.extend(flow_lines(flow)),
        None => lines.push(pair(
            "flow",
            Line::of(Role::Dim, "told of one workload: narrow to it"),
        )),
    }
    lines
}

fn told(value: &str, rest: &str) -> Line {
    let role = if value == "-" { Role::Dim } else { Role::Text };
    Line::of(role, value).with(Role::Dim, format!("  {rest}"))
}

fn lead(lead: &LeadTime) -> Line {
    let p90 = figure::span(lead.p90_seconds, lead.inferred);
    let rest = format!("median, p90 {p90}, n {}", lead.n);
    told(&figure::span(lead.p50_seconds, lead.inferred), &rest)
}

fn restore(recovery: &Recovery) -> Line {
    let rest = format!("median, n {}, {} open", recovery.n, recovery.open);
    told(
        &figure::span(recovery.p50_seconds, recovery.inferred),
        &rest,
    )
}

/// Flow of a workload, and Little's law as a check of it.
fn flow_lines(flow: &Flow) -> Vec<Line> {
    let velocity = format!("{}/week", figure::number(flow.velocity_per_week));
    let done = format!("{} done in the window", flow.velocity);
    let p85 = duration::maybe(flow.time.p85_seconds);
    let time = format!("median, p85 {p85}, n {}", flow.time.n);
    let mut lines = vec![
        pair("flow velocity", told(&velocity, &done)),
        pair(
            "flow time",
            told(&duration::maybe(flow.time.p50_seconds), &time),
        ),
        pair(
            "flow load",
            told(&flow.load.to_string(), "in work at the end of the window"),
        ),
        pair(
            "average in progress",
            told(&figure::number(flow.wip_average), "over the window"),
        ),
    ];
    if flow.little_expected_seconds.is_some() {
        let expected = duration::maybe(flow.little_expected_seconds);
        let measured = duration::maybe(flow.little_measured_seconds);
        let mut line = Line::of(Role::Text, expected).with(
            Role::Dim,
            format!("  expected flow time, measured {measured}"),
        );
        if flow.little_warning {
            line.push(Role::Warning, "  ! work piles up or drains");
        }
        lines.push(pair("Little's law", line));
    }
    let kinds: Vec<String> = flow
        .distribution
        .iter()
        .map(|one| format!("{} {}", one.kind, figure::percent(one.share)))
        .collect();
    if !kinds.is_empty() {
        let kinds = Line::of(Role::Text, kinds.join(", "));
        lines.push(pair("done by type", kinds));
    }
    lines
}
