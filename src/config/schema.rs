//! The JSON Schema of the file, made from the types. It is what editors complete from, and what the walk over a file goes by.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Config, Kind};

/// The JSON Schema of `leadtime.toml`; `config/leadtime.schema.json` is this text. `kinds` are the sources that
/// there are.
#[must_use]
pub fn schema(kinds: &[Kind]) -> String {
    let mut tree = TREE.clone();
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    tree["properties"]["sources"]["items"]["properties"]["kind"]["enum"] = names.into();
    format!("{tree:#}\n")
}

/// Made once: every reading of a file goes by it.
pub(super) static TREE: LazyLock<Value> = LazyLock::new(tree);

fn tree() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<Config>()
        .to_value();
    without_null(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        let said = [
            ("description", "The configuration of leadtime."),
            ("title", "leadtime.toml"),
            ("$schema", "http://json-schema.org/draft-07/schema#"),
        ];
        for (key, value) in said {
            root.shift_insert(0, key.to_owned(), value.into());
        }
    }
    schema
}

/// TOML has no null: a key that may be missing is left out; and a list that may be missing may still not be empty.
fn without_null(node: &mut Value) {
    match node {
        Value::Object(members) => {
            let default = members.get("default");
            let is_empty = default.and_then(Value::as_array).is_some_and(Vec::is_empty);
            if default.is_some_and(Value::is_null) || (is_empty && members.contains_key("minItems"))
            {
                members.shift_remove("default");
            }
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".into(), only);
                }
            }
            if let Some(Value::Array(mut choices)) = members.shift_remove("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
                match (choices.pop(), choices.is_empty()) {
                    (Some(Value::Object(only)), true) => {
                        for (key, value) in only {
                            members.entry(key).or_insert(value);
                        }
                    }
                    (last, _) => {
                        choices.extend(last);
                        members.insert("anyOf".into(), choices.into());
                    }
                }
            }
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            members.values_mut().for_each(without_null);
        }
        Value::Array(values) => values.iter_mut().for_each(without_null),
        _ => {}
    }
}
