//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use leadtime::connector::error::ErrorKind;
use leadtime::connector::oci::Oci;
use leadtime::connector::{Connector, ConnectorError};
use serde_json::json;

use super::world::{Registry, World, start};
use super::{CANARY, OTHER, SHA, connector, now, read, settings, world};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

pub fn two() -> World {
    let mut world = world(|shop| {
        shop.tagged("1.0.0", SHA);
        shop.tagged("1.1.0", OTHER);
    });
    let other = world
        .repositories
        .entry("acme/cart".to_owned())
        .or_default();
    other.tagged("2.0.0", SHA);
    world
}

fn guarded() -> World {
    World {
        account: Some(("jane".to_owned(), CANARY.to_owned())),
        ..two()
    }
}

async fn reading(registry: &Registry) -> (Result<(), ConnectorError>, Kept) {
    let mut kept = Kept::default();
    let result = read(registry, &mut kept).await;
    let text = format!("{result:?} {} {:?}", kept.told(), kept.events);
    assert!(!text.contains(CANARY), "{text}");
    (result, kept)
}

#[tokio::test]
async fn one_is_let_in_by_tokens_or_by_a_password() {
    for basic in [false, true] {
        let registry = start(World { basic, ..guarded() });
        let (result, kept) = reading(&registry).await;
        result.unwrap();
        assert_eq!(kept.events.len(), 3);
        // One token for the catalogue and one for each repository.
        assert_eq!(registry.state().tokens, if basic { 0 } else { 3 });
    }
}

#[tokio::test]
async fn a_token_that_has_run_out_is_fetched_anew() {
    let registry = start(World {
        good_for: Some(2),
        ..guarded()
    });
    let (result, kept) = reading(&registry).await;
    result.unwrap();
    assert_eq!((kept.events.len(), kept.told().as_str()), (3, ""));
    assert!(registry.state().tokens > 3);
}

#[tokio::test]
async fn refused_credentials_end_the_reading_and_say_what_to_do() {
    for basic in [false, true] {
        let mut world = World { basic, ..guarded() };
        world.account = Some(("jane".to_owned(), "another".to_owned()));
        let (result, _) = reading(&start(world)).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorized, "{error}");
        for wanted in ["\"images\"", "docker login", "`token`"] {
            assert!(error.to_string().contains(wanted), "{wanted} in {error}");
        }
    }
}

#[tokio::test]
async fn a_repository_that_is_refused_is_told_and_the_others_go_on() {
    for (status, wanted) in [
        (401, "docker login"),
        (403, "right to pull"),
        (404, "spelling"),
    ] {
        let registry = start(two());
        let body = json!({"errors": [{"code": "X", "message": "because"}]});
        let refused = Mischief::Instead(Answer::json(status, &body));
        registry.always("GET", "/v2/acme/cart/tags", refused);
        let (result, kept) = reading(&registry).await;
        result.unwrap();
        assert_eq!(kept.events.len(), 2);
        assert_eq!(kept.findings.len(), 1);
        for wanted in [wanted, "X: because", "acme/cart"] {
            assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
        }
    }
}

#[tokio::test]
async fn a_catalogue_that_is_closed_says_so_and_what_is_named_is_read() {
    let registry = start(two());
    let closed = Mischief::Instead(Answer::new(401));
    registry.always("GET", "/v2/_catalog", closed);
    let settings = settings(&registry.url(), &["acme/*", "acme/shop"]);
    let source = Oci::new(&settings).unwrap();
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 2);
    assert!(
        kept.told().contains("name the repositories in full"),
        "{}",
        kept.told()
    );
    let (result, _) = reading(&registry).await;
    assert!(result.unwrap_err().to_string().contains("in full"));
}

#[tokio::test]
async fn a_tag_that_is_not_what_it_says_is_told_and_the_others_go_on() {
    for broken in ["digest", "json", "gone"] {
        let registry = start(two());
        {
            let mut state = registry.state();
            let shop = state.repositories.get_mut("acme/shop").unwrap();
            let digest = shop.tags["1.0.0"].clone();
            match broken {
                "digest" => shop.manifests.get_mut(&digest).unwrap().1.push(' '),
                "json" => {
                    let digest = shop.put("application/json", "{\"schemaVersion\": ");
                    shop.tags.insert("1.0.0".to_owned(), digest);
                }
                _ => drop(shop.manifests.remove(&digest)),
            }
        }
        let (result, kept) = reading(&registry).await;
        result.unwrap();
        assert_eq!(kept.events.len(), 2, "{broken}: {:?}", kept.ids());
        // A tag that is gone between the list and the look is nothing to tell.
        assert_eq!(
            kept.findings.len(),
            usize::from(broken != "gone"),
            "{}",
            kept.told()
        );
    }
}

#[tokio::test]
async fn forms_that_nobody_knows_are_images_all_the_same() {
    let registry = start(world(|shop| {
        for (tag, body) in [
            (
                "1.0.0",
                json!({"schemaVersion": 1, "name": "acme/shop", "fsLayers": [{"blobSum": "x"}]}),
            ),
            (
                "2.0.0",
                json!({"schemaVersion": 9, "mediaType": "application/vnd.acme.v9+json", "annotations": {"org.opencontainers.image.revision": 7}}),
            ),
            (
                "3.0.0",
                json!({"schemaVersion": 2, "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "sha256:x", "size": 3}, "annotations": {"org.opencontainers.image.created": "yesterday"}}),
            ),
            (
                "4.0.0",
                json!({"manifests": [{"digest": "sha256:../../x", "size": -1}]}),
            ),
        ] {
            let digest = shop.put("application/vnd.acme.v9+json", &body.to_string());
            shop.tags.insert(tag.to_owned(), digest);
        }
    }));
    let (result, kept) = reading(&registry).await;
    result.unwrap();
    assert_eq!((kept.events.len(), kept.told().as_str()), (4, ""));
    assert!(
        kept.events.values().all(|event| event.at == now()),
        "no time is told"
    );
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again_and_then_ends_the_reading() {
    let registry = start(two());
    for answer in [
        Answer::new(503),
        Answer::new(429).header("retry-after", "0"),
    ] {
        registry.once("GET", "/v2/acme/cart/tags", Mischief::Instead(answer));
    }
    registry.once("GET", "/v2/acme/shop/tags", Mischief::DoneThenCut);
    registry.once("GET", "/manifests/1.1.0", Mischief::DoneThenGone);
    let (result, kept) = reading(&registry).await;
    result.unwrap();
    assert_eq!((kept.events.len(), kept.told().as_str()), (3, ""));

    for (answer, kind) in [
        (Answer::new(502), ErrorKind::Unavailable),
        (
            Answer::new(429).header("retry-after", "7200"),
            ErrorKind::RateLimited,
        ),
        (
            Answer {
                body: "{\"tags\": [".to_owned(),
                ..Answer::new(200)
            },
            ErrorKind::Malformed,
        ),
    ] {
        let registry = start(world(|shop| {
            shop.tagged("1.0.0", SHA);
        }));
        registry.always("GET", "/tags/list", Mischief::Instead(answer));
        let (result, _) = reading(&registry).await;
        assert_eq!(result.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn a_list_that_goes_in_circles_ends() {
    let registry = start(two());
    let body = json!({"tags": ["1.0.0"]});
    let circle =
        Answer::json(200, &body).header("link", "</v2/acme/shop/tags/list?n=1>; rel=\"next\"");
    registry.always("GET", "/v2/acme/shop/tags", Mischief::Instead(circle));
    let away = Answer::json(200, &json!({"tags": ["2.0.0"]}));
    let away = away.header("link", "<http://evil.example/v2/>; rel=\"next\"");
    registry.always("GET", "/v2/acme/cart/tags", Mischief::Instead(away));
    let (result, kept) = reading(&registry).await;
    result.unwrap();
    assert_eq!(kept.events.len(), 2);
    assert_eq!(registry.count("GET", "/v2/acme/shop/tags"), 2);
}

#[tokio::test]
async fn the_source_shows_no_secret() {
    let registry = start(guarded());
    let settings = settings(&registry.url(), &["acme/*"]);
    assert!(!format!("{settings:?}").contains(CANARY));
    drop(connector(&registry));
}
