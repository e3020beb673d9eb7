//! One reading: the issues that were touched since the last, the newest first, and those of which an approval was open. How far it got is kept with each
//! page, and one that is stopped goes on there.

use std::collections::BTreeSet;

use super::client::{Ages, Found, PAGE, PAGES, Reach};
use super::cursor::{ALL, OPEN, Place};
use super::translate::{self, Origin, gate};
use super::wire::{History, Issue};
use crate::connector::facts::Facts;
use crate::connector::rows::{Rows, put};
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::{Span, Timestamp};

/// How far back the first reading goes, where nobody says.
const FIRST: Span = Span::from_seconds(180 * 86_400);
/// What is asked for again: Jira finds an issue a little after it was touched.
const AGAIN: Span = Span::from_seconds(600);

/// One reading, under way.
pub struct Reader<'a> {
    pub reach: &'a Reach<'a>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let series = Series::new(&self.rows, ALL, self.now, self.since).reaching(FIRST, AGAIN);
        let since = series.from();
        let mut place: Place = series.next().unwrap_or_default();
        let span = Ages {
            since: self.now - since,
            until: place.age(self.now),
        };
        let mut seen: BTreeSet<String> = place.told.keys().cloned().collect();
        let mut telling = Telling::new(sink, "Jira");
        let mut next: Option<String> = None;
        for number in 0..PAGES {
            telling.going(format!("issues since {since}"), number * PAGE);
            let page = self.reach.touched(&span, next.as_deref()).await?;
            let following = page.next.clone().filter(|one| next.as_ref() != Some(one));
            let skew = self.reach.instance.http.skew();
            place.add(&page.issues, skew.unwrap_or(Span::ZERO));
            let mut batch = self.page(page, &mut seen, &mut telling).await?;
            if following.is_some() {
                series.go_on(&mut batch, Some(&place));
            } else {
                // Asked for by its age, which is the same by every clock.
                series.done(&mut batch, None);
            }
            telling.batch(batch)?;
            next = following;
            if next.is_none() {
                break;
            }
        }
        telling.clock(self.reach.instance);
        self.open(&mut seen, &mut telling).await
    }

    /// Those of which an approval was open, and that nobody touched: an answer does not always show.
    async fn open(
        &self,
        seen: &mut BTreeSet<String>,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let open = self.rows.names(OPEN).filter(|key| !seen.contains(*key));
        let open: Vec<&str> = open.collect();
        for keys in open.chunks(PAGE) {
            let page = self.reach.by_keys(keys).await?;
            let whole = page.complaints.is_empty() && page.next.is_none();
            let mut batch = self.page(page, seen, telling).await?;
            for gone in keys.iter().filter(|key| whole && !seen.contains(**key)) {
                let text = format!(
                    "{gone} is gone, or the account may not see it any more; its approval is not followed"
                );
                telling.warn(&self.reach.instance.source, text);
                batch.cursors.push((format!("{OPEN}{gone}"), None));
            }
            telling.batch(batch)?;
        }
        Ok(())
    }

    /// What a page of issues tells.
    async fn page(
        &self,
        page: Found,
        seen: &mut BTreeSet<String>,
        telling: &mut Telling<'_>,
    ) -> Result<Batch, ConnectorError> {
        let mut batch = Batch::default();
        telling.complain(&self.reach.instance.source, page.complaints);
        for mut issue in page.issues {
            let is_new = seen.insert(issue.key.clone());
            if !is_new || !self.reach.told.projects.want(issue.project()) {
                continue;
            }
            let histories = self.histories(&mut issue).await?;
            let origin = Origin {
                reach: self.reach,
                issue: &issue,
                histories: &histories,
            };
            let mut facts = translate::all(&origin);
            if self.reach.told.approvals() {
                facts.add(self.approvals(&origin, &mut batch).await?);
            }
            telling.take(&mut batch, facts);
        }
        Ok(batch)
    }

    async fn approvals(
        &self,
        origin: &Origin<'_>,
        batch: &mut Batch,
    ) -> Result<Facts, ConnectorError> {
        let key = &origin.issue.key;
        let approvals = self.reach.approvals(key).await?;
        let row = format!("{OPEN}{key}");
        let known: Option<Vec<String>> = self.rows.get(&row);
        let open = approvals.iter().filter(|one| gate::is_open(one));
        let open: Vec<&String> = open.map(|one| &one.id).collect();
        if !open.is_empty() {
            put(batch, row, &open);
        } else if known.is_some() {
            batch.cursors.push((row, None));
        }
        let known = known.unwrap_or_default();
        Ok(gate::approvals(origin, &approvals, &known))
    }

    /// All that happened to an issue, the oldest first.
    async fn histories(&self, issue: &mut Issue) -> Result<Vec<History>, ConnectorError> {
        let mut histories = std::mem::take(&mut issue.changelog.histories);
        if self.reach.told.cloud && issue.changelog.total > histories.len() {
            histories = self.reach.histories(&issue.key).await?;
        }
        translate::in_order(&mut histories);
        Ok(histories)
    }
}
