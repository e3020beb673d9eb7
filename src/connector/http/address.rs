//! Addresses: where a tool is, as the `url` of its source says, and texts as they may stand in what lies below it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::connector::ConnectorError;

/// Where a tool is: an http address with a host, and without credentials.
#[derive(Clone, Debug)]
pub struct Address {
    pub url: Url,
    /// In lower case.
    pub host: String,
}

/// What is said to those who wrote a wrong one.
#[derive(Clone, Copy, Debug)]
pub struct Hint {
    /// A right one, as a line of the configuration.
    pub example: &'static str,
    /// Where credentials belong.
    pub login: &'static str,
}

impl Address {
    /// Reads the `url` of a source. Credentials in it are refused and not repeated.
    pub fn read(source: &str, text: &str, hint: Hint) -> Result<Self, ConnectorError> {
        let wrong = |detail: &str| ConnectorError::configuration(source, "url", detail);
        let url = Url::parse(text)
            .map_err(|error| wrong(&format!("is no address: {error}")).hinted(hint.example))?;
        let is_http = matches!(url.scheme(), "https" | "http");
        let Some(host) = url.host_str().filter(|_| is_http) else {
            return Err(wrong("is no http address").hinted(hint.example));
        };
        if !url.username().is_empty() || url.password().is_some() {
            let hint = format!("take it out of the address and {}", hint.login);
            return Err(wrong("holds a user or a password").hinted(hint));
        }
        let host = host.to_ascii_lowercase();
        Ok(Self { url, host })
    }

    /// Without a slash at the end.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// The address of another path there.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url.origin().ascii_serialization())
    }

    /// `:8080`, or nothing where it is the usual one.
    #[must_use]
    pub fn port(&self) -> String {
        let port = self.url.port();
        port.map_or_else(String::new, |port| format!(":{port}"))
    }
}

/// What RFC 3986 leaves as it is, beside letters and digits.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as one piece of a path or a query: `acme%2Fcheckout`.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_piece() {
        assert_eq!(encoded("acme/pay/led ger"), "acme%2Fpay%2Fled%20ger");
        assert_eq!(encoded("a-b_c.d~é?"), "a-b_c.d~%C3%A9%3F");
    }
}
