//! Reports as a reader sees them: pictures in text at three widths, plain, ASCII and coloured; and what must hold of every one of them whatever the
//! figures are: no line is wider than asked for, no byte of control is in it that is not ours.

mod laws;
pub mod sample;

use leadtime::report::{self, Statistic, Style, Surroundings};
use leadtime::theme::Theme;

pub fn style(width: usize) -> Style {
    let around = Surroundings {
        width: Some(width),
        ..Surroundings::default()
    };
    Style::detect(&around, Theme::default(), sample::now())
}

fn ascii(width: usize) -> Style {
    Style {
        unicode: false,
        ..style(width)
    }
}

fn coloured(width: usize) -> Style {
    Style {
        colour: true,
        ..style(width)
    }
}

/// The same at 80, 120 and 200 columns, then as ASCII and with colours spelt out.
fn pictures(name: &str, draw: impl Fn(&Style) -> String) {
    for width in [80, 120, 200] {
        insta::assert_snapshot!(format!("{name}-{width}"), draw(&style(width)));
    }
    let plain = draw(&ascii(120));
    assert!(plain.is_ascii());
    insta::assert_snapshot!(format!("{name}-ascii"), plain);
    let colours = draw(&coloured(80)).replace('\u{1b}', "␛");
    insta::assert_snapshot!(format!("{name}-colour"), colours);
}

#[test]
fn map() {
    pictures("map", |style| report::map(&sample::map(), style));
    pictures("map-full", |style| report::map(&sample::full_map(), style));
    let business = report::map(&sample::business_map(), &style(120));
    insta::assert_snapshot!("map-business-120", business);
    pictures("map-empty", |style| {
        report::map(&sample::empty_map(), style)
    });
    pictures("map-40-steps", |style| {
        report::map(&sample::long_map(40, "step-"), style)
    });
}

#[test]
fn the_map_tells_the_statistic_that_it_was_asked_for() {
    let p85 = report::map_by(&sample::map(), Statistic::P85, &style(120));
    assert!(
        p85.contains("p85, wall clock") && p85.contains("8d 04h"),
        "{p85}"
    );
    let p50 = report::map(&sample::map(), &style(120));
    assert!(
        p50.contains("p50, wall clock") && !p50.contains("8d 04h"),
        "{p50}"
    );
}

#[test]
fn a_map_of_nothing_says_so() {
    let mut nothing = sample::map_of(Vec::new());
    nothing.changes = 0;
    nothing.flow = leadtime::model::flow::Flow::default();
    nothing.notes = vec!["No path is known: no event of this workload was seen.".to_owned()];
    insta::assert_snapshot!(report::map(&nothing, &style(120)), @"
    checkout · web-service · 0 changes live · 22 Oct 2026 – 21 Nov 2026, 30d, UTC                            p50, wall clock

    No change went live in this window, so there is no lead time to tell.

    • No path is known: no event of this workload was seen.
    ");
}

#[test]
fn dora() {
    pictures("dora", |style| {
        report::dora(&sample::full_dora("checkout"), style)
    });
    pictures("dora-none", |style| {
        report::dora(&sample::dora_of(vec![sample::no_figures("ledger")]), style)
    });
    pictures("dora-several", |style| {
        report::dora(&sample::several_dora(), style)
    });
    insta::assert_snapshot!(report::dora(&sample::dora_of(Vec::new()), &style(80)), @"
    0 workloads · production · 22 Oct 2026 – 21 Nov 2026, 30d, UTC

    No workload is known: import events, or name workloads in leadtime.toml.
    ");
}

#[test]
fn whereabouts() {
    let both = vec![sample::gated_match(), sample::delivered_match()];
    pictures("where", |style| {
        report::whereabouts(&sample::whereabouts(both.clone()), style)
    });
    insta::assert_snapshot!(report::whereabouts(&sample::whereabouts(Vec::new()), &style(80)), @"
    Nothing is known of 412. A reference is a commit (7 digits or more), a change
    (its number or id), a ticket, a tag, a version or a digest.
    ");
}

#[test]
fn a_reference_to_many_changes_names_those_on_the_way_first() {
    let many = |style: &Style| report::whereabouts(&sample::many_matches(34), style);
    for width in [40, 80, 120] {
        insta::assert_snapshot!(format!("where-many-{width}"), many(&style(width)));
    }
}

#[test]
fn environments() {
    pictures("env", |style| {
        report::environments(&sample::environments(), style)
    });
    insta::assert_snapshot!(
        "env-40",
        report::environments(&sample::environments(), &style(40))
    );
    let none = leadtime::model::environment::Environments {
        as_of: sample::now(),
        workloads: Vec::new(),
    };
    insta::assert_snapshot!(report::environments(&none, &style(80)), @"
    0 workloads · as of 21 Nov 09:00 UTC

    No deployment is known. Which environments there are is learnt from deployments:
    import events, or sync a source that deploys.
    ");
}

#[test]
fn gates() {
    pictures("gates", |style| report::gates(&sample::gates(), style));
    let none = leadtime::model::gate::Gates { gates: Vec::new() };
    insta::assert_snapshot!(report::gates(&none, &style(80)), @"✓ No gate is open.");
}

#[test]
fn doctor() {
    pictures("doctor", |style| report::doctor(&sample::doctor(), style));
    assert!(sample::doctor().found());
    let none = leadtime::model::diagnosis::Doctor::default();
    assert!(!none.found());
    insta::assert_snapshot!(report::doctor(&none, &style(80)), @"
    No source is configured: leadtime init proposes some, leadtime import reads
    files.

    log  : 0 events, no snapshot
    ");
}

#[test]
fn names_of_other_scripts_stand_in_their_columns() {
    for name in ["日本語サービス", "خدمة-الدفع-", "👍🏽👩‍👩‍👧-", "Ω̈́e\u{301}"]
    {
        let text = report::map(&sample::long_map(4, name), &style(120));
        insta::assert_snapshot!(format!("map-script-{}", name.chars().count()), text);
    }
}

#[test]
fn every_figure_is_json_under_its_schema() {
    let map = report::json::document("leadtime/map/v1", &sample::map()).unwrap();
    assert!(
        map.starts_with(
            r#"{"schema":"leadtime/map/v1","workload":"checkout","path":"web-service","#
        )
    );
    let doctor = report::json::document("leadtime/doctor/v1", &sample::doctor()).unwrap();
    let doctor: serde_json::Value = serde_json::from_str(&doctor).unwrap();
    assert_eq!(doctor["sources"][3]["state"], "never_read");
    assert_eq!(doctor["clocks"][0]["ahead_seconds"], -431);
}

#[test]
fn completions_and_manual_pages_are_made_of_it() {
    let mut command = leadtime::cli::args::command();
    for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command, "leadtime", &mut script);
        let script = String::from_utf8(script).unwrap();
        assert!(script.contains("--as-of") && script.contains("doctor"));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(
        page.contains("Exit codes") && page.contains("\\-\\-as\\-of"),
        "{page}"
    );
}

#[test]
fn the_help_of_every_command_is_told() {
    let mut command = leadtime::cli::args::command().term_width(100);
    insta::assert_snapshot!("help", command.render_long_help());
    command.build();
    for sub in command.get_subcommands_mut() {
        let name = sub.get_name().to_owned();
        if name != "help" {
            insta::assert_snapshot!(format!("help-{name}"), sub.render_long_help());
        }
    }
}
