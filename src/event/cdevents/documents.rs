//! Any input into the documents that the log keeps: JSON lines, which are the fast and common case, or objects and arrays laid out in any other
//! way; CDEvents plain, or as the data of CloudEvents. It streams, it says what is wrong with its line number, and it goes on after that.
//!
//! - A line that is one whole object is taken as it is; nothing of it is written anew.
//! - Everything else is cut into values by their brackets, and a value that spans lines is put on one.
//! - An object that never ends does not swallow what follows: a line that begins, no further in than the object did, with another object is
//!   that other object, unless the first was laid out over lines and the line is no event.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io::{BufRead, Read};

use super::document::{Document, document};
use super::envelope::{ReadError, envelope, shortened};
use super::split::{Open, Refused};
use crate::event::time::Timestamp;

/// The longest document that is kept.
const LONGEST: usize = 16 << 20;
/// How much of a line is looked at at once: a line may be a whole array.
const PIECE: u64 = 1 << 20;
/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    pub line: u64,
    pub problem: String,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for LineError {}

/// Splits an input into documents. `arrived` is the time of a `CloudEvent` that says none.
pub fn documents<R: BufRead>(
    input: R,
    arrived: Timestamp,
) -> impl Iterator<Item = Result<Document, LineError>> {
    Documents {
        input,
        arrived,
        line: 1,
        at_start: true,
        usual: 512,
        open: None,
        lost: None,
        array: None,
        refused: None,
        ready: VecDeque::new(),
        ended: false,
    }
}

struct Documents<R> {
    input: R,
    arrived: Timestamp,
    /// The line that is being read, from 1.
    line: u64,
    /// Nothing of that line has been read yet.
    at_start: bool,
    /// The length of the last line: what to make room for.
    usual: usize,
    /// The value that is not at its end yet.
    open: Option<Open>,
    /// How far in an object stood that was given up in its midst: what stands further in is the rest of it.
    lost: Option<usize>,
    /// The line on which the array began that the values stand in.
    array: Option<u64>,
    /// What was refused, and goes on in the next piece of its line.
    refused: Option<Refused>,
    ready: VecDeque<Result<Document, LineError>>,
    ended: bool,
}

impl<R: BufRead> Iterator for Documents<R> {
    type Item = Result<Document, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            if self.ended {
                return None;
            }
            self.read_piece();
        }
    }
}

impl<R: BufRead> Documents<R> {
    /// Reads a line, or a piece of a very long one.
    fn read_piece(&mut self) {
        let mut piece = Vec::with_capacity(self.usual + 16);
        let mut read = self
            .input
            .by_ref()
            .take(PIECE)
            .read_until(b'\n', &mut piece);
        if piece.len() as u64 == PIECE && piece.ends_with(b"\r") {
            // Whether the line ends here, the next byte tells.
            let more = self.input.by_ref().take(1).read_to_end(&mut piece);
            read = read.and(more);
        }
        if let Err(error) = read {
            self.fail(self.line, format!("cannot be read: {error}"));
            self.ended = true;
            return;
        }
        if self.at_start && !self.skip_mark(&mut piece) {
            return;
        }
        if piece.is_empty() && !matches!(read, Ok(read) if read > 0) {
            self.end();
            return;
        }
        self.usual = piece.len();
        let ends = piece.ends_with(b"\n");
        self.take(piece, ends);
        if ends {
            self.line += 1;
        }
        self.at_start = ends;
    }

    /// Skips the mark that some programs put before UTF-8, and that stands within where such files were put together; `false` where the first one says that
    /// this is something else.
    fn skip_mark(&mut self, piece: &mut Vec<u8>) -> bool {
        if piece.starts_with(b"\xef\xbb\xbf") {
            piece.drain(..3);
        }
        let marks = [b"\xff\xfe", b"\xfe\xff"];
        let other = self.line == 1 && marks.iter().any(|mark| piece.starts_with(*mark));
        if other {
            self.fail(
                1,
                "this is UTF-16: save it as UTF-8 and import it again".to_owned(),
            );
            self.ended = true;
        }
        !other
    }

    fn take(&mut self, mut piece: Vec<u8>, ends: bool) {
        let last = ends || (piece.len() as u64) < PIECE;
        if self.at_start && last && self.is_between() && piece.starts_with(b"{") {
            match self.line_document(piece) {
                Ok(found) => return self.ready.push_back(found),
                Err(back) => piece = back,
            }
        }
        let mut whole = self.at_start;
        // A carriage return alone ends a line as well.
        let mut from = 0;
        while let Some(end) = lone_return(&piece[from..]) {
            let mut line = piece[from..=from + end].to_vec();
            line[end] = b'\n';
            self.take_line(line, whole, true);
            self.line += 1;
            (from, whole) = (from + end + 1, true);
        }
        piece.drain(..from);
        self.take_line(piece, whole && last, ends);
    }

    /// Nothing is open that a line could belong to.
    fn is_between(&self) -> bool {
        self.open.is_none() && self.array.is_none() && self.lost.is_none()
    }

    /// Takes a line, or a piece of one where it is not `whole`.
    fn take_line(&mut self, piece: Vec<u8>, whole: bool, ends: bool) {
        let inside = piece.len() - piece.trim_ascii_start().len();
        if whole && self.is_lost(inside, piece.get(inside)) {
            return;
        }
        if whole && piece.get(inside) == Some(&b'{') {
            if self.open.is_none() && self.array.is_none() {
                return match self.line_document(piece) {
                    Ok(found) => self.ready.push_back(found),
                    Err(piece) => self.walk(&piece, ends),
                };
            }
            self.give_up_before(&piece, inside);
        }
        self.walk(&piece, ends);
    }

    /// Whether a line is still part of an object that was given up.
    fn is_lost(&mut self, inside: usize, first: Option<&u8>) -> bool {
        let lost = self.lost.is_some_and(|offset| {
            inside > offset || first.is_none() || (inside == offset && first == Some(&b'}'))
        });
        if !lost {
            self.lost = None;
        }
        lost
    }

    /// The fast way: the line is one object. Gives the line back where it is not, or not quite.
    fn line_document(&self, piece: Vec<u8>) -> Result<Result<Document, LineError>, Vec<u8>> {
        let mut text = match String::from_utf8(piece) {
            Ok(text) => text,
            Err(error) => return Err(error.into_bytes()),
        };
        text.truncate(text.trim_ascii_end().len());
        text.drain(..text.len() - text.trim_ascii_start().len());
        match document(Cow::Owned(text), self.arrived) {
            Ok(document) => Ok(Ok(document)),
            Err((ReadError::NotJson { .. }, text)) => Err(text.into_owned().into_bytes()),
            Err((error, _)) => Ok(Err(LineError {
                line: self.line,
                problem: error.to_string(),
            })),
        }
    }

    /// An object that is still open ends here if this line is surely another one.
    fn give_up_before(&mut self, piece: &[u8], inside: usize) {
        let Some(open) = self.open.as_ref().filter(|open| inside <= open.offset) else {
            return;
        };
        let another = open.compact || {
            let text = piece.trim_ascii();
            let text = text.strip_suffix(b",").unwrap_or(text);
            std::str::from_utf8(text).is_ok_and(|text| envelope(text).is_ok())
        };
        if another {
            let problem = format!(
                "not JSON: this object does not end before line {}",
                self.line
            );
            self.fail(open.line, problem);
            self.open = None;
        }
    }

    /// The slow way: cuts a piece into values.
    fn walk(&mut self, piece: &[u8], ends: bool) {
        let mut at = 0;
        if let Some(mut refused) = self.refused.take() {
            let Some(end) = refused.end(piece) else {
                self.refused = Some(refused).filter(|_| !ends);
                return;
            };
            at = end;
        }
        loop {
            if let Some(mut open) = self.open.take() {
                let Some(taken) = open.take(&piece[at..], LONGEST) else {
                    self.keep_open(open, ends);
                    return;
                };
                at += taken;
                self.close(open);
            }
            at += piece[at..].len() - piece[at..].trim_ascii_start().len();
            let Some(byte) = piece.get(at) else { return };
            match byte {
                b'[' if self.array.is_none() => {
                    self.array = Some(self.line);
                    at += 1;
                }
                b']' if self.array.take().is_some() => at += 1,
                b',' if self.array.is_some() => at += 1,
                b'{' | b'[' => {
                    let first = piece[..at].trim_ascii().is_empty();
                    let alone = piece[at + 1..].trim_ascii().is_empty();
                    self.open = Some(Open::new(self.line, at, first && !alone));
                }
                _ => at = self.refuse_at(piece, at, ends),
            }
        }
    }

    /// A value goes on after this piece, unless a line ends within a string of it.
    fn keep_open(&mut self, open: Open, ends: bool) {
        if ends && open.in_string() {
            self.fail(
                self.line,
                "not JSON: the line ends within a text".to_owned(),
            );
            self.lost = Some(open.offset).filter(|_| !open.compact);
        } else {
            self.open = Some(open);
        }
    }

    /// A value is at its end.
    fn close(&mut self, mut open: Open) {
        if open.too_long {
            self.too_long(open.line);
            return;
        }
        let found = match String::from_utf8(std::mem::take(&mut open.text)) {
            Ok(text) => document(Cow::Owned(text), self.arrived).map_err(|(error, _)| error),
            Err(error) => {
                let place = error.utf8_error().valid_up_to();
                let bytes = error.as_bytes();
                let lines = bytes[..place].split(|byte| *byte == b'\n').count();
                let line = open.line + lines as u64 - 1;
                self.fail(line, "not UTF-8".to_owned());
                return;
            }
        };
        self.ready
            .push_back(found.map_err(|error| placed(error, &open)));
    }

    /// Refuses what stands at a place of a piece; tells where it ends.
    fn refuse_at(&mut self, piece: &[u8], at: usize, ends: bool) -> usize {
        let mut refused = match piece[at] {
            _ if self.array.is_none() => Refused::Line,
            b'"' => Refused::Text { escaped: false },
            _ => Refused::Word,
        };
        let end = refused.end(&piece[at + 1..]).map(|more| at + 1 + more);
        self.refuse(&piece[at..end.unwrap_or(piece.len())], at);
        if end.is_none() && !ends {
            self.refused = Some(refused);
        }
        end.unwrap_or(piece.len())
    }

    /// Something stands where only an event can.
    fn refuse(&mut self, found: &[u8], offset: usize) {
        let text = String::from_utf8_lossy(found);
        let text = text.trim();
        let problem = match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Ok(_) => format!("not an event: {}", shortened(text)),
            Err(_) if is_no_utf8(found) => "not UTF-8".to_owned(),
            Err(_) => format!(
                "not JSON: expected an object at column {}, found {}",
                offset + 1,
                shortened(text)
            ),
        };
        self.fail(self.line, problem);
    }

    fn end(&mut self) {
        self.ended = true;
        if let Some(open) = self.open.take() {
            if open.too_long {
                self.too_long(open.line);
            } else {
                self.fail(open.line, "not JSON: this object does not end".to_owned());
            }
        }
        if let Some(line) = self.array {
            self.fail(line, "not JSON: this array does not end".to_owned());
        }
    }

    fn too_long(&mut self, line: u64) {
        let limit = LONGEST >> 20;
        self.fail(
            line,
            format!("longer than {limit} MiB: no event is that large"),
        );
    }

    fn fail(&mut self, line: u64, problem: String) {
        self.ready.push_back(Err(LineError { line, problem }));
    }
}

/// Where a carriage return stands that no line feed follows.
fn lone_return(bytes: &[u8]) -> Option<usize> {
    let returns = bytes.contains(&b'\r').then(|| bytes.iter().enumerate())?;
    let mut returns = returns.filter(|(_, byte)| **byte == b'\r');
    returns.find_map(|(at, _)| (*bytes.get(at + 1)? != b'\n').then_some(at))
}

/// Whether a text is wrong before its end, in which a piece may have cut a letter.
fn is_no_utf8(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_err_and(|error| error.error_len().is_some())
}

/// Where in the input a problem is, that is known by its place in the value.
fn placed(error: ReadError, open: &Open) -> LineError {
    match error {
        ReadError::NotJson {
            problem,
            line,
            column,
        } => {
            let column = if line <= 1 {
                column + open.offset
            } else {
                column
            };
            LineError {
                line: open.line + (line as u64).saturating_sub(1),
                problem: format!("not JSON: {problem} at column {column}"),
            }
        }
        other => LineError {
            line: open.line,
            problem: other.to_string(),
        },
    }
}
