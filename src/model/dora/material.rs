//! All that the figures of one workload are made of, whatever the window: its attempts judged, its lead times, its incidents. It is small and owns what
//! it holds, so that of thousands of workloads only this need stay in memory; texts are kept once, in a table of its own.

use serde::{Deserialize, Serialize};

use super::judge::{Basis, Verdict, judge};
use super::lead::{Lead, lead};
use crate::event::time::{Span, Timestamp};
use crate::model::definition::Rules;
use crate::model::delivery::{self, AttemptOutcome, Delivery, Kind};
use crate::model::entity::ChangeAt;
use crate::model::incident::link;
use crate::model::name::{Name, Names};
use crate::model::window::Window;
use crate::model::{Workload, series};

/// What the figures of one workload are made of.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Material {
    pub workload: Box<str>,
    /// The environment that delivery means for it.
    pub environment: Box<str>,
    /// The first event known of it.
    pub known: Option<Timestamp>,
    /// Somebody tells of incidents, of this workload or of another.
    pub has_source: bool,
    pub released_by_tags: bool,
    /// What is to be said where the tags that stand for deployments are of several series.
    pub series: Option<Box<str>>,
    /// In order of their time.
    pub attempts: Box<[Attempt]>,
    /// Of every change that has a lead time.
    pub deliveries: Box<[Delivered]>,
    /// Every incident of the environment.
    pub incidents: Box<[Incident]>,
    names: Names,
}

/// An attempt to deploy, and what is to be thought of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of one attempt"
)]
pub struct Attempt {
    pub deployment: Name,
    pub at: Timestamp,
    pub kind: Kind,
    pub outcome: AttemptOutcome,
    /// It is a deployment: it succeeded and changed a version, or an incident belongs to it.
    pub counted: bool,
    pub failed: Option<Basis>,
    pub rework: Option<Basis>,
    /// One of its incidents is linked by inference.
    pub inferred_incident: bool,
    /// One of its changes was told to be in it by date.
    pub inferred_change: bool,
    /// What one of its successful rows shipped is not known.
    pub blind: bool,
    /// For a failed deployment: from when, and until when where it has ended.
    pub broken: Option<(Timestamp, Option<Timestamp>)>,
    pub version: Option<Name>,
    pub sha: Option<Name>,
    pub incidents: Box<[Name]>,
    pub changes: Box<[Name]>,
}

/// A change that went live.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivered {
    pub change: Name,
    pub title: Option<Name>,
    pub author: Option<Name>,
    pub repository: Option<Name>,
    /// Its `attempt` is a place in [`Material::attempts`].
    pub lead: Lead,
}

/// An incident, and the attempt that it belongs to, as a place in [`Material::attempts`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Incident {
    pub id: Name,
    /// `None`: told of only when it was over.
    pub opened: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
    pub attempt: Option<u32>,
    pub inferred: bool,
}

impl Incident {
    /// The first that is known of it.
    #[must_use]
    pub fn known(&self) -> Option<Timestamp> {
        self.opened.or(self.resolved)
    }
}

impl Material {
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.names.text(name)
    }

    #[must_use]
    pub fn attempt(&self, place: u32) -> Option<&Attempt> {
        self.attempts.get(place as usize)
    }

    /// Attempts that were deployments, in order of their time.
    pub fn deployments(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| attempt.counted)
    }

    /// Changes that went live in a window.
    pub fn delivered(&self, window: Window) -> impl Iterator<Item = &Delivered> {
        let inside = move |one: &&Delivered| window.contains(one.lead.deployed);
        self.deliveries.iter().filter(inside)
    }

    /// When a change last went live before an instant.
    #[must_use]
    pub fn latest(&self, before: Timestamp) -> Option<Timestamp> {
        let times = self.deliveries.iter().map(|one| one.lead.deployed);
        times.filter(|at| *at < before).max()
    }

    /// Lead times of the changes that went live in a window.
    pub fn lead_times(&self, window: Window) -> impl Iterator<Item = Span> {
        self.delivered(window).map(|one| one.lead.lead)
    }
}

/// Draws all that figures need from a workload; neither it nor its deliveries are needed afterwards.
#[must_use]
pub fn material(workload: &Workload, delivery: &Delivery, rules: &Rules) -> Material {
    let links = link(workload, delivery, rules);
    let verdicts = judge(workload, delivery, &links, rules);
    let mut draw = Draw {
        workload,
        delivery,
        names: Names::default(),
    };
    let attempts = delivery.attempts.iter().zip(&verdicts);
    let attempts = attempts.map(|(attempt, verdict)| draw.attempt(attempt, verdict));
    let attempts = attempts.collect();
    let changes = 0..u32::try_from(workload.changes.len()).unwrap_or(u32::MAX);
    let deliveries = changes.filter_map(|at| draw.delivered(at)).collect();
    let incidents = links.iter().filter_map(|link| {
        let incident = workload.incidents.get(link.incident as usize)?;
        Some(Incident {
            id: draw.name(incident.id),
            opened: incident.opened,
            resolved: incident.resolved,
            attempt: link.attempt,
            inferred: link.inferred,
        })
    });
    Material {
        workload: workload.name().into(),
        environment: delivery.environment.as_str().into(),
        known: workload.known.map(|(first, _)| first),
        // This is the one place that decides whether "no incident" means that nothing broke.
        has_source: workload.incident_source || !workload.incidents.is_empty(),
        released_by_tags: workload.released_by_tags,
        series: series::mixed(workload).map(String::into_boxed_str),
        attempts,
        deliveries,
        incidents: incidents.collect(),
        names: draw.names,
    }
}

struct Draw<'a> {
    workload: &'a Workload,
    delivery: &'a Delivery,
    names: Names,
}

impl Draw<'_> {
    fn name(&mut self, name: Name) -> Name {
        self.names.intern(self.workload.text(name))
    }

    fn maybe(&mut self, name: Option<Name>) -> Option<Name> {
        name.map(|name| self.name(name))
    }

    fn attempt(&mut self, attempt: &delivery::Attempt, verdict: &Verdict) -> Attempt {
        let (workload, delivery) = (self.workload, self.delivery);
        let mut rows = attempt.rows.iter().filter_map(|row| delivery.row(*row));
        let blind = rows.any(|row| row.success && !row.known);
        let last = attempt.rows.last().and_then(|row| delivery.row(*row));
        let last = last.and_then(|row| workload.records.get(row.record as usize));
        let commit = last.and_then(|record| workload.commits.get(record.commit? as usize));
        let incidents = verdict.incidents.iter();
        let incidents = incidents.filter_map(|place| workload.incidents.get(*place as usize));
        let changes = attempt.changes.iter();
        let changes = changes.filter_map(|at| workload.changes.get(*at as usize));
        Attempt {
            deployment: self.name(attempt.deployment),
            at: attempt.at,
            kind: attempt.kind,
            outcome: attempt.outcome,
            counted: verdict.counted,
            failed: verdict.failed,
            rework: verdict.rework,
            inferred_incident: verdict.inferred,
            inferred_change: attempt.inferred,
            blind,
            broken: verdict.broken,
            version: self.maybe(last.and_then(|record| record.version)),
            sha: self.maybe(commit.map(|commit| commit.sha)),
            incidents: incidents.map(|incident| self.name(incident.id)).collect(),
            changes: changes.map(|change| self.name(change.id)).collect(),
        }
    }

    fn delivered(&mut self, at: ChangeAt) -> Option<Delivered> {
        let lead = lead(self.workload, self.delivery, at)?;
        let change = self.workload.changes.get(at as usize)?;
        Some(Delivered {
            change: self.name(change.id),
            title: self.maybe(change.title),
            author: self.maybe(change.author),
            repository: self.maybe(change.repository),
            lead,
        })
    }
}
