//! The branches and tags of a repository, and which of them is the line that requests are merged into. What other programs keep among the
//! references (stashes, notes, a host's copies of requests) is not delivered from, and left aside.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::refs::Target;

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// The references as they stand now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refs {
    /// Full names of local and remote branches, and `HEAD` where it is detached; each with its commit.
    pub heads: BTreeMap<String, ObjectId>,
    /// Short names of tags, each with the object that it points to: a commit, or an annotated tag.
    pub tags: BTreeMap<String, ObjectId>,
    /// The branch that requests are merged into, by full name.
    pub line: Option<String>,
    /// References that cannot be read, in words.
    pub broken: Vec<String>,
}

impl Refs {
    pub fn read(repository: &gix::Repository) -> Result<Self, ConnectorError> {
        let context = || format!("references of {}", repository.git_dir().display());
        let unreadable = |error: gix::Error| {
            ConnectorError::new(ErrorKind::Malformed, context(), error.to_string())
                .hinted("`git fsck` says what is wrong with the repository")
        };
        let mut refs = Self::default();
        let mut symbolic = BTreeMap::new();
        let platform = repository.references().map_err(unreadable)?;
        for prefix in ["refs/heads/", "refs/remotes/", "refs/tags/"] {
            for reference in platform.prefixed(prefix).map_err(unreadable)? {
                match reference {
                    Ok(reference) => refs.take(reference.inner, &mut symbolic),
                    Err(error) => refs.broken.push(error.to_string()),
                }
            }
        }
        let head = repository.head_name().ok().flatten();
        let head = head.map_or_else(|| "HEAD".to_owned(), |name| name.to_string());
        // Detached: the commit may be on no branch.
        if head == "HEAD"
            && let Ok(id) = repository.head_id()
        {
            refs.heads.insert(head.clone(), id.detach());
        }
        let remote_head = symbolic.get("refs/remotes/origin/HEAD");
        refs.line = refs.choose(remote_head, Some(&head), repository.is_bare());
        Ok(refs)
    }

    fn take(&mut self, reference: gix::refs::Reference, symbolic: &mut BTreeMap<String, String>) {
        let name = reference.name.to_string();
        match reference.target {
            Target::Symbolic(target) => {
                symbolic.insert(name, target.to_string());
            }
            Target::Object(id) => {
                if let Some(tag) = name.strip_prefix("refs/tags/") {
                    self.tags.insert(tag.to_owned(), id);
                } else {
                    self.heads.insert(name, id);
                }
            }
        }
    }

    /// What the remote calls its default; in a bare repository, HEAD; else the usual names. HEAD of a work tree comes last: it says where
    /// somebody stands at the moment, and facts must not depend on that.
    fn choose(&self, remote: Option<&String>, head: Option<&String>, bare: bool) -> Option<String> {
        let usual = [
            "refs/remotes/origin/main",
            "refs/remotes/origin/master",
            "refs/heads/main",
            "refs/heads/master",
            "refs/heads/trunk",
        ];
        let bare_head = head.filter(|_| bare).map(String::as_str);
        remote
            .map(String::as_str)
            .into_iter()
            .chain(bare_head)
            .chain(usual)
            .chain(head.map(String::as_str))
            .find(|name| self.heads.contains_key(*name))
            .map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(
        names: &[&str],
        remote: Option<&str>,
        head: Option<&str>,
        bare: bool,
    ) -> Option<String> {
        let id = ObjectId::null(gix::hash::Kind::Sha1);
        let heads = names.iter().map(|name| ((*name).to_owned(), id)).collect();
        let refs = Refs {
            heads,
            ..Refs::default()
        };
        refs.choose(
            remote.map(str::to_owned).as_ref(),
            head.map(str::to_owned).as_ref(),
            bare,
        )
    }

    #[test]
    fn the_line_does_not_depend_on_where_somebody_stands() {
        let (main, work, develop) = ("refs/heads/main", "refs/heads/work", "refs/heads/develop");
        let origin = "refs/remotes/origin/develop";
        let is = |found: Option<String>, name| assert_eq!(found.as_deref(), name);
        is(line(&[main, work], None, Some(work), false), Some(main));
        is(
            line(&[main, origin], Some(origin), Some(main), false),
            Some(origin),
        );
        is(
            line(&[main, develop], None, Some(develop), true),
            Some(develop),
        );
        is(line(&[work], None, Some(work), false), Some(work));
        is(line(&[main], Some(origin), None, false), Some(main));
        is(line(&[], None, Some(main), false), None);
    }
}
