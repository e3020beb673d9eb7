//! What holds whatever comes in, and what the targets share: the time that they all go by, a secret that nobody may tell, a sink that looks at what a
//! connector hands over, and how an input is cut into parts.

use leadtime::connector::{Batch, ConnectorError, Finding, Progress, Sink};
use leadtime::event::Event;
use leadtime::event::cdevents::{pretty, read, write};
use leadtime::event::kind::MapText;
use leadtime::event::time::Timestamp;
use leadtime::report::happening::{about, by, happening, kind, link, subject};
use leadtime::report::text::{clean, width};

/// A secret that must never be seen.
pub const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

/// Between the parts of an input: no text has it.
pub const CUT: u8 = 0x1e;

/// The time of every input.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").unwrap()
}

/// The parts of an input.
pub fn parts(data: &[u8]) -> Vec<&[u8]> {
    data.split(|byte| *byte == CUT).collect()
}

/// The parts of an input that is text.
pub fn texts(data: &[u8]) -> Option<Vec<&str>> {
    Some(str::from_utf8(data).ok()?.split(CUT as char).collect())
}

/// What is told of anything: no secret, and no more than can be looked through.
pub fn told(text: &str) {
    assert!(!text.contains(CANARY), "a secret is told: {text}");
    assert!(text.len() < 1 << 20, "{} bytes are told", text.len());
}

/// What goes to a terminal.
pub fn shown(text: &str) {
    let bad = text
        .chars()
        .find(|char| char.is_control() || "\u{202e}\u{2066}\u{200b}\u{feff}".contains(*char));
    assert_eq!(bad, None, "in {text:?}");
    assert_eq!(clean(text), text, "cleaning it again changes it");
    let _ = width(text);
}

/// An event as the log would keep it: it can be read again, and says the same; whatever stands in it, its sentence is fit to be seen.
pub fn kept(event: &Event<String>) {
    let body = write(event);
    assert!(
        !body.contains(['\n', '\r']),
        "a line of the log is one line"
    );
    let back = match read(&body) {
        Ok(back) => back,
        Err(error) => panic!("the log could not read it again: {error}\n{event:?}\n{body}"),
    };
    assert_eq!(
        (&*back.source, &*back.id, back.at),
        (&*event.source, &*event.id, event.at)
    );
    let back = back.map_text(&mut |text| text.clone().into_owned());
    // What a name says besides (a version, in that of an image) is told by itself from then on.
    let told = write(&back);
    let again = read(&told).expect("what was read can be written and read");
    let again = again.map_text(&mut |text| text.clone().into_owned());
    assert_eq!(
        write(&again),
        told,
        "it is written otherwise when it was read"
    );
    for (_, piece) in happening(event).pieces() {
        shown(piece);
    }
    let _ = (
        kind(event),
        about(event),
        by(event),
        link(event),
        subject(event),
        pretty(&body),
    );
}

/// Takes what a connector hands over, as the log would.
#[derive(Default)]
pub struct Keeper {
    pub cursors: std::collections::BTreeMap<String, String>,
    pub events: usize,
}

impl Sink for Keeper {
    fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError> {
        self.events += batch.events.len();
        batch.events.iter().for_each(kept);
        for (key, value) in batch.cursors {
            match value {
                Some(value) => self.cursors.insert(key, value),
                None => self.cursors.remove(&key),
            };
        }
        Ok(())
    }

    fn progress(&mut self, progress: Progress) {
        told(&progress.what);
    }

    fn finding(&mut self, finding: Finding) {
        told(&finding.subject);
        told(&finding.text);
    }
}
