//! Figures to draw: an ordinary day, nothing at all, far too much, and names that try to break the terminal.

#![expect(
    clippy::too_many_lines,
    clippy::cast_possible_wrap,
    clippy::assigning_clones,
    clippy::unnecessary_wraps,
    reason = "figures written out, to be read beside the pictures"
)]

use std::collections::BTreeMap;

use chrono_tz::Tz;
use leadtime::event::time::{Span, Timestamp};
use leadtime::model::calendar::BusinessTime;
use leadtime::model::definition::StepKind;
use leadtime::model::diagnosis::{
    Clock, Doctor, Found, LogLine, SourceLine, SourceState, Unlinked,
};
use leadtime::model::dora::{
    ChangeLine, DeploymentLine, Dora, FailRate, Figures, IncidentLine, LeadTime, Levels,
    QuickCheck, Recovery, ReworkRate,
};
use leadtime::model::environment::{Behind, Environments, Running, WorkloadEnvironments};
use leadtime::model::flow::{Flow, FlowType};
use leadtime::model::forecast::{Calibration, Forecast};
use leadtime::model::gate::{Evidence, Gates, OpenGate};
use leadtime::model::locate::{Arrival, Leg, Match, Whereabouts};
use leadtime::model::statistic::{Share, Spread, Times};
use leadtime::model::stream::{
    Efficiency, Map, MapChange, MapChangeStep, StateFigure, StepFigures,
};
use leadtime::model::window::Window;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub fn now() -> Timestamp {
    at("2026-11-21T09:00:00Z")
}

fn s(seconds: i64) -> Span {
    Span::from_seconds(seconds)
}

fn ago(seconds: i64) -> Timestamp {
    now() - s(seconds)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|name| (*name).to_owned()).collect()
}

pub fn window() -> Window {
    Window {
        from: at("2026-10-22T00:00:00Z"),
        to: at("2026-11-21T00:00:00Z"),
        timezone: Tz::UTC,
    }
}

fn times(n: usize, p50: i64, sum: i64) -> Times {
    Times {
        n,
        p50_seconds: (n > 0).then(|| s(p50)),
        p85_seconds: (n > 0).then(|| s(p50 * 2)),
        sum_seconds: (n > 0).then(|| s(sum)),
    }
}

/// Name, kind, tool, process and wait in seconds, C&A, WIP.
type Step<'a> = (&'a str, StepKind, &'a str, (i64, i64), Option<f64>, usize);

pub fn step((name, kind, tool, (process, wait), accurate, wip): Step<'_>) -> StepFigures {
    let visits = 84;
    StepFigures {
        name: name.to_owned(),
        kind,
        environment: None,
        locked: matches!(kind, StepKind::Gate | StepKind::Scan),
        reason: None,
        from: if tool.is_empty() {
            Vec::new()
        } else {
            names(&[tool])
        },
        by_producer: None,
        visits,
        wip,
        process: times(if process > 0 { visits } else { 0 }, process, process * 84),
        wait: times(visits, wait, wait * 84),
        complete_accurate: Share {
            n: visits,
            rate: accurate,
        },
        share_of_lead: None,
        constraint: false,
        empty: None,
        needs: Vec::new(),
        stay: Spread::default(),
    }
}

/// A map with these steps; sums, shares and the constraint follow from them.
pub fn map_of(mut steps: Vec<StepFigures>) -> Map {
    let process: Span = steps.iter().map(|step| step.process.sum()).sum();
    let wait: Span = steps.iter().map(|step| step.wait.sum()).sum();
    let lead = process + wait;
    for step in &mut steps {
        let part = step.process.sum() + step.wait.sum();
        step.share_of_lead = (lead.micros() > 0).then(|| part.seconds() / lead.seconds());
    }
    let worst = steps.iter_mut().max_by_key(|step| step.wait.sum());
    if let Some(worst) = worst.filter(|step| step.wait.sum() > Span::ZERO) {
        worst.constraint = true;
    }
    let states = steps
        .iter()
        .map(|step| StateFigure {
            state: if step.kind == StepKind::Gate {
                "gated"
            } else {
                "waiting"
            },
            step: step.name.clone(),
            seconds: step.wait.sum(),
        })
        .collect();
    Map {
        workload: "checkout".to_owned(),
        path: "web-service".to_owned(),
        derived: false,
        window: window(),
        known_from: Some(window().from),
        changes: 84,
        lead: Spread {
            n: 84,
            p50_seconds: Some(s(6 * DAY + 4 * HOUR)),
            p85_seconds: Some(s(9 * DAY + 11 * HOUR)),
        },
        lead_seconds: Some(lead),
        process_seconds: Some(process),
        wait_seconds: Some(wait),
        flow_efficiency: Efficiency {
            low: Some(0.049),
            high: Some(0.21),
        },
        rolled_complete_accurate: Some(0.527),
        steps,
        states,
        flow: Flow {
            velocity: 84,
            velocity_per_week: Some(19.6),
            load: 38,
            wip_average: Some(30.25),
            distribution: vec![
                FlowType {
                    kind: "feature".to_owned(),
                    completed: 60,
                    share: Some(60.0 / 84.0),
                    load: 30,
                },
                FlowType {
                    kind: "defect".to_owned(),
                    completed: 24,
                    share: Some(24.0 / 84.0),
                    load: 8,
                },
            ],
            ..Flow::default()
        },
        inferred: false,
        notes: Vec::new(),
        cost: None,
        calendar: None,
        change_list: None,
    }
}

pub fn steps() -> Vec<StepFigures> {
    vec![
        step((
            "code",
            StepKind::Code,
            "github",
            (22_200, 0),
            Some(0.92),
            14,
        )),
        step((
            "review",
            StepKind::Review,
            "github",
            (2520, DAY + 3 * HOUR),
            Some(0.71),
            9,
        )),
        step(("test", StepKind::Test, "jenkins", (660, 540), Some(0.88), 1)),
        step(("scan", StepKind::Scan, "trivy", (180, 40), Some(0.97), 0)),
        step((
            "cab",
            StepKind::Gate,
            "servicenow",
            (0, 4 * DAY + 2 * HOUR),
            Some(0.99),
            12,
        )),
        step((
            "production",
            StepKind::Deploy,
            "argocd",
            (360, 1320),
            Some(0.94),
            0,
        )),
    ]
}

/// An ordinary map.
pub fn map() -> Map {
    let cost = "cab: 74 % of all lead time, 0 of 84 rejected";
    Map {
        notes: names(&[cost]),
        cost: some(cost),
        ..map_of(steps())
    }
}

/// With everything that may be absent: notes, an empty step, a wait before the first, inferred links, Little's warning, changes.
pub fn full_map() -> Map {
    let mut steps = steps();
    steps[0].wait = times(84, 7200, 7200 * 84);
    steps[3].visits = 0;
    steps[3].from.clear();
    steps[3].process = times(0, 0, 0);
    steps[3].wait = times(0, 0, 0);
    steps[3].complete_accurate = Share::default();
    steps[3].empty =
        some("no source reports scans; add one with kind = \"trivy\", or import its files");
    let mut map = map_of(steps);
    map.derived = true;
    map.inferred = true;
    map.rolled_complete_accurate = None;
    map.flow.little_expected_seconds = Some(s(11 * DAY));
    map.flow.little_measured_seconds = Some(s(6 * DAY));
    map.flow.little_warning = true;
    map.notes = names(&[
        "Version tags stand for deployments, since no deployment is known of this workload.",
    ]);
    let changes = (0..3)
        .map(|number| MapChange {
            change: format!("{}", 412 + number),
            title: some("Add apple pay to the basket page"),
            start: ago(9 * DAY),
            deployed: ago(number * DAY),
            lead_seconds: s((9 - number) * DAY),
            process_seconds: s(HOUR),
            wait_seconds: s((9 - number) * DAY - HOUR),
            inferred: number == 1,
            steps: vec![MapChangeStep {
                step: "cab".to_owned(),
                process_seconds: Span::ZERO,
                wait_seconds: s(4 * DAY),
                visit: None,
            }],
        })
        .collect();
    map.change_list = Some(changes);
    map
}

/// Nothing went live, nothing came by.
/// Told in the hours of a business.
pub fn business_map() -> Map {
    let calendar = BusinessTime {
        name: "business",
        hours: "09:00-17:00".to_owned(),
        days: vec!["mon", "tue", "wed", "thu", "fri"],
        holidays: vec!["2026-12-25".to_owned()],
        timezone: "Europe/Brussels",
        wall_clock_lead: map().lead,
    };
    Map {
        calendar: Some(calendar),
        ..map()
    }
}

pub fn empty_map() -> Map {
    let mut steps = steps();
    for step in &mut steps {
        step.visits = 0;
        step.wip = 0;
        step.process = Times::default();
        step.wait = Times::default();
        step.complete_accurate = Share::default();
    }
    let mut map = map_of(steps);
    map.changes = 0;
    map.lead = Spread::default();
    (map.lead_seconds, map.process_seconds, map.wait_seconds) = (None, None, None);
    map.flow_efficiency = Efficiency::default();
    map.rolled_complete_accurate = None;
    map.flow = Flow::default();
    map
}

/// So many steps, under a name.
pub fn long_map(count: usize, name: &str) -> Map {
    let steps = (0..count).map(|number| {
        let kind = if number % 7 == 3 {
            StepKind::Gate
        } else {
            StepKind::Test
        };
        let name = format!("{name}{number}");
        step((
            &name,
            kind,
            name.as_str(),
            (60 * 11, 600 * (number as i64 % 9)),
            Some(0.9),
            number,
        ))
    });
    let mut map = map_of(steps.collect());
    name.clone_into(&mut map.workload);
    map.notes = names(&[name]);
    map
}

pub fn figures(workload: &str) -> Figures {
    Figures {
        workload: workload.to_owned(),
        known_from: None,
        deployments: Some(19),
        deployments_per_week: Some(4.43),
        deployment_days_per_week_median: Some(3.0),
        deployment_gap_p50_seconds: Some(s(DAY + 4 * HOUR)),
        change_lead_time: LeadTime {
            n: 84,
            p50_seconds: Some(s(6 * DAY + 4 * HOUR)),
            p90_seconds: Some(s(12 * DAY)),
            inferred: true,
        },
        merge_to_production: LeadTime {
            n: 80,
            p50_seconds: Some(s(4 * DAY)),
            p90_seconds: Some(s(8 * DAY)),
            inferred: false,
        },
        change_fail_rate: FailRate {
            n: 19,
            failed: Some(2),
            rate: Some(2.0 / 19.0),
            inferred: false,
            at_least: false,
        },
        failed_deployment_recovery: Recovery {
            n: 2,
            p50_seconds: Some(s(2 * HOUR + 300)),
            open: 1,
            inferred: true,
        },
        time_to_restore: Recovery {
            n: 3,
            p50_seconds: Some(s(HOUR)),
            open: 0,
            inferred: false,
        },
        deployment_rework_rate: ReworkRate {
            n: 19,
            rework: Some(1),
            rate: Some(1.0 / 19.0),
            inferred: false,
            at_least: true,
        },
        attempt_failure_rate: FailRate {
            n: 21,
            failed: Some(2),
            rate: Some(2.0 / 21.0),
            inferred: false,
            at_least: false,
        },
        quick_check: QuickCheck {
            throughput: Some(6.0),
            stability: Some(9.1),
            overall: Some(7.4),
            lead_time_step: Some(4),
            frequency_step: Some(4),
            recovery_step: Some(5),
        },
        levels: None,
        notes: Vec::new(),
        deployment_list: None,
        change_list: None,
        incident_list: None,
    }
}

/// Nothing can be told.
pub fn no_figures(workload: &str) -> Figures {
    Figures {
        deployments: None,
        deployments_per_week: None,
        deployment_days_per_week_median: None,
        deployment_gap_p50_seconds: None,
        change_lead_time: LeadTime::default(),
        merge_to_production: LeadTime::default(),
        change_fail_rate: FailRate::default(),
        failed_deployment_recovery: Recovery::default(),
        time_to_restore: Recovery::default(),
        deployment_rework_rate: ReworkRate::default(),
        attempt_failure_rate: FailRate::default(),
        quick_check: QuickCheck::default(),
        notes: names(&["No deployment is known of this workload, so nothing can be counted."]),
        ..figures(workload)
    }
}

pub fn dora_of(workloads: Vec<Figures>) -> Dora {
    Dora {
        window: window(),
        environment: "production".to_owned(),
        workloads,
    }
}

/// One workload with its three lists, levels and notes.
pub fn full_dora(name: &str) -> Dora {
    let mut figures = figures(name);
    figures.known_from = Some(ago(20 * DAY));
    figures.levels = Some(Levels {
        report: 2024,
        lead_time: Some("medium"),
        frequency: Some("high"),
        fail_rate: None,
        recovery: Some("high"),
    });
    figures.notes =
        names(&["No deployment is known before 1 November, so the window counts from there."]);
    let deployment = |number: i64, kind, failed, rework| DeploymentLine {
        workload: name.to_owned(),
        deployment: format!("deploy-{number}"),
        kind,
        finished: ago(number * DAY),
        version: Some(format!("v2.{}.0", 41 - number)),
        sha: Some("0123456789".repeat(4)),
        failed,
        rework,
        incidents: if failed {
            names(&["INC-7"])
        } else {
            Vec::new()
        },
        changes: names(&["412", "413", "414", "415", "416"]),
        inferred: number == 2,
    };
    figures.deployment_list = Some(vec![
        deployment(1, "change", false, false),
        deployment(2, "rollback", false, true),
        deployment(3, "change", true, false),
    ]);
    figures.change_list = Some(vec![ChangeLine {
        workload: name.to_owned(),
        change: "412".to_owned(),
        title: some("Add apple pay to the basket page"),
        author: some("jane"),
        repository: some("acme/checkout"),
        deployment: "deploy-1".to_owned(),
        start: ago(7 * DAY),
        deployed: ago(DAY),
        lead_seconds: s(6 * DAY),
        coding_seconds: Some(s(3 * HOUR)),
        pickup_seconds: Some(s(DAY)),
        review_seconds: Some(s(40)),
        deploy_seconds: None,
        shipped_before_merge: true,
        inferred: false,
    }]);
    let incident = |id: &str, deployment, inferred, resolved| IncidentLine {
        workload: name.to_owned(),
        incident: id.to_owned(),
        deployment,
        inferred,
        opened: Some(ago(3 * DAY)),
        resolved,
    };
    figures.incident_list = Some(vec![
        incident("INC-7", some("deploy-3"), true, Some(ago(3 * DAY - 7500))),
        incident("INC-8", None, false, None),
    ]);
    dora_of(vec![figures])
}

pub fn several_dora() -> Dora {
    let mut cart = figures("cart");
    cart.change_lead_time = LeadTime {
        n: 131,
        p50_seconds: Some(s(DAY + 3 * HOUR)),
        ..LeadTime::default()
    };
    cart.failed_deployment_recovery = Recovery::default();
    dora_of(vec![figures("checkout"), cart, no_figures("ledger")])
}

pub fn gated_match() -> Match {
    let leg = |step: &str, state, from: i64, to: i64| Leg {
        step: step.to_owned(),
        state,
        from: ago(from),
        to: ago(to),
    };
    Match {
        workload: "checkout".to_owned(),
        change: "412".to_owned(),
        title: some("Add apple pay to the basket page"),
        author: some("jane"),
        url: some("https://github.com/acme/checkout/pull/412"),
        repository: some("acme/checkout"),
        commits: vec!["1f3c9ab".repeat(6)[..40].to_owned(), "0123456789".repeat(4)],
        artifact: some("pkg:oci/checkout@sha256:4f2a"),
        version: some("v2.41.0"),
        state: "gated",
        step: some("cab"),
        since: Some(ago(4 * DAY + 2 * HOUR)),
        until: None,
        on: names(&["@change-board"]),
        rolled_back: BTreeMap::new(),
        environments: BTreeMap::from([(
            "staging".to_owned(),
            Arrival {
                version: some("v2.41.0"),
                since: ago(4 * DAY + 3 * HOUR),
            },
        )]),
        forecast: Forecast {
            p50: Some(ago(-2 * DAY)),
            p85: Some(ago(-6 * DAY)),
            n: 31,
            why_not: None,
            calibration: Some(Calibration {
                n: 40,
                by_p50: Some(0.525),
                by_p85: Some(0.85),
            }),
        },
        sentence: "Change 412 of checkout waits at the gate cab for @change-board, since 4d 02h."
            .to_owned(),
        outside: None,
        inferred: false,
        timeline: vec![
            leg("code", "working", 7 * DAY, 7 * DAY - 22_200),
            leg("review", "waiting", 7 * DAY - 22_200, 5 * DAY),
            leg("review", "working", 5 * DAY, 5 * DAY - 2520),
            leg("test", "failed", 5 * DAY - 2520, 5 * DAY - 9 * HOUR),
            leg("test", "working", 5 * DAY - 9 * HOUR, 5 * DAY - 10 * HOUR),
            leg(
                "staging",
                "soaking",
                5 * DAY - 10 * HOUR,
                4 * DAY + 2 * HOUR,
            ),
            leg("cab", "gated", 4 * DAY + 2 * HOUR, 0),
        ],
        labels: Vec::new(),
        tickets: Vec::new(),
        rejected: false,
    }
}

pub fn delivered_match() -> Match {
    let mut found = gated_match();
    found.state = "delivered";
    found.step = None;
    found.on.clear();
    found.since = Some(ago(3 * HOUR));
    found.environments.insert(
        "production".to_owned(),
        Arrival {
            version: some("v2.41.0"),
            since: ago(3 * HOUR),
        },
    );
    found.sentence = "Change 412 is live in production since 3h.".to_owned();
    found.inferred = true;
    found
}

/// As many changes of one number: every seventh is at a gate, every tenth given up, the others are live.
pub fn many_matches(count: usize) -> Whereabouts {
    let one = |place: usize| {
        let mut found = delivered_match();
        if place % 7 == 3 {
            found = gated_match();
        } else if place % 10 == 2 {
            found.state = "abandoned";
        }
        found.change = format!("acme/workload-{place}#412");
        found
    };
    whereabouts((0..count).map(one).collect())
}

pub fn whereabouts(matches: Vec<Match>) -> Whereabouts {
    Whereabouts {
        query: "412".to_owned(),
        versions: Vec::new(),
        matches,
        ticket: None,
    }
}

fn running(environment: &str, version: &str, age: i64, health: Option<&'static str>) -> Running {
    Running {
        before: None,
        environment: environment.to_owned(),
        version: some(version),
        sha: some("0123456789"),
        artifact: None,
        since: Some(ago(age)),
        deployment: some("deploy-1"),
        health,
        behind: Behind {
            changes: Some(0),
            since: None,
        },
        slot: None,
        held: None,
    }
}

pub fn environments() -> Environments {
    let mut live = running("production", "v2.40.1", 9 * DAY, Some("incident"));
    live.behind = Behind {
        changes: Some(4),
        since: Some(ago(2 * DAY)),
    };
    let mut held = running("production", "v1.9.3", DAY, Some("ok"));
    held.held = some("pinned by jane: wait for the audit");
    held.slot = some("blue");
    let mut unversioned = running("staging", "", 40, None);
    unversioned.version = None;
    unversioned.sha = Some("0123456789".repeat(4));
    unversioned.behind.changes = None;
    let of = |workload: &str, environments| WorkloadEnvironments {
        workload: workload.to_owned(),
        team: some("payments"),
        environments,
    };
    Environments {
        as_of: now(),
        workloads: vec![
            of(
                "checkout",
                vec![running("staging", "v2.41.0", 3 * HOUR, Some("ok")), live],
            ),
            of(
                "cart",
                vec![
                    running("test", "v1.9.4", 600, Some("deploying")),
                    running("staging", "v1.9.3", 2 * DAY, Some("failed")),
                    held,
                ],
            ),
            of("ledger", vec![unversioned]),
        ],
    }
}

pub fn gate() -> OpenGate {
    let evidence = |what: &str, state, detail: &str| Evidence {
        what: what.to_owned(),
        state,
        detail: detail.to_owned(),
        url: None,
    };
    OpenGate {
        gate: "CHG0031415".to_owned(),
        workload: "checkout".to_owned(),
        step: some("cab"),
        environment: some("production"),
        opened: ago(4 * DAY + 2 * HOUR),
        waiting_seconds: s(4 * DAY + 2 * HOUR),
        due: Some(ago(-DAY)),
        requestor: some("jane"),
        changes: names(&["412", "413", "415", "416", "420", "421", "422", "423"]),
        version: some("v2.41.0"),
        sha: Some("0123456789".repeat(4)),
        artifact: None,
        approvers: names(&["@change-board"]),
        may_decide: Some(false),
        why_not: some("you wrote change 412, and the gate wants four eyes"),
        bar: None,
        superseded_by: None,
        holds_back: 12,
        evidence: vec![
            evidence("test", "present", "812 passed on this commit"),
            evidence("scan", "failed", "2 critical, limit 0"),
            evidence("sbom", "missing", "the build published none"),
            evidence(
                "staging",
                "stale",
                "soaked 3d ago, older than this artifact",
            ),
        ],
        url: some("https://acme.service-now.com/change/CHG0031415"),
        approvals: 1,
        votes: Vec::new(),
    }
}

pub fn gates() -> Gates {
    let mut second = gate();
    second.workload = "cart".to_owned();
    second.step = some("qa");
    second.gate = "qa-77".to_owned();
    second.due = Some(ago(HOUR));
    second.may_decide = Some(true);
    second.why_not = None;
    second.superseded_by = some("v1.9.5");
    second.holds_back = 1;
    second.waiting_seconds = s(5 * HOUR);
    second.opened = ago(5 * HOUR);
    second.evidence.clear();
    second.changes.truncate(1);
    second.url = None;
    Gates {
        gates: vec![gate(), second],
    }
}

pub fn doctor() -> Doctor {
    let source = |name: &str, kind: &str, state| SourceLine {
        name: name.to_owned(),
        kind: kind.to_owned(),
        state,
        last_read: (state != SourceState::NeverRead).then(|| ago(240)),
        lag_seconds: Some(s(95)),
        events: 18_220,
        facts: Vec::new(),
        findings: Vec::new(),
    };
    let mut github = source("gh", "github", SourceState::Warning);
    github.facts = names(&["token of jane; 4 211 of 5 000 requests left until 09:40"]);
    github.findings = vec![Found {
        severity: "warning",
        subject: "acme/attic".to_owned(),
        text: "the token may not read deployments: add the scope repo_deployment".to_owned(),
    }];
    Doctor {
        sources: vec![
            github,
            source("clones", "git", SourceState::Ok),
            source("argo", "argocd", SourceState::Error),
            source("snow", "servicenow", SourceState::NeverRead),
        ],
        unlinked: vec![Unlinked {
            reason: "image without a revision label".to_owned(),
            count: 42,
            example: some("ghcr.io/acme/cart@sha256:4f2a"),
            fix: some(
                "add org.opencontainers.image.revision to the image's labels, or artifacts = [\"ghcr.io/acme/cart\"] to the workload cart",
            ),
        }],
        clocks: vec![Clock {
            source: "argo".to_owned(),
            ahead_seconds: s(-431),
        }],
        config_warnings: names(&["leadtime.toml line 12: the workload cart has no repository"]),
        log: LogLine {
            place: "sqlite:/home/jane/.local/share/leadtime/leadtime.db".to_owned(),
            events: 36_440,
            first: Some(ago(400 * DAY)),
            last: Some(ago(60)),
            bytes: Some(18_400_000),
            snapshot: None,
        },
    }
}
