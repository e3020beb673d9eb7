//! Reports of scanners and bills of material into the log, as they are handed over once: what one import says of findings (VEX) counts for the reports in it.

use std::io::{Chain, Cursor, Read};

use crate::connector::scanner::form::{Form, Shown, shown};
use crate::connector::scanner::subject::{Missing, Subject};
use crate::connector::scanner::{self, Content};
use crate::connector::scans::translate::{self, Came, told};
use crate::event::time::Timestamp;
use crate::store::{Store, StoreError};

use super::import::{Imported, append};

/// How much of an input is looked at to tell what it is.
const LOOKED: usize = 32 << 20;
/// How much of it at first.
const FIRST: usize = 64 << 10;
/// No report is larger.
const LARGEST: u64 = 256 << 20;

/// An input, told apart.
pub enum Input<R: Read> {
    /// Events, or what is to be read as such.
    Events(Chain<Cursor<Vec<u8>>, R>),
    /// A report, whole, and its form where that was asked for.
    Report(Vec<u8>, Option<Form>),
}

/// Tells an input by its beginning. `asked`: its form, where the user says it.
pub fn tell<R: Read>(mut input: R, asked: Option<Form>) -> std::io::Result<Input<R>> {
    let mut bytes = Vec::new();
    let mut wanted = FIRST;
    let is_report = loop {
        let missing = wanted.saturating_sub(bytes.len()) as u64;
        let read = (&mut input).take(missing).read_to_end(&mut bytes)?;
        let at_end = (read as u64) < missing;
        if asked.is_some() {
            break true;
        }
        match shown(&bytes) {
            Shown::Form(_) => break true,
            Shown::Other => break false,
            Shown::NotYet if at_end || wanted >= LOOKED => break false,
            Shown::NotYet => wanted *= 4,
        }
    };
    if !is_report {
        return Ok(Input::Events(Cursor::new(bytes).chain(input)));
    }
    let left = LARGEST.saturating_sub(bytes.len() as u64);
    input.take(left).read_to_end(&mut bytes)?;
    Ok(Input::Report(bytes, asked))
}

/// A report that was handed over.
pub struct Report {
    /// What people call it: its file.
    pub name: String,
    pub bytes: Vec<u8>,
    pub form: Option<Form>,
    pub url: Option<String>,
    /// When its file was written.
    pub written: Option<Timestamp>,
}

/// Keeps what reports say. `of`: what they are of, where they do not say so; `problem` is told of what is of no use, after its name.
pub fn keep(
    reports: &[Report],
    of: &Subject,
    store: &mut dyn Store,
    now: Timestamp,
    mut problem: impl FnMut(&str, String),
) -> Result<Imported, StoreError> {
    let mut done = Imported::default();
    let mut read: Vec<(&Report, Content)> = Vec::new();
    for report in reports {
        match scanner::read(&report.bytes, report.form) {
            Ok(content) => read.push((report, content)),
            Err(error) => {
                done.bad += 1;
                problem(&report.name, error.to_string());
            }
        }
    }
    let statements = read
        .iter()
        .flat_map(|(_, content)| content.statements.iter().cloned());
    let statements: Vec<_> = statements.collect();
    let scans = read.iter().any(|(_, content)| !content.scans.is_empty());
    for (report, content) in read {
        if !content.statements.is_empty() && !scans {
            done.bad += 1;
            let text = "it says which findings do not count, and there is no report to count: import it together with one, or let a source of kind scans follow both";
            problem(&report.name, text.to_owned());
        }
        let came = Came {
            content: translate::content(&report.bytes),
            url: report.url.clone(),
            written: report.written.unwrap_or(now).min(now),
            now,
            of: of.clone(),
            ..Came::default()
        };
        let found = told(&content, &came, &statements);
        for note in &found.notes {
            problem(&report.name, note.clone());
        }
        if let Some(missing) = found.missing {
            done.bad += 1;
            let what = missing.what();
            problem(&report.name, format!("{what}: {}", remedy(missing)));
        }
        let kept = append(store, &found.events, now)?;
        done.new += kept.new;
        done.known += kept.known;
    }
    Ok(done)
}

/// How to say what a report does not.
const fn remedy(missing: Missing) -> &'static str {
    match missing {
        Missing::Image => "add --artifact registry/name",
        Missing::Repository => "add --repository owner/name",
        Missing::Digest | Missing::Artifact => "add --artifact registry/name@sha256:…",
        Missing::All => {
            "add --artifact registry/name@sha256:…, or --repository owner/name and --commit SHA"
        }
    }
}
