//! One value in a file is changed, and not a byte beside it. A parser of the format tells where the value stands; there the new one is put in, in the
//! quotes that the old one had where it can stand in them, and the result is parsed again: it must say what was wanted.

mod in_json;
mod in_toml;
mod in_yaml;
mod key;
mod node;

use node::{Node, Scalar, Shape};

pub use key::Key;

/// More is no file that names a version.
const LARGEST: usize = 8 << 20;

/// A file with one value changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub text: String,
    /// What the value was.
    pub before: String,
    /// The value bears an anchor: what refers to it changes too.
    pub anchored: bool,
}

/// Why a value is not changed, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    pub text: String,
    pub hint: String,
}

impl Unfit {
    pub fn new(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            hint: hint.into(),
        }
    }
}

/// The forms in which a file may name a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Yaml,
    Json,
    Toml,
}

impl Form {
    /// By the end of the file's name.
    pub fn of(file: &str) -> Result<Self, Unfit> {
        let end = file.rsplit_once('.').map_or("", |(_, end)| end);
        match end.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Ok(Self::Yaml),
            "json" | "jsonc" => Ok(Self::Json),
            "toml" => Ok(Self::Toml),
            _ => Err(Unfit::new(
                "only files that end in .yaml, .yml, .json or .toml can be changed",
                "name another `file`",
            )),
        }
    }

    fn parse(self, text: &str) -> Result<Vec<Node>, String> {
        match self {
            Self::Yaml => in_yaml::parse(text),
            Self::Json => in_json::parse(text).map(|node| vec![node]),
            Self::Toml => in_toml::parse(text).map(|node| vec![node]),
        }
    }

    /// The ways to write a value where another stood, the nicest first.
    fn written(self, value: &str, old: &Scalar) -> Vec<String> {
        match self {
            Self::Yaml => in_yaml::written(value, old),
            Self::Json => in_json::written(value, old),
            Self::Toml => in_toml::written(value, old),
        }
    }
}

/// The value that stands at a place.
pub fn value(form: Form, text: &str, key: &Key) -> Result<String, Unfit> {
    let documents = documents(form, text)?;
    scalar(&documents, key).map(|(_, scalar)| scalar.value.clone())
}

/// Puts a value in a place. Where it stands there already, the text is the same.
pub fn edit(form: Form, text: &str, key: &Key, value: &str) -> Result<Edited, Unfit> {
    let parsed = documents(form, text)?;
    let (node, old) = scalar(&parsed, key)?;
    let mut edited = Edited {
        text: text.to_owned(),
        before: old.value.clone(),
        anchored: old.anchored,
    };
    if old.value == value {
        return Ok(edited);
    }
    let (Some(before), Some(after)) = (text.get(..node.span.start), text.get(node.span.end..))
    else {
        return Err(misplaced(key));
    };
    for candidate in form.written(value, old) {
        let spliced = format!("{before}{candidate}{after}");
        if says(form, &spliced, key, value) {
            edited.text = spliced;
            return Ok(edited);
        }
    }
    Err(Unfit::new(
        format!("{value:?} cannot be written at {key}"),
        "give another `value`",
    ))
}

fn says(form: Form, text: &str, key: &Key, value: &str) -> bool {
    let Ok(documents) = form.parse(text) else {
        return false;
    };
    scalar(&documents, key).is_ok_and(|(_, found)| found.value == value)
}

fn documents(form: Form, text: &str) -> Result<Vec<Node>, Unfit> {
    if text.len() > LARGEST {
        let text = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(Unfit::new(text, "name another `file`"));
    }
    form.parse(text)
        .map_err(|error| Unfit::new(format!("it cannot be read: {error}"), "mend the file first"))
}

fn misplaced(key: &Key) -> Unfit {
    Unfit::new(
        format!("where {key} stands in the file cannot be told for sure"),
        "write the value on one line",
    )
}

fn scalar<'n>(documents: &'n [Node], key: &Key) -> Result<(&'n Node, &'n Scalar), Unfit> {
    let node = key.find(documents)?;
    let wrong = |what: &str, hint: &str| Err(Unfit::new(format!("{key} is {what}"), hint));
    match &node.shape {
        Shape::Scalar(scalar) if !scalar.placed => Err(misplaced(key)),
        Shape::Scalar(scalar) => Ok((node, scalar)),
        Shape::Alias => wrong(
            "an alias: its value stands where the anchor is",
            "let `key` name that place",
        ),
        Shape::Map(_) => wrong("a table, not a value", "let `key` lead to one value"),
        Shape::List(_) => wrong("a list, not a value", "let `key` lead to one value"),
    }
}

#[cfg(test)]
mod tests;
