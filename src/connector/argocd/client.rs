//! Argo CD's API, as far as it is asked: each answer read into what it holds, or into an error that says what is wrong and what to do. The list takes only
//! fields of its own choosing (`fields=`), and the history is none of them: it is in the application itself. `project` is always sent, since without it
//! Argo CD answers 403 for what does not exist.

use serde::de::DeserializeOwned;

use super::config::{Selection, api};
use super::wire::{self, Application};
use crate::connector::ConnectorError;
use crate::connector::http::instance::Instance;

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

/// Asks an instance.
pub struct Reach<'a> {
    pub instance: &'a Instance,
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
        self.applications(&query, "the applications").await
    }

    async fn applications(
        &self,
        query: &[(&str, &str)],
        what: &str,
    ) -> Result<(Vec<Application>, Vec<String>), ConnectorError> {
        let url = api(self.instance, &["applications"], query);
        let answer = self.instance.answer(&url, what).await?;
        let read = wire::applications(&answer.body);
        read.map_err(|why| self.instance.unreadable(what, &why))
    }

    /// The applications of this name: one in each namespace that has one.
    pub async fn named(&self, name: &str) -> Result<Vec<Application>, ConnectorError> {
        let query = [("name", name), ("fields", FIELDS)];
        let (mut found, _) = self.applications(&query, name).await?;
        found.retain(|application| application.metadata.name == name);
        Ok(found)
    }

    /// An application, whole.
    pub async fn application(&self, place: &Place) -> Result<Application, ConnectorError> {
        let pieces = ["applications", &place.name];
        let url = api(self.instance, &pieces, &place.query());
        self.instance.one(&url, &place.name).await
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
        let url = api(self.instance, &path, &query);
        self.instance.one(&url, &place.name).await
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
        let url = api(self.instance, &path, &[]);
        let answered: Result<wire::Answered, _> =
            self.instance.one(&url, "what the token may do").await;
        let answered = answered.ok()?;
        match answered.value.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }

    /// Who Argo CD takes us for.
    pub async fn user(&self) -> Result<Option<String>, ConnectorError> {
        let url = api(self.instance, &["session", "userinfo"], &[]);
        let user: wire::UserInfo = self.instance.one(&url, "whose token it is").await?;
        let name = Some(user.username).filter(|name| !name.is_empty());
        Ok(name.filter(|_| user.logged_in))
    }

    pub async fn version(&self) -> Result<String, ConnectorError> {
        let url = self.instance.address(&["api", "version"], &[]);
        let version: wire::Version = self.instance.one(&url, "the version").await?;
        Ok(version.version)
    }
}
