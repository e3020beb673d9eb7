//! The fleet: as generated, and at its worst.

use leadtime::event::time::Span;
use leadtime::model::definition::StepKind;
use leadtime::model::overview::{Health, Held, Mark, Overview, StepNow, Summary};
use leadtime::model::statistic::Spread;

use super::{demo, desk, now, pictures, press, shot, showing};

const HOUR: Span = Span::from_seconds(3_600);
const MARKS: [Mark; 7] = [
    Mark::Done,
    Mark::Working,
    Mark::Waiting,
    Mark::Gated,
    Mark::Failed,
    Mark::Ahead,
    Mark::Unknown,
];
const HEALTHS: [Health; 7] = [
    Health::Incident,
    Health::Failing,
    Health::Gated,
    Health::Unknown,
    Health::Slower,
    Health::Fine,
    Health::Quiet,
];

/// A workload, which looks different by its number.
pub fn overview(name: &str, number: usize) -> Overview {
    let hours = i64::try_from(number).unwrap() + 1;
    let age = Span::from_seconds(hours * 5_400);
    let steps = (0..=number % 9).map(|step| StepNow {
        name: format!("step-{step}"),
        kind: StepKind::Test,
        locked: step == 3,
        standing: step,
        mark: MARKS[(number + step) % MARKS.len()],
    });
    let summary = Summary {
        workload: name.to_owned(),
        team: (number % 4 != 3).then(|| format!("team-{}", number % 5)),
        path: "web-service".to_owned(),
        steps: steps.collect(),
        production: "production".to_owned(),
        version: Some(format!("v{}.{}.{}", number % 7, number % 11, number)),
        since: Some(now() - age),
        deploying: number % 10 == 9,
        flowing: number % 40,
        held: (number % 3 != 2).then(|| Held {
            change: format!("acme/{name}#{number}"),
            step: "cab".to_owned(),
            state: ["gated", "failed", "waiting"][number % 3].to_owned(),
            since: now() - age,
        }),
        lead: Spread {
            n: 7,
            p50_seconds: Some(age),
            p85_seconds: Some(age + HOUR),
        },
        trend: vec![None, Some(HOUR), Some(age), None, Some(HOUR + HOUR), None],
        gates: number % 3,
        health: HEALTHS[number % HEALTHS.len()],
        ..Summary::default()
    };
    Overview {
        summary,
        detail: None,
    }
}

fn rows(names: &[&str]) -> Vec<Overview> {
    let rows = names.iter().enumerate();
    rows.map(|(number, name)| overview(name, number)).collect()
}

#[test]
fn a_generated_organisation() {
    pictures("fleet", &mut demo(12, 3_000));
}

#[test]
fn nothing_at_all() {
    pictures("fleet-nothing", &mut desk(&[], ""));
}

#[test]
fn one_row() {
    pictures("fleet-one", &mut showing(rows(&["checkout"])));
}

#[test]
fn every_state() {
    let names: Vec<String> = (0..42).map(|number| format!("workload-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    pictures("fleet-states", &mut showing(rows(&names)));
}

#[test]
fn names_of_every_kind() {
    let long = "a-workload-whose-name-goes-on-and-on-as-names-of-folders-in-a-monorepo-do";
    let names = [
        long,
        "結帳服務-決済-결제",
        "שירות-התשלומים",
        "خدمة-الدفع",
        "e\u{301}t\u{e9}-ко́д",
        "🚀-launch-👩‍👩‍👧",
        "",
        "a|b\\c",
    ];
    let mut fleet = rows(&names);
    for one in &mut fleet {
        let summary = &mut one.summary;
        summary.team = Some(summary.workload.clone());
        summary.version = Some(format!("{}-7fc2a19bb0", summary.workload));
        if let Some(held) = &mut summary.held {
            held.step.clone_from(&summary.workload);
        }
    }
    pictures("fleet-names", &mut showing(fleet));
}

#[test]
fn without_unicode() {
    let mut desk = demo(12, 3_000).ascii();
    for (width, height) in super::SIZES {
        let screen = shot(&mut desk, width, height);
        assert!(screen.is_ascii(), "{screen}");
    }
    pictures("fleet-ascii", &mut desk);
}

#[test]
fn two_thousand_rows_are_gone_through_from_end_to_end() {
    let names: Vec<String> = (0..2_000)
        .map(|number| format!("workload-{number:04}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut desk = showing(rows(&names));
    pictures("fleet-2000", &mut desk);
    press(&mut desk, "G");
    pictures("fleet-2000-end", &mut desk);
    desk.resize(120, 36);
    press(&mut desk, "pgup pgup k t");
    pictures("fleet-2000-groups", &mut desk);
    press(&mut desk, "/ '1999' enter");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("1 of 1 (of 2000)"), "{screen}");
}
