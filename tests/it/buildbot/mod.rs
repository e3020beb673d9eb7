//! Buildbot, of which nobody here wrote a line: a real master and a real worker build what is pushed to a real repository, the program of the recipe asks
//! them, or the reporter of the recipe tells of it, and what leadtime says of the steps is what Buildbot says. `LEADTIME_BUILDBOT` names the folder with its programs.

mod asked;
mod pushed;

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use leadtime::connector::http::dial::{Dial, dial_as};
use leadtime::event::time::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::place::Place;
use crate::receiving::SECRET;

/// How long any one thing may take; it is looked for all the time.
const PATIENCE: Duration = Duration::from_secs(90);

const MASTER: &str = r#"
from buildbot.plugins import changes, schedulers, steps, util, worker

def shell(name):
    return steps.ShellCommand(name=name, command=["sh", name + ".sh"], haltOnFailure=True)

factory = util.BuildFactory([steps.Git(repourl=REPOSITORY, mode="full", method="clobber"), shell("build"), shell("test")])
c = BuildmasterConfig = {
    "workers": [worker.Worker("one", "pass")],
    "protocols": {"pb": {"port": "tcp:%d:interface=127.0.0.1" % WORKERS}},
    "db": {"db_url": "sqlite:///state.sqlite"},
    "www": {"port": "tcp:%d:interface=127.0.0.1" % PORT, "plugins": {}},
    "buildbotURL": "http://127.0.0.1:%d/" % PORT,
    "buildbotNetUsageData": None,
    "change_source": [changes.GitPoller(repourl=REPOSITORY, branches=["main"], pollInterval=1)],
    "schedulers": [schedulers.AnyBranchScheduler(name="push", builderNames=["shop"])],
    "builders": [util.BuilderConfig(name="shop", workernames=["one"], factory=factory)],
}
"#;

const CONFIG: &str = r#"
[[sources]]
name = "clone"
kind = "git"
path = "REPOSITORY"
repository = "acme/shop"
[[sources]]
name = "buildbot"
kind = "command"
command = ["python3", "buildbot.py", "URL", "acme/shop"]
[[paths]]
name = "main"
selector = { labels = {} }
steps = [
  { name = "code", kind = "code" },
  { name = "build", kind = "build" },
  { name = "test", kind = "test" },
  { name = "shipped", kind = "deploy", environment = "release" },
]
[[workloads]]
name = "shop"
repositories = ["acme/shop"]
deployments = "tags:v*"
"#;

/// What stands on the page of recipes: the program that asks, and the reporter that tells.
fn recipes() -> [String; 2] {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/recipes.md"));
    let page = page.unwrap();
    let all = page.split("```python\n").skip(1);
    let all = all.map(|one| one.split_once("```").unwrap().0.to_owned());
    all.collect::<Vec<_>>().try_into().unwrap()
}

/// Where Buildbot's programs are.
fn programs() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("LEADTIME_BUILDBOT")?);
    folder.join("buildbot").is_file().then_some(folder)
}

struct Buildbot {
    folder: TempDir,
    url: String,
    programs: PathBuf,
    running: Vec<Child>,
}

/// A port that was free just now.
fn port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Buildbot {
    /// `more` is what stands in the master's configuration beside, once the repository is there.
    fn start(programs: PathBuf, more: impl FnOnce(&Self) -> String) -> Self {
        let (port, workers) = (port(), port());
        let mut buildbot = Self {
            folder: tempfile::tempdir().unwrap(),
            url: format!("http://127.0.0.1:{port}"),
            programs,
            running: Vec::new(),
        };
        fs::create_dir(buildbot.repository()).unwrap();
        buildbot.git(&["init", "-q", "-b", "main"]);
        buildbot.commit("begin", "exit 0");
        // The first that is live is counted from nowhere.
        buildbot.git(&["tag", "-a", "v0.9.0", "-m", "before"]);
        let master = buildbot.path("master");
        let worker = buildbot.path("worker");
        buildbot.make("buildbot", &["create-master", "-q", &master]);
        let named = format!(
            "REPOSITORY, PORT, WORKERS = {:?}, {port}, {workers}",
            buildbot.repository()
        );
        let more = more(&buildbot);
        let config = format!("{named}\n{MASTER}\n{more}");
        fs::write(format!("{master}/master.cfg"), config).unwrap();
        let at = format!("127.0.0.1:{workers}");
        buildbot.make(
            "buildbot-worker",
            &["create-worker", "-q", &worker, &at, "one", "pass"],
        );
        buildbot.run(&master);
        buildbot.run(&worker);
        buildbot
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LEADTIME_SECRET", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn make(&self, name: &str, arguments: &[&str]) {
        let made = self.program(name).args(arguments).status().unwrap();
        assert!(made.success(), "{name} {arguments:?}");
    }

    fn run(&mut self, folder: &str) {
        let mut twistd = self.program("twistd");
        let arguments = [
            "--nodaemon",
            "--no_save",
            "--pidfile=",
            "--python=buildbot.tac",
        ];
        let running = twistd.args(arguments).current_dir(folder).spawn().unwrap();
        self.running.push(running);
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Jane", "-c", "user.email=jane@example.com"]);
        let ran = git
            .args(arguments)
            .current_dir(self.repository())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }

    /// A commit on the branch that is built; `test` is what its test does.
    fn commit(&self, title: &str, test: &str) -> String {
        fs::write(
            self.repository().join("build.sh"),
            format!("# {title}\nsleep 2\n"),
        )
        .unwrap();
        fs::write(
            self.repository().join("test.sh"),
            format!("sleep 1\n{test}\n"),
        )
        .unwrap();
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", title]);
        self.git(&["rev-parse", "HEAD"])
    }

    async fn ask(&self, path: &str) -> Option<Value> {
        let answer = dial_as(&Dial::default())
            .unwrap()
            .get(format!("{}/api/v2/{path}", self.url))
            .send()
            .await;
        answer.ok()?.json().await.ok()
    }

    /// Asks until what is looked for is there.
    async fn until<T>(&self, path: &str, look: impl Fn(&Value) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            let answer = self.ask(path).await.unwrap_or_default();
            if let Some(found) = look(&answer) {
                return found;
            }
            let log = fs::read_to_string(self.folder.path().join("master/twistd.log"));
            assert!(
                begun.elapsed() < PATIENCE,
                "{path}: {answer}\n{}",
                log.unwrap_or_default()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Both are there, and the repository has been looked at once: what is there before is not built.
    async fn ready(&self) {
        let connected = |answer: &Value| {
            let to = answer["workers"][0]["connected_to"].as_array()?;
            (!to.is_empty()).then_some(())
        };
        self.until("workers", connected).await;
        let log = self.folder.path().join("master/twistd.log");
        self.until("workers", |_| {
            let text = fs::read_to_string(&log).ok()?;
            text.contains("processing changes from").then_some(())
        })
        .await;
    }

    /// The build of a commit, when it is at least so far.
    async fn build(&self, sha: &str, is_there: impl Fn(&Value) -> bool) -> Value {
        let builds = "builds?property=got_revision&order=-buildid";
        self.until(builds, |answer| {
            let mut all = answer["builds"].as_array()?.iter();
            let own = all.find(|one| one["properties"]["got_revision"][0] == sha)?;
            is_there(own).then(|| own.clone())
        })
        .await
    }

    async fn done(&self, sha: &str) -> Value {
        self.build(sha, |build| build["complete"] == true).await
    }

    /// When a step began and ended, and how, by Buildbot.
    async fn step(&self, build: &Value, name: &str) -> (Timestamp, Timestamp, Value) {
        let path = format!("builds/{}/steps", build["buildid"]);
        self.until(&path, |answer| {
            let step = answer["steps"]
                .as_array()?
                .iter()
                .find(|one| one["name"] == name)?;
            let at = |key: &str| step[key].as_i64().map(Timestamp::from_seconds);
            Some((
                at("started_at")?,
                at("complete_at")?,
                step["results"].clone(),
            ))
        })
        .await
    }

    async fn stop(&self, build: &Value) {
        let order =
            json!({"jsonrpc": "2.0", "id": 1, "method": "stop", "params": {"reason": "enough"}});
        let url = format!("{}/api/v2/builds/{}", self.url, build["buildid"]);
        let sent = dial_as(&Dial::default())
            .unwrap()
            .post(url)
            .json(&order)
            .send()
            .await
            .unwrap();
        assert!(sent.status().is_success(), "{sent:?}");
    }
}

impl Drop for Buildbot {
    fn drop(&mut self) {
        for one in &mut self.running {
            // It may have ended by itself.
            let _ = one.kill();
            let _ = one.wait();
        }
    }
}

fn place(buildbot: &Buildbot) -> Place {
    let place = Place::new();
    place.write("buildbot.py", &recipes()[0]);
    let repository = buildbot.repository().display().to_string();
    let config = CONFIG.replace("REPOSITORY", &repository);
    place.write("leadtime.toml", config.replace("URL", &buildbot.url));
    place
}

/// The parts of a change's way at a step: state, from, until.
fn legs(place: &Place, sha: &str, step: &str) -> Vec<(String, Timestamp, Timestamp)> {
    let answer: Value = serde_json::from_str(&place.run(&["where", sha, "--json"]).out).unwrap();
    let all = answer["matches"][0]["timeline"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    let at = |leg: &Value, key: &str| Timestamp::parse(leg[key].as_str().unwrap()).unwrap();
    let own = all.iter().filter(|leg| leg["step"] == step);
    own.map(|leg| {
        (
            leg["state"].as_str().unwrap().to_owned(),
            at(leg, "from"),
            at(leg, "to"),
        )
    })
    .collect()
}

fn standing(place: &Place, sha: &str) -> (Value, Value) {
    let answer: Value = serde_json::from_str(&place.run(&["where", sha, "--json"]).out).unwrap();
    let one = &answer["matches"][0];
    (one["step"].clone(), one["state"].clone())
}

fn told_of(place: &Place, sha: &str, word: &str) -> usize {
    let exported = place.run(&["export"]).ends(0);
    let lines = exported.out.lines();
    lines
        .filter(|line| line.contains(sha) && line.contains(word))
        .count()
}
