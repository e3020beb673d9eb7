//! The `leadtime.toml` of the organisation: its people, paths and workloads, with the names that its events carry.

use std::fmt::Write;

use super::Organisation;
use super::hours;
use super::words::{BOARD, QUALITY, SECURITY};
use super::workload::{Ci, Workload};

const PATHS: &str = r#"
[[paths]]
name = "web-service"
selector = { labels = { type = "web" } }
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "test", kind = "test" },
  { name = "build", kind = "build" },
  { name = "scan", kind = "scan", locked = true, from = "trivy", limits = { critical = 0, high = 5 }, fresh = "7d" },
  { name = "staging", kind = "deploy", environment = "staging" },
  { name = "cab", kind = "gate", approvers = ["@change-board"], within = "5d", locked = true },
  { name = "production", kind = "deploy", environment = "production", confirm = "typed", soak = "1h" },
]
[[paths.freezes]]
environment = "production"
schedule = "FREQ=WEEKLY;BYDAY=FR;BYHOUR=18"
for = "62h"
reason = "weekend"

[[paths]]
name = "library"
selector = { labels = { type = "library" } }
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "test", kind = "test" },
  { name = "build", kind = "build" },
  { name = "release", kind = "deploy", environment = "production" },
]

[[paths]]
name = "image"
selector = { labels = { type = "image" } }
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "build", kind = "build" },
  { name = "scan", kind = "scan", locked = true, from = "trivy", limits = { critical = 0 }, fresh = "7d" },
  { name = "production", kind = "deploy", environment = "production" },
]

[[paths]]
name = "infrastructure"
selector = { labels = { type = "infrastructure" } }
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "plan", kind = "configure" },
  { name = "apply-approval", kind = "gate", approvers = ["@change-board"], within = "2d", locked = true },
  { name = "apply", kind = "deploy", environment = "production", confirm = "typed" },
]

[[paths]]
name = "mobile-app"
selector = { labels = { type = "mobile" } }
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "test", kind = "test" },
  { name = "build", kind = "build" },
  { name = "beta", kind = "deploy", environment = "beta" },
  { name = "qa", kind = "gate", approvers = ["@qa"], within = "3d", locked = true },
  { name = "production", kind = "deploy", environment = "production", confirm = "typed", soak = "2d" },
]
"#;

pub fn write(organisation: &Organisation) -> String {
    let mut text = format!(
        "# The generated organisation that `leadtime demo` shows.\n\n[metrics]\ntimezone = \"{}\"\nwindow = \"30d\"\nproduction = \"production\"\n\
         unplanned = [\"hotfix/*\", \"label:hotfix\"]\n\n[people]\nme = \"jane\"\n\n[people.teams]\n",
        hours::ZONE
    );
    for team in &organisation.teams {
        line(&mut text, &format!("{} = {:?}", team.name, team.members));
    }
    line(&mut text, &format!("change-board = {BOARD:?}"));
    line(&mut text, &format!("qa = {QUALITY:?}"));
    line(&mut text, &format!("security = {SECURITY:?}"));
    text.push_str(PATHS);
    for workload in &organisation.workloads {
        write_workload(&mut text, workload, &organisation.teams[workload.team].name);
    }
    text
}

fn write_workload(text: &mut String, workload: &Workload, team: &str) {
    let name = &workload.name;
    let path = workload.path.name();
    let label = match path {
        "web-service" => "web",
        "mobile-app" => "mobile",
        other => other,
    };
    line(
        text,
        &format!("\n[[workloads]]\nname = {name:?}\nteam = {team:?}"),
    );
    line(
        text,
        &format!("labels = {{ type = {label:?} }}\npath = {path:?}"),
    );
    line(text, &format!("repositories = [{:?}]", workload.repository));
    if let Some(folder) = &workload.folder {
        line(text, &format!("paths = [\"{folder}/**\"]"));
    }
    line(text, &format!("services = [{name:?}]"));
    line(text, &format!("artifacts = [{:?}]", workload.artifact()));
    if workload.ci == Ci::Jenkins && !workload.swaps {
        line(
            text,
            &format!("steps.test = {{ from = \"jenkins\", match = \"{name}-unit\" }}"),
        );
    }
}

fn line(text: &mut String, content: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{content}");
}
