//! Harbor: a double of its API, held against its own description; and answers that are none.

mod acting;
mod beside;
mod prism;
pub mod subject;

use leadtime::connector::Connector;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::harbor::Harbor;
use leadtime::event::kind::Kind;
use leadtime::event::time::{Span, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::conformance::subject::HASTE;
use crate::support::deeds::{self, CANARY};
use crate::support::kept::Kept;
use crate::support::registry::{INDEX, Repository};
use crate::support::wild::{Answer, Asked, Wild};

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T12:00:00Z").unwrap()
}

/// The artifacts of `acme/team/shop`, the newest first.
#[derive(Debug)]
struct World {
    artifacts: Vec<Value>,
    page: usize,
    /// What lies beside the second of them; `None`: some things that are only listed.
    registry: Option<Repository>,
}

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

fn tag(name: &str, minute: u32) -> Value {
    json!({"name": name, "push_time": format!("2026-03-02T09:{minute:02}:00.000Z"), "immutable": false})
}

fn report(status: &str, minute: u32) -> Value {
    json!({"application/vnd.security.vulnerability.report; version=1.1": {
        "report_id": "r-1", "scan_status": status, "severity": "High",
        "start_time": format!("2026-03-02T09:{minute:02}:05Z"), "end_time": format!("2026-03-02T09:{minute:02}:20Z"),
        "summary": {"total": 6, "fixable": 1, "summary": {"Critical": 1, "High": 3, "Unknown": 2}},
        "scanner": {"name": "Trivy", "vendor": "Aqua Security", "version": "0.50"},
    }})
}

fn artifact(letter: char, minute: u32, tags: &[&str]) -> Value {
    let tags: Vec<Value> = tags.iter().map(|name| tag(name, minute)).collect();
    json!({
        "id": 7, "type": "IMAGE", "digest": digest(letter), "push_time": format!("2026-03-02T09:{minute:02}:00.000Z"),
        "tags": tags, "annotations": null,
        "extra_attrs": {"config": {"Labels": {
            "org.opencontainers.image.revision": letter.to_string().repeat(40),
            "org.opencontainers.image.source": "https://github.com/acme/shop",
        }}},
        "scan_overview": report("Success", minute),
        "accessories": [{"digest": digest('9'), "type": "signature.cosign", "creation_time": format!("2026-03-02T09:{minute:02}:30Z")}],
    })
}

fn world() -> World {
    World {
        artifacts: vec![
            artifact('c', 30, &["1.4.3", "latest"]),
            artifact('b', 20, &["1.4.2", "production"]),
            artifact('a', 10, &["1.4.1"]),
        ],
        page: 50,
        registry: None,
    }
}

type Server = Wild<World>;

impl World {
    fn place(&self, reference: &str) -> Option<usize> {
        let has = |one: &Value| {
            let mut tags = one["tags"].as_array().unwrap().iter();
            one["digest"] == reference || tags.any(|tag| tag["name"] == reference)
        };
        self.artifacts.iter().position(has)
    }

    fn at(&mut self, reference: &str, rest: &[&str], asked: &Asked) -> Answer {
        let no = || {
            Answer::json(
                404,
                &json!({"errors": [{"code": "NOT_FOUND", "message": "not found"}]}),
            )
        };
        let Some(place) = self.place(reference) else {
            return no();
        };
        match (asked.method.as_str(), rest) {
            ("GET", []) => Answer::json(200, &self.artifacts[place]),
            ("DELETE", ["tags", name]) => {
                let tags = self.artifacts[place]["tags"].as_array_mut().unwrap();
                let before = tags.len();
                tags.retain(|tag| tag["name"] != *name);
                if tags.len() == before {
                    no()
                } else {
                    Answer::new(200)
                }
            }
            ("POST", ["tags"]) => {
                let name = asked.json()["name"].as_str().unwrap().to_owned();
                if self.place(&name).is_some() {
                    return Answer::new(409);
                }
                let mut new = tag(&name, 59);
                new["push_time"] = json!(deeds::clock().to_string());
                self.artifacts[place]["tags"]
                    .as_array_mut()
                    .unwrap()
                    .push(new);
                Answer::new(201)
            }
            ("POST", ["scan"]) => {
                self.artifacts[place]["scan_overview"] = report("Pending", 59);
                Answer::new(202)
            }
            _ => no(),
        }
    }
}

/// Harbor's registry, where it holds something.
fn registered(world: &World, path: &str) -> Option<Answer> {
    let repository = world.registry.as_ref()?;
    let rest = path.strip_prefix("/v2/acme/team/shop/")?;
    let (list, digest) = rest.split_once('/')?;
    let found = match list {
        "referrers" => Some((INDEX.to_owned(), repository.referrers(digest))),
        "manifests" => repository.manifests.get(digest).cloned(),
        _ => {
            let blob = repository.blobs.get(digest).cloned();
            blob.map(|blob| ("application/octet-stream".to_owned(), blob))
        }
    };
    Some(found.map_or(Answer::new(404), |(kind, body)| Answer {
        body,
        ..Answer::new(200).header("content-type", &kind)
    }))
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    let path = asked.path().replace("%3A", ":");
    if let Some(answer) = registered(world, &path) {
        return answer;
    }
    if let Some(rest) = path.strip_prefix("/v2/acme/team/shop/referrers/") {
        assert!(asked.header("accept").unwrap().contains("image.index"));
        assert_eq!(rest.replace("%3A", ":"), digest('b'));
        let of = |letter: char, kind: &str| {
            let made = json!({"org.opencontainers.image.created": "2026-03-02T09:45:00Z"});
            json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "artifactType": kind, "digest": digest(letter), "size": 7, "annotations": made})
        };
        let all = [
            of('4', "application/vnd.cyclonedx+json"),
            of('5', "application/vnd.cncf.notary.signature"),
            of('6', "application/vnd.in-toto+json"),
            of('9', "application/vnd.dev.cosign.artifact.sig.v1+json"),
        ];
        return Answer::json(200, &json!({"schemaVersion": 2, "manifests": all}));
    }
    let Some(rest) = path.strip_prefix("/api/v2.0/") else {
        return Answer::new(404);
    };
    let rest = rest.replace("%3A", ":");
    let pieces: Vec<&str> = rest.split('/').collect();
    match pieces.as_slice() {
        ["users", "current"] => Answer::new(401),
        ["projects", "acme", "repositories"] => Answer::json(
            200,
            &json!([{"name": "acme/team/shop"}, {"name": "acme/attic"}]),
        ),
        [
            "projects",
            "acme",
            "repositories",
            "team%252Fshop",
            "artifacts",
        ] => {
            let page: usize = asked.query("page").map_or(1, |page| page.parse().unwrap());
            let skipped = world.artifacts.iter().skip((page - 1) * world.page);
            let items: Vec<&Value> = skipped.take(world.page).collect();
            let answer = Answer::json(200, &json!(items));
            if world.artifacts.len() <= page * world.page {
                return answer;
            }
            let next = asked.target.replace(&format!("&page={page}"), "");
            answer.header("link", &format!("<{next}&page={}>; rel=\"next\"", page + 1))
        }
        [
            "projects",
            "acme",
            "repositories",
            "team%252Fshop",
            "artifacts",
            reference,
            rest @ ..,
        ] => world.at(reference, rest, asked),
        _ => Answer::new(404),
    }
}

fn start() -> Server {
    Wild::start(world(), answer)
}

fn settings(server: &Server) -> Settings {
    Settings {
        name: "hb".to_owned(),
        url: Some(server.url()),
        user: Some("robot$leadtime".to_owned()),
        token: Some(SecretString::from(CANARY)),
        repositories: vec!["acme/**".to_owned(), "!acme/attic".to_owned()],
        environment: Some("{staging,production}".to_owned()),
        patience: HASTE,
        ..Settings::default()
    }
}

fn source(server: &Server) -> Box<dyn Connector> {
    Box::new(Harbor::new(&settings(server)).unwrap())
}

#[tokio::test]
async fn artifacts_scans_and_environments_are_told() {
    let server = start();
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    assert_eq!(kept.told(), "");
    let short = |id: &str| {
        id.replace(&"a".repeat(64), "a…")
            .replace(&"b".repeat(64), "b…")
            .replace(&"c".repeat(64), "c…")
            .replace(&"9".repeat(64), "9…")
    };
    let ids: Vec<String> = kept.ids().into_iter().map(short).collect();
    insta::assert_snapshot!("told", ids.join("\n"));
    let host = server.url().replace("http://", "");
    let id = format!("tag/production/{}/1772443200", digest('b'));
    let Kind::Deployment(fact) = &kept.event(&id).kind else {
        panic!()
    };
    assert_eq!(
        (fact.version.as_deref(), fact.service.as_deref()),
        (Some("1.4.2"), Some("shop"))
    );
    assert_eq!(fact.sha, Some("b".repeat(40)));
    let purl = format!(
        "pkg:oci/shop@sha256%3A{}?repository_url={host}/acme/team/shop",
        "b".repeat(64)
    );
    assert_eq!(fact.artifact.as_deref(), Some(purl.as_str()));
    let scan = kept
        .ids()
        .into_iter()
        .find(|id| id.starts_with(&format!("scan/{}", digest('b'))))
        .unwrap()
        .to_owned();
    let Kind::Scan(scan) = &kept.event(&scan).kind else {
        panic!()
    };
    let counts = scan.counts.unwrap();
    assert_eq!(
        (counts.critical, counts.high, scan.tool.as_deref()),
        (1, 3, Some("trivy"))
    );
    assert!(
        server
            .asked()
            .iter()
            .all(|one| one.header("authorization").unwrap().starts_with("Basic "))
    );
    // What is live is scanned again, and another is brought to production.
    let known = kept.events.len();
    {
        let mut world = server.state();
        world.artifacts[1]["tags"].as_array_mut().unwrap().pop();
        world.artifacts[2]["tags"]
            .as_array_mut()
            .unwrap()
            .push(tag("production", 50));
        world.artifacts[2]["scan_overview"] = report("Success", 51);
    }
    deeds::read(
        &*source(&server),
        &mut kept,
        now() + Span::from_seconds(86_400),
    )
    .await
    .unwrap();
    // Its deployment, its scan, and its being published under that tag.
    assert_eq!(kept.events.len(), known + 3, "{:?}", kept.ids());
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn a_tag_that_is_put_on_an_older_artifact_is_told() {
    let server = start();
    let mut kept = Kept::default();
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    let known = kept.events.len();
    let mut late = tag("1.4.1-lts", 0);
    late["push_time"] = json!("2026-03-03T11:59:00.000Z");
    server.state().artifacts[2]["tags"]
        .as_array_mut()
        .unwrap()
        .push(late);
    let day = Span::from_seconds(86_400);
    for _ in 0..2 {
        deeds::read(&*source(&server), &mut kept, now() + day)
            .await
            .unwrap();
    }
    let told = kept
        .events
        .values()
        .find(|event| event.id.ends_with("/1.4.1-lts"))
        .unwrap();
    assert_eq!(
        told.at,
        Timestamp::parse("2026-03-03T11:59:00Z").unwrap(),
        "when it was put there"
    );
    assert_eq!((kept.events.len(), kept.differing.len()), (known + 1, 0));
}

#[tokio::test]
async fn every_page_is_read_and_scans_that_run_are_followed() {
    let server = start();
    {
        let mut world = server.state();
        world.page = 1;
        world.artifacts[0]["scan_overview"] = report("Running", 31);
    }
    let mut kept = Kept {
        killed_after: Some(2),
        ..Kept::default()
    };
    assert!(
        deeds::read(&*source(&server), &mut kept, now())
            .await
            .is_err()
    );
    kept.killed_after = None;
    deeds::read(&*source(&server), &mut kept, now())
        .await
        .unwrap();
    for letter in ['a', 'b', 'c'] {
        let id = format!("published/{}/version/", digest(letter));
        assert!(
            kept.ids().iter().any(|one| one.starts_with(&id)),
            "{letter}"
        );
    }
    assert!(
        kept.cursors
            .contains_key(&format!("acme/team/shop open {}", digest('c')))
    );
    server.state().artifacts[0]["scan_overview"] = report("Success", 32);
    let later = now() + Span::from_seconds(86_400);
    deeds::read(&*source(&server), &mut kept, later)
        .await
        .unwrap();
    assert!(
        kept.ids()
            .iter()
            .any(|id| id.starts_with(&format!("scan/{}/r-1/", digest('c'))))
    );
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn doctor_says_what_is_seen() {
    let server = start();
    let health = source(&server).check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    assert!(
        facts.contains("1 repositories are read") && facts.contains("artifacts can be read"),
        "{facts}"
    );
}
