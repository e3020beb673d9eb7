//! Reading: to the end of every list, on from wherever it was stopped, and at the smallest price when nothing is new.

use leadtime::connector::Connector;
use leadtime::event::kind::{ChangePhase, Kind, Outcome, Phase, ReviewState, TicketPhase};
use serde_json::json;

use super::{asked, connector, now, read};
use crate::support::gitlab::{World, ago, below, commit, pipeline, request, sha, start, user};
use crate::support::kept::Kept;

const SHOP: &str = "acme/pay/shop";

fn one(steps: i64, apart: i64) -> World {
    let mut world = World::new(now());
    world.generate(1, SHOP, steps, (now(), apart));
    world
}

#[tokio::test]
async fn a_first_reading_pages_every_list_to_its_end_and_asks_for_nothing_twice() {
    for numbered in [false, true] {
        let mut world = one(230, 1);
        world.generate(2, "acme/two", 3, (now(), 1));
        world.numbered = numbered;
        let mock = start(world);
        let mut kept = Kept::default();
        read(&mock, &[SHOP, "acme/two"], &mut kept).await.unwrap();
        assert_eq!(kept.findings, [], "{}", kept.told());
        assert_eq!(kept.differing, []);
        let count = |part: &str, end: &str| {
            let ids = kept.ids();
            let fits = |id: &&&str| id.starts_with(part) && id.contains(end);
            ids.iter().filter(fits).count()
        };
        assert_eq!(count("mr/", "/merged"), 233);
        assert_eq!(count("mr/", "/commits/"), 233);
        assert_eq!(count("mr/", "/note/"), 466, "an approval and a word each");
        assert_eq!(count("mr/", "/approval/"), 0, "the notes told of them");
        assert_eq!(count("pipeline/", "/finished/"), 233);
        assert_eq!(count("job/", "/finished"), 466);
        assert_eq!(count("deployment/", "/finished/"), 233);
        assert_eq!(count("commit/", ""), 466, "heads and merges, once each");
        assert_eq!(count("release/", ""), 23);
        assert_eq!(count("tag/", ""), 23);
        assert_eq!(count("branch/main/", ""), 2);
        let mut paths = asked(&mock, 0);
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), all, "nothing was asked for twice");
        assert!(!kept.cursors.keys().any(|key| key.contains(" todo ")));
        assert!(!kept.cursors.values().any(|row| row.contains("\"query\"")));
        let last = kept.progress.last().unwrap();
        assert_eq!(Some(last.done), last.total);
    }
}

#[tokio::test]
async fn the_newest_is_told_first() {
    let mock = start(one(130, 1));
    let mut kept = Kept {
        killed_after: Some(20),
        ..Kept::default()
    };
    read(&mock, &[SHOP], &mut kept).await.unwrap_err();
    let changed = |iid: i64| kept.ids().contains(&format!("mr/{iid}/merged").as_str());
    assert!(changed(130) && !changed(1), "{:?}", kept.ids());
}

#[tokio::test]
async fn a_reading_that_is_killed_at_any_batch_goes_on_without_loss() {
    let mock = start(one(102, 1));
    let mut whole = Kept::default();
    read(&mock, &[SHOP], &mut whole).await.unwrap();
    for killed_after in (3..whole.batches).step_by(67) {
        let mut kept = Kept {
            killed_after: Some(killed_after),
            ..Kept::default()
        };
        read(&mock, &[SHOP], &mut kept).await.unwrap_err();
        kept.killed_after = None;
        let from = mock.asked().len();
        read(&mock, &[SHOP], &mut kept).await.unwrap();
        assert_eq!(kept.ids(), whole.ids(), "killed after {killed_after}");
        assert_eq!(kept.events, whole.events);
        assert_eq!(kept.differing, []);
        let left = whole.batches - killed_after;
        let requests = asked(&mock, from).len();
        assert!(requests <= left * 3 + 40, "{requests} requests for {left}");
    }
}

#[tokio::test]
async fn what_is_quiet_costs_one_conditional_request_a_list_and_one_for_itself() {
    let mock = start(one(12, 2));
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    // The first question for what changed since the newest still brings that one along; it is known.
    let events = kept.events.len();
    let from = mock.asked().len();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    assert_eq!(asked(&mock, from).len(), 10, "{:?}", asked(&mock, from));
    let (from, batches, before) = (mock.asked().len(), kept.batches, mock.state().unchanged);
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    assert_eq!(asked(&mock, from).len(), 10);
    assert_eq!(mock.state().unchanged - before, 10, "all of them 304");
    assert_eq!(kept.batches, batches, "nothing new is nothing to keep");
    assert_eq!(kept.events.len(), events);
    assert_eq!(kept.differing, []);
}

#[tokio::test]
async fn what_changed_is_read_and_nothing_else() {
    let mock = start(one(20, 2));
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let at = ago(now(), 0);
    {
        let mut world = mock.state();
        let mut fresh = request(21, &at);
        fresh["state"] = json!("opened");
        for gone in ["merged_at", "merge_commit_sha"] {
            fresh[gone] = json!(null);
        }
        fresh["author"] = user("renovate-bot");
        world.list(SHOP, "/merge_requests").insert(0, fresh);
        let head = commit(&sha("head", 21), &at, &[]);
        world.list(SHOP, "/merge_requests/21/commits").push(head);
        world.list(SHOP, "/merge_requests/21/notes");
    }
    let from = mock.asked().len();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let details: Vec<String> = asked(&mock, from).split_off(10);
    assert!(
        details
            .iter()
            .all(|path| path.contains("/merge_requests/21/")),
        "{details:?}"
    );
    assert_eq!(details.len(), 3, "notes, approvals, commits");
    let Kind::Change(opened) = &kept.event("mr/21/opened").kind else {
        panic!()
    };
    assert!(opened.bot);
    assert_eq!(opened.change, "!21");
    assert_eq!(opened.repository.as_deref(), Some(SHOP));
    assert_eq!(opened.tickets, ["PAY-21", "acme/pay/shop#1021"]);
    let Kind::Change(held) = &kept
        .event(&format!("mr/21/commits/{}", sha("head", 21)))
        .kind
    else {
        panic!()
    };
    assert_eq!(held.commits, [sha("head", 21)]);
    assert_eq!(
        kept.findings,
        [],
        "approvals that are not shown are no fault"
    );
}

#[tokio::test]
async fn a_request_that_is_opened_again_is_open() {
    let mock = start(one(20, 2));
    let mut kept = Kept::default();
    let mut fresh = request(21, &ago(now(), 2));
    for gone in ["merged_at", "merge_commit_sha"] {
        fresh[gone] = json!(null);
    }
    let again = ago(now(), 0);
    for (state, at) in [("closed", ago(now(), 1)), ("opened", again.clone())] {
        let mut one = fresh.clone();
        one["state"] = json!(state);
        one["updated_at"] = json!(at);
        one["closed_at"] = match state {
            "closed" => json!(at),
            _ => json!(null),
        };
        {
            let mut world = mock.state();
            let list = world.list(SHOP, "/merge_requests");
            list.retain(|other| other["iid"] != 21);
            list.insert(0, one);
            for of_it in ["commits", "notes"] {
                world.list(SHOP, &format!("/merge_requests/21/{of_it}"));
            }
        }
        read(&mock, &[SHOP], &mut kept).await.unwrap();
    }
    let again = kept.event(&format!("mr/21/reopened/{again}"));
    assert!(matches!(&again.kind, Kind::Change(change) if change.phase == ChangePhase::Created));
}

#[tokio::test]
async fn more_news_than_a_page_is_read_to_where_the_last_reading_ended() {
    let mock = start(one(30, 20));
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    {
        let mut world = mock.state();
        for iid in 31..=280 {
            let seconds = now().micros() / 1_000_000 - 60 * (281 - iid);
            let at = leadtime::event::time::Timestamp::from_seconds(seconds).to_string();
            world
                .list(SHOP, "/merge_requests")
                .insert(0, request(iid, &at));
            world.list(SHOP, &format!("/merge_requests/{iid}/notes"));
            world.list(SHOP, &format!("/merge_requests/{iid}/commits"));
        }
    }
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let ids = kept.ids();
    let merged = ids.iter().filter(|id| id.ends_with("/merged")).count();
    assert_eq!(merged, 280);
    assert_eq!(kept.findings, []);
}

#[tokio::test]
async fn what_is_older_than_wanted_is_not_read() {
    let mut world = one(200, 24);
    // The list of releases and tags cannot be asked for what is new.
    world.list(SHOP, "/repository/tags").clear();
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let ids = kept.ids();
    let count = |end: &str| ids.iter().filter(|id| id.ends_with(end)).count();
    assert_eq!(
        count("/merged"),
        89,
        "a step a day, and less than ninety days"
    );
    assert_eq!(
        ids.iter().filter(|id| id.starts_with("release/")).count(),
        9
    );
}

#[tokio::test]
async fn reviews_say_what_was_meant() {
    let mut world = one(1, 2);
    let at = ago(now(), 2);
    let note = |id: i64, body: &str, by: &str, system: bool| json!({"id": id, "body": body, "author": user(by), "system": system, "created_at": at});
    *world.list(SHOP, "/merge_requests/1/notes") = vec![
        note(1, "requested changes", "ada", true),
        note(2, "unapproved this merge request", "ada", true),
        note(3, "Done.", "jane", false),
        note(4, "assigned to @li", "ada", true),
        note(5, "Nice", "project_3_bot_1", false),
    ];
    *world.one(SHOP, "/merge_requests/1/approvals") =
        json!({"approved_by": [{"user": user("li"), "approved_at": at}]});
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let told: Vec<(String, Option<ReviewState>, String, bool)> = kept
        .events
        .values()
        .filter_map(|event| match &event.kind {
            Kind::Change(change) if change.phase == ChangePhase::Reviewed => Some((
                event.id.clone(),
                change.state,
                change.reviewer.clone().unwrap(),
                change.bot,
            )),
            _ => None,
        })
        .collect();
    let row = |id: &str, state, who: &str, bot| (id.to_owned(), Some(state), who.to_owned(), bot);
    assert_eq!(
        told,
        [
            row("mr/1/approval/li", ReviewState::Approved, "li", false),
            row("mr/1/note/1", ReviewState::ChangesRequested, "ada", false),
            row("mr/1/note/2", ReviewState::Other, "ada", false),
            row(
                "mr/1/note/5",
                ReviewState::Commented,
                "project_3_bot_1",
                true
            ),
        ],
        "the author's own words are no review"
    );
}

#[tokio::test]
async fn a_pipeline_is_watched_until_it_ends_and_its_children_are_followed() {
    let mut world = one(1, 2);
    let at = ago(now(), 1);
    world.pipeline(SHOP, pipeline(50, "running", &sha("merge", 1), &at));
    world.list(SHOP, "/pipelines/50/bridges").push(json!({
        "id": 5050, "name": "child", "stage": "build", "status": "running", "created_at": at, "started_at": at,
        "downstream_pipeline": {"id": 51, "project_id": 1, "status": "running"},
    }));
    world.pipeline(SHOP, pipeline(51, "running", &sha("merge", 1), &at));
    // No list holds the pipelines that another one has started.
    world
        .list(SHOP, "/pipelines")
        .retain(|known| known["id"] != 51);
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    for id in [
        "pipeline/50/started",
        "pipeline/51/started",
        "job/5050/started",
    ] {
        kept.event(id);
    }
    let key = |id: i64| format!("{SHOP} todo pipeline {id}");
    assert!(kept.cursors.contains_key(&key(50)) && kept.cursors.contains_key(&key(51)));
    for (id, status) in [(50, "success"), (51, "failed")] {
        let mut ended = pipeline(id, status, &sha("merge", 1), &at);
        ended["finished_at"] = json!(ago(now(), 0));
        *mock.state().one(SHOP, &format!("/pipelines/{id}")) = ended;
    }
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let ended = |id: i64| {
        let start = format!("pipeline/{id}/finished/");
        let mut events = kept.events.values();
        let event = events.find(|event| event.id.starts_with(&start)).unwrap();
        match &event.kind {
            Kind::Run(run) => run.outcome,
            _ => None,
        }
    };
    assert_eq!(ended(50), Some(Outcome::Success));
    assert_eq!(ended(51), Some(Outcome::Failure));
    assert!(!kept.cursors.keys().any(|key| key.contains(" todo ")));
}

#[tokio::test]
async fn jobs_are_named_with_their_stage_and_queued_when_they_were_asked_for() {
    let mock = start(one(1, 2));
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let Kind::Run(queued) = &kept.event("job/100/queued").kind else {
        panic!()
    };
    assert_eq!(queued.name.as_deref(), Some("test / unit"));
    assert_eq!(queued.run, "job/100");
    assert_eq!(queued.sha, Some(sha("merge", 1)));
    let Kind::Deployment(live) = &kept.event("deployment/1/finished/success").kind else {
        panic!()
    };
    assert_eq!(
        (live.phase, live.outcome),
        (Phase::Finished, Some(Outcome::Success))
    );
    assert_eq!(live.pipeline.as_deref(), Some("pipeline/1"));
    assert_eq!(live.environment.as_deref(), Some("production"));
    assert!(live.started.is_some());
}

#[tokio::test]
async fn incidents_and_labelled_issues_are_told_and_others_are_not() {
    let mut world = one(0, 1);
    let (opened, closed) = (ago(now(), 5), ago(now(), 2));
    let issue = |iid: i64, kind: &str, labels: &[&str], closed: Option<&str>| json!({"iid": iid, "title": "T", "state": if closed.is_some() {"closed"} else {"opened"}, "issue_type": kind, "labels": labels, "severity": "HIGH", "created_at": opened, "updated_at": closed.unwrap_or(&opened), "closed_at": closed, "web_url": "https://x"});
    *world.list(SHOP, "/issues") = vec![
        issue(1, "incident", &["environment::production"], Some(&closed)),
        issue(2, "issue", &["bug"], Some(&closed)),
        issue(3, "issue", &[], None),
        issue(4, "incident", &["service::till"], None),
    ];
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    let Kind::Incident(resolved) = &kept.event(&format!("incident/1/resolved/{closed}")).kind
    else {
        panic!()
    };
    assert_eq!(resolved.incident, "acme/pay/shop#1");
    assert_eq!(resolved.service.as_deref(), Some("shop"));
    assert_eq!(resolved.environment.as_deref(), Some("production"));
    assert_eq!(resolved.severity.as_deref(), Some("high"));
    let Kind::Incident(open) = &kept.event("incident/4/reported").kind else {
        panic!()
    };
    assert_eq!(open.service.as_deref(), Some("till"));
    let Kind::Ticket(ticket) = &kept.event(&format!("issue/2/closed/{closed}")).kind else {
        panic!()
    };
    assert_eq!(
        (ticket.ticket.as_str(), ticket.phase),
        ("acme/pay/shop#2", TicketPhase::Closed)
    );
    assert!(!kept.ids().iter().any(|id| id.starts_with("issue/3")));
}

#[tokio::test]
async fn patterns_list_groups_at_any_depth_or_a_user_and_leave_out_what_they_say() {
    let mut world = World::new(now());
    let mut rows = Vec::new();
    for (id, path) in [
        (1, "acme/api"),
        (2, "acme/pay/shop"),
        (3, "acme/attic/old"),
        (4, "jane/dots"),
    ] {
        world.generate(id, path, 1, (now(), 2));
        rows.push(world.one(path, "").clone());
    }
    rows[0]["archived"] = json!(true);
    world
        .lists
        .insert("/users/jane/projects".to_owned(), vec![rows.pop().unwrap()]);
    world.lists.insert("/groups/acme/projects".to_owned(), rows);
    let mock = start(world);
    let mut kept = Kept::default();
    let patterns = ["acme/**", "!acme/attic/*", "jane/d*"];
    read(&mock, &patterns, &mut kept).await.unwrap();
    let mut sources: Vec<&str> = kept
        .events
        .keys()
        .map(|(source, _)| source.as_str())
        .collect();
    sources.dedup();
    let wanted = ["acme/api", "acme/pay/shop", "jane/dots"];
    assert_eq!(
        sources,
        wanted.map(|path| format!("gitlab:127.0.0.1/{path}"))
    );
    let first = asked(&mock, 0);
    let listing = first
        .iter()
        .find(|path| path.starts_with("/groups/acme/"))
        .unwrap();
    assert!(listing.contains("include_subgroups=true"), "{listing}");
    assert!(listing.contains("pagination=keyset"), "{listing}");
    assert_eq!(kept.findings.len(), 1, "{}", kept.told());
    assert!(kept.told().contains("acme/api: is archived"));
    kept.findings.clear();
    let from = mock.asked().len();
    read(&mock, &patterns, &mut kept).await.unwrap();
    assert!(
        !asked(&mock, from)
            .iter()
            .any(|path| path.starts_with("/groups/jane"))
    );
    assert_eq!(kept.findings, [], "what was told once is not told again");
}

#[tokio::test]
async fn a_project_that_was_renamed_is_followed_and_told() {
    let mut world = one(2, 2);
    world.generate(1, "acme/new", 2, (now(), 2));
    let mock = start(world);
    let mut kept = Kept::default();
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    mock.state()
        .moved
        .insert(below(SHOP, ""), below("acme/new", ""));
    read(&mock, &[SHOP], &mut kept).await.unwrap();
    assert!(
        kept.told().contains("is now called acme/new"),
        "{}",
        kept.told()
    );
    let of = |path: &str| {
        let source = format!("gitlab:127.0.0.1/{path}");
        kept.events
            .keys()
            .filter(|(from, _)| *from == source)
            .count()
    };
    assert_eq!(of("acme/new"), of(SHOP));
    assert!(
        !kept
            .cursors
            .keys()
            .any(|key| key.starts_with(&format!("{SHOP} list")))
    );
}

#[tokio::test]
async fn check_tells_whose_token_what_it_may_and_what_is_seen() {
    let mut world = one(3, 2);
    world.ones.insert(
        "/personal_access_tokens/self".to_owned(),
        json!({"scopes": ["read_api"], "expires_at": "2031-01-01"}),
    );
    let reset = now().micros() / 1_000_000 + 60;
    for (name, value) in [("limit", 2000), ("remaining", 1900), ("reset", reset)] {
        let header = (format!("ratelimit-{name}"), value.to_string());
        world.headers.push(header);
    }
    let mock = start(world);
    let health = connector(&mock.url(), &[SHOP, "acme/gone"])
        .check(now())
        .await
        .unwrap();
    let facts = health.facts.join("\n");
    for wanted in [
        "belongs to reader",
        "scopes: read_api",
        "expires 2031-01-01",
        "1 project is visible",
        "of 2000 requests are left",
        "from deployments",
    ] {
        assert!(facts.contains(wanted), "{wanted} in {facts}");
    }
    let texts: Vec<&str> = health
        .findings
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("it can read and not act"), "{texts:?}");
    assert!(texts[1].contains("not found"), "{texts:?}");
}
