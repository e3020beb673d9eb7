//! Small organisations at random: changes on their way, as tools tell of them, with gaps, contradictions, equal times and strays. A hand of numbers makes
//! a piece of it, so that a failing case shrinks to few pieces and small numbers.

use leadtime::event::Event;
use leadtime::event::kind::{
    Artifact, ArtifactPhase, Branch, Change, ChangePhase, Commit, Decision, Deployment, Gate,
    GatePhase, Incident, IncidentPhase, Kind, Mark, MarkKind, Outcome, Phase, ReviewState, Run,
    RunKind, Scan, Tag, Ticket, TicketPhase,
};
use leadtime::event::time::{Span, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

/// Numbers to choose by, used up one by one; zeros when they run out.
struct Hand(Vec<u16>);

impl Hand {
    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.pop().unwrap_or(0)) % limit
    }
    fn is(&mut self) -> bool {
        self.below(2) == 1
    }
    fn seldom(&mut self) -> bool {
        self.below(6) == 5
    }
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
    fn perhaps<T>(&mut self, value: T) -> Option<T> {
        (!self.seldom()).then_some(value)
    }
    fn outcome(&mut self) -> Option<Outcome> {
        self.pick(&[
            Some(Outcome::Success),
            Some(Outcome::Success),
            Some(Outcome::Success),
            Some(Outcome::Failure),
            Some(Outcome::Cancelled),
            Some(Outcome::Skipped),
            Some(Outcome::Other),
            None,
        ])
    }
    fn phase(&mut self) -> Phase {
        self.pick(&[Phase::Finished, Phase::Started, Phase::Queued])
    }
    /// A step forward in time: often none.
    fn step(&mut self) -> Span {
        match self.below(4) {
            0 => Span::ZERO,
            1 => Span::from_micros(1),
            _ => Span::from_seconds(600 * i64::try_from(self.below(60)).unwrap()),
        }
    }
    fn time(&mut self) -> Timestamp {
        start() + Span::from_seconds(1_800 * i64::try_from(self.below(300)).unwrap())
    }
}

pub fn start() -> Timestamp {
    Timestamp::parse("2025-03-03T08:00:00Z").unwrap()
}

const REPOSITORIES: [&str; 3] = ["acme/shop", "acme/pay", "acme/mono"];
const SERVICES: [&str; 3] = ["shop", "pay", "mono"];
const PEOPLE: [&str; 3] = ["ann", "bob", "cy"];

#[expect(clippy::unnecessary_wraps, reason = "most fields are optional")]
fn some(text: impl Into<String>) -> Option<String> {
    Some(text.into())
}

#[derive(Default)]
struct Builder {
    events: Vec<Event<String>>,
    /// By repository: where its target branch ends.
    tips: [Option<String>; 3],
    shas: Vec<String>,
    changes: usize,
    incidents: usize,
    deployments: usize,
}

/// The two configurations that the laws are held under, and none at all.
pub const CONFIGURATIONS: [&str; 3] = ["", CONFIGURED, DERIVED];

const CONFIGURED: &str = r#"
[metrics]
unplanned = ["hotfix/*", "label:hotfix"]
[[paths]]
name = "service"
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "build", kind = "build", needs = ["review"] },
  { name = "test", kind = "test", needs = ["review"] },
  { name = "scan", kind = "scan", needs = ["build"] },
  { name = "staging", kind = "deploy", environment = "staging", needs = ["test", "scan"], soak = "2h" },
  { name = "cab", kind = "gate", approvers = ["cy"], within = "1d" },
  { name = "production", kind = "deploy", environment = "production" },
  { name = "verify", kind = "verify" },
]
[[paths.freezes]]
environment = "production"
schedule = "FREQ=WEEKLY;BYDAY=FR;BYHOUR=16"
for = "64h"
[[workloads]]
name = "shop"
path = "service"
repositories = ["acme/shop"]
services = ["shop"]
artifacts = ["ghcr.io/acme/shop"]
[[workloads]]
name = "pay"
path = "service"
repositories = ["acme/pay"]
services = ["pay"]
artifacts = ["ghcr.io/acme/pay"]
[[workloads]]
name = "left"
path = "service"
repositories = ["acme/mono"]
paths = ["left/**"]
services = ["mono"]
artifacts = ["ghcr.io/acme/mono"]
"#;

const DERIVED: &str = r#"
[metrics]
timezone = "Europe/Brussels"
link_window = "unbounded"
[[workloads]]
name = "both"
repositories = ["acme/shop", "acme/pay"]
services = ["shop", "pay"]
artifacts = ["ghcr.io/acme/shop", "ghcr.io/acme/pay"]
[[workloads]]
name = "mono"
repositories = ["acme/mono"]
services = ["mono"]
artifacts = ["ghcr.io/acme/mono"]
"#;

impl Builder {
    fn tell(&mut self, hand: &mut Hand, at: Timestamp, kind: Kind<String>) {
        let source = hand.pick(&["tool", "other", "jenkins"]).to_owned();
        // The order of ids is not that of telling: ties are broken by them.
        let id = format!("{:02}-{}", hand.below(100), self.events.len());
        self.events.push(Event {
            source,
            id,
            at,
            kind,
        });
    }

    fn any_sha(&mut self, hand: &mut Hand) -> String {
        if self.shas.is_empty() || hand.seldom() {
            return "feedc0de".to_owned();
        }
        let shas = self.shas.clone();
        hand.pick(&shas)
    }

    fn commit(
        &mut self,
        hand: &mut Hand,
        (repository, at): (usize, Timestamp),
        parents: Vec<String>,
        change: Option<String>,
    ) -> String {
        let sha = format!("{:08x}", 0xabc0_0000 + self.shas.len());
        self.shas.push(sha.clone());
        let fact = Commit {
            sha: sha.clone(),
            repository: some(REPOSITORIES[repository]),
            author: some(hand.pick(&PEOPLE)),
            message: some("a commit"),
            change,
            parents: hand.perhaps(parents.into()),
            paths: hand
                .is()
                .then(|| [hand.pick(&["left/a", "right/b"]).to_owned()].into()),
            committed: hand.seldom().then(|| at + hand.step()),
            ..Commit::default()
        };
        if !hand.seldom() {
            self.tell(hand, at, Kind::Commit(fact));
        }
        sha
    }

    fn change(&mut self, hand: &mut Hand, at: Timestamp, fact: Change<String>) {
        self.tell(hand, at, Kind::Change(fact));
    }

    /// A request from its first commit to production and beyond, or as far as its numbers go.
    fn journey(&mut self, hand: &mut Hand) {
        let repository = hand.below(3);
        let mut at = hand.time();
        let tip = self.tips[repository].clone();
        self.changes += 1;
        let id = format!("{}#{}", SERVICES[repository], self.changes);
        let mut own = Vec::new();
        let mut parent: Vec<String> = tip.clone().into_iter().collect();
        for _ in 0..=hand.below(3) {
            let of = hand.is().then(|| id.clone());
            let sha = self.commit(hand, (repository, at), parent, of);
            parent = vec![sha.clone()];
            own.push(sha);
            at = at + hand.step();
        }
        let head = own.last().cloned();
        let fact = Change {
            change: id.clone(),
            repository: some(REPOSITORIES[repository]),
            author: some(PEOPLE[0]),
            branch: some(hand.pick(&["feature/a", "hotfix/b"])),
            head: head.clone(),
            commits: own.clone().into(),
            ..Change::default()
        };
        if !hand.seldom() {
            let mut opened = fact.clone();
            opened.labels = hand.pick(&[vec![], vec!["hotfix".to_owned()]]).into();
            opened.tickets = hand.pick(&[vec![], vec!["T-1".to_owned()]]).into();
            opened.draft = hand.seldom().then_some(true);
            self.change(hand, at, opened);
        }
        self.review(hand, &mut at, &fact);
        if let Some(head) = &head {
            self.check(hand, repository, at, head);
        }
        at = at + hand.step();
        let mut merged = fact.clone();
        merged.phase = ChangePhase::Merged;
        let landed = match hand.below(6) {
            0 | 1 => {
                let mut parents: Vec<String> = tip.into_iter().collect();
                parents.extend(head.clone());
                self.commit(hand, (repository, at), parents, None)
            }
            2 => self.commit(hand, (repository, at), tip.into_iter().collect(), None),
            3 => head.clone().unwrap_or_default(),
            4 => {
                merged.phase = ChangePhase::Abandoned;
                self.change(hand, at, merged);
                return;
            }
            _ => return,
        };
        self.tips[repository] = Some(landed.clone());
        merged.sha = Some(landed.clone());
        self.change(hand, at, merged);
        at = at + hand.step();
        self.check(hand, repository, at, &landed);
        self.deliver(hand, repository, (at, landed));
    }

    fn review(&mut self, hand: &mut Hand, at: &mut Timestamp, fact: &Change<String>) {
        for _ in 0..hand.below(4) {
            *at = *at + hand.step();
            let mut review = fact.clone();
            review.phase = hand.pick(&[
                ChangePhase::Reviewed,
                ChangePhase::Reviewed,
                ChangePhase::Updated,
            ]);
            review.reviewer = some(hand.pick(&PEOPLE));
            review.bot = hand.seldom();
            review.state = hand.pick(&[
                Some(ReviewState::Approved),
                Some(ReviewState::ChangesRequested),
                Some(ReviewState::Commented),
                None,
            ]);
            self.change(hand, *at, review);
        }
    }

    fn check(&mut self, hand: &mut Hand, repository: usize, mut at: Timestamp, sha: &str) {
        for _ in 0..hand.below(3) {
            let mut fact = Run {
                run: format!("run-{}", hand.below(30)),
                name: some(hand.pick(&["unit tests", "build image", "CI", "smoke"])),
                repository: hand.perhaps(REPOSITORIES[repository].to_owned()),
                sha: some(sha),
                step: hand.is().then(|| {
                    hand.pick(&["test", "build", "verify", "nothing"])
                        .to_owned()
                }),
                kind: hand.pick(&[
                    RunKind::Pipeline,
                    RunKind::Test,
                    RunKind::Build,
                    RunKind::Task,
                ]),
                attempt: hand.is().then(|| u32::try_from(1 + hand.below(3)).unwrap()),
                ..Run::default()
            };
            for phase in [Phase::Queued, Phase::Started, Phase::Finished] {
                fact.phase = phase;
                fact.outcome = hand.outcome().filter(|_| phase == Phase::Finished);
                if hand.perhaps(()).is_some() {
                    self.tell(hand, at, Kind::Run(fact.clone()));
                }
                at = at + hand.step();
            }
        }
        if hand.is() {
            let fact = Artifact {
                artifact: purl(repository, sha),
                repository: some(REPOSITORIES[repository]),
                sha: some(sha),
                version: some(format!("1.0.{}", self.changes)),
                phase: hand.pick(&[ArtifactPhase::Packaged, ArtifactPhase::Published]),
                ..Artifact::default()
            };
            self.tell(hand, at, Kind::Artifact(fact));
            let scan = Scan {
                scan: format!("scan-{sha}"),
                artifact: some(purl(repository, sha)),
                tool: some("trivy"),
                outcome: hand.outcome(),
                ..Scan::default()
            };
            self.tell(hand, at, Kind::Scan(scan));
        }
    }

    fn deliver(&mut self, hand: &mut Hand, repository: usize, (at, sha): (Timestamp, String)) {
        let mut at = at + hand.step();
        if hand.is() {
            self.deployment(hand, repository, (at, &sha, "staging"));
        }
        at = at + hand.step();
        if hand.is() {
            self.gate(hand, repository, (at, &sha));
        }
        at = at + hand.step();
        if hand.below(4) > 0 {
            self.deployment(hand, repository, (at, &sha, "production"));
        }
        at = at + hand.step();
        if hand.seldom() {
            self.incident(hand, repository, at);
        }
    }

    fn deployment(
        &mut self,
        hand: &mut Hand,
        repository: usize,
        (mut at, sha, environment): (Timestamp, &str, &str),
    ) {
        self.deployments += usize::from(!hand.seldom());
        let mut fact = Deployment {
            record: format!("record-{}", hand.below(40)),
            deployment: hand.perhaps(format!("d{}", self.deployments)),
            service: hand.perhaps(SERVICES[repository].to_owned()),
            environment: hand.perhaps(environment.to_owned()),
            repository: hand.perhaps(REPOSITORIES[repository].to_owned()),
            sha: hand.perhaps(sha.to_owned()),
            artifact: hand.is().then(|| purl(repository, sha)),
            pipeline: hand
                .is()
                .then(|| hand.pick(&["deploy", "hotfix/deploy"]).to_owned()),
            commits: hand.seldom().then(|| [sha.to_owned()].into()),
            unplanned: hand.seldom(),
            rollback: hand.seldom(),
            removed: hand.seldom() && hand.seldom(),
            ..Deployment::default()
        };
        for phase in [Phase::Queued, Phase::Started, Phase::Finished] {
            fact.phase = phase;
            fact.outcome = hand.outcome().filter(|_| phase == Phase::Finished);
            if hand.below(5) < 3 || phase == Phase::Finished {
                self.tell(hand, at, Kind::Deployment(fact.clone()));
            }
            at = at + hand.step();
        }
    }

    fn gate(&mut self, hand: &mut Hand, repository: usize, (mut at, sha): (Timestamp, &str)) {
        let mut fact = Gate {
            gate: format!("gate-{}", hand.below(6)),
            name: hand.perhaps("cab".to_owned()),
            repository: some(REPOSITORIES[repository]),
            service: hand.is().then(|| SERVICES[repository].to_owned()),
            sha: hand.perhaps(sha.to_owned()),
            environment: hand.is().then(|| "production".to_owned()),
            approvers: hand.pick(&[vec![], vec!["cy".to_owned()]]).into(),
            ..Gate::default()
        };
        for phase in [GatePhase::Created, GatePhase::Updated, GatePhase::Closed] {
            fact.phase = phase;
            fact.decision = hand.pick(&[
                Some(Decision::Approved),
                Some(Decision::Approved),
                Some(Decision::Rejected),
                Some(Decision::Cancelled),
                None,
            ]);
            if hand.below(4) > 0 {
                self.tell(hand, at, Kind::Gate(fact.clone()));
            }
            at = at + hand.step();
        }
    }

    fn incident(&mut self, hand: &mut Hand, repository: usize, at: Timestamp) {
        self.incidents += 1;
        let mut fact = Incident {
            incident: format!("i{}", self.incidents),
            service: some(SERVICES[repository]),
            environment: hand.is().then(|| "production".to_owned()),
            deployment: hand.seldom().then(|| format!("d{}", hand.below(4))),
            sha: hand.seldom().then(|| self.any_sha(hand)),
            ..Incident::default()
        };
        self.tell(hand, at, Kind::Incident(fact.clone()));
        if !hand.seldom() {
            fact.phase = IncidentPhase::Resolved;
            let at = at + hand.step();
            self.tell(hand, at, Kind::Incident(fact));
        }
    }

    /// A single fact, as likely as not against all the others.
    #[expect(clippy::too_many_lines, reason = "one arm for each family")]
    fn stray(&mut self, hand: &mut Hand) {
        let at = hand.time();
        let repository = hand.below(3);
        let sha = self.any_sha(hand);
        let change = format!("{}#{}", SERVICES[repository], 1 + hand.below(4));
        let kind = match hand.below(11) {
            0 => {
                let parents: Vec<String> = (0..hand.below(3)).map(|_| self.any_sha(hand)).collect();
                Kind::Commit(Commit {
                    sha,
                    repository: hand.perhaps(REPOSITORIES[repository].to_owned()),
                    parents: hand.perhaps(parents.into()),
                    ..Commit::default()
                })
            }
            1 => Kind::Change(Change {
                change,
                repository: hand.perhaps(REPOSITORIES[repository].to_owned()),
                sha: hand.perhaps(sha.clone()),
                head: hand.is().then_some(sha),
                phase: hand.pick(&[
                    ChangePhase::Created,
                    ChangePhase::Updated,
                    ChangePhase::Reviewed,
                    ChangePhase::Merged,
                    ChangePhase::Abandoned,
                ]),
                ..Change::default()
            }),
            2 => Kind::Run(Run {
                run: format!("run-{}", hand.below(30)),
                repository: hand.perhaps(REPOSITORIES[repository].to_owned()),
                sha: hand.perhaps(sha),
                phase: hand.phase(),
                outcome: hand.outcome(),
                ..Run::default()
            }),
            3 => Kind::Deployment(Deployment {
                record: format!("record-{}", hand.below(40)),
                service: hand.perhaps(SERVICES[repository].to_owned()),
                environment: hand.perhaps("production".to_owned()),
                sha: hand.perhaps(sha),
                phase: hand.phase(),
                outcome: hand.outcome(),
                started: hand.seldom().then(|| hand.time()),
                ..Deployment::default()
            }),
            4 => Kind::Gate(Gate {
                gate: format!("gate-{}", hand.below(6)),
                repository: some(REPOSITORIES[repository]),
                version: hand.is().then(|| "1.0.1".to_owned()),
                changes: hand.pick(&[vec![], vec![change]]).into(),
                phase: hand.pick(&[GatePhase::Created, GatePhase::Closed]),
                decision: hand.pick(&[None, Some(Decision::Rejected), Some(Decision::Approved)]),
                ..Gate::default()
            }),
            5 => Kind::Tag(Tag {
                tag: format!("v1.0.{}", hand.below(4)),
                repository: some(REPOSITORIES[repository]),
                sha: hand.perhaps(sha),
                ..Tag::default()
            }),
            6 => Kind::Branch(Branch {
                branch: "main".to_owned(),
                repository: some(REPOSITORIES[repository]),
                sha: hand.perhaps(sha),
                target: !hand.seldom(),
            }),
            7 => Kind::Ticket(Ticket {
                ticket: hand.pick(&["T-1", "T-2"]).to_owned(),
                labels: hand.pick(&[vec![], vec!["bug".to_owned()]]).into(),
                changes: hand.pick(&[vec![], vec![change]]).into(),
                phase: hand.pick(&[
                    TicketPhase::Created,
                    TicketPhase::Updated,
                    TicketPhase::Closed,
                ]),
                ..Ticket::default()
            }),
            8 => Kind::Mark(Mark {
                mark: format!("mark-{}", hand.below(9)),
                target: match hand.below(5) {
                    0 => "shop/production".to_owned(),
                    1 => "production".to_owned(),
                    2 => format!("i{}", 1 + hand.below(2)),
                    _ => format!("d{}", hand.below(4)),
                },
                deployment: hand.is().then(|| format!("d{}", hand.below(4))),
                kind: hand.pick(&[
                    MarkKind::IncidentLink,
                    MarkKind::Unplanned,
                    MarkKind::Failed,
                    MarkKind::Hold,
                    MarkKind::ReleaseHold,
                    MarkKind::Ignore,
                    MarkKind::Override,
                ]),
                ..Mark::default()
            }),
            9 => {
                self.incident(hand, repository, at);
                return;
            }
            _ => Kind::Other("dev.cdeventsx.somebody-thing.happened.0.1.0".to_owned()),
        };
        self.tell(hand, at, kind);
    }
}

fn purl(repository: usize, sha: &str) -> String {
    let service = SERVICES[repository];
    format!("pkg:oci/{service}@sha256%3A{sha}?repository_url=ghcr.io/acme/{service}")
}

/// Events of a random organisation, in the order of telling.
pub fn events() -> impl Strategy<Value = Vec<Event<String>>> {
    let hand = vec(0u16..1_000, 0..160);
    vec((0u8..10, hand), 1..14).prop_map(|pieces| {
        let mut builder = Builder::default();
        for (kind, numbers) in pieces {
            let mut hand = Hand(numbers);
            match kind {
                0..=6 => builder.journey(&mut hand),
                _ => builder.stray(&mut hand),
            }
        }
        builder.events
    })
}
