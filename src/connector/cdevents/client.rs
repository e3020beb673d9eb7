//! Follows files of lines. Each is read from where it was left to its last whole line: half a line at the end waits. A file that was renamed is known
//! again and read on; one that was cut short or written anew is read from its beginning, and told.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::connector::error::ErrorKind;
use crate::connector::{ConnectorError, Finding, Progress, Reading, Severity, Sink};

use super::cursor::Place;
use super::translate::{lines, told};

/// What is read and kept at once.
const PIECE: u64 = 8 << 20;
/// A line that is longer is no event.
const LONGEST: u64 = 32 << 20;

type Places = BTreeMap<String, Place>;

/// Reads what is new in a file, or in every file of a folder.
pub fn read(path: &Path, reading: &Reading, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
    let known: Places = reading
        .cursors
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), Place::parse(value)?)))
        .collect();
    let mut files = files(path)?;
    if files.is_empty() {
        sink.finding(nothing_yet(path));
    }
    let followed = path.is_file();
    if followed {
        // What was rotated away since has an end that nobody read yet.
        files.splice(0..0, rotated(path, &known)?);
    }
    let total = files.len() as u64;
    let mut there = Vec::new();
    for (done, file) in files.iter().enumerate() {
        sink.progress(Progress {
            what: file.display().to_string(),
            done: done as u64,
            total: Some(total),
        });
        there.push(name(file));
        follow(file, &known, reading, sink)?;
    }
    let gone = known.keys().filter(|name| !there.contains(name));
    let gone: Vec<_> = gone.map(|name| (name.clone(), None)).collect();
    if gone.is_empty() || files.is_empty() {
        return Ok(());
    }
    sink.documents(Vec::new(), gone)
}

/// The files that are read, by name; none where there is none yet.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, ConnectorError> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let path = entry.map_err(|error| unreadable(path, &error))?.path();
        if path.is_file() && is_lines(&name(&path)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What is hidden is being written, and what is packed is old.
fn is_lines(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    !name.starts_with('.')
        && !["gz", "xz", "zst", "bz2", "zip", "tmp", "part", "swp"].contains(&end)
        && !name.ends_with('~')
}

pub fn nothing_yet(path: &Path) -> Finding {
    Finding {
        subject: path.display().to_string(),
        severity: Severity::Warning,
        text: "there is no file of events yet: check `path`, or wait for the first event"
            .to_owned(),
    }
}

/// The files beside a followed one that continue its name, and are the one that was read before.
fn rotated(path: &Path, known: &Places) -> Result<Vec<PathBuf>, ConnectorError> {
    let own = name(path);
    let Some(place) = known.get(&own) else {
        return Ok(Vec::new());
    };
    let head = Head::of(path)?;
    if place.fits(&head.bytes, head.length) {
        return Ok(Vec::new());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut found = files(folder)?;
    found.retain(|other| {
        let name = name(other);
        name != own
            && name.starts_with(&own)
            && Head::of(other).is_ok_and(|head| place.fits(&head.bytes, head.length))
    });
    found.truncate(1);
    Ok(found)
}

/// What a file is known by.
struct Head {
    bytes: Vec<u8>,
    length: u64,
}

impl Head {
    fn of(path: &Path) -> Result<Self, ConnectorError> {
        let wrong = |error: std::io::Error| unreadable(path, &error);
        let mut file = File::open(path).map_err(wrong)?;
        let length = file.metadata().map_err(wrong)?.len();
        let mut bytes = Vec::new();
        (&mut file)
            .take(Place::looked_at())
            .read_to_end(&mut bytes)
            .map_err(wrong)?;
        Ok(Self { bytes, length })
    }
}

/// Reads one file on.
fn follow(
    path: &Path,
    known: &Places,
    reading: &Reading,
    sink: &mut dyn Sink,
) -> Result<(), ConnectorError> {
    let own = name(path);
    let head = Head::of(path)?;
    let fits = |place: &&Place| place.fits(&head.bytes, head.length);
    let kept = known.get(&own);
    let again = kept.filter(fits).or_else(|| known.values().find(fits));
    if again.is_none() && kept.is_some_and(|place| place.offset > 0) {
        sink.finding(Finding {
            subject: path.display().to_string(),
            severity: Severity::Note,
            text: "it was rotated, cut short or written anew: it is read from its beginning"
                .to_owned(),
        });
    }
    let mut place = again.cloned().unwrap_or_default();
    let wrong = |error: std::io::Error| unreadable(path, &error);
    let mut file = File::open(path).map_err(wrong)?;
    file.seek(SeekFrom::Start(place.offset)).map_err(wrong)?;
    let mut bad = Vec::new();
    let mut half = Vec::new();
    let (mut met, mut at_end) = (false, false);
    while !at_end {
        let before = half.len();
        let read = (&mut file)
            .take(PIECE)
            .read_to_end(&mut half)
            .map_err(wrong)?;
        at_end = (read as u64) < PIECE;
        let Some(end) = half.iter().rposition(|byte| *byte == b'\n') else {
            if half.len() as u64 > LONGEST {
                return Err(endless(path, place.line + 1));
            }
            continue;
        };
        debug_assert!(end >= before, "what was left had no end of a line");
        let rest = half.split_off(end + 1);
        let found = lines(&half, place.line, reading.now);
        bad.extend(found.bad);
        let ends = half.split(|byte| *byte == b'\n').count().saturating_sub(1);
        place = place.further(half.len() as u64, ends as u64, &head.bytes);
        sink.documents(found.documents, vec![(own.clone(), place.written())])?;
        (half, met) = (rest, true);
    }
    if !met && kept != Some(&place) && place.offset > 0 {
        // Known again under another name, with nothing new.
        sink.documents(Vec::new(), vec![(own, place.written())])?;
    }
    tell(path, &bad, sink);
    Ok(())
}

fn tell(path: &Path, bad: &[(u64, String)], sink: &mut dyn Sink) {
    for text in told(bad, "line") {
        sink.finding(Finding {
            subject: path.display().to_string(),
            severity: Severity::Warning,
            text,
        });
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn endless(path: &Path, line: u64) -> ConnectorError {
    let detail = format!("line {line} is longer than {} MiB", LONGEST >> 20);
    ConnectorError::new(ErrorKind::Malformed, path.display().to_string(), detail)
        .hinted("it must hold one event a line")
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConnectorError {
    let detail = format!("cannot be read: {error}");
    ConnectorError::new(ErrorKind::Configuration, path.display().to_string(), detail)
        .hinted("check `path`, and who may read it")
}
