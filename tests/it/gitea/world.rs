//! A Gitea of our own: repositories with requests, runs, commits, releases, tags and issues; and what its API does with them: pages with a `Link`, runs that are
//! run again as a new attempt, workflows that are dispatched, requests that are merged at the head that is named.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::wild::{Answer, Asked, Wild};

pub const NOW: &str = "2026-03-02T12:00:00Z";

#[derive(Debug)]
pub struct World {
    /// By `owner/name`: what each list holds, newest first, by the end of its path; `""` is the repository itself.
    pub repositories: BTreeMap<String, BTreeMap<String, Value>>,
    pub user: &'static str,
    /// The most things in a page, whatever is asked for.
    pub most: usize,
    pub second: u32,
}

pub type Server = Wild<World>;

pub fn start(names: &[&str]) -> Server {
    let repositories = names
        .iter()
        .map(|name| ((*name).to_owned(), repository(name)));
    let world = World {
        repositories: repositories.collect(),
        user: "leadtime",
        most: 50,
        second: 0,
    };
    Wild::start(world, answer)
}

pub fn sha(number: u32) -> String {
    format!("{number:08x}{number:032x}")
}

/// `2026-03-01T` and so many minutes.
pub fn at(minutes: u32) -> String {
    format!("2026-03-01T{:02}:{:02}:00Z", minutes / 60, minutes % 60)
}

pub fn pull(number: u32) -> Value {
    json!({"number": number, "title": format!("Fix PAY-{number}"), "body": "Closes #3", "state": "open", "draft": false,
        "html_url": format!("https://git.example.com/acme/shop/pulls/{number}"), "user": {"login": "jane"}, "merged": false,
        "mergeable": true, "merge_commit_sha": null, "merged_at": null, "merged_by": null, "closed_at": null,
        "created_at": at(number * 10), "updated_at": at(number * 10 + 5), "labels": [{"name": "hotfix"}],
        "requested_reviewers": [{"login": "omar"}], "head": {"ref": format!("promote/{number}"), "sha": sha(number), "repo": {"full_name": "acme/shop"}},
        "base": {"ref": "main", "sha": sha(0), "repo": {"full_name": "acme/shop"}}})
}

pub fn commit(number: u32) -> Value {
    json!({"sha": sha(number), "author": {"login": "jane"}, "parents": [{"sha": sha(number - 1), "created": at(number)}],
        "commit": {"message": format!("Change {number}\n\nFixes #3\n"), "author": {"name": "Jane", "date": at(number)}, "committer": {"name": "Jane", "date": at(number + 1)}}})
}

pub fn run(id: u32, status: &str, conclusion: &str) -> Value {
    json!({"id": id, "path": "ci.yml@refs/heads/main", "display_title": "Fix", "event": "push", "status": status, "conclusion": conclusion,
        "head_branch": "main", "head_sha": sha(id), "html_url": format!("https://git.example.com/acme/shop/actions/runs/{id}"),
        "run_attempt": 1, "actor": {"login": "jane"}, "trigger_actor": {"login": "jane"}, "started_at": at(id * 10),
        "completed_at": if status == "completed" { at(id * 10 + 3) } else { "1970-01-01T00:00:00Z".to_owned() }})
}

pub fn job(id: u32, status: &str, conclusion: &str) -> Value {
    json!({"id": id, "name": "test", "status": status, "conclusion": conclusion, "run_attempt": 1, "created_at": at(id * 10),
        "html_url": format!("https://git.example.com/acme/shop/actions/runs/{id}/jobs/0"), "started_at": at(id * 10 + 1),
        "completed_at": if status == "completed" { at(id * 10 + 2) } else { "0001-01-01T00:00:00Z".to_owned() }})
}

/// One of each kind.
fn repository(name: &str) -> BTreeMap<String, Value> {
    let mut merged = pull(1);
    merged["state"] = json!("closed");
    merged["merged"] = json!(true);
    merged["merged_at"] = json!(at(15));
    merged["closed_at"] = json!(at(15));
    merged["merged_by"] = json!({"login": "omar"});
    merged["merge_commit_sha"] = json!(sha(90));
    let lists = [
        (
            "",
            json!({"full_name": name, "default_branch": "main", "archived": false, "empty": false, "default_merge_style": "squash"}),
        ),
        ("/pulls", json!([pull(2), merged])),
        (
            "/pulls/1/reviews",
            json!([
            {"id": 5, "state": "REQUEST_REVIEW", "user": {"login": "omar"}, "submitted_at": at(11)},
            {"id": 6, "state": "APPROVED", "user": {"login": "omar"}, "submitted_at": at(12), "commit_id": sha(1), "dismissed": false},
            {"id": 7, "state": "REQUEST_CHANGES", "user": {"login": "li"}, "submitted_at": at(13), "commit_id": sha(1), "dismissed": true}]),
        ),
        ("/pulls/1/commits", json!([commit(1)])),
        ("/pulls/2/reviews", json!([])),
        ("/pulls/2/commits", json!([commit(2)])),
        (
            "/statuses",
            json!([
            {"id": 31, "context": "ci/woodpecker", "status": "success", "target_url": "https://ci.example.com/1", "created_at": at(14)},
            {"id": 32, "context": "ci / test (push)", "status": "success", "target_url": "/acme/shop/actions/runs/1/jobs/0", "created_at": at(14)}]),
        ),
        (
            "/actions/runs",
            json!([run(2, "in_progress", ""), run(1, "completed", "success")]),
        ),
        (
            "/actions/runs/1/jobs",
            json!([job(1, "completed", "success")]),
        ),
        ("/actions/runs/2/jobs", json!([job(2, "in_progress", "")])),
        (
            "/actions/workflows/deploy.yml",
            json!({"id": "deploy.yml", "state": "active", "path": ".gitea/workflows/deploy.yml"}),
        ),
        ("/commits", json!([commit(90), commit(89)])),
        (
            "/releases",
            json!([
            {"id": 2, "tag_name": "v2", "draft": true, "created_at": at(95)},
            {"id": 1, "tag_name": "v1", "draft": false, "prerelease": true, "target_commitish": sha(90), "html_url": "https://git.example.com/r", "created_at": at(91), "published_at": at(92)}]),
        ),
        (
            "/tags",
            json!([{"name": "v1", "commit": {"sha": sha(90), "created": at(91)}}]),
        ),
        (
            "/issues",
            json!([
            {"number": 4, "title": "Tills are down", "state": "closed", "labels": [{"name": "kind/incident"}, {"name": "service/till"}, {"name": "environment/production"}],
                "html_url": "https://git.example.com/i/4", "created_at": at(100), "updated_at": at(130), "closed_at": at(130)},
            {"number": 3, "title": "A wish", "state": "open", "labels": [], "created_at": at(3), "updated_at": at(4)}]),
        ),
    ];
    let lists = lists
        .into_iter()
        .map(|(path, list)| (path.to_owned(), list));
    lists.collect()
}

impl World {
    pub fn list(&mut self, repository: &str, path: &str) -> &mut Vec<Value> {
        let list = self.repositories.get_mut(repository).unwrap().get_mut(path);
        list.unwrap().as_array_mut().unwrap()
    }

    pub fn one(&mut self, path: &str, key: &str, number: u32) -> &mut Value {
        let mut all = self.list("acme/shop", path).iter_mut();
        all.find(|one| one[key] == number).unwrap()
    }

    pub fn tick(&mut self) -> String {
        self.second += 1;
        format!("2026-03-02T00:00:{:02}Z", self.second)
    }
}

fn refuse(status: u16, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({"message": message, "url": "https://git.example.com/api/swagger"}),
    )
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    if !asked
        .header("authorization")
        .unwrap_or_default()
        .starts_with("token ")
    {
        return refuse(401, "token is required");
    }
    let path = asked.path().strip_prefix("/api/v1").unwrap().to_owned();
    if asked.method == "GET" {
        return match path.as_str() {
            "/version" => Answer::json(200, &json!({"version": "1.27.0"})),
            "/user" => Answer::json(200, &json!({"login": world.user})),
            "/orgs/acme/repos" => {
                let all = world
                    .repositories
                    .values()
                    .map(|of| of[""].clone())
                    .collect();
                page(world, asked, all)
            }
            _ => get(world, asked, &path),
        };
    }
    let pieces: Vec<&str> = path
        .trim_start_matches("/repos/acme/shop/")
        .split('/')
        .collect();
    let now = world.tick();
    let user = world.user;
    match pieces.as_slice() {
        ["actions", "runs", id, rest @ ..] => {
            let run = world.one("/actions/runs", "id", id.parse().unwrap());
            if run["status"] != "completed" {
                return refuse(400, "this run is not done");
            }
            assert!(matches!(
                rest,
                ["rerun" | "rerun-failed-jobs"] | ["jobs", _, "rerun"]
            ));
            run["run_attempt"] = json!(run["run_attempt"].as_u64().unwrap() + 1);
            run["status"] = json!("queued");
            run["conclusion"] = json!("");
            run["started_at"] = json!(now);
            run["trigger_actor"] = json!({"login": user});
            Answer::json(201, &run.clone())
        }
        ["actions", "workflows", file, "dispatches"] => {
            let body = asked.json();
            let id = 40 + world.second;
            let mut made = run(7, "queued", "");
            made["id"] = json!(id);
            made["event"] = json!("workflow_dispatch");
            made["path"] = json!(format!(
                "{file}@refs/heads/{}",
                body["ref"].as_str().unwrap()
            ));
            made["display_title"] = json!(format!(
                "deploy {}",
                body["inputs"]["id"].as_str().unwrap_or_default()
            ));
            made["trigger_actor"] = json!({"login": user});
            world.list("acme/shop", "/actions/runs").insert(0, made);
            let url = format!("https://git.example.com/acme/shop/actions/runs/{id}");
            Answer::json(
                200,
                &json!({"workflow_run_id": id, "html_url": url, "run_url": url}),
            )
        }
        ["pulls"] => {
            let body = asked.json();
            let mut made = pull(9);
            (made["title"], made["body"]) = (body["title"].clone(), body["body"].clone());
            made["head"]["ref"] = body["head"].clone();
            made["base"]["ref"] = body["base"].clone();
            made["user"] = json!({"login": user});
            world.list("acme/shop", "/pulls").insert(0, made.clone());
            Answer::json(201, &made)
        }
        ["pulls", number, "merge"] => {
            let pull = world.one("/pulls", "number", number.parse().unwrap());
            let body = asked.json();
            if body["head_commit_id"] != pull["head"]["sha"] {
                return refuse(409, "head out of date");
            }
            if pull["merged"] == true {
                return refuse(405, "The PR is already merged");
            }
            pull["merged"] = json!(true);
            pull["state"] = json!("closed");
            pull["merged_by"] = json!({"login": user});
            pull["merged_at"] = json!(now);
            pull["merge_commit_sha"] = json!(sha(99));
            Answer::new(200)
        }
        _ => refuse(404, "The target couldn't be found."),
    }
}

fn get(world: &World, asked: &Asked, path: &str) -> Answer {
    let rest = path.strip_prefix("/repos/").unwrap_or(path);
    let of = world.repositories.iter().find_map(|(name, lists)| {
        let rest = rest.strip_prefix(name.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some((rest, lists))
    });
    let Some((rest, lists)) = of else {
        return refuse(404, "The target couldn't be found.");
    };
    // Statuses of one commit; nobody says anything of the others.
    let key = match rest.strip_prefix("/commits/") {
        Some(of) if of.starts_with(&sha(1)) => "/statuses",
        Some(_) => return page(world, asked, Vec::new()),
        None => rest,
    };
    if let Some(one) = lists.get(key).filter(|one| !one.is_array()) {
        return Answer::json(200, one);
    }
    if let Some(all) = lists.get(key).and_then(Value::as_array) {
        let event = asked.query("event");
        let open = asked.query("state") == Some("open");
        let since = asked.query("since").map(|at| at.replace("%3A", ":"));
        let fits = |one: &&Value| {
            event.is_none_or(|event| one["event"] == event)
                && (!open || one["state"] == "open")
                && since
                    .as_deref()
                    .is_none_or(|since| one["updated_at"].as_str().unwrap() >= since)
        };
        return page(world, asked, all.iter().filter(fits).cloned().collect());
    }
    // One of a list, by its number.
    let found = rest.rsplit_once('/').and_then(|(list, number)| {
        let all = lists.get(list)?.as_array()?;
        let key = if list == "/pulls" { "number" } else { "id" };
        all.iter().find(|one| one[key].to_string() == number)
    });
    found.map_or_else(
        || refuse(404, "The target couldn't be found."),
        |one| Answer::json(200, one),
    )
}

/// A page as Gitea gives it: never longer than it likes, with where the next is.
fn page(world: &World, asked: &Asked, all: Vec<Value>) -> Answer {
    let number = |key: &str| asked.query(key).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(30).min(world.most);
    let page = number("page").unwrap_or(1);
    let total = all.len();
    let items: Vec<Value> = all
        .into_iter()
        .skip((page - 1) * limit)
        .take(limit)
        .collect();
    let path = asked.path();
    let body = if path.ends_with("/actions/runs") {
        json!({"total_count": total, "workflow_runs": items})
    } else if path.ends_with("/jobs") {
        json!({"total_count": total, "jobs": items})
    } else {
        json!(items)
    };
    let answer = Answer::json(200, &body);
    if total > page * limit {
        let next = format!(
            "<https://git.example.com{path}?page={}>; rel=\"next\"",
            page + 1
        );
        answer.header("link", &next)
    } else {
        answer
    }
}
