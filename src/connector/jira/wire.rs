//! What Jira's REST APIs answer, as far as leadtime reads it. Fields of issues are read by their names, since each Jira has others.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::event::time::Timestamp;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Issue {
    pub key: String,
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
    #[serde(default)]
    pub changelog: Changelog,
}

/// What happened to an issue; of Cloud only the newest.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Changelog {
    pub total: usize,
    pub histories: Vec<History>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct History {
    pub id: String,
    pub author: Option<Person>,
    #[serde(deserialize_with = "time")]
    pub created: Option<Timestamp>,
    pub items: Vec<Item>,
    /// What the program that did it said of it.
    #[serde(rename = "historyMetadata")]
    pub metadata: Value,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Item {
    pub field: String,
    pub to: Option<String>,
    #[serde(rename = "fromString")]
    pub from_name: Option<String>,
    #[serde(rename = "toString")]
    pub to_name: Option<String>,
}

/// A person: of Data Center by name, of Cloud by id.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Person {
    pub name: Option<String>,
    pub account_id: Option<String>,
    pub display_name: Option<String>,
}

/// What the account may, by the key of each permission.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Permissions {
    pub permissions: BTreeMap<String, Permission>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Permission {
    pub have_permission: bool,
}

/// What stands beside a page of issues.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Page {
    pub next_page_token: Option<String>,
    pub total: Option<usize>,
    pub is_last: Option<bool>,
    pub is_last_page: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Transition {
    pub id: String,
    pub name: String,
    pub to: Named,
    /// What its screen asks for.
    pub fields: BTreeMap<String, Asked>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Asked {
    pub name: String,
    pub required: bool,
    pub has_default_value: bool,
}

/// An approval of Jira Service Management.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Approval {
    #[serde(deserialize_with = "id")]
    pub id: String,
    pub name: String,
    /// `pending`, `approved`, `declined`.
    pub final_decision: String,
    pub can_answer_approval: Option<bool>,
    pub approvers: Vec<Approver>,
    pub created_date: Moment,
    pub completed_date: Moment,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Approver {
    pub approver: Person,
    pub approver_decision: String,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Moment {
    #[serde(rename = "iso8601", deserialize_with = "time")]
    pub at: Option<Timestamp>,
}

impl Person {
    /// What to call them.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let names = [&self.name, &self.display_name, &self.account_id];
        let mut names = names.into_iter().flatten();
        names.find(|name| !name.is_empty()).cloned()
    }

    /// Whether it is the same person.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, two: &Option<String>| {
            one.as_ref().is_some_and(|one| !one.is_empty()) && one == two
        };
        same(&self.account_id, &other.account_id) || same(&self.name, &other.name)
    }
}

impl Issue {
    /// What a field says: its text, number or name; of several the first.
    #[must_use]
    pub fn said(&self, field: &str) -> Option<String> {
        text(self.fields.get(field)?)
    }

    /// What each of several says.
    #[must_use]
    pub fn all(&self, field: &str) -> Vec<String> {
        let all = self.fields.get(field).and_then(Value::as_array);
        all.into_iter().flatten().filter_map(text).collect()
    }

    #[must_use]
    pub fn time(&self, field: &str) -> Option<Timestamp> {
        read(self.fields.get(field)?.as_str()?)
    }

    /// `PAY` of `PAY-412`.
    #[must_use]
    pub fn project(&self) -> &str {
        self.key.rsplit_once('-').map_or("", |(project, _)| project)
    }

    /// Whether its status is one of those that end it.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let status = self.fields.get("status");
        let category = status.map(|status| &status["statusCategory"]["key"]);
        category.is_some_and(|category| category == "done")
    }
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(all) => all.iter().find_map(text)?,
        Value::Object(of) => ["name", "value", "displayName", "key"]
            .iter()
            .find_map(|key| of.get(*key)?.as_str())?
            .to_owned(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// `2020-06-12T08:13:13.360+0800`: Jira writes the offset without a colon.
fn read(text: &str) -> Option<Timestamp> {
    let sign = text.len().checked_sub(5)?;
    let is_short = matches!(text.as_bytes().get(sign), Some(b'+' | b'-')) && text.contains('T');
    if !is_short {
        return Timestamp::parse(text);
    }
    let (time, offset) = text.split_at_checked(sign)?;
    let (hours, minutes) = offset.split_at_checked(3)?;
    Timestamp::parse(&format!("{time}{hours}:{minutes}"))
}

fn time<'de, D: Deserializer<'de>>(of: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(of)?;
    Ok(value.as_str().and_then(read))
}

fn id<'de, D: Deserializer<'de>>(of: D) -> Result<String, D::Error> {
    let value = Value::deserialize(of)?;
    Ok(text(&value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_times_are_read_in_every_shape() {
        let issue: Issue = serde_json::from_str(
            r#"{"key":"PAY-412","fields":{"created":"2020-06-12T08:13:13.360+0800","priority":{"id":"3","name":"High"},
                "components":[{"name":"till"},{"name":"pay"}],"labels":["a","b"],"customfield_1":{"value":"x"},"n":7,"no":null,
                "status":{"name":"Done","statusCategory":{"key":"done"}}}}"#,
        )
        .unwrap();
        assert_eq!(
            issue.time("created"),
            Timestamp::parse("2020-06-12T00:13:13.36Z")
        );
        assert_eq!(
            read("2020-06-12T00:13:13Z"),
            Timestamp::parse("2020-06-12T00:13:13Z")
        );
        assert_eq!(
            read("2020-06-12T02:13:13+02:00"),
            Timestamp::parse("2020-06-12T00:13:13Z")
        );
        assert_eq!((read(""), read("yesterday")), (None, None));
        let said = |field| issue.said(field);
        assert_eq!(said("priority").as_deref(), Some("High"));
        assert_eq!(said("components").as_deref(), Some("till"));
        assert_eq!(said("customfield_1").as_deref(), Some("x"));
        assert_eq!((said("n").as_deref(), said("no")), (Some("7"), None));
        assert_eq!(issue.all("labels"), ["a", "b"]);
        assert_eq!((issue.project(), issue.is_done()), ("PAY", true));
    }
}
