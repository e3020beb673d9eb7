//! Text from outside in a page of Markdown that is pasted somewhere: cleaned and escaped, so that no title can become a heading, a link, markup of the page
//! that shows it, or a mention that calls somebody.

use super::text;

/// A link, where the address is one that a browser opens as a page.
pub(super) fn link(name: &str, url: Option<&str>) -> String {
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
pub(super) fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push_str("\n\n");
}

/// Text as text: every sign that Markdown or HTML gives a meaning to is escaped. Hosts look for mentions in the finished page, where an escape is gone, so
/// a blank of no width stands after each `@`, as Renovate writes it; and they make links of bare addresses, so those are broken up.
pub(super) fn escape(outside: &str) -> String {
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
pub(super) fn begin(outside: &str) -> String {
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
