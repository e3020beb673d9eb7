//! ServiceNow's Table API, as far as it is asked. A list says by its `Link` whether there is more: records that the account may not see are taken out of
//! a page after it was cut, so a short page is not the last one.

use super::config::Told;
use super::wire::{Broken, One, Record};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::page::Links;
use crate::connector::http::parse::{self, Parsed};
use crate::event::time::{Span, Timestamp};

/// How many are asked for at once. Their ids have to fit into an address.
pub const PAGE: usize = 50;
/// Lists are read to here: so many pages.
pub const PAGES: usize = 400;

const CHANGES: &str = "change_request";
const APPROVALS: &str = "sysapproval_approver";

const CHANGE: &str = "sys_id,number,state,approval,approval_set,active,short_description,description,correlation_id,cmdb_ci,business_service,requested_by,requested_by.user_name,opened_at,start_date,work_start,closed_at,sys_created_on,sys_updated_on";
const APPROVAL: &str = "sys_id,sysapproval,state,approver,approver.user_name,comments,sys_created_on,sys_updated_on,sys_updated_by";

/// Who asks, and where.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub instance: &'a Instance,
    pub told: &'a Told,
    /// Whose password the token is; with OAuth nobody says.
    pub user: Option<&'a str>,
}

/// A page of a list.
pub struct Page {
    pub found: Parsed<Record>,
    pub more: bool,
}

impl Reach<'_> {
    /// A page of the change requests that were touched since an instant, the newest first. Asked for by their age, since a time would be read in the zone of
    /// the account.
    pub async fn touched(
        &self,
        (since, now): (Timestamp, Timestamp),
        page: usize,
    ) -> Result<Page, ConnectorError> {
        let age = age(now - since);
        let query = format!("sys_updated_onRELATIVEGE@{age}^ORDERBYDESCsys_updated_on");
        self.changes(&query, page).await
    }

    /// The change requests with these ids.
    pub async fn by_ids(&self, ids: &[&str]) -> Result<Page, ConnectorError> {
        let query = format!("sys_idIN{}", ids.join(","));
        self.changes(&query, 0).await
    }

    /// A change request by its number.
    pub async fn by_number(&self, number: &str) -> Result<Option<Record>, ConnectorError> {
        let page = self.changes(&format!("number={number}"), 0).await?;
        let mut found = page.found.items.into_iter();
        Ok(found.find(|change| change.number() == number))
    }

    async fn changes(&self, query: &str, page: usize) -> Result<Page, ConnectorError> {
        let mut fields = CHANGE.to_owned();
        for field in self.told.fields() {
            fields.push(',');
            fields.push_str(field);
        }
        self.page(CHANGES, (query, &fields), page).await
    }

    /// The approvals of change requests, by their ids, to the last.
    pub async fn approvals(&self, ids: &[&str]) -> Result<Parsed<Record>, ConnectorError> {
        let mut all = Parsed {
            items: Vec::new(),
            complaints: Vec::new(),
        };
        if ids.is_empty() {
            return Ok(all);
        }
        let query = format!("sysapprovalIN{}^ORDERBYsys_created_on", ids.join(","));
        for number in 0..PAGES {
            let page = self.page(APPROVALS, (&query, APPROVAL), number).await?;
            all.items.extend(page.found.items);
            all.complaints.extend(page.found.complaints);
            if !page.more {
                break;
            }
        }
        Ok(all)
    }

    /// One approval.
    pub async fn approval(&self, id: &str) -> Result<Record, ConnectorError> {
        let query = [
            ("sysparm_display_value", "all"),
            ("sysparm_exclude_reference_link", "true"),
            ("sysparm_fields", APPROVAL),
        ];
        let url = self
            .instance
            .address(&["api", "now", "table", APPROVALS, id], &query);
        let one: One = self.instance.one(&url, "the approval").await?;
        Ok(one.result)
    }

    /// The address at which an approval is decided.
    #[must_use]
    pub fn deciding(&self, approval: &str) -> String {
        let pieces = ["api", "now", "table", APPROVALS, approval];
        let query = [
            ("sysparm_fields", "sys_id,state"),
            ("sysparm_display_value", "all"),
        ];
        self.instance.address(&pieces, &query)
    }

    /// Who ServiceNow takes us for, by the name of the account.
    pub async fn me(&self) -> Result<Option<String>, ConnectorError> {
        if let Some(user) = self.user {
            return Ok(Some(user.to_owned()));
        }
        let query = "sys_id=javascript:gs.getUserID()";
        let page = self
            .page("sys_user", (query, "sys_id,user_name"), 0)
            .await?;
        let mut found = page.found.items.iter();
        let me = found.next().map(|user| user.value("user_name").to_owned());
        Ok(me.filter(|name| !name.is_empty() && found.next().is_none()))
    }

    async fn page(
        &self,
        table: &str,
        (query, fields): (&str, &str),
        number: usize,
    ) -> Result<Page, ConnectorError> {
        let (limit, offset) = (PAGE.to_string(), (PAGE * number).to_string());
        let query = [
            ("sysparm_query", query),
            ("sysparm_fields", fields),
            ("sysparm_display_value", "all"),
            ("sysparm_exclude_reference_link", "true"),
            ("sysparm_limit", limit.as_str()),
            ("sysparm_offset", offset.as_str()),
        ];
        let url = self
            .instance
            .address(&["api", "now", "table", table], &query);
        let answer = self.instance.answer(&url, table).await?;
        let unreadable = |why: String| self.instance.unreadable(table, &why);
        let broken: Broken = parse::one(&answer.body).map_err(unreadable)?;
        if broken.error.is_some_and(|error| !error.is_null()) {
            let says = format!(
                "ServiceNow stopped in the middle: {}",
                self.instance.says(&answer)
            );
            return Err(ConnectorError::new(ErrorKind::Unavailable, table, says));
        }
        let found = parse::list(&answer.body, Some("result")).map_err(unreadable)?;
        let more = match answer.header("link") {
            Some(links) => Links::read(Some(links)).next.is_some(),
            None => found.items.len() + found.complaints.len() >= PAGE,
        };
        Ok(Page { found, more })
    }

    /// The page of a change request, for people.
    #[must_use]
    pub fn shown(&self, change: &Record) -> String {
        self.instance
            .address(&["change_request.do"], &[("sys_id", change.id())])
    }
}

/// So long ago, in whole minutes or hours: `minute@ago@15`.
fn age(span: Span) -> String {
    let minutes = span.micros() / 60_000_000 + 1;
    if minutes < 48 * 60 {
        format!("minute@ago@{minutes}")
    } else {
        format!("hour@ago@{}", minutes / 60 + 1)
    }
}
