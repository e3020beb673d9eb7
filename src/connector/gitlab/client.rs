//! The transport: JSON over HTTP with the token as a bearer, which GitLab takes for personal, project and group access tokens and for OAuth alike. Retries,
//! limits and conditions are the wrapper's ([`crate::connector::http`]).

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::http::plain::{Login, Plain};
use crate::connector::http::{Http, Policy};

/// gitlab.com allows 2000 requests a minute with a token; some of it is left for people.
const PER_MINUTE: usize = 1500;

/// A client for a source. `is_public`: it is gitlab.com, whose pace is known.
pub fn open(settings: &Settings, is_public: bool) -> Result<Http<Plain>, ConnectorError> {
    let login = match &settings.token {
        Some(token) => Login::Bearer(token.clone()),
        None => Login::None,
    };
    let policy = Policy {
        per_minute: is_public.then_some(PER_MINUTE),
        ..Policy::default()
    };
    Ok(Http::new(Plain::new(settings, login)?, policy))
}
