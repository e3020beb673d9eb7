//! Argo CD's API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do. The list takes only
//! fields of its own choosing (`fields=`), and the history is none of them: it is in the application itself. `project` is always sent, since without it
//! Argo CD answers 403 for what does not exist.

use http::HeaderMap;
use serde::de::DeserializeOwned;

use super::config::{Base, Selection};
use super::wire::{self, Application, Problem};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::lines::Lines;
use crate::connector::http::mask::masked;
use crate::connector::http::plain::Plain;
use crate::connector::http::{Answer, Http, Unopened};

/// What the list is asked to say of each application.
pub const FIELDS: &str = "items.metadata.name,items.metadata.namespace,items.metadata.deletionTimestamp,items.spec,items.status.sync.status,items.status.health,items.status.operationState.phase,items.status.operationState.startedAt,items.status.operationState.finishedAt";

/// An application, by what its address needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub project: String,
}

impl Place {
    #[must_use]
    pub fn of(application: &Application) -> Self {
        Self {
            name: application.metadata.name.clone(),
            namespace: application.metadata.namespace.clone(),
            project: application.spec.project.clone(),
        }
    }

    /// The query that every address of an application has.
    #[must_use]
    pub fn query(&self) -> Vec<(&'static str, &str)> {
        let pairs = [
            ("appNamespace", &self.namespace),
            ("project", &self.project),
        ];
        let given = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(key, value)| (key, value.as_str())).collect()
    }
}

/// Who asks, and where.
pub struct Reach<'a> {
    pub http: &'a Http<Plain>,
    pub base: &'a Base,
    /// The name of the source in the configuration.
    pub source: &'a str,
}

impl Reach<'_> {
    /// The applications as the list has them, and what of it could not be read.
    pub async fn list(
        &self,
        selection: &Selection,
    ) -> Result<(Vec<Application>, Vec<String>), ConnectorError> {
        let projects = selection.projects();
        let mut query: Vec<(&str, &str)> = projects.into_iter().map(|p| ("projects", p)).collect();
        query.push(("fields", FIELDS));
        let url = self.base.api(&["applications"], &query);
        let body = self.body(&url, "the applications").await?;
        wire::applications(&body).map_err(|why| malformed(&url, &why))
    }

    /// The applications of this name: one in each namespace that has one.
    pub async fn named(&self, name: &str) -> Result<Vec<Application>, ConnectorError> {
        let url = self
            .base
            .api(&["applications"], &[("name", name), ("fields", FIELDS)]);
        let body = self.body(&url, name).await?;
        let (mut found, _) = wire::applications(&body).map_err(|why| malformed(&url, &why))?;
        found.retain(|application| application.metadata.name == name);
        Ok(found)
    }

    /// An application, whole.
    pub async fn application(&self, place: &Place) -> Result<Application, ConnectorError> {
        let url = self
            .base
            .api(&["applications", &place.name], &place.query());
        self.read(&url, &place.name).await
    }

    /// Something that an application has.
    pub async fn of<T: DeserializeOwned>(
        &self,
        place: &Place,
        pieces: &[&str],
        more: &[(&str, &str)],
    ) -> Result<T, ConnectorError> {
        let mut path = vec!["applications", place.name.as_str()];
        path.extend(pieces);
        let mut query = more.to_vec();
        query.extend(place.query());
        self.read(&self.base.api(&path, &query), &place.name).await
    }

    /// Whether we may do something to an application; `None` where Argo CD does not say.
    pub async fn may(&self, action: &str, application: &Application) -> Option<bool> {
        let meta = &application.metadata;
        let controller = &application.status.controller_namespace;
        let mut path = vec!["account", "can-i", "applications", action];
        path.push(&application.spec.project);
        // Applications outside of Argo CD's own namespace are named by theirs.
        if !controller.is_empty() && *controller != meta.namespace {
            path.push(&meta.namespace);
        }
        path.push(&meta.name);
        let url = self.base.api(&path, &[]);
        let answered: wire::Answered = self.read(&url, "what the token may do").await.ok()?;
        match answered.value.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }

    /// Who Argo CD takes us for.
    pub async fn user(&self) -> Result<Option<String>, ConnectorError> {
        let url = self.base.api(&["session", "userinfo"], &[]);
        let user: wire::UserInfo = self.read(&url, "whose token it is").await?;
        let name = Some(user.username).filter(|name| !name.is_empty());
        Ok(name.filter(|_| user.logged_in))
    }

    pub async fn version(&self) -> Result<String, ConnectorError> {
        let url = self.base.address(&["api", "version"], &[]);
        let version: wire::Version = self.read(&url, "the version").await?;
        Ok(version.version)
    }

    async fn read<T: DeserializeOwned>(&self, url: &str, what: &str) -> Result<T, ConnectorError> {
        let body = self.body(url, what).await?;
        wire::one(&body).map_err(|why| malformed(url, &why))
    }

    /// The lines of what goes on.
    pub async fn lines(
        &self,
        url: &str,
        what: &str,
        headers: HeaderMap,
    ) -> Result<Lines, ConnectorError> {
        let opened = self.http.lines(url, headers).await;
        opened.map_err(|unopened| match unopened {
            Unopened::Refused(answer) => refused(self.source, what, &answer),
            Unopened::Failed(error) => error,
        })
    }

    pub async fn body(&self, url: &str, what: &str) -> Result<String, ConnectorError> {
        match self.http.get(url, None).await {
            Ok(answer) if answer.is_success() => Ok(answer.body),
            Ok(answer) => Err(refused(self.source, what, &answer)),
            Err(stop) => Err(stop.into_error(what)),
        }
    }
}

fn malformed(url: &str, why: &str) -> ConnectorError {
    let why = format!("cannot be read: {why}");
    ConnectorError::new(ErrorKind::Malformed, format!("GET {}", masked(url)), why)
        .hinted("is `url` the address of Argo CD itself, as it is opened in a browser?")
}

/// What an answer says, cleaned.
#[must_use]
pub fn says(answer: &Answer) -> String {
    let problem: Problem = serde_json::from_str(&answer.body).unwrap_or_default();
    let text = if problem.message.is_empty() {
        problem.error
    } else {
        problem.message
    };
    let clean = text.chars().filter(|c| !c.is_control()).take(300);
    let clean: String = clean.collect();
    if clean.is_empty() {
        format!("answers {}", answer.status)
    } else {
        clean
    }
}

/// The error for an answer that is a refusal.
fn refused(source: &str, what: &str, answer: &Answer) -> ConnectorError {
    let says = says(answer);
    let error = |kind, detail: String| ConnectorError::new(kind, what.to_owned(), detail);
    match answer.status {
        401 => error(
            ErrorKind::Unauthorized,
            format!("Argo CD refuses the token of source {source:?}: {says}"),
        )
        .hinted(format!(
            "look at `token` of [[sources]] name = {source:?}: is it expired, or another Argo CD's? `argocd account generate-token` makes one"
        )),
        403 => error(ErrorKind::Forbidden, format!("not allowed: {says}")).hinted(format!(
            "give the account of source {source:?} `applications, get` on it in Argo CD's RBAC (argocd-rbac-cm, or a role of the project)"
        )),
        404 => error(ErrorKind::NotFound, format!("not found: {says}"))
            .hinted("it is gone, or in another project or namespace"),
        status => error(
            ErrorKind::Malformed,
            format!("unexpected answer {status}: {says}"),
        ),
    }
}
