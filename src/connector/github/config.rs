//! What a GitHub source is told: where it is, whose token it uses, and which repositories it reads.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::connector::ConnectorError;
use crate::connector::http::address::{Address, Hint};
pub use crate::connector::selection::{Selection, is_repository};
use crate::event::time::Span;

/// The API of the public GitHub.
pub const PUBLIC: &str = "https://api.github.com";

const HINT: Hint = Hint {
    example: "url = \"https://github.example.com/api/v3\", or leave it out for github.com",
    login: "name it with `token`",
};

/// A source of kind `github`.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The name of the source in the configuration.
    pub name: String,
    /// The base of the API; `https://HOST/api/v3` for an Enterprise Server.
    pub url: Option<String>,
    pub token: Option<SecretString>,
    /// `owner/name`, `owner/*`, and with a leading `!` what is left out.
    pub repositories: Vec<String>,
    /// Certificates to trust beside the system's, as PEM.
    pub ca_file: Option<PathBuf>,
    /// A certificate and its key, as PEM, by which leadtime shows who it is.
    pub client_certificate: Option<PathBuf>,
    /// How far back the first reading goes.
    pub since: Option<Span>,
    /// How long an answer may take. `None`: as long as is usual.
    pub patience: Option<Duration>,
}

/// Where the API is.
#[derive(Clone, Debug)]
pub struct Base {
    /// Without a slash at the end.
    pub url: String,
    /// The host as it stands in the source of events.
    pub host: String,
    pub is_public: bool,
}

impl Base {
    /// Reads the address of the API.
    pub fn read(source: &str, address: Option<&str>) -> Result<Self, ConnectorError> {
        let address = Address::read(source, address.unwrap_or(PUBLIC), HINT)?;
        let is_public = address.host == "api.github.com";
        Ok(Self {
            url: address.at(address.path()),
            // data residency: api.acme.ghe.com is the API of acme.ghe.com
            host: match address.host.strip_prefix("api.") {
                Some(rest) if is_public || rest.ends_with(".ghe.com") => rest.to_owned(),
                _ => address.host,
            },
            is_public,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(patterns: &[&str]) -> Result<Selection, ConnectorError> {
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        Selection::read("gh", &patterns)
    }

    #[test]
    fn patterns_take_and_leave_out() {
        let selection =
            select(&["!acme/attic-*", "acme/*", "Other/One", "acme/attic-named"]).unwrap();
        assert_eq!(
            selection.named.iter().collect::<Vec<_>>(),
            ["Other/One"],
            "left out wins over named"
        );
        assert_eq!(selection.owners().into_iter().collect::<Vec<_>>(), ["acme"]);
        assert!(selection.wants("Acme/checkout"));
        assert!(!selection.wants("acme/attic-old"));
        assert!(!selection.wants("other/checkout"));
        assert!(selection.has("other/one") && selection.has("acme/checkout"));
        assert!(!selection.has("acme/attic-named") && !selection.has("other/two"));
    }

    #[test]
    fn only_a_repository_stands_in_an_address() {
        assert!(is_repository("acme/check-out_2.0"));
        for wrong in [
            "acme", "acme/", "a/b/c", "../x", "acme/..", "a/b?c", "a/b%2f",
        ] {
            assert!(!is_repository(wrong), "{wrong}");
        }
    }

    #[test]
    fn wrong_patterns_are_named() {
        for wrong in ["checkout", "*/checkout", "/x", "acme/", "acme/[a"] {
            let error = select(&[wrong]).unwrap_err().to_string();
            assert!(error.contains(&format!("{wrong:?}")), "{error}");
            assert!(error.contains("\"gh\""), "{error}");
        }
        assert!(select(&["!acme/*"]).is_err(), "nothing is left to read");
    }

    #[test]
    fn the_host_of_events_is_the_host_that_people_know() {
        let host = |url| Base::read("gh", url).unwrap().host;
        assert_eq!(host(None), "github.com");
        assert_eq!(host(Some("https://api.github.com/")), "github.com");
        assert_eq!(
            host(Some("https://Github.Example.com/api/v3/")),
            "github.example.com"
        );
        assert_eq!(host(Some("https://api.acme.ghe.com")), "acme.ghe.com");
        assert_eq!(
            Base::read("gh", Some("https://x.example/api/v3/"))
                .unwrap()
                .url,
            "https://x.example/api/v3"
        );
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let error = Base::read("gh", Some("https://jane:hunter2@x.example")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert!(Base::read("gh", Some("ftp://x.example")).is_err());
        assert!(Base::read("gh", Some("github")).is_err());
    }
}
