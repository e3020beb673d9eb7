//! Sends by the client of `kube`, which knows every login of a kubeconfig (tokens, certificates, programs that are asked for one), proxies and the cluster
//! around us. Retries are not its business here: they are told off, since one wrapper around all connectors does them.

use std::time::Duration;

use futures::{AsyncBufReadExt, StreamExt, stream};
use http::header::{ACCEPT_ENCODING, HeaderValue};
use http::{HeaderMap, Method, Request};
use kube::client::Body;
use kube::config::{KubeConfigOptions, KubeconfigError};
use kube::{Client, Config, Error};
use tokio::runtime::{Handle, Id};
use tokio::sync::Mutex;
use url::Url;

use super::config::{Access, Place};
use crate::connector::descriptor::Settings;
use crate::connector::http::dial::causes;
use crate::connector::http::{
    Answer, Broken, Flow, Flowing, Lost, Outgoing, Posting, Sending, Transport, proxy,
};

const CONNECT: Duration = Duration::from_secs(10);
const READ: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_mins(2);
/// How long a watch may say nothing: longer than the cluster is asked to let it last.
const SILENT: Duration = Duration::from_mins(6);
/// The least that a login may take: it may have to ask elsewhere.
const LOGIN: Duration = Duration::from_secs(30);

/// A transport to one cluster. The client is made when it is first needed, made again after a login that failed, and for another runtime: it lives by a task
/// of the one that it was made in.
pub struct Kube {
    access: Access,
    /// The proxy that its kubeconfig names.
    proxy: Option<String>,
    /// What every address begins with: the client puts it before a path itself.
    base: String,
    patience: Duration,
    client: Made,
    /// Another, since one that waits for what happens has more patience.
    watching: Made,
}

type Made = Mutex<Option<(Id, Client)>>;

impl Kube {
    #[must_use]
    pub fn new(place: Place, settings: &Settings) -> Self {
        Self {
            base: Url::parse(&place.url)
                .map_or(place.url, String::from)
                .trim_end_matches('/')
                .to_owned(),
            access: place.access,
            proxy: place.proxy,
            patience: settings.patience.unwrap_or(WHOLE),
            client: Mutex::default(),
            watching: Mutex::default(),
        }
    }

    async fn config(&self, silent: Duration) -> Result<Config, String> {
        let mut config = match &self.access {
            Access::Inside(config) => (**config).clone(),
            Access::Kubeconfig(kubeconfig, context) => {
                let options = KubeConfigOptions {
                    context: context.clone(),
                    ..KubeConfigOptions::default()
                };
                let made = Config::from_custom_kubeconfig((**kubeconfig).clone(), &options).await;
                made.map_err(|error| unmade(&error).to_owned())?
            }
        };
        // By the rules of all connectors: `kube` asks NO_PROXY of the proxy rather than of the cluster, and from the inside asks nothing.
        config.proxy_url = match &self.proxy {
            Some(own) => own.parse().ok(),
            None => proxy::before(&self.base).and_then(|found| found.address()),
        };
        config.default_retry = false;
        config.connect_timeout = Some(CONNECT);
        config.read_timeout = Some(silent);
        config.reset_reader_on_write = true;
        Ok(config)
    }

    async fn client(&self, made: &Made, silent: Duration) -> Result<Client, String> {
        let here = Handle::current().id();
        let mut kept = made.lock().await;
        if let Some((_, client)) = kept.as_ref().filter(|(of, _)| *of == here) {
            return Ok(client.clone());
        }
        let patience = LOGIN.max(self.patience);
        let made = tokio::time::timeout(patience, self.login(silent)).await;
        let client = made.unwrap_or_else(|_| {
            let seconds = patience.as_secs();
            Err(format!(
                "the login that the kubeconfig names took longer than {seconds} s"
            ))
        })?;
        *kept = Some((here, client.clone()));
        Ok(client)
    }

    async fn login(&self, silent: Duration) -> Result<Client, String> {
        let config = self.config(silent).await?;
        // A program that is asked for a login is waited for.
        let made = tokio::task::spawn_blocking(|| Client::try_from(config)).await;
        let made = made.map_err(|_| "the login was broken off".to_owned())?;
        made.map_err(|error| words(&error))
    }

    fn request(&self, asked: Asked<'_>) -> Result<Request<Vec<u8>>, String> {
        let path = asked.url.strip_prefix(&self.base);
        let path = path.filter(|rest| rest.starts_with('/'));
        let Some(path) = path else {
            return Err("its address is not one of this cluster's".to_owned());
        };
        let mut request = Request::new(asked.body.to_vec());
        *request.method_mut() = asked.method;
        *request.uri_mut() = path
            .parse()
            .map_err(|error| format!("its address is none: {error}"))?;
        *request.headers_mut() = asked.headers;
        Ok(request)
    }

    /// What goes on: a watch. That it is opened may take no longer than any answer.
    async fn open(&self, asked: Asked<'_>) -> Result<Flow, String> {
        let client = self.client(&self.watching, SILENT).await?;
        let request = self.request(asked)?;
        let opened = tokio::time::timeout(self.patience, client.request_stream(request)).await;
        let Ok(opened) = opened else {
            let seconds = self.patience.as_secs_f32();
            return Err(format!("no answer within {seconds} s"));
        };
        let (status, pieces) = match opened {
            Ok(reader) => {
                let pieces = stream::try_unfold(Box::pin(reader), |mut reader| async {
                    let piece = reader.fill_buf().await;
                    let piece = piece.map_err(|error| Broken(causes(&error)))?.to_vec();
                    reader.consume_unpin(piece.len());
                    Ok((!piece.is_empty()).then_some((piece, reader)))
                });
                (200, pieces.boxed())
            }
            Err(Error::Api(status)) => {
                let body = serde_json::to_vec(&*status).unwrap_or_default();
                (status.code, stream::iter([Ok(body)]).boxed())
            }
            Err(error) => return Err(words(&error)),
        };
        Ok(Flow {
            status,
            headers: HeaderMap::new(),
            pieces,
        })
    }

    async fn exchange(&self, asked: Asked<'_>) -> Result<Answer, Lost> {
        let client = self.client(&self.client, READ.min(self.patience)).await;
        let client = client.map_err(Lost::Unsent)?;
        let request = self.request(asked).map_err(Lost::Unsent)?.map(Body::from);
        let exchange = async {
            let answer = client.send(request).await.map_err(|error| lost(&error))?;
            let (head, body) = answer.into_parts();
            let body = body.collect_bytes().await;
            let body = body.map_err(|error| Lost::Unknown(words(&error)))?;
            Ok(Answer {
                status: head.status.as_u16(),
                headers: head.headers,
                body: String::from_utf8_lossy(&body).into_owned(),
                moved: false,
            })
        };
        match tokio::time::timeout(self.patience, exchange).await {
            Ok(answered) => answered,
            Err(_) => Err(Lost::Unknown(format!(
                "no answer within {} s",
                self.patience.as_secs_f32()
            ))),
        }
    }
}

/// What it says itself may repeat what the kubeconfig holds.
fn unmade(error: &KubeconfigError) -> &'static str {
    match error {
        KubeconfigError::ParseNoProxy(_) => {
            "NO_PROXY cannot be read for a cluster: it has an entry that is empty, or no name, address or network"
        }
        KubeconfigError::ParseProxyUrl(_) => {
            "what is named as its proxy is no address: `proxy-url` of the kubeconfig, or HTTPS_PROXY"
        }
        _ => {
            "what the kubeconfig says of the cluster cannot be used: its address, certificates or proxy"
        }
    }
}

struct Asked<'a> {
    method: Method,
    url: &'a str,
    headers: HeaderMap,
    body: &'a [u8],
}

impl Transport for Kube {
    fn get<'a>(&'a self, url: &'a str, headers: HeaderMap) -> Sending<'a> {
        let asked = Asked {
            method: Method::GET,
            url,
            headers,
            body: &[],
        };
        Box::pin(async move {
            let answer = self.exchange(asked).await;
            answer.map_err(|lost| match lost {
                Lost::Unsent(text) | Lost::Unknown(text) => Broken(text),
            })
        })
    }

    fn flow<'a>(&'a self, url: &'a str, mut headers: HeaderMap) -> Flowing<'a> {
        // What is packed comes when there is enough of it, not when it happens.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let asked = Asked {
            method: Method::GET,
            url,
            headers,
            body: &[],
        };
        Box::pin(async move { self.open(asked).await.map_err(Broken) })
    }

    fn send<'a>(&'a self, outgoing: Outgoing<'a>) -> Posting<'a> {
        Box::pin(async move {
            let method = Method::from_bytes(outgoing.method.as_bytes())
                .map_err(|_| Lost::Unsent(format!("{:?} is no method", outgoing.method)))?;
            let asked = Asked {
                method,
                url: outgoing.url,
                headers: outgoing.headers,
                body: outgoing.body.unwrap_or_default(),
            };
            self.exchange(asked).await
        })
    }
}

/// A connection that could not be made has carried nothing, and neither has a request for which no login was found.
fn lost(error: &Error) -> Lost {
    let text = words(error);
    if matches!(error, Error::Auth(_)) || is_unconnected(error) {
        Lost::Unsent(text)
    } else {
        Lost::Unknown(text)
    }
}

/// Whether there never was a connection: its client has no other way to tell than its words.
fn is_unconnected(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause.to_string().starts_with("client error (Connect)") {
            return true;
        }
        next = cause.source();
    }
    false
}

/// What a login says when it fails may be the login itself.
fn words(error: &Error) -> String {
    if matches!(error, Error::Auth(_)) {
        return "the login that the kubeconfig names failed: its program, its token file or its certificate; `kubectl version` with the same context shows why".to_owned();
    }
    causes(error)
}
