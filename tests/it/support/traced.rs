//! The fields that a type asks for when it is read, by reading one of it from nothing: every struct is given all of its fields, every option something, every list
//! and every map one item. What a type takes as it comes (`Value`) ends there.

use std::cell::RefCell;

use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

/// The paths below `root` that a type reads, each to its end: `spec.steps[].name`, `status.of.*`.
pub fn paths<T: for<'de> Deserialize<'de>>(root: &str) -> Vec<String> {
    let found = RefCell::new(Vec::new());
    let all = Traced {
        path: root.to_owned(),
        found: &found,
    };
    T::deserialize(all).unwrap();
    found.into_inner()
}

struct Traced<'f> {
    path: String,
    found: &'f RefCell<Vec<String>>,
}

impl Traced<'_> {
    fn end(&self) {
        self.found.borrow_mut().push(self.path.clone());
    }

    fn below(&self, name: &str) -> Self
    where
        Self: Sized,
    {
        let dot = if self.path.is_empty() || name == "[]" {
            ""
        } else {
            "."
        };
        Self {
            path: format!("{}{dot}{name}", self.path),
            found: self.found,
        }
    }
}

impl<'de> Deserializer<'de> for Traced<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.end();
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.end();
        visitor.visit_bool(true)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.end();
        visitor.visit_i64(1)
    }

    /// Whatever is made of a text, it may be an instant.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.end();
        visitor.visit_borrowed_str("2026-03-01T10:00:00Z")
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Once(Some(self.below("[]"))))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let all = Fields {
            of: self,
            names: &["*"],
        };
        visitor.visit_map(all)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(Fields { of: self, names })
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct enum identifier ignored_any
    }
}

struct Once<'f>(Option<Traced<'f>>);

impl<'de> SeqAccess<'de> for Once<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let one = self.0.take();
        one.map(|one| seed.deserialize(one)).transpose()
    }
}

struct Fields<'f> {
    of: Traced<'f>,
    names: &'static [&'static str],
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let name = self.names.first();
        name.map(|name| seed.deserialize(BorrowedStrDeserializer::new(name)))
            .transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let (name, rest) = self.names.split_first().unwrap();
        self.names = rest;
        seed.deserialize(self.of.below(name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::Value;

    use super::paths;

    #[derive(Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    #[derive(Default)]
    struct One {
        two_words: Option<Vec<Two>>,
        by_name: BTreeMap<String, Two>,
        any: Value,
    }

    #[derive(Deserialize)]
    struct Two {
        #[expect(dead_code, reason = "it is read for what it asks for")]
        at: String,
    }

    #[test]
    fn every_field_is_found() {
        assert_eq!(
            paths::<One>("spec"),
            ["spec.twoWords[].at", "spec.byName.*.at", "spec.any"]
        );
    }
}
