//! A tool in which something has another name: a server before one of ours that turns one name into the other in all that is asked and answered. A name in an
//! address is one that is encoded once; one that is not, or is twice, is not found.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use leadtime::connector::http::address::encoded;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::wild::{Answer, Asked, Wild};

/// What is called `plain` in the tool behind, and `strange` by who asks before it.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    pub plain: &'static str,
    pub strange: &'static str,
}

impl Name {
    pub fn of(self, text: &str) -> String {
        text.replace(self.plain, self.strange)
    }

    fn in_address(self, text: &str) -> String {
        text.replace(self.plain, &encoded(self.strange))
    }

    /// A piece of an address, as the tool behind knows it.
    fn back(self, piece: &str, is_query: bool) -> String {
        let piece = if is_query {
            piece.replace('+', " ")
        } else {
            piece.to_owned()
        };
        let read = percent_decode_str(&piece).decode_utf8_lossy();
        if read.contains(self.strange) {
            encoded(&read.replace(self.strange, self.plain))
        } else {
            piece.replace(' ', "+")
        }
    }

    fn target(self, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path: Vec<String> = path.split('/').map(|one| self.back(one, false)).collect();
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((key, value)) => format!("{key}={}", self.back(value, true)),
                None => pair.to_owned(),
            })
            .collect();
        match query {
            "" => path.join("/"),
            _ => format!("{}?{}", path.join("/"), pairs.join("&")),
        }
    }

    fn body(self, text: &str) -> String {
        match serde_json::from_str(text) {
            Ok(value) => self.value(value).to_string(),
            Err(_) => self.of(text),
        }
    }

    fn value(self, value: Value) -> Value {
        match value {
            Value::String(text) if text.contains("://") => Value::String(self.in_address(&text)),
            Value::String(text) => Value::String(self.of(&text)),
            Value::Array(all) => all.into_iter().map(|one| self.value(one)).collect(),
            Value::Object(fields) => {
                let fields = fields.into_iter();
                let fields = fields.map(|(key, one)| (self.of(&key), self.value(one)));
                Value::Object(fields.collect())
            }
            other => other,
        }
    }
}

/// The server before the one at an address.
pub fn before(server: &str, name: Name) -> Wild<()> {
    let server = server.strip_prefix("http://").unwrap().to_owned();
    Wild::start((), move |(), asked| {
        let mut answer = ask(&server, asked, &name.target(&asked.target)).unwrap();
        let here = asked.header("host").unwrap();
        answer.body = name.body(&answer.body.replace(&server, here));
        for (_, value) in &mut answer.headers {
            *value = name.in_address(&value.replace(&server, here));
        }
        answer
    })
}

fn ask(server: &str, asked: &Asked, target: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(server).ok()?;
    let mut text = format!("{} {target} HTTP/1.1\r\n", asked.method);
    for (name, value) in &asked.headers {
        let value = if name == "host" { server } else { value };
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    stream
        .write_all(format!("{text}\r\n{}", asked.body).as_bytes())
        .ok()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut answer = Answer::new(line.split(' ').nth(1)?.parse().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name == "content-length" {
            length = value.trim().parse().ok()?;
        } else {
            answer = answer.header(name, value.trim());
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    answer.body = String::from_utf8(body).ok()?;
    Some(answer)
}
