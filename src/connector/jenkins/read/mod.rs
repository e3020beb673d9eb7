//! One reading: the jobs, each with its newest build; then, of each job of which something is new or still running, its builds, newest first and a page at a
//! time, each with its stages and inputs. What a page brings is handed over with the job's row, so that a kill between any two loses and doubles nothing.

pub mod detail;
pub mod walk;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use futures::{StreamExt, stream};

use super::client::Reach;
use super::config::Selection;
use super::cursor::{JOBS, Open, Row, Told, key};
use super::translate::{self, Origin, Seen, gate};
use super::wire::Build;
use crate::connector::error::ErrorKind;
use crate::connector::facts::{Facts, Unknown};
use crate::connector::health;
use crate::connector::rows::{Rows, put};
use crate::connector::{Batch, ConnectorError, Finding, Progress, Severity, Sink};
use crate::event::time::Timestamp;
use walk::Job;

/// Jobs under way at once.
const AT_ONCE: usize = 4;
/// Jobs in one batch.
const CHUNK: usize = 12;
/// Builds in one page.
pub const PAGE: usize = 25;
/// So many failures in a row end the reading.
const FAILURES: usize = 5;

/// One reading, under way.
pub struct Reader<'a> {
    pub reach: &'a Reach<'a>,
    pub origin: Origin<'a>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted of a job that was never read.
    pub since: Option<Timestamp>,
}

/// A page of a job that is to be read.
struct Due {
    job: Job,
    row: Row,
    from: usize,
    /// What was told before begins above this number; `None`: nothing was.
    below: Option<u64>,
}

/// What a page brought.
#[derive(Default)]
struct Page {
    facts: Facts,
    row: Row,
    /// Whether older builds are to be read, and below which number.
    more: Option<u64>,
    /// The stage view did not answer.
    blind: bool,
}

type Piece<'p> = Pin<Box<dyn Future<Output = (&'p Due, Result<Page, ConnectorError>)> + Send + 'p>>;

impl Reader<'_> {
    pub async fn read(
        &self,
        selection: &Selection,
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        let found = walk::jobs(self.reach, selection).await?;
        for (place, why) in &found.complaints {
            sink.finding(warning(place, why.clone()));
        }
        if let Some(finding) = health::clock(&self.reach.instance.http, &self.reach.instance.source)
        {
            sink.finding(finding);
        }
        if found.complaints.is_empty() {
            self.forget(&found.jobs, sink)?;
        }
        let mut due: Vec<Due> = Vec::new();
        for job in found.jobs {
            let mut row: Row = self.rows.get(&key(&job.name)).unwrap_or_default();
            if row.told.highest() > job.newest {
                // Made anew, it counts from one again; or its newest build was deleted, and the rest is read once more.
                row.told = Told::default();
            }
            // A row with a hole was left in the middle of a reading.
            let is_news = job.newest > 0 && !row.told.is_whole_to(job.newest);
            if is_news || !row.open.is_empty() {
                due.push(Due {
                    job,
                    row,
                    from: 0,
                    below: None,
                });
            }
        }
        let mut telling = Telling {
            total: due.len() as u64,
            ..Telling::default()
        };
        while !due.is_empty() {
            due = self.round(due, &mut telling, sink).await?;
        }
        Ok(())
    }

    /// One page of each job; what is left is the next round.
    async fn round(
        &self,
        due: Vec<Due>,
        telling: &mut Telling,
        sink: &mut dyn Sink,
    ) -> Result<Vec<Due>, ConnectorError> {
        let mut next = Vec::new();
        for chunk in due.chunks(CHUNK) {
            let pieces: Vec<Piece<'_>> = chunk.iter().map(|due| self.piece(due)).collect();
            let read: Vec<_> = stream::iter(pieces).buffered(AT_ONCE).collect().await;
            let mut batch = Batch::default();
            let mut ended = None;
            for (due, result) in read {
                match result {
                    Ok(page) => {
                        telling.page(&due.job.name, &page, sink);
                        next.extend(take(due, page, &mut batch));
                    }
                    Err(error) => {
                        telling.failures += 1;
                        if telling.failures >= FAILURES || ends(error.kind) {
                            ended = ended.or(Some(error));
                            continue;
                        }
                        sink.finding(warning(&due.job.name, error.to_string()));
                    }
                }
            }
            if !batch.events.is_empty() || !batch.cursors.is_empty() {
                sink.batch(batch)?;
            }
            if let Some(error) = ended {
                return Err(error);
            }
            telling.done += chunk.len() as u64;
            sink.progress(Progress {
                what: "jobs".to_owned(),
                done: telling.done.min(telling.total),
                total: Some(telling.total),
            });
        }
        Ok(next)
    }

    fn piece<'p>(&'p self, due: &'p Due) -> Piece<'p> {
        Box::pin(async move { (due, self.page(due).await) })
    }

    async fn page(&self, due: &Due) -> Result<Page, ConnectorError> {
        let job = due.job.name.as_str();
        let mut page = Page {
            row: due.row.clone(),
            ..Page::default()
        };
        let is_listed = due.from > 0 || !page.row.told.is_whole_to(due.job.newest);
        let listed = if is_listed {
            self.reach.builds(job, due.from, due.from + PAGE).await?
        } else {
            Vec::new()
        };
        if due.from == 0 {
            self.running(job, &listed, &mut page).await?;
        }
        if is_listed {
            self.listed(due, &listed, &mut page).await?;
        }
        Ok(page)
    }

    /// The builds of a page that are not told yet, and what is told with them.
    async fn listed(
        &self,
        due: &Due,
        listed: &[Build],
        page: &mut Page,
    ) -> Result<(), ConnectorError> {
        let newest = listed.iter().map(|one| one.number).max();
        let top = match due.below {
            Some(below) => below.saturating_sub(1),
            // Those that the walk saw and the list does not have are gone.
            None => newest.unwrap_or(due.job.newest).max(due.job.newest),
        };
        let mut lowest = None;
        let mut is_end = listed.len() < PAGE;
        for build in listed {
            let too_old = self
                .since
                .is_some_and(|since| build.started().is_some_and(|at| at < since));
            if too_old && !build.building {
                is_end = true;
                break;
            }
            lowest = Some(lowest.unwrap_or(build.number).min(build.number));
            let known = page.row.told.has(build.number);
            if !known || page.row.open.contains_key(&build.number) {
                self.one(&due.job.name, build, page).await?;
            }
        }
        let low = if is_end { 0 } else { lowest.unwrap_or(top) };
        page.row.told.add(low, top);
        if low > 0 && !page.row.told.is_whole_to(low - 1) {
            page.more = Some(low);
        }
        Ok(())
    }

    /// Looks at the builds that ran when the job was read last, but for those that are listed.
    async fn running(
        &self,
        job: &str,
        listed: &[Build],
        page: &mut Page,
    ) -> Result<(), ConnectorError> {
        let open: Vec<u64> = page.row.open.keys().copied().collect();
        for number in open {
            if listed.iter().any(|one| one.number == number) {
                continue;
            }
            match self.reach.build(job, number).await {
                Ok(build) => self.one(job, &build, page).await?,
                Err(error) if error.kind == ErrorKind::NotFound => {
                    let mut row = Row::default();
                    row.open.extend(page.row.open.remove_entry(&number));
                    let facts = translate::gone(&self.origin, job, &row, self.now);
                    page.facts.events.extend(facts.events);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A build, with its stages and inputs.
    async fn one(&self, job: &str, build: &Build, page: &mut Page) -> Result<(), ConnectorError> {
        let detail = detail::of(self.reach, job, build).await?;
        page.blind |= detail.blind;
        let seen = Seen {
            job,
            build,
            stages: detail.stages.as_deref(),
            paused: &detail.paused,
        };
        let mut facts = translate::all(&self.origin, &seen);
        let count = facts.events.len();
        let before = page.row.open.remove(&build.number);
        if build.building {
            let open = Open {
                events: count,
                began: build.timestamp,
                inputs: gate::open(build, &detail.paused),
            };
            page.row.open.insert(build.number, open);
            if before.is_some_and(|before| before.events == count) {
                facts.events.clear();
            }
        }
        page.facts.events.append(&mut facts.events);
        page.facts.unknown.append(&mut facts.unknown);
        Ok(())
    }

    /// Forgets the jobs that are gone; what was under way in them is over.
    fn forget(&self, present: &[Job], sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let present: BTreeSet<&str> = present.iter().map(|job| job.name.as_str()).collect();
        let mut batch = Batch::default();
        for gone in self.rows.names(JOBS) {
            if !present.contains(gone) {
                let row = self.rows.get(&key(gone)).unwrap_or_default();
                let facts = translate::gone(&self.origin, gone, &row, self.now);
                batch.events.extend(facts.events);
                batch.cursors.push((key(gone), None));
            }
        }
        if batch.cursors.is_empty() {
            return Ok(());
        }
        sink.batch(batch)
    }
}

/// Adds what a page brought to the batch; tells what of the job is still to be read.
fn take(due: &Due, page: Page, batch: &mut Batch) -> Option<Due> {
    batch.events.extend(page.facts.events);
    if due.row != page.row {
        put(batch, key(&due.job.name), &page.row);
    }
    let below = page.more?;
    Some(Due {
        job: due.job.clone(),
        row: page.row,
        from: due.from + PAGE,
        below: Some(below),
    })
}

/// What was told already, and how far it is.
#[derive(Default)]
struct Telling {
    unknown: BTreeSet<Unknown>,
    blind: bool,
    failures: usize,
    done: u64,
    total: u64,
}

impl Telling {
    fn page(&mut self, job: &str, page: &Page, sink: &mut dyn Sink) {
        self.failures = 0;
        for unknown in &page.facts.unknown {
            if self.unknown.insert(unknown.clone()) {
                sink.finding(unknown.told("Jenkins"));
            }
        }
        if page.blind && !std::mem::replace(&mut self.blind, true) {
            let text = "its stages and inputs cannot be read: install the plugin Pipeline: Stage View (pipeline-rest-api)";
            sink.finding(warning(job, text.to_owned()));
        }
    }
}

/// Whether an error means all of it and not one job.
fn ends(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Unauthorized | ErrorKind::Network | ErrorKind::RateLimited | ErrorKind::Store
    )
}

/// Something to be told.
#[must_use]
pub fn warning(subject: &str, text: String) -> Finding {
    Finding {
        subject: subject.to_owned(),
        severity: Severity::Warning,
        text,
    }
}
