//! What a cluster answers, as far as it is needed: lists, and objects with what all objects have; what each family has beside that stands in a file of its
//! own. Lenient on purpose: everything may be missing or `null`, a word that is not known stays a word, and the object itself is kept as it came.

pub mod flux;
pub mod kargo;
pub mod promoter;
pub mod runs;
pub mod workload;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::connector::lenient::answers;
use crate::event::time::Timestamp;

answers! {
    Groups {
        groups: Vec<Group>,
    }
    Group {
        name: String,
        versions: Vec<Version>,
        preferred_version: Version,
    }
    Version {
        version: String,
        git_version: String,
    }
    List {
        metadata: ListMetadata,
        items: Vec<Value>,
    }
    ListMetadata {
        #[serde(rename = "continue")]
        next: String,
        resource_version: String,
    }
    /// Whether something is allowed.
    Review {
        status: ReviewStatus,
    }
    ReviewStatus {
        allowed: bool,
    }
    /// One line of a watch.
    Change {
        #[serde(rename = "type")]
        name: String,
        object: Changed,
    }
    /// What has changed; of an error, why.
    Changed {
        metadata: Metadata,
        code: u16,
        message: String,
    }
    Metadata {
        name: String,
        namespace: String,
        uid: String,
        resource_version: String,
        generate_name: String,
        generation: i64,
        creation_timestamp: Option<Timestamp>,
        deletion_timestamp: Option<Timestamp>,
        labels: BTreeMap<String, String>,
        annotations: BTreeMap<String, String>,
        owner_references: Vec<Owner>,
        managed_fields: Vec<Managed>,
    }
    Owner {
        kind: String,
        name: String,
        uid: String,
        controller: bool,
    }
    /// Who wrote which fields last, and when.
    Managed {
        manager: String,
        subresource: String,
        time: Option<Timestamp>,
        fields_v1: Value,
    }
    Condition {
        #[serde(rename = "type")]
        name: String,
        status: String,
        reason: String,
        message: String,
        last_transition_time: Option<Timestamp>,
        last_update_time: Option<Timestamp>,
    }
}

/// An object: what all have, and all that it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    pub meta: Metadata,
    pub raw: Value,
}

impl Object {
    pub fn read(raw: Value) -> Result<Self, String> {
        let meta: Metadata = part(&raw, "metadata")?;
        if meta.name.is_empty() {
            return Err("it has no name".to_owned());
        }
        Ok(Self { meta, raw })
    }

    /// Reads what a family needs of it; the error names the field.
    pub fn of<T: DeserializeOwned + Default>(&self, field: &str) -> Result<T, String> {
        part(&self.raw, field)
    }

    /// `namespace/name`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}/{}", self.meta.namespace, self.meta.name)
    }

    /// Enough of its uid to tell it from another of the same name.
    #[must_use]
    pub fn mark(&self) -> &str {
        self.meta.uid.get(..8).unwrap_or(&self.meta.uid)
    }

    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        let found = self.meta.labels.get(name).map(String::as_str);
        found.filter(|text| !text.is_empty())
    }

    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        let found = self.meta.annotations.get(name).map(String::as_str);
        found.filter(|text| !text.is_empty())
    }

    /// A text of it, wherever it stands.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        let found = self.raw.pointer(pointer)?.as_str();
        found.filter(|text| !text.is_empty())
    }

    /// Whether this is what made it.
    #[must_use]
    pub fn is_owned_by(&self, owner: &Object) -> bool {
        let mut owners = self.meta.owner_references.iter();
        owners.any(|one| !one.uid.is_empty() && one.uid == owner.meta.uid)
    }

    /// Whether something else made it, and so tells more of it than it does itself.
    #[must_use]
    pub fn is_controlled(&self) -> bool {
        self.meta.owner_references.iter().any(|one| one.controller)
    }

    /// When what is to run (its template) was last written, by the record that the cluster keeps of it.
    #[must_use]
    pub fn written(&self) -> Option<Timestamp> {
        let wrote = |one: &&Managed| {
            one.subresource.is_empty() && one.fields_v1.pointer("/f:spec/f:template").is_some()
        };
        let times = self.meta.managed_fields.iter().filter(wrote);
        times.filter_map(|one| one.time).max()
    }
}

fn part<T: DeserializeOwned + Default>(raw: &Value, field: &str) -> Result<T, String> {
    match raw.get(field) {
        None | Some(Value::Null) => Ok(T::default()),
        Some(part) => serde_path_to_error::deserialize(part).map_err(|error| {
            let path = error.path().to_string();
            // serde repeats the value it met, which may be anything.
            let why: String = error.into_inner().to_string().chars().take(160).collect();
            format!("field `{field}.{path}`: {why}")
        }),
    }
}

/// A path into an object, as patches and pointers write it.
#[must_use]
pub fn pointer(parts: &[&str]) -> String {
    let escaped = |part: &&str| format!("/{}", part.replace('~', "~0").replace('/', "~1"));
    parts.iter().map(escaped).collect()
}

/// Whether a text is a commit.
#[must_use]
pub fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A condition by its name.
#[must_use]
pub fn condition<'c>(conditions: &'c [Condition], name: &str) -> Option<&'c Condition> {
    conditions.iter().find(|one| one.name == name)
}

impl Condition {
    #[must_use]
    pub fn is(&self, status: &str, reason: &str) -> bool {
        self.status == status && self.reason == reason
    }

    /// When it came to say what it says.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.last_update_time.or(self.last_transition_time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_null_or_missing_is_empty_and_what_is_wrong_is_named() {
        let object = Object::read(json!({"metadata": {"name": "a", "labels": null}})).unwrap();
        assert_eq!(object.place(), "/a");
        let none: Vec<Condition> = object.of("status").unwrap();
        assert_eq!(none, []);
        assert_eq!(Object::read(json!({})).unwrap_err(), "it has no name");
        let wrong = Object::read(json!({"metadata": {"name": 7}})).unwrap_err();
        assert!(wrong.starts_with("field `metadata.name`"), "{wrong}");
    }

    #[test]
    fn the_writing_of_a_template_is_found_and_that_of_a_status_is_not() {
        let object = Object::read(json!({"metadata": {"name": "a", "managedFields": [
            {"manager": "kubectl", "time": "2026-03-01T10:00:00Z", "fieldsV1": {"f:spec": {"f:template": {}}}},
            {"manager": "scaler", "time": "2026-03-01T11:00:00Z", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
            {"manager": "c", "subresource": "status", "time": "2026-03-01T12:00:00Z", "fieldsV1": {"f:spec": {"f:template": {}}}},
        ]}}));
        let written = object.unwrap().written();
        assert_eq!(written, Timestamp::parse("2026-03-01T10:00:00Z"));
    }
}
