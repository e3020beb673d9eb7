//! A change that is ready, and waits for the other workloads of its feature.

use std::collections::BTreeSet;

use super::{Leg, Life, Lives, State};
use crate::model::entity::Change;

impl Lives<'_> {
    /// Where nothing but the release is left, and the change's feature has work left in another workload, it waits for that.
    pub(super) fn wait_for_release(&self, change: &Change, life: &mut Life) {
        let Some(production) = self.production_step().filter(|_| !self.releases.is_empty()) else {
            return;
        };
        let tickets = || change.tickets.iter().map(|name| self.workload.text(*name));
        let legs = std::mem::take(&mut life.legs);
        for leg in legs {
            if leg.step != production || leg.state != State::Waiting {
                life.legs.push(leg);
                continue;
            }
            let mut turns: Vec<_> = tickets()
                .flat_map(|ticket| self.releases.turns(ticket))
                .filter(|at| leg.from < *at && *at < leg.to)
                .collect();
            turns.push(leg.to);
            turns.sort_unstable();
            let mut from = leg.from;
            for to in turns {
                let waits = tickets().any(|ticket| self.releases.waits(ticket, from));
                let state = if waits {
                    State::WaitingForRelease
                } else {
                    State::Waiting
                };
                push(
                    &mut life.legs,
                    Leg {
                        state,
                        from,
                        to,
                        ..leg
                    },
                );
                from = to;
            }
        }
    }

    /// The workloads that a change which is ready waits for.
    #[must_use]
    pub fn last_of_release(&self, change: &Change) -> Vec<String> {
        let tickets = change.tickets.iter().map(|name| self.workload.text(*name));
        let last: BTreeSet<&str> = tickets
            .filter_map(|ticket| self.releases.last(ticket))
            .collect();
        last.into_iter().map(str::to_owned).collect()
    }
}

/// Appends a leg, or lengthens the last where it is the same.
fn push(legs: &mut Vec<Leg>, leg: Leg) {
    match legs.last_mut() {
        Some(last) if last.to == leg.from && last.step == leg.step && last.state == leg.state => {
            last.to = leg.to;
        }
        _ if leg.from == leg.to => {}
        _ => legs.push(leg),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Timestamp;
    use crate::model::definition::{Rules, StepKind};
    use crate::model::feature::{FeaturePart, Releases, Stands, Stretch, parts};
    use crate::model::sample::{Sample, at};

    /// #1 of SHOP-7, in staging at noon of 3 March, and not asked for since.
    fn sample() -> Sample {
        let mut s = Sample::new("shop");
        s.path(&[
            ("code", StepKind::Code, None),
            ("review", StepKind::Review, None),
            ("staging", StepKind::Deploy, Some("staging")),
            ("production", StepKind::Deploy, Some("production")),
        ]);
        s.commit("r", "m0", "03-01 10:00", &[])
            .commit("r", "m1", "03-03 10:00", &["m0"]);
        s.deploy("p0", "r", "m0", "03-01 12:00");
        s.request("#1", "r", &[])
            .opened("03-03 09:00")
            .merged("m1", "03-03 10:00");
        let feature = s.name("SHOP-7");
        s.last_change().tickets = [feature].into();
        let staging = s.name("staging");
        for (id, sha, time) in [("s0", "m0", "03-01 11:00"), ("s1", "m1", "03-03 12:00")] {
            s.deploy(id, "r", sha, time);
            s.record().environment = Some(staging);
        }
        s
    }

    fn part(passed: usize, unready: &[Stretch]) -> FeaturePart {
        FeaturePart {
            feature: "SHOP-7".to_owned(),
            title: None,
            url: None,
            changes: Vec::new(),
            stands: Stands {
                state: "working".to_owned(),
                step: None,
                since: None,
                passed,
                of: 10,
            },
            ready: None,
            done: None,
            unready: unready.to_vec(),
        }
    }

    type Way = Vec<(State, Timestamp, Timestamp)>;

    /// Its legs before production beside the parts of others, and whom it waits for.
    fn way(mut s: Sample, others: &[(&str, FeaturePart)]) -> (Way, Vec<String>) {
        s.workload().as_of = at("03-10 00:00");
        let workload = s.done();
        let rules = Rules::default();
        let lives = Lives::new(&workload, &rules, None);
        let own = parts(&lives, at("03-01 00:00"));
        let all = own.iter().map(|part| ("shop", part));
        let all = all.chain(others.iter().map(|(name, part)| (*name, part)));
        let before = lives.life(0).unwrap();
        let lives = Lives::new(&workload, &rules, None).with(Releases::of("shop", all));
        let life = lives.life(0).unwrap();
        let length = |life: &Life| {
            life.legs
                .iter()
                .map(Leg::length)
                .sum::<crate::event::time::Span>()
        };
        assert_eq!(length(&life), length(&before), "no time is lost");
        let legs = life.legs.iter().filter(|leg| leg.step == 3);
        (
            legs.map(|leg| (leg.state, leg.from, leg.to)).collect(),
            lives.last_of_release(&workload.changes[0]),
        )
    }

    #[test]
    fn a_ready_part_waits_for_the_release_while_work_is_left_on_another() {
        let noon = at("03-03 12:00");
        let now = at("03-10 00:00");
        let (waiting, released) = (State::Waiting, State::WaitingForRelease);
        let (alone, _) = way(sample(), &[]);
        assert_eq!(alone, [(waiting, noon, now)]);

        let open = [(at("03-02 10:00"), Timestamp::MAX)];
        let others = [("cart", part(5, &open)), ("ledger", part(2, &open))];
        let (legs, last) = way(sample(), &others);
        assert_eq!(legs, [(released, noon, now)]);
        assert_eq!(last, ["ledger"], "which is furthest behind");

        // Done on the 5th, and taken up once more from the 7th to the 8th.
        let done = [
            (at("03-02 10:00"), at("03-05 09:00")),
            (at("03-07 09:00"), at("03-08 09:00")),
        ];
        let (legs, last) = way(sample(), &[("cart", part(9, &done))]);
        let expected = [
            (released, noon, at("03-05 09:00")),
            (waiting, at("03-05 09:00"), at("03-07 09:00")),
            (released, at("03-07 09:00"), at("03-08 09:00")),
            (waiting, at("03-08 09:00"), now),
        ];
        assert_eq!(legs, expected);
        assert!(last.is_empty());
    }

    #[test]
    fn a_part_that_is_not_ready_itself_waits_for_nobody() {
        let mut s = sample();
        s.request("#2", "r", &[]).opened("03-06 09:00");
        let feature = s.name("SHOP-7");
        s.last_change().tickets = [feature].into();
        let open = [(at("03-02 10:00"), Timestamp::MAX)];
        let (legs, _) = way(s, &[("cart", part(5, &open))]);
        let turned = at("03-06 09:00");
        let expected = [
            (State::WaitingForRelease, at("03-03 12:00"), turned),
            (State::Waiting, turned, at("03-10 00:00")),
        ];
        assert_eq!(legs, expected);
    }

    #[test]
    fn other_tickets_and_other_reasons_stand() {
        let open = [(at("03-02 10:00"), Timestamp::MAX)];
        let mut other = part(5, &open);
        other.feature = "SHOP-8".to_owned();
        let (legs, _) = way(sample(), &[("cart", other)]);
        assert_eq!(legs[0].0, State::Waiting);
        let mut s = sample();
        let environment = s.name("production");
        s.workload().holds.push(crate::model::entity::Hold {
            environment,
            from: at("03-01 16:00"),
            until: None,
            by: None,
            reason: None,
        });
        let (legs, _) = way(s, &[("cart", part(5, &open))]);
        assert_eq!(legs[0].0, State::Held);
    }
}
