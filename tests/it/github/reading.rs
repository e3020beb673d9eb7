//! Reading: to the end of every list, on from wherever it was stopped, and at the smallest price when nothing is new.

use leadtime::connector::Connector;
use leadtime::event::kind::{ChangePhase, Decision, GatePhase, Kind, Outcome, Phase};
use serde_json::json;

use super::{connector, now, read};
use crate::support::github::world::{ago, commit, job, pull, run, sha, user};
use crate::support::github::{Asked, Fault, GitHubMock, Repo, World};
use crate::support::kept::Kept;

const LISTS: [&str; 8] = [
    "pulls",
    "actions/runs",
    "deployments",
    "environments",
    "commits",
    "releases",
    "tags",
    "issues",
];

fn is_list(asked: &Asked) -> bool {
    let path = asked.path.split('?').next().unwrap();
    let rest: Vec<&str> = path.splitn(5, '/').collect();
    rest.len() == 5 && LISTS.contains(&rest[4])
}

fn is_later_page(asked: &Asked) -> bool {
    is_list(asked) && asked.path.contains("&page=")
}

#[tokio::test]
async fn a_first_reading_pages_every_list_to_its_end_and_shows_the_newest_of_each_first() {
    let repos = ["acme/one", "acme/two"].map(|name| Repo::generate(name, 230, now(), 1));
    let mock = GitHubMock::start(World::new(now(), repos.to_vec())).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one", "acme/two"], &mut kept)
        .await
        .unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
    for host in ["acme/one", "acme/two"] {
        let source = format!("github:127.0.0.1/{host}");
        let count = |wanted: &str| {
            let of = kept
                .events
                .keys()
                .filter(|(from, id)| *from == source && id.starts_with(wanted));
            of.count()
        };
        // opened, merged, review and commits of each request
        assert_eq!(count("pull/"), 4 * 230);
        // head and merge commit of each step
        assert_eq!(count("commit/"), 2 * 230);
        assert_eq!(count("run/"), 3 * 230);
        assert_eq!(count("job/"), 3 * 230);
        assert_eq!(count("deployment/"), 3 * 230);
        assert_eq!(count("release/"), 23);
        assert_eq!(count("tag/"), 23);
    }
    let asked = mock.asked();
    let first_later = asked.iter().position(is_later_page).unwrap();
    let firsts = asked[..first_later]
        .iter()
        .filter(|asked| is_list(asked))
        .count();
    assert_eq!(
        firsts, 16,
        "the first page of every list before the second of any"
    );
    let mut paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
    paths.sort_unstable();
    let before = paths.len();
    paths.dedup();
    assert_eq!(before, paths.len(), "nothing was asked for twice");
    let last = kept.progress.last().unwrap();
    assert_eq!(Some(last.done), last.total);
    assert!(
        kept.progress
            .iter()
            .any(|progress| Some(progress.done) < progress.total)
    );
    assert!(
        !kept.cursors.keys().any(|key| key.contains(" todo ")),
        "nothing is left to do"
    );
}

#[tokio::test]
async fn a_reading_that_is_killed_at_any_batch_goes_on_without_loss() {
    let world = || World::new(now(), vec![Repo::generate("acme/one", 105, now(), 1)]);
    let mock = GitHubMock::start(world()).await;
    let mut whole = Kept::default();
    read(&mock, &["acme/one"], &mut whole).await.unwrap();
    let requests = mock.asked().len();
    for killed_after in (0..whole.batches).step_by(7) {
        let mut kept = Kept {
            killed_after: Some(killed_after),
            ..Kept::default()
        };
        read(&mock, &["acme/one"], &mut kept).await.unwrap_err();
        kept.killed_after = None;
        read(&mock, &["acme/one"], &mut kept).await.unwrap();
        assert_eq!(kept.ids(), whole.ids(), "killed after {killed_after}");
        assert_eq!(kept.events, whole.events);
        assert_eq!(kept.differing, []);
        // Only what was under way, and the first pages, are asked for again.
        let again = mock.asked().len() - requests;
        assert!(again <= 40, "{again} requests more than in one go");
    }
}

#[tokio::test]
async fn two_hundred_quiet_repositories_cost_one_conditional_request_a_list() {
    let names: Vec<String> = (0..200)
        .map(|number| format!("acme/repo-{number}"))
        .collect();
    let repos = names.iter().map(|name| Repo::generate(name, 1, now(), 5));
    let mut world = World::new(now(), repos.collect());
    world.organizations.push("acme".to_owned());
    let mock = GitHubMock::start(world).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/*"], &mut kept).await.unwrap();
    let events = kept.events.len();
    let first = mock.asked();
    assert!(first.iter().all(|asked| asked.status == 200));
    let batches = kept.batches;
    read(&mock, &["acme/*"], &mut kept).await.unwrap();
    let asked = mock.asked();
    assert!(
        asked
            .iter()
            .all(|asked| asked.conditional && asked.status == 304)
    );
    let listings = asked
        .iter()
        .filter(|asked| asked.path.starts_with("/orgs/acme/repos"))
        .count();
    assert_eq!(listings, 3, "two full pages, and none after them");
    assert_eq!(asked.len() - listings, 200 * LISTS.len());
    assert_eq!(kept.events.len(), events);
    assert_eq!(kept.batches, batches, "nothing new is nothing to keep");
}

#[tokio::test]
async fn what_changed_is_read_and_nothing_else() {
    let mock = GitHubMock::start(World::new(
        now(),
        vec![Repo::generate("acme/one", 20, now(), 2)],
    ))
    .await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    mock.asked();
    {
        let mut world = mock.world();
        let repo = world.repo("acme/one");
        let at = ago(now(), 0);
        let mut fresh = pull(21, &at, &sha("head", 21), &sha("merge", 21));
        fresh["state"] = json!("open");
        fresh["merged_at"] = json!(null);
        fresh["closed_at"] = json!(null);
        fresh["user"] = user("renovate[bot]");
        repo.pulls.insert(0, fresh);
        repo.pull_commits
            .insert(21, vec![commit(&sha("head", 21), &at, &[])]);
    }
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let changed: Vec<String> = mock
        .asked()
        .into_iter()
        .filter(|asked| asked.status == 200)
        .map(|asked| asked.path)
        .collect();
    let details: Vec<&String> = changed
        .iter()
        .filter(|path| path.contains("/pulls/"))
        .collect();
    assert!(
        details
            .iter()
            .all(|path| path.contains("/pulls/21/") || path.contains("/pulls/20/")),
        "{changed:?}"
    );
    assert_eq!(
        changed.len() - details.len(),
        1,
        "only the list of requests: {changed:?}"
    );
    let Kind::Change(opened) = &kept.event("pull/21/opened").kind else {
        panic!()
    };
    assert!(opened.bot);
    assert_eq!(opened.tickets, ["PAY-21", "acme/one#1021"]);
    let Kind::Change(commits) = &kept
        .event(&format!("pull/21/commits/{}", sha("head", 21)))
        .kind
    else {
        panic!()
    };
    assert_eq!(commits.commits, [sha("head", 21)]);
}

/// Something that happens in a repository: a request is opened.
fn open_a_request(mock: &GitHubMock, number: i64) {
    let mut world = mock.world();
    let at = ago(now(), 0);
    let mut fresh = pull(number, &at, &sha("head", number), &sha("merge", number));
    fresh["state"] = json!("open");
    fresh["merged_at"] = json!(null);
    fresh["closed_at"] = json!(null);
    world.repo("acme/one").pulls.insert(0, fresh);
}

#[tokio::test]
async fn what_changes_behind_the_first_page_is_found_in_its_turn_where_there_is_news() {
    let mut repo = Repo::generate("acme/one", 250, now(), 1);
    let commit = |number: i64| json!({"sha": sha("merge", number)});
    let tags =
        (1..=120).map(|number| json!({"name": format!("a{number}"), "commit": commit(number)}));
    repo.tags.extend(tags);
    let mock = GitHubMock::start(World::new(now(), vec![repo])).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let again = {
        let mut world = mock.world();
        let repo = world.repo("acme/one");
        repo.tags.push(json!({"name": "zz", "commit": commit(7)}));
        let id = repo.runs[220]["id"].as_i64().unwrap();
        let first = repo.runs[220].clone();
        repo.attempts.insert((id, 1), first);
        repo.runs[220]["run_attempt"] = json!(2);
        repo.runs[220]["updated_at"] = json!(ago(now(), 0));
        id
    };
    mock.asked();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let asked = mock.asked();
    let quiet = asked.iter().all(|asked| asked.status == 304);
    // And whether it is still called so.
    assert!(quiet && asked.len() == LISTS.len() + 1, "{asked:?}");

    let tag = format!("tag/zz/{}", sha("merge", 7));
    let finished = format!("run/{again}/2/finished");
    let has = |kept: &Kept, wanted: &str| kept.ids().contains(&wanted);
    assert!(!has(&kept, &tag) && !has(&kept, &finished));
    let mut turns = Vec::new();
    for number in [251, 252] {
        open_a_request(&mock, number);
        read(&mock, &["acme/one"], &mut kept).await.unwrap();
        let later = mock.asked().into_iter().filter(is_later_page);
        turns.push(later.map(|asked| asked.path).collect::<Vec<_>>());
        assert!(has(&kept, &tag), "a tag of the second page");
        assert_eq!(has(&kept, &finished), number == 252, "a run of the third");
    }
    let pages = |paths: &[String]| -> Vec<String> {
        let parts = paths
            .iter()
            .map(|path| path.replace("/repos/acme/one/", ""));
        let parts = parts.filter_map(|path| {
            let (list, page) = (
                path.split_once('?')?.0.to_owned(),
                path.rsplit_once('=')?.1.to_owned(),
            );
            Some(format!("{list} {page}"))
        });
        // The lists are read side by side: who comes first is chance.
        let mut parts: Vec<String> = parts.collect();
        parts.sort();
        parts
    };
    assert_eq!(pages(&turns[0]), ["actions/runs 2", "tags 2"]);
    assert_eq!(pages(&turns[1]), ["actions/runs 3", "tags 2"]);
    assert_eq!(kept.findings, [], "{}", kept.told());
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    assert!(mock.asked().iter().all(|asked| asked.status == 304));
}

#[tokio::test]
async fn more_news_than_a_page_is_read_to_where_the_last_reading_ended() {
    let mock = GitHubMock::start(World::new(
        now(),
        vec![Repo::generate("acme/one", 30, now(), 20)],
    ))
    .await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    {
        let mut world = mock.world();
        let more = Repo::generate("acme/one", 260, now(), 1);
        let old = std::mem::take(world.repo("acme/one"));
        let repo = world
            .repos
            .iter_mut()
            .find(|repo| repo.full_name.is_empty())
            .unwrap();
        *repo = old;
        for (index, mut pull) in more.pulls.into_iter().take(250).enumerate() {
            let number = 1000 - i64::try_from(index).unwrap();
            // All of them after the first reading's newest.
            let at = (now()
                - leadtime::event::time::Span::from_seconds(60 * i64::try_from(index).unwrap()))
            .to_string();
            for key in ["created_at", "updated_at", "closed_at", "merged_at"] {
                pull[key] = json!(at);
            }
            pull["number"] = json!(number);
            repo.pulls.insert(index, pull);
        }
    }
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let merged = kept
        .ids()
        .iter()
        .filter(|id| id.ends_with("/merged"))
        .count();
    assert_eq!(merged, 30 + 250);
    assert!(kept.cursors["acme/one list pulls"].contains("\"walk\":null"));
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, from opening to decision")]
async fn a_gate_opens_with_its_approvers_and_closes_with_the_one_who_decided() {
    let mut repo = Repo::generate("acme/one", 1, now(), 48);
    let at = ago(now(), 3);
    repo.runs
        .insert(0, run(50, "waiting", None, &sha("merge", 1), &at));
    let mut held = job(50, "waiting", None, &sha("merge", 1), &at);
    held["name"] = json!("deploy production");
    held["started_at"] = json!(null);
    repo.jobs.insert(50, vec![held.clone()]);
    let reviewers = json!([{"type": "User", "reviewer": user("ada")}, {"type": "Team", "reviewer": {"slug": "ops"}}]);
    repo.pending.insert(50, vec![json!({"environment": {"id": 2, "name": "production"}, "wait_timer": 0, "wait_timer_started_at": null, "current_user_can_approve": true, "reviewers": reviewers})]);
    let mock = GitHubMock::start(World::new(now(), vec![repo])).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let opened = kept.event("gate/50/production/created");
    assert_eq!(opened.at.to_string(), at);
    let Kind::Gate(gate) = &opened.kind else {
        panic!()
    };
    assert_eq!(gate.approvers, ["ada", "@ops"]);
    assert_eq!(gate.may_decide, Some(true));
    assert_eq!(gate.environment.as_deref(), Some("production"));
    assert_eq!(gate.sha, Some(sha("merge", 1)));

    mock.asked();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let watched = mock.asked();
    assert!(
        watched
            .iter()
            .filter(|asked| asked.path.contains("/runs/50"))
            .count()
            >= 2,
        "a run in flight is watched"
    );
    assert_eq!(
        kept.ids()
            .iter()
            .filter(|id| id.starts_with("gate/"))
            .count(),
        1
    );

    let decided = ago(now(), 1);
    {
        let mut world = mock.world();
        let repo = world.repo("acme/one");
        repo.runs[0] = run(50, "completed", Some("success"), &sha("merge", 1), &at);
        repo.runs[0]["updated_at"] = json!(ago(now(), 0));
        held["status"] = json!("completed");
        held["conclusion"] = json!("success");
        held["started_at"] = json!(decided);
        held["completed_at"] = json!(ago(now(), 0));
        repo.jobs.insert(50, vec![held]);
        repo.pending.clear();
        repo.approvals.insert(50, vec![json!({"state": "approved", "comment": "Ship it!", "environments": [{"name": "production"}], "user": user("ada")})]);
    }
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let closed = kept.event("gate/50/production/closed");
    assert_eq!(closed.at.to_string(), decided, "when the held job went on");
    let Kind::Gate(gate) = &closed.kind else {
        panic!()
    };
    assert_eq!(
        (gate.phase, gate.decision),
        (GatePhase::Closed, Some(Decision::Approved))
    );
    assert_eq!(gate.responder.as_deref(), Some("ada"));
    assert_eq!(gate.comment.as_deref(), Some("Ship it!"));
    assert_eq!(kept.findings, []);
    assert!(!kept.cursors.keys().any(|key| key.contains(" todo run 50")));
}

#[tokio::test]
async fn a_deployment_is_watched_until_it_is_final() {
    let mut repo = Repo::generate("acme/one", 1, now(), 2);
    let first = repo.statuses.get_mut(&1).unwrap().remove(0);
    let mock = GitHubMock::start(World::new(now(), vec![repo])).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    assert!(kept.cursors.contains_key("acme/one todo deployment 1"));
    mock.world()
        .repo("acme/one")
        .statuses
        .get_mut(&1)
        .unwrap()
        .insert(0, first);
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let Kind::Deployment(fact) = &kept.event("deployment/1/status/3").kind else {
        panic!()
    };
    assert_eq!(
        (fact.phase, fact.outcome),
        (Phase::Finished, Some(Outcome::Success))
    );
    assert_eq!(fact.pipeline.as_deref(), Some("1"));
    assert!(fact.started.is_some());
    assert!(!kept.cursors.contains_key("acme/one todo deployment 1"));
}

#[tokio::test]
async fn a_run_that_was_run_again_tells_of_all_its_attempts() {
    let now = now();
    let mut repo = Repo::generate("acme/one", 1, now, 30);
    repo.attempts.insert(
        (1, 1),
        run(
            1,
            "completed",
            Some("failure"),
            &sha("merge", 1),
            &ago(now, 30),
        ),
    );
    repo.runs[0]["run_attempt"] = json!(2);
    repo.runs[0]["run_started_at"] = json!(ago(now, 29));
    repo.runs[0]["updated_at"] = json!(ago(now, 28));
    let mock = GitHubMock::start(World::new(now, vec![repo])).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let outcome = |id: &str| match &kept.event(id).kind {
        Kind::Run(run) => run.outcome,
        _ => None,
    };
    assert_eq!(outcome("run/1/1/finished"), Some(Outcome::Failure));
    assert_eq!(outcome("run/1/2/finished"), Some(Outcome::Success));
    assert_eq!(kept.event("run/1/2/queued").at.to_string(), ago(now, 29));
}

#[tokio::test]
async fn patterns_list_an_organization_or_a_user_and_leave_out_what_they_say() {
    let names = ["acme/api", "acme/attic-old", "jane/dotfiles"];
    let repos = names.map(|name| Repo::generate(name, 1, now(), 2));
    let mut world = World::new(now(), repos.to_vec());
    world.organizations.push("acme".to_owned());
    world.repo("acme/api").archived = true;
    let mock = GitHubMock::start(world).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/*", "!acme/attic-*", "jane/dot*"], &mut kept)
        .await
        .unwrap();
    let mut sources: Vec<&str> = kept
        .events
        .keys()
        .map(|(source, _)| source.as_str())
        .collect();
    sources.dedup();
    assert_eq!(
        sources,
        [
            "github:127.0.0.1/acme/api",
            "github:127.0.0.1/jane/dotfiles"
        ]
    );
    assert!(
        kept.told().contains("acme/api: is archived"),
        "{}",
        kept.told()
    );
    mock.asked();
    kept.findings.clear();
    read(&mock, &["acme/*", "!acme/attic-*", "jane/dot*"], &mut kept)
        .await
        .unwrap();
    assert!(mock.asked().iter().all(|asked| asked.status == 304));
    assert_eq!(kept.findings, [], "what was told once is not told again");
}

#[tokio::test]
async fn what_is_older_than_wanted_is_not_read() {
    let mock = GitHubMock::start(World::new(
        now(),
        vec![Repo::generate("acme/one", 300, now(), 24)],
    ))
    .await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let merged = kept
        .ids()
        .iter()
        .filter(|id| id.ends_with("/merged"))
        .count();
    assert_eq!(merged, 89, "a step a day, and less than ninety days");
    assert!(
        !mock
            .asked()
            .iter()
            .any(|asked| asked.path.contains("/pulls?") && asked.path.contains("&page="))
    );
}

#[tokio::test]
async fn a_request_that_is_closed_unmerged_is_abandoned() {
    let mut repo = Repo::generate("acme/one", 1, now(), 2);
    repo.pulls[0]["merged_at"] = json!(null);
    let at = repo.pulls[0]["closed_at"].as_str().unwrap().to_owned();
    let mock = GitHubMock::start(World::new(now(), vec![repo])).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let Kind::Change(change) = &kept.event(&format!("pull/1/closed/{at}")).kind else {
        panic!()
    };
    assert_eq!(change.phase, ChangePhase::Abandoned);
    assert_eq!(
        change.sha, None,
        "the merge commit of a request that was not merged is GitHub's own test merge"
    );
}

#[tokio::test]
async fn check_tells_whose_token_what_is_left_and_what_is_seen() {
    let mut world = World::new(now(), vec![Repo::generate("acme/one", 3, now(), 2)]);
    world.limit = Some(crate::support::github::world::Limit {
        whole: 5000,
        remaining: 4000,
        reset: now().micros() / 1_000_000 + 600,
    });
    let mock = GitHubMock::start(world).await;
    let health = connector(&mock.url(), &["acme/one", "acme/gone"])
        .check(now())
        .await
        .unwrap();
    let facts = health.facts.join("\n");
    assert!(facts.contains("belongs to octo-reader"), "{facts}");
    assert!(facts.contains("1 repository is visible"), "{facts}");
    assert!(facts.contains("of 5000 requests are left"), "{facts}");
    assert!(facts.contains("3 deployments"), "{facts}");
    assert_eq!(health.findings.len(), 1);
    assert!(
        health.findings[0].text.contains("not found"),
        "{:?}",
        health.findings
    );
}

#[tokio::test]
async fn issues_are_incidents_and_tickets_by_their_labels_and_types() {
    let mut repo = Repo::generate("acme/one", 2, now(), 1);
    let issue = |number: i64, labels: &[&str], state: &str| {
        let labels: Vec<_> = labels.iter().map(|name| json!({"name": name})).collect();
        json!({"number": number, "title": format!("Issue {number}"), "state": state, "labels": labels,
            "html_url": format!("https://github.com/acme/one/issues/{number}"),
            "created_at": ago(now(), 9), "updated_at": ago(now(), number),
            "closed_at": if state == "closed" { json!(ago(now(), 2)) } else { json!(null) }})
    };
    let mut pull = issue(1, &["incident"], "open");
    pull["pull_request"] = json!({"url": "x"});
    let mut typed = issue(6, &[], "open");
    typed["type"] = json!({"name": "Feature"});
    repo.issues = vec![
        pull,
        issue(
            2,
            &["incident", "service:pay", "environment/production"],
            "closed",
        ),
        issue(3, &["web", "bug"], "closed"),
        issue(4, &[], "open"),
        issue(5, &["kind/incident"], "pondered"),
        typed,
    ];
    repo.pulls[0]["body"] = json!("Fixes #3");
    let mock = GitHubMock::start(World::new(now(), vec![repo])).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    let short = |id: &str| id.split('/').take(3).collect::<Vec<_>>().join("/");
    let mut lines: Vec<String> = kept
        .events
        .values()
        .filter_map(|event| match &event.kind {
            Kind::Ticket(fact) => Some(format!(
                "{} {:?} {}",
                short(&event.id),
                fact.phase,
                fact.ticket
            )),
            Kind::Incident(fact) => Some(format!(
                "{} {:?} {} of {:?} in {:?}",
                short(&event.id),
                fact.phase,
                fact.incident,
                fact.service,
                fact.environment
            )),
            _ => None,
        })
        .collect();
    lines.sort();
    insta::assert_snapshot!("issues", lines.join("\n"));
    let named = kept.events.values().any(|event| {
        matches!(&event.kind, Kind::Change(fact) if fact.tickets.contains(&"acme/one#3".to_owned()))
    });
    assert!(named, "a request names its issue with its repository");
    assert!(kept.told().contains("\"pondered\""), "{}", kept.told());
}

#[tokio::test]
async fn issues_that_are_switched_off_are_none() {
    let repo = Repo::generate("acme/one", 2, now(), 1);
    let mut world = World::new(now(), vec![repo]);
    world.faults.push(Fault::new("/issues", 410));
    let mock = GitHubMock::start(world).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/one"], &mut kept).await.unwrap();
    assert_eq!(kept.findings, [], "{}", kept.told());
}
