//! A tool in a process of its own: this test binary, started once more, with a world of ours behind a port. What happens there is on the disk before it is
//! answered, so that a tool that is killed goes on from there when it is started again. The test moves the world by small requests of its own.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::marker::PhantomData;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use leadtime::clock;
use leadtime::event::time::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::tools;
use crate::support::served::{Served, address};
use crate::support::wild::{Answer, Asked, Mischief, Wild};

/// Which tool the process is to be.
const TOOL: &str = "LEADTIME_TEST_TOOL";
const ADDRESS: &str = "LEADTIME_TEST_TOOL_ADDRESS";
/// Where its world lies.
const FILE: &str = "LEADTIME_TEST_TOOL_FILE";
/// The request, as `POST /part`, that is done and never answered.
const HUSHED: &str = "LEADTIME_TEST_TOOL_HUSHED";
/// Where the test puts another world.
const WORLD: &str = "/~world";

/// A world of ours that can be a process.
pub trait Tool: Serialize + DeserializeOwned + Send + 'static {
    const NAME: &'static str;
    /// The time goes on there.
    fn tick(&mut self, _now: Timestamp) {}
    fn answered(&mut self, asked: &Asked) -> Answer;
}

/// What lies on the disk.
#[derive(Serialize, Deserialize)]
struct Kept<S> {
    world: S,
    /// What it was asked to do, in order: method and target.
    deeds: Vec<String>,
    revision: u64,
}

impl<S: Tool> Kept<S> {
    fn answer(&mut self, asked: &Asked, file: &Path) -> Answer {
        let is_move = asked.target == WORLD;
        let answer = if is_move {
            self.moved(asked)
        } else {
            self.world.tick(clock::now());
            self.world.answered(asked)
        };
        let reads = matches!(asked.method.as_str(), "GET" | "HEAD");
        if !reads && answer.status != 412 {
            self.revision += 1;
            if !is_move {
                self.deeds
                    .push(format!("{} {}", asked.method, asked.target));
            }
            self.keep(file);
        }
        answer
    }

    /// The test has looked at the world, and changed it. What was done there meanwhile is not undone.
    fn moved(&mut self, asked: &Asked) -> Answer {
        if asked.header("if-match") != Some(&self.revision.to_string()) {
            return Answer::new(412);
        }
        self.world = serde_json::from_str(&asked.body).unwrap();
        Answer::new(200)
    }

    /// Whole, or not at all.
    fn keep(&self, file: &Path) {
        let next = file.with_extension("next");
        fs::write(&next, serde_json::to_vec(self).unwrap()).unwrap();
        fs::rename(next, file).unwrap();
    }
}

/// The tool that is asked for, where one is.
#[test]
fn the_process_of_a_tool() {
    if let Ok(name) = std::env::var(TOOL) {
        tools::serve(&name);
        std::process::exit(0);
    }
}

/// Serves until who started it is gone.
pub fn serve<S: Tool>() {
    let of = |name| std::env::var(name).unwrap();
    let file = PathBuf::from(of(FILE));
    let kept: Kept<S> = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let address = of(ADDRESS).parse().unwrap();
    let wild = Wild::start_at(address, kept, move |kept, asked| kept.answer(asked, &file));
    if let Ok(hushed) = std::env::var(HUSHED) {
        let (method, part) = hushed.split_once(' ').unwrap();
        wild.once(method, part, Mischief::DoneThenSilent);
    }
    let _gone = io::stdin().read_to_end(&mut Vec::new());
}

/// A tool, as who started it sees it.
pub struct Process<S> {
    pub served: Served,
    file: PathBuf,
    world: PhantomData<S>,
}

impl<S: Tool> Process<S> {
    /// Starts it with a world, in a folder for all of them.
    pub fn start(folder: &Path, world: S) -> Self {
        let file = folder.join(format!("{}.json", S::NAME));
        let kept = Kept {
            world,
            deeds: Vec::new(),
            revision: 0,
        };
        kept.keep(&file);
        let address = address();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["demonstration::process::the_process_of_a_tool", "--exact"])
            .env(TOOL, S::NAME)
            .env(ADDRESS, address.to_string())
            .env(FILE, &file);
        Self {
            served: Served::start(address, command).unwrap(),
            file,
            world: PhantomData,
        }
    }

    /// Starts it again, so that the next request of a method and a part of its address is done, and never answered.
    pub fn hush(&mut self, request: Option<&str>) {
        self.served.again_with(HUSHED, request);
    }

    fn kept(&self) -> Kept<S> {
        serde_json::from_slice(&fs::read(&self.file).unwrap()).unwrap()
    }

    pub fn world(&self) -> S {
        self.kept().world
    }

    /// What it was asked to do.
    pub fn deeds(&self) -> Vec<String> {
        self.kept().deeds
    }

    /// Something happens there.
    pub fn change(&self, change: impl Fn(&mut S)) {
        loop {
            let mut kept = self.kept();
            change(&mut kept.world);
            if self.put(&kept) {
                return;
            }
        }
    }

    fn put(&self, kept: &Kept<S>) -> bool {
        let body = serde_json::to_string(&kept.world).unwrap();
        let mut stream = TcpStream::connect(self.served.address).unwrap();
        let (revision, length) = (kept.revision, body.len());
        write!(
            stream,
            "PUT {WORLD} HTTP/1.1\r\nif-match: {revision}\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        match line.split_whitespace().nth(1) {
            Some("200") => true,
            Some("412") => false,
            other => panic!("{} answers {other:?}", S::NAME),
        }
    }
}
