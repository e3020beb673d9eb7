//! Everything that goes wrong while reading: told in words that help, never more lost than must be, and never a secret in it.

use leadtime::connector::descriptor::Settings;
use leadtime::connector::kubernetes::Kubernetes;
use leadtime::connector::{Actor, Connector};
use serde_json::json;

use super::world::{Server, World, deployment, kustomization, no, start};
use super::{CANARY, connector, now, read, settings};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

fn two() -> Server {
    let mut objects = deployment("shop", 2);
    objects.push(kustomization(1));
    start(World::of(objects))
}

#[tokio::test]
async fn a_family_that_cannot_be_read_is_told_and_the_others_go_on() {
    let forbidden =
        "deployments.apps is forbidden: User \"ci\" cannot list resource \"deployments\"";
    let mut page = Answer::new(200);
    page.body = r#"{"items":[{"metadata":{"name""#.to_owned();
    let wrong = json!({"items": [{"metadata": {"name": 7}}]});
    for (instead, wanted) in [
        (no(403, forbidden), "cannot list resource"),
        (no(500, ""), "still does after several tries"),
        (no(418, ""), "418"),
        (page, "cannot be read"),
        (Answer::json(200, &wrong), "`metadata.name`"),
    ] {
        let server = two();
        let mut kept = Kept::default();
        read(&server, &mut kept).await.unwrap();
        let before = kept.events.len();
        server.always("GET", "deployments?", Mischief::Instead(instead));
        server.state().put(kustomization(2));
        read(&server, &mut kept).await.unwrap();
        assert!(kept.told().contains(wanted), "{wanted}: {}", kept.told());
        assert!(
            kept.events.len() > before,
            "{wanted}: the other family was not read"
        );
        let removed = kept
            .ids()
            .iter()
            .any(|id| id.contains("removed") && id.starts_with("deployments"));
        assert!(!removed, "{wanted}: what is not seen is not gone");
    }
}

#[tokio::test]
async fn what_the_cluster_has_not_is_not_read_and_not_missed() {
    let server = start(World::of(deployment("shop", 1)));
    // The group is there for another kind of it.
    server
        .state()
        .kinds
        .push("argoproj.io/v1alpha1/applications".to_owned());
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!((kept.events.len(), kept.findings.len()), (1, 0));
    assert_eq!(server.count("GET", "rollouts"), 1);
    assert_eq!(server.count("GET", "kustomizations"), 0);
}

#[tokio::test]
async fn an_object_with_a_field_of_another_shape_is_told_and_the_others_go_on() {
    let server = start(World::of(deployment("shop", 1)));
    for object in deployment("till", 1) {
        server.state().put(object);
    }
    server.state().change("deployments/shop/web", |object| {
        object["status"] = json!({"conditions": "none"})
    });
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 1);
    let told = kept.told();
    assert!(
        told.contains("deployments.apps/shop/web") && told.contains("`status.conditions`"),
        "{told}"
    );
}

#[tokio::test]
async fn pods_and_sets_that_may_not_be_seen_cost_only_what_they_tell() {
    let server = start(World::of(deployment("shop", 1)));
    server.always("GET", "replicasets", Mischief::Instead(no(403, "no")));
    server.always("GET", "pods", Mischief::Instead(no(403, "no")));
    let mut kept = Kept::default();
    read(&server, &mut kept).await.unwrap();
    assert_eq!(kept.events.len(), 1);
}

#[tokio::test]
async fn the_check_tells_what_is_there_and_what_stands_in_the_way() {
    let server = two();
    let mut told = settings(&server.url());
    told.projects = vec!["shop".to_owned(), "shpo".to_owned()];
    let health = Kubernetes::new(told).unwrap().check(now()).await.unwrap();
    let facts = health.facts.join("\n");
    for wanted in ["v1.35.0", "deployments.apps: 1", "it has no"] {
        assert!(facts.contains(wanted), "{wanted}: {facts}");
    }
    assert!(
        health
            .findings
            .iter()
            .any(|one| one.text.contains("\"shpo\""))
    );
    server.always(
        "GET",
        "deployments",
        Mischief::Instead(no(403, "may not list")),
    );
    let health = connector(&server).check(now()).await.unwrap();
    assert!(
        health
            .findings
            .iter()
            .any(|one| one.text.contains("may not list"))
    );
}

#[test]
fn a_kubeconfig_that_is_none_is_told_and_nothing_of_it_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let open = |text: Option<&str>, context: Option<&str>| {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let told = Settings {
            name: "cluster".to_owned(),
            kubeconfig: Some(file.clone()),
            context: context.map(str::to_owned),
            ..Settings::default()
        };
        Kubernetes::new(told)
    };
    let told = |made: Result<Kubernetes, leadtime::connector::ConnectorError>| {
        let error = made.err().unwrap();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(CANARY), "{text}");
        error.to_string()
    };
    assert!(told(open(None, None)).contains("cannot be read"));
    let broken = format!("users: [{{name: a, user: {{token: [{CANARY}]}}}}]");
    assert!(told(open(Some(&broken), None)).contains("is no kubeconfig"));
    // What says that it is UTF-16, and ends within a sign.
    std::fs::write(&file, [0xff, 0xfe, 0xff, 0xff, b' ']).unwrap();
    assert!(told(open(None, None)).contains("is no kubeconfig"));
    let good = format!(
        "{{\"clusters\":[{{\"name\":\"c\",\"cluster\":{{\"server\":\"https://k.example.com:6443/k8s/c-1\"}}}}],\"users\":[{{\"name\":\"jane\",\"user\":{{\"token\":\"{CANARY}\"}}}}],\"contexts\":[{{\"name\":\"prod\",\"context\":{{\"cluster\":\"c\",\"user\":\"jane\"}}}},{{\"name\":\"odd\",\"context\":{{\"cluster\":\"x\",\"user\":\"jane\"}}}}]}}"
    );
    assert!(told(open(Some(&good), None)).contains("prod, odd"));
    assert!(told(open(Some(&good), Some("test"))).contains("\"test\" is not in the kubeconfig"));
    assert!(told(open(Some(&good), Some("odd"))).contains("the cluster \"x\""));
    let made = open(Some(&good), Some("prod")).ok().unwrap();
    assert!(made.speaks_for("kubernetes:k.example.com:6443/k8s/c-1"));
    let both = Settings {
        url: Some("https://k.example.com".to_owned()),
        kubeconfig: Some(file.clone()),
        ..Settings::default()
    };
    assert!(told(Kubernetes::new(both)).contains("one too many"));
}
