//! What a step's `promote` or `rollback` says, with what is known filled in: `{version}`, `{sha}`, `{digest}`, `{artifact}`, `{environment}`,
//! `{workload}`, `{from}` and `{id}`.

use serde_json::{Map, Value};

use super::Refusal;
use super::request::Version;
use crate::model::definition::Way;

/// What can be filled in.
pub struct Filling<'a> {
    pub workload: &'a str,
    pub environment: &'a str,
    pub to: &'a Version,
    pub from: Option<&'a Version>,
    pub key: &'a str,
}

/// What stands for a name in braces.
enum Word {
    Known(String),
    /// It could be filled in, and is not known.
    Unknown,
    /// It is no name of ours.
    Foreign,
}

impl Filling<'_> {
    fn word(&self, name: &str) -> Word {
        let to = self.to;
        let known = match name {
            "workload" => Some(self.workload.to_owned()),
            "environment" => Some(self.environment.to_owned()),
            "version" => Some(to.name()),
            "sha" => to.sha.clone(),
            "digest" => to.digest.clone(),
            "artifact" => to.artifact.clone(),
            "from" => self.from.map(Version::name),
            "id" => Some(self.key.to_owned()),
            _ => return Word::Foreign,
        };
        known.map_or(Word::Unknown, Word::Known)
    }

    /// A text with what stands in braces filled in.
    fn text(&self, text: &str) -> Result<String, Refusal> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            filled.push_str(&rest[..open]);
            rest = &rest[open..];
            let Some(close) = rest.find('}') else { break };
            let name = &rest[1..close];
            match self.word(name) {
                Word::Known(word) => filled.push_str(&word),
                Word::Unknown => {
                    return Err(Refusal::new(
                        "unknown",
                        format!(
                            "{text:?} asks for the {name} of {}, and it is not known",
                            self.to.name()
                        ),
                    )
                    .hinted("name a version of which it is known, or ask for another in the step's `promote`"));
                }
                // Braces that are somebody else's.
                Word::Foreign => filled.push_str(&rest[..=close]),
            }
            rest = &rest[close + 1..];
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, value: &Value) -> Result<Value, Refusal> {
        Ok(match value {
            Value::String(text) => self.text(text)?.into(),
            Value::Array(list) => {
                let list: Result<Vec<Value>, Refusal> =
                    list.iter().map(|item| self.value(item)).collect();
                list?.into()
            }
            Value::Object(map) => Value::Object(self.map(map)?),
            other => other.clone(),
        })
    }

    fn map(&self, map: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
        map.iter()
            .map(|(key, value)| Ok((key.clone(), self.value(value)?)))
            .collect()
    }
}

/// The way, filled in.
pub fn filled(way: &Way, filling: &Filling<'_>) -> Result<Map<String, Value>, Refusal> {
    filling.map(&way.settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<String, Refusal> {
        let to = Version {
            version: Some("v2".to_owned()),
            ..Version::default()
        };
        let filling = Filling {
            workload: "shop",
            environment: "production",
            to: &to,
            from: None,
            key: "k1",
        };
        filling.text(text)
    }

    #[test]
    fn what_is_known_is_filled_in_and_other_braces_stay() {
        assert_eq!(
            fill("{workload}-{version} to {environment} ({id}) {x} ${{ y }} {").unwrap(),
            "shop-v2 to production (k1) {x} ${{ y }} {"
        );
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert!(fill("{digest}").unwrap_err().text.contains("digest of v2"));
    }
}
