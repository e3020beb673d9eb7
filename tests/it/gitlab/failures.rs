//! Everything that goes wrong: told in words that help, never more lost than must be, and never a secret in it.

use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::kind::{Kind, Outcome};
use serde_json::json;

use super::{connector, now, read};
use crate::support::gitlab::{Mock, World, ago, commit, sha, start};
use crate::support::kept::Kept;
use crate::support::wild::{Answer, Mischief};

const BOTH: [&str; 2] = ["acme/one", "acme/two"];

fn mock() -> Mock {
    let mut world = World::new(now());
    world.generate(1, "acme/one", 3, (now(), 2));
    world.generate(2, "acme/two", 3, (now(), 2));
    start(world)
}

async fn reading(mock: &Mock) -> (Result<(), ConnectorError>, Kept) {
    let mut kept = Kept::default();
    let result = read(mock, &BOTH, &mut kept).await;
    (result, kept)
}

fn says(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"message": message}))
}

/// How many events of the second project begin so.
fn of_two(kept: &Kept, wanted: &str) -> usize {
    let ids = kept.events.keys();
    ids.filter(|(source, id)| source.ends_with("acme/two") && id.starts_with(wanted))
        .count()
}

#[tokio::test]
async fn what_a_role_or_a_scope_does_not_show_is_told_and_the_rest_goes_on() {
    let scope = json!({"error": "insufficient_scope", "error_description": "more needed"});
    for (answer, wanted) in [
        (says(403, "403 Forbidden"), "Reporter"),
        (Answer::json(403, &scope), "scope read_api"),
    ] {
        let mock = mock();
        let path = "acme%2Fone/pipelines?";
        mock.always("GET", path, Mischief::Instead(answer));
        let (result, kept) = reading(&mock).await;
        result.unwrap();
        assert_eq!(kept.findings.len(), 1, "{}", kept.told());
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
        assert_eq!(of_two(&kept, "pipeline/"), 9, "the others go on");
        assert_eq!(of_two(&kept, "mr/"), 15);
    }
}

#[tokio::test]
async fn a_project_that_is_gone_is_told_once_and_the_others_go_on() {
    let mock = mock();
    let mut kept = Kept::default();
    read(&mock, &["acme/gone", "acme/two"], &mut kept)
        .await
        .unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(kept.told().contains("acme/gone"));
    assert_eq!(of_two(&kept, "mr/"), 15);
    // Gone only after it was read once.
    mock.state().ones.retain(|path, _| !path.contains("%2Ftwo"));
    kept.findings.clear();
    let from = mock.asked().len();
    read(&mock, &["acme/two"], &mut kept).await.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert_eq!(
        mock.asked().len() - from,
        1,
        "its other lists are not asked for"
    );
}

#[tokio::test]
async fn a_short_wait_is_waited_and_a_long_one_ends_the_reading() {
    let limited = |wait: &str| says(429, "Retry later").header("retry-after", wait);
    let mock = mock();
    mock.once(
        "GET",
        "acme%2Ftwo/merge_requests?",
        Mischief::Instead(limited("1")),
    );
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings, []);
    assert_eq!(of_two(&kept, "mr/"), 15);

    let mock = self::mock();
    mock.always(
        "GET",
        "acme%2Ftwo/merge_requests?",
        Mischief::Instead(limited("3600")),
    );
    let (result, kept) = reading(&mock).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(error.to_string().contains("until 20"), "{error}");
    assert!(
        kept.cursors.contains_key("acme/one known"),
        "what was read is kept"
    );
}

#[tokio::test]
async fn an_allowance_is_left_a_reserve_and_reading_goes_on_later() {
    let mock = mock();
    let reset = now().micros() / 1_000_000 + 600;
    let plain = mock.state().headers.clone();
    for (name, value) in [("limit", 500), ("remaining", 9), ("reset", reset)] {
        let header = (format!("ratelimit-{name}"), value.to_string());
        mock.state().headers.push(header);
    }
    let (result, mut kept) = reading(&mock).await;
    result.unwrap();
    assert!(
        kept.told().contains("used up but for a reserve"),
        "{}",
        kept.told()
    );
    assert!(kept.told().contains("500 requests"), "{}", kept.told());
    assert!(mock.asked().len() <= 6, "what was under way, and no more");
    mock.state().headers = plain;
    kept.findings.clear();
    read(&mock, &BOTH, &mut kept).await.unwrap();
    assert_eq!(kept.findings, []);
    assert_eq!(of_two(&kept, "mr/"), 15);
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again_and_then_left_out() {
    let mock = mock();
    for _ in 0..2 {
        mock.once(
            "GET",
            "acme%2Ftwo/deployments?",
            Mischief::Instead(Answer::new(502)),
        );
    }
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings, []);
    assert_eq!(of_two(&kept, "deployment/"), 9);

    let mock = self::mock();
    mock.always(
        "GET",
        "acme%2Ftwo/deployments?",
        Mischief::Instead(Answer::new(500)),
    );
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(kept.told().contains("500"), "{}", kept.told());
    assert_eq!(
        (of_two(&kept, "deployment/"), of_two(&kept, "mr/")),
        (0, 15)
    );
    assert_eq!(
        mock.count("GET", "acme%2Ftwo/deployments?"),
        4,
        "asked once, and again three times"
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    let mock = mock();
    mock.once("GET", "acme%2Ftwo/merge_requests?", Mischief::DoneThenCut);
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings, []);
    assert_eq!(of_two(&kept, "mr/"), 15);
}

#[tokio::test]
async fn answers_that_cannot_be_read_are_named_and_the_rest_goes_on() {
    let mock = mock();
    let mut cut = Answer::new(200).header("content-type", "application/json");
    r#"[{"id": 1, "sha": "#.clone_into(&mut cut.body);
    mock.always("GET", "acme%2Ftwo/pipelines?", Mischief::Instead(cut));
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(
        kept.told().contains("acme/two: pipelines"),
        "{}",
        kept.told()
    );
    assert_eq!(of_two(&kept, "mr/"), 15);

    let mock = self::mock();
    mock.state().list("acme/two", "/merge_requests")[1]["created_at"] = json!(7);
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    for wanted in ["acme/two: merge requests", "item 2", "`created_at`"] {
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
    }
    assert_eq!(of_two(&kept, "mr/"), 10, "the other two requests are read");
}

#[tokio::test]
async fn unknown_words_are_kept_and_told_once_each() {
    let mock = mock();
    {
        let mut world = mock.state();
        for id in 1..=3 {
            world.one("acme/one", &format!("/pipelines/{id}"))["status"] = json!("exploded");
        }
        world.item("acme/two", "/deployments", 1)["status"] = json!("melting");
    }
    let (result, kept) = reading(&mock).await;
    result.unwrap();
    assert_eq!(kept.findings.len(), 2, "{}", kept.told());
    for wanted in [
        "\"exploded\"",
        "\"melting\"",
        "pipeline.status",
        "deployment.status",
    ] {
        assert!(kept.told().contains(wanted), "{wanted} in {}", kept.told());
    }
    let ends = kept.events.values().filter_map(|event| match &event.kind {
        Kind::Run(run) if event.source.ends_with("one") && event.id.starts_with("pipeline/") => {
            run.outcome
        }
        _ => None,
    });
    assert!(ends.eq([Outcome::Other; 3]));
    let id = (
        "gitlab:127.0.0.1/acme/two".to_owned(),
        "deployment/1/melting".to_owned(),
    );
    let Kind::Other(kind) = &kept.events[&id].kind else {
        panic!("{:?}", kept.events[&id]);
    };
    assert!(kind.contains("melting"));
}

#[tokio::test]
async fn an_empty_project_is_nothing_to_tell() {
    let mut world = World::new(now());
    world.project(1, "acme/one");
    world
        .lists
        .retain(|path, _| !path.ends_with("/repository/commits"));
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    assert_eq!(kept.findings, []);
    assert!(kept.events.is_empty());
}

#[tokio::test]
async fn a_project_that_was_empty_is_read_once_it_has_a_branch_and_on_when_that_is_another() {
    let mut world = World::new(now());
    world.project(1, "acme/one");
    world.one("acme/one", "")["default_branch"] = json!(null);
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    assert!(kept.events.is_empty());
    for branch in ["master", "main"] {
        mock.state().one("acme/one", "")["default_branch"] = json!(branch);
        let commit = commit(&sha(branch, 1), &ago(now(), 1), &[]);
        {
            let mut world = mock.state();
            let commits = world.list("acme/one", "/repository/commits");
            commits.insert(0, commit);
        }
        read(&mock, &["acme/one"], &mut kept).await.unwrap();
        kept.event(&format!("branch/{branch}/{}", sha(branch, 1)));
        kept.event(&format!("commit/{}", sha(branch, 1)));
    }
    // The same commits by another name.
    mock.state().one("acme/one", "")["default_branch"] = json!("trunk");
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    kept.event(&format!("branch/trunk/{}", sha("main", 1)));
    assert_eq!(kept.findings, []);
}

#[tokio::test]
async fn what_is_asked_to_wait_asks_nothing_until_then() {
    let mock = mock();
    let slow = Answer::new(429).header("retry-after", "3600");
    mock.always("GET", "/projects", Mischief::Instead(slow));
    let source = connector(&mock.url(), &BOTH);
    let mut kept = Kept::default();
    let first = source.read(kept.reading(now()), &mut kept).await;
    let (first, asked) = (first.unwrap_err(), mock.asked().len());
    assert!(first.to_string().contains("asked to wait until"), "{first}");
    let again = source.read(kept.reading(now()), &mut kept).await;
    assert_eq!(again.unwrap_err().to_string(), first.to_string());
    assert_eq!(mock.asked().len(), asked);
}
