//! Text from outside, made fit for a terminal: nothing in it can move the cursor, change colours, hide itself or turn the reading order round, and
//! its width is counted as the terminal counts it.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// More marks on one letter than any script needs are a smear over the lines around it.
const MARKS: usize = 4;

/// The text without control characters (escape sequences are harmless then), without what is invisible or overrides direction, and with a blank for
/// each line break or tab. A mark stands on a letter, and at most four do.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut marks = MARKS;
    for char in text.chars() {
        if matches!(char, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') {
            clean.push(' ');
            marks = MARKS;
        } else if hidden(char) {
        } else if char.width().unwrap_or(0) > 0 {
            clean.push(char);
            marks = 0;
        } else if marks < MARKS {
            clean.push(char);
            marks += 1;
        }
    }
    Cow::Owned(clean)
}

/// Controls, Unicode's default ignorables (zero width, joiners, bidirectional overrides, selectors, tags) and annotation marks.
pub(super) fn hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text is nothing but visible ASCII and blanks: a column a letter, and nothing to be cleaned.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
    // Every byte is looked at, several at once, which is faster for short texts than stopping early.
    text.as_bytes()
        .iter()
        .fold(true, |all, byte| all & is_plain(byte))
}

/// Columns that a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        text.len()
    } else {
        text.width()
    }
}

/// The text within `width` columns; what was cut off shows as `…`.
#[must_use]
pub fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if self::width(text) <= width {
        return Cow::Borrowed(text);
    }
    if width == 0 {
        return Cow::Borrowed("");
    }
    let kept = head(text, width - 1).trim_end();
    Cow::Owned(format!("{kept}…"))
}

/// The longest beginning of a text that takes at most `width` columns.
#[must_use]
pub fn head(text: &str, width: usize) -> &str {
    let mut taken = 0;
    for (at, char) in text.char_indices() {
        taken += char.width().unwrap_or(0);
        if taken > width {
            return &text[..at];
        }
    }
    text
}

/// Fitted and filled up on the right.
#[must_use]
pub fn left(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let blank = width.saturating_sub(self::width(&text));
    format!("{text}{}", " ".repeat(blank))
}

/// Fitted and filled up on the left.
#[must_use]
pub fn right(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let blank = width.saturating_sub(self::width(&text));
    format!("{}{text}", " ".repeat(blank))
}

/// The text in lines of at most `width` columns, broken at blanks where there are any.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let mut word = word;
        if !line.is_empty() {
            if self::width(&line) + 1 + self::width(word) <= width {
                line.push(' ');
            } else {
                lines.push(std::mem::take(&mut line));
            }
        }
        // Only as much of a word is looked at as fits: a word as long as a file would be looked through for each of its lines.
        while line.is_empty() {
            let part = head(word, width);
            let all = word.len() == part.len();
            if all || (word.len() <= 8 * width && self::width(word) <= width) {
                break;
            }
            // A sign wider than the line: the line is cut where it is drawn.
            let part = if part.is_empty() { word } else { part };
            lines.push(part.to_owned());
            word = &word[part.len()..];
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The words of a text; a `%` stays with its number.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .match_indices(char::is_whitespace)
            .find(|(at, _)| !rest[*at..].trim_start().starts_with('%'))
            .map_or(rest.len(), |(at, _)| at);
        let (word, left) = rest.split_at(end);
        rest = left.trim_start();
        Some(word)
    })
}

/// A short form of a long identifier: the first 12 characters of a commit or digest, anything else as it is.
#[must_use]
pub fn short(id: &str) -> &str {
    let digits = id.strip_prefix("sha256:").unwrap_or(id);
    let hex = digits.len() >= 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex { &digits[..12] } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_dangerous_or_invisible_is_left() {
        assert_eq!(clean("plain text"), "plain text");
        assert_eq!(clean("\u{1b}[31mred\u{1b}[0m\u{7}"), "[31mred[0m");
        assert_eq!(
            clean("\u{9b}2Ja\u{202e}b\u{2066}c\u{200b}d\u{feff}"),
            "2Jabcd"
        );
        assert_eq!(clean("a\nb\r\tc\u{2028}d"), "a b  c d");
        assert_eq!(clean("\u{301}e\u{301}"), "e\u{301}");
        assert_eq!(
            clean(&format!("e{}", "\u{301}".repeat(50))).chars().count(),
            5
        );
        assert_eq!(clean("日本 é 👍"), "日本 é 👍");
    }

    #[test]
    fn a_text_is_cut_by_the_columns_it_takes() {
        assert_eq!(fit("checkout", 8), "checkout");
        assert_eq!(fit("checkout", 5), "chec…");
        assert_eq!(fit("日本語", 6), "日本語");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("日本語", 1), "…");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(left("日", 4), "日  ");
        assert_eq!(right("日", 4), "  日");
        assert_eq!(right("checkout", 4), "che…");
    }

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a verylongword b", 5), ["a", "veryl", "ongwo", "rd b"]);
        assert_eq!(wrap("it is 92 %, yes", 8), ["it is", "92 %,", "yes"]);
        assert!(wrap("", 5).is_empty());
        assert_eq!(wrap("日本", 1), ["日本"]);
    }

    #[test]
    fn a_word_as_long_as_a_file_is_looked_through_once() {
        let long = "x".repeat(1 << 21);
        assert_eq!(wrap(&long, 2).len(), 1 << 20);
    }

    #[test]
    fn commits_and_digests_are_short() {
        assert_eq!(short("v2.41.0"), "v2.41.0");
        assert_eq!(short(&"0123456789".repeat(4)), "012345678901");
        assert_eq!(
            short(&format!("sha256:{}", "ab".repeat(32))),
            "abababababab"
        );
    }
}
