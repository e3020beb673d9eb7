//! What reaches the dashboard, and what it wants done. Everything that takes time happens elsewhere and comes back as news.

use std::sync::Arc;

use crate::event::time::Span;
use crate::journal::story::Story;
use crate::model::overview::Overview;
use crate::plan::ask::{Permit, Wish};
use crate::theme::{Role, Theme};
use crate::view::answer::{Answer, Question};
use crate::view::deeds::Reply;
use crate::view::scene::{Lens, SourceState, Stage};

/// Where news goes; `false` where nobody listens any more.
pub type Tell = Box<dyn Fn(News) -> bool + Send + Sync>;

/// What is told by those who work beside.
#[derive(Debug)]
pub enum News {
    /// What the whole is called, who asks.
    Opened {
        title: String,
        me: Option<String>,
    },
    /// The workloads, as far as they are worked out, for a lens.
    Fleet {
        lens: Lens,
        overviews: Vec<Arc<Overview>>,
        stage: Stage,
        seq: u64,
    },
    Answer {
        lens: Lens,
        question: Question,
        answer: Arc<Answer>,
    },
    Sources(Vec<SourceState>),
    /// leadtime can act: how long it stays armed without a key, and who has forbidden it.
    Acting {
        lasts: Span,
        forbidden: Option<String>,
    },
    /// What became of a wish, by its number.
    Replied(u64, Reply),
    /// What was done on this log, the newest first.
    Stories(Vec<Arc<Story>>),
    /// A word to the user.
    Said(Role, String),
    /// Another theme is put on.
    Theme(Box<Theme>),
    /// Nothing can be shown, and why.
    Failed(String),
}

/// What the worker is asked for.
#[derive(Clone, Debug)]
pub enum Order {
    /// Look through this from now on.
    Look(Lens),
    /// So far back is looked where nobody says otherwise: what the next start begins with.
    Usual(Span),
    Ask(Question),
    /// Read the sources now.
    Refresh,
}

/// What the operator is asked for.
#[derive(Clone, Debug)]
pub enum Job {
    /// Work out what exactly would be done for a wish.
    Plan { id: u64, wish: Wish, permit: Permit },
    /// The plan that was told for a wish is agreed to; with its name, where that was typed.
    Agree { id: u64, typed: Option<String> },
    /// Look what became of what was done.
    Look,
}

/// What the clerk is asked for.
#[derive(Clone, Debug)]
pub enum Errand {
    /// Writes a file, and tells how that went.
    Save {
        file: String,
        text: String,
    },
    /// Favourites changed: they are kept for the next start.
    Favourites(Vec<String>),
    NextTheme,
}

/// What the dashboard wants done outside of itself.
#[derive(Clone, Debug)]
pub enum Effect {
    Order(Order),
    Browse(String),
    Copy(String),
    Errand(Errand),
    Job(Job),
    /// Something happened that who asks wants to know.
    Notify(String),
    Redraw,
    Suspend,
    /// From the welcome to the demonstration.
    Demo,
    Quit,
}
