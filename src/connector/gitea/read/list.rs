//! The lists of a repository, each read to where it is told already. What is told moves on only here, and only with everything that is new.

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::facts::Facts;
use crate::connector::gitea::client::{Page, Reach};
use crate::connector::gitea::cursor::Row;
use crate::connector::gitea::translate::{change, commit, issue, run};
use crate::connector::gitea::wire::{Commit, Issue, Job, Pull, Release, Review, Run, Status, Tag};
use crate::connector::http::address::encoded;
use crate::connector::origin::Origin;
use crate::connector::series::AGAIN;
use crate::event::time::Timestamp;

/// The lists of one repository.
pub struct Of<'a> {
    pub reach: &'a Reach<'a>,
    pub origin: Origin,
    pub now: Timestamp,
    pub since: Timestamp,
}

/// What a list brought.
#[derive(Debug, Default)]
pub struct Brought {
    pub facts: Facts,
    /// Things that could not be read, in words.
    pub complaints: Vec<String>,
}

impl Brought {
    fn add(&mut self, facts: Facts) {
        self.facts.add(facts);
    }
}

impl Of<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.origin.repository)
    }

    fn what(&self, list: &str) -> String {
        format!("{}: {list}", self.origin.repository)
    }

    /// Up to when changes are told. Times are of whole seconds, of which more may come in the newest, so what changed just now is told again.
    fn up_to(&self, told: Option<Timestamp>, newest: Option<Timestamp>) -> Option<Timestamp> {
        told.max(newest.map(|newest| newest.min(self.now - AGAIN)))
    }

    /// A page; what of it cannot be read is told among the facts.
    async fn page<T: serde::de::DeserializeOwned>(
        &self,
        list: &'static str,
        (path, field): (&str, Option<&str>),
        (number, brought): (usize, &mut Brought),
    ) -> Result<Page<T>, ConnectorError> {
        let what = self.what(list);
        let page: Page<T> = self.reach.page(&what, (path, field), number).await?;
        brought.complaints.extend(page.complaints.iter().cloned());
        Ok(page)
    }

    /// Requests that changed, each with its reviews, its commits and what other tools say of its newest.
    pub async fn pulls(&self, row: &mut Row) -> Result<Brought, ConnectorError> {
        let mut brought = Brought::default();
        let path = self.path("/pulls?state=all&sort=recentupdate");
        let told = row.pulls;
        let mut newest = told;
        for number in 1.. {
            let page: Page<Pull> = self
                .page("pull requests", (&path, None), (number, &mut brought))
                .await?;
            let mut is_through = page.is_last;
            for pull in &page.items {
                let changed = pull.updated_at.or(pull.created_at);
                let is_told = told.is_some() && changed <= told;
                if is_told || changed.is_some_and(|at| at < self.since) {
                    is_through = true;
                    continue;
                }
                newest = newest.max(changed);
                brought.add(change::pull(&self.origin, pull));
                let stands = match pull.state.as_str() {
                    "open" => Some(true),
                    "closed" if !pull.merged => Some(false),
                    _ => None,
                };
                if row.closed.is_again(pull.number, stands) {
                    let event = change::reopened(&self.origin, pull);
                    brought.facts.events.extend(event);
                }
                brought.add(self.details(pull).await?);
            }
            if is_through {
                break;
            }
        }
        row.pulls = self.up_to(told, newest);
        Ok(brought)
    }

    async fn details(&self, pull: &Pull) -> Result<Facts, ConnectorError> {
        let mut facts = Facts::default();
        let number = pull.number;
        let of = |rest: &str| self.path(&format!("/pulls/{number}{rest}"));
        let what = self.what(&format!("request #{number}"));
        let reviews: Vec<Review> = self.reach.all(&what, &of("/reviews"), None).await?;
        for review in &reviews {
            facts.add(change::review(&self.origin, number, review));
        }
        let path = of("/commits?verification=false&files=false");
        let commits: Vec<Commit> = self.reach.all(&what, &path, None).await?;
        facts.add(change::commits(&self.origin, pull, &commits));
        if !pull.head.sha.is_empty() {
            facts.add(self.statuses(&pull.head.sha).await?);
        }
        Ok(facts)
    }

    /// What other tools say of a commit. One that is gone with its branch has nothing said of it.
    async fn statuses(&self, sha: &str) -> Result<Facts, ConnectorError> {
        let mut facts = Facts::default();
        let path = self.path(&format!("/commits/{}/statuses", encoded(sha)));
        let what = self.what(&format!("statuses of {sha}"));
        let all: Result<Vec<Status>, _> = self.reach.all(&what, &path, None).await;
        match all {
            Ok(all) => {
                for status in &all {
                    facts.add(run::status(&self.origin, sha, status));
                }
                Ok(facts)
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(facts),
            Err(error) => Err(error),
        }
    }

    /// Runs that are new, and those that had not ended, each with its jobs.
    pub async fn runs(&self, row: &mut Row) -> Result<Brought, ConnectorError> {
        let mut brought = Brought::default();
        let path = self.path("/actions/runs");
        let told = row.run;
        let mut open = std::mem::take(&mut row.open);
        for number in 1.. {
            let list = (path.as_str(), Some("workflow_runs"));
            let page: Page<Run> = self.page("runs", list, (number, &mut brought)).await?;
            let mut is_through = page.is_last;
            for one in &page.items {
                // One that was run again has a number that is told, and has not ended.
                let is_moving = open.remove(&one.id) || !run::is_over(one);
                if one.id <= told && !is_moving {
                    is_through = true;
                    continue;
                }
                if one.started_at.is_some_and(|at| at < self.since) {
                    is_through = true;
                    continue;
                }
                self.run(one, row, &mut brought).await?;
            }
            if is_through {
                break;
            }
        }
        for id in open {
            let what = self.what(&format!("run {id}"));
            let path = self.path(&format!("/actions/runs/{id}"));
            match self.reach.one::<Run>(&what, &path).await {
                Ok(one) => self.run(&one, row, &mut brought).await?,
                Err(error) if error.kind == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(brought)
    }

    async fn run(
        &self,
        one: &Run,
        row: &mut Row,
        brought: &mut Brought,
    ) -> Result<(), ConnectorError> {
        brought.add(run::run(&self.origin, one));
        let what = self.what(&format!("jobs of run {}", one.id));
        let path = self.path(&format!("/actions/runs/{}/jobs", one.id));
        let jobs: Result<Vec<Job>, _> = self.reach.all(&what, &path, Some("jobs")).await;
        match jobs {
            Ok(jobs) => {
                for job in &jobs {
                    brought.add(run::job(&self.origin, one, job));
                }
            }
            // Older ones tell of runs alone.
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        row.run = row.run.max(one.id);
        if run::is_over(one) {
            row.open.remove(&one.id);
        } else {
            row.open.insert(one.id);
        }
        Ok(())
    }

    /// The commits of the default branch, and where it ends.
    pub async fn commits(&self, branch: &str, row: &mut Row) -> Result<Brought, ConnectorError> {
        let mut brought = Brought::default();
        let path = self.path(&format!(
            "/commits?sha={}&stat=false&verification=false&files=false",
            encoded(branch)
        ));
        let mut tip: Option<Commit> = None;
        let mut walk = Walk::new(&row.tip, self.since);
        for number in 1.. {
            let page: Page<Commit> = self
                .page("commits", (&path, None), (number, &mut brought))
                .await?;
            let is_last = page.is_last;
            let (new, is_through) = walk.page(page.items);
            for one in new {
                brought.add(commit::commit(&self.origin, &one));
                tip.get_or_insert(one);
            }
            if is_through || is_last {
                break;
            }
        }
        if let Some(tip) = tip {
            brought.add(commit::branch(&self.origin, branch, &tip));
            brought.add(self.statuses(&tip.sha).await?);
            row.tip = tip.sha;
        }
        Ok(brought)
    }

    pub async fn releases(&self, row: &mut Row) -> Result<Brought, ConnectorError> {
        let mut brought = Brought::default();
        let path = self.path("/releases");
        let mut new = Vec::new();
        for number in 1.. {
            let page: Page<Release> = self
                .page("releases", (&path, None), (number, &mut brought))
                .await?;
            let mut is_through = page.is_last;
            for one in page.items.iter().filter(|one| !one.draft) {
                let name = one.id.to_string();
                let old = one.created_at.is_some_and(|at| at < self.since);
                if old || row.releases.has(&name) {
                    is_through = true;
                    continue;
                }
                brought.add(commit::release(&self.origin, one));
                new.push(name);
            }
            if is_through {
                break;
            }
        }
        row.releases.add(new);
        Ok(brought)
    }

    pub async fn tags(&self, row: &mut Row) -> Result<Brought, ConnectorError> {
        let mut brought = Brought::default();
        let path = self.path("/tags");
        let mut new = Vec::new();
        for number in 1.. {
            let page: Page<Tag> = self
                .page("tags", (&path, None), (number, &mut brought))
                .await?;
            let mut is_through = page.is_last;
            for one in &page.items {
                let name = format!("{} {}", one.name, one.commit.sha);
                let old = one.commit.created.is_some_and(|at| at < self.since);
                if old || row.tags.has(&name) {
                    is_through = true;
                    continue;
                }
                brought.add(commit::tag(&self.origin, one));
                new.push(name);
            }
            if is_through {
                break;
            }
        }
        row.tags.add(new);
        Ok(brought)
    }

    /// Issues that changed; of them, incidents.
    pub async fn issues(&self, row: &mut Row) -> Result<Brought, ConnectorError> {
        let mut brought = Brought::default();
        let told = row.issues;
        let since = told.unwrap_or(self.since);
        let mut newest = told;
        let path = self.path(&format!("/issues?state=all&type=issues&since={since}"));
        for number in 1.. {
            let page: Page<Issue> = self
                .page("issues", (&path, None), (number, &mut brought))
                .await?;
            for one in &page.items {
                if told.is_none() || one.updated_at > told {
                    brought.add(issue::issue(&self.origin, one));
                }
                newest = newest.max(one.updated_at);
            }
            if page.is_last {
                break;
            }
        }
        row.issues = self.up_to(told, newest);
        Ok(brought)
    }
}

/// A way down a branch, to where it is told already, or to what is too old. A clock may have been wrong: a commit that is dated too early is told all the same
/// where it stands between others that are not.
struct Walk<'a> {
    told: &'a str,
    since: Timestamp,
    early: Vec<Commit>,
}

impl<'a> Walk<'a> {
    fn new(told: &'a str, since: Timestamp) -> Self {
        Self {
            told,
            since,
            early: Vec::new(),
        }
    }

    /// What of a page is to be told, and whether the way ends with it.
    fn page(&mut self, items: Vec<Commit>) -> (Vec<Commit>, bool) {
        let total = items.len();
        let mut new = Vec::new();
        let (mut seen, mut is_early) = (0, true);
        for one in items.into_iter().take_while(|one| one.sha != self.told) {
            seen += 1;
            let at = one.commit.committer.date;
            let is_old = at.is_some_and(|at| at < self.since);
            self.early.push(one);
            if !is_old {
                is_early = false;
                new.append(&mut self.early);
            }
        }
        let is_told = seen < total;
        if is_told {
            new.append(&mut self.early);
        }
        (new, is_told || is_early)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(dates: &[(&str, &str)]) -> Vec<Commit> {
        let commits = dates.iter().map(
            |(sha, at)| serde_json::json!({"sha": sha, "commit": {"committer": {"date": at}}}),
        );
        serde_json::from_value(commits.collect()).unwrap()
    }

    #[test]
    fn what_is_dated_too_early_ends_no_way_to_what_is_told() {
        let since = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
        let (now, early) = ("2026-03-01T00:00:00Z", "2001-01-01T00:00:00Z");
        let shas = |(new, is_through): (Vec<Commit>, bool)| {
            let shas: String = new.into_iter().map(|one| one.sha).collect();
            (shas, is_through)
        };
        let mut walk = Walk::new("a", since);
        let found = walk.page(page(&[("d", now), ("c", early), ("b", now), ("a", now)]));
        assert_eq!(shas(found), ("dcb".to_owned(), true));
        let mut walk = Walk::new("a", since);
        assert_eq!(
            shas(walk.page(page(&[("d", now), ("c", early)]))),
            ("d".to_owned(), false)
        );
        assert_eq!(
            shas(walk.page(page(&[("b", early), ("a", early)]))),
            ("cb".to_owned(), true)
        );
        let mut walk = Walk::new("", since);
        assert_eq!(
            shas(walk.page(page(&[("b", now), ("a", early)]))),
            ("b".to_owned(), false)
        );
        assert_eq!(
            shas(walk.page(page(&[("0", early)]))),
            (String::new(), true)
        );
    }
}
