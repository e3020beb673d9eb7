//! What a `PagerDuty` source is told: where its API is.

use url::Url;

use crate::connector::ConnectorError;
use crate::connector::http::address::{Address, Hint};

const PUBLIC: &str = "https://api.pagerduty.com";

const HINT: Hint = Hint {
    example: "leave `url` out, or url = \"https://api.eu.pagerduty.com\"",
    login: "name a token with `token`",
};

/// Where the API is.
#[derive(Clone, Debug)]
pub struct Base {
    url: Url,
    /// `pagerduty:<host>`: the source of its events.
    pub source: String,
}

impl Base {
    pub fn read(source: &str, address: Option<&str>) -> Result<Self, ConnectorError> {
        let address = Address::read(source, address.unwrap_or(PUBLIC), HINT)?;
        let source = format!(
            "pagerduty:{}{}{}",
            address.host,
            address.port(),
            address.path()
        );
        let mut url = address.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { url, source })
    }

    /// An address below the base.
    #[must_use]
    pub fn api(&self, pieces: &[&str], query: &[(&str, &str)]) -> String {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(pieces);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url.into()
    }
}
