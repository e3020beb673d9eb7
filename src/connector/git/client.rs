//! Reading one repository with gix: opening it, and decoding a commit or a tag into what is wanted of it. Nothing is written, nothing is fetched,
//! and the git program is never run. Replacement objects and grafts are left aside: they differ between clones, and facts must not.

use std::path::Path;

use gix::ObjectId;
use gix::objs::commit::ref_iter::Token;
use gix::objs::{CommitRefIter, Find, Kind, TagRef};

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

use super::message;
use super::request::{self, Request};

/// What is wanted of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    pub author: String,
    /// Seconds since 1970, of the author and of the committer.
    pub authored: i64,
    pub committed: i64,
    /// The subject and the trailers that matter.
    pub message: String,
    pub requests: Vec<Request>,
}

/// Why an object could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    Missing,
    /// There is something, but not what it should be.
    Broken(String),
}

/// Where commits are read from: a repository, or in a test a table.
pub trait Commits: Send {
    fn commit(&mut self, id: &ObjectId) -> Result<Facts, Unread>;
}

/// A tag's way to its commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peeled {
    pub commit: ObjectId,
    /// When the outermost annotated tag was made.
    pub tagged: Option<i64>,
}

/// An open repository.
pub struct Client {
    pub repository: gix::Repository,
    mailmap: gix::mailmap::Snapshot,
    buffer: Vec<u8>,
}

impl Client {
    pub fn open(path: &Path) -> Result<Self, ConnectorError> {
        let repository = open(path)?;
        let mailmap = repository.open_mailmap();
        Ok(Self {
            repository,
            mailmap,
            buffer: Vec::new(),
        })
    }

    /// Whether an object is there, without reading it.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.repository.has_object(id)
    }

    /// Follows a tag to its commit. `Ok(None)`: it ends at a tree or a blob.
    pub fn peel(&mut self, target: ObjectId) -> Result<Option<Peeled>, Unread> {
        let (mut id, mut made) = (target, None);
        // A chain of tags ends: each names an object that existed before it.
        loop {
            let data = self
                .repository
                .objects
                .try_find(&id, &mut self.buffer)
                .map_err(|error| Unread::Broken(error.to_string()))?
                .ok_or(Unread::Missing)?;
            match data.kind {
                Kind::Commit => {
                    return Ok(Some(Peeled {
                        commit: id,
                        tagged: made,
                    }));
                }
                Kind::Tree | Kind::Blob => return Ok(None),
                Kind::Tag => {
                    let tag = TagRef::from_bytes(data.data, id.kind())
                        .map_err(|error| Unread::Broken(error.to_string()))?;
                    if made.is_none() {
                        let tagger = tag.tagger().ok().flatten();
                        made = tagger.map(|tagger| tagger.seconds());
                    }
                    id = tag.target();
                }
            }
        }
    }
}

/// Opens a repository as it stands on the disk, without replacements.
pub fn open(path: &Path) -> Result<gix::Repository, ConnectorError> {
    match gix::open(path) {
        Ok(mut repository) => {
            repository.objects.ignore_replacements = true;
            Ok(repository)
        }
        Err(error) => Err(not_a_repository(path, &error)),
    }
}

fn not_a_repository(path: &Path, error: &gix::Error) -> ConnectorError {
    let context = format!("git repository {}", path.display());
    let (detail, hint) = if !path.exists() {
        (
            "there is no such folder".to_owned(),
            "check the path".to_owned(),
        )
    } else if let Some(above) = super::discover(path).filter(|above| above != path) {
        let detail = "this folder is inside a repository, it is not one";
        (
            detail.to_owned(),
            format!("name {} instead", above.display()),
        )
    } else {
        let hint = "name the folder that holds .git, or a bare repository";
        (format!("not a git repository: {error}"), hint.to_owned())
    };
    ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(hint)
}

impl Commits for Client {
    fn commit(&mut self, id: &ObjectId) -> Result<Facts, Unread> {
        let data = self
            .repository
            .objects
            .try_find(id, &mut self.buffer)
            .map_err(|error| Unread::Broken(error.to_string()))?
            .ok_or(Unread::Missing)?;
        if data.kind != Kind::Commit {
            return Err(Unread::Broken(format!("it is a {}", data.kind)));
        }
        decode(
            CommitRefIter::from_bytes(data.data, id.kind()),
            &self.mailmap,
        )
        .map_err(|error| Unread::Broken(error.to_string()))
    }
}

fn decode(tokens: CommitRefIter<'_>, mailmap: &gix::mailmap::Snapshot) -> gix::Result<Facts> {
    let mut facts = Facts {
        tree: ObjectId::null(gix::hash::Kind::Sha1),
        parents: Vec::new(),
        author: String::new(),
        authored: 0,
        committed: 0,
        message: String::new(),
        requests: Vec::new(),
    };
    for token in tokens {
        match token? {
            Token::Tree { id } => facts.tree = id,
            Token::Parent { id } => facts.parents.push(id),
            Token::Author { signature } => {
                let mapped = mailmap.try_resolve_ref(signature);
                let name = mapped.and_then(|mapped| mapped.name);
                let name = name.unwrap_or(signature.name);
                name.to_string().trim().clone_into(&mut facts.author);
                facts.authored = signature.seconds();
            }
            Token::Committer { signature } => facts.committed = signature.seconds(),
            Token::Message(text) => {
                let text = String::from_utf8_lossy(text);
                facts.message = message::kept(&text);
                facts.requests = request::named(&text);
            }
            Token::Encoding(_) | Token::ExtraHeader(_) => {}
        }
    }
    Ok(facts)
}
