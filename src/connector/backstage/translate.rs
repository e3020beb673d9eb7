//! A component of a catalogue into an event: pure. Which repository it is of stands in its annotations, for each code host in another; whose it is, in its owner.

use super::wire::Entity;
use crate::event::Event;
use crate::event::kind::{Component, Kind};
use crate::event::time::Timestamp;

/// Annotations that name a repository as its host does.
const SLUGS: [&str; 4] = [
    "github.com/project-slug",
    "gitlab.com/project-slug",
    "gitea.com/project-slug",
    "bitbucket.org/project-slug",
];
/// Annotations that hold an address within a repository.
const PLACES: [&str; 3] = [
    "backstage.io/source-location",
    "backstage.io/managed-by-location",
    "backstage.io/managed-by-origin-location",
];
/// What follows the repository in an address.
const BELOW: [&str; 6] = ["-", "tree", "blob", "src", "raw", "edit"];

/// What is told of a component.
#[must_use]
pub fn component(entity: &Entity) -> Component<String> {
    let metadata = &entity.metadata;
    let said = |text: Option<&String>| {
        let text = text.map(|text| text.trim()).unwrap_or_default();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let link = metadata.links.first().map(|link| &link.url);
    Component {
        component: entity.reference(),
        service: Some(metadata.name.clone()),
        repository: repository(entity),
        team: entity
            .spec
            .owner
            .as_deref()
            .and_then(last)
            .map(str::to_owned),
        system: entity
            .spec
            .system
            .as_deref()
            .and_then(last)
            .map(str::to_owned),
        lifecycle: said(entity.spec.lifecycle.as_ref()),
        title: said(metadata.title.as_ref()),
        url: said(link),
    }
}

/// `payments` of `group:default/payments`.
fn last(reference: &str) -> Option<&str> {
    let name = reference.trim().rsplit(['/', ':']).next()?;
    (!name.is_empty()).then_some(name)
}

/// `acme/checkout`.
fn repository(entity: &Entity) -> Option<String> {
    let slug = SLUGS.iter().find_map(|name| entity.annotation(name));
    if let Some(slug) = slug {
        return Some(slug.trim_matches('/').to_owned());
    }
    PLACES
        .iter()
        .filter_map(|name| entity.annotation(name))
        .find_map(|place| of_address(place.strip_prefix("url:")?))
}

/// The repository of an address within it.
fn of_address(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let (_, path) = rest.split_once('/')?;
    let pieces = path.split(['?', '#']).next().unwrap_or_default().split('/');
    let pieces: Vec<&str> = pieces
        .filter(|piece| !piece.is_empty())
        .take_while(|piece| !BELOW.contains(piece))
        .collect();
    let path = pieces.join("/");
    let path = path.strip_suffix(".git").unwrap_or(&path);
    path.contains('/').then(|| path.to_owned())
}

/// It is told, as it is now.
#[must_use]
pub fn event(source: &str, fact: Component<String>, digest: &str, at: Timestamp) -> Event<String> {
    Event {
        source: source.to_owned(),
        id: format!("{}/{digest}/{}", fact.component, at.micros() / 1_000_000),
        at,
        kind: Kind::Component(fact),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_found_in_any_annotation() {
        for (name, text, wanted) in [
            (
                "github.com/project-slug",
                "acme/checkout",
                Some("acme/checkout"),
            ),
            (
                "backstage.io/source-location",
                "url:https://github.com/acme/checkout/tree/main/",
                Some("acme/checkout"),
            ),
            (
                "backstage.io/source-location",
                "url:https://gl.example/a/b/c/-/tree/main",
                Some("a/b/c"),
            ),
            (
                "backstage.io/managed-by-location",
                "url:https://github.com/acme/shop.git",
                Some("acme/shop"),
            ),
            (
                "backstage.io/managed-by-location",
                "file:/tmp/catalog-info.yaml",
                None,
            ),
            (
                "backstage.io/source-location",
                "url:https://github.com/",
                None,
            ),
            ("else", "acme/checkout", None),
        ] {
            let mut entity = Entity::default();
            let annotations = &mut entity.metadata.annotations;
            annotations.insert(name.to_owned(), Some(text.to_owned()));
            assert_eq!(repository(&entity).as_deref(), wanted, "{text}");
        }
        assert_eq!(last("group:default/payments"), Some("payments"));
        assert_eq!((last("user:jane"), last(" ")), (Some("jane"), None));
    }
}
