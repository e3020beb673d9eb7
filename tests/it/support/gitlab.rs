//! A GitLab of our own: lists and single things by path, pages with `Link` or with a number, entity tags with 304, what changed since, and a history of merge
//! requests with their pipelines and deployments. It stands on [`Wild`], so it can behave badly, and it counts.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use super::wild::{Answer, Asked, Wild};

/// What it holds.
#[derive(Debug, Default)]
pub struct World {
    /// By path below `/api/v4`, newest first.
    pub lists: BTreeMap<String, Vec<Value>>,
    pub ones: BTreeMap<String, Value>,
    /// Where a path has moved to, for good.
    pub moved: BTreeMap<String, String>,
    /// Headers of every answer: an allowance, a date.
    pub headers: Vec<(String, String)>,
    /// Pages are told by number alone, as some proxies leave them.
    pub numbered: bool,
    /// How many answers were 304.
    pub unchanged: usize,
    /// What a deed does: method and path, and its answer. Those without one are not found.
    pub deeds: BTreeMap<String, fn(&mut World, &Asked) -> Answer>,
}

pub type Mock = Wild<World>;

pub fn start(world: World) -> Mock {
    Wild::start(world, answer)
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().trim_start_matches("/api/v4").to_owned();
    let mut answer = if asked.method == "GET" {
        get(world, asked, &path)
    } else {
        let deed = world
            .deeds
            .get(&format!("{} {path}", asked.method))
            .copied();
        deed.map_or_else(missing, |deed| deed(world, asked))
    };
    answer.headers.extend(world.headers.clone());
    answer
}

fn missing() -> Answer {
    Answer::json(404, &json!({"message": "404 Not found"}))
}

fn get(world: &mut World, asked: &Asked, path: &str) -> Answer {
    let old = world.moved.iter().find(|(old, _)| path.starts_with(*old));
    if let Some((old, new)) = old {
        let query = asked.target.split_once('?').map_or("", |(_, query)| query);
        let to = format!("/api/v4{new}{}?{query}", &path[old.len()..]);
        return Answer::new(301).header("location", &to);
    }
    let answer = match (world.ones.get(path), world.lists.get(path)) {
        (Some(one), _) => Answer::json(200, one),
        (None, Some(list)) => page(list, asked, world.numbered),
        (None, None) => return missing(),
    };
    let mut hasher = DefaultHasher::new();
    (&answer.body, &answer.headers).hash(&mut hasher);
    let etag = format!("W/\"{:x}\"", hasher.finish());
    if asked.header("if-none-match") == Some(&etag) {
        world.unchanged += 1;
        return Answer::new(304).header("etag", &etag);
    }
    answer.header("etag", &etag)
}

fn page(list: &[Value], asked: &Asked, numbered: bool) -> Answer {
    let number = |key: &str, otherwise: usize| {
        asked
            .query(key)
            .map_or(otherwise, |value| value.parse().unwrap())
    };
    let after = asked.query("updated_after").and_then(Timestamp::parse);
    let is_news = |item: &&Value| {
        let changed = item["updated_at"].as_str().or(item["created_at"].as_str());
        let changed = changed.and_then(Timestamp::parse);
        after.is_none() || changed >= after
    };
    let mut items: Vec<&Value> = list.iter().filter(is_news).collect();
    for key in ["sha", "ref", "username", "source_branch", "target_branch"] {
        if let Some(wanted) = asked.query(key) {
            let wanted = &wanted.replace("%2F", "/");
            let field = |item: &Value| match key {
                "username" => item["user"]["username"].clone(),
                key => item[key].clone(),
            };
            items.retain(|item| field(item).as_str() == Some(wanted));
        }
    }
    if asked.query("order_by") == Some("updated_at") {
        items.sort_by_key(|item| {
            std::cmp::Reverse(item["updated_at"].as_str().and_then(Timestamp::parse))
        });
    }
    let (page, size) = (number("page", 1), number("per_page", 20).min(100));
    let cut: Vec<&&Value> = items.iter().skip((page - 1) * size).take(size).collect();
    let answer = Answer::json(200, &json!(cut));
    if page * size >= items.len() {
        return answer.header("x-next-page", "");
    }
    if numbered {
        return answer.header("x-next-page", &(page + 1).to_string());
    }
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("page="))
        .collect();
    // Another host than the one that was asked, as behind a proxy.
    let next = format!(
        "<http://internal.example{path}?{}&page={}>; rel=\"next\"",
        kept.join("&"),
        page + 1
    );
    answer.header("link", &next)
}

/// `hours` before `now`, to the second.
pub fn ago(now: Timestamp, hours: i64) -> String {
    let seconds = now.micros().div_euclid(1_000_000) - hours * 3600;
    Timestamp::from_seconds(seconds).to_string()
}

pub fn user(name: &str) -> Value {
    let id: i64 = name.bytes().map(i64::from).sum();
    json!({"id": id, "username": name, "name": name})
}

pub fn sha(what: &str, number: i64) -> String {
    let seed: u64 = what.bytes().map(u64::from).sum();
    format!("{seed:08x}{number:032x}")
}

/// The path of a project in an address, and what is below it.
pub fn below(project: &str, rest: &str) -> String {
    format!("/projects/{}{rest}", project.replace('/', "%2F"))
}

pub fn request(iid: i64, at: &str) -> Value {
    json!({
        "iid": iid, "id": iid * 7, "title": format!("PAY-{iid}: step"), "description": format!("Closes #{}", iid + 1000), "state": "merged",
        "created_at": at, "updated_at": at, "merged_at": at, "closed_at": null, "author": user("jane"), "merge_user": user("li"),
        "merge_commit_sha": sha("merge", iid), "squash_commit_sha": null, "sha": sha("head", iid), "source_branch": format!("feature/{iid}"),
        "target_branch": "main", "labels": ["feature"], "reviewers": [user("ada")], "draft": false,
        "web_url": format!("https://git.example/x/-/merge_requests/{iid}"),
    })
}

pub fn commit(sha: &str, at: &str, parents: &[String]) -> Value {
    json!({
        "id": sha, "title": "Change", "message": format!("Change {sha}\n\nLong story."), "author_name": "Jane", "author_email": "jane@example.com",
        "authored_date": at, "committed_date": at, "created_at": at, "parent_ids": parents,
    })
}

pub fn pipeline(id: i64, status: &str, sha: &str, at: &str) -> Value {
    let ended = ["success", "failed", "canceled"].contains(&status);
    json!({
        "id": id, "iid": id, "sha": sha, "ref": "main", "status": status, "source": "push", "created_at": at, "updated_at": at, "started_at": at,
        "finished_at": ended.then_some(at), "user": user("jane"), "web_url": format!("https://git.example/x/-/pipelines/{id}"),
    })
}

pub fn job(id: i64, (stage, name): (&str, &str), status: &str, pipeline: i64, at: &str) -> Value {
    let begun = ["running", "success", "failed"].contains(&status);
    let ended = ["success", "failed", "canceled"].contains(&status);
    json!({
        "id": id, "stage": stage, "name": name, "status": status, "ref": "main", "allow_failure": status == "manual", "created_at": at,
        "started_at": begun.then_some(at), "finished_at": ended.then_some(at), "queued_duration": begun.then_some(2.5),
        "user": user("jane"), "commit": {"id": sha("merge", pipeline)}, "pipeline": {"id": pipeline, "sha": sha("merge", pipeline), "project_id": 1},
        "web_url": format!("https://git.example/x/-/jobs/{id}"),
    })
}

pub fn deployment(id: i64, status: &str, job: &Value, at: &str) -> Value {
    json!({
        "id": id, "iid": id, "ref": "main", "sha": job["commit"]["id"], "status": status, "created_at": at, "updated_at": at, "user": user("jane"),
        "environment": {"id": 9, "name": "production", "external_url": "https://shop.example"}, "deployable": job,
    })
}

impl World {
    pub fn new(now: Timestamp) -> Self {
        let date = now.to_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut world = Self {
            headers: vec![("date".to_owned(), date)],
            ..Self::default()
        };
        world.ones.insert("/user".to_owned(), user("reader"));
        world
    }

    pub fn list(&mut self, project: &str, rest: &str) -> &mut Vec<Value> {
        self.lists.entry(below(project, rest)).or_default()
    }

    pub fn one(&mut self, project: &str, rest: &str) -> &mut Value {
        self.ones.entry(below(project, rest)).or_default()
    }

    /// An item of a list by its `id` or `iid`.
    pub fn item(&mut self, project: &str, rest: &str, id: i64) -> &mut Value {
        let mut items = self.list(project, rest).iter_mut();
        let found = items.find(|item| item["id"] == id || item["iid"] == id);
        found.unwrap()
    }

    /// An empty project.
    pub fn project(&mut self, id: i64, path: &str) {
        *self.one(path, "") = json!({
            "id": id, "path_with_namespace": path, "default_branch": "main", "archived": false,
        });
        for list in [
            "/merge_requests",
            "/pipelines",
            "/deployments",
            "/environments",
            "/repository/commits",
            "/releases",
            "/repository/tags",
            "/issues",
        ] {
            self.list(path, list);
        }
    }

    /// A project with a history: each step of it is a merged request with its commit, pipeline, job and deployment, `apart` hours before the one above.
    pub fn generate(&mut self, id: i64, path: &str, steps: i64, (now, apart): (Timestamp, i64)) {
        self.project(id, path);
        for step in 0..steps {
            self.step(path, steps - step, &ago(now, (step + 1) * apart));
        }
        let production =
            json!({"id": 9, "name": "production", "state": "available", "updated_at": ago(now, 1)});
        self.list(path, "/environments").push(production);
        self.lists.insert(
            below(path, "/protected_environments"),
            vec![json!({"name": "prod*", "deploy_access_levels": [{"access_level": 40, "access_level_description": "Maintainers"}], "approval_rules": []})],
        );
    }

    fn step(&mut self, path: &str, number: i64, at: &str) {
        let (head, merged) = (sha("head", number), sha("merge", number));
        self.list(path, "/merge_requests").push(request(number, at));
        let of = |rest: &str| format!("/merge_requests/{number}/{rest}");
        self.list(path, &of("notes")).extend([
            json!({"id": number * 10 + 1, "body": "approved this merge request", "author": user("ada"), "system": true, "created_at": at}),
            json!({"id": number * 10, "body": "Why?", "author": user("ada"), "system": false, "created_at": at}),
        ]);
        *self.one(path, &of("approvals")) = json!({"approved_by": [{"user": user("ada")}]});
        let parent = sha("merge", number - 1);
        self.list(path, &of("commits"))
            .push(commit(&head, at, &[parent.clone()]));
        let landed = commit(&merged, at, &[parent, head]);
        self.list(path, "/repository/commits").push(landed.clone());
        self.pipeline(path, pipeline(number, "success", &merged, at));
        let test = job(number * 100, ("test", "unit"), "success", number, at);
        let deploy = job(number * 100 + 1, ("deploy", "ship"), "success", number, at);
        self.list(path, "/deployments")
            .push(deployment(number, "success", &deploy, at));
        self.list(path, &format!("/pipelines/{number}/jobs"))
            .extend([deploy, test]);
        if number % 10 == 0 {
            let tag = format!("v1.{number}.0");
            self.list(path, "/releases").push(json!({"tag_name": tag, "created_at": at, "released_at": at, "commit": {"id": merged}}));
            self.list(path, "/repository/tags")
                .push(json!({"name": tag, "commit": landed}));
        }
    }

    /// A pipeline in its list, in itself and with lists of its own.
    pub fn pipeline(&mut self, path: &str, pipeline: Value) {
        let id = pipeline["id"].as_i64().unwrap();
        *self.one(path, &format!("/pipelines/{id}")) = pipeline.clone();
        self.list(path, &format!("/pipelines/{id}/jobs"));
        self.list(path, &format!("/pipelines/{id}/bridges"));
        let list = self.list(path, "/pipelines");
        list.retain(|known| known["id"] != id);
        list.push(pipeline);
    }
}
