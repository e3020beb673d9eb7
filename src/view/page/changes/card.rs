//! What is copied of a change, for somebody else to read: what it is, what it waits for, since when and on whom, when it may be live, and the link.

use crate::model::locate::Match;
use crate::report::{Style, figure, sentence, text};

/// The hand-off, a line a thing.
pub(super) fn text(found: &Match, style: &Style) -> String {
    let mut lines = Vec::new();
    let title = found.title.as_deref().unwrap_or("a change");
    let by = found.author.as_deref();
    let by = by.map_or_else(String::new, |author| format!(" by {author}"));
    lines.push(format!("{}: {title}{by}", found.workload));
    let zone = style.zone.name();
    lines.push(format!("{} ({zone})", sentence(found, style)));
    let forecast = &found.forecast;
    if let (Some(p50), Some(p85)) = (forecast.p50, forecast.p85) {
        lines.push(format!(
            "likely live by {} (p50), {} (p85), from {}",
            style.moment(p50),
            style.moment(p85),
            figure::count(forecast.n, "change")
        ));
    }
    lines.extend(found.url.clone());
    let lines: Vec<String> = lines
        .iter()
        .map(|line| text::clean(line).into_owned())
        .collect();
    lines.join("\n")
}
