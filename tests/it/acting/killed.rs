//! A process that acts is killed between every two of its steps, against a tool that counts. Whatever the moment: no request is sent twice, none is lost,
//! and the journal is whole.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use leadtime::action::{Hands, NotKept, recover, run};
use leadtime::confirm::{Assent, confirm};
use leadtime::connector::{Actor, Answering, Pending};
use leadtime::event::time::Timestamp;
use leadtime::journal::chain;
use leadtime::journal::story::{State, Story, stories};
use leadtime::journal::{Entry, Outcome, Person};
use leadtime::model::definition::Confirm;
use leadtime::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};
use leadtime::plan::{Plan, RECORD};
use leadtime::store::sqlite::SqliteStore;
use leadtime::store::{JournalLine, Store};

const CHILD: &str = "LEADTIME_TEST_KILLED_AT";
const KEYS: [&str; 3] = ["switch", "deploy", "notify"];

/// The tool: it does what it is told, each time that it is told, and counts.
fn tool() -> (SocketAddr, Arc<Mutex<BTreeMap<String, u32>>>) {
    let done = Arc::new(Mutex::new(BTreeMap::new()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let counted = Arc::clone(&done);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let mut line = String::new();
            if BufReader::new(&stream).read_line(&mut line).is_err() {
                continue;
            }
            let answer = match line.trim().split_once(' ') {
                Some(("do", key)) => {
                    *counted.lock().unwrap().entry(key.to_owned()).or_insert(0) += 1;
                    "done"
                }
                Some(("ask", key)) if counted.lock().unwrap().contains_key(key) => "done",
                _ => "open",
            };
            // The one who asked may be dead.
            let _ = (&stream).write_all(format!("{answer}\n").as_bytes());
        }
    });
    (address, done)
}

/// Speaks with the tool.
struct Speaker(SocketAddr);

impl Speaker {
    fn say(&self, line: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.0).ok()?;
        stream.write_all(format!("{line}\n").as_bytes()).ok()?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }
}

impl Actor for Speaker {
    fn speaks_for(&self, _: &str) -> bool {
        true
    }

    fn prepare<'a>(&'a self, _: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async { Ok(Prepared::default()) })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            deadly();
            let answer = self.say(&format!("do {}", request.url));
            deadly();
            match answer.as_deref() {
                Some("done") => Sent::Done(Receipt::default()),
                other => Sent::Doubtful(format!("{other:?}")),
            }
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move {
            deadly();
            let answer = self.say(&format!("ask {}", request.url));
            deadly();
            match answer.as_deref() {
                Some("done") => Standing::Done(Receipt::default()),
                Some("open") => Standing::Open,
                other => Standing::Unknown(format!("{other:?}")),
            }
        })
    }
}

/// Ends this process at the step that it was told, as a power cut would.
fn deadly() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static STEP: AtomicU32 = AtomicU32::new(0);
    let Some(last) = std::env::var(CHILD).ok() else {
        return;
    };
    if STEP.fetch_add(1, Ordering::SeqCst) == last.parse::<u32>().unwrap() {
        let own = std::process::id().to_string();
        let killed = Command::new("kill").args(["-9", &own]).status();
        unreachable!("still here: {killed:?}");
    }
}

struct Bench {
    store: SqliteStore,
    speaker: Speaker,
}

impl Bench {
    fn new(file: &Path, address: SocketAddr) -> Self {
        Self {
            store: SqliteStore::open(file).unwrap(),
            speaker: Speaker(address),
        }
    }

    fn lines(&self) -> Vec<JournalLine> {
        self.store.journal(0).unwrap()
    }

    fn stories(&self) -> Vec<Story> {
        let lines = self.lines();
        stories(
            lines
                .iter()
                .map(|line| chain::read(&line.body).unwrap().entry),
        )
    }
}

impl Hands for Bench {
    fn write(&mut self, entry: Entry) -> Result<(), NotKept> {
        deadly();
        let added = self
            .store
            .journal_add(&mut |head| chain::link(entry.clone(), head));
        deadly();
        added.map(drop).map_err(|error| NotKept(error.to_string()))
    }

    fn keep(&mut self, line: &str) -> Result<(), NotKept> {
        deadly();
        let batch = leadtime::store::Batch {
            entries: vec![leadtime::store::Entry {
                source: "leadtime".to_owned(),
                id: "hold".to_owned(),
                at: Timestamp::default(),
                body: line.to_owned(),
            }],
            cursors: Vec::new(),
        };
        let kept = self.store.append(&batch, Timestamp::default());
        deadly();
        kept.map(drop).map_err(|error| NotKept(error.to_string()))
    }

    fn actor(&self, _: &str) -> Option<&dyn Actor> {
        Some(&self.speaker)
    }

    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn patience(&self) -> &[Duration] {
        const NONE: [Duration; 1] = [Duration::ZERO];
        &NONE
    }
}

fn plan() -> Plan {
    let request = |method: &str, key: &str| Request {
        connector: "tool".to_owned(),
        what: key.to_owned(),
        method: method.to_owned(),
        url: key.to_owned(),
        headers: Vec::new(),
        body: Some("{}".to_owned()),
        probe: serde_json::Value::Null,
    };
    let mut requests: Vec<Request> = KEYS.iter().map(|key| request("POST", key)).collect();
    requests.push(request(RECORD, "hold"));
    Plan {
        action: "a1".to_owned(),
        at: Timestamp::default(),
        intent: Verb::Rollback,
        workload: "shop".to_owned(),
        workloads: vec!["shop".to_owned()],
        environment: Some("production".to_owned()),
        from: None,
        to: None,
        from_sha: None,
        to_sha: None,
        requests,
        ships: Vec::new(),
        leaves: Vec::new(),
        shipping: Vec::new(),
        leaving: Vec::new(),
        evidence: Vec::new(),
        objections: Vec::new(),
        notes: Vec::new(),
        undone_by: Vec::new(),
        confirm: Confirm::Typed,
        usual_seconds: None,
        comment: None,
        user: None,
        proofs: Vec::new(),
        gates: Vec::new(),
    }
}

fn jane() -> Person {
    Person {
        name: "jane".to_owned(),
        ..Person::default()
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

/// What the process does that is killed. Only when it is that process.
#[test]
fn the_process_that_is_killed() {
    if std::env::var(CHILD).is_err() {
        return;
    }
    let file = std::env::var("LEADTIME_TEST_FILE").unwrap();
    let address = std::env::var("LEADTIME_TEST_TOOL")
        .unwrap()
        .parse()
        .unwrap();
    let mut bench = Bench::new(Path::new(&file), address);
    let typed = Assent::Typed("shop".to_owned());
    let confirmed = confirm(plan(), &typed, jane(), Timestamp::default()).unwrap();
    block_on(run(&confirmed, &mut bench)).unwrap();
}

#[test]
fn killed_between_any_two_steps_nothing_is_sent_twice_and_nothing_is_lost() {
    let own = std::env::current_exe().unwrap();
    let mut steps = 0;
    loop {
        let (address, done) = tool();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.db");
        // Made before, so that every step that is counted is one of the action.
        drop(SqliteStore::open(&file).unwrap());
        let status = Command::new(&own)
            .args(["acting::killed::the_process_that_is_killed", "--exact"])
            .env(CHILD, steps.to_string())
            .env("LEADTIME_TEST_FILE", &file)
            .env("LEADTIME_TEST_TOOL", address.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let mut bench = Bench::new(&file, address);
        for story in bench.stories() {
            if matches!(story.state, State::Sending | State::InDoubt) {
                block_on(recover(&story, &mut bench)).unwrap();
            }
        }
        let counted = done.lock().unwrap().clone();
        assert!(
            counted.values().all(|count| *count == 1),
            "{steps}: {counted:?}"
        );
        let lines = bench.lines();
        let head = bench.store.journal_head().unwrap();
        assert_eq!(chain::verify(&lines, head.as_ref(), None), [], "{steps}");
        for story in bench.stories() {
            assert!(
                !matches!(story.state, State::Sending | State::InDoubt),
                "{steps}: {story:?}"
            );
            for (key, fate) in KEYS.iter().zip(&story.fates) {
                let told = fate.outcome == Some(Outcome::Done);
                assert_eq!(told, counted.contains_key(*key), "{steps}: {key} {fate:?}");
            }
            // What leadtime keeps itself is made up for, once all before it was done.
            let all = counted.len() == KEYS.len();
            assert_eq!(bench.store.head().unwrap() == 1, all, "{steps}");
        }
        assert!(
            bench.stories().len() == 1 || counted.is_empty(),
            "{steps}: meant before sent"
        );
        steps += 1;
        if status.success() {
            break;
        }
    }
    // Three requests with four lines and calls each, a record, and the ends.
    assert!(steps > 30, "{steps}");
}
