//! An advance shipping notice as Markdown, to be pasted into a mail, a ticket or a release page. What came from outside is cleaned and escaped: no title can
//! become a heading, a link, markup of the page that shows it, or a mention that calls somebody.

use std::fmt::Write as _;

use super::pasted::{begin, escape, line, link};
use super::text;
use crate::model::notes::{NoteChange, NoteGroup, NoteTicket, Notes};

/// The notice.
#[must_use]
pub fn markdown(notes: &Notes) -> String {
    let mut page = String::new();
    let (heading, told) = if notes.between {
        versions(notes)
    } else {
        environments(notes)
    };
    line(&mut page, &heading);
    line(&mut page, &told);
    let count: usize = notes.groups.iter().map(|group| group.changes.len()).sum();
    if count == 0 {
        let nothing = if notes.between {
            "Nothing lies between them."
        } else {
            "Nothing would ship."
        };
        line(&mut page, nothing);
    }
    if notes.migration {
        line(
            &mut page,
            "**A migration is among the changes:** going back to the version before may not be possible.",
        );
    }
    for group in &notes.groups {
        section(&mut page, group);
    }
    if notes.inferred {
        line(&mut page, "`~`: told by its date alone.");
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// The heading and the first sentence of what would ship from one environment to the next.
fn environments(notes: &Notes) -> (String, String) {
    let version = notes
        .version
        .as_deref()
        .map_or_else(String::new, |v| format!(" {}", escape(v)));
    let to = escape(&notes.to);
    let from = notes.from.as_deref().map_or_else(
        || "what is merged".to_owned(),
        |from| format!("what {} has", escape(from)),
    );
    let current = notes.current.as_deref().map_or_else(
        || format!("Nothing is known to run in {to}."),
        |current| format!("In {to} now: {}.", escape(current)),
    );
    (
        format!("# {}{version} to {to}", escape(&notes.workload)),
        format!("As of {}: {from} and {to} has not. {current}", notes.as_of),
    )
}

/// The same of what lies between two versions.
fn versions(notes: &Notes) -> (String, String) {
    let (workload, newer) = (escape(&notes.workload), escape(&notes.to));
    let older = escape(notes.current.as_deref().unwrap_or_default());
    (
        format!("# {workload} {newer}"),
        format!("What {newer} has and {older} has not."),
    )
}

fn section(page: &mut String, group: &NoteGroup) {
    line(page, &format!("## {}", heading(&group.kind)));
    for change in &group.changes {
        let _ = writeln!(page, "- {}", item(change));
    }
    page.push('\n');
}

fn heading(kind: &str) -> String {
    match kind {
        "feature" => "Features".to_owned(),
        "defect" => "Defects".to_owned(),
        "risk" => "Risks".to_owned(),
        "debt" => "Debts".to_owned(),
        "unclassified" => "Changes".to_owned(),
        other => escape(other),
    }
}

fn item(change: &NoteChange) -> String {
    let mut item = String::new();
    if change.migration {
        item.push_str("**migration** ");
    }
    if change.inferred {
        item.push_str("`~` ");
    }
    if let Some(title) = &change.title {
        item.push_str(&begin(title));
        item.push(' ');
    }
    let id = link(text::short(&change.change), change.url.as_deref());
    let _ = match &change.title {
        Some(_) => write!(item, "({id})"),
        None => write!(item, "{id}"),
    };
    if let Some(author) = &change.author {
        let _ = write!(item, ", {}", escape(author));
    }
    for ticket in &change.tickets {
        let _ = write!(item, ", {}", told(ticket));
    }
    item
}

fn told(ticket: &NoteTicket) -> String {
    let id = link(&ticket.ticket, ticket.url.as_deref());
    match &ticket.summary {
        Some(summary) => format!("{id} {}", escape(summary)),
        None => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Timestamp;

    fn change(id: &str, title: Option<&str>) -> NoteChange {
        NoteChange {
            change: id.to_owned(),
            title: title.map(str::to_owned),
            author: None,
            url: None,
            tickets: Vec::new(),
            since: Timestamp::from_seconds(0),
            migration: false,
            inferred: false,
        }
    }

    fn notes(changes: Vec<NoteChange>) -> Notes {
        Notes {
            workload: "checkout".to_owned(),
            as_of: Timestamp::from_seconds(1_772_000_000),
            from: Some("staging".to_owned()),
            between: false,
            to: "production".to_owned(),
            version: Some("v2.42.0".to_owned()),
            current: Some("v2.41.0".to_owned()),
            migration: changes.iter().any(|change| change.migration),
            inferred: changes.iter().any(|change| change.inferred),
            groups: if changes.is_empty() {
                Vec::new()
            } else {
                vec![NoteGroup {
                    kind: "feature".to_owned(),
                    changes,
                }]
            },
        }
    }

    #[test]
    fn a_notice_reads_as_a_page() {
        let mut one = change("#12", Some("Split the basket"));
        one.author = Some("ann".to_owned());
        one.url = Some("https://git.example/12".to_owned());
        one.tickets = vec![NoteTicket {
            ticket: "SHOP-7".to_owned(),
            summary: Some("Baskets".to_owned()),
            url: None,
        }];
        one.migration = true;
        let mut two = change(&"ab".repeat(20), None);
        two.inferred = true;
        assert_eq!(
            markdown(&notes(vec![one, two])),
            "# checkout v2.42.0 to production\n\n\
             As of 2026-02-25T06:13:20Z: what staging has and production has not. In production now: v2.41.0.\n\n\
             **A migration is among the changes:** going back to the version before may not be possible.\n\n\
             ## Features\n\n\
             - **migration** Split the basket ([\\#12](<https://git.example/12>)), ann, SHOP-7 Baskets\n\
             - `~` abababababab\n\n\
             `~`: told by its date alone.\n"
        );
        assert!(markdown(&notes(Vec::new())).ends_with("Nothing would ship.\n"));
    }
}
