//! A Jira of our own, Cloud and Data Center: issues with their histories, a workflow, and approvals of a service desk, as the references of its APIs say.

use std::collections::BTreeMap;

use leadtime::event::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::wild::{Answer, Asked, Wild};

#[derive(Debug, Serialize, Deserialize)]
pub struct World {
    /// Newest first.
    pub issues: Vec<Value>,
    /// By the key of an issue.
    pub approvals: BTreeMap<String, Vec<Value>>,
    /// Who the token belongs to.
    #[serde(skip, default = "jane")]
    pub me: &'static str,
    /// Its clock.
    pub now: Timestamp,
    /// What the workflow offers: an id, a name, a status, and the fields of its screen.
    #[serde(skip)]
    pub transitions: Vec<(&'static str, &'static str, &'static str, Value)>,
    /// How many histories a list tells of an issue.
    pub told: usize,
    pub page: usize,
}

pub type Server = Wild<World>;

pub fn start(world: World) -> Server {
    Wild::start(world, answer)
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// As Jira writes a time: here two hours east.
pub fn jira(at: Timestamp) -> String {
    let text = (at + Span::from_seconds(7200)).to_string();
    format!("{}.000+0200", text.replace('Z', ""))
}

/// An hour of a day in April.
pub fn april(day: u32, hour: u32) -> String {
    jira(at(&format!("2026-04-{day:02}T{hour:02}:00:00Z")))
}

pub fn person(name: &str) -> Value {
    json!({"accountId": format!("id-{name}"), "displayName": name, "active": true})
}

pub fn issue(key: &str, status: &str, told: &Value) -> Value {
    let mut fields = json!({
        "summary": format!("About {key}"),
        "issuetype": {"name": "Story"}, "labels": [], "priority": {"name": "Medium"},
        "components": [{"name": "checkout"}],
        "status": {"name": status, "statusCategory": {"key": if status == "Done" { "done" } else { "indeterminate" }}},
        "created": april(1, 9), "updated": april(20, 9), "resolutiondate": null,
    });
    for (name, value) in told.as_object().unwrap() {
        fields[name] = value.clone();
    }
    json!({"key": key, "fields": fields, "changelog": {"histories": []}})
}

/// Something that happened to a field.
pub fn history(id: u32, when: &str, by: &str, field: &str, (from, to): (&str, &str)) -> Value {
    json!({
        "id": id.to_string(), "created": when, "author": person(by),
        "items": [{"field": field, "from": null, "fromString": from, "to": if to.is_empty() { Value::Null } else { json!("1") }, "toString": to}],
    })
}

pub fn with(mut issue: Value, histories: &[Value]) -> Value {
    issue["changelog"]["histories"] = json!(histories);
    issue
}

fn jane() -> &'static str {
    "jane"
}

impl Default for World {
    fn default() -> Self {
        Self {
            issues: Vec::new(),
            approvals: BTreeMap::new(),
            me: jane(),
            now: at("2026-05-01T12:00:00Z"),
            transitions: vec![
                ("31", "Release it", "Done", json!({})),
                ("41", "Send back", "In Progress", json!({})),
            ],
            told: 40,
            page: 100,
        }
    }
}

impl World {
    fn find(&mut self, key: &str) -> Option<&mut Value> {
        self.issues.iter_mut().find(|one| one["key"] == key)
    }
}

pub fn query(asked: &Asked, key: &str) -> String {
    let (_, query) = asked.target.split_once('?').unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(name, _)| name == key)
        .map_or(String::new(), |(_, value)| value.into_owned())
}

fn refuse(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"errorMessages": [message], "errors": {}}))
}

pub fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().to_owned();
    let pieces: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (asked.method.as_str(), pieces.as_slice()) {
        ("GET", ["rest", "api", "3", "search", "jql"]) => search(world, asked, true),
        ("GET", ["rest", "api", "2", "search"]) => search(world, asked, false),
        ("GET", ["rest", "api", _, "mypermissions"]) => {
            let wanted = asked.query("permissions").unwrap_or_default().to_owned();
            let wanted = wanted.split("%2C");
            let told = wanted.map(|key| (key.to_owned(), json!({"havePermission": true})));
            let told: serde_json::Map<_, _> = told.collect();
            Answer::json(200, &json!({ "permissions": told }))
        }
        ("GET", ["rest", "api", _, "myself"]) => Answer::json(200, &person(world.me)),
        ("GET", ["rest", "api", version, "issue", key]) => match world.find(key).cloned() {
            Some(one) => Answer::json(200, &shown(world, &one, *version == "3")),
            None => refuse(
                404,
                "Issue does not exist or you do not have permission to see it.",
            ),
        },
        ("GET", ["rest", "api", "3", "issue", key, "changelog"]) => {
            let Some(one) = world.find(key).cloned() else {
                return refuse(404, "gone");
            };
            let all = one["changelog"]["histories"].as_array().unwrap();
            let start: usize = query(asked, "startAt").parse().unwrap();
            let page: Vec<&Value> = all.iter().skip(start).take(2).collect();
            let last = start + page.len() >= all.len();
            Answer::json(
                200,
                &json!({"values": page, "total": all.len(), "isLast": last}),
            )
        }
        ("GET", ["rest", "api", _, "issue", _, "transitions"]) => {
            let offered = world.transitions.iter().map(|(id, name, to, fields)| {
                json!({"id": id, "name": name, "to": {"name": to}, "fields": fields})
            });
            Answer::json(200, &json!({"transitions": offered.collect::<Vec<_>>()}))
        }
        ("POST", ["rest", "api", _, "issue", key, "transitions"]) => go(world, key, &asked.json()),
        ("GET", ["rest", "servicedeskapi", "request", key, "approval"]) => {
            match world.approvals.get(*key) {
                Some(all) => Answer::json(200, &json!({"values": all, "isLastPage": true})),
                None => refuse(404, "no request"),
            }
        }
        ("POST", ["rest", "servicedeskapi", "request", key, "approval", id]) => {
            decide(world, key, id, &asked.json())
        }
        _ => refuse(404, "null for uri"),
    }
}

/// An issue as a list has it: of Cloud with the newest of what happened.
fn shown(world: &World, one: &Value, cloud: bool) -> Value {
    let mut one = one.clone();
    let all = one["changelog"]["histories"].as_array().unwrap().clone();
    let many = all.len();
    let told = if cloud { world.told } else { many };
    let newest: Vec<Value> = all.into_iter().rev().take(told).collect();
    one["changelog"] =
        json!({"startAt": 0, "maxResults": told, "total": many, "histories": newest});
    one
}

fn search(world: &mut World, asked: &Asked, cloud: bool) -> Answer {
    let jql = query(asked, "jql");
    let keys = jql.strip_prefix("key in (").map(|rest| {
        let rest = rest.strip_suffix(')').unwrap();
        rest.split(',').map(str::to_owned).collect::<Vec<_>>()
    });
    let found: Vec<Value> = if let Some(keys) = keys {
        if keys.iter().any(|key| world.find(key).is_none()) {
            return refuse(400, "An issue with key does not exist for field 'key'.");
        }
        let fits = |one: &&Value| keys.iter().any(|key| one["key"] == key.as_str());
        world.issues.iter().filter(fits).cloned().collect()
    } else {
        let ago = |minutes: &str| {
            let minutes: i64 = minutes.strip_suffix('m').unwrap().parse().unwrap();
            world.now - Span::from_seconds(minutes * 60)
        };
        let terms = jql.strip_suffix(" ORDER BY updated DESC").unwrap();
        let (mut projects, mut since, mut until) = (None, None, world.now);
        for term in terms.split(" AND ") {
            if let Some(age) = term.strip_prefix("updated >= -") {
                since = Some(ago(age));
            } else if let Some(age) = term.strip_prefix("updated <= -") {
                until = ago(age);
            } else {
                projects = Some(term);
            }
        }
        let since = since.unwrap();
        let fits = |one: &&Value| {
            let key = one["key"].as_str().unwrap();
            let project = format!("\"{}\"", key.split('-').next().unwrap());
            let updated = one["fields"]["updated"].as_str().unwrap();
            let updated = Timestamp::parse(&updated.replace("+0200", "+02:00")).unwrap();
            projects.is_none_or(|all| all.contains(&project)) && (since..=until).contains(&updated)
        };
        world.issues.iter().filter(fits).cloned().collect()
    };
    let start = query(asked, if cloud { "nextPageToken" } else { "startAt" });
    let start: usize = start.trim_start_matches("token-").parse().unwrap_or(0);
    let page: Vec<Value> = found
        .iter()
        .skip(start)
        .take(world.page)
        .map(|one| shown(world, one, cloud))
        .collect();
    let end = start + page.len();
    let mut whole = json!({"issues": page});
    if !cloud {
        whole["total"] = json!(found.len());
    } else if end < found.len() {
        whole["nextPageToken"] = json!(format!("token-{end}"));
    } else {
        whole["isLast"] = json!(true);
    }
    Answer::json(200, &whole)
}

fn go(world: &mut World, key: &str, body: &Value) -> Answer {
    let (me, now) = (world.me, world.now);
    let id = body["transition"]["id"].as_str().unwrap().to_owned();
    let Some(to) = world
        .transitions
        .iter()
        .find(|one| one.0 == id)
        .map(|one| one.2)
    else {
        return refuse(
            400,
            "It seems that you have tried to perform an illegal workflow operation.",
        );
    };
    let Some(one) = world.find(key) else {
        return refuse(404, "gone");
    };
    let from = one["fields"]["status"]["name"].as_str().unwrap().to_owned();
    let mut done = history(9000, &jira(now), me, "status", (&from, to));
    done["historyMetadata"] = body["historyMetadata"].clone();
    one["fields"]["status"]["name"] = json!(to);
    one["changelog"]["histories"]
        .as_array_mut()
        .unwrap()
        .push(done);
    Answer::new(204)
}

fn decide(world: &mut World, key: &str, id: &str, body: &Value) -> Answer {
    let (me, now) = (person(world.me), world.now);
    let approvals = world.approvals.get_mut(key).unwrap();
    let approval = approvals.iter_mut().find(|one| one["id"] == id).unwrap();
    let wanted = if body["decision"] == "approve" {
        "approved"
    } else {
        "declined"
    };
    let approvers = approval["approvers"].as_array_mut().unwrap();
    let own = approvers.iter_mut().find(|one| one["approver"] == me);
    let Some(own) = own else {
        return refuse(403, "You do not have permission to answer this approval.");
    };
    own["approverDecision"] = json!(wanted);
    let all = approvers
        .iter()
        .all(|one| one["approverDecision"] == "approved");
    if wanted == "declined" || all {
        approval["finalDecision"] = json!(wanted);
        approval["completedDate"] = json!({"iso8601": jira(now)});
    }
    Answer::json(200, approval)
}

/// An approval that is asked of some.
pub fn approval(id: &str, day: u32, of: &[(&str, &str)]) -> Value {
    let approvers = of
        .iter()
        .map(|(name, answer)| json!({"approver": person(name), "approverDecision": answer}));
    json!({
        "id": id, "name": "Waiting for approval", "finalDecision": "pending", "canAnswerApproval": true,
        "createdDate": {"iso8601": april(day, 12), "epochMillis": 0},
        "approvers": approvers.collect::<Vec<_>>(),
    })
}
