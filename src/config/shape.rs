//! The walk over a file along the schema: unknown and missing keys, values of the wrong type, texts that cannot be read. It finds all of them at once,
//! each with its place, where serde would stop at the first. A value is quoted only where the schema asks for one of a few words.

use chrono_tz::Tz;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::calendar::{Holiday, Hours};
use super::pattern::{Choice, DeploymentRule, Pattern, UnplannedRule};
use super::place::{Places, push_name, push_place};
use super::problem::{Problem, nearest, suggestion};
use super::schedule::Schedule;
use super::settings::{Listen, StoreUrl};
use super::value::{Address, LinkWindow, Refusal, Text};
use crate::event::time::Span;

pub(super) struct Walk<'a> {
    places: &'a Places<'a>,
    pub(super) problems: Vec<Problem>,
    /// Of the value that is looked at.
    key: String,
}

/// What a secret must look like instead.
const REFERENCES: &str = "reference it: { env = \"NAME\" }, { command = [\"gh\", \"auth\", \"token\"] }, { keyring = \"service/user\" } or { file = \"PATH\" }";

impl<'a> Walk<'a> {
    pub(super) const fn new(places: &'a Places<'a>) -> Self {
        Self {
            places,
            problems: Vec::new(),
            key: String::new(),
        }
    }

    /// Looks at a key below, or at a place in a list.
    fn within(&mut self, go_on: impl FnOnce(&mut String), look: impl FnOnce(&mut Self)) {
        let before = self.key.len();
        go_on(&mut self.key);
        look(self);
        self.key.truncate(before);
    }

    /// Compares a value with its schema, and everything in it.
    pub(super) fn value(&mut self, schema: &Value, found: &Spanned<DeValue>) {
        if schema["format"] == "secret-reference" {
            return self.secret(schema, found);
        }
        if let Some(words) = schema["enum"].as_array() {
            return self.word(words, found);
        }
        match (schema["type"].as_str(), found.get_ref()) {
            (Some("object"), DeValue::Table(table)) => {
                self.table(schema, table, found.span().start);
            }
            (Some("array"), DeValue::Array(list)) => {
                let least = schema["minItems"].as_u64().unwrap_or(0);
                if (list.len() as u64) < least {
                    self.wrong(found, "the list is empty", "name at least one");
                }
                for (place, item) in list.iter().enumerate() {
                    let look = |walk: &mut Self| walk.value(&schema["items"], item);
                    self.within(|key| push_place(key, place), look);
                }
            }
            (Some("string"), DeValue::String(text)) => self.text(schema, text, found),
            (Some("integer"), DeValue::Integer(number)) => {
                let (least, most) = (schema["minimum"].as_u64().unwrap_or(0), u32::MAX);
                let read = u32::from_str_radix(number.as_str(), number.radix());
                if !read.is_ok_and(|read| u64::from(read) >= least) {
                    let text =
                        format!("expected a whole number from {least} to {most}, found {number}");
                    self.wrong(found, text, "");
                }
            }
            (Some("boolean"), DeValue::Boolean(_)) | (None, _) => {}
            (Some(expected), other) => {
                let text = format!("expected {}, found {}", kind(expected), kind_of(other));
                self.wrong(found, text, remedy(schema, other, &self.key));
            }
        }
    }

    fn wrong(
        &mut self,
        found: &Spanned<DeValue>,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.wrong_at(found.span().start, text, hint);
    }

    fn wrong_at(&mut self, offset: usize, text: impl Into<String>, hint: impl Into<String>) {
        let problem = self.places.problem_at(offset, &self.key, text, hint);
        self.problems.push(problem);
    }

    fn table(&mut self, schema: &Value, table: &DeTable, offset: usize) {
        let known = schema["properties"].as_object();
        let mut meant = Vec::new();
        for (name, value) in table {
            let start = name.span().start;
            let name = &**name.get_ref();
            let look = |walk: &mut Self| {
                if let Some(schema) = known.and_then(|known| known.get(name)) {
                    walk.value(schema, value);
                } else if schema["additionalProperties"].is_object() {
                    if name.trim().is_empty() {
                        walk.wrong_at(start, "the name is empty", "give it a name");
                    }
                    walk.value(&schema["additionalProperties"], value);
                } else {
                    let words = || known.into_iter().flatten().map(|(word, _)| word.as_str());
                    let hint = suggestion(name, words().collect::<Vec<_>>());
                    walk.wrong_at(start, "unknown key", hint);
                    meant.extend(nearest(name, words()));
                }
            };
            self.within(|key| push_name(key, name), look);
        }
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            // A key that is there, misspelt, has been told.
            if !table.contains_key(name) && !meant.contains(&name) {
                let hint = format!("add `{name} = {}`", sample(&schema["properties"][name]));
                let tell = |walk: &mut Self| walk.wrong_at(offset, "missing", hint);
                self.within(|key| push_name(key, name), tell);
            }
        }
    }

    fn word(&mut self, words: &[Value], found: &Spanned<DeValue>) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        let expected = format!("expected one of {}", words.join(", "));
        match found.get_ref() {
            DeValue::String(text) if words.contains(&text.as_ref()) => {}
            DeValue::String(text) => {
                let hint = nearest(text, words.iter().copied())
                    .map_or_else(String::new, |near| format!("did you mean `{near}`?"));
                self.wrong(found, format!("{expected}, found {text:?}"), hint);
            }
            other => self.wrong(found, format!("{expected}, found {}", kind_of(other)), ""),
        }
    }

    fn text(&mut self, schema: &Value, text: &str, found: &Spanned<DeValue>) {
        if schema["minLength"].as_u64().is_some_and(|least| least > 0) && text.trim().is_empty() {
            return self.wrong(
                found,
                "it is empty",
                "write what it is, or leave the key out",
            );
        }
        let format = schema["format"].as_str().unwrap_or_default();
        let reader = readers().into_iter().find(|(name, _)| *name == format);
        if let Some((_, read)) = reader
            && let Err(refusal) = read(text)
        {
            self.wrong(found, refusal.text, refusal.hint);
        }
    }

    /// A secret is a table with one of four keys. Nothing of what is found is repeated.
    fn secret(&mut self, schema: &Value, found: &Spanned<DeValue>) {
        let DeValue::Table(table) = found.get_ref() else {
            let text = match found.get_ref() {
                DeValue::String(_) => "a secret is never inline",
                _ => "this is not a reference to a secret",
            };
            return self.wrong(found, text, REFERENCES);
        };
        let forms: Vec<(&str, &Value)> = schema["oneOf"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|form| form["properties"].as_object())
            .flat_map(|form| form.iter().map(|(name, schema)| (name.as_str(), schema)))
            .collect();
        if table.len() != 1 {
            let text = format!("expected one way to find the secret, found {}", table.len());
            return self.wrong(found, text, REFERENCES);
        }
        for (name, value) in table {
            let start = name.span().start;
            let name = &**name.get_ref();
            let look = |walk: &mut Self| {
                if let Some((_, schema)) = forms.iter().find(|(form, _)| *form == name) {
                    walk.value(schema, value);
                    if name == "env" {
                        walk.variable(value);
                    }
                } else {
                    let hint = suggestion(name, forms.iter().map(|(form, _)| *form));
                    walk.wrong_at(start, "unknown key", hint);
                }
            };
            self.within(|key| push_name(key, name), look);
        }
    }

    /// The name of a variable, and not the secret put there by mistake.
    fn variable(&mut self, found: &Spanned<DeValue>) {
        const TOKENS: [&str; 8] = [
            "ghp_",
            "gho_",
            "ghs_",
            "ghu_",
            "ghr_",
            "github_pat_",
            "glpat-",
            "xox",
        ];
        let Some(name) = found.get_ref().as_str().filter(|name| !name.is_empty()) else {
            return;
        };
        let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        if !fits || TOKENS.iter().any(|start| name.starts_with(start)) {
            self.wrong(
                found,
                "expected the name of an environment variable, and a secret is never inline",
                "write the name, without `$`: { env = \"GITHUB_TOKEN\" }",
            );
        }
    }
}

type Reader = fn(&str) -> Result<(), Refusal>;

fn readers() -> [(&'static str, Reader); 13] {
    fn reader<T: Text>() -> (&'static str, Reader) {
        (T::FORMAT, |text| T::read(text).map(drop))
    }
    [
        reader::<Span>(),
        reader::<Tz>(),
        reader::<Pattern>(),
        reader::<Choice>(),
        reader::<LinkWindow>(),
        reader::<UnplannedRule>(),
        reader::<DeploymentRule>(),
        reader::<Address>(),
        reader::<StoreUrl>(),
        reader::<Schedule>(),
        reader::<Hours>(),
        reader::<Holiday>(),
        reader::<Listen>(),
    ]
}

fn kind(schema_type: &str) -> &'static str {
    match schema_type {
        "object" => "a table",
        "array" => "a list",
        "integer" => "a whole number",
        "boolean" => "true or false",
        _ => "a string",
    }
}

fn kind_of(found: &DeValue) -> &'static str {
    match found {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// How to get from what was found to what is wanted.
fn remedy(schema: &Value, found: &DeValue, key: &str) -> String {
    match (schema["type"].as_str(), found) {
        (Some("array"), DeValue::Table(_)) if schema["items"]["type"] == "object" => {
            let name: String = key.split('[').next().unwrap_or_default().to_owned();
            if key.contains('[') {
                "put it in [ ]".to_owned()
            } else {
                format!("write [[{name}]] with two brackets")
            }
        }
        (Some("array"), DeValue::String(_)) => "put it in [ ]".to_owned(),
        (Some("object"), DeValue::Array(_)) if !key.contains('[') => {
            format!("write [{key}] with one bracket")
        }
        _ => format!("write it as {}", sample(schema)),
    }
}

/// What a value of this schema looks like.
fn sample(schema: &Value) -> String {
    if let Some(example) = schema["examples"].get(0).or_else(|| schema["enum"].get(0)) {
        return example.to_string();
    }
    match schema["type"].as_str() {
        Some("array") if schema["items"]["type"] == "object" => "[{ … }]".to_owned(),
        Some("array") => "[\"…\"]".to_owned(),
        Some("object") => "{ … }".to_owned(),
        Some("integer") => "0".to_owned(),
        Some("boolean") => "true".to_owned(),
        _ => "\"…\"".to_owned(),
    }
}
