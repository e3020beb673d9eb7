//! The keys of the foot that act on what is in front.

use super::offer::{front, meant};
use crate::intent::Intent;
use crate::view::page::Hint;
use crate::view::scene::Scene;
use crate::view::subject::Subject;

/// The keys that act on what is in front; and those that do not just now, each with the reason. None where there is nothing to act with, and in the past.
#[must_use]
pub fn hints(subject: &Subject, scene: &Scene) -> (Vec<Hint>, Vec<Hint>) {
    if scene.acting.lasts.is_none() || scene.lens.as_of.is_some() {
        return (Vec::new(), Vec::new());
    }
    let front = front(subject, scene);
    let waits = subject.action.is_some();
    if front.is_none() && subject.gates.is_empty() && !waits {
        return (Vec::new(), Vec::new());
    }
    let mut intents = [
        (Intent::Promote, "promote"),
        (Intent::Rollback, "roll back"),
        (Intent::Approve, "approve"),
        (Intent::Reject, "reject"),
        (Intent::Retry, "retry"),
        (Intent::Hold, "hold"),
        (Intent::Acknowledge, "acknowledge"),
        (Intent::Resolve, "resolve"),
        (Intent::Declare, "declare"),
    ];
    if !subject.gates.is_empty() || waits {
        // Who looks at a gate, or at what waits for a second person, wants to decide it.
        intents.rotate_left(2);
    }
    if subject.incident.is_some() {
        // Who looks at an incident wants to take it on, to end it, or to say what it was.
        intents.rotate_right(3);
    }
    let place = subject.environment.as_ref();
    let detail = front.and_then(|one| one.detail.as_ref());
    let mut all = detail.into_iter().flat_map(|one| &one.environments);
    let held = all.any(|one| Some(&one.environment) == place && one.held.is_some());
    let hints = intents.into_iter().map(|(intent, text)| {
        let text = match intent {
            Intent::Hold if held => "release",
            Intent::Approve if waits => "agree as second person",
            _ => text,
        };
        let why_not = meant(intent, subject, front).err();
        Hint::new(intent, text).unless(why_not)
    });
    hints.partition(|hint| hint.why_not.is_none())
}
