//! What an Alertmanager source is told: where it is, which receivers' alerts are incidents, and which labels name the service and the environment.

use std::collections::BTreeMap;

use url::Url;

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::http::address::{Address, Hint};
use crate::connector::template::named;

const HINT: Hint = Hint {
    example: "url = \"https://alertmanager.example.com\", as it is opened in a browser",
    login: "name them with `user` and `token`",
};

/// Where it is.
#[derive(Clone, Debug)]
pub struct Base {
    url: Url,
    /// `alertmanager:<host>[:port][/path]`: the source of its events.
    pub source: String,
}

impl Base {
    /// Reads the address: of the web interface, with or without `/api/v2`.
    pub fn read(source: &str, address: Option<&str>) -> Result<Self, ConnectorError> {
        let Some(address) = address else {
            let missing = ConnectorError::configuration(source, "url", "is missing");
            return Err(missing.hinted(HINT.example));
        };
        let address = Address::read(source, address, HINT)?;
        let path = address.path();
        let path = path.strip_suffix("/api/v2").unwrap_or(path);
        let source = format!("alertmanager:{}{}{path}", address.host, address.port());
        let mut url = address.url.clone();
        url.set_path(path);
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { url, source })
    }

    /// An address of the API.
    #[must_use]
    pub fn api(&self, pieces: &[&str]) -> String {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v2"]).extend(pieces);
        }
        url.into()
    }

    /// Where people look at the alerts that have these labels.
    #[must_use]
    pub fn page(&self, labels: &BTreeMap<String, String>) -> String {
        let matchers = labels
            .iter()
            .map(|(name, value)| format!("{name}={value:?}"));
        let filter = format!("{{{}}}", matchers.collect::<Vec<_>>().join(","));
        let filter = crate::connector::http::address::encoded(&filter);
        let base = self.url.as_str().trim_end_matches('/');
        format!("{base}/#/alerts?filter={filter}")
    }
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
    fn addresses_are_made_from_any_form_of_the_base() {
        for (given, source, api) in [
            (
                "http://AM.example:9093/",
                "alertmanager:am.example:9093",
                "http://am.example:9093/api/v2/alerts/groups",
            ),
            (
                "https://ops.example/am/api/v2",
                "alertmanager:ops.example/am",
                "https://ops.example/am/api/v2/alerts/groups",
            ),
        ] {
            let base = Base::read("am", Some(given)).unwrap();
            assert_eq!(base.source, source);
            assert_eq!(base.api(&["alerts", "groups"]), api);
        }
        let base = Base::read("am", Some("https://ops.example/am/")).unwrap();
        let of = BTreeMap::from([("alertname".to_owned(), "Down".to_owned())]);
        assert_eq!(
            base.page(&of),
            "https://ops.example/am/#/alerts?filter=%7Balertname%3D%22Down%22%7D"
        );
        let wrong = Base::read("am", Some("https://jane:pw@ops.example")).unwrap_err();
        assert!(!wrong.to_string().contains("pw@"), "{wrong}");
    }
}
