//! A registry for tests: what it holds, and how it answers, by the distribution specification 1.1; old where it is told to be.

use std::collections::BTreeMap;

use leadtime::connector::oci::wire::{digest_like, fallback_tag};
use serde_json::{Value, json};

use crate::support::wild::{Answer, Asked, Wild};

pub const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// What a registry holds.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub repositories: BTreeMap<String, Repository>,
    /// Who may come in: user and password; nobody needs to say who they are where it is `None`.
    pub account: Option<(String, String)>,
    /// Asks for user and password itself, and gives out no tokens.
    pub basic: bool,
    /// Where tokens are given out.
    pub realm: String,
    /// A token is good for so many requests.
    pub good_for: Option<usize>,
    pub used: usize,
    pub tokens: usize,
    /// Keeps no lists of referrers.
    pub old: bool,
    /// At most so many on a page, with a link to the next.
    pub page: Option<usize>,
    /// Blobs lie there.
    pub elsewhere: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Repository {
    pub tags: BTreeMap<String, String>,
    /// Media type and bytes, by digest.
    pub manifests: BTreeMap<String, (String, String)>,
    pub blobs: BTreeMap<String, String>,
}

impl Repository {
    pub fn blob(&mut self, kind: &str, body: &str) -> Value {
        let digest = digest_like("", body.as_bytes());
        self.blobs.insert(digest.clone(), body.to_owned());
        json!({"mediaType": kind, "digest": digest, "size": body.len()})
    }

    /// Takes in a manifest as it is.
    pub fn put(&mut self, kind: &str, body: &str) -> String {
        let digest = digest_like("", body.as_bytes());
        let entry = (kind.to_owned(), body.to_owned());
        self.manifests.insert(digest.clone(), entry);
        digest
    }

    /// An image with labels and annotations, not yet tagged.
    pub fn image(&mut self, labels: &Value, annotations: &Value) -> String {
        let config = json!({"created": "2026-01-02T03:04:05Z", "config": {"Labels": labels}});
        let config = self.blob(CONFIG, &config.to_string());
        let manifest = json!({"schemaVersion": 2, "mediaType": IMAGE, "config": config,
            "layers": [], "annotations": annotations});
        // As people write it: what is put again must be the same bytes, not the same JSON.
        self.put(IMAGE, &serde_json::to_string_pretty(&manifest).unwrap())
    }

    /// An image of a commit under a tag.
    pub fn tagged(&mut self, tag: &str, sha: &str) -> String {
        let annotations = json!({"org.opencontainers.image.revision": sha,
            "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
            "org.opencontainers.image.source": "https://github.com/acme/shop"});
        let digest = self.image(&json!({}), &annotations);
        self.tags.insert(tag.to_owned(), digest.clone());
        digest
    }

    /// Something that refers to an image, with one layer.
    pub fn attach(&mut self, subject: &str, kind: &str, body: &str) -> String {
        let layer = self.blob(kind, body);
        let manifest = json!({"schemaVersion": 2, "mediaType": IMAGE, "artifactType": kind,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest_like("", b"{}"), "size": 2},
            "layers": [layer], "subject": {"mediaType": IMAGE, "digest": subject, "size": 1}});
        self.put(IMAGE, &manifest.to_string())
    }

    fn referrers(&self, subject: &str) -> String {
        let all = self.manifests.iter().filter_map(|(digest, (kind, body))| {
            let manifest: Value = serde_json::from_str(body).unwrap_or_default();
            (manifest["subject"]["digest"] == subject).then(|| {
                json!({"mediaType": kind, "digest": digest, "size": body.len(),
                    "artifactType": manifest["artifactType"], "annotations": manifest["annotations"]})
            })
        });
        let all: Vec<Value> = all.collect();
        json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": all}).to_string()
    }

    /// What a client does where the registry keeps no lists: it puts one under a tag.
    pub fn keep_list(&mut self, subject: &str) {
        let list = self.referrers(subject);
        let digest = self.put(INDEX, &list);
        self.tags.insert(fallback_tag(subject), digest);
    }
}

pub type Registry = Wild<World>;

pub fn start(world: World) -> Registry {
    let registry = Wild::start(world, answer);
    let realm = format!("{}/token", registry.url());
    registry.state().realm = realm;
    registry
}

fn problem(status: u16, code: &str) -> Answer {
    let message = code.to_lowercase().replace('_', " ");
    Answer::json(
        status,
        &json!({"errors": [{"code": code, "message": message}]}),
    )
}

fn answer(world: &mut World, asked: &Asked) -> Answer {
    if asked.path() == "/token" {
        return token(world, asked);
    }
    if let Some(refused) = guard(world, asked) {
        return refused;
    }
    let Some(path) = asked.path().strip_prefix("/v2/").map(str::to_owned) else {
        return Answer::new(404);
    };
    if path.is_empty() {
        return Answer::json(200, &json!({}));
    }
    if path == "_catalog" {
        let names = world.repositories.keys().cloned().collect();
        return list(world, asked, "repositories", names);
    }
    for part in ["tags", "manifests", "blobs", "referrers"] {
        if let Some((name, rest)) = path.rsplit_once(&format!("/{part}/")) {
            return of_repository(world, asked, part, name, rest);
        }
    }
    Answer::new(404)
}

fn of_repository(world: &mut World, asked: &Asked, part: &str, name: &str, rest: &str) -> Answer {
    let copy = world.clone();
    let Some(repository) = world.repositories.get_mut(name) else {
        return problem(404, "NAME_UNKNOWN");
    };
    match (part, asked.method.as_str()) {
        ("tags", _) => list(
            &copy,
            asked,
            "tags",
            repository.tags.keys().cloned().collect(),
        ),
        ("manifests", "PUT") => {
            let kind = asked.header("content-type").unwrap_or_default().to_owned();
            let digest = repository.put(&kind, &asked.body);
            repository.tags.insert(rest.to_owned(), digest.clone());
            Answer::new(201).header("docker-content-digest", &digest)
        }
        ("manifests", _) => {
            let digest = repository.tags.get(rest).map_or(rest, String::as_str);
            match repository.manifests.get(digest) {
                Some((kind, body)) => held(asked, digest, kind, body),
                None => problem(404, "MANIFEST_UNKNOWN"),
            }
        }
        ("blobs", _) => match (repository.blobs.get(rest), copy.elsewhere) {
            (Some(_), Some(host)) => {
                Answer::new(307).header("location", &format!("{host}/stored/{rest}"))
            }
            (Some(body), None) => held(asked, rest, "application/octet-stream", body),
            (None, _) => problem(404, "BLOB_UNKNOWN"),
        },
        _ if copy.old => Answer {
            body: "404 page not found\n".to_owned(),
            ..Answer::new(404)
        },
        _ => held(asked, "", INDEX, &repository.referrers(rest)),
    }
}

fn held(asked: &Asked, digest: &str, kind: &str, body: &str) -> Answer {
    let etag = format!("\"{}\"", digest_like("", body.as_bytes()));
    if asked.header("if-none-match") == Some(&etag) {
        return Answer::new(304);
    }
    let mut answer = Answer::new(200)
        .header("content-type", kind)
        .header("etag", &etag);
    if !digest.is_empty() {
        answer = answer.header("docker-content-digest", digest);
    }
    body.clone_into(&mut answer.body);
    answer
}

fn list(world: &World, asked: &Asked, key: &str, mut names: Vec<String>) -> Answer {
    if let Some(last) = asked.query("last") {
        names.retain(|name| name.as_str() > last);
    }
    let Some(page) = world.page.filter(|page| names.len() > *page) else {
        return Answer::json(200, &json!({"name": "x", key: names}));
    };
    names.truncate(page);
    let last = names.last().unwrap();
    let link = format!("<{}?n={page}&last={last}>; rel=\"next\"", asked.path());
    Answer::json(200, &json!({"name": "x", key: names})).header("link", &link)
}

/// `Basic` with user and password, as a registry writes it.
fn told(asked: &Asked) -> Option<(String, String)> {
    use base64::Engine as _;
    let text = asked.header("authorization")?.strip_prefix("Basic ")?;
    let bytes = base64::prelude::BASE64_STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn token(world: &mut World, asked: &Asked) -> Answer {
    if told(asked) != world.account {
        return Answer::json(401, &json!({"details": "incorrect username or password"}));
    }
    world.tokens += 1;
    world.used = 0;
    let scope = asked.query("scope").unwrap_or_default();
    let token = format!("t{}.{scope}", world.tokens);
    Answer::json(200, &json!({"token": token, "expires_in": 60}))
}

fn guard(world: &mut World, asked: &Asked) -> Option<Answer> {
    let account = world.account.as_ref()?;
    if world.basic {
        let challenge = "Basic realm=\"Registry Realm\"";
        let refused = problem(401, "UNAUTHORIZED").header("www-authenticate", challenge);
        return (told(asked).as_ref() != Some(account)).then_some(refused);
    }
    world.used += 1;
    let right = if asked.method == "PUT" {
        "push"
    } else {
        "pull"
    };
    let spent = world.good_for.is_some_and(|most| world.used > most);
    let name = asked.path().trim_start_matches("/v2/");
    let parts = ["/manifests/", "/tags/", "/blobs/", "/referrers/"];
    let name = parts
        .iter()
        .find_map(|part| Some(name.rsplit_once(part)?.0));
    let scope = name.map(|name| format!("repository:{name}:pull"));
    let given = asked
        .header("authorization")
        .and_then(|text| text.strip_prefix("Bearer "));
    let given = given.filter(|_| !spent).map(|token| {
        token
            .replace("%3A", ":")
            .replace("%2F", "/")
            .replace("%2C", ",")
    });
    let fits = given.is_some_and(|token| {
        let names = scope
            .as_ref()
            .is_none_or(|scope| token.contains(scope.as_str()));
        names
            && token.contains(&format!(
                ".{}",
                if name.is_some() { "repository" } else { "" }
            ))
            && (name.is_none() || token.contains(right))
    });
    let told = scope.map_or_else(String::new, |scope| {
        format!(
            ",scope=\"{scope}{}\"",
            if right == "push" { ",push" } else { "" }
        )
    });
    let challenge = format!(
        "Bearer realm=\"{}\",service=\"test, registry\"{told}",
        world.realm
    );
    (!fits).then(|| problem(401, "UNAUTHORIZED").header("www-authenticate", &challenge))
}
