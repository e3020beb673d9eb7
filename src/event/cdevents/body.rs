//! What an event says besides its envelope, as it is put together for writing: the type, the content that the type allows, and the custom data
//! for the rest. An empty text is never written.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::fields::NOTHING;
use super::words;
use crate::event::kind::{List, Outcome};

/// What an event says besides its envelope.
pub(super) struct Body {
    pub kind: String,
    pub content: Object,
    pub custom: Object,
}

impl Body {
    pub fn new(kind: String) -> Self {
        Self {
            kind,
            content: Object::default(),
            custom: Object::default(),
        }
    }

    /// A type of CDEvents.
    pub fn standard(subject: &str, predicate: &str, version: &str) -> Self {
        Self::new(format!("dev.cdevents.{subject}.{predicate}.{version}"))
    }

    /// A type of leadtime's own.
    pub fn own(subject: &str, predicate: &str) -> Self {
        Self::new(format!(
            "dev.cdeventsx.leadtime-{subject}.{predicate}.0.1.0"
        ))
    }

    /// An address goes into the content where it is a URI, else into the custom data.
    pub fn address(&mut self, name: &'static str, value: Option<&String>, demanded: bool) {
        match value {
            Some(uri) if is_uri(uri) => self.content.put(name, uri.as_str()),
            other => {
                self.custom.text(name, other);
                if demanded {
                    self.content.put(name, NOTHING);
                }
            }
        }
    }
}

/// An object in the making: its fields in the order in which they were put, each once. There are few, so that no look-up is needed to find one.
#[derive(Default)]
pub(super) struct Object(Vec<(&'static str, Field)>);

enum Field {
    Value(Value),
    /// A reference to something: an object that holds nothing but its id.
    Id(String),
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Id(id) => {
                let mut object = serializer.serialize_map(Some(1))?;
                object.serialize_entry("id", id)?;
                object.end()
            }
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, field)| (name, field)))
    }
}

impl Object {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn set(&mut self, name: &'static str, field: Field) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = field,
            None => self.0.push((name, field)),
        }
    }

    pub fn put(&mut self, name: &'static str, value: impl Into<Value>) {
        self.set(name, Field::Value(value.into()));
    }

    pub fn text(&mut self, name: &'static str, value: Option<&String>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.put(name, value.as_str());
        }
    }

    pub fn reference(&mut self, name: &'static str, value: Option<&String>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.set(name, Field::Id(value.clone()));
        }
    }

    pub fn demanded_reference(&mut self, name: &'static str, value: Option<&String>) {
        let value = value.filter(|value| !value.is_empty());
        let id = value.map_or(NOTHING, String::as_str).to_owned();
        self.set(name, Field::Id(id));
    }

    pub fn list(&mut self, name: &'static str, values: &[String]) {
        if !values.is_empty() {
            self.put(name, values.to_vec());
        }
    }

    pub fn known(&mut self, name: &'static str, values: Option<&List<String>>) {
        if let Some(values) = values {
            self.put(name, values.to_vec());
        }
    }

    pub fn flag(&mut self, name: &'static str, value: bool) {
        if value {
            self.put(name, true);
        }
    }

    pub fn outcome(&mut self, outcome: Option<Outcome>) {
        if let Some(outcome) = outcome {
            self.put("outcome", words::of_outcome(outcome));
        }
    }
}

/// Whether a text is an absolute URI by its characters, as RFC 3986 has them: enough for those who check to let it pass.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        && rest.matches('#').count() <= 1
        && url::Url::parse(text).is_ok()
        && rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b))
        && rest.split('%').skip(1).all(|escape| {
            escape.len() >= 2 && escape.bytes().take(2).all(|b| b.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_everybody_takes_for_a_uri_is_one() {
        for uri in [
            "https://example.org/a?b=c#d",
            "urn:user:bob",
            "mailto:a@b.c",
            "https://h/%20",
        ] {
            assert!(is_uri(uri), "{uri}");
        }
        for other in [
            "",
            "a",
            "/a",
            "https://a b",
            "https://h/%2",
            "https://h/é",
            "1a:b",
            "a:b#c#d",
            "https://h/<",
        ] {
            assert!(!is_uri(other), "{other}");
        }
    }
}
