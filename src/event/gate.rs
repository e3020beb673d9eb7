//! Of whom a gate is: most name a repository, a service or an artifact; those of tickets and of boards may name nothing but the changes that they hold.

use super::kind::Gate;

impl<T> Gate<T> {
    /// It names changes or tickets, and nothing else that a workload could have.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        let other = (&self.service, &self.repository, &self.artifact);
        matches!(other, (None, None, None)) && !self.changes.is_empty()
    }
}
