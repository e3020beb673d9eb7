//! Jira's REST APIs, as far as they are asked: the lists of Cloud (version 3, by tokens) and of Data Center (version 2, by numbers), and Jira Service Management.

use super::config::Told;
use super::wire::{Approval, History, Issue, Page, Permissions, Person, Transition};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse;
use crate::event::time::{Span, Timestamp};

/// How many are asked for at once.
pub const PAGE: usize = 100;
/// Lists are read to here: so many pages.
pub const PAGES: usize = 1000;

const FIELDS: &str = "summary,status,issuetype,labels,priority,components,created,updated,resolutiondate,statuscategorychangedate";

/// Who asks, and where.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub instance: &'a Instance,
    pub told: &'a Told,
}

/// How long ago what is asked for was touched.
pub struct Ages {
    /// At most.
    pub since: Span,
    /// At least so many minutes ago.
    pub until: Option<i64>,
}

/// A permission, by its key.
pub struct Right {
    pub key: &'static str,
    /// What there is not without it.
    pub costs: &'static str,
    pub reads: bool,
}

/// A page of issues.
pub struct Found {
    pub issues: Vec<Issue>,
    pub complaints: Vec<String>,
    /// What is asked for the next one.
    pub next: Option<String>,
}

impl Reach<'_> {
    /// The address of something of the API.
    #[must_use]
    pub fn api(&self, pieces: &[&str], query: &[(&str, &str)]) -> String {
        let version = if self.told.cloud { "3" } else { "2" };
        let pieces = [&["rest", "api", version], pieces].concat();
        self.instance.address(&pieces, query)
    }

    /// The address of something of a request of Jira Service Management.
    #[must_use]
    pub fn desk(&self, pieces: &[&str], query: &[(&str, &str)]) -> String {
        let pieces = [&["rest", "servicedeskapi", "request"], pieces].concat();
        self.instance.address(&pieces, query)
    }

    /// The page of an issue, for people.
    #[must_use]
    pub fn shown(&self, key: &str) -> String {
        self.instance.address(&["browse", key], &[])
    }

    /// A page of the issues that were touched within a while, the newest first. Asked for by their age, since a time would be read in the zone of the account.
    pub async fn touched(&self, ages: &Ages, at: Option<&str>) -> Result<Found, ConnectorError> {
        let minutes = ages.since.micros() / 60_000_000 + 1;
        let until = ages.until.map(|age| format!(" AND updated <= -{age}m"));
        let until = until.unwrap_or_default();
        let projects = match self.told.keys.as_slice() {
            [] => String::new(),
            keys => format!("project in (\"{}\") AND ", keys.join("\",\"")),
        };
        self.search(
            &format!("{projects}updated >= -{minutes}m{until} ORDER BY updated DESC"),
            at,
        )
        .await
    }

    /// The issues with these keys. One that is gone must not hide the others.
    pub async fn by_keys(&self, keys: &[&str]) -> Result<Found, ConnectorError> {
        let jql = format!("key in ({})", keys.join(","));
        match self.search(&jql, None).await {
            // Jira refuses a question that names an issue that is gone.
            Err(error) if error.kind == ErrorKind::Malformed => {}
            other => return other,
        }
        let mut all = Found {
            issues: Vec::new(),
            complaints: Vec::new(),
            next: None,
        };
        for key in keys {
            match self.issue(key).await {
                Ok(issue) => all.issues.push(issue),
                Err(error) if error.kind == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn search(&self, jql: &str, at: Option<&str>) -> Result<Found, ConnectorError> {
        let (limit, fields) = (PAGE.to_string(), self.fields());
        let mut query = vec![
            ("jql", jql),
            ("fields", fields.as_str()),
            ("expand", "changelog"),
            ("maxResults", limit.as_str()),
        ];
        let pieces: &[&str] = if self.told.cloud {
            query.extend(at.map(|token| ("nextPageToken", token)));
            &["search", "jql"]
        } else {
            query.push(("startAt", at.unwrap_or("0")));
            &["search"]
        };
        let answer = self
            .instance
            .answer(&self.api(pieces, &query), "issues")
            .await?;
        let unreadable = |why: String| self.instance.unreadable("issues", &why);
        let found = parse::list(&answer.body, Some("issues")).map_err(unreadable)?;
        let page: Page = parse::one(&answer.body).map_err(unreadable)?;
        let seen = found.items.len() + found.complaints.len();
        let next = if self.told.cloud {
            page.next_page_token.filter(|_| page.is_last != Some(true))
        } else {
            let read = at.and_then(|at| at.parse().ok()).unwrap_or(0) + seen;
            let more = seen > 0 && page.total.is_some_and(|total| total > read);
            more.then(|| read.to_string())
        };
        Ok(Found {
            issues: found.items,
            complaints: found.complaints,
            next,
        })
    }

    fn fields(&self) -> String {
        let mut fields = FIELDS.to_owned();
        for field in self.told.fields() {
            fields.push(',');
            fields.push_str(field);
        }
        fields
    }

    /// One issue, with what happened to it.
    pub async fn issue(&self, key: &str) -> Result<Issue, ConnectorError> {
        let fields = self.fields();
        let query = [("fields", fields.as_str()), ("expand", "changelog")];
        self.instance
            .one(&self.api(&["issue", key], &query), key)
            .await
    }

    /// All that happened to an issue of which Cloud told only the newest.
    pub async fn histories(&self, key: &str) -> Result<Vec<History>, ConnectorError> {
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let (limit, start) = (PAGE.to_string(), all.len().to_string());
            let query = [("maxResults", limit.as_str()), ("startAt", start.as_str())];
            let url = self.api(&["issue", key, "changelog"], &query);
            let answer = self.instance.answer(&url, key).await?;
            let unreadable = |why: String| self.instance.unreadable(key, &why);
            let found = parse::list(&answer.body, Some("values")).map_err(unreadable)?;
            let page: Page = parse::one(&answer.body).map_err(unreadable)?;
            let none = found.items.is_empty();
            all.extend(found.items);
            if none
                || page.is_last == Some(true)
                || page.total.is_none_or(|total| total <= all.len())
            {
                break;
            }
        }
        Ok(all)
    }

    /// What can be done with an issue by its workflow, and what each asks for.
    pub async fn transitions(&self, key: &str) -> Result<Vec<Transition>, ConnectorError> {
        let query = [("expand", "transitions.fields")];
        let url = self.api(&["issue", key, "transitions"], &query);
        let found = self.instance.list(&url, Some("transitions"), key).await?;
        Ok(found.items)
    }

    /// The approvals of a request; none where the issue is no request of a service desk.
    pub async fn approvals(&self, key: &str) -> Result<Vec<Approval>, ConnectorError> {
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let (limit, start) = (PAGE.to_string(), all.len().to_string());
            let query = [("limit", limit.as_str()), ("start", start.as_str())];
            let url = self.desk(&[key, "approval"], &query);
            let answer = match self.instance.answer(&url, key).await {
                Ok(answer) => answer,
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            let unreadable = |why: String| self.instance.unreadable(key, &why);
            let found = parse::list(&answer.body, Some("values")).map_err(unreadable)?;
            let page: Page = parse::one(&answer.body).map_err(unreadable)?;
            let none = found.items.is_empty();
            all.extend(found.items);
            if none || page.is_last_page != Some(false) {
                break;
            }
        }
        Ok(all)
    }

    /// Who Jira takes us for.
    pub async fn me(&self) -> Result<Person, ConnectorError> {
        self.instance
            .one(&self.api(&["myself"], &[]), "whose token it is")
            .await
    }

    /// What of this the account may not, in a project or in any; `None`: it is not told.
    pub async fn lacking<'w>(
        &self,
        project: Option<&str>,
        wanted: &'w [Right],
    ) -> Result<Option<Vec<&'w Right>>, ConnectorError> {
        let keys: Vec<&str> = wanted.iter().map(|one| one.key).collect();
        let keys = keys.join(",");
        let mut query = vec![("permissions", keys.as_str())];
        query.extend(project.map(|project| ("projectKey", project)));
        let url = self.api(&["mypermissions"], &query);
        let told: Result<Permissions, _> = self.instance.one(&url, "what the account may do").await;
        let told = match told {
            Ok(told) => told.permissions,
            Err(error) if error.kind == ErrorKind::Network => return Err(error),
            Err(_) => return Ok(None),
        };
        let is_refused = |right: &&Right| told.get(right.key).is_some_and(|it| !it.have_permission);
        let is_told = wanted.iter().any(|right| told.contains_key(right.key));
        Ok(is_told.then(|| wanted.iter().filter(is_refused).collect()))
    }

    /// From when on what we ask for can have happened, by Jira's own clock.
    #[must_use]
    pub fn since(&self, at: Timestamp) -> Timestamp {
        at + self.instance.http.skew().unwrap_or(Span::ZERO) - SLACK
    }
}

/// Jira's clock, as far as it is known, may differ from its own answers by so much.
const SLACK: Span = Span::from_seconds(5);
