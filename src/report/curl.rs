//! The requests of a plan as `curl` commands, for whoever wants to send them by hand.

use std::fmt::Write as _;

use super::text;
use crate::plan::{Plan, RECORD};

/// The requests as curl commands. The credentials are left to whoever runs them.
#[must_use]
pub fn curl(plan: &Plan) -> String {
    let mut all = String::new();
    for request in &plan.requests {
        let web = request.url.starts_with("http://") || request.url.starts_with("https://");
        let what = text::clean(&request.what).replace('\n', " ");
        let _ = writeln!(all, "# {what}");
        if !web || request.method == RECORD {
            let told = format!("# {} {}: not by curl", request.method, request.url);
            let _ = writeln!(all, "{}", text::clean(&told));
            continue;
        }
        let _ = write!(all, "curl -X {} {}", request.method, quoted(&request.url));
        for (name, value) in &request.headers {
            let _ = write!(all, " -H {}", quoted(&format!("{name}: {value}")));
        }
        all.push_str(" -H \"Authorization: $AUTHORIZATION\"");
        if let Some(body) = &request.body {
            let _ = write!(all, " --data-raw {}", quoted(body));
        }
        all.push('\n');
    }
    all
}

/// A text that no shell acts on, and no terminal.
fn quoted(word: &str) -> String {
    if word.chars().any(char::is_control) {
        let mut escaped = String::new();
        for char in word.chars() {
            match char {
                '\\' => escaped.push_str("\\\\"),
                '\'' => escaped.push_str("\\'"),
                '\n' => escaped.push_str("\\n"),
                char if char.is_control() => {
                    let _ = write!(escaped, "\\u{:04x}", u32::from(char));
                }
                char => escaped.push(char),
            }
        }
        return format!("$'{escaped}'");
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_takes_a_quoted_word_for_one() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted("a\nb\x1b'"), "$'a\\nb\\u001b\\''");
    }
}
