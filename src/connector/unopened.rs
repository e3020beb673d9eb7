//! A source that cannot be set up, such as one whose token is not there: whatever it is asked, it says why.

use super::{Connector, ConnectorError, Health, Pending, Reading, Sink};
use crate::event::time::Timestamp;

pub struct Unopened {
    pub kind: &'static str,
    pub error: ConnectorError,
}

impl Connector for Unopened {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn read<'a>(&'a self, _reading: Reading, _sink: &'a mut dyn Sink) -> Pending<'a, ()> {
        Box::pin(async { Err(self.error.clone()) })
    }

    fn check(&self, _now: Timestamp) -> Pending<'_, Health> {
        Box::pin(async { Err(self.error.clone()) })
    }
}
