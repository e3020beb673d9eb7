//! GitHub, as the suite of all connectors sees it.

use leadtime::connector::descriptor::Settings;
use secrecy::SecretString;
use serde_json::json;

use super::acting::hub::Hub;
use super::acting::{CASES, Case as Kind};
use super::now;
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, open,
};
use crate::support::deeds::{CANARY, Case};
use crate::support::github::living::Living;
use crate::support::github::world::Repo;

pub static SUBJECT: Subject = Subject {
    kind: "github",
    now,
    make: || of(false),
    // What is off in a repository, or not to be seen by a token, is told once and left.
    asks: &[
        Ask::or("/acme/one/pulls", &[403, 404]),
        Ask::or("/acme/one/actions/runs", &[403, 404]),
        Ask::or("/acme/one/deployments", &[403, 404]),
    ],
    pages: Pages::None("its pages are cut in tests/it/github/reading.rs, by a world of its own"),
    strange: Some(|| of(true)),
    conditional: true,
    deeds,
    names: Names::Any("main"),
    ..Subject::READS
};

fn settings(url: &str) -> Settings {
    Settings {
        name: "gh".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        repositories: vec!["acme/*".to_owned()],
        ..Settings::default()
    }
}

fn of(odd: bool) -> Made {
    let mut repos = ["acme/one", "acme/two"].map(|name| Repo::generate(name, 3, now(), 2));
    if odd {
        for run in &mut repos[0].runs {
            run["conclusion"] = json!(STRANGE);
        }
    }
    let server = Living::serve(repos.to_vec(), "jane");
    let mut settings = settings(&server.url());
    settings.repositories = vec!["acme/one".to_owned(), "acme/two".to_owned()];
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let deed = |kind| Deed::new(kind, Found::Done, move || ready(kind));
    CASES.into_iter().map(deed).collect()
}

fn ready(kind: Kind) -> Case {
    let server = Hub::default().serve();
    Case {
        source: open("github", &settings(&server.url()), HASTE),
        server: Box::new(server),
        order: kind.order(),
    }
}
