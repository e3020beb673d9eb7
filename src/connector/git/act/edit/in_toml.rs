//! TOML.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::node::{Node, Quote, Scalar, Shape, is_whole_number};

pub fn parse(text: &str) -> Result<Node, String> {
    let document = Document::parse(text).map_err(|error| error.message().to_owned())?;
    Ok(table(document.as_table(), text))
}

fn table(table: &dyn TableLike, text: &str) -> Node {
    let entries = table
        .iter()
        .map(|(name, item)| (name.to_owned(), of_item(item, text)));
    Node {
        shape: Shape::Map(entries.collect()),
        span: 0..0,
    }
}

fn of_item(item: &Item, text: &str) -> Node {
    match item {
        Item::Table(inner) => table(inner, text),
        Item::ArrayOfTables(tables) => Node {
            shape: Shape::List(tables.iter().map(|inner| table(inner, text)).collect()),
            span: 0..0,
        },
        Item::Value(value) => of_value(value, text),
        Item::None => Node {
            shape: Shape::Map(Vec::new()),
            span: 0..0,
        },
    }
}

fn of_value(value: &Value, text: &str) -> Node {
    match value {
        Value::InlineTable(inner) => table(inner, text),
        Value::Array(items) => Node {
            shape: Shape::List(items.iter().map(|item| of_value(item, text)).collect()),
            span: 0..0,
        },
        Value::String(inner) => scalar(inner.value(), value.span(), text),
        other => {
            let span = other.span();
            let written = span.clone().and_then(|span| text.get(span));
            scalar(written.unwrap_or_default(), span.clone(), text)
        }
    }
}

fn scalar(value: &str, span: Option<Range<usize>>, text: &str) -> Node {
    let written = span.clone().and_then(|span| text.get(span));
    let written = written.unwrap_or_default();
    let lines = ["'''", "\"\"\""]
        .iter()
        .any(|mark| written.starts_with(mark));
    let quote = match written.chars().next() {
        Some('\'') => Quote::Single,
        Some('"') => Quote::Double,
        _ => Quote::None,
    };
    Node {
        shape: Shape::Scalar(Scalar {
            value: value.to_owned(),
            quote,
            anchored: false,
            placed: !written.is_empty() && !lines,
        }),
        span: span.unwrap_or_default(),
    }
}

pub fn written(value: &str, old: &Scalar) -> Vec<String> {
    // What JSON writes between double quotes, TOML reads.
    let double = serde_json::Value::from(value).to_string();
    match old.quote {
        Quote::Single => vec![format!("'{value}'"), double],
        Quote::None if is_whole_number(value) && is_whole_number(&old.value) => {
            vec![value.to_owned(), double]
        }
        _ => vec![double],
    }
}
