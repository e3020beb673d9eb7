//! `leadtime import`.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use super::args::{Format, ImportArgs};
use super::bar::Bar;
use super::session::Session;
use super::{Ending, show};
use crate::app::assemble;
use crate::app::import::{Imported, import};
use crate::app::reports::{self, Input as Told, Report};
use crate::clock;
use crate::connector::scanner::form::Form;
use crate::connector::scanner::subject::{self, Subject};
use crate::error::Failure;
use crate::event::cdevents::LineError;
use crate::event::time::{Span, Timestamp};
use crate::store::sqlite::SqliteStore;

/// Bad lines of one file that are told one by one.
const MOST_TOLD: usize = 20;
/// Bad lines that are listed for programs; all are counted.
const MOST_LISTED: usize = 1_000;

/// What was read and kept: `leadtime/import/v1`.
#[derive(Default, Serialize)]
struct Summary {
    /// Events and reports, those that are none among them.
    read: usize,
    new: usize,
    duplicates: usize,
    bad: usize,
    bad_lines: Vec<Bad>,
    seconds: f64,
}

/// What is no event.
#[derive(Serialize)]
struct Bad {
    file: String,
    /// From 1. `None`: all of the file.
    line: Option<u64>,
    reason: String,
}

impl Summary {
    fn list(&mut self, file: &str, line: Option<u64>, reason: String) {
        if self.bad_lines.len() < MOST_LISTED {
            let file = file.to_owned();
            self.bad_lines.push(Bad { file, line, reason });
        }
    }

    fn count(&mut self, done: Imported, took: Span) {
        self.read = done.new + done.known + done.bad;
        self.new = done.new;
        self.duplicates = done.known;
        self.bad = done.bad;
        self.seconds = took.seconds();
    }
}

pub fn run(session: &Session, args: &ImportArgs) -> Result<Ending, Failure> {
    session.may_write("import writes to the log")?;
    let of = of(args)?;
    // Everything is opened before anything is kept.
    let inputs = args
        .files
        .iter()
        .map(|file| open(file))
        .collect::<Result<Vec<_>, _>>()?;
    let mut store = assemble::open_log(&session.log)?;
    let mut all = Imported::default();
    let mut summary = Summary::default();
    let mut found: Vec<Report> = Vec::new();
    for (file, (input, length)) in args.files.iter().zip(inputs) {
        let read = AtomicU64::new(0);
        let counted = Counted { input, read: &read };
        match told(counted, args.format).map_err(|error| Failure::of_file(file, &error))? {
            Told::Report(bytes, form) => found.push(report(file, bytes, form)),
            Told::Events(input) => {
                let progress = (&read, length);
                let (done, bad) = events(session, &mut store, file, input, progress)?;
                all.add(done);
                for error in bad {
                    let name = file.display().to_string();
                    summary.list(&name, Some(error.line), error.problem);
                }
            }
        }
    }
    let tell = |name: &str, problem: String| {
        session.complain(&format!("{name}: {problem}"));
        summary.list(name, None, problem);
    };
    all.add(reports::keep(&found, &of, &mut store, session.now, tell)?);
    session.open(store)?;
    if session.json {
        summary.count(all, clock::now() - session.now);
        show(session, "leadtime/import/v1", &summary, |_| String::new())?;
    }
    session.say(&format!(
        "{} new, {} known already, {} bad",
        all.new, all.known, all.bad
    ));
    Ok(if all.bad > 0 {
        Ending::Found
    } else {
        Ending::Done
    })
}

/// An input as what it is asked to be, or shows.
fn told<R: Read>(input: R, format: Format) -> std::io::Result<Told<R>> {
    match format {
        Format::CdEvents => Ok(Told::Events(Cursor::new(Vec::new()).chain(input))),
        format => reports::tell(input, form(format)),
    }
}

/// Keeps the events of an input. `progress`: how far it is read, of how much.
fn events(
    session: &Session,
    store: &mut SqliteStore,
    file: &Path,
    input: impl Read + Send,
    progress: (&AtomicU64, Option<u64>),
) -> Result<(Imported, Vec<LineError>), Failure> {
    let bar = Bar::new("importing", session.quiet);
    let (read, length) = progress;
    let mut told = 0;
    let mut listed = Vec::new();
    let done = import(
        BufReader::with_capacity(1 << 20, input),
        store,
        session.now,
        |problem| {
            told += 1;
            if told <= MOST_TOLD {
                session.complain(&format!("{}: {problem}", file.display()));
            }
            if session.json && told <= MOST_LISTED {
                listed.push(problem);
            }
        },
        || bar.at(read.load(Ordering::Relaxed), length),
    )?;
    bar.end();
    if told > MOST_TOLD {
        session.complain(&format!(
            "{}: {} more bad lines",
            file.display(),
            told - MOST_TOLD
        ));
    }
    Ok((done, listed))
}

type Input = (Box<dyn Read + Send>, Option<u64>);

fn open(file: &Path) -> Result<Input, Failure> {
    if file == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let opened = File::open(file).map_err(|error| Failure::of_file(file, &error))?;
    let about = opened
        .metadata()
        .map_err(|error| Failure::of_file(file, &error))?;
    if about.is_dir() {
        return Err(Failure::unable(format!("{} is a folder", file.display()))
            .hinted("name the files in it"));
    }
    Ok((Box::new(opened), about.is_file().then_some(about.len())))
}

/// `None`: it is to be told.
fn form(format: Format) -> Option<Form> {
    match format {
        Format::Auto | Format::CdEvents => None,
        Format::Trivy => Some(Form::Trivy),
        Format::Grype => Some(Form::Grype),
        Format::Sarif => Some(Form::Sarif),
        Format::Snyk => Some(Form::Snyk),
        Format::Osv => Some(Form::Osv),
        Format::CycloneDx => Some(Form::CycloneDx),
        Format::Spdx => Some(Form::Spdx),
        Format::OpenVex => Some(Form::OpenVex),
    }
}

/// What the user says that reports are of.
fn of(args: &ImportArgs) -> Result<Subject, Failure> {
    let named = args.artifact.as_deref().map(|text| {
        let named = Subject::named(text);
        let is = named.image.is_some() || named.purl.is_some();
        is.then_some(named).ok_or_else(|| {
            Failure::usage(format!("--artifact names no artifact: {text:?}"))
                .hinted("write an image as one pulls it, or a package URL")
        })
    });
    let sha = args.commit.as_deref().map(|text| {
        subject::sha(text).ok_or_else(|| Failure::usage(format!("--commit is no sha: {text:?}")))
    });
    Ok(named.transpose()?.unwrap_or_default().or(&Subject {
        repository: args.repository.clone(),
        sha: sha.transpose()?,
        ..Subject::default()
    }))
}

fn report(file: &Path, bytes: Vec<u8>, form: Option<Form>) -> Report {
    let place = std::path::absolute(file).ok();
    let place = place.filter(|_| file != Path::new("-"));
    Report {
        name: file.display().to_string(),
        bytes,
        form,
        written: place.as_deref().and_then(written),
        url: place.and_then(|place| url::Url::from_file_path(place).ok().map(Into::into)),
    }
}

fn written(file: &Path) -> Option<Timestamp> {
    let modified = std::fs::metadata(file).ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    let micros = i64::try_from(since.as_micros()).ok()?;
    Some(Timestamp::from_micros(micros))
}

/// Counts what is read, for the progress.
struct Counted<'a> {
    input: Box<dyn Read + Send>,
    read: &'a AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}
