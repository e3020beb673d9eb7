//! One reading: the change requests that were touched since the last, the newest first, and those whose gate was open, with the approvals of each. How far it
//! got is kept with each page, and one that is stopped goes on there.

use std::collections::{BTreeMap, BTreeSet};

use super::client::{PAGE, PAGES, Page, Reach};
use super::cursor::{ALL, OPEN};
use super::translate::{change, service};
use super::wire::Record;
use crate::connector::pattern::Names;
use crate::connector::rows::{Rows, put};
use crate::connector::series::Series;
use crate::connector::telling::Telling;
use crate::connector::{Batch, ConnectorError, Sink};
use crate::event::time::{Span, Timestamp};

/// How far back the first reading goes, where nobody says.
const FIRST: Span = Span::from_seconds(180 * 86_400);
/// What is asked for again: clocks differ, and a record is seen a little after it was touched.
const AGAIN: Span = Span::from_seconds(600);

/// One reading, under way.
pub struct Reader<'a> {
    pub reach: &'a Reach<'a>,
    pub services: &'a Names,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted on a first reading.
    pub since: Option<Timestamp>,
}

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let series = Series::new(&self.rows, ALL, self.now, self.since).reaching(FIRST, AGAIN);
        let since = series.from();
        let mut seen = BTreeSet::new();
        let mut telling = Telling::new(sink, "ServiceNow");
        let first = series.next().unwrap_or(0_usize);
        for number in (first..).take(PAGES) {
            telling.going(format!("change requests since {since}"), number * PAGE);
            let page = self.reach.touched((since, self.now), number).await?;
            let more = page.more;
            let mut batch = self.page(page, &mut seen, &mut telling).await?;
            if more {
                series.go_on(&mut batch, Some(&(number + 1)));
            } else {
                // Asked for by its age, which is the same by every clock.
                series.done(&mut batch, None);
            }
            telling.batch(batch)?;
            if !more {
                break;
            }
        }
        telling.clock(self.reach.instance);
        self.open(&mut seen, &mut telling).await
    }

    /// Those whose gate was open, and that nobody touched: somebody may have voted, or a planned start have come.
    async fn open(
        &self,
        seen: &mut BTreeSet<String>,
        telling: &mut Telling<'_>,
    ) -> Result<(), ConnectorError> {
        let open = self.rows.names(OPEN).filter(|id| !seen.contains(*id));
        let open: Vec<&str> = open.collect();
        for ids in open.chunks(PAGE) {
            let page = self.reach.by_ids(ids).await?;
            let whole = page.found.complaints.is_empty() && !page.more;
            let mut batch = self.page(page, seen, telling).await?;
            for gone in ids.iter().filter(|id| whole && !seen.contains(**id)) {
                let text = format!(
                    "the change request {gone} is gone, or the account may not see it any more; its gate is not followed"
                );
                telling.warn(&self.reach.instance.source, text);
                batch.cursors.push((format!("{OPEN}{gone}"), None));
            }
            telling.batch(batch)?;
        }
        Ok(())
    }

    /// What a page of change requests tells.
    async fn page(
        &self,
        page: Page,
        seen: &mut BTreeSet<String>,
        telling: &mut Telling<'_>,
    ) -> Result<Batch, ConnectorError> {
        let mut batch = Batch::default();
        let changes: Vec<&Record> = page.found.items.iter().collect();
        let changes: Vec<&Record> = changes
            .into_iter()
            .filter(|one| !one.id().is_empty() && seen.insert(one.id().to_owned()))
            .filter(|one| self.is_wanted(one))
            .collect();
        let ids: Vec<&str> = changes.iter().map(|one| one.id()).collect();
        let approvals = self.reach.approvals(&ids).await?;
        for complaints in [&page.found.complaints, &approvals.complaints] {
            telling.complain(&self.reach.instance.source, complaints.clone());
        }
        let mut of: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
        for approval in &approvals.items {
            let change = of.entry(approval.value("sysapproval")).or_default();
            change.push(approval);
        }
        for one in changes {
            let approvals = of.remove(one.id()).unwrap_or_default();
            let made = change(self.reach, one, &approvals, self.now);
            telling.take(&mut batch, made.facts);
            let key = format!("{OPEN}{}", one.id());
            if made.open {
                put(&mut batch, key, &one.number());
            } else if self.rows.names(&key).next().is_some() {
                batch.cursors.push((key, None));
            }
        }
        Ok(batch)
    }

    fn is_wanted(&self, change: &Record) -> bool {
        let name = service(self.reach, change);
        self.services.want(name.as_deref().unwrap_or_default())
    }
}
