//! The proxy between this machine and an address, as the environment says (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, in capitals or not), and what is
//! said when nothing comes through it. The rules are those of the client under every connector, asked once more: it goes by them, and does not tell of them. A
//! proxy is never shown with its password.

use std::env;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::address::encoded;
use super::tls;

/// What is said of a proxy that wants to know who asks. The client below says it so.
const LOCKED: &str = "tunnel error: proxy authorization required";
/// What is said of a proxy that does not go where it is asked to.
const SHUT: &str = "tunnel error: unsuccessful";
const TUNNEL: &str = "tunnel error";
const UNCONNECTED: &str = "client error (Connect)";

const GENERAL: &str = "can this machine reach it? It is asked again at the next reading";

/// A proxy, and what says that it is one.
pub struct Proxy {
    way: Intercept,
    variable: &'static str,
}

/// The proxy by which an address is asked, if there is one.
#[must_use]
pub fn before(address: &str) -> Option<Proxy> {
    let address: Uri = address.parse().ok()?;
    let way = Matcher::from_system().intercept(&address)?;
    let variable = variable(address.scheme_str()?);
    Some(Proxy { way, variable })
}

/// The variable that names the proxy of a scheme.
fn variable(scheme: &str) -> &'static str {
    let own = match scheme {
        "https" => ["HTTPS_PROXY", "https_proxy"],
        _ => ["HTTP_PROXY", "http_proxy"],
    };
    let mut all = own.into_iter().chain(["ALL_PROXY", "all_proxy"]);
    let is_set = |name: &&str| env::var(name).is_ok_and(|value| !value.is_empty());
    all.find(is_set).unwrap_or("the system's settings")
}

impl Proxy {
    /// `http://proxy.example.com:3128`
    fn shown(&self) -> String {
        self.way.uri().to_string().trim_end_matches('/').to_owned()
    }

    /// `user:password`, where it is told.
    fn login(&self) -> Option<(String, String)> {
        let header = self.way.basic_auth()?.to_str().ok()?;
        let text = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
        let text = String::from_utf8(text).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }

    /// With its user and password, for a client that is told of its proxy.
    #[must_use]
    pub fn address(&self) -> Option<Uri> {
        let Some((user, password)) = self.login() else {
            return Some(self.way.uri().clone());
        };
        let shown = self.shown();
        let (scheme, host) = shown.split_once("://")?;
        let (user, password) = (encoded(&user), encoded(&password));
        format!("{scheme}://{user}:{password}@{host}").parse().ok()
    }

    fn locked(&self) -> (String, String) {
        let (shown, variable) = (self.shown(), self.variable);
        if self.way.basic_auth().is_some() {
            return (
                format!("the proxy {shown} does not take the user and password of {variable}"),
                "are they right, and is what is special in them written as in an address (`@` as `%40`)?".to_owned(),
            );
        }
        let told = shown.replacen("://", "://USER:PASSWORD@", 1);
        (
            format!("the proxy {shown} asks for a user and a password"),
            format!("put them into {variable}: {told}"),
        )
    }

    /// What is said of nothing that came through it, if it is the proxy's doing.
    fn blamed(&self, text: &str) -> Option<(String, String)> {
        let (shown, variable) = (self.shown(), self.variable);
        if text.contains(LOCKED) {
            return Some(self.locked());
        }
        let speaks_http = matches!(self.way.uri().scheme_str(), Some("http" | "https"));
        if !speaks_http {
            let hint = format!("name an HTTP proxy in {variable}");
            return Some((
                format!("the proxy {shown} is asked by no way that leadtime has"),
                hint,
            ));
        }
        if text.contains(SHUT) {
            let hint = "may it go there? What NO_PROXY names is asked without a proxy";
            let text = format!("the proxy {shown} does not let it through, or does not reach it");
            return Some((text, hint.to_owned()));
        }
        let never = text.contains(TUNNEL) || text.contains(UNCONNECTED);
        never.then(|| {
            let why = text.rsplit(": ").next().unwrap_or(text);
            (
                format!("the proxy {shown} cannot be reached: {why}"),
                format!("is it running, and is {variable} right? What NO_PROXY names is asked without a proxy"),
            )
        })
    }
}

/// Whether an error is one that comes again however often it is asked.
#[must_use]
pub fn is_lasting(text: &str) -> bool {
    text.contains(LOCKED) || tls::advice(text).is_some()
}

/// What is said of an address from which there is no answer, and what to do about it.
#[must_use]
pub fn said(address: &str, text: &str) -> (String, String) {
    if let Some(advice) = tls::advice(text) {
        return (text.to_owned(), advice.to_owned());
    }
    let proxy = before(address);
    if let Some(proxy) = &proxy {
        let through = || {
            let text = format!("{text}, asked through the proxy {}", proxy.shown());
            (text, GENERAL.to_owned())
        };
        return proxy.blamed(text).unwrap_or_else(through);
    }
    if text.contains(TUNNEL) {
        let hint =
            "is the proxy that its own configuration names running, and does it let this through?";
        return (text.to_owned(), hint.to_owned());
    }
    (
        text.to_owned(),
        unusable(address).unwrap_or_else(|| GENERAL.to_owned()),
    )
}

/// A proxy that asked for a password in the place of an answer.
#[must_use]
pub fn locked(address: &str, status: u16) -> Option<(String, String)> {
    let proxy = before(address).filter(|_| status == 407)?;
    Some(proxy.locked())
}

/// ` through the proxy …`, where an answer may be the proxy's.
#[must_use]
pub fn through(address: &str) -> String {
    let proxy = before(address);
    proxy.map_or_else(String::new, |proxy| {
        format!(" through the proxy {}", proxy.shown())
    })
}

/// A variable that names a proxy, and so that nobody can ask it: it is passed over, which nobody expects.
fn unusable(address: &str) -> Option<String> {
    let scheme = address.split_once("://")?.0;
    let named = variable(scheme);
    let value = env::var(named).ok()?;
    let is_proxy = value.parse::<Uri>().is_ok_and(|uri| uri.host().is_some());
    (!is_proxy).then(|| {
        format!("{named} is no address of a proxy, so none was asked: write it as http://proxy.example.com:3128, and what is special in a password as in an address")
    })
}
