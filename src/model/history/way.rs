//! What happened to a change on its way: runs, artifacts, scans, gates, deployments and incidents, found by its commits and by those that carried it.

use super::{Happening, Teller, Tone, colon, ended};
use crate::event::kind::{Decision, Outcome, RunKind};
use crate::event::time::{Span, Timestamp};
use crate::model::delivery::{ArrivalKind, Delivery};
use crate::model::entity::{Change, ChangeAt, CommitAt, Gate, Record, Run, Scan};
use crate::model::environment::version;
use crate::model::incident::link;
use crate::model::state::{Lives, beyond, carried};
use crate::model::step;

/// The commits of a change, and those that carried it somewhere.
pub(super) fn commits(lives: &Lives<'_>, place: ChangeAt, change: &Change) -> Vec<CommitAt> {
    let mut commits = change.commits.to_vec();
    commits.extend(change.sha);
    commits.extend(change.head);
    for delivery in &lives.deliveries {
        let record = delivery.arrival(place).and_then(|arrival| {
            let row = delivery.row(arrival.row)?;
            lives.workload.records.get(row.record as usize)
        });
        commits.extend(record.and_then(|record| record.commit));
    }
    commits.sort_unstable();
    commits.dedup();
    commits
}

impl Teller<'_, '_> {
    pub(super) fn ran(&mut self) {
        for run in &self.workload.runs {
            let commit = run.commit.or_else(|| self.made_of(run.artifact));
            if !self.is_own(commit) {
                continue;
            }
            let begun = run.started.or(run.queued);
            let Some(at) = run.finished.or(begun) else {
                continue;
            };
            let one = self.run(run);
            self.tell(at, Some(run.source), one);
        }
    }

    fn run(&self, run: &Run) -> Happening {
        let kind = match run.kind {
            RunKind::Pipeline => "pipeline",
            RunKind::Task => "task",
            RunKind::Test => "test",
            RunKind::Build => "build",
        };
        let name = run.name.map_or("", |name| self.workload.text(name));
        let (mut word, tone) = ended(run.finished.is_some(), run.outcome);
        if run.finished.is_none() && run.started.is_none() {
            word = "queued";
        }
        let attempt = match run.attempt {
            0 | 1 => String::new(),
            attempt => format!(", attempt {attempt}"),
        };
        let subject = if name.is_empty() {
            kind.to_owned()
        } else if name.to_lowercase().contains(kind) {
            name.to_owned()
        } else {
            format!("{kind} {name}")
        };
        Happening {
            what: format!("{subject} {word}{attempt}"),
            tone,
            url: self.text(run.url),
            took: took(run.started, run.finished),
            ..Happening::default()
        }
    }

    /// The commit that an artifact was built from.
    fn made_of(&self, artifact: Option<crate::model::name::Name>) -> Option<CommitAt> {
        let id = artifact?;
        let mut artifacts = self.workload.artifacts.iter();
        artifacts.find(|artifact| artifact.id == id)?.commit
    }

    pub(super) fn built(&mut self) {
        for artifact in &self.workload.artifacts {
            if !self.is_own(artifact.commit) {
                continue;
            }
            let name = artifact.version.unwrap_or(artifact.id);
            let name = self.workload.text(name);
            let materials = if artifact.sbom.is_some() {
                ", with its bill of materials"
            } else {
                ""
            };
            let times = [
                (artifact.packaged, "built"),
                (artifact.published, "published"),
            ];
            for (at, word) in times {
                let one = Happening {
                    what: format!("artifact {name} {word}{materials}"),
                    tone: Tone::Good,
                    ..Happening::default()
                };
                if let Some(at) = at {
                    self.tell(at, Some(artifact.source), one);
                }
            }
        }
        for scan in &self.workload.scans {
            if self.is_own(scan.commit.or_else(|| self.made_of(scan.artifact))) {
                let one = self.scan(scan);
                self.tell(scan.at, Some(scan.source), one);
            }
        }
    }

    fn scan(&self, scan: &Scan) -> Happening {
        let tool = scan.tool.map_or(String::new(), |tool| {
            format!(" by {}", self.workload.text(tool))
        });
        let (word, tone) = ended(true, scan.outcome);
        let counts = scan.counts.map_or_else(String::new, |counts| {
            format!(
                ": {} critical, {} high, {} medium, {} low",
                counts.critical, counts.high, counts.medium, counts.low
            )
        });
        Happening {
            what: format!("scan{tool} {word}{counts}"),
            tone,
            url: self.text(scan.url),
            ..Happening::default()
        }
    }

    pub(super) fn gates(&mut self) {
        for gate in &self.workload.gates {
            if self.held_by(gate) {
                self.gate(gate);
            }
        }
    }

    fn held_by(&self, gate: &Gate) -> bool {
        if gate.changes.contains(&self.change.id) {
            return true;
        }
        let Some(commit) = gate.commit else {
            return false;
        };
        // A commit carries the changes below it as far as they had not arrived beyond the gate.
        let beyond = step::of_gate(self.workload, gate)
            .and_then(|step| beyond(self.workload, &self.lives.deliveries, step));
        let arrived = beyond.and_then(|delivery| delivery.arrival(self.place));
        if arrived.is_some_and(|arrival| arrival.at < gate.opened) {
            return false;
        }
        self.is_own(Some(commit))
            || carried(self.workload, commit, gate.opened, beyond).contains(&self.place)
    }

    fn gate(&mut self, gate: &Gate) {
        let step = step::of_gate(self.workload, gate)
            .map(|step| self.workload.path.steps[step].name.clone());
        let name = self.text(gate.name).or(step);
        let name = name.unwrap_or_else(|| self.workload.text(gate.id).to_owned());
        let url = self.text(gate.url);
        let line = |what: String, tone, by| Happening {
            what,
            tone,
            by,
            url: url.clone(),
            ..Happening::default()
        };
        let source = Some(gate.source);
        let opened = format!("gate {name} opened");
        let by = self.text(gate.requestor);
        self.tell(gate.opened, source, line(opened, Tone::Gate, by));
        for vote in &gate.votes {
            let comment = colon(self.text(vote.comment));
            let word = vote
                .decision
                .map_or("commented on", |decision| decided(decision).0);
            let what = format!("gate {name} {word}{comment}");
            let by = self.text(vote.by);
            self.tell(vote.at, source, line(what, Tone::Plain, by));
        }
        if let Some(at) = gate.closed {
            let (word, tone) = gate.decision.map_or(("closed", Tone::Plain), decided);
            let what = format!("gate {name} {word}{}", colon(self.text(gate.comment)));
            let mut one = line(what, tone, self.text(gate.responder));
            one.took = took(Some(gate.opened), Some(at));
            self.tell(at, source, one);
        }
    }

    pub(super) fn deployed(&mut self) {
        let lives = self.lives;
        for delivery in &lives.deliveries {
            let arrival = delivery.arrival(self.place);
            for record in &self.workload.records {
                let environment = record.environment.map(|name| self.workload.text(name));
                let before = arrival.is_none_or(|arrival| {
                    record
                        .finished
                        .is_none_or(|finished| finished <= arrival.at)
                });
                if environment == Some(&delivery.environment)
                    && before
                    && self.tried(record, delivery)
                {
                    self.deployment(record, delivery, Tone::Plain, false);
                }
            }
            let brought = arrival.and_then(|arrival| {
                let row = delivery.row(arrival.row)?;
                let record = self.workload.records.get(row.record as usize)?;
                Some((record, arrival.kind == ArrivalKind::Inferred))
            });
            if let Some((record, inferred)) = brought {
                self.deployment(record, delivery, Tone::Good, inferred);
            }
        }
    }

    /// A record that carried the change and did not bring it, or has not yet.
    fn tried(&self, record: &Record, delivery: &Delivery) -> bool {
        if matches!(record.outcome, Some(Outcome::Success | Outcome::Skipped)) {
            return false;
        }
        let begin = record.queued.or(record.started).or(record.finished);
        let Some((commit, begin)) = record.commit.zip(begin) else {
            return false;
        };
        carried(self.workload, commit, begin, Some(delivery)).contains(&self.place)
    }

    fn deployment(&mut self, record: &Record, delivery: &Delivery, tone: Tone, inferred: bool) {
        let begun = record.started.or(record.queued);
        let Some(at) = record.finished.or(begun) else {
            return;
        };
        let environment = &delivery.environment;
        let version = version(self.workload, record)
            .map_or_else(String::new, |version| format!(" in {version}"));
        let (what, tone) = if tone == Tone::Good {
            (format!("live in {environment}{version}"), Tone::Good)
        } else {
            let (word, tone) = ended(record.finished.is_some(), record.outcome);
            (format!("deployment to {environment}{version} {word}"), tone)
        };
        let one = Happening {
            what,
            tone,
            url: self.text(record.url),
            took: took(begun, record.finished),
            inferred,
            ..Happening::default()
        };
        self.tell(at, Some(record.source), one);
    }

    pub(super) fn incidents(&mut self) {
        let delivery = self.lives.production();
        let arrival = delivery.arrival(self.place);
        for link in link(self.workload, delivery, self.lives.rules) {
            let Some(incident) = self.workload.incidents.get(link.incident as usize) else {
                continue;
            };
            let same = arrival.is_some_and(|arrival| {
                link.attempt == Some(arrival.attempt)
                    && link.row.is_none_or(|row| row == arrival.row)
            });
            if !same && incident.change != Some(self.change.id) {
                continue;
            }
            let id = self.workload.text(incident.id).to_owned();
            let url = self.text(incident.url);
            let opened = Happening {
                what: format!(
                    "incident {id} opened{}",
                    colon(self.text(incident.description))
                ),
                tone: Tone::Bad,
                url: url.clone(),
                inferred: link.inferred,
                ..Happening::default()
            };
            if let Some(at) = incident.opened {
                self.tell(at, None, opened);
            }
            if let Some(at) = incident.resolved {
                let resolved = Happening {
                    what: format!("incident {id} resolved"),
                    tone: Tone::Good,
                    url,
                    took: took(incident.opened, Some(at)),
                    inferred: link.inferred,
                    ..Happening::default()
                };
                self.tell(at, None, resolved);
            }
        }
    }
}

const fn decided(decision: Decision) -> (&'static str, Tone) {
    match decision {
        Decision::Approved => ("approved", Tone::Good),
        Decision::Rejected => ("rejected", Tone::Bad),
        Decision::Cancelled => ("cancelled", Tone::Plain),
        Decision::Expired => ("expired", Tone::Plain),
        Decision::Other => ("decided", Tone::Plain),
    }
}

fn took(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<Span> {
    let (from, to) = from.zip(to)?;
    (from < to).then(|| to - from)
}
