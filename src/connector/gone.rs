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

/// The same gates, which wait for nobody any more.
pub fn closed<'a>(
    source: &'a str,
    gates: &'a [String],
    at: Timestamp,
) -> impl Iterator<Item = Event<String>> + 'a {
    gates.iter().map(move |gate| {
        let fact = Gate {
            gate: gate.clone(),
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_what_was_begun_and_not_ended() {
        let at = Timestamp::from_seconds(1_800_000_000);
        let both = ["a".to_owned(), "b".to_owned()];
        let begun = closed("x", &both, at).map(|event| {
            let Kind::Gate(gate) = event.kind else {
                panic!("{event:?}")
            };
            let fact = Gate {
                gate: gate.gate,
                ..Gate::default()
            };
            Event {
                kind: Kind::Gate(fact),
                ..event
            }
        });
        let mut facts = Facts::default();
        facts.events.extend(begun);
        facts.events.extend(closed("x", &both[..1], at));
        assert_eq!(waiting(&facts), ["b"]);
        let ended: Vec<_> = closed("x", &both[1..], at).collect();
        assert_eq!((ended.len(), ended[0].id.as_str()), (1, "b/closed"));
    }
}
