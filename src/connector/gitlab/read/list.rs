//! One page of one list: which of its items are new, what they tell, and whether older pages are still to be read. Where GitLab can be asked for what changed
//! since, it is; the first page is asked for at every reading, on condition, and older ones only where the first was new through and through.

use serde::de::DeserializeOwned;

use super::changing::Changing;
use super::page::Page;
use crate::connector::Batch;
use crate::connector::facts::Facts;
use crate::connector::gitlab::client::{Reach, next};
use crate::connector::gitlab::cursor::{
    List, OpenDeployment, OpenPipeline, Place, Todo, Walk, deployment_key, pipeline_key, place_key,
};
use crate::connector::gitlab::translate::{change, commit, deployment, gate, issue};
use crate::connector::gitlab::wire::{
    Commit, Deployment, Environment, Issue, Pipeline, Protected, Release, Request, Tag,
};
use crate::connector::http::{Answer, Stop, parse};
use crate::connector::piece::Done;
use crate::connector::rows::put;
use crate::event::time::Timestamp;

/// Reads the page.
pub async fn read(reach: &Reach<'_>, mut page: Page) -> Result<Done, Stop> {
    let branch = page.place.branch.as_ref();
    if !page.walking && branch.is_some_and(|branch| page.branch.as_ref() != Some(branch)) {
        // How far another branch was read says nothing of this one.
        page.place = Place {
            after: page.place.after,
            ..Place::default()
        };
    }
    if page.list == List::Commits && page.branch.is_none() {
        // A project without a default branch has no commits.
        return Ok(Done::default());
    }
    let after = page.place.after.unwrap_or(reach.since);
    let query = page.query(after);
    let etag = page.place.etag.as_deref().filter(|_| !page.walking);
    let answer = reach.ask(&format!("{}?{query}", page.path()), etag).await?;
    if answer.moved {
        return Ok(Done {
            moved: true,
            ..Done::default()
        });
    }
    // Protected environments are a matter of Premium, and of Maintainers; without them gates tell fewer names.
    let unseen = page.list == List::Protected && matches!(answer.status, 403 | 404);
    let empty = page.list == List::Commits && answer.status == 404 && !page.walking;
    if answer.is_unchanged() || unseen || empty {
        return Ok(Done::default());
    }
    if !answer.is_success() {
        return Err(reach.instance.refused(&page.what(), &answer).into());
    }
    let what = page.what();
    let digest = Digest::new(page, &answer, &query, after);
    digest
        .run(&answer.body)
        .map_err(|why| reach.unreadable(&what, &why))
}

/// Makes events, rows and the new place of one answer.
struct Digest {
    page: Page,
    after: Timestamp,
    next: Option<String>,
    place: Place,
    facts: Facts,
    todos: Vec<Todo>,
    complaints: Vec<String>,
    /// Whether older pages hold news.
    goes_on: bool,
}

impl Digest {
    fn new(page: Page, answer: &Answer, query: &str, after: Timestamp) -> Self {
        let mut place = page.place.clone();
        place.after = Some(after);
        if !page.walking {
            place.etag = answer.etag();
        }
        Self {
            page,
            after,
            next: next(answer, query).filter(|next| next != query),
            place,
            facts: Facts::default(),
            todos: Vec::new(),
            complaints: Vec::new(),
            goes_on: false,
        }
    }

    fn run(mut self, body: &str) -> Result<Done, String> {
        match self.page.list {
            List::Requests => self.changing(body, Self::request)?,
            List::Issues => self.changing(body, |digest, listed: Issue| {
                let facts = issue::issue(&digest.page.origin, &listed);
                digest.facts.add(facts);
            })?,
            List::Pipelines => self.changing(body, Self::pipeline)?,
            List::Deployments => self.changing(body, Self::deployment)?,
            List::Commits => self.commits(body)?,
            List::Releases => self.releases(body)?,
            List::Tags => self.tags(body)?,
            List::Environments => self.environments(body)?,
            List::Protected => self.protected(body)?,
        }
        self.walk_on();
        Ok(self.done())
    }

    fn items<T: DeserializeOwned>(&mut self, body: &str) -> Result<Vec<T>, String> {
        let parsed = parse::list::<T>(body, None)?;
        self.complaints = parsed.complaints;
        Ok(parsed.items)
    }

    fn changing<T: Changing>(
        &mut self,
        body: &str,
        mut tell: impl FnMut(&mut Self, T),
    ) -> Result<(), String> {
        let items = self.items::<T>(body)?;
        let mark = |item: &T| format!("{}@{}", item.name(), item.changed());
        let newest = items.iter().map(Changing::changed).max();
        let before = self.page.place.newest;
        // With a walk under way, a first page that is new through and through has pushed older news onto pages that the walk has passed.
        let all_new = items.iter().map(Changing::changed).min() > before;
        self.goes_on = self.page.walking || self.place.walk.is_none() || all_new;
        if newest > before {
            self.place.newest = newest;
            self.place.seen.clear();
        }
        for item in items {
            let name = mark(&item);
            let is_known = self.page.place.seen.contains(&name);
            if Some(item.changed()) == self.place.newest && !self.place.seen.contains(&name) {
                self.place.seen.push(name);
            }
            if !is_known {
                tell(self, item);
            }
        }
        Ok(())
    }

    fn request(&mut self, request: Request) {
        self.facts.add(change::request(&self.page.origin, &request));
        let stands = match request.state.as_str() {
            "opened" => Some(true),
            "closed" => Some(false),
            _ => None,
        };
        if self.place.closed.is_again(request.iid, stands) {
            let event = change::reopened(&self.page.origin, &request);
            self.facts.events.push(event);
        }
        self.todos.push(Todo::Request(Box::new(slim(request))));
    }

    #[expect(clippy::needless_pass_by_value, reason = "it is read once")]
    fn pipeline(&mut self, listed: Pipeline) {
        let changed = listed.changed();
        self.look_again(listed.id, changed);
    }

    /// A pipeline is to be read, again if it was before.
    fn look_again(&mut self, id: i64, changed: Timestamp) {
        let known = self
            .page
            .open
            .get(&pipeline_key(&self.page.origin.repository, id));
        let open = match known {
            Some(Todo::Pipeline(open)) => OpenPipeline {
                changed: changed.max(open.changed),
                // What its jobs mean may have changed, even where they have not.
                jobs_etag: None,
                idle: false,
                ..(**open).clone()
            },
            _ => OpenPipeline::new(id, changed),
        };
        self.todos.push(Todo::Pipeline(Box::new(open)));
    }

    fn deployment(&mut self, listed: Deployment) {
        let facts = deployment::deployment(&self.page.origin, &listed, &self.page.tags);
        self.facts.add(facts);
        let key = deployment_key(&self.page.origin.repository, listed.id);
        let known = self.page.open.get(&key);
        let was_open = known.is_some();
        let gate = matches!(known, Some(Todo::Deployment(open)) if open.gate);
        let pipeline = listed
            .deployable
            .as_ref()
            .and_then(|job| job.pipeline.as_ref());
        let offered = deployment::is_offered(&listed);
        if let Some(pipeline) = pipeline
            && (offered || was_open)
        {
            // Its manual job is a gate, or was one: the pipeline tells.
            let (id, changed) = (pipeline.id, listed.changed());
            self.look_again(id, changed);
        }
        let asks = deployment::is_blocked(&listed)
            || !listed.approvals.is_empty()
            || listed.pending_approval_count.is_some_and(|count| count > 0);
        if offered || asks || was_open {
            self.todos.push(Todo::Deployment(Box::new(OpenDeployment {
                idle: offered && !asks && !was_open,
                deployment: listed,
                etag: None,
                gate,
            })));
        }
    }

    fn commits(&mut self, body: &str) -> Result<(), String> {
        let items = self.items::<Commit>(body)?;
        let until = match &self.page.place.walk {
            Some(walk) if self.page.walking => walk.until.clone(),
            _ => self.page.place.seen.first().cloned(),
        };
        if !self.page.walking
            && let Some(first) = items.first()
        {
            self.place.seen = vec![first.id.clone()];
            self.place.branch.clone_from(&self.page.branch);
            let branch = self.page.branch.as_deref().unwrap_or("HEAD");
            self.facts
                .add(commit::branch(&self.page.origin, branch, first));
        }
        self.goes_on = true;
        for item in items {
            if until.as_ref() == Some(&item.id) {
                self.goes_on = false;
                break;
            }
            self.facts.add(commit::commit(&self.page.origin, &item));
        }
        Ok(())
    }

    fn releases(&mut self, body: &str) -> Result<(), String> {
        let items = self.items::<Release>(body)?;
        let mark = |item: &Release| {
            let at = item.released_at.or(item.created_at);
            let at = at.map_or_else(String::new, |at| at.to_string());
            format!("{}@{at}", item.tag_name)
        };
        let old = |item: &Release| item.released_at.or(item.created_at) < Some(self.after);
        let reached = items.iter().any(old);
        let names: Vec<String> = items.iter().map(mark).collect();
        self.goes_on = self.all_news(&names) && !reached;
        for (item, name) in items.iter().zip(&names) {
            if !old(item) && self.is_news(name) {
                let facts = commit::release(&self.page.origin, item);
                self.facts.add(facts);
            }
        }
        self.keep_seen(names);
        Ok(())
    }

    fn tags(&mut self, body: &str) -> Result<(), String> {
        let items = self.items::<Tag>(body)?;
        let mark = |item: &Tag| format!("{}@{:.12}", item.name, item.commit.id);
        let names: Vec<String> = items.iter().map(mark).collect();
        self.goes_on = self.all_news(&names);
        for (item, name) in items.iter().zip(&names) {
            if self.is_news(name) {
                let facts = commit::tag(&self.page.origin, item);
                self.facts.add(facts);
            }
        }
        self.keep_seen(names);
        Ok(())
    }

    fn is_news(&self, name: &String) -> bool {
        self.page.walking || !self.page.place.seen.contains(name)
    }

    fn all_news(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.is_news(name))
    }

    fn keep_seen(&mut self, names: Vec<String>) {
        if !self.page.walking {
            self.place.seen = names;
        }
    }

    fn environments(&mut self, body: &str) -> Result<(), String> {
        let items = self.items::<Environment>(body)?;
        self.goes_on = true;
        let since = self.after;
        for environment in items {
            if environment.updated_at.is_some_and(|at| at >= since) {
                let facts = deployment::stopped(&self.page.origin, &environment);
                self.facts.add(facts);
            }
        }
        Ok(())
    }

    fn protected(&mut self, body: &str) -> Result<(), String> {
        let items = self.items::<Protected>(body)?;
        self.goes_on = true;
        if !self.page.walking {
            self.place.approvers.clear();
        }
        for protected in items {
            let rules = if protected.approval_rules.is_empty() {
                &protected.deploy_access_levels
            } else {
                &protected.approval_rules
            };
            let who = gate::approvers(rules);
            self.place.approvers.insert(protected.name, who);
        }
        Ok(())
    }

    /// Moves the walk: on to the next page, to its end, or back to its beginning when so much is new that pages have shifted. At the end of a list of changes,
    /// the next question is for what changed since the newest.
    fn walk_on(&mut self) {
        // A walk that begins anew has still to reach what the one before it was to reach.
        let until = match &self.page.place.walk {
            Some(walk) => walk.until.clone(),
            None => self.page.place.seen.first().cloned(),
        };
        let next = self.next.take().filter(|_| self.goes_on);
        match next {
            Some(query) => self.place.walk = Some(Walk { query, until }),
            None if self.page.walking => self.place.walk = None,
            None => {}
        }
        let changing = matches!(
            self.page.list,
            List::Requests | List::Issues | List::Pipelines | List::Deployments
        );
        if let (true, None, Some(newest)) = (changing, &self.place.walk, self.place.newest)
            && self.place.after < Some(newest)
        {
            self.place.after = Some(newest);
            self.place.etag = None;
        }
    }

    fn done(self) -> Done {
        let project = &self.page.origin.repository;
        let what = self.page.what();
        let mut batch = Batch {
            events: self.facts.events,
            cursors: Vec::new(),
        };
        for todo in &self.todos {
            put(&mut batch, todo.key(project), todo);
        }
        put(&mut batch, place_key(project, self.page.list), &self.place);
        let mut done = Done {
            batch,
            unknown: self.facts.unknown,
            page: true,
            ..Done::default()
        };
        for complaint in self.complaints {
            done.warn(&what, &format!("{complaint}; left out"));
        }
        done
    }
}

/// A request without its text, of which only the tickets are needed later.
fn slim(mut request: Request) -> Request {
    use crate::connector::gitlab::ticket::tickets;
    let named = tickets("", request.description.as_deref());
    let words = named.iter().map(|ticket| {
        if ticket.contains('#') {
            format!("refs {ticket}")
        } else {
            ticket.clone()
        }
    });
    let words: Vec<String> = words.collect();
    request.description = (!words.is_empty()).then(|| words.join(", "));
    request
}
