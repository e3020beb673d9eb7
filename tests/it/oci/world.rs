//! A registry for tests: what it holds, and how it answers, by the distribution specification 1.1; old where it is told to be.

use std::collections::BTreeMap;

use leadtime::connector::oci::wire::digest_like;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use crate::support::registry::{IMAGE, INDEX, Repository};
use crate::support::wild::{Answer, Asked, Wild};

/// What a registry holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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

pub fn answer(world: &mut World, asked: &Asked) -> Answer {
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
