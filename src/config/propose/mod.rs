//! A first `leadtime.toml` for a repository, from what was seen of it. Pure: someone else looks, this writes. The text says what was seen and what was
//! guessed, so that whoever reads it can put it right; it always reads back without a problem.

use std::collections::BTreeMap;
use std::fmt::Write;

use toml_edit::Value;

/// What was seen of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its own name: `checkout`.
    pub name: String,
    /// Its id as events carry it: `acme/checkout`.
    pub repository: String,
    /// The address of its remote, for the reader.
    pub remote: String,
    /// The tools that it shows to use.
    pub tools: Vec<Tool>,
    /// The environments that were seen, in the order that changes arrive in them.
    pub environments: Vec<String>,
    pub has_tags: bool,
    /// What its tags of releases look like: `v*`.
    pub tag_pattern: String,
    /// The folders of a monorepo that are delivered each by itself: `services/checkout`.
    pub folders: Vec<String>,
    /// Whose it is, and where that stands.
    pub team: Option<Said>,
    /// What a catalogue calls it, and where that stands.
    pub component: Option<Said>,
    /// The images that its files name and that bear its name: `ghcr.io/acme/checkout`.
    pub images: Vec<String>,
    /// It builds images that no label leads back to their commit.
    pub unlabelled: bool,
}

/// What was read somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    /// The file.
    pub place: String,
}

/// A tool that the repository shows to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tool {
    /// As in the configuration: `jenkins`.
    pub kind: String,
    /// As people name it.
    pub name: String,
    /// What shows it: a file, or nothing where its remote is there.
    pub sign: Option<String>,
    /// The keys of its source, a line each.
    pub source: Vec<String>,
    /// It builds what is committed here.
    pub builds: bool,
    /// Its source is all right as it is.
    pub ready: bool,
}

impl Facts {
    /// The text of a configuration for it.
    #[must_use]
    pub fn propose(&self) -> String {
        let mut text = String::from(
            "# What leadtime knows of this repository, as `leadtime init` saw it. Every setting: docs/configuration.md\n",
        );
        self.metrics(&mut text);
        self.sources(&mut text);
        let has_path = self.path(&mut text);
        self.workloads(has_path, &mut text);
        text
    }

    /// The environment that delivery means: one that is called so, else the last one.
    fn production(&self) -> Option<&str> {
        let called = |name: &&String| {
            let name = name.to_lowercase();
            ["production", "prod", "live"].contains(&name.as_str())
        };
        let environments = || {
            self.environments
                .iter()
                .filter(|name| !name.trim().is_empty())
        };
        environments()
            .find(called)
            .or_else(|| environments().next_back())
            .map(String::as_str)
    }

    fn metrics(&self, text: &mut String) {
        text.push_str("\n[metrics]\n# Days and weeks are counted in this zone; write your own, such as \"Europe/Brussels\".\ntimezone = \"UTC\"\n");
        match self.production() {
            Some(name) if name != "production" => {
                text.push_str(
                    "# The environment that delivery means. Guessed from those that were seen.\n",
                );
                line(text, "production", name);
            }
            _ => {}
        }
    }

    fn sources(&self, text: &mut String) {
        text.push_str("\n# Commits and tags, from this clone.\n[[sources]]\nname = \"clone\"\nkind = \"git\"\npath = \".\"\n");
        if !self.repository.trim().is_empty() {
            line(text, "repository", &self.repository);
        }
        for tool in &self.tools {
            self.source(tool, text);
        }
        if self.unlabelled {
            text.push_str("\n# The Dockerfile sets no label org.opencontainers.image.revision. With it an image is known by its commit, whoever deploys it.\n");
        }
        text.push_str("\n# What no repository shows: incidents (alertmanager, opsgenie, pagerduty), tickets (jira, servicenow), registries (oci, harbor), what answers (probe).\n");
    }

    /// A source for a tool: as it is where its address is known, else to be filled in.
    fn source(&self, tool: &Tool, text: &mut String) {
        let name = &tool.name;
        let (lead, told) = match &tool.sign {
            None => (
                "",
                format!("Where it is hosted: {name}, {}.", comment(&self.remote)),
            ),
            Some(sign) if tool.ready => ("", format!("{name}: {} is here.", comment(sign))),
            Some(sign) => (
                "# ",
                format!(
                    "{name} seems to be used ({} is here). To read it, take the signs away and fill in what is yours:",
                    comment(sign)
                ),
            ),
        };
        let _ = writeln!(text, "\n# {told}");
        let _ = writeln!(text, "{lead}[[sources]]");
        for key in ["name", "kind"] {
            let _ = writeln!(text, "{lead}{key} = {}", Value::from(tool.kind.as_str()));
        }
        if tool.source.iter().any(|line| line.starts_with("token")) {
            let _ = writeln!(text, "# Where the token is found; never the token itself.");
        }
        for line in &tool.source {
            let _ = writeln!(text, "{lead}{line}");
        }
    }

    /// Writes a path where environments were seen; without any, a path is derived from events.
    fn path(&self, text: &mut String) -> bool {
        let Some(production) = self.production() else {
            text.push_str("\n# No environment was seen, so the path is told from the events themselves. To write it down: [[paths]].\n");
            return false;
        };
        text.push_str("\n# The way to production, as far as it could be seen. Put the steps right: tests, scans, and gates that stand in no tool.\n");
        text.push_str("[[paths]]\nname = \"main\"\nsteps = [\n  { name = \"code\", kind = \"code\" },\n  { name = \"review\", kind = \"review\" },\n");
        if self.tools.iter().any(|tool| tool.builds) {
            text.push_str("  { name = \"build\", kind = \"build\" },\n");
        }
        let mut taken: Vec<&str> = vec!["code", "review", "build"];
        let before = self
            .environments
            .iter()
            .map(String::as_str)
            .filter(|name| *name != production);
        for name in before.chain([production]) {
            if !name.trim().is_empty() && !taken.contains(&name) {
                taken.push(name);
                let name = Value::from(name);
                let _ = writeln!(
                    text,
                    "  {{ name = {name}, kind = \"deploy\", environment = {name} }},"
                );
            } else if name == production {
                let environment = Value::from(name);
                let name = Value::from(format!("deploy to {name}"));
                let _ = writeln!(
                    text,
                    "  {{ name = {name}, kind = \"deploy\", environment = {environment} }},"
                );
            }
        }
        text.push_str("]\n");
        true
    }

    fn workloads(&self, has_path: bool, text: &mut String) {
        // Two folders may end in the same name: then the whole folder is the name.
        let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
        let folders: Vec<&str> = self
            .folders
            .iter()
            .map(|folder| folder.trim().trim_matches('/'))
            .filter(|folder| !folder.is_empty())
            .collect();
        for folder in &folders {
            *ends.entry(end(folder)).or_default() += 1;
        }
        let mut written: Vec<&str> = Vec::new();
        for folder in &folders {
            if !written.contains(folder) {
                written.push(folder);
                let name = if ends.get(end(folder)) == Some(&1) {
                    end(folder)
                } else {
                    folder
                };
                self.workload(name, Some(folder), has_path, text);
            }
        }
        if written.is_empty() {
            let name = if self.name.trim().is_empty() {
                "this"
            } else {
                &self.name
            };
            self.workload(name, None, has_path, text);
        }
    }

    fn workload(&self, name: &str, folder: Option<&str>, has_path: bool, text: &mut String) {
        text.push_str("\n[[workloads]]\n");
        line(text, "name", name);
        if let Some(team) = &self.team
            && !team.text.trim().is_empty()
        {
            let _ = writeln!(text, "# As {} says.", comment(&team.place));
            line(text, "team", &team.text);
        }
        if has_path {
            text.push_str("path = \"main\"\n");
        }
        let repository = if self.repository.trim().is_empty() {
            &self.name
        } else {
            &self.repository
        };
        if !repository.trim().is_empty() {
            list(text, "repositories", [literal(repository)]);
        }
        if let Some(folder) = folder {
            list(text, "paths", [format!("{}/**", literal(folder))]);
        }
        text.push_str("# The name that deployers and incident tools use.\n");
        let component = self.component.as_ref().filter(|_| folder.is_none());
        let component = component.filter(|said| !said.text.trim().is_empty());
        list(
            text,
            "services",
            [literal(component.map_or(name, |said| &said.text))],
        );
        let images = self
            .images
            .iter()
            .filter(|image| folder.is_none() && !image.trim().is_empty());
        let images: Vec<String> = images.map(|image| literal(image)).collect();
        if !images.is_empty() {
            let images = Value::from_iter(images);
            let _ = writeln!(text, "artifacts = {images}");
        }
        if self.has_tags && !has_path && !self.tag_pattern.trim().is_empty() {
            text.push_str(
                "# No deployment was seen: version tags (v1.2.3) stand for them, early ones (v1.2.3-rc1) apart. Or every tag that fits a pattern, whatever it looks like:\n# ",
            );
            line(text, "deployments", &format!("tags:{}", self.tag_pattern));
        }
    }
}

fn end(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

fn line(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = {}", Value::from(value));
}

fn list<const N: usize>(text: &mut String, key: &str, values: [String; N]) {
    let _ = writeln!(text, "{key} = {}", Value::from_iter(values));
}

/// A name as a value of a list of patterns: it matches nothing else.
#[must_use]
pub fn pattern(name: &str) -> String {
    Value::from(literal(name)).to_string()
}

/// A name as a glob that matches nothing else.
fn literal(name: &str) -> String {
    let mut glob = String::with_capacity(name.len());
    for (place, sign) in name.chars().enumerate() {
        if "*?[]{}\\".contains(sign) || (place == 0 && sign == '!') {
            glob.push('\\');
        }
        glob.push(sign);
    }
    glob
}

/// A text that stays on one line of comment, without the user name or token that an address may hold.
fn comment(text: &str) -> String {
    let shown = match url::Url::parse(text) {
        Ok(mut url) if url.has_host() => {
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.set_query(None);
            url.to_string()
        }
        _ => text.to_owned(),
    };
    shown.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests;
