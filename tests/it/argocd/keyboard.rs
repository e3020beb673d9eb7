//! By keyboard, in the program itself: rolled back under auto-sync, held and released; a sync that waited let go on; one that is under way ended; a Rollout that
//! paused let go on.

use leadtime::clock;
use leadtime::event::time::Span;
use serde_json::{Value, json};

use super::CANARY;
use super::world::{Server, World, application, automated, behind, sha, start};
use crate::cli::place::{Place, Ran};
use crate::support::desk::Desk;

const CONFIG: &str = r#"
store = { url = "sqlite:log.db" }
[people]
me = "jane"
[[sources]]
name = "argo"
kind = "argocd"
url = "URL"
token = { env = "ARGOCD_TOKEN" }
every = "1s"
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "production", kind = "deploy", environment = "production" },
]
"#;

const NAMES: [&str; 4] = ["shop", "till", "feed", "site"];

/// So many minutes ago, as Argo CD writes it.
fn ago(minutes: i64) -> Value {
    let at = clock::now() - Span::from_seconds(minutes * 60);
    json!(at.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Its three deployments are an hour apart, the newest a quarter of an hour old.
fn recent(mut application: Value) -> Value {
    let status = &mut application["status"];
    for (entry, hours) in status["history"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip([2, 1, 0])
    {
        entry["deployStartedAt"] = ago(hours * 60 + 16);
        entry["deployedAt"] = ago(hours * 60 + 15);
    }
    status["operationState"]["startedAt"] = ago(16);
    status["operationState"]["finishedAt"] = ago(15);
    status["health"]["lastTransitionTime"] = ago(14);
    status["reconciledAt"] = ago(13);
    application
}

/// A sync to a newer revision is under way.
fn busy(mut application: Value) -> Value {
    let operation = json!({"sync": {"revision": sha(4)}, "initiatedBy": {"username": "li"}});
    application["operation"] = operation.clone();
    application["status"]["operationState"] =
        json!({"phase": "Running", "startedAt": ago(5), "operation": operation});
    application
}

/// What the newest sync brought has paused.
fn paused(mut application: Value) -> Value {
    application["status"]["health"] = json!({"status": "Suspended", "lastTransitionTime": ago(14)});
    application["status"]["resources"] = json!([
        {"group": "argoproj.io", "version": "v1alpha1", "kind": "Rollout", "namespace": "site", "name": "site"}
    ]);
    application
}

fn world() -> World {
    let mut world = World::of([
        automated(recent(application("shop", 3))),
        behind(recent(application("till", 3)), 4),
        busy(recent(application("feed", 3))),
        paused(recent(application("site", 3))),
    ]);
    world.lives = true;
    world.actions.insert("resume".to_owned(), true);
    world
}

fn place(server: &Server) -> Place {
    let place = Place::new();
    let mut config = CONFIG.replace("URL", &server.url());
    for name in NAMES {
        config.push_str(&format!(
            "[[workloads]]\nname = \"{name}\"\npath = \"web\"\nservices = [\"{name}\"]\n"
        ));
    }
    place.write("leadtime.toml", config);
    place
}

fn is_automated(server: &Server) -> bool {
    let policy = server.state().find("shop")["spec"]["syncPolicy"]["automated"].clone();
    policy.is_object() && policy["enabled"] != false
}

/// The controller does what was asked for.
fn controlled(server: &Server, name: &str) {
    server.state().take_up(name);
    server.state().end(name, "Succeeded");
}

fn back_and_released(desk: &Desk, server: &Server) {
    desk.cell("shop", "production");
    desk.press("R");
    desk.see("enter what it would mean");
    desk.see(&sha(2)[..7]);
    desk.press("\r");
    desk.say_why("INC-31");
    desk.see("auto-sync");
    desk.agree("shop");
    desk.see("sent, not yet seen");
    assert!(!is_automated(server), "it would undo it");
    controlled(server, "shop");
    desk.seen();
    desk.see("1 held");
    desk.cell("shop", "production");
    desk.press("H");
    desk.say_why("mended");
    desk.agree_by_key();
    desk.seen();
    assert!(is_automated(server));
}

fn let_go_on(desk: &Desk, server: &Server) {
    desk.gate("till");
    desk.press("a");
    desk.say_why("looked at");
    desk.agree("till");
    desk.see("sent, not yet seen");
    controlled(server, "till");
    desk.seen();

    desk.cell("site", "production");
    desk.press("t");
    desk.see("let it go on where it is paused");
    desk.press("jjj\r");
    desk.see("go on with the Rollout site");
    desk.agree("site");
    desk.see("sent, not yet seen");
    server.state().find("site")["status"]["health"] =
        json!({"status": "Healthy", "lastTransitionTime": ago(0)});
    desk.seen();
}

fn ended(desk: &Desk, server: &Server) {
    desk.cell("feed", "production");
    desk.press("t");
    desk.see("stop it");
    desk.press("jj\r");
    desk.see("end the operation of feed that li began");
    desk.agree_by_key();
    desk.see("sent, not yet seen");
    server.state().find("feed")["status"]["operationState"]["message"] =
        json!("Operation terminated");
    server.state().end("feed", "Failed");
    desk.seen();
}

#[test]
fn everything_is_done_with_a_key() {
    let server = start(world());
    let place = place(&server);
    let desk = Desk::open(&place, "jane", ("ARGOCD_TOKEN", CANARY), &["--armed"]);
    desk.see(&format!(" of {}", NAMES.len()));
    back_and_released(&desk, &server);
    let_go_on(&desk, &server);
    ended(&desk, &server);
    desk.press("@");
    desk.all_done(5);
    desk.quit();
    let mut command = place.command(&["audit", "--verify"]);
    let ran = Ran::of(command.env("ARGOCD_TOKEN", CANARY).output().unwrap()).ends(0);
    assert!(!format!("{ran:?}").contains(CANARY));
    for (method, path, times) in [
        ("POST", "/shop/rollback", 1),
        ("POST", "/till/sync", 1),
        ("POST", "/site/resource/actions", 1),
        ("DELETE", "/feed/operation", 1),
        ("PATCH", "/applications/shop", 2),
    ] {
        assert_eq!(server.count(method, path), times, "{method} {path}");
    }
    assert_eq!(server.deeds().len(), 6);
}
