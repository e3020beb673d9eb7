//! What scanners write: SARIF, Trivy, Grype, Snyk, OSV-Scanner, CycloneDX, SPDX, OpenVEX. It is read or refused, the same each time; its events can be kept,
//! and what is refused is told without what a scanner for secrets may have found.

#![no_main]

use laws::{CANARY, kept, now, told};
use leadtime::connector::scanner::form::{Form, is_others, shown};
use leadtime::connector::scanner::read;
use leadtime::connector::scanner::subject::Subject;
use leadtime::connector::scans::translate::{Came, content, is_timeless, told as events};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((which, text)) = data.split_first() else {
        return;
    };
    let form = Form::ALL.get(usize::from(*which)).copied();
    let _ = (
        is_others(text),
        format!("{:?}", shown(text)),
        Subject::placed(&String::from_utf8_lossy(text)),
    );
    let content = match read(text, form) {
        Ok(content) => content,
        Err(error) => {
            told(&error.to_string());
            assert!(error.to_string().len() < 4000, "{error}");
            return;
        }
    };
    assert_eq!(read(text, form).as_ref(), Ok(&content));
    let came = Came {
        content: self::content(text),
        written: now(),
        now: now(),
        of: Subject::named(
            "ghcr.io/acme/shop@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        ..Came::default()
    };
    let _ = is_timeless(&content, now());
    let events = events(&content, &came, &content.statements);
    events.events.iter().for_each(kept);
    events
        .notes
        .iter()
        .for_each(|note| assert!(note.len() < 4000 && !note.contains(CANARY)));
    assert!(
        events.aside.len() <= 400 * (1 + text.len()),
        "what was put aside grows"
    );
});
