//! What a probe is told: where to ask, where in the answer the version stands, and of what it is.

use regex::Regex;

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;
use crate::event::time::Span;

pub static TOOL: Tool = Tool {
    kind: "probe",
    name: "the service",
    public: None,
    suffix: "",
    hint: Hint {
        example: "url = \"https://shop.example.com/version\"",
        login: "name them with `user` and `token`",
    },
    refusal: Refusal {
        says: &["/message", "/error", "/status"],
        token: "the one that the service asks for, if it asks for one",
        rights: "to see it",
        missing: "is it the right address?",
    },
};

/// Where in an answer the version stands.
#[derive(Clone, Debug)]
pub enum Place {
    /// Where such things usually stand.
    Usual,
    /// A JSON pointer.
    Pointer(String),
    /// A label of a metric.
    Metric { name: String, label: String },
    /// The first group of an expression, or all of it.
    Pattern(Box<Regex>),
}

/// What it is told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Exactly as it is asked for.
    pub url: String,
    pub place: Place,
    pub service: Option<String>,
    pub repository: Option<String>,
    pub environment: Option<String>,
    pub incident_after: Option<Span>,
}

impl Told {
    pub fn read(settings: Settings) -> Result<Self, ConnectorError> {
        Ok(Self {
            place: place(&settings.name, settings.version.as_deref())?,
            url: settings.url.unwrap_or_default(),
            service: settings.service,
            repository: settings.repository,
            environment: settings.environment,
            incident_after: settings.incident_after,
        })
    }
}

fn place(source: &str, told: Option<&str>) -> Result<Place, ConnectorError> {
    let Some(told) = told.map(str::trim) else {
        return Ok(Place::Usual);
    };
    if told.starts_with('/') {
        return Ok(Place::Pointer(told.to_owned()));
    }
    if let Some((name, label)) = metric(told) {
        return Ok(Place::Metric { name, label });
    }
    let wrong = |error: regex::Error| {
        let why = error.to_string();
        let why = why.lines().last().unwrap_or_default().to_owned();
        ConnectorError::configuration(source, "version", why).hinted(
            "a JSON pointer (\"/build/version\"), a label of a metric (\"app_build_info{version}\"), or an expression (\"version: (\\\\S+)\")",
        )
    };
    let pattern = Regex::new(told).map_err(wrong)?;
    Ok(Place::Pattern(Box::new(pattern)))
}

/// `app_build_info{revision}`.
fn metric(told: &str) -> Option<(String, String)> {
    let (name, label) = told.strip_suffix('}')?.split_once('{')?;
    let is_name = |text: &str| {
        let mut all = text.chars();
        !text.is_empty()
            && !text.starts_with(|first: char| first.is_ascii_digit())
            && all.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    };
    (is_name(name) && is_name(label)).then(|| (name.to_owned(), label.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_pointer_a_metric_or_an_expression() {
        let place = |told: Option<&str>| format!("{:?}", place("live", told).unwrap());
        assert_eq!(place(None), "Usual");
        assert_eq!(place(Some("/build/version")), "Pointer(\"/build/version\")");
        assert_eq!(
            place(Some("app_build_info{revision}")),
            "Metric { name: \"app_build_info\", label: \"revision\" }"
        );
        assert!(place(Some("v(\\d+)")).starts_with("Pattern"));
        assert!(place(Some("a{2}")).starts_with("Pattern"));
        let error = super::place("live", Some("v(")).unwrap_err().to_string();
        assert!(error.contains("\"live\", version"), "{error}");
    }
}
