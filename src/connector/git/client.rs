//! Reading one repository with gix: opening it, and decoding a commit or a tag into what is wanted of it. Nothing is written, nothing is fetched,
//! and the git program is never run. Replacement objects and grafts are left aside: they differ between clones, and facts must not.

use std::borrow::Cow;
use std::path::Path;

use encoding_rs::Encoding;
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
    let mut repository = gix::open(path).map_err(|error| unopened(path, &error))?;
    if let Some(extension) = unknown_extension(&repository) {
        let detail = format!("it uses git's extension {extension}, which leadtime does not know");
        return Err(refused(
            path,
            detail,
            "read a clone of it that does without",
        ));
    }
    repository.objects.ignore_replacements = true;
    Ok(repository)
}

fn refused(path: &Path, detail: String, hint: impl Into<String>) -> ConnectorError {
    let context = format!("git repository {}", path.display());
    ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(hint)
}

/// What a repository must not use for its objects and references to be where they are looked for. git itself refuses what it does not know.
fn unknown_extension(repository: &gix::Repository) -> Option<String> {
    const KNOWN: [&str; 7] = [
        "noop",
        "objectformat",
        "partialclone",
        "preciousobjects",
        "relativeworktrees",
        "submodulepathconfig",
        "worktreeconfig",
    ];
    let config = repository.config_snapshot();
    let sections = config.plumbing().sections_by_name("extensions")?;
    let names = sections.flat_map(|section| section.value_names().collect::<Vec<_>>());
    let mut names = names.map(|name| name.to_lowercase());
    names.find_map(|name| match name.as_str() {
        "refstorage" => {
            let kept = config.string("extensions.refStorage")?.to_string();
            (kept != "files").then(|| format!("refStorage = {kept}"))
        }
        known if KNOWN.contains(&known) => None,
        _ => Some(name),
    })
}

/// Why there is no repository, or why one cannot be opened.
fn unopened(path: &Path, error: &gix::Error) -> ConnectorError {
    if !path.exists() {
        return refused(path, "there is no such folder".to_owned(), "check the path");
    }
    let found = super::discover(path);
    if let Some(above) = found.as_ref().filter(|above| *above != path) {
        let detail = "this folder is inside a repository, it is not one".to_owned();
        return refused(path, detail, format!("name {} instead", above.display()));
    }
    let (told, cause) = (error.to_string(), error.probable_cause().to_string());
    let told = if told.contains(&cause) {
        told
    } else {
        format!("{told}: {cause}")
    };
    if found.is_none() {
        let hint = "name the folder that holds .git, or a bare repository";
        return refused(path, format!("not a git repository: {told}"), hint);
    }
    if let Some((detail, hint)) = barred(path) {
        return refused(path, detail, hint);
    }
    let hint = if told.to_lowercase().contains("sha256") {
        "leadtime reads repositories whose objects are named by SHA-1, and no others".to_owned()
    } else {
        format!("`git -C {} status` may say more", path.display())
    };
    refused(path, format!("it cannot be opened: {told}"), hint)
}

/// What stands in the way of a folder's `.git`, and what to do.
fn barred(path: &Path) -> Option<(String, &'static str)> {
    let git = path.join(".git");
    let error = match std::fs::read_to_string(&git) {
        Err(_) if git.is_dir() => git.read_dir().err()?,
        Err(error) => error,
        Ok(text) => {
            let target = path.join(text.trim().strip_prefix("gitdir:")?.trim());
            let detail = format!(".git leads to {}, where nothing is", target.display());
            let hint = "a repository that was moved: `git worktree repair` from there; one that is gone: clone it anew";
            return (!target.exists()).then_some((detail, hint));
        }
    };
    let detail = format!("{} cannot be read: {error}", git.display());
    git.exists().then_some((detail, "let this user read it"))
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
    let (mut encoding, mut author): (_, &[u8]) = (None, b"");
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
                if let Some(name) = mapped.and_then(|mapped| mapped.name) {
                    name.to_string().trim().clone_into(&mut facts.author);
                } else {
                    author = signature.name;
                }
                facts.authored = signature.seconds();
            }
            Token::Committer { signature } => facts.committed = signature.seconds(),
            Token::Message(text) => {
                let text = read(text, encoding);
                facts.message = message::kept(&text);
                facts.requests = request::named(&text);
            }
            Token::Encoding(name) => encoding = Encoding::for_label(name),
            Token::ExtraHeader(_) => {}
        }
    }
    if facts.author.is_empty() {
        read(author, encoding).trim().clone_into(&mut facts.author);
    }
    Ok(facts)
}

/// A text in the encoding that its commit names, else in UTF-8.
fn read<'t>(text: &'t [u8], encoding: Option<&'static Encoding>) -> Cow<'t, str> {
    match encoding {
        Some(encoding) => encoding.decode_without_bom_handling(text).0,
        None => String::from_utf8_lossy(text),
    }
}
