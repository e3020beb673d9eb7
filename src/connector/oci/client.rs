//! A registry as a transport: it lets itself be let in ([`super::auth`]), asks for all forms of a manifest, and fetches what lies on another host
//! without taking the credentials there. Retries, limits and conditions are the wrapper's ([`crate::connector::http`]).

use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, Method};
use url::Url;

use super::auth::{Challenge, Door, Entry};
use super::config::Base;
use super::credential::Finder;
use super::wire::MANIFESTS;
use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::http::dial::{Dial, causes, dial_as};
use crate::connector::http::hidden::Hidden;
use crate::connector::http::plain::{lost, whole};
use crate::connector::http::{
    Answer, Broken, Http, Lost, Outgoing, Policy, Posting, Sending, Transport,
};

/// How often a blob may be said to lie elsewhere.
const MOVES: usize = 3;

/// Sends with a client of its own, and is let in by what the registry asks for.
pub struct Registry {
    client: Client,
    base: Base,
    door: Door,
    hidden: Hidden,
}

/// A registry, with patience around it.
pub fn open(settings: &Settings, base: &Base) -> Result<Http<Registry>, ConnectorError> {
    let finder = Finder::new(settings, base);
    let hidden = finder.hidden();
    let registry = Registry {
        client: dial_as(&Dial::of(settings))?,
        base: base.clone(),
        door: Door::new(finder),
        hidden,
    };
    Ok(Http::new(registry, Policy::default()))
}

/// The repository that an address below `/v2/` speaks of, as the name of what is asked for there.
fn scope(base: &Base, url: &str, rights: &str) -> Option<String> {
    let path = url.strip_prefix(base.url.as_str())?.strip_prefix("/v2/")?;
    let path = path.split('?').next().unwrap_or(path);
    if path == "_catalog" {
        return Some("registry:catalog:*".to_owned());
    }
    let end = ["/manifests/", "/blobs/", "/tags/", "/referrers/"]
        .iter()
        .filter_map(|part| path.rfind(part))
        .max()?;
    Some(format!("repository:{}:{rights}", &path[..end]))
}

impl Registry {
    /// One request, as it is.
    async fn once(
        &self,
        url: &str,
        headers: &HeaderMap,
        pass: Option<HeaderValue>,
    ) -> Result<Answer, Broken> {
        let mut request = self.client.get(url).headers(headers.clone());
        if let Some(pass) = pass {
            request = request.header(AUTHORIZATION, pass);
        }
        let broken = |error: reqwest::Error| Broken(causes(&error));
        whole(request.send().await.map_err(broken)?)
            .await
            .map_err(broken)
    }

    /// Asks, and where it is refused at the door, once more with what was asked for.
    async fn ask(&self, url: &str, headers: &HeaderMap) -> Result<Answer, Broken> {
        let scope = scope(&self.base, url, "pull");
        let kept = scope.as_deref().unwrap_or_default();
        let answer = self.once(url, headers, self.door.kept(kept)).await?;
        let challenge = match answer.status {
            401 => Challenge::read(&answer.headers),
            _ => None,
        };
        let Some(challenge) = challenge else {
            return Ok(answer);
        };
        let wanted = match &challenge {
            Challenge::Bearer { scope: told, .. } => told.as_deref().or(scope.as_deref()),
            Challenge::Basic => None,
        };
        let entry = self
            .door
            .enter(&self.client, &self.base.url, &challenge, wanted);
        match entry.await? {
            Entry::Pass(pass) => {
                let second = self.once(url, headers, Some(pass.clone())).await?;
                if second.status != 401 {
                    self.door.keep(kept, pass);
                }
                Ok(second)
            }
            Entry::Refused(refused) => Ok(refused),
            Entry::Nobody => Ok(answer),
        }
    }

    /// Follows a blob to where it lies. Only its digest says that it is the right one, so nothing of ours goes along.
    async fn fetch_elsewhere(&self, url: &str, mut answer: Answer) -> Result<Answer, Broken> {
        let mut from = url.to_owned();
        for _ in 0..MOVES {
            let Some(to) = elsewhere(&from, &answer) else {
                return Ok(answer);
            };
            answer = self.once(to.as_str(), &HeaderMap::new(), None).await?;
            from = to.into();
        }
        Ok(answer)
    }

    /// What lets a deed in: asked for before it, so that the deed itself is sent once.
    async fn pass_for(&self, url: &str) -> Result<Option<HeaderValue>, Lost> {
        let unsent = |Broken(text): Broken| Lost::Unsent(text);
        let ping = format!("{}/v2/", self.base.url);
        let answer = self
            .once(&ping, &HeaderMap::new(), None)
            .await
            .map_err(unsent)?;
        let entry = match Challenge::read(&answer.headers) {
            Some(challenge) if answer.status == 401 => {
                let scope = scope(&self.base, url, "pull,push");
                let scope = scope.as_deref();
                self.door
                    .enter(&self.client, &self.base.url, &challenge, scope)
                    .await
            }
            _ => self.door.unasked(&self.client).await,
        };
        match entry.map_err(unsent)? {
            Entry::Pass(pass) => Ok(Some(pass)),
            Entry::Nobody => Ok(None),
            Entry::Refused(refused) => Err(Lost::Unsent(format!(
                "who gives out tokens for the registry answers {}; the credentials are wrong, or may not push",
                refused.status
            ))),
        }
    }
}

/// Where an answer sends to, when that is another host and as safe.
fn elsewhere(from: &str, answer: &Answer) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let from = Url::parse(from).ok()?;
    let to = from.join(answer.header(LOCATION.as_str())?).ok()?;
    let safe = to.scheme() == "https" || (to.scheme() == "http" && from.scheme() == "http");
    (safe && to.origin() != from.origin()).then_some(to)
}

impl Transport for Registry {
    fn get<'a>(&'a self, url: &'a str, mut headers: HeaderMap) -> Sending<'a> {
        headers.insert(ACCEPT, HeaderValue::from_static(MANIFESTS));
        Box::pin(async move {
            let answer = self.ask(url, &headers).await?;
            if url.contains("/blobs/") {
                return self.fetch_elsewhere(url, answer).await;
            }
            Ok(answer)
        })
    }

    fn send<'a>(&'a self, outgoing: Outgoing<'a>) -> Posting<'a> {
        Box::pin(async move {
            let method = Method::from_bytes(outgoing.method.as_bytes())
                .map_err(|_| Lost::Unsent(format!("{:?} is no method", outgoing.method)))?;
            let pass = self.pass_for(outgoing.url).await?;
            let mut request = self
                .client
                .request(method, outgoing.url)
                .headers(outgoing.headers);
            if let Some(pass) = pass {
                request = request.header(AUTHORIZATION, pass);
            }
            if let Some(body) = outgoing.body {
                request = request.body(body.to_vec());
            }
            let answer = request.send().await.map_err(|error| lost(&error))?;
            whole(answer)
                .await
                .map_err(|error| Lost::Unknown(causes(&error)))
        })
    }

    fn hidden(&self) -> Option<&Hidden> {
        Some(&self.hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_named_as_registries_name_it() {
        let base = Base {
            url: "https://ghcr.io".to_owned(),
            host: "ghcr.io".to_owned(),
        };
        let of = |path: &str| scope(&base, &format!("https://ghcr.io{path}"), "pull");
        assert_eq!(
            of("/v2/acme/tags/shop/tags/list?n=2").as_deref(),
            Some("repository:acme/tags/shop:pull")
        );
        assert_eq!(
            of("/v2/acme/shop/manifests/1.0").as_deref(),
            Some("repository:acme/shop:pull")
        );
        assert_eq!(
            of("/v2/_catalog?n=9").as_deref(),
            Some("registry:catalog:*")
        );
        assert_eq!(of("/v2/"), None);
        assert_eq!(
            scope(&base, "https://evil.example/v2/a/tags/list", "pull"),
            None
        );
    }

    #[test]
    fn a_blob_is_fetched_from_elsewhere_only_where_that_is_as_safe() {
        let answer = |location: &str| Answer {
            status: 307,
            headers: [(LOCATION, HeaderValue::from_str(location).unwrap())]
                .into_iter()
                .collect(),
            body: String::new(),
            moved: false,
        };
        let to = |from: &str, location: &str| elsewhere(from, &answer(location)).is_some();
        assert!(to("https://ghcr.io/v2/a", "https://cdn.example/x"));
        assert!(!to("https://ghcr.io/v2/a", "http://cdn.example/x"));
        assert!(
            !to("https://ghcr.io/v2/a", "/v2/b"),
            "the wrapper follows it"
        );
        assert!(!to("https://ghcr.io/v2/a", "file:///etc/passwd"));
        assert!(to("http://localhost:1/v2/a", "http://localhost:2/x"));
    }
}
