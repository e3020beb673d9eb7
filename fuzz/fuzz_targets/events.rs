//! Events as anybody writes them: lines, arrays, CloudEvents. What is taken can be kept, read again word for word, and is
//! known again; what is not is told with its line.

#![no_main]

use laws::{kept, now};
use leadtime::app::import;
use leadtime::event::cdevents::{Document, documents, read};
use leadtime::event::kind::MapText;
use leadtime::report::json::harmless;
use leadtime::store::memory::MemoryStore;
use libfuzzer_sys::fuzz_target;

fn check(document: &Document) {
    let body = &document.body;
    assert!(
        !body.contains(['\n', '\r']),
        "a line of the log is one line"
    );
    let event = read(body).expect("what is kept can be read");
    assert_eq!(
        (&*event.source, &*event.id),
        (&*document.source, &*document.id)
    );
    assert_eq!(event.at, document.at);
    let again: Vec<_> = documents(body.as_bytes(), now()).collect();
    assert_eq!(
        again,
        [Ok(document.clone())],
        "it is cut otherwise when it is read again"
    );
    kept(&event.map_text(&mut |text| text.clone().into_owned()));
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let safe = harmless(body);
    assert!(!safe.chars().any(char::is_control), "{safe:?}");
    assert_eq!(json(&safe), json(body));
}

fuzz_target!(|data: &[u8]| {
    let last = 1 + data.iter().filter(|byte| **byte == b'\n').count() as u64;
    let mut taken = Vec::new();
    for found in documents(data, now()) {
        match found {
            Ok(document) => {
                check(&document);
                taken.push(document);
            }
            Err(error) => {
                assert!((1..=last).contains(&error.line), "{error} of {last}");
                assert!(error.problem.len() < 2000, "{error}");
            }
        }
    }
    let mut store = MemoryStore::new();
    let first = import::keep(&mut store, taken.clone(), now()).unwrap();
    let second = import::keep(&mut store, taken, now()).unwrap();
    assert_eq!(
        (second.new, second.head),
        (0, first.head),
        "nothing is kept twice"
    );
});
