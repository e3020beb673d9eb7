//! Patterns as people write them in the configuration: of paths, where a star stays within its part, and of names, where it stands for anything.

use globset::{GlobBuilder, GlobMatcher};

use super::ConnectorError;

/// A pattern of paths: `acme/*` is no `acme/team/shop`.
#[must_use]
pub fn path(pattern: &str) -> Option<GlobMatcher> {
    let mut glob = GlobBuilder::new(pattern);
    Some(glob.literal_separator(true).build().ok()?.compile_matcher())
}

/// A pattern of paths, for a tool to which `Acme/Shop` and `acme/shop` are one.
#[must_use]
pub fn path_in_any_case(pattern: &str) -> Option<GlobMatcher> {
    let mut glob = GlobBuilder::new(pattern);
    glob.literal_separator(true).case_insensitive(true);
    Some(glob.build().ok()?.compile_matcher())
}

/// A star stands for anything; nothing else is more than it says, since names of versions are filled in.
#[must_use]
pub fn starred(name: &str) -> Option<GlobMatcher> {
    let parts: Vec<String> = name.split('*').map(globset::escape).collect();
    let glob = GlobBuilder::new(&parts.join("*")).build().ok()?;
    Some(glob.compile_matcher())
}

/// Whether a pattern leaves out, by a leading `!`, and the pattern without it.
#[must_use]
pub fn leaves_out(written: &str) -> (bool, &str) {
    let written = written.trim();
    match written.strip_prefix('!') {
        Some(rest) => (true, rest.trim()),
        None => (false, written),
    }
}

/// Names of a tool that a source takes: all, or those that fit its patterns.
#[derive(Clone, Debug, Default)]
pub struct Names {
    wanted: Vec<(String, GlobMatcher)>,
    excluded: Vec<(String, GlobMatcher)>,
}

impl Names {
    /// Reads the `projects` of a source, which to its tool are `things`.
    pub fn read(source: &str, patterns: &[String], things: &str) -> Result<Self, ConnectorError> {
        let mut names = Self::default();
        for written in patterns {
            let (excludes, text) = leaves_out(written);
            let matcher = Some(text).filter(|text| !text.is_empty());
            let matcher = matcher.and_then(starred).ok_or_else(|| {
                let detail = format!("{written:?} is no pattern for {things}");
                ConnectorError::configuration(source, "projects", detail)
                    .hinted("a name, `*` stands for anything; a leading ! leaves out")
            })?;
            let list = if excludes {
                &mut names.excluded
            } else {
                &mut names.wanted
            };
            list.push((text.to_owned(), matcher));
        }
        Ok(names)
    }

    #[must_use]
    pub fn want(&self, name: &str) -> bool {
        let takes = |list: &[(String, GlobMatcher)]| list.iter().any(|(_, one)| one.is_match(name));
        (self.wanted.is_empty() || takes(&self.wanted)) && !takes(&self.excluded)
    }

    /// The patterns that took none of these.
    #[must_use]
    pub fn idle(&self, names: &[String]) -> Vec<&str> {
        let idle = |one: &GlobMatcher| !names.iter().any(|name| one.is_match(name));
        let wanted = self.wanted.iter().filter(|(_, one)| idle(one));
        wanted.map(|(text, _)| text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_and_left_out() {
        let read = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|&one| one.to_owned()).collect();
            Names::read("alerts", &patterns, "receivers")
        };
        let names = read(&["page*", "oncall", "!page-test"]).unwrap();
        assert!(names.want("pager") && !names.want("page-test") && !names.want("hook"));
        assert_eq!(names.idle(&["pager".to_owned()]), ["oncall"]);
        assert!(read(&[]).unwrap().want("anything"));
        let error = read(&["!"]).unwrap_err().to_string();
        assert!(error.contains("no pattern for receivers"), "{error}");
    }

    #[test]
    fn a_star_stays_within_its_part_and_a_mark_leaves_out() {
        assert!(!path("acme/*").unwrap().is_match("acme/team/shop"));
        assert!(!path("acme/*").unwrap().is_match("Acme/shop"));
        let any = path_in_any_case("acme/*").unwrap();
        assert!(any.is_match("Acme/Shop") && !any.is_match("Acme/team/Shop"));
        assert!(path("[").is_none());
        assert_eq!(leaves_out(" ! acme/* "), (true, "acme/*"));
        assert_eq!(leaves_out(" acme/*"), (false, "acme/*"));
    }

    #[test]
    fn a_star_stands_for_anything_and_nothing_else_does() {
        let fits = |pattern: &str, name: &str| starred(pattern).unwrap().is_match(name);
        assert!(fits("promote/*", "promote/shop/1.2"));
        assert!(fits("promote-*-production", "promote-1.2.3-production"));
        assert!(fits("promote/[x]", "promote/[x]") && !fits("promote/[x]", "promote/x"));
        assert!(!fits("promote/*", "feature/promote/x") && !fits("promote/?", "promote/x"));
    }
}
