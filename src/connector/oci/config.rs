//! What a source of kind `oci` is told: which registry it reads, whose word it gives there, which repositories, and which tags are environments.

use std::collections::BTreeSet;

use globset::GlobMatcher;

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::http::address::{Address, Hint};
use crate::connector::pattern;

/// Docker Hub, as images name it, and where its registry answers.
const HUB: &str = "docker.io";
const HUB_REGISTRY: &str = "https://registry-1.docker.io";

const HINT: Hint = Hint {
    example: "url = \"https://registry.example.com\"",
    login: "name it with `user` and `token`",
};

/// Where a registry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// What `/v2/` follows; without a slash at the end.
    pub url: String,
    /// As it stands in the names of images: `ghcr.io`, `localhost:5000`.
    pub host: String,
}

/// Which repositories are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Named in full.
    pub named: BTreeSet<String>,
    /// What has to be looked for in the registry's catalogue.
    pub listed: Vec<GlobMatcher>,
    excluded: Vec<GlobMatcher>,
}

/// All that the reading and the acting of one source need to know.
#[derive(Clone, Debug)]
pub struct Config {
    pub name: String,
    pub base: Base,
    pub selection: Selection,
    /// Tags that are environments: what such a tag points to is what runs there.
    pub environments: Option<GlobMatcher>,
    /// The service that such a tag deploys. Default: the last part of the repository's name.
    pub service: Option<String>,
}

impl Config {
    pub fn read(settings: &Settings) -> Result<Self, ConnectorError> {
        let source = settings.name.as_str();
        let base = Base::read(source, settings)?;
        let selection = Selection::read(source, &base, &settings.repositories)?;
        let environments = match settings.environment.as_deref() {
            None => None,
            Some(pattern) => Some(pattern::path(pattern).ok_or_else(|| {
                ConnectorError::configuration(
                    source,
                    "environment",
                    format!("{pattern:?} is no pattern"),
                )
                .hinted("environment = \"production\", or \"{staging,production}\"")
            })?),
        };
        Ok(Self {
            name: settings.name.clone(),
            base,
            selection,
            environments,
            service: settings.service.clone(),
        })
    }

    /// Whether a tag is an environment's name.
    #[must_use]
    pub fn is_environment(&self, tag: &str) -> bool {
        self.environments
            .as_ref()
            .is_some_and(|pattern| pattern.is_match(tag))
    }
}

impl Base {
    /// The registry that `url` names, else the one that all repositories name.
    fn read(source: &str, settings: &Settings) -> Result<Self, ConnectorError> {
        if let Some(address) = settings.url.as_deref() {
            return Self::parse(source, address);
        }
        let hosts: BTreeSet<Option<&str>> = settings
            .repositories
            .iter()
            .map(|text| text.trim_start_matches('!').trim())
            .map(|text| text.split_once('/').map(|(host, _)| host))
            .map(|host| host.filter(|host| is_host(host)))
            .collect();
        let hosts: Vec<_> = hosts.into_iter().collect();
        match hosts.as_slice() {
            [Some(HUB)] => Ok(Self {
                url: HUB_REGISTRY.to_owned(),
                host: HUB.to_owned(),
            }),
            [Some(host)] => Self::parse(source, &format!("https://{host}")),
            [Some(one), Some(other), ..] => Err(ConnectorError::configuration(
                source,
                "repositories",
                format!("names several registries: {one} and {other}"),
            )
            .hinted("make a source for each registry: each has its own credentials")),
            _ => Err(ConnectorError::configuration(
                source,
                "repositories",
                "does not say which registry is meant",
            )
            .hinted("url = \"https://ghcr.io\", or repositories = [\"ghcr.io/acme/checkout\"]")),
        }
    }

    fn parse(source: &str, address: &str) -> Result<Self, ConnectorError> {
        let address = Address::read(source, address, HINT)?;
        let host = address.host.as_str();
        if matches!(host, HUB | "index.docker.io" | "registry-1.docker.io") {
            return Ok(Self {
                url: HUB_REGISTRY.to_owned(),
                host: HUB.to_owned(),
            });
        }
        let path = address.path();
        let path = path.strip_suffix("/v2").unwrap_or(path);
        Ok(Self {
            host: format!("{host}{}", address.port()),
            url: address.at(path),
        })
    }

    /// The name below this registry of an image that is written with or without its host. `None`: it is another registry's.
    #[must_use]
    pub fn below(&self, image: &str) -> Option<String> {
        let name = match image.split_once('/') {
            Some((host, name)) if is_host(host) => {
                let same = host.eq_ignore_ascii_case(&self.host)
                    || (self.host == HUB && host == "index.docker.io");
                same.then_some(name)?
            }
            _ => image,
        };
        if self.host == HUB && !name.contains('/') {
            return Some(format!("library/{name}"));
        }
        Some(name.to_owned())
    }
}

/// Whether the first part of an image's name is a host, by the rule that everybody has.
fn is_host(text: &str) -> bool {
    text == "localhost" || text.contains(['.', ':'])
}

/// Whether a text is the name of a repository, as the specification has them; nothing else may become a part of an address.
#[must_use]
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.split('/').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        })
}

/// Whether a text is a tag.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

impl Selection {
    fn read(source: &str, base: &Base, patterns: &[String]) -> Result<Self, ConnectorError> {
        let mut selection = Self::default();
        for written in patterns {
            let (excludes, pattern) = pattern::leaves_out(written);
            let Some(name) = base.below(pattern) else {
                return Err(ConnectorError::configuration(
                    source,
                    "repositories",
                    format!("{pattern:?} is not in the registry {}", base.host),
                )
                .hinted("make a source for each registry: each has its own credentials"));
            };
            if !excludes && is_name(&name) {
                selection.named.insert(name);
                continue;
            }
            let Some(matcher) = pattern::path(&name).filter(|_| !name.is_empty()) else {
                return Err(ConnectorError::configuration(
                    source,
                    "repositories",
                    format!("{pattern:?} is no pattern for repositories"),
                )
                .hinted("acme/checkout, acme/*, or with the host before it; ! leaves out"));
            };
            if excludes {
                selection.excluded.push(matcher);
            } else {
                selection.listed.push(matcher);
            }
        }
        if selection.named.is_empty() && selection.listed.is_empty() {
            let text = "names no repository to read";
            return Err(ConnectorError::configuration(source, "repositories", text)
                .hinted("repositories = [\"acme/checkout\"], or [\"acme/*\", \"!acme/attic-*\"]"));
        }
        let excluded = selection.excluded.clone();
        let out = |name: &String| excluded.iter().any(|out| out.is_match(name));
        selection.named.retain(|name| !out(name));
        Ok(selection)
    }

    /// Whether a repository is wanted, by its name or by a pattern.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.named.contains(name)
            || (self.listed.iter().any(|want| want.is_match(name))
                && !self.excluded.iter().any(|out| out.is_match(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: Option<&str>, repositories: &[&str]) -> Result<Config, ConnectorError> {
        Config::read(&Settings {
            name: "images".to_owned(),
            url: url.map(str::to_owned),
            repositories: repositories.iter().map(|&text| text.to_owned()).collect(),
            environment: Some("{staging,production}".to_owned()),
            ..Settings::default()
        })
    }

    #[test]
    fn the_registry_is_named_by_the_address_or_by_the_images() {
        let base = |url, images: &[&str]| {
            let base = read(url, images).unwrap().base;
            (base.url, base.host)
        };
        let of = |url: &str, host: &str| (url.to_owned(), host.to_owned());
        assert_eq!(
            base(None, &["ghcr.io/acme/shop", "!ghcr.io/acme/old"]),
            of("https://ghcr.io", "ghcr.io")
        );
        assert_eq!(
            base(Some("http://localhost:5000/"), &["shop"]),
            of("http://localhost:5000", "localhost:5000")
        );
        assert_eq!(
            base(None, &["docker.io/debian"]),
            of("https://registry-1.docker.io", "docker.io")
        );
        assert_eq!(
            base(Some("https://x.example/api/docker/r/v2/"), &["a"]).0,
            "https://x.example/api/docker/r"
        );
        for (url, images) in [
            (None, vec!["acme/shop"]),
            (None, vec!["ghcr.io/a/b", "quay.io/a/b"]),
            (Some("https://ghcr.io"), vec!["quay.io/a/b"]),
            (Some("https://jane:hunter2@ghcr.io"), vec!["a/b"]),
            (Some("https://ghcr.io"), vec!["!a/b"]),
            (Some("https://ghcr.io"), vec!["a/[b"]),
        ] {
            let error = read(url, &images).unwrap_err();
            assert!(error.to_string().contains("\"images\""), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn names_with_and_without_their_host_are_one() {
        let config = read(
            Some("https://ghcr.io"),
            &["ghcr.io/acme/shop", "acme/*", "!acme/attic-*"],
        )
        .unwrap();
        assert_eq!(
            config.selection.named.iter().collect::<Vec<_>>(),
            ["acme/shop"]
        );
        assert!(config.selection.wants("acme/cart"));
        assert!(!config.selection.wants("acme/attic-1"));
        assert!(!config.selection.wants("acme/team/cart"));
        assert_eq!(
            config.base.below("ghcr.io/acme/x").as_deref(),
            Some("acme/x")
        );
        assert_eq!(config.base.below("quay.io/acme/x"), None);
        assert!(config.is_environment("production") && !config.is_environment("latest"));
        let hub = read(None, &["docker.io/debian"]).unwrap();
        assert_eq!(hub.base.below("debian").as_deref(), Some("library/debian"));
    }

    #[test]
    fn nothing_odd_becomes_a_part_of_an_address() {
        for text in ["", "/a", "a//b", "../a", "a?b", "a b", "a/..", "é"] {
            assert!(!is_name(text), "{text}");
        }
        assert!(is_tag("_1") && is_tag("v1.2-rc.1") && !is_tag("-a") && !is_tag("a/b"));
    }
}
