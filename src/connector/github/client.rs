//! GitHub's client, octocrab, as a transport: it brings the credentials, the base address and the headers; retries, moves, limits and conditions
//! are the wrapper's ([`crate::connector::http`]). Its own typed models are not used: they refuse words that they do not know.

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Request};
use octocrab::{OctoBody, Octocrab};
use secrecy::SecretString;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::github::config::Base;
use crate::connector::http::dial::causes;
use crate::connector::http::hidden::Hidden;
use crate::connector::http::plain::lost;
use crate::connector::http::{
    Answer, Broken, Http, Lost, Memory, Outgoing, Policy, Posting, Sending, Transport,
};

/// GitHub's own form, or plain JSON, which is all that its API description speaks of.
pub const ACCEPTED: &str = "application/vnd.github+json, application/json;q=0.9";
const VERSION: HeaderName = HeaderName::from_static("x-github-api-version");
/// GitHub allows 900 points a minute; reading costs one each.
const PER_MINUTE: usize = 850;

/// Sends with octocrab.
pub struct Crab {
    octocrab: Octocrab,
    hidden: Hidden,
}

/// A client for one reading, which keeps to what was answered to those before. Needs a running tokio.
pub fn open(
    dialled: reqwest::Client,
    base: &Base,
    token: Option<&SecretString>,
    memory: &Memory,
) -> Result<Http<Crab>, ConnectorError> {
    let mut builder = Octocrab::builder();
    if let Some(token) = token {
        builder = builder.personal_token(token.clone());
    }
    let octocrab = builder
        .base_uri(base.url.as_str())
        .and_then(|builder| builder.build_with_reqwest(dialled))
        .map_err(|error| {
            let detail = format!("cannot be used: {}", causes(&error));
            ConnectorError::new(ErrorKind::Configuration, base.url.clone(), detail)
        })?;
    let policy = Policy {
        per_minute: base.is_public.then_some(PER_MINUTE),
        ..Policy::default()
    };
    let hidden = token.map(|token| Hidden::of(None, token));
    let hidden = hidden.unwrap_or_default();
    Ok(Http::new(Crab { octocrab, hidden }, policy).remembering(memory))
}

impl Transport for Crab {
    fn get<'a>(&'a self, url: &'a str, mut headers: HeaderMap) -> Sending<'a> {
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
        headers.insert(VERSION, HeaderValue::from_static("2022-11-28"));
        Box::pin(async move {
            let broken = |error: octocrab::Error| Broken(causes(&error));
            let answer = self
                .octocrab
                ._get_with_headers(url, Some(headers))
                .await
                .map_err(broken)?;
            let status = answer.status().as_u16();
            let headers = answer.headers().clone();
            let body = self.octocrab.body_to_string(answer).await.map_err(broken)?;
            Ok(Answer {
                status,
                headers,
                body,
                moved: false,
            })
        })
    }

    fn send<'a>(&'a self, outgoing: Outgoing<'a>) -> Posting<'a> {
        Box::pin(async move {
            let unsent = |error: http::Error| Lost::Unsent(error.to_string());
            let request = request(&outgoing).map_err(unsent)?;
            let answer = self.octocrab.execute(request).await;
            let answer = answer.map_err(|error| lost_by(&error))?;
            let status = answer.status().as_u16();
            let headers = answer.headers().clone();
            let body = self.octocrab.body_to_string(answer).await;
            // The answer had begun, so the request had arrived.
            let body = body.map_err(|error| Lost::Unknown(causes(&error)))?;
            Ok(Answer {
                status,
                headers,
                body,
                moved: false,
            })
        })
    }

    fn hidden(&self) -> Option<&Hidden> {
        Some(&self.hidden)
    }
}

fn request(outgoing: &Outgoing<'_>) -> Result<Request<OctoBody>, http::Error> {
    let body = outgoing.body.unwrap_or_default();
    let mut request = Request::builder()
        .method(outgoing.method)
        .uri(outgoing.url)
        .header(CONTENT_LENGTH, body.len())
        .body(OctoBody::from(body.to_vec()))?;
    let headers = request.headers_mut();
    headers.extend(outgoing.headers.clone());
    headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
    headers.insert(VERSION, HeaderValue::from_static("2022-11-28"));
    if !body.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(request)
}

/// Whether a request without an answer has left is known to the client below octocrab.
fn lost_by(error: &octocrab::Error) -> Lost {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(known) = cause.downcast_ref::<reqwest::Error>() {
            return lost(known);
        }
        next = cause.source();
    }
    Lost::Unknown(causes(error))
}
