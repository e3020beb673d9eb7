//! A clone with commits and tags as no git writes them: an input is the objects, a part each, and every one stands on a branch and under a tag. It is read, or
//! said to be broken; what is told of it can be kept, and reading it again tells nothing new.

#![no_main]

use std::fs;
use std::path::{Path, PathBuf};

use gix::objs::{Kind, Write};
use laws::{Keeper, now, parts, told};
use leadtime::connector::descriptor::Settings;
use leadtime::connector::{Reading, git};
use libfuzzer_sys::fuzz_target;

/// A bare repository with these objects; a part that begins with `tag ` is an annotated tag.
fn made(folder: &Path, objects: &[&[u8]]) -> Option<PathBuf> {
    let path = folder.join("repository.git");
    let repository = gix::init_bare(&path).ok()?;
    // What commits in inputs call their tree, their parent.
    repository.write_buf(Kind::Tree, b"").ok()?;
    for (place, object) in objects.iter().take(12).enumerate() {
        let (kind, bytes) = match object.strip_prefix(b"tag ") {
            Some(tag) => (Kind::Tag, tag),
            None => (Kind::Commit, *object),
        };
        let id = repository.write_buf(kind, bytes).ok()?;
        let (branch, tag) = (
            format!("refs/heads/b{place}"),
            format!("refs/tags/v1.{place}"),
        );
        let names = if kind == Kind::Tag {
            vec![tag]
        } else {
            vec![branch, tag, "refs/heads/main".to_owned()]
        };
        for name in names {
            let file = path.join(name);
            fs::create_dir_all(file.parent()?).ok()?;
            fs::write(file, format!("{id}\n")).ok()?;
        }
    }
    Some(path)
}

fuzz_target!(|data: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = made(folder.path(), &parts(data)) else {
        return;
    };
    let settings = Settings {
        name: "clone".to_owned(),
        path: Some(path),
        repository: Some("acme/shop".to_owned()),
        parts: true,
        ..Settings::default()
    };
    let source = git::open(settings).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut kept = Keeper::default();
    for turn in 0..2 {
        let reading = Reading {
            cursors: kept.cursors.clone().into_iter().collect(),
            since: None,
            now: now(),
        };
        let before = kept.events;
        if let Err(error) = runtime.block_on(source.read(reading, &mut kept)) {
            told(&error.to_string());
            return;
        }
        assert!(
            turn == 0 || kept.events == before,
            "read again, it tells {} more",
            kept.events - before
        );
    }
});
