//! Every intent with its name, its sentence and its group. To add one: a variant of [`Intent`], a row here at the same place, and a key in
//! `config/keymap.toml`; the palette, the help and `docs/keys.md` follow by themselves.

use super::Intent;

/// What kind of thing an intent does; the help and the documentation are ordered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    Views,
    Moving,
    Finding,
    Time,
    Lists,
    Acting,
    View,
    Program,
}

impl Group {
    pub const ALL: [Self; 8] = [
        Self::Views,
        Self::Moving,
        Self::Finding,
        Self::Time,
        Self::Lists,
        Self::Acting,
        Self::View,
        Self::Program,
    ];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Views => "views",
            Self::Moving => "moving",
            Self::Finding => "finding",
            Self::Time => "time",
            Self::Lists => "lists",
            Self::Acting => "acting",
            Self::View => "view",
            Self::Program => "program",
        }
    }

    /// As a heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Views => "Views",
            Self::Moving => "Moving",
            Self::Finding => "Finding",
            Self::Time => "Scope and time",
            Self::Lists => "Lists",
            Self::Acting => "Acting",
            Self::View => "What a view shows",
            Self::Program => "The program",
        }
    }
}

/// What is told of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub intent: Intent,
    /// As it stands in a keymap and in the palette.
    pub name: &'static str,
    /// One sentence for people, without a period.
    pub help: &'static str,
    pub group: Group,
}

const fn row(intent: Intent, group: Group, name: &'static str, help: &'static str) -> Row {
    Row {
        intent,
        name,
        help,
        group,
    }
}

/// Every intent once, in the order of the enum.
#[rustfmt::skip]
pub const TABLE: [Row; 63] = [
    row(Intent::Fleet, Group::Views, "fleet", "show every workload and how its path stands"),
    row(Intent::Map, Group::Views, "map", "show the value-stream map: every step, what is worked and what is waited"),
    row(Intent::Changes, Group::Views, "changes", "show the changes on their way and those that arrived"),
    row(Intent::Gates, Group::Views, "gates", "show the gates that wait for somebody's decision"),
    row(Intent::Environments, Group::Views, "environments", "show which version is where, and how far behind"),
    row(Intent::Metrics, Group::Views, "metrics", "show the five delivery metrics with their trend and distribution"),
    row(Intent::Repair, Group::Views, "repair", "show failed deployments, incidents and how long each took to mend"),
    row(Intent::Compliance, Group::Views, "compliance", "show which locked steps were passed and which were not"),
    row(Intent::Releases, Group::Views, "releases", "show what each release brought and what the next one will"),
    row(Intent::Activity, Group::Views, "activity", "show what happens, as it happens"),
    row(Intent::Sources, Group::Views, "sources", "show how fresh each source is, its errors, and what its events lack"),

    row(Intent::Up, Group::Moving, "up", "go one row up"),
    row(Intent::Down, Group::Moving, "down", "go one row down"),
    row(Intent::Left, Group::Moving, "left", "go left, or scroll the columns left"),
    row(Intent::Right, Group::Moving, "right", "go right, or scroll the columns right"),
    row(Intent::PageUp, Group::Moving, "page-up", "go one page up"),
    row(Intent::PageDown, Group::Moving, "page-down", "go one page down"),
    row(Intent::First, Group::Moving, "first", "go to the first row"),
    row(Intent::Last, Group::Moving, "last", "go to the last row"),
    row(Intent::NextPane, Group::Moving, "next-pane", "go to the next pane"),
    row(Intent::PreviousPane, Group::Moving, "previous-pane", "go to the pane before"),
    row(Intent::Open, Group::Moving, "open", "open what is in front"),
    row(Intent::Back, Group::Moving, "back", "go back, or close what is open"),

    row(Intent::Filter, Group::Finding, "filter", "keep only the rows that match what is typed"),
    row(Intent::Where, Group::Finding, "where", "find a change by its number, commit, version or title, and tell where it is"),
    row(Intent::Palette, Group::Finding, "palette", "choose from everything that can be done, by name"),
    row(Intent::Help, Group::Finding, "help", "explain the view in front and its keys"),

    row(Intent::Scope, Group::Time, "scope", "narrow every view to what is in front"),
    row(Intent::Unscope, Group::Time, "unscope", "widen the scope again"),
    row(Intent::Window, Group::Time, "window", "switch to the next length of the time window"),
    row(Intent::Earlier, Group::Time, "earlier", "look at it as it was an hour earlier"),
    row(Intent::Later, Group::Time, "later", "look at it as it was an hour later, up to now"),
    row(Intent::MuchEarlier, Group::Time, "much-earlier", "look at it as it was a day earlier, at midnight"),
    row(Intent::MuchLater, Group::Time, "much-later", "look at it as it was a day later, up to now"),
    row(Intent::Now, Group::Time, "now", "come back to the present"),

    row(Intent::Sort, Group::Lists, "sort", "sort by the next column: ▴ the least first, ▾ the most"),
    row(Intent::Reverse, Group::Lists, "reverse", "turn the order round"),
    row(Intent::Group, Group::Lists, "group", "group the rows by the next thing that they have in common"),
    row(Intent::Favourite, Group::Lists, "favourite", "make the row in front a favourite, or no longer"),
    row(Intent::Mark, Group::Lists, "mark", "mark the row in front, or no longer"),

    row(Intent::Arm, Group::Acting, "arm", "let leadtime act for some minutes, within a scope; or no longer"),
    row(Intent::Approve, Group::Acting, "approve", "approve the gate in front, or all that are marked"),
    row(Intent::Reject, Group::Acting, "reject", "reject the gate in front, or all that are marked"),
    row(Intent::Promote, Group::Acting, "promote", "bring a version to the next environment"),
    row(Intent::Rollback, Group::Acting, "roll-back", "bring back a version that was live before"),
    row(Intent::Retry, Group::Acting, "retry", "run something again, stop it, or let it go on"),
    row(Intent::Hold, Group::Acting, "hold", "hold an environment as it is, or release it"),
    row(Intent::Acknowledge, Group::Acting, "acknowledge", "take the incident in front on, in the tool that tells of it"),
    row(Intent::Resolve, Group::Acting, "resolve", "say in its tool that the incident in front is over"),
    row(Intent::Declare, Group::Acting, "declare", "say what no tool knows of an incident or a deployment"),
    row(Intent::Actions, Group::Acting, "actions", "show what was done from leadtime, and whether it was seen"),

    row(Intent::Statistic, Group::View, "statistic", "switch to the next statistic, such as the median or the 85th percentile"),
    row(Intent::Calendar, Group::View, "calendar", "count in working time or around the clock"),
    row(Intent::Live, Group::View, "live", "switch between what was and what is now"),
    row(Intent::Fold, Group::View, "fold", "fold what is in front, or unfold it"),

    row(Intent::Browse, Group::Program, "browse", "open what is in front in the browser"),
    row(Intent::Copy, Group::Program, "copy", "copy what is in front to the clipboard"),
    row(Intent::Export, Group::Program, "export", "write what is seen to a file"),
    row(Intent::Refresh, Group::Program, "refresh", "ask every source for news now"),
    row(Intent::NextTheme, Group::Program, "next-theme", "switch to the next theme"),
    row(Intent::Redraw, Group::Program, "redraw", "draw the whole screen anew"),
    row(Intent::Suspend, Group::Program, "suspend", "leave for the shell until it calls back"),
    row(Intent::Quit, Group::Program, "quit", "leave the program"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_ends_with_it() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.intent as usize, at, "{}", row.name);
        }
        assert_eq!(
            TABLE.last().unwrap().intent,
            Intent::Quit,
            "quit is the last"
        );
    }

    #[test]
    fn names_are_unique_kebab_case_and_found_again() {
        let names: BTreeSet<&str> = TABLE.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), TABLE.len());
        for row in TABLE {
            let plain = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            assert!(row.name.chars().all(plain), "{}", row.name);
            // It takes a key away in a keymap.
            assert_ne!(row.name, "none");
            assert_eq!(Intent::named(row.name), Some(row.intent));
            assert_eq!(row.intent.row(), &row);
        }
        assert_eq!(Intent::named("Fleet"), None);
    }

    #[test]
    fn every_sentence_is_one_without_its_period_and_groups_stand_together() {
        let sentences: BTreeSet<&str> = TABLE.iter().map(|row| row.help).collect();
        assert_eq!(sentences.len(), TABLE.len());
        for row in TABLE {
            assert!(row.help.contains(' '), "{}", row.name);
            assert!(!row.help.ends_with('.') && !row.help.contains(". "));
            assert!(row.help.starts_with(char::is_lowercase), "{}", row.help);
        }
        let groups: Vec<Group> = TABLE.iter().map(|row| row.group).collect();
        assert!(groups.is_sorted());
        let used: BTreeSet<Group> = groups.into_iter().collect();
        assert_eq!(used, Group::ALL.into_iter().collect());
    }
}
