//! When a commit was written, and when it was made: one answer for all who tell of commits, since the clone and the host of a repository tell of the same ones.
//! The clock of whoever made it may have been wrong: nobody writes a commit after it was made, or makes one after it was read, and what is dated later than
//! it was read would be left out of every answer.

use crate::event::time::Timestamp;

/// When a commit was written and made, as far as that can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub at: Timestamp,
    /// When it was made, where that is another time: a rebase makes a commit anew, and leaves its author's date.
    pub committed: Option<Timestamp>,
}

impl Written {
    /// By the dates of its author and its committer; `now`: when it is read.
    #[must_use]
    pub fn by(authored: Timestamp, committed: Timestamp, now: Timestamp) -> Self {
        let committed = committed.min(now);
        let at = authored.min(committed);
        Self {
            at,
            committed: (committed != at).then_some(committed),
        }
    }

    /// The same where a date may be missing; `None`: both are.
    #[must_use]
    pub fn read(
        authored: Option<Timestamp>,
        committed: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Self> {
        let authored = authored.or(committed)?;
        Some(Self::by(authored, committed.unwrap_or(authored), now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_written_before_it_is_made_and_made_before_it_is_read() {
        let at = |seconds| Some(Timestamp::from_seconds(seconds));
        let now = Timestamp::from_seconds(100);
        let told = |authored, committed| {
            let found = Written::read(authored, committed, now)?;
            Some((Some(found.at), found.committed))
        };
        assert_eq!(told(at(10), at(20)), Some((at(10), at(20))), "rebased");
        assert_eq!(told(at(10), at(10)), Some((at(10), None)));
        assert_eq!(told(at(20), at(10)), Some((at(10), None)), "a fast clock");
        assert_eq!(told(at(300), at(200)), Some((at(100), None)), "both fast");
        assert_eq!(told(at(10), at(200)), Some((at(10), at(100))));
        assert_eq!(told(at(300), None), Some((at(100), None)));
        assert_eq!(told(None, at(20)), Some((at(20), None)));
        assert_eq!(told(None, None), None);
    }
}
