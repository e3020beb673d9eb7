//! What holds of every report, whatever the figures: no line wider than the width, no control byte but line breaks and our own colours.

use leadtime::event::time::Span;
use leadtime::model::definition::StepKind;
use leadtime::report::{self, Style, text};
use proptest::prelude::*;

use super::{ascii, coloured, sample, style};

/// What other programs' names have been made of to take over a terminal, and what merely draws badly.
const HOSTILE: [&str; 16] = [
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;owned\u{7}",
    "\u{1b}]8;;http://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;cm0gLXJmIC8=\u{7}",
    "\u{1b}P$q\"p\u{1b}\\",
    "\u{9b}31m\u{9d}0;x\u{9c}",
    "a\r\nb\u{b}c\u{c}d\u{85}e",
    "\u{8}\u{8}\u{8}ok\u{7f}",
    "admin\u{202e}txt.exe",
    "\u{2066}isolate\u{2069}\u{200f}",
    "zero\u{200b}\u{200d}\u{feff}width",
    "tag\u{e0041}\u{e007f}",
    "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}algo",
    "日本語のとても長い名前日本語のとても長い名前",
    "👩‍👩‍👧‍👦🏽🇧🇪❤️",
    "שלום-مرحبا",
];

/// The report without our own colours; fails on anything else that controls.
fn seen(drawn: &str) -> String {
    let mut plain = String::new();
    let mut rest = drawn;
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        let code = &rest[at..];
        let end = code.find('m').expect("a colour ends");
        let inner = code[1..end].strip_prefix('[').expect("only colours");
        assert!(
            inner
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{inner:?}"
        );
        rest = &code[end + 1..];
    }
    plain.push_str(rest);
    let wrong = plain.chars().find(|char| {
        char.is_control() && *char != '\n'
            || matches!(*char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
    });
    assert_eq!(wrong, None, "{plain}");
    plain
}

fn check(drawn: &str, style: &Style) -> Result<(), TestCaseError> {
    let plain = seen(drawn);
    prop_assert!(plain.ends_with('\n'));
    for line in plain.lines() {
        let width = text::width(line);
        prop_assert!(width <= style.width, "{width} > {}: {line}", style.width);
        prop_assert_eq!(line.trim_end(), line);
        prop_assert!(style.unicode || line.is_ascii(), "{}", line);
    }
    Ok(())
}

#[expect(
    clippy::too_many_lines,
    reason = "a list of every place that text comes in"
)]
/// Every report with a text in every place that comes from outside.
fn all(name: &str, style: &Style) -> Vec<String> {
    let own = || name.to_owned();
    let mut dora = sample::full_dora(name);
    dora.environment = own();
    let figures = &mut dora.workloads[0];
    figures.notes.push(own());
    for line in figures.deployment_list.iter_mut().flatten() {
        line.deployment = own();
        line.version = Some(own());
        line.changes.push(own());
        line.incidents.push(own());
    }
    for line in figures.change_list.iter_mut().flatten() {
        line.change = own();
        line.title = Some(own());
        line.author = Some(own());
    }
    for line in figures.incident_list.iter_mut().flatten() {
        line.incident = own();
    }
    let mut several = sample::several_dora();
    several.workloads[0].workload = own();
    several.workloads[2].workload = own();
    let mut found = sample::gated_match();
    found.sentence = own();
    found.title = Some(own());
    found.step = Some(own());
    found.on = vec![own(), own()];
    found.url = Some(own());
    found.commits.push(own());
    found.environments = [(own(), found.environments["staging"].clone())].into();
    found.timeline.iter_mut().for_each(|leg| leg.step = own());
    let mut nothing = sample::whereabouts(Vec::new());
    nothing.query = own();
    let mut environments = sample::environments();
    for workload in &mut environments.workloads {
        workload.workload = own();
        for (at, running) in workload.environments.iter_mut().enumerate() {
            running.environment = format!("{name}{at}");
            running.version = Some(own());
            running.held = Some(own());
            running.slot = Some(own());
        }
    }
    let mut gates = sample::gates();
    let gate = &mut gates.gates[0];
    gate.gate = own();
    gate.workload = own();
    gate.step = Some(own());
    gate.environment = Some(own());
    gate.version = Some(own());
    gate.requestor = Some(own());
    gate.why_not = Some(own());
    gate.approvers.push(own());
    gate.evidence[0].what = own();
    gate.evidence[0].detail = own();
    gate.superseded_by = Some(own());
    let mut doctor = sample::doctor();
    doctor.sources[0].name = own();
    doctor.sources[0].facts.push(own());
    doctor.sources[0].findings[0].text = own();
    doctor.unlinked[0].reason = own();
    doctor.unlinked[0].fix = Some(own());
    doctor.config_warnings.push(own());
    doctor.log.place = own();
    let mut map = sample::full_map();
    map.workload = own();
    map.path = own();
    map.notes.push(own());
    for step in &mut map.steps {
        step.name = own();
        step.from = vec![own()];
        step.empty = Some(own());
    }
    for change in map.change_list.iter_mut().flatten() {
        change.change = own();
        change.title = Some(own());
    }
    vec![
        report::map(&map, style),
        report::map(&sample::long_map(6, name), style),
        report::dora(&dora, style),
        report::dora(&several, style),
        report::whereabouts(&sample::whereabouts(vec![found]), style),
        report::whereabouts(&nothing, style),
        report::environments(&environments, style),
        report::gates(&gates, style),
        report::doctor(&doctor, style),
    ]
}

#[test]
fn hostile_names_reach_no_terminal() {
    let together = HOSTILE.concat();
    for name in HOSTILE.into_iter().chain([together.as_str(), ""]) {
        for width in [40, 80, 200] {
            for style in [style(width), ascii(width), coloured(width)] {
                for drawn in all(name, &style) {
                    check(&drawn, &style).unwrap();
                }
            }
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,12}",
        any::<String>(),
        proptest::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

prop_compose! {
    fn any_step()(
        name in any_text(),
        tool in any_text(),
        process in prop_oneof![Just(0_i64), any::<i32>().prop_map(i64::from), 0..10_000_000_i64],
        wait in prop_oneof![Just(0_i64), any::<i32>().prop_map(i64::from), 0..10_000_000_i64],
        accurate in proptest::option::of(0.0..1.0_f64),
        wip in any::<u16>(),
        gate in any::<bool>(),
        seen in any::<bool>(),
    ) -> leadtime::model::stream::StepFigures {
        let kind = if gate { StepKind::Gate } else { StepKind::Verify };
        let mut step = sample::step((&name, kind, &tool, (process, wait), accurate, wip.into()));
        if !seen {
            step.visits = 0;
            step.empty = Some(name);
        }
        step
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_line_is_wider_than_the_width(
        name in any_text(),
        width in 40..260_usize,
        unicode in any::<bool>(),
        colour in any::<bool>(),
    ) {
        let style = Style { unicode, colour, ..style(width) };
        for drawn in all(&name, &style) {
            check(&drawn, &style)?;
        }
    }

    #[test]
    fn any_map_is_drawn(
        steps in proptest::collection::vec(any_step(), 0..45),
        lead in any::<i64>(),
        width in 40..260_usize,
        unicode in any::<bool>(),
    ) {
        let style = Style { unicode, ..style(width) };
        let mut map = sample::map_of(steps);
        check(&report::map(&map, &style), &style)?;
        map.lead_seconds = Some(Span::from_micros(lead));
        check(&report::map(&map, &style), &style)?;
    }

    #[test]
    fn a_fitted_text_fits(text in any_text(), width in 0..60_usize) {
        let clean = text::clean(&text);
        prop_assert!(text::width(&text::fit(&clean, width)) <= width);
        prop_assert_eq!(text::width(&text::left(&clean, width)), width);
        let again = text::clean(&clean).into_owned();
        prop_assert_eq!(&again, &clean);
        for line in text::wrap(&clean, width.max(2)) {
            prop_assert!(text::width(&line) <= width.max(2));
        }
    }
}
