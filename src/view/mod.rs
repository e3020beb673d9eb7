//! What is on the screen. Everything here is drawn from plain data: a [`scene::Scene`] that was worked out beforehand, the state of what is looked at
//! ([`ui::Ui`]), the keymap for its hints and a theme for its looks. No clock, no file, no figure.
//!
//! ```text
//!  leadtime  acme · 214 workloads                 30d    live · github 4s · jenkins 11s      head: scope, window, instant, sources    (frame)
//!  1 Fleet  2 Map  3 Changes  4 Gates ◆7  5 Environments …                                    tabs                                     (frame)
//!  ┌──────────────────────────────────────────────────────────────────────────────────────┐
//!  │ the page in front                                                                      │  page/: one file or folder a view
//!  │         ┌ palette ────────┐                                                             │  overlay/: what lies over it
//!  └──────────────────────────────────────────────────────────────────────────────────────┘
//!  enter map  / filter  s sort                                                   3 of 214    foot: keys that work here, position      (frame)
//! ```

pub mod acting;
pub mod answer;
pub mod deeds;
pub mod filter;
mod frame;
pub mod gathered;
pub mod hit;
pub mod listing;
pub mod overlay;
pub mod page;
pub mod pen;
pub mod scene;
pub mod scope;
pub mod subject;
pub mod table;
pub mod ui;
mod welcome;
pub mod widget;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::key::Keymap;
use crate::report::sheet::Line;
use crate::theme::{Role, Theme};
use hit::Hit;
use pen::Pen;
use scene::{Scene, Stage};
use ui::Ui;

/// Less than this cannot hold a page.
pub const LEAST: (u16, u16) = (60, 12);

/// What a frame left behind.
#[derive(Debug, Default)]
pub struct Drawn {
    /// What can be clicked.
    pub hits: Vec<Hit>,
    /// Where the terminal's cursor stands.
    pub cursor: Option<(u16, u16)>,
}

/// Draws all of it.
pub fn draw(buffer: &mut Buffer, ui: &Ui, scene: &Scene, keymap: &Keymap, theme: &Theme) -> Drawn {
    let area = buffer.area;
    let mut drawn = Drawn::default();
    let mut pen = Pen {
        buffer,
        scene,
        theme,
        hits: &mut drawn.hits,
    };
    pen.clear(area);
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let words = format!(
            "leadtime needs {} columns and {} rows; this terminal has {} and {}",
            LEAST.0, LEAST.1, area.width, area.height
        );
        pen.paragraph(area, Role::Warning, &words);
        return drawn;
    }
    frame::head(Rect::new(area.x, area.y, area.width, 1), ui, &mut pen);
    frame::tabs(
        Rect::new(area.x, area.y + 1, area.width, 1),
        ui,
        keymap,
        &mut pen,
    );
    let body = Rect::new(area.x, area.y + 2, area.width, area.height - 3);
    draw_page(body, ui, &mut pen);
    let foot = Rect::new(area.x, area.bottom() - 1, area.width, 1);
    frame::foot(foot, ui, keymap, &mut pen);
    if let Some(overlay) = &ui.overlay {
        drawn.cursor = overlay.draw(area, &mut pen);
    }
    drawn
}

fn draw_page(body: Rect, ui: &Ui, pen: &mut Pen<'_>) {
    match &pen.scene.stage {
        Stage::Failed(reason) => {
            let inner = Rect::new(body.x + 2, body.y + 1, body.width - 4, body.height - 1);
            let line = Line::of(Role::Bad, "leadtime cannot go on");
            pen.line(inner.x, inner.y, inner.width, &line);
            let mut below = Rect::new(inner.x, inner.y + 2, inner.width, inner.height - 2);
            for line in reason.lines() {
                let used = pen.paragraph(below, Role::Text, line.trim());
                below = Rect::new(below.x, below.y + used, below.width, below.height - used);
            }
        }
        Stage::Welcome => welcome::draw(body, pen),
        _ if pen.scene.fleet().is_empty() && !pen.scene.is_idle() => {
            welcome::wait(body, pen);
        }
        _ => {
            if let Some(page) = ui.page() {
                page.draw(body, pen);
            }
        }
    }
}
