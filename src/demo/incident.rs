//! Incidents: after a deployment that hurts, or for no reason that a deployment could be; ended by a rollback, by a hotfix, or by themselves. And what
//! people declare afterwards: which deployment it was, that one was not planned, that a service is to stay as it is.

use crate::event::kind::{Incident, IncidentPhase, Kind, Mark, MarkKind};
use crate::event::time::Span;

use super::change::RequestKind;
use super::delivery::RolloutKind;
use super::repository::{Next, Repository};
use super::words::TROUBLES;

pub struct Trouble {
    pub line: usize,
    /// The deployment that it came from, and its commit.
    pub cause: Option<(String, u32)>,
    pub is_named: bool,
    pub text: &'static str,
}

impl Repository<'_> {
    /// A deployment has hurt: it will be noticed.
    pub fn hurt(&mut self, line: usize, deployment: String, commit: u32) {
        let is_named = self.dice.chance(0.4);
        let text = self.dice.pick(&TROUBLES);
        let id = self.number();
        let trouble = Trouble {
            line,
            cause: Some((deployment, commit)),
            is_named,
            text,
        };
        self.troubles.insert(id, trouble);
        let seconds = self.dice.skewed(2_400.0);
        self.soon(seconds, Next::Detect(id));
    }

    /// Trouble that no deployment brought.
    pub fn befall(&mut self, line: usize, seconds_before_the_end: i64) {
        let text = self.dice.pick(&TROUBLES);
        let id = self.number();
        let trouble = Trouble {
            line,
            cause: None,
            is_named: false,
            text,
        };
        self.troubles.insert(id, trouble);
        let at = self.organisation.until - Span::from_seconds(seconds_before_the_end);
        self.plan(at, Next::Detect(id));
    }

    pub fn detect(&mut self, id: u32) {
        self.tell_incident(id, IncidentPhase::Detected);
        let seconds = self.dice.between(240, 2_400);
        self.soon(seconds, Next::Remedy(id));
    }

    pub fn remedy(&mut self, id: u32) {
        let Some(trouble) = self.troubles.get(&id) else {
            return;
        };
        let line = trouble.line;
        let commit = trouble.cause.as_ref().map(|&(_, commit)| commit);
        let history = &self.lines[line].live;
        let is_live = history.last().map(|candidate| candidate.commit) == commit;
        let before = history
            .iter()
            .rev()
            .find(|candidate| Some(candidate.commit) != commit)
            .cloned();
        let roll = self.dice.part();
        match before {
            Some(before) if is_live && roll < 0.5 => {
                self.roll_out(before, RolloutKind::Rollback(id));
                if self.dice.chance(0.8) {
                    self.start(line, RequestKind::Revert, None);
                }
            }
            _ if commit.is_some() && roll < 0.8 => {
                self.start(line, RequestKind::Hotfix, Some(id));
            }
            _ => {
                let seconds = self.dice.skewed(3_600.0);
                self.soon(seconds, Next::Resolve(id));
            }
        }
        // Whatever became of the remedy, somebody closes it in the end.
        self.soon(4 * 86_400, Next::Resolve(id));
    }

    pub fn resolve(&mut self, id: u32) {
        self.tell_incident(id, IncidentPhase::Resolved);
        let Some(trouble) = self.troubles.remove(&id) else {
            return;
        };
        if trouble.is_named || !self.dice.chance(0.6) {
            return;
        }
        let mark = self.mark(
            trouble.line,
            MarkKind::IncidentLink,
            self.incident_id(id, trouble.line),
        );
        let mark = Mark {
            deployment: trouble.cause.map(|(deployment, _)| deployment),
            ..mark
        };
        self.tell_mark(mark);
    }

    /// A person says that a hotfix was not planned, where the tool does not.
    pub fn mark_unplanned(&mut self, line: usize, deployment: &str) {
        if self.dice.chance(0.25) {
            let mark = self.mark(line, MarkKind::Unplanned, deployment.to_owned());
            self.tell_mark(mark);
        }
    }

    pub fn hold(&mut self, line: usize) {
        self.lines[line].held = true;
        let name = &self.lines[line].workload.name;
        let mark = Mark {
            reason: Some("The new model is being compared: please leave it as it is".to_owned()),
            environment: Some("production".to_owned()),
            ..self.mark(line, MarkKind::Hold, format!("{name}/production"))
        };
        self.tell_mark(mark);
    }

    fn mark(&self, line: usize, kind: MarkKind, target: String) -> Mark<String> {
        Mark {
            mark: format!("{}-{}", self.lines[line].workload.name, self.told),
            target,
            by: Some(self.person(line, 0)),
            service: Some(self.lines[line].workload.name.clone()),
            kind,
            ..Mark::default()
        }
    }

    fn tell_mark(&mut self, mark: Mark<String>) {
        let id = format!("mark/{}", mark.mark);
        self.tell("leadtime".to_owned(), id, Kind::Mark(mark));
    }

    fn incident_id(&self, id: u32, line: usize) -> String {
        format!("P{:04}-{id}", self.lines[line].workload.number)
    }

    fn tell_incident(&mut self, id: u32, phase: IncidentPhase) {
        let Some(trouble) = self.troubles.get(&id) else {
            return;
        };
        let incident = self.incident_id(id, trouble.line);
        let name = &self.lines[trouble.line].workload.name;
        let named = trouble.cause.as_ref().filter(|_| trouble.is_named);
        // Some write down the deployment, some the commit.
        let by_commit = id.is_multiple_of(3);
        let fact = Incident {
            service: Some(name.clone()),
            environment: Some("production".to_owned()),
            description: Some(format!("{} ({name})", trouble.text)),
            url: Some(format!("https://acme.pagerduty.com/incidents/{incident}")),
            severity: Some(if id.is_multiple_of(4) { "high" } else { "low" }.to_owned()),
            deployment: named
                .filter(|_| !by_commit)
                .map(|(deployment, _)| deployment.clone()),
            sha: named
                .filter(|_| by_commit)
                .map(|&(_, commit)| self.sha(commit)),
            phase,
            incident: incident.clone(),
            ..Incident::default()
        };
        let word = match phase {
            IncidentPhase::Detected => "detected",
            IncidentPhase::Reported => "reported",
            IncidentPhase::Resolved => "resolved",
        };
        let source = "https://acme.pagerduty.com".to_owned();
        self.tell(source, format!("{incident}/{word}"), Kind::Incident(fact));
    }
}
