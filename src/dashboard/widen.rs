//! How far back is looked where nobody said: a quiet repository shows what went live last, whenever that was. A later start begins with what was found.

use super::message::{Effect, Order};
use super::{App, LENGTHS};
use crate::event::time::{Span, Timestamp};
use crate::theme::Role;
use crate::view::length;
use crate::view::scene::Stage;

impl App {
    /// Looks as far back as something went live, once that is known.
    pub(super) fn widen(&mut self) -> Vec<Effect> {
        let fleet = self.scene.fleet();
        let Some(least) = self.widens.filter(|_| self.scene.stage == Stage::Ready) else {
            return Vec::new();
        };
        if !fleet.iter().any(|one| one.summary.known.is_some()) {
            return Vec::new();
        }
        let details = fleet.iter().filter_map(|one| one.detail.as_ref());
        let deliveries = details.flat_map(|detail| &detail.material.deliveries);
        let latest = deliveries.map(|one| one.lead.deployed).max();
        self.widens = None;
        let wanted = fitting(least, latest, self.scene.instant());
        let mut effects = vec![Effect::Order(Order::Usual(wanted))];
        if wanted != self.scene.lens.length {
            if wanted > least {
                let words = format!("looking {} back, to what went live last", length(wanted));
                self.say(Role::Dim, &words);
            }
            self.scene.lens.length = wanted;
            effects.extend(self.look());
        }
        effects
    }
}

/// The shortest length, of at least so much, in which something went live; the longest where nothing ever did.
fn fitting(least: Span, latest: Option<Timestamp>, now: Timestamp) -> Span {
    let mut lengths = LENGTHS.into_iter().filter(|length| *length >= least);
    let found = lengths.find(|length| latest.is_some_and(|at| at >= now - *length));
    found.unwrap_or(LENGTHS[LENGTHS.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_short_as_what_went_live_allows() {
        let day = |days: i64| Span::from_seconds(days * 86_400);
        let now = Timestamp::from_seconds(0) + day(20_000);
        let least = LENGTHS[2];
        let at = |days| fitting(least, Some(now - day(days)), now);
        assert_eq!(at(0), least);
        assert_eq!(at(90), least);
        assert_eq!(at(91), LENGTHS[3]);
        assert_eq!(at(400), LENGTHS[4]);
        assert_eq!(at(19_000), LENGTHS[4]);
        assert_eq!(fitting(least, None, now), LENGTHS[4]);
    }
}
