//! A document for people to read: a field a line, indented.

use serde_json::Value;

/// The lines of a document that the log keeps; the document itself where it is none.
#[must_use]
pub fn pretty(body: &str) -> Vec<String> {
    let laid_out = serde_json::from_str::<Value>(body)
        .and_then(|document| serde_json::to_string_pretty(&document));
    match laid_out {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(_) => vec![body.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_line_and_a_line_break_stays_a_sign() {
        let lines = pretty(r#"{"a":["x\ny",1]}"#);
        assert_eq!(
            lines,
            ["{", "  \"a\": [", "    \"x\\ny\",", "    1", "  ]", "}"]
        );
        assert_eq!(pretty("no document"), ["no document"]);
    }
}
