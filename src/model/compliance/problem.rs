//! Where the path leaves something out, or the way to production went past it: sentences that name what is wrong.

use super::Required;
use super::live::Live;
use crate::model::definition::StepKind;
use crate::model::evidence::Standing;
use crate::model::state::Lives;
use crate::model::step::of_environment;

/// What every path is expected to ask for.
const EXPECTED: [(StepKind, &str); 3] = [
    (StepKind::Review, "a review"),
    (StepKind::Test, "a test"),
    (StepKind::Scan, "a scan"),
];

pub(super) fn problems(
    lives: &Lives<'_>,
    environment: &str,
    live: Option<&Live<'_>>,
    steps: &[Required],
) -> Vec<String> {
    let path = &lives.workload.path;
    let mut problems = Vec::new();
    if path.derived {
        problems
            .push("nobody has written its path: this one is derived from what was seen".to_owned());
    }
    for (kind, what) in EXPECTED {
        if !path.steps.iter().any(|step| step.kind == kind) {
            problems.push(format!("no step of the path asks for {what}"));
        }
    }
    for step in steps.iter().filter(|step| step.locked) {
        match step.standing {
            Standing::Overridden => {
                problems.push(format!("step {} is {}", step.step, overridden(step)));
            }
            Standing::Missing => problems.push(format!(
                "step {} is locked and was left out for what is live: {}",
                step.step, step.detail
            )),
            _ => {}
        }
    }
    if let Some(live) = live {
        problems.extend(past(lives, environment, live));
    }
    problems
}

/// A gate that was approved afterwards says so itself; a machine step names the tools.
fn overridden(step: &Required) -> String {
    if step.detail.starts_with("locked ") {
        step.detail.clone()
    } else {
        format!("locked and was overridden: {}", step.detail)
    }
}

/// What went past the path: a version that nothing led to, a freeze, a hold.
fn past(lives: &Lives<'_>, environment: &str, live: &Live<'_>) -> Vec<String> {
    let workload = lives.workload;
    let mut problems = Vec::new();
    if live.subject.commit.is_none() && live.artifact.is_none() {
        problems.push(format!(
            "what is live in {environment} came there off the path: no commit and no artifact of it is known"
        ));
    }
    let freeze =
        of_environment(workload, environment).and_then(|step| lives.freeze(step, live.since));
    if let Some(closed) = freeze {
        let until = closed.until;
        let until = until.map_or_else(String::new, |until| format!(" until {until}"));
        problems.push(format!(
            "went live in {environment} at {}, within a freeze{until}",
            live.since
        ));
    }
    let held = workload.holds.iter().find(|hold| {
        workload.text(hold.environment) == environment
            && hold.from < live.since
            && hold.until.is_none_or(|until| live.since < until)
    });
    if let Some(hold) = held {
        let by = hold
            .by
            .map_or_else(String::new, |by| format!(" by {}", workload.text(by)));
        problems.push(format!(
            "went live in {environment} at {}, while it was held{by}",
            live.since
        ));
    }
    problems
}
