//! What a Gitea source is told: where it is. Which repositories it reads is told as for other hosts ([`crate::connector::selection`]).

use crate::connector::ConnectorError;
use crate::connector::http::address::{Address, Hint};

const HINT: Hint = Hint {
    example: "url = \"https://gitea.example.com\", as it is opened in a browser",
    login: "name it with `token`",
};

/// Where the API is.
#[derive(Clone, Debug)]
pub struct Base {
    /// With `/api/v1`, without a slash at the end.
    pub url: String,
    /// `<host>[:port][/path]`, as it stands in the source of events.
    pub host: String,
}

impl Base {
    /// Reads the address: of the web interface, with or without `/api/v1`.
    pub fn read(source: &str, address: Option<&str>) -> Result<Self, ConnectorError> {
        let Some(address) = address else {
            let missing = ConnectorError::configuration(source, "url", "is missing");
            return Err(missing.hinted(HINT.example));
        };
        let address = Address::read(source, address, HINT)?;
        let path = address.path();
        let path = path.strip_suffix("/api/v1").unwrap_or(path);
        Ok(Self {
            url: address.at(&format!("{path}/api/v1")),
            host: format!("{}{}{path}", address.host, address.port()),
        })
    }

    /// The source of the events of a repository.
    #[must_use]
    pub fn source_of(&self, repository: &str) -> String {
        format!("gitea:{}/{repository}", self.host)
    }

    /// The repository of a source, where it is of this Gitea.
    #[must_use]
    pub fn repository_of<'s>(&self, source: &'s str) -> Option<&'s str> {
        let rest = source.strip_prefix("gitea:")?;
        rest.strip_prefix(&self.host)?.strip_prefix('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_found_below_any_address() {
        for (given, url, host) in [
            (
                "https://Git.Example.com/",
                "https://git.example.com/api/v1",
                "git.example.com",
            ),
            (
                "http://127.0.0.1:3000/code/api/v1/",
                "http://127.0.0.1:3000/code/api/v1",
                "127.0.0.1:3000/code",
            ),
        ] {
            let base = Base::read("g", Some(given)).unwrap();
            assert_eq!((base.url.as_str(), base.host.as_str()), (url, host));
            let source = base.source_of("acme/shop");
            assert_eq!(base.repository_of(&source), Some("acme/shop"));
            assert_eq!(base.repository_of("gitea:elsewhere/acme/shop"), None);
        }
        for wrong in [
            None,
            Some("git"),
            Some("ftp://x"),
            Some("https://u:hunter2@x"),
        ] {
            let error = Base::read("g", wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
