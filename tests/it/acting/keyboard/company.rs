//! A company to act in: workloads with a staging and a production each, and a tool of its own for each way in which a version gets there. GitHub and the
//! sink of events are ours, and count; the git remotes, the registry and the program are real. What runs in staging is told by a file of events.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use leadtime::clock;
use serde_json::Value;

use super::past::{NEWEST, committed, deployed, hours, images, incident, remote, repository};
use crate::cli::place::{Place, Ran};
use crate::support::github::living::Living;
use crate::support::github::world::{Repo, ago};
use crate::support::registry::{Real, Repository};
use crate::support::secret::lies_nowhere;
use crate::support::wild::{Answer, Wild};

/// Every secret of every source. It must come out nowhere but at the tool that it is for.
pub const CANARY: &str = "c4n4ry-t0ken-0f-all";

/// Those that have versions to promote and gates to decide: what GitHub reads and deploys, and those of which the file of events tells all.
const FIRST: Cast = (
    &["site", "blog", "cart", "shop", "docs"],
    &["ledger", "mailer", "search"],
);
/// Those whose runs went wrong, that need two people, that are deployed from a host of git, and that have an incident.
const SECOND: Cast = (&["api", "feed"], &["vault", "wiki", "search"]);

/// Those that a board decides on, and one that has nothing to do with it.
const THIRD: Cast = (&["site"], &["ferry", "mailer"]);

type Cast = (&'static [&'static str], &'static [&'static str]);
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
teams = { board = ["jane", "li", "omar"] }
[[sources]]
name = "gh"
kind = "github"
url = "GITHUB"
token = { env = "CANARY" }
repositories = ["acme/*"]
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

const CHARTS: &str = r#"
[[sources]]
name = "charts"
kind = "git"
url = "HOST/acme/charts.git"
token = { env = "CANARY" }
"#;

const PAGER: &str = r#"
[[sources]]
name = "pd"
kind = "pagerduty"
url = "ADDRESS"
token = { env = "CANARY" }
user = "jane@acme.example"
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

/// Two of three, within an hour, of what has passed its tests.
const BOARD: &str = r#"
[[paths]]
name = "boarded"
steps = [
  { name = "code", kind = "code" },
  { name = "test", kind = "test" },
  { name = "staging", kind = "deploy", environment = "staging" },
  { name = "board", kind = "gate", approvers = ["@board"], approvals = 2, within = "1h" },
  { name = "production", kind = "deploy", environment = "production" },
]
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
    at_github: &'static [&'static str],
    elsewhere: Vec<&'static str>,
    events: Arc<Mutex<File>>,
}

impl Company {
    /// With a registry, where there is one, to promote in by tag.
    pub fn promoting(registry: Option<Real>) -> Self {
        let company = Self::of(Place::new(), FIRST, registry);
        let images = company.registry.as_ref();
        let images = images.map(|registry| IMAGES.replace("REGISTRY", &registry.url));
        company.opened(&images.unwrap_or_default())
    }

    /// With a freeze over what the program deploys.
    pub fn deciding() -> Self {
        Self::of(Place::new(), FIRST, None).opened(FREEZE)
    }

    /// With a board that decides what goes live.
    pub fn meeting() -> Self {
        Self::of(Place::new(), THIRD, None).opened(BOARD)
    }

    /// With a host of git, where there is one, that serves what lies in the folder.
    pub fn mending(place: Place, host: Option<&str>) -> Self {
        let mut company = Self::of(place, SECOND, None);
        if host.is_none() {
            company = company.without("wiki");
        }
        let charts = host.map(|host| CHARTS.replace("HOST", host));
        let company = company.opened(&charts.unwrap_or_default());
        company.tell(&incident("search"));
        company
    }

    /// With a pager, of which the key is the account's.
    pub fn paged(pager: &str) -> Self {
        Self::of(Place::new(), SECOND, None)
            .without("wiki")
            .opened(&PAGER.replace("ADDRESS", pager))
    }

    fn without(mut self, name: &str) -> Self {
        self.elsewhere.retain(|one| *one != name);
        self
    }

    fn of(place: Place, (at_github, elsewhere): Cast, registry: Option<Real>) -> Self {
        let mut github: Vec<Repo> = at_github.iter().map(|name| repository(name)).collect();
        // What is deployed from it is asked for there.
        github.push(Repo::empty("acme/charts"));
        let file = place.write("events.jsonl", "");
        place.write("tool.sh", TOOL);
        let own = "[user]\nname = Jane\nemail = jane@example.org\n";
        fs::write(place.home().join(".gitconfig"), own).unwrap();
        let mut elsewhere = elsewhere.to_vec();
        elsewhere.extend(registry.is_some().then_some("depot"));
        Self {
            github: Living::serve(github, "jane"),
            sink: Wild::start(Vec::new(), |taken, asked| {
                taken.push(asked.json());
                Answer::new(202)
            }),
            remote: remote(&place),
            images: images(),
            registry,
            at_github,
            elsewhere,
            events: Arc::new(Mutex::new(File::options().append(true).open(file).unwrap())),
            place,
        }
    }

    /// With its configuration, of which some is its own, and a past.
    fn opened(self, own: &str) -> Self {
        let config = self.config(own);
        self.place.write("leadtime.toml", config);
        self.begin();
        self
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.at_github.iter().chain(&self.elsewhere).copied()
    }

    /// How many workloads there are.
    pub fn count(&self) -> usize {
        self.names().count()
    }

    fn config(&self, own: &str) -> String {
        let mut text = SOURCES
            .replace("GITHUB", &self.github.url())
            .replace("SINK", &self.sink.url());
        let (sources, paths) = if own.contains("[[sources]]") {
            (own, "")
        } else {
            ("", own)
        };
        text.push_str(sources);
        for (path, confirm) in [
            ("web", ""),
            ("guarded", ", confirm = \"second\""),
            ("programs", ""),
        ] {
            text.push_str(&format!(
                "[[paths]]\nname = \"{path}\"\nsteps = [\n  {{ name = \"code\", kind = \"code\" }},\n  \
                 {{ name = \"staging\", kind = \"deploy\", environment = \"staging\" }},\n  \
                 {{ name = \"production\", kind = \"deploy\", environment = \"production\"{confirm} }},\n]\n"
            ));
        }
        text.push_str(paths);
        for name in self.names() {
            let path = match name {
                "mailer" => "programs",
                "vault" => "guarded",
                "ferry" => "boarded",
                _ => "web",
            };
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
        for name in self.names() {
            let told = !self.at_github.contains(&name);
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

    pub fn tell(&self, event: &Value) {
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
        for asked in asked.iter().chain(&self.sink.deeds()) {
            assert_eq!(asked.header("authorization"), Some(bearer.as_str()));
        }
        let folders = vec![self.place.work(), self.place.home()];
        let looked = lies_nowhere(CANARY, folders);
        assert!(looked.contains(&self.place.file("log.db")), "{looked:?}");
    }
}

/// How a version of a workload gets to production.
fn way(name: &str) -> Option<&'static str> {
    Some(match name {
        "cart" => {
            r#"{ from = "gh", workflow = "deploy.yml", inputs = { version = "{version}", sha = "{sha}", where = "{environment}", leadtime = "{id}" } }"#
        }
        "shop" => r#"{ from = "gh", deployment = true }"#,
        "docs" => r#"{ from = "gh", merge = "promote/docs-*" }"#,
        "ledger" => {
            r#"{ from = "deployments", file = "apps/{workload}/{environment}/kustomization.yaml", key = "images[name=acme/ledger].newTag" }"#
        }
        "depot" => r#"{ from = "images", image = "team/depot", tag = "{environment}" }"#,
        "wiki" => {
            r#"{ from = "charts", file = "charts/{workload}/values-{environment}.yaml", key = "image.tag", branch = "promote/{workload}-{version}", request = "gh" }"#
        }
        "mailer" | "vault" | "ferry" => {
            r#"{ from = "deployer", arguments = ["to", "{environment}"] }"#
        }
        "search" => r#"{ from = "events", event = "dev.cdevents.service.upgraded.0.3.0" }"#,
        _ => return None,
    })
}
