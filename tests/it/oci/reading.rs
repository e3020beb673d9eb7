//! What is read of a registry that behaves: images by all their forms, what lies beside them, environments that are tags; and that it is asked for no more
//! than is new.

use leadtime::connector::Connector;
use leadtime::connector::oci::wire::digest_like;
use leadtime::event::kind::{Kind, Outcome, Phase};
use serde_json::json;

use super::beside::beside;
use super::world::{IMAGE, INDEX, World, start};
use super::{OTHER, SHA, at, connector, now, read, read_at, versions, world};
use crate::support::kept::Kept;

#[tokio::test]
async fn an_image_is_told_by_its_digest_with_its_commit_and_its_versions() {
    let mut digest = String::new();
    let registry = start(world(|shop| {
        digest = shop.tagged("1.4.0", SHA);
        for tag in ["latest", "1.4", "sha-8c1f0a7"] {
            shop.tags.insert(tag.to_owned(), digest.clone());
        }
    }));
    let mut kept = Kept::default();
    read(&registry, &mut kept).await.unwrap();
    let id = |rest: &str| format!("published/{digest}/{rest}");
    assert_eq!(
        versions(&kept),
        [
            (id("tag/1.4").as_str(), None),
            (&id("tag/latest"), None),
            (&id("tag/sha-8c1f0a7"), Some("sha-8c1f0a7")),
            (&id("version/1.4.0"), Some("1.4.0")),
        ],
        "what is told last is the version"
    );
    let event = kept.event(&id("version/1.4.0"));
    let host = registry.url().replace("http://", "");
    assert_eq!(event.source, format!("oci:{host}/acme/shop"));
    assert_eq!(event.at, at("2026-01-02T03:04:05Z"));
    let Kind::Artifact(fact) = &event.kind else {
        panic!("{event:?}")
    };
    assert_eq!(fact.sha.as_deref(), Some(SHA));
    assert_eq!(fact.repository.as_deref(), Some("acme/shop"));
    assert_eq!(fact.digest.as_deref(), Some(digest.as_str()));
    assert_eq!(
        leadtime::fold::artifact_name(&fact.artifact),
        format!("{host}/acme/shop")
    );
    assert_eq!(kept.findings, []);
}

#[tokio::test]
async fn labels_speak_where_annotations_are_silent_also_behind_an_index() {
    let registry = start(world(|shop| {
        let labels = json!({"org.opencontainers.image.revision": SHA,
            "org.opencontainers.image.source": "https://github.com/acme/shop"});
        let single = shop.image(&labels, &json!(null));
        shop.tags.insert("1.0.0".to_owned(), single.clone());
        let bill = shop.blob("application/vnd.in-toto+json", "{}");
        let mut layer = bill;
        layer["annotations"] = json!({"in-toto.io/predicate-type": "https://spdx.dev/Document"});
        let proof = json!({"schemaVersion": 2, "mediaType": IMAGE, "layers": [layer]});
        let proof = shop.put(IMAGE, &proof.to_string());
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
            {"mediaType": IMAGE, "digest": proof, "size": 1,
             "annotations": {"vnd.docker.reference.type": "attestation-manifest"}},
            {"mediaType": IMAGE, "digest": single, "size": 1}]});
        let index = shop.put(INDEX, &index.to_string());
        shop.tags.insert("2.0.0".to_owned(), index);
    }));
    let mut kept = Kept::default();
    read(&registry, &mut kept).await.unwrap();
    let shas = kept.events.values().map(|event| match &event.kind {
        Kind::Artifact(fact) => (fact.sha.as_deref(), fact.sbom.is_some()),
        other => panic!("{other:?}"),
    });
    let shas: Vec<_> = shas.collect();
    assert_eq!(shas.len(), 3);
    assert!(shas.iter().all(|(sha, _)| *sha == Some(SHA)), "{shas:?}");
    assert_eq!(shas.iter().filter(|(_, bill)| *bill).count(), 1);
}

#[tokio::test]
async fn a_scan_that_comes_later_is_found_while_the_image_is_new_and_in_its_turn_after() {
    for minutes in [10, 600] {
        let registry = start(world(|shop| {
            shop.tagged("1.4.0", SHA);
        }));
        let mut kept = Kept::default();
        read(&registry, &mut kept).await.unwrap();
        {
            let mut state = registry.state();
            let shop = state.repositories.get_mut("acme/shop").unwrap();
            let digest = shop.tags["1.4.0"].clone();
            shop.attach(
                &digest,
                "application/vnd.trivy+json",
                r#"{"SchemaVersion":2}"#,
            );
        }
        let later = now() + leadtime::event::time::Span::from_seconds(60 * minutes);
        read_at(&registry, &mut kept, later).await.unwrap();
        assert!(
            kept.ids().iter().any(|id| id.starts_with("scan/")),
            "{minutes}"
        );
        assert_eq!(kept.differing, []);
    }
}

#[tokio::test]
async fn a_version_that_is_published_anew_is_one_and_another_name_that_moves_is_none() {
    let registry = start(world(|shop| {
        shop.tagged("1.4.0", SHA);
        shop.tagged("build-7", OTHER);
    }));
    let mut kept = Kept::default();
    read(&registry, &mut kept).await.unwrap();
    let third = {
        let mut state = registry.state();
        let shop = state.repositories.get_mut("acme/shop").unwrap();
        shop.tagged("1.4.0", "1234567");
        shop.tagged("build-7", "1234567")
    };
    read(&registry, &mut kept).await.unwrap();
    let of_third: Vec<_> = versions(&kept)
        .into_iter()
        .filter(|(id, _)| id.contains(&third))
        .map(|(_, version)| version)
        .collect();
    assert_eq!(of_third, [None, Some("1.4.0")]);
}

#[tokio::test]
async fn an_environment_that_is_a_tag_is_a_deployment_once_it_moves() {
    let registry = start(world(|shop| {
        let old = shop.tagged("1.4.0", SHA);
        shop.tagged("1.4.1", OTHER);
        shop.tags.insert("production".to_owned(), old);
    }));
    let mut kept = Kept::default();
    read(&registry, &mut kept).await.unwrap();
    let deployments = |kept: &Kept| {
        let events = kept.events.values();
        let mut found: Vec<_> = events
            .filter_map(|event| match &event.kind {
                Kind::Deployment(fact) => Some((event.at, fact.clone())),
                _ => None,
            })
            .collect();
        found.sort_by_key(|(at, _)| *at);
        found
    };
    assert!(deployments(&kept).is_empty(), "nobody knows since when");
    for (tag, time) in [
        ("1.4.1", "2026-02-01T00:01:00Z"),
        ("1.4.0", "2026-02-01T00:02:00Z"),
    ] {
        {
            let mut state = registry.state();
            let shop = state.repositories.get_mut("acme/shop").unwrap();
            let digest = shop.tags[tag].clone();
            shop.tags.insert("production".to_owned(), digest);
        }
        read_at(&registry, &mut kept, at(time)).await.unwrap();
        read_at(&registry, &mut kept, at("2026-02-01T00:03:00Z"))
            .await
            .unwrap();
    }
    let found = deployments(&kept);
    let told: Vec<_> = found
        .iter()
        .map(|(at, fact)| (at.to_string(), fact.version.as_deref(), fact.sha.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (
                "2026-02-01T00:01:00Z".to_owned(),
                Some("1.4.1"),
                Some(OTHER)
            ),
            ("2026-02-01T00:02:00Z".to_owned(), Some("1.4.0"), Some(SHA)),
        ]
    );
    let (_, first) = &found[0];
    assert_eq!(first.environment.as_deref(), Some("production"));
    assert_eq!(first.service.as_deref(), Some("shop"));
    assert_eq!(
        (first.phase, first.outcome),
        (Phase::Finished, Some(Outcome::Success))
    );
    assert!(
        versions(&kept)
            .iter()
            .all(|(_, version)| *version != Some("production")),
        "a tag that is an environment is no version"
    );
}

#[tokio::test]
async fn lists_are_read_to_their_end_and_patterns_take_from_the_catalogue() {
    let mut world = World::default();
    for name in ["acme/a", "acme/b", "acme/c", "acme/team/d", "other/e"] {
        let repository = world.repositories.entry(name.to_owned()).or_default();
        for number in 0..5 {
            repository.tagged(&format!("1.0.{number}"), &format!("{number}{}", &SHA[1..]));
        }
    }
    world.page = Some(2);
    let registry = start(world);
    let mut kept = Kept::default();
    read(&registry, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 15, "{:?}", kept.ids());
    assert!(
        kept.events
            .keys()
            .all(|(source, _)| !source.contains("team"))
    );
    assert_eq!(registry.count("GET", "/v2/acme/a/tags/list"), 3);
}

#[tokio::test]
async fn the_second_reading_asks_on_condition_and_only_for_what_may_have_changed() {
    let registry = start(world(|shop| {
        for number in 0..40 {
            shop.tagged(
                &format!("1.0.{number}"),
                &format!("{number:02}{}", &SHA[2..]),
            );
        }
        let newest = shop.tags["1.0.39"].clone();
        shop.tags.insert("latest".to_owned(), newest);
    }));
    let mut kept = Kept::default();
    read(&registry, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 41);
    let before = registry.asked().len();
    let later = at("2026-02-01T00:00:30Z");
    read_at(&registry, &mut kept, later).await.unwrap();
    let asked = registry.asked().split_off(before);
    let manifests: Vec<_> = asked
        .iter()
        .filter(|one| one.target.contains("/manifests/"))
        .collect();
    assert_eq!(
        manifests.len(),
        11,
        "ten in their turn, and the one that moves"
    );
    assert!(
        manifests
            .iter()
            .all(|one| one.header("if-none-match").is_some())
    );
    assert_eq!(kept.events.len(), 41);
    // What comes new is looked at for a while.
    let pushed = |registry: &super::world::Registry| {
        let mut state = registry.state();
        let shop = state.repositories.get_mut("acme/shop").unwrap();
        shop.tagged("2.0.0", OTHER);
    };
    pushed(&registry);
    for _ in 0..3 {
        read_at(&registry, &mut kept, later).await.unwrap();
    }
    assert_eq!(registry.count("GET", "/manifests/2.0.0"), 3);
    // Everything comes to its turn.
    for _ in 0..4 {
        read_at(&registry, &mut kept, later).await.unwrap();
    }
    for number in 0..40 {
        let asked = registry.count("GET", &format!("/manifests/1.0.{number}"));
        assert!(asked >= 2, "1.0.{number} was asked for {asked} times");
    }
}

#[tokio::test]
async fn a_reading_that_was_killed_goes_on_where_it_stood() {
    let fill = |shop: &mut super::world::Repository| {
        for number in 0..60 {
            shop.tagged(
                &format!("1.0.{number}"),
                &format!("{number:02}{}", &SHA[2..]),
            );
        }
    };
    let registry = start(world(fill));
    let mut whole = Kept::default();
    read(&registry, &mut whole).await.unwrap();
    let mut kept = Kept {
        killed_after: Some(1),
        ..Kept::default()
    };
    read(&registry, &mut kept).await.unwrap_err();
    assert_eq!(kept.events.len(), 24);
    assert!(
        kept.ids().iter().any(|id| id.ends_with("/1.0.59")),
        "the newest first"
    );
    kept.killed_after = None;
    read_at(&registry, &mut kept, at("2026-02-03T00:00:00Z"))
        .await
        .unwrap();
    assert_eq!(kept.events, whole.events);
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn blobs_are_fetched_from_elsewhere_without_what_lets_one_in() {
    let store =
        crate::support::wild::Wild::start((), |(), _| crate::support::wild::Answer::new(404));
    let mut body = String::new();
    let mut filled = world(|shop| {
        let digest = shop.image(
            &json!({"org.opencontainers.image.revision": SHA}),
            &json!({}),
        );
        shop.tags.insert("1.0.0".to_owned(), digest);
        body = shop.blobs.values().next().unwrap().clone();
    });
    filled.account = Some(("jane".to_owned(), super::CANARY.to_owned()));
    filled.elsewhere = Some(store.url());
    let registry = start(filled);
    let stored = crate::support::wild::Answer {
        body: body.clone(),
        ..crate::support::wild::Answer::new(200)
    };
    store.always(
        "GET",
        &digest_like("", body.as_bytes()),
        crate::support::wild::Mischief::Instead(stored),
    );
    let mut kept = Kept::default();
    read(&registry, &mut kept).await.unwrap();
    let Kind::Artifact(fact) = &kept.events.values().next().unwrap().kind else {
        panic!("{:?}", kept.ids())
    };
    assert_eq!(fact.sha.as_deref(), Some(SHA));
    assert_eq!(store.asked().len(), 1);
    assert_eq!(store.asked()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_check_says_what_there_is_and_reads_nothing_through() {
    let registry = start(beside(true));
    let health = connector(&registry).check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    for wanted in ["answers", "1 repository", "1 tags", "found by tags"] {
        assert!(facts.contains(wanted), "{wanted} in {facts}");
    }
    assert_eq!(health.findings, []);
}
