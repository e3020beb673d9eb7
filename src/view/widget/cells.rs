//! A list whose columns are things of their own: the cell in front has the cursor, not its row; every cell can be clicked, and what lies left and right of
//! what is in sight is counted.

use ratatui::layout::Rect;

use crate::report::glyph;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::hit::Target;
use crate::view::listing::Listing;
use crate::view::pen::Pen;
use crate::view::table::Table;

/// Which columns of a list are cells: from `first` on, `count` of them; `front` among these is the one in front.
#[derive(Clone, Copy, Debug)]
pub struct Cells {
    pub first: usize,
    pub count: usize,
    pub front: usize,
}

impl Cells {
    /// Row and column of a cell that was clicked.
    #[must_use]
    pub fn clicked(self, part: usize) -> (usize, usize) {
        let across = self.count.max(1);
        (part / across, part % across)
    }
}

/// Draws the list, and the mark on the cell in front.
pub fn draw<L: Listing>(table: &Table<L>, cells: Cells, area: Rect, pen: &mut Pen<'_>) {
    let before = pen.hits.len();
    table.draw(area, pen, false);
    let mut shown: Vec<(usize, Rect)> = Vec::new();
    let mut rows: Vec<(usize, Rect)> = Vec::new();
    for hit in &pen.hits[before..] {
        match hit.target {
            Target::Column(column) if column >= cells.first => {
                shown.push((column - cells.first, hit.area));
            }
            Target::Row(at) => rows.push((at, hit.area)),
            _ => {}
        }
    }
    for (at, row) in &rows {
        for (column, head) in shown.iter().filter(|(column, _)| *column < cells.count) {
            let cell = Rect::new(head.x, row.y, head.width, 1);
            pen.hit(cell, Target::Part(at * cells.count + column));
            if *at == table.cursor() && *column == cells.front {
                pen.select(cell);
                pen.text(row.x, row.y, 1, Role::Focus, glyph::CURSOR);
            }
        }
    }
    let names = table.listing.columns();
    if let Some((front, head)) = shown.iter().find(|(column, _)| *column == cells.front)
        && let Some(column) = names.get(cells.first + front)
    {
        pen.text(head.x, head.y, head.width, Role::Focus, &column.title);
    }
    let in_cells = |(column, _): &&(usize, Rect)| *column < cells.count;
    let (first, last) = (shown.iter().find(in_cells), shown.iter().rfind(in_cells));
    let (Some((first, _)), Some((last, _))) = (first, last) else {
        return;
    };
    let (left, right) = (*first, cells.count - last - 1);
    let mut line = Line::new();
    if left > 0 {
        line.push(Role::Key, format!("‹{left}"));
    }
    if right > 0 {
        line.push(Role::Key, format!(" {right}›"));
    }
    let end = shown.iter().map(|(_, head)| head.right()).max();
    let end = end.unwrap_or(area.x);
    let rest = Rect::new(end, area.y, area.right().saturating_sub(end + 1), 1);
    if line.width() <= usize::from(rest.width) {
        pen.right(rest, &line);
    }
}
