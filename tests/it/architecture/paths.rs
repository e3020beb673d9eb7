//! The paths that a file of code names: what its `use` lines bring in, and what stands in it in full. The text is cut into tokens by the lexer that macros
//! use, so comments and texts are out and the insides of macros are in.

use std::collections::BTreeSet;
use std::iter::Peekable;

use proc_macro2::{Delimiter, TokenStream, TokenTree, token_stream};

use super::files::{self, Source};

/// A path that a file names.
#[derive(Debug)]
pub struct Named {
    pub line: usize,
    /// Of ours from below `crate`; of others from the crate.
    pub path: String,
    pub ours: bool,
    /// In code that is only for tests.
    pub test: bool,
    /// Brought in by `pub use`.
    pub public: bool,
}

type Tokens = Peekable<token_stream::IntoIter>;

/// The crates that the manifest names, as code writes them.
pub fn dependencies() -> BTreeSet<String> {
    let manifest: toml::Table = files::read("Cargo.toml").parse().unwrap();
    let tables = ["dependencies", "dev-dependencies"]
        .into_iter()
        .filter_map(|name| manifest[name].as_table());
    tables
        .flat_map(toml::Table::keys)
        .map(|name| name.replace('-', "_"))
        .collect()
}

/// Whether a lint is switched off.
pub fn allows(text: &str) -> bool {
    fn found(tokens: TokenStream) -> bool {
        let mut hash = false;
        for token in tokens {
            if let TokenTree::Group(group) = &token {
                let word = group
                    .stream()
                    .into_iter()
                    .next()
                    .map(|first| first.to_string());
                if hash
                    && group.delimiter() == Delimiter::Bracket
                    && word.as_deref() == Some("allow")
                    || found(group.stream())
                {
                    return true;
                }
            }
            hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#' || hash && punct.as_char() == '!');
        }
        false
    }
    found(text.parse().unwrap())
}

/// Every path of ours and of others in a file.
pub fn named(source: &Source) -> Vec<Named> {
    let tokens: TokenStream = source
        .text
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", source.file));
    let test_file = source.module.ends_with("::tests") || source.module.contains("::tests::");
    let mut reader = Reader {
        module: source.module.split("::").map(str::to_owned).collect(),
        dependencies: dependencies(),
        found: Vec::new(),
        test: test_file || declared_for_tests(source),
    };
    if ["main", "lib"].contains(&source.module.as_str()) {
        reader.module.clear();
    }
    reader.read(tokens);
    reader.found
}

/// Whether the file above declares this one for tests alone.
fn declared_for_tests(source: &Source) -> bool {
    let Some((parent, name)) = source.module.rsplit_once("::") else {
        return false;
    };
    let file = format!("src/{}/mod.rs", parent.replace("::", "/"));
    files::exists(&file) && files::read(&file).contains(&format!("#[cfg(test)]\nmod {name};"))
}

struct Reader {
    /// The module that the tokens stand in.
    module: Vec<String>,
    dependencies: BTreeSet<String>,
    found: Vec<Named>,
    test: bool,
}

impl Reader {
    fn read(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let (mut test, mut public) = (false, false);
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if word == "use" => {
                    self.tree(&mut tokens, &[], public);
                    (test, public) = (false, false);
                }
                TokenTree::Ident(word) if word == "mod" => {
                    let name = tokens
                        .next()
                        .map(|name| name.to_string())
                        .unwrap_or_default();
                    if let Some(TokenTree::Group(body)) = tokens.next() {
                        self.inside(name, test, body.stream());
                    }
                    (test, public) = (false, false);
                }
                TokenTree::Ident(word) => {
                    public |= word == "pub";
                    self.path(word.to_string(), word.span().start().line, &mut tokens);
                }
                TokenTree::Group(group) => {
                    test |= group.delimiter() == Delimiter::Bracket
                        && group.stream().to_string().replace(' ', "") == "cfg(test)";
                    if group.delimiter() == Delimiter::Brace {
                        (test, public) = (false, false);
                    }
                    self.read(group.stream());
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => {
                    (test, public) = (false, false);
                }
                _ => {}
            }
        }
    }

    fn inside(&mut self, name: String, test: bool, body: TokenStream) {
        let before = self.test;
        self.test |= test;
        self.module.push(name);
        self.read(body);
        self.module.pop();
        self.test = before;
    }

    /// One branch of a `use` after what stands before it, up to its end.
    fn tree(&mut self, tokens: &mut Tokens, before: &[String], public: bool) {
        let mut path = before.to_vec();
        let mut line = 0;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if word == "as" => {
                    tokens.next();
                }
                TokenTree::Ident(word) => {
                    line = word.span().start().line;
                    path.push(word.to_string());
                }
                TokenTree::Group(group) => {
                    let mut inner = group.stream().into_iter().peekable();
                    while inner.peek().is_some() {
                        self.tree(&mut inner, &path, public);
                    }
                    path.clear();
                }
                TokenTree::Punct(punct) if [',', ';'].contains(&punct.as_char()) => break,
                _ => {}
            }
        }
        self.keep(&path, line, public);
    }

    /// A path in full, from its first word on.
    fn path(&mut self, first: String, line: usize, tokens: &mut Tokens) {
        let mut path = vec![first];
        while matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':') {
            tokens.next();
            if !matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':') {
                break;
            }
            tokens.next();
            let Some(TokenTree::Ident(_)) = tokens.peek() else {
                break;
            };
            path.extend(tokens.next().map(|word| word.to_string()));
        }
        if path.len() > 1 {
            self.keep(&path, line, false);
        }
    }

    /// Keeps a path where it leads to a module of ours or to a crate of others.
    fn keep(&mut self, path: &[String], line: usize, public: bool) {
        let Some(first) = path.first() else { return };
        let below =
            |from: usize, words: &[String]| [&self.module[..from], words].concat().join("::");
        let (path, ours) = match first.as_str() {
            "crate" | "leadtime" => (path[1..].join("::"), true),
            "self" => (below(self.module.len(), &path[1..]), true),
            "super" => {
                let up = path.iter().take_while(|word| *word == "super").count();
                (
                    below(self.module.len().saturating_sub(up), &path[up..]),
                    true,
                )
            }
            "std" => (path.join("::"), false),
            name if self.dependencies.contains(name) => (path.join("::"), false),
            _ => return,
        };
        if !path.is_empty() {
            self.found.push(Named {
                line,
                path,
                ours,
                test: self.test,
                public,
            });
        }
    }
}
