//! What was shown, until no page has it any more. To take a large answer apart takes as long as to draw several frames, and whoever has the last hold of one
//! does: never the one who draws.

use std::any::Any;
use std::sync::Arc;

type Anything = Arc<dyn Any + Send + Sync>;

#[derive(Default)]
pub(super) struct Shown(Vec<Anything>);

impl Shown {
    /// Holds what is shown, or was.
    pub(super) fn hold(&mut self, one: Anything) {
        self.0.push(one);
    }

    /// Lets go of what nobody else holds.
    pub(super) fn let_go(&mut self) {
        self.0.retain(|one| Arc::strong_count(one) > 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_holds_is_held() {
        let (one, two) = (Arc::new(String::from("one")), Arc::new(2));
        let mut shown = Shown::default();
        shown.hold(Arc::clone(&one) as Anything);
        shown.hold(Arc::clone(&two) as Anything);
        drop(two);
        shown.let_go();
        assert_eq!((shown.0.len(), Arc::strong_count(&one)), (1, 2));
    }
}
