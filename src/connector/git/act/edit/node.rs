//! What a file holds, whatever its format: tables, lists and values, each with the bytes that it stands in.

use std::ops::Range;

/// A table, a list or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub shape: Shape,
    /// The bytes of a value.
    pub span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Scalar(Scalar),
    Alias,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    pub value: String,
    pub quote: Quote,
    pub anchored: bool,
    /// The bytes that it stands in are known, and hold nothing else.
    pub placed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    None,
    Single,
    Double,
}

impl Node {
    /// What a table holds under a name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Shape::Map(entries) = &self.shape else {
            return None;
        };
        let found = entries.iter().find(|(key, _)| key == name);
        found.map(|(_, node)| node)
    }

    pub fn scalar(&self) -> Option<&str> {
        match &self.shape {
            Shape::Scalar(scalar) => Some(&scalar.value),
            _ => None,
        }
    }
}

/// Whether a text is a whole number, as every format writes it.
pub fn is_whole_number(text: &str) -> bool {
    text == "0"
        || (text.len() < 16
            && !text.starts_with('0')
            && !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit()))
}
