//! The simulation of one repository and of the workloads in it: an agenda of what comes next, what is in flight, and what has been told.
//! What happens when something comes up stands in the other files: changes, checks, pipelines, delivery, gates, incidents, upkeep.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::{Span, Timestamp};

use super::change::{Request, RequestKind};
use super::delivery::Rollout;
use super::gate::Asked;
use super::incident::Trouble;
use super::people::Team;
use super::pipeline::Candidate;
use super::random::{self, Dice, mix};
use super::workload::Workload;
use super::{Organisation, Origin, hours};

/// What comes up; the number is that of the request, candidate, gate, rollout, trouble or line that it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    Found,
    Begin,
    Start(u32),
    Commit(u32),
    Open(u32),
    Ready(u32),
    CheckStart(u32),
    CheckEnd(u32),
    Review(u32),
    Merge(u32),
    Abandon(u32),
    PipelineStart(u32),
    StageStart(u32),
    StageEnd(u32),
    Scan(u32),
    StagingStart(u32),
    StagingEnd(u32),
    Promote(u32),
    Train(u32),
    Patch(u32),
    Remind(u32),
    Decide(u32),
    RolloutStart(u32),
    RolloutEnd(u32),
    Detect(u32),
    Remedy(u32),
    Resolve(u32),
    Upkeep,
    Nightly(u32),
    Hold(u32),
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
/// What is known of one workload while its repository runs.
pub struct Line<'o> {
    pub workload: &'o Workload,
    pub team: &'o Team,
    /// The newest candidate that reached the last environment before production, or the last stage where there is none.
    pub staged: Option<Candidate>,
    /// What ran in production, the present last.
    pub live: Vec<Candidate>,
    /// The newest candidate that production ever ran: nothing older is promoted again.
    pub newest: u32,
    /// How many candidates there were.
    pub built: u32,
    /// A person has pinned what runs in production.
    pub held: bool,
    pub asked: bool,
    pub rolling: bool,
    pub green: bool,
    /// Requests merged since the last gate was asked for or the last release.
    pub merged: Vec<u32>,
    /// A picked commit that waits for its release, and whether there is one.
    pub patch: (u32, u32),
    pub patches: u32,
}

pub struct Repository<'o> {
    pub organisation: &'o Organisation,
    pub origin: &'o Origin,
    pub lines: Vec<Line<'o>>,
    pub dice: Dice,
    pub now: Timestamp,
    pub told: u64,
    /// How much of it is the scanner's second look.
    pub looked: u64,
    /// The last commit of the main branch.
    pub tip: u32,
    pub commits: u32,
    /// The last number given to a request, a run, or anything else.
    pub numbers: u32,
    pub opened: u32,
    pub requests: FxHashMap<u32, Box<Request>>,
    pub candidates: FxHashMap<u32, Candidate>,
    pub gates: FxHashMap<u32, Asked>,
    pub rollouts: FxHashMap<u32, Rollout>,
    pub troubles: FxHashMap<u32, Trouble>,
    /// Tags that were told: a version that goes live again after a rollback is not tagged again.
    pub tags: FxHashSet<String>,
    agenda: BinaryHeap<Reverse<(Timestamp, u64, Next)>>,
    planned: u64,
    ready: VecDeque<Event<String>>,
}

impl<'o> Repository<'o> {
    pub fn new(organisation: &'o Organisation, origin: &'o Origin) -> Self {
        let lines = origin.members.iter().map(|&member| {
            let workload = &organisation.workloads[member];
            Line {
                workload,
                team: &organisation.teams[workload.team],
                staged: None,
                live: Vec::new(),
                newest: 0,
                built: 0,
                held: false,
                asked: false,
                rolling: false,
                green: false,
                merged: Vec::new(),
                patch: (0, 0),
                patches: 0,
            }
        });
        let mut repository = Self {
            organisation,
            origin,
            lines: lines.collect(),
            dice: Dice::new(mix(origin.key, 0x11fe)),
            now: organisation.start,
            told: 0,
            looked: 0,
            tip: 0,
            commits: 0,
            numbers: 0,
            opened: 0,
            requests: FxHashMap::default(),
            candidates: FxHashMap::default(),
            gates: FxHashMap::default(),
            rollouts: FxHashMap::default(),
            troubles: FxHashMap::default(),
            tags: FxHashSet::default(),
            agenda: BinaryHeap::new(),
            planned: 0,
            ready: VecDeque::new(),
        };
        if origin.budget > 0 {
            repository.plan(organisation.start, Next::Found);
        }
        repository
    }

    /// Puts something on the agenda, unless it lies in the future of the organisation.
    pub fn plan(&mut self, at: Timestamp, next: Next) {
        if at <= self.organisation.until {
            self.planned += 1;
            self.agenda
                .push(Reverse((at.max(self.now), self.planned, next)));
        }
    }

    /// After so many seconds on the clock: what machines take.
    pub fn soon(&mut self, seconds: i64, next: Next) {
        self.plan(self.now + Span::from_seconds(seconds), next);
    }

    /// After so many hours of work, about: what people take, in this team and at this point of its history.
    pub fn work(&mut self, line: usize, hours: f64, next: Next) {
        let workload = self.lines[line].workload;
        let trend = 1.0 + (workload.trend - 1.0) * self.progress();
        let seconds = self.dice.skewed(hours * 3_600.0 * workload.pace * trend);
        self.plan(hours::after(self.now, seconds), next);
    }

    /// How much of the history has passed, of its working time: 0 to 1.
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of some years are far below 2^52"
    )]
    pub fn progress(&self) -> f64 {
        let passed = hours::worked(self.now) - self.organisation.working.0;
        passed as f64 / self.organisation.working_time() as f64
    }

    pub fn tell(&mut self, source: String, id: String, kind: Kind<String>) {
        self.told += 1;
        self.ready.push_back(Event {
            source,
            id,
            at: self.now,
            kind,
        });
    }

    pub fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    pub fn sha(&self, commit: u32) -> String {
        random::sha(self.origin.key, commit)
    }

    pub fn host(&self) -> String {
        format!("github:github.com/{}", self.origin.name)
    }

    /// The team whose number is `line`'s, and one of its people.
    pub fn person(&self, line: usize, member: usize) -> String {
        self.lines[line].team.members[member].clone()
    }

    fn happen(&mut self, next: Next) {
        match next {
            Next::Found => self.found(),
            Next::Begin => self.begin(),
            Next::Start(line) => {
                self.start(line as usize, RequestKind::Feature, None);
            }
            Next::Commit(request) => self.commit(request),
            Next::Open(request) => self.open(request),
            Next::Ready(request) => self.make_ready(request),
            Next::CheckStart(request) => self.check_start(request),
            Next::CheckEnd(request) => self.check_end(request),
            Next::Review(request) => self.review(request),
            Next::Merge(request) => self.merge(request),
            Next::Abandon(request) => self.abandon(request),
            Next::PipelineStart(candidate) => self.pipeline_start(candidate),
            Next::StageStart(candidate) => self.stage_start(candidate),
            Next::StageEnd(candidate) => self.stage_end(candidate),
            Next::Scan(candidate) => self.scan(candidate),
            Next::StagingStart(candidate) => self.staging_start(candidate),
            Next::StagingEnd(candidate) => self.staging_end(candidate),
            Next::Promote(line) => self.promote(line as usize),
            Next::Train(line) => self.train(line as usize),
            Next::Patch(line) => self.patch(line as usize),
            Next::Remind(gate) => self.remind(gate),
            Next::Decide(gate) => self.decide(gate),
            Next::RolloutStart(rollout) => self.rollout_start(rollout),
            Next::RolloutEnd(rollout) => self.rollout_end(rollout),
            Next::Detect(trouble) => self.detect(trouble),
            Next::Remedy(trouble) => self.remedy(trouble),
            Next::Resolve(trouble) => self.resolve(trouble),
            Next::Upkeep => self.upkeep(),
            Next::Nightly(line) => self.nightly(line as usize),
            Next::Hold(line) => self.hold(line as usize),
        }
    }
}

impl Iterator for Repository<'_> {
    type Item = Event<String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let Reverse((at, _, next)) = self.agenda.pop()?;
            self.now = at;
            self.happen(next);
        }
    }
}
