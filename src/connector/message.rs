//! What is told of a commit message by a tool that gives it whole: its first line, and the lines that lead somewhere.

/// Lines after the first that tell where a commit comes from or what it belongs to, in lower case.
const TRAILERS: [&str; 8] = [
    "this reverts commit ",
    "(cherry picked from commit ",
    "fixes ",
    "closes ",
    "resolves ",
    "refs ",
    "change-id: ",
    "migration: ",
];

/// The first line, and the lines that matter; `own` are beginnings of lines, in lower case, that matter to this tool besides.
#[must_use]
pub fn told(message: &str, own: &[&str]) -> Option<String> {
    let mut lines = message.lines();
    let first = lines.next()?.trim_end().to_owned();
    let trailers = lines.map(str::trim).filter(|line| {
        let line = line.to_ascii_lowercase();
        let mut all = TRAILERS.iter().chain(own);
        all.any(|trailer| line.starts_with(trailer))
    });
    let told = trailers.fold(first, |told, line| format!("{told}\n{line}"));
    (!told.is_empty()).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn the_first_line_and_the_trailers_that_matter_are_told() {
        let message = "Add retries\n\nLong story.\nFixes #3\nSigned-off-by: Jane <jane@example.com>\nThis reverts commit abc.";
        assert_eq!(
            told(message, &[]).as_deref(),
            Some("Add retries\nFixes #3\nThis reverts commit abc.")
        );
        assert_eq!(told("", &[]), None);
        let own = told(
            "Merge\nSee merge request !4\nSee !5",
            &["see merge request "],
        );
        assert_eq!(own.as_deref(), Some("Merge\nSee merge request !4"));
    }
}
