//! The stream of applications: what differs in something that matters is heard at once and read as ever; when it breaks it is begun anew, and where there is
//! none, Argo CD is polled.

use std::sync::Arc;

use leadtime::app::listen::listen;
use leadtime::connector::argocd::ArgoCd;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::world::{Server, World, application, behind, sha, start};
use super::{CANARY, settings};
use crate::support::program::{Program, QUICK, Remembers};
use crate::support::wild::Mischief;

const STREAM: &str = "/stream/applications";

fn event(word: &str, application: &Value) -> String {
    let told = json!({"result": {"type": word, "application": application}});
    format!("data: {told} \n")
}

fn listener(server: &Server, projects: &[&str]) -> (Arc<Remembers>, JoinHandle<()>) {
    let mut told = settings(&server.url());
    told.patience = None;
    told.projects = projects.iter().map(|&name| name.to_owned()).collect();
    let source = ArgoCd::new(told).unwrap();
    let heard = Arc::new(Remembers::default());
    let ear = Arc::clone(&heard);
    let task = tokio::spawn(async move { listen(&source, &*ear, QUICK).await });
    (heard, task)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_matters_is_heard_and_each_look_of_the_controller_is_not() {
    let shop = application("shop", 2);
    let server = start(World::of([shop.clone()]));
    let (heard, task) = listener(&server, &["acme/*"]);
    assert_eq!(server.listeners(STREAM, 1), 1);
    assert_eq!(heard.heard(1), 1, "what happened before is read");
    let mut looked = shop.clone();
    looked["status"]["reconciledAt"] = json!("2026-03-02T01:00:00Z");
    server.say(STREAM, ":");
    server.say(STREAM, &event("MODIFIED", &looked));
    let mut other = shop.clone();
    other["spec"]["project"] = json!("tools");
    server.say(STREAM, &event("MODIFIED", &other));
    server.say(STREAM, &event("MODIFIED", &behind(shop.clone(), 9)));
    assert_eq!(heard.heard(2), 2);
    // Out of sync as before, with another revision.
    server.say(STREAM, &event("MODIFIED", &behind(shop.clone(), 10)));
    assert_eq!(heard.heard(3), 3);
    server.say(STREAM, &event("DELETED", &shop));
    assert_eq!(heard.heard(4), 4);
    let fields = &server.asked_for("GET", STREAM)[0].target;
    assert!(
        fields.contains("result.application.status.sync.revision"),
        "{fields}"
    );
    task.abort();
    assert_eq!(server.listeners(STREAM, 0), 0, "nobody listens on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_ends_or_refuses_is_begun_anew() {
    let server = start(World::of([application("shop", 2)]));
    let (heard, task) = listener(&server, &[]);
    for (round, break_it) in ["end", "cut", "error", "nonsense", "403"]
        .iter()
        .enumerate()
    {
        assert_eq!(heard.heard(round + 1), round + 1, "{break_it}");
        assert_eq!(server.listeners(STREAM, 1), 1);
        match *break_it {
            "end" => drop(server.end(STREAM)),
            "cut" => drop(server.cut(STREAM)),
            "error" => {
                let told = json!({"error": {"message": "permission denied", "grpc_code": 7}});
                server.say(STREAM, &format!("data: {told}"));
            }
            "nonsense" => drop(server.say(STREAM, "data: {\"result\": 7}")),
            _ => {
                let refused = crate::support::wild::Answer::json(
                    403,
                    &json!({"message": "permission denied"}),
                );
                server.once("GET", STREAM, Mischief::Instead(refused));
                server.cut(STREAM);
            }
        }
    }
    assert_eq!(heard.heard(6), 6);
    let told = heard.told();
    assert!(
        told.contains("permission denied") && !told.contains(CANARY),
        "{told}"
    );
    task.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_is_in_the_log_long_before_argo_cd_would_be_polled() {
    let server = start(World::of([application("shop", 1)]));
    let mut told = settings(&server.url());
    told.patience = None;
    let program = Program::start(ArgoCd::new(told).unwrap());
    program.until(|state| state.listens == Some(true) && state.read.is_some());
    assert_eq!(server.listeners(STREAM, 1), 1);
    let next = application("shop", 2);
    *server.state().find("shop") = next.clone();
    server.say(STREAM, &event("MODIFIED", &next));
    program.logged(&["argocd/shop@", &sha(2)]);
    server.always(
        "GET",
        STREAM,
        Mischief::Instead(crate::support::wild::Answer::new(404)),
    );
    server.cut(STREAM);
    let state = || program.state();
    program.until(|state| state.listens == Some(false) && !state.unheard.is_empty());
    assert_eq!(state().error, None, "it is polled as ever");
    drop(program);
}
