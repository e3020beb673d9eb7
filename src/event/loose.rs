//! Of whom a fact is: most name a repository, a service or an artifact. A gate of tickets or of a board may name nothing but the changes that it holds; a gate
//! nothing but a digest, which does not say whose it is; an incident nothing but a digest, or the deployment, commit or change that caused it. Such a fact is
//! of whatever workload knows what it names.

use super::cdevents::purl::is_digest;
use super::kind::Kind;

impl<T> Kind<T> {
    /// Whether it names something that a workload may have, and nothing that says which.
    #[must_use]
    pub fn is_loose<'t>(&'t self, text: impl Fn(&'t T) -> &'t str) -> bool {
        let unnamed =
            |artifact: &'t Option<T>| artifact.as_ref().is_none_or(|one| is_digest(text(one)));
        match self {
            Self::Gate(fact) => {
                let told = (&fact.service, &fact.repository);
                let names = fact.artifact.is_some() || !fact.changes.is_empty();
                matches!(told, (None, None)) && names && unnamed(&fact.artifact)
            }
            Self::Incident(fact) => {
                let names = !self.names_nothing();
                fact.service.is_none() && names && unnamed(&fact.artifact)
            }
            _ => false,
        }
    }

    /// Whether it is a fact of an incident, as its end may be, that names nothing by which it could be found whose it is.
    #[must_use]
    pub fn names_nothing(&self) -> bool {
        let Self::Incident(fact) = self else {
            return false;
        };
        let struck = [&fact.service, &fact.artifact];
        let causes = [&fact.deployment, &fact.sha, &fact.change];
        struck.into_iter().chain(causes).all(Option::is_none)
    }
}
