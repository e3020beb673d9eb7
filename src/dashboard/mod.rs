//! The dashboard: the loop that owns all of its state. What comes in (keys, news of the worker and of the sources, signals) changes the state ([`update`]);
//! what is to be done outside goes out as an [`Effect`](message::Effect); when something changed, it is drawn, at most sixty times a second. Nothing here waits for a file,
//! a figure or a network: the [`worker`], the [`reader`], the [`operator`] and the clerk do, each in its own thread.

mod acting;
mod activity;
mod ahead;
pub mod answer;
pub mod bell;
mod board;
mod clerk;
mod diagnosis;
mod export;
mod hear;
pub mod kept;
pub mod message;
mod notice;
pub mod operator;
pub mod reader;
mod run;
pub mod themes;
pub mod together;
mod turn;
mod update;
mod widen;
pub mod worker;

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use diagnosis::Setting;
pub use export::{lines, text};
pub use run::{Ended, Start, run};
pub use update::LENGTHS;

use crate::event::time::Span;
use crate::intent::View;
use crate::key::{Context, Keymap};
use crate::theme::Theme;
use crate::view::answer::{Answer, Question};
use crate::view::hit::Target;
use crate::view::scene::Scene;
use crate::view::ui::Ui;
use crate::view::{self, Drawn};
use notice::Notices;

/// All that the dashboard knows. Drawn by [`App::draw`], changed by what [`update`] offers.
pub struct App {
    pub ui: Ui,
    pub scene: Scene,
    pub keymap: Keymap,
    pub theme: Theme,
    /// What the last frame left behind.
    drawn: Drawn,
    size: Rect,
    /// What was asked of the worker since something changed.
    asked: HashSet<Question>,
    /// The views that are still to be worked out ahead.
    ahead: Vec<View>,
    /// What was clicked last.
    clicked: Option<Target>,
    notices: Notices,
    /// It begins armed.
    pub begins_armed: bool,
    /// How many wishes there were: the number of the last one.
    wishes: u64,
    /// Where nobody said how far back to look: at least so far, and further where nothing went live in that time.
    pub widens: Option<Span>,
}

impl App {
    #[must_use]
    pub fn new(front: View, scene: Scene, keymap: Keymap, theme: Theme) -> Self {
        Self {
            ui: Ui::new(front, view::page::of),
            scene,
            keymap,
            theme,
            drawn: Drawn::default(),
            size: Rect::new(0, 0, 120, 36),
            asked: HashSet::new(),
            ahead: Vec::new(),
            clicked: None,
            notices: Notices::default(),
            begins_armed: false,
            wishes: 0,
            widens: None,
        }
    }

    /// Whether everything that the page in front asked is answered.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        let page = self.ui.page();
        let questions = page.map(|page| page.questions(&self.scene));
        questions
            .unwrap_or_default()
            .iter()
            .all(|question| self.scene.answer(question).is_some_and(Answer::is_whole))
    }

    /// Puts on another theme.
    pub fn wear(&mut self, theme: Theme) {
        self.scene.style.theme = theme.clone();
        self.theme = theme;
    }

    /// Where a key is pressed.
    #[must_use]
    pub fn context(&self) -> Context {
        Context::In(self.ui.front())
    }

    /// Draws everything; tells where the terminal's cursor stands.
    pub fn draw(&mut self, buffer: &mut Buffer) -> Option<(u16, u16)> {
        self.drawn = view::draw(buffer, &self.ui, &self.scene, &self.keymap, &self.theme);
        self.size = buffer.area;
        self.drawn.cursor
    }

    /// The page as it would be drawn now, without what lies over it.
    #[must_use]
    pub fn picture(&mut self) -> Buffer {
        let overlay = self.ui.overlay.take();
        let message = self.ui.message.take();
        let mut buffer = Buffer::empty(self.size);
        view::draw(
            &mut buffer,
            &self.ui,
            &self.scene,
            &self.keymap,
            &self.theme,
        );
        self.ui.overlay = overlay;
        self.ui.message = message;
        buffer
    }
}
