//! Who reads, and on what: whether colour and Unicode can be shown, how wide a line is, in which zone and seen from which instant times are told.
//! Everything that decides it comes in as a value ([`Surroundings`]), so that a test can stand for any terminal.

use chrono::{Datelike, TimeZone};
use chrono_tz::Tz;

use super::duration;
use crate::event::time::{Span, Timestamp};
use crate::model::window::Window;
use crate::theme::Theme;

/// The width where there is no terminal to ask.
const WIDTH: usize = 100;
/// Less than this cannot hold a figure with its unit and n.
const NARROWEST: usize = 40;
/// More than this is no longer read as a line.
const WIDEST: usize = 1000;

/// How reports are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    pub colour: bool,
    pub width: usize,
    /// Without it everything is ASCII.
    pub unicode: bool,
    pub theme: Theme,
    pub zone: Tz,
    /// The instant that "ago" is counted from.
    pub now: Timestamp,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// What is known of the terminal and the wishes of who started the program.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub choice: ColourChoice,
    /// `--width`.
    pub width: Option<usize>,
    pub terminal: bool,
    /// Columns of the terminal, when it tells.
    pub columns: Option<usize>,
    /// `COLUMNS`
    pub columns_variable: Option<String>,
    /// `NO_COLOR`
    pub no_color: Option<String>,
    /// `CLICOLOR_FORCE`
    pub clicolor_force: Option<String>,
    /// `TERM`
    pub term: Option<String>,
    /// The first that is set of `LC_ALL`, `LC_CTYPE`, `LANG`.
    pub locale: Option<String>,
}

impl Surroundings {
    /// Standard output and the environment of this process.
    #[must_use]
    pub fn here(choice: ColourChoice, width: Option<usize>) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
        let columns = terminal
            .then(|| crossterm::terminal::size().ok())
            .flatten()
            .map(|(columns, _)| usize::from(columns));
        Self {
            choice,
            width,
            terminal,
            columns,
            columns_variable: variable("COLUMNS"),
            no_color: variable("NO_COLOR"),
            clicolor_force: variable("CLICOLOR_FORCE"),
            term: variable("TERM"),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"]
                .into_iter()
                .find_map(variable),
        }
    }
}

impl Style {
    /// The style for these surroundings, in UTC.
    #[must_use]
    pub fn detect(around: &Surroundings, theme: Theme, now: Timestamp) -> Self {
        Self {
            colour: colour(around),
            width: columns(around),
            unicode: unicode(around),
            theme,
            zone: Tz::UTC,
            now,
        }
    }

    /// The same, telling times in a zone.
    #[must_use]
    pub fn in_zone(self, zone: Tz) -> Self {
        Self { zone, ..self }
    }

    /// `17 Nov 09:00`, with the year where it is not this one.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        self.moment_seen(at, self.now)
    }

    /// The same, seen from another instant than everything else.
    #[must_use]
    pub fn moment_seen(&self, at: Timestamp, now: Timestamp) -> String {
        let at = at.clamp(Timestamp::MIN, Timestamp::MAX);
        let at = self.zone.from_utc_datetime(&at.to_utc().naive_utc());
        let now = self.zone.from_utc_datetime(&now.to_utc().naive_utc());
        let form = if at.year() == now.year() {
            "%-d %b %H:%M"
        } else {
            "%-d %b %Y %H:%M"
        };
        at.format(form).to_string()
    }

    /// `17 Nov`, or `Nov 2026` for a month.
    #[must_use]
    pub fn date(&self, at: Timestamp, month: bool) -> String {
        let at = at.clamp(Timestamp::MIN, Timestamp::MAX);
        let at = self.zone.from_utc_datetime(&at.to_utc().naive_utc());
        at.format(if month { "%b %Y" } else { "%-d %b" })
            .to_string()
    }

    /// `17 Nov 09:00 (4d ago)`, `in 3d` for what is to come.
    #[must_use]
    pub fn moment_and_age(&self, at: Timestamp) -> String {
        let moment = self.moment(at);
        // What is told of it may be a moment newer than the page that tells it.
        if at - self.now >= Span::from_seconds(1) {
            format!("{moment} (in {})", duration::age(self.now, at))
        } else {
            format!("{moment} ({} ago)", duration::age(at, self.now))
        }
    }

    /// Words for people and programs alike, with the instants in them told as everywhere else.
    #[must_use]
    pub fn told(&self, words: &str) -> String {
        let told = words.split(' ').map(|word| {
            let bare = word.trim_end_matches([',', ';', '.', ')']);
            match Timestamp::parse(bare) {
                Some(at) => format!("{}{}", self.moment(at), &word[bare.len()..]),
                None => word.to_owned(),
            }
        });
        told.collect::<Vec<_>>().join(" ")
    }

    /// `22 Oct 2026 – 21 Nov 2026, 30d, UTC`: dates where the window begins and ends at midnight, else with the time of day.
    #[must_use]
    pub fn window(&self, window: &Window) -> String {
        let zone = window.timezone;
        let text = |at: Timestamp| {
            let at = at.clamp(Timestamp::MIN, Timestamp::MAX);
            let at = zone.from_utc_datetime(&at.to_utc().naive_utc());
            let midnight = at.time() == chrono::NaiveTime::MIN;
            let form = if midnight {
                "%-d %b %Y"
            } else {
                "%-d %b %Y %H:%M"
            };
            at.format(form).to_string()
        };
        let days = window.days();
        let length = if days >= 1.0 && days.fract() == 0.0 {
            format!("{days}d")
        } else {
            duration::whole(window.to - window.from)
        };
        format!(
            "{} – {}, {length}, {}",
            text(window.from),
            text(window.to),
            zone.name()
        )
    }
}

fn set(variable: Option<&String>) -> bool {
    variable.is_some_and(|value| !value.is_empty())
}

fn colour(around: &Surroundings) -> bool {
    match around.choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto if set(around.no_color.as_ref()) => false,
        ColourChoice::Auto => {
            let forced = around
                .clicolor_force
                .as_ref()
                .is_some_and(|value| !value.is_empty() && value != "0");
            let dumb = around.term.as_deref() == Some("dumb");
            forced || around.terminal && !dumb
        }
    }
}

fn columns(around: &Surroundings) -> usize {
    let told = around
        .columns_variable
        .as_ref()
        .and_then(|columns| columns.trim().parse().ok());
    around
        .width
        .or(told)
        .or(around.columns)
        .filter(|columns| *columns > 0)
        .unwrap_or(WIDTH)
        .clamp(NARROWEST, WIDEST)
}

/// The Linux console draws few of the signs; a locale that is set and not UTF-8 cannot. Nothing set means a program reads: UTF-8.
fn unicode(around: &Surroundings) -> bool {
    if around.terminal && matches!(around.term.as_deref(), Some("linux" | "dumb")) {
        return false;
    }
    around.locale.as_ref().is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(around: &Surroundings) -> Style {
        Style::detect(around, Theme::default(), Timestamp::default())
    }

    #[test]
    fn colour_is_for_terminals_and_wishes_win() {
        let pipe = Surroundings::default();
        let terminal = Surroundings {
            terminal: true,
            ..Surroundings::default()
        };
        assert!(!style(&pipe).colour);
        assert!(style(&terminal).colour);
        let quiet = Surroundings {
            no_color: Some("1".to_owned()),
            clicolor_force: Some("1".to_owned()),
            ..terminal.clone()
        };
        assert!(!style(&quiet).colour);
        let wanted = Surroundings {
            choice: ColourChoice::Always,
            ..quiet.clone()
        };
        assert!(style(&wanted).colour);
        let forced = Surroundings {
            clicolor_force: Some("1".to_owned()),
            ..pipe.clone()
        };
        assert!(style(&forced).colour);
        let dumb = Surroundings {
            term: Some("dumb".to_owned()),
            ..terminal
        };
        assert!(!style(&dumb).colour);
        assert!(!style(&dumb).unicode);
    }

    #[test]
    fn the_width_is_asked_for_told_measured_or_a_hundred() {
        let mut around = Surroundings::default();
        assert_eq!(style(&around).width, 100);
        around.columns = Some(120);
        assert_eq!(style(&around).width, 120);
        around.columns_variable = Some("90".to_owned());
        assert_eq!(style(&around).width, 90);
        around.width = Some(200);
        assert_eq!(style(&around).width, 200);
        around.width = Some(3);
        assert_eq!(style(&around).width, 40);
        around.width = Some(0);
        around.columns_variable = Some("zero".to_owned());
        assert_eq!(style(&around).width, 100);
    }

    #[test]
    fn ascii_where_unicode_cannot_be_shown() {
        let mut around = Surroundings::default();
        assert!(style(&around).unicode);
        around.locale = Some("C".to_owned());
        assert!(!style(&around).unicode);
        around.locale = Some("de_BE.utf8".to_owned());
        assert!(style(&around).unicode);
        around.term = Some("linux".to_owned());
        assert!(style(&around).unicode);
        around.terminal = true;
        assert!(!style(&around).unicode);
    }

    #[test]
    fn times_are_told_in_the_zone_and_with_a_foreign_year() {
        let now = Timestamp::parse("2026-11-21T12:00:00Z").unwrap();
        let at = Timestamp::parse("2026-11-17T09:00:00Z").unwrap();
        let style = Style::detect(&Surroundings::default(), Theme::default(), now);
        assert_eq!(style.moment_and_age(at), "17 Nov 09:00 (4d ago)");
        let old = Timestamp::parse("2025-12-31T23:30:00Z").unwrap();
        assert_eq!(style.moment(old), "31 Dec 2025 23:30");
        let style = style.in_zone(Tz::Europe__Brussels);
        assert_eq!(style.moment(old), "1 Jan 00:30");
        let soon = Timestamp::parse("2026-11-24T12:00:00Z").unwrap();
        assert_eq!(style.moment_and_age(soon), "24 Nov 13:00 (in 3d)");
        let next = Timestamp::parse("2026-11-21T12:00:00.9Z").unwrap();
        assert_eq!(style.moment_and_age(next), "21 Nov 13:00 (0s ago)");
        let words = "2 high, of 2026-11-17T09:00:00Z, before 2.0 (2026-11-17T09:30:00Z)";
        let told = "2 high, of 17 Nov 10:00, before 2.0 (2026-11-17T09:30:00Z)";
        assert_eq!(style.told(words), told);
    }

    #[test]
    fn a_window_is_told_in_days_where_it_is_of_whole_ones() {
        let zone = Tz::Europe__Berlin;
        let style = style(&Surroundings::default()).in_zone(zone);
        let told = |from: &str, to: &str| {
            let at = |text: &str| Timestamp::parse(text).unwrap();
            let (from, to) = (at(from), at(to));
            let window = Window {
                from,
                to,
                timezone: zone,
            };
            style.window(&window)
        };
        assert_eq!(
            told("2025-03-03T00:00:00+01:00", "2025-03-31T00:00:00+02:00"),
            "3 Mar 2025 – 31 Mar 2025, 28d, Europe/Berlin",
            "four weeks, one of them an hour short"
        );
        let years = told("2023-11-22T12:00:00Z", "2026-11-21T12:00:00Z");
        assert!(years.contains(", 1095d, "), "{years}");
        let short = told("2026-11-20T09:00:00Z", "2026-11-21T12:00:00Z");
        assert!(short.contains(", 1d 03h, "), "{short}");
    }
}
