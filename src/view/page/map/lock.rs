//! Why a step is locked, over what stands there: over its visits, and over the changes that stand at it.

use ratatui::layout::Rect;

use crate::model::stream::StepFigures;
use crate::report::glyph;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::pen::Pen;

/// Why no workload may choose for a step, where its path says so; what is left of the area below it.
pub(super) fn lock(step: Option<&StepFigures>, area: Rect, pen: &mut Pen<'_>) -> Rect {
    let reason = step.filter(|step| step.locked);
    let Some(reason) = reason.and_then(|step| step.reason.as_deref()) else {
        return area;
    };
    if area.height < 3 {
        return area;
    }
    let line = Line::of(Role::Dim, format!("{} locked: {reason}", glyph::LOCK));
    pen.line(area.x, area.y, area.width, &line);
    Rect::new(area.x, area.y + 1, area.width, area.height - 1)
}
