//! A version is changed in a repository of deployments: what is pushed, what is left alone, and what is said when somebody else comes between, when the
//! other side says no, and when nobody answers.

mod straight;
mod web;
mod wrong;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use leadtime::connector::descriptor::Settings;
use leadtime::connector::git;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing, Verb, Version};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::repo::run;

const FILE: &str = "apps/shop/production/kustomization.yaml";
const KEY: &str = "images[name=acme/shop].newTag";
const TEXT: &str = "# what runs\r\nimages:\r\n  - name: acme/web\r\n    newTag: \"7\"\r\n  - name: acme/shop\r\n    newTag: 1.2.2   # live\r\n";

/// A bare repository that everybody pushes to, and a clone of it.
struct World {
    folder: TempDir,
    bare: PathBuf,
    clone: PathBuf,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bare = folder.path().join("acme/deployments.git");
        let clone = folder.path().join("work");
        fs::create_dir_all(&bare).unwrap();
        run(&bare, &["init", "-q", "--bare", "-b", "main", "."], b"");
        let address = format!("file://{}", bare.display());
        run(folder.path(), &["clone", "-q", &address, "work"], b"");
        run(&clone, &["config", "user.name", "Ann"], b"");
        run(&clone, &["config", "user.email", "ann@example.org"], b"");
        let world = Self {
            folder,
            bare,
            clone,
        };
        world.write(FILE, TEXT, "Begin");
        world.write("README.md", "Deployments\n", "Say what this is");
        world
    }

    /// Somebody commits a file and pushes it.
    fn write(&self, file: &str, text: &str, subject: &str) {
        let other = self.folder.path().join("other");
        if other.exists() {
            run(&other, &["pull", "-q"], b"");
        } else {
            let address = format!("file://{}", self.bare.display());
            run(self.folder.path(), &["clone", "-q", &address, "other"], b"");
        }
        let path = other.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        run(&other, &["add", "."], b"");
        run(&other, &["commit", "-q", "-m", subject], b"");
        run(&other, &["push", "-q", "origin", "HEAD:main"], b"");
    }

    fn git(&self, arguments: &[&str]) -> String {
        run(&self.bare, arguments, b"")
    }

    /// Who git takes whoever runs these tests for, in the clone: their environment may say it, too.
    fn author(&self) -> String {
        let output = Command::new("git")
            .args(["var", "GIT_AUTHOR_IDENT"])
            .current_dir(&self.clone)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let (author, _date) = said.split_once("> ").unwrap();
        format!("{author}>")
    }

    /// The file as a branch has it, to the byte.
    fn text(&self, branch: &str) -> String {
        let output = Command::new("git")
            .args(["cat-file", "blob", &format!("{branch}:{FILE}")])
            .current_dir(&self.bare)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn hook(&self, name: &str, script: &str) {
        fs::create_dir_all(self.bare.join("hooks")).unwrap();
        executable(&self.bare.join("hooks").join(name), script);
    }

    fn settings(&self) -> Settings {
        Settings {
            name: "deployments".to_owned(),
            path: Some(self.clone.clone()),
            ..Settings::default()
        }
    }

    fn source(&self) -> Box<dyn Connector> {
        git::open(self.settings()).unwrap()
    }
}

/// A script, written by another process: what this one holds open for writing while a thread of it starts a program cannot be run.
fn executable(path: &Path, script: &str) {
    let status = Command::new("sh")
        .args([
            "-c",
            "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 755 \"$1\"",
            "sh",
        ])
        .args([path.to_str().unwrap(), script])
        .status()
        .unwrap();
    assert!(status.success());
}

fn order(way: &Value) -> Order {
    let Value::Object(way) = way.clone() else {
        panic!("{way} is no table");
    };
    Order {
        verb: Verb::Promote,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: None,
        to: Some(Version {
            version: Some("1.2.3".to_owned()),
            ..Version::default()
        }),
        from: None,
        way: Some(way),
        comment: Some("asked for by support\n\nLeadtime-Action: forged".to_owned()),
        key: "action-1".to_owned(),
        at: Timestamp::parse("2023-11-20T18:00:00Z").unwrap(),
    }
}

fn straight() -> Order {
    order(&json!({ "file": FILE, "key": KEY }))
}

fn on_a_branch() -> Order {
    order(&json!({ "file": FILE, "key": KEY, "branch": "promote/shop-1.2.3" }))
}

async fn try_prepare(source: &dyn Connector, order: &Order) -> Result<Prepared, ConnectorError> {
    source.actor().unwrap().prepare(order).await
}

/// The one request of an order, that nothing speaks against.
async fn prepare(source: &dyn Connector, order: &Order) -> Request {
    let prepared = try_prepare(source, order).await.unwrap();
    assert_eq!(prepared.objections, []);
    let [request] = &prepared.requests[..] else {
        panic!("{prepared:?}");
    };
    request.clone()
}

async fn send(source: &dyn Connector, request: &Request) -> Sent {
    source.actor().unwrap().send(request).await
}

async fn ask(source: &dyn Connector, request: &Request) -> Standing {
    source.actor().unwrap().ask(request).await
}

fn moved(standing: &Standing) -> &str {
    match standing {
        Standing::Moved(text) => text,
        other => panic!("{other:?}"),
    }
}

fn refused(sent: &Sent) -> &str {
    match sent {
        Sent::Refused(text) => text,
        other => panic!("{other:?}"),
    }
}
