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

struct Cluster {
    source: Kubernetes,
    kept: Kept,
    base: String,
    orders: u32,
}

impl Cluster {
    async fn read(&mut self) {
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

    /// Makes something, by the connector's own way of sending.
    async fn make(&self, path: &str, body: Value) {
        let request = Request {
            connector: "cluster".to_owned(),
            what: "make it".to_owned(),
            method: "POST".to_owned(),
            url: format!("{}{path}", self.base),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Some(body.to_string()),
            probe: Value::Null,
        };
        let sent = self.source.send(&request).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
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
    let Some(file) = std::env::var_os("LEADTIME_KUBERNETES") else {
        left_out("no cluster: LEADTIME_KUBERNETES names no kubeconfig");
        return;
    };
    let text = std::fs::read_to_string(&file).unwrap();
    let kubeconfig: Value = yaml_serde::from_str(&text).unwrap();
    let server = kubeconfig["clusters"][0]["cluster"]["server"]
        .as_str()
        .unwrap();
    let space = format!("leadtime-{}", clock::now().micros());
    let source = Kubernetes::new(Settings {
        name: "cluster".to_owned(),
        kubeconfig: Some(file.into()),
        projects: vec![space.clone()],
        ..Settings::default()
    });
    let mut cluster = Cluster {
        source: source.unwrap(),
        kept: Kept::default(),
        base: server.trim_end_matches('/').to_owned(),
        orders: 0,
    };
    let health = cluster.source.check(clock::now()).await.unwrap();
    assert!(
        health
            .facts
            .iter()
            .any(|fact| fact.contains("it is Kubernetes v")),
        "{health:?}"
    );
    cluster
        .make(
            "/api/v1/namespaces",
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}),
        )
        .await;
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": 2, "progressDeadlineSeconds": 5, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 0,
            "containers": [{"name": "web", "image": "registry.example.com/acme/web:1.0.0"}]}}}});
    cluster
        .make(
            &format!("/apis/apps/v1/namespaces/{space}/deployments"),
            deployment,
        )
        .await;
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
