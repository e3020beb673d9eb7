//! One reading: what is new of each list of pipelines, newest first, to what is told already; then the pipelines that were under way or may have been run
//! again; then each list further into the past. Every page is handed over with its row, and what of it could not be read is kept to be looked at again, so
//! that a kill between any two batches loses and doubles nothing.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;
use futures::{StreamExt, stream};

use super::client::{Reach, jobs, pipelines, workflows};
use super::config::{List, Selection};
use super::cursor::{self, Known, Place, Todo, place_key, todo_key, user_key};
use super::translate::{self, People, Whole};
use super::wire::{Job, Pipeline, User, Workflow};
use crate::connector::error::ErrorKind;
use crate::connector::facts::Unknown;
use crate::connector::gone;
use crate::connector::health;
use crate::connector::http::Stop;
use crate::connector::http::page::Page;
use crate::connector::piece::{Done, End, Failures};
use crate::connector::rows::{Rows, put};
use crate::connector::{ConnectorError, Progress, Sink};
use crate::event::time::Timestamp;

/// Requests under way at once.
const AT_ONCE: usize = 6;

/// One reading, under way.
pub struct Reader<'a> {
    reach: &'a Reach<'a>,
    sink: &'a mut dyn Sink,
    rows: Rows,
    now: Timestamp,
    /// The oldest fact wanted of what was never read.
    since: Timestamp,
    told: BTreeSet<Unknown>,
    failures: Failures,
    done: u64,
}

impl<'a> Reader<'a> {
    pub fn new(
        reach: &'a Reach<'a>,
        sink: &'a mut dyn Sink,
        rows: Rows,
        (now, since): (Timestamp, Timestamp),
    ) -> Self {
        Self {
            reach,
            sink,
            rows,
            now,
            since,
            told: BTreeSet::new(),
            failures: Failures::default(),
            done: 0,
        }
    }

    pub async fn read(mut self, selection: &Selection) -> Result<(), ConnectorError> {
        let ended = self.through(selection).await;
        if let Some(finding) = health::clock(&self.reach.instance.http, &self.reach.instance.host) {
            self.sink.finding(finding);
        }
        match ended {
            Ok(()) => Ok(()),
            Err(end) => end.outcome(),
        }
    }

    async fn through(&mut self, selection: &Selection) -> Result<(), End> {
        let lists = selection.lists();
        // Before anything is read: what fails in this reading is looked at in the next.
        let due = cursor::due(&self.rows, self.now);
        for list in &lists {
            self.head(list, selection).await?;
        }
        self.look(due, Done::default()).await?;
        for list in &lists {
            self.past(list, selection).await?;
        }
        Ok(())
    }

    fn place(&self, list: &List) -> Place {
        self.rows.get(&place_key(list)).unwrap_or_default()
    }

    /// What is newer than what is told.
    async fn head(&mut self, list: &List, selection: &Selection) -> Result<(), End> {
        let before = self.place(list);
        let mut place = Place {
            head: before.head,
            token: before.token.clone(),
            ..Place::default()
        };
        let mut token: Option<String> = None;
        loop {
            let Some(mut page) = self.page(list, token.as_deref()).await? else {
                return Ok(());
            };
            place.add(&page.items);
            let reached = page.items.iter().any(|one| before.is_past(one));
            let next = page.next.take();
            if before.head.is_none() {
                // The first reading: from here on it goes into the past, page by page.
                place.token = next.filter(|_| !self.is_before(&page.items));
                return self.tell(list, (page, selection), Some(place)).await;
            }
            page.items.retain(|one| !before.has(one));
            if reached || next.is_none() || next == token {
                return self.tell(list, (page, selection), Some(place)).await;
            }
            self.tell(list, (page, selection), None).await?;
            token = next;
        }
    }

    /// The rest of a list, back to the oldest fact that is wanted.
    async fn past(&mut self, list: &List, selection: &Selection) -> Result<(), End> {
        loop {
            let mut place = self.place(list);
            let Some(token) = place.token.take() else {
                return Ok(());
            };
            let Some(mut page) = self.page(list, Some(&token)).await? else {
                return Ok(());
            };
            let next = page.next.take().filter(|next| *next != token);
            place.token = next.filter(|_| !self.is_before(&page.items));
            self.tell(list, (page, selection), Some(place)).await?;
        }
    }

    /// Whether a page goes back to before what is wanted.
    fn is_before(&self, pipelines: &[Pipeline]) -> bool {
        let mut made = pipelines.iter().filter_map(|one| one.created_at);
        made.any(|at| at < self.since)
    }

    /// A page of a list; `None`: it cannot be read, which is told.
    async fn page(
        &mut self,
        list: &List,
        token: Option<&str>,
    ) -> Result<Option<Page<Pipeline>>, End> {
        let what = format!("{}: pipelines", list.name());
        match self.reach.page(&what, &pipelines(list), token).await {
            Ok(page) => {
                self.failures.none();
                Ok(Some(page))
            }
            Err(Stop::Budget { .. }) => Err(End::Budget),
            Err(Stop::Failed(error)) => {
                let error = self.failures.one(error)?;
                let mut done = Done::default();
                done.warn(list.name(), &error.to_string());
                let is_gone = matches!(error.kind, ErrorKind::Malformed | ErrorKind::NotFound);
                if token.is_some() && is_gone {
                    // CircleCI does not know the page any more: it is begun anew, and what is told already is the same events.
                    done.batch.cursors.push((place_key(list), None));
                }
                self.keep(done)?;
                Ok(None)
            }
        }
    }

    /// Tells a page, and where its list then stands.
    async fn tell(
        &mut self,
        list: &List,
        (page, selection): (Page<Pipeline>, &Selection),
        place: Option<Place>,
    ) -> Result<(), End> {
        let mut done = Done::default();
        for complaint in page.complaints {
            let text = format!("a pipeline cannot be read, and is left out: {complaint}");
            done.warn(list.name(), &text);
        }
        if let Some(place) = place.filter(|place| *place != self.place(list)) {
            put(&mut done.batch, place_key(list), &place);
        }
        let wanted = page.items.iter().filter(|one| {
            let old = one.created_at.is_some_and(|at| at < self.since);
            selection.has(&one.project_slug) && !old
        });
        let todos = wanted.map(|one| Todo {
            pipeline: translate::known(one),
            ..Todo::default()
        });
        let todos = todos.collect();
        self.look(todos, done).await
    }

    /// Looks at pipelines, several at once, and hands over what they bring.
    async fn look(&mut self, todos: Vec<Todo>, mut done: Done) -> Result<(), End> {
        let reach = *self.reach;
        let looks: Vec<BoxFuture<'_, _>> = todos
            .iter()
            .map(|todo| -> BoxFuture<'_, _> { Box::pin(whole(reach, todo)) })
            .collect();
        let looks: Vec<_> = stream::iter(looks).buffered(AT_ONCE).collect().await;
        let mut ended = None;
        for (todo, looked) in todos.iter().zip(looks) {
            let stop = match looked {
                Ok(whole) => {
                    self.failures.none();
                    match self.take(&whole, todo, &mut done).await {
                        Ok(()) => continue,
                        Err(stop) => stop,
                    }
                }
                Err(stop) => stop,
            };
            let key = todo_key(&todo.pipeline.id);
            match &stop {
                Stop::Failed(error) if error.kind == ErrorKind::NotFound => {
                    self.close(&todo.pipeline, &todo.gates, self.now, &mut done);
                    done.batch.cursors.push((key, None));
                }
                _ => put(&mut done.batch, key, todo),
            }
            let end = match stop {
                Stop::Budget { .. } => Some(End::Budget),
                Stop::Failed(error) => match self.failures.one(error) {
                    Ok(error) => {
                        done.warn(&todo.pipeline.slug, &error.to_string());
                        None
                    }
                    Err(end) => Some(end),
                },
            };
            ended = ended.or(end);
        }
        self.done += todos.len() as u64;
        self.keep(done)?;
        self.sink.progress(Progress {
            what: "pipelines".to_owned(),
            done: self.done,
            total: None,
        });
        ended.map_or(Ok(()), Err)
    }

    /// Tells a pipeline, and whether it has to be looked at again.
    async fn take(&mut self, whole: &Whole, todo: &Todo, done: &mut Done) -> Result<(), Stop> {
        let people = self.people(whole, done).await?;
        let facts = translate::pipeline(self.reach.instance, whole, &people, self.now);
        let gates = gone::waiting(&facts);
        done.take(facts);
        for complaint in &whole.complaints {
            let text = format!("what cannot be read is left out: {complaint}");
            done.warn(&whole.pipeline.slug, &text);
        }
        let key = todo_key(&whole.pipeline.id);
        if let Some(next) = cursor::next(&whole.pipeline, &whole.workflows, self.now) {
            let ended = whole.workflows.iter().filter(|one| one.has_ended());
            let again = Todo {
                pipeline: whole.pipeline.clone(),
                told: ended.map(|one| one.id.clone()).collect(),
                gates,
                next: Some(next),
            };
            put(&mut done.batch, key, &again);
        } else {
            let at = cursor::end(&whole.pipeline).unwrap_or(self.now);
            self.close(&whole.pipeline, &gates, at, done);
            if todo.next.is_some() || self.rows.get::<Todo>(&key).is_some() {
                done.batch.cursors.push((key, None));
            }
        }
        Ok(())
    }

    /// Nobody is asked any more by approvals of what is not looked at again.
    fn close(&self, pipeline: &Known, gates: &[String], at: Timestamp, done: &mut Done) {
        let source = translate::source(self.reach.instance, pipeline);
        let closed = gone::closed(&source, gates, at);
        done.batch.events.extend(closed);
    }

    /// The names of those who decided something.
    async fn people(&mut self, whole: &Whole, done: &mut Done) -> Result<People, Stop> {
        let mut people = People::new();
        for id in translate::deciders(whole) {
            let key = user_key(&id);
            let user = if let Some(user) = self.rows.get::<User>(&key) {
                user
            } else {
                let user = person(self.reach, &id).await?;
                put(&mut done.batch, key, &user);
                self.rows.apply(&done.batch.cursors);
                user
            };
            if !user.login.is_empty() {
                people.insert(id, user.login);
            }
        }
        Ok(people)
    }

    /// Hands over, and takes note of what is kept.
    fn keep(&mut self, done: Done) -> Result<(), End> {
        for finding in done.findings {
            self.sink.finding(finding);
        }
        for unknown in done.unknown {
            if self.told.insert(unknown.clone()) {
                self.sink.finding(unknown.told("CircleCI"));
            }
        }
        self.rows.apply(&done.batch.cursors);
        if done.batch.events.is_empty() && done.batch.cursors.is_empty() {
            return Ok(());
        }
        self.sink.batch(done.batch).map_err(End::Failed)
    }
}

/// Who has an id; nobody, where CircleCI does not tell.
async fn person(reach: &Reach<'_>, id: &str) -> Result<User, Stop> {
    match reach.one("who decided", &format!("/user/{id}")).await {
        Err(Stop::Failed(error))
            if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) =>
        {
            Ok(User::default())
        }
        other => other,
    }
}

/// All that there is of a pipeline, but for the jobs of workflows that are told.
async fn whole(reach: Reach<'_>, todo: &Todo) -> Result<Whole, Stop> {
    let mut pipeline = todo.pipeline.clone();
    let what = format!(
        "{}: pipeline {}",
        pipeline.slug,
        pipeline.number.unwrap_or_default()
    );
    if !pipeline.is_made() && todo.next.is_some() {
        let path = format!("/pipeline/{}", pipeline.id);
        pipeline = translate::known(&reach.one::<Pipeline>(&what, &path).await?);
    }
    let path = workflows(&pipeline.id);
    let (workflows, mut complaints) = reach.all::<Workflow>(&what, &path).await?;
    let mut by_place = BTreeMap::new();
    for (place, workflow) in workflows.iter().enumerate() {
        if todo.told.contains(&workflow.id) {
            continue;
        }
        let (jobs, more) = reach.all::<Job>(&what, &jobs(&workflow.id)).await?;
        complaints.extend(more);
        by_place.insert(place, jobs);
    }
    Ok(Whole {
        pipeline,
        workflows,
        jobs: by_place,
        complaints,
    })
}
