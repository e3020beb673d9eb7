//! Which step of the path a fact fills: by what the fact says of itself, by what the path or the workload wrote down, and only then by the name of the run.

use super::Workload;
use super::definition::{Step, StepKind};
use super::entity::{Gate, Run};
use super::name::Name;
use crate::event::kind::RunKind;

/// Who a source is, in a word: `jenkins` of `https://jenkins.acme.example/job/checkout`, `github` of `github:github.com/acme/checkout`.
#[must_use]
pub fn producer(source: &str) -> &str {
    if let Some((scheme, rest)) = source.split_once("://") {
        let host = rest.split(['/', ':', '?']).next().unwrap_or(rest);
        let mut labels = host.split('.').filter(|label| *label != "www");
        let first = labels.next().unwrap_or(host);
        return if first.is_empty() { scheme } else { first };
    }
    if let Some((scheme, _)) = source.split_once(':')
        && !scheme.contains('/')
    {
        return scheme;
    }
    source
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or(source)
}

/// Whether a step takes what this source sends.
#[must_use]
pub fn takes(step: &Step, source: &str) -> bool {
    let is = |name: &String| producer(source) == name || source.contains(name.as_str());
    step.from.is_none() || named(step).any(is)
}

/// The producers that a step names.
pub fn named(step: &Step) -> impl Iterator<Item = &String> {
    step.from.iter().chain(&step.accepts)
}

/// The kind of step that a run's name speaks of.
fn kind_by_name(name: &str) -> Option<StepKind> {
    const WORDS: [(StepKind, &[&str]); 7] = [
        (
            StepKind::Deploy,
            &["deploy", "release", "publish", "promote", "rollout", "ship"],
        ),
        (
            StepKind::Scan,
            &[
                "scan", "codeql", "security", "sast", "trivy", "audit", "snyk", "grype", "licen",
            ],
        ),
        (StepKind::Verify, &["verify", "smoke", "e2e-prod", "canary"]),
        (
            StepKind::Test,
            &[
                "test",
                "lint",
                "check",
                "spec",
                "coverage",
                "e2e",
                "unit",
                "integration",
            ],
        ),
        (
            StepKind::Build,
            &["build", "package", "docker", "image", "compile", "assemble"],
        ),
        (
            StepKind::Configure,
            &["config", "manifest", "helm", "terraform plan"],
        ),
        (StepKind::Test, &["ci", "pipeline", "verify"]),
    ];
    let name = name.to_lowercase();
    let begins = |word: &str| {
        name.match_indices(word).any(|(at, _)| {
            !name[..at]
                .chars()
                .next_back()
                .is_some_and(char::is_alphanumeric)
        })
    };
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| begins(word)))
        .map(|(kind, _)| *kind)
}

fn kind_by_word(word: &str) -> Option<StepKind> {
    [
        StepKind::Code,
        StepKind::Review,
        StepKind::Test,
        StepKind::Build,
        StepKind::Scan,
        StepKind::Configure,
        StepKind::Gate,
        StepKind::Deploy,
        StepKind::Verify,
    ]
    .into_iter()
    .find(|kind| kind.word() == word)
}

/// The kind of step that a run is, whatever the path.
#[must_use]
pub fn kind_of_run(workload: &Workload, run: &Run) -> Option<StepKind> {
    if let Some(step) = run.step {
        return kind_by_word(workload.text(step));
    }
    match run.kind {
        RunKind::Test => Some(StepKind::Test),
        RunKind::Build => Some(StepKind::Build),
        RunKind::Pipeline | RunKind::Task if run.environment.is_some() => Some(StepKind::Deploy),
        RunKind::Pipeline => run.name.map_or(Some(StepKind::Test), |name| {
            kind_by_name(workload.text(name)).or(Some(StepKind::Test))
        }),
        RunKind::Task => run.name.and_then(|name| kind_by_name(workload.text(name))),
    }
}

/// The step of the workload's path that a run fills.
#[must_use]
pub fn of_run(workload: &Workload, run: &Run) -> Option<usize> {
    let steps = &workload.path.steps;
    let source = workload.text(run.source);
    let name = run.name.map_or("", |name| workload.text(name));
    let fits = |step: &Step| {
        takes(step, source) && step.matches.as_ref().is_none_or(|glob| glob.is_match(name))
    };
    if let Some(word) = run.step.map(|step| workload.text(step)) {
        let named = steps
            .iter()
            .position(|step| step.name == word && fits(step));
        if named.is_some() {
            return named;
        }
    }
    let asked = steps
        .iter()
        .position(|step| step.matches.is_some() && fits(step));
    if asked.is_some() && run.step.is_none() {
        return asked;
    }
    let kind = kind_of_run(workload, run)?;
    let environment = run.environment.map(|name| workload.text(name));
    steps.iter().position(|step| {
        step.kind == kind
            && fits(step)
            && (kind != StepKind::Deploy || step.environment.as_deref() == environment)
    })
}

/// The step of the path that deploys to an environment.
#[must_use]
pub fn of_environment(workload: &Workload, environment: &str) -> Option<usize> {
    workload.path.deployment_to(environment)
}

/// The step that a gate is: the gate step of its name, else the one gate before its environment, else the step that deploys there.
#[must_use]
pub fn of_gate(workload: &Workload, gate: &Gate) -> Option<usize> {
    let steps = &workload.path.steps;
    let text = |name: Option<Name>| name.map(|name| workload.text(name));
    let source = workload.text(gate.source);
    if let Some(name) = text(gate.name) {
        let named = steps
            .iter()
            .position(|step| step.kind == StepKind::Gate && step.name == name);
        if named.is_some() {
            return named;
        }
    }
    let environment = text(gate.environment);
    let deploy = environment.and_then(|name| of_environment(workload, name));
    let before = |deploy: usize| {
        steps[..deploy]
            .iter()
            .rposition(|step| matches!(step.kind, StepKind::Gate | StepKind::Deploy))
            .filter(|place| steps[*place].kind == StepKind::Gate && takes(&steps[*place], source))
    };
    if let Some(deploy) = deploy {
        return before(deploy).or(Some(deploy));
    }
    let mut gates = (0..steps.len())
        .filter(|place| steps[*place].kind == StepKind::Gate && takes(&steps[*place], source));
    let only = gates.next();
    only.filter(|_| gates.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_told_in_a_word() {
        for (source, word) in [
            ("https://jenkins.acme.example/job/checkout", "jenkins"),
            ("https://www.trivy.dev", "trivy"),
            ("github:github.com/acme/checkout", "github"),
            ("git:acme/checkout", "git"),
            ("/peer", "peer"),
            ("/event/source/123", "event"),
            ("", ""),
        ] {
            assert_eq!(producer(source), word, "{source}");
        }
    }

    #[test]
    fn a_run_is_known_by_its_name_at_the_last() {
        for (name, kind) in [
            ("CI", Some(StepKind::Test)),
            ("Build and push image", Some(StepKind::Build)),
            ("Deploy to production", Some(StepKind::Deploy)),
            ("CodeQL", Some(StepKind::Scan)),
            ("unit tests", Some(StepKind::Test)),
            ("pages", None),
        ] {
            assert_eq!(kind_by_name(name), kind, "{name}");
        }
    }
}
