//! What has happened in the company before anybody sits down: commits, deployments, images, a run that waits; each workload with its own, a day apart.

use std::fs;
use std::path::PathBuf;

use leadtime::clock;
use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use crate::cli::place::Place;
use crate::git::repo::run;
use crate::support::github::world::{Repo, ago, commit, job, pull, run as github_run, user};
use crate::support::registry::Repository;

/// The version in staging. Production has the one before, and had those before that.
pub const NEWEST: i64 = 4;

/// The runs of GitHub that wait for a decision, with their workloads.
const WAITING: [(&str, i64); 2] = [("site", 42), ("blog", 43)];

/// A run that failed, and one that is under way.
pub const FAILED: i64 = 52;
pub const RUNNING: i64 = 53;

/// What the git remote says of what runs where.
pub const FILE: &str = "apps/ledger/production/kustomization.yaml";
pub const BEFORE: &str = "# what runs\nimages:\n  - name: acme/other\n    newTag: \"7\"\n  - name: acme/ledger   # ours\n    newTag: 3.0.0   # live\n";

/// How long ago a version was made.
pub fn hours(number: i64) -> i64 {
    (NEWEST - number) * 24 + 5
}

/// A commit of a workload: its first letters tell which.
pub fn sha(name: &str, number: i64) -> String {
    let seed = name
        .bytes()
        .fold(7_u32, |seed, byte| seed * 31 % 9973 + u32::from(byte));
    format!("{number}{seed:07x}{number:032x}")
}

pub fn newest(name: &str) -> String {
    sha(name, NEWEST)
}

fn version(number: i64) -> String {
    format!("{number}.0.0")
}

fn event(id: &str, kind: &str, at: &str, subject: &str, content: &Value) -> Value {
    json!({
        "context": {"specversion": "0.5.1", "id": id, "source": "pipeline", "type": format!("dev.cdeventsx.leadtime-{kind}.0.1.0"), "timestamp": at},
        "subject": {"id": subject, "content": content},
    })
}

pub fn committed(name: &str, number: i64, now: Timestamp) -> Value {
    let own = sha(name, number);
    let parents = (number > 1).then(|| sha(name, number - 1));
    let parents: Vec<String> = parents.into_iter().collect();
    let content = json!({
        "repository": {"id": format!("acme/{name}")}, "parents": parents, "author": "li", "message": format!("Make {name} {number}"),
    });
    let at = ago(now, hours(number));
    event(&format!("c-{own}"), "commit.created", &at, &own, &content)
}

/// The tests of a version were run, some hours ago.
pub fn tested(name: &str, number: i64, outcome: &str, hours: i64) -> Value {
    let own = sha(name, number);
    let at = ago(clock::now(), hours);
    json!({
        "context": {"specversion": "0.5.1", "id": format!("t-{own}-{outcome}"), "source": "tests", "type": "dev.cdevents.testsuiterun.finished.0.3.0", "timestamp": at},
        "subject": {"id": format!("t-{own}-{outcome}"), "content": {"testSuite": {"name": "unit"}, "outcome": outcome}},
        "customData": {"repository": format!("acme/{name}"), "sha": own},
    })
}

pub fn deployed(name: &str, number: i64, environment: &str, at: &str) -> Value {
    let id = format!("{name}-{environment}-{number}");
    let content = json!({
        "deployment": id, "service": name, "environment": environment, "repository": format!("acme/{name}"), "sha": sha(name, number),
        "version": version(number), "outcome": "success", "started": at,
    });
    event(&id, "deployment.finished", at, &id, &content)
}

/// A repository of GitHub: commits, deployments to production, and where somebody has to decide, a run that waits.
pub fn repository(name: &str) -> Repo {
    let now = clock::now();
    let mut repo = Repo::empty(&format!("acme/{name}"));
    for number in (1..=NEWEST).rev() {
        let parents: Vec<String> = (1..number)
            .rev()
            .take(1)
            .map(|one| sha(name, one))
            .collect();
        let own = sha(name, number);
        let mut commit = commit(&own, &ago(now, hours(number)), &parents);
        commit["author"] = user("li");
        repo.commits.push(commit);
        if number == NEWEST {
            continue;
        }
        let at = ago(now, hours(number) - 2);
        let id = number * 10;
        repo.deployments.push(json!({
            "id": id, "sha": own, "ref": version(number), "task": "deploy", "environment": "production", "creator": user("li"), "created_at": at,
            "updated_at": at,
        }));
        let done =
            json!({"id": id, "state": "success", "environment": "production", "created_at": at});
        repo.statuses.insert(id, vec![done]);
    }
    if name == "docs" {
        repo.pulls = vec![promotes(name, &ago(now, 2))];
    }
    if let Some((_, id)) = WAITING.iter().find(|(of, _)| *of == name) {
        waits(&mut repo, *id, &newest(name), &ago(now, 1));
    }
    match name {
        "api" => runs(&mut repo, FAILED, "completed", Some("failure")),
        "feed" => runs(&mut repo, RUNNING, "in_progress", None),
        _ => {}
    }
    repo
}

/// A run of the newest commit.
fn runs(repo: &mut Repo, id: i64, status: &str, conclusion: Option<&str>) {
    let (sha, at) = (
        repo.commits[0]["sha"].as_str().unwrap().to_owned(),
        ago(clock::now(), 1),
    );
    repo.runs = vec![github_run(id, status, conclusion, &sha, &at)];
    repo.jobs
        .insert(id, vec![job(id, status, conclusion, &sha, &at)]);
}

/// A request that promotes the newest version, as who promotes opened it.
fn promotes(name: &str, at: &str) -> Value {
    let newest = newest(name);
    let mut pull = pull(12, at, &newest, &newest);
    for key in ["closed_at", "merged_at", "merge_commit_sha"] {
        pull[key] = Value::Null;
    }
    pull["state"] = json!("open");
    pull["title"] = json!("Promote docs 4.0.0");
    pull["head"] = json!({
        "ref": "promote/docs-4.0.0", "sha": newest, "repo": {"full_name": format!("acme/{name}")},
    });
    pull["base"] = json!({"ref": "live", "sha": sha(name, NEWEST - 1)});
    pull
}

/// A run of a commit that waits for a decision on production.
fn waits(repo: &mut Repo, id: i64, sha: &str, at: &str) {
    let reviewers = json!([{"type": "User", "reviewer": user("jane")}]);
    let rule = json!({"id": 3, "type": "required_reviewers", "reviewers": reviewers});
    repo.environments = vec![json!({"id": 2, "name": "production", "protection_rules": [rule]})];
    repo.runs = vec![github_run(id, "waiting", None, sha, at)];
    let mut job = job(id, "waiting", None, sha, at);
    job["name"] = json!("deploy (production)");
    job["started_at"] = Value::Null;
    repo.jobs.insert(id, vec![job]);
    let pending = json!({
        "environment": {"id": 2, "name": "production"}, "wait_timer": 0, "current_user_can_approve": true, "reviewers": reviewers,
    });
    repo.pending.insert(id, vec![pending]);
}

/// What a chart is given for production, in a repository that is reached over HTTP.
pub const VALUES: &str = "charts/wiki/values-production.yaml";
pub const CHART: &str = "# production\nreplicas: 3   # as many as zones\nimage:\n  repository: ghcr.io/acme/wiki\n  tag: '3.0.0'  # live\n";

/// A bare repository with one file in it.
pub fn bare(place: &Place, name: &str, (file, text): (&str, &str)) -> PathBuf {
    let bare = place.file(name);
    fs::create_dir_all(&bare).unwrap();
    run(&bare, &["init", "-q", "--bare", "-b", "main", "."], b"");
    let header = "commit refs/heads/main\ncommitter Host <host@example.org> 1700500000 +0000\ndata 5\nBegin\n";
    let file = format!("M 100644 inline {file}\ndata {}\n{text}\n", text.len());
    let stream = format!("{header}{file}");
    run(
        &bare,
        &["fast-import", "--quiet", "--force"],
        stream.as_bytes(),
    );
    bare
}

/// What runs where, with the file of one workload in it; and a clone, which knows where it came from.
pub fn remote(place: &Place) -> PathBuf {
    let bare = bare(place, "acme/deployments.git", (FILE, BEFORE));
    let address = format!("file://{}", bare.display());
    run(&place.work(), &["clone", "-q", &address, "clone"], b"");
    bare
}

/// Something is wrong in production, since an hour.
pub fn incident(name: &str) -> Value {
    let content = json!({"service": {"id": name}, "environment": {"id": "production"}, "description": format!("{name} is slow")});
    json!({
        "context": {"specversion": "0.5.1", "id": "inc-7", "source": "pager", "type": "dev.cdevents.incident.detected.0.3.0", "timestamp": ago(clock::now(), 1)},
        "subject": {"id": "INC-7", "content": content},
    })
}

/// The images of the workload that is promoted by tag.
pub fn images() -> Repository {
    let mut images = Repository::default();
    for number in 1..=NEWEST {
        let annotations = json!({
            "org.opencontainers.image.revision": sha("depot", number),
            "org.opencontainers.image.created": ago(clock::now(), hours(number)),
            "org.opencontainers.image.source": "https://github.com/acme/depot",
        });
        let digest = images.image(&json!({}), &annotations);
        images.tags.insert(version(number), digest);
    }
    let live = images.tags[&version(NEWEST - 1)].clone();
    images.tags.insert("production".to_owned(), live);
    images
}
