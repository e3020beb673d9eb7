//! Runs that are held: by one gate after another of the same environment, in one attempt after another, by jobs of any name, and before they begin at all.

use leadtime::event::kind::{Decision, Gate, Kind, Outcome};
use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use super::{now, read};
use crate::support::github::world::{ago, job, run, sha, user};
use crate::support::github::{GitHubMock, Repo, World};
use crate::support::kept::Kept;

const ONE: &str = "acme/one";

/// A run that is told as it goes on.
struct Story {
    mock: GitHubMock,
    kept: Kept,
    now: Timestamp,
}

impl Story {
    async fn begin() -> Self {
        let now = now();
        let mut repo = Repo::generate(ONE, 1, now, 480);
        repo.runs
            .insert(0, run(50, "waiting", None, &sha("merge", 1), &ago(now, 90)));
        let mock = GitHubMock::start(World::new(now, vec![repo])).await;
        let kept = Kept::default();
        Self { mock, kept, now }
    }

    /// How the run is, so many hours ago.
    fn run(&self, status: &str, conclusion: Option<&str>, hours: i64) {
        let mut world = self.mock.world();
        let run = &mut world.repo(ONE).runs[0];
        run["status"] = json!(status);
        run["conclusion"] = json!(conclusion);
        run["updated_at"] = json!(ago(self.now, hours));
    }

    fn attempt(&self, number: i64) {
        let mut world = self.mock.world();
        let repo = world.repo(ONE);
        let before = repo.runs[0].clone();
        repo.attempts.insert((50, number - 1), before);
        repo.runs[0]["run_attempt"] = json!(number);
    }

    /// A job, asked for and begun so many hours ago; told anew where it was told.
    fn job(
        &self,
        id: i64,
        name: &str,
        (status, conclusion): (&str, Option<&str>),
        hours: [i64; 2],
    ) {
        let mut world = self.mock.world();
        let repo = world.repo(ONE);
        let attempt = repo.runs[0]["run_attempt"].clone();
        let mut told = job(
            50,
            status,
            conclusion,
            &sha("merge", 1),
            &ago(self.now, hours[0]),
        );
        told["id"] = json!(id);
        told["name"] = json!(name);
        told["run_attempt"] = attempt;
        told["started_at"] = json!(ago(self.now, hours[1]));
        let jobs = repo.jobs.entry(50).or_default();
        jobs.retain(|job| job["id"] != id);
        jobs.push(told);
    }

    fn pending(&self, is_pending: bool) {
        let reviewers = json!([{"type": "User", "reviewer": user("ada")}]);
        let pending = json!({"environment": {"id": 2, "name": "prod"}, "wait_timer": 0, "wait_timer_started_at": null, "current_user_can_approve": true, "reviewers": reviewers});
        let pending = if is_pending { vec![pending] } else { vec![] };
        self.mock.world().repo(ONE).pending.insert(50, pending);
    }

    fn answer(&self, state: &str, who: &str, place: usize) {
        let mut world = self.mock.world();
        let answers = world.repo(ONE).approvals.entry(50).or_default();
        let answer = json!({"state": state, "comment": who, "environments": [{"name": "prod"}], "user": user(who)});
        answers.insert(place.min(answers.len()), answer);
    }

    async fn read(&mut self) {
        read(&self.mock, &[ONE], &mut self.kept).await.unwrap();
        assert_eq!(self.kept.findings, [], "{}", self.kept.told());
    }

    fn gates(&self) -> Vec<&str> {
        let ids = self.kept.ids().into_iter();
        ids.filter(|id| id.starts_with("gate/")).collect()
    }

    fn gate(&self, id: &str) -> (String, Gate<String>) {
        let event = self.kept.event(id);
        let Kind::Gate(gate) = &event.kind else {
            panic!("{event:?}")
        };
        (event.at.to_string(), gate.clone())
    }
}

const HELD: (&str, Option<&str>) = ("waiting", None);
const DONE: (&str, Option<&str>) = ("completed", Some("success"));
const STOPPED: (&str, Option<&str>) = ("completed", Some("cancelled"));

#[tokio::test]
async fn a_second_gate_of_an_environment_in_one_run_is_another_one() {
    for newest_first in [false, true] {
        let mut story = Story::begin().await;
        let place = |_: &Story| if newest_first { 0 } else { 9 };
        story.job(1, "prod-eu", HELD, [80, 80]);
        story.pending(true);
        story.read().await;
        assert_eq!(story.gates(), ["gate/50/prod/created"]);
        // Between two readings it is approved, and the next one waits.
        story.answer("approved", "ada", 0);
        story.job(1, "prod-eu", DONE, [80, 60]);
        story.job(2, "prod-us", HELD, [50, 50]);
        story.run("waiting", None, 50);
        story.read().await;
        let (at, closed) = story.gate("gate/50/prod/closed");
        assert_eq!(
            (at, closed.responder.as_deref()),
            (ago(story.now, 60), Some("ada"))
        );
        let (at, open) = story.gate("gate/50.1.2/prod/created");
        assert_eq!((at, open.may_decide), (ago(story.now, 50), Some(true)));
        assert_eq!(story.gates().len(), 3);
        story.answer("approved", "eve", place(&story));
        story.job(2, "prod-us", DONE, [50, 20]);
        story.pending(false);
        story.run("completed", Some("success"), 10);
        story.read().await;
        let (at, closed) = story.gate("gate/50.1.2/prod/closed");
        assert_eq!(
            (at, closed.responder.as_deref()),
            (ago(story.now, 20), Some("eve"))
        );
        assert_eq!(story.gates().len(), 4);
        if !newest_first {
            // Read from the beginning it is the same.
            let mut anew = Kept::default();
            read(&story.mock, &[ONE], &mut anew).await.unwrap();
            for id in ["gate/50/prod/closed", "gate/50.1.2/prod/closed"] {
                assert_eq!(anew.event(id), story.kept.event(id));
            }
        }
    }
}

#[tokio::test]
async fn what_was_approved_and_waits_on_is_no_second_gate() {
    let mut story = Story::begin().await;
    story.job(1, "prod", HELD, [80, 80]);
    story.pending(true);
    story.read().await;
    story.answer("approved", "ada", 0);
    story.run("waiting", None, 70);
    story.read().await;
    assert_eq!(story.gates(), ["gate/50/prod/created"]);
}

#[tokio::test]
async fn a_decision_of_an_earlier_attempt_is_none_of_a_later_one() {
    for name in ["deploy", "prod"] {
        let mut story = Story::begin().await;
        story.job(1, "build product", DONE, [85, 84]);
        story.job(2, name, HELD, [80, 80]);
        story.pending(true);
        story.read().await;
        let (at, _) = story.gate("gate/50/prod/created");
        assert_eq!(at, ago(story.now, 80), "not the job whose name begins so");
        story.answer("approved", "ada", 0);
        story.job(2, name, DONE, [80, 60]);
        story.pending(false);
        story.run("completed", Some("failure"), 50);
        story.read().await;
        assert_eq!(story.gate("gate/50/prod/closed").0, ago(story.now, 60));
        story.attempt(2);
        story.run("waiting", None, 40);
        story.job(3, "build product", DONE, [45, 44]);
        story.job(4, name, HELD, [40, 40]);
        story.pending(true);
        story.read().await;
        assert_eq!(story.gate("gate/50.2/prod/created").0, ago(story.now, 40));
        assert_eq!(story.gates().len(), 3, "{:?}", story.gates());
        story.job(4, name, STOPPED, [40, 40]);
        story.pending(false);
        story.run("completed", Some("cancelled"), 30);
        story.read().await;
        let (_, closed) = story.gate("gate/50.2/prod/closed");
        assert_eq!(
            (closed.decision, closed.responder),
            (Some(Decision::Cancelled), None)
        );
        // Who was asked is no longer said once it is decided.
        let mut differing = story.kept.differing.iter();
        assert!(differing.all(|(one, again)| one.at == again.at));
    }
}

#[tokio::test]
async fn a_run_that_must_be_allowed_is_queued_and_ends_when_it_ends() {
    let mut story = Story::begin().await;
    story.run("completed", Some("action_required"), 80);
    story.read().await;
    let of_run = |story: &Story| -> Vec<String> {
        let ids = story.kept.ids().into_iter();
        let ids = ids.filter(|id| id.starts_with("run/50/"));
        ids.map(str::to_owned).collect()
    };
    assert_eq!(of_run(&story), ["run/50/1/queued"]);
    story.run("in_progress", None, 60);
    story.read().await;
    story.run("completed", Some("failure"), 50);
    story.read().await;
    assert_eq!(of_run(&story).len(), 3);
    let Kind::Run(ended) = &story.kept.event("run/50/1/finished").kind else {
        panic!()
    };
    assert_eq!(ended.outcome, Some(Outcome::Failure));
}

#[tokio::test]
async fn a_repository_after_a_full_page_is_found_though_that_page_is_what_it_was() {
    let repos = (0..100).map(|number| Repo::empty(&format!("acme/repo-{number:03}")));
    let mut world = World::new(now(), repos.collect());
    world.organizations.push("acme".to_owned());
    let mock = GitHubMock::start(world).await;
    let mut kept = Kept::default();
    read(&mock, &["acme/*"], &mut kept).await.unwrap();
    let listed = |kept: &Kept| -> Value {
        let row = &kept.cursors["acme/ listed 1"];
        serde_json::from_str(row).unwrap()
    };
    assert_eq!(listed(&kept)["more"], json!(false));
    mock.world().repos.push(Repo::empty("acme/zzz"));
    read(&mock, &["acme/*"], &mut kept).await.unwrap();
    let asked = mock.asked();
    assert!(asked.iter().any(|one| one.path.contains("/acme/zzz/")));
}
