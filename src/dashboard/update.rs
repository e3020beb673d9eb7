//! What happens comes in, the state changes, what is to be done goes out. No waiting, no reading, no writing: the same messages give the same state.

use super::message::{Effect, Errand, Order};
use super::{App, export};
use crate::event::time::{Span, Timestamp};
use crate::intent::table::Group;
use crate::intent::{Intent, View};
use crate::key::{Chord, Context};
use crate::model::travel::{self, Step};
use crate::model::window::LOOK_BACK;
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;
use crate::view::answer::Question;
use crate::view::overlay::Outcome;
use crate::view::overlay::help::Help;
use crate::view::overlay::palette::Palette;
use crate::view::overlay::prompt::Prompt;
use crate::view::page::{Page, Reaction};
use crate::view::scene::Stage;
use crate::view::scope::Scope;
use crate::view::{self, hit};

/// The lengths of window that `w` goes through; after them comes all that is known.
pub const LENGTHS: [Span; 5] = [
    Span::from_seconds(7 * 86_400),
    Span::from_seconds(30 * 86_400),
    LOOK_BACK[0],
    LOOK_BACK[1],
    LOOK_BACK[2],
];

/// What is said until what was asked for is read.
pub(super) const READING: &str = "reading the sources";

/// Why an intent that neither the page in front nor its list took does nothing.
const fn means_nothing(intent: Intent) -> &'static str {
    match intent {
        Intent::Left | Intent::Right => "there is nothing at the side here",
        Intent::NextPane | Intent::PreviousPane => "there is no other pane here",
        Intent::Open => "there is nothing in front to open",
        Intent::Sort | Intent::Reverse => "there is nothing here to sort",
        Intent::Group => "there is nothing here to group by",
        Intent::Mark => "there is no row here to mark",
        Intent::Favourite => "no workload is in front; a star is given in Fleet",
        Intent::Statistic | Intent::Calendar | Intent::Fold => {
            "that is how the map is drawn; there is none here"
        }
        Intent::Live => "there is nothing here that is told both live and from before",
        _ => "there is nothing here to move in",
    }
}

impl App {
    /// A key.
    pub fn key(&mut self, chord: Chord) -> Vec<Effect> {
        self.ui.message = None;
        self.stay_armed();
        if let Some(overlay) = &mut self.ui.overlay {
            let outcome = overlay.key(chord, &self.scene);
            return self.outcome(outcome);
        }
        if let Some(intent) = self.keymap.intent(self.context(), chord) {
            return self.intent(intent);
        }
        let means = |view: &View| self.keymap.intent(Context::In(*view), chord).is_some();
        let elsewhere = View::ALL.into_iter().filter(means).map(View::title);
        let elsewhere: Vec<&str> = elsewhere.collect();
        let mut words = format!("{chord} does nothing here");
        if !elsewhere.is_empty() {
            words = format!("{words}; it works in {}", elsewhere.join(", "));
        }
        self.say(Role::Dim, &words);
        Vec::new()
    }

    /// Text that was pasted: into the line that is open, else it is looked up.
    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        if self.ui.overlay.is_none() {
            self.ui.overlay = Some(Box::new(Prompt::find()));
        }
        let outcome = match &mut self.ui.overlay {
            Some(overlay) => overlay.paste(text, &self.scene),
            None => Outcome::Stay,
        };
        self.outcome(outcome)
    }

    /// A click.
    pub fn click(&mut self, column: u16, row: u16) -> Vec<Effect> {
        self.ui.message = None;
        let Some(target) = hit::under(&self.drawn.hits, column, row) else {
            return Vec::new();
        };
        if let Some(overlay) = &mut self.ui.overlay {
            let outcome = overlay.click(target, &self.scene);
            return self.outcome(outcome);
        }
        if let hit::Target::Intent(intent) = target {
            return self.intent(intent);
        }
        let Some(page) = self.ui.page_mut() else {
            return Vec::new();
        };
        let again = matches!(target, hit::Target::Row(_)) && self.clicked == Some(target);
        self.clicked = Some(target);
        if page.rows_mut().is_some_and(|rows| rows.click(target)) {
            // A second click on a row opens it.
            return if again {
                self.intent(Intent::Open)
            } else {
                Vec::new()
            };
        }
        let reaction = page.click(target, &self.scene);
        self.react(reaction, None)
    }

    fn outcome(&mut self, outcome: Outcome) -> Vec<Effect> {
        match outcome {
            Outcome::Stay => {}
            Outcome::Close | Outcome::Filtered => self.ui.overlay = None,
            Outcome::Filter(text) => self.filter(&text),
            Outcome::Unfiltered(text) => {
                self.ui.overlay = None;
                self.filter(&text);
            }
            Outcome::Chosen(intent) => {
                self.ui.overlay = None;
                return self.intent(intent);
            }
            Outcome::Find(text) => {
                self.ui.overlay = None;
                self.ui.push(view::page::found(&text));
            }
            Outcome::Plan(wish) => return self.plan(wish),
            Outcome::Agree { id, wish, typed } => return self.agree(id, wish, typed),
            Outcome::Arm(scope) => {
                self.ui.overlay = None;
                self.arm(scope);
            }
            Outcome::ArmFor(wish) => {
                self.arm(self.scene.scope_of(&wish));
                return self.plan(wish);
            }
            Outcome::Copy(text) => {
                self.say(Role::Good, "copied");
                return vec![Effect::Copy(text)];
            }
            Outcome::Save { file } => {
                self.ui.overlay = None;
                return self.export(file);
            }
        }
        Vec::new()
    }

    fn filter(&mut self, text: &str) {
        let me = self.scene.me.clone();
        if let Some(rows) = self.ui.page_mut().and_then(|page| page.rows_mut()) {
            rows.set_filter(text, me.as_deref());
        }
    }

    /// What the user means.
    pub fn intent(&mut self, intent: Intent) -> Vec<Effect> {
        if self.scene.stage == Stage::Welcome && intent == Intent::Open {
            return vec![Effect::Demo];
        }
        self.ui.refresh(&self.scene);
        let Some(page) = self.ui.page_mut() else {
            return Vec::new();
        };
        let reaction = page.on(intent, &self.scene);
        if !matches!(reaction, Reaction::Ignored) {
            return self.react(reaction, Some(intent));
        }
        if page.rows_mut().is_some_and(|rows| rows.on(intent)) {
            return Vec::new();
        }
        self.general(intent)
    }

    fn react(&mut self, reaction: Reaction, intent: Option<Intent>) -> Vec<Effect> {
        match reaction {
            Reaction::Done => {}
            Reaction::Ignored => {
                return intent.map_or_else(Vec::new, |intent| self.general(intent));
            }
            Reaction::Push(page) => self.ui.push(page),
            Reaction::Go(view, Some(workload)) => {
                self.scene.focus = Some(workload);
                self.scene.version += 1;
                self.ui.go_afresh(view);
            }
            Reaction::Go(view, None) => self.ui.go(view),
            Reaction::Narrow(scope) => self.narrow(scope),
            Reaction::Say(words) => self.say(Role::Text, &words),
            Reaction::Browse(link) => return vec![Effect::Browse(link)],
            Reaction::Favour(workload) => return self.favour(workload),
        }
        Vec::new()
    }

    /// What every page leaves to the dashboard.
    fn general(&mut self, intent: Intent) -> Vec<Effect> {
        if let Some(view) = View::of(intent) {
            self.remember_focus();
            self.ui.go(view);
            return self.look_what_was_done(view);
        }
        if intent.group() == Group::Acting {
            return self.act(intent);
        }
        match intent {
            Intent::Back => self.back(),
            Intent::Filter => self.open_filter(),
            Intent::Where => self.ui.overlay = Some(Box::new(Prompt::find())),
            Intent::Palette => {
                self.ui.overlay = Some(Box::new(Palette::new(self.context(), &self.keymap)));
            }
            Intent::Help => {
                self.ui.overlay = Some(Box::new(Help::new(
                    self.ui.front(),
                    self.ui.page(),
                    &self.keymap,
                    &self.scene,
                )));
            }
            Intent::Scope => match self.ui.page().and_then(Page::scope) {
                Some(scope) => self.narrow(scope),
                None => self.say(Role::Dim, "there is no row here to narrow to"),
            },
            Intent::Unscope => self.narrow(Scope::All),
            Intent::Window => return self.next_window(),
            Intent::Earlier => return self.travel(Step::Hour, true),
            Intent::Later => return self.travel(Step::Hour, false),
            Intent::MuchEarlier => return self.travel(Step::Day, true),
            Intent::MuchLater => return self.travel(Step::Day, false),
            Intent::Now => return self.come_back(),
            Intent::Browse => return self.browse(),
            Intent::Copy => return self.copy(),
            Intent::Export => {
                let page = self.ui.page();
                let whole = page.is_some_and(|page| page.markdown(&self.scene).is_some());
                let form = if whole { "md" } else { "csv" };
                let name = format!("{}.{form}", self.ui.front().name());
                self.ui.overlay = Some(Box::new(Prompt::save(&name)));
            }
            Intent::Refresh if self.scene.sources.is_empty() => {
                self.say(Role::Dim, "no source is read here");
            }
            Intent::Refresh => {
                self.say(Role::Dim, READING);
                return vec![Effect::Order(Order::Refresh)];
            }
            Intent::NextTheme => return vec![Effect::Errand(Errand::NextTheme)],
            Intent::Redraw => return vec![Effect::Redraw],
            Intent::Suspend => return vec![Effect::Suspend],
            Intent::Quit => return vec![Effect::Quit],
            _ => self.say(Role::Dim, means_nothing(intent)),
        }
        Vec::new()
    }

    /// The workload under the cursor is the one that other views show.
    fn remember_focus(&mut self) {
        let workload = self.ui.page().and_then(Page::workload);
        if workload.is_some() && workload != self.scene.focus {
            self.scene.focus = workload;
            self.scene.version += 1;
        }
    }

    fn back(&mut self) {
        let filtered = self
            .ui
            .page()
            .and_then(|page| page.rows())
            .is_some_and(|rows| !rows.filter().is_empty());
        if filtered {
            self.filter("");
        } else if !self.ui.back() {
            match self.scene.scope {
                Scope::All => self.say(Role::Dim, "this is the first page; q quits"),
                _ => self.narrow(Scope::All),
            }
        }
    }

    fn open_filter(&mut self) {
        match self.ui.page().and_then(|page| page.rows()) {
            Some(rows) => {
                let prompt = Prompt::filter(rows.filter(), rows.fields());
                self.ui.overlay = Some(Box::new(prompt));
            }
            None => self.say(Role::Dim, "there is no list here to filter"),
        }
    }

    fn narrow(&mut self, scope: Scope) {
        let words = match &scope {
            Scope::All => "all workloads".to_owned(),
            scope => format!("narrowed to {}", scope.text()),
        };
        self.scene.scope = scope;
        self.scene.version += 1;
        self.say(Role::Dim, &words);
    }

    fn favour(&mut self, workload: String) -> Vec<Effect> {
        let known = self
            .scene
            .favourites
            .iter()
            .position(|one| *one == workload);
        match known {
            Some(place) => {
                self.scene.favourites.remove(place);
            }
            None => self.scene.favourites.push(workload),
        }
        self.scene.version += 1;
        vec![Effect::Errand(Errand::Favourites(
            self.scene.favourites.clone(),
        ))]
    }

    fn next_window(&mut self) -> Vec<Effect> {
        self.widens = None;
        let now = self.scene.lens.length;
        let mut lengths = LENGTHS.into_iter().chain(self.whole());
        let next = lengths.find(|length| *length > now);
        self.scene.lens.length = next.unwrap_or(LENGTHS[0]);
        self.look()
    }

    /// Moves the instant that is looked at. In the future there is nothing to see.
    fn travel(&mut self, step: Step, back: bool) -> Vec<Effect> {
        let lens = self.scene.lens;
        let at = travel::step(lens.instant(), step, back, lens.zone);
        if at >= lens.now {
            return self.come_back();
        }
        let effects = self.look_at(Some(at));
        let key = self.keymap.first_key(self.context(), Intent::Now);
        let back = key.map_or_else(String::new, |key| format!("; {key} comes back to now"));
        let at = self.scene.style.moment_seen(at, self.scene.lens.now);
        let words = format!("as of {at}{back}");
        self.say(Role::Warning, &words);
        effects
    }

    /// To the present.
    fn come_back(&mut self) -> Vec<Effect> {
        if self.scene.lens.as_of.is_none() {
            self.say(Role::Dim, "this is now");
            return Vec::new();
        }
        let effects = self.look_at(None);
        self.say(Role::Good, "back at now");
        effects
    }

    fn look_at(&mut self, as_of: Option<Timestamp>) -> Vec<Effect> {
        self.scene.lens.as_of = as_of;
        self.look()
    }

    pub(super) fn look(&mut self) -> Vec<Effect> {
        if self.scene.stage == Stage::Ready {
            self.scene.stage = Stage::Working(0, self.scene.fleet().len());
        }
        self.scene.answers.clear();
        self.asked.clear();
        self.scene.style.now = self.scene.instant();
        self.scene.version += 1;
        vec![Effect::Order(Order::Look(self.scene.lens))]
    }

    fn browse(&mut self) -> Vec<Effect> {
        if let Some(link) = self.ui.page().and_then(Page::link) {
            return vec![Effect::Browse(link)];
        }
        self.say(Role::Dim, "no link is known of this");
        Vec::new()
    }

    fn copy(&mut self) -> Vec<Effect> {
        if let Some(card) = self.ui.page().and_then(|page| page.card(&self.scene)) {
            // What goes to the clipboard goes through the terminal, and is pasted into others.
            let lines: Vec<_> = card.split('\n').map(text::clean).collect();
            let card = lines.join("\n");
            self.say(Role::Good, &format!("copied: {card}"));
            return vec![Effect::Copy(card)];
        }
        self.say(Role::Dim, "there is nothing here to copy");
        Vec::new()
    }

    fn export(&mut self, file: String) -> Vec<Effect> {
        match export::written(self, &file) {
            Ok(text) => vec![Effect::Errand(Errand::Save { file, text })],
            Err(why) => {
                self.say(Role::Warning, &why);
                Vec::new()
            }
        }
    }

    /// A word to the user, until the next key.
    pub fn say(&mut self, role: Role, words: &str) {
        self.ui.message = Some(Line::of(role, words));
    }

    /// The clock went on.
    pub fn tick(&mut self, now: Timestamp) {
        self.scene.lens.now = now;
        self.scene.style.now = self.scene.instant();
        self.disarm_idle();
    }

    /// Works out the page in front, and what must still be asked for it.
    pub fn settle(&mut self) -> Vec<Effect> {
        self.ui.refresh(&self.scene);
        let page = self.ui.page();
        let mut questions: Vec<Question> = page
            .map(|page| page.questions(&self.scene))
            .unwrap_or_default();
        let overlay = self.ui.overlay.as_ref();
        questions.extend(overlay.map(|one| one.questions()).unwrap_or_default());
        let mut effects = Vec::new();
        for question in questions {
            if self.asked.insert(question.clone()) {
                effects.push(Effect::Order(Order::Ask(question)));
            }
        }
        effects
    }
}
