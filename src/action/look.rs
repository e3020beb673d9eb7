//! Whether the log shows what an action was to bring about. Pure: what there is to write down.

use crate::event::time::{Span, Timestamp};
use crate::journal::Step;
use crate::journal::story::{State, Story};
use crate::model::Workload;
use crate::plan::proof::Seen;

/// How much earlier than the action, by its tool's clock, what it brought about may be.
const SLACK: Span = Span::from_seconds(2);

/// What is new of an action that was sent, by the workloads that it is of.
#[must_use]
pub fn look(story: &Story, workloads: &[Workload], now: Timestamp, within: Span) -> Option<Step> {
    if !matches!(story.state, State::Sent | State::Unseen) {
        return None;
    }
    // Many tools tell whole seconds, and no two clocks agree.
    let since = story.at - SLACK;
    let mut shown = Vec::new();
    let mut waits = None;
    for proof in &story.plan.proofs {
        // A proof is of one workload; the others know nothing of it.
        let mut told = workloads.iter().map(|workload| proof.seen(workload, since));
        match told.find(|seen| *seen != Seen::NotYet) {
            Some(Seen::Shown(text)) => shown.push(text),
            Some(Seen::Otherwise(text)) => return Some(Step::SeenOtherwise { text }),
            Some(Seen::NotYet) | None => waits = waits.or(Some(proof)),
        }
    }
    let Some(proof) = waits else {
        let text = shown.join("; ");
        return Some(Step::Seen { text });
    };
    let late = story.state == State::Sent && now - story.at > within;
    late.then(|| Step::Unseen {
        text: format!("nothing shows it so far; check {}", proof.check()),
    })
}
