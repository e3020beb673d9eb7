//! How far back is looked where nobody said: a quiet repository shows what went live last, whenever that was. A later start begins with what was found.

use super::App;
use super::message::{Effect, Order};
use crate::event::time::{Span, Timestamp};
use crate::model::window::Window;
use crate::report::duration;
use crate::theme::Role;
use crate::view::scene::Stage;

impl App {
    /// Looks as far back as something went live, once that is known.
    pub(super) fn widen(&mut self) -> Vec<Effect> {
        let Some(least) = self.widens.filter(|_| self.scene.stage == Stage::Ready) else {
            return Vec::new();
        };
        if self.known_from().is_none() {
            return Vec::new();
        }
        let details = self
            .scene
            .fleet()
            .iter()
            .filter_map(|one| one.detail.as_ref());
        let (now, zone) = (self.scene.instant(), self.scene.lens.zone);
        let latest = details.filter_map(|one| one.material.latest(now)).max();
        self.widens = None;
        let wanted = days(Window::looking_back(now, zone, self.known_from(), latest));
        let mut effects = vec![Effect::Order(Order::Usual(wanted))];
        if wanted != self.scene.lens.length {
            if wanted > least {
                let (least, wanted) = (duration::whole(least), duration::whole(wanted));
                let words = if latest.is_some() {
                    format!("no change went live in {least}: looking {wanted} back")
                } else {
                    format!("no change ever went live: looking {wanted} back, at all that is known")
                };
                self.say(Role::Dim, &words);
            }
            self.scene.lens.length = wanted;
            effects.extend(self.look());
        }
        effects
    }

    /// The first event that is known of any workload.
    fn known_from(&self) -> Option<Timestamp> {
        let fleet = self.scene.fleet().iter();
        let known = fleet.filter_map(|one| one.summary.known);
        known.map(|(first, _)| first).min()
    }

    /// So far back that all is seen that is known.
    pub(super) fn whole(&self) -> Option<Span> {
        let (to, timezone) = (self.scene.instant(), self.scene.lens.zone);
        let from = self.known_from()?;
        Some(days(Window { from, to, timezone }))
    }
}

/// The length of a window in days, the last one whole.
fn days(window: Window) -> Span {
    const DAY: i64 = 86_400 * 1_000_000;
    let length = (window.to - window.from).micros().max(0);
    Span::from_micros((length + DAY - 1) / DAY * DAY)
}
