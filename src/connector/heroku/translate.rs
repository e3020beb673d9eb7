//! Releases into deployments: pure. Every change of an app is a release; one is a deployment where it says that code came: `Deploy …`, `Promote …`, `Rollback to …`.
//! Changes of configuration and add-ons are none.

use super::wire::Release;
use crate::connector::facts::Facts;
use crate::connector::told::is_sha;
use crate::event::Event;
use crate::event::kind::{Deployment, Kind, Outcome, Phase};
use crate::event::time::Timestamp;

/// An app, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The id of the app.
    pub app: String,
    pub name: String,
    /// Its stage.
    pub environment: String,
    /// Its pipeline, by name; else the app.
    pub service: String,
    /// The id of its pipeline.
    pub pipeline: Option<String>,
}

/// What a release did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Deploy,
    Promote,
    Rollback,
}

/// What a release did to the code. `None`: nothing.
#[must_use]
pub fn deed(release: &Release) -> Option<Deed> {
    let text = release.description.to_ascii_lowercase();
    let begins = |word: &str| text.starts_with(word);
    if begins("rollback") || begins("rolled back") {
        Some(Deed::Rollback)
    } else if begins("promote") {
        Some(Deed::Promote)
    } else if begins("deploy") {
        Some(Deed::Deploy)
    } else {
        None
    }
}

/// The name of a deployment in events.
#[must_use]
pub fn record_id(release: &str) -> String {
    format!("release/{release}")
}

/// The release that a name of ours is of.
#[must_use]
pub fn read_id(id: &str) -> Option<&str> {
    id.strip_prefix("release/").filter(|id| !id.is_empty())
}

/// Whether it is still under way.
#[must_use]
pub fn is_open(release: &Release) -> bool {
    release.status == "pending"
}

/// What a release tells. `commit`: of its slug.
#[must_use]
pub fn release(source: &str, place: &Place, release: &Release, commit: Option<&str>) -> Facts {
    let mut facts = Facts::default();
    let (Some(deed), Some(began)) = (deed(release), release.created_at) else {
        return facts;
    };
    let outcome = match release.status.as_str() {
        "pending" => None,
        "succeeded" => Some(Outcome::Success),
        "failed" => Some(Outcome::Failure),
        "expired" => Some(Outcome::Cancelled),
        other => {
            facts.unknown("release.status", other);
            Some(Outcome::Other)
        }
    };
    let id = record_id(&release.id);
    let name = &place.name;
    let fact = Deployment {
        record: id.clone(),
        service: Some(place.service.clone()),
        environment: Some(place.environment.clone()),
        sha: commit
            .filter(|text| is_sha(text))
            .map(str::to_ascii_lowercase),
        version: Some(format!("v{}", release.version)),
        url: Some(format!(
            "https://dashboard.heroku.com/apps/{name}/activity/releases/{}",
            release.id
        )),
        started: Some(began),
        rollback: deed == Deed::Rollback,
        ..Deployment::default()
    };
    let mut tell = |what: &str, phase: Phase, at: Timestamp| {
        let fact = Deployment {
            phase,
            outcome: outcome.filter(|_| phase == Phase::Finished),
            ..fact.clone()
        };
        facts.events.push(Event {
            source: format!("{source}/{name}"),
            id: format!("{id}/{what}"),
            at,
            kind: Kind::Deployment(fact),
        });
    };
    tell("started", Phase::Started, began);
    if outcome.is_some() {
        tell(
            "finished",
            Phase::Finished,
            release.updated_at.unwrap_or(began).max(began),
        );
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_brings_code_is_a_deployment() {
        let of = |text: &str| {
            deed(&Release {
                description: text.to_owned(),
                ..Release::default()
            })
        };
        assert_eq!(of("Deploy 7ec4adf9"), Some(Deed::Deploy));
        assert_eq!(of("Deployed web (sha256:0a1b)"), Some(Deed::Deploy));
        assert_eq!(of("Promote shop-staging v12 7ec4adf9"), Some(Deed::Promote));
        assert_eq!(of("Rollback to v10"), Some(Deed::Rollback));
        for none in [
            "Set A config vars",
            "Initial release",
            "Attach DATABASE",
            "",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!(read_id(&record_id("x")), Some("x"));
        assert_eq!(read_id("release/"), None);
    }
}
