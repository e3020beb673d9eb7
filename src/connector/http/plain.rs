//! A transport for tools that want nothing but HTTP and a credential: what most connectors send with.

use std::time::Duration;

use futures::{StreamExt, stream};
use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};

use super::dial::{Dial, causes, dial_as};
use super::hidden::Hidden;
use super::{Answer, Broken, Flow, Flowing, Lost, Outgoing, Posting, Sending, Transport};
use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;

/// How long what goes on may go on at most; that it says nothing for long ends it earlier.
const ENDLESS: Duration = Duration::from_hours(24);

/// How a tool wants to know who asks.
#[derive(Clone, Debug, Default)]
pub enum Login {
    #[default]
    None,
    Bearer(SecretString),
    Basic {
        user: String,
        password: SecretString,
    },
    /// A header of the tool's own, and what stands before the secret in it: `PRIVATE-TOKEN`, or `Authorization` with `Token token=`.
    Header {
        name: &'static str,
        before: &'static str,
        secret: SecretString,
    },
}

/// Sends with a client of its own and one credential.
pub struct Plain {
    client: Client,
    login: Login,
    hidden: Hidden,
    accept: &'static str,
}

impl Plain {
    /// A transport as its source is told: its certificates, and the credential that `login` makes of it.
    pub fn new(settings: &Settings, login: Login) -> Result<Self, ConnectorError> {
        let client = dial_as(&Dial::of(settings))?;
        if let Some(secret) = login.secret() {
            sendable(&settings.name, secret)?;
        }
        Ok(Self {
            client,
            hidden: login.hidden(),
            login,
            accept: "application/json",
        })
    }

    /// Asks for another form of answer than JSON.
    #[must_use]
    pub fn accepting(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }

    fn with_login(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.login {
            Login::None => request,
            Login::Bearer(token) => request.bearer_auth(token.expose_secret()),
            Login::Basic { user, password } => {
                request.basic_auth(user, Some(password.expose_secret()))
            }
            Login::Header {
                name,
                before,
                secret,
            } => {
                let text = format!("{before}{}", secret.expose_secret());
                match HeaderValue::from_str(&text) {
                    Ok(mut value) => {
                        value.set_sensitive(true);
                        request.header(HeaderName::from_static(name), value)
                    }
                    Err(_) => request,
                }
            }
        }
    }
}

impl Login {
    fn secret(&self) -> Option<&SecretString> {
        match self {
            Self::None => None,
            Self::Bearer(secret)
            | Self::Basic {
                password: secret, ..
            }
            | Self::Header { secret, .. } => Some(secret),
        }
    }

    fn hidden(&self) -> Hidden {
        let user = match self {
            Self::Basic { user, .. } => Some(user.as_str()),
            _ => None,
        };
        let secret = self.secret();
        secret.map_or_else(Hidden::default, |secret| Hidden::of(user, secret))
    }
}

/// Whether a secret can stand in a header at all: a line break from a file cannot.
pub fn sendable(source: &str, secret: &SecretString) -> Result<(), ConnectorError> {
    let text = secret.expose_secret();
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()) {
        return Ok(());
    }
    let detail = "what `token` refers to is empty, or holds a space or a line break";
    Err(ConnectorError::configuration(source, "token", detail)
        .hinted("the token must be all that the variable, file or command gives"))
}

impl Transport for Plain {
    fn get<'a>(&'a self, url: &'a str, mut headers: HeaderMap) -> Sending<'a> {
        if !headers.contains_key(ACCEPT) {
            headers.insert(ACCEPT, HeaderValue::from_static(self.accept));
        }
        Box::pin(async move {
            let request = self.with_login(self.client.get(url)).headers(headers);
            let broken = |error: reqwest::Error| Broken(causes(&error));
            whole(request.send().await.map_err(broken)?)
                .await
                .map_err(broken)
        })
    }

    fn flow<'a>(&'a self, url: &'a str, mut headers: HeaderMap) -> Flowing<'a> {
        // What is packed comes when there is enough of it, not when it happens.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Box::pin(async move {
            let request = self.with_login(self.client.get(url)).headers(headers);
            let answer = request.timeout(ENDLESS).send().await;
            let answer = answer.map_err(|error| Broken(causes(&error)))?;
            Ok(Flow {
                status: answer.status().as_u16(),
                headers: answer.headers().clone(),
                pieces: stream::try_unfold(answer, |mut answer| async {
                    let piece = answer.chunk().await;
                    let piece = piece.map_err(|error| Broken(causes(&error)))?;
                    Ok(piece.map(|piece| (piece.to_vec(), answer)))
                })
                .boxed(),
            })
        })
    }

    fn send<'a>(&'a self, outgoing: Outgoing<'a>) -> Posting<'a> {
        Box::pin(async move {
            let method = Method::from_bytes(outgoing.method.as_bytes())
                .map_err(|_| Lost::Unsent(format!("{:?} is no method", outgoing.method)))?;
            let mut request = self
                .with_login(self.client.request(method, outgoing.url))
                .headers(outgoing.headers);
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

/// A connection that could not even be made has carried nothing.
#[must_use]
pub fn lost(error: &reqwest::Error) -> Lost {
    let text = causes(error);
    if error.is_connect() || error.is_builder() {
        Lost::Unsent(text)
    } else {
        Lost::Unknown(text)
    }
}

/// An answer, read to its end.
pub async fn whole(answer: reqwest::Response) -> Result<Answer, reqwest::Error> {
    let status = answer.status().as_u16();
    let headers = answer.headers().clone();
    Ok(Answer {
        status,
        headers,
        body: answer.text().await?,
        moved: false,
    })
}
