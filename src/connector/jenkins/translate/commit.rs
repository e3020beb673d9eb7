//! Which commit a build is of. A build may have checked out several repositories, those of shared libraries among them: its own is the one that is named as a
//! part of the job's name, else the last one.

use url::Url;

use crate::connector::jenkins::wire::{Action, Build};

/// As far as the build tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// As events name it: `acme/shop`.
    pub repository: Option<String>,
    pub sha: Option<String>,
    pub branch: Option<String>,
}

/// The commit of a build.
#[must_use]
pub fn of(job: &str, build: &Build) -> Commit {
    let all = || {
        let actions = build.actions.iter();
        actions.filter(|one| {
            one.last_built_revision
                .as_ref()
                .is_some_and(|of| !of.sha.is_empty())
        })
    };
    let named = |one: &&Action| {
        repository_of(one).is_some_and(|repository| {
            let name = repository.rsplit('/').next().unwrap_or_default();
            job.split('/').any(|part| part.eq_ignore_ascii_case(name))
        })
    };
    let Some(action) = all().find(named).or_else(|| all().next_back()) else {
        return Commit::default();
    };
    let revision = action.last_built_revision.as_ref();
    let branch = revision.and_then(|revision| revision.branch.first());
    Commit {
        repository: repository_of(action),
        sha: revision.map(|revision| revision.sha.to_ascii_lowercase()),
        branch: branch.and_then(|branch| short(&branch.name)),
    }
}

fn repository_of(action: &Action) -> Option<String> {
    repository(action.remote_urls.first()?)
}

/// `git@github.com:acme/shop.git` → `acme/shop`.
fn repository(address: &str) -> Option<String> {
    let path = match Url::parse(address) {
        Ok(url) if url.has_host() => url.path().to_owned(),
        Ok(_) => return None,
        Err(_) => address.split_once(':')?.1.to_owned(),
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!path.is_empty()).then(|| path.to_owned())
}

/// `refs/remotes/origin/main` → `main`. A request's own name (`PR-7`) and no branch at all are none.
fn short(name: &str) -> Option<String> {
    let name = name.strip_prefix("refs/remotes/").unwrap_or(name);
    let name = name.strip_prefix("refs/heads/").unwrap_or(name);
    let name = name.strip_prefix("origin/").unwrap_or(name);
    let of_request = |start: &str| {
        name.strip_prefix(start)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_none = name.is_empty() || name == "detached" || of_request("PR-") || of_request("MR-");
    (!is_none).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(checkouts: &[(&str, &str)]) -> Build {
        let actions: Vec<serde_json::Value> = checkouts
            .iter()
            .map(|(sha, url)| {
                serde_json::json!({"remoteUrls": [url],
                    "lastBuiltRevision": {"SHA1": sha, "branch": [{"name": "refs/remotes/origin/main"}]}})
            })
            .collect();
        serde_json::from_value(serde_json::json!({"actions": actions})).unwrap()
    }

    #[test]
    fn the_repository_of_the_job_comes_before_its_libraries() {
        let library = ("1".repeat(40), "https://git.example.com/ci/lib.git");
        let own = ("A".repeat(40), "git@github.com:acme/Shop.git");
        let both = [(library.0.as_str(), library.1), (own.0.as_str(), own.1)];
        let found = of("acme/shop/main", &build(&both));
        assert_eq!(found.repository.as_deref(), Some("acme/Shop"));
        assert_eq!(found.sha, Some("a".repeat(40)));
        assert_eq!(found.branch.as_deref(), Some("main"));
        let reversed = [both[1], both[0]];
        assert_eq!(of("acme/shop/main", &build(&reversed)), found);
        let last = of("nightly", &build(&both));
        assert_eq!(last.repository.as_deref(), Some("acme/Shop"));
        assert_eq!(of("x", &build(&[])), Commit::default());
    }

    #[test]
    fn addresses_and_branches_lose_what_is_around_them() {
        let of = |address| repository(address);
        assert_eq!(
            of("ssh://git@host:7999/acme/shop.git").as_deref(),
            Some("acme/shop")
        );
        assert_eq!(
            of("https://github.com/acme/shop/").as_deref(),
            Some("acme/shop")
        );
        assert_eq!(of("file:///srv/shop.git"), None);
        assert_eq!(of(""), None);
        assert_eq!(short("origin/feature/x").as_deref(), Some("feature/x"));
        for none in ["detached", "PR-12", "MR-3-head", ""] {
            assert_eq!(short(none), None, "{none}");
        }
        assert_eq!(short("PR-fix").as_deref(), Some("PR-fix"));
    }
}
