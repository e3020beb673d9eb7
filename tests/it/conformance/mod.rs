//! What all connectors must hold, put to each of them by what it says of itself: a table with a subject for every connector, and what its readings, its deeds and
//! its pushes are put to. A connector that is not in the table fails; what is a connector's own is held beside its subject.

mod acting;
mod doctor;
mod documented;
mod naming;
mod pushing;
mod reading;
pub mod subject;

use std::collections::BTreeSet;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use leadtime::app::registry::CONNECTORS;
use tokio::sync::Semaphore;
use tokio::task::JoinError;
use tracing_subscriber::fmt::MakeWriter;

use self::subject::{Deed, Pages, Subject, descriptor};
use crate::support::deeds::CANARY;
use crate::{
    alertmanager, argocd, backstage, bitbucket, buildkite, circleci, gitea, github, gitlab, harbor,
    heroku, jenkins, jira, kargo, kubernetes, netlify, oci, opsgenie, pagerduty, probe, servicenow,
};

/// Every connector that speaks HTTP.
pub static SUBJECTS: [&Subject; 21] = [
    &alertmanager::subject::SUBJECT,
    &argocd::subject::SUBJECT,
    &backstage::subject::SUBJECT,
    &bitbucket::subject::SUBJECT,
    &buildkite::subject::SUBJECT,
    &circleci::subject::SUBJECT,
    &gitea::subject::SUBJECT,
    &github::subject::SUBJECT,
    &gitlab::subject::SUBJECT,
    &harbor::subject::SUBJECT,
    &heroku::subject::SUBJECT,
    &jenkins::subject::SUBJECT,
    &jira::subject::SUBJECT,
    &kargo::subject::SUBJECT,
    &kubernetes::subject::SUBJECT,
    &netlify::subject::SUBJECT,
    &oci::subject::SUBJECT,
    &opsgenie::subject::SUBJECT,
    &pagerduty::subject::SUBJECT,
    &probe::subject::SUBJECT,
    &servicenow::subject::SUBJECT,
];

/// Those that read no server, and where what they must hold is held.
const APART: [(&str, &str); 4] = [
    (
        "cdevents",
        "it follows a file: tests/it/cdevents, tests/it/receiving.rs",
    ),
    ("command", "it runs a program: tests/it/command"),
    ("git", "it reads a clone: tests/it/git"),
    ("scans", "it follows files: tests/it/scans"),
];

/// Those that keep with each page of a list where a reading goes on. Others keep it with each item, or read no list that could be long.
const PAGED: [&str; 9] = [
    "bitbucket",
    "buildkite",
    "harbor",
    "heroku",
    "jira",
    "netlify",
    "opsgenie",
    "pagerduty",
    "servicenow",
];

/// How many worlds there are at once.
const AT_ONCE: usize = 24;

pub type Trial = (String, Pin<Box<dyn Future<Output = ()> + Send>>);

pub fn trial(name: String, run: impl Future<Output = ()> + Send + 'static) -> Trial {
    (name, Box::pin(run))
}

/// Puts them all through, and tells of all that fail.
pub async fn each(trials: Vec<Trial>) {
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let many = trials.len();
    assert!(many > 0);
    let mut under_way = Vec::new();
    for (name, run) in trials {
        let gate = Arc::clone(&gate);
        let run = tokio::spawn(async move {
            let _in = gate.acquire_owned().await;
            run.await;
        });
        under_way.push((name, run));
    }
    let mut failed = Vec::new();
    for (name, run) in under_way {
        if let Err(error) = run.await {
            failed.push(format!("{name}: {}", words(error)));
        }
    }
    let wrong = failed.len();
    assert!(
        failed.is_empty(),
        "{wrong} of {many}:\n{}",
        failed.join("\n\n")
    );
}

fn words(error: JoinError) -> String {
    let panic = error.into_panic();
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "it panicked".to_owned())
}

/// A trial of every subject.
fn of_subjects<R: Future<Output = ()> + Send + 'static>(
    run: fn(&'static Subject) -> R,
) -> Vec<Trial> {
    let all = SUBJECTS.iter();
    all.map(|one| trial(one.kind.to_owned(), run(one)))
        .collect()
}

/// A trial of every deed.
fn of_deeds<R: Future<Output = ()> + Send + 'static>(
    run: fn(&'static Subject, Arc<Deed>) -> R,
) -> Vec<Trial> {
    let all = SUBJECTS.iter();
    all.flat_map(|one| {
        let deeds = (one.deeds)().into_iter();
        deeds.map(|deed| {
            let name = format!("{} {}", one.kind, deed.name);
            trial(name, run(one, Arc::new(deed)))
        })
    })
    .collect()
}

#[test]
fn every_connector_is_held_to_it() {
    let held: Vec<&str> = SUBJECTS.iter().map(|one| one.kind).collect();
    let apart: Vec<&str> = APART.iter().map(|(kind, _)| *kind).collect();
    let all: BTreeSet<&str> = held.iter().chain(&apart).copied().collect();
    assert_eq!(all.len(), held.len() + apart.len(), "one is there twice");
    for (descriptor, _) in CONNECTORS {
        assert!(
            all.contains(descriptor.kind),
            "the connector {:?} has no subject in tests/it/conformance",
            descriptor.kind
        );
    }
    assert_eq!(all.len(), CONNECTORS.len(), "one is no connector any more");
    for one in SUBJECTS {
        let acts = descriptor(one.kind).capability.acts;
        assert_eq!((one.deeds)().is_empty(), acts.is_empty(), "{}", one.kind);
        let because = match one.pages {
            Pages::None(why) => why,
            Pages::Cut(_) | Pages::Long(..) => "it has",
        };
        assert!(!because.is_empty(), "{} has no pages?", one.kind);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_twice_is_the_same_and_nothing_is_done_by_it() {
    each(of_subjects(reading::same)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_read_and_a_kill_loses_nothing() {
    each(of_subjects(reading::complete)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_that_a_limit_stops_goes_on_there() {
    let paged = SUBJECTS.iter().filter(|one| PAGED.contains(&one.kind));
    let all = paged.map(|one| trial(one.kind.to_owned(), reading::limited(one)));
    let all: Vec<Trial> = all.collect();
    assert_eq!(all.len(), PAGED.len());
    each(all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_is_there_it_is_said() {
    each(of_subjects(reading::alone)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_differs_is_told() {
    each(of_subjects(reading::timed)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_something_is_called_it_is_told_by_that_name() {
    each(of_subjects(naming::carried)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_proves_each() {
    let all = SUBJECTS.iter();
    let all = all.map(|one| {
        let run = async {
            let run = tokio::task::spawn_blocking(|| doctor::proved(one));
            if let Err(error) = run.await {
                std::panic::resume_unwind(error.into_panic());
            }
        };
        trial(one.kind.to_owned(), run)
    });
    each(all.collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_configured_wrongly_is_refused_by_its_key() {
    let all = SUBJECTS.iter();
    let all = all.map(|one| trial(one.kind.to_owned(), async { reading::configured(one) }));
    each(all.collect()).await;
}

/// Everything that is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_logged() {
    let log = Log::default();
    let to = |log: Log| {
        let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
        all.with_writer(log).finish()
    };
    // With a second one, what is logged on other threads first is asked of both, and not of theirs alone.
    let _second = tracing::Dispatch::new(to(Log::default()));
    let logging = tracing::subscriber::set_default(to(log.clone()));
    tracing::callsite::rebuild_interest_cache();
    for one in SUBJECTS {
        reading::logged(one).await;
    }
    drop(logging);
    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(text.contains("answered"), "{} were logged", text.len());
    assert!(!text.contains(CANARY));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_is_told_and_made_good() {
    let mut trials = Vec::new();
    for one in SUBJECTS {
        for ask in one.asks {
            for all in [&reading::QUICK[..]].into_iter().chain(reading::LONG) {
                let name = format!("{} {} {all:?}", one.kind, ask.part);
                trials.push(trial(name, reading::made_good(one, *ask, all)));
            }
        }
    }
    each(trials).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_of_next_year_is_kept_and_told() {
    let all = SUBJECTS.iter().filter_map(|one| {
        let strange = one.strange?;
        let run = reading::strange(one, strange);
        Some(trial(one.kind.to_owned(), run))
    });
    each(all.collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_is_done_once_and_found() {
    let done = of_deeds(|_, deed| async move { acting::done(&deed).await });
    each(done).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_whose_answer_is_lost_is_found_and_never_sent_again() {
    let lost = of_deeds(|_, deed| async move { acting::lost(&deed).await });
    each(lost).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_that_is_refused_leaves_nothing_done_and_goes_nowhere_else() {
    let refused = of_deeds(|one, deed| async move { acting::refused(&deed, one.no).await });
    each(refused).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_says_that_it_does_it_does() {
    let all = SUBJECTS.iter();
    let all = all.filter(|one| !descriptor(one.kind).capability.acts.is_empty());
    let all = all.map(|one| {
        let run = acting::truthful(one, descriptor(one.kind));
        trial(one.kind.to_owned(), run)
    });
    each(all.collect()).await;
}
