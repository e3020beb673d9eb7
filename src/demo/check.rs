//! The checks on a request's head: the tests of its CI tool, which sometimes fail for a reason and sometimes for none.

use crate::event::kind::{Kind, Outcome, Phase, Run, RunKind};
use crate::event::time::Span;

use super::change::Request;
use super::repository::{Next, Repository};
use super::workload::Ci;

/// One run as it is told.
pub struct Execution {
    pub line: usize,
    pub number: u32,
    pub name: String,
    /// The tool that it began in.
    pub source: String,
    pub kind: RunKind,
    pub step: Option<&'static str>,
    pub commit: u32,
    pub branch: String,
    pub attempt: u32,
}

impl Repository<'_> {
    pub fn check_start(&mut self, id: u32) {
        let Some(mut request) = self.requests.remove(&id) else {
            return;
        };
        // A newer head stops the check of the older one.
        let stopped = request.check.take();
        if let Some(stopped) = &stopped {
            self.tell_run(stopped, Phase::Finished, Some(Outcome::Cancelled));
        }
        request.attempt += 1;
        let again =
            stopped.is_none() && request.attempt > 1 && self.ci(request.line) == Ci::Actions;
        if !again {
            request.run = self.number();
        }
        let check = Execution {
            line: request.line,
            number: request.run,
            name: self.run_name(request.line, "unit"),
            source: self.ci_source(request.line),
            kind: RunKind::Test,
            step: Some("test"),
            commit: request.commits.last().copied().unwrap_or(request.base),
            branch: request.branch.clone(),
            attempt: request.attempt,
        };
        self.tell_run(&check, Phase::Started, None);
        request.check = Some(check);
        let seconds = self.dice.skewed(420.0);
        request.check_end = self.now + Span::from_seconds(seconds);
        self.plan(request.check_end, Next::CheckEnd(id));
        self.requests.insert(id, request);
    }

    pub fn check_end(&mut self, id: u32) {
        let is_due = |request: &Request| request.check_end == self.now && request.check.is_some();
        if !self
            .requests
            .get(&id)
            .is_some_and(|request| is_due(request))
        {
            return;
        }
        let Some(mut request) = self.requests.remove(&id) else {
            return;
        };
        let roll = self.dice.part();
        let is_flaky = roll < 0.07 && request.attempt < 3;
        let is_broken =
            (0.07..0.17).contains(&roll) && request.rounds < 2 && request.commits.len() < 9;
        let outcome = if is_flaky || is_broken {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        if let Some(check) = request.check.take() {
            self.tell_run(&check, Phase::Finished, Some(outcome));
            request.checked =
                outcome == Outcome::Success && request.commits.last() == Some(&check.commit);
        }
        if is_flaky {
            let seconds = self.dice.between(200, 2_400);
            self.soon(seconds, Next::CheckStart(id));
        } else if is_broken && !request.fixing {
            request.fixing = true;
            self.work(request.line, 1.5, Next::Commit(id));
        }
        self.requests.insert(id, request);
        self.merge_when_ready(id);
    }

    /// Which tool runs it now; one that is swapped is so from the middle of the history on.
    pub fn ci(&self, line: usize) -> Ci {
        let workload = self.lines[line].workload;
        let length = self.organisation.until - self.organisation.start;
        let middle = self.organisation.start + Span::from_micros(length.micros() / 2);
        if workload.swaps && self.now >= middle {
            Ci::Circle
        } else {
            workload.ci
        }
    }

    /// What the run is called: Jenkins names its jobs after the workload.
    pub fn run_name(&self, line: usize, what: &str) -> String {
        let name = &self.lines[line].workload.name;
        match self.ci(line) {
            Ci::Jenkins => format!("{name}-{what}"),
            Ci::Circle | Ci::Actions if self.lines.len() > 1 => format!("{name}/{what}"),
            Ci::Circle | Ci::Actions => what.to_owned(),
        }
    }

    pub fn ci_source(&self, line: usize) -> String {
        let name = &self.lines[line].workload.name;
        match self.ci(line) {
            Ci::Jenkins => format!("https://jenkins.acme.example/job/{name}"),
            Ci::Circle => format!("https://circleci.com/gh/{}", self.origin.name),
            Ci::Actions => self.host(),
        }
    }

    pub fn tell_run(&mut self, execution: &Execution, phase: Phase, outcome: Option<Outcome>) {
        let source = execution.source.clone();
        let name = &self.lines[execution.line].workload.name;
        let run = format!("{name}-{}", execution.number);
        let word = match phase {
            Phase::Queued => "queued",
            Phase::Started => "started",
            Phase::Finished => "finished",
        };
        let fact = Run {
            name: Some(execution.name.clone()),
            url: Some(match source.strip_prefix("github:") {
                Some(host) => format!("https://{host}/actions/runs/{}", execution.number),
                None => format!("{source}/{}", execution.number),
            }),
            repository: Some(self.origin.name.clone()),
            sha: Some(self.sha(execution.commit)),
            step: execution.step.map(str::to_owned),
            branch: Some(execution.branch.clone()),
            kind: execution.kind,
            phase,
            outcome,
            attempt: Some(execution.attempt),
            run: run.clone(),
            ..Run::default()
        };
        let id = format!("run/{run}/{}/{word}", execution.attempt);
        self.tell(source, id, Kind::Run(fact));
    }
}
