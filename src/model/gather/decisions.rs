//! Gates, incidents, tickets, and what people declared.

use super::Gatherer;
use crate::event::kind;
use crate::event::kind::{GatePhase, IncidentPhase, MarkKind, TicketPhase};
use crate::event::time::Timestamp;
use crate::model::entity::{Acknowledgement, Gate, Hold, Incident, Ticket, Vote};
use crate::model::name::Name;

/// A mark, kept until everything that it may speak of is known.
pub(super) struct Marked {
    at: Timestamp,
    fact: kind::Mark<Name>,
}

impl Gatherer {
    pub(super) fn gate(&mut self, source: Name, at: Timestamp, fact: &kind::Gate<Name>) {
        let commit = fact.sha.map(|sha| self.commit_at(sha, fact.repository));
        let gates = &mut self.workload.gates;
        let place = *self.gates.entry((source, fact.gate)).or_insert_with(|| {
            gates.push(Gate::asked(source, fact.gate, at));
            gates.len() - 1
        });
        let place = match gates[place].closed {
            // Asked for again: a new wait at the same gate, and what was decided before stays. At the very instant of its closing it is the
            // question that was just answered, told in the wrong order.
            Some(closed) if fact.phase == GatePhase::Created && closed < at => {
                gates.push(Gate {
                    opened: at,
                    closed: None,
                    decision: None,
                    responder: None,
                    comment: None,
                    votes: Vec::new(),
                    ..gates[place].clone()
                });
                self.gates.insert((source, fact.gate), gates.len() - 1);
                gates.len() - 1
            }
            _ => place,
        };
        let gate = &mut gates[place];
        match fact.phase {
            GatePhase::Created => {}
            GatePhase::Updated => gate.votes.push(Vote {
                at,
                by: fact.responder,
                decision: fact.decision,
                comment: fact.comment,
            }),
            GatePhase::Closed => {
                gate.closed = Some(at);
                gate.decision = fact.decision.or(gate.decision);
                gate.responder = fact.responder.or(gate.responder);
                gate.comment = fact.comment.or(gate.comment);
            }
        }
        gate.name = fact.name.or(gate.name);
        gate.environment = fact.environment.or(gate.environment);
        gate.requestor = fact.requestor.or(gate.requestor);
        gate.may_decide = fact.may_decide.or(gate.may_decide);
        gate.commit = commit.or(gate.commit);
        gate.artifact = fact.artifact.or(gate.artifact);
        gate.version = fact.version.or(gate.version);
        gate.url = fact.url.or(gate.url);
        if !fact.approvers.is_empty() {
            gate.approvers = fact.approvers.to_vec();
        }
        if !fact.changes.is_empty() {
            gate.changes = fact.changes.to_vec();
        }
    }

    pub(super) fn incident(&mut self, source: Name, at: Timestamp, fact: &kind::Incident<Name>) {
        let commit = fact.sha.map(|sha| self.commit_at(sha, None));
        let incidents = &mut self.workload.incidents;
        let place = *self
            .incidents
            .entry((source, fact.incident))
            .or_insert_with(|| {
                incidents.push(Incident {
                    id: fact.incident,
                    source,
                    opened: None,
                    resolved: None,
                    acknowledged: None,
                    service: None,
                    environment: None,
                    description: None,
                    severity: None,
                    url: None,
                    deployment: None,
                    commit: None,
                    change: None,
                    artifact: None,
                });
                incidents.len() - 1
            });
        let incident = &mut incidents[place];
        incident.resolved = match fact.phase {
            IncidentPhase::Resolved => Some(at),
            // Seen again after it was resolved: it is open again.
            IncidentPhase::Detected => incident.resolved.filter(|resolved| *resolved == at),
            IncidentPhase::Reported => incident.resolved,
        };
        // What is told after the end says nothing of the beginning.
        if fact.phase != IncidentPhase::Resolved && incident.resolved.is_none_or(|end| end == at) {
            incident.opened = incident.opened.or(Some(at));
        }
        let told = fact.acknowledged.map(|at| Acknowledgement {
            at,
            by: fact.acknowledged_by,
        });
        // Told of later without it, nobody is at it any more.
        let still = |was: &Acknowledgement| fact.phase != IncidentPhase::Detected || was.at >= at;
        incident.acknowledged = told.or(incident.acknowledged.filter(still));
        incident.service = fact.service.or(incident.service);
        incident.environment = fact.environment.or(incident.environment);
        incident.description = fact.description.or(incident.description);
        incident.severity = fact.severity.or(incident.severity);
        incident.url = fact.url.or(incident.url);
        incident.commit = commit.or(incident.commit);
        incident.change = fact.change.or(incident.change);
        incident.artifact = fact.artifact.or(incident.artifact);
        if fact.deployment.is_some() {
            incident.deployment = Some(fact.deployment);
        }
    }

    pub(super) fn ticket(&mut self, at: Timestamp, fact: &kind::Ticket<Name>) {
        let tickets = &mut self.workload.tickets;
        let place = *self.tickets.entry(fact.ticket).or_insert_with(|| {
            tickets.push(Ticket {
                id: fact.ticket,
                summary: None,
                url: None,
                kind: None,
                labels: Vec::new(),
                changes: Vec::new(),
                created: at,
                closed: None,
            });
            tickets.len() - 1
        });
        let ticket = &mut tickets[place];
        ticket.closed = match fact.phase {
            TicketPhase::Closed => Some(at),
            TicketPhase::Created => ticket.closed.filter(|closed| *closed == at),
            TicketPhase::Updated => ticket.closed,
        };
        ticket.summary = fact.summary.or(ticket.summary);
        ticket.url = fact.url.or(ticket.url);
        ticket.kind = fact.kind.or(ticket.kind);
        if !fact.labels.is_empty() {
            ticket.labels = fact.labels.to_vec();
        }
        for change in &fact.changes {
            if !ticket.changes.contains(change) {
                ticket.changes.push(*change);
            }
        }
    }

    pub(super) fn mark(&mut self, at: Timestamp, fact: &kind::Mark<Name>) {
        let fact = fact.clone();
        self.marks.push(Marked { at, fact });
    }

    /// Applies what people declared, oldest first; a gate that names only a version or an artifact gets its commit.
    pub(super) fn decide(&mut self) {
        for place in 0..self.workload.gates.len() {
            let gate = &self.workload.gates[place];
            let (artifact, version, opened) = (gate.artifact, gate.version, gate.opened);
            if gate.commit.is_none() {
                let (told, digest) = self.told_by(artifact);
                let texts = [artifact, digest, version.or(told)];
                self.workload.gates[place].commit = self.origin(texts, opened);
            }
        }
        for Marked { at, fact } in std::mem::take(&mut self.marks) {
            self.declare(at, &fact);
        }
    }

    fn declare(&mut self, at: Timestamp, fact: &kind::Mark<Name>) {
        if !self.is_about_us(fact) {
            return;
        }
        let deployment = self.deployment_of(fact.target);
        let workload = &mut self.workload;
        match fact.kind {
            MarkKind::IncidentLink => {
                let incidents = workload.incidents.iter_mut();
                for incident in incidents.filter(|one| one.id == fact.target) {
                    incident.deployment = Some(fact.deployment);
                }
            }
            MarkKind::Unplanned => workload.marked_unplanned.push(deployment),
            MarkKind::Failed => workload.marked_failed.push(deployment),
            MarkKind::Ignore => {
                workload.incidents.retain(|i| i.id != fact.target);
                workload.records.retain(|r| r.deployment != deployment);
            }
            MarkKind::Hold => {
                if let Some(environment) = self.held(fact) {
                    self.workload.holds.push(Hold {
                        environment,
                        from: at,
                        until: None,
                        by: fact.by,
                        reason: fact.reason,
                    });
                }
            }
            MarkKind::ReleaseHold => {
                if let Some(environment) = self.held(fact) {
                    for hold in &mut self.workload.holds {
                        if hold.environment == environment {
                            hold.until = hold.until.or(Some(at));
                        }
                    }
                }
            }
            // A rule that was set aside is told, and changes no figure.
            MarkKind::Override | MarkKind::Other => {}
        }
    }

    /// The deployment that a mark names by its own id, else by that of one of its records.
    fn deployment_of(&self, target: Name) -> Name {
        let records = &self.workload.records;
        let by_record = || records.iter().find(|record| record.id == target);
        if records.iter().any(|record| record.deployment == target) {
            return target;
        }
        by_record().map_or(target, |record| record.deployment)
    }

    /// The environment that a hold is about, where it is about this workload. Its target is `workload/environment`, or an environment, for all workloads.
    fn held(&mut self, fact: &kind::Mark<Name>) -> Option<Name> {
        let workload = &mut self.workload;
        let target = workload.text(fact.target);
        if !target.contains('/') {
            return Some(fact.environment.unwrap_or(fact.target));
        }
        // Workloads and environments may have such names themselves.
        let rest = target.strip_prefix(workload.name());
        if let Some(environment) = rest.and_then(|rest| rest.strip_prefix('/')) {
            let environment = environment.to_owned();
            return Some(workload.names.intern(&environment));
        }
        let mut records = workload.records.iter();
        let is_known = workload.path.deployment_to(target).is_some()
            || records.any(|record| record.environment == Some(fact.target));
        is_known.then_some(fact.target)
    }

    /// Whether a mark may be about this workload: one that names a service, or a workload, is about that one alone. Tools number what they do each for
    /// themselves, so one id may stand for things of many workloads.
    fn is_about_us(&self, fact: &kind::Mark<Name>) -> bool {
        let services = &self.workload.definition.services;
        let service = fact.service.map(|name| self.workload.text(name));
        service.is_none_or(|service| {
            service == self.workload.name() || services.iter().any(|own| own == service)
        })
    }
}
