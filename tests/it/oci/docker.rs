//! What `docker login` left behind lets one in: from the file, from a helper, from a store; and a helper that fails shows nothing of what it printed. Run
//! from outside, since the file is found by the environment.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use base64::Engine as _;
use serde_json::{Value, json};

use super::world::{Registry, World, start};
use super::{CANARY, SHA, world};
use crate::cli::place::{Place, Ran};

fn guarded() -> Registry {
    let mut world: World = world(|shop| {
        shop.tagged("1.0.0", SHA);
    });
    world.account = Some(("jane".to_owned(), CANARY.to_owned()));
    start(world)
}

/// `leadtime sync` with a Docker configuration, and a helper that does what the script says.
fn sync(registry: &Registry, config: &Value, script: &str) -> Ran {
    let place = Place::new();
    place.write(
        "leadtime.toml",
        format!(
            "[[sources]]\nname = \"images\"\nkind = \"oci\"\nurl = {:?}\nrepositories = [\"acme/shop\"]\n",
            registry.url()
        ),
    );
    place.write("config.json", config.to_string());
    let helper = place.write("docker-credential-test", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", place.work().display());
    let mut command: Command = place.command(&["sync", "--since", "2000-01-01"]);
    command.env("DOCKER_CONFIG", place.work()).env("PATH", path);
    Ran::of(command.output().unwrap())
}

#[test]
fn a_login_of_docker_is_used() {
    let registry = guarded();
    let host = registry.url().replace("http://", "");
    let auth = base64::prelude::BASE64_STANDARD.encode(format!("jane:{CANARY}"));
    let says = format!("cat >/dev/null; echo '{{\"Username\":\"jane\",\"Secret\":\"{CANARY}\"}}'");
    for (config, script) in [
        (json!({"auths": {host.clone(): {"auth": auth}}}), "exit 1"),
        (
            json!({"credHelpers": {host.clone(): "test"}}),
            says.as_str(),
        ),
        (json!({"credsStore": "test"}), says.as_str()),
    ] {
        let ran = sync(&registry, &config, script).ends(0);
        ran.says(&["images: 1 new"]);
    }
}

#[test]
fn a_helper_that_fails_leaves_one_nobody_and_shows_nothing() {
    let registry = guarded();
    let script = format!("cat >/dev/null; echo {CANARY}; echo {CANARY} >&2; exit 1");
    let ran = sync(&registry, &json!({"credsStore": "test"}), &script).ends(3);
    ran.says(&["docker login", "\"images\""]);
    assert!(!format!("{ran:?}").contains(CANARY), "{ran:?}");
    let ran = sync(&registry, &json!({"credsStore": "no-such"}), "").ends(3);
    ran.says(&["credential helper", "cannot be run"]);
}
