//! What tests of deeds have in common: a tool, a source of it and something to be done, which is prepared twice alike and asked after as a journal keeps it.
//! What every deed and every reading is put to stands in [`crate::conformance`].

use leadtime::connector::{Connector, ConnectorError};
use leadtime::event::time::Timestamp;
use leadtime::plan::request::{Order, Prepared, Request, Sent, Standing};
use serde_json::Value;

use super::kept::Kept;
use super::wild::{Asked, Mischief, Wild};

/// A token that must never be seen anywhere but in a header.
pub const CANARY: &str = "CanaryThatMustNeverBeSeen.0123456789";

/// The time by the clock of this machine: what is done in a world is done at it.
pub fn clock() -> Timestamp {
    let now = leadtime::clock::now();
    Timestamp::from_seconds(now.micros() / 1_000_000)
}

/// A server, whatever its world.
pub trait Serving: Send + Sync {
    fn url(&self) -> String;
    fn once(&self, method: &str, part: &str, mischief: Mischief);
    fn always(&self, method: &str, part: &str, mischief: Mischief);
    fn allow(&self, many: usize);
    fn behave(&self);
    fn refuse(&self);
    fn asked(&self) -> Vec<Asked>;
    fn count(&self, method: &str, part: &str) -> usize;
    fn deeds(&self) -> Vec<Asked>;
}

impl<S: Send + 'static> Serving for Wild<S> {
    fn url(&self) -> String {
        self.url()
    }
    fn once(&self, method: &str, part: &str, mischief: Mischief) {
        self.once(method, part, mischief);
    }
    fn always(&self, method: &str, part: &str, mischief: Mischief) {
        self.always(method, part, mischief);
    }
    fn allow(&self, many: usize) {
        self.allow(many);
    }
    fn behave(&self) {
        self.behave();
    }
    fn refuse(&self) {
        self.refuse();
    }
    fn asked(&self) -> Vec<Asked> {
        self.asked()
    }
    fn count(&self, method: &str, part: &str) -> usize {
        self.count(method, part)
    }
    fn deeds(&self) -> Vec<Asked> {
        self.deeds()
    }
}

/// A tool, a source of it, and something to be done.
pub struct Ready<S: Send + 'static> {
    pub server: Wild<S>,
    pub source: Box<dyn Connector>,
    pub order: Order,
}

/// The same, whatever the tool.
pub struct Case {
    pub server: Box<dyn Serving>,
    pub source: Box<dyn Connector>,
    pub order: Order,
}

impl<S: Send + 'static> From<Ready<S>> for Case {
    fn from(ready: Ready<S>) -> Self {
        Self {
            server: Box::new(ready.server),
            source: ready.source,
            order: ready.order,
        }
    }
}

impl<S: Send + 'static> Ready<S> {
    pub async fn prepare(&self) -> Prepared {
        prepare(&self.server, &*self.source, &self.order).await
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
        ask(&*self.source, request).await
    }
}

/// What would be sent, the same however often it is asked.
pub async fn prepare(server: &dyn Serving, source: &dyn Connector, order: &Order) -> Prepared {
    let actor = source.actor().unwrap();
    let before = server.deeds().len();
    let prepared = actor.prepare(order).await;
    let prepared = prepared.unwrap_or_else(|error| panic!("{error}"));
    let again = actor.prepare(order).await.unwrap();
    assert_eq!(prepared, again, "the recheck would see another plan");
    assert_eq!(server.deeds().len(), before, "preparing does nothing");
    let text = format!("{prepared:?}");
    assert!(!text.contains(CANARY), "{text}");
    prepared
}

/// How a request stands that was kept in a journal.
pub async fn ask(source: &dyn Connector, request: &Request) -> Standing {
    let journal = serde_json::to_string(request).unwrap();
    let request: Request = serde_json::from_str(&journal).unwrap();
    source.actor().unwrap().ask(&request).await
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

pub fn is_done(standing: &Standing) -> bool {
    matches!(standing, Standing::Done(_))
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
