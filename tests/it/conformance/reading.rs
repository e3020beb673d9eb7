//! What every reading must hold: all of it, however it is cut and however often it is killed; what comes instead of an answer is told, with its place and what to
//! do, and costs nothing but time; no secret and nothing that a terminal would do is in what is told.

use std::time::Duration;

use leadtime::app::registry::CONNECTORS;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Connector, ConnectorError};
use secrecy::SecretString;

use super::subject::{Ask, Made, Pages, STRANGE, Subject, descriptor, open};
use crate::support::deeds::{self, CANARY};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

/// A reading that is killed is killed after each of its first batches.
const KILLS: usize = 3;

/// So many readings come to the end of what one could.
const READINGS: usize = 4;

/// How long an answer is waited for where none comes.
const PATIENCE: Duration = Duration::from_millis(400);

/// What comes instead of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Instead {
    Status(u16),
    Slowly,
    Page,
    Half,
    Silence,
}

pub const QUICK: [Instead; 6] = [
    Instead::Status(401),
    Instead::Status(403),
    Instead::Status(404),
    Instead::Slowly,
    Instead::Page,
    Instead::Half,
];

/// These take their time: what is asked again has pauses.
pub const LONG: [&[Instead]; 2] = [&[Instead::Status(500)], &[Instead::Silence]];

impl Instead {
    fn mischief(self, no: fn(u16) -> Answer) -> Mischief {
        let said = |body: &str| Answer {
            body: body.to_owned(),
            ..Answer::new(200)
        };
        Mischief::Instead(match self {
            Self::Status(500) => Answer::new(500),
            Self::Status(status) => no(status),
            Self::Slowly => Answer::new(429).header("retry-after", "3600"),
            Self::Page => said("<html>log in\u{7}</html>"),
            Self::Half => said("[{\"id\""),
            Self::Silence => return Mischief::DoneThenSilent,
        })
    }
}

/// Nothing of a secret, and nothing that a terminal would do, whether as it is or as Rust writes it.
fn clean(text: &str) {
    assert!(!text.contains(CANARY), "{text}");
    assert!(
        !text.contains('\u{7}') && !text.contains("\\u{7}"),
        "{text}"
    );
    assert!(
        !text.contains('\u{1b}') && !text.contains("\\u{1b}"),
        "{text}"
    );
}

/// One reading of all there is.
pub async fn whole(subject: &Subject, source: &dyn Connector) -> Kept {
    let mut kept = Kept::default();
    let read = deeds::read(source, &mut kept, (subject.now)()).await;
    read.unwrap_or_else(|error| panic!("{error}"));
    kept
}

/// Read twice it is the same, and nothing is done by it; what is asked for only where it is newer comes back unchanged.
pub async fn same(subject: &Subject) {
    let Made { server, settings } = (subject.make)();
    let source = open(subject.kind, &settings, None);
    let now = (subject.now)();
    let mut kept = Kept::default();
    deeds::read(&*source, &mut kept, now).await.unwrap();
    assert!(!kept.events.is_empty(), "nothing was read: {}", kept.told());
    clean(&format!("{} {:?}", kept.told(), kept.cursors));
    let (first, asked) = (kept.events.clone(), server.asked().len());
    deeds::read(&*source, &mut kept, now).await.unwrap();
    assert_eq!(kept.events, first, "read again it is the same");
    assert_eq!(kept.differing, []);
    let all = server.asked();
    let on_condition = all[asked..]
        .iter()
        .filter(|one| one.header("if-none-match").is_some());
    assert_eq!(on_condition.count() > 0, subject.conditional);
    for one in &all {
        assert!(
            !one.target.contains(CANARY) && !one.body.contains(CANARY),
            "{one:?}"
        );
    }
    assert_eq!(server.deeds().len(), 0, "reading does nothing");
    // What is pushed is read like what is polled, so that both are one event.
    assert!(source.heard("{}", now).unwrap().is_none());
    let health = source.check(now).await.unwrap();
    assert!(!health.facts.is_empty(), "{health:?}");
    clean(&format!("{health:?}"));
    let mut deeds = server.deeds();
    deeds.retain(|one| {
        !subject
            .questions
            .iter()
            .any(|end| one.path().ends_with(end))
    });
    assert_eq!(deeds.len(), 0, "looking does nothing: {deeds:?}");
}

/// However its lists are cut, all of it is read; and however often it is killed, nothing is lost or doubled.
pub async fn complete(subject: &Subject) {
    let made = match &subject.pages {
        Pages::Long(long, _) => long(),
        Pages::Cut(_) | Pages::None(_) => (subject.make)(),
    };
    let source = open(subject.kind, &made.settings, None);
    let all = whole(subject, &*source).await;
    if let Pages::Long(_, many) = &subject.pages {
        assert_eq!(all.events.len(), *many, "{}", all.told());
    }
    if let Pages::Cut(cut) = &subject.pages {
        let cut = cut();
        let asked = cut.server.asked().len();
        let read = whole(subject, &*open(subject.kind, &cut.settings, None)).await;
        assert_eq!(read.ids(), all.ids(), "{}", read.told());
        let pages = cut.server.asked().len() - asked;
        let before = made.server.asked().len();
        assert!(pages > before, "it has no more pages: {pages} of {before}");
    }
    for kill in 0..all.batches.min(KILLS) {
        let mut kept = Kept {
            killed_after: Some(kill),
            ..Kept::default()
        };
        let now = (subject.now)();
        let read = deeds::read(&*source, &mut kept, now).await;
        assert!(read.is_err(), "killed after {kill}: {read:?}");
        kept.killed_after = None;
        deeds::read(&*source, &mut kept, now).await.unwrap();
        assert_eq!(kept.ids(), all.ids(), "killed after {kill}");
        assert_eq!(kept.differing, [], "killed after {kill}");
    }
}

/// With less than what a whole reading asks for, each goes on where the last was stopped: one after the other they come to its end, and nothing is lost or doubled.
pub async fn limited(subject: &Subject) {
    let (Pages::Cut(make) | Pages::Long(make, _)) = &subject.pages else {
        panic!("{} has pages", subject.kind);
    };
    let Made { server, settings } = make();
    // Whoever was asked to wait remembers it.
    let source = || open(subject.kind, &settings, None);
    let all = whole(subject, &*source()).await;
    let allowed = server.asked().len() * 3 / 4;
    let mut kept = Kept::default();
    let mut readings = 0;
    while kept.ids() != all.ids() {
        readings += 1;
        assert!(readings <= READINGS, "it does not come to its end");
        server.behave();
        server.allow(allowed);
        let read = deeds::read(&*source(), &mut kept, (subject.now)()).await;
        if let Err(error) = read {
            assert_eq!(error.kind, ErrorKind::RateLimited, "{error}");
        }
    }
    assert!(readings > 1, "nothing stopped it");
    server.behave();
    deeds::read(&*source(), &mut kept, (subject.now)())
        .await
        .unwrap();
    assert_eq!(kept.ids(), all.ids());
    assert_eq!(kept.differing, []);
}

/// Where nobody is there, an error says so, and nothing is kept.
pub async fn alone(subject: &Subject) {
    let Made { server, settings } = (subject.make)();
    server.refuse();
    let source = open(subject.kind, &settings, None);
    let mut kept = Kept::default();
    let now = (subject.now)();
    let error = deeds::read(&*source, &mut kept, now).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network, "{error}");
    told(&settings.name, &error.to_string());
    assert_eq!((kept.events.len(), kept.cursors.len()), (0, 0));
    let error = source.check(now).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network, "{error}");
}

/// It says where, and what to do.
fn told(name: &str, text: &str) {
    clean(text);
    assert!(
        text.contains(&format!("{name:?}")) || text.contains("127.0.0.1"),
        "it does not say where: {text}"
    );
    assert!(
        text.contains(" (") || text.contains("asked to wait until"),
        "it does not say what to do: {text}"
    );
}

/// What comes instead of an answer is told and made good by the next reading; an answer that breaks off is asked for again at once.
pub async fn made_good(subject: &Subject, ask: Ask, all: &[Instead]) {
    let Made { server, settings } = (subject.make)();
    let source = open(subject.kind, &settings, None);
    let now = (subject.now)();
    let whole = whole(subject, &*source).await;
    for instead in all {
        let another = match instead {
            Instead::Silence => Some(open(subject.kind, &settings, Some(PATIENCE))),
            // Whoever was asked to wait remembers it.
            Instead::Slowly => Some(open(subject.kind, &settings, None)),
            _ => None,
        };
        let bad = instead.mischief(subject.no);
        server.always("GET", ask.part, bad);
        let before = server.count("GET", ask.part);
        let mut kept = Kept::default();
        let read = deeds::read(another.as_deref().unwrap_or(&*source), &mut kept, now).await;
        let asked = server.count("GET", ask.part) > before;
        assert!(asked, "nobody asked for {}", ask.part);
        let means = matches!(instead, Instead::Status(status) if ask.means.contains(status));
        if !means {
            missed(&settings.name, *instead, &kept, &read);
        }
        clean(&format!("{read:?} {:?}", kept.findings));
        server.behave();
        let read = deeds::read(&*source, &mut kept, now).await;
        read.unwrap_or_else(|error| panic!("after {instead:?}: {error}"));
        if !means {
            assert_eq!(kept.differing, [], "after {instead:?}");
            assert_eq!(kept.ids(), whole.ids(), "made good after {instead:?}");
        }
    }
    server.once("GET", ask.part, Mischief::DoneThenCut);
    let mut kept = Kept::default();
    deeds::read(&*source, &mut kept, now).await.unwrap();
    assert_eq!(kept.ids(), whole.ids(), "broken off: {}", kept.told());
}

/// What is told of an answer that was none.
fn missed(name: &str, instead: Instead, kept: &Kept, read: &Result<(), ConnectorError>) {
    let findings = kept.findings.iter();
    let mut texts: Vec<String> = findings
        .map(|one| format!("{}: {}", one.subject, one.text))
        .collect();
    texts.extend(read.as_ref().err().map(ToString::to_string));
    assert!(!texts.is_empty(), "nothing is told of {instead:?}");
    for text in &texts {
        told(name, text);
    }
    let ends = match instead {
        Instead::Status(401) => Some(ErrorKind::Unauthorized),
        Instead::Slowly => Some(ErrorKind::RateLimited),
        _ => None,
    };
    if let Some(kind) = ends {
        let error = read.as_ref().expect_err("there is no use in going on");
        assert_eq!(error.kind, kind, "{error}");
    }
    if matches!(instead, Instead::Status(401 | 403 | 404)) {
        let all = texts.join("\n");
        assert!(all.contains("so it is"), "its words of {instead:?}: {all}");
    }
}

/// A word that nobody knows is kept and told, and what has another shape is left out and told; the rest is read.
pub async fn strange(subject: &Subject, make: fn() -> Made) {
    let Made { server, settings } = make();
    let source = open(subject.kind, &settings, None);
    let kept = whole(subject, &*source).await;
    let text = kept.told();
    clean(&text);
    assert!(text.contains(STRANGE), "{text}");
    assert_eq!(
        text.matches(&format!("{STRANGE:?}")).count().max(1),
        1,
        "once: {text}"
    );
    assert!(!kept.events.is_empty());
    drop(server);
}

/// A clock that does not go as this machine's does is told of.
pub async fn timed(subject: &Subject) {
    let Made { server, settings } = (subject.make)();
    let source = open(subject.kind, &settings, None);
    let then = "Fri, 02 Jan 2032 03:04:05 GMT";
    server.always("GET", "", Mischief::With("date", then));
    let kept = whole(subject, &*source).await;
    assert_eq!(
        kept.told().contains("clock"),
        subject.timed,
        "{}",
        kept.told()
    );
}

/// What is configured wrongly is refused before anything is asked, by its key, and nothing of a secret is repeated.
pub fn configured(subject: &Subject) {
    let Made { server, settings } = (subject.make)();
    let wrong = |key: &str, change: &dyn Fn(&mut Settings)| {
        let mut settings = settings.clone();
        change(&mut settings);
        let mut all = CONNECTORS.iter();
        let (_, open) = all.find(|(one, _)| one.kind == subject.kind).unwrap();
        let Err(error) = open(settings) else {
            panic!("{}: {key}: it was taken", subject.kind)
        };
        let text = format!("{error} {error:?}");
        assert_eq!(error.kind, ErrorKind::Configuration, "{text}");
        assert!(text.contains(key), "{}: no {key} in {text}", subject.kind);
        assert!(!text.contains("hunter2"), "{text}");
        clean(&text);
    };
    for url in [
        "tool",
        "ftp://tool.example",
        "https://jane:hunter2@tool.example",
    ] {
        wrong("url", &|all| all.url = Some(url.to_owned()));
    }
    for token in ["", "two words", &format!("{CANARY}\n")] {
        wrong("token", &|all| all.token = Some(SecretString::from(token)));
    }
    let told = descriptor(subject.kind);
    let takes = |key: &str| {
        told.takes.contains(&key) || told.needs.iter().any(|(needed, _)| *needed == key)
    };
    let nowhere = "/nowhere/ca.pem";
    if takes("ca_file") {
        wrong(nowhere, &|all| all.ca_file = Some(nowhere.into()));
    }
    let patterns = || vec!["!".to_owned(), "a/[b".to_owned()];
    if takes("repositories") {
        wrong("repositories", &|all| all.repositories = patterns());
    }
    if takes("projects") {
        wrong("projects", &|all| all.projects = patterns());
    }
    assert_eq!(server.asked().len(), 0);
}

/// What is logged of a reading that goes well, and of one that does not.
pub async fn logged(subject: &Subject) {
    let Made { server, settings } = (subject.make)();
    let source = open(subject.kind, &settings, None);
    whole(subject, &*source).await;
    server.always("GET", "", Instead::Status(401).mischief(subject.no));
    let mut kept = Kept::default();
    let read = deeds::read(&*source, &mut kept, (subject.now)()).await;
    assert!(read.is_err(), "{read:?}");
}
