//! What the rows in sight looked like when they were last drawn. Where the cursor moves and nothing else has changed, all rows but two look as they did: they are
//! copied, and not put together anew from what they tell.

use std::ops::{Deref, DerefMut};

use ratatui::buffer::Cell;
use ratatui::layout::Rect;

use crate::event::time::Timestamp;
use crate::report::Style;
use crate::theme::Theme;
use crate::view::pen::Pen;

/// A value that counts how often somebody could have changed it.
#[derive(Debug, Default)]
pub struct Watched<T> {
    value: T,
    lent: u64,
}

impl<T> Watched<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { value, lent: 0 }
    }

    pub(super) const fn lent(&self) -> u64 {
        self.lent
    }
}

impl<T> Deref for Watched<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Watched<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.lent += 1;
        &mut self.value
    }
}

/// All that rows are drawn from.
struct Ground {
    /// How often the list, and what is shown of it, could have changed.
    lent: (u64, u64),
    scene: u64,
    now: Timestamp,
    style: Style,
    theme: Theme,
    area: Rect,
}

/// Rows as they were drawn, without cursor.
#[derive(Default)]
pub(super) struct Strips {
    ground: Option<Ground>,
    /// By place in the list, as many as there are rows in sight: whose row it is, and its cells.
    rows: Vec<(Option<usize>, Vec<Cell>)>,
}

impl Strips {
    /// Forgets them where anything that rows are drawn from is another.
    pub(super) fn stand_on(&mut self, lent: (u64, u64), area: Rect, pen: &Pen<'_>) {
        let scene = pen.scene;
        let same = |ground: &Ground| {
            let changes = (ground.lent, ground.scene, ground.now, ground.area);
            changes == (lent, scene.version, scene.lens.now, area)
                && ground.style == scene.style
                && ground.theme == *pen.theme
        };
        if self.ground.as_ref().is_some_and(same) {
            return;
        }
        self.ground = Some(Ground {
            lent,
            scene: scene.version,
            now: scene.lens.now,
            style: scene.style.clone(),
            theme: pen.theme.clone(),
            area,
        });
        let height = usize::from(area.height);
        self.rows.resize_with(height, Default::default);
        for (place, _) in &mut self.rows {
            *place = None;
        }
    }

    /// Draws the row at a place of the list as it was; `false` where it is not known.
    pub(super) fn recall(&self, place: usize, row: Rect, pen: &mut Pen<'_>) -> bool {
        let known = place
            .checked_rem(self.rows.len())
            .and_then(|slot| self.rows.get(slot));
        match (known, pen.row_mut(row)) {
            (Some((Some(kept), cells)), Some(row)) if *kept == place => {
                row.clone_from_slice(cells);
                true
            }
            _ => false,
        }
    }

    /// Keeps how a row was drawn.
    pub(super) fn keep(&mut self, place: usize, row: Rect, pen: &mut Pen<'_>) {
        let slot = place.checked_rem(self.rows.len());
        if let Some((kept, cells)) = slot.and_then(|slot| self.rows.get_mut(slot))
            && let Some(row) = pen.row_mut(row)
        {
            *kept = Some(place);
            cells.clear();
            cells.extend_from_slice(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cell::Cell as Count;
    use std::cmp::Ordering;

    use ratatui::buffer::Buffer;

    use super::*;
    use crate::event::time::Span;
    use crate::intent::Intent;
    use crate::report::sheet::Line;
    use crate::theme::Role;
    use crate::view::listing::{Column, Listing};
    use crate::view::scene::Scene;
    use crate::view::table::Table;

    /// Names, and how often one was asked for.
    struct Rows {
        names: Vec<String>,
        columns: Vec<Column>,
        asked: Count<usize>,
    }

    impl Listing for Rows {
        fn columns(&self) -> &[Column] {
            &self.columns
        }

        fn len(&self) -> usize {
            self.names.len()
        }

        fn id(&self, row: usize) -> Cow<'_, str> {
            Cow::Owned(row.to_string())
        }

        fn cell(&self, row: usize, _: usize, _: &Scene) -> Line {
            self.asked.set(self.asked.get() + 1);
            Line::of(Role::Text, &self.names[row])
        }

        fn order(&self, _: usize, one: usize, two: usize) -> Ordering {
            one.cmp(&two)
        }

        fn words(&self, row: usize) -> Cow<'_, str> {
            Cow::Borrowed(&self.names[row])
        }
    }

    /// Draws it; tells how many cells were asked for, and what is seen.
    fn drawn(table: &Table<Rows>, scene: &Scene, theme: &Theme) -> (usize, Buffer) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 11));
        let area = buffer.area;
        let mut pen = Pen {
            buffer: &mut buffer,
            scene,
            theme,
            hits: &mut Vec::new(),
        };
        table.draw(area, &mut pen, true);
        (table.listing.asked.take(), buffer)
    }

    #[test]
    fn rows_are_put_together_where_something_changed_and_nowhere_else() {
        let mut table = Table::new(Rows {
            names: (0..100)
                .map(|number| format!("workload {number}"))
                .collect(),
            columns: vec![Column::new("workload", 12, 20, 0)],
            asked: Count::new(0),
        });
        table.refresh();
        let (mut scene, theme) = (Scene::blank(), Theme::default());
        let (asked, first) = drawn(&table, &scene, &theme);
        assert_eq!(asked, 10, "the rows in sight");
        table.on(Intent::Down);
        let (asked, moved) = drawn(&table, &scene, &theme);
        assert_eq!(asked, 0);
        assert_ne!(moved, first, "the cursor stands elsewhere");
        table.on(Intent::Up);
        assert_eq!(drawn(&table, &scene, &theme), (0, first));
        table.on(Intent::Last);
        assert_eq!(drawn(&table, &scene, &theme).0, 10);
        table.on(Intent::First);
        assert_eq!(drawn(&table, &scene, &theme).0, 10, "all are others");
        for _ in 0..9 {
            table.on(Intent::Down);
        }
        assert_eq!(drawn(&table, &scene, &theme).0, 0);
        table.on(Intent::Down);
        assert_eq!(drawn(&table, &scene, &theme).0, 1, "one came into sight");

        scene.version += 1;
        assert_eq!(drawn(&table, &scene, &theme).0, 10, "other news");
        scene.lens.now = scene.lens.now + Span::from_seconds(1);
        assert_eq!(drawn(&table, &scene, &theme).0, 10, "another instant");
        scene.style.unicode = !scene.style.unicode;
        assert_eq!(drawn(&table, &scene, &theme).0, 10, "other signs");
        let theme = Theme::named("light").0;
        assert_eq!(drawn(&table, &scene, &theme).0, 10, "other colours");
        table.on(Intent::Mark);
        assert_eq!(drawn(&table, &scene, &theme).0, 10, "a mark");
        table.on(Intent::Reverse);
        assert_eq!(drawn(&table, &scene, &theme).0, 10, "another order");
        table.listing.names[88] = "renamed".to_owned();
        assert_eq!(drawn(&table, &scene, &theme).0, 10, "a row was changed");
        assert_eq!(drawn(&table, &scene, &theme).0, 0);
    }
}
