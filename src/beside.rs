//! Two things at a time, where there is so much to do that a second thread pays.

use std::panic::resume_unwind;
use std::thread;

/// Does both; `other` on a thread of its own where there is much, and where the system gives one. Else `own` comes first.
pub fn beside<A: Send, B>(
    is_much: bool,
    other: impl Fn() -> A + Sync,
    own: impl FnOnce() -> B,
) -> (A, B) {
    thread::scope(|scope| {
        let begin = is_much.then(thread::Builder::new);
        let doing = begin.and_then(|begin| begin.spawn_scoped(scope, &other).ok());
        let own = own();
        let other = match doing {
            Some(doing) => doing.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => other(),
        };
        (other, own)
    })
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread::current;

    use super::*;

    #[test]
    fn both_are_done_and_the_other_elsewhere_only_where_there_is_much() {
        for is_much in [false, true] {
            let (other, own) = beside(is_much, || current().id(), || current().id());
            assert_eq!(own, current().id());
            assert_eq!(other != own, is_much);
        }
    }

    #[test]
    fn a_panic_of_the_other_is_one_of_both() {
        for is_much in [false, true] {
            let both = || beside(is_much, || panic!("broken"), || 1);
            let Err(panic) = catch_unwind(AssertUnwindSafe(both));
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"broken"));
        }
    }
}
