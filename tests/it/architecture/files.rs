//! The files of the repository, as the tests of its structure see them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of `src/connector` that are no tool: what is around all that speak HTTP, and what scanners write.
const AROUND: [&str; 2] = ["http", "scanner"];

/// A file of code.
#[derive(Debug)]
pub struct Source {
    /// From the root of the repository, with `/`.
    pub file: String,
    /// `connector::git::client`; a `mod.rs` is its folder.
    pub module: String,
    pub text: String,
}

impl Source {
    /// Its lines without the tests at its end; a file of tests alone has none.
    pub fn length(&self) -> usize {
        if self.module.split("::").any(|part| part == "tests") {
            return 0;
        }
        let tests = self.text.find("\n#[cfg(test)]\nmod tests {");
        self.text[..tests.unwrap_or(self.text.len())]
            .lines()
            .count()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub fn exists(file: &str) -> bool {
    root().join(file).is_file()
}

/// Every `.rs` file under a folder, in order.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for file in all(folder)
        .into_iter()
        .filter(|file| Path::new(file).extension().is_some_and(|end| end == "rs"))
    {
        let text = read(&file);
        let inner = file.trim_start_matches(folder).trim_start_matches('/');
        let module = inner
            .trim_end_matches(".rs")
            .trim_end_matches("/mod")
            .replace('/', "::");
        found.push(Source { file, module, text });
    }
    assert!(!found.is_empty(), "no code in {folder}");
    found
}

/// Every folder under a folder.
pub fn folders(folder: &str) -> BTreeSet<String> {
    let files = all(folder);
    let parents = files
        .iter()
        .flat_map(|file| Path::new(file).ancestors().skip(1));
    parents
        .filter(|parent| parent.starts_with(folder))
        .map(|parent| parent.to_string_lossy().into_owned())
        .collect()
}

/// The names in a folder, without `.rs`.
pub fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .collect()
}

/// The folders of tools that can be read.
pub fn connectors() -> BTreeSet<String> {
    let mut names = names("src/connector");
    names.retain(|name| {
        root().join("src/connector").join(name).is_dir() && !AROUND.contains(&name.as_str())
    });
    names
}

fn all(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inner = path.strip_prefix(root()).unwrap();
                found.push(inner.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}
