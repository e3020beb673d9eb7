//! What is pushed, to the branch that is deployed and to one of its own, and that a deed is found again.

use leadtime::plan::request::{Request, Sent, Standing, Verb};

use super::*;

#[tokio::test]
async fn a_version_is_pushed_and_found_again() {
    let world = World::new();
    let source = world.source();
    let request = prepare(&*source, &straight()).await;
    insta::assert_snapshot!(request.body.as_deref().unwrap());
    assert_eq!(request.method, "PUSH");
    assert_eq!(request.url, world.bare.display().to_string());
    assert_eq!(
        request.what,
        format!("push a commit to main of acme/deployments: {KEY} in {FILE} from 1.2.2 to 1.2.3")
    );
    assert_eq!(ask(&*source, &request).await, Standing::Open);
    let before = world.git(&["rev-parse", "main"]);

    let Sent::Done(receipt) = send(&*source, &request).await else {
        panic!("not sent");
    };
    assert_eq!(world.text("main"), TEXT.replace("1.2.2 ", "1.2.3 "));
    assert_eq!(world.git(&["rev-parse", "main^"]), before);
    assert_eq!(world.git(&["diff", "--name-only", "main^", "main"]), FILE);
    let said = world.git(&[
        "log",
        "-1",
        "--format=%aI%n%B%(trailers:key=Leadtime-Action,valueonly)",
        "main",
    ]);
    insta::assert_snapshot!(said);
    let author = world.git(&["log", "-1", "--format=%an <%ae>", "main"]);
    assert_eq!(author, world.author());
    assert!(
        receipt
            .text
            .contains(&world.git(&["rev-parse", "--short=10", "main"])),
        "{receipt:?}"
    );

    // Another process, later, knows only the request as it was kept.
    let kept = serde_json::to_string(&request).unwrap();
    let kept: Request = serde_json::from_str(&kept).unwrap();
    world.write("README.md", "More\n", "Another");
    assert!(matches!(
        ask(&*world.source(), &kept).await,
        Standing::Done(_)
    ));
    // Sent again all the same, it does nothing.
    let tip = world.git(&["rev-parse", "main"]);
    assert!(refused(&send(&*source, &request).await).contains("is 1.2.3 now, and was 1.2.2"));
    assert_eq!(world.git(&["rev-parse", "main"]), tip);
}

#[tokio::test]
async fn the_same_order_makes_the_same_request() {
    let world = World::new();
    let source = world.source();
    let first = prepare(&*source, &straight()).await;
    assert_eq!(prepare(&*source, &straight()).await, first);
    world.write("README.md", "More\n", "Another");
    assert_eq!(prepare(&*world.source(), &straight()).await, first);
    world.write(FILE, &TEXT.replace("1.2.2", "1.2.1"), "Back");
    assert_ne!(prepare(&*source, &straight()).await, first);
}

#[tokio::test]
async fn the_clone_stays_as_it_is_and_its_hooks_asleep() {
    let world = World::new();
    run(&world.clone, &["pull", "-q"], b"");
    fs::write(world.clone.join(FILE), "half done").unwrap();
    let hooks = world.folder.path().join("hooks");
    fs::create_dir(&hooks).unwrap();
    for name in [
        "pre-push",
        "pre-commit",
        "commit-msg",
        "post-commit",
        "reference-transaction",
    ] {
        executable(&hooks.join(name), "echo woken >> \"$0.log\"; exit 1");
    }
    run(
        &world.clone,
        &["config", "core.hooksPath", hooks.to_str().unwrap()],
        b"",
    );
    let seen = || {
        let refs = run(&world.clone, &["for-each-ref"], b"");
        let status = run(&world.clone, &["status", "--porcelain"], b"");
        (
            refs,
            status,
            fs::read(world.clone.join(".git/index")).unwrap(),
        )
    };
    let before = seen();
    let source = world.source();
    let request = prepare(&*source, &straight()).await;
    assert!(matches!(send(&*source, &request).await, Sent::Done(_)));
    assert_eq!(seen(), before);
    let left: Vec<_> = fs::read_dir(&hooks)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 5, "{left:?}");
}

#[tokio::test]
async fn a_branch_waits_to_be_merged() {
    let world = World::new();
    world.hook(
        "post-receive",
        "echo; echo Create a request:; echo '  https://git.example.org/new?from=promote'",
    );
    let source = world.source();
    let prepared = try_prepare(&*source, &on_a_branch()).await.unwrap();
    assert!(
        prepared
            .notes
            .contains(&"it takes effect once promote/shop-1.2.3 is merged into main".to_owned()),
        "{prepared:?}"
    );
    let request = &prepared.requests[0];
    let main = world.git(&["rev-parse", "main"]);
    let Sent::Done(receipt) = send(&*source, request).await else {
        panic!("not sent");
    };
    assert_eq!(
        receipt.url.as_deref(),
        Some("https://git.example.org/new?from=promote")
    );
    assert_eq!(world.git(&["rev-parse", "main"]), main);
    assert!(world.text("promote/shop-1.2.3").contains("1.2.3"));
    assert!(matches!(ask(&*source, request).await, Standing::Done(_)));
    // Merged, and the branch deleted.
    world.git(&["update-ref", "refs/heads/main", "promote/shop-1.2.3"]);
    world.git(&["branch", "-D", "promote/shop-1.2.3"]);
    assert!(matches!(ask(&*source, request).await, Standing::Done(_)));

    // A branch of the same name that is somebody else's.
    let world = World::new();
    let source = world.source();
    let request = prepare(&*source, &on_a_branch()).await;
    world.git(&["update-ref", "refs/heads/promote/shop-1.2.3", "main"]);
    assert!(
        moved(&ask(&*source, &request).await).contains("already: \"Say what this is\", by Jane")
    );
    assert!(refused(&send(&*source, &request).await).contains("already"));
    let again = try_prepare(&*source, &on_a_branch()).await.unwrap();
    assert!(
        again.objections[0]
            .0
            .contains("there is a branch promote/shop-1.2.3 already"),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_rollback_goes_the_same_way_on_the_branch_that_is_named() {
    let world = World::new();
    world.git(&["branch", "live", "main"]);
    world.write(FILE, &TEXT.replace("1.2.2", "9"), "On main alone");
    let mut order = order(
        &json!({ "file": FILE, "key": KEY, "value": "v1.2.1", "ref": "live", "branch": "live" }),
    );
    order.verb = Verb::Rollback;
    order.comment = None;
    let source = world.source();
    let request = prepare(&*source, &order).await;
    assert!(matches!(send(&*source, &request).await, Sent::Done(_)));
    assert_eq!(world.text("live"), TEXT.replace("1.2.2", "v1.2.1"));
    assert_eq!(
        world.git(&["log", "-1", "--format=%s", "live"]),
        "Roll back shop to 1.2.3 in production"
    );
    assert!(source.actor().unwrap().speaks_for("git:acme/deployments"));
    assert!(!source.actor().unwrap().speaks_for("git:acme/shop"));
}
