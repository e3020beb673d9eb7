//! One reading: which repositories, the tags of each, then what is behind every tag that is new, moving or due: new versions first, the newest of them
//! before the others, and last the tags that are environments, when what they point to is known. Each batch carries the rows that say what was read.

pub mod ask;
pub mod beside;
pub mod look;
pub mod tag;

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};

use super::config::Selection;
use super::cursor::{
    ImageRow, RepositoryRow, TagRow, image, image_key, images, repository_key, tag_key, tags,
};
use super::wire::is_attachment;
use crate::connector::error::ErrorKind;
use crate::connector::http::Stop;
use crate::connector::piece::End;
use crate::connector::rows::{Rows, put};
use crate::connector::tag::{Kind, newest_first, of as kind_of};
use crate::connector::{Batch, ConnectorError, Finding, Progress, Severity, Sink};

use ask::Reach;
use look::{Around, Done, Look};

/// Tags looked at at once, and handed over together.
const AT_ONCE: usize = 6;
const CHUNK: usize = 24;
/// Tags that were looked at and should not move: so many are looked at again in each reading, in turns.
const AGAIN: usize = 10;

/// One reading, under way.
pub struct Reader<'a> {
    reach: &'a Reach<'a>,
    sink: &'a mut dyn Sink,
    rows: Rows,
    told: BTreeSet<String>,
    done: u64,
    /// Nothing was known of the repository that is read.
    first: bool,
}

impl<'a> Reader<'a> {
    pub fn new(reach: &'a Reach<'a>, sink: &'a mut dyn Sink, rows: Rows) -> Self {
        Self {
            reach,
            sink,
            rows,
            told: BTreeSet::new(),
            done: 0,
            first: false,
        }
    }

    /// Reads what is new. A repository that cannot be read is told of, and the others go on; where none can be read, that is the error.
    pub async fn read(mut self, selection: &Selection) -> Result<(), ConnectorError> {
        let mut refused: Option<ConnectorError> = None;
        let mut read = 0;
        let mut names: Vec<String> = selection.named.iter().cloned().collect();
        match ask::listed(self.reach, selection).await {
            Ok(listed) => {
                names.extend(
                    listed
                        .into_iter()
                        .filter(|name| !selection.named.contains(name)),
                );
            }
            Err(stop) => match self.barred(&self.reach.config.base.host, stop) {
                Ok(error) => refused = Some(error),
                Err(end) => return end.outcome(),
            },
        }
        for name in &names {
            match self.repository(name).await {
                Ok(None) => read += 1,
                Ok(Some(error)) => refused = refused.or(Some(error)),
                Err(end) => return end.outcome(),
            }
        }
        match refused {
            Some(error) if read == 0 => Err(error),
            _ => Ok(()),
        }
    }

    async fn repository(&mut self, name: &str) -> Result<Option<ConnectorError>, End> {
        let all = match ask::tags(self.reach, name).await {
            Ok(all) => all,
            Err(stop) => return self.barred(name, stop).map(Some),
        };
        let known = tags(&self.rows, name);
        self.first = known.is_empty();
        let looks = self.due(name, &all, &known);
        let total = self.done + looks.len() as u64;
        let (last, first): (Vec<Look>, Vec<Look>) =
            looks.into_iter().partition(|look| look.environment);
        for chunk in first.chunks(CHUNK) {
            self.chunk(name, &all, chunk, total).await?;
        }
        for mut look in last {
            look.versions = self.versions(name, &all, &look.tag);
            self.chunk(name, &all, &[look], total).await?;
        }
        self.forget(name, &all)?;
        Ok(None)
    }

    /// Which tags are looked at in this reading, in order.
    fn due(
        &self,
        name: &str,
        all: &BTreeSet<String>,
        known: &BTreeMap<String, TagRow>,
    ) -> Vec<Look> {
        let row: RepositoryRow = self.rows.get(&repository_key(name)).unwrap_or_default();
        let versions: Vec<&String> = all.iter().filter(|tag| !is_attachment(tag)).collect();
        let turn = again(&versions, row.turn.as_deref());
        let mut looks: Vec<Look> = Vec::new();
        for tag in versions {
            let row = known.get(tag);
            let environment = self.reach.config.is_environment(tag);
            let moves = row.is_some_and(|row| row.moves > 0);
            let kind = match kind_of(tag, all) {
                _ if environment => Kind::Moving,
                Kind::Name if moves => Kind::Moving,
                kind => kind,
            };
            let image = row.and_then(|row| image(&self.rows, name, &row.digest));
            let is_fresh = image.is_none_or(|image| image.fresh > self.reach.now);
            if is_fresh || kind == Kind::Moving || turn.contains(tag.as_str()) {
                looks.push(Look {
                    tag: tag.clone(),
                    kind,
                    environment,
                    row: row.cloned(),
                    versions: BTreeMap::new(),
                });
            }
        }
        looks.sort_by(|one, other| {
            let order = other.kind.cmp(&one.kind);
            order.then_with(|| newest_first(&one.tag, &other.tag))
        });
        looks
    }

    async fn chunk(
        &mut self,
        name: &str,
        tags: &BTreeSet<String>,
        looks: &[Look],
        total: u64,
    ) -> Result<(), End> {
        let reach = self.reach;
        let around = &Around {
            name,
            tags,
            rows: &self.rows,
            first: self.first,
        };
        let asked: Vec<_> = looks
            .iter()
            .map(|look| async move { (look.tag.clone(), tag::look(reach, around, look).await) })
            .collect();
        let done: Vec<(String, Result<Done, Stop>)> =
            stream::iter(asked).buffered(AT_ONCE).collect().await;
        let mut batch = Batch::default();
        let mut ended = None;
        for (tag, done) in done {
            match done {
                Ok(done) => self.take(name, done, &mut batch),
                Err(stop) => {
                    let subject = format!("{}/{name}:{tag}", self.reach.config.base.host);
                    if let Err(end) = self.barred(&subject, stop) {
                        ended = ended.or(Some(end));
                    }
                }
            }
        }
        self.done += looks.len() as u64;
        self.hand_over(batch)?;
        self.sink.progress(Progress {
            what: format!("{name}: tags"),
            done: self.done,
            total: Some(total),
        });
        ended.map_or(Ok(()), Err)
    }

    fn take(&mut self, name: &str, done: Done, batch: &mut Batch) {
        batch.events.extend(done.events);
        if let Some((tag, row)) = done.tag {
            put(batch, tag_key(name, &tag), &row);
        }
        if let Some((digest, row)) = done.image {
            put(batch, image_key(name, &digest), &row);
        }
        for finding in done.findings {
            if self
                .told
                .insert(format!("{} {}", finding.subject, finding.text))
            {
                self.sink.finding(finding);
            }
        }
    }

    /// The best version that is known of each digest, for an environment's tag: known once the other tags were looked at.
    fn versions(
        &self,
        name: &str,
        all: &BTreeSet<String>,
        environment: &str,
    ) -> BTreeMap<String, String> {
        let tags = tags(&self.rows, name);
        let mut tags: Vec<(&String, &TagRow, Kind)> = tags
            .iter()
            .filter(|(tag, _)| *tag != environment)
            .filter(|(tag, _)| !self.reach.config.is_environment(tag))
            .map(|(tag, row)| (tag, row, kind_of(tag, all)))
            .filter(|(_, row, kind)| match kind {
                Kind::Full => true,
                Kind::Name => row.moves == 0,
                Kind::Moving => false,
            })
            .collect();
        tags.sort_by(|(one, _, kind), (other, _, other_kind)| {
            let order = other_kind.cmp(kind);
            order.then_with(|| newest_first(one, other))
        });
        let mut best = BTreeMap::new();
        for (tag, row, _) in tags {
            best.entry(row.digest.clone())
                .or_insert_with(|| tag.clone());
        }
        best
    }

    /// Drops the rows of tags that are gone, and of images that no tag points to any more; notes whose turn is next.
    fn forget(&mut self, name: &str, all: &BTreeSet<String>) -> Result<(), End> {
        let mut batch = Batch::default();
        let tags = tags(&self.rows, name);
        let (kept, gone): (Vec<_>, Vec<_>) =
            tags.into_iter().partition(|(tag, _)| all.contains(tag));
        for (tag, _) in gone {
            batch.cursors.push((tag_key(name, &tag), None));
        }
        let digests: BTreeSet<&str> = kept.iter().map(|(_, row)| row.digest.as_str()).collect();
        let images: BTreeMap<String, ImageRow> = images(&self.rows, name);
        for digest in images
            .keys()
            .filter(|digest| !digests.contains(digest.as_str()))
        {
            batch.cursors.push((image_key(name, digest), None));
        }
        let key = repository_key(name);
        let old: RepositoryRow = self.rows.get(&key).unwrap_or_default();
        let versions: Vec<&String> = all.iter().filter(|tag| !is_attachment(tag)).collect();
        if versions.len() > AGAIN {
            let turn = again_list(&versions, old.turn.as_deref())
                .last()
                .map(|tag| (*tag).clone());
            if turn != old.turn {
                put(&mut batch, key, &RepositoryRow { turn });
            }
        }
        self.hand_over(batch)
    }

    fn hand_over(&mut self, batch: Batch) -> Result<(), End> {
        if batch.events.is_empty() && batch.cursors.is_empty() {
            return Ok(());
        }
        let cursors = batch.cursors.clone();
        self.sink.batch(batch).map_err(End::Failed)?;
        self.rows.apply(&cursors);
        Ok(())
    }

    /// What a part that fails means: told, and the rest goes on; or the end of all of it.
    fn barred(&mut self, subject: &str, stop: Stop) -> Result<ConnectorError, End> {
        let error = match stop {
            Stop::Budget { until, .. } => {
                self.sink.finding(Finding {
                    subject: subject.to_owned(),
                    severity: Severity::Note,
                    text: format!("the allowance is used up; reading goes on after {until}"),
                });
                return Err(End::Budget);
            }
            Stop::Failed(error) => error,
        };
        match error.kind {
            ErrorKind::Unauthorized
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::Malformed => {
                self.sink.finding(Finding {
                    subject: subject.to_owned(),
                    severity: Severity::Error,
                    text: error.to_string(),
                });
                Ok(error)
            }
            _ => Err(End::Failed(error)),
        }
    }
}

/// The tags whose turn it is, after the last one whose turn it was.
fn again_list<'t>(tags: &[&'t String], last: Option<&str>) -> Vec<&'t String> {
    let start = last.map_or(0, |last| tags.partition_point(|tag| tag.as_str() <= last));
    let (before, after) = tags.split_at(start.min(tags.len()));
    after.iter().chain(before).take(AGAIN).copied().collect()
}

fn again<'t>(tags: &[&'t String], last: Option<&str>) -> BTreeSet<&'t str> {
    let turn = again_list(tags, last);
    turn.into_iter().map(String::as_str).collect()
}
