//! The signs that reports are drawn with, and what stands for each of them where only ASCII can be shown: always one column for one column, so that
//! a drawing keeps its shape.

use unicode_width::UnicodeWidthChar;

/// A locked step; a hold.
pub const LOCK: &str = "◘";
pub const GATE: &str = "◆";
/// Worked on just now.
pub const WORKING: &str = "◐";
/// Waiting, for whatever.
pub const WAITING: &str = "◌";
pub const CONSTRAINT: &str = "▲";
pub const GOOD: &str = "✓";
pub const BAD: &str = "✗";
pub const NOTE: &str = "•";
pub const ARROW: &str = "▶";
pub const LEFT: &str = "◀";
pub const BEHIND: &str = "↓";
pub const NEWER: &str = "↑";
pub const DIFFERS: &str = "≠";
/// Evidence that grew too old.
pub const STALE: &str = "◷";
/// A step that something went around.
pub const AROUND: &str = "↷";
pub const MISSING: &str = "–";
/// Where the cursor stands in a list.
pub const CURSOR: &str = "▸";
pub const MARK: &str = "●";
pub const ASCENDING: &str = "▴";
pub const DESCENDING: &str = "▾";
pub const STAR: &str = "★";
pub const PROCESS: char = '█';
pub const WAIT: char = '░';
/// Waiting where it costs most: at a gate, at the constraint.
pub const HELD: char = '▒';

/// A text in ASCII, column for column.
pub fn ascii(text: &str) -> String {
    text.chars().map(plain).collect()
}

fn plain(char: char) -> &'static str {
    match char {
        ' '..='~' => {
            let at = char as usize - ' ' as usize;
            &PRINTABLE[at..=at]
        }
        '─' | '╌' | '–' | '↓' | '▃' | '▄' => "-",
        '│' | '·' => "|",
        '┌' | '┐' | '└' | '┘' | '✓' | '╰' | '╯' | '├' | '┤' | '┬' | '┴' | '┼' => {
            "+"
        }
        '━' | '▅' | '▆' => "=",
        '┃' | '┏' | '┓' | '┗' | '┛' | '█' | '▇' => "#",
        '◀' | '‹' => "<",
        '╲' => "\\",
        '╱' | '≠' => "/",
        '›' | '▶' | '▸' | '→' | '…' | '≥' => ">",
        '▲' | '▴' | '↑' => "^",
        '▾' => "v",
        '•' | '◘' | '★' => "*",
        '●' => "o",
        '○' | '░' => ".",
        '◌' => ",",
        '◐' => "~",
        '◷' => "@",
        '↷' => "%",
        '▁' | '▂' => "_",
        '◆' => "!",
        '✗' | '×' => "x",
        '▒' => ":",
        other => match other.width() {
            None | Some(0) => "",
            Some(1) => "?",
            Some(_) => "??",
        },
    }
}

const PRINTABLE: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::width;

    #[test]
    fn ascii_keeps_the_shape() {
        let drawing =
            format!("┌─ cab {LOCK}{GATE} ┐ {ARROW} {CONSTRAINT} {GOOD}{BAD} █░▒ ~ 日本é…");
        let plain = ascii(&drawing);
        assert!(plain.is_ascii());
        assert_eq!(plain.len(), width(&drawing));
        assert_eq!(ascii(PRINTABLE), PRINTABLE);
    }
}
