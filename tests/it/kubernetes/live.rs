//! Against a real cluster, where `LEADTIME_KUBERNETES` names its kubeconfig: a Deployment is rolled out, promoted, gets stuck, is rolled back, held and released,
//! by requests that are sent as they are for anybody, and is told as it happened.

use std::time::Duration;

use leadtime::clock;
use leadtime::connector::descriptor::Settings;
use leadtime::connector::kubernetes::Kubernetes;
use leadtime::connector::{Actor, Connector};
use leadtime::event::kind::{Kind, Outcome, Phase};
use leadtime::plan::request::{Order, Receipt, Request, Sent, Standing, Target, Verb, Version};
use serde_json::{Value, json};

use crate::support::kept::Kept;
use crate::support::left_out;

pub struct Cluster {
    pub source: Kubernetes,
    kept: Kept,
    base: String,
    /// A namespace of its own, and nothing else is read.
    pub space: String,
    settings: Settings,
    orders: u32,
}

/// The cluster, where there is one.
pub async fn cluster() -> Option<Cluster> {
    let Some(file) = std::env::var_os("LEADTIME_KUBERNETES") else {
        left_out("no cluster: LEADTIME_KUBERNETES names no kubeconfig");
        return None;
    };
    let text = std::fs::read_to_string(&file).unwrap();
    let kubeconfig: Value = yaml_serde::from_str(&text).unwrap();
    let server = kubeconfig["clusters"][0]["cluster"]["server"]
        .as_str()
        .unwrap();
    let space = format!("leadtime-{}", clock::now().micros());
    let settings = Settings {
        name: "cluster".to_owned(),
        kubeconfig: Some(file.into()),
        projects: vec![space.clone()],
        ..Settings::default()
    };
    let cluster = Cluster {
        source: Kubernetes::new(settings.clone()).unwrap(),
        kept: Kept::default(),
        base: server.trim_end_matches('/').to_owned(),
        space: space.clone(),
        settings,
        orders: 0,
    };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}});
    cluster.make("/api/v1/namespaces", namespace).await;
    Some(cluster)
}

/// A Deployment that gives up after five seconds.
pub fn web() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": 2, "progressDeadlineSeconds": 5, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 0,
            "containers": [{"name": "web", "image": "registry.example.com/acme/web:1.0.0"}]}}}})
}

impl Cluster {
    pub async fn read(&mut self) {
        let reading = self.kept.reading(clock::now());
        self.source.read(reading, &mut self.kept).await.unwrap();
    }

    /// Reads until a deployment has ended so: the outcome, the version, whether it was a rollback.
    async fn until(&mut self, outcome: Outcome, version: &str) -> bool {
        for _ in 0..300 {
            self.read().await;
            let found = self
                .kept
                .events
                .values()
                .find_map(|event| match &event.kind {
                    Kind::Deployment(fact) => (fact.phase == Phase::Finished
                        && fact.outcome == Some(outcome)
                        && fact.version.as_deref() == Some(version)
                        && !fact.removed)
                        .then(|| (event.id.clone(), fact.rollback)),
                    _ => None,
                });
            if let Some((_, rollback)) = found {
                return rollback;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!(
            "no {outcome:?} of {version}: {:?} {}",
            self.kept.ids(),
            self.kept.told()
        );
    }

    /// The newest deployment that was told.
    fn newest(&self) -> String {
        let ids = self
            .kept
            .events
            .values()
            .filter_map(|event| match &event.kind {
                Kind::Deployment(fact) => Some((event.at, fact.deployment.clone()?)),
                _ => None,
            });
        ids.max().unwrap().1
    }

    async fn act(&mut self, verb: Verb, to: Option<Version>) {
        self.orders += 1;
        let order = Order {
            verb,
            workload: "web".to_owned(),
            repositories: Vec::new(),
            environment: None,
            target: Some(Target {
                id: self.newest(),
                ..Target::default()
            }),
            to,
            from: None,
            way: None,
            comment: Some("tried".to_owned()),
            key: format!("live-{}", self.orders),
            at: clock::now(),
        };
        let prepared = self
            .source
            .prepare(&order)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(prepared.objections, []);
        for request in &prepared.requests {
            assert_eq!(self.source.ask(request).await, Standing::Open);
            let sent = self.source.send(request).await;
            assert!(matches!(sent, Sent::Done(Receipt { .. })), "{sent:?}");
            let standing = self.source.ask(request).await;
            assert!(matches!(standing, Standing::Done(_)), "{standing:?}");
        }
    }

    /// Sends something, by the connector's own way of sending.
    pub async fn send(&self, method: &str, path: &str, form: &str, body: &Value) -> Sent {
        let request = Request {
            connector: "cluster".to_owned(),
            what: "make it".to_owned(),
            method: method.to_owned(),
            url: format!("{}{path}", self.base),
            headers: vec![("content-type".to_owned(), form.to_owned())],
            body: Some(body.to_string()),
            probe: Value::Null,
        };
        self.source.send(&request).await
    }

    pub async fn make(&self, path: &str, body: Value) {
        let sent = self.send("POST", path, "application/json", &body).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    }

    /// Makes an object in its namespace.
    pub async fn put(&self, plural: &str, body: Value) {
        let version = body["apiVersion"].as_str().unwrap();
        let path = format!("/apis/{version}/namespaces/{}/{plural}", self.space);
        self.make(&path, body).await;
    }

    /// Changes an object in its namespace: `apps/v1`, `deployments/web`.
    pub async fn merge(&self, version: &str, object: &str, body: &Value) {
        let path = format!("/apis/{version}/namespaces/{}/{object}", self.space);
        let form = "application/merge-patch+json";
        let sent = self.send("PATCH", &path, form, body).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    }

    /// The same source once more, as somebody else.
    pub fn source_as(&self, token: Option<&str>) -> Kubernetes {
        let token = token.map(secrecy::SecretString::from);
        let settings = Settings {
            token,
            ..self.settings.clone()
        };
        Kubernetes::new(settings).unwrap()
    }
}

fn version(text: &str) -> Option<Version> {
    Some(Version {
        version: Some(text.to_owned()),
        ..Version::default()
    })
}

#[tokio::test]
async fn a_real_cluster_rolls_out_and_back() {
    let Some(mut cluster) = cluster().await else {
        return;
    };
    let health = cluster.source.check(clock::now()).await.unwrap();
    assert!(
        health
            .facts
            .iter()
            .any(|fact| fact.contains("it is Kubernetes v")),
        "{health:?}"
    );
    cluster.put("deployments", web()).await;
    assert!(!cluster.until(Outcome::Success, "1.0.0").await);
    cluster.act(Verb::Promote, version("1.1.0")).await;
    assert!(!cluster.until(Outcome::Success, "1.1.0").await);
    cluster.act(Verb::Rollback, version("1.0.0")).await;
    for _ in 0..300 {
        cluster.read().await;
        if cluster.newest().contains("@3-")
            && cluster
                .kept
                .ids()
                .iter()
                .any(|id| id.contains("@3-") && id.ends_with("/finished"))
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let back = cluster
        .kept
        .events
        .values()
        .find(|event| event.id.contains("@3-") && event.id.ends_with("/finished"));
    let Kind::Deployment(back) = &back.unwrap().kind else {
        panic!()
    };
    assert!(
        back.rollback && back.version.as_deref() == Some("1.0.0"),
        "{back:?}"
    );
    // Held, nothing is rolled out; released, it is.
    cluster.act(Verb::Hold, None).await;
    cluster.act(Verb::Release, None).await;
    cluster.act(Verb::Retry, None).await;
    for _ in 0..300 {
        cluster.read().await;
        if cluster
            .kept
            .ids()
            .iter()
            .any(|id| id.contains("@4-") && id.ends_with("/finished"))
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(cluster.newest().contains("@4-"), "{:?}", cluster.kept.ids());
    assert_eq!(cluster.kept.differing, []);
    assert_eq!(cluster.kept.findings, [], "{}", cluster.kept.told());
}
