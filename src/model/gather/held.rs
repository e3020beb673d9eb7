//! Which changes a gate holds that names them as people do: by the tickets that they name, or with their repository. A gate that says nothing else of whose it
//! is belongs to the workloads that have one of these; one that names nothing but a digest, to those that made or run it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Gatherer;
use crate::model::Workload;
use crate::model::called::{called, says_whose};
use crate::model::entity::{ChangeAt, Gate};
use crate::model::name::Name;

impl Gatherer {
    /// Turns what gates name into changes, and leaves out the gates of other workloads.
    pub(super) fn hold(&mut self) {
        let workload = &mut self.workload;
        let rooted = &self.rooted;
        let is_plain =
            |gate: &Gate| gate.changes.is_empty() && rooted.contains(&(gate.source, gate.id));
        if workload.gates.iter().all(is_plain) {
            return;
        }
        let digests = digests(workload);
        let asked = workload.gates.iter();
        let asked = asked.flat_map(|gate| gate.changes.iter().copied());
        let by_name = called(&workload.names, &workload.changes, asked);
        let by_ticket = by_ticket(workload);
        let (names, changes) = (&workload.names, &workload.changes);
        workload.gates.retain_mut(|gate| {
            let is_rooted = rooted.contains(&(gate.source, gate.id));
            let is_ours = is_rooted || gate.artifact.is_some_and(|name| digests.contains(&name));
            if gate.changes.is_empty() {
                return is_ours;
            }
            let mut held: Vec<Name> = Vec::new();
            for name in &gate.changes {
                let is_told = is_rooted || says_whose(names.text(*name));
                let told = by_name.get(name).filter(|_| is_told);
                let told = told.or_else(|| by_ticket.get(name));
                for place in told.into_iter().flatten() {
                    let change = changes[*place as usize].id;
                    if !held.contains(&change) {
                        held.push(change);
                    }
                }
            }
            if held.is_empty() {
                // Its commit says better what it holds than names that nobody knows; and its own number is no change.
                let (id, is_known) = (gate.id, gate.commit.is_some());
                gate.changes.retain(|name| *name != id && !is_known);
                return is_ours;
            }
            gate.changes = held;
            true
        });
    }
}

/// The digests of what the workload made or runs.
pub(super) fn digests(workload: &Workload) -> FxHashSet<Name> {
    let made = workload.artifacts.iter().map(|artifact| artifact.digest);
    let runs = workload.records.iter().map(|record| record.digest);
    made.chain(runs).flatten().collect()
}

/// The changes that name the tickets which some gate names. Only those are looked for: what there is of changes is not written out.
fn by_ticket(workload: &Workload) -> FxHashMap<Name, Vec<ChangeAt>> {
    let mut by_ticket: FxHashMap<Name, Vec<ChangeAt>> = FxHashMap::default();
    let gates = workload.gates.iter();
    for name in gates.flat_map(|gate| gate.changes.iter().copied()) {
        by_ticket.entry(name).or_default();
    }
    for (place, change) in (0..).zip(&workload.changes) {
        for ticket in &change.tickets {
            if let Some(changes) = by_ticket.get_mut(ticket) {
                changes.push(place);
            }
        }
    }
    by_ticket
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::sync::Arc;

    use crate::event::Event;
    use crate::event::kind::{Change, Gate, Kind, MapText};
    use crate::event::time::Timestamp;
    use crate::model::Workload;
    use crate::model::definition::{Definition, Rules};
    use crate::model::gather::{Facts, Surroundings, gather};
    use crate::model::name::{Name, Names};

    type Text = Cow<'static, str>;

    fn change(id: &'static str, repository: &'static str, ticket: &'static str) -> Kind<Text> {
        Kind::Change(Change {
            change: id.into(),
            repository: Some(repository.into()),
            tickets: vec![ticket.into()].into(),
            ..Change::default()
        })
    }

    fn gate(id: &'static str, service: Option<&'static str>, names: &[&'static str]) -> Kind<Text> {
        Kind::Gate(Gate {
            gate: id.into(),
            service: service.map(Cow::Borrowed),
            changes: names.iter().map(|name| Cow::Borrowed(*name)).collect(),
            ..Gate::default()
        })
    }

    fn gathered(repository: &str, kinds: &[Kind<Text>]) -> Workload {
        let mut names = Names::default();
        let facts: Vec<Event<Name>> = (1..)
            .zip(kinds)
            .map(|(second, kind)| Event {
                source: names.intern("tool"),
                id: names.intern(&second.to_string()),
                at: Timestamp::from_seconds(second),
                kind: kind.map_text(&mut |text: &Text| names.intern(text)),
            })
            .collect();
        let definition = Definition {
            repositories: vec![repository.to_owned()],
            services: vec![repository.to_owned()],
            ..Definition::default()
        };
        let around = Surroundings {
            claimed: &|_| true,
            artifact_name: &str::to_owned,
            incident_source: false,
        };
        let facts = Facts {
            names: &Arc::new(names),
            facts: &facts,
        };
        let as_of = Timestamp::from_seconds(100);
        let rules = Rules::default();
        gather(&definition, &rules, &[facts], &around, as_of).with_tickets(&rules, &[])
    }

    fn held(repository: &str, kinds: &[Kind<Text>]) -> Vec<String> {
        let workload = gathered(repository, kinds);
        let text = |name: &Name| workload.text(*name).to_owned();
        let line = |gate: &crate::model::entity::Gate| {
            let changes: Vec<String> = gate.changes.iter().map(text).collect();
            format!("{}: {}", text(&gate.id), changes.join(" "))
        };
        workload.gates.iter().map(line).collect()
    }

    #[test]
    fn a_gate_holds_what_its_tickets_and_requests_are() {
        let kinds = [
            change("#1", "shop", "PAY-1"),
            change("#2", "shop", "PAY-1"),
            change("#1", "till", "OPS-7"),
            gate("by-ticket", None, &["PAY-1"]),
            gate("by-request", None, &["till#1", "PAY-9"]),
            gate("by-number", None, &["#1"]),
            gate("of-nobody", None, &["PAY-9"]),
            gate("of-service", Some("shop"), &["of-service", "PAY-9"]),
            gate("of-both", Some("shop"), &["#2", "PAY-9"]),
        ];
        assert_eq!(
            held("shop", &kinds),
            ["by-ticket: #1 #2", "of-service: PAY-9", "of-both: #2"]
        );
        assert_eq!(held("till", &kinds), ["by-request: #1"]);
        assert!(held("else", &kinds).is_empty());
    }

    #[test]
    fn a_gate_of_nothing_but_changes_is_of_who_has_them() {
        for (id, named, is_held) in [
            ("shop#1", "shop#1", true),
            ("1", "shop#1", true),
            ("1", "shop!1", true),
            ("#1", "shop#1", true),
            ("pr-1", "pr-1", true),
            ("1", "till#1", false),
            ("1", "1", false),
            ("#1", "#1", false),
        ] {
            let kinds = [change(id, "shop", "PAY-1"), gate("g", None, &[named])];
            let told = if is_held {
                vec![format!("g: {id}")]
            } else {
                Vec::new()
            };
            assert_eq!(held("shop", &kinds), told, "{id} {named}");
            assert!(held("till", &[gate("g", None, &[named])]).is_empty());
        }
    }
}
