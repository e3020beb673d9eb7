//! By commands, as a user types them, against an Argo CD of our own: rolled back under auto-sync, which is switched off for it; seen; held; released, and
//! auto-sync is on again.

use serde_json::Value;

use super::CANARY;
use super::world::{Server, World, application, automated, start};
use crate::cli::place::{Place, Ran};

const CONFIG: &str = r#"
store = { url = "sqlite:log.db" }
[people]
me = "jane"
[[sources]]
name = "argo"
kind = "argocd"
url = "URL"
token = { env = "ARGOCD_TOKEN" }
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "production", kind = "deploy", environment = "production" },
]
[[workloads]]
name = "shop"
path = "web"
services = ["shop"]
"#;

fn place(server: &Server) -> Place {
    let place = Place::new();
    place.write("leadtime.toml", CONFIG.replace("URL", &server.url()));
    place
}

fn run(place: &Place, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    let ran = Ran::of(command.env("ARGOCD_TOKEN", CANARY).output().unwrap());
    assert!(!format!("{ran:?}").contains(CANARY), "{ran:?}");
    ran
}

fn shows(ran: &Ran, words: &[&str]) {
    for word in words {
        assert!(ran.out.contains(word), "{word}: {ran:?}");
    }
}

fn sync(place: &Place) {
    run(place, &["sync", "--since", "2026-01-01"]).ends(0);
}

fn environment(place: &Place) -> Value {
    let told = run(place, &["env", "shop", "--json"]).ends(0).json();
    told["workloads"][0]["environments"][0].clone()
}

fn is_automated(server: &Server) -> bool {
    let policy = server.state().find("shop")["spec"]["syncPolicy"]["automated"].clone();
    policy.is_object() && policy["enabled"] != false
}

#[test]
fn a_rollback_under_auto_sync_stays_until_it_is_released() {
    let server = start(World {
        lives: true,
        ..World::of([automated(application("shop", 3))])
    });
    let place = place(&server);
    sync(&place);
    let listed = run(
        &place,
        &["rollback", "shop", "--in", "production", "--list", "--json"],
    );
    let listed = listed.ends(0).json();
    let to = listed["versions"][0]["deployment"].as_str().unwrap();
    let back = ["rollback", "shop", "--in", "production", "--to", to];
    let plan = run(&place, &[&back[..], &["--dry-run"]].concat());
    shows(&plan, &["auto-sync", "/rollback", "is held"]);
    assert!(server.deeds().is_empty(), "looking does nothing");
    let done = [&back[..], &["--confirm", "shop", "-m", "INC-31"]].concat();
    shows(&run(&place, &done).ends(0), &["sent, not yet seen"]);
    assert!(!is_automated(&server), "it would undo it");
    assert_eq!(server.count("POST", "/rollback"), 1);
    // The controller does it.
    server.state().take_up("shop");
    server.state().end("shop", "Succeeded");
    sync(&place);
    let held = environment(&place);
    assert_eq!(held["held"].as_str(), Some("INC-31"), "{held}");
    let actions = run(&place, &["audit", "--json"]).ends(0).json();
    assert_eq!(actions["actions"][0]["state"], "seen", "{actions}");
    // Released: as it was before.
    let free = ["release", "shop", "--in", "production"];
    let plan = run(&place, &[&free[..], &["--dry-run"]].concat());
    shows(&plan, &["auto-sync"]);
    run(&place, &[&free[..], &["--yes", "-m", "mended"]].concat()).ends(0);
    assert!(
        is_automated(&server),
        "{}",
        server.state().find("shop")["spec"]
    );
    sync(&place);
    assert_eq!(environment(&place)["held"], Value::Null);
    run(&place, &["audit", "--verify"]).ends(0);
}
