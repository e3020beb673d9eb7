//! What there is of a run beside itself: its jobs, its earlier attempts, the gates that hold it, and the decisions on them.

use super::reach::{Ask, GIVEN_UP, Reach, all};
use crate::connector::error::ErrorKind;
use crate::connector::facts::Facts;
use crate::connector::github::cursor::OpenRun;
use crate::connector::github::fault::refused;
use crate::connector::github::translate::gate::Which;
use crate::connector::github::translate::{gate, run, wave};
use crate::connector::github::wire::{Approval, Job, PendingDeployment, Run};
use crate::connector::http::{Stop, parse};
use crate::connector::origin::Origin;
use crate::connector::piece::Done;

/// One run, while its parts are read.
pub struct Reading<'a> {
    reach: &'a Reach<'a>,
    origin: &'a Origin,
    approvers: &'a [(String, Vec<String>)],
    facts: Facts,
    jobs: Vec<Job>,
    approvals: Option<Vec<Approval>>,
}

impl<'a> Reading<'a> {
    pub fn new(
        reach: &'a Reach<'a>,
        origin: &'a Origin,
        approvers: &'a [(String, Vec<String>)],
    ) -> Self {
        Self {
            reach,
            origin,
            approvers,
            facts: Facts::default(),
            jobs: Vec::new(),
            approvals: None,
        }
    }

    /// Reads it; what is left is to be read again, until it is finished.
    pub async fn read(
        mut self,
        mut open: OpenRun,
        done: &mut Done,
    ) -> Result<Option<OpenRun>, Stop> {
        let exists = self.itself(&mut open).await?;
        if exists {
            self.jobs(&mut open, done).await?;
            self.attempts(&mut open).await?;
            self.gates(&mut open, done).await?;
        } else {
            for which in were_open(&mut open) {
                let facts = gate::vanished(self.origin, &open.run, &which);
                self.facts.add(facts);
            }
        }
        done.take(self.facts);
        let given_up = self.reach.now - open.run.updated_at > GIVEN_UP;
        let watched = exists && !run::is_finished(&open.run) && !given_up;
        Ok(watched.then_some(OpenRun {
            fresh: false,
            ..open
        }))
    }

    fn path(&self, run: &Run, rest: &str) -> String {
        format!(
            "/repos/{}/actions/runs/{}{rest}",
            self.origin.repository, run.id
        )
    }

    fn what(&self, run: &Run) -> String {
        format!("{}: run {}", self.origin.repository, run.id)
    }

    /// The run as it is now, where it was not just read in the list. `false` when it is gone.
    async fn itself(&mut self, open: &mut OpenRun) -> Result<bool, Stop> {
        if open.fresh {
            return Ok(true);
        }
        let path = self.path(&open.run, "?exclude_pull_requests=true");
        let answer = self.reach.ask(&path, open.run_etag.as_deref()).await?;
        if answer.is_unchanged() {
            return Ok(true);
        }
        if matches!(answer.status, 404 | 410) {
            return Ok(false);
        }
        let what = self.what(&open.run);
        if !answer.is_success() {
            return Err(refused(self.reach.source, &what, &answer).into());
        }
        open.run = parse::one(&answer.body).map_err(|why| self.reach.unreadable(&what, &why))?;
        open.run_etag = answer.etag();
        self.facts.add(run::run(self.origin, &open.run));
        Ok(true)
    }

    async fn jobs(&mut self, open: &mut OpenRun, done: &mut Done) -> Result<(), Stop> {
        let ask = Ask {
            what: &self.what(&open.run),
            path: self.path(&open.run, "/jobs?filter=all&per_page=100"),
            field: Some("jobs"),
            etag: open.jobs_etag.as_deref(),
        };
        if let Some(jobs) = all::<Job>(self.reach, &ask, done).await? {
            open.jobs_etag = jobs.etag;
            self.jobs = jobs.items;
            for job in &self.jobs {
                self.facts.add(run::job(self.origin, job));
            }
        }
        Ok(())
    }

    /// Attempts before the newest one: they do not change any more.
    async fn attempts(&mut self, open: &mut OpenRun) -> Result<(), Stop> {
        let newest = open.run.run_attempt.unwrap_or(1);
        for attempt in open.attempts..newest {
            let rest = format!("/attempts/{attempt}?exclude_pull_requests=true");
            let path = self.path(&open.run, &rest);
            let answer = self.reach.ask(&path, None).await?;
            let what = self.what(&open.run);
            if answer.is_success() {
                let earlier: Run =
                    parse::one(&answer.body).map_err(|why| self.reach.unreadable(&what, &why))?;
                self.facts.add(run::run(self.origin, &earlier));
            } else if answer.status != 404 {
                return Err(refused(self.reach.source, &what, &answer).into());
            }
            open.attempts = attempt + 1;
        }
        Ok(())
    }

    async fn gates(&mut self, open: &mut OpenRun, done: &mut Done) -> Result<(), Stop> {
        let mut gone = were_open(open);
        let mut reopened = false;
        if run::is_waiting(&open.run) {
            let same = open.pending_of == Some(open.run.updated_at);
            let ask = Ask {
                what: &self.what(&open.run),
                path: self.path(&open.run, "/pending_deployments"),
                field: None,
                etag: open.pending_etag.as_deref().filter(|_| same),
            };
            let pending = all::<PendingDeployment>(self.reach, &ask, done).await;
            if let Some(pending) = optional(pending, done, ask.what)? {
                open.pending_etag = pending.etag;
                open.pending_of = Some(open.run.updated_at);
                let waiting = self.pending(open, &pending.items, done).await?;
                gone.retain(|which| !waiting.contains(which));
                reopened = waiting.iter().any(|which| which.number > 1);
                open.gates = waiting.iter().map(ToString::to_string).collect();
            } else {
                open.gates = gone.iter().map(ToString::to_string).collect();
                gone.clear();
            }
        }
        let finished = run::is_finished(&open.run) && !self.approvers.is_empty();
        if !gone.is_empty() || reopened || finished {
            self.decisions(open, &gone, done).await?;
        }
        Ok(())
    }

    /// The gates that are open. Where something of an environment went on already, the decisions tell which of its gates it is.
    async fn pending(
        &mut self,
        open: &mut OpenRun,
        pending: &[PendingDeployment],
        done: &mut Done,
    ) -> Result<Vec<Which>, Stop> {
        if self.jobs.is_empty() && !pending.is_empty() {
            open.jobs_etag = None;
            self.jobs(open, done).await?;
        }
        let attempt = wave::newest(&open.run);
        let went_on = pending.iter().any(|one| {
            let name = one.environment.name.as_deref().unwrap_or_default();
            wave::went_on(&self.jobs, attempt, name).1 > 0
        });
        let approvals = if went_on {
            self.approvals(open, done).await?
        } else {
            Vec::new()
        };
        let mut waiting = Vec::new();
        for one in pending {
            let Some(which) = gate::pending(&open.run, &self.jobs, &approvals, one) else {
                continue;
            };
            let facts = gate::opened(self.origin, &open.run, &self.jobs, (&which, one));
            self.facts.add(facts);
            waiting.push(which);
        }
        Ok(waiting)
    }

    /// The decisions on the run, the oldest first; asked for once.
    async fn approvals(
        &mut self,
        open: &mut OpenRun,
        done: &mut Done,
    ) -> Result<Vec<Approval>, Stop> {
        if let Some(approvals) = &self.approvals {
            return Ok(approvals.clone());
        }
        let ask = Ask {
            what: &self.what(&open.run),
            path: self.path(&open.run, "/approvals"),
            field: None,
            etag: None,
        };
        let approvals = all::<Approval>(self.reach, &ask, done).await;
        let approvals = optional(approvals, done, ask.what)?;
        let approvals = approvals.map(|all| all.items).unwrap_or_default();
        let before = std::mem::replace(&mut open.approvals, approvals.clone());
        let approvals = gate::in_order(approvals, &before);
        self.approvals = Some(approvals.clone());
        Ok(approvals)
    }

    async fn decisions(
        &mut self,
        open: &mut OpenRun,
        gone: &[Which],
        done: &mut Done,
    ) -> Result<(), Stop> {
        let approvals = self.approvals(open, done).await?;
        let known = self.approvers;
        let required = |environment: &str| {
            let found = known.iter().find(|(name, _)| name == environment);
            found.map(|(_, who)| who.clone()).unwrap_or_default()
        };
        let run = &open.run;
        let facts = gate::decided(self.origin, run, &self.jobs, &approvals, &required);
        self.facts.add(facts);
        for which in gone {
            let decided = gate::decided_of(run, &self.jobs, &approvals, which);
            if decided < which.number {
                self.facts.add(gate::vanished(self.origin, run, which));
            }
        }
        Ok(())
    }
}

/// The gates that were open at the last reading. Rows of earlier versions name the environment alone.
fn were_open(open: &mut OpenRun) -> Vec<Which> {
    let gates = std::mem::take(&mut open.gates).into_iter();
    let which = |id: String| Which::read(&id).unwrap_or_else(|| Which::first(&open.run, &id));
    gates.map(which).collect()
}

/// Not being allowed to see gates does not keep the rest from being read.
fn optional<T>(
    read: Result<Option<T>, Stop>,
    done: &mut Done,
    what: &str,
) -> Result<Option<T>, Stop> {
    match read {
        Err(Stop::Failed(error))
            if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound) =>
        {
            done.warn(what, &format!("its gates cannot be read: {error}"));
            Ok(None)
        }
        other => other,
    }
}
