//! What an Alertmanager source is told: where it is, which receivers' alerts are incidents, and which labels name the service and the environment.

use std::collections::BTreeMap;

use crate::connector::descriptor::Settings;
use crate::connector::http::address::{Hint, encoded};
use crate::connector::http::instance::{Instance, Tool};
use crate::connector::http::refusal::Refusal;
use crate::connector::template::named;

pub static TOOL: Tool = Tool {
    kind: "alertmanager",
    name: "Alertmanager",
    public: None,
    suffix: "/api/v2",
    hint: Hint {
        example: "url = \"https://alertmanager.example.com\", as it is opened in a browser",
        login: "name them with `user` and `token`",
    },
    refusal: Refusal {
        says: &["/error", "/message"],
        token: "it is of what is in front of Alertmanager, and a password where there is a `user`",
        rights: "to be let through to /api/v2 by what is in front of Alertmanager",
        missing: "`url` is the address of Alertmanager (0.16 or newer) with its path, without /api/v2",
    },
};

/// Where people look at the alerts that have these labels.
#[must_use]
pub fn page(instance: &Instance, labels: &BTreeMap<String, String>) -> String {
    let matchers = labels
        .iter()
        .map(|(name, value)| format!("{name}={}", quoted(value)));
    let filter = format!("{{{}}}", matchers.collect::<Vec<_>>().join(","));
    let base = instance.address(&[], &[]);
    let base = base.trim_end_matches('/');
    format!("{base}/#/alerts?filter={}", encoded(&filter))
}

/// A value as matchers have it: only what ends it is escaped, and letters of any script stand as they are.
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for sign in value.chars() {
        match sign {
            '"' | '\\' => text.extend(['\\', sign]),
            '\n' => text.push_str("\\n"),
            _ => text.push(sign),
        }
    }
    text + "\""
}

/// Which labels say of what an alert is.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    service: Option<String>,
    environment: Option<String>,
}

/// By which labels a service is usually named.
const SERVICES: [&str; 5] = [
    "service",
    "app_kubernetes_io_name",
    "app",
    "application",
    "job",
];
const ENVIRONMENTS: [&str; 4] = ["environment", "env", "stage", "deployment_environment"];

impl Labels {
    #[must_use]
    pub fn read(settings: &Settings) -> Self {
        Self {
            service: settings.service.clone(),
            environment: settings.environment.clone(),
        }
    }

    #[must_use]
    pub fn service(&self, of: &BTreeMap<String, String>) -> Option<String> {
        named(self.service.as_deref(), &SERVICES, |name| {
            of.get(name).cloned()
        })
    }

    #[must_use]
    pub fn environment(&self, of: &BTreeMap<String, String>) -> Option<String> {
        named(self.environment.as_deref(), &ENVIRONMENTS, |name| {
            of.get(name).cloned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::http::plain::Login;

    #[test]
    fn labels_name_services_and_environments() {
        let labels = |service: Option<&str>| Labels {
            service: service.map(str::to_owned),
            environment: Some("production".to_owned()),
        };
        let of = [("job", "api"), ("namespace", "shop"), ("env", "staging")];
        let of = of.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let of = BTreeMap::from(of);
        let service = |told: Option<&str>| labels(told).service(&of);
        assert_eq!(service(None).as_deref(), Some("api"));
        assert_eq!(service(Some("other")).as_deref(), Some("api"));
        assert_eq!(
            service(Some("{namespace}-{job}")).as_deref(),
            Some("shop-api")
        );
        assert_eq!(service(Some("{pod}")), None);
        assert_eq!(service(Some("{pod")), None);
        let environment = |of: &BTreeMap<String, String>| labels(None).environment(of);
        assert_eq!(environment(&of).as_deref(), Some("staging"));
        assert_eq!(environment(&BTreeMap::new()).as_deref(), Some("production"));
        assert_eq!(
            labels(Some("shop")).service(&BTreeMap::new()).as_deref(),
            Some("shop")
        );
    }

    #[test]
    fn a_page_shows_the_alerts_of_its_labels() {
        let settings = Settings {
            url: Some("https://ops.example/am/api/v2".to_owned()),
            ..Settings::default()
        };
        let instance = Instance::open(&settings, &TOOL, Login::None).unwrap();
        assert_eq!(instance.source, "alertmanager:ops.example/am");
        let of = BTreeMap::from([("alertname".to_owned(), "Down".to_owned())]);
        assert_eq!(
            page(&instance, &of),
            "https://ops.example/am/#/alerts?filter=%7Balertname%3D%22Down%22%7D"
        );
        assert_eq!(
            quoted("a \"b\" \\ e\u{301}\n"),
            "\"a \\\"b\\\" \\\\ e\u{301}\\n\""
        );
    }
}
