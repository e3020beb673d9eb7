//! Lines of the journal of actions that somebody has had a hand in: none stops the looking through, what can be read is written the same, and a chain that
//! is made of them is whole until something is changed.

#![no_main]

use laws::now;
use leadtime::journal::chain::{hash, link, read, verify};
use leadtime::journal::{End, Entry, Person, Step};
use leadtime::report::json::harmless;
use leadtime::store::JournalLine;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let mut lines = Vec::new();
    let mut chain: Vec<JournalLine> = Vec::new();
    for (number, body) in (1..).zip(text.lines()) {
        let mut entry = Entry {
            at: now(),
            action: body.to_owned(),
            by: Person::default(),
            step: Step::Ended {
                end: End::Sent,
                text: body.to_owned(),
            },
        };
        if let Some(linked) = read(body) {
            let again = serde_json::to_string(&linked).expect("what was read can be written");
            assert_eq!(read(&again), Some(linked.clone()), "{again}");
            entry = linked.entry;
        }
        let head = chain.last().map(JournalLine::head);
        chain.push(link(entry, head.as_ref()));
        assert!(
            !harmless(body).contains('\u{1b}')
                || serde_json::from_str::<serde_json::Value>(body).is_err()
        );
        lines.push(JournalLine {
            number,
            hash: hash(body),
            body: body.to_owned(),
        });
    }
    let _ = verify(
        &lines,
        lines.last().map(JournalLine::head).as_ref(),
        Some(text),
    );
    let head = chain.last().map(JournalLine::head);
    assert_eq!(
        verify(&chain, head.as_ref(), None),
        [],
        "a chain that was only written is whole"
    );
    if let Some(last) = chain.last_mut() {
        last.body.push(' ');
        assert_ne!(verify(&chain, head.as_ref(), None), []);
    }
});
