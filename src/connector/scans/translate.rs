//! A document into events: a scan finished, with what it found counted and what was put aside named; a bill of materials belongs to an artifact. The identity
//! is made of what the document holds and of what it is of, so that the same report, found twice or imported as well, is one event.

use sha2::{Digest, Sha256};

use crate::connector::scanner::subject::{Missing, Subject};
use crate::connector::scanner::vex::{Judged, Statement, judge};
use crate::connector::scanner::{Bill, Content, Scan};
use crate::event::Event;
use crate::event::kind::{self, ArtifactPhase, Kind, Outcome};
use crate::event::time::{Span, Timestamp};

/// Before this, a time is a zero that a program wrote.
const BELIEVED: Timestamp = Timestamp::from_seconds(946_684_800);
/// How far ahead another clock may be.
const AHEAD: Span = Span::from_seconds(24 * 3600);

/// A document as it came.
#[derive(Clone, Debug, Default)]
pub struct Came {
    /// The digest of its bytes, as hexadecimal digits.
    pub content: String,
    /// Where it can be looked at.
    pub url: Option<String>,
    /// When it was written, or came.
    pub written: Timestamp,
    pub now: Timestamp,
    /// What it is of, where it does not say so.
    pub of: Subject,
    /// How often the same place was told of in another way, and the time that it was last told with.
    pub turn: u64,
    pub last: Option<Timestamp>,
}

/// What was made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub events: Vec<Event<String>>,
    /// What should be known.
    pub notes: Vec<String>,
    /// Why something could be told of nobody.
    pub missing: Option<Missing>,
    /// What was put aside, as a digest; empty: nothing.
    pub aside: String,
}

/// The digest of a document's bytes.
#[must_use]
pub fn content(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Whether a document has no time of its own.
#[must_use]
pub fn is_timeless(content: &Content, now: Timestamp) -> bool {
    let scans = content.scans.iter().map(|scan| scan.at);
    let bills = content.bill.iter().map(|bill| bill.at);
    scans.chain(bills).any(|at| believed(at, now).is_none())
}

/// Makes events of a document, by what was said of its findings elsewhere.
#[must_use]
pub fn told(content: &Content, came: &Came, statements: &[Statement]) -> Told {
    let mut told = Told::default();
    let mut aside = String::new();
    for scan in &content.scans {
        let of = scan.of.clone().or(&came.of);
        let judged = judge(scan, &of, statements);
        aside.extend(judged.aside.iter().map(|one| format!("{one}\n")));
        if judged.unknown > 0 {
            told.notes.push(format!(
                "{} of {} findings are in no count: nobody says how grave they are",
                judged.unknown,
                scan.found.len()
            ));
        }
        if of.is_known() {
            told.events.push(scanned(scan, &of, judged, came));
        } else {
            told.missing = Some(of.missing());
        }
    }
    if let Some(bill) = &content.bill {
        let of = bill.of.clone().or(&came.of);
        if let Some(artifact) = of.artifact() {
            told.events.push(billed(bill, &of, artifact, came));
        } else {
            told.missing = Some(match of.commit() {
                Some(_) => Missing::Artifact,
                None => of.missing(),
            });
        }
    }
    if !aside.is_empty() {
        told.aside = short(&aside);
    }
    told.notes.dedup();
    told
}

fn scanned(scan: &Scan, of: &Subject, judged: Judged, came: &Came) -> Event<String> {
    let own = believed(scan.at, came.now).unwrap_or(came.written);
    let stated = judged.stated.flatten();
    let at = came.time(own.max(believed(stated, came.now).unwrap_or(own)));
    let by = judged.stated.map(|_| short(&judged.aside.join("\n")));
    let id = came.id(of, by);
    let (repository, sha) = of.commit().unzip();
    let fact = kind::Scan {
        scan: id.clone(),
        artifact: of.artifact(),
        // A repository alone says where to look for what the scan belongs to.
        repository: repository.map(str::to_owned),
        sha: sha.map(str::to_owned),
        tool: Some(scan.tool.clone()),
        url: came.url.clone(),
        outcome: scan.broke_off.then_some(Outcome::Failure),
        counts: (!scan.broke_off || !scan.found.is_empty()).then_some(judged.counts),
        suppressed: judged.aside.into(),
    };
    Event {
        source: source(&scan.tool),
        id,
        at,
        kind: Kind::Scan(fact),
    }
}

fn billed(bill: &Bill, of: &Subject, artifact: String, came: &Came) -> Event<String> {
    let (repository, sha) = of.commit().unzip();
    let name = bill.name.clone().or_else(|| came.url.clone());
    let fact = kind::Artifact {
        artifact,
        sbom: Some(name.unwrap_or_else(|| format!("urn:sha256:{}", came.content))),
        repository: repository.map(str::to_owned),
        sha: sha.map(str::to_owned),
        digest: of.digest.clone(),
        phase: ArtifactPhase::Published,
        ..kind::Artifact::default()
    };
    Event {
        source: source("sbom"),
        id: came.id(of, None),
        at: came.time(believed(bill.at, came.now).unwrap_or(came.written)),
        kind: Kind::Artifact(fact),
    }
}

impl Came {
    /// What is told another time of the same place is later than what was told before.
    fn time(&self, at: Timestamp) -> Timestamp {
        match self.last.filter(|_| self.turn > 0) {
            Some(last) if at <= last => self.now.max(last + Span::from_micros(1)),
            _ => at,
        }
    }

    fn id(&self, of: &Subject, by: Option<String>) -> String {
        let (artifact, commit) = (of.artifact(), of.commit());
        let mut id = format!(
            "{}/{}",
            self.content.get(..32).unwrap_or(&self.content),
            short(&format!("{artifact:?} {commit:?}"))
        );
        if let Some(by) = by {
            id.push('/');
            id.push_str(&by);
        }
        if self.turn > 0 {
            id.push('/');
            id.push_str(&self.turn.to_string());
        }
        id
    }
}

/// A time that a report could have been written at.
fn believed(at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    at.filter(|at| (BELIEVED..=now + AHEAD).contains(at))
}

/// Who says so: the scanner, whichever way its report came.
fn source(tool: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = tool
        .chars()
        .map(|c| if word(c) { c } else { '-' })
        .collect();
    format!("scans:{name}")
}

fn short(text: &str) -> String {
    let digest = hex::encode(Sha256::digest(text.as_bytes()));
    digest[..12].to_owned()
}
