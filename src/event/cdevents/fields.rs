//! The fields of a JSON object, each as the text it was written in, and what can be made of one. A field is looked at only when it is asked for,
//! and a text borrows from the document unless it holds an escape. Nothing here fails: a field of the wrong shape is an absent one.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::event::kind::List;
use crate::event::time::Timestamp;

/// What stands where CDEvents demands a value and none is known.
pub(super) const NOTHING: &str = "about:blank";

/// The fields of one object, in their order.
#[derive(Default)]
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// The fields of an object; none where it is something else.
    pub fn of(raw: Option<&'a RawValue>) -> Self {
        raw.filter(|raw| raw.get().starts_with('{'))
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default()
    }

    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| *value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(12);
                while let Some((name, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    fields.push((name.0, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A JSON string: borrowed where it can be. Half a surrogate pair, which programs that cut texts leave behind, becomes U+FFFD.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Quoted;
        impl<'de> Visitor<'de> for Quoted {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Text(String::from_utf8_lossy(bytes)))
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(
                    String::from_utf8_lossy(bytes).into_owned(),
                )))
            }
        }
        deserializer.deserialize_bytes(Quoted)
    }
}

/// A string or a number, as text.
pub(super) fn plain(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    match json.as_bytes().first()? {
        b'"' if json.contains('\\') => serde_json::from_str::<Text>(json).ok().map(|text| text.0),
        b'"' => json.get(1..json.len() - 1).map(Cow::Borrowed),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(json)),
        _ => None,
    }
}

/// A string, a number, or the `id` (else the `name`) of an object; `None` where that is empty or [`NOTHING`].
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let said = |text: &Cow<'_, str>| !text.is_empty() && text != NOTHING;
    if raw.get().starts_with('{') {
        let named = Fields::of(Some(raw));
        return ["id", "name"]
            .iter()
            .find_map(|name| named.get(name).and_then(plain).filter(said));
    }
    plain(raw).filter(said)
}

/// A list of texts; a text alone is a list of one.
fn texts(raw: &RawValue) -> Option<List<Cow<'_, str>>> {
    if !raw.get().starts_with('[') {
        return text(raw).map(|text| [text].into());
    }
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
    Some(items.into_iter().filter_map(text).collect())
}

fn flag(raw: &RawValue) -> Option<bool> {
    match raw.get().trim_matches('"') {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A count, however JSON writes a whole number (`3`, `3.0`, `3e0`); one too large to hold is the largest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number that is not negative is cut to the largest count"
)]
pub(super) fn count(raw: &RawValue) -> Option<u32> {
    let text = raw.get().trim_matches('"');
    if let Ok(number) = text.parse::<u64>() {
        return Some(u32::try_from(number).unwrap_or(u32::MAX));
    }
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    let number: f64 = text.parse().ok().filter(|_| is_number)?;
    let is_broken = number.is_finite() && number.rem_euclid(1.0) > 0.0;
    (!is_broken).then_some(number as u32)
}

/// What an event says of its subject: its content, and where that is silent its custom data.
pub(super) struct Facts<'a> {
    content: Fields<'a>,
    custom: Fields<'a>,
}

impl<'a> Facts<'a> {
    pub fn of(content: Option<&'a RawValue>, custom: Option<&'a RawValue>) -> Self {
        Self {
            content: Fields::of(content),
            custom: Fields::of(custom),
        }
    }

    /// The first usable value of a field.
    pub fn find<T>(&self, name: &str, usable: impl Fn(&'a RawValue) -> Option<T>) -> Option<T> {
        self.content
            .get(name)
            .and_then(&usable)
            .or_else(|| self.custom.get(name).and_then(usable))
    }

    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.find(name, text)
    }

    /// The first of several names that is given.
    pub fn first(&self, names: &[&str]) -> Option<Cow<'a, str>> {
        names.iter().find_map(|name| self.text(name))
    }

    /// A field of a field that is an object.
    pub fn inside(&self, name: &str, inner: &str) -> Option<Cow<'a, str>> {
        self.find(name, |raw| Fields::of(Some(raw)).get(inner).and_then(text))
    }

    /// A list where "none" differs from "not known".
    pub fn known(&self, name: &str) -> Option<List<Cow<'a, str>>> {
        self.find(name, texts)
    }

    pub fn list(&self, name: &str) -> List<Cow<'a, str>> {
        self.known(name).unwrap_or_default()
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.find(name, flag)
    }

    pub fn count(&self, name: &str) -> Option<u32> {
        self.find(name, count)
    }

    pub fn time(&self, name: &str) -> Option<Timestamp> {
        self.find(name, |raw| Timestamp::parse(&plain(raw)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_count_is_a_whole_number_of_any_size() {
        for (json, wanted) in [
            ("3", Some(3)),
            ("\"3\"", Some(3)),
            ("3.0", Some(3)),
            ("3e2", Some(300)),
            ("99999999999999999999", Some(u32::MAX)),
            ("1e400", Some(u32::MAX)),
            ("1.5", None),
            ("-1", None),
            ("\"inf\"", None),
            ("\"many\"", None),
            ("true", None),
        ] {
            assert_eq!(count(raw(json)), wanted, "{json}");
        }
    }

    #[test]
    fn a_text_is_borrowed_unless_it_is_escaped() {
        assert!(matches!(
            text(raw(r#""plain é""#)),
            Some(Cow::Borrowed("plain é"))
        ));
        assert_eq!(text(raw(r#""a\"b""#)).unwrap(), "a\"b");
        assert_eq!(
            text(raw(r#""cut \ud83d""#)).unwrap(),
            "cut \u{fffd}\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn numbers_and_references_are_texts_and_nothing_is_nothing() {
        assert_eq!(
            text(raw("12345678901234567890.10")).unwrap(),
            "12345678901234567890.10"
        );
        assert_eq!(text(raw(r#"{"source":"x","id":"r1"}"#)).unwrap(), "r1");
        assert_eq!(text(raw(r#"{"name":"bug"}"#)).unwrap(), "bug");
        for absent in [
            r#""""#,
            r#""about:blank""#,
            "null",
            "true",
            "[]",
            "{}",
            r#"{"id":{"id":"x"}}"#,
        ] {
            assert_eq!(text(raw(absent)), None, "{absent}");
        }
    }

    #[test]
    fn content_is_asked_before_custom_data() {
        let facts = Facts::of(
            Some(raw(r#"{"a":1,"b":"","c":[],"\u0064":"d"}"#)),
            Some(raw(r#"{"a":2,"b":"custom","c":["x"]}"#)),
        );
        assert_eq!(facts.text("a").unwrap(), "1");
        assert_eq!(facts.text("b").unwrap(), "custom");
        assert_eq!(facts.known("c"), Some(List::new()));
        assert_eq!(facts.text("d").unwrap(), "d");
        assert_eq!(facts.known("e"), None);
    }
}
