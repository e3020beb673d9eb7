//! What is found in texts that people and tools write: tickets, requests, commits, versions in messages; images, tags and environments in names. What is found
//! stands in the text, and an order of tags is one.

#![no_main]

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use laws::texts;
use leadtime::connector::image::{Reference, own};
use leadtime::connector::{environment, git, mention, message, tag};
use leadtime::event::cdevents::purl;
use leadtime::event::ticket;
use leadtime::fold::{artifact_name, exact, range};
use libfuzzer_sys::fuzz_target;

fn found(text: &str) {
    for ticket in ticket::tickets([text]) {
        assert!(text.contains(&ticket), "{ticket}");
    }
    let mentions = mention::mentions([text]);
    for one in mentions.sha.iter().chain(&mentions.version) {
        assert!(text.contains(one.as_str()), "{one}");
    }
    let kept = git::message::kept(text);
    assert!(kept.len() <= 60_000, "a message keeps {} bytes", kept.len());
    if let Some(told) = message::told(text, &["see "]) {
        assert!(
            told.lines().next() == text.lines().next().map(str::trim_end) || told.starts_with('\n')
        );
    }
    let reference = Reference::read(text);
    assert!(text.starts_with(reference.name));
    let _ = (
        reference.image(),
        purl::named(text),
        artifact_name(text),
        exact(text),
        range(text),
    );
    assert!(text.starts_with(environment::stem(text)));
    let labels = BTreeMap::from([("environment".to_owned(), text.to_owned())]);
    let _ = (environment::suffix(text), environment::labelled(&labels));
}

fuzz_target!(|data: &[u8]| {
    let Some(texts) = texts(data) else { return };
    texts.iter().for_each(|text| found(text));
    let all: BTreeSet<String> = texts
        .iter()
        .take(8)
        .map(|text| (*text).to_owned())
        .collect();
    let _ = own(all.iter().map(String::as_str), texts[0]);
    for one in &all {
        let _ = tag::of(one, &all);
        for two in &all {
            let order = tag::newest_first(one, two);
            assert_eq!(order, tag::newest_first(two, one).reverse());
            assert_eq!(order == Ordering::Equal, one == two);
            for three in &all {
                if order.is_le() && tag::newest_first(two, three).is_le() {
                    assert!(
                        tag::newest_first(one, three).is_le(),
                        "{one:?} {two:?} {three:?}"
                    );
                }
            }
        }
    }
});
