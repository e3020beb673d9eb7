//! A small HTTP server that can behave badly, for tests that count what a tool was asked to do. It holds a state `S` and one function that applies a
//! request to it and answers; on demand a request is answered without being applied, or applied and then answered wrongly, late or never.
//!
//! ```ignore
//! let wild = Wild::start(World::default(), |world, asked| match (asked.method.as_str(), asked.path()) {
//!     ("POST", "/gates/1") => { world.approved += 1; Answer::json(200, &json!({"ok": true})) }
//!     _ => Answer::new(404),
//! });
//! wild.once("POST", "/gates/1", Mischief::DoneThenCut);   // or `always`; `behave` forgets
//! // … point the connector at wild.url(), with a `patience` of some 300 ms where `DoneThenSilent` is meant
//! assert_eq!((wild.count("POST", "/gates/1"), wild.state().approved), (1, 1));
//! ```
//!
//! It keeps connections alive, runs on threads of its own, and serves any process of this machine. Where `LEADTIME_ANSWERS` names a folder, what is answered
//! to those who read is kept there, a file a server: what `fuzz/` begins with.

mod flow;

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::Value;
use tokio::net::TcpSocket;

/// One request, as it came in.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    /// Without the query.
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&self.target, |(path, _)| path)
    }

    /// A value of the query, as it is written there.
    pub fn query(&self, key: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The body; `null` when it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// It goes on: with what [`Wild::say`] says.
    pub flows: bool,
}

impl Answer {
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
            flows: false,
        }
    }

    /// An answer that begins, and goes on.
    pub fn flow() -> Self {
        Self {
            flows: true,
            ..Self::new(200)
        }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        let answer = Self::new(status).header("content-type", "application/json");
        Self {
            body: body.to_string(),
            ..answer
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// How a request is treated badly.
#[derive(Clone, Debug)]
pub enum Mischief {
    /// Not applied; this is answered instead.
    Instead(Answer),
    /// Applied; this is answered instead of the truth.
    DoneThen(Answer),
    /// Applied; no answer ever, the connection stays open.
    DoneThenSilent,
    /// Applied; the connection ends in the middle of the true answer.
    DoneThenCut,
    /// Applied; the connection ends without a byte.
    DoneThenGone,
    /// Applied, and answered truly but for a header of this name.
    With(&'static str, &'static str),
}

struct Rule {
    method: String,
    part: String,
    once: bool,
    /// So many that fit are let through before.
    spared: usize,
    mischief: Mischief,
}

/// What the threads share.
struct Inner<S> {
    state: Mutex<S>,
    apply: Box<dyn Fn(&mut S, &Asked) -> Answer + Send + Sync>,
    asked: Mutex<Vec<Asked>>,
    rules: Mutex<Vec<Rule>>,
    open: Mutex<Vec<TcpStream>>,
    flows: Mutex<Vec<flow::Flow>>,
    closed: AtomicBool,
    answers: Option<Mutex<File>>,
}

/// The server; it stops when it is dropped.
pub struct Wild<S: Send + 'static> {
    address: SocketAddr,
    /// Has the port as long as this lives, so that nobody else gets it when it is closed.
    _port: TcpSocket,
    inner: Arc<Inner<S>>,
}

impl<S: Send + 'static> Wild<S> {
    pub fn start(
        state: S,
        apply: impl Fn(&mut S, &Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), state, apply)
    }

    /// At an address that was chosen before.
    pub fn start_at(
        address: SocketAddr,
        state: S,
        apply: impl Fn(&mut S, &Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let port = TcpSocket::new_v4().unwrap();
        port.set_reuseaddr(true).unwrap();
        port.bind(address).unwrap();
        let address = port.local_addr().unwrap();
        let listener = TcpListener::bind(address).unwrap();
        let inner = Arc::new(Inner {
            state: Mutex::new(state),
            apply: Box::new(apply),
            asked: Mutex::default(),
            rules: Mutex::default(),
            open: Mutex::default(),
            flows: Mutex::default(),
            closed: AtomicBool::new(false),
            answers: answers(),
        });
        let shared = Arc::clone(&inner);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.closed.load(Ordering::SeqCst) {
                    return;
                }
                let stream = stream.unwrap();
                lock(&shared.open).push(stream.try_clone().unwrap());
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(&shared, &stream));
            }
        });
        Self {
            address,
            _port: port,
            inner,
        }
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The state as it is now. Not to be held while something is asked.
    pub fn state(&self) -> MutexGuard<'_, S> {
        lock(&self.inner.state)
    }

    /// The next request of this method whose path and query contain `part` is treated so.
    pub fn once(&self, method: &str, part: &str, mischief: Mischief) {
        self.rule(method, part, (true, 0), mischief);
    }

    /// Every request of this method whose path and query contain `part` is treated so.
    pub fn always(&self, method: &str, part: &str, mischief: Mischief) {
        self.rule(method, part, (false, 0), mischief);
    }

    /// So many are read, and then none for an hour.
    pub fn allow(&self, many: usize) {
        let slowly = Answer::new(429).header("retry-after", "3600");
        self.rule("GET", "", (false, many), Mischief::Instead(slowly));
    }

    fn rule(&self, method: &str, part: &str, (once, spared): (bool, usize), mischief: Mischief) {
        lock(&self.inner.rules).push(Rule {
            method: method.to_owned(),
            part: part.to_owned(),
            once,
            spared,
            mischief,
        });
    }

    /// No more mischief.
    pub fn behave(&self) {
        lock(&self.inner.rules).clear();
    }

    /// From now on no connection is accepted: the port is closed, and stays so, whoever else looks for one. To see a connection refused, ask with a client that has
    /// none open.
    pub fn refuse(&self) {
        if !self.inner.closed.swap(true, Ordering::SeqCst) {
            lock(&self.inner.flows).clear();
            for stream in lock(&self.inner.open).drain(..) {
                // It may have ended by itself.
                let _ = stream.shutdown(Shutdown::Both);
            }
            // Wakes whoever accepts, so that the listener is dropped; then it is seen to be gone.
            drop(TcpStream::connect(self.address));
            while TcpStream::connect(self.address).is_ok() {
                thread::yield_now();
            }
        }
    }

    /// Everything that was asked, in order, whatever became of it.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.inner.asked).clone()
    }

    /// The requests of one method whose path and query contain `part`.
    pub fn asked_for(&self, method: &str, part: &str) -> Vec<Asked> {
        let mut asked = self.asked();
        asked.retain(|one| one.method == method && one.target.contains(part));
        asked
    }

    pub fn count(&self, method: &str, part: &str) -> usize {
        self.asked_for(method, part).len()
    }

    /// Everything that was asked for and does more than read.
    pub fn deeds(&self) -> Vec<Asked> {
        let mut asked = self.asked();
        asked.retain(|one| !matches!(one.method.as_str(), "GET" | "HEAD" | "OPTIONS"));
        asked
    }
}

impl<S: Send + 'static> Drop for Wild<S> {
    fn drop(&mut self) {
        self.refuse();
    }
}

/// A test that failed while it held the lock has told why already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends a connection, also when what applies a request panics.
struct Ending<'a>(&'a TcpStream);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// One connection, until either side ends it.
fn serve<S>(inner: &Inner<S>, stream: &TcpStream) -> Option<()> {
    let _ending = Ending(stream);
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    while let Some(asked) = read(&mut reader) {
        if inner.closed.load(Ordering::SeqCst) {
            break;
        }
        lock(&inner.asked).push(asked.clone());
        let mischief = mischief(inner, &asked);
        let truth = match &mischief {
            Some(Mischief::Instead(answer)) => answer.clone(),
            _ => (inner.apply)(&mut lock(&inner.state), &asked),
        };
        if asked.method == "GET" {
            record(inner, &asked, &truth);
        }
        if truth.flows && !matches!(mischief, Some(Mischief::DoneThen(_))) {
            flow::serve(inner, stream, &asked)?;
            continue;
        }
        let bytes = bytes(&truth);
        let sent = match mischief {
            None | Some(Mischief::Instead(_)) => writer.write_all(&bytes),
            Some(Mischief::DoneThen(answer)) => writer.write_all(&self::bytes(&answer)),
            // Until the other side has had enough.
            Some(Mischief::DoneThenSilent) => reader.read_to_end(&mut Vec::new()).map(drop),
            Some(Mischief::DoneThenCut) => {
                // At least the head promises more than comes.
                let _ = writer.write_all(&bytes[..bytes.len() - 1 - truth.body.len() / 2]);
                break;
            }
            Some(Mischief::DoneThenGone) => break,
            Some(Mischief::With(name, value)) => {
                let mut changed = truth;
                changed.headers.retain(|(known, _)| known != name);
                writer.write_all(&self::bytes(&changed.header(name, value)))
            }
        };
        sent.ok()?;
    }
    Some(())
}

/// The first rule that fits; one that was meant for once is gone then.
fn mischief<S>(inner: &Inner<S>, asked: &Asked) -> Option<Mischief> {
    let mut rules = lock(&inner.rules);
    let fits = |rule: &Rule| rule.method == asked.method && asked.target.contains(&rule.part);
    let found = rules.iter().position(fits)?;
    if rules[found].spared > 0 {
        rules[found].spared -= 1;
        return None;
    }
    let mischief = rules[found].mischief.clone();
    if rules[found].once {
        rules.remove(found);
    }
    Some(mischief)
}

/// The next request of a connection; `None` when there is none.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut asked = Asked {
        method: words.next()?,
        target: words.next()?,
        headers: Vec::new(),
        body: String::new(),
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        let header = (name.to_ascii_lowercase(), value.trim().to_owned());
        asked.headers.push(header);
    }
    let length = asked.header("content-length").unwrap_or("0").parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8(body).ok()?;
    Some(asked)
}

/// A file for what this server answers, called by the test that started it: its first word is the tool.
fn answers() -> Option<Mutex<File>> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let folder = std::env::var_os("LEADTIME_ANSWERS")?;
    let current = thread::current();
    let name = current.name()?.replace("::", "-");
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let file = Path::new(&folder).join(format!("{name}-{number}"));
    File::create(file).ok().map(Mutex::new)
}

/// Address and status, headers, an empty line, the body; what ends it stands in no text.
fn record<S>(inner: &Inner<S>, asked: &Asked, answer: &Answer) {
    let Some(file) = &inner.answers else { return };
    let mut text = format!("{} {}\n", asked.path(), answer.status);
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push_str(&format!("\n{}\u{1e}", answer.body));
    lock(file).write_all(text.as_bytes()).unwrap();
}

fn bytes(answer: &Answer) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} -\r\n", answer.status);
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    // These two may have no body, so no length either.
    if !matches!(answer.status, 204 | 304) {
        text.push_str(&format!("content-length: {}\r\n", answer.body.len()));
    }
    text.push_str("\r\n");
    text.push_str(&answer.body);
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use leadtime::connector::http::dial::{Dial, dial_as};
    use leadtime::connector::http::plain::lost;
    use leadtime::connector::http::{Lost, plain};
    use serde_json::json;

    use super::*;

    /// What is seen of a deed by who asks for it: a status, or whether it left.
    async fn seen<S: Send>(wild: &Wild<S>) -> Result<u16, bool> {
        let client = dial_as(&Dial {
            patience: Some(Duration::from_millis(200)),
            ..Dial::default()
        });
        let request = client.unwrap().post(format!("{}/deed?x=1", wild.url()));
        let left = |error| matches!(lost(&error), Lost::Unknown(_));
        let answer = request.body("{\"a\":1}").send().await.map_err(left)?;
        Ok(plain::whole(answer).await.map_err(left)?.status)
    }

    #[tokio::test]
    async fn every_mischief_is_what_it_says() {
        let wild = Wild::start(0, |done, asked| {
            *done += 1;
            assert_eq!((asked.path(), asked.query("x")), ("/deed", Some("1")));
            assert_eq!(asked.json(), json!({"a": 1}));
            Answer::json(201, &json!({"done": *done}))
        });
        assert_eq!(seen(&wild).await, Ok(201));
        let table = [
            (Mischief::Instead(Answer::new(403)), Ok(403), 0),
            (Mischief::DoneThen(Answer::new(502)), Ok(502), 1),
            (Mischief::DoneThenSilent, Err(true), 1),
            (Mischief::DoneThenCut, Err(true), 1),
            (Mischief::DoneThenGone, Err(true), 1),
        ];
        for (mischief, wanted, done) in table {
            *wild.state() = 0;
            let before = wild.deeds().len();
            wild.once("POST", "/deed", mischief.clone());
            assert_eq!(seen(&wild).await, wanted, "{mischief:?}");
            assert_eq!(*wild.state(), done, "{mischief:?}");
            assert_eq!(wild.deeds().len(), before + 1, "{mischief:?}");
        }
        assert_eq!(seen(&wild).await, Ok(201), "once is once");
        wild.always("POST", "/deed", Mischief::Instead(Answer::new(409)));
        assert_eq!(seen(&wild).await, Ok(409));
        assert_eq!(seen(&wild).await, Ok(409));
        wild.behave();
        assert_eq!(seen(&wild).await, Ok(201));
        assert_eq!(
            (wild.count("POST", "/deed"), wild.count("GET", "/")),
            (10, 0)
        );
        wild.refuse();
        assert_eq!(seen(&wild).await, Err(false), "it never left");
    }
}
