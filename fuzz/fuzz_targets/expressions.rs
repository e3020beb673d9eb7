//! What people type and write where a time, a span, a pattern, a rule or a filter stands: it is read or refused, and what was read is written back as it was.

#![no_main]

use std::str::FromStr;

use chrono_tz::Tz;
use laws::{now, texts};
use leadtime::cli::moment::{Moment, span};
use leadtime::config::{Choice, DeploymentRule, Pattern, Schedule, UnplannedRule};
use leadtime::connector::{template, told};
use leadtime::event::time::Timestamp;
use leadtime::report::duration;
use leadtime::view::filter::Filter;
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Read from a text, it is written as that text.
fn round<T: Serialize + DeserializeOwned>(text: &str) -> Option<T> {
    let json = serde_json::to_string(text).unwrap();
    let read: T = serde_json::from_str(&json).ok()?;
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    Some(read)
}

fuzz_target!(|data: &[u8]| {
    let Some(texts) = texts(data) else { return };
    let (text, other) = (texts[0], texts.get(1).copied().unwrap_or("production"));
    if let Some(at) = Timestamp::parse(text) {
        assert_eq!(Timestamp::parse(&at.to_string()), Some(at), "{text}");
    }
    if let Ok(moment) = Moment::from_str(text) {
        for zone in [Tz::UTC, Tz::Africa__Cairo, Tz::Pacific__Apia] {
            let _ = moment.resolve(now(), zone).to_string();
        }
    }
    if let Ok(length) = span(text) {
        let _ = (
            duration::span(length),
            (now() - length).to_string(),
            (now() + length).to_string(),
        );
    }
    if let Some(pattern) = round::<Pattern>(text) {
        let matches = pattern.matches(other);
        assert!(!pattern.is_plain() || matches == (text == other));
    }
    round::<Schedule>(text);
    let _ = serde_json::to_string(text).map(|json| {
        let _ = serde_json::from_str::<Choice>(&json);
        let _ = serde_json::from_str::<UnplannedRule>(&json);
        serde_json::from_str::<DeploymentRule>(&json).is_ok()
    });
    assert_eq!(
        Filter::read(text, &["team", "author"], Some("jane")).text(),
        text
    );
    let said = |name: &str| name.len().is_multiple_of(2).then(|| other.to_owned());
    let (_, _) = (
        template::named(Some(text), &["app"], said),
        told::filled(text, said),
    );
    assert!(template::fields(text).all(|field| text.contains(field)));
});
