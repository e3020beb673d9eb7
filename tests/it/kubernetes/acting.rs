//! Acting: what each order becomes, that the cluster takes it, and what it is then.

use leadtime::connector::Actor;
use leadtime::plan::request::{Order, Prepared, Sent, Standing, Verb, Version};
use serde_json::{Map, Value, json};

use super::world::{Server, World, deployment, kustomization, rollout, start};
use super::{ask, connector, order, prepare, send};

pub const WEB: &str = "deployments.apps/shop/web@3-shop-000";
pub const CANARY: &str = "rollouts.argoproj.io/shop/web@2-bbb";
pub const FLUX: &str = "kustomizations.kustomize.toolkit.fluxcd.io/flux-production/shop@x";

pub fn version(text: &str) -> Option<Version> {
    Some(Version {
        version: Some(text.to_owned()),
        ..Version::default()
    })
}

/// Sends all of a plan, as it is sent: asked after first, and found done in the end.
pub async fn carry_out(server: &Server, prepared: &Prepared) {
    for request in &prepared.requests {
        assert_eq!(
            ask(server, request).await,
            Standing::Open,
            "{}",
            request.what
        );
        let sent = send(server, request).await;
        assert!(matches!(sent, Sent::Done(_)), "{}: {sent:?}", request.what);
        let standing = ask(server, request).await;
        let is_done = matches!(standing, Standing::Done(_));
        // A controller has not yet taken away what a status was told.
        assert!(
            is_done || standing == Standing::Open,
            "{}: {standing:?}",
            request.what
        );
    }
    assert_eq!(server.deeds().len(), prepared.requests.len());
}

/// Prepares twice, which is the same, and carries it out.
async fn done(server: &Server, order: &Order) -> Prepared {
    let prepared = prepare(server, order).await;
    assert_eq!(prepare(server, order).await, prepared);
    assert_eq!(prepared.objections, []);
    carry_out(server, &prepared).await;
    prepared
}

fn of(revisions: u32) -> Server {
    start(World::of(deployment("shop", revisions)))
}

fn web(server: &Server) -> Value {
    server.state().find("deployments/shop/web")
}

#[tokio::test]
async fn a_promotion_sets_the_image_of_its_own_container() {
    let server = of(3);
    let mut wanted = order(&server, Verb::Promote, WEB);
    wanted.to = version("1.4.0");
    let prepared = done(&server, &wanted).await;
    let request = &prepared.requests[0];
    assert_eq!(
        request.what,
        "set the image of Deployment shop/web to ghcr.io/acme/web:1.4.0 (it is ghcr.io/acme/web:1.3.0)"
    );
    assert_eq!(
        (request.method.as_str(), request.url.as_str()),
        (
            "PATCH",
            format!(
                "{}/apis/apps/v1/namespaces/shop/deployments/web",
                server.url()
            )
            .as_str()
        )
    );
    insta::assert_snapshot!(request.body.as_deref().unwrap(), @r#"[{"op":"test","path":"/metadata/uid","value":"shop-0000-uid"},{"op":"test","path":"/spec/template/spec/containers/1/name","value":"web"},{"op":"test","path":"/spec/template/spec/containers/1/image","value":"ghcr.io/acme/web:1.3.0"},{"op":"replace","path":"/spec/template/spec/containers/1/image","value":"ghcr.io/acme/web:1.4.0"},{"op":"add","path":"/metadata/annotations/leadtime~1action","value":"k-1"},{"op":"add","path":"/metadata/annotations/leadtime~1reason","value":"it burns (leadtime k-1)"}]"#);
    assert_eq!(
        web(&server)["spec"]["template"]["spec"]["containers"][1]["image"],
        "ghcr.io/acme/web:1.4.0"
    );
    // By digest, where one is known, and named by the step.
    let server = of(3);
    wanted.target = None;
    wanted.way = Some(Map::from_iter([(
        "application".to_owned(),
        json!("deployment/shop/web"),
    )]));
    wanted.to = Some(Version {
        artifact: Some("pkg:oci/web@sha256%3A0b3100000000000000000000000000000000000000000000000000000000?tag=1.4.0".to_owned()),
        ..Version::default()
    });
    done(&server, &wanted).await;
    let image = web(&server)["spec"]["template"]["spec"]["containers"][1]["image"].clone();
    assert!(
        image
            .as_str()
            .unwrap()
            .starts_with("ghcr.io/acme/web@sha256:0b31"),
        "{image}"
    );
}

#[tokio::test]
async fn a_rollback_brings_the_template_of_then_back() {
    for (to, number) in [
        (version("1.1.0").unwrap(), 1),
        (
            Version {
                deployment: Some("deployments.apps/shop/web@2-shop-000".to_owned()),
                ..Version::default()
            },
            2,
        ),
    ] {
        let server = of(3);
        let mut wanted = order(&server, Verb::Rollback, WEB);
        wanted.to = Some(to);
        let prepared = done(&server, &wanted).await;
        let words = format!(
            "roll Deployment shop/web back to revision {number} (ghcr.io/acme/web:1.{number}.0)"
        );
        assert_eq!(prepared.requests[0].what, words);
        let template = web(&server)["spec"]["template"].clone();
        assert_eq!(
            template["spec"]["containers"][1]["image"],
            format!("ghcr.io/acme/web:1.{number}.0")
        );
        assert_eq!(template["metadata"]["labels"], json!({"app": "web"}));
    }
    let server = of(2);
    let mut wanted = order(&server, Verb::Rollback, WEB);
    wanted.to = version("0.9.0");
    let error = connector(&server)
        .prepare(&wanted)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("1 (ghcr.io/acme/web:1.1.0), 2 (") && error.contains("revisionHistoryLimit"),
        "{error}"
    );
    wanted.to = version("1.2.0");
    let prepared = prepare(&server, &wanted).await;
    assert!(
        prepared.objections[0]
            .0
            .contains("runs this revision already")
    );
}

#[tokio::test]
async fn what_would_undo_it_is_named() {
    let server = of(2);
    server.state().change("deployments/shop/web", |object| {
        object["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"] =
            json!("shop-prod:apps/Deployment:shop/web");
        object["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/name"] = json!("apps");
    });
    let mut wanted = order(&server, Verb::Rollback, WEB);
    wanted.to = version("1.1.0");
    let undone = prepare(&server, &wanted).await.undone_by.join("\n");
    assert!(
        undone.contains("application shop-prod") && undone.contains("Kustomization apps"),
        "{undone}"
    );
}

#[tokio::test]
async fn a_restart_a_hold_and_a_release_of_a_deployment() {
    let server = of(1);
    done(&server, &order(&server, Verb::Retry, WEB)).await;
    let noted = web(&server)["spec"]["template"]["metadata"]["annotations"].clone();
    assert_eq!(
        noted,
        json!({"kubectl.kubernetes.io/restartedAt": "2026-03-02T12:00:00Z"})
    );
    let server = of(1);
    done(&server, &order(&server, Verb::Hold, WEB)).await;
    assert_eq!(web(&server)["spec"]["paused"], true);
    let again = prepare(&server, &order(&server, Verb::Hold, WEB)).await;
    assert!(again.requests.is_empty() && again.notes[0].contains("shop/web is paused"));
    let mut release = order(&server, Verb::Release, WEB);
    release.key = "k-2".to_owned();
    let prepared = prepare(&server, &release).await;
    assert!(matches!(
        send(&server, &prepared.requests[0]).await,
        Sent::Done(_)
    ));
    assert_eq!(web(&server)["spec"]["paused"], false);
}

fn canary(server: &Server) -> Value {
    server.state().find("rollouts/shop/web")
}

#[tokio::test]
async fn a_gate_of_a_canary_is_approved_rejected_and_tried_again() {
    let gate = format!("{CANARY}/step-2-2026-03-01T02:05:00Z");
    let server = start(World::of(rollout()));
    let prepared = done(&server, &order(&server, Verb::Approve, &gate)).await;
    let urls: Vec<&str> = prepared
        .requests
        .iter()
        .map(|one| one.url.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(
        urls,
        ["web", "status"],
        "a note first, since a status keeps none"
    );
    assert_eq!(canary(&server)["status"]["pauseConditions"], json!(null));
    assert_eq!(
        canary(&server)["metadata"]["annotations"]["leadtime/action"],
        "k-1"
    );
    let server = start(World::of(rollout()));
    done(&server, &order(&server, Verb::Reject, &gate)).await;
    assert_eq!(canary(&server)["status"]["abort"], true);
    server.state().change("rollouts/shop/web", |object| {
        object["status"]["pauseConditions"] = json!(null)
    });
    let mut retry = order(&server, Verb::Retry, CANARY);
    retry.key = "k-2".to_owned();
    for request in &prepare(&server, &retry).await.requests {
        assert!(matches!(send(&server, request).await, Sent::Done(_)));
    }
    assert_eq!(canary(&server)["status"]["abort"], false);
    // Another pause than the one that is decided on.
    let server = start(World::of(rollout()));
    let older = gate.replace("step-2", "step-1");
    let prepared = prepare(&server, &order(&server, Verb::Approve, &older)).await;
    assert!(
        prepared.objections[0].0.contains("step 2 of 4"),
        "{prepared:?}"
    );
}

#[tokio::test]
async fn an_inconclusive_analysis_is_passed_and_a_rollout_under_way_promoted_to_its_end() {
    let server = start(World::of(rollout()));
    server.state().change("rollouts/shop/web", |object| {
        object["status"]["pauseConditions"][0]["reason"] = json!("InconclusiveAnalysisRun");
    });
    done(&server, &order(&server, Verb::Resume, CANARY)).await;
    let status = canary(&server)["status"].clone();
    assert_eq!(
        (
            status["currentStepIndex"].clone(),
            status["controllerPause"].clone()
        ),
        (json!(2), json!(false))
    );
    let server = start(World::of(rollout()));
    let mut wanted = order(&server, Verb::Promote, CANARY);
    wanted.to = version("1.2.0");
    done(&server, &wanted).await;
    assert_eq!(canary(&server)["status"]["promoteFull"], true);
    // Another version is another rollout.
    let server = start(World::of(rollout()));
    wanted.to = version("1.3.0");
    done(&server, &wanted).await;
    assert_eq!(
        canary(&server)["spec"]["template"]["spec"]["containers"][1]["image"],
        "ghcr.io/acme/web:1.3.0"
    );
    let server = start(World::of(rollout()));
    let mut back = order(&server, Verb::Rollback, CANARY);
    back.to = version("1.1.0");
    done(&server, &back).await;
    assert_eq!(
        canary(&server)["spec"]["template"]["spec"]["containers"][1]["image"],
        "ghcr.io/acme/web:1.1.0"
    );
}

#[tokio::test]
async fn what_flux_applies_is_suspended_released_and_reconciled() {
    let find = |server: &Server| server.state().find("kustomizations/flux-production/shop");
    let server = start(World::of([kustomization(1)]));
    done(&server, &order(&server, Verb::Retry, FLUX)).await;
    assert_eq!(
        find(&server)["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"],
        "2026-03-02T12:00:00Z"
    );
    let server = start(World::of([kustomization(1)]));
    done(&server, &order(&server, Verb::Hold, FLUX)).await;
    assert_eq!(find(&server)["spec"]["suspend"], true);
    let mut release = order(&server, Verb::Release, FLUX);
    release.key = "k-2".to_owned();
    let prepared = prepare(&server, &release).await;
    assert!(matches!(
        send(&server, &prepared.requests[0]).await,
        Sent::Done(_)
    ));
    assert_eq!(find(&server)["spec"]["suspend"], false);
    let error = connector(&server)
        .prepare(&order(&server, Verb::Rollback, FLUX))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("change in git"), "{error}");
}

#[tokio::test]
async fn what_names_no_object_is_told_what_to_configure() {
    let server = of(1);
    let told = async |order: &Order| {
        connector(&server)
            .prepare(order)
            .await
            .unwrap_err()
            .to_string()
    };
    let mut wanted = order(&server, Verb::Promote, "42");
    let text = told(&wanted).await;
    assert!(
        text.contains("from = \"cluster\", application = \"deployment/<namespace>/<name>\""),
        "{text}"
    );
    wanted.target.as_mut().unwrap().id = "deployments.apps/shop/gone@1-x".to_owned();
    assert!(told(&wanted).await.contains("Deployment shop/gone"));
    wanted.target.as_mut().unwrap().id = WEB.to_owned();
    wanted.verb = Verb::Approve;
    assert!(
        told(&wanted)
            .await
            .contains("Deployment has nothing to approve")
    );
}
