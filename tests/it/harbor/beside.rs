//! What lies beside an artifact: what Harbor names itself, and what its registry tells apart.

use leadtime::event::kind::Kind;
use leadtime::event::time::Timestamp;
use serde_json::json;

use super::{digest, now, source, start};
use crate::support::deeds;
use crate::support::kept::Kept;
use crate::support::registry::{BESIDE, Becomes, Repository};
use crate::support::wild::{Answer, Mischief};

#[tokio::test]
async fn what_harbor_cannot_name_its_registry_tells_apart() {
    let server = start();
    let mut kept = Kept::default();
    let source = source(&server);
    deeds::read(&*source, &mut kept, now()).await.unwrap();
    assert_eq!(
        server.count("GET", "/referrers/"),
        0,
        "Harbor knows them all"
    );
    let before = kept.events.len();
    {
        let mut world = server.state();
        let known = world.artifacts[1]["accessories"].as_array_mut().unwrap();
        known.extend(
            ['4', '5', '6']
                .map(|letter| json!({"digest": digest(letter), "type": "subject.accessory"})),
        );
    }
    for _ in 0..2 {
        deeds::read(&*source, &mut kept, now()).await.unwrap();
    }
    assert_eq!(
        server.count("GET", "/referrers/"),
        1,
        "asked once for what is new"
    );
    assert_eq!((kept.events.len(), kept.told().as_str()), (before + 2, ""));
    let bill = kept.event(&format!("published/{}/sbom/{}", digest('b'), digest('4')));
    let Kind::Artifact(fact) = &bill.kind else {
        panic!()
    };
    assert!(
        fact.sbom
            .as_deref()
            .unwrap()
            .ends_with(&format!("/acme/team/shop@{}", digest('4')))
    );
    assert_eq!(fact.sha, Some("b".repeat(40)));
    let signed = kept.event(&format!("signed/{}/{}", digest('b'), digest('5')));
    assert_eq!(Some(signed.at), Timestamp::parse("2026-03-02T09:45:00Z"));
    // Whoever may not pull is told, and loses nothing else.
    let server = start();
    server.state().artifacts[1]["accessories"] =
        json!([{"digest": digest('4'), "type": "subject.accessory"}]);
    let denied = Answer::json(
        403,
        &json!({"errors": [{"code": "DENIED", "message": "no pull"}]}),
    );
    server.always("GET", "/v2/", Mischief::Instead(denied));
    let mut kept = Kept::default();
    deeds::read(&*super::source(&server), &mut kept, now())
        .await
        .unwrap();
    assert!(
        kept.told().contains("cannot be told apart") && kept.told().contains("no pull"),
        "{}",
        kept.told()
    );
    assert!(kept.events.len() > 5);
}

#[tokio::test]
async fn what_lies_beside_an_artifact_is_told_by_its_type() {
    let server = start();
    let mut repository = Repository::default();
    let all = BESIDE.map(|(kind, body, becomes)| {
        let own = repository.attach(&digest('b'), kind, body);
        (own, becomes)
    });
    {
        let mut world = server.state();
        world.artifacts[1]["accessories"] = all
            .iter()
            .map(|(own, _)| json!({"digest": own, "type": "subject.accessory"}))
            .collect();
        world.registry = Some(repository);
    }
    let mut kept = Kept::default();
    for _ in 0..2 {
        deeds::read(&*source(&server), &mut kept, now())
            .await
            .unwrap();
    }
    for (own, becomes) in &all {
        let id = match becomes {
            Becomes::Bill => format!("published/{}/sbom/{own}", digest('b')),
            Becomes::Signature => format!("signed/{}/{own}", digest('b')),
            Becomes::Scan(..) => format!("scan/{}/{own}", digest('b')),
            Becomes::Note => continue,
        };
        match (&kept.event(&id).kind, becomes) {
            (Kind::Scan(scan), Becomes::Scan(tool, counts)) => {
                let found = scan.counts.unwrap();
                let found = [found.critical, found.high, found.medium, found.low];
                assert_eq!((scan.tool.as_deref(), &found), (Some(*tool), counts));
                assert!(scan.artifact.as_deref().unwrap().contains(&"b".repeat(64)));
                assert_eq!(scan.sha, Some("b".repeat(40)));
            }
            (Kind::Artifact(fact), Becomes::Bill) => assert!(fact.sbom.is_some()),
            (Kind::Artifact(_), Becomes::Signature) => {}
            (other, _) => panic!("{becomes:?}: {other:?}"),
        }
    }
    let (blobs, lists) = (
        server.count("GET", "/blobs/"),
        server.count("GET", "/referrers/"),
    );
    assert_eq!((blobs, lists), (6, 1), "each report once");
    // Reports that the registry sends one elsewhere for are told, and nothing else is lost.
    let server = start();
    {
        let mut repository = Repository::default();
        let own = [BESIDE[6], BESIDE[10]]
            .map(|(kind, body, _)| repository.attach(&digest('b'), kind, body));
        let mut world = server.state();
        world.artifacts[1]["accessories"] = own
            .iter()
            .map(|own| json!({"digest": own, "type": "subject.accessory"}))
            .collect();
        world.registry = Some(repository);
    }
    let moved = Answer::new(307).header("location", "https://elsewhere.example");
    server.always("GET", "/blobs/", Mischief::Instead(moved));
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert_eq!(
        kept.told().matches("not counted").count(),
        2,
        "{}",
        kept.told()
    );
    assert!(kept.events.len() > 5);
}
