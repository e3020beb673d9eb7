//! A `PagerDuty` of our own: incidents, and how its REST API lists them.

use leadtime::event::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::wild::{Answer, Asked, Wild};

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The incidents that there are, the oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct World {
    pub incidents: Vec<Value>,
}

pub type Server = Wild<World>;

fn time(asked: &Asked, key: &str) -> Timestamp {
    at(&asked.query(key).unwrap().replace("%3A", ":"))
}

/// As the reference says: what was triggered in a span of at most half a year, the newest first, a hundred at a time.
pub fn answer(world: &mut World, asked: &Asked) -> Answer {
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
    Wild::start(World { incidents }, answer)
}

pub fn incident(number: u32, created: &str, resolved: Option<&str>) -> Value {
    json!({
        "id": format!("Q{number}"),
        "title": format!("Errors {number}"),
        "status": if resolved.is_some() { "resolved" } else { "triggered" },
        "created_at": created,
        "last_status_change_at": resolved.unwrap_or(created),
        "resolved_at": resolved,
        "urgency": "high",
        "service": {"id": "P1", "summary": "checkout"},
        "html_url": format!("https://acme.pagerduty.com/incidents/Q{number}"),
    })
}
