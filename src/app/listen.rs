//! Listening, around all connectors: what a source says by itself is listened to for as long as leadtime runs. When it ends it is begun anew, after a pause
//! that grows while it fails; meanwhile the source is read on its round, as ever.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};

use crate::connector::{Connector, ConnectorError, Ear};

/// How patient to be.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub first_pause: Duration,
    pub longest_pause: Duration,
    /// What lasted so long did not fail: the pauses begin anew.
    pub steady: Duration,
    /// After so long it is begun anew: logins, rights and what there is to listen to may be others by then.
    pub whole: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(5),
            steady: Duration::from_mins(1),
            whole: Duration::from_mins(30),
        }
    }
}

/// Who is told what is heard, and how the listening goes.
pub trait Hearer: Ear {
    /// It is begun, or begun anew: what could not be listened to before is looked at again.
    fn begun(&self);
    /// It ended, and is begun anew later.
    fn ended(&self, error: Option<&ConnectorError>);
}

/// Listens for ever; returns where there is nothing to listen to.
pub async fn listen(connector: &dyn Connector, hearer: &dyn Hearer, pace: Pace) {
    let ear: &dyn Ear = hearer;
    let pauses = || {
        let all = ExponentialBuilder::default()
            .with_min_delay(pace.first_pause)
            .with_max_delay(pace.longest_pause);
        all.without_max_times().with_jitter().build()
    };
    let mut next = pauses();
    while let Some(listening) = connector.listen(ear) {
        let began = Instant::now();
        hearer.begun();
        match tokio::time::timeout(pace.whole, listening).await {
            Ok(Err(error)) => hearer.ended(Some(&error)),
            Ok(Ok(())) | Err(_) => hearer.ended(None),
        }
        if began.elapsed() >= pace.steady {
            next = pauses();
        }
        let pause = next.next().unwrap_or(pace.longest_pause);
        tokio::time::sleep(pause).await;
    }
}
