//! Which commit a deployment, a gate or an incident means that names an artifact, a version or a tag.

use super::{REPOSITORY, Told, commit, event, gathered, merged};
use crate::event::kind::{
    Artifact, ArtifactPhase, Change, ChangePhase, Deployment, Gate, Incident, Kind, Tag,
};
use crate::model::Workload;

const DIGEST: &str = "sha256:0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427";
const IMAGE: &str = "pkg:oci/shop@sha256%3A0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427?tag=1.2.3";

fn made(id: &'static str, at: i64, sha: &'static str, version: &'static str) -> Told {
    let fact = Artifact {
        artifact: "pkg:oci/shop",
        sha: Some(sha),
        version: Some(version),
        repository: Some("shop"),
        ..Artifact::default()
    };
    event(id, at, Kind::Artifact(fact))
}

fn tag(id: &'static str, at: i64, sha: &'static str, repository: &'static str) -> Told {
    let fact = Tag {
        tag: "stable",
        sha: Some(sha),
        repository: Some(repository),
        ..Tag::default()
    };
    event(id, at, Kind::Tag(fact))
}

fn deployed(id: &'static str, at: i64, version: Option<&'static str>) -> Told {
    let fact = Deployment {
        record: id,
        version,
        artifact: version.is_none().then_some(IMAGE),
        environment: Some("production"),
        service: Some("till"),
        ..Deployment::default()
    };
    event(id, at, Kind::Deployment(fact))
}

fn shas(workload: &Workload) -> Vec<&str> {
    let sha = |at: u32| workload.text(workload.commits[at as usize].sha);
    let records = workload.records.iter();
    records.map(|one| one.commit.map_or("-", sha)).collect()
}

#[test]
fn what_moves_is_what_it_was_when_it_was_deployed() {
    let line = [commit("a", 1, &[]), commit("b", 2, &["a"])];
    let deployments = [
        deployed("d1", 4, Some("stable")),
        deployed("d2", 8, Some("stable")),
    ];
    let early = deployed("d0", 2, Some("stable"));
    let by_artifact = [made("m1", 3, "a", "stable"), made("m2", 6, "b", "stable")];
    // Another repository's tag of that name is another tag.
    let by_tag = [
        tag("t1", 3, "a", "shop"),
        tag("t2", 6, "b", "shop"),
        tag("t3", 7, "z", "lib"),
    ];
    for moves in [&by_artifact[..], &by_tag[..]] {
        let told = [&line[..], moves, &deployments, std::slice::from_ref(&early)].concat();
        assert_eq!(shas(&gathered(&told, 9)), ["a", "a", "b"]);
        assert_eq!(shas(&gathered(&told, 5)), ["a", "a"], "and stays so");
    }
}

#[test]
fn what_an_artifact_says_of_itself_is_known_of_its_deployment() {
    let workload = gathered(&[deployed("d1", 4, None)], 9);
    let record = &workload.records[0];
    let texts = [record.version, record.digest].map(|name| workload.text(name.unwrap()));
    assert_eq!(texts, ["1.2.3", DIGEST]);
}

#[test]
fn a_digest_alone_is_of_who_made_or_runs_it() {
    let gate = Gate {
        gate: "g",
        artifact: Some(DIGEST),
        ..Gate::default()
    };
    let incident = Incident {
        incident: "i",
        artifact: Some(DIGEST),
        ..Incident::default()
    };
    let told = [
        event("g", 5, Kind::Gate(gate)),
        event("i", 5, Kind::Incident(incident)),
        deployed("d1", 4, None),
    ];
    let count = |workload: &Workload| (workload.gates.len(), workload.incidents.len());
    assert_eq!(count(&gathered(&told, 9)), (1, 1));
    assert_eq!(
        count(&gathered(&told[..2], 9)),
        (0, 0),
        "of another workload"
    );
    let made = Artifact {
        artifact: IMAGE,
        digest: Some(DIGEST),
        sha: Some("a"),
        repository: Some("shop"),
        ..Artifact::default()
    };
    let made = [commit("a", 1, &[]), event("m", 2, Kind::Artifact(made))];
    let workload = gathered(&[&made[..], &told[..2]].concat(), 9);
    assert_eq!(count(&workload), (1, 1));
    let gate = &workload.gates[0];
    let sha = workload.commits[gate.commit.unwrap() as usize].sha;
    assert_eq!(workload.text(sha), "a");
}

/// An artifact that names nothing but the change that it was made of.
fn made_of_change(id: &'static str, at: i64, change: &'static str) -> Told {
    let fact = Artifact {
        artifact: IMAGE,
        change: Some(change),
        repository: REPOSITORY,
        ..Artifact::default()
    };
    event(id, at, Kind::Artifact(fact))
}

#[test]
fn an_artifact_that_names_its_change_was_made_of_its_commit() {
    let line = [commit("a", 1, &[]), commit("b", 2, &["a"])];
    let opened = Change {
        change: "7",
        repository: REPOSITORY,
        head: Some("h"),
        phase: ChangePhase::Created,
        ..Change::default()
    };
    let request = [
        event("7", 1, Kind::Change(opened)),
        merged("7", 3, "b", &[]),
    ];
    let deployment = [deployed("d1", 6, None)];
    let told = |made: Told| [&line[..], &request, &[made], &deployment].concat();
    let shas_of = |made: Told| shas(&gathered(&told(made), 9)).join(" ");
    assert_eq!(shas_of(made_of_change("m", 4, "7")), "b", "as merged");
    assert_eq!(shas_of(made_of_change("m", 2, "7")), "h", "not merged yet");
    assert_eq!(shas_of(made_of_change("m", 4, "a")), "a", "a commit");
    assert_eq!(shas_of(made_of_change("m", 4, "8")), "-", "nobody knows it");
    let workload = gathered(&told(made_of_change("m", 4, "7")), 9);
    assert!(workload.artifacts[0].commit.is_some());
}

#[test]
fn an_artifact_is_signed_since_its_first_signature() {
    let phase = |id, at, phase| {
        let fact = Artifact {
            artifact: IMAGE,
            sha: Some("a"),
            repository: REPOSITORY,
            phase,
            ..Artifact::default()
        };
        event(id, at, Kind::Artifact(fact))
    };
    let told = [
        commit("a", 1, &[]),
        phase("made", 2, ArtifactPhase::Packaged),
        phase("again", 5, ArtifactPhase::Signed),
        phase("signed", 3, ArtifactPhase::Signed),
    ];
    let signed = |told: &[Told]| gathered(told, 9).artifacts[0].signed;
    assert_eq!(signed(&told[..2]), None);
    assert_eq!(signed(&told), Some(told[3].at));
}
