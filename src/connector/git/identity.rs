//! Which repository a folder holds: what its remote is called, and what else can be said of it without reading its history. An address may hold
//! a password; it is dropped here, before anything can show it.

use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;
use gix::remote::Direction;
use gix::url::Scheme;

use crate::connector::ConnectorError;

use super::client;

/// What a repository is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `owner/name` as the remote has it, else the name of the folder.
    pub repository: String,
    pub host: Option<String>,
    /// Where it comes from, without credentials.
    pub url: Option<String>,
    /// Part of the history is not there.
    pub shallow: bool,
    /// The branch that HEAD stands on, even where it has no commit yet; `None`: on no branch.
    pub head: Option<String>,
}

/// The repository that `start` is in: the root of its work tree, or the repository itself where it is bare. One that cannot be opened is found too:
/// opening it says why.
#[must_use]
pub fn discover(start: &Path) -> Option<PathBuf> {
    let Ok((found, _)) = gix::discover::upwards(start) else {
        return barred(start);
    };
    let (repository, work_tree) = found.into_repository_and_work_tree_directories();
    let root = work_tree.unwrap_or(repository);
    if root.as_os_str().is_empty() {
        return Some(PathBuf::from("."));
    }
    Some(root)
}

/// The folder whose `.git` points elsewhere in vain, or may not be looked into.
fn barred(start: &Path) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    let is_barred = |folder: &&Path| {
        let git = folder.join(".git");
        git.is_file() || git.is_dir() && git.read_dir().is_err()
    };
    start.ancestors().find(is_barred).map(Path::to_owned)
}

/// Says which repository a folder holds.
pub fn identify(path: &Path) -> Result<Identity, ConnectorError> {
    Ok(of(&client::open(path)?))
}

pub(super) fn of(repository: &gix::Repository) -> Identity {
    let address = remote(repository).and_then(|url| Address::of(&url));
    let (name, host, url) = match address {
        Some(address) => (address.repository, address.host, Some(address.url)),
        None => (folder(repository), None, None),
    };
    Identity {
        repository: name,
        host,
        url,
        shallow: repository.is_shallow().unwrap_or(false),
        head: repository
            .head_name()
            .ok()
            .flatten()
            .map(|name| name.shorten().to_string()),
    }
}

/// The address of `origin`, else of the only remote.
fn remote(repository: &gix::Repository) -> Option<gix::Url> {
    let names = repository.remote_names();
    let name = match names.iter().find(|name| name.as_bstr() == "origin") {
        Some(origin) => origin,
        None if names.len() == 1 => names.iter().next()?,
        None => return None,
    };
    let remote = repository.try_find_remote(name.as_bstr())?.ok()?;
    remote.url(Direction::Fetch).cloned()
}

fn folder(repository: &gix::Repository) -> String {
    // Of a linked work tree too, the name is that of the repository.
    let shared = repository.common_dir();
    let shared = shared.canonicalize().unwrap_or_else(|_| shared.to_owned());
    let root = match shared.file_name() {
        Some(name) if name == ".git" => shared.parent().unwrap_or(&shared),
        _ => &shared,
    };
    let name = root
        .file_name()
        .map_or("repository".into(), |name| name.to_string_lossy());
    name.strip_suffix(".git").unwrap_or(&name).to_owned()
}

/// What an address says.
pub(super) struct Address {
    pub repository: String,
    pub host: Option<String>,
    /// Without credentials.
    pub url: String,
}

impl Address {
    pub fn of(url: &gix::Url) -> Option<Self> {
        let path = url.path.to_str_lossy();
        // A token may also stand behind the path.
        let path = path.split(['?', '#']).next().unwrap_or("");
        let trimmed = path.trim_matches(['/', '\\']);
        let without = trimmed.strip_suffix(".git");
        let trimmed = without.unwrap_or(trimmed);
        let host = url.host.clone().filter(|_| url.scheme != Scheme::File);
        let mut parts: Vec<&str> = trimmed
            .split(['/', '\\'])
            .filter(|part| {
                !part.is_empty() && *part != "_git" && *part != "~" && *part != ".." && *part != "."
            })
            .collect();
        match host.as_deref() {
            // A path on this machine says where it lies; only the end of it is a name.
            None => {
                let kept = if without.is_some() { 2 } else { 1 };
                parts.drain(..parts.len().saturating_sub(kept));
            }
            Some("ssh.dev.azure.com") if parts.first() == Some(&"v3") => drop(parts.remove(0)),
            Some(_) if parts.len() > 2 && parts.first() == Some(&"scm") => drop(parts.remove(0)),
            Some(_) => {}
        }
        if parts.is_empty() {
            return None;
        }
        Some(Self {
            repository: parts.join("/"),
            url: written(url, path),
            host: host.map(|host| match host.as_str() {
                "ssh.dev.azure.com" => "dev.azure.com".to_owned(),
                // Where SSH is taken on the port of HTTPS.
                "ssh.github.com" => "github.com".to_owned(),
                "altssh.gitlab.com" => "gitlab.com".to_owned(),
                "altssh.bitbucket.org" => "bitbucket.org".to_owned(),
                _ => host,
            }),
        })
    }
}

/// The address again, without a password; without a user too where that may be a token.
fn written(url: &gix::Url, path: &str) -> String {
    let Some(host) = url.host.as_deref().filter(|_| url.scheme != Scheme::File) else {
        return path.to_owned();
    };
    let user = match (&url.scheme, url.user.as_deref()) {
        (Scheme::Ssh, Some("git")) => "git@",
        _ => "",
    };
    let port = url.port.map(|port| format!(":{port}")).unwrap_or_default();
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{}://{user}{host}{port}{slash}{path}", url.scheme.as_str())
}

/// The commit that a repository calls by a name such as `HEAD` or `main`.
#[must_use]
pub fn resolve(path: &Path, name: &str) -> Option<String> {
    let repository = gix::open(path).ok()?;
    let object = repository.rev_parse_single(name).ok()?.object().ok()?;
    let commit = object.peel_to_commit().ok()?;
    Some(commit.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (String, String, String) {
        let url = gix::url::parse(url).unwrap();
        let address = Address::of(&url).unwrap();
        (
            address.repository,
            address.host.unwrap_or_default(),
            address.url,
        )
    }

    fn is(url: &str, repository: &str, host: &str, clean: &str) {
        let expected = (repository.to_owned(), host.to_owned(), clean.to_owned());
        assert_eq!(read(url), expected, "{url}");
    }

    #[test]
    fn web_addresses_lose_their_credentials() {
        let (shop, host) = ("acme/shop", "github.com");
        let clean = "https://github.com/acme/shop";
        is("https://github.com/acme/shop", shop, host, clean);
        is(
            "https://jane:s3cret@github.com/acme/shop",
            shop,
            host,
            clean,
        );
        is("https://ghp_s3cret@github.com/acme/shop", shop, host, clean);
        is(
            "https://github.com/acme/shop?token=s3cret",
            shop,
            host,
            clean,
        );
        let port = "https://example.org:8443/acme/shop.git";
        is(port, shop, "example.org", port);
    }

    #[test]
    fn addresses_over_ssh() {
        is(
            "git@gitlab.com:group/sub/pay.git",
            "group/sub/pay",
            "gitlab.com",
            "ssh://git@gitlab.com/group/sub/pay.git",
        );
        is(
            "ssh://git:s3cret@example.org:7999/SHOP/checkout.git",
            "SHOP/checkout",
            "example.org",
            "ssh://git@example.org:7999/SHOP/checkout.git",
        );
    }

    #[test]
    fn hosts_with_ways_of_their_own() {
        let scm = "https://example.org/scm/SHOP/checkout.git";
        is(scm, "SHOP/checkout", "example.org", scm);
        let azure = "https://dev.azure.com/acme/web/_git/shop";
        is(azure, "acme/web/shop", "dev.azure.com", azure);
        is(
            "git@ssh.dev.azure.com:v3/acme/web/shop",
            "acme/web/shop",
            "dev.azure.com",
            "ssh://git@ssh.dev.azure.com/v3/acme/web/shop",
        );
        for (host, by_ssh) in [
            ("github.com", "ssh.github.com"),
            ("gitlab.com", "altssh.gitlab.com"),
            ("bitbucket.org", "altssh.bitbucket.org"),
        ] {
            let url = format!("ssh://git@{by_ssh}:443/acme/shop.git");
            is(&url, "acme/shop", host, &url);
        }
    }

    #[test]
    fn folders() {
        let bare = "/srv/git/acme/shop.git";
        is("file:///srv/git/acme/shop.git", "acme/shop", "", bare);
        is("/home/jane/shop", "shop", "", "/home/jane/shop");
        is("../shop.git", "shop", "", "../shop.git");
    }
}
