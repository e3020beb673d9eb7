//! An advance shipping notice as Markdown, to be pasted into a mail, a ticket or a release page. What came from outside is cleaned and escaped: no title can
//! become a heading, a link, markup of the page that shows it, or a mention that calls somebody.

use std::fmt::Write as _;

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

/// A link, where the address is one that a browser opens as a page.
fn link(name: &str, url: Option<&str>) -> String {
    let name = escape(name);
    match url.and_then(address) {
        Some(url) => format!("[{name}](<{url}>)"),
        None => name,
    }
}

/// The address, if it leads to a page and cannot end its brackets early.
fn address(url: &str) -> Option<&str> {
    let page = url.starts_with("https://") || url.starts_with("http://");
    let plain = |char: char| char.is_ascii_graphic() && !matches!(char, '<' | '>' | '\\');
    (page && url.chars().all(plain)).then_some(url)
}

/// A paragraph of its own.
fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push_str("\n\n");
}

/// Text as text: every sign that Markdown or HTML gives a meaning to is escaped. Hosts look for mentions in the finished page, where an escape is gone, so
/// a blank of no width stands after each `@`, as Renovate writes it; and they make links of bare addresses, so those are broken up.
fn escape(outside: &str) -> String {
    let clean = text::clean(outside);
    let clean = clean.trim();
    let mut escaped = String::with_capacity(clean.len());
    for (at, char) in clean.char_indices() {
        let (before, after) = (&clean[..at], &clean[at..]);
        let address =
            (char == ':' && after.starts_with("://")) || (char == '.' && www(before.as_bytes()));
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("@&#8203;"),
            _ => {
                if address || "\\`*_{}[]()#+!|~=$^".contains(char) {
                    escaped.push('\\');
                }
                escaped.push(char);
            }
        }
    }
    escaped
}

/// Ends as the name of a web server begins.
fn www(before: &[u8]) -> bool {
    let last = before.len().checked_sub(3).and_then(|at| before.get(at..));
    last.is_some_and(|last| last.eq_ignore_ascii_case(b"www"))
}

/// Text at the beginning of a line, where a dash or a number with a dot would begin a list.
fn begin(outside: &str) -> String {
    let text = escape(outside);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.as_bytes().get(digits) {
        Some(b'-') if digits == 0 => format!("\\{text}"),
        Some(b'.') if digits > 0 => format!("{}\\{}", &text[..digits], &text[digits..]),
        _ => text,
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

    #[test]
    fn a_title_stays_a_title() {
        for (hostile, harmless) in [
            ("# Big", "\\# Big"),
            ("- [x] done", "\\- \\[x\\] done"),
            ("1. first", "1\\. first"),
            ("![i](javascript:x)", "\\!\\[i\\]\\(javascript:x\\)"),
            (
                "<script>a&b</script>",
                "&lt;script&gt;a&amp;b&lt;/script&gt;",
            ),
            ("thanks @everyone", "thanks @&#8203;everyone"),
            ("see https://evil.example", "see https\\://evil.example"),
            ("at WWW.evil.example", "at WWW\\.evil.example"),
            ("SHOP-7: v1.2", "SHOP-7: v1.2"),
            ("two\nlines\u{1b}[31m\u{202e}", "two lines\\[31m"),
            ("`code` ~~no~~ a|b", "\\`code\\` \\~\\~no\\~\\~ a\\|b"),
        ] {
            assert_eq!(begin(hostile), harmless, "{hostile:?}");
        }
    }

    #[test]
    fn only_a_page_is_linked() {
        assert_eq!(
            link("a", Some("https://x.example/1")),
            "[a](<https://x.example/1>)"
        );
        for odd in [
            "javascript:alert(1)",
            "https://x.example/> [b](c",
            "file:///etc",
            "https://x y",
        ] {
            assert_eq!(link("a", Some(odd)), "a", "{odd}");
        }
    }
}
