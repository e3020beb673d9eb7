//! Alertmanager's API, as far as it is asked.

use serde::de::DeserializeOwned;

use super::wire::{About, Group, Receiver, Silence};
use crate::connector::ConnectorError;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse::Parsed;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub instance: &'a Instance,
}

impl Reach<'_> {
    /// All alerts that are there, put together as they are told of; those that are silenced or inhibited as well.
    pub async fn groups(&self) -> Result<Parsed<Group>, ConnectorError> {
        self.list(&["alerts", "groups"], "the alerts").await
    }

    pub async fn silences(&self) -> Result<Parsed<Silence>, ConnectorError> {
        self.list(&["silences"], "the silences").await
    }

    pub async fn receivers(&self) -> Result<Parsed<Receiver>, ConnectorError> {
        self.list(&["receivers"], "the receivers").await
    }

    pub async fn about(&self) -> Result<About, ConnectorError> {
        self.instance
            .one(&self.api(&["status"]), "its status")
            .await
    }

    async fn list<T: DeserializeOwned>(
        &self,
        pieces: &[&str],
        what: &str,
    ) -> Result<Parsed<T>, ConnectorError> {
        self.instance.list(&self.api(pieces), None, what).await
    }

    fn api(self, pieces: &[&str]) -> String {
        self.instance
            .address(&[&["api", "v2"], pieces].concat(), &[])
    }
}
