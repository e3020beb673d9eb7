//! What a Jenkins source is told: where it is, and which jobs it reads. A job is named in full, `folder/project/branch`, each part as Jenkins itself names it:
//! a branch `feature/x` of a multibranch project is the part `feature%2Fx`.

use globset::GlobMatcher;

use crate::connector::ConnectorError;
use crate::connector::http::address::Hint;
use crate::connector::http::instance::{Instance, Tool};
use crate::connector::http::refusal::{Refusal, TITLE};
use crate::connector::pattern;

pub static TOOL: Tool = Tool {
    kind: "jenkins",
    name: "Jenkins",
    public: None,
    suffix: "",
    hint: Hint {
        example: "url = \"https://jenkins.example.com\", as it is opened in a browser",
        login: "use `user` and `token`",
    },
    refusal: Refusal {
        says: &[
            "x-required-permission it needs the permission",
            "x-error",
            TITLE,
        ],
        token: "`user` is whose it is, and it is made on that user's page, Security > API Token",
        rights: "Overall/Read and Job/Read there, and to act Job/Build and Job/Cancel; without `user` and `token` nobody is logged in",
        missing: "it is gone, has another name, or the user may not see it",
    },
};

/// An address of a job, or below it. The job without a name is Jenkins itself.
#[must_use]
pub fn of_job(instance: &Instance, job: &str, rest: &[&str], query: &[(&str, &str)]) -> String {
    let parts = job.split('/').filter(|part| !part.is_empty());
    let mut pieces: Vec<&str> = parts.flat_map(|part| ["job", part]).collect();
    pieces.extend(rest);
    instance.address(&pieces, query)
}

/// Which jobs are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    wanted: Vec<Pattern>,
    excluded: Vec<Pattern>,
}

/// A pattern, part by part. It takes a job, or a folder with all that is in it.
#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    parts: Vec<GlobMatcher>,
}

impl Pattern {
    fn read(text: &str) -> Option<Self> {
        let part = |text: &str| pattern::path(text).filter(|_| !text.is_empty());
        let trimmed = text.trim_matches('/');
        let parts: Option<Vec<GlobMatcher>> = trimmed.split('/').map(part).collect();
        Some(Self {
            text: trimmed.to_owned(),
            parts: parts?,
        })
    }

    /// How many parts of a name fit, of those that both have.
    fn fits(&self, name: &str) -> bool {
        self.parts
            .iter()
            .zip(name.split('/'))
            .all(|(part, is)| part.is_match(is))
    }

    fn takes(&self, name: &str) -> bool {
        name.split('/').count() >= self.parts.len() && self.fits(name)
    }

    /// The part of it that is spelt out.
    fn literal(&self) -> String {
        let spelt = |part: &&str| !part.contains(['*', '?', '[', '{', '\\']);
        let parts: Vec<&str> = self.text.split('/').take_while(spelt).collect();
        parts.join("/")
    }
}

impl Selection {
    /// Reads the patterns; none means all.
    pub fn read(source: &str, patterns: &[String]) -> Result<Self, ConnectorError> {
        let mut selection = Self::default();
        for pattern in patterns {
            let (excludes, text) = pattern::leaves_out(pattern);
            let list = if excludes {
                &mut selection.excluded
            } else {
                &mut selection.wanted
            };
            let read = Pattern::read(text).ok_or_else(|| {
                let detail = format!("{pattern:?} is no pattern for jobs");
                ConnectorError::configuration(source, "projects", detail).hinted(
                    "a job's full name, folder/job, or a folder's; `*` stands for anything between two slashes; a leading ! leaves out",
                )
            })?;
            list.push(read);
        }
        Ok(selection)
    }

    #[must_use]
    pub fn wants(&self, job: &str) -> bool {
        let takes = |list: &[Pattern]| list.iter().any(|one| one.takes(job));
        (self.wanted.is_empty() || takes(&self.wanted)) && !takes(&self.excluded)
    }

    /// Whether a wanted job may be in a folder.
    #[must_use]
    pub fn may_hold(&self, folder: &str) -> bool {
        let excluded = self.excluded.iter().any(|one| one.takes(folder));
        (self.wanted.is_empty() || self.wanted.iter().any(|one| one.fits(folder))) && !excluded
    }

    /// Where to begin looking: what the patterns spell out, each place once. Empty: at the top.
    #[must_use]
    pub fn beginnings(&self) -> Vec<String> {
        let mut all: Vec<String> = self.wanted.iter().map(Pattern::literal).collect();
        all.sort();
        all.dedup();
        if all.is_empty() || all.iter().any(String::is_empty) {
            return vec![String::new()];
        }
        let inside = |one: &String, other: &String| {
            one.strip_prefix(other.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let all: Vec<String> = all
            .iter()
            .filter(|one| !all.iter().any(|other| inside(one, other)))
            .cloned()
            .collect();
        all
    }

    /// The patterns that took none of these jobs.
    #[must_use]
    pub fn idle(&self, jobs: &[&str]) -> Vec<&str> {
        let idle = |one: &&Pattern| !jobs.iter().any(|job| one.takes(job));
        let found = self.wanted.iter().filter(idle);
        found.map(|one| one.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(patterns: &[&str]) -> Selection {
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        Selection::read("ci", &patterns).unwrap()
    }

    #[test]
    fn jobs_and_folders_are_taken_and_left_out() {
        let all = select(&[]);
        assert!(all.wants("a/b/main") && all.may_hold("a"));
        assert_eq!(all.beginnings(), [""]);
        let some = select(&["acme/*", "tools/deploy", "!acme/attic-*", "!acme/*/PR-*"]);
        assert!(some.wants("acme/checkout/main"), "all in a folder");
        assert!(some.wants("tools/deploy"));
        assert!(!some.wants("acme"), "the folder itself is no job of it");
        assert!(!some.wants("acme/attic-1/main"));
        assert!(!some.wants("acme/checkout/PR-7"));
        assert!(!some.wants("tools/other"));
        assert!(some.may_hold("acme") && some.may_hold("tools") && some.may_hold("acme/checkout"));
        assert!(!some.may_hold("attic") && !some.may_hold("acme/attic-1"));
        assert_eq!(some.beginnings(), ["acme", "tools/deploy"]);
        assert_eq!(some.idle(&["acme/x/main"]), ["tools/deploy"]);
        assert_eq!(select(&["a/b/*", "a", "a/c"]).beginnings(), ["a"]);
        for wrong in ["", "a//b", "a/[b", "!"] {
            let error = Selection::read("ci", &[wrong.to_owned()]).unwrap_err();
            assert!(error.to_string().contains("\"ci\", projects"), "{error}");
        }
    }

    #[test]
    fn each_part_of_a_name_is_encoded_as_one() {
        let ci = Instance::example(&TOOL, "http://CI.example.com:8080/jenkins/");
        assert_eq!(ci.source, "jenkins:ci.example.com:8080/jenkins");
        assert_eq!(
            of_job(&ci, "Größe & Co/shop/feature%2Fx", &["7", "stop"], &[]),
            "http://ci.example.com:8080/jenkins/job/Gr%C3%B6%C3%9Fe%20&%20Co/job/shop/job/feature%252Fx/7/stop"
        );
        assert_eq!(
            of_job(&ci, "", &["api", "json"], &[("tree", "jobs[name]{0,5}")]),
            "http://ci.example.com:8080/jenkins/api/json?tree=jobs%5Bname%5D%7B0%2C5%7D"
        );
    }
}
