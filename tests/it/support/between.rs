//! An HTTP proxy of our own: it passes on what is addressed to another host, opens a tunnel where it is asked to, and remembers what went through it. It may
//! ask for a user and a password, and may let nothing through.

use std::io::{BufRead, BufReader, Read, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What it does with those who come.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    Open,
    /// Only for those who say this user and this password.
    For(&'static str),
    /// It lets nothing through.
    Shut,
}

/// The proxy; it ends with the process that runs the tests.
pub struct Between {
    address: SocketAddr,
    passed: Arc<Mutex<Vec<String>>>,
}

impl Between {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let passed = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&passed);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let passed = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, manner, &passed));
            }
        });
        Self { address, passed }
    }

    /// `127.0.0.1:PORT`
    pub fn place(&self) -> String {
        self.address.to_string()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first line of everything that went through it.
    pub fn passed(&self) -> Vec<String> {
        self.passed.lock().unwrap().clone()
    }
}

/// A head, line by line.
struct Head {
    lines: Vec<String>,
}

impl Head {
    fn read(reader: &mut impl BufRead) -> Option<Self> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            lines.push(line.to_owned());
        }
        Some(Self { lines }).filter(|head| !head.lines.is_empty())
    }

    fn header(&self, name: &str) -> Option<&str> {
        let fields = self.lines[1..]
            .iter()
            .filter_map(|line| line.split_once(':'));
        let mut of_name = fields.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        of_name.next().map(|(_, value)| value.trim())
    }

    /// What follows it.
    fn body(&self, reader: &mut impl Read) -> Option<Vec<u8>> {
        let length = self.header("content-length").unwrap_or("0").parse().ok()?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(body)
    }
}

fn serve(stream: &TcpStream, manner: Manner, passed: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    while let Some(head) = Head::read(&mut reader) {
        let refused = match manner {
            Manner::Open => None,
            Manner::For(login) => {
                let wanted = format!("Basic {}", STANDARD.encode(login));
                let is_known = head.header("proxy-authorization") == Some(&wanted);
                (!is_known).then_some(
                    "407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"",
                )
            }
            Manner::Shut => Some("403 Forbidden"),
        };
        if let Some(refused) = refused {
            head.body(&mut reader)?;
            let text = format!("HTTP/1.1 {refused}\r\ncontent-length: 0\r\n\r\n");
            writer.write_all(text.as_bytes()).ok()?;
            continue;
        }
        passed.lock().unwrap().push(head.lines[0].clone());
        let mut words = head.lines[0].split(' ');
        let (method, target) = (words.next()?, words.next()?);
        if method == "CONNECT" {
            return tunnel(stream, target);
        }
        pass(&head, (method, target), &mut reader, &mut writer)?;
    }
    Some(())
}

fn tunnel(near: &TcpStream, target: &str) -> Option<()> {
    let far = TcpStream::connect(target).ok()?;
    let mut writer = near;
    writer.write_all(b"HTTP/1.1 200 -\r\n\r\n").ok()?;
    let (mut from, mut to) = (far.try_clone().ok()?, near.try_clone().ok()?);
    let back = thread::spawn(move || {
        let _ended = copy(&mut from, &mut to);
        let _ended = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (near.try_clone().ok()?, far);
    let _ended = copy(&mut from, &mut to);
    let _ended = to.shutdown(Shutdown::Write);
    back.join().ok()
}

/// Asks for an address in full what is asked of its host.
fn pass(
    head: &Head,
    (method, target): (&str, &str),
    reader: &mut impl Read,
    writer: &mut impl Write,
) -> Option<()> {
    let (host, path) = target.strip_prefix("http://")?.split_once('/')?;
    let far = TcpStream::connect(host).ok()?;
    let mut text = format!("{method} /{path} HTTP/1.1\r\n");
    for line in &head.lines[1..] {
        if !line.to_ascii_lowercase().starts_with("proxy-") {
            text.push_str(line);
            text.push_str("\r\n");
        }
    }
    text.push_str("\r\n");
    let mut asking = &far;
    asking.write_all(text.as_bytes()).ok()?;
    asking.write_all(&head.body(reader)?).ok()?;
    let mut answering = BufReader::new(&far);
    let answer = Head::read(&mut answering)?;
    let body = answer.body(&mut answering)?;
    let head = format!("{}\r\n\r\n", answer.lines.join("\r\n"));
    writer.write_all(head.as_bytes()).ok()?;
    writer.write_all(&body).ok()
}
