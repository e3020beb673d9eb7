//! Objects of Kubernetes held against the schemas of their kinds (`openAPIV3Schema` of a `CustomResourceDefinition`) as an API server does that is asked to be
//! strict: a field that the schema does not know is wrong, since it would be thrown away, and so is a value of another shape. A validator of JSON Schema would let
//! unknown fields pass. Rules in CEL, and what two fields say of each other, are left out.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

/// One version of a kind.
pub struct Kind {
    schema: Value,
    /// Its status is written by an address of its own.
    pub has_status: bool,
}

impl Kind {
    /// That of a definition; the error says that it has no such version.
    pub fn read(file: &Path, version: &str) -> Result<Self, String> {
        let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
        let documents = yaml_serde::Deserializer::from_str(&text);
        let all = documents.filter_map(|one| Value::deserialize(one).ok());
        let mut versions = all.flat_map(|one| match &one["spec"]["versions"] {
            Value::Array(versions) => versions.clone(),
            _ => Vec::new(),
        });
        let found = versions.find(|one| one["name"] == version);
        let found = found.ok_or_else(|| format!("{}: no {version}", file.display()))?;
        Ok(Self {
            has_status: found["subresources"]["status"].is_object(),
            schema: found["schema"]["openAPIV3Schema"].clone(),
        })
    }

    /// What is wrong with an object, each with its place.
    pub fn against(&self, object: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        let known = ["apiVersion", "kind", "metadata"];
        let own = object.as_object().unwrap().iter();
        let own = own.filter(|(name, _)| !known.contains(&name.as_str()));
        let own = own.map(|(name, value)| (name.clone(), value.clone()));
        let own = Value::Object(own.collect());
        look((&self.schema, false), &own, "", &mut wrong);
        // What all objects have stands in no schema.
        wrong.retain(|one| known.iter().all(|name| *one != missing("", name)));
        wrong
    }

    /// Whether there is such a field: `spec.steps[].name`, and `*` for any key.
    pub fn knows(&self, path: &str) -> bool {
        let path = path.replace("[]", ".[]");
        let mut schema = &self.schema;
        for piece in path.split('.') {
            if is_open(schema) {
                return true;
            }
            schema = match piece {
                "[]" => &schema["items"],
                name if schema["additionalProperties"].is_object() && name == "*" => {
                    &schema["additionalProperties"]
                }
                name => &schema["properties"][name],
            };
        }
        !schema.is_null()
    }
}

fn missing(at: &str, name: &str) -> String {
    format!("{at}: {name} is missing")
}

/// Whatever stands there is kept.
fn is_open(schema: &Value) -> bool {
    schema["x-kubernetes-preserve-unknown-fields"] == true
        || schema["x-kubernetes-embedded-resource"] == true
}

/// What is below something that is kept as it is, is kept too, until fields are named again.
fn look((schema, kept): (&Value, bool), value: &Value, at: &str, wrong: &mut Vec<String>) {
    let names = !schema["properties"].is_null() || schema["additionalProperties"].is_object();
    let kept = is_open(schema) || kept && !names;
    let mut say = |text: String| wrong.push(format!("{at}: {text}"));
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    if schema["x-kubernetes-int-or-string"] == true {
        if !value.is_i64() && !value.is_string() {
            say(format!("{value} is neither a number nor a text"));
        }
        return;
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    if !fits {
        return say(format!("{value} is no {}", schema["type"]));
    }
    match value {
        Value::Object(fields) => object((schema, kept), fields, at, wrong),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                let item_of = (&schema["items"], kept);
                look(item_of, item, &format!("{at}/{place}"), wrong);
            }
        }
        Value::String(text) => {
            if let Some(why) = unlike(schema, text) {
                say(format!("{text:?} {why}"));
            }
        }
        Value::Number(number) => {
            let least = schema["minimum"].as_f64();
            if least.is_some_and(|least| number.as_f64() < Some(least)) {
                say(format!("{number} is too small"));
            }
        }
        _ => {}
    }
}

fn object(
    (schema, kept): (&Value, bool),
    fields: &Map<String, Value>,
    at: &str,
    wrong: &mut Vec<String>,
) {
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        if !fields.contains_key(name) {
            wrong.push(missing(at, name));
        }
    }
    for (name, value) in fields {
        let at = format!("{at}/{name}");
        let known = &schema["properties"][name];
        let others = &schema["additionalProperties"];
        if !known.is_null() {
            look((known, kept), value, &at, wrong);
        } else if others.is_object() {
            look((others, kept), value, &at, wrong);
        } else if !kept && *others != true {
            wrong.push(format!("{at}: it is not known"));
        }
    }
}

/// Why a text is not one that is wanted.
fn unlike(schema: &Value, text: &str) -> Option<&'static str> {
    let words = schema["enum"].as_array();
    if words.is_some_and(|words| !words.iter().any(|word| word == text)) {
        return Some("is none of its words");
    }
    let least = schema["minLength"].as_u64().unwrap_or_default();
    if (text.chars().count() as u64) < least {
        return Some("is too short");
    }
    let is_time = schema["format"] == "date-time";
    if is_time && leadtime::event::time::Timestamp::parse(text).is_none() {
        return Some("is no time");
    }
    let pattern = schema["pattern"].as_str()?;
    let pattern = regex::Regex::new(pattern).ok()?;
    (!pattern.is_match(text)).then_some("is not of its pattern")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Kind;

    #[test]
    fn what_does_not_fit_is_found_and_what_is_kept_as_it_is_fits() {
        let kind = Kind {
            has_status: true,
            schema: json!({"type": "object", "required": ["spec"], "properties": {"spec": {
                "type": "object", "required": ["steps"],
                "properties": {
                    "steps": {"type": "array", "items": {"type": "object", "properties": {
                        "name": {"type": "string", "enum": ["a", "b"]},
                        "with": {"x-kubernetes-preserve-unknown-fields": true},
                    }}},
                    "at": {"type": "string", "format": "date-time", "nullable": true},
                    "weight": {"x-kubernetes-int-or-string": true},
                    "all": {"type": "array", "x-kubernetes-preserve-unknown-fields": true, "items": {"type": "object"}},
                    "of": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
                },
            }}}),
        };
        let good = json!({"kind": "K", "metadata": {"x": 1}, "spec": {
            "steps": [{"name": "a", "with": {"any": [1]}}], "at": null, "weight": "50%", "all": [{"x": 1}], "of": {"x": 7}}});
        assert_eq!(kind.against(&good), [""; 0]);
        for (path, value, place) in [
            ("/spec/steps", json!({}), "/spec/steps: {} is no"),
            (
                "/spec/steps/0/name",
                json!("c"),
                "/spec/steps/0/name: \"c\" is none",
            ),
            (
                "/spec/steps/0",
                json!({"other": "a"}),
                "/spec/steps/0/other: it is not known",
            ),
            ("/spec/at", json!("today"), "/spec/at: \"today\" is no time"),
            ("/spec/weight", json!(true), "/spec/weight: true is neither"),
            ("/spec/of/x", json!(0), "/spec/of/x: 0 is too small"),
            ("/spec/of/x", json!(null), "/spec/of/x: null is no"),
            ("/spec", json!({}), "/spec: steps is missing"),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(path).unwrap() = value;
            let wrong = kind.against(&bad);
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            assert!(wrong[0].starts_with(place), "{wrong:?}");
        }
        for path in [
            "spec.steps[].name",
            "spec.steps[].with.any.thing",
            "spec.of.*",
        ] {
            assert!(kind.knows(path), "{path}");
        }
        for path in [
            "spec.steps[].other",
            "spec.step",
            "spec.steps.name",
            "spec.at.*",
        ] {
            assert!(!kind.knows(path), "{path}");
        }
    }
}
