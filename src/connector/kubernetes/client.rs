//! The API of a cluster, as far as it is asked: which groups it has, lists of objects to their end, one object. Which version of a group an object is read in
//! the cluster says itself.

use std::collections::BTreeMap;

use serde_json::Value;

use super::config::Namespaces;
use super::dial::Kube;
use super::wire::{Groups, List, Object};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse;

/// Objects in a page.
const LIMIT: &str = "500";

/// A kind of object, as its addresses name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    pub group: &'static str,
    pub plural: &'static str,
    pub kind: &'static str,
}

impl Resource {
    /// `deployments.apps`: what the ids of its objects begin with.
    #[must_use]
    pub fn name(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }
}

/// The groups that a cluster has, each with its versions, the preferred one first.
#[derive(Clone, Debug, Default)]
pub struct Served(BTreeMap<String, Vec<String>>);

impl Served {
    #[must_use]
    pub fn has(&self, group: &str) -> bool {
        group.is_empty() || self.0.contains_key(group)
    }

    fn versions(&self, group: &str) -> Vec<&str> {
        let found = self.0.get(group);
        found.map_or_else(
            || vec!["v1"],
            |all| all.iter().map(String::as_str).collect(),
        )
    }
}

/// What is asked for beside an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub resource: Resource,
    pub namespace: String,
    /// One object; `None`: a list.
    pub name: Option<String>,
    /// Of a list, those with these labels.
    pub labels: BTreeMap<String, String>,
}

/// A list, and the version of its group that it was read in.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    pub objects: Vec<Object>,
    pub complaints: Vec<String>,
}

/// Who asks, and where.
pub struct Cluster<'a> {
    pub instance: &'a Instance<Kube>,
    pub namespaces: &'a Namespaces,
}

impl Cluster<'_> {
    /// What the cluster knows, beside itself.
    pub async fn served(&self) -> Result<Served, ConnectorError> {
        let url = self.instance.address(&["apis"], &[]);
        let groups: Groups = self.instance.one(&url, "what the cluster serves").await?;
        let named = groups.groups.into_iter().map(|group| {
            let preferred = group.preferred_version.version;
            let others = group.versions.into_iter().map(|one| one.version);
            let mut versions: Vec<String> = others.filter(|one| *one != preferred).collect();
            if !preferred.is_empty() {
                versions.insert(0, preferred);
            }
            (group.name, versions)
        });
        Ok(Served(named.collect()))
    }

    /// All objects of a kind in the namespaces that are read; `None` where the cluster has no such kind.
    pub async fn all(
        &self,
        served: &Served,
        resource: Resource,
    ) -> Result<Option<Listed>, ConnectorError> {
        for version in served.versions(resource.group) {
            let mut listed = Listed::default();
            let mut is_there = true;
            for namespace in self.places() {
                let pieces = pieces(resource, version, &namespace);
                is_there &= self.pages(&pieces, &[], &mut listed).await?;
            }
            if is_there {
                let wanted = |one: &Object| self.namespaces.want(&one.meta.namespace);
                listed.objects.retain(wanted);
                return Ok(Some(listed));
            }
        }
        Ok(None)
    }

    /// The namespaces that are asked for, each by its name; else one without, which is the whole cluster.
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        match self.namespaces.named.as_slice() {
            [] => vec![String::new()],
            named => named.to_vec(),
        }
    }

    /// The place of a list, and how new it is; none of what is in it. `None` where the cluster has no such kind.
    pub async fn newest(
        &self,
        served: &Served,
        resource: Resource,
        namespace: &str,
    ) -> Result<Option<(Vec<String>, String)>, ConnectorError> {
        let what = resource.name();
        for version in served.versions(resource.group) {
            let pieces = pieces(resource, version, namespace);
            let url = self.address(&pieces, &[("limit", "1")]);
            match self.instance.one::<List>(&url, &what).await {
                Ok(page) => return Ok(Some((pieces, page.metadata.resource_version))),
                Err(error) if error.kind == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// What is asked for beside an object; what is not there, or may not be seen, is none.
    pub async fn beside(
        &self,
        served: &Served,
        wanted: &Wanted,
    ) -> Result<Vec<Object>, ConnectorError> {
        if !served.has(wanted.resource.group) {
            return Ok(Vec::new());
        }
        for version in served.versions(wanted.resource.group) {
            let mut pieces = pieces(wanted.resource, version, &wanted.namespace);
            let mut listed = Listed::default();
            let read = if let Some(name) = &wanted.name {
                pieces.push(name.clone());
                let read = self.one(&self.address(&pieces, &[])).await?;
                listed.objects.extend(read);
                Ok(!listed.objects.is_empty())
            } else {
                let selector = selector(&wanted.labels);
                let query = [("labelSelector", selector.as_str())];
                self.pages(&pieces, &query, &mut listed).await
            };
            match read {
                Ok(true) => return Ok(listed.objects),
                Ok(false) => {}
                Err(error) if error.kind == ErrorKind::Forbidden => return Ok(Vec::new()),
                Err(error) => return Err(error),
            }
        }
        Ok(Vec::new())
    }

    /// The address of an object: the first version of its group that has it. And the object, where it is there.
    pub async fn find(
        &self,
        served: &Served,
        resource: Resource,
        (namespace, name): (&str, &str),
    ) -> Result<Option<(String, Object)>, ConnectorError> {
        for version in served.versions(resource.group) {
            let mut pieces = pieces(resource, version, namespace);
            pieces.push(name.to_owned());
            let url = self.address(&pieces, &[]);
            if let Some(object) = self.one(&url).await? {
                return Ok(Some((url, object)));
            }
        }
        Ok(None)
    }

    /// One object; `None` where it is not there.
    pub async fn one(&self, url: &str) -> Result<Option<Object>, ConnectorError> {
        match self.instance.one::<Value>(url, "an object").await {
            Ok(value) => {
                Ok(Some(Object::read(value).map_err(|why| {
                    self.instance.unreadable("an object", &why)
                })?))
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    #[must_use]
    pub fn address(&self, pieces: &[String], query: &[(&str, &str)]) -> String {
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        self.instance.address(&pieces, query)
    }

    /// A list to its end; whether there is one.
    async fn pages(
        &self,
        pieces: &[String],
        query: &[(&str, &str)],
        listed: &mut Listed,
    ) -> Result<bool, ConnectorError> {
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let what = pieces.last().copied().unwrap_or_default();
        let mut next = String::new();
        loop {
            let mut query = query.to_vec();
            query.push(("limit", LIMIT));
            if !next.is_empty() {
                query.push(("continue", next.as_str()));
            }
            let url = self.instance.address(&pieces, &query);
            let answer = match self.instance.http.get(&url, None).await {
                Ok(answer) => answer,
                Err(stop) => return Err(stop.into_error(what)),
            };
            match answer.status {
                404 if next.is_empty() => return Ok(false),
                410 => {
                    let detail = "the list changed too much while it was read";
                    return Err(ConnectorError::new(ErrorKind::Unavailable, what, detail));
                }
                _ if !answer.is_success() => return Err(self.instance.refused(what, &answer)),
                _ => {}
            }
            let page: List =
                parse::one(&answer.body).map_err(|why| self.instance.unreadable(what, &why))?;
            for (index, item) in page.items.into_iter().enumerate() {
                match Object::read(item) {
                    Ok(object) => listed.objects.push(object),
                    Err(why) => {
                        let number = index + 1;
                        listed
                            .complaints
                            .push(format!("{what}, item {number}: {why}"));
                    }
                }
            }
            next = page.metadata.next;
            if next.is_empty() {
                return Ok(true);
            }
        }
    }
}

fn pieces(resource: Resource, version: &str, namespace: &str) -> Vec<String> {
    let mut pieces: Vec<&str> = if resource.group.is_empty() {
        vec!["api", version]
    } else {
        vec!["apis", resource.group, version]
    };
    if !namespace.is_empty() {
        pieces.extend(["namespaces", namespace]);
    }
    pieces.push(resource.plural);
    pieces.into_iter().map(str::to_owned).collect()
}

fn selector(labels: &BTreeMap<String, String>) -> String {
    let pairs = labels.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}
