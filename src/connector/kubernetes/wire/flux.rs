//! What Flux says of what it applies.

use std::collections::BTreeMap;

use super::{Condition, Object, condition};
use crate::connector::lenient::answers;
use crate::event::cdevents::purl::MOVING;
use crate::event::time::Timestamp;

answers! {
    Spec {
        suspend: bool,
        /// Of what is fetched: from where.
        url: String,
        /// Of a `HelmRelease`: what its release is called.
        release_name: String,
    }
    Status {
        conditions: Vec<Condition>,
        last_applied_revision: String,
        last_attempted_revision: String,
        /// Of a `HelmRelease`: its releases, the newest first.
        history: Vec<Release>,
        /// Of an `ImagePolicy`.
        latest_ref: Option<ImageRef>,
        latest_image: String,
        /// Of what is fetched: what it was last.
        artifact: Option<Artifact>,
    }
    Artifact {
        revision: String,
        last_update_time: Option<Timestamp>,
        metadata: BTreeMap<String, String>,
    }
    Release {
        name: String,
        version: i64,
        status: String,
        chart_name: String,
        chart_version: String,
        app_version: String,
        first_deployed: Option<Timestamp>,
        last_deployed: Option<Timestamp>,
        /// When it was uninstalled.
        deleted: Option<Timestamp>,
    }
    ImageRef {
        name: String,
        tag: String,
        digest: String,
    }
}

/// A revision as Flux writes it: `main@sha1:<commit>`, `6.5.4@sha256:<digest>`, before 2.0 `main/<commit>`, of a bucket a digest, of a chart its version.
#[must_use]
pub fn commit(revision: &str) -> Option<&str> {
    let last = match revision.rsplit_once("sha1:") {
        Some((_, sha)) => sha,
        None => revision.rsplit_once('/').map_or(revision, |(_, last)| last),
    };
    let is_sha = last.len() == 40 && last.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_sha.then_some(last)
}

/// The tag or version in a revision, where it is no commit.
#[must_use]
pub fn version(revision: &str) -> Option<&str> {
    if commit(revision).is_some() {
        return None;
    }
    let name = revision.split_once('@').map_or(revision, |(name, _)| name);
    (!name.is_empty() && name != MOVING && !name.starts_with("sha256:")).then_some(name)
}

/// Enough of a revision to tell it from others.
#[must_use]
pub fn mark(revision: &str) -> &str {
    let last = revision.rsplit([':', '/']).next().unwrap_or(revision);
    last.get(..12).unwrap_or(last)
}

/// Why an object is not ready, in one line.
#[must_use]
pub fn not_ready(object: &Object) -> Option<String> {
    let status: Status = object.of("status").ok()?;
    let ready = condition(&status.conditions, "Ready").filter(|one| one.status == "False")?;
    let said = ready.message.chars().filter(|c| !c.is_control()).take(300);
    let said: String = said.collect();
    Some(format!("not ready ({}): {said}", ready.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_revision_is_read() {
        let sha = "696f056df216eea4f9401adbee0ff744d4df390f";
        for form in [
            format!("main@sha1:{sha}"),
            format!("main/{sha}"),
            format!("sha1:{sha}"),
            sha.to_owned(),
        ] {
            assert_eq!(commit(&form), Some(sha), "{form}");
            assert_eq!(version(&form), None, "{form}");
        }
        let digest =
            "6.5.4@sha256:3b6cdcc7adcc9a84d3214ee1c029543789d90b5ae69debe9efa3f66e982875de";
        assert_eq!((commit(digest), version(digest)), (None, Some("6.5.4")));
        assert_eq!(version("latest@sha256:00"), None);
        assert_eq!(version("1.2.3"), Some("1.2.3"));
        assert_eq!((commit(""), version("")), (None, None));
    }
}
