//! What tools answer. Every connector that speaks HTTP reads twice from a server in this process, which answers as the input says: its first byte chooses the
//! tool, each part of the rest is an answer with its address. Whatever is answered, what is handed over can be kept, the token is never told, and a reading
//! ends.

#![no_main]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use laws::{CANARY, CUT, Keeper, now, told};
use leadtime::app::registry::CONNECTORS;
use leadtime::connector::descriptor::{Settings, Waiting};
use leadtime::connector::{Connector, Reading};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// The tools, in the order of the first byte; new ones go to the end.
const KINDS: [&str; 20] = [
    "alertmanager",
    "argocd",
    "backstage",
    "bitbucket",
    "buildkite",
    "circleci",
    "gitea",
    "github",
    "gitlab",
    "harbor",
    "heroku",
    "jenkins",
    "jira",
    "kargo",
    "kubernetes",
    "netlify",
    "oci",
    "opsgenie",
    "pagerduty",
    "servicenow",
];

/// Headers that a connector looks at; one of another name is left out, since it would only be about the connection.
const HEADERS: [&str; 12] = [
    "link",
    "location",
    "etag",
    "next-range",
    "content-range",
    "x-next-page",
    "x-total-pages",
    "x-jenkins",
    "docker-content-digest",
    "content-type",
    "www-authenticate",
    "last-modified",
];

/// Each answer is given so often, and then there is nothing at its address.
const OFTEN: usize = 3;
/// More requests than this are no reading that ends.
const MOST: usize = 3000;

/// An answer: `PATH STATUS`, headers, an empty line, the body.
#[derive(Clone)]
struct Answer {
    path: Vec<u8>,
    head: String,
    body: Vec<u8>,
    left: usize,
}

#[derive(Default)]
struct World {
    answers: VecDeque<Answer>,
    asked: usize,
}

impl Answer {
    fn read(part: &[u8]) -> Option<Self> {
        let part = part.strip_prefix(b"\n").unwrap_or(part);
        let end = part.windows(2).position(|pair| pair == b"\n\n");
        let (head, body) = end.map_or((part, &b""[..]), |end| (&part[..end], &part[end + 2..]));
        let mut lines = head.split(|byte| *byte == b'\n');
        let first = lines.next()?;
        let space = first.iter().rposition(|byte| *byte == b' ')?;
        let status = str::from_utf8(&first[space + 1..])
            .ok()?
            .parse()
            .unwrap_or(200);
        let known = [200, 201, 204, 301, 302, 304, 400, 401, 403, 404, 410, 422];
        let status: u16 = if known.contains(&status) { status } else { 200 };
        let mut text = format!("HTTP/1.1 {status} -\r\n");
        for line in lines.filter_map(|line| str::from_utf8(line).ok()) {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let fits = value.chars().all(|char| !char.is_control());
            if fits && HEADERS.contains(&name.trim().to_ascii_lowercase().as_str()) {
                text += &format!("{}: {}\r\n", name.trim(), value.trim());
            }
        }
        let body = if matches!(status, 204 | 304) {
            Vec::new()
        } else {
            body.to_vec()
        };
        if !matches!(status, 204 | 304) {
            text += &format!("content-length: {}\r\n", body.len());
        }
        Some(Self {
            path: first[..space].to_vec(),
            head: text,
            body,
            left: OFTEN,
        })
    }
}

impl World {
    /// What is at an address: its own answers in their order; where there are none, the next that nobody asked for.
    fn answer(&mut self, path: &[u8]) -> Option<Answer> {
        self.asked += 1;
        assert!(self.asked < MOST, "a reading that does not end");
        let own = |answer: &&mut Answer| answer.path == path;
        let mut of_path = self
            .answers
            .iter_mut()
            .filter(|answer| answer.left > 0)
            .filter(own);
        let fresh = of_path.find(|answer| answer.left == OFTEN);
        let found = match fresh {
            Some(found) => Some(found),
            None => {
                let mut again = self
                    .answers
                    .iter_mut()
                    .rev()
                    .filter(|answer| answer.left > 0);
                let own = again.find(|answer| answer.path == path);
                match own {
                    Some(own) => Some(own),
                    None => self
                        .answers
                        .iter_mut()
                        .find(|answer| answer.left == OFTEN && !known(&answer.path)),
                }
            }
        };
        let found = found?;
        found.left -= 1;
        Some(found.clone())
    }
}

/// A recorded answer belongs to its address; one whose address was cut by chance may stand anywhere.
fn known(path: &[u8]) -> bool {
    path.starts_with(b"/")
}

type Shared = Arc<Mutex<World>>;

async fn serve(stream: TcpStream, world: Shared) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        stream
            .read_line(&mut line)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        let target = line.split(' ').nth(1)?.to_owned();
        let mut length = 0;
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).await.ok()?;
            match header.trim().to_ascii_lowercase().split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse().ok()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut body)
            .await
            .ok()?;
        let path = target.split('?').next()?.as_bytes().to_vec();
        let answer = world.lock().ok()?.answer(&path);
        let bytes = match answer {
            Some(answer) => [answer.head.as_bytes(), b"\r\n", &answer.body].concat(),
            None => b"HTTP/1.1 404 -\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        };
        stream.get_mut().write_all(&bytes).await.ok()?;
    }
}

/// The server, and a source of every tool that is spoken with.
struct Bench {
    runtime: Runtime,
    world: Shared,
    sources: BTreeMap<&'static str, Box<dyn Connector>>,
}

fn settings(kind: &str, url: &str) -> Settings {
    let some = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let waiting = |status: &str, approve: Option<&str>| Waiting {
        status: status.to_owned(),
        approve: approve.map(str::to_owned),
        ..Waiting::default()
    };
    let mut settings = Settings {
        name: "tool".to_owned(),
        url: Some(url.to_owned()),
        token: Some(SecretString::from(CANARY)),
        ..Settings::default()
    };
    match kind {
        "backstage" => settings.url = Some(format!("{url}/backstage")),
        "bitbucket" | "gitea" => settings.repositories = some(&["acme/*", "!acme/attic-*"]),
        "github" | "gitlab" => {
            settings.repositories = some(&["acme/*", "acme/checkout", "acme/shop"])
        }
        "buildkite" => settings.projects = some(&["acme/*"]),
        "circleci" => {
            settings.url = Some(format!("{url}/api/v2"));
            settings.projects = some(&["gh/acme/*"]);
        }
        "harbor" | "oci" => {
            settings.repositories = some(&[if kind == "oci" { "acme/*" } else { "acme/**" }]);
            settings.environment = Some("{staging,production}".to_owned());
        }
        "jira" => {
            settings.url = Some(format!("{url}/rest/api/3"));
            settings.projects = some(&["PAY", "OPS"]);
            settings.gates = vec![
                waiting("Ready for release", Some("done")),
                waiting("Waiting for approval", None),
            ];
        }
        "kargo" => settings.projects = some(&["shop"]),
        "pagerduty" => settings.environment = Some("production".to_owned()),
        _ => {}
    }
    if matches!(
        kind,
        "bitbucket" | "harbor" | "jenkins" | "jira" | "oci" | "servicenow"
    ) {
        settings.user = Some("jane".to_owned());
    }
    settings
}

fn bench() -> Bench {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = Shared::default();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shared = Arc::clone(&world);
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream, Arc::clone(&shared)));
        }
    });
    let _inside = runtime.enter();
    let sources = KINDS.map(|kind| {
        let (_, open) = CONNECTORS
            .iter()
            .find(|(descriptor, _)| descriptor.kind == kind)
            .unwrap();
        (
            kind,
            open(settings(kind, &url)).unwrap_or_else(|error| panic!("{kind}: {error}")),
        )
    });
    drop(_inside);
    Bench {
        runtime,
        world,
        sources: sources.into_iter().collect(),
    }
}

static BENCH: OnceLock<Bench> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let Some((which, rest)) = data.split_first() else {
        return;
    };
    let bench = BENCH.get_or_init(bench);
    let kind = KINDS[usize::from(*which) % KINDS.len()];
    let source = &bench.sources[kind];
    let answers: VecDeque<Answer> = rest
        .split(|byte| *byte == CUT)
        .filter_map(Answer::read)
        .collect();
    let mut kept = Keeper::default();
    for _ in 0..2 {
        *bench.world.lock().unwrap() = World {
            answers: answers.clone(),
            asked: 0,
        };
        let reading = Reading {
            cursors: kept.cursors.clone().into_iter().collect(),
            since: None,
            now: now(),
        };
        let read = bench.runtime.block_on(source.read(reading, &mut kept));
        if let Err(error) = read {
            told(&format!("{error} {error:?}"));
        }
    }
    for (key, value) in &kept.cursors {
        assert!(
            !key.contains(CANARY) && !value.contains(CANARY),
            "{kind} keeps its token"
        );
    }
    if std::env::var_os("TOLD").is_some() {
        let asked = bench.world.lock().unwrap().asked;
        eprintln!("{kind}: {asked} requests, {} events", kept.events);
    }
});
