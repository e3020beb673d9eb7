//! The way to a value in a file: `image.tag`, `images[name=acme/shop].newTag`, `containers[0].image`. A name with a dot stands in double quotes. At the
//! beginning, `[kind=Deployment]` chooses among the documents of a file, and `[metadata.name=shop]` looks further in.

use std::fmt;

use super::Unfit;
use super::node::{Node, Shape};

/// How many names of a table are told.
const TOLD: usize = 8;

/// A way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    written: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Name(String),
    Index(usize),
    /// The entry in which a value is this.
    With(Vec<String>, String),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Key {
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        let parts = parts(text).ok_or_else(|| {
            Unfit::new(
                format!("{text:?} is no way to a value"),
                "write it as \"image.tag\" or \"images[name=acme/shop].newTag\"",
            )
        })?;
        Ok(Self {
            written: text.to_owned(),
            parts,
        })
    }

    /// The one place that a key leads to.
    pub fn find<'n>(&self, documents: &'n [Node]) -> Result<&'n Node, Unfit> {
        let mut found = Vec::new();
        let mut missing = None;
        for document in documents {
            match self.within(document) {
                Ok(node) => found.push(node),
                Err((depth, unfit)) => {
                    if missing.as_ref().is_none_or(|(most, _)| depth > *most) {
                        missing = Some((depth, unfit));
                    }
                }
            }
        }
        match (found.as_slice(), missing) {
            ([node], _) => Ok(node),
            ([], Some((_, unfit))) => Err(unfit),
            ([], None) => Err(Unfit::new("the file is empty", "name another `file`")),
            (many, _) => Err(Unfit::new(
                format!("{self} stands in {} documents of the file", many.len()),
                "say which, as in \"[kind=Deployment].spec.replicas\"",
            )),
        }
    }

    /// Where a document lacks the place, how far the way went.
    fn within<'n>(&self, document: &'n Node) -> Result<&'n Node, (usize, Unfit)> {
        let mut node = document;
        for (depth, part) in self.parts.iter().enumerate() {
            let next = match part {
                Part::With(..) if depth == 0 && !matches!(node.shape, Shape::List(_)) => {
                    part.fits(node).then_some(node)
                }
                _ => part.step(node),
            };
            node = next.ok_or_else(|| (depth, self.missing(depth, node)))?;
        }
        Ok(node)
    }

    fn missing(&self, depth: usize, at: &Node) -> Unfit {
        let before: String = self.parts[..depth].iter().map(Part::written).collect();
        let place = match before.trim_start_matches('.') {
            "" => "the file".to_owned(),
            place => place.to_owned(),
        };
        let wanted = self.parts.get(depth).map(Part::written).unwrap_or_default();
        let there = match &at.shape {
            Shape::Map(entries) => {
                let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
                let more = names.len() > TOLD;
                names.truncate(TOLD);
                let end = if more { ", …" } else { "" };
                format!("it has {}{end}", names.join(", "))
            }
            Shape::List(items) => format!("it is a list of {}", items.len()),
            Shape::Alias => "it is an alias: name the place of the anchor".to_owned(),
            Shape::Scalar(_) => "it is a value".to_owned(),
        };
        Unfit::new(
            format!("{place} has no {}; {there}", wanted.trim_start_matches('.')),
            "set `key` to where the value stands; it must be there already",
        )
    }
}

impl Part {
    fn step<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        match (self, &node.shape) {
            (Self::Name(name), Shape::Map(_)) => node.get(name),
            (Self::Index(index), Shape::List(items)) => items.get(*index),
            (Self::With(..), Shape::List(items)) => {
                let mut fitting = items.iter().filter(|item| self.fits(item));
                // Two that fit equally well: neither is meant for sure.
                fitting.next().filter(|_| fitting.next().is_none())
            }
            _ => None,
        }
    }

    fn fits(&self, node: &Node) -> bool {
        let Self::With(names, value) = self else {
            return false;
        };
        let inner = names
            .iter()
            .try_fold(node, |node, name| node.get(name))
            .and_then(Node::scalar);
        inner == Some(value)
    }

    fn written(&self) -> String {
        match self {
            Self::Name(name) if name.contains(['.', '[']) => format!(".\"{name}\""),
            Self::Name(name) => format!(".{name}"),
            Self::Index(index) => format!("[{index}]"),
            Self::With(names, value) => format!("[{}={value}]", names.join(".")),
        }
    }
}

fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, after) = inner.split_once(']')?;
            parts.push(selector(inside)?);
            rest = after;
        } else {
            let dotted = rest.strip_prefix('.');
            if dotted.is_some() == parts.is_empty() {
                return None;
            }
            let (name, after) = name(dotted.unwrap_or(rest))?;
            parts.push(Part::Name(name));
            rest = after;
        }
    }
    (!parts.is_empty()).then_some(parts)
}

fn name(text: &str) -> Option<(String, &str)> {
    let (name, rest) = if let Some(inner) = text.strip_prefix('"') {
        inner.split_once('"')?
    } else {
        text.split_at(text.find(['.', '[']).unwrap_or(text.len()))
    };
    (!name.is_empty()).then(|| (name.to_owned(), rest))
}

fn selector(inside: &str) -> Option<Part> {
    if let Ok(index) = inside.parse() {
        return Some(Part::Index(index));
    }
    let (path, value) = inside.split_once('=')?;
    let mut names = Vec::new();
    let mut rest = path;
    loop {
        let (one, after) = name(rest)?;
        names.push(one);
        match after.strip_prefix('.') {
            Some(more) => rest = more,
            None if after.is_empty() => return Some(Part::With(names, value.to_owned())),
            None => return None,
        }
    }
}
