//! The program that comes with git to serve repositories over HTTP, run as a web server would.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use wiremock::{Request, ResponseTemplate};

/// Whether git comes with it here.
pub fn is_there() -> bool {
    let ran = Command::new("git").arg("--exec-path").output().unwrap();
    let path = String::from_utf8(ran.stdout).unwrap();
    Path::new(path.trim()).join("git-http-backend").exists()
}

/// Whether something would be changed, or is being asked whether it may.
pub fn is_push(asked: &Request) -> bool {
    asked.url.query() == Some("service=git-receive-pack")
        || asked.url.path().ends_with("/git-receive-pack")
}

/// Answers out of the repositories below a folder, to somebody who is let in.
pub fn serve(root: &Path, asked: &Request) -> ResponseTemplate {
    let header = |name: &str| {
        let value = asked.headers.get(name);
        let value = value.and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REMOTE_USER", "ann")
        .env("PATH_INFO", asked.url.path())
        .env("QUERY_STRING", asked.url.query().unwrap_or(""))
        .env("REQUEST_METHOD", asked.method.as_str())
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&asked.body).unwrap();
    let output = child.wait_with_output().unwrap().stdout;
    let end = output.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap();
    let head = String::from_utf8(output[..end].to_vec()).unwrap();
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    let status = field("Status: ").map_or(200, |line| line[..3].parse().unwrap());
    let kind = field("Content-Type: ").unwrap_or("text/plain").to_owned();
    ResponseTemplate::new(status).set_body_raw(output[end + 4..].to_vec(), &kind)
}
