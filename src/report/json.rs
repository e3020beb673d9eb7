//! Figures for programs: one object, its schema's name first, then the fields in the order of the struct. What a terminal would take for a control
//! is escaped, which changes nothing for who parses it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::text::hidden;

#[derive(Serialize)]
struct Document<'a, T> {
    schema: &'a str,
    #[serde(flatten)]
    value: &'a T,
}

/// The JSON of a struct under the name of its schema (`leadtime/map/v1`), on one line, with a line break at its end.
pub fn document<T: Serialize>(schema: &str, value: &T) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    Document { schema, value }.serialize(&mut Serializer::with_formatter(&mut bytes, Harmless))?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// JSON that came from elsewhere, with controls and whatever else a terminal would act on or hide written as `\u`: the same to who parses it, since
/// none of them can stand outside a text.
#[must_use]
pub fn harmless(json: &str) -> Cow<'_, str> {
    if !json.chars().any(hidden) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len());
    for char in json.chars() {
        if hidden(char) && !char.is_ascii_whitespace() {
            for unit in char.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                let _written = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(char);
        }
    }
    Cow::Owned(safe)
}

/// Compact, with controls beyond those that JSON itself escapes written as `\u`.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        for (at, char) in fragment.char_indices() {
            if char.is_ascii() && char != '\u{7f}' || !hidden(char) {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + char.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Sample {
        zebra: u8,
        apple: Option<f64>,
        text: &'static str,
    }

    #[test]
    fn what_came_from_elsewhere_stays_the_same_json() {
        let json = "{\"a\":\"\u{9b}31m \u{7f} \u{202e} \u{e0041} é\"}";
        let safe = harmless(json);
        assert!(!safe.chars().any(hidden), "{safe}");
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parse(&safe), parse(json));
        assert!(matches!(harmless("{}"), Cow::Borrowed(_)));
    }

    #[test]
    fn the_schema_comes_first_and_the_order_is_that_of_the_struct() {
        let sample = Sample {
            zebra: 1,
            apple: None,
            text: "\u{1b}[m \u{9b}\u{202e}\u{e0041} é",
        };
        let json = document("leadtime/sample/v1", &sample).unwrap();
        assert_eq!(
            json,
            "{\"schema\":\"leadtime/sample/v1\",\"zebra\":1,\"apple\":null,\"text\":\"\\u001b[m \\u009b\\u202e\\udb40\\udc41 é\"}\n"
        );
        let back: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(back["text"], sample.text);
    }
}
