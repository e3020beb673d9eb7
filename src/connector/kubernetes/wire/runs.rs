//! What runs once: the runs of Tekton and its approvals, the builds of kpack, what Cartographer stamps out.

use serde_json::Value;

use super::{Condition, Object, is_sha};
use crate::connector::lenient::answers;
use crate::event::time::Timestamp;

answers! {
    Spec {
        pipeline_ref: Named,
        task_ref: Named,
        params: Vec<Pair>,
        /// What was asked of the run: to be cancelled, to wait.
        status: String,
        /// Of an `ApprovalTask`.
        approvers: Vec<Approver>,
        description: String,
        /// Of a build.
        source: Source,
        tags: Vec<String>,
    }
    Named {
        name: String,
    }
    Pair {
        name: String,
        value: Value,
    }
    Approver {
        name: String,
        input: String,
        #[serde(rename = "type")]
        of: String,
    }
    Source {
        git: Option<Git>,
    }
    Git {
        url: String,
        revision: String,
    }
    Status {
        conditions: Vec<Condition>,
        start_time: Option<Timestamp>,
        completion_time: Option<Timestamp>,
        results: Vec<Pair>,
        /// As Tekton called them before v1.
        pipeline_results: Vec<Pair>,
        task_results: Vec<Pair>,
        retries_status: Vec<Value>,
        /// Of an `ApprovalTask`.
        state: String,
        approvers_response: Vec<Response>,
        /// Of a build.
        latest_image: String,
        /// Of what Cartographer makes.
        resources: Vec<Stamped>,
    }
    Response {
        name: String,
        response: String,
        message: String,
    }
    Stamped {
        name: String,
        conditions: Vec<Condition>,
        outputs: Vec<Output>,
    }
    Output {
        name: String,
        preview: String,
        digest: String,
    }
}

/// What the parameters and results of a run are called that name its commit, in small letters and without what parts their words.
const COMMITS: [&str; 9] = [
    "commit",
    "commitsha",
    "commitid",
    "sha",
    "revision",
    "gitrevision",
    "gitcommit",
    "gitsha",
    "chainsgitcommit",
];
const ADDRESSES: [&str; 6] = [
    "repourl",
    "giturl",
    "url",
    "gitrepo",
    "repository",
    "chainsgiturl",
];

impl Spec {
    fn named(&self, status: &Status, names: &[&str]) -> impl Iterator<Item = String> {
        let results = status.results.iter().chain(&status.pipeline_results);
        let all = results.chain(&status.task_results).chain(&self.params);
        let found = all.filter_map(|pair| {
            let is_plain = |c: &char| c.is_ascii_alphanumeric();
            let name: String = pair.name.chars().filter(is_plain).collect();
            let name = name.to_ascii_lowercase();
            let text = pair.value.as_str()?.trim().to_owned();
            names.contains(&name.as_str()).then_some(text)
        });
        found.collect::<Vec<_>>().into_iter()
    }

    /// The commit that a run is of, where its labels, results or parameters say so.
    #[must_use]
    pub fn sha(&self, status: &Status, object: &Object) -> Option<String> {
        let pac = "pipelinesascode.tekton.dev/sha";
        let noted = object.annotation(pac).or_else(|| object.label(pac));
        let git = self.source.git.as_ref().map(|git| git.revision.clone());
        let named = self.named(status, &COMMITS);
        let mut all = noted.map(str::to_owned).into_iter().chain(git).chain(named);
        all.find(|text| is_sha(text))
    }

    /// The repository that a run is of, as `owner/name`.
    #[must_use]
    pub fn repository(&self, status: &Status, object: &Object) -> Option<String> {
        let of = |name: &str| {
            let key = format!("pipelinesascode.tekton.dev/{name}");
            object
                .annotation(&key)
                .or_else(|| object.label(&key))
                .map(str::to_owned)
        };
        if let (Some(owner), Some(name)) = (of("url-org"), of("url-repository")) {
            return Some(format!("{owner}/{name}"));
        }
        let git = self.source.git.as_ref().map(|git| git.url.clone());
        let mut all = git.into_iter().chain(self.named(status, &ADDRESSES));
        all.find_map(|url| repository(&url))
    }

    /// The image that a run made, by the names that Tekton Chains gives to such results.
    #[must_use]
    pub fn image(&self, status: &Status) -> Option<String> {
        let results = status.results.iter().chain(&status.pipeline_results);
        let results: Vec<&Pair> = results.chain(&status.task_results).collect();
        let text = |end: &str| {
            let mut found = results.iter().filter(|pair| pair.name.ends_with(end));
            let text = found.next()?.value.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let (url, digest) = (text("IMAGE_URL")?, text("IMAGE_DIGEST")?);
        Some(if url.contains('@') {
            url
        } else {
            format!("{url}@{digest}")
        })
    }
}

/// `acme/shop` of `https://git.example.com/acme/shop.git` or `git@git.example.com:acme/shop`.
#[must_use]
pub fn repository(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = match rest.split_once(':') {
        Some((_, path)) if !url.contains("://") => path,
        _ => rest.split_once('/')?.1,
    };
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    (path.contains('/')).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_read_from_any_address() {
        for url in [
            "https://git.example.com/acme/shop.git",
            "git@git.example.com:acme/shop.git",
            "ssh://git@git.example.com:2222/acme/shop/",
        ] {
            assert_eq!(repository(url).as_deref(), Some("acme/shop"), "{url}");
        }
        assert_eq!(repository("shop"), None);
    }
}
