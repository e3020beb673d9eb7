//! Which form a document is of: told from the names of its outermost fields. What is a scanner's, and yet of no use here, is told with what to do instead.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use super::Unreadable;

/// A form of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Trivy,
    Grype,
    Sarif,
    Snyk,
    Osv,
    CycloneDx,
    Spdx,
    OpenVex,
}

impl Form {
    pub const ALL: [Self; 8] = [
        Self::Trivy,
        Self::Grype,
        Self::Sarif,
        Self::Snyk,
        Self::Osv,
        Self::CycloneDx,
        Self::Spdx,
        Self::OpenVex,
    ];

    /// As it is written in a configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trivy => "trivy",
            Self::Grype => "grype",
            Self::Sarif => "sarif",
            Self::Snyk => "snyk",
            Self::Osv => "osv",
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
            Self::OpenVex => "openvex",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let same = |form: &Self| form.name().eq_ignore_ascii_case(name.trim());
        Self::ALL.into_iter().find(same)
    }

    /// All names, for people.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Told from some of the outermost names of a document.
    fn told(names: &[impl AsRef<str>]) -> Option<Self> {
        let has = |wanted: &str| names.iter().any(|name| name.as_ref() == wanted);
        let any = |wanted: &[&str]| wanted.iter().any(|wanted| has(wanted));
        let told = [
            (Self::CycloneDx, has("bomFormat")),
            (
                Self::Spdx,
                has("spdxVersion") || has("SPDXID") && has("creationInfo"),
            ),
            (Self::Sarif, has("runs") && any(&["version", "$schema"])),
            (Self::OpenVex, has("statements") && has("@context")),
            (Self::Trivy, has("SchemaVersion")),
            (
                Self::Grype,
                has("matches") && any(&["descriptor", "source", "distro"]),
            ),
            (
                Self::Snyk,
                has("infrastructureAsCodeIssues")
                    || has("vulnerabilities") && any(&["ok", "dependencyCount"])
                    || has("ok") && has("error"),
            ),
            (
                Self::Osv,
                has("vulns")
                    || has("results")
                        && (names.len() == 1
                            || any(&["experimental_config", "image_metadata", "license_summary"])),
            ),
        ];
        told.into_iter().find(|(_, is)| *is).map(|(form, _)| form)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trivy => "a report of Trivy",
            Self::Grype => "a report of Grype",
            Self::Sarif => "SARIF",
            Self::Snyk => "a report of Snyk",
            Self::Osv => "a report of OSV-Scanner",
            Self::CycloneDx => "CycloneDX",
            Self::Spdx => "SPDX",
            Self::OpenVex => "OpenVEX",
        })
    }
}

/// The form of a whole document.
pub fn of(text: &[u8]) -> Result<Form, Unreadable> {
    let Top(names) = serde_json::from_slice(text).map_err(|error| not_json(&error))?;
    Form::told(&names).ok_or_else(|| no_use(&names))
}

/// It is of a form, and another was named.
pub(super) fn another(shown: Form, named: Form) -> Unreadable {
    Unreadable::new(
        format!("it is {shown}, and not {named}"),
        format!(
            "call it {}, or leave the form out: it is told from what it holds",
            shown.name()
        ),
    )
}

/// Whether a document is JSON, and of no form.
#[must_use]
pub fn is_others(text: &[u8]) -> bool {
    serde_json::from_slice(text).is_ok_and(|Top(names)| Form::told(&names).is_none())
}

pub(super) fn not_json(error: &serde_json::Error) -> Unreadable {
    let remedy = if error.is_eof() {
        "it is cut off, or still being written: it is read again when it changes"
    } else {
        "let the scanner write it again, as JSON"
    };
    Unreadable::new(format!("not JSON: {error}"), remedy)
}

/// What people have instead, and what to do about it.
const OTHERS: [(&[&str], &str, &str); 7] = [
    (
        &["document", "product_tree"],
        "it is CSAF",
        "write what is known of vulnerabilities as OpenVEX",
    ),
    (
        &["artifacts", "artifactRelationships"],
        "it is Syft's own form",
        "write it with -o cyclonedx-json, or -o spdx-json",
    ),
    (
        &["@context", "@graph"],
        "it is SPDX 3, which leadtime does not read",
        "write it as SPDX 2.3",
    ),
    (
        &["id", "affected"],
        "it is an advisory, and says nothing of what was scanned",
        "keep what OSV-Scanner writes with --format json",
    ),
    (
        &["id", "modified"],
        "it is an advisory, and says nothing of what was scanned",
        "keep what OSV-Scanner writes with --format json",
    ),
    (
        &["results", "errors"],
        "it is the own form of a scanner that leadtime does not know",
        "let it write SARIF (Bandit: -f sarif, Semgrep: --sarif)",
    ),
    (
        &["context", "subject"],
        "it is an event",
        "read it with a source of kind cdevents",
    ),
];

fn no_use(names: &[String]) -> Unreadable {
    let has = |wanted: &&str| names.iter().any(|name| name == wanted);
    let known = OTHERS.iter().find(|(wanted, ..)| wanted.iter().all(has));
    if let Some((_, problem, remedy)) = known {
        return Unreadable::new(*problem, *remedy);
    }
    let some: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
    let problem = if some.is_empty() {
        "it holds nothing that a scanner writes".to_owned()
    } else {
        format!(
            "it is of no form that is known (it has {})",
            some.join(", ")
        )
    };
    let forms = Form::names();
    Unreadable::new(problem, format!("let the scanner write one of {forms}"))
}

/// The names of the outermost fields; of the first element, where the document is a list.
struct Top(Vec<String>);

impl<'de> Deserialize<'de> for Top {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Outermost;
        impl<'de> Visitor<'de> for Outermost {
            type Value = Top;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a list of objects")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Top(names))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Top, A::Error> {
                let first = list.next_element::<Top>()?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(first.unwrap_or(Top(Vec::new())))
            }
            fn visit_str<E: de::Error>(self, _: &str) -> Result<Top, E> {
                Ok(Top(Vec::new()))
            }
            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Top, E> {
                Ok(Top(Vec::new()))
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Top, E> {
                Ok(Top(Vec::new()))
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Top, E> {
                Ok(Top(Vec::new()))
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Top, E> {
                Ok(Top(Vec::new()))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Top, E> {
                Ok(Top(Vec::new()))
            }
        }
        deserializer.deserialize_any(Outermost)
    }
}

/// What the beginning of an input shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Form(Form),
    /// Something else.
    Other,
    /// More of it is needed to tell.
    NotYet,
}

/// Looks at the beginning of an input that may be too long to be read at once.
#[must_use]
pub fn shown(beginning: &[u8]) -> Shown {
    let text = beginning
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(beginning)
        .trim_ascii_start();
    let (text, in_list) = match text.first() {
        None => return Shown::NotYet,
        Some(b'{') => (text, false),
        Some(b'[') => (text[1..].trim_ascii_start(), true),
        Some(_) => return Shown::Other,
    };
    match text.first() {
        Some(b'{') => {}
        None if in_list => return Shown::NotYet,
        _ => return Shown::Other,
    }
    let (names, ended) = outermost(text);
    let event = |name: &String| name == "context" || name == "specversion";
    if names.iter().any(event) {
        return Shown::Other;
    }
    // One name alone may be followed by others that say otherwise.
    let told = Form::told(&names).filter(|_| ended || names.len() > 1);
    match told {
        Some(form) => Shown::Form(form),
        None if ended => Shown::Other,
        None => Shown::NotYet,
    }
}

/// The names of an object's fields, as far as they are there, and whether it ends.
fn outermost(text: &[u8]) -> (Vec<String>, bool) {
    let (mut names, mut depth) = (Vec::new(), 0u64);
    let (mut begun, mut escaped): (Option<usize>, bool) = (None, false);
    let mut last: Option<&[u8]> = None;
    for (place, byte) in text.iter().enumerate() {
        if let Some(start) = begun {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    last = (depth == 1).then(|| &text[start..place]);
                    begun = None;
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => begun = Some(place + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (names, true);
                }
            }
            b':' if depth == 1 => names.extend(
                last.take()
                    .map(|name| String::from_utf8_lossy(name).into_owned()),
            ),
            _ => {}
        }
    }
    (names, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_enough_where_it_says_enough() {
        let form = |text: &str| shown(text.as_bytes());
        assert_eq!(
            form("\u{feff} {\"SchemaVersion\": 2, \"Arti"),
            Shown::NotYet
        );
        let trivy = "{\"SchemaVersion\": 2, \"x\": \"}\\\"\", \"ArtifactName\": ";
        assert_eq!(form(trivy), Shown::Form(Form::Trivy));
        assert_eq!(form("{\"context\":{\"id"), Shown::Other);
        assert_eq!(
            form("[{\"vulnerabilities\":[],\"ok\":tr"),
            Shown::Form(Form::Snyk)
        );
        assert_eq!(form("{\"results\":[]}"), Shown::Form(Form::Osv));
        assert_eq!(form("{\"results\":[]"), Shown::NotYet);
        assert_eq!(form("{\"results\":[],\"errors\":[]}"), Shown::Other);
        assert_eq!(form("not JSON"), Shown::Other);
        assert_eq!((form(""), form(" [ ")), (Shown::NotYet, Shown::NotYet));
    }

    #[test]
    fn what_is_of_no_use_is_told_with_what_to_do() {
        let told = |text: &str| of(text.as_bytes()).unwrap_err().to_string();
        assert!(told("{\"document\":{},\"product_tree\":{}}").contains("OpenVEX"));
        assert!(told("{\"id\":\"GO-1\",\"affected\":[]}").contains("advisory"));
        assert!(
            told("{\"a\":1}").contains("it has a"),
            "{}",
            told("{\"a\":1}")
        );
        assert!(told("{\"SchemaVersion\":2").contains("cut off"));
        assert!(told("[1]").contains("nothing that a scanner writes"));
    }
}
