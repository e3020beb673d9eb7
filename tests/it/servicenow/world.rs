//! A ServiceNow of our own: change requests, their approvals, and what its Table API does with them, as its reference says.

use leadtime::event::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::support::wild::{Answer, Asked, Wild};

#[derive(Debug, Serialize, Deserialize)]
pub struct World {
    pub changes: Vec<Value>,
    pub approvals: Vec<Value>,
    /// Who the token belongs to. `None`: scripts in queries are forbidden, so it does not tell.
    pub me: Option<String>,
    /// Its clock.
    pub now: Timestamp,
}

pub type Server = Wild<World>;

pub fn start(world: World) -> Server {
    Wild::start(world, answer)
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// As ServiceNow writes a time: in UTC.
pub fn kept(at: Timestamp) -> String {
    at.to_string().replace('T', " ").replace('Z', "")
}

fn read(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{}Z", text.replace(' ', "T")))
}

/// `2026-04-dd hh:00:00`.
pub fn april(day: u32, hour: u32) -> String {
    format!("2026-04-{day:02} {hour:02}:00:00")
}

/// A change request whose approval was asked for at noon of a day in April.
pub fn change(number: u32, day: u32, told: &Value) -> Value {
    let mut change = json!({
        "sys_id": format!("{number:032x}"),
        "number": format!("CHG{number:07}"),
        "state": "-3", "approval": "requested", "approval_set": "", "active": "true",
        "short_description": "Deploy checkout 2.14.0",
        "description": "", "correlation_id": "",
        "cmdb_ci": "checkout", "business_service": "",
        "requested_by": "Li Wei", "requested_by.user_name": "li",
        "opened_at": april(day, 9), "sys_created_on": april(day, 9), "sys_updated_on": april(day, 12),
        "start_date": "", "work_start": "", "closed_at": "",
    });
    for (key, value) in told.as_object().unwrap() {
        change[key] = value.clone();
    }
    change
}

pub fn approval(number: u32, of: u32, user: &str, state: &str, day: u32) -> Value {
    json!({
        "sys_id": format!("{:032x}", 0xa000 + number),
        "sysapproval": format!("{of:032x}"),
        "state": state,
        "approver": user.to_uppercase(), "approver.user_name": user,
        "comments": "", "sys_created_on": april(day, 12),
        "sys_updated_on": april(day, if state == "requested" { 12 } else { 18 }),
        "sys_updated_by": user,
    })
}

impl World {
    pub fn new(changes: Vec<Value>, approvals: Vec<Value>) -> Self {
        Self {
            changes,
            approvals,
            me: Some("jane".to_owned()),
            now: at("2026-05-01T12:00:00Z"),
        }
    }
}

/// A record as it is shown: every field in two forms, and the numbers of states as floats.
fn shown(record: &Value, fields: &str) -> Value {
    let mut all = Map::new();
    for field in fields.split(',') {
        let Some(value) = record.get(field) else {
            continue;
        };
        let text = value.as_str().unwrap_or_default();
        let number = (field == "state")
            .then(|| text.parse::<f64>().ok())
            .flatten();
        let told = match (field, text) {
            ("state", "-3") => "Authorize",
            ("state", "4") => "Canceled",
            ("approval", "requested") => "Requested",
            ("approval", "approved") => "Approved",
            _ => text,
        };
        let value = number.map_or_else(|| value.clone(), |number| json!(number));
        all.insert(
            field.to_owned(),
            json!({"display_value": told, "value": value}),
        );
    }
    Value::Object(all)
}

pub fn query(asked: &Asked, key: &str) -> String {
    let (_, query) = asked.target.split_once('?').unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(name, _)| name == key)
        .map_or(String::new(), |(_, value)| value.into_owned())
}

fn refuse(status: u16, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({"error": {"message": message, "detail": "so it is"}, "status": "failure"}),
    )
}

pub fn answer(world: &mut World, asked: &Asked) -> Answer {
    let Some(rest) = asked.path().strip_prefix("/api/now/table/") else {
        return refuse(404, "Requested URI does not represent any resource");
    };
    let fields = query(asked, "sysparm_fields");
    let (table, id) = rest.split_once('/').unwrap_or((rest, ""));
    if id.is_empty() {
        return list(world, asked, table, &fields);
    }
    let me = world.me.clone().unwrap_or_default();
    let now = world.now;
    let Some(record) = world.approvals.iter_mut().find(|one| one["sys_id"] == id) else {
        return refuse(404, "No Record found");
    };
    if asked.method == "PATCH" {
        if record["approver.user_name"] != json!(me) {
            return refuse(403, "Operation Failed");
        }
        let body = asked.json();
        for key in ["state", "comments"] {
            record[key] = body[key].clone();
        }
        record["sys_updated_by"] = json!(me);
        record["sys_updated_on"] = json!(kept(now));
    }
    let told = shown(record, &fields);
    let of = record["sysapproval"].clone();
    settle(world, &of);
    Answer::json(200, &json!({"result": told}))
}

/// One that refuses is enough, and all have to agree.
fn settle(world: &mut World, of: &Value) {
    let states: Vec<&str> = world
        .approvals
        .iter()
        .filter(|one| one["sysapproval"] == *of)
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    let decided = if states.contains(&"rejected") {
        "rejected"
    } else if states.iter().all(|state| *state == "approved") {
        "approved"
    } else {
        return;
    };
    let now = kept(world.now);
    let change = world.changes.iter_mut().find(|one| one["sys_id"] == *of);
    let change = change.unwrap();
    change["approval"] = json!(decided);
    change["approval_set"] = json!(now);
    change["sys_updated_on"] = json!(now);
}

fn list(world: &World, asked: &Asked, table: &str, fields: &str) -> Answer {
    let wanted = query(asked, "sysparm_query");
    let ids = |start: &str| {
        let rest = wanted.strip_prefix(start)?;
        let rest = rest.split('^').next().unwrap();
        Some(rest.split(',').map(str::to_owned).collect::<Vec<_>>())
    };
    let among = |ids: &[String], value: &Value| ids.iter().any(|id| value == id.as_str());
    let mut found: Vec<Value> = match table {
        "change_request" => {
            let number = wanted.strip_prefix("number=");
            let by_id = ids("sys_idIN");
            let since = wanted.strip_prefix("sys_updated_onRELATIVEGE@");
            let since = since.map(|age| {
                assert!(age.ends_with("^ORDERBYDESCsys_updated_on"), "{age}");
                let mut parts = age.split(['@', '^']);
                let unit = match parts.next() {
                    Some("minute") => 60,
                    Some("hour") => 3600,
                    other => panic!("{other:?}"),
                };
                assert_eq!(parts.next(), Some("ago"));
                let many: i64 = parts.next().unwrap().parse().unwrap();
                world.now - Span::from_seconds(many * unit)
            });
            let fits = |one: &&Value| match (number, &by_id, since) {
                (Some(number), _, _) => one["number"] == number,
                (_, Some(ids), _) => among(ids, &one["sys_id"]),
                (_, _, Some(since)) => read(one["sys_updated_on"].as_str().unwrap()) >= Some(since),
                _ => panic!("{wanted}"),
            };
            world.changes.iter().filter(fits).cloned().collect()
        }
        "sysapproval_approver" => {
            let of = ids("sysapprovalIN").unwrap();
            let fits = |one: &&Value| among(&of, &one["sysapproval"]);
            world.approvals.iter().filter(fits).cloned().collect()
        }
        "sys_user" => {
            assert_eq!(wanted, "sys_id=javascript:gs.getUserID()");
            let me = world.me.iter();
            me.map(|me| json!({"sys_id": "u1", "user_name": me}))
                .collect()
        }
        _ => return refuse(404, "Invalid table"),
    };
    found.sort_by_key(|one| std::cmp::Reverse(one["sys_updated_on"].to_string()));
    let number = |key: &str| query(asked, key).parse::<usize>().unwrap();
    let (limit, offset) = (number("sysparm_limit"), number("sysparm_offset"));
    let page: Vec<Value> = found
        .iter()
        .skip(offset)
        .take(limit)
        .map(|one| shown(one, fields))
        .collect();
    let rel = if offset + limit < found.len() {
        "next"
    } else {
        "last"
    };
    Answer::json(200, &json!({"result": page})).header(
        "link",
        &format!("<https://x.example/?sysparm_offset=0>;rel=\"{rel}\""),
    )
}
