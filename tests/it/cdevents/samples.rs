//! Every sample of four versions of CDEvents, and every example of CloudEvents: each is read as the right kind, or it is no event and the test says why.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use leadtime::event::cdevents::{purl, read};
use leadtime::event::kind::{
    ArtifactPhase, Decision, Deployment, GatePhase, IncidentPhase, Kind, Outcome, Phase, Run,
    RunKind,
};

use super::{arrived, shared, split};

/// The JSON files below a folder, or nothing and a word about it.
#[expect(clippy::print_stdout, reason = "a test says which part it leaves out")]
fn files(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    match shared(folder) {
        Some(root) => walk(&root, &mut found),
        None => println!("left out: payloads/{folder} is not here"),
    }
    found.sort();
    found
}

/// What a kind of event is, in one word and its phase.
fn shape<T>(kind: &Kind<T>) -> String {
    match kind {
        Kind::Commit(_) => "commit".into(),
        Kind::Change(fact) => format!("change {:?}", fact.phase),
        Kind::Run(fact) => format!("run {:?} {:?}", fact.kind, fact.phase),
        Kind::Artifact(fact) => format!("artifact {:?}", fact.phase),
        Kind::Scan(_) => "scan".into(),
        Kind::Gate(fact) => format!("gate {:?}", fact.phase),
        Kind::Deployment(fact) => {
            let marks = match (fact.rollback, fact.removed) {
                (true, _) => " rollback",
                (_, true) => " removed",
                _ => "",
            };
            format!("deployment {:?} {:?}{marks}", fact.phase, fact.outcome)
        }
        Kind::Incident(fact) => format!("incident {:?}", fact.phase),
        Kind::Tag(_) => "tag".into(),
        Kind::Branch(_) => "branch".into(),
        Kind::Ticket(fact) => format!("ticket {:?}", fact.phase),
        Kind::Mark(_) => "mark".into(),
        Kind::Component(_) => "component".into(),
        Kind::Other(_) => "other".into(),
    }
}

/// What the file names of the specification mean.
fn expected(file: &str) -> Option<String> {
    let (subject, predicate) = file.split_once('_')?;
    let capital = format!("{}{}", predicate[..1].to_uppercase(), &predicate[1..]);
    Some(match subject {
        "change" | "incident" | "ticket" => format!("{subject} {capital}"),
        "approval" => format!("gate {capital}"),
        "artifact" if predicate != "downloaded" => format!("artifact {capital}"),
        "build" => format!("run Build {capital}"),
        "pipelinerun" => format!("run Pipeline {capital}"),
        "taskrun" => format!("run Task {capital}"),
        "testsuiterun" => format!("run Test {capital}"),
        "service" => match predicate {
            "rolledback" => "deployment Finished Some(Success) rollback".into(),
            "removed" => "deployment Finished Some(Success) removed".into(),
            _ => "deployment Finished Some(Success)".into(),
        },
        "artifact" | "branch" | "environment" | "repository" | "testcaserun" | "testoutput" => {
            "other".into()
        }
        _ => return None,
    })
}

fn wanted(file: &str) -> String {
    if file == "conformance" {
        // The sample of a custom type.
        return "other".to_owned();
    }
    expected(file).unwrap_or_else(|| panic!("{file}: what should it be read as?"))
}

#[test]
fn every_cdevents_sample_is_read_as_what_it_is() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for path in files("cdevents") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        if path
            .components()
            .any(|part| part.as_os_str() == "schemas-main")
            || name == "domainid"
        {
            // A schema, or test vectors for URNs: no events, and said to be none.
            let (found, problems) = split(&text);
            assert!(
                found.is_empty() && problems.len() == 1,
                "{}",
                path.display()
            );
            assert!(
                problems[0].problem.contains("neither `context`"),
                "{}: {}",
                path.display(),
                problems[0]
            );
            continue;
        }
        let wanted = wanted(name);
        let (found, problems) = split(&text);
        assert_eq!(problems, [], "{}", path.display());
        assert_eq!(found.len(), 1, "{}", path.display());
        let event = read(&found[0].body).unwrap();
        assert_eq!(shape(&event.kind), wanted, "{}", path.display());
        assert_eq!(
            (&*event.source, &*event.id, event.at),
            (&*found[0].source, &*found[0].id, found[0].at)
        );
        assert!(!found[0].body.contains('\n'));
        let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&found[0].body).unwrap(),
            whole
        );
        *seen.entry(wanted).or_default() += 1;
    }
    if shared("cdevents").is_some() {
        assert_eq!(seen.values().sum::<usize>(), 180, "{seen:?}");
    }
}

#[test]
fn the_facts_of_the_samples_are_read() {
    for path in files("cdevents") {
        let text = fs::read_to_string(&path).unwrap();
        let Ok(event) = read(&text) else { continue };
        let name = path.display();
        match event.kind {
            Kind::Change(fact) => assert_eq!(fact.repository.unwrap(), "TestRepo/TestOrg"),
            Kind::Run(fact) => run_facts(fact, &text),
            Kind::Artifact(fact) => {
                assert_eq!(fact.version.unwrap(), "234fd47e07d1004f0aed9c");
                let change = (fact.phase == ArtifactPhase::Packaged).then_some("myChange123");
                assert_eq!(fact.change.as_deref(), change);
            }
            Kind::Deployment(fact) => deployment_facts(fact, &event.id),
            Kind::Incident(fact) => {
                assert_eq!(fact.service.unwrap(), "myApp");
                assert_eq!(fact.environment.unwrap(), "prod1");
                let reported = fact.phase == IncidentPhase::Reported;
                assert_eq!(fact.severity.is_some(), reported);
                assert_eq!(fact.url.is_some(), reported);
            }
            Kind::Ticket(fact) => {
                assert_eq!(fact.labels, ["bug"]);
                assert_eq!(fact.kind.unwrap(), "task");
                assert_eq!(fact.url.unwrap(), "https://example.issues.com/ticket123");
            }
            Kind::Gate(fact) => {
                let decided = (fact.phase != GatePhase::Created).then_some(Decision::Approved);
                assert_eq!(fact.decision, decided, "{name}");
            }
            _ => {}
        }
    }
}

fn run_facts(fact: Run<Cow<'_, str>>, text: &str) {
    let failed = (fact.phase == Phase::Finished).then_some(Outcome::Failure);
    match fact.kind {
        RunKind::Pipeline | RunKind::Task => {
            let name = if fact.kind == RunKind::Task {
                "myTask"
            } else {
                "myPipeline"
            };
            assert_eq!(fact.name.unwrap(), name, "{text}");
            assert_eq!(fact.url.unwrap(), "https://www.example.com/mySubject123");
            assert_eq!(fact.outcome, failed, "{text}");
        }
        RunKind::Test => {
            assert_eq!(fact.name.unwrap(), "Auth TestSuite");
            assert_eq!(fact.environment.unwrap(), "dev");
            assert_eq!(fact.outcome, failed, "{text}");
        }
        RunKind::Build => {
            assert_eq!(fact.artifact.is_some(), fact.phase == Phase::Finished);
        }
    }
}

fn deployment_facts(fact: Deployment<Cow<'_, str>>, id: &str) {
    assert_eq!(fact.service.unwrap(), "mySubject123");
    assert_eq!(fact.environment.unwrap(), "test123");
    assert_eq!(fact.record, id);
    if let Some(artifact) = fact.artifact {
        let digest = "sha256:0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427";
        assert_eq!(purl::named(&artifact).digest.unwrap(), digest);
    }
}

/// The examples that are no events, and why.
fn no_event(file: &str) -> Option<&'static str> {
    Some(match file {
        // The primer shows it for comparison; it has a `context`, but not that of CDEvents.
        "primer--google-cloud-functions-potential-future-2" => "`context.type` is missing",
        // Other companies' formats, shown by the primer for comparison.
        "primer--adobe-i-o-events-6"
        | "primer--aws-cloudwatch-events-3"
        | "primer--ibm-openwhisk-web-action-event-4"
        | "primer--microsoft-event-grid-1"
        | "primer--openstack-audit-middleware-event-5"
        // Digests that are to be signed, and envelopes around signatures: parts of a CloudEvent.
        | "verifiability--case-8-defense-in-depth-validation-of-signedextattrs-16"
        | "verifiability--case-8-defense-in-depth-validation-of-signedextattrs-17"
        | "verifiability--case-8-defense-in-depth-validation-of-signedextattrs-18"
        | "verifiability--case-8-defense-in-depth-validation-of-signedextattrs-19"
        | "verifiability--case-8-defense-in-depth-validation-of-signedextattrs-20"
        | "verifiability--overview-1"
        | "verifiability--overview-2"
        | "verifiability--what-a-consumer-does-7"
        | "verifiability--what-the-producer-does-4"
        | "verifiability--what-the-producer-does-5" => "neither `context`",
        _ => return None,
    })
}

#[test]
fn every_cloudevents_example_is_kept_or_named() {
    let (mut kept, mut refused) = (0, 0);
    for path in files("cloudevents/examples") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let (found, problems) = split(&text);
        if let Some(reason) = no_event(name) {
            assert_eq!(found, [], "{name}");
            assert!(
                problems[0].problem.contains(reason),
                "{name}: {}",
                problems[0]
            );
            refused += 1;
            continue;
        }
        assert_eq!(problems, [], "{name}");
        let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
        let events = whole.as_array().map_or(1, Vec::len);
        assert_eq!(found.len(), events, "{name}");
        for (place, document) in found.iter().enumerate() {
            let original = whole.get(place).unwrap_or(&whole);
            let event = read(&document.body).unwrap();
            assert_eq!(
                event.kind,
                Kind::Other(original["type"].as_str().unwrap().into()),
                "{name}"
            );
            assert_eq!(event.id, original["id"].as_str().unwrap());
            assert_eq!(event.at, document.at);
            if original["time"].is_null() {
                assert_eq!(event.at, arrived(), "{name}");
                assert!(document.body.contains(r#""leadtimearrival":true"#));
            }
            kept += 1;
        }
    }
    if shared("cloudevents/examples").is_some() {
        assert_eq!((kept, refused), (29, 16));
    }
}
