//! A company to act in: eight workloads with a staging and a production each, and a tool of its own for each way in which a version gets there. GitHub and the
//! sink of events are ours, and count; the git remote, the registry and the program are real. What runs in staging is told by a file of events.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use leadtime::clock;
use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use crate::cli::place::{Place, Ran};
use crate::git::repo::run;
use crate::support::github::living::Living;
use crate::support::github::world::{Repo, ago, commit, job, run as github_run, user};
use crate::support::registry::{Real, Repository};
use crate::support::wild::{Answer, Wild};

/// Every secret of every source. It must come out nowhere but at the tool that it is for.
pub const CANARY: &str = "c4n4ry-t0ken-0f-all";

/// Those that GitHub reads and deploys.
const AT_GITHUB: [&str; 4] = ["site", "blog", "cart", "shop"];
/// Those of which the file of events tells all.
const ELSEWHERE: [&str; 4] = ["ledger", "depot", "mailer", "search"];
/// The runs of GitHub that wait for a decision, with their workloads.
pub const WAITING: [(&str, i64); 2] = [("site", 42), ("blog", 43)];

/// The version in staging. Production has the one before, and had those before that.
const NEWEST: i64 = 4;

pub const FILE: &str = "apps/ledger/production/kustomization.yaml";
pub const BEFORE: &str = "# what runs\nimages:\n  - name: acme/other\n    newTag: \"7\"\n  - name: acme/ledger   # ours\n    newTag: 3.0.0   # live\n";

/// Reads what it did, does what it is told, and can be asked; it counts. It gives away its token in what it says.
const TOOL: &str = r#"
[ -z "$LEADTIME_VERB" ] && { [ -e deployed.jsonl ] && cat deployed.jsonl; exit 0; }
if [ -n "$LEADTIME_ASK" ]; then [ -e "done-$LEADTIME_KEY" ] && exit 0; exit 1; fi
echo "$LEADTIME_VERB $LEADTIME_VERSION $*" >> told
touch "done-$LEADTIME_KEY"
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
printf '{"context":{"specversion":"0.5.1","id":"%s","source":"deployer","type":"dev.cdeventsx.leadtime-deployment.finished.0.1.0","timestamp":"%s"},"subject":{"id":"%s","content":{"deployment":"%s","service":"%s","environment":"%s","repository":"acme/%s","sha":"%s","version":"%s","outcome":"success"}}}\n' \
  "$LEADTIME_KEY" "$now" "$LEADTIME_KEY" "$LEADTIME_KEY" "$LEADTIME_WORKLOAD" "$LEADTIME_ENVIRONMENT" "$LEADTIME_WORKLOAD" "$LEADTIME_SHA" "$LEADTIME_VERSION" >> deployed.jsonl
echo "{\"text\":\"deployed with $LEADTIME_TOKEN\"}"
"#;

const SOURCES: &str = r#"
store = { url = "sqlite:log.db" }
[people]
me = "jane"
[[sources]]
name = "gh"
kind = "github"
url = "GITHUB"
token = { env = "CANARY" }
repositories = ["acme/site", "acme/blog", "acme/cart", "acme/shop"]
every = "1s"
[[sources]]
name = "events"
kind = "cdevents"
path = "events.jsonl"
url = "SINK/in"
token = { env = "CANARY" }
secret = { env = "CANARY" }
every = "1s"
[[sources]]
name = "deployments"
kind = "git"
path = "clone"
repository = "acme/deployments"
every = "1s"
[[sources]]
name = "deployer"
kind = "command"
command = ["sh", "tool.sh"]
asks = true
token = { env = "CANARY" }
every = "1s"
"#;

const IMAGES: &str = r#"
[[sources]]
name = "images"
kind = "oci"
url = "REGISTRY"
repositories = ["team/*"]
environment = "production"
every = "1s"
"#;

const FREEZE: &str = r#"
[[paths.freezes]]
environment = "production"
schedule = "FREQ=DAILY"
for = "24h"
reason = "year end"
"#;

pub struct Company {
    pub place: Place,
    pub github: Wild<Living>,
    /// What reached it.
    pub sink: Wild<Vec<Value>>,
    pub remote: PathBuf,
    pub registry: Option<Real>,
    /// Its images, as they were pushed.
    pub images: Repository,
    names: Vec<&'static str>,
    events: Arc<Mutex<File>>,
}

impl Company {
    /// With a registry where there is one; or with a freeze over what the program deploys.
    pub fn new(registry: Option<Real>, frozen: bool) -> Self {
        let place = Place::new();
        let github = AT_GITHUB.iter().map(|name| repository(name)).collect();
        let file = place.write("events.jsonl", "");
        place.write("tool.sh", TOOL);
        let own = "[user]\nname = Jane\nemail = jane@example.org\n";
        fs::write(place.home().join(".gitconfig"), own).unwrap();
        let mut names = [AT_GITHUB, ELSEWHERE].concat();
        names.retain(|name| registry.is_some() || *name != "depot");
        let company = Self {
            github: Living::serve(github, "jane"),
            sink: Wild::start(Vec::new(), |taken, asked| {
                taken.push(asked.json());
                Answer::new(202)
            }),
            remote: remote(&place),
            images: images(),
            registry,
            names,
            events: Arc::new(Mutex::new(File::options().append(true).open(file).unwrap())),
            place,
        };
        let config = company.config(frozen);
        company.place.write("leadtime.toml", config);
        company.begin();
        company
    }

    /// How many workloads there are.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    fn config(&self, frozen: bool) -> String {
        let mut text = SOURCES
            .replace("GITHUB", &self.github.url())
            .replace("SINK", &self.sink.url());
        if let Some(registry) = &self.registry {
            text.push_str(&IMAGES.replace("REGISTRY", &registry.url));
        }
        for path in ["web", "programs"] {
            text.push_str(&format!(
                "[[paths]]\nname = \"{path}\"\nsteps = [\n  {{ name = \"code\", kind = \"code\" }},\n  \
                 {{ name = \"staging\", kind = \"deploy\", environment = \"staging\" }},\n  \
                 {{ name = \"production\", kind = \"deploy\", environment = \"production\" }},\n]\n"
            ));
        }
        if frozen {
            text.push_str(FREEZE);
        }
        for name in &self.names {
            let path = if *name == "mailer" { "programs" } else { "web" };
            text.push_str(&format!(
                "[[workloads]]\nname = \"{name}\"\npath = \"{path}\"\nrepositories = [\"acme/{name}\"]\nservices = [\"{name}\"]\n"
            ));
            if let Some(way) = way(name) {
                text.push_str(&format!("steps.production.promote = {way}\n"));
            }
        }
        text
    }

    /// What has happened so far.
    fn begin(&self) {
        let now = clock::now();
        for name in &self.names {
            let told = !AT_GITHUB.contains(name);
            for number in 1..=NEWEST {
                if told {
                    self.tell(&committed(name, number, now));
                }
                let at = ago(now, hours(number) - 1);
                self.tell(&deployed(name, number, "staging", &at));
                if told && number < NEWEST {
                    let at = ago(now, hours(number) - 2);
                    self.tell(&deployed(name, number, "production", &at));
                }
            }
        }
    }

    fn tell(&self, event: &Value) {
        writeln!(self.events.lock().unwrap(), "{event}").unwrap();
    }

    /// The newest version went live, and its deployer says so.
    pub fn went_live(&self, name: &str) {
        let at = clock::now().to_string();
        self.tell(&deployed(name, NEWEST, "production", &at));
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.place.command(arguments);
        Ran::of(command.env("CANARY", CANARY).output().unwrap())
    }

    /// The deeds that GitHub was asked for, without where it is.
    pub fn asked_of_github(&self) -> Vec<String> {
        let deeds = self.github.deeds().into_iter();
        let deeds = deeds.map(|asked| format!("{} {}", asked.method, asked.target));
        deeds.collect()
    }

    /// What the program was told to do.
    pub fn asked_of_program(&self) -> Vec<String> {
        let told = fs::read_to_string(self.place.file("told")).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }

    /// The secrets reached the tools that they are for, and lie nowhere: in no file of the home, the log and the working folder.
    pub fn keeps_its_secrets(&self) {
        let bearer = format!("Bearer {CANARY}");
        let asked = self.github.asked();
        assert!(
            asked
                .iter()
                .any(|one| one.header("authorization") == Some(&bearer))
        );
        let mut folders = vec![self.place.work(), self.place.home()];
        let mut looked = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = fs::read(&path).unwrap();
                looked += bytes.len();
                assert!(!has(&bytes, CANARY), "a secret lies in {}", path.display());
            }
        }
        assert!(looked > 10_000, "the log is among them");
    }
}

/// Whether bytes hold a text.
pub fn has(bytes: &[u8], text: &str) -> bool {
    let text = text.as_bytes();
    bytes.windows(text.len()).any(|window| window == text)
}

/// How a version of a workload gets to production.
fn way(name: &str) -> Option<&'static str> {
    Some(match name {
        "cart" => {
            r#"{ from = "gh", workflow = "deploy.yml", inputs = { version = "{version}", sha = "{sha}", where = "{environment}", leadtime = "{id}" } }"#
        }
        "shop" => r#"{ from = "gh", deployment = true }"#,
        "ledger" => {
            r#"{ from = "deployments", file = "apps/{workload}/{environment}/kustomization.yaml", key = "images[name=acme/ledger].newTag" }"#
        }
        "depot" => r#"{ from = "images", image = "team/depot", tag = "{environment}" }"#,
        "mailer" => r#"{ from = "deployer", arguments = ["to", "{environment}"] }"#,
        "search" => r#"{ from = "events", event = "dev.cdevents.service.upgraded.0.3.0" }"#,
        _ => return None,
    })
}

/// How long ago a version was made.
fn hours(number: i64) -> i64 {
    (NEWEST - number) * 24 + 5
}

/// A commit of a workload: its first letters tell which.
pub fn sha(name: &str, number: i64) -> String {
    let seed = name
        .bytes()
        .fold(7_u32, |seed, byte| seed * 31 % 9973 + u32::from(byte));
    format!("{number}{seed:07x}{number:032x}")
}

pub fn newest(name: &str) -> String {
    sha(name, NEWEST)
}

fn version(number: i64) -> String {
    format!("{number}.0.0")
}

fn event(id: &str, kind: &str, at: &str, subject: &str, content: &Value) -> Value {
    json!({
        "context": {"specversion": "0.5.1", "id": id, "source": "pipeline", "type": format!("dev.cdeventsx.leadtime-{kind}.0.1.0"), "timestamp": at},
        "subject": {"id": subject, "content": content},
    })
}

fn committed(name: &str, number: i64, now: Timestamp) -> Value {
    let own = sha(name, number);
    let parents = (number > 1).then(|| sha(name, number - 1));
    let parents: Vec<String> = parents.into_iter().collect();
    let content = json!({
        "repository": {"id": format!("acme/{name}")}, "parents": parents, "author": "li", "message": format!("Make {name} {number}"),
    });
    let at = ago(now, hours(number));
    event(&format!("c-{own}"), "commit.created", &at, &own, &content)
}

fn deployed(name: &str, number: i64, environment: &str, at: &str) -> Value {
    let id = format!("{name}-{environment}-{number}");
    let content = json!({
        "deployment": id, "service": name, "environment": environment, "repository": format!("acme/{name}"), "sha": sha(name, number),
        "version": version(number), "outcome": "success", "started": at,
    });
    event(&id, "deployment.finished", at, &id, &content)
}

/// A repository of GitHub: commits, deployments to production, and where somebody has to decide, a run that waits.
fn repository(name: &str) -> Repo {
    let now = clock::now();
    let mut repo = Repo::empty(&format!("acme/{name}"));
    for number in (1..=NEWEST).rev() {
        let parents: Vec<String> = (1..number)
            .rev()
            .take(1)
            .map(|one| sha(name, one))
            .collect();
        let own = sha(name, number);
        let mut commit = commit(&own, &ago(now, hours(number)), &parents);
        commit["author"] = user("li");
        repo.commits.push(commit);
        if number == NEWEST {
            continue;
        }
        let at = ago(now, hours(number) - 2);
        let id = number * 10;
        repo.deployments.push(json!({
            "id": id, "sha": own, "ref": version(number), "task": "deploy", "environment": "production", "creator": user("li"), "created_at": at,
            "updated_at": at,
        }));
        let done =
            json!({"id": id, "state": "success", "environment": "production", "created_at": at});
        repo.statuses.insert(id, vec![done]);
    }
    if let Some((_, id)) = WAITING.iter().find(|(of, _)| *of == name) {
        waits(&mut repo, *id, &newest(name), &ago(now, 1));
    }
    repo
}

/// A run of a commit that waits for a decision on production.
fn waits(repo: &mut Repo, id: i64, sha: &str, at: &str) {
    let reviewers = json!([{"type": "User", "reviewer": user("jane")}]);
    let rule = json!({"id": 3, "type": "required_reviewers", "reviewers": reviewers});
    repo.environments = vec![json!({"id": 2, "name": "production", "protection_rules": [rule]})];
    repo.runs = vec![github_run(id, "waiting", None, sha, at)];
    let mut job = job(id, "waiting", None, sha, at);
    job["name"] = json!("deploy (production)");
    job["started_at"] = Value::Null;
    repo.jobs.insert(id, vec![job]);
    let pending = json!({
        "environment": {"id": 2, "name": "production"}, "wait_timer": 0, "current_user_can_approve": true, "reviewers": reviewers,
    });
    repo.pending.insert(id, vec![pending]);
}

/// A bare repository of what runs where, with the file of one workload in it; and a clone, which knows where it came from.
fn remote(place: &Place) -> PathBuf {
    let bare = place.file("acme/deployments.git");
    fs::create_dir_all(&bare).unwrap();
    run(&bare, &["init", "-q", "--bare", "-b", "main", "."], b"");
    let header = "commit refs/heads/main\ncommitter Host <host@example.org> 1700500000 +0000\ndata 5\nBegin\n";
    let file = format!("M 100644 inline {FILE}\ndata {}\n{BEFORE}\n", BEFORE.len());
    let stream = format!("{header}{file}");
    run(
        &bare,
        &["fast-import", "--quiet", "--force"],
        stream.as_bytes(),
    );
    let address = format!("file://{}", bare.display());
    run(&place.work(), &["clone", "-q", &address, "clone"], b"");
    bare
}

/// The images of the workload that is promoted by tag.
fn images() -> Repository {
    let mut images = Repository::default();
    for number in 1..=NEWEST {
        let annotations = json!({
            "org.opencontainers.image.revision": sha("depot", number),
            "org.opencontainers.image.created": ago(clock::now(), hours(number)),
            "org.opencontainers.image.source": "https://github.com/acme/depot",
        });
        let digest = images.image(&json!({}), &annotations);
        images.tags.insert(version(number), digest);
    }
    let live = images.tags[&version(NEWEST - 1)].clone();
    images.tags.insert("production".to_owned(), live);
    images
}
