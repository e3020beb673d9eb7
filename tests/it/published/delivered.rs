//! Published examples of the delivery figures, each as the deployments and incidents that it tells of.

use leadtime::event::kind::{Incident, IncidentPhase, Kind};
use serde_json::Value;

use super::way::{Way, hour, hours, near, some};

const PATH: &str = r#"{ name = "production", kind = "deploy", environment = "production" }"#;

impl Way {
    /// So many deployments, each of a commit of its own, at hours of a window that begins at 0.
    fn deployed(at: &[f64]) -> Self {
        let mut way = Self::of(0, |_, _| {});
        for (number, at) in (1..).zip(at) {
            let sha = format!("m{number}");
            way.commit(&sha, at - 1.0, Some(&format!("m{}", number - 1)));
            way.deploy(&sha, *at, *at);
        }
        way
    }

    fn incident(&mut self, name: &str, opened: f64, resolved: f64) {
        for (phase, at) in [
            (IncidentPhase::Detected, opened),
            (IncidentPhase::Resolved, resolved),
        ] {
            let fact = Incident {
                incident: name.to_owned(),
                service: some("s"),
                phase,
                ..Incident::default()
            };
            self.tell(at, Kind::Incident(fact));
        }
    }

    /// The figures of so many days from hour 0.
    fn figures(&self, days: usize) -> Value {
        let mut door = self.door(PATH, "");
        let [from, to] = [0.0, hours(days, 24.0)].map(hour);
        let window = door.window(from, to);
        door.dora("w", window, to)["workloads"][0].clone()
    }
}

/// Once a day, at noon.
fn daily(count: usize) -> Vec<f64> {
    (0..count).map(|day| hours(day, 24.0) + 12.0).collect()
}

/// Apache `DevLake`'s documentation: deployed at 10:00, an incident from 10:20 to 11:00. It took an hour to recover, 40 minutes to restore.
#[test]
fn recovery_begins_with_the_deployment() {
    let mut way = Way::deployed(&[10.0]);
    way.incident("i1", 10.0 + 1.0 / 3.0, 11.0);
    let figures = way.figures(1);
    assert_eq!(
        figures["failed_deployment_recovery"]["p50_seconds"],
        60 * 60
    );
    assert_eq!(figures["time_to_restore"]["p50_seconds"], 40 * 60);
}

/// Apache `DevLake`, pull request 8890: 6 incidents on 4 of 23 deployments are 17.4 %, not 26.1 %.
#[test]
fn a_deployment_fails_once_however_many_incidents_it_has() {
    let mut way = Way::deployed(&daily(23));
    for (incident, deployment) in [(1, 2), (2, 2), (3, 5), (4, 9), (5, 9), (6, 20)] {
        let opened = hours(deployment, 24.0) + 12.0 + hours(incident, 0.1);
        way.incident(&format!("i{incident}"), opened, opened + 1.0);
    }
    let figures = way.figures(30);
    assert_eq!(figures["change_fail_rate"]["n"], 23);
    assert_eq!(figures["change_fail_rate"]["failed"], 4);
    near(&figures["change_fail_rate"]["rate"], 4.0 / 23.0);
    assert_eq!(figures["time_to_restore"]["n"], 6);
}

/// GitLab's documentation: ten deployments, one a day, two incidents on the first day and one on the last. GitLab counts incidents, and says 0.3.
#[test]
fn two_incidents_of_one_day_are_one_failure() {
    let mut way = Way::deployed(&daily(10));
    for (name, day) in [("i1", 0), ("i2", 0), ("i3", 9)] {
        let opened = hours(day, 24.0) + 13.0;
        way.incident(name, opened, opened + 1.0);
    }
    let rate = &way.figures(10)["change_fail_rate"];
    assert_eq!([&rate["n"], &rate["failed"]], [10, 2]);
    near(&rate["rate"], 0.2);
}

/// Google's Four Keys: four deployments, one of them failed.
#[test]
fn one_failure_of_four_is_a_quarter() {
    let mut way = Way::deployed(&daily(4));
    way.incident("i1", 37.0, 38.0);
    near(&way.figures(4)["change_fail_rate"]["rate"], 0.25);
}

/// Open `o11y`: ten deployments in the 31 days of a month are 0.32 a day; of the five of one week one failed, 20 %.
#[test]
fn ten_deployments_of_a_month_and_one_failure_of_a_week() {
    let mut at = daily(5);
    at.extend([240.0, 340.0, 440.0, 540.0, 640.0]);
    let mut way = Way::deployed(&at);
    way.incident("i1", 37.0, 38.0);
    let month = way.figures(31);
    assert_eq!(month["deployments"], 10);
    near(&month["deployments_per_week"], 7.0 * 10.0 / 31.0);
    near(&way.figures(7)["change_fail_rate"]["rate"], 0.2);
}

/// Middleware's issue 375: nine deployments in 30 days are 2.1 a week, not 2 a month.
#[test]
fn nine_deployments_of_thirty_days_are_two_a_week() {
    let at: Vec<f64> = (0..9).map(|number| hours(number, 75.0) + 1.0).collect();
    let figures = Way::deployed(&at).figures(30);
    assert_eq!(figures["deployments"], 9);
    near(&figures["deployments_per_week"], 2.1);
}
