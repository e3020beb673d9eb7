//! Gates of what is gone: a build that was deleted asks nobody any more, and its tool tells nothing of it. Which of its gates were open is kept with it.

use std::collections::BTreeSet;

use super::facts::Facts;
use crate::event::Event;
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// The gates of what is told that wait for a decision.
#[must_use]
pub fn waiting(facts: &Facts) -> Vec<String> {
    let mut open = BTreeSet::new();
    for event in &facts.events {
        if let Kind::Gate(gate) = &event.kind {
            match gate.phase {
                GatePhase::Closed => open.remove(&gate.gate),
                _ => open.insert(gate.gate.clone()),
            };
        }
    }
    open.into_iter().collect()
}

/// One of them, which waits for nobody any more.
#[must_use]
pub fn closed(source: &str, gate: &str, at: Timestamp) -> Event<String> {
    let fact = Gate {
        gate: gate.to_owned(),
        phase: GatePhase::Closed,
        decision: Some(Decision::Other),
        comment: Some("what it was of is gone".to_owned()),
        ..Gate::default()
    };
    Event {
        source: source.to_owned(),
        id: format!("{gate}/closed"),
        at,
        kind: Kind::Gate(fact),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_what_was_begun_and_not_ended() {
        let at = Timestamp::from_seconds(1_800_000_000);
        let begun = |gate: &str| {
            let fact = Gate {
                gate: gate.to_owned(),
                ..Gate::default()
            };
            Event {
                kind: Kind::Gate(fact),
                ..closed("x", gate, at)
            }
        };
        let mut facts = Facts::default();
        facts
            .events
            .extend([begun("a"), begun("b"), closed("x", "a", at)]);
        assert_eq!(waiting(&facts), ["b"]);
        assert_eq!(closed("x", "b", at).id, "b/closed");
    }
}
