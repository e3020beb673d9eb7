//! From what GitLab answers to events: pure, no network and no clock. The identity of an event is made of GitLab's own ids, so that the same fact, read twice
//! or by another way, is one event. A word that is not known becomes `Other`, and is told.

pub mod change;
pub mod commit;
pub mod deployment;
pub mod gate;
pub mod issue;
pub mod pipeline;

use crate::connector::gitlab::wire::User;
use crate::connector::origin::Origin;
use crate::event::time::Timestamp;

/// A project of a host, when it is read.
#[must_use]
pub fn origin(host: &str, project: &str, now: Timestamp) -> Origin {
    Origin::new(&format!("gitlab:{host}"), project, now)
}

/// What stands before the project in the source of every event of a host.
#[must_use]
pub fn before(host: &str) -> String {
    format!("gitlab:{host}/")
}

pub(super) fn login(user: Option<&User>) -> Option<String> {
    user?.username.clone().filter(|login| !login.is_empty())
}

/// GitLab's own bots are named `project_7_bot_…` and `group_7_bot_…`; others say so in their name.
fn is_bot(user: Option<&User>) -> bool {
    user.is_some_and(|user| {
        let name = user.username.as_deref().unwrap_or_default();
        user.bot == Some(true)
            || name.ends_with("[bot]")
            || name.ends_with("-bot")
            || name.ends_with("_bot")
            || ["project_", "group_"].iter().any(|start| {
                name.strip_prefix(start).is_some_and(|rest| {
                    rest.trim_start_matches(|c: char| c.is_ascii_digit())
                        .starts_with("_bot")
                })
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bots_are_known_by_their_names() {
        let bot = |name: &str| {
            is_bot(Some(&User {
                username: Some(name.to_owned()),
                ..User::default()
            }))
        };
        assert!(bot("project_6_bot"));
        assert!(bot("group_12_bot_ab12"));
        assert!(bot("renovate-bot"));
        assert!(!bot("jane"));
        assert!(!bot("project_manager"));
    }
}
