//! A company of nine tools, each a process of its own, and a workload that goes through all of them.

use std::path::PathBuf;
use std::time::Duration;

use leadtime::event::time::Span;
use serde_json::Value;

use super::code::{Change, Code};
use super::happen;
use super::past::Past;
use super::process::Process;
use super::registry::Registry;
use super::watch::until;
use crate::argocd::world as argocd;
use crate::cli::place::{Place, Ran};
use crate::jenkins::world as jenkins;
use crate::jira::world as jira;
use crate::kargo::world as kargo;
use crate::pagerduty::world as pagerduty;
use crate::servicenow::world as servicenow;
use crate::support::deeds::clock;
use crate::support::github::living::Living;
use crate::support::secret::lies_nowhere;
use crate::support::served::Served;

/// The secret of every source. It must come out nowhere but at the tool that it is for.
pub const CANARY: &str = "c4n4ry-t0ken-0f-the-demonstration";

/// The sources that are tools with a process: their names, their kinds, and what those take. All but the registry are told a token.
const SOURCES: [(&str, &str, &str); 8] = [
    ("gh", "github", "repositories = [\"acme/shop\"]"),
    (
        "ci",
        "jenkins",
        "user = \"leadtime\"\nprojects = [\"shop\"]",
    ),
    ("images", "oci", "repositories = [\"team/shop\"]"),
    ("kargo", "kargo", "projects = [\"shop\"]"),
    ("snow", "servicenow", "user = \"jane\""),
    ("argo", "argocd", ""),
    ("pager", "pagerduty", "environment = \"production\""),
    ("jira", "jira", "projects = [\"SHOP\"]"),
];

/// Their names.
pub const TOOLS: [&str; 8] = [
    "gh", "ci", "images", "kargo", "snow", "argo", "pager", "jira",
];

pub fn kind(source: &str) -> &'static str {
    let mut all = SOURCES.iter();
    all.find(|(name, ..)| *name == source)
        .map_or("git", |(_, kind, _)| kind)
}

const PATH: &str = r#"
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "build", kind = "build", from = "jenkins" },
  { name = "test", kind = "test", from = "jenkins" },
  { name = "release", kind = "gate", from = "jenkins" },
  { name = "scan", kind = "scan", limits = { critical = 0 } },
  { name = "staging", kind = "deploy", environment = "staging" },
  { name = "verify", kind = "verify" },
  { name = "cab", kind = "gate", from = "servicenow", approvers = ["jane"] },
  { name = "production", kind = "deploy", environment = "production" },
]
[[workloads]]
name = "shop"
path = "web"
repositories = ["acme/shop"]
services = ["shop"]
"#;

/// The steps of its path.
pub const STEPS: [&str; 10] = [
    "code",
    "review",
    "build",
    "test",
    "release",
    "scan",
    "staging",
    "verify",
    "cab",
    "production",
];

pub struct Company {
    pub place: Place,
    pub code: Code,
    pub github: Process<Living>,
    pub jenkins: Process<jenkins::World>,
    pub registry: Registry,
    pub kargo: Process<kargo::World>,
    pub servicenow: Process<servicenow::World>,
    pub argocd: Process<argocd::World>,
    pub pagerduty: Process<pagerduty::World>,
    pub jira: Process<jira::World>,
}

impl Company {
    /// With a past, and nobody before the dashboard yet.
    pub fn new() -> Self {
        let place = Place::new();
        let folder = place.home().join("tools");
        std::fs::create_dir(&folder).unwrap();
        let code = Code::new();
        let registry = Registry::start(&folder);
        let past = Past::of(&code, &registry);
        assert!(code.push(), "the daemon of git takes it");
        let company = Self {
            github: Process::start(&folder, past.github),
            jenkins: Process::start(&folder, past.jenkins),
            kargo: Process::start(&folder, past.kargo),
            servicenow: Process::start(&folder, past.servicenow),
            argocd: Process::start(&folder, past.argocd),
            pagerduty: Process::start(&folder, past.pagerduty),
            jira: Process::start(&folder, past.jira),
            place,
            code,
            registry,
        };
        company.place.write("leadtime.toml", company.config());
        company
    }

    fn config(&self) -> String {
        let mut text = "store = { url = \"sqlite:log.db\" }\n[people]\nme = \"jane\"\n".to_owned();
        let path = self.code.path();
        text.push_str(&format!(
            "[[sources]]\nname = \"code\"\nkind = \"git\"\npath = {path:?}\nrepository = \"acme/shop\"\nevery = \"1s\"\n"
        ));
        for (name, kind, own) in SOURCES {
            let url = self.url(name);
            let token = match name {
                "images" => "",
                _ => "token = { env = \"CANARY\" }\n",
            };
            text.push_str(&format!(
                "[[sources]]\nname = {name:?}\nkind = {kind:?}\nurl = {url:?}\n{own}\n{token}every = \"1s\"\n"
            ));
        }
        text.push_str(PATH);
        text.push_str(&format!("artifacts = [{:?}]\n", self.registry.image()));
        text
    }

    fn url(&self, source: &str) -> String {
        match source {
            "gh" => self.github.served.url(),
            "ci" => self.jenkins.served.url(),
            "images" => self.registry.url(),
            "kargo" => self.kargo.served.url(),
            "snow" => self.servicenow.served.url(),
            "argo" => self.argocd.served.url(),
            "pager" => self.pagerduty.served.url(),
            _ => self.jira.served.url(),
        }
    }

    /// The process of a source.
    pub fn part(&mut self, source: &str) -> &mut Served {
        match source {
            "gh" => &mut self.github.served,
            "ci" => &mut self.jenkins.served,
            "images" => self.registry.served(),
            "kargo" => &mut self.kargo.served,
            "snow" => &mut self.servicenow.served,
            "argo" => &mut self.argocd.served,
            "pager" => &mut self.pagerduty.served,
            _ => &mut self.jira.served,
        }
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.place.command(arguments);
        Ran::of(command.env("CANARY", CANARY).output().unwrap())
    }

    /// What a command answers, as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).ends(0).json()
    }
}

/// A change goes on: each of these is a step, told to the tools that have to do with it.
impl Company {
    pub fn writes(&self, number: u32) -> Change {
        let change = self.code.write(number, clock());
        self.jira
            .change(|jira| happen::planned(jira, &change, clock()));
        assert!(self.code.push());
        change
    }

    pub fn opens(&self, change: &Change) {
        self.github
            .change(|github| happen::opened(github, change, clock()));
    }

    pub fn reviews(&self, change: &Change) {
        self.github
            .change(|github| happen::reviewed(github, change, clock()));
    }

    pub fn merges(&self, change: &mut Change) {
        let at = clock();
        self.code.merge(change, at);
        self.github
            .change(|github| happen::merged(github, change, at));
    }

    /// Nobody hesitates.
    pub fn merges_at_once(&self, change: &mut Change) {
        self.opens(change);
        self.reviews(change);
        self.merges(change);
    }

    /// Jenkins builds and tests it, and then asks.
    pub fn builds(&self, change: &Change) {
        // All of it was just now.
        const PACE: i64 = 20;
        let began = leadtime::clock::now() - Span::from_micros(PACE * 10_000);
        self.jenkins
            .change(|jenkins| happen::built(jenkins, change, began, PACE));
    }

    /// What was let go on ends with an image; tells its digest.
    pub fn releases(&self, change: &Change) -> String {
        let at = clock();
        self.jenkins
            .change(|jenkins| happen::released(jenkins, change, leadtime::clock::now()));
        self.registry.push(change, at)
    }

    pub fn stages(&self, change: &Change, digest: &str) {
        let image = self.registry.image();
        self.kargo
            .change(|kargo| happen::staged(kargo, change, (&image, digest), clock()));
    }

    pub fn verifies(&self, change: &Change) {
        self.kargo
            .change(|kargo| happen::verified(kargo, change, clock()));
    }

    pub fn asks(&self, change: &Change) {
        self.servicenow
            .change(|snow| happen::asked(snow, change, clock()));
    }

    pub fn wants(&self, change: &Change) {
        self.argocd
            .change(|argo| happen::wanted(argo, change, clock()));
    }

    pub fn syncs(&self, change: &Change) {
        let image = self.registry.image();
        self.argocd
            .change(|argo| happen::synced(argo, change, &image, clock()));
    }

    pub fn closes(&self, change: &Change) {
        self.jira
            .change(|jira| happen::closed(jira, change, clock()));
    }

    /// Something is wrong in production, and then right again.
    pub fn raises(&self) {
        self.pagerduty
            .change(|pager| happen::raised(pager, 1, clock()));
    }

    pub fn resolves(&self) {
        self.pagerduty
            .change(|pager| happen::resolved(pager, 1, clock()));
    }

    /// As if a source that is down had been so for two hours.
    pub fn ages(&self, source: &str) {
        let log = rusqlite::Connection::open(self.place.file("log.db")).unwrap();
        log.busy_timeout(Duration::from_secs(10)).unwrap();
        let long_ago = clock() - Span::from_seconds(7_200);
        let long_ago = long_ago.to_string();
        let of = "WHERE source = ?1 AND key = '~reading'";
        let mut tried = Value::Null;
        // A reading that had begun before knows nothing of it.
        until("the source fails since then", || {
            let note: String = log
                .query_row(&format!("SELECT value FROM cursor {of}"), [source], |row| {
                    row.get(0)
                })
                .unwrap();
            let note: Value = serde_json::from_str(&note).unwrap();
            if note["read"] == long_ago.as_str() {
                return note["tried"] != tried;
            }
            tried = note["tried"].clone();
            let set = format!("UPDATE cursor SET value = json_set(value, '$.read', ?2) {of}");
            log.execute(&set, [source, &long_ago]).unwrap();
            false
        });
    }

    /// What Jenkins, `ServiceNow` and Argo CD were asked to do.
    pub fn deeds(&self) -> [Vec<String>; 3] {
        [
            self.jenkins.deeds(),
            self.servicenow.deeds(),
            self.argocd.deeds(),
        ]
    }

    /// No other tool was asked to do anything.
    pub fn left_others_alone(&self) {
        let others = [
            self.github.deeds(),
            self.kargo.deeds(),
            self.pagerduty.deeds(),
            self.jira.deeds(),
        ];
        assert_eq!(others.concat(), [""; 0]);
    }

    /// The secret lies in no file of the home and the folder that one works in, and comes out by no command.
    pub fn keeps_its_secret(&self) {
        let folders: Vec<PathBuf> = vec![self.place.work(), self.place.home()];
        let looked = lies_nowhere(CANARY, folders);
        assert!(looked.contains(&self.place.file("log.db")), "{looked:?}");
        for line in [
            "export -vv",
            "audit --json -vv",
            "doctor -vv",
            "sync -vv",
            "map shop --json -vv",
        ] {
            let words: Vec<&str> = line.split_whitespace().collect();
            let told = self.run(&words);
            assert!(
                !told.out.contains(CANARY) && !told.err.contains(CANARY),
                "{line}"
            );
        }
    }
}
