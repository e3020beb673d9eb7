//! Answers into structs, item by item: one item that cannot be read is told and left out, the rest goes on.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// What could be read, and what could not, in words that name the item and the field.
#[derive(Debug)]
pub struct Parsed<T> {
    pub items: Vec<T>,
    pub complaints: Vec<String>,
}

/// Reads a list: the body itself, or the list under `field` of it.
pub fn list<T: DeserializeOwned>(body: &str, field: Option<&str>) -> Result<Parsed<T>, String> {
    let raw: Vec<&RawValue> = match field {
        None => one(body)?,
        Some(field) => {
            let whole: std::collections::BTreeMap<&str, &RawValue> = one(body)?;
            let found = whole
                .get(field)
                .ok_or_else(|| format!("field `{field}` is missing"))?;
            serde_json::from_str(found.get())
                .map_err(|error| format!("field `{field}`: {error}"))?
        }
    };
    let mut parsed = Parsed {
        items: Vec::with_capacity(raw.len()),
        complaints: Vec::new(),
    };
    for (index, item) in raw.into_iter().enumerate() {
        match one(item.get()) {
            Ok(item) => parsed.items.push(item),
            Err(why) => parsed.complaints.push(format!("item {}: {why}", index + 1)),
        }
    }
    Ok(parsed)
}

/// The error of an answer that cannot be read.
#[must_use]
pub fn unreadable(what: &str, why: &str) -> ConnectorError {
    let detail = format!("the answer cannot be read: {why}");
    ConnectorError::new(ErrorKind::Malformed, what, detail)
}

/// Reads one thing; the error names the field.
pub fn one<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, String> {
    let mut deserializer = serde_json::Deserializer::from_str(body);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        // serde repeats the value it met, which may be anything.
        let why: String = inner.to_string().chars().take(160).collect();
        if path == "." {
            why
        } else {
            format!("field `{path}`: {why}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Parent {
        #[serde(rename = "sha")]
        _sha: String,
    }

    #[test]
    fn an_item_that_cannot_be_read_is_told_and_the_rest_is_kept() {
        let parsed = list::<Parent>(r#"[{"sha":"a"},{"sha":7},{"sha":"b"}]"#, None).unwrap();
        assert_eq!(parsed.items.len(), 2);
        assert!(parsed.complaints[0].starts_with("item 2: field `sha`"));
        let parsed = list::<Parent>(r#"{"total_count":1,"x":[{"sha":"a"}]}"#, Some("x")).unwrap();
        assert_eq!(parsed.items.len(), 1);
    }

    #[test]
    fn what_is_no_list_is_told() {
        assert!(list::<Parent>(r#"[{"sha":"a""#, None).is_err());
        assert!(list::<Parent>("<html>", None).is_err());
        let error = list::<Parent>(r#"{"y":[]}"#, Some("x")).unwrap_err();
        assert!(error.contains("`x`"), "{error}");
    }
}
