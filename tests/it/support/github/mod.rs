//! A GitHub of our own on a free loopback port: generated repositories, pages with `Link`, entity tags with 304, rate-limit headers, faults on
//! demand, and a count of every request. It serves any process of this machine, so a child can be pointed at it.

pub mod living;
pub mod world;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub use world::{Repo, World};

/// One request, as it was answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    pub conditional: bool,
    pub status: u16,
    pub authorization: Option<String>,
}

/// An answer in place of the true one.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Paths that contain this.
    pub path: String,
    /// How often; `None`: always.
    pub times: Option<u32>,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Fault {
    pub fn new(path: &str, status: u16) -> Self {
        Self {
            path: path.to_owned(),
            times: None,
            status,
            headers: Vec::new(),
            body: json!({"message": "fault"}).to_string(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

pub struct GitHubMock {
    server: MockServer,
    world: Arc<Mutex<World>>,
}

impl GitHubMock {
    pub async fn start(world: World) -> Self {
        let server = MockServer::start().await;
        let world = Arc::new(Mutex::new(world));
        let answers = Answers(Arc::clone(&world), server.uri());
        Mock::given(any())
            .respond_with(answers)
            .mount(&server)
            .await;
        Self { server, world }
    }

    /// The base of its API.
    pub fn url(&self) -> String {
        self.server.uri()
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// What was asked since the last time, in order.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.world().asked)
    }
}

struct Answers(Arc<Mutex<World>>, String);

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut world = self.0.lock().unwrap();
        let header = |name: &str| {
            let value = request.headers.get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let query = request
            .url
            .query()
            .map_or(String::new(), |query| format!("?{query}"));
        let path = format!("{}{query}", request.url.path());
        let given = header("if-none-match");
        let (status, template) = answer(&mut world, &self.1, request, &path, given.as_deref());
        world.asked.push(Asked {
            path,
            conditional: given.is_some(),
            status,
            authorization: header("authorization"),
        });
        // Saying that nothing has changed costs nothing.
        if let (Some(limit), false) = (&mut world.limit, status == 304) {
            limit.remaining = limit.remaining.saturating_sub(1);
        }
        let mut template = template.append_header("date", world.date.clone());
        if let Some(limit) = &world.limit {
            template = template
                .append_header("x-ratelimit-limit", limit.whole.to_string())
                .append_header("x-ratelimit-remaining", limit.remaining.to_string())
                .append_header("x-ratelimit-reset", limit.reset.to_string());
        }
        template
    }
}

fn answer(
    world: &mut World,
    base: &str,
    request: &Request,
    path: &str,
    given: Option<&str>,
) -> (u16, ResponseTemplate) {
    if let Some(fault) = world.fault(path) {
        let mut template = ResponseTemplate::new(fault.status);
        for (name, value) in &fault.headers {
            template = template.append_header(name.as_str(), value.as_str());
        }
        return (
            fault.status,
            template.set_body_raw(fault.body, "application/json"),
        );
    }
    if world
        .limit
        .as_ref()
        .is_some_and(|limit| limit.remaining == 0)
    {
        let body = json!({"message": "API rate limit exceeded"});
        return (403, ResponseTemplate::new(403).set_body_json(body));
    }
    let segments: Vec<&str> = request.url.path().trim_matches('/').split('/').collect();
    if let Some(moved) = world.moved(&segments) {
        let template =
            ResponseTemplate::new(301).append_header("location", format!("{base}{moved}"));
        return (
            301,
            template.set_body_json(json!({"message": "Moved Permanently"})),
        );
    }
    match world.find(&segments) {
        None => {
            let body = json!({"message": "Not Found"});
            (404, ResponseTemplate::new(404).set_body_json(body))
        }
        Some((field, found)) => paged(base, request, field, &found, given),
    }
}

/// Cuts the page that was asked for out of a list, under `field` where it has one; what is no list is answered whole.
fn paged(
    base: &str,
    request: &Request,
    field: Option<&str>,
    found: &Value,
    given: Option<&str>,
) -> (u16, ResponseTemplate) {
    let number = |name: &str, otherwise: usize| {
        let mut pairs = request.url.query_pairs();
        let found = pairs.find(|(key, _)| key == name);
        found.map_or(otherwise, |(_, value)| value.parse().unwrap())
    };
    let (page, size) = (number("page", 1), number("per_page", 30).min(100));
    let mut links = Vec::new();
    let body = match found.as_array() {
        None => found.to_string(),
        Some(items) => {
            let last = items.len().div_ceil(size).max(1);
            let link = |page: usize, rel: &str| {
                format!(
                    "<{base}{}?per_page={size}&page={page}>; rel=\"{rel}\"",
                    request.url.path()
                )
            };
            if page < last {
                links.extend([link(page + 1, "next"), link(last, "last")]);
            }
            let cut: Vec<&Value> = items.iter().skip((page - 1) * size).take(size).collect();
            match field {
                None => json!(cut).to_string(),
                Some(field) => json!({"total_count": items.len(), field: cut}).to_string(),
            }
        }
    };
    let mut hasher = DefaultHasher::new();
    (&body, &links).hash(&mut hasher);
    let etag = format!("W/\"{:x}\"", hasher.finish());
    let status = if given == Some(etag.as_str()) {
        304
    } else {
        200
    };
    let mut template = ResponseTemplate::new(status).append_header("etag", etag);
    if !links.is_empty() {
        template = template.append_header("link", links.join(", "));
    }
    if status == 200 {
        template = template.set_body_raw(body, "application/json");
    }
    (status, template)
}
