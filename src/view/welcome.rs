//! What is shown where there is nothing to show: how to begin, or what is being waited for.

use ratatui::layout::Rect;

use super::hit::Target;
use super::pen::Pen;
use crate::intent::Intent;
use crate::report::glyph;
use crate::report::sheet::Line;
use crate::theme::Role;

const WAYS: [(&str, &str); 4] = [
    (
        "cd REPOSITORY && leadtime",
        "any git repository, without any setup",
    ),
    (
        "leadtime init",
        "in a repository: look at it and its host, and write leadtime.toml",
    ),
    ("leadtime import FILE", "CDEvents from anywhere"),
    ("leadtime --help", "everything else"),
];

/// How to begin.
pub fn draw(body: Rect, pen: &mut Pen<'_>) {
    let x = body.x + 4;
    let width = body.width.saturating_sub(8);
    let mut y = body.y + 2;
    pen.text(
        x,
        y,
        width,
        Role::Title,
        "Where is my change, and what is it waiting on?",
    );
    y += 2;
    let words =
        "There is no git repository here and no leadtime.toml, so there is nothing to show yet.";
    y += pen.paragraph(Rect::new(x, y, width, 3), Role::Text, words) + 1;
    let line = Line::of(Role::Key, "enter").with(
        Role::Text,
        "  leadtime demo: a generated organisation, alive",
    );
    pen.line(x, y, width, &line);
    pen.select(Rect::new(x, y, width.min(52), 1));
    pen.hit(Rect::new(x, y, width, 1), Target::Intent(Intent::Open));
    y += 2;
    pen.text(x, y, width, Role::Dim, "or leave with q, and");
    y += 1;
    for (command, what) in WAYS {
        if y >= body.bottom() {
            break;
        }
        let mut line = Line::of(Role::Dim, format!("{} ", glyph::NOTE)).with(Role::Text, command);
        line.pad_to(30).push(Role::Dim, what);
        pen.line(x, y, width, &line);
        y += 1;
    }
}

/// What is being waited for.
pub fn wait(body: Rect, pen: &mut Pen<'_>) {
    let x = body.x + 4;
    let width = body.width.saturating_sub(8);
    let mut y = body.y + 2;
    pen.text(x, y, width, Role::Dim, "opening the log …");
    let scene = pen.scene;
    for source in &scene.sources {
        if let Some(reading) = &source.reading
            && y + 1 < body.bottom()
        {
            y += 1;
            let line =
                Line::of(Role::Text, format!("{}: ", source.name)).with(Role::Process, reading);
            pen.line(x, y, width, &line);
        }
    }
}
