//! Finds what ended each incident, and cuts the time until then into stages that follow one another without a gap.

use rustc_hash::FxHashSet;

use super::{Acknowledged, Cause, Fix, FixKind, Repair, Stage};
use crate::event::time::{Span, Timestamp};
use crate::model::delivery::{Attempt, Delivery, Kind};
use crate::model::dora::judge::{Basis, Verdict, answer, judge, unplanned};
use crate::model::dora::lead::start;
use crate::model::entity::{Change, ChangeAt, Incident, Record};
use crate::model::environment::{short, version};
use crate::model::incident::{Link, answered, link};
use crate::model::name::Name;
use crate::model::state::Lives;

const NO_START: &str =
    "neither the start of the fix's deployment nor the merge of the fix is known";

/// Every incident of production that is open or was open after an instant; the open ones first, then the newest.
#[must_use]
pub fn repairs(lives: &Lives<'_>, from: Timestamp) -> Vec<Repair> {
    let workload = lives.workload;
    // Of one that was told of only when it was over, there is no way back to show.
    let wanted = |incident: &Incident| {
        incident.opened.is_some() && incident.resolved.is_none_or(|at| at > from)
    };
    if !workload.incidents.iter().any(wanted) {
        return Vec::new();
    }
    let delivery = lives.production();
    let links = link(workload, delivery, lives.rules);
    let verdicts = judge(workload, delivery, &links, lives.rules);
    let case = Case {
        lives,
        delivery,
        verdicts,
        incidents: workload.incidents.iter().map(|i| i.id).collect(),
    };
    let mut repairs: Vec<Repair> = links
        .iter()
        .filter_map(|link| {
            let incident = workload.incidents.get(link.incident as usize)?;
            let opened = incident.opened.filter(|_| wanted(incident))?;
            Some(case.repair(link, incident, opened))
        })
        .collect();
    repairs.sort_by(|one, two| {
        let key = |repair: &Repair| (repair.resolved.is_some(), std::cmp::Reverse(repair.opened));
        key(one)
            .cmp(&key(two))
            .then_with(|| one.incident.cmp(&two.incident))
    });
    repairs
}

struct Case<'a> {
    lives: &'a Lives<'a>,
    delivery: &'a Delivery,
    verdicts: Vec<Verdict>,
    /// The ids of all incidents.
    incidents: FxHashSet<Name>,
}

impl Case<'_> {
    fn repair(&self, link: &Link, incident: &Incident, opened: Timestamp) -> Repair {
        let workload = self.lives.workload;
        let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
        let fix = self.fix(link, incident, opened);
        let under_way = if fix.is_none() && incident.resolved.is_none() {
            self.under_way(incident, opened)
        } else {
            Vec::new()
        };
        let until = incident.resolved.unwrap_or(workload.as_of);
        let mut repair = Repair {
            incident: workload.text(incident.id).to_owned(),
            description: text(incident.description),
            severity: text(incident.severity),
            url: text(incident.url),
            opened,
            resolved: incident.resolved,
            acknowledged: incident.acknowledged.map(|one| Acknowledged {
                at: one.at,
                by: text(one.by),
            }),
            lasts: (until - opened).max(Span::ZERO),
            cause: self.cause(link),
            fix: fix.and_then(|found| self.told(found)),
            under_way: self.ids(&under_way),
            detection: self.detection(link, opened),
            diagnosis: Stage::default(),
            fixing: Stage::default(),
            rollout: Stage::default(),
            confirmation: Stage::default(),
            total: incident.resolved.map(|at| (at - opened).max(Span::ZERO)),
        };
        match fix {
            Some(found) => self.cut(incident, found, &mut repair),
            None => self.uncut(incident, &under_way, &mut repair),
        }
        repair
    }

    fn cause(&self, link: &Link) -> Option<Cause> {
        let attempt = self.delivery.attempt(link.attempt?)?;
        Some(Cause {
            deployment: self.lives.workload.text(attempt.deployment).to_owned(),
            version: self.version(attempt),
            at: self.went_live(link)?,
            changes: self.ids(&attempt.changes),
            inferred: link.inferred,
        })
    }

    /// When the cause went live: the row that the incident points at, else the whole deployment.
    fn went_live(&self, link: &Link) -> Option<Timestamp> {
        let row = link.row.and_then(|row| self.delivery.row(row));
        let attempt = self.delivery.attempt(link.attempt?)?;
        Some(row.map_or(attempt.at, |row| row.at))
    }

    fn detection(&self, link: &Link, opened: Timestamp) -> Stage {
        let live = self.went_live(link);
        let why = if live.is_none() {
            "no deployment that is known caused it"
        } else {
            "it opened before the deployment that it belongs to was live"
        };
        let live = live.filter(|live| *live <= opened);
        stage(live, live.and(Some(opened)), why)
    }

    /// What ended an incident, and whether only its time says so: the first deployment after the opening that ships a change which names the incident,
    /// else the first that is known to be rework, else the answer that the metrics infer.
    fn fix(&self, link: &Link, incident: &Incident, opened: Timestamp) -> Option<Found> {
        let attempts = &self.delivery.attempts;
        let until = incident.resolved.unwrap_or(self.lives.workload.as_of);
        let begin = attempts.partition_point(|a| a.at <= opened);
        let end = attempts.partition_point(|a| a.at <= until).max(begin);
        let cause = link.attempt.map(|attempt| attempt as usize);
        let later = || {
            let counted = |place: &usize| self.verdicts.get(*place).is_some_and(|v| v.counted);
            (begin..end)
                .filter(move |place| Some(*place) != cause)
                .filter(counted)
        };
        let known = |place: &usize| {
            let verdict = self.verdicts.get(*place);
            verdict.is_some_and(|verdict| verdict.rework == Some(Basis::Known))
        };
        let explicit = later()
            .find(|place| self.names(*place, incident))
            .or_else(|| later().find(known));
        let inferred = || answer(self.delivery, &self.verdicts, link, incident);
        let place = explicit.or_else(inferred)?;
        Some(Found {
            place,
            inferred: explicit.is_none(),
        })
    }

    /// A change says that it was made for the incident.
    fn answers(&self, change: &Change, incident: &Incident) -> bool {
        answered(self.lives.workload, change).any(|name| name == incident.id)
    }

    /// A deployment ships a change that says that it was made for the incident.
    fn names(&self, place: usize, incident: &Incident) -> bool {
        let attempt = self.delivery.attempts.get(place);
        attempt.is_some_and(|attempt| {
            let mut changes = attempt.changes.iter().filter_map(|at| self.change(*at));
            changes.any(|change| self.answers(change, incident))
        })
    }

    fn told(&self, found: Found) -> Option<Fix> {
        let workload = self.lives.workload;
        let attempt = self.delivery.attempts.get(found.place)?;
        let commit = self.last_record(attempt).and_then(|record| record.commit);
        let commit = commit.and_then(|commit| workload.commits.get(commit as usize));
        Some(Fix {
            kind: match attempt.kind {
                Kind::Rollback => FixKind::Rollback,
                _ if found.inferred => FixKind::Change,
                _ => FixKind::Hotfix,
            },
            deployment: workload.text(attempt.deployment).to_owned(),
            version: self.version(attempt),
            sha: commit.map(|commit| workload.text(commit.sha).to_owned()),
            started: self.started(attempt),
            at: attempt.at,
            changes: self.ids(&attempt.changes),
            inferred: found.inferred,
        })
    }

    /// The stages of a repair that was deployed. Each boundary lies between those around it, so that the stages follow one another without a gap.
    fn cut(&self, incident: &Incident, found: Found, repair: &mut Repair) {
        let Some(attempt) = self.delivery.attempts.get(found.place) else {
            return;
        };
        let (opened, live) = (repair.opened, attempt.at);
        let started = self.started(attempt);
        if attempt.kind == Kind::Rollback {
            let asked = started.map(|at| at.clamp(opened, live));
            let why = "the tool does not tell when the rollback began";
            repair.diagnosis = stage(Some(opened), asked, why);
            repair.fixing = stage(None, None, "a rollback needs no work on a fix");
            repair.rollout = stage(asked, Some(live), why);
        } else {
            let (work, merged) = self.work(incident, opened, attempt);
            let early = work.is_some_and(|at| at < opened);
            let work = work.map(|at| at.clamp(opened, live));
            let after = work.unwrap_or(opened);
            let asked = started.or(merged).map(|at| at.clamp(after, live));
            repair.diagnosis = if early {
                stage(
                    None,
                    None,
                    "work on the fix had begun before the incident opened",
                )
            } else {
                stage(
                    Some(opened),
                    work,
                    "no commit and no run of the fix is known",
                )
            };
            let why = if work.is_none() {
                "no commit and no run of the fix is known"
            } else {
                NO_START
            };
            repair.fixing = stage(work, asked, why);
            repair.rollout = stage(asked, Some(live), NO_START);
        }
        let why = "the fix is live and the incident still open";
        repair.confirmation = stage(Some(live), incident.resolved, why);
    }

    /// The stages of a repair of which no deployment is known.
    fn uncut(&self, incident: &Incident, under_way: &[ChangeAt], repair: &mut Repair) {
        let begun = under_way.iter().filter_map(|place| self.began(*place));
        let work = begun.min().map(|at| at.max(repair.opened));
        let why = match (incident.resolved, work) {
            (Some(_), _) => "it ended without a deployment that is known to have fixed it",
            (None, None) => "no fix is known yet",
            (None, Some(_)) => "the fix is not deployed yet",
        };
        let opened = incident.resolved.is_none().then_some(repair.opened);
        repair.diagnosis = stage(opened, work, why);
        repair.fixing = stage(work, None, why);
        repair.rollout = stage(None, None, why);
        repair.confirmation = stage(None, None, why);
    }

    /// Changes in flight that name an incident, or that call themselves unplanned and were begun after it opened.
    fn under_way(&self, incident: &Incident, opened: Timestamp) -> Vec<ChangeAt> {
        let (workload, rules) = (self.lives.workload, self.lives.rules);
        (0..)
            .zip(&workload.changes)
            .filter(|(place, _)| self.lives.in_flight(*place))
            .filter(|(place, change)| {
                let after = || self.began(*place).is_some_and(|at| at >= opened);
                self.answers(change, incident)
                    || (unplanned(workload, rules, &self.incidents, change) && after())
            })
            .map(|(place, _)| place)
            .collect()
    }

    /// When the work on a fix began and when the last of it was merged. Of what was deployed together, those changes are the fix that name the incident,
    /// else those that call themselves unplanned, else those begun after it opened, else all.
    fn work(
        &self,
        incident: &Incident,
        opened: Timestamp,
        attempt: &Attempt,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let (workload, rules) = (self.lives.workload, self.lives.rules);
        let all = &attempt.changes;
        let of = |wanted: &dyn Fn(ChangeAt, &Change) -> bool| -> Vec<ChangeAt> {
            let changes = all.iter().filter_map(|at| Some((*at, self.change(*at)?)));
            changes
                .filter(|(at, change)| wanted(*at, change))
                .map(|(at, _)| at)
                .collect()
        };
        let chosen = [
            of(&|_, change| self.answers(change, incident)),
            of(&|_, change| unplanned(workload, rules, &self.incidents, change)),
            of(&|at, _| self.began(at).is_some_and(|at| at >= opened)),
            all.clone(),
        ];
        let chosen = chosen.into_iter().find(|changes| !changes.is_empty());
        let chosen = chosen.unwrap_or_default();
        let work = chosen.iter().filter_map(|at| self.began(*at)).min();
        let merged = chosen.iter().filter_map(|at| self.change(*at)?.merged);
        (work, merged.max())
    }

    /// The first commit, the opening or the first run of a change, whichever came first.
    fn began(&self, place: ChangeAt) -> Option<Timestamp> {
        let workload = self.lives.workload;
        let change = self.change(place)?;
        let mut own = change.commits.to_vec();
        own.extend(change.sha);
        own.extend(change.head);
        let runs = workload.runs.iter();
        let runs = runs
            .filter(|run| run.commit.is_some_and(|commit| own.contains(&commit)))
            .filter_map(|run| run.queued.or(run.started));
        start(workload, change).into_iter().chain(runs).min()
    }

    fn change(&self, place: ChangeAt) -> Option<&Change> {
        self.lives.workload.changes.get(place as usize)
    }

    fn ids(&self, places: &[ChangeAt]) -> Vec<String> {
        let changes = places.iter().filter_map(|at| self.change(*at));
        changes
            .map(|change| self.lives.workload.text(change.id).to_owned())
            .collect()
    }

    fn records<'a>(&'a self, attempt: &'a Attempt) -> impl DoubleEndedIterator<Item = &'a Record> {
        let rows = attempt.rows.iter();
        rows.filter_map(|row| self.delivery.row(*row))
            .filter_map(|row| self.lives.workload.records.get(row.record as usize))
    }

    fn last_record<'a>(&'a self, attempt: &'a Attempt) -> Option<&'a Record> {
        self.records(attempt).next_back()
    }

    fn started(&self, attempt: &Attempt) -> Option<Timestamp> {
        self.records(attempt)
            .flat_map(|record| [record.queued, record.started])
            .flatten()
            .min()
    }

    fn version(&self, attempt: &Attempt) -> Option<String> {
        let workload = self.lives.workload;
        let record = self.last_record(attempt)?;
        let sha = || {
            let commit = workload.commits.get(record.commit? as usize)?;
            Some(short(workload.text(commit.sha)).to_owned())
        };
        version(workload, record).or_else(sha)
    }
}

/// A deployment that ended an incident.
#[derive(Clone, Copy)]
struct Found {
    /// Place in `Delivery::attempts`.
    place: usize,
    inferred: bool,
}

fn stage(from: Option<Timestamp>, to: Option<Timestamp>, why: &str) -> Stage {
    let seconds = from.zip(to).map(|(from, to)| to - from);
    Stage {
        from,
        to,
        seconds,
        why: seconds.is_none().then(|| why.to_owned()),
    }
}
