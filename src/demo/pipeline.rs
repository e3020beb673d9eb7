//! What becomes of a commit on the main branch: the stages of its pipeline (test and build, or plan). What comes out well is a [`Candidate`] for the
//! environments; its artifact and scan stand in [`super::artifact`].

use crate::event::kind::{Outcome, Phase, RunKind};

use super::check::Execution;
use super::repository::{Next, Repository};
use super::workload::{Ci, Path};

/// A commit that may become a version.
#[derive(Clone)]
pub struct Candidate {
    pub number: u32,
    pub line: usize,
    pub commit: u32,
    pub version: String,
    /// The trouble that it is to end, when it is a hotfix.
    pub hot: Option<u32>,
    pipeline: u32,
    source: String,
    stage: usize,
    run: u32,
    attempt: u32,
}

impl Candidate {
    /// The first commit, where nothing has been delivered yet.
    pub fn root(line: usize) -> Self {
        Self {
            number: 0,
            line,
            commit: 0,
            version: "0.0.0".to_owned(),
            hot: None,
            pipeline: 0,
            source: String::new(),
            stage: 0,
            run: 0,
            attempt: 0,
        }
    }
}

struct Stage {
    name: &'static str,
    kind: RunKind,
    step: &'static str,
    seconds: f64,
}

const TEST: Stage = Stage {
    name: "unit",
    kind: RunKind::Test,
    step: "test",
    seconds: 400.0,
};
const BUILD: Stage = Stage {
    name: "build",
    kind: RunKind::Build,
    step: "build",
    seconds: 240.0,
};
const PLAN: Stage = Stage {
    name: "plan",
    kind: RunKind::Task,
    step: "configure",
    seconds: 150.0,
};

const fn stages(path: Path) -> &'static [Stage] {
    match path {
        Path::WebService | Path::Library | Path::MobileApp => &[TEST, BUILD],
        Path::Image => &[BUILD],
        Path::Infrastructure => &[PLAN],
    }
}

impl Repository<'_> {
    /// Starts the pipeline of a commit.
    pub fn launch(&mut self, line: usize, commit: u32, hot: Option<u32>) {
        let number = self.number();
        self.lines[line].built += 1;
        let workload = self.lines[line].workload;
        let patch = u8::from(hot.is_some());
        let version = format!(
            "{}.{}.{patch}",
            1 + workload.number % 4,
            self.lines[line].built
        );
        let candidate = Candidate {
            number,
            line,
            commit,
            version,
            hot,
            pipeline: number,
            source: self.ci_source(line),
            stage: 0,
            run: 0,
            attempt: 0,
        };
        if self.ci(line) == Ci::Jenkins {
            let run = self.pipeline(&candidate);
            self.tell_run(&run, Phase::Queued, None);
        }
        self.candidates.insert(number, candidate);
        let seconds = self.dice.skewed(45.0);
        self.soon(seconds, Next::PipelineStart(number));
    }

    pub fn pipeline_start(&mut self, id: u32) {
        if let Some(candidate) = self.candidates.get(&id) {
            let run = self.pipeline(candidate);
            self.tell_run(&run, Phase::Started, None);
            self.soon(15, Next::StageStart(id));
        }
    }

    pub fn stage_start(&mut self, id: u32) {
        let Some(mut candidate) = self.candidates.remove(&id) else {
            return;
        };
        candidate.attempt += 1;
        candidate.run = self.number();
        let run = self.stage(&candidate);
        self.tell_run(&run, Phase::Started, None);
        let median = stages(self.lines[candidate.line].workload.path)[candidate.stage].seconds;
        let seconds = self.dice.skewed(median);
        self.soon(seconds, Next::StageEnd(id));
        self.candidates.insert(id, candidate);
    }

    pub fn stage_end(&mut self, id: u32) {
        let Some(mut candidate) = self.candidates.remove(&id) else {
            return;
        };
        let run = self.stage(&candidate);
        let is_first = self.lines[candidate.line].live.is_empty();
        let fails = !is_first && candidate.attempt < 3 && self.dice.chance(0.05);
        if fails {
            self.tell_run(&run, Phase::Finished, Some(Outcome::Failure));
            if self.dice.chance(0.75) || candidate.hot.is_some() {
                let seconds = self.dice.between(120, 2_000);
                self.soon(seconds, Next::StageStart(id));
                self.candidates.insert(id, candidate);
            } else {
                // The next merge has to bring the cure.
                let pipeline = self.pipeline(&candidate);
                self.tell_run(&pipeline, Phase::Finished, Some(Outcome::Failure));
            }
            return;
        }
        self.tell_run(&run, Phase::Finished, Some(Outcome::Success));
        candidate.stage += 1;
        candidate.attempt = 0;
        let path = self.lines[candidate.line].workload.path;
        if candidate.stage < stages(path).len() {
            self.soon(10, Next::StageStart(id));
            self.candidates.insert(id, candidate);
            return;
        }
        let pipeline = self.pipeline(&candidate);
        self.tell_run(&pipeline, Phase::Finished, Some(Outcome::Success));
        match path {
            Path::WebService | Path::Image => {
                self.publish(&candidate);
                let seconds = self.dice.skewed(80.0);
                self.soon(seconds, Next::Scan(id));
                self.candidates.insert(id, candidate);
            }
            Path::MobileApp => {
                self.publish(&candidate);
                self.soon(60, Next::StagingStart(id));
                self.candidates.insert(id, candidate);
            }
            Path::Library | Path::Infrastructure => self.stand_by(candidate),
        }
    }

    /// The newest candidate waits for its promotion; an older one that was overtaken is forgotten.
    pub fn stand_by(&mut self, candidate: Candidate) {
        let line = candidate.line;
        let number = u32::try_from(line).unwrap_or(0);
        if candidate.hot.is_some() {
            self.ask(candidate);
            return;
        }
        let is_newest = self.lines[line]
            .staged
            .as_ref()
            .is_none_or(|staged| staged.number < candidate.number);
        if is_newest {
            self.lines[line].staged = Some(candidate);
        }
        if self.lines[line].live.is_empty() || self.lines[line].workload.path == Path::Image {
            self.soon(120, Next::Promote(number));
        } else {
            self.work(line, 1.5, Next::Promote(number));
        }
    }

    fn pipeline(&self, candidate: &Candidate) -> Execution {
        Execution {
            line: candidate.line,
            number: candidate.pipeline,
            name: self.run_name(candidate.line, "main"),
            source: candidate.source.clone(),
            kind: RunKind::Pipeline,
            step: None,
            commit: candidate.commit,
            branch: "main".to_owned(),
            attempt: 1,
        }
    }

    fn stage(&self, candidate: &Candidate) -> Execution {
        let stage = &stages(self.lines[candidate.line].workload.path)[candidate.stage];
        Execution {
            number: candidate.run,
            name: self.run_name(candidate.line, stage.name),
            kind: stage.kind,
            step: Some(stage.step),
            attempt: candidate.attempt,
            ..self.pipeline(candidate)
        }
    }
}
