//! JSON, with or without comments.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::node::{Node, Quote, Scalar, Shape, is_whole_number};

pub fn parse(text: &str) -> Result<Node, String> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())
        .map_err(|error| error.to_string())?;
    parsed
        .value
        .as_ref()
        .map(node)
        .ok_or_else(|| "it is empty".to_owned())
}

fn node(value: &Value<'_>) -> Node {
    let shape = match value {
        Value::Object(object) => {
            let entries = object.properties.iter().map(|property| {
                let name = match &property.name {
                    ObjectPropName::String(name) => name.value.to_string(),
                    ObjectPropName::Word(name) => name.value.to_owned(),
                };
                (name, node(&property.value))
            });
            Shape::Map(entries.collect())
        }
        Value::Array(array) => Shape::List(array.elements.iter().map(node).collect()),
        Value::StringLit(text) => scalar(&text.value, Quote::Double),
        Value::NumberLit(number) => scalar(number.value, Quote::None),
        Value::BooleanLit(word) => scalar(if word.value { "true" } else { "false" }, Quote::None),
        Value::NullKeyword(_) => scalar("null", Quote::None),
    };
    let range = value.range();
    Node {
        shape,
        span: range.start..range.end,
    }
}

fn scalar(value: &str, quote: Quote) -> Shape {
    Shape::Scalar(Scalar {
        value: value.to_owned(),
        quote,
        anchored: false,
        placed: true,
    })
}

pub fn written(value: &str, old: &Scalar) -> Vec<String> {
    let text = serde_json::Value::from(value).to_string();
    let number = is_whole_number(value) && is_whole_number(&old.value);
    match old.quote {
        Quote::None if number => vec![value.to_owned(), text],
        _ => vec![text],
    }
}
