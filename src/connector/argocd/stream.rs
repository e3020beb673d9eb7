//! Argo CD's own stream of applications (`/api/v1/stream/applications`): events sent by a server, with a sign of life every fifteen seconds. It says that an
//! application is another than it was; what happened to it a reading tells, so that what is streamed and what is polled is one fact.
//!
//! Applications are looked at by their controller every few minutes, and each look is an event of the stream: one that differs in nothing that matters is none.

use std::collections::BTreeMap;

use http::header::{ACCEPT, HeaderMap, HeaderValue};

use super::client::{FIELDS, Reach};
use super::config::{Selection, api};
use super::cursor::mark;
use super::wire::{self, Application};
use crate::connector::error::ErrorKind;
use crate::connector::http::{Broken, parse};
use crate::connector::lenient::answers;
use crate::connector::{ConnectorError, Ear};

answers! {
    Listed {
        metadata: Newest,
    }
    Newest {
        resource_version: String,
    }
    /// One event.
    Told {
        result: Option<Change>,
        error: Option<Trouble>,
    }
    Change {
        #[serde(rename = "type")]
        name: String,
        application: Application,
    }
    Trouble {
        message: String,
    }
}

/// What an event says beyond the list, which keeps it to itself: which revision is wanted.
const REVISIONS: &str = "items.status.sync.revision,items.status.sync.revisions";

/// What is known of each application: how it is, and, once an event has said so, which revision is wanted.
type Marks = BTreeMap<String, (String, Option<String>)>;

/// Listens until the stream ends.
pub async fn listen(
    reach: &Reach<'_>,
    selection: &Selection,
    ear: &dyn Ear,
) -> Result<(), ConnectorError> {
    let what = "the stream of applications";
    let projects = selection.projects();
    let query: Vec<(&str, &str)> = projects.into_iter().map(|p| ("projects", p)).collect();
    let (since, mut marks) = known(reach, selection, &query).await?;
    let fields = format!("{FIELDS},{REVISIONS}").replace("items.", "result.application.");
    let fields = format!("result.type,{fields}");
    let mut query = query;
    query.push(("fields", &fields));
    query.push(("resourceVersion", &since));
    let url = api(reach.instance, &["stream", "applications"], &query);
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/event-stream"))]);
    let mut lines = reach.instance.lines(&url, what, headers).await?;
    ear.heard();
    loop {
        let line = match lines.next().await {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(()),
            Err(Broken(why)) => return Err(ConnectorError::new(ErrorKind::Network, what, why)),
        };
        let Some(data) = data(&line) else {
            continue;
        };
        let told: Told =
            parse::one(data).map_err(|why| ConnectorError::new(ErrorKind::Malformed, what, why))?;
        if let Some(trouble) = told.error {
            let says: String = trouble
                .message
                .chars()
                .filter(|c| !c.is_control())
                .collect();
            return Err(ConnectorError::new(ErrorKind::Unavailable, what, says));
        }
        if told
            .result
            .is_some_and(|change| is_news(&change, selection, &mut marks))
        {
            ear.heard();
        }
    }
}

/// How new the list is, and how each application of it is.
async fn known(
    reach: &Reach<'_>,
    selection: &Selection,
    query: &[(&str, &str)],
) -> Result<(String, Marks), ConnectorError> {
    let mut query = query.to_vec();
    query.push(("fields", FIELDS));
    let url = api(reach.instance, &["applications"], &query);
    let body = reach.instance.answer(&url, "the applications").await?.body;
    let malformed = |why| ConnectorError::new(ErrorKind::Malformed, "the applications", why);
    let listed: Listed = parse::one(&body).map_err(malformed)?;
    let (applications, _) = wire::applications(&body).map_err(malformed)?;
    let wanted = applications
        .iter()
        .filter(|one| selection.wants(&one.spec.project, &one.metadata.name));
    let marks = wanted.map(|one| (one.key(), (mark(one), None)));
    Ok((listed.metadata.resource_version, marks.collect()))
}

/// What a line of the stream holds, where it is no sign of life. As JSON without more, where something between takes the form of events away.
fn data(line: &str) -> Option<&str> {
    let data = line.strip_prefix("data:").unwrap_or(line).trim();
    data.starts_with('{').then_some(data)
}

/// Whether an event tells of something that a reading would bring.
fn is_news(change: &Change, selection: &Selection, marks: &mut Marks) -> bool {
    let application = &change.application;
    if !selection.wants(&application.spec.project, &application.metadata.name) {
        return false;
    }
    let key = application.key();
    if change.name == "DELETED" {
        marks.remove(&key);
        return true;
    }
    let sync = &application.status.sync;
    let revision = format!("{} {}", sync.revision, sync.revisions.join("+"));
    let mark = mark(application);
    let before = marks.insert(key, (mark.clone(), Some(revision.clone())));
    before.is_none_or(|(was, wanted)| was != mark || wanted.is_some_and(|was| was != revision))
}
