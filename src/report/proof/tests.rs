//! What a proof reads like, and that nothing from outside gets further than its words.

use super::*;
use crate::model::compliance::{LiveVersion, Required};
use crate::model::definition::StepKind;
use crate::model::evidence::Standing;
use crate::model::notes::NoteChange;
use crate::model::proof::{Brought, Decided, Delivered, Neighbour, Reviewed, Scanned, Trouble};
use crate::report::Surroundings;
use crate::theme::Theme;

fn at(hour: i64) -> Timestamp {
    Timestamp::from_seconds(1_772_000_000 / 86_400 * 86_400 + hour * 3_600)
}

fn change() -> Brought {
    Brought {
        change: NoteChange {
            change: "acme/shop#7".to_owned(),
            title: Some("Split\u{1b}[2J # the @basket".to_owned()),
            author: Some("ann".to_owned()),
            url: Some("https://git.example/7".to_owned()),
            tickets: Vec::new(),
            since: at(10),
            migration: true,
            inferred: true,
        },
        direct: false,
        merged: Some(at(8)),
        reviews: vec![Reviewed {
            by: Some("bob".to_owned()),
            said: "approved",
            at: at(7),
            bot: false,
        }],
    }
}

fn gate() -> Decided {
    Decided {
        gate: "CHG-1".to_owned(),
        step: Some("cab".to_owned()),
        environment: None,
        tool: "servicenow".to_owned(),
        opened: at(8),
        closed: Some(at(9)),
        decision: Some("approved"),
        in_time: Some(true),
        requestor: Some("ann".to_owned()),
        by: Some("carl".to_owned()),
        comment: Some("all [well]".to_owned()),
        votes: Vec::new(),
        url: Some("javascript:alert(1)".to_owned()),
    }
}

fn delivered() -> Delivered {
    Delivered {
        kind: Some("change"),
        record: "r1".to_owned(),
        source: "https://argocd.example".to_owned(),
        tool: "argocd".to_owned(),
        pipeline: Some("deploy".to_owned()),
        run: None,
        queued: None,
        started: Some(at(9)),
        slot: None,
        unplanned: true,
        failed: false,
        url: Some("https://argocd.example/d1".to_owned()),
    }
}

fn step() -> Required {
    Required {
        step: "scan".to_owned(),
        kind: StepKind::Scan,
        locked: true,
        standing: Standing::Missing,
        since: None,
        tool: None,
        detail: "nothing is known".to_owned(),
        url: None,
        vulnerabilities: Vec::new(),
    }
}

fn incident() -> Trouble {
    Trouble {
        incident: "INC-1".to_owned(),
        description: Some("slow".to_owned()),
        severity: None,
        opened: Some(at(11)),
        resolved: None,
        caused: true,
        inferred: true,
        url: None,
    }
}

fn proven() -> Proven {
    let proof = Proof {
        workload: "shop".to_owned(),
        environment: "production".to_owned(),
        at: at(12),
        as_of: at(20),
        path: "web".to_owned(),
        derived: false,
        live: LiveVersion {
            version: Some("v1.1".to_owned()),
            sha: Some("ab".repeat(20)),
            artifact: None,
            digest: None,
            since: at(10),
            deployment: "d1".to_owned(),
        },
        first: at(10),
        until: Some(at(15)),
        delivery: delivered(),
        before: None,
        after: Some(Neighbour {
            version: Some("v1.2".to_owned()),
            sha: None,
            deployment: "d2".to_owned(),
            since: Some(at(15)),
        }),
        changes: vec![change()],
        brought_by: None,
        leaves: Vec::new(),
        gates: vec![gate()],
        steps: vec![step()],
        scans: Vec::new(),
        sbom: Some("https://sbom.example/1".to_owned()),
        signed: None,
        incidents: Some(vec![incident()]),
        problems: vec!["no step of the path asks for a test".to_owned()],
        unknown: vec!["a signature of it".to_owned()],
    };
    let asked = Asked {
        action: "20260225-1".to_owned(),
        at: at(9),
        by: "jane".to_owned(),
        second: Some("omar".to_owned()),
        comment: Some("the release".to_owned()),
        state: State::Seen,
    };
    Proven {
        proof,
        actions: vec![asked],
    }
}

#[test]
fn a_page_says_what_ran_and_on_whose_word() {
    assert_eq!(
        markdown(&proven()),
        "# shop v1.1 in production at 2026-02-25T12:00:00Z\n\n\
         - **ran:** from 2026-02-25T10:00:00Z until 2026-02-25T15:00:00Z, when v1.2 took its place\n\
         - **commit:** abababababababababababababababababababab\n\
         - **deployed:** d1, a change, by deploy, as argocd tells, begun at 2026-02-25T09:00:00Z, unplanned\n\
         - **link:** [https\\://argocd.example/d1](<https://argocd.example/d1>)\n\
         - **asked for:** from leadtime, by jane and omar at 2026-02-25T09:00:00Z, done, and seen: the release; action 20260225-1\n\n\
         ## Changes\n\n\
         - [acme/shop\\#7](<https://git.example/7>): \\~ Split\\[2J \\# the @&#8203;basket, a migration, by ann, approved by bob at 2026-02-25T07:00:00Z, merged at 2026-02-25T08:00:00Z\n\n\
         ## Decisions\n\n\
         - ✓ cab: approved by carl at 2026-02-25T09:00:00Z: all \\[well\\]; asked for by ann at 2026-02-25T08:00:00Z; servicenow, CHG-1\n\n\
         ## Evidence\n\n\
         - – scan: missing, locked: nothing is known\n\
         - ✓ [bill of materials](<https://sbom.example/1>): https\\://sbom.example/1\n\n\
         ## Incidents\n\n\
         - ✗ INC-1: slow, opened at 2026-02-25T11:00:00Z, still open, \\~ put down to this deployment\n\n\
         ## Problems\n\n\
         - ✗ no step of the path asks for a test\n\n\
         ## Not known\n\n\
         - – a signature of it\n"
    );
}

#[test]
fn a_terminal_is_told_the_same_cleaned_and_within_its_width() {
    let mut proven = proven();
    proven.proof.incidents = Some(Vec::new());
    let around = Surroundings {
        width: Some(60),
        ..Surroundings::default()
    };
    let style = Style::detect(&around, Theme::default(), at(20));
    let told = proof(&proven, &style);
    for words in [
        "shop v1.1 in production at 25 Feb 12:00",
        "from 25 Feb 10:00 until 25 Feb 15:00",
        "acme/shop#7",
        "approved by carl",
        "missing, locked: nothing is known",
        "a signature of it",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let incidents = told.split("Incidents\n").nth(1).unwrap();
    assert!(incidents.starts_with("  • none\n"), "{told}");
    assert!(!told.contains('\u{1b}'));
    assert!(told.lines().all(|line| text::width(line) <= 60), "{told}");
}

#[test]
fn of_many_scans_the_one_that_it_came_with_and_the_newest_are_told() {
    let scan = |hour: i64| Scanned {
        scan: hour.to_string(),
        tool: "trivy".to_owned(),
        at: at(hour),
        outcome: Some("success"),
        counts: None,
        suppressed: Vec::new(),
        url: None,
    };
    let told = |hours: std::ops::Range<i64>| {
        let mut proven = proven();
        proven.proof.scans = hours.map(scan).collect();
        let page = markdown(&proven);
        let scans = page.split("## Scans\n\n").nth(1).unwrap();
        let lines = scans.lines().take_while(|line| !line.is_empty());
        let told = lines.map(|line| line.rsplit('T').next().unwrap_or(line).to_owned());
        told.collect::<Vec<_>>()
    };
    assert_eq!(
        told(8..12),
        ["08:00:00Z", "09:00:00Z", "10:00:00Z", "11:00:00Z"]
    );
    // It came at ten.
    assert_eq!(
        told(8..24),
        [
            "10:00:00Z",
            "- 12 more scans: --json tells every one",
            "21:00:00Z",
            "22:00:00Z",
            "23:00:00Z"
        ]
    );
    assert_eq!(told(12..17)[0], "12:00:00Z", "none came before it");
    assert_eq!(
        told(5..10)[0],
        "06:00:00Z",
        "all came before it: the newest, in their order"
    );
}

#[test]
fn a_late_decision_does_not_look_well_and_what_still_runs_has_no_end() {
    let mut proven = proven();
    proven.proof.gates[0].in_time = Some(false);
    let page = markdown(&proven);
    assert!(page.contains("– cab: approved by carl"), "{page}");
    assert!(page.contains("after the version was live"), "{page}");
    proven.proof.gates[0].closed = None;
    assert!(markdown(&proven).contains("– cab: still open, since"));
    proven.proof.until = None;
    let page = markdown(&proven);
    assert!(page.contains("since 2026-02-25T10:00:00Z, and still at 2026-02-25T20:00:00Z"));
}
