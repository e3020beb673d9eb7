//! What the dashboard does of acting: it is armed and disarmed, wishes become plans, what was done is told of. What is sent, the operator sends.

use std::sync::Arc;

use super::App;
use super::message::{Effect, Job, Order};
use crate::intent::{Intent, View};
use crate::journal::story::{State, Story};
use crate::plan::ask::{Permit, Wish};
use crate::report::sheet::Line;
use crate::report::{audit, duration, plan};
use crate::theme::Role;
use crate::view::acting::{Offer, offer};
use crate::view::deeds::Armed;
use crate::view::overlay::choice::{Choice, Possible};
use crate::view::overlay::deed::Dialog;
use crate::view::page::{self, Page};
use crate::view::scene::Stage;
use crate::view::scope::Scope;

impl App {
    /// Why nothing can be done from here; none where it can.
    fn no_acting(&self) -> Option<String> {
        if self.scene.acting.lasts.is_none() {
            return Some("there is nothing to act with here".to_owned());
        }
        self.scene
            .lens
            .as_of
            .map(|_| "this is the past; \\ comes back to now".to_owned())
    }

    /// What is meant by a key that acts.
    pub(super) fn act(&mut self, intent: Intent) -> Vec<Effect> {
        if matches!(self.scene.stage, Stage::Failed(_)) {
            self.say(Role::Warning, "leadtime cannot go on, so nothing is done");
            return Vec::new();
        }
        match intent {
            Intent::Arm => self.ask_to_arm(),
            Intent::Actions => {
                self.ui.push_once(page::actions(), &self.scene);
                return vec![Effect::Job(Job::Look)];
            }
            _ => return self.want(intent),
        }
        Vec::new()
    }

    /// What happened is told with what was done from leadtime: that is looked for when it is gone to.
    pub(super) fn look_what_was_done(&self, view: View) -> Vec<Effect> {
        let goes_on = !matches!(self.scene.stage, Stage::Failed(_));
        let looks = goes_on && self.scene.acting.lasts.is_some() && view == View::Activity;
        let look = looks.then_some(Effect::Job(Job::Look));
        look.into_iter().collect()
    }

    /// What is meant of what is in front: its plan is asked for, or something is chosen first.
    fn want(&mut self, intent: Intent) -> Vec<Effect> {
        if let Some(why) = self.no_acting() {
            self.say(Role::Warning, &why);
            return Vec::new();
        }
        let subject = self.ui.page().map(Page::subject).unwrap_or_default();
        match offer(intent, &subject, &self.scene) {
            Ok(Offer::Plan(wish)) => return self.plan(wish),
            Ok(Offer::Lay(overlay)) => self.ui.overlay = Some(overlay),
            Err(why) => self.say(Role::Warning, &why),
        }
        Vec::new()
    }

    /// Asks for the plan of a wish, and shows it when it is there.
    pub(super) fn plan(&mut self, wish: Wish) -> Vec<Effect> {
        self.wishes += 1;
        let id = self.wishes;
        let permit = if self.scene.is_armed_for(&wish) {
            Permit::Given
        } else {
            Permit::NotArmed("arming it (A)".to_owned())
        };
        self.scene.acting.reply = None;
        self.ui.overlay = Some(Box::new(Dialog::new(id, wish.clone())));
        vec![Effect::Job(Job::Plan { id, wish, permit })]
    }

    /// Hands over what was agreed to. Who came back too late for it sees the plan anew, and that it has to be armed.
    pub(super) fn agree(&mut self, id: u64, wish: Wish, typed: Option<String>) -> Vec<Effect> {
        if self.scene.is_armed_for(&wish) {
            vec![Effect::Job(Job::Agree { id, typed })]
        } else {
            self.plan(wish)
        }
    }

    /// For what leadtime is to be armed; or no longer, where it is.
    fn ask_to_arm(&mut self) {
        if self.scene.acting.armed.take().is_some() {
            self.say(Role::Text, "no longer armed; leadtime only reads");
            return;
        }
        let forbidden = self.scene.acting.forbidden.clone();
        if let Some(why) = self.no_acting().or(forbidden) {
            self.say(Role::Warning, &why);
            return;
        }
        let front = self.ui.page().and_then(Page::workload);
        let mut scopes: Vec<Scope> = front.map(Scope::Workload).into_iter().collect();
        if !scopes.contains(&self.scene.scope) {
            scopes.push(self.scene.scope.clone());
        }
        let each = scopes.into_iter().map(|scope| {
            let line = Line::of(Role::Text, scope.text());
            Possible::arm(line, scope)
        });
        let lasts = self.scene.acting.lasts.unwrap_or_default();
        let title = format!("arm for {}, within which scope?", duration::span(lasts));
        let choice = Choice::new(title, each.collect());
        self.ui.overlay = Some(Box::new(choice));
    }

    pub(super) fn arm(&mut self, scope: Scope) {
        let forbidden = self.scene.acting.forbidden.clone();
        if let Some(why) = self.no_acting().or(forbidden) {
            self.say(Role::Warning, &why);
            return;
        }
        let lasts = self.scene.acting.lasts.unwrap_or_default();
        let words = format!(
            "armed: leadtime may act on {}; {} without a key disarm it",
            scope.text(),
            duration::span(lasts)
        );
        self.scene.acting.armed = Some(Armed {
            scope,
            until: self.scene.lens.now + lasts,
        });
        self.say(Role::Warning, &words);
    }

    /// A key was pressed: somebody is there.
    pub(super) fn stay_armed(&mut self) {
        let until = self.scene.lens.now + self.scene.acting.lasts.unwrap_or_default();
        if let Some(armed) = &mut self.scene.acting.armed {
            armed.until = until;
        }
    }

    /// Nobody was there for too long.
    pub(super) fn disarm_idle(&mut self) {
        let now = self.scene.lens.now;
        let over = |armed: &Armed| armed.until <= now;
        if self.scene.acting.armed.as_ref().is_some_and(over) {
            self.scene.acting.armed = None;
            self.say(Role::Text, "no key for a while: no longer armed");
        }
    }

    /// What was done is told anew; what changed is said in a line. What was just sent is soon to be seen, so the sources are read.
    pub(super) fn told(&mut self, stories: Vec<Arc<Story>>) -> Vec<Effect> {
        let before = std::mem::replace(&mut self.scene.acting.stories, stories);
        let since = self.scene.acting.since;
        let state = |of: &str| {
            let known = before.iter().find(|story| story.action == of);
            known.map(|story| story.state)
        };
        let now = self.scene.acting.stories.iter();
        let mut changed = now
            .filter(|story| story.last >= since && state(&story.action) != Some(story.state))
            .cloned();
        let Some(story) = changed.next() else {
            return Vec::new();
        };
        let (role, sign) = audit::look(story.state);
        let words = story.state.words();
        self.say(
            role,
            &format!("{sign} {}: {words}", plan::headline(&story.plan)),
        );
        if story.state == State::Sent {
            return vec![Effect::Order(Order::Refresh)];
        }
        Vec::new()
    }
}
