//! What goes on by itself in a repository: its founding, the pace at which changes are begun, nightly pipelines, and the scanner that looks again at
//! what is delivered, so often that in the end about as many events were told as were asked for.

use crate::event::kind::{Phase, RunKind};
use crate::event::time::Span;

use super::check::Execution;
use super::hours;
use super::pipeline::Candidate;
use super::record::Note;
use super::repository::{Next, Repository};
use super::workload::{Approval, Path};

/// The part of a repository's events that changes bring; the rest is the scanner's. Less where there are few changes: they come in lumps.
const BY_CHANGES: f64 = 0.88;
const BY_FEW_CHANGES: f64 = 0.83;
const FEW: u64 = 1_500;
/// Below so many events a workload has no history before its first change.
const SMALL: u64 = 150;

impl Repository<'_> {
    pub fn found(&mut self) {
        let note = Note {
            line: 0,
            also: None,
            author: self.person(0, 0),
            message: "Begin".to_owned(),
            change: None,
            committed: None,
        };
        // The first commit has no parent, and the number nought.
        self.commits = u32::MAX;
        self.tip = self.add_commit(&[], note);
        for line in 0..self.lines.len() {
            self.prepare(line);
        }
        self.closing_scene();
        let gap = self.dice.between(0, self.gap());
        self.plan(hours::after(self.now, gap), Next::Begin);
        self.soon(6 * 3_600, Next::Upkeep);
    }

    fn prepare(&mut self, line: usize) {
        let index = u32::try_from(line).unwrap_or(0);
        if self.origin.budget / self.origin.members.len() as u64 >= SMALL {
            self.launch(line, self.tip, None);
        }
        let workload = self.lines[line].workload;
        if workload.approval == Approval::Board || workload.path == Path::Library {
            let first = self.dice.between(hours::DAY, 5 * hours::DAY);
            self.plan(hours::after(self.now, first), Next::Train(index));
        }
        let length = (self.organisation.until - self.organisation.start).micros() / 1_000_000;
        if self.origin.budget >= SMALL && workload.path == Path::WebService && self.dice.chance(0.4)
        {
            let before = self.dice.between(86_400, length.max(86_401));
            self.befall(line, before);
        }
    }

    /// What can be seen at the present, whatever its hour: a pipeline that runs, an incident that is open, a service that is held.
    fn closing_scene(&mut self) {
        if self.origin.budget < SMALL {
            return;
        }
        let number = self.lines[0].workload.number;
        let until = self.organisation.until;
        if number % 5 < 2 {
            let before = self.dice.between(100, 540);
            self.plan(until - Span::from_seconds(before), Next::Nightly(0));
        }
        if number.is_multiple_of(3) {
            let before = self.dice.between(3 * 3_600, 14 * 3_600);
            let at = hours::when(self.organisation.working.1 - before);
            self.plan(at, Next::Start(0));
        }
        if number % 40 == 3 {
            self.befall(0, 200);
        }
        if number % 40 == 4 {
            let last = u32::try_from(self.lines.len() / 2).unwrap_or(0);
            self.plan(until - Span::from_seconds(100_000), Next::Hold(last));
        }
    }

    /// A little less than the budget, since what is on its way when the end is near comes on top.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn aim(&self) -> f64 {
        let budget = self.origin.budget as f64;
        budget - (budget * 0.03).min(14.0)
    }

    fn by_changes(&self) -> f64 {
        if self.origin.budget < FEW {
            BY_FEW_CHANGES
        } else {
            BY_CHANGES
        }
    }

    /// Working seconds between two changes, on average.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "seconds and counts are far below 2^52"
    )]
    pub fn gap(&self) -> i64 {
        let (weight, cost) = self.lines.iter().fold((0.0, 0.0), |(weight, cost), line| {
            let share = line.workload.weight;
            (weight + share, cost + share * line.workload.cost())
        });
        let cost = cost / weight;
        let budget = self.aim();
        let length = self.organisation.working_time() as f64;
        let by_changes = self.by_changes() * budget;
        let gap = length * cost / by_changes;
        // Ahead of what was asked for: slower.
        let is_ahead = (self.told - self.looked) as f64 > by_changes * self.progress();
        (if is_ahead { gap * 2.5 } else { gap }) as i64 + 1
    }

    /// Whether there is no room for one more change, nor what is on its way already. Where there are many, the end comes by itself.
    pub fn is_full(&self) -> bool {
        let members = self.origin.members.len() as u64;
        let is_small = self.origin.budget < SMALL * members;
        let underway = 1 + self.requests.len() as u64 / 2;
        let reserve = if is_small { 20 * underway } else { 0 };
        self.told + reserve >= self.origin.budget
    }

    /// A line, by weight.
    pub fn any_line(&mut self) -> usize {
        let total: f64 = self.lines.iter().map(|line| line.workload.weight).sum();
        let mut rest = self.dice.part() * total;
        for (index, line) in self.lines.iter().enumerate() {
            rest -= line.workload.weight;
            if rest < 0.0 {
                return index;
            }
        }
        0
    }

    /// The scanner looks again; how soon it looks next follows from how many events are still missing, beside those that changes will bring.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "seconds and counts are far below 2^52"
    )]
    pub fn upkeep(&mut self) {
        const PATIENCE: f64 = 12.0 * 3_600.0;
        let budget = self.aim();
        let by_changes = budget * self.by_changes() * (1.0 - self.progress());
        let missing = budget - self.told as f64 - by_changes;
        let left = (self.organisation.until - self.now).seconds();
        if missing < 0.5 {
            self.soon((left / 3.0).clamp(60.0, PATIENCE) as i64, Next::Upkeep);
            return;
        }
        let line = self.any_line();
        let candidate = self.lines[line].live.last().cloned();
        let candidate = candidate.unwrap_or_else(|| Candidate::root(line));
        self.tell_scan(&candidate, false);
        self.looked += 1;
        let pause = (left / (missing + 0.5)).clamp(1.0, PATIENCE);
        let pause = pause * (0.6 + 0.8 * self.dice.part());
        self.soon(pause as i64, Next::Upkeep);
    }

    pub fn nightly(&mut self, line: usize) {
        let run = self.nightly_run(line);
        self.tell_run(&run, Phase::Queued, None);
        if self.lines[line].workload.number.is_multiple_of(5) || self.dice.chance(0.5) {
            self.tell_run(&run, Phase::Started, None);
        }
    }

    fn nightly_run(&mut self, line: usize) -> Execution {
        Execution {
            line,
            number: self.number(),
            name: self.run_name(line, "nightly"),
            source: self.ci_source(line),
            kind: RunKind::Pipeline,
            step: None,
            commit: self.tip,
            branch: "main".to_owned(),
            attempt: 1,
        }
    }
}
