//! YAML, by the events of its parser: nothing is resolved, so that an alias stays one and a value is the text that it is. A version that a reader would
//! take for a number (`1.10`, `12e3`) is put in quotes.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::node::{Node, Quote, Scalar, Shape, is_whole_number};

/// Deeper is no file that a person wrote.
const DEEPEST: usize = 128;

/// A table or list that is not at its end yet.
struct Open {
    shape: Shape,
    /// The name whose value comes next.
    name: Option<String>,
}

pub fn parse(text: &str) -> Result<Vec<Node>, String> {
    let places = Places::of(text);
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let node = match event {
            Event::MappingStart(..) => {
                open.push(Open {
                    shape: Shape::Map(Vec::new()),
                    name: None,
                });
                None
            }
            Event::SequenceStart(..) => {
                open.push(Open {
                    shape: Shape::List(Vec::new()),
                    name: None,
                });
                None
            }
            Event::MappingEnd | Event::SequenceEnd => open.pop().map(|ended| Node {
                shape: ended.shape,
                span: 0..0,
            }),
            Event::Alias(_) => Some(Node {
                shape: Shape::Alias,
                span: 0..0,
            }),
            Event::Scalar(value, style, anchor, _) => {
                Some(scalar(text, places.bytes(span), &value, style, anchor > 0))
            }
            _ => None,
        };
        if open.len() > DEEPEST {
            return Err(format!("it is nested more than {DEEPEST} deep"));
        }
        if let Some(node) = node {
            put(node, &mut open, &mut documents);
        }
    }
    Ok(documents)
}

/// Puts what has ended into what it stands in.
fn put(node: Node, open: &mut [Open], documents: &mut Vec<Node>) {
    let Some(outer) = open.last_mut() else {
        return documents.push(node);
    };
    match &mut outer.shape {
        Shape::Map(entries) => match outer.name.take() {
            Some(name) => entries.push((name, node)),
            // A name that is itself a table cannot be asked for.
            None => outer.name = Some(node.scalar().unwrap_or_default().to_owned()),
        },
        Shape::List(items) => items.push(node),
        Shape::Scalar(_) | Shape::Alias => {}
    }
}

fn scalar(text: &str, span: Range<usize>, value: &str, style: ScalarStyle, anchored: bool) -> Node {
    let written = text.get(span.clone()).unwrap_or_default();
    let (quote, length) = match style {
        ScalarStyle::Plain => (Quote::None, Some(value.len())),
        ScalarStyle::SingleQuoted => (Quote::Single, None),
        ScalarStyle::DoubleQuoted => (Quote::Double, None),
        ScalarStyle::Literal | ScalarStyle::Folded => (Quote::None, Some(0)),
    };
    let literal = without_properties(written);
    let begin = span.start + written.len() - literal.len();
    let length = length.or_else(|| quoted(literal)).unwrap_or_default();
    // A plain text over several lines is not what it says, a block neither.
    let same = quote != Quote::None || literal.get(..length) == Some(value);
    let rest = literal.get(length..).unwrap_or_default().trim_start();
    let scalar = Scalar {
        value: value.to_owned(),
        quote,
        anchored,
        placed: length > 0 && same && (rest.is_empty() || rest.starts_with('#')),
    };
    Node {
        shape: Shape::Scalar(scalar),
        span: begin..begin + length,
    }
}

/// What follows the anchor and the tag of a value: the parser counts them in.
fn without_properties(written: &str) -> &str {
    let mut rest = written;
    while rest.starts_with(['&', '!']) {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest = rest[end..].trim_start();
    }
    rest
}

/// How long a quoted text is, with its quotes: the parser counts a comment behind it in.
fn quoted(literal: &str) -> Option<usize> {
    let mark = literal.chars().next()?;
    let mut inner = literal.char_indices().skip(1).peekable();
    while let Some((at, c)) = inner.next() {
        if c == '\\' && mark == '"' {
            inner.next();
        } else if c == mark {
            let doubled = mark == '\'' && inner.peek().is_some_and(|(_, next)| *next == mark);
            if !doubled {
                return Some(at + 1);
            }
            inner.next();
        }
    }
    None
}

/// Where each character begins: the parser counts characters.
struct Places {
    begins: Vec<usize>,
    /// Every character is one byte.
    plain: bool,
    end: usize,
}

impl Places {
    fn of(text: &str) -> Self {
        let plain = text.is_ascii();
        let begins = text.char_indices().map(|(at, _)| at);
        Self {
            begins: if plain { Vec::new() } else { begins.collect() },
            plain,
            end: text.len(),
        }
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let at = |index: usize| {
            if self.plain {
                index.min(self.end)
            } else {
                self.begins.get(index).copied().unwrap_or(self.end)
            }
        };
        at(span.start.index())..at(span.end.index())
    }
}

pub fn written(value: &str, old: &Scalar) -> Vec<String> {
    let double = serde_json::Value::from(value).to_string();
    let single = format!("'{}'", value.replace('\'', "''"));
    let plain =
        !is_other_than_text(value) || (is_whole_number(value) && is_whole_number(&old.value));
    match old.quote {
        Quote::Single => vec![single, double],
        Quote::None if plain => vec![value.to_owned(), double],
        Quote::Double | Quote::None => vec![double],
    }
}

/// Whether some reader of YAML, of 1.1 or 1.2, takes a plain text for a number, a date or a word of its own.
fn is_other_than_text(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<",
    ];
    let lower = text.to_ascii_lowercase().replace('_', "");
    let unsigned = lower.trim_start_matches(['+', '-']);
    let radix = ["0x", "0o", "0b"]
        .iter()
        .any(|mark| unsigned.starts_with(mark));
    let digits = |mark: char| {
        unsigned.contains(mark)
            && unsigned
                .chars()
                .all(|c| c.is_ascii_digit() || c == mark || c == '.')
    };
    let date = lower.len() >= 8
        && lower.bytes().take(4).all(|byte| byte.is_ascii_digit())
        && lower.as_bytes().get(4) == Some(&b'-')
        && lower.as_bytes().get(5).is_some_and(u8::is_ascii_digit);
    WORDS.contains(&lower.as_str())
        || lower.parse::<f64>().is_ok()
        || [".inf", ".nan"].contains(&unsigned)
        || radix
        || digits(':')
        || date
}
