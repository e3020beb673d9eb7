//! Releases: what several workloads ship together, and which of them holds it up; and, behind `Tab`, what would go live next of the workload in focus, as
//! an advance shipping notice.

mod features;
mod next;
mod one;

use ratatui::layout::Rect;

use super::{Hint, Page, Reaction, Rows, change};
use crate::intent::Intent;
use crate::report::markdown;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::answer::Question;
use crate::view::listing::Listing;
use crate::view::pen::Pen;
use crate::view::scene::Scene;
use crate::view::table::Table;
use crate::view::widget::leaf;
use features::{Counts, Features};
use next::Next;
use one::FeaturePage;

/// From here on the feature in front stands at the right, else below.
const BESIDE: u16 = 140;
/// With fewer rows than this there is only the list.
const BELOW: u16 = 14;

/// The page.
pub struct ReleasesPage {
    features: Table<Features>,
    next: Table<Next>,
    /// What would go live next is in front.
    shipping: bool,
}

impl Default for ReleasesPage {
    fn default() -> Self {
        Self {
            features: Table::new(Features::default()),
            next: Table::new(Next::default()),
            shipping: false,
        }
    }
}

impl ReleasesPage {
    fn draw_tabs(&self, area: Rect, pen: &mut Pen<'_>) {
        let look = |front: bool| if front { Role::Title } else { Role::Dim };
        let mut line = Line::of(look(!self.shipping), "features")
            .with(Role::Dim, " │ ")
            .with(look(self.shipping), "ships next")
            .with(Role::Key, "  tab")
            .with(Role::Dim, "   ");
        if self.shipping {
            line.append(self.next.listing.head());
        } else {
            let features = &self.features.listing;
            let Counts {
                together,
                alone,
                live,
            } = features.counts;
            let words = format!("{together} across workloads · {alone} in one · {live} live");
            line.push(Role::Text, words);
            if let Some((known, all)) = features.known()
                && known < all
            {
                line.push(Role::Process, format!(" · working out {known} of {all} …"));
            }
        }
        pen.line(area.x + 2, area.y, area.width - 2, &line);
    }

    fn draw_features(&self, body: Rect, pen: &mut Pen<'_>) {
        let selected = self.features.selected();
        let feature = selected.and_then(|row| self.features.listing.at(row));
        let Some(feature) = feature.filter(|_| body.width >= BESIDE || body.height >= BELOW) else {
            self.features.draw(body, pen, true);
            return;
        };
        let style = &pen.scene.style;
        if body.width >= BESIDE {
            let side = (body.width * 2 / 5).clamp(50, 72);
            let list = body.width - side;
            let lines = features::lines(feature, usize::from(side - 3), style);
            let place = Rect::new(body.x, body.y, list - 1, body.height);
            self.features.draw(place, pen, true);
            leaf::upright(body.x + list, body, Role::Border, pen);
            let place = Rect::new(body.x + list + 2, body.y, side - 3, body.height);
            leaf::draw(&lines, 0, place, "enter shows all of it", pen);
            return;
        }
        let lines = features::lines(feature, usize::from(body.width - 4), style);
        let rows = u16::try_from(self.features.listing.len()).unwrap_or(u16::MAX);
        let list = rows.saturating_add(1).clamp(3, body.height / 2);
        self.features
            .draw(Rect::new(body.x, body.y, body.width, list), pen, true);
        leaf::rule(body.x, body.y + list, body.width, &Line::new(), pen);
        let y = body.y + list + 1;
        let place = Rect::new(body.x + 2, y, body.width - 4, body.bottom() - y);
        leaf::draw(&lines, 0, place, "enter shows all of it", pen);
    }
}

impl Page for ReleasesPage {
    fn title(&self, _scene: &Scene) -> String {
        if self.shipping {
            self.next.listing.workload.clone()
        } else {
            String::new()
        }
    }

    fn questions(&self, scene: &Scene) -> Vec<Question> {
        let focused = scene.focused().filter(|_| self.shipping);
        let notes = focused.map(|one| Question::Notes(one.summary.workload.clone()));
        std::iter::once(Question::Features(scene.scope.clone()))
            .chain(notes)
            .collect()
    }

    fn refresh(&mut self, scene: &Scene) {
        let question = Question::Features(scene.scope.clone());
        self.features.listing.take(scene.answers.get(&question));
        self.features.refresh();
        let next = &mut self.next.listing;
        let focused = scene.focused().map(|one| one.summary.workload.clone());
        next.workload = focused.unwrap_or_default();
        let question = Question::Notes(next.workload.clone());
        next.take(scene.answers.get(&question));
        self.next.refresh();
    }

    fn on(&mut self, intent: Intent, scene: &Scene) -> Reaction {
        match intent {
            Intent::NextPane | Intent::PreviousPane => {
                self.shipping = !self.shipping;
                self.refresh(scene);
                Reaction::Done
            }
            Intent::Open if self.shipping => {
                let next = &self.next.listing;
                let found = self.next.selected().and_then(|row| next.at(row));
                found.map_or_else(
                    || Reaction::Say("there is no change here to open".to_owned()),
                    |(_, one)| Reaction::Push(change(&next.workload, &one.change)),
                )
            }
            Intent::Open => {
                let row = self.features.selected();
                let feature = row.and_then(|row| self.features.listing.at(row));
                feature.map_or_else(
                    || Reaction::Say("there is no feature here to open".to_owned()),
                    |feature| Reaction::Push(Box::new(FeaturePage::new(feature.clone()))),
                )
            }
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) {
        self.draw_tabs(area, pen);
        let top = area.y + 2;
        let body = Rect::new(area.x, top, area.width, area.bottom().saturating_sub(top));
        if self.shipping {
            self.next.draw(body, pen, true);
        } else {
            self.draw_features(body, pen);
        }
    }

    fn rows(&self) -> Option<&dyn Rows> {
        if self.shipping {
            Some(&self.next)
        } else {
            Some(&self.features)
        }
    }

    fn rows_mut(&mut self) -> Option<&mut dyn Rows> {
        if self.shipping {
            Some(&mut self.next)
        } else {
            Some(&mut self.features)
        }
    }

    fn workload(&self) -> Option<String> {
        if self.shipping {
            Some(self.next.listing.workload.clone())
        } else {
            Rows::workload(&self.features)
        }
    }

    fn card(&self, scene: &Scene) -> Option<String> {
        self.markdown(scene)
            .or_else(|| self.rows().and_then(Rows::card))
    }

    fn markdown(&self, _scene: &Scene) -> Option<String> {
        let notes = self.next.listing.notes();
        notes.filter(|_| self.shipping).map(markdown)
    }

    fn hints(&self, _scene: &Scene) -> Vec<Hint> {
        if self.shipping {
            return vec![
                Hint::new(Intent::NextPane, "features"),
                Hint::new(Intent::Open, "change"),
                Hint::new(Intent::Export, "notice as Markdown"),
                Hint::new(Intent::Copy, "copy the notice"),
                Hint::new(Intent::Filter, "filter"),
            ];
        }
        let none = self.features.selected().is_none();
        let no_link = Rows::link(&self.features).is_none();
        vec![
            Hint::new(Intent::Open, "the feature").unless(none.then(|| "none".to_owned())),
            Hint::new(Intent::NextPane, "ships next"),
            Hint::new(Intent::Browse, "ticket").unless(no_link.then(|| "no link".to_owned())),
            Hint::new(Intent::Filter, "filter"),
            Hint::new(Intent::Sort, "sort"),
            Hint::new(Intent::Copy, "copy"),
        ]
    }

    fn about(&self) -> &'static str {
        "Features: the changes that name the same ticket, whatever workload they are of; those on the way, the longest wait first, then those that one workload \
         does alone, then those that went live in the window. Held up by: the workload whose part is furthest behind, where work is left there. Waits: how long the other parts have \
         been live, or ready to go, added up. Live: parts that are, of all. A change that is named only by its ticket, and does not name it itself, is not \
         counted here. Tab: what would go live next of the workload in focus, which the environment before production has and production has not; e writes \
         it as an advance shipping notice in Markdown, y copies it."
    }
}
