//! How grave a finding is: by the word that a scanner uses, else by a score. What has neither is unknown, and is told, not guessed.

use std::str::FromStr;

use cvss::Cvss;

use crate::event::kind::Severities;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    #[default]
    Unknown,
    /// Less than low: informational, negligible.
    Below,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// A scanner's word; `None` for one that says nothing.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Some(Self::Critical),
            "high" | "important" => Some(Self::High),
            "medium" | "moderate" => Some(Self::Medium),
            "low" | "minor" => Some(Self::Low),
            "negligible" | "none" | "info" | "informational" => Some(Self::Below),
            _ => None,
        }
    }

    /// A score from 0 to 10, by the qualitative scale of CVSS.
    #[must_use]
    pub fn of_score(score: f64) -> Option<Self> {
        if !(0.0..=10.0).contains(&score) {
            return None;
        }
        Some(match score {
            score if score >= 9.0 => Self::Critical,
            score if score >= 7.0 => Self::High,
            score if score >= 4.0 => Self::Medium,
            score if score > 0.0 => Self::Low,
            _ => Self::Below,
        })
    }

    /// A score as a text: a number, or a CVSS vector.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(score) = text.parse::<f64>() {
            return Self::of_score(score);
        }
        let score = || Some(Cvss::from_str(text).ok()?.score());
        Self::of_score(is_whole(text).then(score)??)
    }

    /// Adds one to the counts.
    pub fn count(self, counts: &mut Severities) {
        let of = match self {
            Self::Critical => &mut counts.critical,
            Self::High => &mut counts.high,
            Self::Medium => &mut counts.medium,
            Self::Low => &mut counts.low,
            Self::Below | Self::Unknown => return,
        };
        *of = of.saturating_add(1);
    }
}

/// Whether a vector says all that a score is made of: one that is cut off would score too little.
fn is_whole(vector: &str) -> bool {
    let wanted: &[&str] = if vector.starts_with("CVSS:4") {
        &[
            "AV:", "AC:", "AT:", "PR:", "UI:", "VC:", "VI:", "VA:", "SC:", "SI:", "SA:",
        ]
    } else if vector.starts_with("CVSS:3") {
        &["AV:", "AC:", "PR:", "UI:", "S:", "C:", "I:", "A:"]
    } else {
        &["AV:", "AC:", "Au:", "C:", "I:", "A:"]
    };
    let has = |metric: &&str| vector.split('/').any(|part| part.starts_with(metric));
    wanted.iter().all(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_scores_and_vectors() {
        assert_eq!(Severity::of_word("MODERATE"), Some(Severity::Medium));
        assert_eq!(Severity::of_word("UNKNOWN"), None);
        for (text, severity) in [
            ("9.8", Some(Severity::Critical)),
            ("7", Some(Severity::High)),
            ("0.0", Some(Severity::Below)),
            ("-1", None),
            ("NaN", None),
            ("11", None),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N",
                Some(Severity::Critical),
            ),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
                Some(Severity::Below),
            ),
            ("CVSS:3.1/AV:N", None),
            ("CVSS:3.1/AV:N/C:H/I:H/A:H", None),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
                Some(Severity::Critical),
            ),
            ("", None),
        ] {
            assert_eq!(Severity::of_text(text), severity, "{text}");
        }
    }
}
