//! What lies beside an image and refers to it: found by a list or by a tag, and told by its type.

use leadtime::connector::Severity;
use leadtime::event::kind::{ArtifactPhase, Kind, Severities};

use super::world::{World, start};
use super::{SHA, at, read, world};
use crate::support::kept::Kept;
use crate::support::registry::{BESIDE, Becomes};

pub fn beside(old: bool) -> World {
    let mut world = world(|shop| {
        let digest = shop.tagged("1.4.0", SHA);
        shop.attach(&digest, "application/vnd.cyclonedx+json", "{}");
        shop.attach(&digest, "application/vnd.cncf.notary.signature", "x");
        let trivy = r#"{"SchemaVersion":2,"CreatedAt":"2026-01-03T00:00:00Z","Results":[{"Vulnerabilities":[{"Severity":"HIGH"}]}]}"#;
        shop.attach(
            &digest,
            "application/vnd.aquasec.trivy.report.v1+json",
            trivy,
        );
        shop.attach(&digest, "application/sarif+json", "not JSON");
        shop.attach(&digest, "application/vnd.acme.thing", "?");
        if old {
            shop.keep_list(&digest);
            // A signature of the other kind is a tag too.
            let tag = format!(
                "{}.sig",
                leadtime::connector::oci::wire::fallback_tag(&digest)
            );
            shop.tags.insert(tag, digest.clone());
        }
    });
    world.old = old;
    world
}

#[tokio::test]
async fn what_lies_beside_an_image_is_found_by_a_list_or_by_a_tag() {
    for old in [false, true] {
        let registry = start(beside(old));
        let mut kept = Kept::default();
        read(&registry, &mut kept).await.unwrap();
        let mut seen = [0; 4];
        for event in kept.events.values() {
            match &event.kind {
                Kind::Artifact(fact) if fact.phase == ArtifactPhase::Signed => seen[0] += 1,
                Kind::Artifact(fact) if fact.sbom.is_some() => seen[1] += 1,
                Kind::Artifact(fact) => {
                    assert_eq!(fact.version.as_deref(), Some("1.4.0"));
                    seen[2] += 1;
                }
                Kind::Scan(fact) => {
                    let high = Severities {
                        high: 1,
                        ..Severities::default()
                    };
                    assert_eq!(fact.counts, Some(high));
                    assert_eq!(event.at, at("2026-01-03T00:00:00Z"));
                    seen[3] += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(seen, [1, 1, 1, 1], "old: {old}");
        assert_eq!(kept.findings.len(), 2, "{}", kept.told());
        assert!(
            kept.findings
                .iter()
                .all(|one| one.severity == Severity::Note)
        );
        let before = kept.events.len();
        kept.findings.clear();
        read(&registry, &mut kept).await.unwrap();
        assert_eq!((kept.events.len(), kept.findings.len()), (before, 0));
    }
}

#[tokio::test]
async fn what_lies_beside_an_image_is_told_by_its_type() {
    let mut all = Vec::new();
    let mut of = String::new();
    let registry = start(world(|shop| {
        of = shop.tagged("1.4.0", SHA);
        all = BESIDE
            .map(|(kind, body, becomes)| (shop.attach(&of, kind, body), becomes))
            .to_vec();
    }));
    let mut kept = Kept::default();
    read(&registry, &mut kept).await.unwrap();
    for (own, becomes) in &all {
        let id = match becomes {
            Becomes::Bill => format!("published/{of}/sbom/{own}"),
            Becomes::Signature => format!("signed/{of}/{own}"),
            Becomes::Scan(..) => format!("scan/{of}/{own}"),
            Becomes::Note => continue,
        };
        match (&kept.event(&id).kind, becomes) {
            (Kind::Scan(scan), Becomes::Scan(tool, counts)) => {
                let found = scan.counts.unwrap();
                let found = [found.critical, found.high, found.medium, found.low];
                assert_eq!((scan.tool.as_deref(), &found), (Some(*tool), counts));
            }
            (Kind::Artifact(fact), Becomes::Bill) => assert!(fact.sbom.is_some()),
            (Kind::Artifact(fact), Becomes::Signature) => {
                assert_eq!(fact.phase, ArtifactPhase::Signed);
            }
            (other, _) => panic!("{becomes:?}: {other:?}"),
        }
    }
    assert_eq!(
        kept.told().matches("not counted").count(),
        1,
        "{}",
        kept.told()
    );
}
