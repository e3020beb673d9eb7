//! Requests that are opened again: a host tells how a request stands now, and not that it was closed before. Those that were seen closed without being merged are
//! remembered, so that one of them that is open is told to be open again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// So many are remembered for a repository, the newest by their numbers.
const REMEMBERED: usize = 1000;

/// The numbers of requests that were seen closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Closed(BTreeSet<i64>);

impl Closed {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request is open again; `stands` says whether it is open now, or closed without being merged (`None`: neither).
    pub fn is_again(&mut self, number: i64, stands: Option<bool>) -> bool {
        if stands == Some(false) {
            self.0.insert(number);
            if self.0.len() > REMEMBERED {
                self.0.pop_first();
            }
            return false;
        }
        self.0.remove(&number) && stands == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_closed_and_is_open_is_open_again_once() {
        let mut closed = Closed::default();
        assert!(!closed.is_again(7, Some(true)), "it was open all the time");
        assert!(!closed.is_again(7, Some(false)));
        assert!(closed.is_again(7, Some(true)));
        assert!(!closed.is_again(7, Some(true)));
        assert!(!closed.is_again(7, Some(false)));
        assert!(!closed.is_again(7, None), "it was merged after all");
        assert!(closed.is_empty());
        for number in 0..=1000 {
            closed.is_again(number, Some(false));
        }
        assert!(!closed.is_again(0, Some(true)), "forgotten");
        assert!(closed.is_again(1, Some(true)));
    }
}
