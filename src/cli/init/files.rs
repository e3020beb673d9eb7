//! What the files of a repository tell: the environments that its pipelines, overlays and manifests name, what kinds of objects its manifests are of, the images
//! that bear its name. Lines are looked at, and no parser is asked: templates are no YAML, and what is guessed here is proposed, not relied on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::connector::environment::{is_one, suffix};
use crate::connector::image::Reference;

/// Folders in which nothing stands that the repository itself is delivered by: what others made, what is made up for tests, what shows how it could be.
const PASSED_OVER: [&str; 19] = [
    ".git",
    "node_modules",
    "target",
    "vendor",
    "third_party",
    "testdata",
    "test-data",
    "test_data",
    "fixture",
    "fixtures",
    "__fixtures__",
    "test",
    "tests",
    "__tests__",
    "testing",
    "spec",
    "e2e",
    "example",
    "examples",
];
/// Folders whose folders are environments, `test` among them.
const OF_MANY: [&str; 5] = ["overlays", "environments", "envs", "clusters", "stages"];
/// What an environment's own lines tell beside its name.
const BESIDE: [&str; 6] = [
    "url:",
    "action:",
    "on_stop:",
    "auto_stop_in:",
    "deployment_tier:",
    "kubernetes:",
];
/// How deep, how many, how large.
const DEEP: usize = 6;
const MANY: usize = 4_000;
const LARGE: u64 = 256 << 10;

/// In which order environments are gone through, as far as their names tell.
const ORDER: [&[&str]; 5] = [
    &["dev", "development", "sandbox", "preview", "demo"],
    &["int", "integration", "test", "qa"],
    &[
        "staging",
        "stage",
        "stg",
        "acceptance",
        "acc",
        "uat",
        "nonprod",
    ],
    &["preprod", "canary"],
    &["production", "prod", "prd", "live"],
];

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The file in which a kind of object, `group/Kind`, was met first.
    pub objects: BTreeMap<String, String>,
    pub environments: Vec<String>,
    pub images: Vec<String>,
    /// Something tells who builds images to label them with their commit.
    pub labelled: bool,
}

impl Found {
    /// The file that shows a group of objects, or one of its kinds.
    #[must_use]
    pub fn shows(&self, wanted: &str) -> Option<&str> {
        let (group, kind) = wanted
            .split_once('/')
            .map_or((wanted, None), |(g, k)| (g, Some(k)));
        let fits = |object: &str| {
            let (of, is) = object.split_once('/').unwrap_or((object, ""));
            let of_group = of == group
                || of
                    .strip_suffix(group)
                    .is_some_and(|rest| rest.ends_with('.'));
            of_group && kind.is_none_or(|kind| kind == is)
        };
        let mut objects = self.objects.iter();
        objects
            .find(|(object, _)| fits(object))
            .map(|(_, file)| file.as_str())
    }
}

/// Looks through a repository that is called `name`.
#[must_use]
pub fn look(root: &Path, name: &str) -> Found {
    let mut looking = Looking {
        root,
        name,
        left: MANY,
        environments: BTreeSet::new(),
        images: BTreeSet::new(),
        found: Found::default(),
    };
    looking.folder(root, 0);
    let mut environments: Vec<String> = looking.environments.into_iter().collect();
    environments.sort_by_key(|name| rank(name));
    Found {
        environments,
        images: looking.images.into_iter().collect(),
        ..looking.found
    }
}

/// Where an environment stands among others; one that nobody knows stands before what goes before production.
fn rank(name: &str) -> usize {
    let word = suffix(name)
        .unwrap_or_else(|| name.to_owned())
        .to_lowercase();
    let known = ORDER
        .iter()
        .position(|words| words.contains(&word.as_str()));
    known.unwrap_or(2)
}

struct Looking<'a> {
    root: &'a Path,
    name: &'a str,
    left: usize,
    environments: BTreeSet<String>,
    images: BTreeSet<String>,
    found: Found,
}

impl Looking<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            let passed_over = PASSED_OVER.contains(&name) && !(is_of_many(folder) && is_one(name));
            if self.left == 0 || passed_over || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                self.overlay(folder, name);
                if depth < DEEP {
                    self.folder(&path, depth + 1);
                }
            } else if is_read(name) {
                self.left -= 1;
                self.file(&path, name);
            }
        }
    }

    /// A folder that is called as an environment, where folders of environments are.
    fn overlay(&mut self, parent: &Path, name: &str) {
        if is_of_many(parent) && is_one(name) {
            self.environments.insert(name.to_owned());
        }
    }

    fn file(&mut self, path: &Path, name: &str) {
        // `values-production.yaml` is a chart's.
        let values = name
            .strip_prefix("values")
            .and_then(|rest| rest.split_once('.'));
        if let Some((rest, _)) = values {
            let word = rest.trim_start_matches(['-', '_']);
            self.environments
                .extend(is_one(word).then(|| word.to_owned()));
        }
        let small = fs::metadata(path).is_ok_and(|about| about.len() <= LARGE);
        let Some(text) = small.then(|| fs::read_to_string(path).ok()).flatten() else {
            return;
        };
        self.found.labelled |= text.contains("org.opencontainers.image.revision")
            || text.contains("docker/metadata-action");
        let shown = path
            .strip_prefix(self.root)
            .unwrap_or(path)
            .display()
            .to_string();
        for document in text.split("\n---") {
            self.object(document, &shown);
        }
        let mut named = false;
        for line in text.lines() {
            self.image(line);
            named = self.environment(line, named);
        }
    }

    fn object(&mut self, document: &str, file: &str) {
        let said = |key: &str| {
            let mut lines = document.lines();
            lines.find_map(|line| value(line.strip_prefix(key)?))
        };
        let (Some(version), Some(kind)) = (said("apiVersion:"), said("kind:")) else {
            return;
        };
        let group = version.rsplit_once('/').map_or("", |(group, _)| group);
        if group == "kargo.akuity.io" && kind == "Stage" {
            let mut lines = document
                .lines()
                .skip_while(|line| !line.starts_with("metadata:"));
            let name = lines.find_map(|line| value(line.strip_prefix("  name:")?));
            self.environments.extend(name.map(str::to_owned));
        }
        let object = format!("{group}/{kind}");
        self.found
            .objects
            .entry(object)
            .or_insert_with(|| file.to_owned());
    }

    /// `environment: production`, with `name:` in braces or on a line after; Bitbucket's `deployment: staging`. Whether the next line may tell the name.
    fn environment(&mut self, line: &str, named: bool) -> bool {
        let line = line.trim_start().trim_start_matches("- ");
        if named && BESIDE.iter().any(|key| line.starts_with(key)) {
            return true;
        }
        let keys: &[&str] = if named {
            &["name:"]
        } else {
            &["environment:", "deployment:"]
        };
        let Some(rest) = keys.iter().find_map(|key| line.strip_prefix(key)) else {
            return false;
        };
        let Some(name) = value(named_within(rest)) else {
            return rest.trim().is_empty() && !named;
        };
        // What a name is made of at a run is no name yet; and a deployment is named in other files than pipelines, too.
        if is_one(name) || suffix(name).is_some() && !name.contains(['$', '{', '/', ' ']) {
            self.environments.insert(name.to_owned());
        }
        false
    }

    /// An image that bears the repository's name, from a registry that is named.
    fn image(&mut self, line: &str) {
        let signs = |c: char| c.is_whitespace() || "\"'`,()[]=".contains(c);
        for word in line.split(signs) {
            let reference = Reference::read(word);
            let host = reference.name.split('/').next().unwrap_or_default();
            let plain = reference
                .name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c));
            if host.contains('.')
                && host != reference.name
                && plain
                && !word.contains("://")
                && reference.last() == self.name
                && !is_host_of_code(host)
            {
                self.images.insert(reference.name.to_owned());
            }
        }
    }
}

fn is_of_many(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| OF_MANY.contains(&name))
}

fn is_host_of_code(host: &str) -> bool {
    ["github.com", "gitlab.com", "bitbucket.org"].contains(&host) || host.starts_with('.')
}

fn is_read(name: &str) -> bool {
    let ends = [
        ".yaml",
        ".yml",
        ".toml",
        "Jenkinsfile",
        "Dockerfile",
        "Containerfile",
        "Makefile",
    ];
    ends.iter().any(|end| name.ends_with(end))
}

/// What `name` is within braces: of `{ name: production, url: x }`. Without braces, all of it.
fn named_within(rest: &str) -> &str {
    let Some(inside) = rest.trim_start().strip_prefix('{') else {
        return rest;
    };
    let inside = inside.split('}').next().unwrap_or(inside);
    let mut parts = inside.split(',');
    parts
        .find_map(|part| part.trim_start().strip_prefix("name:"))
        .unwrap_or(rest)
}

/// What follows a key on its line, without quotes and remarks.
fn value(rest: &str) -> Option<&str> {
    let rest = rest.split(" #").next().unwrap_or(rest).trim();
    let bare = rest.trim_matches(['"', '\'']);
    (!bare.is_empty() && !bare.starts_with('#')).then_some(bare)
}

/// Whose the repository is: the last rule of CODEOWNERS that is about all of it names a team.
#[must_use]
pub fn owners(root: &Path) -> Option<(String, String)> {
    let places = [
        "CODEOWNERS",
        ".github/CODEOWNERS",
        "docs/CODEOWNERS",
        ".gitlab/CODEOWNERS",
    ];
    places.iter().find_map(|place| {
        let text = fs::read_to_string(root.join(place)).ok()?;
        let mut rules = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("* "));
        let team = rules.next_back()?.split_whitespace().find_map(|owner| {
            let (_, team) = owner.strip_prefix('@')?.rsplit_once('/')?;
            Some(team.to_owned())
        })?;
        Some((team, (*place).to_owned()))
    })
}

/// What a catalogue says of the first component: its name and its owner, and the file.
#[must_use]
pub fn component(root: &Path) -> Option<(String, Option<String>, String)> {
    ["catalog-info.yaml", "catalog-info.yml"]
        .iter()
        .find_map(|place| {
            let text = fs::read_to_string(root.join(place)).ok()?;
            let mut documents = text.split("\n---");
            let of = documents
                .find(|one| one.lines().any(|line| line.trim_end() == "kind: Component"))?;
            let under = |section: &str, key: &str| {
                let lines = of
                    .lines()
                    .skip_while(|line| !line.starts_with(section))
                    .skip(1);
                let mut own =
                    lines.take_while(|line| line.starts_with([' ', '#']) || line.is_empty());
                own.find_map(|line| value(line.strip_prefix(key)?).map(str::to_owned))
            };
            let owner = under("spec:", "  owner:").map(|owner| {
                let name = owner.rsplit(['/', ':']).next().unwrap_or_default();
                name.to_owned()
            });
            Some((under("metadata:", "  name:")?, owner, (*place).to_owned()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environments(text: &str) -> Vec<String> {
        let mut looking = Looking {
            root: Path::new("."),
            name: "shop",
            left: 1,
            environments: BTreeSet::new(),
            images: BTreeSet::new(),
            found: Found::default(),
        };
        let mut named = false;
        for line in text.lines() {
            named = looking.environment(line, named);
        }
        looking.environments.into_iter().collect()
    }

    #[test]
    fn a_pipeline_names_an_environment_in_each_of_the_ways_of_yaml() {
        for named in [
            "environment: production # the shop",
            "  environment: { name: production, url: \"https://x\" }",
            "environment: {url: x, name: 'production'}",
            "environment:\n  name: \"production\"",
            "environment:\n  url: https://x\n  name: production",
            "- deployment: production",
        ] {
            assert_eq!(environments(named), ["production"], "{named}");
        }
        for none in [
            "environment: {url: x}",
            "environment: { name: ${{ inputs.to }} }",
            "environment: ${{ matrix.environment }}",
            "environment:\n  LEVEL: production\n  name: production",
        ] {
            assert!(environments(none).is_empty(), "{none}");
        }
    }
}
