//! By commands, as a user types them, against a cluster of our own: what runs is shown, a rollback is planned, sent and seen, and the environment is held until
//! it is released.

use serde_json::{Value, json};

use super::CANARY;
use super::world::{Server, World, deployment, start};
use crate::cli::place::{Place, Ran};

const CONFIG: &str = r#"
store = { url = "sqlite:log.db" }
[people]
me = "jane"
[[sources]]
name = "cluster"
kind = "kubernetes"
url = "URL"
token = { env = "KUBE_TOKEN" }
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "production", kind = "deploy", environment = "production" },
]
[[workloads]]
name = "shop"
path = "web"
services = ["web"]
"#;

fn run(place: &Place, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    let ran = Ran::of(command.env("KUBE_TOKEN", CANARY).output().unwrap());
    assert!(!format!("{ran:?}").contains(CANARY), "{ran:?}");
    ran
}

fn sync(place: &Place) {
    run(place, &["sync", "--since", "2026-01-01"]).ends(0);
}

fn environment(place: &Place) -> Value {
    let told = run(place, &["env", "shop", "--json"]).ends(0).json();
    told["workloads"][0]["environments"][0].clone()
}

/// What the controllers do with a template that was put back: a revision of its own, which runs at once.
fn settle(server: &Server) {
    let now = leadtime::clock::now().to_string();
    let mut world = server.state();
    world.change("replicasets/shop/web-3", |set| {
        let notes = &mut set["metadata"]["annotations"];
        notes["deployment.kubernetes.io/revision"] = json!("5");
        notes["deployment.kubernetes.io/revision-history"] = json!("3");
    });
    world.change("deployments/shop/web", |object| {
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!("5");
        object["status"]["conditions"][0]["lastUpdateTime"] = json!(now);
    });
}

#[test]
fn a_rollback_is_planned_sent_and_seen_and_its_hold_released() {
    let server = start(World::of(deployment("shop", 3)));
    let place = Place::new();
    place.write("leadtime.toml", CONFIG.replace("URL", &server.url()));
    sync(&place);
    for object in deployment("shop", 4) {
        server.state().put(object);
    }
    sync(&place);
    assert_eq!(environment(&place)["version"], "1.4.0");
    let back = ["rollback", "shop", "--in", "production"];
    let listed = run(&place, &[&back[..], &["--list", "--json"]].concat());
    let listed = listed.ends(0).json();
    let to = listed["versions"][0]["deployment"].as_str().unwrap();
    let back = [&back[..], &["--to", to]].concat();
    let plan = run(&place, &[&back[..], &["--dry-run"]].concat());
    let words = "roll Deployment shop/web back to revision 3 (ghcr.io/acme/web:1.3.0)";
    assert!(plan.out.contains(words), "{plan:?}");
    assert!(server.deeds().is_empty(), "looking does nothing");
    let done = [&back[..], &["--confirm", "shop", "-m", "INC-31"]].concat();
    run(&place, &done).ends(0);
    assert_eq!(server.count("PATCH", "/deployments/web"), 1);
    settle(&server);
    sync(&place);
    let held = environment(&place);
    assert_eq!(
        (held["version"].as_str(), held["held"].as_str()),
        (Some("1.3.0"), Some("INC-31"))
    );
    let actions = run(&place, &["audit", "--json"]).ends(0).json();
    assert_eq!(actions["actions"][0]["state"], "seen", "{actions}");
    let free = [
        "release",
        "shop",
        "--in",
        "production",
        "--yes",
        "-m",
        "mended",
    ];
    run(&place, &free).ends(0);
    assert_eq!(server.deeds().len(), 1, "it was held by leadtime alone");
    assert_eq!(environment(&place)["held"], Value::Null);
    // Held in the cluster too, and told by it.
    let hold = [
        "hold",
        "shop",
        "--in",
        "production",
        "--yes",
        "-m",
        "INC-32",
    ];
    run(&place, &hold).ends(0);
    assert_eq!(
        server.state().find("deployments/shop/web")["spec"]["paused"],
        true
    );
    sync(&place);
    assert!(environment(&place)["held"].is_string());
    run(&place, &free).ends(0);
    assert_eq!(
        server.state().find("deployments/shop/web")["spec"]["paused"],
        false
    );
    sync(&place);
    assert_eq!(environment(&place)["held"], Value::Null);
    run(&place, &["audit", "--verify"]).ends(0);
}
