//! A workflow's file, as far as it says when it runs and what it wants to be told.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tool::objection;
use crate::plan::request::Prepared;

/// What makes it run.
#[derive(Debug, PartialEq)]
pub struct Triggers {
    /// Its inputs when it is dispatched; `None`: it cannot be.
    inputs: Option<BTreeMap<String, Value>>,
    /// It also runs on a push.
    push: bool,
    schedule: bool,
}

impl Triggers {
    pub fn read(text: &str) -> Result<Self, String> {
        let file: Value = yaml_serde::from_str(text).map_err(|error| error.to_string())?;
        // A word alone, a list of words, or a table.
        let on = file.get("on").or_else(|| file.get("true"));
        let on = on.ok_or("it does not say when it runs")?;
        let has = |word: &str| match on {
            Value::String(one) => one == word,
            Value::Array(words) => words.iter().any(|one| one == word),
            Value::Object(table) => table.contains_key(word),
            _ => false,
        };
        let inputs = on
            .get("workflow_dispatch")
            .and_then(|one| one.get("inputs"));
        let inputs = inputs.and_then(Value::as_object).into_iter().flatten();
        let inputs = inputs.map(|(name, input)| (name.clone(), input.clone()));
        Ok(Self {
            inputs: has("workflow_dispatch").then(|| inputs.collect()),
            push: has("push"),
            schedule: has("schedule"),
        })
    }

    /// Tells what does not fit, and what may undo it.
    pub fn advise(&self, prepared: &mut Prepared, given: &BTreeMap<String, String>, branch: &str) {
        let Some(inputs) = &self.inputs else {
            let text = "the workflow cannot be dispatched";
            let lifted = format!(
                "add `workflow_dispatch` to its `on:`, on {branch} and on the default branch"
            );
            return prepared.objections.push(objection(text, Some(lifted)));
        };
        let known: Vec<&str> = inputs.keys().map(String::as_str).collect();
        for (name, value) in given {
            match inputs.get(name) {
                None if known.is_empty() => {
                    let text = format!("the workflow has no input {name:?}: it has none at all");
                    prepared.notes.push(text);
                }
                None => {
                    let text = format!(
                        "the workflow has no input {name:?}: it has {}",
                        known.join(", ")
                    );
                    prepared.notes.push(text);
                }
                Some(input) => prepared.notes.extend(unfit(name, value, input)),
            }
        }
        for (name, input) in inputs {
            let is_required = input.get("required").is_some_and(is_true);
            let has_default = input.get("default").is_some_and(|value| !value.is_null());
            if is_required && !has_default && !given.contains_key(name) {
                let text = format!("the workflow wants an input {name:?}, which is not given");
                prepared.notes.push(text);
            }
        }
        if self.push {
            let text = "a push runs this workflow too, and may bring something newer";
            prepared.undone_by.push(text.to_owned());
        }
        if self.schedule {
            let text = "a schedule runs this workflow too, and may bring something newer";
            prepared.undone_by.push(text.to_owned());
        }
    }
}

fn is_true(value: &Value) -> bool {
    value == &Value::Bool(true) || value == "true"
}

/// Whether a value is none of those that may be chosen.
fn unfit(name: &str, value: &str, input: &Value) -> Option<String> {
    let options = input.get("options")?.as_array()?;
    let options: Vec<String> = options
        .iter()
        .map(|option| {
            option
                .as_str()
                .map_or_else(|| option.to_string(), str::to_owned)
        })
        .collect();
    (!options.iter().any(|option| option == value)).then(|| {
        let options = options.join(", ");
        format!("the workflow's input {name:?} takes {options}, not {value:?}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(file: &str, given: &[(&str, &str)]) -> Prepared {
        let given = given.iter();
        let given = given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut prepared = Prepared::default();
        Triggers::read(file)
            .unwrap()
            .advise(&mut prepared, &given.collect(), "main");
        prepared
    }

    const FILE: &str = "
name: deploy
on:
  push: { branches: [main] }
  workflow_dispatch:
    inputs:
      version: { required: true, type: string }
      where:
        type: choice
        required: true
        default: staging
        options: [staging, production]
jobs: {}
";

    #[test]
    fn inputs_are_held_against_what_the_file_declares() {
        let prepared = advice(FILE, &[("version", "1.2.3"), ("where", "production")]);
        assert!(prepared.notes.is_empty() && prepared.objections.is_empty());
        assert_eq!(prepared.undone_by.len(), 1, "a push runs it too");
        let prepared = advice(FILE, &[("verison", "1.2.3"), ("where", "moon")]);
        assert_eq!(
            prepared.notes,
            [
                "the workflow has no input \"verison\": it has version, where",
                "the workflow's input \"where\" takes staging, production, not \"moon\"",
                "the workflow wants an input \"version\", which is not given",
            ]
        );
    }

    #[test]
    fn every_form_of_on_is_read() {
        for file in [
            "on: workflow_dispatch",
            "on: [push, workflow_dispatch]",
            "on:\n  workflow_dispatch:\n",
            "\"on\":\n  workflow_dispatch: {}\n",
        ] {
            let triggers = Triggers::read(file).unwrap();
            assert_eq!(triggers.inputs, Some(BTreeMap::new()), "{file}");
        }
        let prepared = advice("on: push", &[]);
        assert_eq!(prepared.objections.len(), 1, "it cannot be dispatched");
        assert!(Triggers::read("on: [").is_err());
        assert!(Triggers::read("jobs: {}").is_err());
    }
}
