//! Which rules object to a plan, and what would lift each. The tool's own permission decides in the end; this is what can be known before.

use super::ask::{Ask, Permit};
use super::{Draft, Evidence, Moving, Objection, Refusal};
use crate::event::time::Timestamp;
use crate::model::definition::Step;
use crate::model::evidence::Standing;
use crate::model::gate::{Bar, OpenGate};
use crate::model::state::Lives;
use crate::model::version::Version;

/// leadtime only reads until armed.
pub const ARMED: &str = "armed";
pub const READ_ONLY: &str = "read_only";
pub const FREEZE: &str = "freeze";
pub const HOLD: &str = "hold";
pub const FOUR_EYES: &str = "four_eyes";
pub const APPROVERS: &str = "approvers";
/// The tool leaves open whether one may, and its list does not name one.
pub const NOT_NAMED: &str = "not_named";
pub const LOCKED: &str = "locked_step";
pub const EVIDENCE: &str = "evidence";
pub const NEWER: &str = "newer_candidate";
pub const SECOND: &str = "second";
pub const SOAK: &str = "soak";
pub const MIGRATION: &str = "migration";
pub const COMMENT: &str = "comment";
/// What the tool itself says.
pub const TOOL: &str = "tool";

/// What can be set aside with a reason. The others are lifted only by what they name.
pub const OVERRIDABLE: [&str; 8] = [
    FREEZE, HOLD, FOUR_EYES, NOT_NAMED, EVIDENCE, NEWER, SOAK, MIGRATION,
];

/// What lifts an objection that it is not known who asks.
const WHO: &str = "naming yourself as `me` under [people]";

/// What lifts an objection that a reason is missing.
pub const A_REASON: &str = "saying why (--comment TEXT; c in the dashboard)";

pub fn object(
    draft: &mut Draft,
    rule: &str,
    text: impl Into<String>,
    lifted_by: impl Into<Option<String>>,
) {
    draft.objections.push(Objection {
        rule: rule.to_owned(),
        text: text.into(),
        lifted_by: lifted_by.into(),
        overridden: false,
    });
}

/// How a rule is set aside.
fn with_reason(rule: &str) -> String {
    format!("setting it aside with a reason (--override {rule} --comment WHY; o in the dashboard)")
}

/// Sets aside what the ask says, and adds whether leadtime may act at all.
pub fn set_aside(ask: &Ask, draft: &mut Draft) {
    match &ask.permit {
        Permit::Given => {}
        Permit::NotArmed(how) => object(draft, ARMED, "leadtime is not armed", how.clone()),
        Permit::Forbidden { text, lifted_by } => {
            object(draft, READ_ONLY, text.clone(), lifted_by.clone());
        }
    }
    let has_reason = ask
        .comment
        .as_ref()
        .is_some_and(|text| !text.trim().is_empty());
    for objection in &mut draft.objections {
        let asked = ask.overrides.contains(&objection.rule);
        objection.overridden =
            asked && has_reason && OVERRIDABLE.contains(&objection.rule.as_str());
    }
    if !ask.overrides.is_empty() && !has_reason {
        object(
            draft,
            COMMENT,
            "a rule is set aside only with a reason",
            A_REASON.to_owned(),
        );
    }
}

/// Refuses the name of a rule that nobody can set aside.
pub fn check(overrides: &[String]) -> Result<(), Refusal> {
    match overrides
        .iter()
        .find(|rule| !OVERRIDABLE.contains(&rule.as_str()))
    {
        None => Ok(()),
        Some(rule) => Err(
            Refusal::new("override", format!("{rule:?} cannot be set aside"))
                .hinted(format!("these can: {}", OVERRIDABLE.join(", "))),
        ),
    }
}

/// Whoever asked for what two people agree to cannot be both of them.
pub fn twice(name: &str, draft: &mut Draft) {
    object(
        draft,
        SECOND,
        format!("{name} asked for it, and cannot be the second person"),
        "somebody else who agrees, from their own leadtime".to_owned(),
    );
}

/// Whether who agrees to what two people agree to is another, nobody knows.
pub fn unknown_second(draft: &mut Draft) {
    let text = "nobody has said who asked for it, or who agrees: they may be one person";
    object(draft, SECOND, text, WHO.to_owned());
}

/// An instant as people read it in a sentence, by the clock of the figures.
pub(super) fn told(lives: &Lives<'_>, at: Timestamp) -> String {
    let at = at.to_utc().with_timezone(&lives.rules.timezone);
    at.format("%-d %b %Y %H:%M %Z").to_string()
}

/// What keeps an environment closed: a freeze, a hold.
pub fn closed(lives: &Lives<'_>, place: usize, draft: &mut Draft) {
    let workload = lives.workload;
    // Now, and not when it was asked: a freeze may begin while the plan is read.
    let at = workload.as_of;
    let step = &workload.path.steps[place];
    let Some(environment) = &step.environment else {
        return;
    };
    if let Some(closed) = lives.freeze(place, at) {
        let reason = closed
            .reason
            .map_or_else(String::new, |it| format!(" ({it})"));
        let (until, lifted) = match closed.until.map(|until| told(lives, until)) {
            Some(until) => {
                let lifted = format!("waiting until {until}, or {}", with_reason(FREEZE));
                (format!("until {until}"), lifted)
            }
            None => ("with no end in sight".to_owned(), with_reason(FREEZE)),
        };
        let text = format!("{environment} is frozen {until}{reason}");
        object(draft, FREEZE, text, lifted);
    }
    held(lives, environment, draft);
}

fn held(lives: &Lives<'_>, environment: &str, draft: &mut Draft) {
    let workload = lives.workload;
    let held = workload
        .holds
        .iter()
        .find(|hold| hold.until.is_none() && workload.text(hold.environment) == environment);
    if let Some(hold) = held {
        let by = hold.by.map_or("somebody", |name| workload.text(name));
        let reason = hold
            .reason
            .map_or_else(String::new, |name| format!(": {}", workload.text(name)));
        let own = workload.name();
        object(
            draft,
            HOLD,
            format!(
                "{environment} is held by {by} since {}{reason}",
                told(lives, hold.from)
            ),
            format!(
                "leadtime release {own} --in {environment}, or {}",
                with_reason(HOLD)
            ),
        );
    }
}

/// The environments before, in which a version has to run for a while first.
pub fn soaking(lives: &Lives<'_>, place: usize, to: &Version, draft: &mut Draft) {
    for need in lives.needed(place) {
        let step = &lives.workload.path.steps[need];
        let (Some(environment), Some(soak)) = (&step.environment, step.soak) else {
            continue;
        };
        let mut deliveries = lives.deliveries.iter();
        let known = deliveries.find(|one| one.environment == *environment);
        let Some(delivery) = known.filter(|known| !known.rows.is_empty()) else {
            continue;
        };
        match to.since(lives.workload, delivery) {
            Some(since) if since + soak <= lives.workload.as_of => {}
            Some(since) => {
                let until = told(lives, since + soak);
                object(
                    draft,
                    SOAK,
                    format!("it has to run in {environment} until {until}"),
                    format!("waiting until {until}, or {}", with_reason(SOAK)),
                );
            }
            None => object(
                draft,
                SOAK,
                format!("it has to run in {environment} first, and was not there yet"),
                format!("bringing it there, or {}", with_reason(SOAK)),
            ),
        }
    }
}

/// An environment right before, which the version was never in: `step` deploys there.
pub fn never_in(step: &Step, draft: &mut Draft) {
    let environment = step.environment.as_deref().unwrap_or(&step.name);
    let text = format!("it was not in {environment} yet, which comes before");
    let bringing = "bringing it there".to_owned();
    if step.locked {
        object(draft, LOCKED, because(text, step), bringing);
    } else {
        let lifted = format!("{bringing}, or {}", with_reason(EVIDENCE));
        object(draft, EVIDENCE, text, lifted);
    }
}

/// What a locked step refuses, with the path's reason; a detail may have told it already.
fn because(text: String, step: &Step) -> String {
    let reason = step.because();
    if text.contains(&reason) {
        text
    } else {
        text + &reason
    }
}

/// Evidence that is missing, stale or failed. What a locked step asks for cannot be set aside; one that the step at `place` does not need, and that is not
/// locked, keeps nothing from it.
pub fn evidence(lives: &Lives<'_>, place: Option<usize>, evidence: &[Evidence], draft: &mut Draft) {
    let steps = &lives.workload.path.steps;
    let needed = place.map(|place| lives.needed(place));
    for found in evidence {
        if found.state == Standing::Present.word() {
            continue;
        }
        let of = steps.iter().position(|step| step.name == found.what);
        let locked = of.map(|of| &steps[of]).filter(|step| step.locked);
        let is_beside = needed.as_ref().zip(of);
        let is_beside = is_beside.is_some_and(|(needed, of)| !needed.contains(&of));
        if is_beside && locked.is_none() {
            continue;
        }
        let text = format!("{} is {}: {}", found.what, found.state, found.detail);
        if let Some(step) = locked {
            let lifted = format!("{} passing for this version", found.what);
            object(draft, LOCKED, because(text, step), lifted);
        } else {
            object(draft, EVIDENCE, text, with_reason(EVIDENCE));
        }
    }
}

/// A gate of the path that has to be decided before, and was not: `how` it stands.
pub fn undecided(step: &Step, how: &str, draft: &mut Draft) {
    let text = format!("{} {how}", step.name);
    if step.locked {
        let lifted = format!("an approval at {}", step.name);
        object(draft, LOCKED, because(text, step), lifted);
    } else {
        let lifted = format!("an approval at {}, or {}", step.name, with_reason(EVIDENCE));
        object(draft, EVIDENCE, text, lifted);
    }
}

/// Whoever asks may not decide a gate, as its page tells. `own`: leadtime itself keeps the decision, and nothing but the list says who may.
pub fn barred(gate: &OpenGate, own: bool, draft: &mut Draft) {
    let rule = match gate.bar {
        // Of an approval, [`four_eyes`] says so; to reject one's own is anybody's right.
        None | Some(Bar::Own) => return,
        Some(Bar::Nameless) => {
            let rule = if own { APPROVERS } else { NOT_NAMED };
            let text = "it is not known whether you may decide: nobody has said who asks";
            return object(draft, rule, text, WHO.to_owned());
        }
        Some(_) if own => APPROVERS,
        Some(Bar::Unnamed) => NOT_NAMED,
        Some(Bar::Tool | Bar::Voted) => TOOL,
    };
    let why = gate.why_not.as_deref().unwrap_or_default();
    let others = (!gate.approvers.is_empty())
        .then(|| format!("a decision of {}", gate.approvers.join(", ")));
    let lifted = match others {
        Some(others) if rule == NOT_NAMED => Some(format!("{others}, or {}", with_reason(rule))),
        others => others,
    };
    object(draft, rule, format!("you may not decide: {why}"), lifted);
}

/// Who wrote a change may not decide on it.
pub fn four_eyes(
    ask: &Ask,
    lives: &Lives<'_>,
    step: Option<&Step>,
    moving: &[Moving],
    draft: &mut Draft,
) {
    if !step.is_some_and(|step| step.four_eyes) {
        return;
    }
    if lives.rules.me.is_none() {
        let text = "it is not known whether you wrote some of it: nobody has said who asks";
        let lifted = format!("{WHO}, or {}", with_reason(FOUR_EYES));
        return object(draft, FOUR_EYES, text, lifted);
    }
    let own: Vec<&str> = moving
        .iter()
        .filter(|one| one.author.as_deref() == Some(ask.by.as_str()))
        .map(|one| one.change.as_str())
        .collect();
    if !own.is_empty() {
        object(
            draft,
            FOUR_EYES,
            format!("{} wrote {} of it", ask.by, own.join(", ")),
            format!("somebody else deciding, or {}", with_reason(FOUR_EYES)),
        );
    }
}

/// Going back over a migration.
pub fn migration(leaving: &[Moving], draft: &mut Draft) {
    let migrations: Vec<&str> = leaving
        .iter()
        .filter(|one| one.migration)
        .map(|one| one.change.as_str())
        .collect();
    if !migrations.is_empty() {
        object(
            draft,
            MIGRATION,
            format!(
                "{} migrated data, and going back may not undo that",
                migrations.join(", ")
            ),
            with_reason(MIGRATION),
        );
    }
}

/// A newer candidate is there.
pub fn newer(text: String, draft: &mut Draft) {
    object(draft, NEWER, text, with_reason(NEWER));
}
