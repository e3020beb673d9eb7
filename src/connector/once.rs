//! What a tool that cannot be asked is known by: what was prepared here and not sent can be sent; of anything else nobody can tell.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::plan::request::{Receipt, Request, Sent, Standing};

/// The requests of one source, since it was opened.
#[derive(Debug, Default)]
pub struct Once(Mutex<BTreeMap<String, State>>);

#[derive(Clone, Debug)]
enum State {
    Prepared,
    Done(Receipt),
    Doubtful(String),
}

impl Once {
    /// A request was made, and not sent; one that was sent before stays sent.
    pub fn prepared(&self, request: &Request) {
        self.with(|known| {
            known.entry(name(request)).or_insert(State::Prepared);
        });
    }

    /// It is about to be sent: whatever happens now, it may have been.
    pub fn sending(&self, request: &Request) {
        let text = "it was sent, and no answer came".to_owned();
        self.put(request, State::Doubtful(text));
    }

    pub fn sent(&self, request: &Request, sent: &Sent) {
        let state = match sent {
            Sent::Done(receipt) => State::Done(receipt.clone()),
            Sent::Refused(_) => State::Prepared,
            Sent::Doubtful(text) => State::Doubtful(text.clone()),
        };
        self.put(request, state);
    }

    pub fn standing(&self, request: &Request) -> Standing {
        let known = self.with(|known| known.get(&name(request)).cloned());
        match known {
            Some(State::Prepared) => Standing::Open,
            Some(State::Done(receipt)) => Standing::Done(receipt),
            Some(State::Doubtful(text)) => Standing::Unknown(text),
            None => Standing::Unknown("whether it was sent cannot be told from here".to_owned()),
        }
    }

    fn put(&self, request: &Request, state: State) {
        self.with(|known| known.insert(name(request), state));
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<String, State>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request holds the key of its action, so two are never the same.
fn name(request: &Request) -> String {
    format!(
        "{}\n{}\n{}",
        request.url,
        request.body.as_deref().unwrap_or_default(),
        request.probe
    )
}
