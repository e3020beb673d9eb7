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
    fn fields_keep_their_order_and_a_line_break_stays_a_sign() {
        let lines = pretty(r#"{"b":1,"a":["x\ny"]}"#);
        assert_eq!(
            lines,
            [
                "{",
                "  \"a\": [",
                "    \"x\\ny\"",
                "  ],",
                "  \"b\": 1",
                "}"
            ]
        );
        assert_eq!(pretty("no document"), ["no document"]);
    }
}
