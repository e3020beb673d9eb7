//! Promotion and rollback by tag: the exact requests, once, and what is said of them whatever the registry does.

use std::time::Duration;

use leadtime::connector::Connector;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::oci::Oci;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Verb, Version};
use serde_json::json;

use super::world::{IMAGE, Registry, World, start};
use super::{CANARY, OTHER, SHA, connector, now, settings, world};
use crate::support::wild::{Answer, Mischief};

pub fn order(verb: Verb, to: Version) -> Order {
    let way = json!({"image": "acme/shop", "tag": "production"});
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: None,
        to: Some(to),
        from: None,
        way: way.as_object().cloned(),
        comment: None,
        key: "k-1".to_owned(),
        at: now(),
    }
}

pub fn version(text: &str) -> Version {
    Version {
        version: Some(text.to_owned()),
        ..Version::default()
    }
}

/// Two versions, the first of them in production; jane may push.
pub fn shop() -> World {
    let mut world = world(|shop| {
        let old = shop.tagged("1.4.0", SHA);
        shop.tagged("1.4.1", OTHER);
        shop.tags.insert("production".to_owned(), old);
    });
    world.account = Some(("jane".to_owned(), CANARY.to_owned()));
    world
}

fn points_to(registry: &Registry, tag: &str) -> String {
    registry.state().repositories["acme/shop"].tags[tag].clone()
}

fn hasty(registry: &Registry) -> Oci {
    let mut settings = settings(&registry.url(), &["acme/*"]);
    settings.patience = Some(Duration::from_millis(300));
    Oci::new(&settings).unwrap()
}

async fn prepare(source: &Oci, order: &Order) -> Prepared {
    source.actor().unwrap().prepare(order).await.unwrap()
}

async fn request(source: &Oci) -> Request {
    let mut prepared = prepare(source, &order(Verb::Promote, version("1.4.1"))).await;
    assert_eq!((prepared.requests.len(), prepared.objections.len()), (1, 0));
    prepared.requests.remove(0)
}

#[tokio::test]
async fn the_request_is_the_manifest_byte_for_byte_and_the_same_when_asked_again() {
    let registry = start(shop());
    let source = connector(&registry);
    let first = prepare(&source, &order(Verb::Promote, version("1.4.1"))).await;
    assert_eq!(
        first,
        prepare(&source, &order(Verb::Promote, version("1.4.1"))).await
    );
    let [request] = first.requests.as_slice() else {
        panic!("{first:?}")
    };
    let (old, new) = (
        points_to(&registry, "production"),
        points_to(&registry, "1.4.1"),
    );
    let manifest = registry.state().repositories["acme/shop"].manifests[&new]
        .1
        .clone();
    assert_eq!(request.body.as_deref(), Some(manifest.as_str()));
    assert!(manifest.contains("\n  "), "not as a program would write it");
    assert_eq!(request.method, "PUT");
    assert_eq!(
        request.url,
        format!("{}/v2/acme/shop/manifests/production", registry.url())
    );
    assert_eq!(
        request.headers,
        [("Content-Type".to_owned(), IMAGE.to_owned())]
    );
    for wanted in [&old, &new, "(1.4.1)", "as production"] {
        assert!(
            request.what.contains(wanted),
            "{wanted} in {}",
            request.what
        );
    }
    assert_eq!(first.user.as_deref(), Some("jane"));
    assert!(first.undone_by[0].contains("next push"), "{first:?}");
    assert!(!format!("{first:?}").contains(CANARY));
    assert!(registry.deeds().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn what_was_promoted_is_there_under_the_same_digest_and_can_be_brought_back() {
    let registry = start(shop());
    let source = connector(&registry);
    let actor = source.actor().unwrap();
    let (old, new) = (
        points_to(&registry, "production"),
        points_to(&registry, "1.4.1"),
    );
    let request = request(&source).await;
    assert_eq!(actor.ask(&request).await, Standing::Open);
    let sent = actor.send(&request).await;
    let Sent::Done(receipt) = &sent else {
        panic!("{sent:?}")
    };
    assert!(
        receipt
            .text
            .ends_with(&format!("acme/shop:production is {new}")),
        "{receipt:?}"
    );
    assert_eq!(points_to(&registry, "production"), new);
    assert_eq!(registry.deeds().len(), 1);
    let pushed = &registry.deeds()[0];
    assert!(
        pushed.header("authorization").unwrap().contains("push"),
        "{pushed:?}"
    );
    // From the journal, after a crash.
    let kept: Request = serde_json::from_str(&serde_json::to_string(&request).unwrap()).unwrap();
    assert_eq!(actor.ask(&kept).await, Standing::Done(receipt.clone()));

    let host = registry.url().replace("http://", "");
    let earlier = Version {
        artifact: Some(format!(
            "pkg:oci/shop@{}?repository_url={host}/acme/shop",
            old.replace(':', "%3A")
        )),
        ..Version::default()
    };
    let mut back = order(Verb::Rollback, earlier);
    back.way = json!({"tag": "production"}).as_object().cloned();
    let back = prepare(&source, &back).await.requests.remove(0);
    assert!(matches!(actor.send(&back).await, Sent::Done(_)));
    assert_eq!(points_to(&registry, "production"), old);
}

#[tokio::test]
async fn whatever_comes_back_it_is_sent_once_and_asked_after() {
    let answer = |status| Answer::new(status);
    let told = |status, code: &str| {
        Answer::json(
            status,
            &json!({"errors": [{"code": code, "message": "no\u{7} way"}]}),
        )
    };
    let table = [
        (
            Mischief::Instead(told(403, "DENIED")),
            "refused",
            "may not push",
            false,
        ),
        (
            Mischief::Instead(told(401, "UNAUTHORIZED")),
            "refused",
            "may not push",
            false,
        ),
        (
            Mischief::Instead(answer(404)),
            "refused",
            "no repository",
            false,
        ),
        (
            Mischief::Instead(answer(405)),
            "refused",
            "only reads",
            false,
        ),
        (
            Mischief::Instead(told(409, "CONFLICT")),
            "refused",
            "CONFLICT: no way",
            false,
        ),
        (
            Mischief::Instead(answer(412)),
            "refused",
            "does not let the tag",
            false,
        ),
        (Mischief::Instead(answer(422)), "refused", "422", false),
        (
            Mischief::Instead(answer(307).header("location", "/v2/x")),
            "refused",
            "elsewhere",
            false,
        ),
        (
            Mischief::Instead(answer(429).header("retry-after", "7")),
            "refused",
            "7 s",
            false,
        ),
        (Mischief::Instead(answer(500)), "doubtful", "500", false),
        (
            Mischief::Instead(answer(201)),
            "doubtful",
            "then points to",
            false,
        ),
        (Mischief::DoneThen(answer(502)), "doubtful", "502", true),
        (Mischief::DoneThenSilent, "doubtful", "no answer", true),
        (Mischief::DoneThenCut, "done", "is sha256", true),
        (Mischief::DoneThenGone, "doubtful", "no answer", true),
    ];
    for (mischief, wanted, text, applied) in table {
        let registry = start(shop());
        let source = hasty(&registry);
        let actor = source.actor().unwrap();
        let request = request(&source).await;
        registry.once("PUT", "/manifests/production", mischief.clone());
        let sent = actor.send(&request).await;
        let (word, said) = match &sent {
            Sent::Done(receipt) => ("done", receipt.text.clone()),
            Sent::Refused(text) => ("refused", text.clone()),
            Sent::Doubtful(text) => ("doubtful", text.clone()),
        };
        // An answer without a body cannot be cut in the middle of it.
        let wanted = if matches!(mischief, Mischief::DoneThenCut) {
            word
        } else {
            wanted
        };
        assert_eq!(word, wanted, "{mischief:?}: {sent:?}");
        assert!(
            word == "doubtful" || said.contains(text),
            "{mischief:?}: {said}"
        );
        assert!(!said.contains('\u{7}') && !said.contains(CANARY), "{said}");
        assert_eq!(registry.deeds().len(), 1, "{mischief:?}");
        match actor.ask(&request).await {
            Standing::Done(_) => assert!(applied, "{mischief:?}"),
            Standing::Open => assert!(!applied, "{mischief:?}"),
            other => panic!("{mischief:?}: {other:?}"),
        }
        assert_eq!(
            registry.deeds().len(),
            1,
            "{mischief:?}: asking does nothing"
        );
    }
}

#[tokio::test]
async fn a_registry_that_is_gone_got_nothing() {
    let registry = start(shop());
    let source = connector(&registry);
    let request = request(&source).await;
    let fresh = connector(&registry);
    registry.refuse();
    let actor = fresh.actor().unwrap();
    let sent = actor.send(&request).await;
    assert!(
        matches!(&sent, Sent::Refused(text) if text.contains("not sent")),
        "{sent:?}"
    );
    let standing = actor.ask(&request).await;
    assert!(matches!(standing, Standing::Unknown(_)), "{standing:?}");
}

#[tokio::test]
async fn a_tag_that_somebody_moved_meanwhile_is_told() {
    let registry = start(shop());
    let source = connector(&registry);
    let actor = source.actor().unwrap();
    let request = request(&source).await;
    let third = registry
        .state()
        .repositories
        .get_mut("acme/shop")
        .unwrap()
        .tagged("1.5.0", "1234567");
    let set = |digest: Option<String>| {
        let mut state = registry.state();
        let tags = &mut state.repositories.get_mut("acme/shop").unwrap().tags;
        tags.remove("production");
        tags.extend(digest.map(|digest| ("production".to_owned(), digest)));
    };
    set(Some(third.clone()));
    let standing = actor.ask(&request).await;
    assert!(
        matches!(&standing, Standing::Moved(text) if text.contains(&third)),
        "{standing:?}"
    );
    set(None);
    let standing = actor.ask(&request).await;
    assert!(
        matches!(&standing, Standing::Moved(text) if text.contains("gone")),
        "{standing:?}"
    );
    assert!(registry.deeds().is_empty());
}

#[tokio::test]
async fn a_tag_that_is_new_is_made_and_one_that_is_there_already_is_an_objection() {
    let registry = start(shop());
    let source = connector(&registry);
    let actor = source.actor().unwrap();
    let mut staging = order(Verb::Promote, version("1.4.1"));
    staging.way = json!({"image": "acme/shop", "tag": "staging"})
        .as_object()
        .cloned();
    let prepared = prepare(&source, &staging).await;
    assert!(
        prepared.notes[0].contains("does not exist yet"),
        "{prepared:?}"
    );
    assert_eq!(actor.ask(&prepared.requests[0]).await, Standing::Open);
    assert!(matches!(
        actor.send(&prepared.requests[0]).await,
        Sent::Done(_)
    ));

    let prepared = prepare(&source, &order(Verb::Promote, version("1.4.0"))).await;
    assert!(prepared.requests.is_empty(), "{prepared:?}");
    assert!(prepared.objections[0].0.contains("already"), "{prepared:?}");
}

#[tokio::test]
async fn the_digest_counts_and_what_does_not_fit_it_is_noted() {
    let registry = start(shop());
    let source = connector(&registry);
    let mut order = order(Verb::Promote, version("1.4.0"));
    order.to.as_mut().unwrap().digest = Some(points_to(&registry, "1.4.1"));
    order.from = Some(Version {
        digest: Some(points_to(&registry, "1.4.1")),
        ..Version::default()
    });
    let prepared = prepare(&source, &order).await;
    assert!(
        prepared.requests[0]
            .what
            .contains(&points_to(&registry, "1.4.1"))
    );
    let notes = prepared.notes.join("\n");
    for wanted in ["the tag 1.4.0 now points to", "they differ already"] {
        assert!(notes.contains(wanted), "{wanted} in {notes}");
    }
}

#[tokio::test]
async fn what_cannot_be_done_says_what_to_configure() {
    let registry = start(shop());
    let source = connector(&registry);
    let change = |way: serde_json::Value, to: Version| Order {
        way: way.as_object().cloned(),
        ..order(Verb::Promote, to)
    };
    let table = [
        (
            change(json!({"image": "acme/shop"}), version("1.4.1")),
            ErrorKind::Configuration,
            "tag = \"production\"",
        ),
        (
            change(
                json!({"image": "acme/shop", "tag": "a b"}),
                version("1.4.1"),
            ),
            ErrorKind::Configuration,
            "is no tag",
        ),
        (
            change(json!({"tag": "production"}), version("1.4.1")),
            ErrorKind::Configuration,
            "image =",
        ),
        (
            change(
                json!({"image": "quay.io/acme/shop", "tag": "p"}),
                version("1.4.1"),
            ),
            ErrorKind::Configuration,
            "is no image of",
        ),
        (
            change(json!({"image": "other/shop", "tag": "p"}), version("1.4.1")),
            ErrorKind::Configuration,
            "`repositories`",
        ),
        (
            change(
                json!({"image": "acme/shop", "tag": "p"}),
                Version::default(),
            ),
            ErrorKind::Configuration,
            "no digest",
        ),
        (
            change(json!({"image": "acme/shop", "tag": "p"}), version("9.9.9")),
            ErrorKind::NotFound,
            "9.9.9 is not there",
        ),
        (
            order(Verb::Approve, version("1.4.1")),
            ErrorKind::Configuration,
            "cannot approve",
        ),
    ];
    for (order, kind, text) in table {
        let error = source.actor().unwrap().prepare(&order).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.to_string().contains(text), "{text} in {error}");
        assert!(error.to_string().contains("images"), "{error}");
        assert!(!format!("{error} {error:?}").contains(CANARY));
    }
}

#[tokio::test]
async fn a_manifest_that_is_not_what_its_digest_says_goes_nowhere() {
    let registry = start(shop());
    let digest = points_to(&registry, "1.4.1");
    {
        let mut state = registry.state();
        let shop = state.repositories.get_mut("acme/shop").unwrap();
        shop.manifests.get_mut(&digest).unwrap().1.push(' ');
    }
    let source = connector(&registry);
    let order = order(Verb::Promote, version("1.4.1"));
    let error = source.actor().unwrap().prepare(&order).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert!(error.to_string().contains("what it sends is"), "{error}");
}

#[tokio::test]
async fn wrong_credentials_are_found_before_the_deed() {
    for basic in [false, true] {
        let registry = start(shop());
        let request = request(&connector(&registry)).await;
        {
            let mut state = registry.state();
            state.basic = basic;
            state.account = Some(("jane".to_owned(), "another".to_owned()));
        }
        let source = connector(&registry);
        let sent = source.actor().unwrap().send(&request).await;
        let Sent::Refused(text) = &sent else {
            panic!("{sent:?}")
        };
        assert!(text.contains("may not push"), "{text}");
        assert!(!text.contains(CANARY));
        assert_eq!(
            registry.deeds().len(),
            usize::from(basic),
            "no token, no deed"
        );
    }
}

#[tokio::test]
async fn a_registry_that_asks_for_the_password_itself_gets_it() {
    let mut world = shop();
    world.basic = true;
    let registry = start(world);
    let source = connector(&registry);
    let request = request(&source).await;
    assert!(matches!(
        source.actor().unwrap().send(&request).await,
        Sent::Done(_)
    ));
    assert_eq!(registry.deeds().len(), 1);
}

#[tokio::test]
async fn it_speaks_for_the_repositories_of_its_registry() {
    let registry = start(shop());
    let source = connector(&registry);
    let actor = source.actor().unwrap();
    let host = registry.url().replace("http://", "");
    assert!(actor.speaks_for(&format!("oci:{host}/acme/shop")));
    assert!(!actor.speaks_for(&format!("oci:{host}/other/shop")));
    assert!(!actor.speaks_for("oci:ghcr.io/acme/shop"));
    assert!(!actor.speaks_for("github:github.com/acme/shop"));
}
