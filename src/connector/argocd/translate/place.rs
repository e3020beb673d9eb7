//! Which environment an application runs in. Argo CD has no word for it, so it is taken from the first of these that says something: a label of the
//! application, the source's `environment`, the end of the application's name, the end of its namespace, its namespace, its cluster.

use super::Origin;
use crate::connector::argocd::wire::Application;
use crate::connector::environment::{labelled, suffix};

/// The environment, as it is written there.
#[must_use]
pub fn environment(origin: &Origin<'_>, application: &Application) -> Option<String> {
    let destination = &application.spec.destination;
    let or = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    labelled(&application.metadata.labels)
        .or_else(|| origin.environment.map(str::to_owned))
        .or_else(|| suffix(&application.metadata.name))
        .or_else(|| suffix(&destination.namespace))
        .or_else(|| or(&destination.namespace))
        .or_else(|| or(&destination.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::argocd::config::TOOL;
    use crate::connector::http::instance::Instance;

    fn told(given: Option<&str>, application: &str) -> Option<String> {
        let instance = Instance::example(&TOOL, "https://cd.example.com");
        let origin = Origin {
            instance: &instance,
            environment: given,
        };
        environment(&origin, &serde_json::from_str(application).unwrap())
    }

    #[test]
    fn the_first_that_says_something_is_believed() {
        let all = r#"{"metadata":{"name":"shop-prod","labels":{"env":"live-eu"}},"spec":{"destination":{"namespace":"shop-uat"}}}"#;
        assert_eq!(told(Some("x"), all).as_deref(), Some("live-eu"));
        let plain = r#"{"metadata":{"name":"shop-prod","labels":{"env":""}},"spec":{"destination":{"namespace":"shop-uat","name":"eu1"}}}"#;
        assert_eq!(told(Some("x"), plain).as_deref(), Some("x"));
        assert_eq!(told(None, plain).as_deref(), Some("prod"));
        let space =
            r#"{"metadata":{"name":"shop"},"spec":{"destination":{"namespace":"shop-uat"}}}"#;
        assert_eq!(told(None, space).as_deref(), Some("uat"));
        let bare =
            r#"{"metadata":{"name":"web-shop"},"spec":{"destination":{"namespace":"shops"}}}"#;
        assert_eq!(told(None, bare).as_deref(), Some("shops"));
        let cluster = r#"{"metadata":{"name":"prod"},"spec":{"destination":{"name":"eu1"}}}"#;
        assert_eq!(told(None, cluster).as_deref(), Some("eu1"));
        assert_eq!(told(None, "{}"), None);
    }
}
