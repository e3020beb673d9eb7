//! What every tool's deeds are put to: each is prepared twice alike, sent once, and found again whatever its answer was; and what every reading is put to: an
//! answer that is none costs nothing but a finding or an error, and is made good by the next.

use leadtime::connector::error::ErrorKind;
use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing};
use serde_json::{Value, json};

use super::kept::Kept;
use super::wild::{Answer, Mischief, Wild};

/// A token that must never be seen anywhere but in a header.
pub const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

/// The time by the clock of this machine: what is done in a world is done at it.
pub fn clock() -> Timestamp {
    let now = leadtime::clock::now();
    Timestamp::from_seconds(now.micros() / 1_000_000)
}

/// A tool, a source of it, and something to be done.
pub struct Ready<S: Send + 'static> {
    pub server: Wild<S>,
    pub source: Box<dyn Connector>,
    pub order: Order,
}

impl<S: Send + 'static> Ready<S> {
    /// What would be sent, the same however often it is asked.
    pub async fn prepare(&self) -> Prepared {
        let actor = self.source.actor().unwrap();
        let prepared = actor.prepare(&self.order).await;
        let prepared = prepared.unwrap_or_else(|error| panic!("{error}"));
        let again = actor.prepare(&self.order).await.unwrap();
        assert_eq!(prepared, again, "the recheck would see another plan");
        assert_eq!(self.server.deeds().len(), 0, "preparing does nothing");
        let text = format!("{prepared:?}");
        assert!(!text.contains(CANARY), "{text}");
        prepared
    }

    /// The one request that would be sent, open to be.
    pub async fn request(&self) -> Request {
        let prepared = self.prepare().await;
        assert_eq!(prepared.objections, [], "{:?}", self.order.verb);
        assert_eq!(prepared.requests.len(), 1, "{prepared:?}");
        let request = prepared.requests.into_iter().next().unwrap();
        assert_eq!(self.ask(&request).await, Standing::Open, "{request:?}");
        request
    }

    pub async fn send(&self, request: &Request) -> Sent {
        self.source.actor().unwrap().send(request).await
    }

    /// How a request that was kept in a journal stands.
    pub async fn ask(&self, request: &Request) -> Standing {
        let journal = serde_json::to_string(request).unwrap();
        let request: Request = serde_json::from_str(&journal).unwrap();
        self.source.actor().unwrap().ask(&request).await
    }
}

/// The request that a deed comes to, as the tool got it: method, path and query, body.
pub async fn sent<S: Send + 'static>(ready: &Ready<S>) -> (String, String, Value) {
    let request = ready.request().await;
    let sent = ready.send(&request).await;
    assert!(matches!(sent, Sent::Done(_)), "{sent:?}");
    let deeds = ready.server.deeds();
    assert_eq!(deeds.len(), 1);
    let one = &deeds[0];
    assert_eq!(request.body.clone().unwrap_or_default(), one.body);
    (one.method.clone(), one.target.clone(), one.json())
}

/// A deed is done, and its answer lost: it is found as `found` says, and never sent again.
pub async fn lost_answers<S: Send + 'static>(
    make: impl Fn() -> Ready<S>,
    found: impl Fn(&Standing) -> bool,
) {
    for mischief in [
        Mischief::DoneThen(Answer::new(502)),
        Mischief::DoneThenSilent,
        Mischief::DoneThenCut,
        Mischief::DoneThenGone,
    ] {
        let ready = make();
        let verb = ready.order.verb;
        let request = ready.request().await;
        ready.server.once(&request.method, "", mischief.clone());
        let sent = ready.send(&request).await;
        assert!(
            matches!(sent, Sent::Doubtful(_)),
            "{verb:?} {mischief:?}: {sent:?}"
        );
        let standing = ready.ask(&request).await;
        assert!(found(&standing), "{verb:?} {mischief:?}: {standing:?}");
        assert_eq!(ready.server.deeds().len(), 1, "{verb:?}");
        assert!(!format!("{sent:?}{standing:?}").contains(CANARY));
    }
    let ready = make();
    let request = ready.request().await;
    let not_done = Mischief::Instead(Answer::new(503));
    ready.server.once(&request.method, "", not_done);
    assert!(matches!(ready.send(&request).await, Sent::Doubtful(_)));
    assert_eq!(ready.ask(&request).await, Standing::Open, "it was not done");
    assert_eq!(ready.server.deeds().len(), 1);
}

pub fn is_done(standing: &Standing) -> bool {
    matches!(standing, Standing::Done(_))
}

/// A deed is refused: the tool's words are told, cleaned, and it stays open. `said` is a body in the form of the tool's complaints that says `so it is`.
pub async fn refusals<S: Send + 'static>(make: impl Fn() -> Ready<S>, said: Value) {
    for status in [400, 401, 403, 404, 409, 422, 429] {
        let ready = make();
        let verb = ready.order.verb;
        let request = ready.request().await;
        let no = Answer::json(status, &said).header("retry-after", "7");
        ready
            .server
            .once(&request.method, "", Mischief::Instead(no));
        let sent = ready.send(&request).await;
        let Sent::Refused(text) = &sent else {
            panic!("{verb:?} {status}: {sent:?}")
        };
        assert!(!text.contains('\u{7}') && !text.contains(CANARY), "{text}");
        assert!(
            status == 429 || text.contains("so it is"),
            "{status}: {text}"
        );
        assert_eq!(
            ready.ask(&request).await,
            Standing::Open,
            "{verb:?} {status}"
        );
        assert_eq!(ready.server.deeds().len(), 1);
    }
    unsent(make).await;
}

/// What does not leave is done by nobody.
async fn unsent<S: Send + 'static>(make: impl Fn() -> Ready<S>) {
    // What was kept for another address is not sent there.
    let ready = make();
    let mut request = ready.request().await;
    "https://elsewhere.example/x".clone_into(&mut request.url);
    assert!(matches!(ready.send(&request).await, Sent::Refused(_)));
    assert_eq!(ready.server.deeds().len(), 0);
    // The address is there, but nobody is.
    let ready = make();
    let request = ready.request().await;
    ready.server.refuse();
    let sent = ready.send(&request).await;
    assert!(
        matches!(sent, Sent::Refused(_) | Sent::Doubtful(_)),
        "{sent:?}"
    );
    assert!(matches!(ready.ask(&request).await, Standing::Unknown(_)));
}

/// Reads once.
pub async fn read(
    source: &dyn Connector,
    kept: &mut Kept,
    now: Timestamp,
) -> Result<(), ConnectorError> {
    kept.findings.clear();
    source.read(kept.reading(now), kept).await
}

/// Everything that can come instead of the answer to a GET of `part`: told, nothing lost, no secret in it. `said` as in [`refusals`].
pub async fn readings<S: Send + 'static>(
    make: impl Fn() -> (Wild<S>, Box<dyn Connector>),
    part: &str,
    said: Value,
    now: Timestamp,
) {
    let (server, source) = make();
    let mut whole = Kept::default();
    read(&*source, &mut whole, now).await.unwrap();
    assert!(server.count("GET", part) > 0 && !whole.events.is_empty());
    assert_eq!(server.deeds().len(), 0, "reading does nothing");
    let slow = || Answer::new(429).header("retry-after", "3600");
    let html = |body: &str| {
        let mut answer = Answer::new(200);
        body.clone_into(&mut answer.body);
        answer
    };
    for (answer, kind) in [
        (Answer::json(401, &said), Some(ErrorKind::Unauthorized)),
        (Answer::json(403, &said), None),
        (Answer::json(404, &said), None),
        (slow(), Some(ErrorKind::RateLimited)),
        (Answer::new(500), None),
        (html("<html>log in"), None),
        (html("[{\"id\""), None),
    ] {
        let (server, source) = make();
        let status = answer.status;
        server.always("GET", part, Mischief::Instead(answer));
        let mut kept = Kept::default();
        let result = read(&*source, &mut kept, now).await;
        let told = format!("{} {result:?}", kept.told());
        assert!(!told.contains(CANARY) && !told.contains('\u{7}'), "{told}");
        match (kind, &result) {
            (Some(kind), Err(error)) => assert_eq!(error.kind, kind, "{status}: {told}"),
            (Some(kind), Ok(())) => panic!("{status}: no {kind:?}: {told}"),
            (None, _) => assert!(
                result.is_err() || !kept.findings.is_empty(),
                "{status}: nothing is told of it"
            ),
        }
        if matches!(status, 401 | 403 | 404) {
            assert!(told.contains("so it is"), "{status}: {told}");
        }
        server.behave();
        read(&*source, &mut kept, now).await.unwrap();
        assert_eq!(kept.ids(), whole.ids(), "{status}: made good by the next");
    }
    let (server, source) = make();
    server.once("GET", part, Mischief::DoneThenCut);
    let mut kept = Kept::default();
    read(&*source, &mut kept, now).await.unwrap();
    assert_eq!(kept.ids(), whole.ids(), "what broke is asked again");
}

/// The body of a complaint with `key` for its words.
pub fn complaint(key: &str) -> Value {
    json!({ key: "so it is\u{7}" })
}

/// An order about something of a workload `shop`.
pub fn order(verb: leadtime::plan::request::Verb, source: &str, id: &str, at: Timestamp) -> Order {
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec!["acme/shop".to_owned()],
        environment: Some("production".to_owned()),
        target: Some(leadtime::plan::request::Target {
            source: source.to_owned(),
            id: id.to_owned(),
            url: None,
        }),
        to: None,
        from: None,
        way: None,
        comment: Some("it burns".to_owned()),
        key: "k-1".to_owned(),
        at,
    }
}
