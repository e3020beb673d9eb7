//! How workloads stand for what is live in production: what every step of the path rests on, and what is wrong, in sentences.

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::{figure, gates, glyph, text};
use crate::model::compliance::{Check, Compliance, Required};
use crate::theme::Role;

/// One workload below the other.
#[must_use]
pub fn check(check: &Check, style: &Style) -> String {
    let mut sheet = Sheet::new();
    let wrong = check.workloads.iter().filter(|one| !one.holds()).count();
    let all = figure::count(check.workloads.len(), "workload");
    let told = match wrong {
        0 => format!("{all}: nothing is wrong"),
        wrong => format!("{all}: something is wrong with {wrong}"),
    };
    sheet.line(Line::of(Role::Title, told));
    for one in &check.workloads {
        sheet.space();
        workload(one, style, &mut sheet);
    }
    sheet.draw(style)
}

fn workload(one: &Compliance, style: &Style, sheet: &mut Sheet) {
    let (role, sign) = if one.holds() {
        (Role::Good, glyph::GOOD)
    } else {
        (Role::Bad, glyph::BAD)
    };
    let mut head = Line::of(role, format!("{sign} ")).with(Role::Title, &one.workload);
    head.push(Role::Dim, format!(" · {}", one.path));
    match &one.live {
        None => head.push(Role::Dim, " · nothing is known to be live"),
        Some(live) => {
            let name = live.version.as_deref().unwrap_or(&live.deployment);
            let since = style.moment_and_age(live.since);
            head.push(
                Role::Text,
                format!(" · {} live since {since}", text::short(name)),
            )
        }
    };
    sheet.line(head);
    let widest = one
        .steps
        .iter()
        .map(|step| text::width(&text::clean(&step.step)));
    let widest = widest.max().unwrap_or(0).min(style.width / 4);
    for required in &one.steps {
        step(required, widest, style, sheet);
    }
    for problem in &one.problems {
        let lead = Line::of(Role::Bad, format!("  {} ", glyph::BAD));
        sheet.paragraph(&lead, Role::Bad, &style.told(problem), style.width);
    }
}

fn step(one: &Required, widest: usize, style: &Style, sheet: &mut Sheet) {
    let (role, sign) = gates::sign(one.standing.word());
    let name = text::left(&text::clean(&one.step), widest);
    let mut lead = Line::of(role, format!("  {sign} "));
    lead.push(Role::Text, format!("{name}  "));
    let locked = if one.locked { ", locked" } else { "" };
    let told = format!(
        "{}{locked}: {}",
        one.standing.word(),
        style.told(&one.detail)
    );
    sheet.paragraph(&lead, role, &told, style.width);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Timestamp;
    use crate::model::definition::StepKind;
    use crate::model::evidence::Standing;
    use crate::report::Surroundings;
    use crate::theme::Theme;

    #[test]
    fn what_is_wrong_is_told_and_what_came_from_outside_is_cleaned() {
        let required = Required {
            step: "scan".to_owned(),
            kind: StepKind::Scan,
            locked: true,
            standing: Standing::Missing,
            since: None,
            tool: None,
            detail: "nothing\u{1b}[2J is known".to_owned(),
            url: None,
            vulnerabilities: Vec::new(),
        };
        let one = Compliance {
            workload: "shop".to_owned(),
            path: "web".to_owned(),
            steps: vec![required],
            problems: vec!["no step of the path asks for a test".to_owned()],
            ..Compliance::default()
        };
        let all = Check {
            as_of: Timestamp::from_seconds(0),
            workloads: vec![one],
        };
        let around = Surroundings {
            width: Some(100),
            ..Surroundings::default()
        };
        let style = Style::detect(&around, Theme::default(), Timestamp::default());
        let told = check(&all, &style);
        for text in [
            "1 workload: something is wrong with 1",
            "scan  missing, locked: nothing",
            "no step of the path asks for a test",
        ] {
            assert!(told.contains(text), "{told}");
        }
        assert!(!told.contains('\u{1b}'));
    }
}
