//! Watching: a change is heard at once and read as ever; a watch that ends goes on from where it was, one that breaks is begun anew, and one that is not
//! allowed costs nobody else anything.

use std::sync::Arc;

use leadtime::app::listen::listen;
use leadtime::connector::Connector;
use leadtime::connector::kubernetes::Kubernetes;
use serde_json::json;
use tokio::task::JoinHandle;

use super::world::{Server, World, deployment, kustomization, no, start};
use super::{CANARY, settings};
use crate::support::program::{Program, QUICK, Remembers};
use crate::support::wild::Mischief;

fn two() -> Server {
    let mut objects = deployment("shop", 2);
    objects.push(kustomization(1));
    start(World::of(objects))
}

/// What a watch says of an object.
fn change(word: &str, namespace: &str, version: u32) -> String {
    let meta =
        json!({"name": "web", "namespace": namespace, "resourceVersion": version.to_string()});
    json!({"type": word, "object": {"kind": "PartialObjectMetadata", "metadata": meta}}).to_string()
}

/// Somebody who listens, until it is dropped.
struct Listener {
    heard: Arc<Remembers>,
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn listener(server: &Server, namespaces: &[&str]) -> Listener {
    let mut told = settings(&server.url());
    told.projects = namespaces.iter().map(|&name| name.to_owned()).collect();
    let source = Kubernetes::new(told).unwrap();
    let heard = Arc::new(Remembers::default());
    let ear = Arc::clone(&heard);
    let task = tokio::spawn(async move { listen(&source, &*ear, QUICK).await });
    Listener { heard, task }
}

const DEPLOYMENTS: &str = "/deployments?watch=true";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_heard_and_a_sign_of_life_is_none() {
    let server = two();
    let listener = listener(&server, &["shop", "flux-*"]);
    assert_eq!(server.listeners("watch=true", 2), 2);
    assert_eq!(listener.heard.heard(1), 1, "what happened before is read");
    assert_eq!(server.say(DEPLOYMENTS, &change("BOOKMARK", "", 50)), 1);
    server.say(DEPLOYMENTS, &change("MODIFIED", "elsewhere", 51));
    server.say(DEPLOYMENTS, &change("MODIFIED", "shop", 52));
    assert_eq!(listener.heard.heard(2), 2);
    server.say("kustomizations", &change("DELETED", "flux-production", 53));
    assert_eq!(listener.heard.heard(3), 3);
    // No more is asked than how new each list is, and then to be told.
    for one in server.asked() {
        let small = one.query("limit") == Some("1") || one.query("watch").is_some();
        assert!(small || one.path() == "/apis", "{one:?}");
    }
    let watch = &server.asked_for("GET", DEPLOYMENTS)[0];
    assert!(
        watch
            .header("accept")
            .unwrap()
            .contains("as=PartialObjectMetadata")
    );
    drop(listener);
    assert_eq!(server.listeners("watch=true", 0), 0, "nobody listens on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_that_ends_goes_on_from_where_it_was() {
    let server = two();
    let listener = listener(&server, &[]);
    assert_eq!(server.listeners(DEPLOYMENTS, 1), 1);
    assert_eq!(listener.heard.heard(1), 1);
    server.say(DEPLOYMENTS, &change("BOOKMARK", "", 77));
    server.end(DEPLOYMENTS);
    assert_eq!(server.listeners("resourceVersion=77", 1), 1);
    // Broken off after it has spoken, it goes on as well.
    server.say(DEPLOYMENTS, &change("ADDED", "shop", 78));
    assert_eq!(listener.heard.heard(2), 2);
    server.cut(DEPLOYMENTS);
    assert_eq!(server.listeners("resourceVersion=78", 1), 1);
    assert_eq!((listener.heard.heard(2), listener.heard.begun()), (2, 1));
    assert_eq!(server.count("GET", "/deployments?limit=1"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_cluster_has_forgotten_is_listed_anew() {
    let server = two();
    let listener = listener(&server, &[]);
    assert_eq!(server.listeners(DEPLOYMENTS, 1), 1);
    assert_eq!(listener.heard.heard(1), 1);
    let gone =
        json!({"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"}});
    server.say(DEPLOYMENTS, &change("BOOKMARK", "", 2));
    server.say_last(DEPLOYMENTS, &gone.to_string());
    assert_eq!(
        listener.heard.heard(2),
        2,
        "what happened meanwhile is read"
    );
    // And where it says so only when it is asked to go on.
    assert_eq!(server.listeners(DEPLOYMENTS, 1), 1);
    server.state().forgotten = 3;
    server.say(DEPLOYMENTS, &change("BOOKMARK", "", 2));
    server.end(DEPLOYMENTS);
    assert_eq!(listener.heard.heard(3), 3);
    assert_eq!(server.count("GET", "/deployments?limit=1"), 3);
    assert_eq!(listener.heard.begun(), 1);
    assert_eq!(server.listeners("watch=true", 2), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_family_that_may_not_be_watched_is_told_and_the_others_go_on() {
    let server = two();
    let forbidden = no(403, "cannot watch resource \"deployments\"");
    server.always("GET", DEPLOYMENTS, Mischief::Instead(forbidden));
    let listener = listener(&server, &[]);
    assert_eq!(listener.heard.heard(1), 1);
    let told = listener.heard.told();
    assert!(
        told.contains("cannot watch resource") && told.contains("only read on its round"),
        "{told}"
    );
    assert!(!told.contains(CANARY));
    server.say("kustomizations", &change("MODIFIED", "flux-production", 53));
    assert_eq!((listener.heard.heard(2), listener.heard.begun()), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_again_and_again_is_begun_anew_and_then_read() {
    let server = two();
    let listener = listener(&server, &[]);
    for round in 1..=3 {
        assert_eq!(server.listeners("watch=true", 2), 2);
        assert_eq!(listener.heard.heard(round), round);
        assert_eq!(listener.heard.begun(), round);
        // Twice without a word between.
        server.cut(DEPLOYMENTS);
        assert_eq!(server.listeners(DEPLOYMENTS, 1), 1);
        server.cut(DEPLOYMENTS);
        while listener.heard.begun() == round {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
    let told = listener.heard.told();
    assert!(
        told.contains("ends at once") && !told.contains(CANARY),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_is_in_the_log_long_before_it_would_be_read() {
    let server = two();
    let program = Program::start(Kubernetes::new(settings(&server.url())).unwrap());
    program.until(|state| state.listens == Some(true) && state.read.is_some());
    assert_eq!(server.listeners("watch=true", 2), 2);
    server.state().put(kustomization(3));
    for number in 0..200 {
        server.say(
            "kustomizations",
            &change("MODIFIED", "flux-production", 90 + number),
        );
    }
    program.logged(&[
        "kustomizations.kustomize.toolkit.fluxcd.io/flux-production/shop",
        &super::world::sha(3),
    ]);
    // However much is said, it is not read for each word.
    let lists = server.count("GET", "/kustomizations?limit=500");
    assert!(lists < 20, "{lists} readings");
    drop(program);
    assert_eq!(
        server.listeners("watch=true", 0),
        0,
        "it ends with the program"
    );
}

#[tokio::test]
async fn a_source_that_says_nothing_by_itself_is_not_listened_to() {
    let folder = tempfile::tempdir().unwrap();
    let git = leadtime::connector::git::Git::new(leadtime::connector::git::Config {
        name: "here".to_owned(),
        path: folder.path().to_owned(),
        repository: None,
        touched_paths: false,
    });
    let heard = Remembers::default();
    assert!(git.listen(&heard).is_none());
    listen(&git, &heard, QUICK).await;
    assert_eq!(heard.begun(), 0);
}
