//! What ServiceNow's Table API answers: records of fields, each as it is shown and as it is kept. Numbers come as texts, or as `-5.0`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::event::time::Timestamp;

/// A record of any table: its fields by their names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Record(BTreeMap<String, Field>);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Value")]
struct Field {
    shown: String,
    value: String,
}

impl From<Value> for Field {
    fn from(told: Value) -> Self {
        let field = |name: &str| text(told.get(name).unwrap_or_default());
        if told.is_object() {
            Self {
                shown: field("display_value"),
                value: field("value"),
            }
        } else {
            Self {
                shown: text(&told),
                value: text(&told),
            }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").unwrap_or(&text).to_owned()
        }
        Value::Bool(yes) => yes.to_string(),
        _ => String::new(),
    }
}

impl Record {
    /// As it is kept: `-5`, `requested`; empty where there is none.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |field| &field.value)
    }

    /// As people see it: `Authorize`.
    #[must_use]
    pub fn shown(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |field| &field.shown)
    }

    /// What says something, as people see it.
    #[must_use]
    pub fn said(&self, name: &str) -> Option<String> {
        let shown = self.shown(name);
        (!shown.is_empty()).then(|| shown.to_owned())
    }

    /// A time. ServiceNow keeps them in UTC, and shows them in the zone of who asks.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        let (day, hour) = self.value(name).split_once(' ')?;
        Timestamp::parse(&format!("{day}T{hour}Z"))
    }

    #[must_use]
    pub fn id(&self) -> &str {
        self.value("sys_id")
    }

    /// `CHG0031889`.
    #[must_use]
    pub fn number(&self) -> &str {
        self.value("number")
    }

    /// Who it is that a field refers to: the name of the account, else of the person.
    #[must_use]
    pub fn who(&self, field: &str) -> Option<String> {
        let account = self.value(&format!("{field}.user_name"));
        let name = if account.is_empty() {
            self.shown(field)
        } else {
            account
        };
        (!name.is_empty()).then(|| name.to_owned())
    }
}

/// One record, alone.
#[derive(Clone, Debug, Deserialize)]
pub struct One {
    pub result: Record,
}

/// What stands beside a list when ServiceNow stopped in the middle of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Broken {
    pub error: Option<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_in_every_shape() {
        let record: Record = serde_json::from_str(
            r#"{"state":{"display_value":"New","value":-5.0},"kept":{"display_value":"x","value":"-5"},
                "active":{"display_value":"false","value":false},"plain":"CHG1","none":null,
                "set":{"display_value":"06/01/2022 04:12:43","value":"2022-01-06 12:12:43"},
                "by":{"display_value":"Jane Doe","value":"77"},"by.user_name":{"display_value":"jane","value":"jane"},
                "of":{"display_value":"Li Wei","value":"78"}}"#,
        )
        .unwrap();
        assert_eq!(
            (record.value("state"), record.shown("state")),
            ("-5", "New")
        );
        assert_eq!(
            (record.value("kept"), record.value("active")),
            ("-5", "false")
        );
        assert_eq!((record.value("plain"), record.said("none")), ("CHG1", None));
        assert_eq!(record.time("set"), Timestamp::parse("2022-01-06T12:12:43Z"));
        assert_eq!(record.time("state"), None);
        assert_eq!(record.who("by").as_deref(), Some("jane"));
        assert_eq!(record.who("of").as_deref(), Some("Li Wei"));
    }
}
