//! `leadtime proof`.

use super::args::ProofArgs;
use super::session::Session;
use super::{Ending, hint, show};
use crate::app::acting;
use crate::error::Failure;
use crate::event::time::Timestamp;
use crate::journal::story::{State, Story, stories};
use crate::model::environment::running;
use crate::model::proof::{Proof, proof};
use crate::model::state::Lives;
use crate::model::version::Version;
use crate::report;
use crate::report::proof::{Asked, Proven};

pub fn run(session: &Session, args: &ProofArgs) -> Result<Ending, Failure> {
    let at = instant(session, args)?;
    let mut engine = session.engine()?;
    let definition = session.only(&engine, args.workload.as_ref())?;
    let then = engine.workload(&definition, at)?;
    let now = engine.workload(&definition, session.as_of)?;
    let then = Lives::new(&then, &session.rules, None);
    let now = Lives::new(&now, &session.rules, None);
    let environment = args.environment.as_str();
    let Some(proof) = proof(&then, &now, environment) else {
        return Err(nothing(&now, environment, at));
    };
    let stories = stories(acting::entries(engine.log())?);
    let coming = Coming::of(&proof);
    let meant = stories.iter().filter(|story| coming.was_meant_by(story));
    let proven = Proven {
        actions: meant.map(asked).collect(),
        proof,
    };
    show(session, "leadtime/proof/v1", &proven, |proven| {
        if args.text {
            report::proof::proof(proven, &session.style)
        } else {
            report::proof::markdown(proven)
        }
    })?;
    Ok(Ending::Done)
}

/// The instant that is asked about: no later than the one that it is looked at from.
fn instant(session: &Session, args: &ProofArgs) -> Result<Timestamp, Failure> {
    let at = args.at.map_or(session.as_of, |moment| {
        moment.resolve(session.now, session.rules.timezone)
    });
    if at > session.as_of {
        return Err(Failure::usage(format!(
            "--at {at} is after {}, and what ran then is not known",
            session.as_of
        ))
        .hinted("ask about an instant no later than --as-of, --as-known and now"));
    }
    Ok(at)
}

/// Nothing ran there: whether there is such an environment, when something came first, and how to see what ran elsewhere.
fn nothing(now: &Lives<'_>, environment: &str, at: Timestamp) -> Failure {
    let name = now.workload.name();
    let known = running(now).environments;
    let known: Vec<&str> = known.iter().map(|one| one.environment.as_str()).collect();
    if !known.contains(&environment) {
        return hint::unknown("environment", environment, &known);
    }
    let came = now.workload.records.iter().filter(|record| {
        record.environment.map(|name| now.workload.text(name)) == Some(environment)
            && record.outcome == Some(crate::event::kind::Outcome::Success)
            && !record.removed
    });
    let first = came.filter_map(|record| record.finished).min();
    let first = match first {
        Some(first) if first > at => format!("something came there first at {first}; "),
        Some(_) => "what had run there was taken out; ".to_owned(),
        None => String::new(),
    };
    Failure::unable(format!(
        "nothing is known to have run in {environment} of {name} at {at}"
    ))
    .hinted(format!(
        "{first}`leadtime env {name} --as-of TIME` tells what ran where"
    ))
}

/// What an action would have to have brought where, and when at the earliest and the latest.
struct Coming<'p> {
    workload: &'p str,
    environment: &'p str,
    version: Version,
    after: Option<Timestamp>,
    by: Timestamp,
}

impl<'p> Coming<'p> {
    fn of(proof: &'p Proof) -> Self {
        Self {
            workload: &proof.workload,
            environment: &proof.environment,
            version: Version {
                version: proof.live.version.clone(),
                sha: proof.live.sha.clone(),
                digest: proof.live.digest.clone(),
                ..Version::default()
            },
            after: proof.before.as_ref().and_then(|before| before.since),
            by: proof.live.since,
        }
    }

    /// Whether an action was to bring that very version there, after what ran before had come, and went out before it came.
    fn was_meant_by(&self, story: &Story) -> bool {
        let went_out = !matches!(
            story.state,
            State::AwaitsSecond | State::CalledOff | State::Stopped
        );
        let mut proofs = story.plan.proofs.iter();
        went_out
            && story.plan.workloads.iter().any(|it| it == self.workload)
            && proofs.any(|proof| proof.is_live(self.environment, &self.version))
            && story.at <= self.by
            && self.after.is_none_or(|after| story.at >= after)
    }
}

fn asked(story: &Story) -> Asked {
    Asked {
        action: story.action.clone(),
        at: story.at,
        by: story.by.name.clone(),
        second: story.second.as_ref().map(|second| second.name.clone()),
        comment: story.plan.comment.clone(),
        state: story.state,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::journal::Person;
    use crate::plan::Plan;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_seconds(hour * 3_600)
    }

    /// An action of the hour, that was to bring v2 to production of shop.
    fn story(hour: i64, state: State) -> Story {
        let plan = json!({
            "action": "a1", "at": at(hour), "intent": "promote", "workload": "shop", "workloads": ["shop"], "environment": "production",
            "from": null, "to": "v2", "from_sha": null, "to_sha": null, "requests": [], "ships": [], "leaves": [], "shipping": [], "leaving": [],
            "evidence": [], "objections": [], "notes": [], "undone_by": [], "confirm": "typed", "usual_seconds": null, "comment": "the release",
            "user": null, "gates": [],
            "proofs": [{"proof": "live", "environment": "production", "version": "v2", "sha": null, "digest": null}],
        });
        Story {
            action: "a1".to_owned(),
            at: at(hour),
            by: Person::default(),
            second: None,
            state,
            text: String::new(),
            last: at(hour),
            plan: serde_json::from_value::<Plan>(plan).unwrap(),
            fates: Vec::new(),
        }
    }

    #[test]
    fn an_action_led_to_what_it_was_to_bring_and_to_nothing_else() {
        let coming = |environment: &'static str, version: &str| Coming {
            workload: "shop",
            environment,
            version: Version {
                version: Some(version.to_owned()),
                ..Version::default()
            },
            after: Some(at(10)),
            by: at(20),
        };
        let v2 = coming("production", "v2");
        let seen = |hour| story(hour, State::Seen);
        assert!(v2.was_meant_by(&seen(12)) && v2.was_meant_by(&story(12, State::Sent)));
        assert!(
            !v2.was_meant_by(&seen(9)),
            "before what ran before had come"
        );
        assert!(!v2.was_meant_by(&seen(21)), "after it came");
        assert!(!v2.was_meant_by(&story(12, State::CalledOff)));
        assert!(!coming("production", "v3").was_meant_by(&seen(12)));
        assert!(!coming("staging", "v2").was_meant_by(&seen(12)));
        let other = Coming {
            workload: "cart",
            ..coming("production", "v2")
        };
        assert!(!other.was_meant_by(&seen(12)));
    }
}
