//! What is done with a remote: which branches it has, what a file of a branch holds, a commit that changes it, and the push.

use std::collections::BTreeMap;

use super::program::{Bench, Said};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// Where what was fetched stands.
pub const FETCHED: &str = "refs/leadtime/fetched";

/// The branches of a remote, and the one that it stands on.
#[derive(Clone, Debug, Default)]
pub struct Branches {
    pub standard: Option<String>,
    pub tips: BTreeMap<String, String>,
}

/// A file of a branch.
#[derive(Clone, Debug)]
pub struct Found {
    /// The commit that it was read from.
    pub commit: String,
    mode: String,
    pub text: String,
}

/// What a commit says besides its change.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    pub message: &'a str,
    /// Seconds since 1970: the same deed makes the same commit.
    pub at: i64,
}

/// What became of a push.
#[derive(Clone, Debug)]
pub enum Pushed {
    Done(Said),
    /// The branch is elsewhere than it was.
    Behind,
    /// The other side will not have it: nothing was done.
    Refused(String),
    Doubtful(String),
}

impl Bench<'_> {
    /// The branches, as far as they are asked for; the one that it stands on always.
    pub async fn branches(&self, wanted: &[&str]) -> Result<Branches, ConnectorError> {
        let full: Vec<String> = wanted.iter().map(|name| head(name)).collect();
        let mut arguments = vec!["ls-remote", "--quiet", "--symref", "origin", "HEAD"];
        arguments.extend(full.iter().map(String::as_str));
        let said = self.run(&arguments).await?;
        if !said.good {
            return Err(self.unreachable(&said));
        }
        let mut branches = Branches::default();
        for line in said.text().lines() {
            let Some((left, name)) = line.split_once('\t') else {
                continue;
            };
            if let Some(target) = left.strip_prefix("ref: ") {
                let short = target.strip_prefix("refs/heads/");
                branches.standard = short.map(str::to_owned);
            } else if let Some(short) = name.strip_prefix("refs/heads/") {
                branches.tips.insert(short.to_owned(), left.to_owned());
            }
        }
        Ok(branches)
    }

    fn unreachable(&self, said: &Said) -> ConnectorError {
        let words = said.complaint();
        let has = |parts: &[&str]| parts.iter().any(|part| said.words.contains(part));
        let (kind, hint) = if has(&["Authentication failed", "could not read", "error: 401"]) {
            (
                ErrorKind::Unauthorized,
                "give the source a `token`, or git a credential helper for this address",
            )
        } else if has(&["error: 403", "Permission denied"]) {
            (ErrorKind::Forbidden, "these credentials may not do this")
        } else if has(&[
            "not found",
            "does not appear",
            "does not exist",
            "error: 404",
        ]) {
            (
                ErrorKind::NotFound,
                "check the address, and whether the credentials may see it",
            )
        } else {
            (
                ErrorKind::Network,
                "check the address and the connection with `git ls-remote`",
            )
        };
        self.error(kind, words).hinted(hint)
    }

    /// Fetches the tip of a branch, or what is not older than `since` of it.
    pub async fn fetch(&self, branch: &str, since: Option<i64>) -> Result<(), ConnectorError> {
        let spec = format!("+{}:{FETCHED}", head(branch));
        let base = ["fetch", "--quiet", "--no-tags"];
        if let Some(since) = since {
            let depth = format!("--shallow-since=@{since}");
            let said = self
                .run(&[&base[..], &[depth.as_str(), "origin", spec.as_str()]].concat())
                .await?;
            if said.good {
                return Ok(());
            }
            // Where nothing is so young, that is an error too: the tip is all there is to see.
        }
        let said = self
            .run(&[&base[..], &["--depth=1", "origin", spec.as_str()]].concat())
            .await?;
        if said.good {
            Ok(())
        } else {
            Err(self.unreachable(&said))
        }
    }

    /// A file as the branch that was fetched has it.
    pub async fn file(&self, path: &str) -> Result<Found, ConnectorError> {
        let listed = self
            .run(&["ls-tree", "-z", "--full-tree", FETCHED, "--", path])
            .await?;
        let listed = listed.text();
        let entry = listed.trim_end_matches('\0').split_once('\t');
        let mut words = entry.map_or("", |(words, _)| words).split(' ');
        let (mode, kind, blob) = (words.next(), words.next(), words.next());
        let (Some(mode @ ("100644" | "100755")), Some("blob"), Some(blob)) = (mode, kind, blob)
        else {
            let detail = if entry.is_some() {
                format!("{path} is no plain file")
            } else {
                format!("there is no file {path}")
            };
            return Err(self.error(ErrorKind::NotFound, detail).hinted(
                "set `file` to the file that names the version, from the root of the repository",
            ));
        };
        let content = self.run(&["cat-file", "blob", blob]).await?;
        let commit = self.run(&["rev-parse", FETCHED]).await?;
        let text = String::from_utf8(content.out).map_err(|_| {
            self.error(ErrorKind::Malformed, format!("{path} is not UTF-8"))
                .hinted("save the file as UTF-8")
        })?;
        Ok(Found {
            commit: commit.text().trim().to_owned(),
            mode: mode.to_owned(),
            text,
        })
    }

    /// A commit on top of what was fetched, with another text in one file.
    pub async fn commit(
        &self,
        path: &str,
        found: &Found,
        text: &str,
        words: Words<'_>,
    ) -> Result<String, ConnectorError> {
        let blob = self
            .made(&["hash-object", "-w", "--stdin"], text.as_bytes(), &[])
            .await?;
        self.made(&["read-tree", &found.commit], b"", &[]).await?;
        let entry = format!("{} {blob}\t{path}\0", found.mode);
        self.made(
            &["update-index", "-z", "--index-info"],
            entry.as_bytes(),
            &[],
        )
        .await?;
        let tree = self.made(&["write-tree"], b"", &[]).await?;
        let date = format!("@{} +0000", words.at);
        let dates = [
            ("GIT_AUTHOR_DATE", date.as_str()),
            ("GIT_COMMITTER_DATE", date.as_str()),
        ];
        let arguments = [
            "commit-tree",
            "--no-gpg-sign",
            "-p",
            &found.commit,
            "-F",
            "-",
            &tree,
        ];
        self.made(&arguments, words.message.as_bytes(), &dates)
            .await
    }

    async fn made(
        &self,
        arguments: &[&str],
        input: &[u8],
        variables: &[(&str, &str)],
    ) -> Result<String, ConnectorError> {
        let said = self.feed(arguments, input, variables).await?;
        if said.good {
            return Ok(said.text().trim().to_owned());
        }
        Err(self.error(ErrorKind::Unavailable, said.complaint()))
    }

    /// Who git takes the user for; the error says how to tell it.
    pub async fn committer(&self) -> Result<String, String> {
        let said = self.run(&["var", "GIT_COMMITTER_IDENT"]).await;
        let said = said.map_err(|error| error.to_string())?;
        let text = said.text();
        match text.split_once(" <") {
            Some((name, _)) if said.good && !name.is_empty() => Ok(name.to_owned()),
            _ => Err("git does not know who makes the commit".to_owned()),
        }
    }

    /// Whether a push would be let in at all: the other side is asked, and nothing is sent.
    pub async fn may_push(&self, branch: &str) -> Result<(), String> {
        let spec = format!("{FETCHED}:{}", head(branch));
        let said = self
            .run(&[
                "push",
                "--dry-run",
                "--porcelain",
                "--no-verify",
                "origin",
                &spec,
            ])
            .await
            .map_err(|error| error.to_string())?;
        if said.good {
            Ok(())
        } else {
            Err(said.complaint())
        }
    }

    /// Pushes a commit to a branch, once, never by force.
    pub async fn push(&self, commit: &str, branch: &str) -> Pushed {
        let spec = format!("{commit}:{}", head(branch));
        let said = self
            .run(&["push", "--porcelain", "--no-verify", "origin", &spec])
            .await;
        match said {
            Ok(said) => judge(said),
            Err(error) => Pushed::Doubtful(error.to_string()),
        }
    }

    /// The commits of what was fetched: id, author, subject and the key of the action that each carries.
    pub async fn log(&self, path: Option<&str>) -> Result<Vec<Logged>, ConnectorError> {
        const FORMAT: &str = "--format=%H%x1f%an%x1f%s%x1f%(trailers:key=Leadtime-Action,valueonly,separator=%x20)%x1e";
        let mut arguments = vec!["log", FORMAT, FETCHED];
        if let Some(path) = path {
            arguments.extend(["-1", "--", path]);
        }
        let said = self.run(&arguments).await?;
        if !said.good {
            return Err(self.error(ErrorKind::Malformed, said.complaint()));
        }
        let text = said.text();
        let records = text
            .split('\u{1e}')
            .map(|record| record.trim().split('\u{1f}'));
        Ok(records
            .filter_map(|mut fields| {
                Some(Logged {
                    commit: fields.next().filter(|id| !id.is_empty())?.to_owned(),
                    author: fields.next()?.to_owned(),
                    subject: fields.next()?.to_owned(),
                    action: fields.next()?.trim().to_owned(),
                })
            })
            .collect())
    }

    /// Whether the history that was fetched begins at a commit because more was not asked for.
    pub async fn is_cut_at(&self, commit: &str) -> bool {
        let parents = self.run(&["cat-file", "commit", commit]).await;
        let shown = self.run(&["log", "-1", "--format=%P", commit]).await;
        let (Ok(parents), Ok(shown)) = (parents, shown) else {
            return true;
        };
        let has_parent = parents
            .text()
            .lines()
            .take_while(|line| !line.is_empty())
            .any(|line| line.starts_with("parent "));
        has_parent && shown.text().trim().is_empty()
    }
}

/// A commit of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub commit: String,
    pub author: String,
    pub subject: String,
    pub action: String,
}

fn head(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

/// What a push says of itself: a line for the reference, and words on the side.
fn judge(said: Said) -> Pushed {
    let text = said.text();
    let Some(refused) = text.lines().find(|line| line.starts_with("!\t")) else {
        return if said.good {
            Pushed::Done(said)
        } else if never_began(&said.words) {
            Pushed::Refused(said.complaint())
        } else {
            Pushed::Doubtful(said.complaint())
        };
    };
    let reason = refused.rsplit('\t').next().unwrap_or_default();
    // The first two are found out here; the others there, where another push came between.
    let behind = [
        "(fetch first)",
        "(non-fast-forward)",
        "cannot lock ref",
        "failed to update ref",
        "incorrect old value",
        "reference already exists",
    ];
    if behind.iter().any(|words| reason.contains(words)) {
        return Pushed::Behind;
    }
    if reason.starts_with("[remote failure]") {
        return Pushed::Doubtful(said.complaint());
    }
    Pushed::Refused(format!("{reason}: {}", said.complaint()))
}

/// Whether a push ended before anything of it was sent: while it asked what is there.
fn never_began(words: &str) -> bool {
    [
        "unable to access",
        "Authentication failed",
        "could not read Username",
        "could not read Password",
        "does not appear to be a git repository",
        "Could not read from remote repository",
    ]
    .iter()
    .any(|part| words.contains(part))
}
