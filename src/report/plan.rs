//! A plan, as it is read before anybody agrees to it: what would be sent, word for word, what ships or leaves, what speaks against it and what would lift
//! that, what could undo it. The command line and the dashboard's dialog show these lines.

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::{duration, figure, glyph, text};
use crate::model::definition::Confirm;
use crate::plan::proof::Proof;
use crate::plan::request::{Request, Verb};
use crate::plan::{Moving, Objection, Plan, RECORD};
use crate::theme::Role;

const LABEL: usize = 11;
const CHANGES: usize = 12;

/// A plan in text.
#[must_use]
pub fn plan(plan: &Plan, style: &Style) -> String {
    sheet(plan, style).draw(style)
}

/// A plan in lines.
#[must_use]
pub fn lines(plan: &Plan, style: &Style) -> Vec<Line> {
    sheet(plan, style).into_lines()
}

fn sheet(plan: &Plan, style: &Style) -> Sheet {
    let mut sheet = Sheet::new();
    sheet.line(Line::of(Role::Title, headline(plan)));
    facts(plan, style, &mut sheet);
    objections(plan, style, &mut sheet);
    moving("ships", &plan.shipping, style, &mut sheet);
    moving("leaves", &plan.leaving, style, &mut sheet);
    evidence(plan, style, &mut sheet);
    for undone in &plan.undone_by {
        labelled("undone by", Role::Warning, undone, style, &mut sheet);
    }
    for note in &plan.notes {
        labelled("note", Role::Text, note, style, &mut sheet);
    }
    sheet.space();
    let count = figure::count(plan.requests.len(), "request");
    // One alone has no order.
    let order = if plan.requests.len() > 1 {
        ", in this order"
    } else {
        ""
    };
    sheet.line(Line::of(Role::Header, format!("{count}{order}")));
    for (place, request) in plan.requests.iter().enumerate() {
        one(place + 1, request, style, &mut sheet);
    }
    sheet
}

/// What it is, in a line: `roll back checkout in production: v2.41.0 → v2.40.1`.
#[must_use]
pub fn headline(plan: &Plan) -> String {
    let workload = &plan.workload;
    let place = plan.environment.as_deref();
    let within = place.map_or_else(String::new, |place| format!(" in {place}"));
    let what = match plan.intent {
        Verb::Approve => format!("approve {}", decided(plan)),
        Verb::Reject => format!("reject {}", decided(plan)),
        Verb::Promote => format!("promote {workload} to {}", place.unwrap_or("?")),
        Verb::Rollback => format!("roll back {workload}{within}"),
        Verb::Retry => format!("run again for {workload}"),
        Verb::RetryFailed => format!("run again what failed for {workload}"),
        Verb::Cancel => format!("stop a run of {workload}"),
        Verb::Resume => format!("let {workload} go on{within}"),
        Verb::Acknowledge => format!("acknowledge {}", answered(plan)),
        Verb::Resolve => format!("resolve {}", answered(plan)),
        Verb::Hold => format!("hold {workload}{within}"),
        Verb::Release => format!("release {workload}{within}"),
        Verb::Mark => format!("mark for {workload}"),
    };
    match (&plan.from, &plan.to) {
        (Some(from), Some(to)) => format!("{what}: {from} → {to}"),
        (None, Some(to)) => format!("{what}: {to}"),
        _ => what,
    }
}

/// Which incident: `INC-31 of checkout`.
fn answered(plan: &Plan) -> String {
    let mut proofs = plan.proofs.iter();
    let incident = proofs.find_map(Proof::incident);
    format!("{} of {}", incident.unwrap_or("an incident"), plan.workload)
}

/// Which gates: `cab of checkout`, `2 gates of checkout, cart`.
fn decided(plan: &Plan) -> String {
    let workload = &plan.workload;
    let gate = match plan.gates.as_slice() {
        [gate] => {
            let own = gate.strip_prefix(workload.as_str());
            own.and_then(|gate| gate.strip_prefix('/')).unwrap_or(gate)
        }
        several => return format!("{} of {workload}", figure::count(several.len(), "gate")),
    };
    match &plan.environment {
        Some(place) => format!("{workload} in {place}, gate {}", text::short(gate)),
        None => format!("{} of {workload}", text::short(gate)),
    }
}

fn facts(plan: &Plan, style: &Style, sheet: &mut Sheet) {
    if let Some(comment) = &plan.comment {
        labelled("comment", Role::Text, comment, style, sheet);
    }
    if let Some(user) = &plan.user {
        labelled(
            "as",
            Role::Text,
            &format!("{user}, to the tool"),
            style,
            sheet,
        );
    }
    if let Some(usual) = plan.usual_seconds {
        let text = format!("{} (median of the last ones)", duration::span(usual));
        labelled("took before", Role::Text, &text, style, sheet);
    }
    let confirm = match plan.confirm {
        Confirm::Yes => return,
        Confirm::Typed => format!("by typing {}", plan.workload),
        Confirm::Second => "by a second person".to_owned(),
    };
    labelled("confirmed", Role::Text, &confirm, style, sheet);
}

fn objections(plan: &Plan, style: &Style, sheet: &mut Sheet) {
    for objection in &plan.objections {
        let Objection {
            rule,
            text,
            lifted_by,
            overridden,
        } = objection;
        let (role, label) = if *overridden {
            (Role::Warning, "set aside")
        } else {
            (Role::Bad, "objects")
        };
        let text = style.told(text);
        labelled(label, role, &format!("{rule}: {text}"), style, sheet);
        if let Some(lifted) = lifted_by.as_ref().filter(|_| !overridden) {
            labelled("", Role::Dim, &format!("lifted by {lifted}"), style, sheet);
        }
    }
}

fn moving(label: &str, changes: &[Moving], style: &Style, sheet: &mut Sheet) {
    for (place, change) in changes.iter().take(CHANGES).enumerate() {
        let mut told = text::short(&change.change).to_owned();
        if let Some(title) = &change.title {
            told = format!("{told} {title}");
        }
        if let Some(author) = &change.author {
            told = format!("{told}, {author}");
        }
        if !change.tickets.is_empty() {
            told = format!("{told}, {}", change.tickets.join(", "));
        }
        let role = if change.migration {
            Role::Warning
        } else {
            Role::Text
        };
        if change.migration {
            told = format!("migration · {told}");
        }
        let label = if place == 0 { label } else { "" };
        labelled(label, role, &told, style, sheet);
    }
    if changes.len() > CHANGES {
        let rest = format!("and {} more", changes.len() - CHANGES);
        labelled("", Role::Dim, &rest, style, sheet);
    }
}

fn evidence(plan: &Plan, style: &Style, sheet: &mut Sheet) {
    for (place, found) in plan.evidence.iter().enumerate() {
        let (role, sign) = match found.state.as_str() {
            "present" => (Role::Good, glyph::GOOD),
            "failed" => (Role::Bad, glyph::BAD),
            _ => (Role::Warning, "!"),
        };
        let label = if place == 0 { "evidence" } else { "" };
        let detail = if found.detail.is_empty() {
            String::new()
        } else {
            format!(": {}", style.told(&found.detail))
        };
        let of = found.gate.as_ref();
        let of = of.map_or_else(String::new, |gate| format!("{gate}: "));
        let told = format!("{sign} {of}{} {}{detail}", found.what, found.state);
        labelled(label, role, &told, style, sheet);
    }
}

fn one(number: usize, request: &Request, style: &Style, sheet: &mut Sheet) {
    let mut lead = Line::of(Role::Dim, format!("{number:>3} "));
    lead.pad_to(4);
    sheet.paragraph(&lead, Role::Text, &request.what, style.width);
    if request.method == RECORD {
        return;
    }
    let mut lead = Line::of(Role::Dim, "");
    lead.pad_to(4);
    let to = format!("{} {}", request.method, request.url);
    sheet.paragraph(&lead, Role::Process, &to, style.width);
    for line in request.body.iter().flat_map(|body| body.lines()) {
        sheet.paragraph(&lead, Role::Dim, line, style.width);
    }
}

fn labelled(label: &str, role: Role, told: &str, style: &Style, sheet: &mut Sheet) {
    let mut lead = Line::of(Role::Dim, format!("  {label}"));
    lead.pad_to(3 + LABEL);
    sheet.paragraph(&lead, role, told, style.width);
}
