//! Everything that goes wrong: told in words that help, never more lost than must be, and never a secret in it.

use leadtime::connector::error::ErrorKind;
use leadtime::connector::github::{Config, GitHub};
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::kind::{Kind, Outcome};
use secrecy::SecretString;
use serde_json::json;

use super::{CANARY, connector, now, read};
use crate::support::github::world::Limit;
use crate::support::github::{Fault, GitHubMock, Repo, World};
use crate::support::kept::Kept;

async fn mock(faults: Vec<Fault>) -> GitHubMock {
    let repos = ["acme/one", "acme/two"].map(|name| Repo::generate(name, 3, now(), 2));
    let mut world = World::new(now(), repos.to_vec());
    world.faults = faults;
    GitHubMock::start(world).await
}

async fn reading(mock: &GitHubMock) -> (Result<(), ConnectorError>, Kept) {
    let mut kept = Kept::default();
    let result = read(mock, &["acme/one", "acme/two"], &mut kept).await;
    (result, kept)
}

/// How many events a reading without faults gives for `wanted` of the second repository.
fn of_two(kept: &Kept, wanted: &str) -> usize {
    let mut count = 0;
    for (source, id) in kept.events.keys() {
        count += usize::from(source.ends_with("acme/two") && id.starts_with(wanted));
    }
    count
}

#[tokio::test]
async fn single_sign_on_permissions_and_scopes_are_named() {
    let says = |name, value| Fault::new("acme/one/pulls", 403).header(name, value);
    for (fault, wanted) in [
        (
            says(
                "x-github-sso",
                "required; url=https://github.com/orgs/acme/sso?authorization_request=A",
            ),
            "https://github.com/orgs/acme/sso",
        ),
        (
            says("x-accepted-github-permissions", "pull_requests=read"),
            "pull_requests=read",
        ),
        (
            says("x-accepted-oauth-scopes", "repo").header("x-oauth-scopes", "gist"),
            "\"gist\" and needs one of \"repo\"",
        ),
    ] {
        let (result, kept) = reading(&mock(vec![fault]).await).await;
        result.unwrap();
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
        assert_eq!(of_two(&kept, "pull/"), 12, "the others go on");
        assert!(kept.ids().iter().any(|id| id.starts_with("run/")));
    }
}

#[tokio::test]
async fn a_repository_that_is_gone_is_told_once_and_the_others_go_on() {
    let mock = mock(vec![]).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/gone", "acme/two"], &mut kept)
        .await
        .unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(kept.told().contains("acme/gone"));
    assert_eq!(of_two(&kept, "pull/"), 12);
    // Gone only after it was read once.
    mock.world()
        .repos
        .retain(|repo| repo.full_name != "acme/two");
    kept.findings.clear();
    mock.asked();
    read(&mock, &["acme/two"], &mut kept).await.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert_eq!(mock.asked().len(), 1, "its other lists are not asked for");
}

#[tokio::test]
async fn actions_that_are_off_are_no_reason_not_to_read_the_rest() {
    let (result, kept) = reading(&mock(vec![Fault::new("acme/two/actions", 404)]).await).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(kept.told().contains("Actions are off"), "{}", kept.told());
    assert_eq!(of_two(&kept, "run/"), 0);
    assert_eq!(of_two(&kept, "pull/"), 12);
}

#[tokio::test]
async fn a_short_wait_is_waited_and_a_long_one_ends_the_reading() {
    let short = Fault::new("acme/two/pulls", 429)
        .header("retry-after", "1")
        .times(1);
    let (result, kept) = reading(&mock(vec![short]).await).await;
    result.unwrap();
    assert_eq!(kept.findings, []);
    assert_eq!(of_two(&kept, "pull/"), 12);

    let long = Fault::new("acme/two/pulls", 403).header("retry-after", "3600");
    let (result, kept) = reading(&mock(vec![long]).await).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(error.to_string().contains("until 20"), "{error}");
    assert!(
        kept.cursors.contains_key("acme/one known"),
        "what was read is kept"
    );

    let secondary = Fault::new("acme/two/pulls", 403)
        .body(r#"{"message":"You have exceeded a secondary rate limit."}"#);
    let (result, _) = reading(&mock(vec![secondary]).await).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::RateLimited);
}

#[tokio::test]
async fn an_allowance_is_left_a_reserve_and_reading_goes_on_later() {
    let mock = mock(vec![]).await;
    let reset = now().micros() / 1_000_000 + 1800;
    mock.world().limit = Some(Limit {
        whole: 500,
        remaining: 30,
        reset,
    });
    let (result, mut kept) = reading(&mock).await;
    result.unwrap();
    assert!(
        kept.told().contains("used up but for a reserve"),
        "{}",
        kept.told()
    );
    assert!(kept.told().contains("500 requests"), "{}", kept.told());
    let left = mock.world().limit.clone().unwrap().remaining;
    assert!(
        (4..=10).contains(&left),
        "{left} of the reserve of 10 are left"
    );
    assert!(!kept.events.is_empty());
    mock.world().limit = None;
    kept.findings.clear();
    read(&mock, &["acme/one", "acme/two"], &mut kept)
        .await
        .unwrap();
    assert_eq!(kept.findings, []);
    assert_eq!(of_two(&kept, "pull/"), 12);
    assert_eq!(of_two(&kept, "job/"), 9);
}

#[tokio::test]
async fn an_allowance_that_is_gone_already_is_no_error() {
    let mock = mock(vec![]).await;
    let reset = now().micros() / 1_000_000 + 1800;
    mock.world().limit = Some(Limit {
        whole: 60,
        remaining: 0,
        reset,
    });
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert!(kept.events.is_empty());
    assert!(kept.told().contains("60 requests"), "{}", kept.told());
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again_and_then_left_out() {
    let twice = Fault::new("acme/two/deployments?", 502).times(2);
    let (result, kept) = reading(&mock(vec![twice]).await).await;
    result.unwrap();
    assert_eq!(kept.findings, []);
    assert_eq!(of_two(&kept, "deployment/"), 9);

    let always = Fault::new("acme/two/deployments?", 500);
    let mock = mock(vec![always]).await;
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(kept.told().contains("500"), "{}", kept.told());
    assert_eq!(of_two(&kept, "deployment/"), 0);
    assert_eq!(of_two(&kept, "pull/"), 12);
    let tries = mock
        .asked()
        .iter()
        .filter(|asked| asked.status == 500)
        .count();
    assert_eq!(tries, 4, "asked once, and again three times");
}

#[tokio::test]
async fn answers_that_cannot_be_read_are_named_and_the_rest_goes_on() {
    let cut = Fault::new("acme/two/actions/runs?", 200)
        .body(r#"{"total_count": 3, "workflow_runs": [{"id": 1, "#);
    let (result, kept) = reading(&mock(vec![cut]).await).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(kept.told().contains("acme/two: runs"), "{}", kept.told());
    assert_eq!(of_two(&kept, "pull/"), 12);

    let mock = mock(vec![]).await;
    mock.world().repo("acme/two").pulls[1]["head"]["sha"] = json!(7);
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    for wanted in ["acme/two: pulls", "item 2", "`head.sha`"] {
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
    }
    assert_eq!(of_two(&kept, "pull/"), 8, "the other two requests are read");
}

#[tokio::test]
async fn a_renamed_repository_is_followed_and_told() {
    let mock = mock(vec![]).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/two"], &mut kept).await.unwrap();
    {
        let mut world = mock.world();
        world.repo("acme/two").full_name = "acme/new".to_owned();
        world
            .renamed
            .insert("acme/two".to_owned(), "acme/new".to_owned());
    }
    mock.asked();
    read(&mock, &["acme/two"], &mut kept).await.unwrap();
    assert!(
        kept.told().contains("is now called acme/new"),
        "{}",
        kept.told()
    );
    let under_new = kept
        .events
        .keys()
        .filter(|(source, _)| source == "github:127.0.0.1/acme/new");
    assert_eq!(under_new.count(), of_two(&kept, ""));
    assert!(
        !kept
            .cursors
            .keys()
            .any(|key| key.starts_with("acme/two list"))
    );
    mock.asked();
    kept.findings.clear();
    read(&mock, &["acme/two"], &mut kept).await.unwrap();
    assert!(
        mock.asked().iter().all(|asked| asked.status == 304),
        "then it is asked for by its new name"
    );
}

#[tokio::test]
async fn unknown_words_are_kept_and_told_once_each() {
    let mock = mock(vec![]).await;
    {
        let mut world = mock.world();
        for run in &mut world.repo("acme/one").runs {
            run["conclusion"] = json!("exploded");
        }
        world.repo("acme/two").statuses.get_mut(&1).unwrap()[0]["state"] = json!("melting");
    }
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 2, "{}", kept.told());
    assert!(kept.told().contains("\"exploded\""), "{}", kept.told());
    assert!(kept.told().contains("\"melting\""), "{}", kept.told());
    let ends = kept.events.values().filter_map(|event| match &event.kind {
        Kind::Run(run) if event.source.ends_with("one") && event.id.starts_with("run/") => {
            run.outcome
        }
        _ => None,
    });
    assert!(ends.eq([Outcome::Other; 3]));
    let identity = (
        "github:127.0.0.1/acme/two".to_owned(),
        "deployment/1/status/3".to_owned(),
    );
    let Kind::Other(kind) = &kept.events[&identity].kind else {
        panic!("{:?}", kept.events[&identity]);
    };
    assert!(kind.contains("melting"));
}

#[tokio::test]
async fn an_empty_repository_is_nothing_to_tell() {
    let fault =
        Fault::new("acme/one/commits", 409).body(r#"{"message":"Git Repository is empty."}"#);
    let mut world = World::new(now(), vec![Repo::empty("acme/one")]);
    world.faults.push(fault);
    let mock = GitHubMock::start(world).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    assert_eq!(kept.findings, []);
    assert!(kept.events.is_empty());
}

#[test]
fn wrong_settings_are_refused_before_anything_is_asked() {
    let config = |change: fn(&mut Config)| {
        let mut config = Config {
            name: "gh".to_owned(),
            repositories: vec!["acme/one".to_owned()],
            token: Some(SecretString::from(CANARY)),
            ..Config::default()
        };
        change(&mut config);
        let error = GitHub::new(config).err().expect("an error");
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(!format!("{error} {error:?}").contains("Canary"), "{error}");
        error.to_string()
    };
    assert!(config(|config| config.repositories.clear()).contains("repositories"));
    assert!(
        config(|config| config.token = Some(SecretString::from(format!("{CANARY}\n"))))
            .contains("line break")
    );
    assert!(
        config(|config| config.ca_file = Some("/nonexistent/ca.pem".into()))
            .contains("/nonexistent/ca.pem")
    );
    assert!(config(|config| config.url = Some("not an address".into())).contains("url"));
}

#[tokio::test]
async fn a_token_that_a_refusal_repeats_is_told_nowhere() {
    for status in [401, 403, 404, 422] {
        let says = format!("{{\"message\": \"no token {CANARY} here\"}}");
        let needs = format!("metadata of {CANARY}");
        let fault = Fault::new("/repos/", status)
            .body(&says)
            .header("x-accepted-github-permissions", &needs);
        let mock = mock(vec![fault]).await;
        let (result, kept) = reading(&mock).await;
        let told = format!("{} {result:?}", kept.told());
        assert!(!told.contains(CANARY), "{told}");
        let checked = connector(&mock.url(), &["acme/one"]).check(now()).await;
        let told = format!("{checked:?}");
        assert!(!told.contains(CANARY), "{told}");
        if status == 401 {
            assert!(told.contains("no token *** here"), "{told}");
        }
    }
}

#[tokio::test]
async fn an_allowance_is_remembered_from_reading_to_reading() {
    let mock = mock(vec![]).await;
    let reset = now().micros() / 1_000_000 + 1800;
    mock.world().limit = Some(Limit {
        whole: 500,
        remaining: 15,
        reset,
    });
    let source = connector(&mock.url(), &["acme/one", "acme/two"]);
    let mut kept = Kept::default();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    let left = mock.world().limit.clone().unwrap().remaining;
    mock.asked();
    source.read(kept.reading(now()), &mut kept).await.unwrap();
    assert_eq!(mock.asked().len(), 0, "the reserve is for others");
    assert_eq!(mock.world().limit.clone().unwrap().remaining, left);
}

#[tokio::test]
async fn a_window_that_ends_soon_is_waited_for() {
    let fault = Fault::new("acme/two/pulls", 429)
        .header("ratelimit-limit", "960")
        .header("ratelimit-remaining", "0")
        .header("ratelimit-reset", "1")
        .times(1);
    let (result, kept) = reading(&mock(vec![fault]).await).await;
    result.unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
    assert_eq!(of_two(&kept, "pull/"), 12);
}

#[tokio::test]
async fn a_default_branch_of_another_name_is_told_under_that() {
    let mock = mock(vec![]).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let count = |kept: &Kept, name: &str| {
        let start = format!("branch/{name}/");
        kept.ids()
            .iter()
            .filter(|id| id.starts_with(&start))
            .count()
    };
    assert_eq!((count(&kept, "main"), count(&kept, "trunk")), (1, 0));
    mock.world().repo("acme/one").branch = "trunk".to_owned();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    assert_eq!((count(&kept, "main"), count(&kept, "trunk")), (1, 1));
    assert_eq!(kept.differing, []);
}
