//! Groups of alerts into incidents: pure. An incident is what a group says of one service in one environment, so a group by which everything is told of at
//! once is taken apart. An alert that goes to several receivers is one.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::config::{Labels, page};
use super::cursor::Open;
use super::wire::{Alert, Group};
use crate::connector::http::instance::Instance;
use crate::connector::pattern::Names;
use crate::event::Event;
use crate::event::kind::{Incident, IncidentPhase, Kind};
use crate::event::time::{Span, Timestamp};

/// Before this, a time is a zero that a program wrote.
const BELIEVED: Timestamp = Timestamp::from_seconds(946_684_800);
/// How far ahead another clock may be.
const AHEAD: Span = Span::from_seconds(24 * 3600);

/// Something that goes wrong now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// When the first of its alerts began, and the last.
    pub since: Timestamp,
    pub newest: Timestamp,
    pub open: Open,
    /// Every alert of it is silenced or inhibited.
    pub quiet: bool,
    pub silences: BTreeSet<String>,
    /// Its first alert's name.
    pub name: String,
}

/// From what a source makes incidents.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub instance: &'a Instance,
    pub receivers: &'a Names,
    pub labels: &'a Labels,
    pub now: Timestamp,
}

/// Words of alerts that are no incidents: they say that alerting works, or explain others.
const NO_TROUBLE: [&str; 2] = ["none", "info"];

impl Origin<'_> {
    /// All that goes wrong, by what it is known by.
    #[must_use]
    pub fn troubles(&self, groups: &[Group]) -> BTreeMap<String, Trouble> {
        let mut groups: Vec<&Group> = groups
            .iter()
            .filter(|group| self.receivers.want(&group.receiver.name))
            .collect();
        // The narrowest group says best what belongs together.
        groups.sort_by(|one, two| {
            let narrow = two.labels.len().cmp(&one.labels.len());
            narrow.then_with(|| one.labels.cmp(&two.labels))
        });
        let mut seen = BTreeSet::new();
        let mut troubles: BTreeMap<String, Trouble> = BTreeMap::new();
        for group in groups {
            for alert in &group.alerts {
                let severity = alert.labels.get("severity");
                let none = severity.is_some_and(|word| NO_TROUBLE.contains(&word.as_str()));
                if !none && seen.insert(alert.fingerprint.as_str()) {
                    self.add(group, alert, &mut troubles);
                }
            }
        }
        for (key, trouble) in &mut troubles {
            trouble.open.incident = incident(key, trouble);
        }
        troubles
    }

    fn add(&self, group: &Group, alert: &Alert, troubles: &mut BTreeMap<String, Trouble>) {
        let service = self.labels.service(&alert.labels);
        let environment = self.labels.environment(&alert.labels);
        let key = known_by(&group.labels, service.as_deref(), environment.as_deref());
        let began = Timestamp::parse(&alert.starts_at);
        let began = began.filter(|at| (BELIEVED..=self.now + AHEAD).contains(at));
        let began = began.unwrap_or(self.now);
        let quiet = alert.status.state == "suppressed";
        let trouble = troubles.entry(key).or_insert_with(|| Trouble {
            since: began,
            newest: began,
            quiet: true,
            ..Trouble::default()
        });
        if trouble.name.is_empty() || began < trouble.since {
            let name = alert.labels.get("alertname");
            trouble.name = name.cloned().unwrap_or_else(|| "alert".to_owned());
            trouble.open = Open {
                service,
                environment,
                description: Some(described(alert, &trouble.name)),
                severity: alert.labels.get("severity").cloned(),
                url: Some(page(self.instance, &group.labels)),
                ..Open::default()
            };
        }
        trouble.since = trouble.since.min(began);
        trouble.newest = trouble.newest.max(began);
        trouble.quiet &= quiet;
        trouble
            .silences
            .extend(alert.status.silenced_by.iter().cloned());
    }

    /// It has begun.
    #[must_use]
    pub fn detected(&self, trouble: &Trouble) -> Event<String> {
        self.event(&trouble.open, trouble.since, IncidentPhase::Detected)
    }

    /// It is there again, and was not over.
    #[must_use]
    pub fn reopened(&self, open: &Open) -> Event<String> {
        self.event(open, self.now, IncidentPhase::Detected)
    }

    /// It is over.
    #[must_use]
    pub fn resolved(&self, open: &Open, at: Timestamp) -> Event<String> {
        self.event(open, at, IncidentPhase::Resolved)
    }

    fn event(&self, open: &Open, at: Timestamp, phase: IncidentPhase) -> Event<String> {
        let word = match phase {
            IncidentPhase::Resolved => "resolved",
            _ => "detected",
        };
        let fact = Incident {
            incident: open.incident.clone(),
            service: open.service.clone(),
            environment: open.environment.clone(),
            description: open.description.clone(),
            severity: open.severity.clone(),
            url: open.url.clone(),
            phase,
            ..Incident::default()
        };
        let mut id = format!("{}/{word}", open.incident);
        if open.turn > 0 {
            id.push('/');
            id.push_str(&open.turn.to_string());
        }
        Event {
            source: self.instance.source.clone(),
            id,
            at,
            kind: Kind::Incident(fact),
        }
    }
}

/// What an alert says of itself, in a line.
fn described(alert: &Alert, name: &str) -> String {
    let words = ["summary", "description", "message"];
    let said = words.iter().find_map(|word| alert.annotations.get(*word));
    let said = said.and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
    said.map_or_else(|| name.to_owned(), |line| line.trim().to_owned())
}

/// The same for every instance of one cluster, so without its host.
fn known_by(
    labels: &BTreeMap<String, String>,
    service: Option<&str>,
    environment: Option<&str>,
) -> String {
    let text = format!("{labels:?} {service:?} {environment:?}");
    let digest = Sha256::digest(text.as_bytes());
    let number = digest
        .iter()
        .take(6)
        .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:012x}")
}

/// `CheckoutErrorRateHigh-0a1b2c3d4e5f-20261121T024045Z`.
fn incident(key: &str, trouble: &Trouble) -> String {
    let since = Timestamp::from_seconds(trouble.since.micros() / 1_000_000);
    let since = since.to_string().replace(['-', ':'], "");
    format!("{}-{key}-{since}", trouble.name)
}
