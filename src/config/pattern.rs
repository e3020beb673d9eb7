//! Globs, and the lists and rules that are made of them: what is taken in and what is left out, what makes a deployment unplanned, which tags stand
//! for one.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::{Refusal, Text, TextSchema, text, written_as_text};

written_as_text!(Pattern, Choice, UnplannedRule, DeploymentRule);

/// A glob: `*` and `?` stay within one part between slashes, `**` spans them, `[a-z]` and `{a,b}` as usual.
#[derive(Clone)]
pub struct Pattern {
    text: String,
    /// None for a plain name: a file of thousands of workloads is full of them.
    glob: Option<Glob>,
    /// Made when it is first asked.
    matcher: OnceLock<GlobMatcher>,
}

impl Pattern {
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.glob {
            None => self.text == text,
            Some(glob) => self
                .matcher
                .get_or_init(|| glob.compile_matcher())
                .is_match(text),
        }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The glob itself.
    #[must_use]
    pub fn glob(&self) -> Option<Glob> {
        self.glob.clone().or_else(|| glob(&self.text).ok())
    }

    #[must_use]
    pub fn matcher(&self) -> Option<GlobSet> {
        // As a set, a plain name is compared, and compiles to nothing.
        GlobSetBuilder::new().add(self.glob()?).build().ok()
    }

    /// Whether it can match nothing but its own text.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        is_plain(&self.text)
    }
}

fn is_plain(text: &str) -> bool {
    !text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}

fn glob(text: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Text for Pattern {
    const FORMAT: &'static str = "glob";
    const EXAMPLES: &'static [&'static str] = &["acme/*", "services/checkout/**"];

    fn read(text: &str) -> Result<Self, Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::new(
                "an empty pattern matches nothing",
                "write a glob such as \"acme/*\"",
            ));
        }
        if is_plain(text) {
            return Ok(Self {
                text: text.to_owned(),
                glob: None,
                matcher: OnceLock::new(),
            });
        }
        let glob = glob(text)
            .map_err(|error| {
                Refusal::new(
                    format!("{text:?} is not a glob ({})", error.kind()),
                    "`*` stands for anything between two slashes, `**` for anything; put a `\\` before a bracket that is meant as one",
                )
            })?;
        Ok(Self {
            text: text.to_owned(),
            glob: Some(glob),
            matcher: OnceLock::new(),
        })
    }

    fn write(&self) -> String {
        self.text.clone()
    }
}

/// One line of a list that takes in and leaves out: `acme/*`, `!acme/attic-*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub leaves_out: bool,
    pub pattern: Pattern,
}

impl Choice {
    /// Whether a list takes a text in: some line takes it in, and none leaves it out.
    #[must_use]
    pub fn takes(list: &[Self], text: &str) -> bool {
        let any = |leaves_out| {
            list.iter()
                .any(|line| line.leaves_out == leaves_out && line.pattern.matches(text))
        };
        any(false) && !any(true)
    }
}

impl Text for Choice {
    const FORMAT: &'static str = "glob-or-exclusion";
    const EXAMPLES: &'static [&'static str] = &["acme/*", "!acme/attic-*"];

    fn read(text: &str) -> Result<Self, Refusal> {
        let (leaves_out, rest) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        Ok(Self {
            leaves_out,
            pattern: Pattern::read(rest)?,
        })
    }

    fn write(&self) -> String {
        let sign = if self.leaves_out { "!" } else { "" };
        format!("{sign}{}", self.pattern.text())
    }
}

/// What tells that a deployment was not planned: its branch or pipeline (`hotfix/*`), or a label of a change that it ships (`label:hotfix`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnplannedRule {
    Name(Pattern),
    Label(Pattern),
}

impl Text for UnplannedRule {
    const FORMAT: &'static str = "unplanned-rule";
    const EXAMPLES: &'static [&'static str] = &["hotfix/*", "label:hotfix"];

    fn read(text: &str) -> Result<Self, Refusal> {
        match text.strip_prefix("label:") {
            Some(label) => Pattern::read(label).map(Self::Label),
            None => Pattern::read(text).map(Self::Name),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Name(pattern) => pattern.write(),
            Self::Label(pattern) => format!("label:{}", pattern.text()),
        }
    }
}

/// What stands for a deployment where no tool reports one: a tag (`tags:v*`) is a delivery to the production environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeploymentRule {
    Tags(Pattern),
}

impl Text for DeploymentRule {
    const FORMAT: &'static str = "deployment-rule";
    const EXAMPLES: &'static [&'static str] = &["tags:v*"];

    fn read(text: &str) -> Result<Self, Refusal> {
        match text.strip_prefix("tags:") {
            Some(tags) => Pattern::read(tags).map(Self::Tags),
            None => Err(Refusal::new(
                format!("{text:?} does not say what stands for a deployment"),
                "write it as \"tags:v*\"",
            )),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Tags(pattern) => format!("tags:{}", pattern.text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_between_slashes() {
        let pattern = Pattern::read("acme/*").unwrap();
        assert!(pattern.matches("acme/shop"));
        assert!(!pattern.matches("acme/team/shop"));
        assert!(Pattern::read("acme/**").unwrap().matches("acme/team/shop"));
    }

    #[test]
    fn an_exclusion_wins_wherever_it_stands() {
        let list = ["!acme/attic-*", "acme/*"].map(|line| Choice::read(line).unwrap());
        assert!(Choice::takes(&list, "acme/shop"));
        assert!(!Choice::takes(&list, "acme/attic-1"));
        assert!(!Choice::takes(&list, "other/shop"));
    }
}
