//! Where a change is pushed, and by what credentials: those that git itself finds, as its clone is told, or the source's own token. They go to the git
//! program by its environment, never by its arguments, and are struck out of all that it says.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gix::bstr::ByteSlice;
use gix::config::Source;
use gix::remote::Direction;
use secrecy::{ExposeSecret, SecretString};

use super::super::client;
use super::super::config::Config;
use super::super::identity::Address;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// What hosts take for the name of whoever shows a token, where they look at it at all.
const TOKEN_USER: &str = "x-access-token";
const STRUCK_OUT: &str = "***";
/// Shorter, and a word of every message might be struck out.
const SHORTEST_SECRET: usize = 4;

/// What a source is told of its remote, besides its clone.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The remote of a source without a clone.
    pub url: Option<String>,
    pub user: Option<String>,
    pub token: Option<SecretString>,
    /// Why there is no token, where there should be one.
    pub lacks: Option<ConnectorError>,
}

/// A remote as the git program is told of it.
pub struct Remote {
    /// Without credentials: what may be shown.
    pub shown: String,
    /// `owner/name`.
    pub repository: String,
    /// Keys and values of git's configuration; some are secret.
    pub settings: Vec<(String, String)>,
    secrets: BTreeSet<String>,
}

impl Remote {
    /// The remote of a source.
    pub fn of(config: &Config, access: &Access) -> Result<Self, ConnectorError> {
        if let Some(lacks) = &access.lacks {
            return Err(lacks.clone());
        }
        let (url, settings) = match &access.url {
            Some(url) => (parsed(url, config)?, Vec::new()),
            None => of_clone(config, access)?,
        };
        let Some(address) = Address::of(&url) else {
            return Err(wrong(config, "its remote has no name"));
        };
        let mut remote = Self {
            repository: config
                .repository
                .clone()
                .unwrap_or_else(|| address.repository.clone()),
            shown: address.url,
            settings,
            secrets: BTreeSet::new(),
        };
        remote.set("remote.origin.url", &url.to_bstring().to_string());
        for part in [url.password.as_deref(), url.user.as_deref()] {
            // On the web a user may be a token; elsewhere it is a name.
            let secret = part.filter(|part| address.host.is_some() && *part != "git");
            remote.hide(secret.unwrap_or_default());
        }
        if let Some(token) = &access.token {
            remote.log_in(&url, access.user.as_deref(), token)?;
        }
        Ok(remote)
    }

    fn set(&mut self, key: &str, value: &str) {
        self.settings.push((key.to_owned(), value.to_owned()));
    }

    fn hide(&mut self, secret: &str) {
        if secret.len() >= SHORTEST_SECRET {
            self.secrets.insert(secret.to_owned());
        }
    }

    /// Sends the source's token, to this host alone, and asks nobody else for one.
    fn log_in(
        &mut self,
        url: &gix::Url,
        user: Option<&str>,
        token: &SecretString,
    ) -> Result<(), ConnectorError> {
        let Some(host) = url
            .host
            .as_deref()
            .filter(|_| url.scheme.as_str().starts_with("http"))
        else {
            return Err(ConnectorError::new(
                ErrorKind::Configuration,
                self.shown.clone(),
                "a token is of use over https alone",
            )
            .hinted("take `token` out of the source, or give it a remote with https"));
        };
        let port = url.port.map(|port| format!(":{port}")).unwrap_or_default();
        let user = user.unwrap_or(TOKEN_USER);
        let login = STANDARD.encode(format!("{user}:{}", token.expose_secret()));
        let of_host = format!("http.{}://{host}{port}/", url.scheme.as_str());
        self.set("credential.helper", "");
        self.set(
            &format!("{of_host}.extraHeader"),
            &format!("Authorization: Basic {login}"),
        );
        // Git would send the header along to wherever it is led.
        self.set("http.followRedirects", "false");
        self.hide(token.expose_secret());
        self.hide(&login);
        Ok(())
    }

    /// A text of the git program without what is secret.
    pub fn cleaned(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), STRUCK_OUT);
        }
        text
    }
}

/// The `context.source` of what a source tells; without its credentials, and without its remote where it has none.
pub fn source(config: &Config, access: &Access) -> Option<String> {
    let repository = match (&config.repository, &access.url) {
        (Some(repository), _) => repository.clone(),
        (None, Some(url)) => Address::of(&gix::url::parse(url.as_str()).ok()?)?.repository,
        (None, None) => super::super::identify(&config.path).ok()?.repository,
    };
    Some(format!("git:{repository}"))
}

fn wrong(config: &Config, detail: impl Into<String>) -> ConnectorError {
    let context = format!("source {:?}", config.name);
    ConnectorError::new(ErrorKind::Configuration, context, detail)
}

fn parsed(url: &str, config: &Config) -> Result<gix::Url, ConnectorError> {
    gix::url::parse(url).map_err(|_| wrong(config, "its `url` is no address of a repository"))
}

type OfClone = (gix::Url, Vec<(String, String)>);

/// The remote of a clone, and what its own configuration says of reaching it.
fn of_clone(config: &Config, access: &Access) -> Result<OfClone, ConnectorError> {
    let repository = client::open(&config.path)?;
    let names = repository.remote_names();
    let name = match names.iter().find(|name| name.as_bstr() == "origin") {
        Some(origin) => Some(origin),
        None if names.len() == 1 => names.iter().next(),
        None => None,
    };
    let remote = name.and_then(|name| repository.try_find_remote(name.as_bstr()));
    let url = remote
        .and_then(Result::ok)
        .and_then(|remote| remote.url(Direction::Push).cloned());
    let Some(mut url) = url else {
        return Err(wrong(config, "its clone has no remote `origin`")
            .hinted("add one with `git remote add origin`, or give the source a `url`"));
    };
    if url.scheme == gix::url::Scheme::File {
        // A path is meant from the clone, and the git program runs elsewhere.
        let root = repository.workdir().unwrap_or(repository.git_dir());
        let path = root.join(url.path.to_path_lossy());
        let path = path.canonicalize().unwrap_or(path);
        url = gix::url::parse(path.to_string_lossy().as_ref())
            .map_err(|_| wrong(config, "its remote is no address of a repository"))?;
    }
    Ok((url, told(&repository, access.token.is_some())))
}

/// What a clone's own configuration says of people, ways and credentials; its hooks, aliases and filters stay behind.
fn told(repository: &gix::Repository, has_token: bool) -> Vec<(String, String)> {
    let snapshot = repository.config_snapshot();
    let mut told = Vec::new();
    for section in snapshot.plumbing().sections() {
        if !matches!(section.meta().source, Source::Local | Source::Worktree) {
            continue;
        }
        let header = section.header();
        let name = header.name().to_string().to_ascii_lowercase();
        let beneath = header
            .subsection_name()
            .map(|beneath| format!(".{beneath}"))
            .unwrap_or_default();
        for key in section.value_names() {
            let lower = key.to_ascii_lowercase();
            let wanted = match name.as_str() {
                "user" => true,
                "credential" => !has_token,
                "http" => !has_token || lower != "extraheader",
                "core" => lower == "sshcommand",
                "ssh" => lower == "variant",
                _ => false,
            };
            let values = if wanted {
                section.values(&key)
            } else {
                Vec::new()
            };
            for value in values {
                told.push((format!("{name}{beneath}.{key}"), value.to_string()));
            }
        }
    }
    told
}
