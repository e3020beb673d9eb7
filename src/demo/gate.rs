//! Decisions before production: asked for, reminded of, made. A standard change is approved by a rule within minutes, others by somebody, and the
//! slowest by a board that meets four weeks later. Some that are asked for shortly before the present stay without an answer.

use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Span;

use super::hours;
use super::pipeline::Candidate;
use super::repository::{Next, Repository};
use super::words::{BOARD, QUALITY};
use super::workload::{Approval, Path};

/// A decision that somebody has been asked for.
pub struct Asked {
    candidate: Candidate,
    changes: Vec<u32>,
    requestor: String,
}

const WEEK: i64 = 7 * 86_400;

impl Repository<'_> {
    /// Asks for the decision on a candidate, or goes on where nobody decides.
    pub fn ask(&mut self, candidate: Candidate) {
        let line = candidate.line;
        let approval = self.lines[line].workload.approval;
        let is_first = self.lines[line].live.is_empty();
        if approval == Approval::None || is_first {
            self.roll_out(candidate, super::delivery::RolloutKind::Change);
            return;
        }
        let id = self.number();
        let is_hot = candidate.hot.is_some();
        let team = self.lines[line].team;
        let asked = Asked {
            candidate,
            changes: std::mem::take(&mut self.lines[line].merged),
            requestor: team.members[self.dice.below(2)].clone(),
        };
        self.lines[line].asked |= !is_hot && approval != Approval::Board;
        self.tell_gate(id, &asked, GatePhase::Created, |_| {});
        self.gates.insert(id, asked);
        let day = i64::from(u8::from(self.dice.chance(0.5)));
        match approval {
            _ if is_hot => {
                let seconds = self.dice.between(180, 1_500);
                self.soon(seconds, Next::Decide(id));
            }
            Approval::Board => {
                let met = self.now + Span::from_seconds(4 * WEEK - day * 86_400);
                self.plan(hours::after(met, 5 * 3_600), Next::Decide(id));
            }
            Approval::Days(days) if !self.is_left_waiting(line) => {
                self.work(line, days * 9.5, Next::Decide(id));
                if self.dice.chance(0.15) {
                    self.work(line, days * 4.0, Next::Remind(id));
                }
            }
            Approval::Days(_) => {}
            Approval::Standard | Approval::None => {
                let seconds = self.dice.between(30, 400);
                self.soon(seconds, Next::Decide(id));
            }
        }
    }

    /// Whether a gate asked for now is one of those that wait at the present.
    fn is_left_waiting(&self, line: usize) -> bool {
        let days = match self.lines[line].workload.number % 4 {
            0 => 7,
            2 => 4,
            1 => 2,
            _ => return false,
        };
        self.organisation.until - self.now < Span::from_seconds(days * 86_400)
    }

    pub fn remind(&mut self, id: u32) {
        if let Some(asked) = self.gates.remove(&id) {
            self.tell_gate(id, &asked, GatePhase::Updated, |gate| {
                gate.comment = Some("Is the load test in? Then yes from me.".to_owned());
            });
            self.gates.insert(id, asked);
        }
    }

    pub fn decide(&mut self, id: u32) {
        let Some(asked) = self.gates.remove(&id) else {
            return;
        };
        let workload = self.lines[asked.candidate.line].workload;
        let is_hot = asked.candidate.hot.is_some();
        let is_rejected =
            !is_hot && workload.approval != Approval::Standard && self.dice.chance(0.06);
        let responder = match workload.approval {
            Approval::Standard => "servicenow-rules".to_owned(),
            _ => (*self.dice.pick(deciders(workload.path))).to_owned(),
        };
        let line = asked.candidate.line;
        // A hotfix that went past it has taken its content along.
        let is_overtaken = !is_hot
            && workload.approval != Approval::Board
            && asked.candidate.number < self.lines[line].newest;
        let (decision, comment) = if is_overtaken {
            (Decision::Cancelled, Some("Went out with a later version"))
        } else if is_rejected {
            (
                Decision::Rejected,
                Some("No plan for going back: please add one"),
            )
        } else {
            (Decision::Approved, None)
        };
        self.tell_gate(id, &asked, GatePhase::Closed, |gate| {
            gate.responder = Some(responder);
            gate.decision = Some(decision);
            gate.comment = comment.map(str::to_owned);
        });
        let index = u32::try_from(line).unwrap_or(0);
        if !is_hot {
            self.lines[line].asked = false;
        }
        if decision == Decision::Cancelled {
            self.work(line, 0.5, Next::Promote(index));
        } else if decision == Decision::Rejected {
            self.lines[line].merged.splice(..0, asked.changes);
            self.lines[line].newest = self.lines[line].newest.max(asked.candidate.number);
            self.work(line, 3.0, Next::Promote(index));
        } else {
            self.roll_out(asked.candidate, super::delivery::RolloutKind::Change);
        }
    }

    fn tell_gate(
        &mut self,
        id: u32,
        asked: &Asked,
        phase: GatePhase,
        adapt: impl FnOnce(&mut Gate<String>),
    ) {
        let candidate = &asked.candidate;
        let workload = self.lines[candidate.line].workload;
        let gate = format!("CHG{:04}{id:06}", workload.number);
        let (name, approvers) = match workload.path {
            Path::Infrastructure => ("apply-approval", "@change-board"),
            Path::MobileApp => ("qa", "@qa"),
            _ => ("cab", "@change-board"),
        };
        let mut fact = Gate {
            name: Some(name.to_owned()),
            requestor: Some(asked.requestor.clone()),
            url: Some(format!("https://servicenow.acme.example/change/{gate}")),
            repository: Some(self.origin.name.clone()),
            sha: Some(self.sha(candidate.commit)),
            artifact: (workload.path != Path::Infrastructure).then(|| self.purl(candidate)),
            version: Some(candidate.version.clone()),
            service: Some(workload.name.clone()),
            environment: Some("production".to_owned()),
            approvers: [approvers.to_owned()].into(),
            changes: asked.changes.iter().map(|&c| self.change_id(c)).collect(),
            phase,
            gate: gate.clone(),
            ..Gate::default()
        };
        adapt(&mut fact);
        let word = match phase {
            GatePhase::Created => "created",
            GatePhase::Updated => "updated",
            GatePhase::Closed => "closed",
        };
        let source = "https://servicenow.acme.example".to_owned();
        self.tell(source, format!("{gate}/{word}"), Kind::Gate(fact));
    }
}

const fn deciders(path: Path) -> &'static [&'static str] {
    match path {
        Path::MobileApp => &QUALITY,
        _ => &BOARD,
    }
}
