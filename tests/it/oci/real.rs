//! Docker's own registry, where it is installed: images are pushed to it as a builder does, read, promoted and brought back.

use leadtime::connector::Connector;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::oci::Oci;
use leadtime::event::kind::Kind;
use leadtime::plan::request::{Order, Sent, Standing, Verb, Version};
use serde_json::json;

use super::world::{INDEX, Repository};
use super::{OTHER, SHA, at, now};
use crate::support::kept::Kept;
use crate::support::registry::Real;

fn source(real: &Real) -> Oci {
    Oci::new(&Settings {
        name: "real".to_owned(),
        url: Some(real.url.clone()),
        repositories: vec!["team/*".to_owned()],
        environment: Some("production".to_owned()),
        ..Settings::default()
    })
    .unwrap()
}

fn content() -> Repository {
    let mut app = Repository::default();
    let empty = leadtime::connector::oci::wire::digest_like("", b"{}");
    app.blobs.insert(empty, "{}".to_owned());
    let old = app.tagged("1.0.0", SHA);
    let labels = json!({"org.opencontainers.image.revision": OTHER,
        "org.opencontainers.image.source": "https://git.example.com/team/app"});
    let single = app.image(&labels, &json!({}));
    let manifest = &app.manifests[&single];
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
        {"mediaType": manifest.0, "digest": single, "size": manifest.1.len(),
         "platform": {"os": "linux", "architecture": "amd64"}}]});
    let index = app.put(INDEX, &index.to_string());
    app.tags.insert("1.1.0".to_owned(), index);
    app.tags.insert("production".to_owned(), old.clone());
    app.attach(
        &old,
        "application/vnd.cyclonedx+json",
        "{\"bomFormat\":\"CycloneDX\"}",
    );
    app.keep_list(&old);
    app
}

fn order(verb: Verb, version: &str) -> Order {
    Order {
        verb,
        workload: "app".to_owned(),
        repositories: Vec::new(),
        environment: Some("production".to_owned()),
        target: None,
        to: Some(Version {
            version: Some(version.to_owned()),
            ..Version::default()
        }),
        from: None,
        way: json!({"image": "team/app", "tag": "production"})
            .as_object()
            .cloned(),
        comment: None,
        key: "k".to_owned(),
        at: now(),
    }
}

/// What runs in production by the tag, newest last.
fn deployed(kept: &Kept) -> Vec<(String, String)> {
    let mut found: Vec<_> = kept
        .events
        .values()
        .filter_map(|event| match &event.kind {
            Kind::Deployment(fact) => Some((
                event.at.to_string(),
                fact.version.clone().unwrap_or_default(),
            )),
            _ => None,
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_real_registry_is_read_and_acted_in() {
    let Some(real) = Real::start().await else {
        return;
    };
    let app = content();
    real.push("team/app", &app).await;
    real.push("team/other", &content()).await;
    let source = source(&real);
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    assert_eq!(kept.told(), "");
    let told = |kept: &Kept, wanted: &str| {
        let events = kept.events.iter();
        let of_app = events.filter(|((source, _), _)| source.ends_with("/team/app"));
        of_app.filter(|((_, id), _)| id.contains(wanted)).count()
    };
    assert_eq!(told(&kept, "/version/1.0.0"), 1);
    assert_eq!(told(&kept, "/sbom/"), 1, "{:?}", kept.ids());
    assert_eq!(
        told(&kept, "/tag/sha256-"),
        0,
        "the list of referrers is no tag"
    );
    let multi = kept.event(&format!("published/{}/version/1.1.0", app.tags["1.1.0"]));
    assert!(matches!(&multi.kind, Kind::Artifact(fact) if fact.sha.as_deref() == Some(OTHER)));
    let health = source.check(now()).await.unwrap();
    assert!(health.findings.is_empty(), "{health:?}");

    let actor = source.actor().unwrap();
    for (verb, version, time) in [
        (Verb::Promote, "1.1.0", "2026-02-01T00:10:00Z"),
        (Verb::Rollback, "1.0.0", "2026-02-01T00:20:00Z"),
    ] {
        let prepared = actor.prepare(&order(verb, version)).await.unwrap();
        let request = &prepared.requests[0];
        assert_eq!(actor.ask(request).await, Standing::Open);
        let sent = actor.send(request).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
        assert!(matches!(actor.ask(request).await, Standing::Done(_)));
        source
            .read(kept.reading(at(time)), &mut kept)
            .await
            .unwrap();
        let answer = reqwest::Client::new()
            .get(format!("{}/v2/team/app/manifests/production", real.url))
            .header("accept", format!("{INDEX}, {}", super::world::IMAGE));
        let answer = answer.send().await.unwrap();
        assert_eq!(
            answer.headers()["docker-content-digest"].to_str().unwrap(),
            app.tags[version],
            "the digest is what it was"
        );
    }
    let wanted = [
        ("2026-02-01T00:10:00Z", "1.1.0"),
        ("2026-02-01T00:20:00Z", "1.0.0"),
    ];
    let wanted = wanted.map(|(time, version)| (time.to_owned(), version.to_owned()));
    assert_eq!(deployed(&kept), wanted);
    assert_eq!(kept.differing, []);
}
