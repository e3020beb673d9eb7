//! What a proof of delivery says, in words and in its order, for whatever form it takes. Instants stand in it as RFC 3339, which a terminal's report turns
//! into its own.

use super::{Asked, Proven};
use crate::event::kind::Severities;
use crate::model::compliance::Required;
use crate::model::evidence::Standing;
use crate::model::proof::{Brought, Decided, Neighbour, Proof, Scanned, Trouble, Voice};
use crate::report::{figure, text};

/// As many scans are told one by one.
const SCANS: usize = 4;

/// A fact of what ran, with what it is called.
pub struct Fact {
    pub name: &'static str,
    pub words: String,
    /// The words are an address.
    pub is_link: bool,
}

/// What is told under one heading.
pub struct Section {
    pub heading: &'static str,
    pub items: Vec<Item>,
}

/// How something speaks for the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Plain,
    Good,
    Bad,
    Missing,
}

/// One thing under a heading.
pub struct Item {
    pub sign: Sign,
    /// What it is called; empty where it is nothing but words.
    pub name: String,
    pub url: Option<String>,
    pub words: String,
}

impl Item {
    fn plain(words: impl Into<String>) -> Self {
        Self {
            sign: Sign::Plain,
            name: String::new(),
            url: None,
            words: words.into(),
        }
    }
}

/// Which version ran where, at which instant.
pub fn heading(proof: &Proof) -> String {
    format!(
        "{} {} in {} at {}",
        proof.workload,
        called(proof),
        proof.environment,
        proof.at
    )
}

fn called(proof: &Proof) -> &str {
    let live = &proof.live;
    let named = live.version.as_deref().or(live.digest.as_deref());
    text::short(named.unwrap_or(&live.deployment))
}

/// What ran, since when and until when, and how it came there.
pub fn facts(proven: &Proven) -> Vec<Fact> {
    let (proof, live) = (&proven.proof, &proven.proof.live);
    let mut facts = Vec::new();
    let mut fact = |name, words: Option<String>| {
        facts.extend(words.map(|words| Fact {
            name,
            words,
            is_link: name == "link",
        }));
    };
    fact("ran", Some(ran(proof)));
    fact("commit", live.sha.clone());
    fact("artifact", live.artifact.clone());
    fact("digest", live.digest.clone());
    fact("slot", proof.delivery.slot.clone());
    fact("deployed", Some(deployed(proof)));
    let run = proof.delivery.run.as_ref().map(|run| {
        let mut words = vec![run.run.clone()];
        words.extend(run.name.clone());
        words.extend(run.outcome.map(str::to_owned));
        words.extend(run.finished.map(|at| format!("finished at {at}")));
        words.extend(run.url.clone());
        words.join(", ")
    });
    fact("run", run);
    fact("link", proof.delivery.url.clone());
    fact("before", proof.before.as_ref().map(neighbour));
    for asked in &proven.actions {
        fact("asked for", Some(action(asked)));
    }
    facts
}

fn ran(proof: &Proof) -> String {
    let since = proof.live.since;
    let first = if proof.first < since {
        format!("; it first came at {}", proof.first)
    } else {
        String::new()
    };
    match (&proof.until, &proof.after) {
        (None, _) => format!("since {since}, and still at {}{first}", proof.as_of),
        (Some(until), Some(after)) => format!(
            "from {since} until {until}, when {} took its place{first}",
            name_of(after)
        ),
        (Some(until), None) => {
            format!("from {since} until {until}, when it was taken out{first}")
        }
    }
}

fn name_of(neighbour: &Neighbour) -> &str {
    let named = neighbour.version.as_deref();
    text::short(named.unwrap_or(&neighbour.deployment))
}

fn neighbour(neighbour: &Neighbour) -> String {
    let since = neighbour.since;
    let since = since.map_or_else(String::new, |since| format!(" since {since}"));
    format!(
        "{}{since}, by deployment {}",
        name_of(neighbour),
        neighbour.deployment
    )
}

fn deployed(proof: &Proof) -> String {
    let delivery = &proof.delivery;
    let kind = match delivery.kind {
        Some("first") => "the first that is known",
        Some("rollback") => "a rollback",
        Some("redeploy") => "the same version again",
        Some("failed_attempt") => "part of it failed",
        _ => "a change",
    };
    let mut words = vec![proof.live.deployment.clone(), kind.to_owned()];
    let by = match &delivery.pipeline {
        Some(pipeline) => format!("by {pipeline}, as {} tells", delivery.tool),
        None => format!("as {} tells", delivery.tool),
    };
    words.push(by);
    words.extend(delivery.queued.map(|at| format!("queued at {at}")));
    words.extend(delivery.started.map(|at| format!("begun at {at}")));
    if delivery.unplanned {
        words.push("unplanned".to_owned());
    }
    if delivery.failed {
        words.push("a person called it failed".to_owned());
    }
    words.join(", ")
}

fn action(asked: &Asked) -> String {
    let second = asked.second.as_ref();
    let second = second.map_or_else(String::new, |second| format!(" and {second}"));
    format!(
        "from leadtime, by {}{second} at {}, {}{}; action {}",
        asked.by,
        asked.at,
        asked.state.words(),
        said(asked.comment.as_deref()),
        asked.action
    )
}

/// What somebody said, behind what they did.
fn said(comment: Option<&str>) -> String {
    comment.map_or_else(String::new, |comment| format!(": {comment}"))
}

/// What it brought, who decided, what speaks for it, and what does not.
pub fn sections(proof: &Proof) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut section = |heading, items: Vec<Item>| {
        if !items.is_empty() {
            sections.push(Section { heading, items });
        }
    };
    let mut changes: Vec<Item> = proof.changes.iter().map(change).collect();
    let by = proof.brought_by.as_ref();
    changes.extend(by.map(|by| Item::plain(format!("all of it came first with deployment {by}"))));
    section("Changes", changes);
    let leaves = proof.leaves.iter();
    let left = leaves
        .map(|change| Item::plain(text::short(change)))
        .collect();
    section("Left with what ran before", left);
    section("Decisions", proof.gates.iter().map(gate).collect());
    let mut evidence: Vec<Item> = proof.steps.iter().map(step).collect();
    evidence.extend(papers(proof));
    section("Evidence", evidence);
    section("Scans", scans(proof));
    let incidents = proof.incidents.as_deref().map(|all| match all {
        [] => vec![Item::plain("none")],
        all => all.iter().map(incident).collect(),
    });
    section("Incidents", incidents.unwrap_or_default());
    let problems = proof.problems.iter().map(|problem| Item {
        sign: Sign::Bad,
        ..Item::plain(problem)
    });
    section("Problems", problems.collect());
    let unknown = proof.unknown.iter().map(|gap| Item {
        sign: Sign::Missing,
        ..Item::plain(gap)
    });
    section("Not known", unknown.collect());
    sections
}

fn change(brought: &Brought) -> Item {
    let change = &brought.change;
    let mut words = Vec::new();
    let inferred = if change.inferred { "~ " } else { "" };
    let title = change.title.as_deref().unwrap_or("no title");
    words.push(format!("{inferred}{title}"));
    if change.migration {
        words.push("a migration".to_owned());
    }
    words.extend(change.author.as_ref().map(|author| format!("by {author}")));
    for review in &brought.reviews {
        let said = match review.said {
            "approved" => "approved",
            _ => "changes requested",
        };
        let by = review.by.as_deref().unwrap_or("somebody");
        let bot = if review.bot { " (a program)" } else { "" };
        words.push(format!("{said} by {by}{bot} at {}", review.at));
    }
    if brought.direct {
        words.push("without a request".to_owned());
    }
    words.extend(brought.merged.map(|at| format!("merged at {at}")));
    let tickets = change.tickets.iter();
    words.extend(tickets.map(|ticket| ticket.ticket.clone()));
    Item {
        name: change.change.clone(),
        url: change.url.clone(),
        ..Item::plain(words.join(", "))
    }
}

fn gate(gate: &Decided) -> Item {
    let by = |by: Option<&String>| by.map_or_else(String::new, |by| format!(" by {by}"));
    let mut words = Vec::new();
    let sign = match (gate.closed, gate.decision) {
        (None, _) => {
            words.push(format!("still open, since {}", gate.opened));
            Sign::Missing
        }
        (Some(at), decision) => {
            let word = decision
                .filter(|word| *word != "other")
                .unwrap_or("decided");
            let said = said(gate.comment.as_deref());
            words.push(format!("{word}{} at {at}{said}", by(gate.by.as_ref())));
            if gate.in_time == Some(false) {
                words.push("after the version was live".to_owned());
            }
            match decision {
                Some("approved") if gate.in_time == Some(true) => Sign::Good,
                Some("rejected") => Sign::Bad,
                _ => Sign::Missing,
            }
        }
    };
    words.extend(gate.votes.iter().map(vote));
    let requestor = gate.requestor.as_ref();
    words.extend(requestor.map(|who| format!("asked for by {who} at {}", gate.opened)));
    words.push(format!("{}, {}", gate.tool, gate.gate));
    Item {
        sign,
        name: gate.step.clone().unwrap_or_else(|| gate.gate.clone()),
        url: gate.url.clone(),
        words: words.join("; "),
    }
}

fn vote(vote: &Voice) -> String {
    let word = vote.decision.unwrap_or("a word");
    let by = vote.by.as_deref().unwrap_or("somebody");
    let said = said(vote.comment.as_deref());
    format!("{word} by {by} at {}{said}", vote.at)
}

fn step(step: &Required) -> Item {
    let sign = match step.standing {
        Standing::Present => Sign::Good,
        Standing::Failed => Sign::Bad,
        Standing::Stale | Standing::Overridden | Standing::Missing => Sign::Missing,
    };
    let locked = if step.locked { ", locked" } else { "" };
    Item {
        sign,
        name: step.step.clone(),
        url: step.url.clone(),
        words: format!("{}{locked}: {}", step.standing.word(), step.detail),
    }
}

/// The bill of materials, and the signature.
fn papers(proof: &Proof) -> Vec<Item> {
    let good = |name: &str, words: String, url: Option<String>| Item {
        sign: Sign::Good,
        name: name.to_owned(),
        url,
        words,
    };
    let sbom = proof.sbom.as_ref();
    let sbom = sbom.map(|place| good("bill of materials", place.clone(), Some(place.clone())));
    let signed = proof.signed;
    let signed = signed.map(|at| good("signature", format!("signed at {at}"), None));
    sbom.into_iter().chain(signed).collect()
}

/// The scan that it came with, and the newest; of what is scanned day by day the others are counted.
fn scans(proof: &Proof) -> Vec<Item> {
    let all = &proof.scans;
    let Some(more) = all.len().checked_sub(SCANS).filter(|more| *more > 0) else {
        return all.iter().map(scan).collect();
    };
    let came = all.partition_point(|scan| scan.at <= proof.live.since);
    let newest = all.len() - (SCANS - 1);
    let came = came.saturating_sub(1).min(newest - 1);
    let mut told = vec![scan(&all[came])];
    let more = figure::count(more, "more scan");
    told.push(Item::plain(format!("{more}: --json tells every one")));
    told.extend(all[newest..].iter().map(scan));
    told
}

fn scan(scan: &Scanned) -> Item {
    let mut words = vec![match scan.counts {
        Some(counts) => found(counts),
        None => "how many findings is not told".to_owned(),
    }];
    words.extend(scan.outcome.map(str::to_owned));
    words.push(format!("at {}", scan.at));
    if !scan.suppressed.is_empty() {
        let n = figure::count(scan.suppressed.len(), "finding");
        words.push(format!("{n} set aside"));
    }
    Item {
        sign: if scan.outcome == Some("failure") {
            Sign::Bad
        } else {
            Sign::Plain
        },
        name: scan.tool.clone(),
        url: scan.url.clone(),
        words: words.join(", "),
    }
}

fn found(counts: Severities) -> String {
    format!(
        "{} critical, {} high, {} medium, {} low",
        counts.critical, counts.high, counts.medium, counts.low
    )
}

fn incident(trouble: &Trouble) -> Item {
    let mut words = Vec::new();
    words.extend(trouble.description.clone());
    words.extend(trouble.severity.clone());
    words.extend(trouble.opened.map(|at| format!("opened at {at}")));
    words.push(match trouble.resolved {
        Some(at) => format!("resolved at {at}"),
        None => "still open".to_owned(),
    });
    if trouble.caused {
        let inferred = if trouble.inferred { "~ " } else { "" };
        words.push(format!("{inferred}put down to this deployment"));
    }
    Item {
        sign: if trouble.caused {
            Sign::Bad
        } else {
            Sign::Plain
        },
        name: trouble.incident.clone(),
        url: trouble.url.clone(),
        words: words.join(", "),
    }
}
