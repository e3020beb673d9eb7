//! Acting, as far as it is seen: what can be wanted of what is in front ([`offer()`], [`hints()`]), and whether leadtime is armed for it. What is known of it is
//! data of the scene ([`deeds`](super::deeds)).

mod hints;
mod offer;

use crate::plan::ask::Wish;

use super::scene::Scene;
use super::scope::Scope;
pub use hints::hints;
pub use offer::{Offer, offer};

impl Scene {
    /// Whether leadtime is armed for everything that a wish is about.
    #[must_use]
    pub fn is_armed_for(&self, wish: &Wish) -> bool {
        let Some(armed) = &self.acting.armed else {
            return false;
        };
        let names = self.workloads_of(wish);
        let takes = |name: &&str| {
            let known = self.workload(name);
            known.is_some_and(|one| armed.scope.takes(&one.summary))
        };
        !names.is_empty() && names.iter().all(takes)
    }

    /// The workload that a wish is about, alone; of several, whatever is looked at.
    #[must_use]
    pub fn scope_of(&self, wish: &Wish) -> Scope {
        match self.workloads_of(wish).as_slice() {
            [name] => Scope::Workload((*name).to_owned()),
            _ => self.scope.clone(),
        }
    }

    /// A second person's wish is about what the first one meant.
    fn workloads_of<'s>(&'s self, wish: &'s Wish) -> Vec<&'s str> {
        match &wish.second {
            Some(action) => {
                let story = self.acting.story(action);
                let names = story.into_iter().flat_map(|story| &story.plan.workloads);
                names.map(String::as_str).collect()
            }
            None => wish.parts.iter().map(|part| &*part.workload).collect(),
        }
    }
}
