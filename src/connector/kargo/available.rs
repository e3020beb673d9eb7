//! Since when a stage may take a piece of freight, as Kargo reckons it: verified on its way in one stage before it, or in all of them, and there for as long as
//! the stage asks; or approved by hand; or straight from its warehouse.

use super::wire::{Freight, FreightStatus, Requested, Stage};
use crate::event::time::{Span, Timestamp};

/// What a stage asks for that a piece of freight is.
fn requested<'s>(stage: &'s Stage, freight: &Freight) -> Option<&'s Requested> {
    let mut all = stage.spec.requested_freight.iter();
    all.find(|one| one.origin == freight.origin)
}

/// Since when a stage may take a piece of freight, which may be later than now where it still soaks. `None`: it may not.
#[must_use]
pub fn available(stage: &Stage, freight: &Freight) -> Option<Timestamp> {
    let wanted = &requested(stage, freight)?.sources;
    let status = &freight.status;
    let soak = wanted.required_soak_time.as_deref();
    let soak = soak.and_then(span).unwrap_or(Span::ZERO);
    let ready = wanted.stages.iter().map(|name| ready(status, name, soak));
    let verified = if wanted.availability_strategy.as_deref() == Some("All") {
        let all: Option<Vec<Timestamp>> = ready.collect();
        all.and_then(|all| all.into_iter().max())
    } else {
        ready.flatten().min()
    };
    let approved = status.approved_for.get(&stage.metadata.name);
    let made = freight.metadata.creation_timestamp;
    verified
        .into_iter()
        .chain(approved.and_then(|since| since.approved_at))
        .chain(made.filter(|_| wanted.direct))
        .min()
}

/// Since when it is verified in a stage, and has been there for so long; when it had, before it was replaced there, is not told.
fn ready(status: &FreightStatus, stage: &str, soak: Span) -> Option<Timestamp> {
    let before = status.verified_in.get(stage)?;
    let verified = before.verified_at?;
    let soaked = before.longest_soak.as_deref().and_then(span);
    if soak == Span::ZERO || soaked.is_some_and(|soaked| soaked >= soak) {
        return Some(verified);
    }
    let since = status.currently_in.get(stage)?.since.as_deref();
    let since = since.and_then(Timestamp::parse)?;
    Some(verified.max(since + soak))
}

/// A length of time as Go writes it: `1h30m0s`.
fn span(text: &str) -> Option<Span> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let units = [("ms", 1e-3), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
        let (unit, of) = units.iter().find(|(unit, _)| rest.starts_with(unit))?;
        seconds += number * of;
        rest = &rest[unit.len()..];
    }
    #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
    let micros = (seconds * 1e6) as i64;
    Some(Span::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freight_is_there_once_it_is_verified_where_the_stage_asks_and_has_soaked() {
        let since = |sources: serde_json::Value, status: serde_json::Value| {
            let origin = serde_json::json!({"kind": "Warehouse", "name": "main"});
            let stage = serde_json::json!({"metadata": {"name": "prod"}, "spec": {"requestedFreight": [
                {"origin": origin, "sources": sources}
            ]}});
            let freight = serde_json::json!({"metadata": {"name": "f", "creationTimestamp": "2026-03-02T00:00:00Z"},
                "origin": origin, "status": status});
            let stage: Stage = serde_json::from_value(stage).unwrap();
            let freight: Freight = serde_json::from_value(freight).unwrap();
            available(&stage, &freight).map(|at| at.to_string()[11..16].to_owned())
        };
        let at = |hour: u32| format!("2026-03-02T{hour:02}:00:00Z");
        let sources = |strategy: &str, soak: &str| serde_json::json!({"stages": ["qa", "uat"], "availabilityStrategy": strategy, "requiredSoakTime": soak});
        let in_one = serde_json::json!({"verifiedIn": {"qa": {"verifiedAt": at(3)}}, "currentlyIn": {"qa": {"since": at(2)}}});
        let in_both = serde_json::json!({"verifiedIn": {"qa": {"verifiedAt": at(3)}, "uat": {"verifiedAt": at(5), "longestSoak": "1h30m0s"}}});
        let told = |hour: &str| Some(hour.to_owned());
        assert_eq!(since(sources("", "0s"), in_one.clone()), told("03:00"));
        assert_eq!(since(sources("All", "0s"), in_one.clone()), None);
        assert_eq!(since(sources("All", "0s"), in_both.clone()), told("05:00"));
        assert_eq!(
            since(sources("OneOf", "30m"), in_one.clone()),
            told("03:00")
        );
        assert_eq!(since(sources("OneOf", "2h30m"), in_one), told("04:30"));
        assert_eq!(since(sources("", "1h"), in_both.clone()), told("05:00"));
        assert_eq!(since(sources("", "2h"), in_both), None);
        let by_hand = serde_json::json!({"approvedFor": {"prod": {"approvedAt": at(1)}}});
        assert_eq!(since(sources("All", "9h"), by_hand), told("01:00"));
    }

    #[test]
    fn lengths_of_time_are_read_as_go_writes_them() {
        let seconds = |text| span(text).map(|span| span.micros() / 1_000_000);
        assert_eq!(seconds("1h30m0s"), Some(5400));
        assert_eq!(seconds("1.5h"), Some(5400));
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("0s"), Some(0));
        for wrong in ["1", "h", "1d", "-1h", "é"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
