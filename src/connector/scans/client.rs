//! Reads what changed. What is said of findings (VEX) comes first, since it decides how reports count; when it changes, all reports are judged anew, and those
//! that count otherwise are told again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::connector::rows::{Rows, put};
use crate::connector::scanner::form;
use crate::connector::scanner::subject::{Missing, Subject};
use crate::connector::scanner::vex::Statement;
use crate::connector::scanner::{self, Content};
use crate::connector::{Batch, ConnectorError, Finding, Progress, Reading, Severity, Sink};
use crate::event::time::Timestamp;

use super::config::Config;
use super::cursor::Row;
use super::files::{self, Seen};
use super::translate::{self, Came, is_timeless, told};

/// A file that is longer is no report.
const LONGEST: u64 = 256 << 20;
/// Files that are kept at once.
const TOGETHER: usize = 64;

/// Reads what is new in the files of a source.
pub fn read(config: &Config, reading: &Reading, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
    let found = files::find(&config.path)?;
    if found.is_empty() {
        sink.finding(files::nothing_yet(&config.path));
    }
    let rows = Rows::new(reading.cursors.clone());
    let known = rows.below("").map(|(name, row)| (name.to_owned(), row));
    let mut reader = Reader {
        config,
        settings: config.mark(),
        known: known.collect(),
        statements: Vec::new(),
        restated: false,
        now: reading.now,
        batch: Batch::default(),
        sink,
    };
    reader.all(&found)
}

struct Reader<'a> {
    config: &'a Config,
    settings: String,
    known: BTreeMap<String, Row>,
    /// What is said of findings, by whom it may be.
    statements: Vec<Statement>,
    /// It is not what it was at the last reading.
    restated: bool,
    now: Timestamp,
    batch: Batch,
    sink: &'a mut dyn Sink,
}

impl Reader<'_> {
    fn all(&mut self, found: &[Seen]) -> Result<(), ConnectorError> {
        self.forget(found);
        let changed: Vec<bool> = found.iter().map(|one| self.is_changed(one)).collect();
        let any = changed.contains(&true);
        if any || self.restated {
            self.state(found, &changed);
            let total = Some(found.len() as u64);
            for (done, (seen, changed)) in found.iter().zip(changed).enumerate() {
                if changed || self.restated && !self.states(seen) {
                    self.sink.progress(Progress {
                        what: seen.name(),
                        done: done as u64,
                        total,
                    });
                    self.file(seen, changed);
                }
                if self.batch.cursors.len() >= TOGETHER {
                    self.sink.batch(std::mem::take(&mut self.batch))?;
                }
            }
        }
        if self.batch.cursors.is_empty() {
            return Ok(());
        }
        self.sink.batch(std::mem::take(&mut self.batch))
    }

    /// What is not there any more is not remembered; what it said of others does not hold.
    fn forget(&mut self, found: &[Seen]) {
        let there: Vec<String> = found.iter().map(Seen::name).collect();
        for (name, row) in &self.known {
            if !there.contains(name) {
                self.restated |= row.states;
                self.batch.cursors.push((name.clone(), None));
            }
        }
    }

    fn is_changed(&self, seen: &Seen) -> bool {
        let row = self.known.get(&seen.name());
        row.is_none_or(|row| !row.fits(seen.length, seen.modified, &self.settings))
    }

    fn states(&self, seen: &Seen) -> bool {
        self.known.get(&seen.name()).is_some_and(|row| row.states)
    }

    /// Gathers what is said of findings, from what may say something; what cannot be read is told when its turn comes.
    fn state(&mut self, found: &[Seen], changed: &[bool]) {
        let mut statements = Vec::new();
        let mut in_order: Vec<(&Seen, bool)> = found.iter().zip(changed.iter().copied()).collect();
        in_order.sort_by(|(one, _), (two, _)| one.path.cmp(&two.path));
        for (seen, changed) in in_order {
            if !changed && !self.states(seen) {
                continue;
            }
            let Ok(bytes) = load(seen) else { continue };
            if changed && !self.states(seen) && !may_state(&bytes) {
                continue;
            }
            let said = scanner::read(&bytes, self.config.form).unwrap_or_default();
            // Written anew with the same words, it is no reason to judge anew.
            let row = self.known.get(&seen.name());
            let same = row.is_some_and(|row| row.content == translate::content(&bytes));
            self.restated |= changed && !same && (self.states(seen) || !said.statements.is_empty());
            statements.extend(said.statements);
        }
        self.statements = statements;
    }

    fn file(&mut self, seen: &Seen, changed: bool) {
        let bytes = match load(seen) {
            Ok(bytes) => bytes,
            Err(problem) => return self.tell(seen, Severity::Warning, problem),
        };
        let digest = translate::content(&bytes);
        let before = self.known.get(&seen.name()).cloned();
        let row = Row {
            length: seen.length,
            modified: seen.modified,
            settings: self.settings.clone(),
            content: digest,
            ..before.clone().unwrap_or_default()
        };
        let same = |one: &Row| (&one.content, &one.settings) == (&row.content, &row.settings);
        if changed && !self.restated && before.as_ref().is_some_and(same) {
            // Touched.
            return self.keep(seen, &row);
        }
        match scanner::read(&bytes, self.config.form) {
            Ok(content) => self.told(seen, &content, before.as_ref(), row),
            Err(error) => {
                // JSON of somebody else's, in a folder of many things.
                let others = self.config.form.is_none() && form::is_others(&bytes);
                let severity = if others {
                    Severity::Note
                } else {
                    Severity::Warning
                };
                self.tell(seen, severity, error.to_string());
            }
        }
    }

    fn told(&mut self, seen: &Seen, content: &Content, before: Option<&Row>, mut row: Row) {
        row.states = !content.statements.is_empty();
        let replaced = before.is_some_and(|old| old.content != row.content);
        let mut came = Came {
            content: row.content.clone(),
            url: address(&seen.path),
            written: Timestamp::from_micros(seen.modified).min(self.now),
            now: self.now,
            of: self.config.of.clone(),
            turn: row.turn,
            last: row.at,
        };
        // What the file says comes first, then where it lies, then what is configured.
        came.of = Subject::placed(&self.beneath(seen)).or(&came.of);
        if replaced {
            let timeless = is_timeless(content, self.now);
            came.turn = if timeless { row.turn + 1 } else { 0 };
        }
        let mut found = told(content, &came, &self.statements);
        let old = before.filter(|_| !replaced);
        let rejudged = old.is_some_and(|old| old.at.is_some() && old.aside != found.aside);
        if rejudged {
            came.turn = row.turn + 1;
            found = told(content, &came, &self.statements);
        }
        for note in &found.notes {
            self.tell(seen, Severity::Warning, note.clone());
        }
        if let Some(missing) = found.missing {
            // Looked at again by the next reading: the configuration may say more by then.
            let text = format!("{}: {}", missing.what(), remedy(missing));
            self.tell(seen, Severity::Warning, text);
            if found.events.is_empty() {
                return;
            }
        }
        let again = old.is_some_and(|old| {
            old.at.is_some() && old.settings == row.settings && old.aside == found.aside
        });
        if !again {
            row.at = found.events.iter().map(|event| event.at).max().or(row.at);
            self.batch.events.append(&mut found.events);
        }
        row.turn = came.turn;
        row.aside = found.aside;
        self.keep(seen, &row);
    }

    /// Where a file lies, from the configured place on: what lies above may be named by any commit.
    fn beneath(&self, seen: &Seen) -> String {
        let base = if self.config.path.is_dir() {
            Some(self.config.path.as_path())
        } else {
            None
        };
        let inner = base.and_then(|base| seen.path.strip_prefix(base).ok());
        inner.unwrap_or(&seen.path).display().to_string()
    }

    fn keep(&mut self, seen: &Seen, row: &Row) {
        put(&mut self.batch, seen.name(), row);
    }

    fn tell(&mut self, seen: &Seen, severity: Severity, text: String) {
        self.sink.finding(Finding {
            subject: seen.name(),
            severity,
            text,
        });
    }
}

/// How to say what a file does not.
const fn remedy(missing: Missing) -> &'static str {
    match missing {
        Missing::Image => "add artifact = \"registry/name\" to the source",
        Missing::Repository => "add repository = \"owner/name\" to the source",
        Missing::Digest => {
            "scan it by its digest, or keep the report in a folder or file named by it (sha256-…)"
        }
        Missing::Artifact => {
            "add artifact = \"registry/name\" to the source, and keep it in a folder or file named by the digest (sha256-…)"
        }
        Missing::All => {
            "keep it in a folder or file named by the commit or by the digest (sha256-…), and add repository = \"owner/name\" or artifact = \"registry/name\" to the source"
        }
    }
}

/// What only documents hold that say something of findings elsewhere.
fn may_state(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    has(b"openvex") || has(b"\"analysis\"")
}

fn load(seen: &Seen) -> Result<Vec<u8>, String> {
    if seen.length > LONGEST {
        let limit = LONGEST >> 20;
        return Err(format!("it is larger than {limit} MiB: it is not read"));
    }
    fs::read(&seen.path).map_err(|error| format!("cannot be read: {error}: check who may read it"))
}

fn address(path: &Path) -> Option<String> {
    let whole = std::path::absolute(path).ok()?;
    url::Url::from_file_path(whole).ok().map(Into::into)
}
