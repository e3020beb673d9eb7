//! How a registry lets one in: it refuses, names who gives out tokens (`WWW-Authenticate: Bearer realm, service, scope`), and takes such a token; or it
//! asks for user and password themselves. What it takes is kept until it is refused, for reading; for a deed it is fetched anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Client, RequestBuilder};
use secrecy::ExposeSecret;
use url::Url;

use super::credential::{Credential, Finder};
use super::wire;
use crate::connector::http::dial::causes;
use crate::connector::http::plain::whole;
use crate::connector::http::{Answer, Broken};

/// What a registry asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenge {
    Basic,
    Bearer {
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
}

/// What comes of a challenge: a header that lets one in, none that could, or the answer of who refused.
pub enum Entry {
    Pass(HeaderValue),
    Nobody,
    Refused(Answer),
}

/// Keeps what lets one in, by what for.
pub struct Door {
    finder: Finder,
    passes: Mutex<HashMap<String, HeaderValue>>,
}

impl Challenge {
    /// The challenge of an answer: the one that asks for a token, where several are given.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let mut basic = None;
        for header in headers.get_all(WWW_AUTHENTICATE) {
            let Ok(challenges) = header.to_str().map(http_auth::parse_challenges) else {
                continue;
            };
            for challenge in challenges.unwrap_or_default() {
                let value = |name: &str| {
                    let mut params = challenge.params.iter();
                    let found = params.find(|(key, _)| key.eq_ignore_ascii_case(name));
                    found.map(|(_, value)| value.to_unescaped())
                };
                if challenge.scheme.eq_ignore_ascii_case("bearer")
                    && let Some(realm) = value("realm")
                {
                    return Some(Self::Bearer {
                        realm,
                        service: value("service"),
                        scope: value("scope"),
                    });
                }
                if challenge.scheme.eq_ignore_ascii_case("basic") {
                    basic = Some(Self::Basic);
                }
            }
        }
        basic
    }
}

impl Door {
    #[must_use]
    pub fn new(finder: Finder) -> Self {
        Self {
            finder,
            passes: Mutex::default(),
        }
    }

    pub fn kept(&self, what_for: &str) -> Option<HeaderValue> {
        let passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        passes.get(what_for).cloned()
    }

    pub fn keep(&self, what_for: &str, pass: HeaderValue) {
        let mut passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        passes.insert(what_for.to_owned(), pass);
    }

    /// What lets one in where nothing was asked for yet: user and password, where there are any.
    pub async fn unasked(&self, client: &Client) -> Result<Entry, Broken> {
        let credential = self.finder.find().await.map_err(Broken)?;
        Ok(basic(client, &credential))
    }

    /// Answers a challenge. `scope` is what is asked for; a token is only fetched from where the way is as safe as to the registry itself.
    pub async fn enter(
        &self,
        client: &Client,
        registry: &str,
        challenge: &Challenge,
        scope: Option<&str>,
    ) -> Result<Entry, Broken> {
        let credential = self.finder.find().await.map_err(Broken)?;
        let Challenge::Bearer { realm, service, .. } = challenge else {
            return Ok(basic(client, &credential));
        };
        if !is_as_safe(registry, realm) {
            return Err(Broken(
                "the registry sends for a token to an address that is not as safe as its own; not followed".to_owned(),
            ));
        }
        let request = ask(client, realm, service.as_deref(), scope, &credential);
        let broken =
            |error: reqwest::Error| Broken(format!("who gives out tokens: {}", causes(&error)));
        let answer = request.send().await.map_err(broken)?;
        token(whole(answer).await.map_err(broken)?)
    }
}

fn is_as_safe(registry: &str, realm: &str) -> bool {
    match (Url::parse(registry), Url::parse(realm)) {
        (Ok(registry), Ok(realm)) => {
            realm.scheme() == "https" || (realm.scheme() == "http" && registry.scheme() == "http")
        }
        _ => false,
    }
}

fn ask(
    client: &Client,
    realm: &str,
    service: Option<&str>,
    scope: Option<&str>,
    credential: &Credential,
) -> RequestBuilder {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    pairs.extend(service.map(|service| ("service", service)));
    pairs.extend(scope.map(|scope| ("scope", scope)));
    match credential {
        Credential::Nobody => client.get(realm).query(&pairs),
        Credential::Password { user, password } => client
            .get(realm)
            .query(&pairs)
            .basic_auth(user, Some(password.expose_secret())),
        Credential::Identity(token) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("grant_type", "refresh_token");
            form.append_pair("client_id", "leadtime");
            form.append_pair("refresh_token", token.expose_secret());
            form.extend_pairs(pairs);
            client
                .post(realm)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.finish())
        }
    }
}

fn token(answer: Answer) -> Result<Entry, Broken> {
    if !answer.is_success() {
        // Whatever it is, it is no word about the thing that was asked for.
        let status = match answer.status {
            status @ (401 | 403 | 429 | 500..=599) => status,
            _ => 401,
        };
        return Ok(Entry::Refused(Answer { status, ..answer }));
    }
    let wire::Token {
        token,
        access_token,
    } = serde_json::from_str(&answer.body).unwrap_or_default();
    let token = token.or(access_token).filter(|token| !token.is_empty());
    let pass = token.and_then(|token| pass(&format!("Bearer {token}")));
    // The body may hold a secret: nothing of it is told.
    pass.map(Entry::Pass)
        .ok_or_else(|| Broken("who gives out tokens answers none".to_owned()))
}

fn basic(client: &Client, credential: &Credential) -> Entry {
    let Credential::Password { user, password } = credential else {
        return Entry::Nobody;
    };
    // The client knows how it is written; this request is never sent.
    let request = client
        .get("http://localhost/")
        .basic_auth(user, Some(password.expose_secret()))
        .build();
    let header = request
        .ok()
        .and_then(|request| request.headers().get(AUTHORIZATION).cloned());
    header.map_or(Entry::Nobody, Entry::Pass)
}

fn pass(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(texts: &[&str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for text in texts {
            headers.append(WWW_AUTHENTICATE, text.parse().unwrap());
        }
        Challenge::read(&headers)
    }

    #[test]
    fn challenges_are_read_with_commas_in_them() {
        let bearer = "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:a/b:pull,push\"";
        let wanted = Challenge::Bearer {
            realm: "https://auth.docker.io/token".to_owned(),
            service: Some("registry.docker.io".to_owned()),
            scope: Some("repository:a/b:pull,push".to_owned()),
        };
        assert_eq!(challenge(&[bearer]), Some(wanted.clone()));
        assert_eq!(challenge(&["Basic realm=\"x\"", bearer]), Some(wanted));
        assert_eq!(challenge(&["basic realm=\"x\""]), Some(Challenge::Basic));
        for nothing in ["", "Bearer", "Negotiate", "Bearer realm=\"", "\"\"\","] {
            assert_eq!(challenge(&[nothing]), None, "{nothing}");
        }
    }

    #[test]
    fn credentials_go_nowhere_less_safe_than_the_registry() {
        assert!(is_as_safe("https://ghcr.io", "https://auth.example/token"));
        assert!(is_as_safe(
            "http://localhost:5000",
            "http://localhost:5001/t"
        ));
        assert!(!is_as_safe("https://ghcr.io", "http://auth.example/token"));
        assert!(!is_as_safe("https://ghcr.io", "/token"));
        assert!(!is_as_safe("http://localhost", "file:///etc/passwd"));
    }
}
