//! What a Kubernetes source is told: where its cluster is and who asks (a kubeconfig and a context of it, an address and a token, or the cluster that
//! leadtime itself runs in), and which namespaces are read.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube::Config;
use kube::config::{
    AuthInfo, Cluster, Context, ExecInteractiveMode, Kubeconfig, KubeconfigError, NamedAuthInfo,
    NamedCluster, NamedContext,
};
use secrecy::{ExposeSecret, SecretString};

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::plain::sendable;
use crate::connector::http::refusal::Refusal;
use crate::connector::http::tls::{Identity, trusted};
use crate::connector::pattern::{Names, leaves_out};

pub static TOOL: Tool = Tool {
    kind: "kubernetes",
    name: "Kubernetes",
    public: None,
    suffix: "",
    hint: Hint {
        example: "context = \"production\", as `kubectl config get-contexts` names it",
        login: "name a token with `token`",
    },
    refusal: Refusal {
        says: &["/message"],
        token: "is the login of the kubeconfig still good? `kubectl auth whoami` tells",
        rights: "a role that allows it: docs/connectors/kubernetes.md has one ready",
        missing: "it is gone, or in another namespace",
    },
};

/// The name that a synthesised kubeconfig gives to all that it holds.
const ONLY: &str = "leadtime";

/// Where a cluster is, and how one logs in there.
pub struct Place {
    /// As its kubeconfig says.
    pub url: String,
    /// Who logs in, as the kubeconfig names them.
    pub user: Option<String>,
    /// The proxy that its kubeconfig names; else the environment's is meant.
    pub proxy: Option<String>,
    pub access: Access,
}

/// What a client is made of.
pub enum Access {
    Kubeconfig(Box<Kubeconfig>, Option<String>),
    /// The cluster that leadtime runs in.
    Inside(Box<Config>),
}

impl Place {
    /// What the events of a cluster are known by that has no address of its own: from the inside every cluster has the same.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<String> {
        matches!(self.access, Access::Inside(_)).then(|| format!("kubernetes:inside/{name}"))
    }
}

/// Finds the cluster of a source.
pub fn place(settings: &Settings) -> Result<Place, ConnectorError> {
    let named = settings
        .kubeconfig
        .clone()
        .map_or_else(usual, |path| vec![path]);
    if settings.url.is_none()
        && let Some(cut) = named.iter().find(|path| is_cut(path))
    {
        return Err(unread(settings, Some(cut), "is no kubeconfig"));
    }
    let mut kubeconfig = match (&settings.url, &settings.kubeconfig) {
        (Some(url), None) => synthesised(url),
        (None, Some(path)) => {
            Kubeconfig::read_from(path).map_err(|error| wrong(settings, Some(path), &error))?
        }
        (None, None) => match Kubeconfig::read() {
            Ok(found) => found,
            Err(error) => return inside(settings).ok_or_else(|| wrong(settings, None, &error)),
        },
        (Some(_), Some(_)) => {
            let detail = "is one too many beside `kubeconfig`";
            return Err(ConnectorError::configuration(&settings.name, "url", detail)
                .hinted("an address with a `token`, or a kubeconfig with a `context`"));
        }
    };
    let context = chosen(settings, &kubeconfig)?;
    let (url, proxy) = adjusted(settings, &mut kubeconfig, &context)?;
    Ok(Place {
        url,
        user: context.user,
        proxy,
        access: Access::Kubeconfig(Box::new(kubeconfig), settings.context.clone()),
    })
}

/// The cluster around us, where there is one.
fn inside(settings: &Settings) -> Option<Place> {
    if settings.context.is_some() {
        return None;
    }
    let config = Config::incluster().ok()?;
    Some(Place {
        url: config.cluster_url.to_string(),
        user: None,
        proxy: None,
        access: Access::Inside(Box::new(config)),
    })
}

/// An address, as if it stood in a kubeconfig.
fn synthesised(url: &str) -> Kubeconfig {
    let context = Context {
        cluster: ONLY.to_owned(),
        user: Some(ONLY.to_owned()),
        ..Context::default()
    };
    let cluster = Cluster {
        server: Some(url.to_owned()),
        ..Cluster::default()
    };
    Kubeconfig {
        clusters: vec![NamedCluster {
            name: ONLY.to_owned(),
            cluster: Some(cluster),
            ..NamedCluster::default()
        }],
        contexts: vec![NamedContext {
            name: ONLY.to_owned(),
            context: Some(context),
            ..NamedContext::default()
        }],
        auth_infos: vec![NamedAuthInfo {
            name: ONLY.to_owned(),
            auth_info: Some(AuthInfo::default()),
            ..NamedAuthInfo::default()
        }],
        current_context: Some(ONLY.to_owned()),
        ..Kubeconfig::default()
    }
}

/// The context that is meant.
fn chosen(settings: &Settings, kubeconfig: &Kubeconfig) -> Result<Context, ConnectorError> {
    let wanted = settings.context.as_ref();
    let Some(wanted) = wanted.or(kubeconfig.current_context.as_ref()) else {
        let detail = "is missing, and the kubeconfig has no current one";
        return Err(missing(settings, kubeconfig, detail));
    };
    let mut contexts = kubeconfig.contexts.iter();
    let found = contexts.find(|one| one.name == *wanted);
    found.and_then(|one| one.context.clone()).ok_or_else(|| {
        let detail = format!("{wanted:?} is not in the kubeconfig");
        missing(settings, kubeconfig, &detail)
    })
}

fn missing(settings: &Settings, kubeconfig: &Kubeconfig, detail: &str) -> ConnectorError {
    let names = kubeconfig.contexts.iter().map(|one| one.name.as_str());
    let names: Vec<&str> = names.take(20).collect();
    let error = ConnectorError::configuration(&settings.name, "context", detail);
    if names.is_empty() {
        error.hinted("the kubeconfig has none")
    } else {
        error.hinted(format!("it has {}", names.join(", ")))
    }
}

/// Puts what the source says itself in its place, and keeps programs that log in from asking anybody: there is a screen in the way. The address
/// of the cluster, and its proxy.
fn adjusted(
    settings: &Settings,
    kubeconfig: &mut Kubeconfig,
    context: &Context,
) -> Result<(String, Option<String>), ConnectorError> {
    let user = context.user.as_deref().unwrap_or_default();
    let mut logins = kubeconfig.auth_infos.iter_mut();
    let login = logins.find(|one| one.name == user);
    if let Some(login) = login.and_then(|one| one.auth_info.as_mut()) {
        if let Some(token) = &settings.token {
            sendable(&settings.name, token)?;
            *login = AuthInfo::default();
            login.token = Some(token.clone());
        }
        if let Some(file) = &settings.client_certificate {
            let (chain, key) = Identity::read(file)?.parts();
            login.client_certificate_data = Some(STANDARD.encode(chain));
            let key = STANDARD.encode(key.expose_secret());
            login.client_key_data = Some(SecretString::from(key));
        }
        if let Some(exec) = login.exec.as_mut() {
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
    } else {
        let given = [
            ("token", settings.token.is_some()),
            ("client_certificate", settings.client_certificate.is_some()),
        ];
        if let Some((key, _)) = given.into_iter().find(|(_, is_given)| *is_given) {
            let detail = "is given, and the context of the kubeconfig names no user to have it";
            let name = &settings.name;
            return Err(ConnectorError::configuration(name, key, detail));
        }
    }
    let mut clusters = kubeconfig.clusters.iter_mut();
    let cluster = clusters.find(|one| one.name == context.cluster);
    let Some(cluster) = cluster.and_then(|one| one.cluster.as_mut()) else {
        let detail = format!(
            "names the cluster {:?}, which is not in the kubeconfig",
            context.cluster
        );
        return Err(ConnectorError::configuration(
            &settings.name,
            "context",
            detail,
        ));
    };
    if let Some(file) = &settings.ca_file {
        // Told now: `kube` reads it when it connects, and says less.
        trusted(file)?;
        cluster.certificate_authority_data = None;
        cluster.certificate_authority = Some(file.display().to_string());
    }
    let Some(server) = cluster.server.clone() else {
        let detail = format!("its cluster {:?} has no address", context.cluster);
        let error = ConnectorError::configuration(&settings.name, "context", detail);
        return Err(error);
    };
    let proxy = cluster.proxy_url.clone();
    Ok((server, proxy.filter(|proxy| !proxy.is_empty())))
}

/// Where a kubeconfig is that nobody names.
fn usual() -> Vec<PathBuf> {
    match std::env::var_os("KUBECONFIG") {
        Some(all) => std::env::split_paths(&all).collect(),
        None => (std::env::home_dir().into_iter())
            .map(|home| home.join(".kube").join("config"))
            .collect(),
    }
}

/// Whether a file says that it is UTF-16 and ends within a sign: who reads kubeconfigs looks for the rest of it, and panics.
fn is_cut(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| {
        matches!(bytes.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) && bytes.len() % 2 == 1
    })
}

/// A kubeconfig holds secrets, so nothing of it is repeated.
fn wrong(settings: &Settings, path: Option<&Path>, error: &KubeconfigError) -> ConnectorError {
    let why = match error {
        KubeconfigError::ReadConfig(error, _) => format!("cannot be read: {error}"),
        KubeconfigError::FindPath => "is not to be found".to_owned(),
        _ => "is no kubeconfig".to_owned(),
    };
    unread(settings, path, &why)
}

fn unread(settings: &Settings, path: Option<&Path>, why: &str) -> ConnectorError {
    let place = path.map_or_else(
        || "$KUBECONFIG or ~/.kube/config".to_owned(),
        |path| path.display().to_string(),
    );
    ConnectorError::configuration(&settings.name, "kubeconfig", format!("{place} {why}"))
        .hinted("name the file with `kubeconfig`, or the cluster with `url` and `token`")
}

/// Which namespaces are read.
pub struct Namespaces {
    names: Names,
    /// All of them, where each is named in full: then only these are asked for.
    pub named: Vec<String>,
}

impl Namespaces {
    /// Reads the patterns; none means all.
    pub fn read(source: &str, patterns: &[String]) -> Result<Self, ConnectorError> {
        let names = Names::read(source, patterns, "namespaces")?;
        let plain = |text: &&str| !text.contains('*');
        let wanted = patterns.iter().map(|written| leaves_out(written));
        let wanted: Vec<&str> = wanted
            .filter(|(excludes, _)| !excludes)
            .map(|(_, text)| text)
            .collect();
        let in_full = if wanted.iter().all(plain) {
            let kept = wanted.iter().filter(|name| names.want(name));
            kept.map(|&name| name.to_owned()).collect()
        } else {
            Vec::new()
        };
        Ok(Self {
            names,
            named: in_full,
        })
    }

    /// Whether an object of this namespace is read; what is in none is.
    #[must_use]
    pub fn want(&self, namespace: &str) -> bool {
        namespace.is_empty() || self.names.want(namespace)
    }

    /// The patterns that took none of these.
    #[must_use]
    pub fn idle(&self, seen: &[String]) -> Vec<&str> {
        self.names.idle(seen)
    }
}
