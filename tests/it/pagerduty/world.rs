//! A `PagerDuty` of our own: incidents, how its REST API lists them, and what it makes of who acknowledges and resolves.

use std::collections::BTreeMap;

use leadtime::event::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::deeds::clock;
use crate::support::wild::{Answer, Asked, Wild};

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The incidents that there are, the oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct World {
    pub incidents: Vec<Value>,
    /// What was done to each, the newest first.
    pub log: BTreeMap<String, Vec<Value>>,
    pub notes: BTreeMap<String, Vec<Value>>,
    /// Whose own the key is; none: it is the account's.
    pub owner: Option<String>,
}

/// Id, name, address.
pub const USERS: [(&str, &str, &str); 2] = [
    ("PJANE", "Jane Roe", "jane@acme.example"),
    ("PLI", "Li Wei", "li@acme.example"),
];

fn user_of(address: &str) -> Option<Value> {
    let mut all = USERS.iter();
    let (id, name, email) = all.find(|one| one.2 == address)?;
    Some(json!({"id": id, "type": "user", "summary": name, "name": name, "email": email}))
}

fn reference(user: &Value) -> Value {
    json!({"id": user["id"], "type": "user_reference", "summary": user["name"]})
}

fn refuse(status: u16, message: &str, errors: &[&str]) -> Answer {
    let body = json!({"error": {"message": message, "errors": errors, "code": 2001}});
    Answer::json(status, &body)
}

impl World {
    pub fn incident(&mut self, id: &str) -> Option<&mut Value> {
        self.incidents.iter_mut().find(|one| one["id"] == id)
    }

    /// Who asks: by `From`, which a key of the account has to have, else whose key it is.
    fn requester(&self, asked: &Asked) -> Result<Value, Answer> {
        let from = asked.header("from").or(self.owner.as_deref());
        let Some(address) = from else {
            let needed = "You must specify a user's email address in the \"From\" header";
            return Err(refuse(400, "Invalid Input Provided", &[needed]));
        };
        user_of(address).ok_or_else(|| refuse(400, "Requester User Not Found", &[]))
    }

    /// The status of an incident changes: what is resolved and acknowledged is open again.
    pub fn set(&mut self, id: &str, status: &str, by: &Value, at: Timestamp) {
        let at = at.to_string();
        let incident = self.incident(id).unwrap();
        incident["status"] = json!(status);
        incident["last_status_change_at"] = json!(at);
        incident["last_status_change_by"] = by.clone();
        let taken = json!([{"at": at, "acknowledger": by}]);
        incident["acknowledgements"] = match status {
            "acknowledged" => taken,
            _ => json!([]),
        };
        incident["resolved_at"] = match status {
            "resolved" => json!(at),
            _ => Value::Null,
        };
        let kind = match status {
            "acknowledged" => "acknowledge_log_entry",
            "resolved" => "resolve_log_entry",
            _ => "unacknowledge_log_entry",
        };
        let entry = json!({"id": format!("R{status}"), "type": kind, "created_at": at, "agent": by, "channel": {"type": "api"}});
        self.log.entry(id.to_owned()).or_default().insert(0, entry);
    }

    fn put(&mut self, id: &str, asked: &Asked) -> Answer {
        let body = asked.json();
        let wanted = &body["incident"];
        let status = wanted["status"].as_str().unwrap_or_default().to_owned();
        assert_eq!(wanted["type"], "incident_reference");
        assert!(["acknowledged", "resolved"].contains(&status.as_str()));
        let user = match self.requester(asked) {
            Ok(user) => user,
            Err(no) => return no,
        };
        if self.incident(id).is_none() {
            return refuse(404, "Not Found", &[]);
        }
        self.set(id, &status, &reference(&user), clock());
        Answer::json(200, &json!({"incident": self.incident(id)}))
    }

    fn note(&mut self, id: &str, asked: &Asked) -> Answer {
        let user = match self.requester(asked) {
            Ok(user) => user,
            Err(no) => return no,
        };
        let notes = self.notes.entry(id.to_owned()).or_default();
        let note = json!({
            "id": format!("N{}", notes.len()), "user": reference(&user), "content": asked.json()["note"]["content"], "created_at": clock().to_string(),
        });
        notes.push(note.clone());
        Answer::json(200, &json!({"note": note}))
    }

    /// Below one incident, or of users; `None`: something else is asked for.
    fn detail(&mut self, asked: &Asked) -> Option<Answer> {
        let path = asked.path().to_owned();
        let pieces: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let of =
            |all: &BTreeMap<String, Vec<Value>>, id: &str| all.get(id).cloned().unwrap_or_default();
        Some(match (asked.method.as_str(), pieces.as_slice()) {
            ("PUT", ["incidents", id]) => self.put(id, asked),
            ("POST", ["incidents", id, "notes"]) => self.note(id, asked),
            ("GET", ["incidents", id, "notes"]) => {
                Answer::json(200, &json!({"notes": of(&self.notes, id)}))
            }
            ("GET", ["incidents", id, "log_entries"]) => {
                let body = json!({"log_entries": of(&self.log, id), "more": false});
                Answer::json(200, &body)
            }
            ("GET", ["users", "me"]) => {
                let own = self.owner.as_deref().and_then(user_of);
                let no = || refuse(400, "this key is no user's", &[]);
                own.map_or_else(no, |user| Answer::json(200, &json!({"user": user})))
            }
            ("GET", ["users"]) => {
                let wanted = asked.query("query").unwrap_or_default().replace("%40", "@");
                let found: Vec<Value> = user_of(&wanted).into_iter().collect();
                Answer::json(200, &json!({"users": found, "more": false}))
            }
            _ => return None,
        })
    }
}

pub type Server = Wild<World>;

fn time(asked: &Asked, key: &str) -> Timestamp {
    at(&asked.query(key).unwrap().replace("%3A", ":"))
}

/// As the reference says: what was triggered in a span of at most half a year, the newest first, a hundred at a time.
pub fn answer(world: &mut World, asked: &Asked) -> Answer {
    if let Some(answer) = world.detail(asked) {
        return answer;
    }
    let path = asked.path().to_owned();
    if path == "/services" {
        let services = json!([{"id": "P1", "name": "checkout"}, {"id": "P2", "name": "ledger"}]);
        return Answer::json(200, &json!({"services": services, "more": false}));
    }
    if let Some(id) = path.strip_prefix("/incidents/") {
        let found = world.incidents.iter().find(|one| one["id"] == id);
        return found.map_or(Answer::new(404), |one| {
            Answer::json(200, &json!({"incident": one}))
        });
    }
    if path != "/incidents" {
        return Answer::new(404);
    }
    let (since, until) = (time(asked, "since"), time(asked, "until"));
    if until - since > Span::from_seconds(180 * 86_400) {
        return Answer::json(
            400,
            &json!({"error": {"message": "span is too long", "code": 2001}}),
        );
    }
    let created = |one: &Value| at(one["created_at"].as_str().unwrap());
    let mut found: Vec<&Value> = world
        .incidents
        .iter()
        .filter(|one| (since..until).contains(&created(one)))
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(created(one)));
    let number = |key: &str| asked.query(key).unwrap().parse::<usize>().unwrap();
    let (limit, offset) = (number("limit"), number("offset"));
    let page: Vec<&Value> = found.iter().skip(offset).take(limit).copied().collect();
    let more = offset + limit < found.len();
    Answer::json(
        200,
        &json!({"incidents": page, "limit": limit, "offset": offset, "more": more, "total": null}),
    )
}

pub fn start(incidents: Vec<Value>) -> Server {
    let world = World {
        incidents,
        ..World::default()
    };
    Wild::start(world, answer)
}

pub fn incident(number: u32, created: &str, resolved: Option<&str>) -> Value {
    json!({
        "id": format!("Q{number}"),
        "title": format!("Errors {number}"),
        "status": if resolved.is_some() { "resolved" } else { "triggered" },
        "created_at": created,
        "last_status_change_at": resolved.unwrap_or(created),
        "resolved_at": resolved,
        "acknowledgements": [],
        "assignments": [{"at": created, "assignee": {"id": "PLI", "summary": "Li Wei"}}],
        "urgency": "high",
        "service": {"id": "P1", "summary": "checkout"},
        "html_url": format!("https://acme.pagerduty.com/incidents/Q{number}"),
    })
}
