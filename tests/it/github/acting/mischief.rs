//! Every deed against every mischief: what `send` and `ask` say, and how often GitHub was told to do it.

use leadtime::connector::github::GitHub;
use leadtime::plan::request::{Request, Standing};

use super::hub::Hub;
use super::{CANARY, CASES, Case, actor, connector, is_clean, request};
use crate::support::wild::{Answer, Mischief, Wild};

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
