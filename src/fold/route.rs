//! Where a fact belongs, and which things it names together.

use std::borrow::Cow;

use compact_str::{CompactString, format_compact};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::event::kind::Kind;

/// The kinds of thing that facts are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    Repository,
    Service,
    Artifact,
    /// Tickets that were written one after the other; see [`neighbourhood`] for the key.
    Tickets,
    /// All marks, and gates and incidents that say of nobody whose they are; the key is empty.
    Marks,
    /// Facts that name no repository, service or artifact, by who sent them.
    Source,
}

type Text<'a> = Cow<'a, str>;

/// A thing by what a fact calls it.
pub(super) type Thing<'e> = (Class, &'e str);

/// The things that a fact names, each once: the first of them is what the fact is about ([`sender`] where it names none), and it tells that they belong
/// together.
pub(super) fn things<'e>(kind: &'e Kind<Text<'_>>) -> [Option<Thing<'e>>; 3] {
    let repository = |text: &'e Option<Text<'_>>| text.as_deref().map(|t| (Class::Repository, t));
    let service = |text: &'e Option<Text<'_>>| text.as_deref().map(|t| (Class::Service, t));
    let artifact = |text: &'e Option<Text<'_>>| text.as_deref().map(|t| (Class::Artifact, t));
    match kind {
        // What says of nobody whose it is may be anybody's.
        Kind::Gate(_) | Kind::Incident(_) if kind.is_loose(AsRef::as_ref) => {
            [Some((Class::Marks, "")), None, None]
        }
        Kind::Commit(fact) => [repository(&fact.repository), None, None],
        Kind::Change(fact) => [repository(&fact.repository), None, None],
        Kind::Tag(fact) => [repository(&fact.repository), None, None],
        Kind::Branch(fact) => [repository(&fact.repository), None, None],
        Kind::Run(fact) => [repository(&fact.repository), artifact(&fact.artifact), None],
        Kind::Scan(fact) => [repository(&fact.repository), artifact(&fact.artifact), None],
        Kind::Artifact(fact) => [
            repository(&fact.repository),
            Some((Class::Artifact, &fact.artifact)),
            None,
        ],
        Kind::Gate(fact) => [
            service(&fact.service),
            repository(&fact.repository),
            artifact(&fact.artifact),
        ],
        Kind::Deployment(fact) => [
            service(&fact.service),
            repository(&fact.repository),
            artifact(&fact.artifact),
        ],
        Kind::Incident(fact) => [service(&fact.service), artifact(&fact.artifact), None],
        Kind::Ticket(fact) => [Some((Class::Tickets, &fact.ticket)), None, None],
        Kind::Mark(_) => [Some((Class::Marks, "")), None, None],
        Kind::Component(fact) => [service(&fact.service), repository(&fact.repository), None],
        Kind::Other(_) => [None; 3],
    }
}

/// Who told a fact that names nothing. `None` for a type that is not understood: it is counted, and has no facts to keep.
pub(super) fn sender<'e>(event: &'e Event<Text<'_>>) -> Option<Thing<'e>> {
    (!matches!(event.kind, Kind::Other(_))).then_some((Class::Source, &*event.source))
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
        let url = percent_decode_str(url).decode_utf8_lossy();
        let image = path.split('@').next().unwrap_or(path);
        let image = image.rsplit('/').next().unwrap_or(image);
        let before = url.strip_suffix(image);
        return if before.is_some_and(|before| before.ends_with('/')) {
            url
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

/// So many tickets of a project are kept together, which are read together.
const TOGETHER: u64 = 256;

/// What tickets are kept by that are asked for together: their project, and which of its lots they are of. What a workload's changes name was mostly written
/// one after the other. All that bear no number are one lot.
#[must_use]
pub(super) fn neighbourhood(ticket: &str) -> CompactString {
    let project = ticket.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let is_project = project.is_empty()
        || project.ends_with(['-', '#', '!'])
        || project.bytes().all(|byte| byte.is_ascii_uppercase());
    match ticket[project.len()..].parse::<u64>() {
        Ok(number) if is_project => format_compact!("{project}{}", number / TOGETHER),
        _ => CompactString::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_that_were_written_one_after_the_other_are_together() {
        for (ticket, lot) in [
            ("PAY-1", "PAY-0"),
            ("PAY-255", "PAY-0"),
            ("PAY-256", "PAY-1"),
            ("CHG0031889", "CHG124"),
            ("acme/shop#7", "acme/shop#0"),
            ("1024", "4"),
            ("", ""),
            ("PAY-", ""),
            ("5f3a9c2e1", ""),
            ("wXyz12", ""),
            ("é1", ""),
            ("PAY-99999999999999999999999", ""),
        ] {
            assert_eq!(neighbourhood(ticket), lot, "{ticket}");
        }
    }

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
                "pkg:oci/checkout@sha256%3A0b?repository_url=ghcr.io/acme/my-checkout",
                "ghcr.io/acme/my-checkout/checkout",
            ),
            (
                "pkg:oci/checkout@sha256%3A0b?repository_url=localhost%3A5000%2fcheckout",
                "localhost:5000/checkout",
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
