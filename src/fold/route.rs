//! Where a fact belongs, and which things it names together.

use std::borrow::Cow;

use super::catalogue::Class;
use crate::event::kind::Kind;

type Text<'a> = Cow<'a, str>;

/// The thing that a fact is about, by what the fact calls it. `None` for a type that is not understood: it is counted, and has no facts to keep.
pub(super) fn home<'e>(kind: &'e Kind<Text<'_>>, source: &'e Text<'_>) -> Option<(Class, &'e str)> {
    let one_of = |options: [Option<(Class, &'e Text<'_>)>; 3]| {
        options
            .into_iter()
            .flatten()
            .next()
            .map_or((Class::Source, source.as_ref()), |(class, text)| {
                (class, text.as_ref())
            })
    };
    let repository = |text: &'e Option<Text<'_>>| text.as_ref().map(|t| (Class::Repository, t));
    let service = |text: &'e Option<Text<'_>>| text.as_ref().map(|t| (Class::Service, t));
    let artifact = |text: &'e Option<Text<'_>>| text.as_ref().map(|t| (Class::Artifact, t));
    Some(match kind {
        Kind::Commit(fact) => one_of([repository(&fact.repository), None, None]),
        Kind::Change(fact) => one_of([repository(&fact.repository), None, None]),
        Kind::Tag(fact) => one_of([repository(&fact.repository), None, None]),
        Kind::Branch(fact) => one_of([repository(&fact.repository), None, None]),
        Kind::Run(fact) => one_of([repository(&fact.repository), artifact(&fact.artifact), None]),
        Kind::Scan(fact) => one_of([repository(&fact.repository), artifact(&fact.artifact), None]),
        Kind::Artifact(fact) => one_of([
            repository(&fact.repository),
            Some((Class::Artifact, &fact.artifact)),
            None,
        ]),
        Kind::Gate(fact) => one_of([
            service(&fact.service),
            repository(&fact.repository),
            artifact(&fact.artifact),
        ]),
        Kind::Deployment(fact) => one_of([
            service(&fact.service),
            repository(&fact.repository),
            artifact(&fact.artifact),
        ]),
        Kind::Incident(fact) => one_of([service(&fact.service), artifact(&fact.artifact), None]),
        Kind::Ticket(_) => (Class::Tickets, ""),
        Kind::Mark(_) => (Class::Marks, ""),
        Kind::Other(_) => return None,
    })
}

/// Calls back with each pair of things that the fact names together.
pub(super) fn relations(
    kind: &Kind<Text<'_>>,
    mut relate: impl FnMut((Class, &str), (Class, &str)),
) {
    let (repository, service, artifact) = match kind {
        Kind::Run(fact) => (&fact.repository, &None, fact.artifact.as_ref()),
        Kind::Scan(fact) => (&fact.repository, &None, fact.artifact.as_ref()),
        Kind::Artifact(fact) => (&fact.repository, &None, Some(&fact.artifact)),
        Kind::Gate(fact) => (&fact.repository, &fact.service, fact.artifact.as_ref()),
        Kind::Deployment(fact) => (&fact.repository, &fact.service, fact.artifact.as_ref()),
        Kind::Incident(fact) => (&None, &fact.service, fact.artifact.as_ref()),
        _ => return,
    };
    let things = [
        repository
            .as_ref()
            .map(|text| (Class::Repository, text.as_ref())),
        service.as_ref().map(|text| (Class::Service, text.as_ref())),
        artifact.map(|text| (Class::Artifact, text.as_ref())),
    ];
    for (place, one) in things.iter().enumerate() {
        for two in &things[place + 1..] {
            if let (Some((class, key)), Some((other, other_key))) = (one, two) {
                relate((*class, key), (*other, other_key));
            }
        }
    }
}

/// What an artifact is called whatever its version: the package URL without version and qualifiers, an image reference without tag and digest.
/// An OCI package URL that names its repository is called by that (<https://github.com/package-url/purl-spec>, type `oci`).
#[must_use]
pub fn artifact_name(text: &str) -> Cow<'_, str> {
    let Some(purl) = text.strip_prefix("pkg:") else {
        let name = text.split('@').next().unwrap_or(text);
        let end = name
            .rfind(':')
            .filter(|colon| !name[*colon..].contains('/'))
            .unwrap_or(name.len());
        return Cow::Borrowed(&name[..end]);
    };
    let (path, qualifiers) = purl.split_once('?').unwrap_or((purl, ""));
    let qualifiers = qualifiers.split('#').next().unwrap_or("");
    let named = qualifiers
        .split('&')
        .find_map(|pair| pair.strip_prefix("repository_url="));
    if let Some(url) = named {
        let url = url
            .replace("%2F", "/")
            .replace("%2f", "/")
            .replace("%3A", ":");
        let image = path.split('@').next().unwrap_or(path);
        let image = image.rsplit('/').next().unwrap_or(image);
        return if url.ends_with(&format!("/{image}")) {
            Cow::Owned(url)
        } else {
            Cow::Owned(format!("{url}/{image}"))
        };
    }
    let path = path.split('#').next().unwrap_or(path);
    // A scope such as npm's `%40acme` is escaped, so the last `@` begins the version.
    let end = path.rfind('@').unwrap_or(path.len());
    let path = &path[..end];
    Cow::Borrowed(path.split_once('/').map_or(path, |(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_has_one_name_in_all_its_versions() {
        for (text, name) in [
            ("pkg:oci/myapp@sha256%3A0b31", "myapp"),
            (
                "pkg:oci/checkout@sha256%3A0b?repository_url=ghcr.io/acme/checkout&tag=1",
                "ghcr.io/acme/checkout",
            ),
            (
                "pkg:oci/checkout@sha256%3A0b?repository_url=ghcr.io%2Facme",
                "ghcr.io/acme/checkout",
            ),
            (
                "pkg:golang/mygit.com/myorg/myapp@234fd",
                "mygit.com/myorg/myapp",
            ),
            ("ghcr.io/acme/checkout:1.2", "ghcr.io/acme/checkout"),
            (
                "localhost:5000/checkout@sha256:ab",
                "localhost:5000/checkout",
            ),
            ("checkout", "checkout"),
        ] {
            assert_eq!(artifact_name(text), name, "{text}");
        }
    }
}
