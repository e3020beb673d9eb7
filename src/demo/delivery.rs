//! Deployments: to staging by themselves, to production once decided; in records that share an id, in slots, with failed attempts, rollbacks,
//! redeploys. What goes wrong afterwards stands in [`super::incident`].

use crate::event::kind::{Deployment, Kind, Outcome, Phase};
use crate::event::time::Timestamp;

use super::pipeline::Candidate;
use super::repository::{Next, Repository};
use super::workload::{Approval, Path};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutKind {
    Change,
    /// Back to an older candidate, because of a trouble.
    Rollback(u32),
    /// The same once more, with other settings.
    Redeploy,
}

/// A deployment to production.
pub struct Rollout {
    pub candidate: Candidate,
    pub kind: RolloutKind,
    tries: u8,
    /// Which of its records runs.
    record: u8,
    started: Timestamp,
}

impl Rollout {
    /// The second attempt after a failed one.
    pub const fn is_again(&self) -> bool {
        self.tries > 0
    }
}

impl Repository<'_> {
    pub fn staging_start(&mut self, id: u32) {
        let Some(candidate) = self.candidates.remove(&id) else {
            return;
        };
        self.tell_staging(&candidate, Phase::Started, None);
        let seconds = self.dice.skewed(200.0);
        self.soon(seconds, Next::StagingEnd(id));
        self.candidates.insert(id, candidate);
    }

    pub fn staging_end(&mut self, id: u32) {
        let Some(candidate) = self.candidates.remove(&id) else {
            return;
        };
        let is_first = self.lines[candidate.line].live.is_empty();
        let fails = !is_first && candidate.hot.is_none() && self.dice.chance(0.02);
        let outcome = if fails {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        self.tell_staging(&candidate, Phase::Finished, Some(outcome));
        if !fails {
            self.stand_by(candidate);
        }
    }

    /// Takes the newest candidate towards production, unless something is already on its way there.
    pub fn promote(&mut self, line: usize) {
        let state = &self.lines[line];
        let by_train =
            state.workload.approval == Approval::Board || state.workload.path == Path::Library;
        if state.asked || state.rolling || state.held || (by_train && !state.live.is_empty()) {
            return;
        }
        if let Some(staged) = state.staged.clone().filter(|s| s.number > state.newest) {
            self.ask(staged);
        }
    }

    pub fn roll_out(&mut self, candidate: Candidate, kind: RolloutKind) {
        let line = candidate.line;
        let is_urgent = candidate.hot.is_some() || kind != RolloutKind::Change;
        let is_first = self.lines[line].live.is_empty();
        self.lines[line].rolling = true;
        let id = self.number();
        let rollout = Rollout {
            candidate,
            kind,
            tries: 0,
            record: 0,
            started: self.now,
        };
        self.rollouts.insert(id, rollout);
        if is_urgent || is_first {
            let seconds = self.dice.between(30, 300);
            self.soon(seconds, Next::RolloutStart(id));
        } else {
            self.work(line, 0.4, Next::RolloutStart(id));
        }
    }

    pub fn rollout_start(&mut self, id: u32) {
        let Some(mut rollout) = self.rollouts.remove(&id) else {
            return;
        };
        let line = rollout.candidate.line;
        if rollout.record == 0 {
            rollout.started = self.now;
            if rollout.tries == 0 && rollout.kind == RolloutKind::Change {
                self.lines[line].green = !self.lines[line].green;
            }
            self.announce(&rollout);
        }
        self.tell_rollout(id, &rollout, Phase::Started, None);
        let seconds = self.dice.skewed(260.0);
        self.soon(seconds, Next::RolloutEnd(id));
        self.rollouts.insert(id, rollout);
    }

    pub fn rollout_end(&mut self, id: u32) {
        let Some(mut rollout) = self.rollouts.remove(&id) else {
            return;
        };
        let line = rollout.candidate.line;
        let is_first = self.lines[line].live.is_empty();
        if !is_first && rollout.tries == 0 && rollout.record == 0 && self.dice.chance(0.06) {
            self.tell_rollout(id, &rollout, Phase::Finished, Some(Outcome::Failure));
            rollout.tries = 1;
            let again = self.number();
            self.rollouts.insert(again, rollout);
            let seconds = self.dice.between(600, 5_400);
            self.soon(seconds, Next::RolloutStart(again));
            return;
        }
        self.tell_rollout(id, &rollout, Phase::Finished, Some(Outcome::Success));
        rollout.record += 1;
        if rollout.record < self.records(line) {
            let is_mobile = self.lines[line].workload.path == Path::MobileApp;
            let pause = if is_mobile {
                self.dice.between(40_000, 100_000)
            } else {
                240
            };
            self.soon(pause, Next::RolloutStart(id));
            self.rollouts.insert(id, rollout);
            return;
        }
        self.complete(id, rollout);
    }

    /// A deployment has succeeded: what it means for its line.
    fn complete(&mut self, id: u32, rollout: Rollout) {
        let line = rollout.candidate.line;
        let index = u32::try_from(line).unwrap_or(0);
        let deployment = self.deployment_id(id, line);
        let fragile = self.lines[line].workload.fragile;
        self.lines[line].rolling = false;
        match rollout.kind {
            RolloutKind::Change => {
                let is_first = self.lines[line].live.is_empty();
                if let Some(trouble) = rollout.candidate.hot {
                    self.soon(300, Next::Resolve(trouble));
                    self.mark_unplanned(line, &deployment);
                } else if !is_first && self.dice.chance(fragile) {
                    self.hurt(line, deployment, rollout.candidate.commit);
                } else if !is_first && self.dice.chance(0.07) {
                    let again = rollout.candidate.clone();
                    self.roll_out(again, RolloutKind::Redeploy);
                }
                self.go_live(rollout.candidate);
            }
            RolloutKind::Rollback(trouble) => {
                self.soon(400, Next::Resolve(trouble));
                self.lines[line].live.push(rollout.candidate);
            }
            RolloutKind::Redeploy => {}
        }
        self.work(line, 0.5, Next::Promote(index));
    }

    fn go_live(&mut self, candidate: Candidate) {
        let line = &mut self.lines[candidate.line];
        // A hotfix of a release line says nothing of what waits for the board.
        if candidate.hot.is_none() || line.workload.approval != Approval::Board {
            line.newest = line.newest.max(candidate.number);
        }
        line.live.push(candidate);
        if line.live.len() > 6 {
            line.live.remove(0);
        }
    }

    const fn is_staged(path: Path) -> bool {
        matches!(path, Path::MobileApp)
    }

    fn records(&self, line: usize) -> u8 {
        let workload = self.lines[line].workload;
        if Self::is_staged(workload.path) {
            3
        } else {
            workload.regions
        }
    }

    pub fn deployment_id(&self, id: u32, line: usize) -> String {
        format!("{}-production-{id}", self.lines[line].workload.name)
    }

    fn tell_rollout(&mut self, id: u32, rollout: &Rollout, phase: Phase, outcome: Option<Outcome>) {
        let line = rollout.candidate.line;
        let deployment = self.deployment_id(id, line);
        let record = match (self.lines[line].workload.path, self.records(line)) {
            (Path::MobileApp, _) => {
                let part = ["10-percent", "50-percent", "100-percent"];
                format!("{deployment}/{}", part[usize::from(rollout.record.min(2))])
            }
            (_, 1) => deployment.clone(),
            _ => format!(
                "{deployment}/{}",
                ["eu", "us"][usize::from(rollout.record.min(1))]
            ),
        };
        let workload = self.lines[line].workload;
        let slot = if self.lines[line].green {
            "green"
        } else {
            "blue"
        };
        let mut fact = self.deployment(&rollout.candidate, record, "production");
        fact.deployment = Some(deployment);
        fact.phase = phase;
        fact.outcome = outcome;
        fact.slot = workload.slots.then(|| slot.to_owned());
        fact.unplanned = rollout.candidate.hot.is_some() && workload.number % 4 != 1;
        // Not every tool knows that it goes back.
        fact.rollback =
            matches!(rollout.kind, RolloutKind::Rollback(_)) && workload.number % 3 != 1;
        fact.started = (phase == Phase::Finished && rollout.record == 0).then_some(rollout.started);
        self.tell_deployment(fact, line);
    }

    fn tell_staging(&mut self, candidate: &Candidate, phase: Phase, outcome: Option<Outcome>) {
        let workload = self.lines[candidate.line].workload;
        let environment = if workload.path == Path::MobileApp {
            "beta"
        } else {
            "staging"
        };
        let record = format!("{}-{environment}-{}", workload.name, candidate.number);
        let mut fact = self.deployment(candidate, record.clone(), environment);
        fact.deployment = Some(record);
        fact.phase = phase;
        fact.outcome = outcome;
        self.tell_deployment(fact, candidate.line);
    }

    fn deployment(
        &self,
        candidate: &Candidate,
        record: String,
        environment: &str,
    ) -> Deployment<String> {
        let workload = self.lines[candidate.line].workload;
        let is_code = workload.path == Path::Infrastructure;
        Deployment {
            url: Some(format!("{}/{record}", deployer(workload.path))),
            record,
            service: Some(workload.name.clone()),
            environment: Some(environment.to_owned()),
            repository: Some(self.origin.name.clone()),
            sha: Some(self.sha(candidate.commit)),
            artifact: (!is_code).then(|| self.purl(candidate)),
            version: (!is_code).then(|| candidate.version.clone()),
            pipeline: Some(format!("{}-{environment}", workload.name)),
            ..Deployment::default()
        }
    }

    fn tell_deployment(&mut self, fact: Deployment<String>, line: usize) {
        let word = match fact.phase {
            Phase::Queued => "queued",
            Phase::Started => "started",
            Phase::Finished => "finished",
        };
        let source = deployer(self.lines[line].workload.path).to_owned();
        self.tell(
            source,
            format!("{}/{word}", fact.record),
            Kind::Deployment(fact),
        );
    }
}

const fn deployer(path: Path) -> &'static str {
    match path {
        Path::WebService => "https://argocd.acme.example",
        Path::Library => "https://npm.acme.example",
        Path::Image => "https://harbor.acme.example",
        Path::Infrastructure => "https://terraform.acme.example",
        Path::MobileApp => "https://play.acme.example",
    }
}
