//! Which incident belongs to which deployment. What the incident names, or a person said, is explicit; else the deployment that went live last before it
//! opened is suspected, within a window, and the link says that it is inferred. Links are made from all that is known, whatever window is shown. And which
//! incident a change says that it answers ([`answered`]).

use super::Workload;
use super::called::called;
use super::definition::Rules;
use super::delivery::{ArrivalKind, Delivery, Row, RowKind};
use super::entity::{Change, CommitAt, Incident};
use super::name::Name;
use crate::event::time::Timestamp;

/// An incident of the environment, and the attempt that it belongs to; none where no deployment that we know caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Place in `Workload::incidents`.
    pub incident: u32,
    pub attempt: Option<u32>,
    /// The row that it points at; none where it names a deployment as a whole.
    pub row: Option<u32>,
    pub inferred: bool,
}

/// What an incident points at: an attempt and, where it can be told, a row.
type Cause = (Option<u32>, Option<u32>);

/// A link for every incident of the environment.
#[must_use]
pub fn link(workload: &Workload, delivery: &Delivery, rules: &Rules) -> Vec<Link> {
    let environment = workload.names.get(&delivery.environment);
    (0u32..)
        .zip(&workload.incidents)
        .filter(|(_, incident)| incident.environment.is_none_or(|e| Some(e) == environment))
        .map(|(place, incident)| {
            let named = named(workload, delivery, incident);
            let (attempt, row) = named
                .or_else(|| suspected(delivery, incident, rules))
                .unzip();
            let (attempt, row) = (attempt.flatten(), row.flatten());
            Link {
                incident: place,
                attempt,
                row,
                inferred: named.is_none() && attempt.is_some(),
            }
        })
        .collect()
}

/// What the incident itself, or a person, says. A deployment that is not one of ours is somebody else's: then nothing is suspected either.
fn named(workload: &Workload, delivery: &Delivery, incident: &Incident) -> Option<Cause> {
    if let Some(deployment) = incident.deployment {
        let attempt = deployment.and_then(|name| attempt(workload, delivery, name));
        return Some((attempt, None));
    }
    let row = incident
        .commit
        .and_then(|commit| by_commit(workload, delivery, commit))
        .or_else(|| by_change(workload, delivery, incident.change?))
        .or_else(|| by_artifact(workload, delivery, incident))?;
    Some((Some(delivery.row(row)?.attempt), Some(row)))
}

/// The attempt with an id, or with a record of that id.
fn attempt(workload: &Workload, delivery: &Delivery, name: Name) -> Option<u32> {
    let by_id = delivery.attempts.iter().position(|a| a.deployment == name);
    let by_record = || {
        let record = |row: &&Row| workload.records.get(row.record as usize);
        let mut rows = delivery.rows.iter();
        rows.find(|row| record(row).is_some_and(|record| record.id == name))
            .map(|row| row.attempt)
    };
    by_id.map_or_else(by_record, |place| u32::try_from(place).ok())
}

/// The first row that shipped a commit. What the first deployment brought may have been live long before, unless it is that very commit.
fn by_commit(workload: &Workload, delivery: &Delivery, commit: CommitAt) -> Option<u32> {
    let at = |row: &Row| workload.records.get(row.record as usize)?.commit;
    let graph = delivery.live(commit).filter(|number| {
        let row = delivery.row(*number);
        row.is_some_and(|row| row.kind != RowKind::First || at(row) == Some(commit))
    });
    let exact = || {
        let mut rows = (0u32..).zip(&delivery.rows);
        rows.find(|(_, row)| row.success && at(row) == Some(commit))
            .map(|(number, _)| number)
    };
    let change = || {
        let change = workload.commits.get(commit as usize)?.change?;
        arrived(delivery, change)
    };
    graph.or_else(exact).or_else(change)
}

fn by_change(workload: &Workload, delivery: &Delivery, id: Name) -> Option<u32> {
    let meant = called(&workload.names, &workload.changes, [id]).remove(&id)?;
    // An id that two repositories use names neither change.
    let [place] = meant[..] else {
        return None;
    };
    arrived(delivery, place)
}

fn arrived(delivery: &Delivery, change: u32) -> Option<u32> {
    let arrival = delivery.arrival(change)?;
    (arrival.kind != ArrivalKind::WithFirst).then_some(arrival.row)
}

/// The last row at or before the opening that runs the artifact, named by its digest or its URL.
fn by_artifact(workload: &Workload, delivery: &Delivery, incident: &Incident) -> Option<u32> {
    let (name, opened) = (incident.artifact?, incident.opened?);
    let digests = workload.artifacts.iter().filter(|a| a.id == name);
    let digests: Vec<Name> = digests.filter_map(|a| a.digest).chain([name]).collect();
    let place = before(delivery, opened).iter().rposition(|row| {
        let record = workload.records.get(row.record as usize);
        row.success
            && record.is_some_and(|record| {
                record.artifact == Some(name) || record.digest.is_some_and(|d| digests.contains(&d))
            })
    })?;
    u32::try_from(place).ok()
}

/// The rows that went live at or before the opening.
fn before(delivery: &Delivery, opened: Timestamp) -> &[Row] {
    let end = delivery.rows.partition_point(|row| row.at <= opened);
    delivery.rows.get(..end).unwrap_or(&[])
}

/// The row that went live last at or before the opening, not longer ago than the window. It did so by itself: what became of the others of its attempt
/// does not take it back.
fn suspected(delivery: &Delivery, incident: &Incident, rules: &Rules) -> Option<Cause> {
    let opened = incident.opened?;
    let rows = before(delivery, opened);
    let place = rows.iter().rposition(|row| row.success)?;
    let (row, number) = rows.get(place).zip(u32::try_from(place).ok())?;
    let near = rules
        .link_window
        .is_none_or(|window| opened <= row.at + window);
    near.then_some((Some(row.attempt), Some(number)))
}

/// What a change names as what it was made for: its tickets, and what its title or the messages of its commits name behind `fixes`.
pub fn answered<'a>(workload: &'a Workload, change: &'a Change) -> impl Iterator<Item = Name> + 'a {
    let commits = change.commits.iter().chain(&change.sha);
    let messages = commits.filter_map(|at| workload.commits.get(*at as usize)?.message);
    let lines = change.title.into_iter().chain(messages);
    let lines = lines.flat_map(|text| workload.text(text).lines());
    let fixed = lines.flat_map(fixed);
    let fixed = fixed.filter_map(|name| workload.names.get(name));
    change.tickets.iter().copied().chain(fixed)
}

/// What a line names that begins with `fixes`: one, or several with commas between them.
fn fixed(line: &str) -> impl Iterator<Item = &str> {
    const KEY: &str = "fixes";
    let (key, rest) = line.trim().split_at_checked(KEY.len()).unwrap_or_default();
    let rest = rest
        .strip_prefix([':', ' '])
        .filter(|_| key.eq_ignore_ascii_case(KEY));
    let names = rest.unwrap_or_default().split(',');
    let names = names.filter_map(|name| name.split_whitespace().next());
    names.map(|name| name.trim_end_matches(['.', ';']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::Outcome;
    use crate::event::time::Span;
    use crate::model::delivery::deliver;
    use crate::model::sample::Sample;

    /// d1 on 3 March, d2 at 10:00 on the 4th shipping m2 and the request pr, d3 failed at 11:00.
    fn sample() -> Sample {
        let mut s = Sample::new("shop");
        s.commit("r", "m1", "03-01 10:00", &[])
            .commit("r", "m2", "03-04 09:00", &["m1"])
            .commit("r", "c2", "03-04 08:00", &["m1"])
            .commit("r", "m3", "03-04 10:30", &["m2"]);
        s.request("pr", "r", &["c2"]).opened("03-04 08:30");
        s.merged("m2", "03-04 09:00");
        s.deploy("d1", "r", "m1", "03-03 10:00").digest("sha256:1");
        s.deploy("d2", "r", "m2", "03-04 10:00").digest("sha256:2");
        s.deploy("d3", "r", "m3", "03-04 11:00")
            .outcome(Outcome::Failure);
        s
    }

    fn cause(mut s: Sample, rules: &Rules) -> (Option<String>, bool) {
        s.workload().incidents.truncate(1);
        let workload = s.done();
        let delivery = deliver(&workload, "production");
        let links = link(&workload, &delivery, rules);
        let attempt = links[0].attempt.map(|a| &delivery.attempts[a as usize]);
        let name = attempt.map(|a| workload.text(a.deployment).to_owned());
        (name, links[0].inferred)
    }

    fn opened(time: &str) -> (Option<String>, bool) {
        let mut s = sample();
        s.incident("i", time, None);
        cause(s, &Rules::default())
    }

    fn yes(name: &str, inferred: bool) -> (Option<String>, bool) {
        (Some(name.to_owned()), inferred)
    }

    #[test]
    fn the_last_deployment_within_a_day_is_suspected() {
        assert_eq!(opened("03-04 09:59"), yes("d1", true));
        assert_eq!(opened("03-04 10:00"), yes("d2", true), "equal times link");
        assert_eq!(opened("03-04 11:30"), yes("d2", true), "not a failed one");
        assert_eq!(opened("03-05 10:00"), yes("d2", true), "24 h to the second");
        assert_eq!(opened("03-05 10:01"), (None, false));
        assert_eq!(opened("03-01 10:00"), (None, false));
    }

    #[test]
    fn without_a_bound_the_last_one_is_always_suspected() {
        let rules = Rules {
            link_window: None,
            ..Rules::default()
        };
        let mut s = sample();
        s.incident("i", "11-28 10:00", None);
        assert_eq!(cause(s, &rules), yes("d2", true));
        let week = Rules {
            link_window: Some(Span::from_seconds(7 * 86_400)),
            ..Rules::default()
        };
        let mut s = sample();
        s.incident("i", "03-11 10:00", None);
        assert_eq!(cause(s, &week), yes("d2", true));
    }

    #[test]
    fn what_an_incident_names_is_explicit() {
        let far = "03-20 10:00";
        let named = |name: fn(&mut Sample)| {
            let mut s = sample();
            s.incident("i", far, None);
            name(&mut s);
            cause(s, &Rules::default())
        };
        assert_eq!(
            named(|s| {
                let name = s.name("d1");
                s.last_incident().deployment = Some(Some(name));
            }),
            yes("d1", false)
        );
        assert_eq!(
            named(|s| s.last_incident().commit = Some(1)),
            yes("d2", false),
            "m2"
        );
        assert_eq!(
            named(|s| s.last_incident().commit = Some(2)),
            yes("d2", false),
            "c2, squashed into m2"
        );
        assert_eq!(
            named(|s| {
                let name = s.name("pr");
                s.last_incident().change = Some(name);
            }),
            yes("d2", false)
        );
        assert_eq!(
            named(|s| {
                let name = s.name("sha256:1");
                s.last_incident().artifact = Some(name);
            }),
            yes("d1", false)
        );
    }

    #[test]
    fn a_failed_row_is_not_suspected_though_its_retry_succeeds() {
        let mut s = sample();
        s.deploy("d3", "r", "m3", "03-04 12:00");
        s.incident("i", "03-04 11:30", None);
        assert_eq!(cause(s, &Rules::default()), yes("d2", true));
    }

    #[test]
    fn what_went_live_is_suspected_though_another_part_of_its_attempt_failed() {
        let with_both = |outcome: Outcome| {
            let mut s = sample();
            s.deploy("d4", "r", "m3", "03-04 12:00").digest("sha256:4");
            s.deploy("d4", "q", "x", "03-04 12:10").outcome(outcome);
            s
        };
        for outcome in [Outcome::Failure, Outcome::Cancelled] {
            let mut s = with_both(outcome);
            s.incident("i", "03-04 12:30", None);
            assert_eq!(cause(s, &Rules::default()), yes("d4", true));
            let mut s = with_both(outcome);
            s.incident("i", "03-20 10:00", None);
            let name = s.name("sha256:4");
            s.last_incident().artifact = Some(name);
            assert_eq!(cause(s, &Rules::default()), yes("d4", false));
        }
    }

    #[test]
    fn a_change_answers_what_it_says_that_it_fixes() {
        let named = |title: &str, message: &str| {
            let mut s = sample();
            for known in ["INC-1", "INC-2", "PAY-1"] {
                s.name(known);
            }
            s.message("m2", message);
            let (title, ticket) = (s.name(title), s.name("PAY-1"));
            s.last_change().title = Some(title);
            s.last_change().tickets = [ticket].into();
            let workload = s.done();
            let names = answered(&workload, &workload.changes[0]);
            let names: Vec<&str> = names.map(|name| workload.text(name)).collect();
            names.join(" ")
        };
        assert_eq!(named("Mend it", "Mend it\n\nfixes: INC-1"), "PAY-1 INC-1");
        assert_eq!(
            named("Fixes INC-2", "Fixes INC-1, INC-2.\n"),
            "PAY-1 INC-2 INC-1 INC-2"
        );
        for title in [
            "INC-1",
            "prefixes INC-1",
            "fixesINC-1",
            "fixes",
            "fixes:",
            "fixes: INC-9",
        ] {
            assert_eq!(named(title, ""), "PAY-1", "{title}");
        }
    }

    #[test]
    fn what_the_first_deployment_brought_may_be_older_than_it() {
        let mut s = sample();
        s.commit("r", "m0", "02-01 10:00", &[])
            .commit("r", "m1", "03-01 10:00", &["m0"]);
        let commit = Some(s.sha("m0"));
        s.incident("i", "03-20 10:00", None);
        s.last_incident().commit = commit;
        assert_eq!(cause(s, &Rules::default()), (None, false));
        let mut s = sample();
        s.incident("i", "03-20 10:00", None);
        s.last_incident().commit = Some(0);
        assert_eq!(
            cause(s, &Rules::default()),
            yes("d1", false),
            "m1 is what d1 deployed"
        );
    }

    #[test]
    fn a_person_and_a_foreign_deployment_rule_suspicion_out() {
        let mut s = sample();
        s.incident("i", "03-04 10:00", None);
        s.last_incident().deployment = Some(None);
        assert_eq!(cause(s, &Rules::default()), (None, false));
        let mut s = sample();
        s.incident("i", "03-04 10:00", None);
        let other = s.name("another-teams");
        s.last_incident().deployment = Some(Some(other));
        assert_eq!(cause(s, &Rules::default()), (None, false));
    }

    #[test]
    fn incidents_of_another_environment_are_not_linked() {
        let mut s = sample();
        s.incident("i", "03-04 10:00", None);
        let staging = s.name("staging");
        s.last_incident().environment = Some(staging);
        s.incident("j", "03-04 10:00", None);
        let production = s.name("production");
        s.last_incident().environment = Some(production);
        let workload = s.done();
        let links = link(
            &workload,
            &deliver(&workload, "production"),
            &Rules::default(),
        );
        assert_eq!(links.len(), 1);
        assert_eq!(links[0].incident, 1);
    }
}
