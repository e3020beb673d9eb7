//! What stands around all connectors, by runs of the program itself: proxies, certificates of one's own and credentials, for every connector that speaks HTTP.

mod certificates;
mod credentials;
mod proxies;

use leadtime::connector::descriptor::Settings;
use toml::Table;

use crate::cli::place::{Place, Ran};
use crate::conformance::subject::{Made, Subject};
use crate::support::deeds::{CANARY, Serving};
use crate::support::written::{self, TOKEN};

/// A tool, and a place from which the program asks it.
struct Asking {
    kind: &'static str,
    server: Box<dyn Serving>,
    settings: Settings,
    place: Place,
}

impl Asking {
    fn of(subject: &Subject) -> Self {
        let Made { server, settings } = (subject.make)();
        Self {
            kind: subject.kind,
            server,
            settings,
            place: Place::new(),
        }
    }

    /// The same tool, at another address.
    fn at(mut self, base: &str) -> Self {
        let url = self.settings.url.take().unwrap();
        self.settings.url = Some(url.replace(&self.server.url(), base));
        self
    }

    fn table(&self) -> Table {
        written::source(self.kind, &self.settings)
    }

    /// `leadtime doctor` of it, with these variables.
    fn doctor(&self, variables: &[(&str, &str)]) -> Ran {
        self.told(self.table(), variables)
    }

    /// The same, for a source that is told so.
    fn told(&self, source: Table, variables: &[(&str, &str)]) -> Ran {
        let config = written::config(vec![source]);
        self.place.write("leadtime.toml", config);
        let arguments = ["doctor", &self.settings.name, "-vv"];
        let mut command = self.place.command(&arguments);
        command.env(TOKEN, CANARY);
        command.envs(variables.iter().copied());
        let mut ran = Ran::of(command.output().unwrap());
        // However it is laid out.
        ran.out = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!format!("{ran:?}").contains(CANARY), "{ran:?}");
        ran
    }

    /// It was read: it answered, and a first page of it is good.
    #[track_caller]
    fn reached(&self, ran: &Ran) {
        let read = ran.out.contains("a page was read") || ran.out.contains("it was read to its");
        assert!(read, "{}: {}\n{}", self.kind, ran.out, ran.err);
        assert!(!self.server.asked().is_empty(), "{}", self.kind);
    }

    /// It was not, and this is said of it.
    #[track_caller]
    fn missed(&self, ran: &Ran, wanted: &[&str]) {
        let kind = self.kind;
        assert_eq!(ran.code, Some(1), "{kind}: {ran:?}");
        for wanted in wanted {
            let out = &ran.out;
            assert!(out.contains(wanted), "{kind}: {wanted:?} in {out}");
        }
    }
}

/// The one of this kind.
fn subject(kind: &str) -> &'static Subject {
    let mut all = crate::conformance::SUBJECTS.iter();
    all.find(|one| one.kind == kind).unwrap()
}

/// One for each way in which requests are sent: the client under most connectors, octocrab, kube, and a registry's.
const WAYS: [&str; 4] = ["gitea", "github", "kubernetes", "oci"];

/// The same for every connector that speaks HTTP, several at once.
async fn every(run: fn(Asking)) {
    let all = crate::conformance::SUBJECTS.iter();
    let trials = all.map(|subject| {
        let run = async move {
            let run = tokio::task::spawn_blocking(move || run(Asking::of(subject)));
            if let Err(error) = run.await {
                std::panic::resume_unwind(error.into_panic());
            }
        };
        crate::conformance::trial(subject.kind.to_owned(), run)
    });
    crate::conformance::each(trials.collect()).await;
}
