//! What the user means, whatever was pressed, clicked or typed for it. Pure words: a key, a line of the palette and a click all become an [`Intent`], and
//! every page answers to intents alone. What each is called and what it does for people stands in one table ([`table`]), which the keymap, the palette,
//! the help and the documentation read.

pub mod table;
mod view;

use table::TABLE;
pub use view::View;

/// What the user means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Intent {
    Fleet,
    Map,
    Changes,
    Gates,
    Environments,
    Metrics,
    Repair,
    Compliance,
    Releases,
    Activity,
    Sources,

    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
    NextPane,
    PreviousPane,
    Open,
    Back,

    Filter,
    /// Find a change and tell where it is.
    Where,
    Palette,
    Help,

    /// Narrow everything to the row in front.
    Scope,
    Unscope,
    /// The next length of the time window.
    Window,
    Earlier,
    Later,
    MuchEarlier,
    MuchLater,
    Now,

    /// By the next column.
    Sort,
    Reverse,
    Group,
    Favourite,
    Mark,

    /// Let leadtime act, for a while and a scope; or no longer.
    Arm,
    Approve,
    Reject,
    Promote,
    Rollback,
    /// Run something again, stop it, let it go on.
    Retry,
    /// Hold an environment, or release it.
    Hold,
    /// Take the incident in front on, in its tool.
    Acknowledge,
    /// Say there that it is over.
    Resolve,
    /// Say what a tool does not know of an incident or a deployment.
    Declare,
    Actions,

    Statistic,
    Calendar,
    Live,
    Fold,

    Browse,
    Copy,
    Export,
    Refresh,
    NextTheme,
    Redraw,
    Suspend,
    Quit,
}

impl Intent {
    /// Every intent, in the order of the table.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Fleet; TABLE.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = TABLE[at].intent;
            at += 1;
        }
        all
    };

    /// Its row: what is told of it everywhere.
    #[must_use]
    pub const fn row(self) -> &'static table::Row {
        &TABLE[self as usize]
    }

    /// As it stands in a keymap and in the palette: `next-theme`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// What it does, in one sentence without a period.
    #[must_use]
    pub const fn help(self) -> &'static str {
        self.row().help
    }

    #[must_use]
    pub const fn group(self) -> table::Group {
        self.row().group
    }

    /// The intent of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|intent| intent.name() == name)
    }
}
