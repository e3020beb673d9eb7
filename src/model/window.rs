//! The window of time that figures speak of: `[from, to)`, half open, in one configured zone.

use chrono_tz::Tz;
use serde::Serialize;

use crate::event::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
    #[serde(serialize_with = "zone_name")]
    pub timezone: Tz,
}

fn zone_name<S: serde::Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

impl Window {
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}
