//! What a Harbor source is told: where it is, and which tags are environments. Which repositories it reads, [`crate::connector::selection`] tells: `project/name`.

use crate::connector::ConnectorError;
use crate::connector::descriptor::Settings;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::Tool;
use crate::connector::http::refusal::Refusal;

pub static TOOL: Tool = Tool {
    kind: "harbor",
    name: "Harbor",
    public: None,
    suffix: "/api/v2.0",
    hint: Hint {
        example: "url = \"https://harbor.example.com\"",
        login: "use `user` and `token`",
    },
    refusal: Refusal {
        says: &["/errors/0/message"],
        token: "`user` is a robot's whole name, `robot$…`, and `token` its secret",
        rights: "to list repositories and artifacts, and to read their scans; to act to create and delete tags, and to scan",
        missing: "it is gone, spelt otherwise, or may not be seen",
    },
};

/// The tags that are environments: `production`, or `{staging,production}`.
pub fn environments(settings: &Settings) -> Result<Vec<String>, ConnectorError> {
    let text = settings.environment.as_deref().unwrap_or_default().trim();
    let inner = text.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    let names = inner.unwrap_or(text).split(',').map(str::trim);
    let names: Vec<String> = names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    let is_tag = |name: &String| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    if names.iter().all(is_tag) {
        return Ok(names);
    }
    let detail = format!("{text:?} names no tags");
    Err(
        ConnectorError::configuration(&settings.name, "environment", detail)
            .hinted("environment = \"{staging,production}\": each by its name, without `*`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_named() {
        let of = |text: &str| {
            environments(&Settings {
                environment: Some(text.to_owned()),
                ..Settings::default()
            })
        };
        assert_eq!(of("production").unwrap(), ["production"]);
        assert_eq!(
            of("{staging, production}").unwrap(),
            ["staging", "production"]
        );
        assert!(of("").unwrap().is_empty());
        assert!(of("prod*").is_err());
    }
}
