//! The columns of lists of changes, for places of three widths.

use std::sync::LazyLock;

use crate::view::listing::Column;

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Change,
    Title,
    Author,
    Workload,
    Team,
    Step,
    State,
    Since,
    On,
    Way,
    Age,
    Live,
    Environments,
}

/// Columns, and what they show: the same in every width, so that a sort stays what it is; titles and bars grow first.
pub(super) struct Columns {
    pub shown: Vec<Shown>,
    pub heads: Vec<Column>,
    pub bar: u16,
}

/// The columns of a list on a narrow, a middling and a wide place.
pub(super) type Widths = LazyLock<[Columns; 3]>;

/// From so many columns on, the place is middling, and wide.
pub(super) const MIDDLING: u16 = 110;
pub(super) const WIDE: u16 = 150;

pub(super) static IN_FLIGHT: Widths = LazyLock::new(|| widths(in_flight));
pub(super) static FOUND: Widths = LazyLock::new(|| widths(found));

/// Least widths of a title, of a bar, of a name, of a state and of a workload.
type Least = (u16, u16, u16, u16, u16);

fn widths(of: fn(Least) -> Vec<(Shown, Column)>) -> [Columns; 3] {
    [(16, 8, 7, 10, 8), (26, 10, 8, 13, 12), (44, 16, 10, 13, 14)].map(|least| {
        let (shown, columns) = of(least).into_iter().unzip();
        Columns {
            shown,
            heads: columns,
            bar: least.1,
        }
    })
}

fn in_flight((title, bar, name, state, workload): Least) -> Vec<(Shown, Column)> {
    vec![
        (Shown::Change, Column::new("change", 7, 12, 0)),
        (Shown::Title, Column::new("title", title, 72, 0)),
        (Shown::Author, Column::new("author", name, 14, 8)),
        (Shown::Workload, Column::new("workload", workload, 22, 5)),
        (Shown::Team, Column::new("team", 8, 12, 10)),
        (Shown::Step, Column::new("step", 7, 12, 3)),
        (Shown::State, Column::new("state", state, 13, 1)),
        (
            Shown::Since,
            Column::new("since", 8, 8, 2).at_right().falling(),
        ),
        (Shown::On, Column::new("on", name, 16, 4)),
        (Shown::Way, Column::new("way", bar, bar, 6).falling()),
        (
            Shown::Age,
            Column::new("age", 7, 7, 9).at_right().seconds().falling(),
        ),
        (Shown::Live, Column::new("live p50", 10, 11, 7).at_right()),
    ]
}

fn found((title, bar, name, state, workload): Least) -> Vec<(Shown, Column)> {
    vec![
        (Shown::Change, Column::new("change", 7, 12, 0)),
        (Shown::Title, Column::new("title", title - 2, 72, 0)),
        (Shown::Author, Column::new("author", name, 14, 7)),
        (Shown::Workload, Column::new("workload", workload, 22, 4)),
        (Shown::Step, Column::new("step", 7, 12, 5)),
        (Shown::State, Column::new("state", state, 13, 1)),
        (
            Shown::Since,
            Column::new("since", 8, 8, 2).at_right().falling(),
        ),
        (
            Shown::Environments,
            Column::new("reached", 12, 30, 3).falling(),
        ),
        (Shown::On, Column::new("on", name, 16, 6)),
        (Shown::Way, Column::new("way", bar, bar, 9).falling()),
        (Shown::Live, Column::new("live p50", 10, 11, 8).at_right()),
    ]
}
