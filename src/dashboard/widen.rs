//! How far back is looked where nobody said: a quiet repository shows what went live last, whenever that was.

use std::sync::Arc;

use super::message::Effect;
use super::{App, LENGTHS};
use crate::model::overview::Overview;
use crate::theme::Role;
use crate::view::length;
use crate::view::scene::Stage;

impl App {
    /// Looks further back where nothing went live, until something did or there is no further.
    pub(super) fn widen(&mut self) -> Vec<Effect> {
        let lens = self.scene.lens;
        if !self.widens || self.scene.stage != Stage::Ready || self.scene.fleet.is_empty() {
            return Vec::new();
        }
        let known = |one: &Arc<Overview>| one.summary.known.is_some();
        let is_live = |one: &Arc<Overview>| one.summary.lead.n > 0;
        self.widens = !self.scene.fleet.iter().any(is_live);
        if !self.widens || !self.scene.fleet.iter().any(known) {
            return Vec::new();
        }
        let Some(next) = LENGTHS.into_iter().find(|length| *length > lens.length) else {
            self.widens = false;
            return Vec::new();
        };
        self.scene.lens.length = next;
        let words = format!(
            "nothing went live in that time: looking {} back",
            length(next)
        );
        self.say(Role::Dim, &words);
        self.look()
    }
}
