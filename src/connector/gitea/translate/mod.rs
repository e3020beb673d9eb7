//! From what Gitea answers to events: pure, no network and no clock. The identity of an event is made of Gitea's own ids, so that the same fact, read twice, is
//! one event. A word that is not known becomes `Other`, and is told.

pub mod change;
pub mod commit;
pub mod issue;
pub mod run;

/// A text that says something.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Gitea's own program, and those that say so in their names.
fn is_bot(login: Option<&String>) -> bool {
    login.is_some_and(|login| {
        login == "gitea-actions"
            || login == "forgejo-actions"
            || login.ends_with("-bot")
            || login.ends_with("[bot]")
    })
}
