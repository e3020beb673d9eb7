//! Somebody else comes between, the other side says no, and what is asked for cannot be.

use leadtime::connector::error::ErrorKind;
use leadtime::plan::request::{Sent, Standing, Verb};

use super::*;

/// A hook that pushes something of its own before what it is asked about.
fn rival(world: &World, file: &str, text: &str) -> String {
    let path = world.folder.path().join("rival");
    fs::write(&path, text).unwrap();
    format!(
        "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n\
         export GIT_AUTHOR_NAME=Omar GIT_AUTHOR_EMAIL=o@example.org GIT_COMMITTER_NAME=Omar GIT_COMMITTER_EMAIL=o@example.org\n\
         export GIT_INDEX_FILE=\"$PWD/rival-index\"\n\
         blob=$(git hash-object -w '{}')\n\
         git read-tree main && git update-index --add --cacheinfo 100644,$blob,{file}\n\
         commit=$(echo Rival | git commit-tree -p main $(git write-tree)) && git update-ref refs/heads/main $commit\n\
         echo x >> pushes\n",
        path.display()
    )
}

fn pushes(world: &World) -> usize {
    fs::read_to_string(world.bare.join("pushes")).map_or(0, |text| text.lines().count())
}

#[tokio::test]
async fn a_branch_that_moved_elsewhere_is_caught_up_with() {
    let world = World::new();
    let once = format!(
        "test -e pushes && exit 0\n{}",
        rival(&world, "other.txt", "1\n")
    );
    world.hook("pre-receive", &once);
    let source = world.source();
    let request = prepare(&*source, &straight()).await;
    assert!(matches!(send(&*source, &request).await, Sent::Done(_)));
    assert_eq!(pushes(&world), 1);
    assert_eq!(
        world.git(&["log", "--format=%s", "-3", "main"]),
        "Promote shop 1.2.3 to production\nRival\nSay what this is"
    );
    assert_eq!(world.text("main"), TEXT.replace("1.2.2", "1.2.3"));
}

#[tokio::test]
async fn a_branch_that_never_rests_is_given_up_after_three_times() {
    let world = World::new();
    let always = rival(&world, "other$(date +%N).txt", "1\n");
    world.hook("pre-receive", &always);
    let source = world.source();
    let request = prepare(&*source, &straight()).await;
    let sent = send(&*source, &request).await;
    assert!(refused(&sent).contains("moved 3 times"), "{sent:?}");
    assert_eq!(pushes(&world), 3);
    assert_eq!(world.text("main"), TEXT);
    assert_eq!(ask(&*source, &request).await, Standing::Open);
}

#[tokio::test]
async fn a_value_that_somebody_else_changed_is_left_alone() {
    let world = World::new();
    let theirs = TEXT.replace("1.2.2", "1.3.0");
    world.hook("pre-receive", &rival(&world, FILE, &theirs));
    let source = world.source();
    let request = prepare(&*source, &straight()).await;
    let sent = send(&*source, &request).await;
    assert!(
        refused(&sent).contains("is 1.3.0 now, and was 1.2.2"),
        "{sent:?}"
    );
    assert_eq!(pushes(&world), 1);
    assert_eq!(world.text("main"), theirs);
    let standing = ask(&*source, &request).await;
    assert_eq!(
        moved(&standing),
        format!("{KEY} is 1.3.0 now: \"Rival\", by Omar")
    );

    // The very value that was wanted, by somebody else: it is not our deed.
    let world = World::new();
    let source = world.source();
    let request = prepare(&*source, &straight()).await;
    world.write(FILE, &TEXT.replace("1.2.2", "1.2.3"), "By hand");
    assert!(moved(&ask(&*source, &request).await).contains("is 1.2.3 now: \"By hand\", by Jane"));
    // A key, a file and a branch that went.
    world.write(FILE, "images: []\n", "Nothing");
    assert!(moved(&ask(&*source, &request).await).contains("images has no [name=acme/shop]"));
    world.git(&["branch", "-m", "main", "trunk"]);
    assert!(moved(&ask(&*source, &request).await).contains("branch main is not there any more"));
}

#[tokio::test]
async fn the_other_side_says_no() {
    let world = World::new();
    world.hook(
        "pre-receive",
        "echo 'ask the release managers'; echo x >> pushes; exit 1",
    );
    let source = world.source();
    let request = prepare(&*source, &straight()).await;
    let sent = send(&*source, &request).await;
    assert!(
        refused(&sent).contains("ask the release managers"),
        "{sent:?}"
    );
    assert_eq!(pushes(&world), 1, "a refusal is no reason to push again");
    assert_eq!(ask(&*source, &request).await, Standing::Open);

    world.hook("pre-receive", "exit 0");
    world.hook("update", "echo 'main is protected'; exit 1");
    let sent = send(&*source, &request).await;
    assert!(refused(&sent).contains("main is protected"), "{sent:?}");
}

#[tokio::test]
async fn what_cannot_be_done_is_told_with_what_to_do() {
    let world = World::new();
    let source = world.source();
    let said = async |order: Order| {
        let error = try_prepare(&*source, &order).await.unwrap_err();
        (error.kind, error.to_string())
    };
    let (kind, text) = said(order(&json!({ "key": KEY }))).await;
    assert_eq!(kind, ErrorKind::Configuration);
    assert!(text.contains("add `file = "), "{text}");
    let (_, text) = said(order(&json!({ "file": FILE }))).await;
    assert!(text.contains("add `key = "), "{text}");
    let (kind, text) = said(order(&json!({ "file": "apps/none.yaml", "key": KEY }))).await;
    assert_eq!(kind, ErrorKind::NotFound);
    assert!(text.contains("there is no file apps/none.yaml"), "{text}");
    let (kind, text) = said(order(
        &json!({ "file": FILE, "key": "images[name=acme/pay].newTag" }),
    ))
    .await;
    assert_eq!(kind, ErrorKind::NotFound);
    assert!(text.contains("images has no [name=acme/pay]"), "{text}");
    for file in [
        "../x.yaml",
        "/etc/x.yaml",
        ".git/x.yaml",
        "a//x.yaml",
        "apps",
    ] {
        said(order(&json!({ "file": file, "key": KEY }))).await;
    }
    for branch in ["a..b", "x~1", "a b", "-/.lock"] {
        let (_, text) = said(order(
            &json!({ "file": FILE, "key": KEY, "branch": branch }),
        ))
        .await;
        assert!(text.contains("cannot be the name of a branch"), "{text}");
    }
    let (_, text) = said(order(&json!({ "file": FILE, "key": KEY, "ref": "live" }))).await;
    assert!(text.contains("there is no branch live"), "{text}");
    let mut nameless = straight();
    nameless.to = None;
    assert!(said(nameless).await.1.contains("add `value`"));
    let mut other = straight();
    other.verb = Verb::Approve;
    assert_eq!(said(other).await.0, ErrorKind::Configuration);

    let same = order(&json!({ "file": FILE, "key": KEY, "value": "1.2.2" }));
    let prepared = try_prepare(&*source, &same).await.unwrap();
    assert_eq!(prepared.requests, []);
    assert!(
        prepared.objections[0].0.contains("says 1.2.2 already"),
        "{prepared:?}"
    );
}

#[tokio::test]
async fn a_source_says_which_repository_it_means() {
    let world = World::new();
    let told = |settings: Settings| git::open(settings).err().unwrap().to_string();
    assert!(told(Settings::default()).contains("names no repository"));
    let both = Settings {
        url: Some("https://git.example.org/acme/deployments".to_owned()),
        ..world.settings()
    };
    assert!(told(both).contains("a `path` and a `url`"));
    run(&world.clone, &["remote", "remove", "origin"], b"");
    let error = try_prepare(&*world.source(), &straight())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no remote `origin`"), "{error}");
    run(
        &world.clone,
        &["remote", "add", "origin", "../gone.git"],
        b"",
    );
    let error = try_prepare(&*world.source(), &straight())
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    run(
        &world.clone,
        &["remote", "set-url", "origin", "../acme/deployments.git"],
        b"",
    );
    prepare(&*world.source(), &straight()).await;
    // A request that was made for another place is not sent to this one.
    let mut request = prepare(&*world.source(), &straight()).await;
    request.url = "/elsewhere".to_owned();
    assert!(refused(&send(&*world.source(), &request).await).contains("was made for /elsewhere"));
    assert!(matches!(
        ask(&*world.source(), &request).await,
        Standing::Unknown(_)
    ));
}
