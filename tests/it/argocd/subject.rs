//! Argo CD, as the suite of all connectors sees it.

use leadtime::plan::request::Verb;
use serde_json::{Value, json};

use super::world::{World, application, automated, behind, sha, start};
use super::{now, order, settings, to_sha};
use crate::conformance::subject::{
    Ask, Deed, Found, HASTE, Made, Names, Pages, STRANGE, Subject, open,
};
use crate::support::deeds::Case;

pub static SUBJECT: Subject = Subject {
    kind: "argocd",
    now,
    make: || of([application("shop", 2), application("till", 2)]),
    asks: &[Ask::of("/applications?"), Ask::of("/applications/shop?")],
    pages: Pages::None("the list is one answer"),
    strange: Some(|| {
        let mut odd = application("shop", 2);
        odd["status"]["sync"]["status"] = json!(STRANGE);
        of([odd, json!({"metadata": {"name": 7}})])
    }),
    rights: Some("the account may do all that is acted on"),
    deeds,
    elsewhere: &[(
        Verb::Release,
        "it is what undoes a hold: tests/it/argocd/acting.rs",
    )],
    names: Names::Plain("its names are of small letters, digits and dashes"),
    ..Subject::READS
};

fn of(applications: impl IntoIterator<Item = Value>) -> Made {
    let server = start(World::of(applications));
    let settings = settings(&server.url());
    Made::of(server, settings)
}

fn deeds() -> Vec<Deed> {
    let all = [
        Verb::Approve,
        Verb::Promote,
        Verb::Rollback,
        Verb::Retry,
        Verb::Hold,
        Verb::Cancel,
        Verb::Resume,
    ];
    let deed = |verb| Deed::new(verb, Found::Done, move || ready(verb));
    all.into_iter().map(deed).collect()
}

fn ready(verb: Verb) -> Case {
    let mut one = behind(application("shop", 3), 4);
    if verb == Verb::Hold {
        one = automated(one);
    }
    if matches!(verb, Verb::Resume) {
        one["status"]["resources"] = json!([{"group": "argoproj.io", "version": "v1alpha1", "kind": "Rollout", "namespace": "shop", "name": "shop"}]);
    }
    let server = start(World {
        actions: [("resume".to_owned(), true)].into(),
        ..World::of([one])
    });
    if matches!(verb, Verb::Cancel | Verb::Retry) {
        server.state().find("shop")["operation"] = json!({"sync": {"revision": sha(4)}});
        server.state().take_up("shop");
    }
    if verb == Verb::Retry {
        server.state().end("shop", "Failed");
    }
    let mut order = order(&server, verb);
    order.to = to_sha(if verb == Verb::Rollback { 2 } else { 4 });
    if verb == Verb::Approve {
        order.target.as_mut().unwrap().id = format!("argocd/shop/sync/{}", sha(4));
    }
    Case {
        source: open("argocd", &settings(&server.url()), HASTE),
        server: Box::new(server),
        order,
    }
}
