//! Every deed against every mischief: what `send` and `ask` say, and how often GitHub was told to do it.

use std::time::Duration;

use leadtime::connector::github::GitHub;
use leadtime::plan::request::{Request, Sent, Standing};
use serde_json::json;

use super::hub::Hub;
use super::{CANARY, CASES, Case, actor, connector, is_clean, request};
use crate::support::wild::{Answer, Mischief, Wild};

/// What is said of a deed, and afterwards.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Done,
    Refused,
    Doubtful,
}

#[derive(Debug, PartialEq, Eq)]
enum Then {
    Open,
    Done,
    Moved,
    Unknown,
}

/// A GitHub, who speaks with it, and the request for a case.
async fn ready(case: Case) -> (Wild<Hub>, GitHub, Request) {
    let wild = Hub::default().serve();
    let github = connector(&wild, None);
    let request = request(&wild, &github, &case.order()).await;
    (wild, github, request)
}

/// Sends a request once and asks after it.
async fn tried(github: &GitHub, request: &Request) -> (Said, Then) {
    let sent = actor(github).send(request).await;
    is_clean(&format!("{sent:?}"));
    let said = match &sent {
        Sent::Done(receipt) => {
            assert!(!receipt.text.is_empty(), "{request:?}");
            Said::Done
        }
        Sent::Refused(text) => {
            assert!(text.len() > 10, "{text:?}");
            Said::Refused
        }
        Sent::Doubtful(_) => Said::Doubtful,
    };
    (said, asked(github, request).await)
}

async fn asked(github: &GitHub, request: &Request) -> Then {
    let standing = actor(github).ask(request).await;
    is_clean(&format!("{standing:?}"));
    match standing {
        Standing::Open => Then::Open,
        Standing::Done(_) => Then::Done,
        Standing::Moved(_) => Then::Moved,
        Standing::Unknown(_) => Then::Unknown,
    }
}

/// The deed that was sent was sent so often, and done so often.
fn counted(wild: &Wild<Hub>, case: Case, sent: usize, done: usize) {
    let deeds = wild.deeds();
    assert_eq!(
        (deeds.len(), wild.state().done.len()),
        (sent, done),
        "{case:?}: {deeds:?}"
    );
    for deed in deeds {
        assert_eq!(
            deed.header("authorization"),
            Some(format!("Bearer {CANARY}").as_str())
        );
        assert!(!deed.body.contains(CANARY));
    }
}

#[tokio::test]
async fn what_is_done_is_known_to_be_done() {
    for case in CASES {
        let (wild, github, request) = ready(case).await;
        assert_eq!(asked(&github, &request).await, Then::Open, "{case:?}");
        assert_eq!(
            tried(&github, &request).await,
            (Said::Done, Then::Done),
            "{case:?}"
        );
        counted(&wild, case, 1, 1);
    }
}

#[tokio::test]
async fn what_is_refused_is_not_done() {
    for case in CASES {
        let (wild, github, request) = ready(case).await;
        let statuses = [301, 307, 400, 401, 403, 404, 405, 409, 422, 429];
        for status in statuses {
            let body = json!({"message": "No\u{1b}[31m", "errors": ["because"]});
            let answer = Answer::json(status, &body).header("location", "/elsewhere");
            wild.once(&request.method, "", Mischief::Instead(answer));
            let (said, then) = tried(&github, &request).await;
            assert_eq!(
                (said, then),
                (Said::Refused, Then::Open),
                "{case:?} {status}"
            );
        }
        counted(&wild, case, statuses.len(), 0);
        assert_eq!(
            wild.count("GET", "/elsewhere") + wild.count("POST", "/elsewhere"),
            0
        );
        wild.once(&request.method, "", Mischief::Instead(Answer::new(500)));
        assert_eq!(
            tried(&github, &request).await,
            (Said::Doubtful, Then::Open),
            "{case:?}"
        );
        counted(&wild, case, statuses.len() + 1, 0);
    }
}

#[tokio::test]
async fn what_is_lost_after_it_was_done_is_doubtful_sent_once_and_found_again() {
    let lost = [
        Mischief::DoneThen(Answer::new(500)),
        Mischief::DoneThen(Answer::new(502)),
        Mischief::DoneThen(Answer::new(504)),
        Mischief::DoneThen(Answer::new(408)),
        Mischief::DoneThenCut,
        Mischief::DoneThenGone,
    ];
    for case in CASES {
        for mischief in &lost {
            let (wild, github, request) = ready(case).await;
            wild.once(&request.method, "", mischief.clone());
            let outcome = tried(&github, &request).await;
            assert_eq!(
                outcome,
                (Said::Doubtful, Then::Done),
                "{case:?} {mischief:?}"
            );
            counted(&wild, case, 1, 1);
        }
    }
}

#[tokio::test]
async fn who_waits_too_long_for_an_answer_does_not_send_again() {
    for case in [Case::Approve, Case::Retry, Case::Dispatch, Case::Merge] {
        let (wild, github, request) = ready(case).await;
        wild.once(&request.method, "", Mischief::DoneThenSilent);
        let impatient = connector(&wild, Some(Duration::from_millis(900)));
        let sent = actor(&impatient).send(&request).await;
        assert!(matches!(sent, Sent::Doubtful(_)), "{case:?} {sent:?}");
        assert_eq!(asked(&github, &request).await, Then::Done, "{case:?}");
        counted(&wild, case, 1, 1);
    }
}

#[tokio::test]
async fn what_never_left_is_not_done() {
    for case in [Case::Approve, Case::Dispatch] {
        let (wild, _, request) = ready(case).await;
        wild.refuse();
        let github = connector(&wild, None);
        let sent = actor(&github).send(&request).await;
        assert!(
            matches!(&sent, Sent::Refused(text) if text.starts_with("not sent")),
            "{sent:?}"
        );
        counted(&wild, case, 0, 0);
    }
}

#[tokio::test]
async fn what_somebody_else_did_is_not_taken_for_ours() {
    for case in CASES {
        let (wild, github, request) = ready(case).await;
        case.overtaken(&mut wild.state());
        let dispatches = matches!(
            case,
            Case::Dispatch | Case::DispatchKeyed | Case::RollBackByDispatch
        );
        let wanted = if dispatches { Then::Open } else { Then::Moved };
        assert_eq!(asked(&github, &request).await, wanted, "{case:?}");
        counted(&wild, case, 0, 0);
    }
}

#[tokio::test]
async fn a_token_that_was_taken_away_leaves_the_question_open() {
    for case in CASES {
        let (wild, github, request) = ready(case).await;
        for status in [401, 404] {
            wild.always("GET", "", Mischief::Instead(Answer::new(status)));
            assert_eq!(
                asked(&github, &request).await,
                Then::Unknown,
                "{case:?} {status}"
            );
            wild.behave();
        }
    }
}

#[tokio::test]
async fn a_kept_request_goes_nowhere_but_to_its_source() {
    let (wild, _, request) = ready(Case::Approve).await;
    let other = Hub::default().serve();
    let github = connector(&other, None);
    let sent = actor(&github).send(&request).await;
    assert!(matches!(sent, Sent::Refused(_)), "{sent:?}");
    assert_eq!(wild.deeds().len() + other.deeds().len(), 0);
}
