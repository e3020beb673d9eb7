//! How a deed stands where it is hard to tell: clocks that differ, two at once, an app's token, a thing that moved on.

use leadtime::connector::github::GitHub;
use leadtime::event::time::Span;
use leadtime::plan::request::{Sent, Standing};
use serde_json::json;

use super::hub::{FAILED, Hub, WAITING};
use super::{Case, actor, connector, request};
use crate::support::wild::{Mischief, Wild};

async fn standing(github: &GitHub, request: &leadtime::plan::request::Request) -> Standing {
    actor(github).ask(request).await
}

fn text(standing: &Standing) -> &str {
    match standing {
        Standing::Open => "",
        Standing::Done(receipt) => &receipt.text,
        Standing::Moved(text) | Standing::Unknown(text) => text,
    }
}

fn serve(change: impl FnOnce(&mut Hub)) -> (Wild<Hub>, GitHub) {
    let mut hub = Hub::default();
    change(&mut hub);
    let wild = hub.serve();
    let github = connector(&wild, None);
    (wild, github)
}

#[tokio::test]
async fn clocks_that_differ_hide_nothing_and_invent_nothing() {
    for ahead in [-600, -30, 30, 600] {
        let (wild, github) = serve(|hub| hub.ahead = Span::from_seconds(ahead));
        // Somebody with the same login did the same, shortly before.
        let body = json!({"ref": "main", "inputs": {}});
        wild.state().dispatch(&body, "jane");
        let before = super::hub::ago(8 - ahead);
        wild.state().runs[0]["created_at"] = json!(before);
        let request = request(&wild, &github, &Case::Dispatch.order()).await;
        assert_eq!(standing(&github, &request).await, Standing::Open, "{ahead}");
        wild.once("POST", "", Mischief::DoneThenGone);
        let sent = actor(&github).send(&request).await;
        assert!(matches!(sent, Sent::Doubtful(_)), "{sent:?}");
        let found = standing(&github, &request).await;
        assert!(matches!(found, Standing::Done(_)), "{ahead}: {found:?}");
    }
}

#[tokio::test]
async fn two_runs_of_one_person_are_told_apart_by_the_key_or_not_at_all() {
    for (case, known) in [(Case::Dispatch, false), (Case::DispatchKeyed, true)] {
        let (wild, github) = serve(|_| ());
        let request = request(&wild, &github, &case.order()).await;
        let sent = actor(&github).send(&request).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
        let body = json!({"ref": "main", "inputs": {}});
        wild.state().dispatch(&body, "jane");
        let found = standing(&github, &request).await;
        assert_eq!(matches!(found, Standing::Done(_)), known, "{found:?}");
        if !known {
            assert!(text(&found).contains("run-name"), "{found:?}");
        }
    }
}

#[tokio::test]
async fn a_run_on_another_branch_is_not_ours() {
    let (wild, github) = serve(|_| ());
    let request = request(&wild, &github, &Case::Dispatch.order()).await;
    let body = json!({"ref": "feature", "inputs": {}});
    wild.state().dispatch(&body, "jane");
    assert_eq!(standing(&github, &request).await, Standing::Open);
}

#[tokio::test]
async fn an_app_is_told_that_it_cannot_be_known() {
    for case in [Case::Retry, Case::Dispatch, Case::Merge] {
        let (wild, github) = serve(|hub| hub.me = None);
        let request = request(&wild, &github, &case.order()).await;
        let sent = actor(&github).send(&request).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
        let found = standing(&github, &request).await;
        assert!(matches!(found, Standing::Unknown(_)), "{case:?}: {found:?}");
        assert!(text(&found).contains("of an app"), "{found:?}");
    }
    // What bears the key is known all the same.
    for case in [Case::Approve, Case::DispatchKeyed, Case::Deploy] {
        let (wild, github) = serve(|hub| hub.me = None);
        let request = request(&wild, &github, &case.order()).await;
        let sent = actor(&github).send(&request).await;
        assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
        let found = standing(&github, &request).await;
        assert!(matches!(found, Standing::Done(_)), "{case:?}: {found:?}");
    }
}

#[tokio::test]
async fn our_own_hand_in_the_browser_is_not_leadtimes_decision() {
    let (wild, github) = serve(|_| ());
    let request = request(&wild, &github, &Case::Approve.order()).await;
    let body = json!({"environment_ids": [7], "state": "approved", "comment": "by hand"});
    wild.state().decide(&body, "jane");
    let found = standing(&github, &request).await;
    assert_eq!(
        found,
        Standing::Moved("jane approved production".to_owned())
    );
}

#[tokio::test]
async fn what_moved_on_is_told() {
    let (wild, github) = serve(|_| ());
    let gate = request(&wild, &github, &Case::Approve.order()).await;
    let retry = request(&wild, &github, &Case::Retry.order()).await;
    let merge = request(&wild, &github, &Case::Merge.order()).await;
    wild.state().pending.clear();
    let found = standing(&github, &gate).await;
    assert!(text(&found).contains("no longer waits"), "{found:?}");
    assert!(matches!(found, Standing::Unknown(_)), "{found:?}");
    wild.state().run(WAITING).unwrap()["conclusion"] = json!("cancelled");
    let found = standing(&github, &gate).await;
    assert!(matches!(found, Standing::Moved(_)), "{found:?}");
    // Twice by us: one of them is not leadtime's.
    drop(wild.state().again(FAILED, "jane"));
    drop(wild.state().again(FAILED, "jane"));
    let found = standing(&github, &retry).await;
    assert!(matches!(found, Standing::Moved(_)), "{found:?}");
    wild.state().pull["head"]["sha"] = json!("b".repeat(40));
    let found = standing(&github, &merge).await;
    assert_eq!(text(&found), "#12 has new commits: it is at bbbbbbb");
    let sent = actor(&github).send(&merge).await;
    assert!(
        matches!(&sent, Sent::Refused(why) if why.contains("Head branch was modified")),
        "{sent:?}"
    );
    wild.state().pull["state"] = json!("closed");
    let found = standing(&github, &merge).await;
    assert_eq!(text(&found), "#12 is closed");
}

#[tokio::test]
async fn what_was_kept_and_cannot_be_read_is_told() {
    let (wild, github) = serve(|_| ());
    let mut request = request(&wild, &github, &Case::Approve.order()).await;
    request.probe = json!({"family": "of old"});
    let found = standing(&github, &request).await;
    assert!(matches!(found, Standing::Unknown(_)), "{found:?}");
}
