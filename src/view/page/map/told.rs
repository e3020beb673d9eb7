//! The map for elsewhere: a table for export, a line for the clipboard.

use crate::model::stream::{Map, StepFigures};
use crate::report::{duration, figure};
use crate::view::listing::Value;
use crate::view::page::Grid;
use crate::view::scene::Scene;

pub(super) fn card(map: &Map, scene: &Scene) -> String {
    let window = duration::whole(scene.lens.length);
    let mut card = format!(
        "{}: lead time p50 {}, p85 {} (n {}, {window})",
        map.workload,
        figure::span(map.lead.p50_seconds, map.inferred),
        figure::span(map.lead.p85_seconds, map.inferred),
        map.lead.n,
    );
    if let Some(step) = map.steps.iter().find(|step| step.constraint) {
        let share = figure::percent(step.share_of_lead);
        let told = [
            ", constraint ",
            &step.name,
            ", ",
            &share,
            " of all lead time",
        ];
        card.push_str(&told.concat());
    }
    card
}

pub(super) fn grid(map: &Map) -> Grid {
    let heads = [
        "step",
        "kind",
        "from",
        "n",
        "PT p50",
        "PT p85",
        "wait p50",
        "wait p85",
        "C&A",
        "WIP",
        "share of lead",
        "constraint",
    ];
    let row = |step: &StepFigures| {
        vec![
            step.name.clone(),
            step.kind.word().to_owned(),
            step.from.join(", "),
            step.visits.to_string(),
            duration::maybe(step.process.p50_seconds),
            duration::maybe(step.process.p85_seconds),
            duration::maybe(step.wait.p50_seconds),
            duration::maybe(step.wait.p85_seconds),
            figure::percent(step.complete_accurate.rate),
            step.wip.to_string(),
            figure::percent(step.share_of_lead),
            if step.constraint { "yes" } else { "" }.to_owned(),
        ]
    };
    let names = [
        "step",
        "kind",
        "from",
        "n",
        "process_p50_seconds",
        "process_p85_seconds",
        "wait_p50_seconds",
        "wait_p85_seconds",
        "complete_accurate",
        "wip",
        "share_of_lead",
        "constraint",
    ];
    Grid {
        heads: heads.map(str::to_owned).to_vec(),
        rows: map.steps.iter().map(row).collect(),
        names: names.map(str::to_owned).to_vec(),
        values: map.steps.iter().map(values).collect(),
    }
}

/// What a program reads of a step.
fn values(step: &StepFigures) -> Vec<Value> {
    let from = step.from.iter().map(|from| Value::from(&**from));
    vec![
        Value::from(&*step.name),
        Value::from(step.kind.word()),
        Value::Several(from.collect()),
        Value::count(step.visits),
        Value::from(step.process.p50_seconds),
        Value::from(step.process.p85_seconds),
        Value::from(step.wait.p50_seconds),
        Value::from(step.wait.p85_seconds),
        Value::from(step.complete_accurate.rate),
        Value::count(step.wip),
        Value::from(step.share_of_lead),
        Value::from(step.constraint.then_some("yes")),
    ]
}
