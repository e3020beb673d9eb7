//! What an environment can be rolled back to: the versions that were live there, and how they did.

use serde::Serialize;

use super::sheet::{Line, Sheet};
use super::style::Style;
use super::{figure, text};
use crate::model::version;
use crate::theme::Role;

/// `leadtime/earlier/v1`: what an environment can be rolled back to.
#[derive(Clone, Debug, Serialize)]
pub struct Earlier {
    pub workload: String,
    pub environment: String,
    /// The newest first.
    pub versions: Vec<version::Earlier>,
}

/// The versions that were live in an environment, with how they did.
#[must_use]
pub fn earlier(found: &Earlier, style: &Style) -> String {
    let mut sheet = Sheet::new();
    if found.versions.is_empty() {
        let text = format!(
            "No version is known that was live in {} before.",
            found.environment
        );
        sheet.line(Line::of(Role::Dim, text));
        return sheet.draw(style);
    }
    for one in &found.versions {
        let mut line = Line::of(Role::Title, text::fit(&one.version.name(), 24));
        line.pad_to(26);
        line.push(Role::Text, style.moment_and_age(one.from));
        let leaves = figure::count(one.leaves, "change");
        line.push(Role::Dim, format!("  {leaves} would leave"));
        if one.failed {
            line.push(Role::Bad, "  called failed");
        }
        if one.rolled_back {
            line.push(Role::Bad, "  rolled back");
        }
        if one.incidents > 0 {
            let incidents = figure::count(one.incidents, "incident");
            line.push(Role::Bad, format!("  {incidents}"));
        }
        sheet.line(line);
    }
    sheet.draw(style)
}
