//! Builds that deploy. Buildkite has no word for it, so the source says it: with an `environment`, every build of its pipelines is a deployment. What it deploys is
//! told by a variable of its environment, or by meta-data, whose name is one of the usual.

use serde_json::{Map, Value};

use super::{Seen, finished, has_ended};
use crate::connector::facts::{Facts, given};
use crate::connector::told;
use crate::event::kind::{Deployment, Kind, Outcome, Phase};
use crate::event::time::Timestamp;

/// What a build was told, by a name in any case of letters.
fn value(seen: &Seen<'_>, name: &str) -> Option<String> {
    let of = |map: &Option<Map<String, Value>>| {
        let mut all = map.iter().flatten();
        let (_, value) = all.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(is) => Some(is.to_string()),
            _ => None,
        }
    };
    of(&seen.build.env).or_else(|| of(&seen.build.meta_data))
}

/// The environment that a build deploys to, where its source says that it does.
pub(super) fn environment(seen: &Seen<'_>) -> Option<String> {
    told::filled(seen.origin.environment?, |name| value(seen, name))
}

/// The version that a build was told.
pub(super) fn version(seen: &Seen<'_>) -> Option<String> {
    told::version(|name| value(seen, name))
}

/// The commit that a build is about. One that deploys what it is told may be of anything, its own scripts for one.
pub(super) fn commit(seen: &Seen<'_>) -> Option<String> {
    let told = environment(seen).and_then(|_| version(seen));
    let own = || given(seen.build.commit.as_ref());
    let sha = told.or_else(own);
    sha.filter(|text| told::is_sha(text))
        .map(|sha| sha.to_ascii_lowercase())
}

pub(super) fn deployment(seen: &Seen<'_>, facts: &mut Facts) {
    let build = seen.build;
    // What never began was no attempt.
    let Some(environment) = environment(seen).filter(|_| build.started_at.is_some()) else {
        return;
    };
    let service = match seen.origin.service {
        Some(text) => told::filled(text, |name| value(seen, name)),
        None => seen.slug.rsplit('/').next().map(str::to_owned),
    };
    let id = seen.id();
    let sha = commit(seen);
    let fact = Deployment {
        record: id.clone(),
        service,
        environment: Some(environment),
        repository: sha.as_ref().and_then(|_| seen.repository()),
        sha,
        version: version(seen).filter(|text| !told::is_sha(text)),
        pipeline: Some(id.clone()),
        started: build.started_at,
        url: given(build.web_url.as_ref()),
        ..Deployment::default()
    };
    let outcome = match build.state.as_str() {
        "passed" => Outcome::Success,
        "failed" => Outcome::Failure,
        "canceled" => Outcome::Cancelled,
        "skipped" | "not_run" => Outcome::Skipped,
        _ => Outcome::Other,
    };
    let mut tell = |what: String, phase: Phase, at: Timestamp| {
        let fact = Deployment {
            phase,
            outcome: (phase == Phase::Finished).then_some(outcome),
            ..fact.clone()
        };
        let id = format!("{id}/deployment/{what}");
        facts
            .events
            .push(seen.event(id, at, Kind::Deployment(fact)));
    };
    if let Some(at) = build.started_at {
        tell("started".to_owned(), Phase::Started, at);
    }
    if let Some(at) = build.finished_at.filter(|_| has_ended(build)) {
        tell(finished(at), Phase::Finished, at);
    }
}
