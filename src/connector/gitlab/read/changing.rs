//! The items of lists that GitLab orders by change, newest first: what they are called, and when they changed last.

use serde::de::DeserializeOwned;

use crate::connector::gitlab::wire::{Deployment, Issue, Pipeline, Request};
use crate::event::time::Timestamp;

/// An item of a list that is ordered by change.
pub trait Changing: DeserializeOwned {
    fn name(&self) -> String;
    fn changed(&self) -> Timestamp;
}

impl Changing for Request {
    fn name(&self) -> String {
        self.iid.to_string()
    }
    fn changed(&self) -> Timestamp {
        self.updated_at
    }
}

impl Changing for Issue {
    fn name(&self) -> String {
        self.iid.to_string()
    }
    fn changed(&self) -> Timestamp {
        self.updated_at
    }
}

impl Changing for Pipeline {
    fn name(&self) -> String {
        self.id.to_string()
    }
    fn changed(&self) -> Timestamp {
        let told = self.updated_at.or(self.created_at);
        told.unwrap_or(Timestamp::MIN)
    }
}

impl Changing for Deployment {
    fn name(&self) -> String {
        self.id.to_string()
    }
    fn changed(&self) -> Timestamp {
        let told = self.updated_at.or(self.created_at);
        told.unwrap_or(Timestamp::MIN)
    }
}
