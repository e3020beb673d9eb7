//! What a Jira source is told: where it is, and which of the two Jiras; which projects; where an issue says what it is about; and in which statuses it waits for
//! a decision.

use crate::connector::ConnectorError;
use crate::connector::descriptor::{Settings, Waiting};
use crate::connector::http::address::Hint;
use crate::connector::http::instance::{Instance, Tool};
use crate::connector::http::plain::Login;
use crate::connector::http::refusal::Refusal;
use crate::connector::pattern::{Names, leaves_out};
use crate::connector::template::fields;

pub static TOOL: Tool = Tool {
    kind: "jira",
    name: "Jira",
    public: None,
    suffix: "",
    hint: Hint {
        example: "url = \"https://acme.atlassian.net\", or where your own Jira is",
        login: "name them with `user` and `token`",
    },
    refusal: Refusal {
        says: &["/errorMessages", "/errors", "/errorMessage", "/message"],
        token: "Cloud: an API token of id.atlassian.com, with its e-mail address as `user`; Data Center: a personal access token, without a `user`",
        rights: "to browse the projects, and for a decision the transition or the approval itself",
        missing: "it is gone, or the account may not see it",
    },
};

/// What it is told of its issues.
#[derive(Clone, Debug)]
pub struct Told {
    /// Jira Cloud, which has other lists than Data Center.
    pub cloud: bool,
    pub projects: Names,
    /// The keys of the projects, where all are named in full.
    pub keys: Vec<String>,
    pub service: Option<String>,
    pub version: Option<String>,
    pub environment: Option<String>,
    pub gates: Vec<Waiting>,
}

/// What follows the address, and says which Jira it is.
const FORMS: [(&str, bool); 3] = [
    ("/rest/api/3", true),
    ("/rest/api/2", false),
    ("/rest/api/latest", false),
];

impl Told {
    pub fn read(settings: &Settings) -> Result<Self, ConnectorError> {
        let (_, cloud) = place(settings.url.as_deref().unwrap_or_default());
        let mut keys = Vec::new();
        for written in &settings.projects {
            let (excludes, key) = leaves_out(written);
            if !excludes {
                keys.push(key.to_owned());
            }
        }
        if keys.iter().any(|key| !is_key(key)) {
            keys.clear();
        }
        for gate in &settings.gates {
            if gate.approve.is_none() && gate.reject.is_some() {
                let detail = format!("{:?} has a `reject` and no `approve`", gate.status);
                return Err(ConnectorError::configuration(&settings.name, "gates", detail)
                    .hinted("name the status of each, or neither where an approval of Jira Service Management decides"));
            }
        }
        Ok(Self {
            cloud,
            projects: Names::read(&settings.name, &settings.projects, "projects")?,
            keys,
            service: settings.service.clone(),
            version: settings.version.clone(),
            environment: settings.environment.clone(),
            gates: settings.gates.clone(),
        })
    }

    /// The fields of one's own that are named, which have to be asked for.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let told = [&self.service, &self.version, &self.environment];
        told.into_iter()
            .filter_map(|told| told.as_deref())
            .flat_map(fields)
            .filter(|name| !matches!(*name, "component" | "project"))
    }

    /// Whether approvals of Jira Service Management are looked at.
    #[must_use]
    pub fn approvals(&self) -> bool {
        self.gates.iter().any(|gate| gate.approve.is_none())
    }
}

/// The instance, without what follows its address.
pub fn instance(settings: &Settings) -> Result<Instance, ConnectorError> {
    let login = match (settings.user.clone(), settings.token.clone()) {
        (Some(user), Some(password)) => Login::Basic { user, password },
        (None, Some(token)) => Login::Bearer(token),
        (_, None) => Login::None,
    };
    let url = settings.url.as_deref().map(|url| place(url).0.to_owned());
    let settings = Settings {
        url,
        ..settings.clone()
    };
    Instance::open(&settings, &TOOL, login)
}

/// Where it is, and whether that is Cloud.
fn place(url: &str) -> (&str, bool) {
    let url = url.trim_end_matches('/');
    for (form, cloud) in FORMS {
        if let Some(place) = url.strip_suffix(form) {
            return (place, cloud);
        }
    }
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    (
        url,
        host.ends_with(".atlassian.net") || host == "api.atlassian.com",
    )
}

/// `PAY`, as it stands in the keys of issues.
fn is_key(text: &str) -> bool {
    let mut all = text.chars();
    !text.is_empty() && all.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_which_jira_it_is() {
        for (url, told) in [
            (
                "https://acme.atlassian.net/",
                ("https://acme.atlassian.net", true),
            ),
            (
                "https://api.atlassian.com/ex/jira/17",
                ("https://api.atlassian.com/ex/jira/17", true),
            ),
            (
                "https://jira.acme.example/jira",
                ("https://jira.acme.example/jira", false),
            ),
            (
                "https://jira.acme.example/rest/api/2/",
                ("https://jira.acme.example", false),
            ),
            (
                "http://127.0.0.1:80/rest/api/3",
                ("http://127.0.0.1:80", true),
            ),
        ] {
            assert_eq!(place(url), told);
        }
    }

    #[test]
    fn projects_are_asked_for_where_they_are_named_in_full() {
        let told = |projects: &[&str]| {
            let settings = Settings {
                projects: projects.iter().map(|&one| one.to_owned()).collect(),
                service: Some("{customfield_1}-{component}".to_owned()),
                ..Settings::default()
            };
            Told::read(&settings).unwrap()
        };
        assert_eq!(told(&["PAY", "OPS", "!OLD"]).keys, ["PAY", "OPS"]);
        assert!(told(&["PAY", "X*"]).keys.is_empty());
        assert!(told(&[]).fields().eq(["customfield_1"]));
        let settings = Settings {
            gates: vec![Waiting {
                status: "Ready".to_owned(),
                reject: Some("Open".to_owned()),
                ..Waiting::default()
            }],
            ..Settings::default()
        };
        assert!(Told::read(&settings).is_err());
    }
}
