//! What `doctor` learns of a source without reading it through.

use super::error::ErrorKind;
use super::http::{Http, Stop, Transport};
use super::{ConnectorError, Finding, Severity};
use crate::event::time::Span;

/// Clocks that are further apart than this are told of.
const APART: Span = Span::from_seconds(300);

#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Lines that state a fact: reachable, who the token belongs to, what is left of the rate limit.
    pub facts: Vec<String>,
    pub findings: Vec<Finding>,
}

/// A scope that is wanted of a token: any of these will do.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub any: &'static [&'static str],
    /// What there is not without it.
    pub costs: &'static str,
    /// It is wanted for reading, not only for acting.
    pub reads: bool,
}

impl Health {
    /// What the tool says that a token may, held against what is wanted of it.
    pub fn scopes<'s>(
        &mut self,
        subject: &str,
        has: impl IntoIterator<Item = &'s str>,
        wanted: &[Scope],
    ) {
        let has: Vec<&str> = has.into_iter().filter(|one| !one.is_empty()).collect();
        let told = match has.as_slice() {
            [] => "none".to_owned(),
            all => all.join(", "),
        };
        self.facts.push(format!("the token's scopes: {told}"));
        for scope in wanted {
            if !scope.any.iter().any(|one| has.contains(one)) {
                let name = scope.any.join(" or ");
                let text = format!("the token has not the scope {name}: {}", scope.costs);
                self.lacks(subject, scope.reads, text);
            }
        }
    }

    /// A right that there is not: without it less is read, or less can be done.
    pub fn lacks(&mut self, subject: &str, reads: bool, text: String) {
        self.findings.push(Finding {
            subject: subject.to_owned(),
            severity: if reads {
                Severity::Warning
            } else {
                Severity::Note
            },
            text,
        });
    }

    /// The tool does not say what a token may.
    pub fn untold(&mut self, tool: &str) {
        self.facts.push(format!(
            "{tool} does not tell what a token may: what it refuses is told where it is refused"
        ));
    }

    /// A part that fails is a finding; only what makes all of it fail is an error.
    pub fn note(&mut self, subject: &str, stop: Stop) -> Result<(), ConnectorError> {
        let (severity, text) = match stop {
            Stop::Budget { until, .. } => (
                Severity::Warning,
                format!("not looked at: the allowance is used up until {until}"),
            ),
            Stop::Failed(error) if error.kind == ErrorKind::Network => return Err(error),
            Stop::Failed(error) => (Severity::Error, error.to_string()),
        };
        self.findings.push(Finding {
            subject: subject.to_owned(),
            severity,
            text,
        });
        Ok(())
    }

    pub fn warn(&mut self, subject: &str, text: impl Into<String>) {
        self.findings.push(Finding {
            subject: subject.to_owned(),
            severity: Severity::Warning,
            text: text.into(),
        });
    }

    /// What is left of the allowance, where the tool tells it.
    pub fn allowance<T: Transport>(&mut self, http: &Http<T>) {
        let budget = http.budget();
        if let (Some(left), Some(limit)) = (budget.remaining, budget.limit) {
            let until = budget
                .reset
                .map_or(String::new(), |reset| format!(" until {reset}"));
            let fact = format!("{left} of {limit} requests are left{until}");
            self.facts.push(fact);
        }
    }

    /// Whether the tool's clock goes as this machine's does.
    pub fn clock<T: Transport>(&mut self, http: &Http<T>, host: &str) {
        if let Some(minutes) = apart(http) {
            let text = format!("its clock differs from this machine's by {minutes} min");
            self.warn(host, text);
        }
    }
}

/// What a reading tells of a clock that does not go as this machine's does.
#[must_use]
pub fn clock<T: Transport>(http: &Http<T>, host: &str) -> Option<Finding> {
    apart(http).map(|minutes| Finding {
        subject: host.to_owned(),
        severity: Severity::Warning,
        text: format!(
            "its clock and the one of this machine differ by {minutes} min: ages and waits are off by as much; set this machine's clock by the network"
        ),
    })
}

/// By how many minutes the clocks are apart, where that is much.
fn apart<T: Transport>(http: &Http<T>) -> Option<i64> {
    let far = |skew: &Span| *skew > APART || *skew < Span::ZERO - APART;
    Some(http.skew().filter(far)?.micros() / 60_000_000)
}
