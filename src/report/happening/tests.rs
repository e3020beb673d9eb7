//! Every kind of event in its words.

use super::*;
use crate::event::time::Timestamp;

fn event(kind: Kind<String>) -> Event<String> {
    Event {
        source: "s".to_owned(),
        id: "1".to_owned(),
        at: Timestamp::from_seconds(1),
        kind,
    }
}

fn said(kind: Kind<String>) -> String {
    happening(&event(kind)).text()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "most fields of an event are optional"
)]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn every_family_is_a_sentence() {
    let change = |phase| Change {
        change: "acme/cart#412".to_owned(),
        title: text("Sum anew"),
        author: text("ann"),
        reviewer: text("bob"),
        state: (phase == ChangePhase::Reviewed).then_some(ReviewState::Approved),
        phase,
        ..Change::default()
    };
    let said_of = |phase| said(Kind::Change(change(phase)));
    assert_eq!(
        said_of(ChangePhase::Created),
        "· #412 opened by ann: Sum anew"
    );
    assert_eq!(
        said_of(ChangePhase::Merged),
        "✓ #412 merged: Sum anew, of ann"
    );
    assert_eq!(
        said_of(ChangePhase::Reviewed),
        "✓ #412 approved by bob: Sum anew"
    );
    let run = Run {
        run: "77".to_owned(),
        name: text("unit-tests"),
        attempt: Some(2),
        outcome: Some(Outcome::Failure),
        ..Run::default()
    };
    assert_eq!(said(Kind::Run(run)), "✗ run unit-tests failed (attempt 2)");
    let gate = Gate {
        gate: "CHG1".to_owned(),
        name: text("cab"),
        requestor: text("ann"),
        ..Gate::default()
    };
    assert_eq!(said(Kind::Gate(gate)), "◆ gate cab opened, asked by ann");
    let incident = Incident {
        incident: "INC-9".to_owned(),
        ..Incident::default()
    };
    let taken = Incident {
        acknowledged: Some(Timestamp::from_seconds(9)),
        acknowledged_by: text("ann"),
        ..incident.clone()
    };
    assert_eq!(said(Kind::Incident(incident)), "✗ incident INC-9 opened");
    assert_eq!(
        said(Kind::Incident(taken)),
        "! incident INC-9 acknowledged by ann"
    );
    let artifact = Artifact {
        artifact: "pkg:npm/%40acme/money@4.1.0?x=1".to_owned(),
        version: text("4.1.0"),
        ..Artifact::default()
    };
    assert_eq!(
        said(Kind::Artifact(artifact)),
        "· artifact money 4.1.0 packaged"
    );
}

#[test]
fn a_deployment_says_how_it_went() {
    let said_of = |phase, outcome, rollback| {
        said(Kind::Deployment(Deployment {
            version: text("2.4.1"),
            environment: text("production"),
            phase,
            outcome,
            rollback,
            ..Deployment::default()
        }))
    };
    let success = Some(Outcome::Success);
    assert_eq!(
        said_of(Phase::Finished, success, false),
        "✓ deployed 2.4.1 to production"
    );
    assert_eq!(
        said_of(Phase::Started, None, false),
        "▶ deployment of 2.4.1 to production started"
    );
    assert_eq!(
        said_of(Phase::Finished, Some(Outcome::Failure), false),
        "✗ deployment of 2.4.1 to production failed"
    );
    assert_eq!(
        said_of(Phase::Finished, success, true),
        "! rolled production back to 2.4.1"
    );
    assert_eq!(
        said_of(Phase::Finished, None, false),
        "· deployment of 2.4.1 to production finished",
        "how it ended is not told, so it is not said"
    );
}

#[test]
fn who_merged_is_not_told_and_hostile_text_is_harmless() {
    let change = Change {
        change: "#".to_owned(),
        author: text("ann"),
        title: text("a\u{1b}[2J\u{202e}b"),
        phase: ChangePhase::Merged,
        ..Change::default()
    };
    let event = event(Kind::Change(change));
    assert_eq!(by(&event), None);
    assert_eq!(kind(&event), ("change", "merged"));
    assert_eq!(happening(&event).text(), "✓ # merged: a[2Jb, of ann");
}
