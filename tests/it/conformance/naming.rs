//! Whatever something is called in a tool, it is asked for and told of by that name: with slashes, spaces, signs that mean something in addresses, and letters of
//! any script. What is read of a tool in which something has such a name is what is read of one in which it has another, but for the name.

use std::borrow::Cow;
use std::sync::LazyLock;

use leadtime::connector::descriptor::{Settings, Waiting};
use leadtime::event::Event;
use leadtime::event::kind::MapText;
use percent_encoding::percent_decode_str;
use regex::Regex;

use super::reading::whole;
use super::subject::{Made, Names, Subject, open};
use crate::support::renamed::{Name, before};

/// Letters of several scripts, one of them written from the right, one put together of two signs; and what means something in addresses.
const STRANGE: &str = "Größe 50%/#1?&=+;: 店 שלום e\u{301}";
const FLAT: &str = "Größe 50%_#1?&=+;: 店 שלום e\u{301}";

/// An address, in which a name stands as addresses have it.
fn is_address(text: &str) -> bool {
    text.contains("://") || text.contains("pkg:")
}

/// A text with its names as they are. What an id tells of the content by a fingerprint differs with the name.
fn read(text: &str) -> String {
    static FINGERPRINT: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9a-f]{12}").unwrap());
    let text = if is_address(text) {
        percent_decode_str(text).decode_utf8_lossy()
    } else {
        Cow::Borrowed(text)
    };
    FINGERPRINT.replace_all(&text, "…").into_owned()
}

fn renamed(settings: &Settings, name: Name) -> Settings {
    let many = |all: &[String]| all.iter().map(|one| name.of(one)).collect();
    let text = |text: &Option<String>| text.as_deref().map(|text| name.of(text));
    let gates = settings.gates.iter().map(|gate| Waiting {
        status: name.of(&gate.status),
        approve: text(&gate.approve),
        reject: text(&gate.reject),
        name: text(&gate.name),
    });
    Settings {
        gates: gates.collect(),
        repositories: many(&settings.repositories),
        projects: many(&settings.projects),
        environment: text(&settings.environment),
        service: text(&settings.service),
        ..settings.clone()
    }
}

pub async fn carried(subject: &Subject) {
    let (plain, strange) = match subject.names {
        Names::Any(plain) => (plain, STRANGE),
        Names::Flat(plain) => (plain, FLAT),
        Names::Plain(why) => return assert!(!why.is_empty(), "{}", subject.kind),
    };
    let name = Name { plain, strange };
    let Made { server, settings } = (subject.make)();
    let known = whole(subject, &*open(subject.kind, &settings, None)).await;
    let asked = server.asked().len();
    let front = before(&server.url(), name);
    let mut told = renamed(&settings, name);
    let url = settings.url.clone().unwrap();
    told.url = Some(url.replace(&server.url(), &front.url()));
    let kept = whole(subject, &*open(subject.kind, &told, None)).await;
    assert_eq!(server.asked().len(), asked * 2, "as much is asked");

    let (there, here) = (
        server.url().replace("http://", ""),
        front.url().replace("http://", ""),
    );
    let wanted = known.events.values().map(|event| {
        event.map_text(&mut |text: &String| name.of(&read(&text.replace(&there, &here))))
    });
    let mut wanted: Vec<Event<String>> = wanted.collect();
    let got = kept.events.values();
    let got = got.map(|event| event.map_text(&mut |text: &String| read(text)));
    let mut got: Vec<Event<String>> = got.collect();
    for all in [&mut wanted, &mut got] {
        all.sort_by(|a, b| (&a.source, &a.id).cmp(&(&b.source, &b.id)));
    }
    let text = format!("{got:?}");
    assert!(
        text.contains(&format!("{strange:?}").trim_matches('"').to_owned()),
        "nothing is called so: {text}"
    );
    for (wanted, got) in wanted.iter().zip(&got) {
        assert_eq!(wanted, got);
    }
    assert_eq!(wanted.len(), got.len());
    let findings: Vec<String> = known
        .findings
        .iter()
        .map(|one| name.of(&one.text))
        .collect();
    let told: Vec<&String> = kept.findings.iter().map(|one| &one.text).collect();
    assert_eq!(findings.len(), told.len(), "{findings:?} {told:?}");
}
