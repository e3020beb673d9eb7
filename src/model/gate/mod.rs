//! Open gates, worst first (age times changes held), with the evidence beside them and who may decide.

mod behind;
mod own;
mod past;

use serde::Serialize;

use super::definition::{Rules, Step, StepKind};
use super::entity::{Change, ChangeAt, Gate};
use super::evidence::{Standing, Subject, machine};
use super::name::Name;
use super::state::{Lives, beyond, carried};
use super::{OWN, Workload, step};
use crate::event::kind::Decision;
use crate::event::time::{Span, Timestamp};

/// `leadtime/gates/v1`
#[derive(Clone, Debug, Serialize)]
pub struct Gates {
    pub gates: Vec<OpenGate>,
}

#[derive(Clone, Debug, Serialize)]
pub struct OpenGate {
    pub gate: String,
    pub workload: String,
    pub step: Option<String>,
    pub environment: Option<String>,
    pub opened: Timestamp,
    pub waiting_seconds: Span,
    /// By when a decision was expected.
    pub due: Option<Timestamp>,
    pub requestor: Option<String>,
    pub changes: Vec<String>,
    pub version: Option<String>,
    pub sha: Option<String>,
    pub artifact: Option<String>,
    pub approvers: Vec<String>,
    /// Null where nobody has said who asks.
    pub may_decide: Option<bool>,
    pub why_not: Option<String>,
    /// The kind of reason that `why_not` tells of; none where they may, or nothing is known against it.
    #[serde(skip)]
    pub bar: Option<Bar>,
    /// A newer candidate that is open at the same step, or has passed it.
    pub superseded_by: Option<String>,
    /// Changes and runs behind it that cannot move before it is decided.
    pub holds_back: usize,
    pub evidence: Vec<Evidence>,
    pub url: Option<String>,
    /// How many have to approve, where leadtime itself keeps the decision; else 1.
    pub approvals: u32,
    /// Who has approved so far, of whom more are needed.
    pub votes: Vec<Vote>,
}

/// What speaks against somebody's deciding a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// They have approved it already.
    Voted,
    /// The tool says that they may not.
    Tool,
    /// They are not among those who are named.
    Unnamed,
    /// They wrote a change that it holds, and the step asks for other eyes.
    Own,
    /// It matters who decides, and nobody has said who asks.
    Nameless,
}

/// An approval that did not decide a gate.
#[derive(Clone, Debug, Serialize)]
pub struct Vote {
    pub by: Option<String>,
    pub at: Timestamp,
    pub comment: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    pub what: String,
    /// `present`, `missing`, `stale` or `failed`.
    pub state: &'static str,
    pub detail: String,
    pub url: Option<String>,
}

/// The open gates of a workload, those that live in no tool among them; but not those that a deployment of what they hold went past, which nothing waits for.
#[must_use]
pub fn open(lives: &Lives<'_>) -> Vec<OpenGate> {
    undecided(lives)
        .into_iter()
        .filter_map(|(gate, is_past)| (!is_past).then_some(gate))
        .collect()
}

/// Every gate that nobody decided, and whether a deployment of what it holds went past: it can be decided all the same, so that its tool asks no more.
#[must_use]
pub fn undecided(lives: &Lives<'_>) -> Vec<(OpenGate, bool)> {
    let workload = lives.workload;
    let gates = workload.gates.iter().filter(|gate| gate.closed.is_none());
    let told = gates.map(|gate| {
        let open = one(lives, gate);
        let is_past = past::is_past(lives, gate, &open);
        (open, is_past)
    });
    let manual = own::manual(lives).into_iter().map(|gate| (gate, false));
    told.chain(manual).collect()
}

/// Worst first: waiting time multiplied by the changes that wait.
pub fn worst_first(gates: &mut [OpenGate]) {
    gates.sort_by(|one, two| {
        let weight = |gate: &OpenGate| weight(gate, gate.waiting_seconds);
        weight(two)
            .cmp(&weight(one))
            .then_with(|| (&one.workload, &one.gate).cmp(&(&two.workload, &two.gate)))
    });
}

/// How bad it is that a gate has been waiting so long.
#[must_use]
pub fn weight(gate: &OpenGate, waited: Span) -> i64 {
    let held = i64::try_from(gate.changes.len().max(1)).unwrap_or(1);
    waited.micros().saturating_mul(held)
}

fn one(lives: &Lives<'_>, gate: &Gate) -> OpenGate {
    let workload = lives.workload;
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let place = step::of_gate(workload, gate);
    let step = place.map(|place| &workload.path.steps[place]);
    let environment = text(gate.environment);
    let delivery = past::next(lives, gate);
    let changes = past::changes(lives, gate);
    let approvers: Vec<String> = if gate.approvers.is_empty() {
        step.map_or_else(Vec::new, |step| step.approvers.clone())
    } else {
        let names = gate.approvers.iter();
        names.map(|name| workload.text(*name).to_owned()).collect()
    };
    let votes = votes(workload, gate);
    let sha = gate
        .commit
        .and_then(|commit| workload.commits.get(commit as usize));
    let holds_back = behind::held_back(lives, gate, &changes);
    let open = OpenGate {
        gate: workload.text(gate.id).to_owned(),
        workload: workload.name().to_owned(),
        step: step.map(|step| step.name.clone()),
        environment,
        opened: gate.opened,
        waiting_seconds: workload.as_of - gate.opened,
        due: step
            .and_then(|step| step.within)
            .map(|within| gate.opened + within),
        requestor: text(gate.requestor),
        version: text(gate.version),
        sha: sha.map(|commit| workload.text(commit.sha).to_owned()),
        artifact: text(gate.artifact),
        approvers,
        may_decide: None,
        why_not: None,
        bar: None,
        superseded_by: behind::superseded_by(lives, gate, Some(delivery)),
        holds_back,
        evidence: evidence(lives, place, gate),
        url: text(gate.url),
        changes,
        approvals: step.map_or(1, |step| step.approvals),
        votes,
    };
    open.judged(lives, step, gate.may_decide)
}

impl OpenGate {
    /// Whether a name is its id, or its workload and step: the one that it had while nobody had approved it yet.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&self.workload);
        let step = rest.and_then(|rest| rest.strip_prefix('/'));
        self.gate == name || step.is_some() && step == self.step.as_deref()
    }

    /// With whether the one who asks may decide it, and why not: the one answer that lists, pages and plans give.
    fn judged(self, lives: &Lives<'_>, step: Option<&Step>, told: Option<bool>) -> Self {
        let me = lives.rules.me.as_deref();
        let voted = me.filter(|me| self.votes.iter().any(|vote| vote.is_of(me)));
        let (may_decide, bar, why_not) = match voted {
            Some(me) => {
                let why = format!("{me} has approved it already");
                (Some(false), Some(Bar::Voted), Some(why))
            }
            None => self.may_decide(lives.rules, told),
        };
        let eyes = me.filter(|_| may_decide != Some(false) && step.is_some_and(|it| it.four_eyes));
        if let Some(me) = eyes
            && let own @ [_, ..] = written_by(lives.workload, &self.changes, me).as_slice()
        {
            let why = format!(
                "{me} wrote {} of it, and other eyes are asked for",
                own.join(", ")
            );
            return Self {
                may_decide: Some(false),
                why_not: Some(why),
                bar: Some(Bar::Own),
                ..self
            };
        }
        Self {
            may_decide,
            why_not,
            bar,
            ..self
        }
    }

    /// Whether the one who asks may decide, by what the tool said, else by the list of approvers.
    fn may_decide(
        &self,
        rules: &Rules,
        told: Option<bool>,
    ) -> (Option<bool>, Option<Bar>, Option<String>) {
        let approvers = &self.approvers;
        let list = || approvers.join(", ");
        let barred = |bar, why: String| (Some(false), Some(bar), Some(why));
        match (told, &rules.me) {
            (Some(true), _) => (Some(true), None, None),
            (Some(false), _) if approvers.is_empty() => {
                barred(Bar::Tool, "the tool says that you may not".to_owned())
            }
            (Some(false), _) => barred(Bar::Tool, format!("only {} may", list())),
            (None, None) => {
                let matters = !approvers.is_empty() || self.approvals > 1;
                let why = "name yourself as `me` under [people]".to_owned();
                (None, matters.then_some(Bar::Nameless), Some(why))
            }
            (None, Some(_)) if approvers.is_empty() => {
                (None, None, Some("nobody is named as approver".to_owned()))
            }
            (None, Some(me)) if is_among(rules, approvers, me) => (Some(true), None, None),
            (None, Some(me)) => barred(Bar::Unnamed, format!("{me} is not among {}", list())),
        }
    }
}

/// Which of some changes somebody wrote.
fn written_by<'c>(workload: &Workload, changes: &'c [String], who: &str) -> Vec<&'c str> {
    let wrote = |id: &&str| {
        let mut all = workload.changes.iter();
        all.any(|change| {
            workload.text(change.id) == *id
                && change
                    .author
                    .is_some_and(|author| workload.text(author) == who)
        })
    };
    changes.iter().map(String::as_str).filter(wrote).collect()
}

impl Vote {
    #[must_use]
    pub fn is_of(&self, who: &str) -> bool {
        self.by.as_deref() == Some(who)
    }
}

fn votes(workload: &Workload, gate: &Gate) -> Vec<Vote> {
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let votes = gate.votes.iter();
    votes
        .filter(|vote| vote.decision == Some(Decision::Approved))
        .map(|vote| Vote {
            by: text(vote.by),
            at: vote.at,
            comment: text(vote.comment),
        })
        .collect()
}

/// Whether a gate at a step holds a change: by its name, or by a commit that carries it.
pub(in crate::model) fn holds(
    lives: &Lives<'_>,
    gate: &Gate,
    step: usize,
    place: ChangeAt,
) -> bool {
    let workload = lives.workload;
    let change = workload.changes.get(place as usize);
    let is_named = change.is_some_and(|change| gate.changes.contains(&change.id));
    let beyond = beyond(workload, &lives.deliveries, step);
    is_named
        || gate
            .commit
            .is_some_and(|commit| carried(workload, commit, gate.opened, beyond).contains(&place))
}

/// Whether one is among those who are named, alone or by a team.
fn is_among(rules: &Rules, approvers: &[String], me: &str) -> bool {
    approvers.iter().any(|approver| {
        let name = approver.trim_start_matches('@');
        let members = rules.teams.get(name);
        name == me || members.is_some_and(|members| members.iter().any(|member| member == me))
    })
}

/// What speaks for the version at a gate: each machine step that comes before it on the path.
fn evidence(lives: &Lives<'_>, place: Option<usize>, gate: &Gate) -> Vec<Evidence> {
    let workload = lives.workload;
    let names_none = gate.commit.is_none() && gate.artifact.is_none();
    if names_none && workload.text(gate.source) == OWN {
        let held = |change: &&Change| gate.changes.contains(&change.id);
        return own::newest(lives, place, workload.changes.iter().filter(held));
    }
    let known = gate
        .artifact
        .and_then(|id| workload.artifacts.iter().find(|artifact| artifact.id == id));
    let subject = Subject {
        commit: gate.commit,
        request: Vec::new(),
        artifacts: gate
            .artifact
            .into_iter()
            .chain(known.and_then(|known| known.digest))
            .collect(),
        packaged: known.and_then(|known| known.packaged),
    };
    before(lives, place, &subject)
}

/// What speaks for a version: each machine step that comes before a step of the path.
#[must_use]
pub fn before(lives: &Lives<'_>, place: Option<usize>, subject: &Subject) -> Vec<Evidence> {
    let workload = lives.workload;
    let steps = &workload.path.steps;
    let before = place.unwrap_or(steps.len());
    steps[..before]
        .iter()
        .enumerate()
        .filter(|(_, step)| {
            matches!(
                step.kind,
                StepKind::Test | StepKind::Build | StepKind::Scan | StepKind::Verify
            )
        })
        .map(|(place, step)| {
            let found = machine(workload, place, subject);
            Evidence {
                what: step.name.clone(),
                // Of what has not shipped yet, a step filled in another way is simply not filled.
                state: match found.standing {
                    Standing::Overridden => Standing::Missing.word(),
                    standing => standing.word(),
                },
                detail: found.detail,
                url: found.url,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entity::Scan;
    use crate::model::sample::{Sample, at};

    #[test]
    fn evidence_by_another_tool_than_the_path_asks_for_is_missing() {
        let evidence = |from: Option<&str>| {
            let mut s = Sample::new("shop");
            s.path(&[
                ("code", StepKind::Code, None),
                ("scan", StepKind::Scan, None),
                ("cab", StepKind::Gate, None),
                ("production", StepKind::Deploy, Some("production")),
            ]);
            let step = &mut s.workload().path.steps[1];
            (step.locked, step.from) = (true, from.map(str::to_owned));
            s.commit("r", "m1", "03-03 10:00", &[]);
            let scan = Scan {
                id: s.name("scan"),
                source: s.name("https://ci.example"),
                at: at("03-03 11:00"),
                tool: Some(s.name("trivy")),
                commit: Some(s.sha("m1")),
                artifact: None,
                digest: None,
                suppressed: Vec::new(),
                outcome: None,
                counts: None,
                url: None,
            };
            s.workload().scans.push(scan);
            let (source, id) = (s.name("servicenow"), s.name("CHG-1"));
            let mut gate = Gate::asked(source, id, at("03-03 12:00"));
            gate.commit = Some(s.sha("m1"));
            s.workload().gates.push(gate);
            let workload = s.done();
            let rules = Rules::default();
            let gates = open(&Lives::new(&workload, &rules, None));
            let all = &gates[0].evidence;
            assert_eq!((all.len(), all[0].what.as_str()), (1, "scan"));
            (all[0].state, all[0].detail.clone())
        };
        let counts = "trivy: how many findings is not told";
        assert_eq!(evidence(None), ("present", counts.to_owned()));
        assert_eq!(evidence(Some("trivy")), ("present", counts.to_owned()));
        let other = "locked to grype, filled by trivy";
        assert_eq!(evidence(Some("grype")), ("missing", other.to_owned()));
    }
}
