//! Proof of delivery: for a terminal, and as Markdown to be kept. Both say the same ([`told`]): what is not known as well as what is.

mod markdown;
#[cfg(test)]
mod tests;
mod told;

use serde::Serialize;

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::{glyph, text};
use crate::event::time::Timestamp;
use crate::journal::story::State;
use crate::model::proof::Proof;
use crate::theme::Role;
use told::{Item, Section, Sign};

pub use markdown::markdown;

/// `leadtime/proof/v1`
#[derive(Clone, Debug, Serialize)]
pub struct Proven {
    #[serde(flatten)]
    pub proof: Proof,
    /// What was done from leadtime to bring this version there, between what ran before and its coming; the oldest first.
    pub actions: Vec<Asked>,
}

/// An action of leadtime's journal.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    pub action: String,
    pub at: Timestamp,
    pub by: String,
    /// Who agreed as second.
    pub second: Option<String>,
    pub comment: Option<String>,
    pub state: State,
}

/// For a terminal.
#[must_use]
pub fn proof(proven: &Proven, style: &Style) -> String {
    let mut sheet = Sheet::new();
    sheet.paragraph(
        &Line::new(),
        Role::Title,
        &style.told(&told::heading(&proven.proof)),
        style.width,
    );
    sheet.space();
    let facts = told::facts(proven);
    let widest = facts.iter().map(|fact| fact.name.len()).max().unwrap_or(0);
    for fact in &facts {
        let mut lead = Line::of(Role::Dim, format!("  {}", fact.name));
        lead.pad_to(widest + 4);
        let role = if fact.is_link { Role::Link } else { Role::Text };
        sheet.paragraph(&lead, role, &style.told(&fact.words), style.width);
    }
    for section in told::sections(&proven.proof) {
        sheet.space();
        draw(&section, style, &mut sheet);
    }
    sheet.draw(style)
}

fn draw(section: &Section, style: &Style, sheet: &mut Sheet) {
    sheet.line(Line::of(Role::Title, section.heading));
    let names = section.items.iter().map(|item| text::width(&name(item)));
    let widest = names.max().unwrap_or(0).min(style.width / 4);
    for item in &section.items {
        let (role, sign) = sign(item.sign);
        let mut lead = Line::of(role, format!("  {sign} "));
        if widest > 0 {
            lead.push(Role::Text, format!("{}  ", text::left(&name(item), widest)));
        }
        let role = if item.sign == Sign::Plain {
            Role::Text
        } else {
            role
        };
        sheet.paragraph(&lead, role, &style.told(&item.words), style.width);
    }
}

fn name(item: &Item) -> String {
    text::clean(text::short(&item.name)).into_owned()
}

const fn sign(sign: Sign) -> (Role, &'static str) {
    match sign {
        Sign::Plain => (Role::Dim, glyph::NOTE),
        Sign::Good => (Role::Good, glyph::GOOD),
        Sign::Bad => (Role::Bad, glyph::BAD),
        Sign::Missing => (Role::Warning, glyph::MISSING),
    }
}
