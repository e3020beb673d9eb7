//! A `CloudEvent` in parts, as binary HTTP sends it: attributes, each with its name, and data beside them. It becomes the one object that says the same
//! (structured JSON), which is read as any other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::value::RawValue;

use super::envelope::ReadError;
use super::split::compact;

/// Attributes that say what is said otherwise.
const OF_DATA: [&str; 3] = ["data", "data_base64", "datacontenttype"];

/// The one object. `attributes` are names in lower case with their texts, `content_type` is that of the data, which without one are JSON. Data that are to be
/// JSON and are not are an error.
pub fn structured(
    attributes: &[(String, String)],
    content_type: Option<&str>,
    data: &[u8],
) -> Result<String, ReadError> {
    let content_type = content_type.map(str::trim).filter(|said| !said.is_empty());
    let mut object = String::from("{");
    let mut put = |name: &str, value: &str| {
        if object.len() > 1 {
            object.push(',');
        }
        object.push_str(&Value::from(name).to_string());
        object.push(':');
        object.push_str(value);
    };
    for (name, text) in attributes {
        if !OF_DATA.contains(&name.as_str()) {
            put(name, &Value::from(text.as_str()).to_string());
        }
    }
    if let Some(said) = content_type {
        put("datacontenttype", &Value::from(said).to_string());
    }
    match content_type {
        _ if data.is_empty() => {}
        None => put("data", &json(data)?),
        Some(said) if is_json(said) => put("data", &json(data)?),
        Some(_) => match std::str::from_utf8(data) {
            Ok(text) => put("data", &Value::from(text).to_string()),
            Err(_) => put(
                "data_base64",
                &Value::from(STANDARD.encode(data)).to_string(),
            ),
        },
    }
    object.push('}');
    Ok(object)
}

/// JSON on one line.
fn json(data: &[u8]) -> Result<String, ReadError> {
    let data: &RawValue = serde_json::from_slice(data)?;
    Ok(compact(data.get()))
}

/// Whether a media type is one of JSON: `application/json; charset=utf-8`, `application/vnd.acme+json`.
fn is_json(content_type: &str) -> bool {
    let named = content_type.split(';').next().unwrap_or_default();
    let named = named.trim().to_ascii_lowercase();
    named.ends_with("/json") || named.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content_type: Option<&str>, data: &[u8]) -> Result<String, ReadError> {
        let attributes = [("specversion", "1.0"), ("id", "a\"1"), ("data", "none")];
        let attributes = attributes.map(|(name, text)| (name.to_owned(), text.to_owned()));
        structured(&attributes, content_type, data)
    }

    #[test]
    fn the_data_stand_in_the_object_as_they_may() {
        let around = |rest: &str| format!(r#"{{"specversion":"1.0","id":"a\"1"{rest}}}"#);
        for (content_type, data, wanted) in [
            (None, &b"{ \"n\": 1.10\n}"[..], r#","data":{"n":1.10}"#),
            (None, b"", ""),
            (
                Some("application/vnd.acme+json; charset=utf-8"),
                b"[1]",
                r#","datacontenttype":"application/vnd.acme+json; charset=utf-8","data":[1]"#,
            ),
            (
                Some("text/plain"),
                b"it \"works\"",
                r#","datacontenttype":"text/plain","data":"it \"works\"""#,
            ),
            (
                Some("image/png"),
                b"\xff\xfe",
                r#","datacontenttype":"image/png","data_base64":"//4=""#,
            ),
        ] {
            assert_eq!(of(content_type, data), Ok(around(wanted)));
        }
    }

    #[test]
    fn what_says_that_it_is_json_must_be() {
        let error = of(Some("application/json"), b"no").unwrap_err();
        assert!(error.to_string().starts_with("not JSON: "), "{error}");
    }
}
